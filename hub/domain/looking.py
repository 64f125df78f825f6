"""Wie keek: what the log has about one patient, person by person instead of line by line (Wabvpz 15e, NEN 7513)."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hub.domain.audit import AuditEntry, AuditEvent, ChainedEntry
from hub.domain.vocabulary import Purpose, Role, Section

_LOOKS = frozenset(
    {
        AuditEvent.ENTRY_READ,
        AuditEvent.ENTRY_EXPORTED,
        AuditEvent.EMERGENCY_SET_READ,
        AuditEvent.EMERGENCY_PAPER_MADE,
    }
)
_CHANGES = frozenset({AuditEvent.ENTRY_RECORDED, AuditEvent.ENTRY_CONFIRMED, AuditEvent.IMPORTED})
_CASE = re.compile(r"(?:^|;)case=(cas-[0-9a-f]+)", re.ASCII)


class Why(StrEnum):
    """Waarom iemand keek, in the order in which it matters to a patient."""

    EMERGENCY = "emergency"
    CASE = "case"
    CONTROL = "control"
    OPERATION = "operation"
    TREATING = "treating"
    REPLACING = "replacing"
    REPRESENTING = "representing"
    CONSENT = "consent"
    OWN = "own"


@dataclass(frozen=True, slots=True)
class Looker:
    """Eén mens in de logging van één patiënt. Times are None where nothing of that kind happened."""

    person_id: str
    role: str
    organisation: str | None
    looks: int
    """How often this person read in the dossier."""
    first: datetime | None
    last: datetime | None
    sections: tuple[Section, ...]
    """Where this person read, in order."""
    by_bot: int
    """How many of those times through the bot, in a room."""
    changes: int
    refused: int
    last_refused: datetime | None
    emergencies: int
    last_emergency: datetime | None
    cases: tuple[str, ...]
    """The cases of the privacy officer under which this person read."""
    why: tuple[Why, ...]

    @property
    def by_emergency(self) -> bool:
        return self.emergencies > 0


def is_look(entry: AuditEntry) -> bool:
    """Whether this line says that somebody read in the dossier."""
    return entry.outcome == 0 and (entry.event in _LOOKS or (entry.break_glass and entry.event.action_code == "R"))


def case_of(detail: str) -> str | None:
    """The case that the codes of a line name."""
    match = _CASE.search(detail)
    return match[1] if match else None


def sections_named(entry: AuditEntry) -> list[Section]:
    return [Section(name) for name in entry.sections.split(",") if name]


def why(entry: AuditEntry) -> Why:
    """Why this person looked, from role, purpose and procedure."""
    if entry.break_glass or entry.purpose == Purpose.ETREAT:
        return Why.EMERGENCY
    if entry.user_role == Role.PATIENT:
        return Why.OWN
    if entry.user_role == Role.PRIVACY_OFFICER:
        return Why.CASE if case_of(entry.detail) else Why.CONTROL
    if entry.user_role == Role.LOCUM:
        return Why.REPLACING
    if entry.user_role == Role.REPRESENTATIVE:
        return Why.REPRESENTING
    if entry.user_role == Role.RELATIVE:
        return Why.CONSENT
    if entry.user_role in set(Role) and Role(entry.user_role).is_professional:
        return Why.TREATING
    return Why.OPERATION


def lookers(items: Iterable[ChainedEntry]) -> list[Looker]:
    """Per mens: who used emergency access first, then who looked last, then who was only refused.

    Who neither looked, nor changed anything, nor was refused, is left out: being in the circle is no look.
    """
    by_person: dict[str, list[AuditEntry]] = {}
    for item in items:
        by_person.setdefault(item.entry.user_id, []).append(item.entry)
    found = [_looker(person_id, entries) for person_id, entries in by_person.items()]
    shown = [one for one in found if one.looks or one.changes or one.refused or one.emergencies]
    return sorted(shown, key=_order)


def _order(one: Looker) -> tuple[bool, float, float]:
    last = -one.last.timestamp() if one.last else 0.0
    refused = -one.last_refused.timestamp() if one.last_refused else 0.0
    return not one.by_emergency, last, refused


def _looker(person_id: str, entries: Sequence[AuditEntry]) -> Looker:
    looks = [entry for entry in entries if is_look(entry)]
    refused = [entry.recorded_at for entry in entries if entry.event is AuditEvent.REFUSED]
    # Opening and reading are two lines of one act.
    emergencies = {e.correlation_id: e.recorded_at for e in entries if e.break_glass and e.outcome == 0}
    named = {section for entry in looks for section in sections_named(entry)}
    cases = [case for entry in looks if (case := case_of(entry.detail)) is not None]
    return Looker(
        person_id=person_id,
        # The hat of the last look, or else of the last thing at all.
        role=(looks or entries)[-1].user_role,
        organisation=(looks or entries)[-1].organisation,
        looks=len(looks),
        first=min((entry.recorded_at for entry in looks), default=None),
        last=max((entry.recorded_at for entry in looks), default=None),
        sections=tuple(section for section in Section if section in named),
        by_bot=sum(entry.initiator.startswith("bot:") for entry in looks),
        changes=sum(entry.event in _CHANGES and entry.outcome == 0 for entry in entries),
        refused=len(refused),
        last_refused=max(refused, default=None),
        emergencies=len(emergencies),
        last_emergency=max(emergencies.values(), default=None),
        cases=tuple(dict.fromkeys(cases)),
        why=tuple(reason for reason in Why if reason in {why(entry) for entry in looks}),
    )
