"""The bot signs in once for all of these tests, since logging in is rationed; each starts it again in a fresh room."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from tests.faults.nio.bedside import Bedside, Bot, Home, bot_of
from tests.homeserver.world import CircleOnServer
from tests.real.element import Element, ElementProcess
from tests.real.world import Ward

NewBot = Callable[[], Awaitable[Bot]]


@pytest.fixture(scope="session")
def ward(circle: CircleOnServer, element_process: ElementProcess) -> Ward:
    """The plain homeserver of the session, not the stage of the folder above."""
    return Ward(circle, element_process)


@pytest.fixture(scope="session")
def bots_home(ward: Ward, tmp_path_factory: pytest.TempPathFactory) -> Home:
    async def found() -> Home:
        home = Home(tmp_path_factory.mktemp("bot") / "kring.db", await ward.account("Dossier van Kring"))
        await home.found(ward.homeserver)
        return home

    return asyncio.run(found())


@pytest.fixture
async def bedside(ward: Ward, fatima_and_bram: tuple[Element, Element], bots_home: Home) -> AsyncIterator[Bedside]:
    fatima, bram = fatima_and_bram
    room = await ward.room(fatima, bram)
    async with bot_of(bots_home, ward.homeserver) as bot:
        side = Bedside(ward, fatima, bram, bot, room)
        await side.enter(bot)
        for person in (fatima, bram):
            await person.wait_for_device(bot.home.user_id, bot.client.device_id)
        yield side


@pytest.fixture
async def new_bot(ward: Ward, tmp_path: Path) -> AsyncIterator[NewBot]:
    """Signs another bot in, on a database of its own: for tests that break it."""
    async with AsyncExitStack() as leaving:

        async def sign_in() -> Bot:
            home = Home(tmp_path / "kring.db", await ward.account("Dossier van Kring"))
            await home.found(ward.homeserver)
            return await leaving.enter_async_context(bot_of(home, ward.homeserver))

        yield sign_in
