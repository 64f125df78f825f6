"""One door to the database, SQLite or PostgreSQL."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from typing import Any

from sqlalchemy import MetaData, event, make_url, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from hub.adapters.sql import sqlite_dialect

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

_SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    # A dossier entry that was acknowledged must survive a power cut: WAL with NORMAL may lose the last commit.
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    f"PRAGMA busy_timeout={sqlite_dialect.BUSY_SECONDS * 1000:.0f}",
    "PRAGMA secure_delete=ON",
    "PRAGMA trusted_schema=OFF",
)


_ONE_WRITER = text(
    "SELECT set_config('idle_in_transaction_session_timeout', '10000', true), pg_advisory_xact_lock(7545874710)"
)
"""How every writing transaction on PostgreSQL begins; the number is Kring's own.

Who was stopped in the middle of one keeps the others waiting for ten seconds, then the database ends it.
"""


class Database:
    """The engine and its transactions. ``url`` is ``sqlite:///path`` or ``postgresql+asyncpg://…``."""

    def __init__(self, url: str) -> None:
        self.is_sqlite = url.startswith("sqlite")
        self.engine: AsyncEngine = create_async_engine(
            # What was stored never stands in an error, and so in no log (T28).
            make_url(url).set(drivername=sqlite_dialect.DRIVER) if self.is_sqlite else url,
            pool_pre_ping=not self.is_sqlite,
            hide_parameters=True,
        )
        self.prove: Callable[[AsyncConnection], Awaitable[None]] | None = None
        """Asked at the begin of each writing transaction; raises when this process may not write (ADR 0015)."""
        # SQLite has one writer and no queue for it: within this process writers wait in turn, so that none starves.
        self._turn: AbstractAsyncContextManager[object] = asyncio.Lock() if self.is_sqlite else nullcontext()
        if self.is_sqlite:
            _prepare_sqlite(self.engine)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncConnection]:
        """A writing transaction: commits when the block ends, rolls back when it raises.

        One at a time, on PostgreSQL as on SQLite, over all processes: the lock is taken before anything is read. So
        what was read is still true when it writes, two writers never choose one number, and they wait for each other
        instead of failing half-way: one lock has no order (ADR 0047).
        """
        async with self._turn, self.engine.begin() as connection:
            if self.is_sqlite:
                await _begin_writing(connection)
            else:
                await connection.execute(_ONE_WRITER)
            if self.prove is not None:
                await self.prove(connection)
            yield connection

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """A consistent view without taking the write lock."""
        async with self.engine.connect() as connection:
            if self.is_sqlite:
                (await _sqlite(connection)).begin_reading()
            yield connection
            await connection.rollback()

    async def close(self) -> None:
        await self.engine.dispose()


async def _begin_writing(connection: AsyncConnection) -> None:
    """:raises OperationalError: another process kept the write lock for too long"""
    try:
        await (await _sqlite(connection)).begin_writing()
    except sqlite3.Error as error:
        # What comes from beside SQLAlchemy looks like what comes from it: who waits for the database catches that.
        raise OperationalError("BEGIN IMMEDIATE", None, error) from error


async def _sqlite(connection: AsyncConnection) -> sqlite_dialect.Connection:
    found = (await connection.get_raw_connection()).driver_connection
    assert isinstance(found, sqlite_dialect.Connection)
    return found


def _prepare_sqlite(engine: AsyncEngine) -> None:
    @event.listens_for(engine.sync_engine, "connect")
    def on_connect(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        for pragma in _SQLITE_PRAGMAS:
            cursor.execute(pragma)
        cursor.close()
