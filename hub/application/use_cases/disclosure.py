"""Who can read what the bot said, and what the bot could not read: for the people of the circle, and nobody else."""

from collections.abc import Collection
from dataclasses import dataclass

from hub.application import auditing
from hub.application.context import RequestContext
from hub.application.guard import Guard, Refused
from hub.application.ports import RoomPlace, UnitOfWork
from hub.application.use_cases.circles import Member, members
from hub.domain.access import Decision
from hub.domain.audit import AuditEvent
from hub.domain.circle import RoomKind, belongs_in
from hub.domain.disclosure import Reader, SentMessage, readers
from hub.domain.unread import UnreadMessage
from hub.domain.vocabulary import Action, Section


@dataclass(frozen=True, slots=True)
class PersonReads:
    """One person and one message. ``member`` None: somebody who is not in the circle any more, and is not named."""

    member: Member | None
    reader: Reader


@dataclass(frozen=True, slots=True)
class MessageReaders:
    """Wie één bericht van de bot kan lezen. ``people`` is empty when it is not known with which key it went."""

    message: SentMessage
    place: RoomPlace
    people: tuple[PersonReads, ...]

    @property
    def reading(self) -> int:
        return sum(person.reader.can_read for person in self.people)


@dataclass(frozen=True, slots=True)
class OpenMessage:
    """Een bericht dat de bot niet kon lezen. ``member`` None: the sender is not in the circle (any more)."""

    message: UnreadMessage
    place: RoomPlace
    member: Member | None


async def readers_here(
    unit: UnitOfWork, context: RequestContext, own_accounts: Collection[str], event_id: str | None
) -> MessageReaders | None:
    """Wie het bericht kan lezen: ``event_id``, or the last one that the bot said in the room of this request.

    None when the bot said no such thing in this room: what stands elsewhere is as if it did not exist. The names are
    those of the circle, which everybody in its rooms hears with ``!wie``.
    """
    place = await unit.rooms.place(context.room_id) if context.room_id else None
    if place is None or place.circle_id != context.circle_id:
        return None
    if event_id is None:
        message = next(iter(await unit.disclosures.latest((place.room_id,), 1)), None)
    else:
        message = await unit.disclosures.find(place.room_id, event_id)
    if message is None:
        return None
    found = await _of(unit, message, place, await _by_account(unit, context), own_accounts)
    await unit.audit.add(
        auditing.entry(
            context,
            AuditEvent.READERS_SEEN,
            object_type="event",
            object_id=message.event_id,
            detail=f"reading={found.reading};people={len(found.people)}",
        )
    )
    return found


async def recent_readers(
    unit: UnitOfWork, guard: Guard, context: RequestContext, own_accounts: Collection[str], limit: int = 20
) -> list[MessageReaders]:
    """Wie de laatste berichten van de bot kan lezen, newest first, in the rooms where this professional may be.

    :raises Refused: not a professional of this circle who may know who is in it
    """
    permit = await guard.require(unit, context, Action.READ, Section.S1)
    if not _is_professional(context):
        raise Refused(context, None, Decision(permitted=False, rules=()), "professionals-only")
    open_to = {place.room_id: place for place in await unit.rooms.of_circle(context.circle_id) if _sees(context, place)}
    accounts = await _by_account(unit, context)
    found = [
        await _of(unit, message, open_to[message.room_id], accounts, own_accounts)
        for message in await unit.disclosures.latest(open_to, limit)
    ]
    await unit.audit.add(
        auditing.entry(
            context,
            AuditEvent.READERS_SEEN,
            object_type="circle",
            object_id=context.circle_id,
            policy=permit.policy,
            detail=f"messages={len(found)}",
        )
    )
    return found


async def may_see_readers(unit: UnitOfWork, guard: Guard, context: RequestContext) -> bool:
    """Whether :func:`recent_readers` answers this person."""
    _, decision = await guard.decide(unit, context, Action.READ, Section.S1)
    return decision.permitted and _is_professional(context)


async def may_see_unread(unit: UnitOfWork, guard: Guard, context: RequestContext) -> bool:
    """Whether this person looks after who is in the circle, and so after who cannot be heard."""
    _, decision = await guard.decide(unit, context, Action.INVITE, None)
    return decision.permitted and not decision.limits and context.is_member


async def unread_messages(unit: UnitOfWork, guard: Guard, context: RequestContext) -> list[OpenMessage]:
    """Welke berichten in deze kring de bot niet kon lezen, oldest first, of every room: without content, for there is
    none to show.

    :raises Refused: this person does not look after the circle
    """
    permit = await guard.require(unit, context, Action.INVITE)
    if permit.limits:
        # Who chooses relatives, or colleagues, does not look after what was said in every room.
        raise Refused(context, None, Decision(permitted=False, rules=()), permit.policy)
    places = {place.room_id: place for place in await unit.rooms.of_circle(context.circle_id)}
    accounts = await _by_account(unit, context)
    found = [
        OpenMessage(message, places[message.room_id], accounts.get(message.sender))
        for message in await unit.unread.of_rooms(places)
    ]
    await unit.audit.add(
        auditing.entry(
            context,
            AuditEvent.UNREAD_SEEN,
            object_type="circle",
            object_id=context.circle_id,
            policy=permit.policy,
            detail=f"unread={len(found)}",
        )
    )
    return found


async def _of(
    unit: UnitOfWork,
    message: SentMessage,
    place: RoomPlace,
    accounts: dict[str, Member],
    own_accounts: Collection[str],
) -> MessageReaders:
    if not message.is_known:
        return MessageReaders(message, place, ())
    found = readers(await unit.disclosures.shares(message), message.message_index)
    people = [PersonReads(accounts.get(r.user_id), r) for r in found if r.user_id not in own_accounts]
    return MessageReaders(message, place, tuple(people))


async def _by_account(unit: UnitOfWork, context: RequestContext) -> dict[str, Member]:
    if context.circle is None:
        return {}
    present = await members(unit, context.circle, context.now)
    return {member.person.matrix_id: member for member in present if member.person.matrix_id is not None}


def _is_professional(context: RequestContext) -> bool:
    return context.role is not None and context.role.is_professional and context.is_member


def _sees(context: RequestContext, place: RoomPlace) -> bool:
    if place.kind is RoomKind.PRIVATE:
        return place.person_id == context.actor.id
    return context.role is not None and belongs_in(context.role, place.kind)
