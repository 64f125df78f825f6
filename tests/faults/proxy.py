"""A road to the homeserver that can be bad, or lie: everything between the bots and Synapse goes through here.

    with FaultProxy(upstream, seed=7) as proxy:
        with proxy.playing(DropAnswer(random, "/send/", times=1)):
            ...

The proxy lives in a thread with a loop of its own, so that it serves tests that each have another loop. Which tricks
are played is decided by the test; where a trick chooses by chance it does so by the proxy's seeded ``chance``. What was
done is written in ``actions``.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

import aiohttp
from aiohttp import web
from yarl import URL

SYNC = "/_matrix/client/v3/sync"
_START_SECONDS = 60.0
_KEPT = frozenset({"content-type", "authorization"})


@dataclass(slots=True)
class Asked:
    """A request on its way. ``who`` is the localpart of the account whose token it carries, empty when unknown."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes
    who: str

    @property
    def is_sync(self) -> bool:
        return self.path == SYNC


@dataclass(slots=True)
class Answered:
    """An answer on its way back. ``cut``: only this share of the body arrives; ``lost``: nothing does."""

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=lambda: {"Content-Type": "application/json"})
    cut: float | None = None
    lost: bool = False

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def answer(status: int, body: Any, headers: dict[str, str] | None = None) -> Answered:
    return Answered(status, json.dumps(body).encode(), {"Content-Type": "application/json"} | (headers or {}))


Go = Callable[[Asked], Awaitable[Answered]]
Note = Callable[[str, str], None]


class Trick:
    """Something that the road or the homeserver does. ``name`` is how it stands in the record."""

    name = "nothing"
    note: Note

    def fits(self, asked: Asked) -> bool:
        """Whether this request is concerned; looked at when it comes in and again when it is answered."""
        return asked.is_sync

    async def play(self, asked: Asked, go: Go) -> Answered:
        """What happens on the road; ``go`` is the rest of it."""
        return await go(asked)

    def rewrite(self, asked: Asked, body: Any) -> Any:
        """The JSON of a good answer, told otherwise; the same object when nothing is changed."""
        return body

    def did(self, what: str) -> None:
        self.note(self.name, what)


@dataclass(frozen=True, slots=True)
class Action:
    """What a trick did, ``at`` seconds since the proxy started."""

    at: float
    trick: str
    what: str


class FaultProxy:
    """The proxy. ``upstream`` is the homeserver's address; ``url`` (after the start) is what the bots are told."""

    def __init__(self, upstream: str, *, seed: int = 0, port: int = 0) -> None:
        self.upstream = upstream.rstrip("/")
        self.seed = seed
        self.chance = random.Random(seed)
        self.port = port
        self.actions: list[Action] = []
        self.delivered: dict[str, tuple[str, dict[str, Any]]] = {}
        """Event id → (room, event) of every timeline event that the homeserver gave, before any lie."""
        self.requests: list[tuple[float, str, str]] = []
        """(when, who, method and path) of every request."""
        self.keys_given: list[tuple[float, str, str]] = []
        """(when, user, device) of everything that the dossier bot sent to a device."""
        self._tricks: tuple[Trick, ...] = ()
        self._changed = asyncio.Event()
        self._accounts: dict[str, str] = {}
        self._began = time.monotonic()
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._stop = asyncio.Event()
        self._thread = threading.Thread(target=self._live, name="fault-proxy", daemon=True)
        self._session: aiohttp.ClientSession | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    # --- beginning, end, and what is played --------------------------------------------------------------------

    def __enter__(self) -> FaultProxy:
        self._thread.start()
        assert self._ready.wait(_START_SECONDS), "the proxy does not start"
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(_START_SECONDS)

    @contextlib.contextmanager
    def playing(self, *tricks: Trick) -> Iterator[None]:
        """These tricks are played inside the block, the first one nearest to the bots."""
        for trick in tricks:
            trick.note = self._note
        before = self._tricks
        self._set((*before, *tricks))
        try:
            yield
        finally:
            self._set(before)

    def _set(self, tricks: tuple[Trick, ...]) -> None:
        def change() -> None:
            self._tricks = tricks
            self._changed.set()
            self._changed = asyncio.Event()

        asyncio.run_coroutine_threadsafe(_soon(change), self._loop).result(_START_SECONDS)

    @property
    def now(self) -> float:
        """Seconds since it started."""
        return time.monotonic() - self._began

    def asked(self, part: str, *, since: float = 0.0) -> int:
        """How many requests of which ``METHOD path`` has ``part`` came in."""
        return sum(part in what for at, _who, what in self.requests if at >= since)

    def did(self, trick: str) -> int:
        """How often a trick was really played: a test that proves nothing must not pass."""
        return sum(action.trick == trick for action in self.actions)

    def _note(self, trick: str, what: str) -> None:
        self.actions.append(Action(round(self.now, 3), trick, what))

    # --- the server --------------------------------------------------------------------------------------------

    def _live(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._serve())
        left = asyncio.all_tasks(self._loop)
        for task in left:
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
        self._loop.run_until_complete(_hung_up())
        self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        self._loop.close()

    async def _serve(self) -> None:
        app = web.Application(client_max_size=64 * 1024 * 1024)
        app.router.add_route("*", "/{path:.*}", self._handle)
        # A long poll of a process that was killed must not go on and take what is meant for the next one.
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2, handler_cancellation=True)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", self.port)
        await site.start()
        self.port = runner.addresses[0][1]
        async with aiohttp.ClientSession(auto_decompress=True) as self._session:
            self._ready.set()
            await self._stop.wait()
            assert runner.server is not None
            roads = [handler.transport for handler in runner.server.connections]
            await runner.cleanup()
            for road in roads:
                # Closing waits until who asked has read it all; a client that is gone never does.
                if road is not None:
                    road.abort()

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        headers = {name: value for name, value in request.headers.items() if name.lower() in _KEPT}
        who = await self._account(headers.get("Authorization", ""))
        asked = Asked(request.method, request.path, dict(request.query), headers, await request.read(), who)
        # The path as it came: room ids and transaction ids are quoted in it.
        asked.path = request.raw_path.partition("?")[0]
        self.requests.append((self.now, who, f"{asked.method} {asked.path}"))
        if "/sendToDevice/m.room.encrypted/" in asked.path:
            for user, devices in json.loads(asked.body)["messages"].items():
                self.keys_given += [(self.now, user, device) for device in devices]
        try:
            answered = await self._under_tricks(asked)
        except aiohttp.ClientError:
            answered = Answered(502, b"", lost=True)
        if answered.lost or answered.cut is not None:
            return await _break_off(request, answered)
        return web.Response(status=answered.status, body=answered.body, headers=answered.headers)

    async def _under_tricks(self, asked: Asked) -> Answered:
        """Along the road; a long poll begins again when other tricks are played from now on."""
        while True:
            road: Go = self._forward
            for trick in reversed(self._tricks):
                if trick.fits(asked):
                    road = _through(trick, road)
            changed, work = self._changed, asyncio.ensure_future(road(asked))
            if not asked.is_sync:
                # What was on its way arrives, also when who sent it is gone.
                work.add_done_callback(_looked_at)
                return await asyncio.shield(work)
            waiting = asyncio.ensure_future(changed.wait())
            try:
                await asyncio.wait({work, waiting}, return_when=asyncio.FIRST_COMPLETED)
                if work.done():
                    return work.result()
            finally:
                waiting.cancel()
                work.cancel()
            with contextlib.suppress(asyncio.CancelledError, aiohttp.ClientError):
                await work

    async def _forward(self, asked: Asked) -> Answered:
        assert self._session is not None
        async with self._session.request(
            asked.method,
            URL(self.upstream + asked.path, encoded=True).update_query(asked.query),
            data=asked.body or None,
            headers=asked.headers,
            timeout=aiohttp.ClientTimeout(total=120),
            allow_redirects=False,
        ) as response:
            body = await response.read()
            kind = response.headers.get("Content-Type", "application/json")
            answered = Answered(response.status, body, {"Content-Type": kind})
        if answered.status == 200 and kind.startswith("application/json"):
            self._remember(asked, answered)
            told = answered.json
            for trick in self._tricks:
                if trick.fits(asked):
                    told = trick.rewrite(asked, told)
            answered.body = json.dumps(told).encode()
        return answered

    def _remember(self, asked: Asked, answered: Answered) -> None:
        if asked.is_sync and asked.who == "dossier":
            for room_id, room in answered.json.get("rooms", {}).get("join", {}).items():
                for event in room["timeline"]["events"]:
                    self.delivered[event["event_id"]] = (room_id, event)

    async def _account(self, authorization: str) -> str:
        if authorization and authorization not in self._accounts:
            assert self._session is not None
            url = f"{self.upstream}/_matrix/client/v3/account/whoami"
            with contextlib.suppress(aiohttp.ClientError):
                async with self._session.get(url, headers={"Authorization": authorization}) as response:
                    if response.status == 200:
                        user_id = (await response.json())["user_id"]
                        self._accounts[authorization] = user_id[1:].partition(":")[0]
        return self._accounts.get(authorization, "")


def _through(trick: Trick, rest: Go) -> Go:
    async def road(asked: Asked) -> Answered:
        return await trick.play(asked, rest)

    return road


def _looked_at(work: asyncio.Future[Answered]) -> None:
    """Whoever asked may be gone: then nobody hears how it ended."""
    if not work.cancelled():
        work.exception()


async def _hung_up() -> None:
    """A connection that was broken off is closed in the loop's next turns."""
    for _ in range(10):
        await asyncio.sleep(0)


async def _soon(change: Callable[[], None]) -> None:
    change()


async def _break_off(request: web.Request, answered: Answered) -> web.StreamResponse:
    """The connection ends before the answer does."""
    response = web.StreamResponse(status=answered.status, headers=answered.headers)
    if not answered.lost and answered.cut is not None:
        response.content_length = len(answered.body)
        await response.prepare(request)
        await response.write(answered.body[: int(len(answered.body) * answered.cut)])
    if request.transport is not None:
        request.transport.abort()
    return response
