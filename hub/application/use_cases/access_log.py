"""Read the log of one patient: who looked, when and why (Wabvpz 15e, NEN 7513 chapter 9)."""

from collections.abc import Sequence
from dataclasses import replace

from hub.application import auditing
from hub.application.context import RequestContext
from hub.application.guard import Guard
from hub.application.ports import UnitOfWork, labels
from hub.domain.audit import AuditEvent, ChainedEntry
from hub.domain.vocabulary import Action, Section

_TELLS_OF_CONTENT = frozenset(
    {
        AuditEvent.ENTRY_RECORDED,
        AuditEvent.ENTRY_CONFIRMED,
        AuditEvent.IMPORTED,
        AuditEvent.HANDOVER_MADE,
        AuditEvent.DISCLOSED,
        AuditEvent.COMMAND,
    }
)
"""A read names sections that were open to the reader, and says nothing about what is in them. These do."""


async def read_log(unit: UnitOfWork, guard: Guard, context: RequestContext) -> list[ChainedEntry]:
    """Inzage in de logging, oldest first. Reading the log is itself logged, before it is answered.

    Reads appear in full for everybody who may see the log. What was written in a section that the reader may not read
    is left out: the log would tell a patient that somebody confided something (BW 7:456), or of a marking that was
    not discussed yet (BW 7:448).

    :raises Refused: this role does not see the log
    """
    if context.patient_id is None:
        raise ValueError("a log is read about a patient")
    permit = await guard.require(unit, context, Action.AUDIT)
    found = await unit.audit.of_patient(context.patient_id)
    opened = {p.section for p in await guard.permitted(unit, context, Action.READ, tuple(Section))}
    shown = [item for item in (_visible(item, opened) for item in found) if item is not None]
    if permit.limits:
        # A limited permit opens the technical log only: what is about no section.
        shown = [item for item in shown if not item.entry.sections]
    await unit.audit.add(
        auditing.entry(
            context,
            AuditEvent.LOG_READ,
            object_type="audit",
            object_id=context.patient_id,
            policy=permit.policy,
            detail=f"entries={len(shown)}",
        )
    )
    return shown


def sections_of(item: ChainedEntry) -> Sequence[Section]:
    """The sections that a log entry names, in order."""
    return [Section(name) for name in item.entry.sections.split(",") if name]


def _visible(item: ChainedEntry, opened: set[Section | None]) -> ChainedEntry | None:
    named = sections_of(item)
    if item.entry.event not in _TELLS_OF_CONTENT or not named:
        return item
    readable = [section for section in named if section in opened]
    if not readable:
        return None
    return replace(item, entry=replace(item.entry, sections=labels(readable)))
