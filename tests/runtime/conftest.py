"""A database, a vault and, for tests marked ``real``, a homeserver with people who sign in with real encryption."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

import hub.adapters.sql.matrix_tables
from hub.adapters.encryption import KeyVault
from hub.adapters.sql.database import Database, metadata
from hub.homeserver.embedded import EmbeddedHomeserver
from tests.homeserver.world import start_homeserver
from tests.runtime.people import Town

assert hub.adapters.sql.matrix_tables.mx_account is not None


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    """An empty database with all tables, as a file."""
    opened = Database(f"sqlite:///{tmp_path / 'kring.db'}")
    async with opened.engine.begin() as connection:
        await connection.run_sync(metadata.create_all)
    yield opened
    await opened.close()


@pytest.fixture
def vault() -> KeyVault:
    return KeyVault(bytes(range(32)))


@pytest.fixture(scope="session")
def runtime_homeserver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedHomeserver]:
    """A homeserver as hardened as in use."""
    homeserver = start_homeserver(tmp_path_factory.mktemp("runtime-homeserver"))
    yield homeserver
    asyncio.run(homeserver.stop())


@pytest.fixture
async def town(runtime_homeserver: EmbeddedHomeserver) -> AsyncIterator[Town]:
    """People and rooms on that homeserver; who signed in is signed out at the end."""
    async with AsyncExitStack() as leaving:
        yield Town(runtime_homeserver, leaving)
