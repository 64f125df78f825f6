"""The circle of mevrouw de Wit for the gatekeeper: decided and recorded, and no room made yet."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import delete

from hub.adapters.sql import matrix_tables, tables
from tests.stories.conftest import Opened, opened_circle
from tests.stories.room import Room, open_room

__all__ = ["opened_circle"]


@pytest.fixture
async def room(opened_circle: Opened, tmp_path: Path) -> AsyncIterator[Room]:
    """With its rooms, as in the stories."""
    async with open_room(*opened_circle, tmp_path) as opened:
        yield opened


@pytest.fixture
async def house(room: Room) -> Room:
    """Without rooms."""
    async with room.hub.database.transaction() as connection:
        await connection.execute(delete(tables.room))
        await connection.execute(delete(matrix_tables.mx_room_member))
    return room
