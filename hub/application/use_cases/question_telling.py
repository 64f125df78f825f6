"""Who hears what about a question: the room where it was asked, the asker, and who must answer.

In a room a question is named by its number, in reply to the message itself; its words are repeated only in the own room
of somebody who may read them.
"""

from datetime import datetime

from hub.application.context import RequestContext
from hub.application.guard import Guard
from hub.application.ports import OutgoingMessage, RoomPlace, Tone, UnitOfWork
from hub.application.quiet import said_from
from hub.application.speaking import mention_of
from hub.application.use_cases.tasks import may_hear
from hub.domain.circle import Circle, RoomKind
from hub.domain.people import Person
from hub.domain.question_watch import Question
from hub.domain.spoken import Spoken
from hub.domain.vocabulary import PatientState, Role, Section


async def in_its_room(
    unit: UnitOfWork, context: RequestContext, question: Question, body: Spoken, *, alert: Person | None = None
) -> None:
    """To the asker: where it was asked (in Dutch), or in their own room. ``alert``: who must act, whose phone rings.

    Nothing to somebody who is not in the circle any more.
    """
    place = await _place(unit, question)
    asker = await unit.people.get(question.asker_id)
    if place is None or place.kind is RoomKind.PRIVATE:
        if await unit.circles.relation(question.circle_id, asker.id, context.now) is not None:
            await in_private(unit, context, question.circle_id, asker, body)
        return
    urgent = alert is not None
    await unit.outbox.add(
        OutgoingMessage(
            circle_id=question.circle_id,
            room_kind=place.kind,
            room_id=place.room_id,
            person_id=None,
            sections=frozenset(),
            body=body.dutch,
            responsible_id=context.actor.id,
            # So that an answer to this message is an answer to the question.
            correlation_id=question.event_id or context.correlation_id,
            in_reply_to=question.event_id,
            tone=Tone.URGENT if urgent else Tone.INFORMATION,
            mentions=mention_of(alert) if alert is not None else (),
        ),
        context.now,
    )


async def in_private(
    unit: UnitOfWork,
    context: RequestContext,
    circle_id: str,
    person: Person,
    body: Spoken,
    sections: frozenset[Section] = frozenset(),
    *,
    urgent: bool = False,
    about: Question | None = None,
) -> None:
    """In somebody's own room of this circle, and in their language.

    ``about``: a reply to this message, by a carer, is an answer to that question.
    """
    if await unit.rooms.find(circle_id, RoomKind.PRIVATE, person.id) is None:
        await unit.rooms.wish_private(circle_id, person.id, context.now)
    message = OutgoingMessage(
        circle_id=circle_id,
        room_kind=RoomKind.PRIVATE,
        room_id=None,
        person_id=person.id,
        sections=sections,
        body=body.said(unit.words(person.language)),
        responsible_id=context.actor.id,
        correlation_id=_cause(about, person, context),
        tone=Tone.URGENT if urgent else Tone.INFORMATION,
        mentions=mention_of(person) if urgent else (),
    )
    await unit.outbox.add(message, context.now, await said_from(unit, message, context.now))


def _cause(about: Question | None, person: Person, context: RequestContext) -> str:
    """What somebody does themselves keeps its own mark: their quiet hours look at it."""
    if about is None or about.event_id is None or person.id == context.actor.id:
        return context.correlation_id
    return about.event_id


async def readable(
    unit: UnitOfWork, guard: Guard, context: RequestContext, circle: Circle, question: Question, person: Person
) -> str | None:
    """The words of the question, for who may read them; None for anybody else. The asker may always."""
    if person.id == question.asker_id:
        return question.text
    return question.text if await may_hear(unit, guard, context, circle, person, set(question.label)) else None


async def in_shared_room(unit: UnitOfWork, question: Question) -> bool:
    place = await _place(unit, question)
    return place is not None and place.kind is not RoomKind.PRIVATE


async def role_in(unit: UnitOfWork, circle_id: str, person_id: str, now: datetime) -> Role | None:
    relation = await unit.circles.latest_relation(circle_id, person_id, now)
    return relation.role if relation is not None else None


async def has_died(unit: UnitOfWork, patient_id: str) -> bool:
    return (await unit.patients.get(patient_id)).state is PatientState.DECEASED


async def _place(unit: UnitOfWork, question: Question) -> RoomPlace | None:
    return await unit.rooms.place(question.room_id) if question.room_id is not None else None
