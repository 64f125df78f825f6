"""From the confirmation of a death to the last page that a relative gets, in the portal and in a room (E6)."""

import asyncio
import time
from pathlib import Path

from hub.application.guard import Refused
from hub.application.use_cases import death, dossier
from hub.domain.entries import Note
from hub.domain.vocabulary import Section
from tests.bench.figures import Figure
from tests.portal.world import Browser, World, open_world, read, sign_in

_NAME = "Anna de Wit"
_WORDS = "graag buiten liggen"
_READING = 0.5
"""Seconds that both read before anybody confirms."""
_ASKED = 30.0
"""Seconds at most between the confirmation and a refusal; the figure says what it was."""


async def measure(directory: Path) -> list[Figure]:
    """A daughter who reads without pause, by the portal and by the hub, while two carers confirm."""
    folder = directory / "death"
    folder.mkdir()
    world = await open_world(folder)
    try:
        async with world.portal() as browser:
            await world.consent("role:relative", Section.S4)
            await world.record("coach", Note(f"Zij wil {_WORDS}"), Section.S4)
            await sign_in(world, browser, "daughter")
            readers = [asyncio.create_task(_portal(browser)), asyncio.create_task(_hub(world))]
            async with world.hub.transactions() as unit:
                context = await world.context(unit, "coach")
                await death.declare_death(unit, world.hub.guard, world.hub.speaker, context, _NAME)
            began = time.perf_counter()
            await asyncio.sleep(_READING)
            confirming = time.perf_counter()
            async with world.hub.transactions() as unit:
                context = await world.context(unit, "gp")
                await death.confirm_death(unit, world.hub.guard, world.hub.speaker, context, _NAME)
            committed = time.perf_counter()
            moments = await asyncio.gather(*readers)
    finally:
        await world.hub.close()
    if not all(began < moment for moment in moments):
        raise RuntimeError("nobody was reading when the death was confirmed")
    late = max(0.0, max(moments) - committed)
    return [
        Figure("death", "confirmation of a death, whole transaction", 1000 * (committed - confirming), "ms"),
        Figure(
            "death", "last page that a relative got, after the commit", 1000 * late, "ms", aim="≤ 1000", met=late <= 1
        ),
    ]


async def _portal(browser: Browser) -> float:
    """The moment at which the last page with these words was there."""
    last, until = 0.0, time.perf_counter() + _ASKED
    while time.perf_counter() < until:
        _, page = await read(browser, "/api/v1/dossier?section=S4")
        if _WORDS not in page:
            return last
        last = time.perf_counter()
    return last


async def _hub(world: World) -> float:
    """As a command asks it."""
    last, until = 0.0, time.perf_counter() + _ASKED
    while time.perf_counter() < until:
        try:
            async with world.hub.transactions() as unit:
                context = await world.context(unit, "daughter")
                await dossier.read_dossier(unit, world.hub.guard, context, Section.S4)
        except Refused:
            return last
        last = time.perf_counter()
        await asyncio.sleep(0)
    return last
