"""Wie bekeek de spoedset: per person the newest version they were sent, said to have, read and printed."""

from dataclasses import dataclass, replace
from datetime import datetime

from hub.application import auditing
from hub.application.context import RequestContext
from hub.application.guard import Guard
from hub.application.ports import UnitOfWork
from hub.domain.audit import AuditEntry, AuditEvent
from hub.domain.errors import CommandRejected
from hub.domain.people import Person
from hub.domain.vocabulary import Action

_READ = frozenset({AuditEvent.EMERGENCY_SET_READ, AuditEvent.EMERGENCY_OPENED})
_DONE = _READ | {AuditEvent.EMERGENCY_SET_RECEIVED, AuditEvent.EMERGENCY_PAPER_MADE}


@dataclass(frozen=True, slots=True)
class Seen:
    """Wat één persoon had. A version is 0 for never; ``times``: how often they read it, in any version."""

    person_id: str
    sent: int = 0
    received: int = 0
    read: int = 0
    printed: int = 0
    times: int = 0
    last: datetime | None = None


@dataclass(frozen=True, slots=True)
class Views:
    """``scans``: how often the code on a paper was looked at; by whom, nobody knows."""

    newest: int
    seen: tuple[Seen, ...]
    papers: int
    scans: int


async def emergency_views(unit: UnitOfWork, guard: Guard, context: RequestContext) -> tuple[Views, dict[str, Person]]:
    """Who had which version when, and the people by id. It comes from the log, and reading that is itself logged.

    :raises Refused: this role does not see the log
    :raises CommandRejected: there is no set yet
    """
    if context.patient_id is None:
        raise ValueError("views are about a patient")
    permit = await guard.require(unit, context, Action.AUDIT)
    made = await unit.emergencies.last_made(context.patient_id)
    if made is None:
        raise CommandRejected("no-set", "Er is voor deze patiënt nog geen spoedset. Bel de huisarts of de coach.")
    seen: dict[str, Seen] = {}
    for item in await unit.audit.of_patient(context.patient_id):
        entry = item.entry
        if entry.event is AuditEvent.EMERGENCY_SET_SENT:
            before = seen.get(entry.object_id, Seen(entry.object_id))
            seen[entry.object_id] = replace(before, sent=max(before.sent, _version(entry.detail)))
        elif entry.event in _DONE and entry.outcome != auditing.REFUSED:
            before = seen.get(entry.user_id, Seen(entry.user_id))
            seen[entry.user_id] = _with(before, entry, _version(entry.object_id))
    codes = await unit.papers.of_patient(context.patient_id)
    await unit.audit.add(
        auditing.entry(
            context,
            AuditEvent.LOG_READ,
            object_type="emergency-set",
            object_id=f"v{made.version}",
            policy=permit.policy,
            detail=f"people={len(seen)}",
        )
    )
    views = Views(made.version, tuple(seen.values()), len(codes), sum(code.checked for code in codes))
    return views, await unit.people.all_of(seen)


def _with(before: Seen, entry: AuditEntry, version: int) -> Seen:
    if entry.event in _READ:
        return replace(before, read=max(before.read, version), times=before.times + 1, last=entry.recorded_at)
    if entry.event is AuditEvent.EMERGENCY_SET_RECEIVED:
        return replace(before, received=max(before.received, version))
    return replace(before, printed=max(before.printed, version))


def _version(said: str) -> int:
    digits = said.removeprefix("v")
    return int(digits) if digits.isascii() and digits.isdigit() else 0
