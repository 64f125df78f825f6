"""From an empty database to the present tables, again and again, on both engines; never backwards."""

import asyncio
import os
import signal
import sqlite3
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text
from sqlalchemy.engine import Connection

import hub.adapters.sql.matrix_tables
import hub.adapters.sql.tables
from hub.adapters.sql.database import Database, metadata
from hub.adapters.sql.schema import migrate
from hub.domain.errors import StartRefused
from tests.databases import sqlite_url

assert hub.adapters.sql.tables.audit is not None
assert hub.adapters.sql.matrix_tables.mx_account is not None

KILLED_AT_TABLE = """
import asyncio, os, signal, sys
from sqlalchemy import event
from hub.adapters.sql.database import Database
from hub.adapters.sql.schema import migrate

database = Database(sys.argv[1])
created = 0

@event.listens_for(database.engine.sync_engine, "after_cursor_execute")
def count(connection, cursor, statement, *_):
    global created
    created += "CREATE TABLE" in statement
    if created == int(sys.argv[2]):
        os.kill(os.getpid(), signal.SIGKILL)

asyncio.run(migrate(database))
"""


def _differences(connection: Connection) -> list[object]:
    context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
    return list(compare_metadata(context, metadata))


async def differences(database: Database) -> list[object]:
    async with database.reading() as connection:
        return await connection.run_sync(_differences)


async def tables(database: Database) -> set[str]:
    async with database.reading() as connection:
        return set(await connection.run_sync(lambda open_: inspect(open_).get_table_names()))


async def test_an_empty_database_gets_exactly_the_tables_that_the_code_uses(empty_database: Database) -> None:
    assert await tables(empty_database) == set()
    await migrate(empty_database)
    assert await tables(empty_database) == {*metadata.tables, "alembic_version"}
    assert await differences(empty_database) == []


async def test_migrating_again_changes_nothing(database: Database) -> None:
    async with database.transaction() as connection:
        await connection.execute(text("INSERT INTO setting (key, value) VALUES ('beheerder', 'bea')"))
    for _start in range(2):
        await migrate(database)
    async with database.reading() as connection:
        assert (await connection.execute(text("SELECT value FROM setting"))).scalar_one() == "bea"
        assert len((await connection.execute(text("SELECT version_num FROM alembic_version"))).all()) == 1
    assert await differences(database) == []


async def test_a_database_of_a_newer_kring_is_left_alone(empty_database: Database) -> None:
    """One sentence that says what to do, and nothing is changed."""
    await migrate(empty_database)
    async with empty_database.transaction() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StartRefused) as refused:
        await migrate(empty_database)
    sentence = str(refused.value)
    assert "9999" in sentence
    assert sentence.endswith(".")
    assert "\n" not in sentence
    async with empty_database.reading() as connection:
        assert (await connection.execute(text("SELECT version_num FROM alembic_version"))).scalar_one() == "9999"


@pytest.mark.parametrize("table", [1, 9, len(metadata.tables)])
async def test_a_migration_that_was_killed_half_way_succeeds_the_next_time(tmp_path: Path, table: int) -> None:
    path = tmp_path / "kring.db"
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", KILLED_AT_TABLE, sqlite_url(path), str(table), env=dict(os.environ)
    )
    assert await asyncio.wait_for(process.wait(), 60) == -signal.SIGKILL
    with sqlite3.connect(path) as direct:
        left = direct.execute("SELECT count(*) FROM sqlite_master WHERE type = 'table'").fetchone()
    direct.close()
    assert left == (0,), "half a schema was left behind"
    database = Database(sqlite_url(path))
    await migrate(database)
    assert await differences(database) == []
    await database.close()


async def test_a_migration_that_fails_leaves_nothing_behind(
    empty_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PostgreSQL too makes its tables in one transaction."""
    from alembic import op

    create, made = op.create_table, 0

    def failing(*arguments: object, **more: object) -> object:
        nonlocal made
        made += 1
        if made == 5:
            raise ConnectionError
        return create(*arguments, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(op, "create_table", failing)
    with pytest.raises(ConnectionError):
        await migrate(empty_database)
    monkeypatch.undo()
    assert await tables(empty_database) == set()
    await migrate(empty_database)
    assert await differences(empty_database) == []
