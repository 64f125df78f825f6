"""The bot beside Fatima (home care) and Bram (GP) in a room: what the tests about the defects of nio work with."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import event, select
from sqlalchemy.exc import OperationalError

from bots.runtime.client import Mailbox, MatrixClient
from bots.runtime.crypto.cross_signing import CrossSigningSeeds
from bots.runtime.storage import SqlStorage
from bots.runtime.trust import TrustedMessage
from bots.runtime.untrusted import JsonObject
from hub.adapters.encryption import KeyVault
from hub.adapters.sql.database import Database, metadata
from hub.adapters.sql.matrix_tables import mx_inbox
from tests.homeserver.world import PASSWORD
from tests.real.element import Element
from tests.real.world import Ward

SYNC_SECONDS = 60.0
_BRIEF = timedelta(milliseconds=500)


@dataclass
class Home:
    """Where one account of ours lives between two starts: its database, its vault and its cross-signing seeds."""

    path: Path
    user_id: str
    vault: KeyVault = field(default_factory=lambda: KeyVault(secrets.token_bytes(32)))
    seeds: CrossSigningSeeds = field(default_factory=CrossSigningSeeds.fresh)

    def database(self) -> Database:
        return Database(f"sqlite:///{self.path}")

    async def found(self, homeserver: str) -> None:
        """Sign in for the first time."""
        database = self.database()
        try:
            async with database.transaction() as connection:
                await connection.run_sync(metadata.create_all)
            store = SqlStorage(database, self.vault, self.user_id)
            async with await MatrixClient.login(homeserver, self.user_id, PASSWORD, store=store) as client:
                await client.bootstrap_cross_signing(self.seeds)
        finally:
            await database.close()


@dataclass
class Bot:
    """A bot that can be killed and started again. ``client`` is the running one."""

    home: Home
    homeserver: str
    database: Database
    client: MatrixClient
    mailbox: Mailbox

    async def start_again(self) -> None:
        """As after ``kill -9``: what was not stored is gone."""
        await self.client.stop()
        store = SqlStorage(self.database, self.home.vault, self.home.user_id)
        again = await MatrixClient.open(self.homeserver, store, handler=self.mailbox)
        assert again is not None
        self.client = again
        await again.bootstrap_cross_signing(self.home.seeds)

    async def until(self, done: Callable[[], Awaitable[bool]]) -> None:
        """Sync until ``done``; a failure of the test when that takes too long."""
        try:
            async with asyncio.timeout(SYNC_SECONDS):
                while not await done():
                    await self.client.sync_once(_BRIEF)
        except TimeoutError:
            raise AssertionError("what was waited for did not come") from None

    async def hears(self, event_id: str) -> TrustedMessage:
        """Sync until this very event was judged, and give it; refused or unreadable is a failure of the test."""
        found: list[TrustedMessage] = []

        async def judged() -> bool:
            found.extend(m for m in list(self.mailbox._messages) if m.event_id == event_id)
            return bool(found) or any(r.event_id == event_id for r in self.mailbox.refused)

        await self.until(judged)
        assert found, [r.code for r in self.mailbox.refused if r.event_id == event_id]
        return found[0]

    async def refuses(self, event_id: str) -> str:
        """Sync until this event was refused; the code."""

        async def judged() -> bool:
            return (await self.verdict(event_id))[0] not in (None, "new")

        await self.until(judged)
        assert not [m for m in list(self.mailbox._messages) if m.event_id == event_id], "it was believed"
        return str((await self.verdict(event_id))[1])

    async def verdict(self, event_id: str) -> tuple[str | None, str | None]:
        """State and code of an event in the inbox; (None, None) when it is not there."""
        query = select(mx_inbox.c.state, mx_inbox.c.code).where(mx_inbox.c.event_id == event_id)
        async with self.database.reading() as connection:
            row = (await connection.execute(query)).first()
        return (None, None) if row is None else (row.state, row.code)

    @contextmanager
    def failing_once_at(self, statement: str) -> Iterator[None]:
        """The database refuses the first statement that has this in it."""
        armed = [True]

        def refuse(_conn: object, _cursor: object, text: str, *_more: object) -> None:
            if armed and statement in text:
                armed.clear()
                raise OperationalError(text, None, OSError("disk full"))

        engine = self.database.engine.sync_engine
        event.listen(engine, "before_cursor_execute", refuse)
        try:
            yield
        finally:
            event.remove(engine, "before_cursor_execute", refuse)
        assert not armed, f"nothing said {statement}"

    def lying(self, lie: Callable[[JsonObject], None]) -> None:
        """From now on each ``/sync`` answer passes through ``lie``, which changes it: a homeserver that lies."""
        truth = self.client.http.sync

        async def sync(*arguments: Any, **more: Any) -> JsonObject:
            answer = await truth(*arguments, **more)
            lie(answer)
            return answer

        self.client.http.sync = sync  # type: ignore[method-assign]


@asynccontextmanager
async def bot_of(home: Home, homeserver: str) -> AsyncIterator[Bot]:
    """The account of ``home``, started with the device that it has."""
    database, mailbox = home.database(), Mailbox()
    store = SqlStorage(database, home.vault, home.user_id)
    client = await MatrixClient.open(homeserver, store, handler=mailbox)
    assert client is not None
    bot = Bot(home, homeserver, database, client, mailbox)
    try:
        await client.bootstrap_cross_signing(home.seeds)
        yield bot
    finally:
        await bot.client.stop()
        await database.close()


@dataclass
class Bedside:
    """A fresh room with Fatima, Bram and the bot in it."""

    ward: Ward
    fatima: Element
    bram: Element
    bot: Bot
    room: str

    async def stored(self, event_id: str) -> dict[str, Any]:
        """An event as the homeserver keeps it, asked by the gatekeeper, who can read none of it."""
        path = f"/rooms/{quote(self.room)}/event/{quote(event_id)}"
        found = await self.ward.circle.gatekeeper.must("GET", path)
        return {**found, "room_id": self.room}

    async def said(self) -> list[dict[str, Any]]:
        """All that the bot said in this room, as the homeserver keeps it, oldest first."""
        path = f"/rooms/{quote(self.room)}/messages?dir=b&limit=200"
        chunk = (await self.ward.circle.gatekeeper.must("GET", path))["chunk"]
        return [e for e in chunk[::-1] if e["sender"] == self.bot.home.user_id and "state_key" not in e]

    async def say(self, text: str, *readers: Element, **more: Any) -> str:
        """The bot says this to these people (everybody else in the room not); the event id."""
        recipients = [reader.user_id for reader in readers]
        return (await self.bot.client.send_text(self.room, text, recipients=recipients, **more)).event_id

    async def enter(self, bot: Bot) -> None:
        """Invited by the gatekeeper, joined, and it has seen who else is here."""
        await self.ward.invite(self.room, bot.home.user_id)
        await bot.client.join(self.room)

        async def knows_everybody() -> bool:
            return self.bram.user_id in await bot.client.members(self.room)

        await bot.until(knows_everybody)


def change_events(answer: Mapping[str, Any], room: str, change: Callable[[dict[str, Any]], None]) -> None:
    """Let ``change`` at each encrypted event of this room in a ``/sync`` answer."""
    timeline = answer.get("rooms", {}).get("join", {}).get(room, {}).get("timeline", {})
    for one in timeline.get("events", []):
        if one.get("type") == "m.room.encrypted":
            change(one)
