"""De laatste dertig dagen compleet: said by somebody who knows, or the figures leave this patient out (IND-05)."""

from hub.application.context import RequestContext
from hub.application.guard import Guard
from hub.application.ports import UnitOfWork
from hub.application.use_cases.leading import acting_lead
from hub.application.use_cases.path_steps import note_step
from hub.domain.errors import CommandRejected
from hub.domain.path import PathStep
from hub.domain.vocabulary import Action, PatientState, Role, Section

_MAY_SAY = frozenset({Role.COACH, Role.GP})


async def events_complete(unit: UnitOfWork, guard: Guard, context: RequestContext) -> None:
    """Alles van de laatste dertig dagen staat er in. Silence is no event: without this the patient counts as missing.

    :raises Refused: this role records nothing of the care plan, or the thirty days to complete it are over
    :raises CommandRejected: not the lead, the coach or the GP, or nobody died
    """
    permit = await guard.require(unit, context, Action.RECORD, Section.S8)
    circle = await unit.circles.get(context.circle_id)
    if context.role not in _MAY_SAY and await acting_lead(unit, circle, context.now) != context.actor.id:
        raise CommandRejected("complete-not-yours", "Dit zegt wie de regie heeft, de coach of de huisarts.")
    if (await unit.patients.get(circle.patient_id)).state is not PatientState.DECEASED:
        raise CommandRejected("nobody-died", "Dit is er voor na een overlijden.")
    await note_step(unit, context, PathStep.EVENTS_COMPLETE, policy=permit.policy)
