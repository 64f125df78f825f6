"""Dying phase, death and aftercare: what is declared, by whom, confirmed by whom, and what stops at once (E6, CARE-18).

Two people must know of a death, each by the patient's full name. Then everything to the deceased stops, what relatives
could read closes (BW 7:458a), and carers may complete their part for thirty days.
"""

from datetime import date

from hub.application import auditing
from hub.application.context import RequestContext
from hub.application.guard import Guard, Permit
from hub.application.ports import UnitOfWork
from hub.application.speaking import Speaker
from hub.application.use_cases import death_texts as texts
from hub.application.use_cases.aftercare import after_death, undo_death
from hub.application.use_cases.complexity import set_judgement
from hub.application.use_cases.dying_entry import write_dying_phase
from hub.application.use_cases.dying_routine import resume_routine, silence_routine
from hub.application.use_cases.emergency_sets import carers
from hub.application.use_cases.handovers import cancel_for_death
from hub.application.use_cases.path_steps import note_step
from hub.application.use_cases.question_owners import after_death as questions_after_death
from hub.domain.audit import AuditEvent
from hub.domain.circle import GROUND_OF_ROLE, CareRelation, Circle, DischargeReason, RoomKind
from hub.domain.death import (
    MAY_ASSESS,
    Declaration,
    PosthumousGround,
    PosthumousRequest,
    PosthumousVerdict,
    require_full_name,
)
from hub.domain.dossier import Source
from hub.domain.dying_phase import Sign
from hub.domain.errors import CommandRejected
from hub.domain.identifiers import new_id
from hub.domain.path import PathStep
from hub.domain.people import Patient
from hub.domain.vocabulary import Action, PatientState, Role

_LIVING = frozenset({PatientState.ALIVE, PatientState.DYING})
_AFTERCARE_BY = frozenset({Role.COACH, Role.GP})


async def declare_dying(
    unit: UnitOfWork,
    guard: Guard,
    context: RequestContext,
    source: Source | None = None,
    signs: tuple[Sign, ...] = (),
    observed: str | None = None,
) -> None:
    """Stervensfase vaststellen. The out-of-hours set says so and goes to every holder at once; S9 keeps the signs.

    :param source: where it was typed; None: it leaves no entry in the dossier
    :raises Refused: this role declares nothing
    :raises CommandRejected: it was marked before, or the patient is not alive
    """
    permit, patient = await _declaring(unit, guard, context)
    if patient.state is not PatientState.ALIVE:
        raise CommandRejected("marked-before", "De stervensfase is al vastgesteld, of deze patiënt is niet in leven.")
    # First: what the phase itself makes stale may ask for a conversation after all.
    await silence_routine(unit, context, permit.policy)
    if source is not None:
        await write_dying_phase(unit, guard, context, source, started=True, signs=signs, observed=observed)
    await _declare(unit, context, PatientState.DYING, None, confirmed=True)
    await unit.declarations.set_state(patient.id, PatientState.DYING, context.now, context.actor.id, None)
    await unit.emergencies.mark_due(patient.id, context.actor.id, context.now)
    await _audit(unit, context, AuditEvent.DYING_DECLARED, permit)


async def end_dying(unit: UnitOfWork, guard: Guard, context: RequestContext, source: Source | None = None) -> None:
    """Stervensfase intrekken: the patient got better (Zorgpad, §3.7). ``source`` as with :func:`declare_dying`."""
    permit, patient = await _declaring(unit, guard, context)
    if patient.state is not PatientState.DYING:
        raise CommandRejected("not-dying", "De stervensfase is niet vastgesteld.")
    if source is not None:
        await write_dying_phase(unit, guard, context, source, started=False)
    await _declare(unit, context, PatientState.ALIVE, None, confirmed=True)
    await unit.declarations.set_state(patient.id, PatientState.ALIVE, None, context.actor.id, None)
    await unit.emergencies.mark_due(patient.id, context.actor.id, context.now)
    await _audit(unit, context, AuditEvent.STATE_TAKEN_BACK, permit, detail="dying")
    await resume_routine(unit, context, permit.policy)


async def declare_death(
    unit: UnitOfWork, guard: Guard, speaker: Speaker, context: RequestContext, named: str, died_on: date | None = None
) -> None:
    """Overlijden melden, the first of two sources. Nothing changes yet; who else may confirm it hears it in private.

    :raises CommandRejected: not the full name, declared already, or a day in the future
    """
    permit, patient = await _declaring(unit, guard, context)
    require_full_name(patient, named)
    if patient.state not in _LIVING:
        raise CommandRejected("not-alive", "Het overlijden van deze patiënt is al bevestigd.")
    if died_on is not None and died_on > context.now.date():
        raise CommandRejected("bad-date", "Een dag van overlijden ligt niet in de toekomst.")
    if await _waiting(unit, context, PatientState.DECEASED) is not None:
        raise CommandRejected(
            "declared-before", "Dit is al gemeld. Iemand anders bevestigt het met: !overleden bevestig, en de naam."
        )
    await _declare(unit, context, PatientState.DECEASED, died_on)
    await _audit(unit, context, AuditEvent.DEATH_DECLARED, permit)
    for person in await carers(unit, await unit.circles.get(context.circle_id), context.now, without=context.actor.id):
        await speaker.private(unit, context, person, texts.please_confirm(context.actor, patient), ())


async def confirm_death(
    unit: UnitOfWork, guard: Guard, speaker: Speaker, context: RequestContext, named: str
) -> Declaration:
    """Overlijden bevestigen, the second source. From this commit on nothing goes to the deceased any more.

    :raises CommandRejected: nobody declared it, the same person did, or not the full name
    """
    permit, patient = await _declaring(unit, guard, context)
    require_full_name(patient, named)
    waiting = await _waiting(unit, context, PatientState.DECEASED)
    if waiting is None or patient.state not in _LIVING:
        raise CommandRejected("nothing-declared", "Er is geen melding van overlijden die op bevestiging wacht.")
    if waiting.declared_by == context.actor.id:
        raise CommandRejected("own-declaration", "U heeft dit zelf gemeld. Iemand anders die het weet, bevestigt het.")
    if not await unit.declarations.confirm(waiting.id, context.actor.id, context.now):
        raise CommandRejected("nothing-declared", "Er is geen melding van overlijden die op bevestiging wacht.")
    await unit.declarations.set_state(
        patient.id, PatientState.DECEASED, context.now, waiting.declared_by, context.actor.id
    )
    circle = await unit.circles.get(context.circle_id)
    relation = await unit.circles.relation(circle.id, patient.person_id, context.now)
    if relation is not None:
        await unit.circles.end(relation.id, context.now, DischargeReason.DECEASED)
    await unit.portal.end_all(patient.person_id, circle.id, context.now, links=True)
    dropped = await unit.outbox.drop_private(circle.id, patient.person_id, "deceased")
    await unit.rooms.unwish_private(circle.id, patient.person_id)
    dropped += await after_death(unit, context, circle, permit.policy)
    dropped += await cancel_for_death(unit, context, circle)
    await questions_after_death(unit, context, circle)
    await unit.emergencies.settled(patient.id)
    await unit.circles.want_reconciled(circle.id, context.now)
    await _audit(unit, context, AuditEvent.DEATH_CONFIRMED, permit, detail=f"cancelled={dropped}")
    first = await unit.people.get(waiting.declared_by)
    await speaker.announce(unit, context, RoomKind.TEAM, texts.confirmed(first, context.actor, patient).dutch)
    return waiting


async def take_back(unit: UnitOfWork, guard: Guard, speaker: Speaker, context: RequestContext, named: str) -> bool:
    """Een vergissing terugdraaien, before aftercare opened. True when it is undone, False when a second person must.

    A declaration that nobody confirmed yet is withdrawn by one person.

    :raises CommandRejected: nothing to take back, aftercare is open, or the same person twice
    """
    permit, patient = await _declaring(unit, guard, context)
    require_full_name(patient, named)
    unconfirmed = await _waiting(unit, context, PatientState.DECEASED)
    if unconfirmed is not None and patient.state in _LIVING:
        await unit.declarations.withdraw(unconfirmed.id)
        await _audit(unit, context, AuditEvent.STATE_TAKEN_BACK, permit, detail="unconfirmed")
        return True
    circle = await unit.circles.get(context.circle_id)
    if patient.state is not PatientState.DECEASED or circle.aftercare_at is not None:
        raise CommandRejected("nothing-to-undo", "Er is niets dat zo teruggedraaid kan worden. Bel de beheerder.")
    asked = await _waiting(unit, context, PatientState.ALIVE)
    if asked is None:
        await _declare(unit, context, PatientState.ALIVE, None)
        for person in await carers(unit, circle, context.now, without=context.actor.id):
            await speaker.private(unit, context, person, texts.please_undo(context.actor, patient), ())
        return False
    if asked.declared_by == context.actor.id:
        raise CommandRejected("own-declaration", "U vroeg dit zelf al. Iemand anders typt hetzelfde.")
    await unit.declarations.confirm(asked.id, context.actor.id, context.now)
    before = await _state_before_death(unit, patient)
    await unit.declarations.set_state(
        patient.id, before, context.now if before is PatientState.DYING else None, context.actor.id, None
    )
    back = CareRelation(
        new_id("rel"), circle.id, patient.person_id, Role.PATIENT, GROUND_OF_ROLE[Role.PATIENT], context.now, None
    )
    await unit.circles.admit(back)
    await unit.audit.add(
        auditing.entry(
            context,
            AuditEvent.MEMBER_ADMITTED,
            object_type="person",
            object_id=patient.person_id,
            policy=permit.policy,
            detail=f"{back.role.value}:{back.ground.value}",
        )
    )
    await unit.circles.want_reconciled(circle.id, context.now)
    await undo_death(unit, context, circle, permit.policy)
    if before is PatientState.ALIVE:
        await set_judgement(unit, context, circle)
    await _audit(unit, context, AuditEvent.STATE_TAKEN_BACK, permit, detail="deceased")
    await speaker.announce(unit, context, RoomKind.TEAM, texts.undone(patient).dutch)
    return True


async def open_aftercare(unit: UnitOfWork, guard: Guard, speaker: Speaker, context: RequestContext) -> None:
    """Nazorgkamer openen: relatives and coach. From now on the circle room is for reading back only.

    :raises CommandRejected: not the coach or the GP, nobody died, or it is open
    """
    permit, patient = await _declaring(unit, guard, context)
    circle = await unit.circles.get(context.circle_id)
    if context.role not in _AFTERCARE_BY:
        raise CommandRejected("not-yours-to-open", "De nazorgkamer opent de coach of de huisarts.")
    if patient.state is not PatientState.DECEASED or circle.aftercare_at is not None:
        raise CommandRejected("no-aftercare", "De nazorgkamer opent één keer, na een bevestigd overlijden.")
    await unit.circles.open_aftercare(circle.id, context.now)
    await unit.circles.want_reconciled(circle.id, context.now)
    await _audit(unit, context, AuditEvent.AFTERCARE_OPENED, permit)
    await note_step(unit, context, PathStep.AFTERCARE, policy=permit.policy)
    coach = await unit.people.get(circle.lead_id)
    await speaker.announce(unit, context, RoomKind.AFTERCARE, texts.welcome_to_aftercare(patient, coach).dutch)


async def ask_posthumous(
    unit: UnitOfWork, speaker: Speaker, context: RequestContext, ground: PosthumousGround, reason: str
) -> PosthumousRequest:
    """Inzage na overlijden vragen (BW 7:458a): recorded, and weighed by a carer. Opens nothing.

    :raises CommandRejected: nobody died here, or no reason
    """
    circle, patient = await _circle_of(unit, context)
    if patient.state is not PatientState.DECEASED:
        raise CommandRejected("nobody-died", "Dit verzoek is er voor na een overlijden.")
    request = PosthumousRequest(new_id("req"), patient.id, context.actor.id, ground, reason.strip(), context.now)
    await unit.declarations.add_request(request)
    await unit.audit.add(
        auditing.entry(
            context,
            AuditEvent.POSTHUMOUS_ASKED,
            object_type="posthumous-request",
            object_id=request.id,
            detail=ground.value,
        )
    )
    for person in await carers(unit, circle, context.now, without=context.actor.id):
        await speaker.private(unit, context, person, texts.posthumous(request, context.actor, patient), ())
    return request


async def decide_posthumous(
    unit: UnitOfWork, guard: Guard, context: RequestContext, request_id: str, verdict: PosthumousVerdict
) -> PosthumousRequest:
    """Beoordelen door een behandelaar; what is given is given by that carer, not by Kring.

    :raises Refused: somebody who may not even know of it
    :raises CommandRejected: not a treating carer, their own request, or decided before
    """
    permit = await guard.require(unit, context, Action.DECLARE)
    request = await unit.declarations.get_request(request_id)
    if context.role not in MAY_ASSESS or request.patient_id != context.patient_id:
        raise CommandRejected("not-yours-to-decide", "Dit verzoek beoordeelt een arts of coach die behandelde.")
    if request.requested_by == context.actor.id:
        raise CommandRejected("own-request", "Uw eigen verzoek beoordeelt iemand anders.")
    if not await unit.declarations.decide_request(request_id, verdict, context.actor.id, context.now):
        raise CommandRejected("decided-before", "Over dit verzoek is al besloten.")
    await unit.audit.add(
        auditing.entry(
            context,
            AuditEvent.POSTHUMOUS_DECIDED,
            object_type="posthumous-request",
            object_id=request.id,
            policy=permit.policy,
            detail=f"{request.ground.value}:{verdict.value}",
        )
    )
    return request


async def _declaring(unit: UnitOfWork, guard: Guard, context: RequestContext) -> tuple[Permit, Patient]:
    permit = await guard.require(unit, context, Action.DECLARE)
    return permit, (await _circle_of(unit, context))[1]


async def _circle_of(unit: UnitOfWork, context: RequestContext) -> tuple[Circle, Patient]:
    circle = await unit.circles.get(context.circle_id)
    return circle, await unit.patients.get(circle.patient_id)


async def _waiting(unit: UnitOfWork, context: RequestContext, state: PatientState) -> Declaration | None:
    found = [d for d in await unit.declarations.of_patient(context.patient_id or "") if d.state is state]
    return next((d for d in reversed(found) if d.waits(context.now)), None)


async def _state_before_death(unit: UnitOfWork, patient: Patient) -> PatientState:
    earlier = [
        d.state
        for d in await unit.declarations.of_patient(patient.id)
        if d.confirmed_at is not None and d.state is not PatientState.DECEASED
    ]
    # The last of them is the taking back itself.
    return earlier[-2] if len(earlier) > 1 else PatientState.ALIVE


async def _declare(
    unit: UnitOfWork, context: RequestContext, state: PatientState, on: date | None, *, confirmed: bool = False
) -> None:
    at = context.now if confirmed else None
    by = context.actor.id
    await unit.declarations.add(
        Declaration(new_id("dec"), context.patient_id or "", state, by, context.now, on, by if confirmed else None, at)
    )


async def _audit(
    unit: UnitOfWork, context: RequestContext, event: AuditEvent, permit: Permit, *, detail: str = ""
) -> None:
    await unit.audit.add(
        auditing.entry(
            context,
            event,
            object_type="patient",
            object_id=context.patient_id or "",
            policy=permit.policy,
            detail=detail,
        )
    )
