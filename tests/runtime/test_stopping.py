"""Told to stop, the bot finishes what is in hand; told twice, it goes at once."""

import asyncio
import signal

import pytest

from bots.runtime.stopping import Stopping


async def test_what_is_in_hand_is_finished_before_going() -> None:
    stopping, said = Stopping(), list[str]()

    async def words() -> None:
        said.append("Vastgelegd als S5-1.")

    stopping.hear(signal.SIGTERM)
    assert stopping.asked.is_set()
    assert await stopping.goodbye(words())
    assert said == ["Vastgelegd als S5-1."]


async def test_ctrl_c_that_reaches_parent_and_child_is_one_request_and_the_same_again_is_haste() -> None:
    stopping = Stopping()
    stopping.hear(signal.SIGINT)
    stopping.hear(signal.SIGTERM)
    assert not stopping.at_once.is_set()
    stopping.hear(signal.SIGTERM)
    assert stopping.at_once.is_set()


@pytest.mark.parametrize("hurried", [True, False])
async def test_who_cannot_finish_is_cut_off(hurried: bool) -> None:
    stopping, cut = Stopping(), asyncio.Event()

    async def endless() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            cut.set()

    stopping.hear(signal.SIGTERM)
    if hurried:
        stopping.hear(signal.SIGTERM)
    assert not await stopping.goodbye(endless(), 60.0 if hurried else 0.01)
    assert cut.is_set()


async def test_what_makes_going_on_impossible_is_told() -> None:
    async def broken() -> None:
        raise ValueError("disk")

    with pytest.raises(ValueError, match="disk"):
        await Stopping().goodbye(broken())
