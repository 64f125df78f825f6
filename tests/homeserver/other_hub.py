"""Somebody who owns the machine takes the hub's place for a while, and says yes to everybody who wants to enter.

The secret and the socket are files of that machine: against its owner there is no lock (trust model). Tests use it to
put somebody in a room whom the hub would refuse, and the bench to make a room of which the hub knows nothing.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import web

from hub.homeserver.question import PATH, Question
from hub.settings import read_secret


@asynccontextmanager
async def everybody_may_enter(data: Path) -> AsyncIterator[None]:
    """For the hub whose data directory this is."""
    socket, aside = data / "run" / "guard.sock", data / "run" / "guard.aside"
    secret = read_secret(data / "secrets" / "synapse_guard_question")

    async def yes(request: web.Request) -> web.Response:
        asked = Question.from_json(await request.read(), secret)
        assert asked is not None
        return web.json_response(asked.answer(secret, True))

    app = web.Application()
    app.router.add_post(PATH, yes)
    runner = web.AppRunner(app)
    await runner.setup()
    socket.rename(aside)
    try:
        await web.UnixSite(runner, str(socket)).start()
        yield
    finally:
        await runner.cleanup()
        socket.unlink(missing_ok=True)
        aside.rename(socket)
