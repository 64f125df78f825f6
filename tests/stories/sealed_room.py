"""The circle of mevrouw de Wit with real encryption and without a homeserver.

The dossier bot has its own crypto machine on the hub's database, its real inbox and its real sender; the people have
crypto machines of their own; the post office carries keys and messages, and loses what a story wants lost.
"""

import asyncio
import itertools
import json
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any
from urllib.parse import unquote

from sqlalchemy import select

from bots.dossier.filing_worker import FilingWorker
from bots.runtime.client import MatrixClient
from bots.runtime.crypto.decryption import Decrypted
from bots.runtime.crypto.machine import CryptoMachine
from bots.runtime.http import MatrixHttp, MatrixRefused
from bots.runtime.rereading import Rereader
from bots.runtime.storage import SqlStorage
from bots.runtime.sync_response import inbox_event
from bots.runtime.untrusted import JsonObject
from bots.runtime.withheld import WITHHELD, read_withheld
from hub.adapters.sql.matrix_records import CryptoState, InboxState, SyncBatch
from hub.adapters.sql.matrix_tables import mx_inbox
from hub.domain.errors import DeliveryDelayed
from tests.runtime.post_office import PASSPHRASE, Person, PostOffice
from tests.stories.room import CIRCLE, SERVER, Room

BOT = f"@dossier:{SERVER}"
PHONE = "TELEFOON"
_TOKENS = itertools.count(1)
_CLEAR = itertools.count(1)


class OfficeHttp(MatrixHttp):
    """What the bot asks of a homeserver, answered by the post office. ``lost_answers``: so many messages are taken in
    and not acknowledged; ``shut``: such to-device messages are not taken in."""

    def __init__(self, room: "SealedRoom") -> None:
        super().__init__("http://127.0.0.1:1", "t")
        self._room = room
        self._events: dict[str, JsonObject] = {}
        self.shown: dict[str, JsonObject] = {}
        """Every event that arrived, as the homeserver shows it when it is asked for; a story may change it."""
        self.media: dict[str, bytes] = {}
        """Ciphertext of every file that somebody sent, by media id."""
        self.away = False
        self.lost_answers = 0
        self.shut: set[str] = set()
        self.withheld: list[tuple[str, str, JsonObject]] = []
        """(user, device, content) of every ``m.room_key.withheld``."""

    async def query_keys(self, user_ids: Iterable[str]) -> JsonObject:
        return self._room.office.shown

    async def claim_keys(self, wanted: dict[str, list[str]]) -> JsonObject:
        keys: dict[str, Any] = {}
        for user, devices in wanted.items():
            for device_id in devices:
                device = self._room.bot.machine.devices.get(user, device_id)
                if device is not None and (user, device_id) not in self._room.out_of_keys:
                    claimed = self._room.office.claim(device)["one_time_keys"]
                    keys.setdefault(user, {}).update(claimed[user])
        return {"one_time_keys": keys}

    async def send_to_device(self, event_type: str, txn_id: str, messages: dict[str, dict[str, JsonObject]]) -> None:
        if event_type in self.shut:
            raise DeliveryDelayed("dicht", timedelta(seconds=1))
        for user, by_device in messages.items():
            for device_id, content in by_device.items():
                if event_type == WITHHELD:
                    self.withheld.append((user, device_id, content))
                for person in self._room.devices:
                    if (person.user_id, person.machine.device_id) == (user, device_id):
                        event = {"type": event_type, "sender": BOT, "content": json.loads(json.dumps(content))}
                        person.machine.receive_to_device(event)

    async def send_event(self, room_id: str, event_type: str, txn_id: str, content: JsonObject) -> str:
        event_id = f"$said-{txn_id}"
        event = {"type": event_type, "event_id": event_id, "room_id": room_id, "sender": BOT, "origin_server_ts": 1}
        if event_id not in self._events:
            self._events[event_id] = {**event, "content": json.loads(json.dumps(content))}
            self._room.posted.append(self._events[event_id])
        if self.lost_answers:
            self.lost_answers -= 1
            raise DeliveryDelayed("antwoord kwijt", timedelta(seconds=1))
        return event_id

    async def event(self, room_id: str, event_id: str) -> JsonObject:
        if self.away:
            raise DeliveryDelayed("weg", timedelta(seconds=1))
        if event_id not in self.shown:
            raise MatrixRefused("GET event", 404, "M_NOT_FOUND", {})
        return self.shown[event_id]

    async def download_media(self, server_name: str, media_id: str, longest: int) -> bytes:
        if self.away:
            raise DeliveryDelayed("weg", timedelta(seconds=1))
        if media_id not in self.media:
            raise MatrixRefused("GET media", 404, "M_NOT_FOUND", {})
        return self.media[media_id]

    async def request(self, method: str, path: str, *_: Any, **__: Any) -> JsonObject:
        return self._events[unquote(path.rpartition("/")[2])]


class HeldUp:
    """The bot's device, as a sender sees it; what is for it stays on the road."""

    def __init__(self, user_id: str, device_id: str) -> None:
        self.user_id = user_id
        self.device_id = device_id
        self.events: list[JsonObject] = []

    def receive_to_device(self, event: JsonObject) -> None:
        self.events.append(event)


class SealedRoom:
    """A :class:`Room` in which everything that is said is encrypted. ``says`` and ``hears`` go the whole road."""

    def __init__(self, room: Room) -> None:
        self.room = room
        self.office = PostOffice()
        self.devices: list[Person] = []
        self.posted: list[JsonObject] = []
        self.held = HeldUp(BOT, "BOT")
        self.out_of_keys: set[tuple[str, str]] = set()
        self._clients: list[MatrixClient] = []

    async def open(self) -> None:
        """Everybody of the circle has a signed phone; the bot has a device of its own."""
        hub = self.room.hub
        self.storage = SqlStorage(hub.database, hub.vault, BOT, clock_ms=self.now_ms)
        machine = CryptoMachine(BOT, "BOT", CryptoState(), self.storage.pickle_passphrase)
        self.bot = self.office.settle_in(machine)
        login = await self.storage.create_login(BOT, "BOT", "t", machine.account_record())
        self.http = OfficeHttp(self)
        self._begin(MatrixClient(self.http, self.storage, login, machine, self.room.bot))
        self._start_inbox()
        for who in ("anna", "carla", "gerda", "samira", "ruben", "noor", "pieter"):
            self.phone(who)

    def now_ms(self) -> int:
        return int(self.room.world.clock().timestamp() * 1000)

    def _begin(self, client: MatrixClient) -> None:
        self.client = client
        self._clients.append(client)
        self.room.sender = client.sender  # type: ignore[assignment]

    def _start_inbox(self) -> None:
        self.client.inbox._clock_ms = self.now_ms

    async def restart(self) -> None:
        """The bots' process ends without a word; the next one starts from the database."""
        client = await MatrixClient.open("http://127.0.0.1:1", self.storage, handler=self.room.bot)
        assert client is not None
        client.http = self.http
        client.keys._http = self.http
        client.sender._http = self.http
        self._begin(client)
        self._start_inbox()
        self.bot.machine = client.keeper.machine

    async def close(self) -> None:
        for client in self._clients:
            await client.stop()

    def phone(self, who: str, device_id: str = PHONE, *, signed: bool = True) -> Person:
        """Somebody signs in at Element with a new device."""
        machine = CryptoMachine(self.room.user(who), device_id, CryptoState(), PASSPHRASE)
        person = self.office.settle_in(machine, signed=signed)
        self.devices.append(person)
        self._changed(who)
        return person

    def _changed(self, *people: str) -> None:
        self.client.keeper.machine.note_changed_devices([self.room.user(who) for who in people])

    def of(self, who: str, device_id: str = PHONE) -> Person:
        place = (self.room.user(who), device_id)
        return next(p for p in self.devices if (p.user_id, p.machine.device_id) == place)

    async def arrives(self, *events: JsonObject, to_device: Iterable[JsonObject] = ()) -> None:
        """What the sync engine does with a response, then the inbox until nothing is open."""
        self.http.shown |= {str(event["event_id"]): event for event in events}
        kept = [inbox_event(str(event["room_id"]), event, BOT) for event in events]
        machine = self.client.keeper.machine
        for event in to_device:
            machine.receive_to_device(event)
        batch = SyncBatch(
            f"s{next(_TOKENS)}",
            tuple(event for event in kept if event is not None),
            (),
            machine.take_changes(),
            withheld=read_withheld(to_device),
        )
        await self.storage.commit(batch)
        for _round in range(20):
            if not await self.client.inbox.work_off():
                return
        raise AssertionError("the inbox does not get empty")

    def sealed(self, who: str, body: str, kind: str = CIRCLE, *, key: str = "arrives", **more: Any) -> JsonObject:
        """A message of this person. Its key ``arrives``, is ``held`` up on its way, or was ``never`` sent."""
        others = {"arrives": [self.bot], "held": [Person(self.office, self.held)], "never": []}[key]  # type: ignore[arg-type]
        return self.of(who).say(body, *others, room_id=self.room.place(kind), **more)

    async def says(self, who: str, body: str, kind: str = CIRCLE, **more: Any) -> str:
        """Said, and arrived; the event id."""
        event = self.sealed(who, body, kind, **more)
        await self.arrives(event)
        return str(event["event_id"])

    async def keys_arrive(self) -> None:
        """What was held up reaches the bot after all."""
        held, self.held.events = self.held.events, []
        await self.arrives(to_device=held)

    async def waits(self, **span: float) -> None:
        """Time passes; the inbox looks which keys stay away."""
        self.room.world.clock.pass_by(**span)
        await self.client.inbox.give_up_waiting()

    def filer(self, said: Callable[[], None] = lambda: None) -> FilingWorker:
        """The worker behind 📌 and ``!bewaar``, on the bot's own keys."""
        client = self.client
        rereader = Rereader(self.http, self.storage, client.keeper, client.keys, SERVER)
        return FilingWorker(self.room.hub, rereader, self.storage, asyncio.Event(), said)

    async def files(self) -> None:
        """What people pointed at is fetched and put before them."""
        filer = self.filer()
        while await filer.work_off():
            continue

    async def pins(self, who: str, event_id: str, kind: str = CIRCLE, key: str = "📌") -> str:
        """A reaction as it travels: in clear, and whose it is, is the homeserver's word."""
        relation = {"rel_type": "m.annotation", "event_id": event_id, "key": key}
        return await self.in_clear(who, "m.reaction", {"m.relates_to": relation}, kind)

    async def withdraws(self, who: str, event_id: str, kind: str = CIRCLE) -> str:
        """A redaction, and what the homeserver shows of the message from then on."""
        self.http.shown[event_id] = {
            **self.http.shown[event_id],
            "content": {},
            "unsigned": {"redacted_because": {"sender": self.room.user(who)}},
        }
        return await self.in_clear(who, "m.room.redaction", {"redacts": event_id}, kind)

    async def in_clear(self, who: str, event_type: str, content: JsonObject, kind: str = CIRCLE) -> str:
        event_id = f"$clear{next(_CLEAR)}"
        await self.arrives(
            {
                "type": event_type,
                "event_id": event_id,
                "room_id": self.room.place(kind),
                "sender": self.room.user(who),
                "origin_server_ts": self.now_ms(),
                "content": content,
            }
        )
        return event_id

    async def speaks(self) -> list[JsonObject]:
        """The relay works the outbox off; the events as the homeserver has them."""
        before = len(self.posted)
        relay = self.room.relay()
        while await relay.work_off():
            continue
        return self.posted[before:]

    def read_by(self, who: str, event: JsonObject, device_id: str = PHONE) -> str | None:
        """What this person's Element shows of it; None when it cannot read it."""
        opened = self.of(who, device_id).machine.decrypt(event)
        return str(opened.content["body"]) if isinstance(opened, Decrypted) else None

    def told(self, events: Iterable[JsonObject], kind: str, who: str = "carla") -> list[str]:
        """What stands in that room, as this person reads it."""
        place = self.room.place(kind)
        return [self.read_by(who, event) or "?" for event in events if event["room_id"] == place]

    async def endings(self) -> dict[str, InboxState]:
        async with self.room.hub.database.reading() as connection:
            rows = await connection.execute(select(mx_inbox.c.event_id, mx_inbox.c.state))
            return {row.event_id: InboxState(row.state) for row in rows}
