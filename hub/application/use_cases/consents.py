"""Record what the patient chose: consent or objection, for whom and for which sections (AVG 7, BW 7:457)."""

from hub.application import auditing
from hub.application.context import RequestContext
from hub.application.guard import Guard
from hub.application.ports import UnitOfWork
from hub.domain.audit import AuditEvent
from hub.domain.consent import Consent, ConsentDecision, ConsentTarget, TargetKind
from hub.domain.errors import CommandRejected
from hub.domain.identifiers import new_id
from hub.domain.vocabulary import Action, Role, Section

_MAX_HOW = 500


async def record_consent(
    unit: UnitOfWork,
    guard: Guard,
    context: RequestContext,
    *,
    decision: ConsentDecision,
    target: ConsentTarget,
    sections: frozenset[Section],
    how: str,
    recorded_by: str,
) -> Consent:
    """Store a choice as a new record; earlier ones stay readable.

    The request is that of who makes the choice: the patient, or an active representative. ``recorded_by`` typed it.

    :raises CommandRejected: somebody else would make it, or nothing was said about how
    """
    if context.patient_id is None:
        raise ValueError("a consent is about a patient")
    permit = await guard.require(unit, context, Action.RECORD, Section.S11)
    if not how.strip() or len(how) > _MAX_HOW:
        raise CommandRejected(
            "say-how", "Schrijf kort hoe de keuze is gegeven, bijvoorbeeld: mondeling bij huisbezoek."
        )
    patient = await unit.patients.get(context.patient_id)
    if context.role not in {Role.PATIENT, Role.REPRESENTATIVE}:
        raise CommandRejected("not-theirs", "Alleen de patiënt of de wettelijk vertegenwoordiger maakt deze keuze.")
    if target.kind is TargetKind.PERSON:
        await unit.people.get(target.value)
    consent = await unit.consents.add(
        Consent(
            id=new_id("con"),
            patient_id=patient.id,
            decision=decision,
            target=target,
            sections=sections,
            given_by=context.actor.id,
            how=how.strip(),
            recorded_by=recorded_by,
            recorded_at=context.now,
        )
    )
    await unit.audit.add(
        auditing.entry(
            context,
            AuditEvent.CONSENT_RECORDED,
            object_type="consent",
            object_id=consent.id,
            sections=sections,
            policy=permit.policy,
            consent_id=consent.id,
            detail=f"{decision.value}:{target.kind.value}",
        )
    )
    return consent
