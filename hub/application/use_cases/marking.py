"""Besproken: the marking was talked about with the patient, so that S2 opens for patient and relatives (BW 7:448)."""

from hub.application import auditing
from hub.application.context import RequestContext
from hub.application.guard import Guard
from hub.application.ports import UnitOfWork
from hub.application.use_cases.path_steps import note_step
from hub.domain.audit import AuditEvent
from hub.domain.errors import CommandRejected
from hub.domain.path import PathStep
from hub.domain.vocabulary import Action, Section


async def mark_discussed(unit: UnitOfWork, guard: Guard, context: RequestContext) -> bool:
    """Vastleggen dat de markering met de patiënt is besproken. True when it opened now, False when it was open.

    It is never taken back: what somebody knows, they know. The day of the conversation is recorded beside it.

    :raises Refused: this role records nothing about the illness
    :raises CommandRejected: a role that records there within limits only; it takes a carer of the whole illness
    """
    permit = await guard.require(unit, context, Action.RECORD, Section.S2)
    if permit.limits:
        raise CommandRejected(
            "not-yours-to-open", "Dat de markering is besproken, legt de huisarts, de coach of de instelling vast."
        )
    circle = await unit.circles.get(context.circle_id)
    if circle.discussed_at is not None:
        return False
    await unit.circles.set_discussed(circle.id, context.now)
    await unit.audit.add(
        auditing.entry(
            context,
            AuditEvent.MARKING_DISCUSSED,
            object_type="circle",
            object_id=circle.id,
            sections=(Section.S2,),
            policy=permit.policy,
        )
    )
    await note_step(unit, context, PathStep.MARKED, policy=permit.policy)
    return True
