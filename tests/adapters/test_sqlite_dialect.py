"""SQLite called from the loop's own thread: nothing that waits may hold the loop up, nothing may overtake a commit."""

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from hub.adapters.sql import sqlite_dialect
from hub.adapters.sql.database import Database
from hub.adapters.sql.tables import setting
from tests.databases import sqlite_database


@pytest.fixture
async def sqlite(sqlite_template: Path, tmp_path: Path) -> AsyncIterator[Database]:
    async with sqlite_database(sqlite_template, tmp_path / "kring.db") as url:
        database = Database(url)
        yield database
        await database.close()


def other_process(path: Path) -> sqlite3.Connection:
    """A connection as another process has one: it knows nothing of our turns."""
    return sqlite3.connect(path, isolation_level=None)


async def write(database: Database, value: str) -> None:
    async with database.transaction() as connection:
        await connection.execute(setting.insert(), {"key": value, "value": value})


async def read(database: Database) -> list[str]:
    async with database.reading() as connection:
        return list((await connection.execute(select(setting.c.key).order_by(setting.c.key))).scalars())


async def test_the_safeguards_stand_on_every_connection(sqlite: Database) -> None:
    async with sqlite.reading() as first, sqlite.reading() as second:
        for connection in (first, second):
            found = {
                name: (await connection.exec_driver_sql(f"PRAGMA {name}")).scalar()
                for name in ("journal_mode", "synchronous", "foreign_keys", "secure_delete")
            }
            assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1}


async def test_who_waits_for_another_process_does_not_hold_up_the_others(sqlite: Database, tmp_path: Path) -> None:
    other = other_process(tmp_path / "kring.db")
    other.execute("BEGIN IMMEDIATE")
    waiting = asyncio.create_task(write(sqlite, "na elkaar"))
    for _ in range(20):
        # Each look is a turn of the loop, taken while the writer waits.
        assert await read(sqlite) == []
        await asyncio.sleep(0)
    assert not waiting.done()
    other.execute("COMMIT")
    await waiting
    assert await read(sqlite) == ["na elkaar"]
    other.close()


async def test_who_waits_too_long_gets_an_error_that_the_bots_know(
    sqlite: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite_dialect, "BUSY_SECONDS", 0.02)
    other = other_process(tmp_path / "kring.db")
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(OperationalError, match="locked"):
        await write(sqlite, "te laat")
    other.execute("COMMIT")
    await write(sqlite, "op tijd")
    assert await read(sqlite) == ["op tijd"]
    other.close()


async def test_what_a_block_wrote_is_undone_when_it_raises(sqlite: Database) -> None:
    async def half() -> None:
        async with sqlite.transaction() as connection:
            await connection.execute(setting.insert(), {"key": "half", "value": "half"})
            raise KeyError("half-way")

    with pytest.raises(KeyError):
        await half()
    assert await read(sqlite) == []


async def test_rows_are_read_also_after_their_transaction(sqlite: Database) -> None:
    await write(sqlite, "een")
    await write(sqlite, "twee")
    async with sqlite.reading() as connection:
        result = await connection.execute(select(setting.c.key).order_by(setting.c.key))
    assert [row.key for row in result] == ["een", "twee"]


async def test_a_commit_that_is_cancelled_half_way_ends_before_anything_else(
    sqlite: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk takes its time, the task is cancelled: the connection is nobody else's until the disk is done."""
    began, go_on = threading.Event(), threading.Event()
    inner = sqlite_dialect._in_thread

    async def slowly(work: object) -> None:
        def slow() -> None:
            began.set()
            go_on.wait(10)
            work()  # type: ignore[operator]

        await inner(slow)

    monkeypatch.setattr(sqlite_dialect, "_in_thread", slowly)
    monkeypatch.setattr(sqlite_dialect.Disk, "is_slow", True, raising=False)
    writing = asyncio.create_task(write(sqlite, "vastgelegd"))
    await asyncio.to_thread(began.wait, 10)
    writing.cancel()
    for _ in range(5):
        await asyncio.sleep(0)
    assert not writing.done()
    go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await writing
    monkeypatch.undo()
    # It was with the disk when we were cancelled, so it stands; and the connection is whole.
    assert await read(sqlite) == ["vastgelegd"]
    await write(sqlite, "daarna")
    assert await read(sqlite) == ["daarna", "vastgelegd"]


async def test_many_writers_at_once_all_get_their_turn(sqlite: Database) -> None:
    await asyncio.gather(*(write(sqlite, f"{number:02}") for number in range(30)))
    assert await read(sqlite) == [f"{number:02}" for number in range(30)]


async def test_an_error_of_sqlite_comes_as_one_of_sqlalchemy(sqlite: Database) -> None:
    await write(sqlite, "een")
    with pytest.raises(Exception, match="UNIQUE") as caught:
        await write(sqlite, "een")
    assert type(caught.value).__name__ == "IntegrityError"
    assert "een" not in str(caught.value)
