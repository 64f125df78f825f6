"""Ten thousand events in fifty rooms after an absence: all of them heard, nobody elsewhere kept waiting (F21)."""

import json
import resource
import time
import tracemalloc
from collections import defaultdict
from collections.abc import AsyncIterator

import pytest

from hub.adapters.encryption import KeyVault
from hub.adapters.sql.database import Database
from tests.runtime.scripted import ScriptedBot, scripted_bot

ROOMS = 50
NEW_ROOM = "!nieuw"


@pytest.fixture
async def bot(database: Database, vault: KeyVault) -> AsyncIterator[ScriptedBot]:
    async with scripted_bot(database, vault) as bot:
        yield bot


async def heard(bot: ScriptedBot, number: int) -> None:
    """Until so many messages were heard and are still there."""
    async with bot.mailbox._arrived:
        await bot.mailbox._arrived.wait_for(lambda: len(bot.mailbox._messages) >= number)


async def catching_up(bot: ScriptedBot, each: int) -> dict[str, float]:
    """``each`` events in every room after an absence, and a word elsewhere in the middle of it; the figures."""
    for number in range(each):
        for room in range(ROOMS):
            bot.hears(bot.marieke, f"{room}/{number}", f"!kamer{room}")
    bot.client.start()
    began = time.monotonic()
    await heard(bot, 1)
    asked = time.monotonic()
    bot.hears(bot.marieke, "!wie", NEW_ROOM)
    await bot.mailbox.take(lambda message: message.room_id == NEW_ROOM)
    elsewhere, behind = time.monotonic() - asked, ROOMS * each - len(bot.bodies)
    await heard(bot, ROOMS * each)
    seconds = time.monotonic() - began

    by_room: dict[str, list[str]] = defaultdict(list)
    for message in bot.mailbox._messages:
        by_room[message.room_id].append(message.body)
    for room in range(ROOMS):
        assert by_room[f"!kamer{room}"] == [f"{room}/{number}" for number in range(each)]
    assert behind > ROOMS * each // 2, "it was heard in the middle of the catching up"
    figures = {"events": ROOMS * each, "seconds": round(seconds, 1), "elsewhere_seconds": round(elsewhere, 2)}
    return figures | {"still_behind_then": behind}


async def test_four_thousand_events_come_in_while_a_new_word_elsewhere_is_heard_before_the_most_of_them(
    bot: ScriptedBot,
) -> None:
    print(await catching_up(bot, 80))  # shown by pytest -s


@pytest.mark.slow
async def test_ten_thousand_events_come_in_while_a_new_word_elsewhere_is_heard_within_five_seconds(
    bot: ScriptedBot,
) -> None:
    tracemalloc.start()
    figures = await catching_up(bot, 200)
    _size, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    figures |= {"peak_mib": round(most / 2**20), "rss_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024}
    print(json.dumps(figures))  # shown by pytest -s
    assert figures["elsewhere_seconds"] <= 5.0
    assert most <= 128 * 2**20
