"""SIGTERM in the middle of work: what was heard is settled and answered, then the bots go; nothing is redone (F30)."""

from __future__ import annotations

import asyncio
import time

import pytest

from bots.runtime.stopping import LONGEST_GOODBYE
from tests.faults.stage import Ward, until
from tests.patience import patience
from tests.real.hub_circle import BOT

pytestmark = pytest.mark.real
# Beside the goodbye: closing doors.
_CLOSING = 5.0


async def stopped_at_work(scene: Ward, stops: int) -> list[float]:
    """So many stops, each a moment after a command arrived; how long each took, in seconds."""
    took: list[float] = []
    for number in range(stops):
        event_id = await scene.say(scene.gerard, scene.team, f"!pijn {number % 11} bij ronde {number}", command=True)
        await until(lambda sent=event_id: scene.state_of(sent) is not None, "the command does not arrive")  # type: ignore[misc]
        began = time.monotonic()
        assert await asyncio.to_thread(scene.bots.terminate) == 0
        took.append(time.monotonic() - began)
        if scene.state_of(event_id) == "done":
            # Its answer was due, so it was said before they went.
            await scene.gerard.wait_for(room=scene.team, sender=BOT, reply_to=event_id, readable=True)
        await asyncio.to_thread(scene.bots.start)
        await scene.gerard.wait_for(room=scene.team, sender=BOT, reply_to=event_id, readable=True)
        assert scene.effects_of(event_id) == [scene.gerard.user_id]
    return took


async def test_three_stops_at_work_lose_nothing_and_repeat_nothing(scene: Ward) -> None:
    took = await stopped_at_work(scene, 3)
    assert max(took) <= patience(LONGEST_GOODBYE + _CLOSING)
    assert await scene.findings() == []


@pytest.mark.slow
async def test_fifty_stops_at_work_lose_nothing_and_repeat_nothing(scene: Ward) -> None:
    took = await stopped_at_work(scene, 50)
    print(f"50 stops: most {max(took):.1f} s, median {sorted(took)[25]:.1f} s")
    assert max(took) <= patience(LONGEST_GOODBYE + _CLOSING)
    assert await scene.findings() == []


async def test_told_twice_they_go_at_once_and_the_next_start_finishes(scene: Ward) -> None:
    event_id = await scene.say(scene.gerard, scene.team, "!pijn 5 bij haast", command=True)
    process = scene.bots._process
    assert process is not None
    process.terminate()
    began = time.monotonic()
    assert await asyncio.to_thread(scene.bots.terminate) == 0
    assert time.monotonic() - began <= patience(_CLOSING)
    await asyncio.to_thread(scene.bots.start)
    await scene.gerard.wait_for(room=scene.team, sender=BOT, reply_to=event_id, readable=True)
    assert scene.effects_of(event_id) == [scene.gerard.user_id]
    assert await scene.findings() == []
