"""Verloop van één klacht: the scores in time, in three series that are never mixed (Utrecht Symptoom Dagboek). Pure.

What the patient says, what a professional sees and what a relative sees measure different things. No line, no highest
score and no average ever joins two of them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from hub.domain.dossier import Entry, Status
from hub.domain.errors import CommandRejected
from hub.domain.identifiers import EntryRef
from hub.domain.observations import PainScore, Reporter, SymptomItem, SymptomScores, symptom_named

RELEVANT, SERIOUS = 4, 7
"""From 4 a complaint matters in care, from 7 it is serious (law-and-care §3.5)."""
MOST_POINTS = 60
"""Of one series, the newest: what a picture of a phone's width can show."""


@dataclass(frozen=True, slots=True)
class Point:
    """Eén score. ``at`` is when it was recorded."""

    at: datetime
    score: int
    ref: EntryRef


@dataclass(frozen=True, slots=True)
class Series:
    """De scores van één soort mens: patiënt, zorgverlener of naaste. Never empty; oldest first."""

    reporter: Reporter
    points: tuple[Point, ...]

    @property
    def highest(self) -> Point:
        """The highest score; of several equal ones the latest."""
        return max(self.points, key=lambda point: (point.score, point.at))

    @property
    def latest(self) -> Point:
        return self.points[-1]


@dataclass(frozen=True, slots=True)
class Trend:
    """Het verloop van één klacht, in the order patient, professional, relative; without who gave no score."""

    item: SymptomItem
    series: tuple[Series, ...]

    @property
    def first_at(self) -> datetime:
        return min(series.points[0].at for series in self.series)

    @property
    def last_at(self) -> datetime:
        return max(series.latest.at for series in self.series)


def trend(entries: Iterable[Entry], item: SymptomItem) -> Trend:
    """Every score of this complaint that counts; what was withdrawn or only proposed does not."""
    found: dict[Reporter, list[Point]] = {}
    for entry in newest(entries):
        score = _score(entry.value, item)
        if entry.status is Status.ACTIVE and score is not None:
            reporter = entry.value.reporter
            found.setdefault(reporter, []).append(Point(entry.recorded_at, score, entry.ref))
    return Trend(
        item,
        tuple(
            Series(reporter, tuple(sorted(found[reporter], key=_in_time)[-MOST_POINTS:]))
            for reporter in Reporter
            if reporter in found
        ),
    )


def newest(entries: Iterable[Entry]) -> Sequence[Entry]:
    """The last version of each entry: a corrected score takes the place of the wrong one."""
    last: dict[EntryRef, Entry] = {}
    for entry in entries:
        known = last.get(entry.ref)
        if known is None or entry.version > known.version:
            last[entry.ref] = entry
    return list(last.values())


def items_scored(entries: Iterable[Entry]) -> tuple[SymptomItem, ...]:
    """The complaints of which there is a score, in the order of the diary."""
    current = [entry for entry in newest(entries) if entry.status is Status.ACTIVE]
    return tuple(item for item in SymptomItem if any(_score(entry.value, item) is not None for entry in current))


def parse_item(text: str) -> SymptomItem:
    """``pijn``, ``kortademigheid``; nothing means pain.

    :raises CommandRejected: ``bad-complaint``
    """
    if not text.strip():
        return SymptomItem.PAIN
    item = symptom_named(text.strip())
    if item is None:
        named = ", ".join(one.nl for one in SymptomItem)
        raise CommandRejected("bad-complaint", "Die klacht ken ik niet. Kies er een: %(named)s.", {"named": named})
    return item


def _score(value: object, item: SymptomItem) -> int | None:
    if isinstance(value, PainScore):
        return value.score if item is SymptomItem.PAIN else None
    if isinstance(value, SymptomScores):
        return next((one.score for one in value.scores if one.item is item), None)
    return None


def _in_time(point: Point) -> tuple[datetime, int]:
    return point.at, point.ref.number
