"""People in the demo: each a real, cross-signed Matrix client with keys of its own, in memory."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from bots.demo.story import AssertionMissed, Story
from bots.runtime.client import MatrixClient
from bots.runtime.trust import TrustedMessage
from bots.runtime.untrusted import list_at, text_at

_SETTLE = 0.05
_PATIENCE = 20.0
_QUIET = 1.0


@dataclass(frozen=True, slots=True)
class Heard:
    """A message of the dossier bot as this person's client decrypted and trusted it."""

    room: str
    body: str
    event_id: str


class Persona:
    """One fictional person. Joins what they are invited to, types, and reads what Kring answers."""

    def __init__(self, name: str, login: dict[str, Any], client: MatrixClient, story: Story, bot: str) -> None:
        self.name = name
        self.person: str = login["person"]
        self.matrix_id: str = login["matrix_id"]
        self.login: dict[str, str] = login["login"]
        self.client = client
        self._story = story
        self._bot = bot
        self._rooms: dict[str, str] = {}
        self._asked: str | None = None
        self._joining = asyncio.create_task(self._join_invitations())

    @classmethod
    async def arrive(cls, name: str, login: dict[str, Any], homeserver: str, story: Story, bot: str) -> "Persona":
        """Log in on a new device, cross-sign it, and start listening."""
        secret = login["login"]
        client = await MatrixClient.login(homeserver, secret["user"], secret["password"], device_name="Demo")
        await client.bootstrap_cross_signing(password=secret["password"])
        client.start()
        return cls(name, login, client, story, bot)

    async def leave_stage(self) -> None:
        self._joining.cancel()
        await asyncio.gather(self._joining, return_exceptions=True)
        await self.client.stop()

    def knows_room(self, room_id: str, title: str) -> None:
        """How the story calls a room."""
        self._rooms[room_id] = title

    async def is_in(self, room_id: str) -> None:
        """Wait until this person and the bot are both in the room, so that keys reach each other."""
        await self._until(lambda members: {self.matrix_id, self._bot} <= members, room_id)

    async def is_out_of(self, room_id: str) -> None:
        await self._until(lambda members: self.matrix_id not in members, room_id)

    async def is_told_at_the_door(self, room_id: str, since: str | None) -> str:
        """The reason that Element shows to somebody who was taken out of a room after ``since``."""
        shown = await self.client.http.sync(since, timedelta(0), {"room": {"timeline": {"limit": 50}}})
        events = list_at(shown, "rooms", "leave", room_id, "timeline", "events")
        reason = next((text_at(e, "content", "reason") for e in events[::-1] if "state_key" in e), None) or ""
        self._story.heard(self.name, self._title(room_id), reason)
        return reason

    async def says(self, room_id: str, text: str) -> str:
        """Type something; returns the event id."""
        self._story.said(self.name, self._title(room_id), text)
        self._asked = (await self.client.send_text(room_id, text)).event_id
        return self._asked

    async def reads(self, event_id: str) -> None:
        """Wait until this message of somebody else is here, and decrypted.

        :raises AssertionMissed: it does not come
        """
        try:
            await self.client.next_message(lambda message: message.event_id == event_id, timeout=_PATIENCE)
        except TimeoutError as error:
            raise AssertionMissed(f"{self.name} leest een bericht niet") from error

    async def keeps(self, room_id: str, event_id: str) -> None:
        """``!bewaar`` as a reply to a message of somebody else."""
        self._story.said(self.name, self._title(room_id), "!bewaar")
        await self.client.send_text(room_id, "!bewaar", reply_to=event_id)

    async def hears(self, *parts: str, room: str | None = None, private: bool = False) -> Heard:
        """The next words of Kring with all ``parts`` in them; in a ``room``, the answer to what this person asked last.

        :raises AssertionMissed: it does not come
        """

        def fits(message: TrustedMessage) -> bool:
            in_place = room is None or (message.room_id == room and self._asked in {None, message.reply_to})
            apart = not private or message.room_id not in self._rooms
            return message.sender == self._bot and in_place and apart and all(p in message.body for p in parts)

        try:
            message = await self.client.next_message(fits, timeout=_PATIENCE)
        except TimeoutError as error:
            raise AssertionMissed(f"{self.name} hoort niet: {' / '.join(parts)}") from error
        self._story.heard(self.name, self._title(message.room_id), message.body)
        return Heard(message.room_id, message.body, message.event_id)

    async def hears_nothing_of(self, *parts: str) -> None:
        """Nothing with any of ``parts`` arrives within a second.

        :raises AssertionMissed: it does
        """
        try:
            message = await self.client.next_message(lambda m: any(part in m.body for part in parts), timeout=_QUIET)
        except TimeoutError:
            return
        self._story.heard(self.name, self._title(message.room_id), message.body)
        raise AssertionMissed(f"{self.name} las iets dat niet mocht: {message.event_id}")

    async def forgets(self) -> None:
        """Everything that arrived so far counts as read."""
        while True:
            try:
                await self.client.next_message(timeout=_SETTLE)
            except TimeoutError:
                return

    async def rooms(self) -> set[str]:
        """Every room that this person is in."""
        return set(await self.client.http.joined_rooms())

    async def joins_another(self, before: set[str]) -> None:
        """Wait until this person is in a room that is not among ``before``."""
        async with asyncio.timeout(_PATIENCE):
            while True:
                if await self.rooms() - before:
                    return
                await asyncio.sleep(_SETTLE)

    async def _until(self, condition: Any, room_id: str) -> None:
        async with asyncio.timeout(_PATIENCE):
            while True:
                members = await self.client.members(room_id)
                if condition({user for user, membership in members.items() if membership == "join"}):
                    return
                await asyncio.sleep(_SETTLE)

    async def _join_invitations(self) -> None:
        while True:
            for room_id in list(self.client.invites):
                await self.client.join(room_id)
            await asyncio.sleep(_SETTLE)

    def _title(self, room_id: str) -> str:
        return self._rooms.get(room_id, "privékamer")
