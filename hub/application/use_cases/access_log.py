"""Read the log of one patient: who looked, when and why (Wabvpz 15e, NEN 7513 chapter 9)."""

from collections.abc import Sequence
from dataclasses import replace

from hub.application import auditing
from hub.application.context import RequestContext
from hub.application.guard import Guard
from hub.application.ports import UnitOfWork, labels
from hub.domain.audit import AuditEntry, AuditEvent, ChainedEntry
from hub.domain.looking import is_look, sections_named
from hub.domain.vocabulary import Action, Section
from hub.domain.withholding import HELD_BACK_FROM

_WHOLE_LOG = "log"
"""The limit under which the privacy officer reads S11: the log, all of it, and nothing else."""
_TELLS_NOTHING = frozenset({AuditEvent.REFUSED, AuditEvent.CONSENT_RECORDED})
"""What somebody wanted, or what the patient chose: it says nothing about what is in a section. Nor does a look, which
names the sections that were open to the reader. Whatever else names a section says that something is in it."""


async def read_log(unit: UnitOfWork, guard: Guard, context: RequestContext) -> list[ChainedEntry]:
    """Inzage in de logging, oldest first. Reading the log is itself logged, before it is answered.

    Looks and refusals appear in full for everybody who may see the log. What was written in a section that the reader
    may not read is left out: the log would tell a patient that somebody confided something (BW 7:456), or of a marking
    that was not discussed yet (BW 7:448). The privacy officer reads every line. A permit with a limit opens the
    technical log: every line, without what it says of the dossier (:func:`technical`). The same on every road.

    :raises Refused: this role does not see the log
    """
    if context.patient_id is None:
        raise ValueError("a log is read about a patient")
    permit = await guard.require(unit, context, Action.AUDIT)
    found = await unit.audit.of_patient(context.patient_id)
    readable = await guard.permitted(unit, context, Action.READ, tuple(Section))
    if permit.limits:
        shown = [replace(item, entry=technical(item.entry)) for item in found]
    elif any(one.section is Section.S11 and _WHOLE_LOG in one.limits for one in readable):
        shown = found
    else:
        # A section of which the reader sees a part tells of the rest no more than one that is closed (T38).
        opened = {one.section for one in readable if not one.limits}
        shown = [item for item in (_visible(item, opened) for item in found) if item is not None]
        if context.role in HELD_BACK_FROM:
            held = await unit.withholdings.held_back(context.patient_id, context.now, context.role)
            hidden = {str(ref) for ref in held}
            # Afterwards it is there, with who decided and who was asked: an exception is no hidden drawer.
            shown = [item for item in shown if item.entry.object_id.partition("/")[0] not in hidden]
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


def technical(entry: AuditEntry) -> AuditEntry:
    """De regel voor de beheerder: that it happened, when, by whom and by which policy, and not where in the dossier.

    A line without a section, a look and a refusal stay as they are: there is nothing of the dossier in them.
    """
    if not entry.sections or is_look(entry) or entry.event in _TELLS_NOTHING:
        return entry
    versions = dict.fromkeys(part.partition(":")[0] for part in entry.policy.split())
    return replace(entry, sections="", object_id="-", detail="", policy=" ".join(versions))


def sections_of(item: ChainedEntry) -> Sequence[Section]:
    """The sections that a log entry names, in order."""
    return sections_named(item.entry)


def _visible(item: ChainedEntry, opened: set[Section | None]) -> ChainedEntry | None:
    named = sections_of(item)
    if not named or is_look(item.entry) or item.entry.event in _TELLS_NOTHING:
        return _uncounted(item)
    readable = [section for section in named if section in opened]
    if not readable:
        return None
    return replace(item, entry=replace(item.entry, sections=labels(readable)))


def _uncounted(item: ChainedEntry) -> ChainedEntry:
    """The line without how many entries somebody else saw: that number counts what this reader may not see (T38)."""
    kept = ";".join(part for part in item.entry.detail.split(";") if not part.startswith("entries="))
    return item if kept == item.entry.detail else replace(item, entry=replace(item.entry, detail=kept))
