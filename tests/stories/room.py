"""The rooms of one circle without a homeserver: the real dossier bot on real storage, and what it would say where.

Messages come in as the trust gate leaves them; memberships stand in the table where the sync puts them.
"""

import asyncio
import itertools
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import delete

from bots.dossier.handler import DossierBot
from bots.dossier.message import notice_of
from bots.dossier.relay import OutboxRelay
from bots.handover.welcome import Greeter
from bots.runtime.media import Attachment
from bots.runtime.sender import Sender, Sent, ShareReport
from bots.runtime.trust import TrustedMessage
from hub.adapters.destroyed_keys import DestroyedKeys
from hub.adapters.encryption import KeyVault
from hub.adapters.sql import matrix_inbox
from hub.adapters.sql.database import Database
from hub.adapters.sql.matrix_records import InboxState, MemberChange
from hub.adapters.sql.matrix_tables import mx_room_member
from hub.adapters.sql.outbox import SqlOutbox
from hub.adapters.sql.unit_of_work import SqlTransactions
from hub.application.ports import OutgoingMessage, RoomPlace
from hub.application.speaking import Speaker
from hub.application.use_cases import circles
from hub.bootstrap import Hub
from hub.domain.circle import DischargeReason, RoomKind
from hub.domain.errors import DeliveryDelayed
from hub.settings import Settings
from tests.databases import sqlite_url
from tests.world import Clock, World, open_world, policies

CIRCLE, TEAM = "circle", "team"
SERVER = "kring.test"
_EVENTS = itertools.count(1)


class RecordingSender(Sender):
    """Says nothing to a homeserver: remembers what would have been encrypted, and for whom. ``failing`` raises once;
    ``meanwhile`` happens once while the room key travels."""

    def __init__(self) -> None:  # no machine, no network
        self.sent: list[tuple[str, dict[str, Any], frozenset[str], str]] = []
        self.failing: Exception | None = None
        self.attached: list[Attachment] = []
        self.meanwhile: Callable[[], Awaitable[object]] | None = None

    async def send(
        self,
        room_id: str,
        content: dict[str, Any],
        recipients: Iterable[str],
        txn_id: str,
        event_type: str = "m.room.message",
        still: Callable[[], Awaitable[bool]] | None = None,
        must_be_heard: bool = False,
        absent: Mapping[str, str] | None = None,
        again: bool = False,
    ) -> Sent:
        if self.meanwhile is not None:
            meanwhile, self.meanwhile = self.meanwhile, None
            await meanwhile()
        if still is not None and not await still():
            raise DeliveryDelayed("Wie dit mag lezen, is net veranderd.", timedelta(seconds=1))
        if self.failing is not None:
            failing, self.failing = self.failing, None
            raise failing
        users = frozenset(recipients)
        self.sent.append((room_id, content, users, txn_id))
        share = ShareReport(tuple((user, "TELEFOON") for user in sorted(users)), ())
        return Sent(f"$sent-{txn_id}", share, f"sessie-{room_id}", len(self.sent))

    async def attach(self, attachment: Attachment) -> dict[str, Any]:
        """Takes a file in, as the homeserver does; ``failing`` refuses it once."""
        if self.failing is not None:
            failing, self.failing = self.failing, None
            raise failing
        self.attached.append(attachment)
        info = {"mimetype": attachment.media_type, "size": len(attachment.data)}
        return {"msgtype": "m.file", "body": attachment.name, "info": info, "file": {"url": "mxc://kring.test/1"}}


@dataclass
class Room:
    """Everybody of the circle is in its rooms. ``hears`` gives what the bot said since the last time it was asked."""

    world: World
    hub: Hub
    bot: DossierBot
    sender: RecordingSender = field(default_factory=RecordingSender)
    _heard: int = 0

    def place(self, kind: str) -> str:
        return f"!{kind}-{self.world.circle_id}"

    def user(self, who: str) -> str:
        return self.world.people[who].matrix_id or ""

    async def joins(self, who: str, *kinds: str, membership: str = "join") -> None:
        """Somebody joins (or is invited to, or leaves) these rooms; the sync writes it down."""
        changes = [MemberChange(self.place(kind), self.user(who), membership, "@poortwachter", 0) for kind in kinds]
        async with self.hub.database.transaction() as connection:
            await matrix_inbox.update_members(connection, changes)

    async def leaves(self, who: str, *kinds: str) -> None:
        await self.joins(who, *kinds, membership="leave")

    async def private_room(self, who: str) -> str:
        """The private room of this person, made and joined as the gatekeeper does."""
        kind = f"private-{who}"
        async with self.world.unit() as unit:
            place = RoomPlace(self.place(kind), self.world.circle_id, RoomKind.PRIVATE, self.world.id(who))
            await unit.rooms.add(place, self.world.clock())
        await self.joins(who, kind)
        return kind

    async def admit(self, who: str, **more: Any) -> None:
        """Admitted by the coach, and joined where the role belongs."""
        await self.world.admit(who, **more)
        professional = self.world.people[who].role.is_professional
        await self.joins(who, CIRCLE, *((TEAM,) if professional else ()))

    async def discharge(self, who: str) -> None:
        """Rights end at once; the rooms follow later."""
        async with self.world.unit() as unit:
            context = await self.world.context(unit, "carla")
            await circles.discharge(
                unit, self.world.guard, context, person_id=self.world.id(who), reason=DischargeReason.CARE_ENDED
            )

    def message(self, who: str, body: str, room: str = CIRCLE, **more: Any) -> TrustedMessage:
        """A message of this person, past the trust gate. ``content`` replaces what was encrypted."""
        content = more.pop("content", {"msgtype": "m.text", "body": body})
        plain = TrustedMessage(
            event_id=f"$event{next(_EVENTS)}",
            room_id=self.place(room) if not room.startswith("!") else room,
            sender=self.user(who) if who in self.world.people else who,
            device_id="TELEFOON",
            type="m.room.message",
            content=content,
            origin_server_ts=1_790_000_000_000,
            reply_to=None,
            reply_is_sealed=False,
            is_edit=False,
            thread_root=None,
            session_id="sessie",
            message_index=0,
        )
        return replace(plain, **more)

    async def receive(self, message: TrustedMessage) -> InboxState:
        """One message in one transaction, as the inbox worker does it."""
        async with self.hub.database.transaction() as connection:
            return await self.bot.on_message(message, connection)

    async def says(self, who: str, body: str, room: str = CIRCLE, **more: Any) -> list[OutgoingMessage]:
        """Somebody says something; what the bot answers, in order."""
        await self.receive(self.message(who, body, room, **more))
        return await self.hears()

    async def hears(self) -> list[OutgoingMessage]:
        """What the bot wrote down to say since the last time."""
        rows = await self._outbox()
        new = [message for number, message in rows if number > self._heard]
        self._heard = max((number for number, _ in rows), default=0)
        return new

    async def _outbox(self) -> list[tuple[int, OutgoingMessage]]:
        """Every outbox row, read the way the relay reads it, and put back."""

        class PutBack(Exception):
            pass

        claimed = []
        try:
            async with self.hub.database.transaction() as connection:
                far = self.world.clock.at.replace(year=2100)
                claimed = await SqlOutbox(connection, self.hub.vault).claim(far, 10_000)
                raise PutBack
        except PutBack:
            return [(row.id, row.message) for row in claimed]

    def relay(self) -> OutboxRelay:
        return OutboxRelay(self.hub, self.sender, asyncio.Event())

    async def speaks(self) -> list[tuple[str, str, frozenset[str]]]:
        """The relay works the outbox off: (room, body, people who got the key, without the bots)."""
        before = len(self.sender.sent)
        relay = self.relay()
        while await relay.work_off():
            continue
        own = self.hub.settings.own_accounts
        return [(room, str(content["body"]), users - own) for room, content, users, _ in self.sender.sent[before:]]

    async def greets(self) -> int:
        return await Greeter(self.hub, asyncio.Event(), asyncio.Event()).greet()

    async def empty_room(self, kind: str) -> None:
        async with self.hub.database.transaction() as connection:
            await connection.execute(delete(mx_room_member).where(mx_room_member.c.room_id == self.place(kind)))


def where(message: OutgoingMessage) -> str:
    return message.room_kind.value


def bodies(messages: Iterable[OutgoingMessage]) -> str:
    return "\n".join(message.body for message in messages)


def html_of(message: OutgoingMessage) -> str:
    return str(notice_of(message.body).get("formatted_body", ""))


async def add_rooms(hub: Hub, world: World) -> Room:
    """The space and two rooms of this circle, with everybody on its roster in them."""
    room = Room(world, hub, DossierBot(hub, lambda: None))
    async with world.unit() as unit:
        for kind in (RoomKind.SPACE, RoomKind.CIRCLE, RoomKind.TEAM):
            place = RoomPlace(room.place(kind.value), world.circle_id, kind, None)
            await unit.rooms.add(place, world.clock())
        present = [relation.person_id for relation in await unit.circles.relations(world.circle_id)]
    for who, person in world.people.items():
        if person.id in present:
            await room.joins(who, CIRCLE, *((TEAM,) if person.role.is_professional else ()))
    return room


def hub_on(database: Database, vault: KeyVault, world: World, data: Path) -> Hub:
    # A port where surely no homeserver is: the usual one may be that of a hub that runs on this machine.
    settings = Settings(data=data, server_name=SERVER, matrix_port=1)
    return Hub(
        settings=settings,
        database=database,
        vault=vault,
        transactions=SqlTransactions(database, vault),
        policy=policies(),
        guard=world.guard,
        speaker=Speaker(world.guard, settings.own_accounts),
        now=world.clock,
    )


async def first_room(template: Path, path: Path) -> World:
    """Play the opening of the circle once, in a file that every story starts from."""
    shutil.copyfile(template, path)
    database, vault = Database(sqlite_url(path)), KeyVault(bytes(range(32)))
    world = await open_world(database, vault, Clock())
    await add_rooms(hub_on(database, vault, world, path.parent), world)
    async with database.engine.connect() as connection:
        await connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    await database.close()
    return world


@asynccontextmanager
async def open_room(opened: World, template: Path, folder: Path) -> AsyncIterator[Room]:
    """The circle of mevrouw de Wit in a database of its own, where nothing was said yet."""
    path = folder / "kring.db"
    shutil.copyfile(template, path)
    database = Database(sqlite_url(path))
    clock = Clock()
    opened.vault.destroyed = DestroyedKeys()
    world = replace(opened, database=database, clock=clock, people=dict(opened.people))
    hub = hub_on(database, opened.vault, world, folder)
    try:
        yield Room(world, hub, DossierBot(hub, lambda: None))
    finally:
        await database.close()
