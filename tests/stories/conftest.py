"""Every story gets the circle of mevrouw de Wit, with everybody in its rooms."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.stories.room import Room, first_room, open_room
from tests.world import World

Opened = tuple[World, Path]


@pytest.fixture(scope="session")
def opened_circle(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Opened:
    """The circle as it is before any story, made once."""
    path = tmp_path_factory.mktemp("circle") / "circle.db"
    return asyncio.run(first_room(sqlite_template, path)), path


@pytest.fixture
async def room(opened_circle: Opened, tmp_path: Path) -> AsyncIterator[Room]:
    async with open_room(*opened_circle, tmp_path) as opened:
        yield opened
