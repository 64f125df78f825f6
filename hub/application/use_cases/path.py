"""Het pad: where this patient is, what comes next and who does it; offer, criteria, start and closing (ADR 0044)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time

from hub.application import auditing
from hub.application.context import RequestContext
from hub.application.guard import Guard, Permit
from hub.application.ports import UnitOfWork
from hub.application.use_cases.complexity import coach_or_lead
from hub.application.use_cases.leading import acting_lead
from hub.application.use_cases.path_steps import note_step, require_not_declined
from hub.application.use_cases.revoking import end_place
from hub.application.use_cases.ringing import Hour, in_name_of
from hub.application.use_cases.tasks import NewTask, make_task
from hub.domain.audit import AuditEvent
from hub.domain.circle import Circle, DischargeReason
from hub.domain.errors import CommandRejected
from hub.domain.path import Facts, Next, PathStep, Taken, What, latest, next_step
from hub.domain.reminder import Reminder, ReminderKind
from hub.domain.spoken import phrase
from hub.domain.task import TaskKind
from hub.domain.vocabulary import Action, PatientState, Role, Section
from hub.domain.working_days import AMSTERDAM

_OFFER_HOUR = time(9)
_THEMSELVES = frozenset({Role.PATIENT, Role.REPRESENTATIVE})
_OF_ILLNESS = frozenset({PathStep.DYING, PathStep.DYING_ENDED})


@dataclass(frozen=True, slots=True)
class PathView:
    """What somebody sees of the path: the steps that were taken, and the next one."""

    taken: list[Taken]
    next: Next
    lead_id: str
    """Who acts as lead now."""


async def read_path(unit: UnitOfWork, guard: Guard, context: RequestContext) -> PathView:
    """Waar zijn we? Only for who may read all of the illness: the path itself tells of it.

    :raises Refused: nothing of the illness is open
    :raises CommandRejected: a part of it only
    """
    permit = await _whole(unit, guard, context, Action.READ, Section.S2)
    circle = await unit.circles.get(context.circle_id)
    taken = await unit.path.of_patient(circle.patient_id)
    sees_dying = await guard.may_read_all(unit, context, (Section.S9,))
    facts = await facts_of(unit, circle, context.now)
    await unit.audit.add(
        auditing.entry(
            context,
            AuditEvent.COMMAND,
            object_type="circle",
            object_id=circle.id,
            sections=(Section.S2,),
            policy=permit.policy,
            detail="path",
        )
    )
    shown = [one for one in taken if sees_dying or one.step not in _OF_ILLNESS]
    unknown = not sees_dying and facts.state is PatientState.DYING
    next_one = Next(What.ASK) if unknown else next_step(taken, facts)
    return PathView(shown, next_one, await acting_lead(unit, circle, context.now))


async def facts_of(unit: UnitOfWork, circle: Circle, now: datetime) -> Facts:
    """What the next step depends on, as it stands now."""
    patient = await unit.patients.get(circle.patient_id)
    again = await unit.reminders.find(ReminderKind.COMPLEXITY, circle.id)
    relatives = {r.person_id for r in await unit.circles.relations(circle.id) if r.active(now) and r.role in _NEAR}
    told = {one.person_id for one in await unit.path.aftercare(circle.id) if one.settles_contact}
    return Facts(
        circle=circle,
        state=patient.state,
        died_at=patient.state_at if patient.state is PatientState.DECEASED else None,
        today=now.astimezone(AMSTERDAM).date(),
        judged_again_on=again.due_at.astimezone(AMSTERDAM).date() if again is not None else None,
        contacts=len(told & relatives),
        relatives=len(relatives),
    )


async def note_offer(
    unit: UnitOfWork, guard: Guard, context: RequestContext, step: PathStep, on_day: date | None = None
) -> Taken:
    """Het aanbod van een coach: yes, no, or later. A no is respected: the coaches of the circle leave it at once.

    By the patient or the representative themselves, or by a carer who records about the illness.

    :raises Refused: somebody who records neither
    :raises CommandRejected: a part only, or a day that has passed
    """
    own = context.role in _THEMSELVES
    permit = await _whole(unit, guard, context, Action.RECORD, Section.S11 if own else Section.S2)
    today = context.now.astimezone(AMSTERDAM).date()
    if step is PathStep.LATER and (on_day is None or on_day <= today):
        raise CommandRejected("bad-offer-day", "Schrijf een dag na vandaag: !coach aangeboden later 3-12-2026")
    taken = await note_step(unit, context, step, policy=permit.policy, on_day=on_day)
    if context.circle is None:
        return taken
    circle = context.circle
    await unit.reminders.cancel(ReminderKind.COACH_OFFER, circle.id, context.now)
    if step is PathStep.LATER and on_day is not None:
        due_at = datetime.combine(on_day, _OFFER_HOUR, AMSTERDAM)
        offer = Reminder(ReminderKind.COACH_OFFER, circle.id, due_at, context.actor.id, circle.id)
        await unit.reminders.set(offer, context.now)
    if step is PathStep.DECLINED:
        for relation in await unit.circles.relations(circle.id):
            if relation.role is Role.COACH and relation.active(context.now):
                reason = DischargeReason.PATIENT_WITHDRAWAL
                await end_place(unit, context, circle, relation, reason, policy=permit.policy)
    return taken


async def note_check(
    unit: UnitOfWork, guard: Guard, context: RequestContext, reason: str | None, criteria: Collection[str]
) -> Taken:
    """Past de patiënt bij de criteria? ``reason`` None: yes; else the code of what is in the way (F3).

    :param criteria: the codes that this region uses
    :raises CommandRejected: no such reason
    """
    permit = await _whole(unit, guard, context, Action.RECORD, Section.S2)
    if reason is None:
        return await note_step(unit, context, PathStep.INCLUDED, policy=permit.policy)
    if reason not in criteria:
        raise CommandRejected("bad-criterion", "Kies een van de redenen. Typ !inclusie om ze te zien.")
    return await note_step(unit, context, PathStep.EXCLUDED, policy=permit.policy, reason=reason)


async def note_start(unit: UnitOfWork, guard: Guard, context: RequestContext) -> Taken:
    """De begeleiding begint, once.

    :raises CommandRejected: begun before, no coach wanted, or the patient does not fit
    """
    permit = await _whole(unit, guard, context, Action.RECORD, Section.S2)
    taken = await unit.path.of_patient(context.patient_id or "")
    if latest(taken, PathStep.STARTED) is not None:
        raise CommandRejected("started-before", "De begeleiding is al begonnen. Typ !pad om te zien waar we zijn.")
    await require_not_declined(unit, context.patient_id or "")
    check = latest(taken, PathStep.INCLUDED, PathStep.EXCLUDED)
    if check is not None and check.step is PathStep.EXCLUDED:
        raise CommandRejected("not-included", "De patiënt past niet bij de criteria. Verander dat eerst: !inclusie ja")
    return await note_step(unit, context, PathStep.STARTED, policy=permit.policy)


async def _whole(unit: UnitOfWork, guard: Guard, context: RequestContext, action: Action, section: Section) -> Permit:
    permit = await guard.require(unit, context, action, section)
    if permit.limits:
        raise CommandRejected("path-not-yours", "Het pad houden de huisarts, de coach en de instelling bij.")
    return permit


async def ring_offer(unit: UnitOfWork, hour: Hour, reminder: Reminder) -> datetime | None:
    """De dag die de patiënt noemde is er: a task to offer it again."""
    circle = await unit.circles.get(reminder.circle_id or "")
    patient = await unit.patients.get(circle.patient_id)
    if not circle.open or patient.state is not PatientState.ALIVE:
        return None
    owner_id = await coach_or_lead(unit, circle, hour.now)
    context = await in_name_of(unit, circle, owner_id, hour)
    await make_task(
        unit,
        context,
        circle,
        NewTask(
            kind=TaskKind.PATH,
            about="offer",
            section=Section.S2,
            sections=frozenset({Section.S2}),
            refs=(),
            what=phrase("- De patiënt wilde er nu over praten. Typ daarna: !coach aangeboden ja|nee|later <datum>"),
            alarm=phrase("Bied de coach opnieuw aan"),
            owner_id=owner_id,
        ),
    )
    return None


_NEAR = frozenset({Role.RELATIVE, Role.REPRESENTATIVE})
