"""Taken: what one named person does before a day: have a conversation that is due, talk about a contradiction."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from hub.domain.identifiers import EntryRef
from hub.domain.vocabulary import Section
from hub.domain.working_days import after_working_days


class TaskKind(StrEnum):
    """Soort taak."""

    TALK = "talk"
    """Een afspraak is verouderd: bespreek opnieuw."""
    CONFLICT = "conflict"
    """Twee uitspraken spreken elkaar tegen."""

    @property
    def working_days(self) -> int:
        """Within how many Dutch working days; a contradiction about treatment does not wait for the week after."""
        return _WITHIN[self]

    @property
    def ends_with_death(self) -> bool:
        """A conversation with the patient that cannot be had any more is not asked of anybody."""
        return True


_WITHIN = {TaskKind.TALK: 5, TaskKind.CONFLICT: 1}


@dataclass(frozen=True, slots=True)
class Task:
    """Eén taak in één kring. ``about`` is the cause (``handover:3``, ``S3-1/2~S3-1/4``, ``time``).

    ``refs``: entries with the version that it was about (``S3-1/2``). ``sections``: who may not read all of these, does
    not see the task. ``what`` is said as it stands.
    """

    circle_id: str
    patient_id: str
    number: int
    kind: TaskKind
    about: str
    section: Section
    sections: frozenset[Section]
    refs: tuple[str, ...]
    owner_id: str
    what: str = field(repr=False)
    made_by: str
    made_at: datetime
    due_at: datetime
    done_at: datetime | None = None
    done_by: str | None = None

    @property
    def open(self) -> bool:
        return self.done_at is None

    @property
    def entries(self) -> frozenset[EntryRef]:
        """The entries that it is about, whichever version."""
        return frozenset(EntryRef.parse(ref.partition("/")[0]) for ref in self.refs)


def due(kind: TaskKind, now: datetime) -> datetime:
    """The end of the day before which it is to be done: Dutch working days after ``now``."""
    return after_working_days(now, kind.working_days)
