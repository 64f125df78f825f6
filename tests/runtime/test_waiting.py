"""When the homeserver is away, busy or signs us out, the bot waits politely or stops with a clear sentence."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from aiohttp import web

from bots.runtime.backoff import LONGEST, Backoff
from bots.runtime.client import MatrixClient
from bots.runtime.crypto.machine import CryptoMachine
from bots.runtime.http import MatrixHttp, MatrixRefused, SignedOut
from bots.runtime.memory import MemoryStorage
from hub.adapters.sql.matrix_records import CryptoState
from hub.domain.errors import DeliveryDelayed

Answer = Callable[[web.Request], Awaitable[web.Response]]
SECOND = timedelta(seconds=1)


@asynccontextmanager
async def homeserver(answer: Answer) -> AsyncIterator[str]:
    """A homeserver that answers everything like this."""
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


def say(status: int, body: object) -> Answer:
    async def answer(_request: web.Request) -> web.Response:
        return web.Response(status=status, text=json.dumps(body))

    return answer


def test_each_failure_waits_longer_and_never_longer_than_half_a_minute() -> None:
    backoff = Backoff(lambda: 1.0)
    waits = [backoff.next_delay() for _ in range(12)]
    assert waits[:4] == [0.5, 1.0, 2.0, 4.0]
    assert max(waits) == LONGEST
    backoff.reset()
    assert backoff.next_delay() == 0.5
    assert Backoff(lambda: 0.0).next_delay() > 0


async def test_a_failing_homeserver_is_not_stormed() -> None:
    calls = 0

    async def broken(_request: web.Request) -> web.Response:
        nonlocal calls
        calls += 1
        return web.Response(status=500)

    async with homeserver(broken) as url:
        storage = MemoryStorage()
        machine = CryptoMachine("@a:kring.test", "A", CryptoState(), storage.pickle_passphrase)
        login = await storage.create_login("@a:kring.test", "A", "t", machine.account_record())
        async with MatrixClient(MatrixHttp(url, "t"), storage, login, machine) as client:
            client.start()
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(asyncio.Event().wait(), 2.0)
    # Stock nio made 2165 in the same time.
    assert 1 <= calls <= 12


async def test_after_a_while_of_failures_the_caller_is_told_to_try_later() -> None:
    async with homeserver(say(503, {})) as url, MatrixHttp(url, retry_for=timedelta(0)) as http:
        with pytest.raises(DeliveryDelayed):
            await http.whoami()


async def test_the_wait_that_the_homeserver_asks_for_is_kept() -> None:
    answers = [say(429, {"errcode": "M_LIMIT_EXCEEDED", "retry_after_ms": 300}), say(200, {"user_id": "@a:b"})]
    moments: list[float] = []

    async def limited(request: web.Request) -> web.Response:
        moments.append(asyncio.get_running_loop().time())
        return await answers[len(moments) - 1](request)

    async with homeserver(limited) as url, MatrixHttp(url) as http:
        assert await http.whoami() == {"user_id": "@a:b"}
    assert moments[1] - moments[0] >= 0.3


async def test_an_answer_that_is_no_json_is_no_answer() -> None:
    async def cut_off(_request: web.Request) -> web.Response:
        return web.Response(text='{"next_batch": "s')

    async with homeserver(cut_off) as url, MatrixHttp(url, retry_for=timedelta(0)) as http:
        with pytest.raises(DeliveryDelayed):
            await http.whoami()


async def test_a_refusal_is_final_and_names_its_code() -> None:
    async with homeserver(say(403, {"errcode": "M_FORBIDDEN"})) as url, MatrixHttp(url) as http:
        with pytest.raises(MatrixRefused) as refused:
            await http.send_event("!r", "m.room.encrypted", "1", {})
    assert (refused.value.status, refused.value.errcode) == (403, "M_FORBIDDEN")


async def test_a_token_that_is_not_valid_stops_the_client() -> None:
    async with homeserver(say(401, {"errcode": "M_UNKNOWN_TOKEN"})) as url:
        storage = MemoryStorage()
        machine = CryptoMachine("@a:kring.test", "A", CryptoState(), storage.pickle_passphrase)
        login = await storage.create_login("@a:kring.test", "A", "t", machine.account_record())
        async with MatrixClient(MatrixHttp(url, "t"), storage, login, machine) as client:
            with pytest.raises(SignedOut):
                await asyncio.wait_for(client.run(), 60)
