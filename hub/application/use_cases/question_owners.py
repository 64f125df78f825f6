"""Wie een vraag heeft: from the first second somebody who is in the circle and not away, whatever changes."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta

from hub.application import auditing
from hub.application.context import RequestContext
from hub.application.guard import Guard
from hub.application.ports import UnitOfWork
from hub.application.use_cases import question_texts as texts
from hub.application.use_cases.leading import acting_lead, available
from hub.application.use_cases.question_telling import has_died, in_its_room, in_private, role_in
from hub.domain.audit import AuditEvent
from hub.domain.circle import Circle
from hub.domain.ladder import Ladder, Who
from hub.domain.people import same_organisation
from hub.domain.question_watch import Question, QuestionState, next_morning
from hub.domain.reminder import Reminder, ReminderKind
from hub.domain.vocabulary import Role

_AT_LEAST = timedelta(minutes=30)
"""Who gets a question from somebody who left has this long, whatever was left of the term."""
_SOON = timedelta(minutes=1)
_ORDER = (Role.COACH, Role.GP, Role.SPECIALIST, Role.FACILITY, Role.LOCUM, Role.HOME_CARE)


async def ladder_of(unit: UnitOfWork, guard: Guard, circle_id: str) -> Ladder:
    """De ladder van deze kring, or else that of the house."""
    return await unit.ladders.newest(circle_id) or guard.house.ladder


async def ladder_of_question(unit: UnitOfWork, guard: Guard, question: Question) -> Ladder:
    """As it was when the question was asked: what the asker was told still holds."""
    version = question.ladder_version
    found = await unit.ladders.version(question.circle_id, version) if version else None
    return found or guard.house.ladder


async def on_rung(
    unit: UnitOfWork, circle: Circle, who: Who, now: datetime, without: Collection[str] = ()
) -> str | None:
    """Who stands on this rung now; None when nobody does who is here, not away, and not in ``without``."""
    for person_id in await _candidates(unit, circle, who, now):
        if person_id not in without and await available(unit, circle, person_id, now):
            return person_id
    return None


async def first_owner(
    unit: UnitOfWork, circle: Circle, ladder: Ladder, now: datetime, asker_id: str, text: str
) -> tuple[str, int]:
    """Who answers first, and on which rung that is. Never nobody, and the asker only when there is no other."""
    if ladder.is_practical(text):
        nurse = await on_rung(unit, circle, Who.HOME_CARE, now, {asker_id})
        if nurse is not None:
            return nurse, 0
    for number, rung in enumerate(ladder.rungs):
        found = await on_rung(unit, circle, rung.who, now, {asker_id}) if rung.who is not Who.OUTSIDE else None
        if found is not None:
            return found, number
    return await anybody(unit, circle, now, {asker_id}), 0


async def anybody(unit: UnitOfWork, circle: Circle, now: datetime, without: Collection[str] = ()) -> str:
    """When no rung has anybody: who acts as lead, else a carer of the circle, present before absent."""
    lead = await acting_lead(unit, circle, now)
    order = {role: place for place, role in enumerate(_ORDER)}
    carers = [r for r in await unit.circles.relations(circle.id) if r.active(now) and r.role.is_professional]
    by_role = [r.person_id for r in sorted(carers, key=lambda r: (order.get(r.role, len(order)), r.person_id))]
    here = [one for one in dict.fromkeys((lead, *by_role)) if one in set(by_role)]
    present = [one for one in here if await available(unit, circle, one, now)]
    others = [one for one in (*present, *here) if one not in without]
    return next(iter((*others, *here, lead)))


async def set_reminder(unit: UnitOfWork, question: Question, now: datetime) -> None:
    """The clock of a question: its term, or earlier when who has it will leave or be away before that."""
    at = await rings_at(unit, question, now)
    about = Reminder(ReminderKind.QUESTION, question.about, at, question.asker_id, question.circle_id)
    await unit.reminders.set(about, now)


async def rings_at(unit: UnitOfWork, question: Question, now: datetime) -> datetime:
    relation = await unit.circles.relation(question.circle_id, question.owner_id, now)
    until = relation.until if relation is not None else None
    away = [absence.since for absence in await unit.absences.of(question.owner_id, now)]
    ahead = [moment for moment in (question.term_at, until, *away) if moment is not None and moment > now]
    return min(ahead, default=now + _SOON)


async def pass_on_questions(
    unit: UnitOfWork, context: RequestContext, circle: Circle, left_id: str, *, away: bool = False
) -> int:
    """The questions of somebody who left the circle, or (``away``) is away now; in the transaction of that.

    What they asked themselves ends with their leaving. Who gets a question hears it, and so does the asker. Returns how
    many got another owner.
    """
    passed = 0
    for question in await unit.questions.open_in(circle.id):
        if question.asker_id == left_id and not away:
            await end(unit, context, question, QuestionState.LAPSED, "asker-left")
        elif question.owner_id == left_id:
            passed += await pass_on(unit, context, circle, question)
    return passed


async def pass_on(unit: UnitOfWork, context: RequestContext, circle: Circle, question: Question) -> bool:
    """Another owner at once, on the same rung; the term stays when it is long enough. False: there is nobody else."""
    now = context.now
    owner_id = await _instead(unit, circle, question, now)
    if owner_id == question.owner_id:
        await set_reminder(unit, question, now)
        return False
    moved = replace(question, owner_id=owner_id, term_at=max(question.term_at, now + _AT_LEAST))
    await unit.questions.save(moved)
    await set_reminder(unit, moved, now)
    await audit_passing(unit, context, moved, f"owner={owner_id};because=left")
    owner = await unit.people.get(owner_id)
    to = texts.named(owner, await role_in(unit, circle.id, owner_id, now))
    if not moved.acute:
        await in_its_room(unit, context, moved, texts.passed_on(moved, to, now), alert=owner)
    asker = await unit.people.get(moved.asker_id)
    by = texts.named(asker, await role_in(unit, circle.id, asker.id, now))
    await in_private(unit, context, circle.id, owner, texts.passed_to_you(moved, by, now), urgent=True, about=moved)
    return True


async def end(
    unit: UnitOfWork, context: RequestContext, question: Question, state: QuestionState, how: str
) -> Question:
    """Close it, and everything that waits for it."""
    ended = replace(question, state=state, ended_at=context.now, ended_by=context.actor.id)
    await unit.questions.save(ended)
    await unit.reminders.cancel(ReminderKind.QUESTION, question.about, context.now)
    await unit.outside_calls.withdraw(question.circle_id, question.number, context.now)
    await audit(unit, context, AuditEvent.QUESTION_ENDED, question, f"{state.value};{how}")
    return ended


async def after_death(unit: UnitOfWork, context: RequestContext, circle: Circle) -> None:
    """After a confirmed death what the patient asked ends; what relatives asked waits for the coach, off the ladder."""
    patient = await unit.patients.get(circle.patient_id)
    for question in await unit.questions.open_in(circle.id):
        if question.asker_id == patient.person_id:
            await end(unit, context, question, QuestionState.LAPSED, "deceased")
            continue
        coach = await coach_after_death(unit, circle, context.now)
        moved = replace(question, owner_id=coach, term_at=next_morning(context.now), acute=frozenset())
        await unit.questions.save(moved)
        await unit.outside_calls.withdraw(circle.id, question.number, context.now)
        await set_reminder(unit, moved, context.now)
        await audit_passing(unit, context, moved, f"owner={coach};because=death")


async def coach_after_death(unit: UnitOfWork, circle: Circle, now: datetime) -> str:
    return await on_rung(unit, circle, Who.COACH, now) or await anybody(unit, circle, now)


async def audit_passing(unit: UnitOfWork, context: RequestContext, question: Question, detail: str) -> None:
    await audit(unit, context, AuditEvent.QUESTION_PASSED_ON, question, f"rung={question.rung};{detail}")


async def audit(unit: UnitOfWork, context: RequestContext, event: AuditEvent, question: Question, detail: str) -> None:
    await unit.audit.add(
        auditing.entry(context, event, object_type="question", object_id=str(question.number), detail=detail)
    )


async def _instead(unit: UnitOfWork, circle: Circle, question: Question, now: datetime) -> str:
    if await has_died(unit, question.patient_id):
        return await coach_after_death(unit, circle, now)
    for who in (Who.LEAD, Who.DEPUTY, Who.COACH, Who.GP):
        found = await on_rung(unit, circle, who, now, {question.asker_id})
        if found is not None:
            return found
    return await anybody(unit, circle, now, {question.asker_id})


async def _candidates(unit: UnitOfWork, circle: Circle, who: Who, now: datetime) -> list[str]:
    circle = await unit.circles.get(circle.id)
    if who is Who.LEAD:
        return [await acting_lead(unit, circle, now)]
    if who is Who.DEPUTY:
        return [circle.deputy_id] if circle.deputy_id is not None else []
    active = [r for r in await unit.circles.relations(circle.id) if r.active(now) and r.role.is_professional]
    if who.role is not None:
        return [relation.person_id for relation in active if relation.role is who.role]
    if who is Who.ON_DUTY:
        locums = [relation.person_id for relation in active if relation.role is Role.LOCUM]
        lead = await unit.people.get(circle.lead_id)
        at_work = lead.place_in(lead.role)
        people = await unit.people.all_of(relation.person_id for relation in active)
        house = [
            r.person_id
            for r in active
            if at_work is not None
            and r.person_id != circle.lead_id
            and same_organisation(people[r.person_id].place_in(r.role, r.organisation), at_work)
        ]
        return [*locums, *house]
    return []
