"""Dates and times as people read them, in Dutch local time."""

from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time

from hub.texts import DUTCH

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
LOCALES = {DUTCH: "nl_NL", "en": "en_GB"}


def day(at: datetime, language: str = DUTCH) -> str:
    """``3 november 2026``."""
    return format_date(at.astimezone(AMSTERDAM).date(), "d MMMM y", locale=LOCALES[language])


def weekday(at: datetime, language: str = DUTCH) -> str:
    """``dinsdag 3 november 2026``."""
    return format_date(at.astimezone(AMSTERDAM).date(), "EEEE d MMMM y", locale=LOCALES[language])


def clock(at: datetime) -> str:
    """``14:05``, in every language that we speak."""
    return format_time(at, "HH:mm", tzinfo=AMSTERDAM, locale=LOCALES[DUTCH])


def moment(at: datetime, language: str = DUTCH) -> str:
    """``3 november 2026, 14:05``."""
    return f"{day(at, language)}, {clock(at)}"
