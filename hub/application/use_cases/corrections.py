"""Mend what is wrong, say something beside it, hold something back for a while (AVG 16; BW 7:448, 7:454)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from hub.application import auditing
from hub.application.context import RequestContext
from hub.application.guard import Guard, Permit
from hub.application.ports import UnitOfWork
from hub.application.use_cases.contradictions import after_change
from hub.application.use_cases.dossier import NewEntry, store
from hub.domain import dossier, limits
from hub.domain.audit import AuditEvent
from hub.domain.dossier import Entry, Source, Status
from hub.domain.entries import Kind, Statement, Value, kind_of
from hub.domain.errors import CommandRejected
from hub.domain.identifiers import EntryRef, new_id
from hub.domain.spoken import N_
from hub.domain.vocabulary import Action, Section
from hub.domain.withholding import LONGEST, MAY_HOLD_BACK, Withholding

_MAX_REASON = 500
_MOMENT = timedelta(microseconds=1)
_NO_SUCH_ENTRY = N_("Die verwijzing staat niet in het deel van het dossier dat voor u open is.")


@dataclass(frozen=True, slots=True)
class Asked:
    """A request to mend something: the request as filed, and what it is about."""

    request: Entry
    about: Entry


async def correct_entry(
    unit: UnitOfWork,
    guard: Guard,
    context: RequestContext,
    ref: EntryRef,
    read: Callable[[Kind], Value | None],
    reason: str,
    source: Source,
) -> Entry:
    """Herstellen: a new version in the place of a wrong one; the wrong one is kept and not shown.

    :param read: makes the new value for an entry of this kind; None: it should not be there at all
    :raises CommandRejected: no such entry, another kind, somebody else's entry, or no reason
    """
    permit = await guard.require(unit, context, Action.CORRECT, ref.section)
    if not reason.strip() or len(reason) > _MAX_REASON:
        raise CommandRejected("say-why", "Schrijf kort wat er fout was.")
    versions = await _known(unit, guard, permit, ref)
    if not versions or context.role is None:
        raise CommandRejected("no-such-entry", _NO_SUCH_ENTRY)
    current = versions[-1]
    if permit.limits and not ("own" in permit.limits and limits.is_own(current, context.actor.id)):
        raise CommandRejected(
            "not-your-entry",
            "%(ref)s is van iemand anders. Vraag om herstel met: !verklaring %(ref)s herstel: <wat er niet klopt>",
            {"ref": ref},
        )
    if isinstance(current.value, Statement):
        raise CommandRejected("statement-stays", "Een eigen verklaring wordt niet veranderd; zet er een nieuwe bij.")
    value = read(current.kind)
    if value is not None and kind_of(value) is not current.kind:
        raise CommandRejected(
            "other-kind", "%(ref)s is een ander soort gegeven; herstel het met hetzelfde soort.", {"ref": ref}
        )
    mended = dossier.correct(
        current,
        value=value,
        by=context.actor.id,
        role=context.role,
        organisation=context.organisation,
        source=source,
        at=context.now,
        reason=reason.strip(),
    )
    entry = await unit.dossier.append(permit, mended)
    await after_change(unit, guard, context, [entry])
    return entry


async def add_statement(
    unit: UnitOfWork,
    guard: Guard,
    context: RequestContext,
    ref: EntryRef,
    text: str,
    source: Source,
    *,
    wants_correction: bool = False,
) -> Asked:
    """Een eigen verklaring bij wat een ander schreef (BW 7:454 lid 2), or a request to mend it (AVG 16).

    Who may not state (a colleague) may still ask: that takes a permit to correct.

    :raises CommandRejected: no such entry for this person, or text that cannot be kept
    """
    action = Action.CORRECT if wants_correction else Action.STATE
    permit = await guard.require(unit, context, action, ref.section)
    versions = await _known(unit, guard, permit, ref)
    if not versions or versions[-1].status is Status.WITHDRAWN:
        raise CommandRejected("no-such-entry", _NO_SUCH_ENTRY)
    try:
        said = Statement(str(ref), text.strip(), wants_correction)
    except ValueError as problem:
        raise CommandRejected(
            "bad-text", "Dit kan zo niet worden bewaard: %(problem)s.", {"problem": problem}
        ) from problem
    new = NewEntry(Kind.STATEMENT, said, ref.section)
    return Asked(await store(unit, permit, new, source, Status.ACTIVE), versions[-1])


async def move_out(unit: UnitOfWork, guard: Guard, context: RequestContext, ref: EntryRef, *, named: str) -> int:
    """Verplaatsen: this was about another patient. Nobody sees it here any more; the log keeps that it was there.

    :param named: the patient's full name as the asker reads it, so that the right dossier is emptied
    :raises CommandRejected: no such entry, not the writer's own, or another patient's name
    """
    permit = await guard.require(unit, context, Action.CORRECT, ref.section)
    versions = await _known(unit, guard, permit, ref)
    if not versions or context.patient_id is None:
        raise CommandRejected("no-such-entry", _NO_SUCH_ENTRY)
    # All of them: what is emptied does not come back, and one's own version may stand beside that of another.
    own = all(limits.is_own(version, context.actor.id) for version in versions)
    if permit.limits and not own and "flag" not in permit.limits:
        raise CommandRejected(
            "not-your-entry", "%(ref)s is van iemand anders. Vraag de schrijver of de coach.", {"ref": ref}
        )
    patient = await unit.patients.get(context.patient_id)
    if " ".join(named.split()).casefold() != patient.name.full.casefold():
        raise CommandRejected("other-patient", "Noem de naam van de patiënt van deze kring, zodat het de goede is.")
    return await unit.dossier.move_out(permit, ref)


async def hold_back(
    unit: UnitOfWork,
    guard: Guard,
    context: RequestContext,
    ref: EntryRef,
    *,
    consulted: str,
    until: datetime,
    reason: str,
) -> Withholding:
    """Achterhouden: the patient does not see this entry until a day (BW 7:448 lid 3), after asking a colleague.

    :raises CommandRejected: nobody else of the treating team was asked, more than 30 days, or no such entry
    """
    permit = await guard.require(unit, context, Action.RECORD, ref.section)
    if context.role not in MAY_HOLD_BACK or context.patient_id is None:
        raise CommandRejected("not-yours-to-hold-back", "Dit beslist de arts of de coach die de patiënt inlicht.")
    colleague = await unit.circles.relation(context.circle_id, consulted, context.now)
    if colleague is None or colleague.role not in MAY_HOLD_BACK:
        raise CommandRejected("consult-another", "Noem een arts of coach uit deze kring met wie u overlegde.")
    versions = await unit.dossier.versions(permit, ref)
    if not versions:
        raise CommandRejected("no-such-entry", _NO_SUCH_ENTRY)
    written = versions[-1].recorded_at
    before = [one.since for one in await unit.withholdings.of_patient(context.patient_id)
              if one.ref == ref and one.since >= written]  # fmt: skip
    if before and until > min(before) + LONGEST:
        raise CommandRejected("held-before", "Dit is al eerder achtergehouden. Samen kan het hoogstens 30 dagen.")
    held = Withholding(new_id("wit"), context.patient_id, ref, reason, context.actor.id, consulted, context.now, until)
    await unit.withholdings.add(held)
    await _audit(
        unit, context, ref.section, f"{ref}", permit.policy, f"last-day={(until - _MOMENT).date().isoformat()}"
    )
    return held


async def stop_holding_back(unit: UnitOfWork, guard: Guard, context: RequestContext, ref: EntryRef) -> bool:
    """The patient may see it after all; False when nothing was held back."""
    permit = await guard.require(unit, context, Action.RECORD, ref.section)
    if context.role not in MAY_HOLD_BACK or context.patient_id is None:
        raise CommandRejected("not-yours-to-hold-back", "Dit beslist de arts of de coach die de patiënt inlicht.")
    ended = await unit.withholdings.end(context.patient_id, ref, context.now)
    if ended:
        await _audit(unit, context, ref.section, f"{ref}", permit.policy, "ended")
    return ended


async def _known(unit: UnitOfWork, guard: Guard, permit: Permit, ref: EntryRef) -> list[Entry]:
    """The versions when the asker may read one of them or wrote one; else none, as if there were no such entry."""
    context = permit.context
    versions = await unit.dossier.versions(permit, ref)
    if any(limits.is_own(version, context.actor.id) for version in versions):
        return versions
    opened = await guard.permitted(unit, context, Action.READ, (ref.section,))
    return versions if opened and limits.visible(opened[0].limits, versions, reader=context.actor.id) else []


async def _audit(
    unit: UnitOfWork, context: RequestContext, section: Section, ref: str, policy: str, detail: str
) -> None:
    await unit.audit.add(
        auditing.entry(
            context,
            AuditEvent.ENTRY_WITHHELD,
            object_type="entry",
            object_id=ref,
            sections=(section,),
            policy=policy,
            detail=detail,
        )
    )
