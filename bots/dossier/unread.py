"""What the bot says of a message that it could not read: to the sender what to do, to the coach that it is so.

Said through the outbox, in the transaction that settles the message. No content: there is none that we could tell.
"""

from bots.dossier import views
from bots.runtime.judging import RefusedEvent
from hub.adapters.sql.unit_of_work import SqlUnitOfWork
from hub.application import auditing
from hub.application.context import RequestContext
from hub.application.speaking import Speaker
from hub.domain.audit import AuditEvent
from hub.domain.circle import RoomKind
from hub.domain.spoken import verbatim
from hub.domain.unread import READ_AFTER_ALL, SAME_SENDER, SAME_SESSION, UNDECRYPTABLE, Reason, reason_of
from hub.domain.vocabulary import Role
from hub.texts import N_, Words, translator

_ROOMS = {
    RoomKind.CIRCLE: N_("de kringkamer"),
    RoomKind.TEAM: N_("de teamkamer"),
    RoomKind.PRIVATE: N_("een privékamer"),
}


async def tell_unread(
    unit: SqlUnitOfWork, speaker: Speaker, context: RequestContext, event: RefusedEvent, words: Words
) -> bool:
    """Log it, tell the sender and the coach; False when they heard enough of it: a flood, or the same message again."""
    if await unit.unread.was_told(event.event_id):
        return False
    withheld = await unit.unread.withheld(event.room_id, event.sender, event.session_id, context.now)
    await unit.audit.add(
        auditing.entry(
            context,
            AuditEvent.MESSAGE_REFUSED,
            object_type="event",
            object_id=event.event_id,
            outcome=auditing.REFUSED,
            detail=event.code + (f";withheld={withheld}" if withheld else ""),
        )
    )
    if not await unit.unread.may_tell(
        event.room_id, event.sender, event.session_id, context.now, again=SAME_SENDER, session=SAME_SESSION
    ):
        return False
    reason = reason_of(event.code, withheld)
    said = [words("Ik kon dit bericht niet lezen."), words(reason.told), words(reason.remedy)]
    if event.code != UNDECRYPTABLE:
        said.append(words("Komt de sleutel alsnog, dan lees ik het vanzelf en zeg ik dat hier."))
    await speaker.reply(unit, context, " ".join(said))
    await unit.unread.told(event.event_id, event.room_id, event.sender, event.session_id, context.now)
    await _tell_coach(unit, speaker, context, event.room_id, reason)
    return True


async def tell_read_after_all(
    unit: SqlUnitOfWork, speaker: Speaker, context: RequestContext, event_id: str, words: Words
) -> None:
    """One line, where the sender heard that this message could not be read; nothing where they did not."""
    if await unit.unread.was_told(event_id):
        await speaker.reply(unit, context, words(READ_AFTER_ALL))


async def _tell_coach(
    unit: SqlUnitOfWork, speaker: Speaker, context: RequestContext, room_id: str, reason: Reason
) -> None:
    place = await unit.rooms.place(room_id)
    if place is None:
        return
    for relation in await unit.circles.relations(place.circle_id):
        if relation.role is not Role.COACH or not relation.active(context.now) or _is(relation.person_id, context):
            continue
        coach = await unit.people.get(relation.person_id)
        words = translator(coach.language)
        said = words(
            "In %(room)s kon ik een bericht van %(who)s van %(when)s niet lezen: %(why)s. "
            "De afzender heeft dit ook gehoord. Wat nog open staat, vindt u in het portaal (!portaal) bij Berichten."
        )
        who = context.actor.name.full
        if context.role is not None:
            who += f" ({words(context.role.title_nl)})"
        body = said % {
            "room": words(_ROOMS[place.kind]),
            "who": who,
            "when": views.minute(context.now),
            "why": words(reason.short),
        }
        await speaker.private(unit, context, coach, verbatim(body), ())


def _is(person_id: str, context: RequestContext) -> bool:
    return person_id == context.actor.id
