"""Hoeveel van een dossier iemand leest: choosing what to show before anything is opened. Pure.

What was agreed is always shown, whatever its age. What comes in a series (measurements, notes) is shown from the newest
on, and what is left out is counted. The patient's own statement is shown wherever stands what it is about (BW 7:454
lid 2).
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from hub.domain.dossier import Entry, Status, in_force, pending
from hub.domain.entries import Kind, Statement
from hub.domain.errors import CommandRejected
from hub.domain.identifiers import EntryRef
from hub.domain.vocabulary import Section

_PLACE = re.compile(r"^(?P<micros>\d{1,16})-(?P<number>\d{1,6})$", re.ASCII)
_COUNTS = frozenset({Status.ACTIVE, Status.PROPOSED})
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Place:
    """Waar een bladzijde begint: what is older of the section. ``1790000000000000-12`` in links."""

    micros: int
    number: int

    def __str__(self) -> str:
        return f"{self.micros}-{self.number}"

    @classmethod
    def of(cls, entry: Entry) -> "Place":
        return cls((entry.recorded_at - _EPOCH) // _MICROSECOND, entry.ref.number)

    @property
    def order(self) -> tuple[datetime, int]:
        """What sorts entries by age; the same as :func:`age`."""
        return _EPOCH + self.micros * _MICROSECOND, self.number

    @classmethod
    def parse(cls, text: str) -> "Place":
        """:raises CommandRejected: not a place"""
        match = _PLACE.fullmatch(text)
        if match is None:
            raise CommandRejected("bad-place", "Deze bladzijde bestaat niet.")
        return cls(int(match["micros"]), int(match["number"]))


@dataclass(frozen=True, slots=True)
class Amount:
    """Hoeveel. ``of_each_series``: of each kind in each section so many; ``of_series``: of all kinds of a section
    together; None: no end to it. ``before``: a later page, with what is older only. ``kinds``: nothing else.
    """

    of_each_series: int | None = None
    of_series: int | None = None
    before: Place | None = None
    kinds: frozenset[Kind] | None = None


EVERYTHING = Amount()
OVERVIEW = Amount(of_each_series=10)
"""For a whole dossier at once."""
BRIEF = Amount(of_each_series=50)
"""For a text that itself chooses the last ones: a handover, a brief for a newcomer."""
A_PAGE = 50
"""Of one section."""


def page_of_a_section(before: Place | None = None) -> Amount:
    """The newest of one section, or what comes before them."""
    return Amount(of_series=A_PAGE, before=before)


@dataclass(frozen=True, slots=True)
class Choice:
    """``versions``: what has to be opened. ``left_out``: how many older ones are not shown, of each kind of a section.
    ``earlier``: where the page before this one begins; None when nothing is older.
    """

    versions: tuple[Entry, ...]
    left_out: Mapping[tuple[Section, Kind], int] = field(default_factory=dict)
    earlier: Place | None = None


def choose(versions: Iterable[Entry], amount: Amount) -> Choice:
    """Which of these versions a reader sees.

    ``versions``: those that the reader may see, in order, with the contents of statements and perhaps of nothing else.
    """
    agreed: list[list[Entry]] = []
    series: list[list[Entry]] = []
    for chain in chains(versions, amount.kinds):
        shown = counting(chain)
        if shown and chain[-1].kind.is_series:
            series.append(shown)
        else:
            # All versions: whether two people contradict each other stands in the earlier ones; and opened also where
            # nothing counts, because only then it is sure that nobody changed the column that says so.
            agreed.append(chain)
    statements = [shown for shown in series if _about(shown) is not None]
    beside: list[list[Entry]] = []
    if statements:
        named = {str(chain[-1].ref) for chain in (*agreed, *series) if counting(chain)}
        beside = [shown for shown in statements if _about(shown) in named]
        series = [shown for shown in series if _about(shown) not in named]
    kept, left_out, earlier = _newest(series, amount)
    if amount.before is None:
        kept = agreed + kept
    there = {str(shown[-1].ref) for shown in kept if counting(shown)} if beside else set()
    # A statement about a statement is of no section's making; it stands where the words that it is about stand.
    while moved := [shown for shown in beside if _about(shown) in there]:
        kept += moved
        there |= {str(shown[-1].ref) for shown in moved}
        beside = [shown for shown in beside if str(shown[-1].ref) not in there]
    return Choice(tuple(version for shown in kept for version in shown), left_out, earlier)


def chains(versions: Iterable[Entry], kinds: Collection[Kind] | None = None) -> list[list[Entry]]:
    """The versions of each entry together, in the order in which they come; ``kinds``: of nothing else."""
    found: dict[EntryRef, list[Entry]] = {}
    for version in versions:
        if kinds is None or version.kind in kinds:
            found.setdefault(version.ref, []).append(version)
    return list(found.values())


def counting(chain: Sequence[Entry]) -> list[Entry]:
    """Of one entry the version in force and the proposal that waits, as far as there are."""
    if len(chain) == 1:
        return list(chain) if chain[0].status in _COUNTS else []
    return [version for version in (in_force(chain), pending(chain)) if version is not None]


def _about(shown: Sequence[Entry]) -> str | None:
    value = shown[-1].value
    return value.about if isinstance(value, Statement) else None


def age(entry: Entry) -> tuple[datetime, int]:
    """What sorts entries from old to new."""
    return entry.recorded_at, entry.ref.number


def _newest(
    series: Sequence[list[Entry]], amount: Amount
) -> tuple[list[list[Entry]], dict[tuple[Section, Kind], int], Place | None]:
    """What is kept, how many of each kind are older than that, and where those begin."""
    placed = sorted(((age(shown[-1]), number, shown) for number, shown in enumerate(series)), reverse=True)
    begin = amount.before.order if amount.before is not None else None
    kept: list[list[Entry]] = []
    had: Counter[object] = Counter()
    left_out: Counter[tuple[Section, Kind]] = Counter()
    earlier: Place | None = None
    last: Entry | None = None
    for place, _, shown in placed:
        if begin is not None and place >= begin:
            continue
        of = (shown[-1].section, shown[-1].kind)
        too_many = (amount.of_each_series is not None and had[of] >= amount.of_each_series) or (
            amount.of_series is not None and had[of[0]] >= amount.of_series
        )
        if too_many:
            left_out[of] += 1
            earlier = earlier or (Place.of(last) if last is not None else None)
            continue
        had[of] += 1
        had[of[0]] += 1
        kept.append(shown)
        last = shown[-1]
    return kept, dict(left_out), earlier if amount.of_series is not None else None
