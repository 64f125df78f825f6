"""The audience rule: content goes to a room only if everybody in it may read it (ADR 0008).

The audience of a reply is the room, not the asker: a nurse may read the symptoms, the neighbour in the room may not.
"""

from collections.abc import Iterable
from dataclasses import replace

from hub.application.context import RequestContext
from hub.application.guard import Guard
from hub.application.identify import identify
from hub.application.ports import Form, OutgoingMessage, RoomPlace, Tone, UnitOfWork
from hub.application.quiet import said_from
from hub.domain.circle import RoomKind, belongs_in
from hub.domain.people import Person
from hub.domain.spoken import N_, Spoken, verbatim
from hub.domain.vocabulary import Section

LONGEST_PART = 12_000
"""Bytes. An event holds 64 KiB with the text twice (plain and HTML) and a third more for the encryption."""
NEUTRAL = N_("Het antwoord staat in uw privékamer met Kring, omdat niet iedereen hier dit mag lezen.")


class Speaker:
    """Writes down what to say and where. ``own_accounts`` are the Matrix ids of the bots themselves."""

    def __init__(self, guard: Guard, own_accounts: frozenset[str]) -> None:
        self._guard = guard
        self._own_accounts = own_accounts

    async def reply(
        self,
        unit: UnitOfWork,
        context: RequestContext,
        body: str,
        sections: Iterable[Section] = (),
        picture: str | None = None,
    ) -> None:
        """Answer the asker: in the room when its whole audience may read ``sections``, otherwise in private.

        ``picture``: a drawing (SVG), with ``body`` as what it shows in words.
        """
        label = frozenset(sections)
        place = await self._place(unit, context)
        if place is None or _is_own(place, context.actor):
            # Their own room needs no look at the audience: a partial view is theirs, and nobody else gets the key.
            await self.private(unit, context, context.actor, verbatim(body), label, picture)
            return
        if not label or await self.audience_may_read(unit, context, place, label):
            for part in parts(body):
                await unit.outbox.add(_drawn(self._to_room(context, place, part, label), picture), context.now)
            return
        await self.private(unit, context, context.actor, verbatim(body), label, picture)
        await unit.outbox.add(self._to_room(context, place, NEUTRAL, frozenset()), context.now)

    async def only_to_asker(
        self,
        unit: UnitOfWork,
        context: RequestContext,
        body: str,
        sections: Iterable[Section],
        told: str,
    ) -> None:
        """Answer in the asker's private room, whoever may read it; ``told`` says so in the room where they asked."""
        await self.private(unit, context, context.actor, verbatim(body), sections)
        place = await self._place(unit, context)
        if place is not None and not _is_own(place, context.actor):
            await unit.outbox.add(self._to_room(context, place, told, frozenset()), context.now)

    async def private(
        self,
        unit: UnitOfWork,
        context: RequestContext,
        person: Person,
        body: Spoken,
        sections: Iterable[Section],
        picture: str | None = None,
        *,
        tone: Tone = Tone.INFORMATION,
    ) -> None:
        """Say something in somebody's private room of this circle; the room is made when it is not there yet.

        In the language of who reads it. What is urgent mentions this person; what is not waits for the end of their
        quiet hours.
        """
        if await unit.rooms.find(context.circle_id, RoomKind.PRIVATE, person.id) is None:
            await unit.rooms.wish_private(context.circle_id, person.id, context.now)
        label = frozenset(sections)
        for part in parts(body.said(unit.words(person.language))):
            message = OutgoingMessage(
                circle_id=context.circle_id,
                room_kind=RoomKind.PRIVATE,
                room_id=None,
                person_id=person.id,
                sections=label,
                body=part,
                responsible_id=context.actor.id,
                correlation_id=context.correlation_id,
                tone=tone,
                mentions=mention_of(person) if tone is Tone.URGENT else (),
            )
            await unit.outbox.add(_drawn(message, picture), context.now, await said_from(unit, message, context.now))

    async def announce(
        self, unit: UnitOfWork, context: RequestContext, kind: RoomKind, body: str, *, alert: Person | None = None
    ) -> None:
        """Tell a whole room something that every member may know (no section label).

        :param alert: who must act now: exactly this person's phone rings
        """
        await unit.outbox.add(
            OutgoingMessage(
                circle_id=context.circle_id,
                room_kind=kind,
                room_id=None,
                person_id=None,
                sections=frozenset(),
                body=body,
                responsible_id=context.actor.id,
                correlation_id=context.correlation_id,
                tone=Tone.INFORMATION if alert is None else Tone.URGENT,
                mentions=() if alert is None else mention_of(alert),
            ),
            context.now,
        )

    async def audience_may_read(
        self, unit: UnitOfWork, context: RequestContext, place: RoomPlace, sections: Iterable[Section]
    ) -> bool:
        """True when every joined or invited member, and everybody the roster puts here, may read all of ``sections``.

        Somebody in the room whom the hub does not know is a reason to say nothing.
        """
        label = tuple(sections)
        audience = await self._audience(unit, context, place)
        if audience is None:
            return False
        for reader in audience:
            if not await self._guard.may_read_all(unit, reader, label):
                return False
        return True

    async def open_to_all(
        self, unit: UnitOfWork, context: RequestContext, place: RoomPlace, sections: Iterable[Section]
    ) -> frozenset[Section]:
        """Those of the sections that the same people may all read; none when somebody is there whom nobody knows."""
        audience = await self._audience(unit, context, place)
        opened = frozenset(sections)
        for reader in audience or ():
            opened &= await self._guard.whole_sections(unit, reader, sorted(opened))
        return opened if audience else frozenset()

    async def _audience(
        self, unit: UnitOfWork, context: RequestContext, place: RoomPlace
    ) -> list[RequestContext] | None:
        """Everybody who is in the room, invited to it, or put there by the roster; None: also somebody unknown."""
        present = (await unit.rooms.members(place.room_id)).keys() - self._own_accounts
        known = await unit.people.by_matrix_ids(present)
        if present - known.keys():
            return None
        people = {person.id: person for person in known.values()}
        people |= await unit.people.all_of(
            relation.person_id
            for relation in await unit.circles.relations(place.circle_id)
            if relation.active(context.now) and belongs_in(relation.role, place.kind)
        )
        return [
            await identify(
                unit,
                person,
                context.circle,
                channel=context.channel,
                initiator=context.initiator,
                correlation_id=context.correlation_id,
                now=context.now,
                room_id=place.room_id,
            )
            for person in people.values()
        ]

    @staticmethod
    async def _place(unit: UnitOfWork, context: RequestContext) -> RoomPlace | None:
        """The room where this was asked, when it is one of this circle."""
        place = await unit.rooms.place(context.room_id) if context.room_id else None
        return place if place is not None and place.circle_id == context.circle_id else None

    @staticmethod
    def _to_room(context: RequestContext, place: RoomPlace, body: str, sections: frozenset[Section]) -> OutgoingMessage:
        return OutgoingMessage(
            circle_id=place.circle_id,
            room_kind=place.kind,
            room_id=place.room_id,
            person_id=context.actor.id,
            sections=sections,
            body=body,
            responsible_id=context.actor.id,
            correlation_id=context.correlation_id,
            in_reply_to=context.correlation_id if context.correlation_id.startswith("$") else None,
        )


def mention_of(person: Person) -> tuple[str, ...]:
    """For :attr:`OutgoingMessage.mentions`; nobody, for who has no account."""
    return (person.matrix_id,) if person.matrix_id is not None else ()


def _drawn(message: OutgoingMessage, picture: str | None) -> OutgoingMessage:
    return message if picture is None else replace(message, form=Form.PICTURE, picture=picture)


def parts(body: str, longest: int = LONGEST_PART) -> list[str]:
    """``body`` in pieces of at most ``longest`` bytes: between lines where that is possible, else between words."""
    pieces: list[str] = []
    current = ""
    for line in body.split("\n"):
        for chunk in _chunks(line, longest):
            joined = f"{current}\n{chunk}" if current else chunk
            if current and len(joined.encode("utf-8", "replace")) > longest:
                pieces.append(current)
                joined = chunk
            current = joined
    return [*pieces, current]


def _chunks(line: str, longest: int) -> list[str]:
    chunks: list[str] = []
    # A character is at most four bytes.
    while len(line.encode("utf-8", "replace")) > longest:
        cut = line.rfind(" ", 1, longest // 4)
        cut = cut if cut > 0 else longest // 4
        chunks.append(line[:cut])
        line = line[cut:].lstrip(" ")
    return [*chunks, line]


def _is_own(place: RoomPlace, person: Person) -> bool:
    return place.kind is RoomKind.PRIVATE and place.person_id == person.id
