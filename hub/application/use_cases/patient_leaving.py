"""De patiënt stopt met Kring (E16): nothing new, reading closed, each provider takes its own part along."""

from datetime import timedelta

from hub.application import auditing
from hub.application.context import RequestContext
from hub.application.guard import Guard
from hub.application.ports import UnitOfWork
from hub.application.speaking import Speaker
from hub.domain.audit import AuditEvent
from hub.domain.circle import DischargeReason
from hub.domain.death import Declaration
from hub.domain.errors import CommandRejected
from hub.domain.identifiers import new_id
from hub.domain.spoken import phrase
from hub.domain.vocabulary import Action, PatientState, Role, Section

TAKE_ALONG = timedelta(days=30)
"""So long carers may still export their part."""
_TOLD = phrase(
    "De patiënt stopt met Kring. Lezen en vastleggen zijn dicht. U kunt uw eigen deel nog dertig dagen meenemen naar "
    "uw eigen dossier (alleen exporteren). De bewaarplicht loopt door."
)


async def leave_kring(unit: UnitOfWork, guard: Guard, speaker: Speaker, context: RequestContext) -> int:
    """Stoppen met Kring, by the patient or the active representative; how many carers were told.

    :raises CommandRejected: somebody else, or stopped before
    """
    permit = await guard.require(unit, context, Action.RECORD, Section.S11)
    patient = await unit.patients.get(context.patient_id or "")
    if context.role not in {Role.PATIENT, Role.REPRESENTATIVE}:
        raise CommandRejected("not-theirs", "Stoppen met Kring beslist de patiënt, of de wettelijk vertegenwoordiger.")
    if patient.state not in {PatientState.ALIVE, PatientState.DYING}:
        raise CommandRejected("left-before", "Voor deze patiënt is Kring al gestopt.")
    told = []
    if context.circle is not None:
        relations = await unit.circles.relations(context.circle_id)
        carers = [r.person_id for r in relations if r.active(context.now) and r.role.is_professional]
        told = list((await unit.people.all_of(carers)).values())
        await close_circle(unit, context)
        for person in told:
            await speaker.private(unit, context, person, _TOLD, ())
    by = context.actor.id
    await unit.declarations.add(
        Declaration(new_id("dec"), patient.id, PatientState.LEFT, by, context.now, None, by, context.now)
    )
    await unit.declarations.set_state(patient.id, PatientState.LEFT, context.now, by, None)
    await unit.emergencies.settled(patient.id)
    await unit.audit.add(
        auditing.entry(
            context,
            AuditEvent.PATIENT_LEFT,
            object_type="patient",
            object_id=patient.id,
            policy=permit.policy,
            detail=f"told={len(told)}",
        )
    )
    return len(told)


async def close_circle(
    unit: UnitOfWork, context: RequestContext, reason: DischargeReason = DischargeReason.PATIENT_WITHDRAWAL
) -> None:
    """Close it: nobody else reads on, and the shared rooms become empty.

    Patient and relatives are out at once. Carers keep a place without rooms for thirty days, because exporting their
    own part is something that only a member may do; their private room stays that long, to be told what to do.
    """
    if context.circle is None:
        return
    for relation in await unit.circles.relations(context.circle_id):
        if relation.active(context.now):
            until = context.now + TAKE_ALONG if relation.role.is_professional else context.now
            if relation.until is None or relation.until > until:
                await unit.circles.end(relation.id, until, reason)
            if not relation.role.is_professional:
                await unit.outbox.drop_private(context.circle_id, relation.person_id, "circle-closed")
                await unit.rooms.unwish_private(context.circle_id, relation.person_id)
    await unit.circles.close(context.circle_id, context.now)
    await unit.circles.want_reconciled(context.circle_id, context.now)
