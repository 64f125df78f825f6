"""Nothing that a stranger, a member or a homeserver sends stops the bot, tires it, or goes by unseen (D2, D3; N16).

The real client on a real database at a scripted homeserver, over HTTP. Each input comes in a sync of its own, with an
honest message behind it; each must leave a trace that is counted, and none may become words of somebody.
"""

import asyncio
import gc
import time
from collections import Counter
from collections.abc import AsyncIterator

import pytest

from hub.adapters.encryption import KeyVault
from hub.adapters.sql.database import Database
from hub.adapters.sql.matrix_gaps import refused_counts
from hub.adapters.sql.vital_signs import counts
from tests.faults.hostile_inputs import KEES, ROOM, Hostile
from tests.faults.hostile_keys import all_inputs
from tests.runtime.conftest import database, vault
from tests.runtime.scripted import BOT, ScriptedBot, clear_event, scripted_bot

__all__ = ["database", "vault"]  # fixtures
MOST_CPU = 0.2
"""Seconds for one input: an order more than it takes at leisure, and far less than what grows with the input."""
_WAITS = "waiting_for_key"


@pytest.fixture
async def bot(database: Database, vault: KeyVault) -> AsyncIterator[ScriptedBot]:
    async with scripted_bot(database, vault) as bot:
        bot.hears(bot.marieke, "Goedemorgen", ROOM)
        await bot.client.sync_once()
        yield bot


async def refused(bot: ScriptedBot, database: Database) -> Counter[str]:
    """All that was refused, quarantined, unreadable or dropped until now, and what waits for a key, by why."""
    async with database.reading() as connection:
        counts = Counter(await refused_counts(connection))
    counts[_WAITS] = sum(ending.startswith(_WAITS) for ending in (await bot.endings()).values())
    return counts


async def test_three_hundred_hostile_inputs_are_each_refused_and_counted(bot: ScriptedBot, database: Database) -> None:
    inputs = all_inputs()
    assert len(inputs) >= 300
    assert len({hostile.id for hostile in inputs}) == len(inputs)
    before, uncounted, codes, cpu = await refused(bot, database), list[str](), Counter[tuple[str, str]](), list[float]()
    for number, hostile in enumerate(inputs):
        hostile.deliver(bot)
        honest = f"Eerlijk bericht {number}"
        bot.hears(bot.marieke, honest, ROOM)
        # Whose turn it is to collect the garbage of all before is chance.
        gc.collect(0)
        gc.disable()
        began = time.process_time()
        await bot.client.sync_once()
        cpu.append(time.process_time() - began)
        gc.enable()
        after = await refused(bot, database)
        why = after - before
        before = after
        assert bot.bodies[-1] == honest, hostile.id
        codes.update((hostile.family, code) for code in why)
        if not why:
            uncounted.append(hostile.id)
    report(inputs, codes, cpu)

    assert uncounted == []
    assert {body for body in bot.bodies if not body.startswith("Eerlijk bericht")} <= {"Goedemorgen", "Geef 10 mg"}
    assert bot.bodies.count("Geef 10 mg") == 1
    assert not any(ending == "new" for ending in (await bot.endings()).values())
    slow = [hostile.id for seconds, hostile in zip(cpu, inputs, strict=True) if seconds > MOST_CPU]
    assert len(slow) <= len(inputs) // 100, "other work on this machine may slow a few, never a kind"


async def test_all_at_once_while_the_bot_is_running_they_stop_nothing(bot: ScriptedBot) -> None:
    bot.client.engine._most = bot.client.engine._limit = 10_000
    alone = {"keys", "key-counts", "invite", "room", "device-list"}
    together = [hostile for hostile in all_inputs() if hostile.family not in alone]
    bot.client.start()
    running = bot.client._tasks
    for number, hostile in enumerate(together):
        hostile.deliver(bot)
        bot.hears(bot.marieke, f"Eerlijk bericht {number}", ROOM)
    for number in range(len(together)):
        await asyncio.wait_for(bot.mailbox.take(lambda m, n=number: m.body == f"Eerlijk bericht {n}"), 30)  # type: ignore[misc]
    assert running is not None
    assert not running.done()


def report(inputs: list[Hostile], codes: Counter[tuple[str, str]], cpu: list[float]) -> None:
    """Shown by ``pytest -s``."""
    middle, most = sorted(cpu)[len(cpu) // 2] * 1000, max(cpu) * 1000
    print(f"\n{len(inputs)} hostile inputs; CPU median {middle:.1f} ms, most {most:.1f} ms")
    for family, number in Counter(hostile.family for hostile in inputs).items():
        why = {code: count for (of, code), count in sorted(codes.items()) if of == family}
        print(f"  {family}: {number}: " + ", ".join(f"{code} {count}" for code, count in why.items()))
    slow = sorted(zip(cpu, inputs, strict=True), key=lambda pair: -pair[0])[:5]
    print("  slowest: " + ", ".join(f"{hostile.id} {seconds * 1000:.0f} ms" for seconds, hostile in slow))


async def test_what_was_refused_is_in_the_figures_by_reason(bot: ScriptedBot, database: Database) -> None:
    bot.server.post({"type": "m.room_key", "sender": KEES, "content": {}})
    bot.server.put(ROOM, clear_event("m.room.message", KEES, {"msgtype": "m.text", "body": "!pijn 9"}))
    await bot.client.sync_once()
    async with database.reading() as connection:
        counted = await counts(connection, BOT)
    assert counted.refused == {"to-device-in-clear": 1, "not-encrypted": 1}
    assert counted.gaps == {"open": 0, "stuck": 0}
