"""Uren van de coach, regulier en extra, apart van het dossier (law-and-care §4.1 F22; IND-07)."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from hub.domain.errors import CommandRejected
from hub.domain.spelling import plain
from hub.domain.typed import a_date

LONGEST_DAY = 16 * 60
"""Minutes. More on one day is a slip of the key."""
_LOOKS_BACK = timedelta(days=62)
_HOW = "Schrijf: !tijd 45, !tijd 30 extra, !tijd 45 gisteren of !tijd 20 extra 3-11-2026. Verkeerd? !tijd weg <nummer>"
_MINUTES = re.compile(r"^[1-9][0-9]{0,3}$", re.ASCII)


class Category(StrEnum):
    """Soort tijd: binnen het gewone werk, of extra."""

    REGULAR = "regular"
    EXTRA = "extra"

    @property
    def nl(self) -> str:
        return {Category.REGULAR: "regulier", Category.EXTRA: "extra"}[self]


@dataclass(frozen=True, slots=True)
class TimeLine:
    """Eén regel tijd van één coach in één kring. ``number`` counts per coach; a line is withdrawn, never changed."""

    circle_id: str
    person_id: str
    number: int
    on_day: date
    minutes: int
    category: Category
    noted_at: datetime
    withdrawn_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Worked:
    """What was typed, before it has a number."""

    minutes: int
    category: Category
    on_day: date


def parse_time(text: str, today: date) -> Worked:
    """Read ``45``, ``45 extra``, ``45 gisteren``, ``45 extra 3-11-2026``.

    :raises CommandRejected: ``bad-time``, or a day that is not in the last two months
    """
    first, *rest = text.split() or [""]
    if not _MINUTES.match(first) or int(first) > LONGEST_DAY:
        raise CommandRejected("bad-time", _HOW)
    category, day = Category.REGULAR, today
    for position, word in enumerate(rest):
        if plain(word) in {"min", "minuten", "regulier"} and position < 2:
            continue
        if plain(word) == "extra" and category is Category.REGULAR:
            category = Category.EXTRA
        elif position == len(rest) - 1:
            day = _day(word, today)
        else:
            raise CommandRejected("bad-time", _HOW)
    if not today - _LOOKS_BACK <= day <= today:
        raise CommandRejected("bad-time-day", "Schrijf tijd op van vandaag, of van de laatste twee maanden.")
    return Worked(int(first), category, day)


def _day(word: str, today: date) -> date:
    back = {"vandaag": 0, "gisteren": 1, "eergisteren": 2}.get(plain(word))
    if back is not None:
        return today - timedelta(days=back)
    exact = a_date(word).exact
    if exact is None:
        raise CommandRejected("bad-time", _HOW)
    return exact


def total_nl(minutes: int) -> str:
    """``45 minuten``, ``2 uur``, ``2 uur en 5 minuten``."""
    hours, rest = divmod(minutes, 60)
    said = [f"{hours} uur"] if hours else []
    if rest or not hours:
        said.append(f"{rest} {'minuut' if rest == 1 else 'minuten'}")
    return " en ".join(said)
