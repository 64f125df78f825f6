"""What every test may ask for: a clock, a vault, and a database on each engine that Kring runs on."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from hub.adapters.encryption import KeyVault
from hub.adapters.sql.database import Database
from tests import audit_count
from tests.databases import (
    EMPTY,
    ENGINES,
    MIGRATED,
    NewDatabase,
    PostgresServer,
    bring_up_to_date,
    postgres_server,
    sqlite_database,
    sqlite_url,
)
from tests.kept_world import kept_world
from tests.world import Clock, World

pytest_plugins = ["tests.homeserver.plugin", "tests.real.plugin"]


@pytest.fixture
def clock() -> Clock:
    """Tuesday 3 November 2026, nine in the morning; it moves only when a story says so."""
    return Clock()


@pytest.fixture
def vault() -> KeyVault:
    return KeyVault(bytes(range(32)))


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgresServer]:
    """One server for the session; starts when the first test asks for it."""
    with postgres_server() as server:
        yield server


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy from."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    asyncio.run(bring_up_to_date(sqlite_url(path)))
    return path


@pytest.fixture(params=ENGINES)
def new_database(request: pytest.FixtureRequest, tmp_path: Path) -> NewDatabase:
    """Makes databases on one of the two engines. Not a coroutine, so that the server may start in a loop of its own."""
    if request.param == "sqlite":
        template: Path = request.getfixturevalue("sqlite_template")
        return lambda kind: sqlite_database(template if kind == MIGRATED else None, tmp_path / "kring.db")
    server: PostgresServer = request.getfixturevalue("postgresql")
    return server.database


@pytest.fixture
async def database(new_database: NewDatabase) -> AsyncIterator[Database]:
    """A migrated database without rows, on SQLite and on PostgreSQL."""
    async with new_database(MIGRATED) as url:
        opened = Database(url)
        yield opened
        await opened.close()


@pytest.fixture
async def empty_database(new_database: NewDatabase) -> AsyncIterator[Database]:
    """A database without a single table, on SQLite and on PostgreSQL."""
    async with new_database(EMPTY) as url:
        opened = Database(url)
        yield opened
        await opened.close()


@pytest.fixture
async def world(database: Database, vault: KeyVault, clock: Clock) -> AsyncIterator[World]:
    """The circle of mevrouw de Wit, on each engine."""
    opened = await kept_world(database, vault, clock)
    yield opened
    assert await audit_count.without_mandatory_fields(database) == []
