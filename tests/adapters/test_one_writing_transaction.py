"""Eén tegelijk: on PostgreSQL as on SQLite one transaction writes, also between processes (ADR 0047)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import text

from hub.adapters.sql.database import Database

WAITS = 0.2
"""Seconds after which somebody who waits is taken to wait; who does not wait is ready long before."""


@asynccontextmanager
async def the_other_process(database: Database) -> AsyncIterator[Database]:
    other = Database(database.engine.url.render_as_string(hide_password=False))
    yield other
    await other.close()


async def _settings(database: Database, key: str) -> None:
    async with database.transaction() as connection:
        await connection.execute(text("INSERT INTO setting (key, value) VALUES (:key, 'x')"), {"key": key})


async def test_the_bots_wait_with_writing_until_the_hub_has_written(database: Database) -> None:
    async with the_other_process(database) as bots:
        async with database.transaction() as connection:
            await connection.execute(text("INSERT INTO setting (key, value) VALUES ('hub', 'x')"))
            waiting = asyncio.create_task(_settings(bots, "bots"))
            done, _ = await asyncio.wait([waiting], timeout=WAITS)
            assert not done, "nobody writes beside another, whatever rows it is about"
        await waiting
        async with database.reading() as connection:
            assert (await connection.execute(text("SELECT count(*) FROM setting WHERE value = 'x'"))).scalar_one() == 2


async def test_who_reads_waits_for_nobody_and_sees_nothing_half(database: Database) -> None:
    async with the_other_process(database) as bots, database.transaction() as connection:
        await connection.execute(text("INSERT INTO setting (key, value) VALUES ('hub', 'x')"))
        async with asyncio.timeout(10), bots.reading() as seen:
            assert (await seen.execute(text("SELECT count(*) FROM setting WHERE value = 'x'"))).scalar_one() == 0


async def test_two_who_change_the_same_two_rows_in_opposite_order_both_succeed(database: Database) -> None:
    """What PostgreSQL ended with 'deadlock detected' when each took its own locks."""
    await _settings(database, "lead")
    await _settings(database, "log")

    async def change(where: Database, *keys: str) -> None:
        async with where.transaction() as connection:
            for key in keys:
                await connection.execute(text("UPDATE setting SET value = value || 'y' WHERE key = :key"), {"key": key})
                await asyncio.sleep(0)

    async with the_other_process(database) as bots:
        both = [change(database, "lead", "log") for _ in range(10)] + [change(bots, "log", "lead") for _ in range(10)]
        await asyncio.gather(*both)
        async with database.reading() as connection:
            values = (
                await connection.execute(text("SELECT value FROM setting WHERE key IN ('lead', 'log')"))
            ).scalars()
            assert list(values) == ["x" + "y" * 20] * 2


async def test_what_failed_lets_the_next_one_write(database: Database) -> None:
    with pytest.raises(ZeroDivisionError):
        async with database.transaction():
            raise ZeroDivisionError
    async with asyncio.timeout(10):
        await _settings(database, "after")
