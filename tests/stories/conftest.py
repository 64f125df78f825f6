"""Every story gets the circle of mevrouw de Wit, with everybody in its rooms; at its end its log is looked at."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests import audit_count
from tests.stories.room import Room, first_room, open_room
from tests.world import World

Opened = tuple[World, Path]


@pytest.fixture(scope="session")
def opened_circle(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Opened:
    """The circle as it is before any story, made once."""
    path = tmp_path_factory.mktemp("circle") / "circle.db"
    return asyncio.run(first_room(sqlite_template, path)), path


@pytest.fixture
async def room(opened_circle: Opened, tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Room]:
    async with open_room(*opened_circle, tmp_path) as opened:
        await audit_count.install(opened.hub.database)
        before = await audit_count.last_line(opened.hub.database)
        yield opened
        assert await audit_count.without_mandatory_fields(opened.hub.database) == []
        if request.node.get_closest_marker("changes_behind_the_log") is None:
            assert await audit_count.changed_and_not_logged(opened.hub.database, before) == {}
