"""De ladder op: what happens at the term of a question that nobody answered (D10, ADR 0041).

One rung for each time that it rings, whatever the clock did; the next hour is counted from now.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from hub.application import auditing
from hub.application.context import RequestContext
from hub.application.outside_ports import Called, CallsOutside, OutsideCall
from hub.application.ports import OutgoingMessage, Transactions, UnitOfWork
from hub.application.use_cases import question_texts as texts
from hub.application.use_cases.leading import acting_lead, available
from hub.application.use_cases.question_owners import (
    audit_passing,
    coach_after_death,
    end,
    ladder_of_question,
    on_rung,
    pass_on,
    rings_at,
)
from hub.application.use_cases.question_telling import has_died, in_its_room, in_private, role_in
from hub.application.use_cases.questions import tell_owner
from hub.application.use_cases.ringing import Hour, in_name_of
from hub.domain.audit import AuditEvent
from hub.domain.circle import Circle, RoomKind
from hub.domain.identifiers import new_id
from hub.domain.ladder import Ladder, Who
from hub.domain.people import Person
from hub.domain.question_watch import Question, QuestionState, next_morning, term
from hub.domain.reminder import Reminder, ReminderKind
from hub.domain.spoken import Spoken, joined, phrase

_AGAIN = timedelta(hours=4)
"""In office hours; at other times the next working day."""
_CALL_AGAIN = timedelta(minutes=5)
_MOST_CALLS = 6


async def question_rings(unit: UnitOfWork, hour: Hour, reminder: Reminder) -> datetime | None:
    """Een vraag zonder antwoord: the next rung. Or who has it is gone: somebody else, on the same rung."""
    question = await _question(unit, reminder.about)
    if question is None or not question.open:
        return None
    circle = await unit.circles.get(question.circle_id)
    asker = await unit.circles.relation(circle.id, question.asker_id, hour.now)
    context = await in_name_of(unit, circle, question.asker_id if asker else question.owner_id, hour)
    if not circle.open or asker is None:
        await end(unit, context, question, QuestionState.LAPSED, "asker-left" if circle.open else "circle-closed")
        return None
    if await has_died(unit, question.patient_id):
        question = await _remind_the_coach(unit, hour, context, circle, question)
    elif hour.now < question.term_at:
        if not await available(unit, circle, question.owner_id, hour.now):
            await pass_on(unit, context, circle, question)
            question = await unit.questions.get(circle.id, question.number) or question
    else:
        question = await _climb(unit, hour, context, circle, question)
    return await rings_at(unit, question, hour.now)


async def _climb(unit: UnitOfWork, hour: Hour, context: RequestContext, circle: Circle, question: Question) -> Question:
    ladder, now = await ladder_of_question(unit, hour.guard, question), hour.now
    asked = {question.owner_id, question.asker_id}
    for number in range(question.rung + 1, len(ladder.rungs)):
        rung = ladder.rungs[number]
        if rung.who is Who.OUTSIDE:
            if hour.outside is None:
                continue
            return await _outside(unit, hour, context, circle, _on(question, question.owner_id, number, ladder, now))
        found = await on_rung(unit, circle, rung.who, now, asked)
        if found is not None:
            return await _to(unit, hour, context, circle, _on(question, found, number, ladder, now), ladder)
    return await _nobody_left(unit, hour, context, circle, question, ladder)


def _on(question: Question, owner_id: str, number: int, ladder: Ladder, now: datetime) -> Question:
    """The question on that rung, with a term from now."""
    rung = ladder.rung(number)
    due = term(now, rung.term_within, rung.term_outside)
    if question.acute:
        due = now + timedelta(minutes=ladder.acute)
    return replace(question, owner_id=owner_id, rung=number, term_at=due)


async def _to(
    unit: UnitOfWork, hour: Hour, context: RequestContext, circle: Circle, moved: Question, ladder: Ladder
) -> Question:
    await unit.questions.save(moved)
    await audit_passing(unit, context, moved, f"owner={moved.owner_id};because=silence")
    owner = await unit.people.get(moved.owner_id)
    who = texts.named(owner, await role_in(unit, circle.id, owner.id, hour.now))
    if moved.acute:
        body = phrase(
            "Vraag %(number)s: ik waarschuw nu ook %(who)s. Wacht daar niet op: bel.", number=moved.number, who=who
        )
    else:
        body = _of_rung(hour, moved, ladder, who)
    await in_its_room(unit, context, moved, body, alert=owner)
    await tell_owner(unit, hour.guard, context, circle, moved, owner, urgent=True)
    return moved


def _of_rung(hour: Hour, moved: Question, ladder: Ladder, who: Spoken) -> Spoken:
    said = texts.of_rung(ladder.rung(moved.rung), moved, who, hour.now, first=False)
    return joined((said, *texts.call_now(hour.guard.house.gp_post_phone, hour.now)))


async def _outside(unit: UnitOfWork, hour: Hour, context: RequestContext, circle: Circle, moved: Question) -> Question:
    """Phone or pager: a row with its cause, taken up after the commit by a reminder of its own."""
    await unit.questions.save(moved)
    call = OutsideCall(new_id("out"), circle.id, moved.number, moved.owner_id, hour.now)
    await unit.outside_calls.add(call)
    wake = Reminder(ReminderKind.OUTSIDE_CALL, call.id, hour.now, moved.asker_id, circle.id, moved.owner_id)
    await unit.reminders.set(wake, hour.now)
    await audit_passing(unit, context, moved, f"owner={moved.owner_id};because=outside")
    # A line in a log warns nobody: then the asker hears what is true.
    reaches = hour.outside is not None and hour.outside.reaches_people
    ladder = await ladder_of_question(unit, hour.guard, moved)
    owner = await unit.people.get(moved.owner_id)
    if reaches:
        who = texts.named(owner, await role_in(unit, circle.id, owner.id, hour.now))
        body = _of_rung(hour, moved, ladder, who)
    else:
        body = texts.nobody_left(moved.number)
    await in_its_room(unit, context, moved, body, alert=owner)
    await _alarm(unit, context, circle, moved)
    return moved


async def _nobody_left(
    unit: UnitOfWork, hour: Hour, context: RequestContext, circle: Circle, question: Question, ladder: Ladder
) -> Question:
    """Everybody on the ladder was asked: the alarm to coach and team, again and again until somebody answers."""
    lead = await acting_lead(unit, circle, hour.now)
    owner_id = question.owner_id if await available(unit, circle, question.owner_id, hour.now) else lead
    first = question.rung < len(ladder.rungs)
    moved = replace(question, owner_id=owner_id, rung=len(ladder.rungs), term_at=term(hour.now, _AGAIN, None))
    await unit.questions.save(moved)
    await audit_passing(unit, context, moved, f"owner={owner_id};because=nobody-left")
    if first:
        await in_its_room(unit, context, moved, texts.nobody_left(moved.number))
    await _alarm(unit, context, circle, moved)
    return moved


async def _alarm(unit: UnitOfWork, context: RequestContext, circle: Circle, question: Question) -> None:
    """To coach or else lead in private; and the team, unless it was asked in private."""
    asker = await unit.people.get(question.asker_id)
    by = texts.named(asker, await role_in(unit, circle.id, asker.id, context.now))
    body = texts.alarm(question, by)
    coach = await on_rung(unit, circle, Who.COACH, context.now)
    person: Person = await unit.people.get(coach or await acting_lead(unit, circle, context.now))
    await in_private(unit, context, circle.id, person, body, urgent=True)
    if not question.private:
        await _to_the_team(unit, context, circle, body.dutch)


async def _to_the_team(unit: UnitOfWork, context: RequestContext, circle: Circle, body: str) -> None:
    await unit.outbox.add(
        OutgoingMessage(
            circle_id=circle.id,
            room_kind=RoomKind.TEAM,
            room_id=None,
            person_id=None,
            sections=frozenset(),
            body=body,
            responsible_id=context.actor.id,
            correlation_id=context.correlation_id,
        ),
        context.now,
    )


async def _remind_the_coach(
    unit: UnitOfWork, hour: Hour, context: RequestContext, circle: Circle, question: Question
) -> Question:
    """After a death a question waits for the coach, who is reminded; nobody else is."""
    coach = await coach_after_death(unit, circle, hour.now)
    moved = replace(question, owner_id=coach, term_at=next_morning(hour.now))
    await unit.questions.save(moved)
    await audit_passing(unit, context, moved, f"owner={coach};because=reminded")
    await tell_owner(unit, hour.guard, context, circle, moved, await unit.people.get(coach), urgent=False)
    return moved


async def outside_call_rings(unit: UnitOfWork, hour: Hour, reminder: Reminder) -> datetime | None:
    """Bellen buiten Kring om: first it is written down that it is tried, then, after the commit, it is done.

    Who dies in between tries again with the same id; who may call somebody twice rather than not at all.
    """
    call = await unit.outside_calls.waiting(reminder.about)
    if call is None or hour.outside is None:
        return None
    circle = await unit.circles.get(call.circle_id)
    context = await in_name_of(unit, circle, reminder.set_by, hour)
    if call.attempts >= _MOST_CALLS or not circle.open or await has_died(unit, circle.patient_id):
        await unit.outside_calls.given_up(call.id, hour.now)
        await _audit_call(unit, context, call, auditing.REFUSED, "given-up")
        return None
    await unit.outside_calls.tried(call.id)
    await _audit_call(unit, context, call, auditing.SUCCESS, f"attempt={call.attempts + 1}")
    person = await unit.people.get(call.person_id)
    called = Called(call.id, circle.pseudonym, call.question_number, person.phone)

    async def after(transactions: Transactions, outside: CallsOutside) -> None:
        await outside.call(called)
        async with transactions() as later:
            await later.outside_calls.made(call.id, hour.now)

    hour.afterwards.append(after)
    return hour.now + _CALL_AGAIN


async def _audit_call(unit: UnitOfWork, context: RequestContext, call: OutsideCall, outcome: int, detail: str) -> None:
    await unit.audit.add(
        auditing.entry(
            context,
            AuditEvent.OUTSIDE_CALLED,
            object_type="question",
            object_id=str(call.question_number),
            outcome=outcome,
            detail=detail,
        )
    )


async def _question(unit: UnitOfWork, about: str) -> Question | None:
    circle_id, _, number = about.rpartition(":")
    return await unit.questions.get(circle_id, int(number))
