from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.portal.world import Browser, World, open_world


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    opened = await open_world(tmp_path)
    yield opened
    await opened.hub.close()


@pytest.fixture
async def browser(world: World) -> AsyncIterator[Browser]:
    async with world.portal() as client:
        yield client
