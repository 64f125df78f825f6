"""What keeps the bots going, and what ends them."""

import asyncio

import pytest
from sqlalchemy.exc import OperationalError

from bots.process import lasting
from hub.domain.errors import StartRefused


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bots.runtime.backoff.Backoff.next_delay", lambda _self: 0.001)


async def test_a_database_that_is_busy_for_a_while_does_not_end_the_bots() -> None:
    stop, begun = asyncio.Event(), 0

    async def work(stop: asyncio.Event) -> None:
        nonlocal begun
        begun += 1
        if begun < 4:
            raise OperationalError("BEGIN IMMEDIATE", None, Exception("database is locked"))
        stop.set()

    await asyncio.wait_for(lasting(work, stop), 60)
    assert begun == 4


async def test_what_makes_going_on_impossible_ends_them() -> None:
    async def work(_stop: asyncio.Event) -> None:
        raise StartRefused("Afgemeld.")

    with pytest.raises(StartRefused):
        await asyncio.wait_for(lasting(work, asyncio.Event()), 60)
