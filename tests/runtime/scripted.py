"""A homeserver for one bot, over real HTTP, that keeps timelines, pages and tokens as Synapse does, and misbehaves on
demand.

Fictional: Marieke Bos (GP) ``@marieke``, Kees Blok (neighbour) ``@kees``; the bot is ``@dossier``.
"""

from __future__ import annotations

import asyncio
import itertools
import json
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

from aiohttp import web
from sqlalchemy import select

from bots.runtime.client import Mailbox, MatrixClient
from bots.runtime.crypto.machine import CryptoMachine
from bots.runtime.http import MatrixHttp
from bots.runtime.storage import OnGap, SqlStorage
from bots.runtime.untrusted import JsonObject
from hub.adapters.encryption import KeyVault
from hub.adapters.sql.database import Database
from hub.adapters.sql.matrix_records import CryptoState
from hub.adapters.sql.matrix_tables import mx_dropped, mx_gap, mx_inbox
from tests.runtime.post_office import Person, PostOffice

BOT = "@dossier:kring.test"
Misbehaviour = Callable[[web.Request], web.StreamResponse | None]


def obey(_request: web.Request) -> None:
    """No misbehaviour."""


class ScriptedHomeserver:
    """Serves one account. ``misbehave`` may answer instead; ``asked`` counts requests by their last word."""

    def __init__(self) -> None:
        self.office = PostOffice()
        self.misbehave: Misbehaviour = obey
        self.rewrite: Callable[[JsonObject], JsonObject] = lambda answer: answer
        """Lies about a sync answer."""
        self.asked: Counter[str] = Counter()
        self.syncs: list[dict[str, str]] = []
        self.url = ""
        self._stream: list[tuple[str, JsonObject]] = []
        self._mail: list[tuple[int, JsonObject]] = []
        self._states: dict[str, list[JsonObject]] = {}
        self._changed: list[tuple[int, str]] = []
        self._news = asyncio.Event()

    @property
    def position(self) -> int:
        return len(self._stream)

    def put(self, room_id: str, event: JsonObject) -> None:
        """Say something in a room."""
        self._stream.append((room_id, event))
        self._news.set()

    def post(self, event: object) -> None:
        """To-device, kept until it is acknowledged."""
        self._stream.append(("", {}))
        self._mail.append((self.position, event))  # type: ignore[arg-type]
        self._news.set()

    def join(self, room_id: str, *users: str) -> None:
        """State of a room, as it stands from the beginning."""
        self._states[room_id] = [
            {
                "type": "m.room.member",
                "state_key": user,
                "sender": user,
                "event_id": f"${room_id[1:]}{number}",
                "content": {"membership": "join"},
            }
            for number, user in enumerate((BOT, *users))
        ]

    @asynccontextmanager
    async def open(self) -> AsyncIterator[ScriptedHomeserver]:
        app = web.Application(client_max_size=1 << 26)
        app.router.add_route("*", "/{path:.*}", self._answer)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        try:
            yield self
        finally:
            await runner.cleanup()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        words = request.path.split("/")
        word = (
            "messages"
            if words[-1] == "messages"
            else "context"
            if "context" in words
            else words[4]
            if len(words) > 4
            else ""
        )
        self.asked[word] += 1
        if word == "sync":
            self.syncs.append(dict(request.query))
        wrong = self.misbehave(request)
        if wrong is not None:
            return wrong
        if word == "sync":
            return _json(await self._sync(request))
        if word == "messages":
            return _json(self._messages(words[5], request))
        if word == "context":
            return _json(self._context(words[5], words[-1]))
        return _json(await self._keys("/".join(words[4:6]), request))

    async def _keys(self, what: str, request: web.Request) -> JsonObject:
        if what == "keys/upload":
            return {"one_time_key_counts": {"signed_curve25519": 50}}
        if what == "keys/query":
            wanted = (await request.json())["device_keys"]
            return {kind: {u: v for u, v in shown.items() if u in wanted} for kind, shown in self.office.shown.items()}
        return {}

    async def _sync(self, request: web.Request) -> JsonObject:
        since = request.query.get("since")
        timeout = int(request.query.get("timeout", "0"))
        limit = json.loads(request.query["filter"])["room"]["timeline"]["limit"]
        start = 0 if since is None else int(since[1:])
        if start >= self.position and timeout and since is not None:
            self._news.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait(), timeout / 1000)
        now = self.position
        rooms: dict[str, JsonObject] = {}
        numbered = list(enumerate(self._stream, 1))
        for room_id in sorted({room for _n, (room, _e) in numbered[start:] if room} | set(self._states)):
            said = [(n, event) for n, (room, event) in numbered[start:now] if room == room_id]
            shown = said[-limit:]
            first = since is None
            if not shown and not first:
                continue
            rooms[room_id] = {
                "timeline": {
                    "events": [event for _n, event in shown],
                    "limited": len(shown) < len(said),
                    "prev_batch": f"s{shown[0][0] - 1 if shown else now}",
                },
                "state": {"events": self._states.get(room_id, []) if first else []},
            }
        return self.rewrite(
            {
                "next_batch": f"s{now}",
                "to_device": {"events": [event for n, event in self._mail if n > start][:1000]},
                "device_lists": {"changed": [], "left": []},
                "device_one_time_keys_count": {"signed_curve25519": 50},
                "device_unused_fallback_key_types": ["signed_curve25519"],
                "rooms": {"join": rooms},
            }
        )

    def _messages(self, room_id: str, request: web.Request) -> JsonObject:
        start, end = (
            int(request.query.get(name, default)[1:]) for name, default in (("from", "s0"), ("to", "s999999"))
        )
        page = [(n, event) for n, (room, event) in enumerate(self._stream, 1) if room == room_id and start < n <= end]
        page = page[: int(request.query["limit"])]
        answer: JsonObject = {"chunk": [event for _n, event in page], "start": f"s{start}"}
        return answer | {"end": f"s{page[-1][0]}"} if page else answer

    def _context(self, room_id: str, event_id: str) -> JsonObject:
        places = [n for n, (room, e) in enumerate(self._stream, 1) if room == room_id and e.get("event_id") == event_id]
        return {"end": f"s{places[0]}"} if places else {}


def _json(answer: object) -> web.Response:
    return web.Response(text=json.dumps(answer), content_type="application/json")


class _Letterbox:
    """The bot as others see it: what they send it travels with the sync."""

    def __init__(self, server: ScriptedHomeserver, device_id: str) -> None:
        self.user_id, self.device_id, self._server = BOT, device_id, server

    @property
    def machine(self) -> Any:
        return self

    def receive_to_device(self, event: JsonObject) -> None:
        self._server.post(event)


class ScriptedBot:
    """The real client on a real database, at that homeserver."""

    def __init__(self, server: ScriptedHomeserver, database: Database, vault: KeyVault, on_gap: OnGap | None) -> None:
        self.server = server
        self._database = database
        self._vault = vault
        self._on_gap = on_gap
        self.mailbox = Mailbox()
        self.marieke = server.office.arrive("@marieke:kring.test")
        self.client: MatrixClient

    def storage(self) -> SqlStorage:
        return SqlStorage(self._database, self._vault, BOT, on_gap=self._on_gap)

    async def start(self) -> MatrixClient:
        """As after a restart, or the first time."""
        storage = self.storage()
        client = await MatrixClient.open(self.server.url, storage, handler=self.mailbox)
        if client is None:
            machine = CryptoMachine(BOT, "HUB", CryptoState(), storage.pickle_passphrase)
            login = await storage.create_login(BOT, "HUB", "t", machine.account_record())
            self.server.office.settle_in(machine)
            client = MatrixClient(MatrixHttp(self.server.url, "t"), storage, login, machine, self.mailbox)
        self.client = client
        if client.engine.next_batch is None:
            await client.engine.step()
        return client

    def hears(self, person: Person, text: str, room_id: str, **more: Any) -> JsonObject:
        """``person`` says this in the room; the event."""
        event = person.say(text, _Letterbox(self.server, "HUB"), room_id=room_id, **more)  # type: ignore[arg-type]
        self.server.put(room_id, event)
        return event

    @property
    def bodies(self) -> list[str]:
        return [message.body for message in self.mailbox._messages]

    async def endings(self) -> dict[str, str]:
        async with self._database.reading() as connection:
            rows = await connection.execute(select(mx_inbox.c.event_id, mx_inbox.c.state, mx_inbox.c.code))
            return {row.event_id: row.state if row.code is None else f"{row.state}:{row.code}" for row in rows}

    async def gaps(self) -> dict[str, str]:
        """Room → how its gap stands."""
        async with self._database.reading() as connection:
            rows = await connection.execute(select(mx_gap))
            return {row.room_id: row.state if row.code is None else f"{row.state}:{row.code}" for row in rows}

    async def dropped(self) -> dict[str, int]:
        async with self._database.reading() as connection:
            return {row.code: row._mapping["count"] for row in await connection.execute(select(mx_dropped))}


@asynccontextmanager
async def scripted_bot(database: Database, vault: KeyVault, on_gap: OnGap | None = None) -> AsyncIterator[ScriptedBot]:
    """A bot that has taken position at a homeserver where nothing was said yet."""
    async with ScriptedHomeserver().open() as server:
        bot = ScriptedBot(server, database, vault, on_gap)
        try:
            await bot.start()
            yield bot
        finally:
            await bot.client.stop()


_NUMBERS = itertools.count(1)


def clear_event(kind: str, sender: str, content: object, **more: Any) -> JsonObject:
    """An event as anybody could make one up."""
    event_id = f"$los{next(_NUMBERS)}"
    return {"type": kind, "event_id": event_id, "sender": sender, "origin_server_ts": 1, "content": content, **more}
