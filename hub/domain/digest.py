"""Overzicht van de ochtend: what waits for somebody today, across circles, without anything about a patient. Pure.

Only pseudonyms and numbers: the room in which it is said is of no circle, and stays when somebody leaves one.
"""

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum

from hub.domain.dutch_dates import DAYS, say_due
from hub.domain.errors import CommandRejected
from hub.domain.spelling import plain
from hub.domain.working_days import AMSTERDAM, is_working_day

DEFAULT_MINUTES = 7 * 60 + 30
"""Half past seven."""
TOO_LATE = 12
"""From this hour on an overview of the morning is not said any more; the next one is."""
AHEAD = timedelta(hours=12)
"""How far an overview looks at least: who asks at eleven in the evening works the night."""
_HOUR = re.compile(r"^(?:om )?(?P<hour>[0-9]{1,2})(?:[:.](?P<minute>[0-9]{2}))?(?: ?uur| ?u)?$")
_MINUTES = 24 * 60


class Waits(StrEnum):
    """Wat er wacht, in the order in which it is said."""

    LATE = "late"
    TASK = "task"
    YES = "yes"
    OFFER = "offer"
    HANDOVER = "handover"
    QUESTION = "question"
    STANDS_IN = "stands-in"


@dataclass(frozen=True, slots=True)
class Waiting:
    """One thing that waits for this person. ``pseudonym``: of the patient (``7F3K``); ``who``: a colleague's name."""

    pseudonym: str
    what: Waits
    number: int = 0
    due_at: datetime | None = None
    who: str = ""

    @property
    def order(self) -> tuple[bool, bool, datetime, str, str, int]:
        """Late first, then what is due first."""
        due_at = self.due_at or datetime.max.replace(tzinfo=AMSTERDAM)
        return (self.what is not Waits.LATE, self.due_at is None, due_at, self.what.value, self.pseudonym, self.number)

    @property
    def facts(self) -> dict[str, object]:
        """What fills the sentence in which it is said."""
        due = "" if self.due_at is None else say_due(self.due_at)
        return {"circle": f"Kring {self.pseudonym}", "number": self.number, "due": due, "who": self.who}


def is_for_today(due_at: datetime, now: datetime) -> bool:
    """Late, due before the end of this Dutch day, or within `AHEAD`."""
    midnight = datetime.combine(now.astimezone(AMSTERDAM).date() + timedelta(days=1), time(0), AMSTERDAM)
    return due_at <= max(midnight, now + AHEAD)


def is_time(now: datetime) -> bool:
    """Whether an overview may be said at this moment: the morning of a working day."""
    local = now.astimezone(AMSTERDAM)
    return is_working_day(local.date()) and local.hour < TOO_LATE


def next_digest(minutes: int, now: datetime) -> datetime:
    """The next morning of a working day on which it is said, counted from now; an aware datetime."""
    day = now.astimezone(AMSTERDAM).date()
    while True:
        at = datetime.combine(day, time(minutes // 60, minutes % 60), AMSTERDAM)
        if at > now and is_working_day(day):
            return at
        day += timedelta(days=1)


def parse_choice(words: str) -> int | None:
    """``uit`` → None; ``aan`` → half past seven; ``om 8:00`` → 480 minutes after midnight.

    :raises CommandRejected: anything else, or not a time of the morning
    """
    text = plain(words)
    if text == "uit":
        return None
    if text == "aan":
        return DEFAULT_MINUTES
    match = _HOUR.match(text)
    minutes = int(match["hour"]) * 60 + int(match["minute"] or 0) if match else _MINUTES
    if match is None or int(match["minute"] or 0) > 59 or not minutes < TOO_LATE * 60:
        raise CommandRejected(
            "bad-hour", "Schrijf: !overzicht aan, !overzicht uit, of !overzicht om 8:00 (voor 12 uur)."
        )
    return minutes


def say_hour(minutes: int) -> str:
    """``07.30 uur``."""
    return f"{minutes // 60:02d}.{minutes % 60:02d} uur"


def day_of(now: datetime) -> str:
    """``dinsdag 24-11-2026``."""
    local = now.astimezone(AMSTERDAM)
    return f"{DAYS[local.weekday()]} {local.day}-{local.month}-{local.year}"
