"""Noticing cheaply that somebody committed something, also in another process (ADR 0018).

The portal opens a circle, the gatekeeper in the other process has to hear of it. Asking the tables five times a second
was most of what the bots cost at rest; this asks for one number that the database keeps anyhow.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.adapters.sql import sqlite_dialect
from hub.adapters.sql.database import Database

_SQLITE_GLANCE = 0.05
"""Seconds. Four microseconds a look."""
_POSTGRES_GLANCE = 0.25
"""A round trip a look."""
# Which transactions are over and which still run: another text as soon as one that wrote has ended.
_SNAPSHOT = text("SELECT CAST(pg_current_snapshot() AS text)")


class Changes:
    """Sets ``wakes`` soon after each commit of any process, ours too; several at once count as one.

    Who is woken looks for what there is to do; and looks now and then without, for this may stay away as long as the
    database does.
    """

    def __init__(self, database: Database, wakes: Sequence[asyncio.Event]) -> None:
        self._database = database
        self._wakes = wakes
        self._glance = _SQLITE_GLANCE if database.is_sqlite else _POSTGRES_GLANCE

    async def run(self, stop: asyncio.Event) -> None:
        """Until ``stop``."""
        # One connection for this alone: SQLite counts what *other* connections committed.
        async with self._database.engine.connect() as connection:
            seen = await self._look(connection)
            while not stop.is_set():
                now = await self._look(connection)
                if now != seen:
                    seen = now
                    for wake in self._wakes:
                        wake.set()
                with suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), self._glance)

    async def _look(self, connection: AsyncConnection) -> object:
        if self._database.is_sqlite:
            raw = (await connection.get_raw_connection()).driver_connection
            assert isinstance(raw, sqlite_dialect.Connection)
            return raw.execute("PRAGMA data_version").fetchone()[0]
        found = (await connection.execute(_SNAPSHOT)).scalar()
        # Or this connection would stay in its first transaction, and keep the server from cleaning up.
        await connection.rollback()
        return found
