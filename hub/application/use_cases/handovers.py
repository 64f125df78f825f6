"""Make and receive handovers (overdracht, law-and-care §3.8): nothing is handed over until somebody says so."""

from hub.application import auditing
from hub.application.context import RequestContext
from hub.application.guard import Guard
from hub.application.ports import UnitOfWork
from hub.application.use_cases.contradictions import after_change
from hub.domain.audit import AuditEvent
from hub.domain.errors import CommandRejected
from hub.domain.handover import Destination, Handover
from hub.domain.vocabulary import Action, Section


async def make_handover(
    unit: UnitOfWork, guard: Guard, context: RequestContext, destination: Destination, receiver_id: str | None
) -> Handover:
    """Overdracht maken. It needs the right to record in the care plan (S8), where handovers belong.

    :raises CommandRejected: the receiver is not a professional in this circle, or is the sender
    """
    permit = await guard.require(unit, context, Action.RECORD, Section.S8)
    if context.role is None or not context.role.is_professional or permit.limits:
        raise CommandRejected("not-yours-to-hand-over", "Een overdracht maakt een zorgverlener met het hele zorgplan.")
    if receiver_id is not None:
        relation = await unit.circles.relation(context.circle_id, receiver_id, context.now)
        if relation is None or not relation.role.is_professional or receiver_id == context.actor.id:
            raise CommandRejected("no-receiver", "De ontvanger is geen andere zorgverlener in deze kring.")
    handover = await unit.handovers.add(
        Handover(context.circle_id, 0, destination, context.actor.id, context.now, receiver_id)
    )
    await unit.audit.add(
        auditing.entry(
            context,
            AuditEvent.HANDOVER_MADE,
            object_type="handover",
            object_id=str(handover.number),
            sections=(Section.S8,),
            policy=permit.policy,
            detail=destination.value,
        )
    )
    await after_change(unit, guard, context, [handover])
    # What was agreed before the move is shown with a warning from now on, in the out-of-hours set too.
    await unit.emergencies.mark_due(permit.context.patient_id or "", context.actor.id, context.now)
    return handover


async def _is_here(unit: UnitOfWork, context: RequestContext, person_id: str | None) -> bool:
    """Somebody who left receives nothing any more; who takes it over says so, by name (law-and-care E8)."""
    return person_id is not None and (
        await unit.circles.relation(context.circle_id, person_id, context.now) is not None
    )


async def receive_handover(unit: UnitOfWork, guard: Guard, context: RequestContext, number: int) -> Handover:
    """Ontvangen: closes the handover. A named receiver is the only one who can.

    :raises CommandRejected: no such open handover, the sender, or somebody else than the named receiver
    """
    permit = await guard.require(unit, context, Action.READ, Section.S8)
    if context.role is None or not context.role.is_professional or permit.limits:
        raise CommandRejected("not-yours-to-receive", "Een overdracht ontvangt een zorgverlener met het hele zorgplan.")
    handover = await unit.handovers.get(context.circle_id, number)
    if handover is None or not handover.open:
        raise CommandRejected(
            "no-open-handover", "Er is geen open overdracht met nummer %(number)s.", {"number": number}
        )
    if handover.made_by == context.actor.id:
        raise CommandRejected("own-handover", "Uw eigen overdracht ontvangt iemand anders.")
    if handover.receiver_id not in {None, context.actor.id} and await _is_here(unit, context, handover.receiver_id):
        raise CommandRejected("other-receiver", "Deze overdracht is aan iemand anders gericht.")
    if not await unit.handovers.received(context.circle_id, number, context.actor.id, context.now):
        raise CommandRejected(
            "no-open-handover", "Er is geen open overdracht met nummer %(number)s.", {"number": number}
        )
    await unit.audit.add(
        auditing.entry(
            context,
            AuditEvent.HANDOVER_RECEIVED,
            object_type="handover",
            object_id=str(number),
            sections=(Section.S8,),
            policy=permit.policy,
        )
    )
    return handover
