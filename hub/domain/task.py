"""Taken: what one named person does before a moment: what somebody asked, a conversation that is due, a call."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from hub.domain.identifiers import EntryRef
from hub.domain.vocabulary import Section
from hub.domain.working_days import AMSTERDAM, after_working_days, is_working_day


class TaskKind(StrEnum):
    """Soort taak."""

    TALK = "talk"
    """Een afspraak is verouderd: bespreek opnieuw."""
    CONFLICT = "conflict"
    """Twee uitspraken spreken elkaar tegen."""
    ASKED = "asked"
    """Gevraagd door iemand in de kring."""
    SYMPTOM = "symptom"
    """Een klacht kwam boven een drempel."""
    COMPLEXITY = "complexity"
    """De complexiteit opnieuw beoordelen."""
    PATH = "path"
    """Een stap van het pad: wat er nu moet gebeuren."""
    CALL = "call"
    """Iemand bellen."""

    @property
    def working_days(self) -> int:
        """Within how many Dutch working days; a contradiction about treatment does not wait for the week after."""
        return _WITHIN[self]

    @property
    def ends_with_death(self) -> bool:
        """A conversation with the patient that cannot be had any more is not asked of anybody."""
        return self in _OF_THE_LIVING


_WITHIN = {
    TaskKind.TALK: 5,
    TaskKind.CONFLICT: 1,
    TaskKind.ASKED: 3,
    TaskKind.SYMPTOM: 1,
    TaskKind.COMPLEXITY: 5,
    TaskKind.PATH: 5,
    TaskKind.CALL: 1,
}
_OF_THE_LIVING = frozenset({TaskKind.TALK, TaskKind.CONFLICT, TaskKind.SYMPTOM, TaskKind.COMPLEXITY})


@dataclass(frozen=True, slots=True)
class Task:
    """Eén taak in één kring. ``about`` is the cause (``handover:3``, ``S3-1/2~S3-1/4``, ``time``).

    ``refs``: entries with the version that it was about (``S3-1/2``). ``sections``: who may not read all of these, does
    not see the task. ``what`` is said as it stands. ``accepted_at``: when the owner said yes, or got it because of the
    lead. ``passed_by``: who had it before. ``source_room_id`` and ``source_event_id``: the message that it is about.
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
    accepted_at: datetime | None = None
    passed_by: str | None = None
    source_room_id: str | None = None
    source_event_id: str | None = None

    @property
    def about_reminder(self) -> str:
        """What its reminder is about: ``cir_1:3``."""
        return f"{self.circle_id}:{self.number}"

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


def accept_by(asked_at: datetime, due_at: datetime) -> datetime:
    """When somebody must have said yes: the same hour on the next working day; half the time when that is sooner.

    Aware datetimes. What is due already waits for nobody: then it is ``asked_at`` itself.
    """
    local = asked_at.astimezone(AMSTERDAM)
    day = local.date() + timedelta(days=1)
    while not is_working_day(day):
        day += timedelta(days=1)
    next_day = datetime.combine(day, local.timetz()).astimezone(asked_at.tzinfo)
    return max(asked_at, min(next_day, asked_at + (due_at - asked_at) / 2))
