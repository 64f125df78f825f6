"""Zaken van de functionaris: open one, look at contents within it, close it (AVG 38 and 39)."""

from dataclasses import replace

from hub.application import auditing
from hub.application.context import RequestContext
from hub.application.guard import Guard, Refused
from hub.application.ports import UnitOfWork
from hub.domain.access import Decision
from hub.domain.audit import AuditEvent
from hub.domain.errors import CommandRejected, NotFound
from hub.domain.identifiers import new_id
from hub.domain.privacy import CaseKind, PrivacyCase
from hub.domain.vocabulary import Action, Role

_LONGEST_REASON = 1000


async def require_privacy_officer(unit: UnitOfWork, guard: Guard, context: RequestContext) -> str:
    """The rules by which this is the privacy officer's; the policy says who may see the log, the role who judges it.

    :raises Refused: anybody else
    """
    permit = await guard.require(unit, context, Action.AUDIT)
    if context.role is not Role.PRIVACY_OFFICER:
        raise Refused(context, None, Decision(permitted=False, rules=()), "not-a-privacy-officer")
    return permit.policy


async def open_case(
    unit: UnitOfWork, guard: Guard, context: RequestContext, *, kind: CaseKind, reason: str
) -> PrivacyCase:
    """Een zaak openen. It opens the contents of one patient for this officer until it is closed; the patient sees it.

    :raises Refused: not the privacy officer
    :raises CommandRejected: no reason, or a very long one
    """
    if context.patient_id is None:
        raise ValueError("a case is about a patient")
    policy = await require_privacy_officer(unit, guard, context)
    if not reason.strip() or len(reason) > _LONGEST_REASON:
        raise CommandRejected("say-why", "Schrijf in hoogstens 1000 tekens waarom deze zaak nodig is.")
    case = PrivacyCase(new_id("cas"), context.patient_id, kind, context.actor.id, context.now, reason.strip())
    await unit.cases.add(case)
    await _log(unit, context, AuditEvent.CASE_OPENED, case, policy)
    return case


async def close_case(unit: UnitOfWork, guard: Guard, context: RequestContext, case_id: str) -> PrivacyCase:
    """Een zaak sluiten: from this moment the contents are closed again.

    :raises Refused: not the privacy officer
    :raises CommandRejected: closed before
    """
    policy = await require_privacy_officer(unit, guard, context)
    case = await unit.cases.get(case_id)
    if not await unit.cases.close(case_id, context.now):
        raise CommandRejected("closed-before", "Deze zaak is al gesloten.")
    closed = replace(case, closed_at=context.now)
    await _log(unit, context, AuditEvent.CASE_CLOSED, closed, policy)
    return closed


async def cases(unit: UnitOfWork, guard: Guard, context: RequestContext, *, open_only: bool) -> list[PrivacyCase]:
    """De zaken, oldest first.

    :raises Refused: not the privacy officer
    """
    policy = await require_privacy_officer(unit, guard, context)
    found = await unit.cases.all(open_only=open_only)
    await unit.audit.add(
        auditing.entry(
            context, AuditEvent.COMMAND, object_type="privacy-case", object_id="all", policy=policy,
            detail=f"cases;found={len(found)}",
        )
    )  # fmt: skip
    return found


async def within(unit: UnitOfWork, context: RequestContext, case_id: str | None) -> RequestContext:
    """The same request within a case. Whether that opens anything is the policy's to say.

    A case that does not exist, is closed, or is about somebody else gives the request no case at all: it is refused
    as it would be without, in the same words.
    """
    if case_id is None or context.patient_id is None:
        return context
    try:
        case = await unit.cases.get(case_id)
    except NotFound:
        return context
    usable = case.patient_id == context.patient_id and case.closed_at is None
    return replace(context, case_id=case.id) if usable else context


async def _log(unit: UnitOfWork, context: RequestContext, event: AuditEvent, case: PrivacyCase, policy: str) -> None:
    await unit.audit.add(
        auditing.entry(
            replace(context, patient_id=case.patient_id, case_id=None),
            event,
            object_type="privacy-case",
            object_id=case.id,
            policy=policy,
            detail=f"kind={case.kind.value};case={case.id}",
        )
    )
