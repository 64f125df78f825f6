"""Sinds je vorige bezoek: what became of each entry since somebody last said to know the dossier. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hub.domain.difference import Difference, difference
from hub.domain.dossier import Entry, Status
from hub.domain.reading import chains


class Became(StrEnum):
    """Wat er van een regel werd."""

    NEW = "new"
    CHANGED = "changed"
    CONFIRMED = "confirmed"
    """The same words, in force now."""
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Change:
    """``entry``: its newest version. ``difference``: from the version that was known; None: nothing to compare."""

    became: Became
    entry: Entry
    difference: Difference | None = None


_GONE = frozenset({Status.WITHDRAWN, Status.MOVED_OUT})


def changes_since(versions: Iterable[Entry], since: datetime) -> tuple[Change, ...]:
    """One change for each entry that has a version after ``since``, the newest first.

    ``versions``: all that the reader may see, of each entry in order. What came and went in between is not told.
    """
    found = [change for chain in chains(versions) if (change := _change(chain, since)) is not None]
    return tuple(sorted(found, key=lambda one: (one.entry.recorded_at, one.entry.ref.number), reverse=True))


def _change(chain: list[Entry], since: datetime) -> Change | None:
    newest = chain[-1]
    if newest.recorded_at <= since:
        return None
    known = [version for version in chain if version.recorded_at <= since]
    before = known[-1] if known else None
    if before is None or before.status in _GONE:
        return None if newest.status in _GONE else Change(Became.NEW, newest)
    if newest.status in _GONE:
        return Change(Became.ENDED, newest)
    told = difference(before.value, newest.value)
    if told.fields:
        return Change(Became.CHANGED, newest, told)
    confirmed = newest.status is Status.ACTIVE and before.status is Status.PROPOSED
    return Change(Became.CONFIRMED if confirmed else Became.CHANGED, newest, told)
