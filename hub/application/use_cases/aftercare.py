"""Nazorg, terugkijken en afsluiten: what follows a death, each at its hour, apart from the dossier (§3.11, E6)."""

from dataclasses import dataclass
from datetime import datetime

from hub.application import auditing
from hub.application.context import RequestContext
from hub.application.guard import Guard, Permit
from hub.application.ports import UnitOfWork
from hub.application.use_cases.complexity import coach_or_lead
from hub.application.use_cases.leading import acting_lead
from hub.application.use_cases.path_steps import note_step
from hub.application.use_cases.patient_leaving import close_circle
from hub.application.use_cases.ringing import Hour, in_name_of
from hub.application.use_cases.tasks import NewTask, log_done, make_task, tell
from hub.domain.aftercare import AftercareKind, AftercareRecord, Outcome
from hub.domain.audit import AuditEvent
from hub.domain.circle import Circle, DischargeReason
from hub.domain.errors import CommandRejected
from hub.domain.identifiers import new_id
from hub.domain.path import COMPLETING, CONTACT_AFTER, EVALUATE_AFTER, PathStep
from hub.domain.people import Patient, Person
from hub.domain.reminder import Reminder, ReminderKind
from hub.domain.spoken import Spoken, phrase
from hub.domain.task import TaskKind
from hub.domain.vocabulary import Action, PatientState, Role, Section

_AFTER = {
    ReminderKind.COMPLETION: COMPLETING,
    ReminderKind.AFTERCARE: CONTACT_AFTER,
    ReminderKind.EVALUATION: EVALUATE_AFTER,
}
_BY = frozenset({Role.COACH, Role.GP})
_COMPLETE, _CONTACT, _EVALUATE = "completion", "aftercare", "evaluation"


@dataclass(frozen=True, slots=True)
class Closed:
    """What was closed. ``told``: carers who may export their own part for thirty days more."""

    told: list[Person]


async def after_death(unit: UnitOfWork, context: RequestContext, circle: Circle, policy: str) -> int:
    """Alles wat gepland stond, stopt; what comes after is set. In the transaction that confirms the death.

    Returns how many reminders and messages were cancelled. What is still to be said about the care plan, tasks or
    appointments (S8) is not said any more, to nobody.
    """
    stopped = await _end_tasks_of_the_living(unit, context, circle)
    over = [kind for kind in ReminderKind if kind.ends_with_death and kind is not ReminderKind.TASK]
    stopped += await unit.reminders.cancel_circle(circle.id, over, context.now)
    stopped += await unit.outbox.drop_about(circle.id, Section.S8, "deceased")
    for kind, after in _AFTER.items():
        due = Reminder(kind, circle.id, context.now + after, context.actor.id, circle.id)
        await unit.reminders.set(due, context.now)
    await note_step(unit, context, PathStep.DIED, policy=policy)
    await make_task(
        unit,
        context,
        circle,
        NewTask(
            kind=TaskKind.PATH,
            about=_COMPLETE,
            section=Section.S9,
            sections=frozenset({Section.S9}),
            refs=(),
            what=phrase("- Maak uw deel van het dossier af, en vraag het de anderen. Daarna gaat het dicht."),
            alarm=phrase("Het dossier afmaken"),
            due_at=context.now + COMPLETING,
        ),
    )
    return stopped


async def undo_death(unit: UnitOfWork, context: RequestContext, circle: Circle, policy: str) -> None:
    """Een vergissing: what was set for after the death does not happen."""
    await unit.reminders.cancel_circle(circle.id, list(_AFTER), context.now)
    await finish_path_tasks(unit, context, circle, _COMPLETE)
    await note_step(unit, context, PathStep.DEATH_UNDONE, policy=policy)


async def note_contact(
    unit: UnitOfWork, guard: Guard, context: RequestContext, relative: Person, outcome: Outcome, text: str
) -> AftercareRecord:
    """Contact met een naaste, of een poging. It is about the relative: it stands apart from the dossier (BW 7:454).

    :raises Refused: this role declares nothing
    :raises CommandRejected: not the coach or the GP, nobody died, or not a relative of this circle
    """
    permit = await _caring(unit, guard, context)
    relation = await unit.circles.relation(context.circle_id, relative.id, context.now)
    if relation is None or relation.role not in {Role.RELATIVE, Role.REPRESENTATIVE}:
        raise CommandRejected("not-a-relative", "Nazorg is er voor de naasten in deze kring. Kijk met !wie wie er is.")
    record = await _note(unit, context, permit, AftercareKind.CONTACT, outcome, text, relative.id)
    circle = await unit.circles.get(context.circle_id)
    if not await _waiting_for(unit, circle, context.now):
        await unit.reminders.cancel(ReminderKind.AFTERCARE, circle.id, context.now)
        await finish_path_tasks(unit, context, circle, _CONTACT)
    return record


async def note_evaluation(
    unit: UnitOfWork, guard: Guard, context: RequestContext, text: str, marking: Outcome | None
) -> AftercareRecord:
    """Terugkijken met het team (ADA); ``marking``: the answer to the question whether the marking was right (IND-12).

    :raises Refused: nothing of the illness is open to this role
    :raises CommandRejected: not a carer of the team, nobody died, or no words
    """
    permit = await guard.require(unit, context, Action.READ, Section.S2)
    if permit.limits or context.role is None or not context.role.is_professional:
        raise CommandRejected("evaluation-not-yours", "Terugkijken doet het team in de teamkamer.")
    await _require_deceased(unit, context)
    if marking is not None:
        return await _note(unit, context, permit, AftercareKind.MARKING, marking, "", context.actor.id)
    if not text.strip():
        raise CommandRejected("bad-evaluation", "Schrijf: !evaluatie <wat ging goed, wat kan beter>")
    record = await _note(unit, context, permit, AftercareKind.EVALUATION, Outcome.NONE, text.strip(), None)
    circle = await unit.circles.get(context.circle_id)
    await unit.reminders.cancel(ReminderKind.EVALUATION, circle.id, context.now)
    await finish_path_tasks(unit, context, circle, _EVALUATE)
    await note_step(unit, context, PathStep.EVALUATED, policy=permit.policy)
    return record


async def read_contacts(unit: UnitOfWork, guard: Guard, context: RequestContext) -> list[AftercareRecord]:
    """Met wie er contact was, for the coach and the GP; a relative gets what is about themselves. In the log.

    :raises Refused: neither
    """
    near = context.is_member and context.role in {Role.RELATIVE, Role.REPRESENTATIVE}
    policy = "" if near else (await _caring(unit, guard, context)).policy
    found = [
        one
        for one in await unit.path.aftercare(context.circle_id)
        if one.kind is AftercareKind.CONTACT and (not near or one.person_id == context.actor.id)
    ]
    await unit.audit.add(
        auditing.entry(
            context,
            AuditEvent.AFTERCARE_READ,
            object_type="circle",
            object_id=context.circle_id,
            policy=policy,
            detail=f"lines={len(found)}",
        )
    )
    return found


async def close_after_death(unit: UnitOfWork, guard: Guard, context: RequestContext) -> Closed:
    """De kring afsluiten, by who leads, when everything was done. The dossier stays, for as long as the law says.

    :raises CommandRejected: not the lead, or something is still to be done; the words say what
    """
    permit = await guard.require(unit, context, Action.DECLARE)
    circle = await unit.circles.get(context.circle_id)
    patient = await _require_deceased(unit, context)
    if await acting_lead(unit, circle, context.now) != context.actor.id:
        raise CommandRejected("lead-closes", "De kring sluit wie de regie heeft. Kijk met !regie wie dat is.")
    if patient.state_at is not None and context.now < patient.state_at + COMPLETING:
        raise CommandRejected("completing", "Afsluiten kan dertig dagen na het overlijden, als het dossier af is.")
    open_tasks = [one.number for one in await unit.tasks.of_circle(circle.id) if one.open]
    if open_tasks or await _waiting_for(unit, circle, context.now):
        raise CommandRejected(
            "not-done-yet",
            "Er is nog iets te doen: de nazorg, of een open taak. Typ !pad om te zien wat. Klaar met een taak? Typ: "
            "!klaar <nummer>",
        )
    relations = await unit.circles.relations(circle.id)
    carers = [r.person_id for r in relations if r.active(context.now) and r.role.is_professional]
    told = list((await unit.people.all_of(carers)).values())
    await note_step(unit, context, PathStep.CLOSED, policy=permit.policy)
    await unit.reminders.cancel_circle(circle.id, list(ReminderKind), context.now)
    await close_circle(unit, context, DischargeReason.DECEASED)
    await unit.audit.add(
        auditing.entry(
            context, AuditEvent.CIRCLE_CLOSED, object_type="circle", object_id=circle.id, policy=permit.policy
        )
    )
    return Closed(told)


async def finish_path_tasks(unit: UnitOfWork, context: RequestContext, circle: Circle, about: str) -> None:
    """What was done has no open task any more."""
    for task in await unit.tasks.of_circle(circle.id):
        if task.open and task.kind is TaskKind.PATH and task.about == about:
            await unit.tasks.done(circle.id, task.number, context.actor.id, context.now)
            await log_done(unit, context, task, "settled")


async def ring_completion(unit: UnitOfWork, hour: Hour, reminder: Reminder) -> datetime | None:
    """De dertig dagen zijn voorbij: the policy refuses from now on, and who leads hears it."""
    found = await _after(unit, hour, reminder)
    if found is None:
        return None
    circle, context = found
    await finish_path_tasks(unit, context, circle, _COMPLETE)
    await note_step(unit, context, PathStep.COMPLETED)
    body = phrase(
        "De dertig dagen om het dossier af te maken zijn voorbij. Er kan niets meer bij. Een fout herstellen kan nog."
    )
    await tell(unit, context, circle, context.actor.id, body, ())
    return None


async def ring_aftercare(unit: UnitOfWork, hour: Hour, reminder: Reminder) -> datetime | None:
    """Zes weken na het overlijden: how are the relatives?"""
    found = await _after(unit, hour, reminder)
    if found is None:
        return None
    circle, context = found
    waiting = await _waiting_for(unit, circle, hour.now)
    if not waiting:
        return None
    names = ", ".join(sorted(person.name.full for person in (await unit.people.all_of(waiting)).values()))
    what = phrase(
        "- Bel %(names)s. Typ daarna: !nazorg contact <naaste> gesproken, of niet bereikt, of wil niet", names=names
    )
    await _path_task(unit, circle, context, _CONTACT, what, phrase("Hoe gaat het met de naasten?"))
    return None


async def ring_evaluation(unit: UnitOfWork, hour: Hour, reminder: Reminder) -> datetime | None:
    """Terugkijken met het team."""
    found = await _after(unit, hour, reminder)
    if found is None:
        return None
    circle, context = found
    what = phrase(
        "- Kijk met het team terug. Typ in de teamkamer: !evaluatie <wat ging goed, wat kan beter>\n- Vraag iedereen "
        "of de markering terecht was: !evaluatie markering terecht|niet terecht|onbekend"
    )
    await _path_task(unit, circle, context, _EVALUATE, what, phrase("Terugkijken met het team"))
    return None


async def _path_task(
    unit: UnitOfWork, circle: Circle, context: RequestContext, about: str, what: Spoken, alarm: Spoken
) -> None:
    sections = frozenset({Section.S9})
    new = NewTask(TaskKind.PATH, about, Section.S9, sections, (), what, alarm, owner_id=context.actor.id)
    await make_task(unit, context, circle, new)


async def _after(unit: UnitOfWork, hour: Hour, reminder: Reminder) -> tuple[Circle, RequestContext] | None:
    circle = await unit.circles.get(reminder.circle_id or "")
    patient = await unit.patients.get(circle.patient_id)
    if not circle.open or patient.state is not PatientState.DECEASED:
        return None
    leads = reminder.kind is ReminderKind.COMPLETION
    owner_id = await acting_lead(unit, circle, hour.now) if leads else await coach_or_lead(unit, circle, hour.now)
    return circle, await in_name_of(unit, circle, owner_id, hour)


async def _end_tasks_of_the_living(unit: UnitOfWork, context: RequestContext, circle: Circle) -> int:
    ended = 0
    for task in await unit.tasks.of_circle(circle.id):
        if task.open and task.kind.ends_with_death:
            await unit.tasks.done(circle.id, task.number, context.actor.id, context.now)
            await log_done(unit, context, task, "deceased")
            ended += 1
    return ended


async def _waiting_for(unit: UnitOfWork, circle: Circle, now: datetime) -> set[str]:
    """The relatives with whom there was no contact yet, and who did not say that they want none."""
    told = {one.person_id for one in await unit.path.aftercare(circle.id) if one.settles_contact}
    near = {Role.RELATIVE, Role.REPRESENTATIVE}
    here = {r.person_id for r in await unit.circles.relations(circle.id) if r.active(now) and r.role in near}
    return here - told


async def _note(
    unit: UnitOfWork,
    context: RequestContext,
    permit: Permit,
    kind: AftercareKind,
    outcome: Outcome,
    text: str,
    person_id: str | None,
) -> AftercareRecord:
    try:
        record = AftercareRecord(
            id=new_id("aft"),
            circle_id=context.circle_id,
            patient_id=context.patient_id or "",
            kind=kind,
            outcome=outcome,
            noted_by=context.actor.id,
            noted_at=context.now,
            person_id=person_id,
            text=text,
        )
    except ValueError as problem:
        raise CommandRejected("bad-text", "Dit kan zo niet worden bewaard. Houd het kort.") from problem
    await unit.path.add_aftercare(record)
    await unit.audit.add(
        auditing.entry(
            context,
            AuditEvent.AFTERCARE_NOTED,
            object_type="circle",
            object_id=context.circle_id,
            policy=permit.policy,
            detail=f"{kind.value}:{outcome.value}",
        )
    )
    return record


async def _caring(unit: UnitOfWork, guard: Guard, context: RequestContext) -> Permit:
    permit = await guard.require(unit, context, Action.DECLARE)
    if context.role not in _BY:
        raise CommandRejected("aftercare-not-yours", "De nazorg doet de coach, of de huisarts.")
    await _require_deceased(unit, context)
    return permit


async def _require_deceased(unit: UnitOfWork, context: RequestContext) -> Patient:
    patient = await unit.patients.get(context.patient_id or "")
    if patient.state is not PatientState.DECEASED:
        raise CommandRejected("nobody-died", "Dit is er voor na een overlijden.")
    return patient
