"""SQLite for one event loop: statements run where they are asked for, and only what may wait steps aside (ADR 0018).

SQLAlchemy's own asynchronous driver sends every cursor, statement, fetch and close through a queue to a thread of the
connection. A statement of ours takes some tens of microseconds and each of those journeys more than a hundred: they
were most of what a command cost. Here the standard library's ``sqlite3`` is called directly. Two things may wait, and
do not hold up the loop: for the write lock (``BEGIN IMMEDIATE``, tried again after short sleeps) and for the disk (a
commit with its fsync, in a thread as soon as the disk shows to be slow).

A statement that reads very much holds up the loop for as long as it reads: read in portions.
"""

import asyncio
import itertools
import sqlite3
import time
from collections import deque
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Self

from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.engine import URL
from sqlalchemy.engine.interfaces import DBAPICursor
from sqlalchemy.pool import AsyncAdaptedQueuePool, Pool, StaticPool
from sqlalchemy.util import await_

DRIVER = "sqlite+kring"
BUSY_SECONDS = 10.0
"""How long a writer waits for another one before it gives up."""
_BEGIN_WRITING = "BEGIN IMMEDIATE"
_WAITS = (0.001, 0.002, 0.005, 0.01, 0.02)
_PRIMARY_CODE = 0xFF
_PATIENT_SECONDS = 0.002
_WEIGHT = 0.2
# One thread: within this process writers take turns anyhow.
_commits = ThreadPoolExecutor(max_workers=1, thread_name_prefix="sqlite-commit")


class Disk:
    """How long commits take lately. Going to the thread and back costs more than a quick disk takes, and a slow one
    must not hold up the loop: not more than once."""

    def __init__(self) -> None:
        self._usual = 0.0

    @property
    def is_slow(self) -> bool:
        return self._usual > _PATIENT_SECONDS

    def commit(self, work: Callable[[], None]) -> None:
        began = time.perf_counter()
        if self.is_slow:
            await_(_in_thread(work))
        else:
            work()
        took = time.perf_counter() - began
        # A slow one counts at once, a quick one little by little.
        self._usual = (
            max(took, self._usual) if took > _PATIENT_SECONDS else self._usual + _WEIGHT * (took - self._usual)
        )


_disk = Disk()


class Cursor(sqlite3.Cursor):
    """Fetches all rows at once, so that no read stays open behind a result."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        super().__init__(connection)
        self._rows: deque[Any] = deque()

    def execute(self, sql: str, parameters: Any = (), /) -> Self:
        super().execute(sql, parameters)
        self._rows = deque(super().fetchall() if self.description else ())
        return self

    def fetchone(self) -> Any:
        return self._rows.popleft() if self._rows else None

    def fetchmany(self, size: int | None = 1) -> list[Any]:
        return [self._rows.popleft() for _ in range(min(size or 1, len(self._rows)))]

    def fetchall(self) -> list[Any]:
        rows, self._rows = list(self._rows), deque()
        return rows

    def __iter__(self) -> Iterator[Any]:  # type: ignore[override]
        while self._rows:
            yield self._rows.popleft()

    async def _async_soft_close(self) -> None:
        """SQLAlchemy asks this of every cursor of an asynchronous dialect: from here on only stored rows are read."""


class Connection(sqlite3.Connection):
    """One task at a time uses it, which the pool sees to."""

    def cursor(self, factory: Any = None) -> Any:
        return super().cursor(factory or Cursor)

    def commit(self) -> None:
        """The one call that waits for the disk."""
        if self.in_transaction:
            _disk.commit(super().commit)

    def begin_reading(self) -> None:
        """A transaction that sees one state of the database until it ends."""
        self.execute("BEGIN")

    async def begin_writing(self) -> None:
        """A transaction with the write lock from its start.

        :raises sqlite3.OperationalError: somebody else had the lock for all of :data:`BUSY_SECONDS`
        """
        await _begin_writing(self.cursor())


class KringSqlite(SQLiteDialect_pysqlite):
    """The dialect behind ``sqlite+kring:///path``."""

    driver = "kring"
    is_async = True
    supports_statement_cache = True

    @classmethod
    def get_pool_class(cls, url: URL) -> type[Pool]:
        return AsyncAdaptedQueuePool if cls._is_url_file_db(url) else StaticPool

    def create_connect_args(self, url: URL) -> Any:
        positional, named = super().create_connect_args(url)
        # Without an isolation level sqlite3 opens no transactions by itself: Database does, with the lock it needs.
        return positional, {"factory": Connection, "isolation_level": None, **named, "check_same_thread": False}

    def do_execute(self, cursor: DBAPICursor, statement: str, parameters: Any, context: Any = None) -> None:
        if statement == _BEGIN_WRITING:
            await_(_begin_writing(cursor))
        else:
            cursor.execute(statement, parameters)
            await_(_NOTHING)

    def do_executemany(self, cursor: DBAPICursor, statement: str, parameters: Any, context: Any = None) -> None:
        cursor.executemany(statement, parameters)
        await_(_NOTHING)


class _Nothing:
    """SQLAlchemy refuses a driver that never awaits; this does, and is done at once."""

    def __await__(self) -> Generator[None, None, None]:
        return
        yield


_NOTHING = _Nothing()


async def _begin_writing(cursor: DBAPICursor) -> None:
    """Take the write lock.

    :raises sqlite3.OperationalError: somebody else had it for all of :data:`BUSY_SECONDS`
    """
    deadline = time.monotonic() + BUSY_SECONDS
    # SQLite would wait by sleeping, and the whole loop with it.
    cursor.execute("PRAGMA busy_timeout=0")
    try:
        for wait in itertools.chain(_WAITS, itertools.repeat(0.05)):
            try:
                cursor.execute(_BEGIN_WRITING)
                return
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & _PRIMARY_CODE != sqlite3.SQLITE_BUSY or time.monotonic() >= deadline:
                    raise
            await asyncio.sleep(wait)
    finally:
        cursor.execute(f"PRAGMA busy_timeout={BUSY_SECONDS * 1000:.0f}")


async def _in_thread(work: Callable[[], None]) -> None:
    """Wait for ``work`` in the thread; when cancelled meanwhile too, for nothing may touch the connection before."""
    doing = asyncio.get_running_loop().run_in_executor(_commits, work)
    cancelled: asyncio.CancelledError | None = None
    while not doing.done():
        try:
            await asyncio.wait((doing,))
        except asyncio.CancelledError as error:
            cancelled = error
    if cancelled is not None:
        raise cancelled
    doing.result()


registry.register("sqlite.kring", __name__, KringSqlite.__name__)
