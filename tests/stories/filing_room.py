"""The circle of mevrouw de Wit where people point at each other's messages: the whole road, encrypted."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import select

from bots.runtime.untrusted import JsonObject
from hub.adapters.sql.dossier_tables import filing_wish
from hub.application.filing_ports import FiledMessage
from hub.domain.dossier import Entry
from hub.domain.identifiers import EntryRef
from tests.stories.room import CIRCLE, Room, where
from tests.stories.sealed_room import SealedRoom

PIETERS_WORDS = "mama had vannacht wat pijn, een 8"


class FilingRoom(SealedRoom):
    """``point`` and ``answer`` go the whole road and give what the bot says to that person in private."""

    async def writes(self, who: str, text: str, kind: str = CIRCLE, device: str = "TELEFOON", **more: Any) -> str:
        """A message as it arrives: encrypted, with today's time on it. The event id."""
        event = self.written(who, text, kind, device, **more)
        await self.arrives(event)
        return str(event["event_id"])

    def written(self, who: str, text: str, kind: str = CIRCLE, device: str = "TELEFOON", **more: Any) -> JsonObject:
        said = self.of(who, device).say(text, self.bot, room_id=self.room.place(kind), **more)
        return {**said, "origin_server_ts": self.now_ms()}

    async def edits(self, who: str, event_id: str, text: str, kind: str = CIRCLE) -> str:
        """What Element sends: the new words sealed, what they replace in clear."""
        event = self.written(who, f"* {text}", kind, **{"m.new_content": {"msgtype": "m.text", "body": text}})
        event["content"]["m.relates_to"] = {"rel_type": "m.replace", "event_id": event_id}
        await self.arrives(event)
        return str(event["event_id"])

    async def told_to(self, who: str) -> list[str]:
        """What the bot said to this person alone since the last time; it said nothing in the rooms of others.

        But whom to phone: that is said where the acute words were, and is no part of filing.
        """
        heard = [message for message in await self.room.hears() if "geen noodnummer" not in message.body]
        assert {where(message) for message in heard} <= {"private"}, heard
        assert {message.person_id for message in heard} <= {self.room.world.id(who)}, heard
        return [message.body for message in heard]

    async def point(self, who: str, event_id: str, kind: str = CIRCLE) -> list[str]:
        """📌 by this person."""
        await self.pins(who, event_id, kind)
        await self.files()
        return await self.told_to(who)

    async def says_keep(self, who: str, event_id: str, section: str = "", kind: str = CIRCLE) -> list[str]:
        """``!bewaar`` as a reply."""
        event = self.written(who, f"!bewaar {section}".strip(), kind)
        event["content"]["m.relates_to"] = {"m.in_reply_to": {"event_id": event_id}}
        await self.arrives(event)
        await self.files()
        return await self.told_to(who)

    async def answer(self, who: str, text: str) -> list[str]:
        """A word in their private room."""
        await self.writes(who, text, f"private-{who}")
        return await self.told_to(who)

    async def filed(self) -> list[Entry]:
        """Everything in the dossier, as the coach and the doctor see it together; S10 included."""
        found: dict[tuple[EntryRef, int], Entry] = {}
        for who in ("carla", "gerda"):
            found |= {(entry.ref, entry.version): entry for entry in await self.room.world.read(who)}
        return list(found.values())

    async def source_of(self, ref: str) -> list[FiledMessage]:
        async with self.room.world.unit() as unit:
            return await unit.filings.of_entry(self.room.world.patient_id, EntryRef.parse(ref))

    async def wishes(self) -> list[tuple[str, str | None]]:
        async with self.room.hub.database.reading() as connection:
            rows = await connection.execute(select(filing_wish.c.state, filing_wish.c.failure))
            return [(row.state, row.failure) for row in rows]


@asynccontextmanager
async def filing_room(
    room: Room, at_home: Iterable[str] = ("samira", "pieter", "gerda", "carla")
) -> AsyncIterator[FilingRoom]:
    """Everybody named has a private room with Kring."""
    opened = FilingRoom(room)
    await opened.open()
    for who in at_home:
        await room.private_room(who)
    try:
        yield opened
    finally:
        await opened.close()
