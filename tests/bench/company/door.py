"""A door in front of the homeserver for one bot, which notes when each answer was ready to be handed over.

How long Synapse thinks is not the bot's time; with the moment of the first large answer it can be left out.
"""

import time

import aiohttp
from aiohttp import web

from tests.homeserver.world import free_port

LARGE = 50_000
"""Bytes: a sync with a conversation in it, not an empty one."""
_HOP_BY_HOP = frozenset({"connection", "keep-alive", "transfer-encoding", "content-length", "host", "upgrade"})


class Door:
    """``url`` is where the bot thinks that the homeserver is."""

    def __init__(self, homeserver: str) -> None:
        self._homeserver = homeserver
        self._port = free_port()
        self.url = f"http://127.0.0.1:{self._port}"
        self._session: aiohttp.ClientSession | None = None
        self._runner: web.AppRunner | None = None
        self._large: list[float] = []

    async def open(self) -> None:
        self._session = aiohttp.ClientSession(
            auto_decompress=False, timeout=aiohttp.ClientTimeout(total=None), connector=aiohttp.TCPConnector(limit=0)
        )
        app = web.Application(client_max_size=16 * 1024 * 1024)
        app.router.add_route("*", "/{path:.*}", self._pass_on)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port).start()

    async def close(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()
        if self._session is not None:
            await self._session.close()

    def forget(self) -> None:
        self._large.clear()

    @property
    def first_large(self) -> float | None:
        """When the first large answer since :meth:`forget` was complete; seconds since 1970."""
        return self._large[0] if self._large else None

    async def _pass_on(self, request: web.Request) -> web.StreamResponse:
        assert self._session is not None
        headers = {name: value for name, value in request.headers.items() if name.lower() not in _HOP_BY_HOP}
        try:
            async with self._session.request(
                request.method, self._homeserver + request.raw_path, data=await request.read(), headers=headers
            ) as answer:
                body = await answer.read()
        except aiohttp.ClientError:
            return web.Response(status=502)
        if len(body) >= LARGE:
            self._large.append(time.time())
        kept = {name: value for name, value in answer.headers.items() if name.lower() not in _HOP_BY_HOP}
        return web.Response(status=answer.status, body=body, headers=kept)
