"""A homeserver that fails, limits, drips, floods or sends us elsewhere: nobody storms it, and all goes on when it is
back (F6, F7, N11).
"""

import asyncio
import gzip
import itertools
import json
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from bots.runtime.breaker import THRESHOLD, Breaker, BreakerState
from bots.runtime.http import MatrixHttp, MatrixRefused
from bots.runtime.transport import LONGEST_WAIT, AnswerTooLarge, asked_to_wait
from hub.adapters.encryption import KeyVault
from hub.adapters.sql.database import Database
from hub.domain.errors import DeliveryDelayed
from tests.runtime.scripted import ScriptedBot, scripted_bot
from tests.runtime.test_waiting import homeserver

AT_ONCE = timedelta(0)


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
async def bot(database: Database, vault: KeyVault) -> AsyncIterator[ScriptedBot]:
    async with scripted_bot(database, vault) as bot:
        yield bot


def test_after_some_failures_nobody_calls_and_then_one_looks() -> None:
    clock = Clock()
    breaker = Breaker(clock, lambda: 1.0)
    for _ in range(THRESHOLD):
        assert breaker.ask() == 0.0
        breaker.failed()
    assert breaker.state is BreakerState.OPEN
    assert breaker.ask() >= 2.0
    clock.now += 2.0
    assert [breaker.ask() > 0 for _caller in ("sync", "relay", "gatekeeper")] == [False, True, True]
    assert breaker.state is BreakerState.HALF_OPEN
    breaker.failed()
    assert breaker.state is BreakerState.OPEN
    clock.now += 30.0
    assert breaker.ask() == 0.0
    breaker.succeeded()
    assert (breaker.state, breaker.ask(), breaker.failures) == (BreakerState.CLOSED, 0.0, 0)


def test_who_was_on_the_way_already_does_not_make_it_worse() -> None:
    clock = Clock()
    breaker = Breaker(clock, lambda: 1.0)
    for _ in range(THRESHOLD + 20):
        breaker.failed()
    assert breaker.ask() == 2.0
    assert breaker.times_opened == 1


def test_a_look_that_is_never_heard_of_again_does_not_keep_the_door_shut() -> None:
    clock = Clock()
    breaker = Breaker(clock, lambda: 0.0)
    for _ in range(THRESHOLD):
        breaker.failed()
    clock.now += 2.0
    assert breaker.ask() == 0.0
    assert breaker.ask() > 0
    breaker.abandoned()
    assert breaker.ask() == 0.0
    clock.now += 121.0
    assert breaker.ask() == 0.0


@pytest.mark.parametrize("luck", [0.0, 0.5, 1.0])
def test_all_callers_together_make_ten_calls_in_ten_seconds_at_most_and_are_back_in_half_a_minute(luck: float) -> None:
    """By the clock of the test: sync, relay and gatekeeper, each with its own patience."""
    clock = Clock()
    breaker = Breaker(clock, lambda: luck)
    calls: list[float] = []
    while clock.now < 1600.0:
        for _caller in ("sync", "relay", "gatekeeper"):
            if not breaker.ask():
                calls.append(clock.now)
                breaker.failed()
        clock.now += 0.05
    assert max(sum(start <= call < start + 10.0 for call in calls) for start in calls) <= 10
    assert max(later - earlier for earlier, later in itertools.pairwise(calls)) <= 35.0


async def test_callers_of_one_homeserver_leave_it_alone_together() -> None:
    calls = 0

    async def broken(_request: web.Request) -> web.Response:
        nonlocal calls
        calls += 1
        return web.Response(status=502)

    breaker = Breaker()
    async with (
        homeserver(broken) as url,
        MatrixHttp(url, breaker=breaker) as bot,
        MatrixHttp(url, breaker=breaker) as gatekeeper,
    ):
        for http in (bot, gatekeeper) * 30:
            with pytest.raises(DeliveryDelayed):
                await http.request("GET", "/_matrix/client/v3/account/whoami", retry_for=AT_ONCE)
    assert calls == THRESHOLD


async def test_the_bot_hears_everything_when_the_homeserver_is_back(bot: ScriptedBot) -> None:
    bot.client.http.breaker = Breaker(fraction=lambda: 0.0)
    failed, twice = itertools.count(1), asyncio.Event()

    def fail(_request: web.Request) -> web.Response:
        if next(failed) == 2:
            twice.set()
        return web.Response(status=500)

    bot.server.misbehave = fail
    bot.client.start()
    await asyncio.wait_for(twice.wait(), 60)
    bot.hears(bot.marieke, "Tijdens de storing", "!kamer")
    bot.server.misbehave = lambda _request: None
    assert (await bot.mailbox.take(lambda _m: True)).body == "Tijdens de storing"


def test_the_wait_that_is_asked_for_is_kept_and_nonsense_is_not() -> None:
    assert asked_to_wait({}, {"Retry-After": "7"}) == 7.0
    assert asked_to_wait({"retry_after_ms": 2000}, {}) == 2.0
    assert asked_to_wait({"retry_after_ms": 2000}, {"Retry-After": "3"}) == 3.0
    dates = {"Retry-After": "Sun, 22 Nov 2026 10:00:20 GMT", "Date": "Sun, 22 Nov 2026 10:00:00 GMT"}
    assert asked_to_wait({}, dates) == 20.0
    for absurd in (10**400, 1e308, float("inf"), 10**9):
        assert asked_to_wait({"retry_after_ms": absurd}, {}) == LONGEST_WAIT
    assert asked_to_wait({}, {"Retry-After": "9" * 5000}) == LONGEST_WAIT
    for nonsense in (-1, 0, True, None, "5", float("nan"), [], {}):
        assert asked_to_wait({"retry_after_ms": nonsense}, {"Retry-After": "morgen"}) == 0.0


@given(st.text(max_size=40), st.text(max_size=40), st.integers() | st.floats() | st.text() | st.none())
def test_any_answer_asks_for_a_wait_within_bounds(after: str, date: str, asked: object) -> None:
    assert 0.0 <= asked_to_wait({"retry_after_ms": asked}, {"Retry-After": after, "Date": date}) <= LONGEST_WAIT


async def no_answer(response: web.StreamResponse) -> None:
    async def answer(_request: web.Request) -> web.StreamResponse:
        return response

    async with homeserver(answer) as url, MatrixHttp(url) as http:  # type: ignore[arg-type]
        with pytest.raises(DeliveryDelayed):
            await http.request("GET", "/_matrix/client/v3/sync", retry_for=AT_ONCE)


@pytest.mark.parametrize(
    "body", ['{"next_batch": "s', "<html>Meld u aan bij het wifi</html>", "", "[]", "null", "[" * 5000]
)
async def test_what_is_no_whole_answer_is_none(body: str) -> None:
    await no_answer(web.Response(text=body, content_type="text/html"))


async def test_a_packed_answer_is_not_unpacked() -> None:
    bomb = gzip.compress(b'{"a":"' + b" " * 30_000_000 + b'"}')
    await no_answer(web.Response(body=bomb, headers={"Content-Encoding": "gzip", "Content-Type": "application/json"}))


async def test_an_answer_cut_off_in_the_middle_is_none() -> None:
    async def cut(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": "100"})
        await response.prepare(request)
        await response.write(b'{"next_batch": "s1"')
        assert request.transport is not None
        request.transport.close()
        return response

    async with homeserver(cut) as url, MatrixHttp(url) as http:  # type: ignore[arg-type]
        with pytest.raises(DeliveryDelayed):
            await http.request("GET", "/_matrix/client/v3/sync", retry_for=AT_ONCE)


async def test_an_answer_that_drips_is_given_up() -> None:
    async def drip(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        for _ in range(100):
            await response.write(b" ")
            await asyncio.sleep(0.02)
        return response

    async with homeserver(drip) as url, MatrixHttp(url) as http:  # type: ignore[arg-type]
        with pytest.raises(DeliveryDelayed):
            await http.request("GET", "/_matrix/client/v3/sync", retry_for=AT_ONCE, seconds=0.2)


@pytest.mark.parametrize("told", [True, False])
async def test_an_endless_answer_is_left_before_it_fills_the_memory(
    told: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bots.runtime.transport.LONGEST_ANSWER", 100_000)
    sent = 0

    async def flood(request: web.Request) -> web.StreamResponse:
        nonlocal sent
        response = web.StreamResponse(headers={"Content-Length": "900000000"} if told else {})
        await response.prepare(request)
        try:
            for _ in range(9000):
                await response.write(b" " * 100_000)
                sent += 100_000
        except ConnectionError:
            pass
        return response

    async with homeserver(flood) as url, MatrixHttp(url) as http:  # type: ignore[arg-type]
        with pytest.raises(AnswerTooLarge):
            await http.request("GET", "/_matrix/client/v3/sync")
    assert sent < 50_000_000


async def test_we_are_not_sent_elsewhere() -> None:
    elsewhere = 0

    async def answer(request: web.Request) -> web.Response:
        nonlocal elsewhere
        elsewhere += "elders" in request.path
        return web.Response(status=302, headers={"Location": "/elders"}, text=json.dumps({}))

    async with homeserver(answer) as url, MatrixHttp(url, "geheim") as http:
        with pytest.raises(MatrixRefused):
            await http.whoami()
    assert elsewhere == 0
