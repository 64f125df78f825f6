"""Vragen: an owner and an honest term from the first second, in the transaction of the message (D10, ADR 0041)."""

from dataclasses import dataclass, replace
from datetime import timedelta

from hub.application.context import RequestContext
from hub.application.guard import Guard
from hub.application.ports import UnitOfWork
from hub.application.use_cases import question_texts as texts
from hub.application.use_cases.leading import acting_lead, available
from hub.application.use_cases.question_owners import (
    audit,
    coach_after_death,
    end,
    first_owner,
    ladder_of,
    ladder_of_question,
    set_reminder,
)
from hub.application.use_cases.question_telling import (
    has_died,
    in_its_room,
    in_private,
    in_shared_room,
    readable,
    role_in,
)
from hub.domain.acute_words import Acute
from hub.domain.audit import AuditEvent
from hub.domain.circle import Circle, RoomKind
from hub.domain.errors import CommandRejected
from hub.domain.ladder import Rung, Who
from hub.domain.people import Person
from hub.domain.question_watch import (
    REOPEN_WITHIN,
    TOGETHER,
    Question,
    QuestionState,
    in_office_hours,
    kept,
    next_morning,
    term,
)
from hub.domain.spoken import N_, joined, phrase
from hub.domain.vocabulary import Role

_ACUTE_TOGETHER = timedelta(hours=1)
_MOST_OPEN = 25
"""Open questions of one person; more are heard (each message is a message), but asked of nobody."""
_NO_SUCH_QUESTION = N_("Er is geen vraag met dat nummer waar u iets mee kunt. Kijk met: !vragen")
_IN_CONFIDENCE = frozenset({Role.RELATIVE, Role.REPRESENTATIVE})


@dataclass(frozen=True, slots=True)
class Heard:
    """What came of a question. ``joined``: it belongs to one that was open already; nothing new was promised."""

    question: Question
    owner: Person
    rung: Rung
    joined: bool = False


async def ask(
    unit: UnitOfWork,
    guard: Guard,
    context: RequestContext,
    text: str,
    *,
    event_id: str,
    acute: frozenset[Acute] = frozenset(),
) -> Heard | None:
    """Een vraag krijgt een eigenaar en een termijn. None: the circle is closed, or this person asked very much already.

    :raises CommandRejected: this message was asked about before; not when it is acute and that was not known yet
    """
    circle, now = await unit.circles.get(context.circle_id), context.now
    if not circle.open or not context.is_member or context.room_id is None:
        return None
    mine = [one for one in await unit.questions.open_in(circle.id) if one.asker_id == context.actor.id]
    before = _belongs_to(mine, context, acute)
    if before is not None:
        more = before.with_more(kept(text), acute)
        await unit.questions.save(replace(more, text=kept(more.text)))
        owner = await unit.people.get(more.owner_id)
        if acute - before.acute:
            await _warn(unit, guard, context, circle, more, owner)
        return Heard(more, owner, Rung(Who.LEAD, 240), joined=True)
    if len(mine) >= _MOST_OPEN and not acute:
        return None
    about = await unit.questions.of_event(context.room_id, event_id)
    if about is not None and (about.acute or not acute):
        raise CommandRejected("asked-before", "Over dit bericht is al een vraag gesteld. Kijk met: !vragen")
    ladder = await ladder_of(unit, guard, circle.id)
    died = await has_died(unit, circle.patient_id)
    if died:
        owner_id, number = await coach_after_death(unit, circle, now), 0
    else:
        owner_id, number = await first_owner(unit, circle, ladder, now, context.actor.id, text)
    rung = ladder.rung(number)
    due = next_morning(now) if died else term(now, rung.term_within, rung.term_outside)
    place = await unit.rooms.place(context.room_id)
    private = place is not None and place.kind is RoomKind.PRIVATE
    question = await unit.questions.add(
        Question(
            circle_id=circle.id,
            patient_id=circle.patient_id,
            number=0,
            asker_id=context.actor.id,
            owner_id=owner_id,
            room_id=context.room_id,
            event_id=event_id,
            text=kept(text),
            asked_at=now,
            term_at=now + timedelta(minutes=ladder.acute) if acute and not died else due,
            rung=number,
            ladder_version=ladder.version,
            acute=acute if not died else frozenset(),
            private=private,
            confided=private and context.role in _IN_CONFIDENCE,
        )
    )
    await set_reminder(unit, question, now)
    codes = f"owner={owner_id};rung={number};ladder={ladder.version}"
    await audit(unit, context, AuditEvent.QUESTION_ASKED, question, codes + (";acute" if acute else ""))
    owner = await unit.people.get(owner_id)
    if acute:
        await _warn(unit, guard, context, circle, question, owner)
    return Heard(question, owner, rung)


async def tell_asker_and_owner(unit: UnitOfWork, guard: Guard, context: RequestContext, heard: Heard) -> None:
    """The honest term to who asked; the owner hears it where they may read it. For an acute question: no term."""
    question, owner, now = heard.question, heard.owner, context.now
    circle = await unit.circles.get(question.circle_id)
    number = question.number
    who = texts.named(owner, await role_in(unit, circle.id, owner.id, now))
    if question.acute:
        said = phrase("Vraag %(number)s: ik waarschuw ook %(who)s. Wacht daar niet op: bel.", number=number, who=who)
        await in_its_room(unit, context, question, said, alert=owner)
        return
    lines = [texts.of_rung(heard.rung, question, who, now, first=True)]
    if not await has_died(unit, question.patient_id):
        lines += texts.call_now(guard.house.gp_post_phone, now)
    if number == 1:
        lines.append(phrase("Was dit geen vraag? Typ: !geen vraag"))
    awake = in_office_hours(now)
    shared = await in_shared_room(unit, question)
    await in_its_room(unit, context, question, joined(lines), alert=owner if shared and awake else None)
    if owner.id != context.actor.id and not (shared and awake):
        await tell_owner(unit, guard, context, circle, question, owner, urgent=awake)


async def tell_owner(
    unit: UnitOfWork,
    guard: Guard,
    context: RequestContext,
    circle: Circle,
    question: Question,
    owner: Person,
    *,
    urgent: bool,
) -> None:
    """In the owner's own room, with the words when the owner may read such things."""
    asker = await unit.people.get(question.asker_id)
    text = await readable(unit, guard, context, circle, question, owner)
    by = texts.named(asker, await role_in(unit, circle.id, asker.id, context.now))
    body = texts.owner_is_told(question, by, text, context.now)
    label = question.label if text is not None else frozenset()
    await in_private(unit, context, circle.id, owner, body, label, urgent=urgent, about=question)


async def settle(
    unit: UnitOfWork,
    guard: Guard,
    context: RequestContext,
    number: int,
    how: str,
    text: str | None = None,
) -> Question:
    """Beantwoord, by a carer of the circle who may know of it. ``text``: the answer, for who asked.

    :raises CommandRejected: no such open question for this person; the same words when there is one
    """
    question = await _visible(unit, guard, context, number)
    if question is None or not question.open or not _is_carer(context):
        raise CommandRejected("no-such-question", _NO_SUCH_QUESTION)
    ended = await end(unit, context, question, QuestionState.ANSWERED, how)
    by = texts.named(context.actor, context.role)
    if text is not None and context.room_id != question.room_id:
        asker = await unit.people.get(question.asker_id)
        if await unit.circles.relation(question.circle_id, asker.id, context.now) is not None:
            body = phrase("%(who)s antwoordt op vraag %(number)s: %(text)s", who=by, number=number, text=kept(text))
            await in_private(unit, context, question.circle_id, asker, body)
        if not await in_shared_room(unit, question):
            return ended
    await in_its_room(unit, context, ended, texts.answered(number, by))
    return ended


async def replied(unit: UnitOfWork, guard: Guard, context: RequestContext, event_id: str, text: str) -> Question | None:
    """A carer replied to the message that asked, or to what the bot said about it, also in their own room: then the
    asker gets the words. None: that closes nothing."""
    question = await unit.questions.of_event(context.room_id or "", event_id)
    if question is None or not question.open or not _is_carer(context) or question.asker_id == context.actor.id:
        return None
    if question.circle_id != context.circle_id:
        return None
    return await settle(unit, guard, context, question.number, "replied", text)


async def no_question(unit: UnitOfWork, guard: Guard, context: RequestContext, number: int) -> Question:
    """Geen vraag, says who asked it, or a carer.

    :raises CommandRejected: no such open question for this person
    """
    question = await _visible(unit, guard, context, number)
    allowed = question is not None and (question.asker_id == context.actor.id or _is_carer(context))
    if question is None or not question.open or not allowed:
        raise CommandRejected("no-such-question", _NO_SUCH_QUESTION)
    return await end(unit, context, question, QuestionState.NONE, "said")


async def last_of(unit: UnitOfWork, context: RequestContext, *, open_ones: bool) -> int | None:
    """The number of the last question that this person asked here, open or ended."""
    mine = await unit.questions.of_asker(context.circle_id, context.actor.id)
    return next((one.number for one in reversed(mine) if one.open is open_ones), None)


async def reopen(unit: UnitOfWork, guard: Guard, context: RequestContext, number: int | None) -> Heard:
    """Nog niet beantwoord, says who asked: whoever answered has it again, else who would have it now.

    :raises CommandRejected: no ended question of this person, or of too long ago
    """
    now = context.now
    number = number if number is not None else await last_of(unit, context, open_ones=False)
    found = await unit.questions.get(context.circle_id, number) if number is not None else None
    if (
        found is None
        or found.asker_id != context.actor.id
        or found.state not in {QuestionState.ANSWERED, QuestionState.NONE}
        or found.ended_at is None
        or now - found.ended_at > REOPEN_WITHIN
        or not context.is_member
    ):
        raise CommandRejected(
            "nothing-to-reopen", "U heeft hier geen vraag die net is beantwoord. Stel hem opnieuw met: !vraag <tekst>"
        )
    circle = await unit.circles.get(context.circle_id)
    ladder = await ladder_of_question(unit, guard, found)
    owner_id, rung = await _after_reopening(unit, circle, found, context)
    if owner_id is None:
        owner_id, rung = await first_owner(unit, circle, ladder, now, context.actor.id, found.text)
    step = ladder.rung(rung)
    again = replace(
        found,
        state=QuestionState.OPEN,
        ended_at=None,
        ended_by=None,
        owner_id=owner_id,
        rung=rung,
        acute=frozenset(),
        term_at=term(now, step.term_within, step.term_outside),
    )
    await unit.questions.save(again)
    await set_reminder(unit, again, now)
    await audit(unit, context, AuditEvent.QUESTION_REOPENED, again, f"owner={owner_id}")
    return Heard(again, await unit.people.get(owner_id), replace(step, text=None))


async def open_questions(unit: UnitOfWork, guard: Guard, context: RequestContext) -> list[tuple[Question, str | None]]:
    """Mijn open vragen: asked by me or to be answered by me; who leads and the coach see all of the circle.

    Each with its words, for who may read them. Audited.

    :raises Refused: not in this circle
    """
    circle = await unit.circles.get(context.circle_id)
    leads = context.actor.id == await acting_lead(unit, circle, context.now) or context.role is Role.COACH
    found = []
    for question in await unit.questions.open_in(circle.id):
        if leads or context.actor.id in {question.asker_id, question.owner_id}:
            found.append((question, await readable(unit, guard, context, circle, question, context.actor)))
    for question, text in found:
        detail = "text" if text is not None else "number"
        await audit(unit, context, AuditEvent.QUESTIONS_READ, question, detail)
    return found


def _is_carer(context: RequestContext) -> bool:
    return context.is_member and context.role is not None and context.role.is_professional


async def _visible(unit: UnitOfWork, guard: Guard, context: RequestContext, number: int) -> Question | None:
    """The question, for who may know of it: of a private one that are few."""
    question = await unit.questions.get(context.circle_id, number)
    if question is None or not context.is_member:
        return None
    circle = await unit.circles.get(context.circle_id)
    concerned = {question.asker_id, question.owner_id, await acting_lead(unit, circle, context.now)}
    if context.actor.id in concerned:
        return question
    place = await unit.rooms.place(question.room_id) if question.room_id is not None else None
    if place is not None and place.kind is not RoomKind.PRIVATE:
        heard = place.kind is not RoomKind.TEAM or _is_carer(context)
        return question if heard else None
    return question if await readable(unit, guard, context, circle, question, context.actor) is not None else None


def _belongs_to(mine: list[Question], context: RequestContext, acute: frozenset[Acute]) -> Question | None:
    """The open question of the same person in the same room that these words go on with."""
    for question in reversed(mine):
        if question.room_id != context.room_id:
            continue
        passed = context.now - question.asked_at
        if acute and question.acute and passed < _ACUTE_TOGETHER:
            return question
        if not acute and passed < TOGETHER:
            return question
    return None


async def _after_reopening(
    unit: UnitOfWork, circle: Circle, question: Question, context: RequestContext
) -> tuple[str | None, int]:
    """Who said that it was answered, while they are here; the question stays on its rung."""
    if await has_died(unit, question.patient_id):
        return await coach_after_death(unit, circle, context.now), question.rung
    by = question.ended_by
    if by is None or by == context.actor.id or not await available(unit, circle, by, context.now):
        return None, 0
    role = await role_in(unit, circle.id, by, context.now)
    return (by, question.rung) if role is not None and role.is_professional else (None, 0)


async def _warn(
    unit: UnitOfWork, guard: Guard, context: RequestContext, circle: Circle, question: Question, owner: Person
) -> None:
    """Acute words: owner and acting lead hear it at once, each in their own room; nobody is promised anything."""
    lead = await unit.people.get(await acting_lead(unit, circle, context.now))
    for person in {owner.id: owner, lead.id: lead}.values():
        if person.id == context.actor.id:
            continue
        text = await readable(unit, guard, context, circle, question, person)
        body = texts.urgent_for_carer(question, context.actor, context.role, text)
        label = question.label if text is not None else frozenset()
        await in_private(unit, context, circle.id, person, body, label, urgent=True, about=question)
