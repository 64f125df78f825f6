"""What can happen to the log: its locks are taken off by whoever owns the schema, or it takes nothing any more."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import text

from hub.adapters.sql.database import Database

TABLES = ("audit", "audit_checkpoint")
UNLOCK_SQLITE = tuple(f"DROP TRIGGER IF EXISTS {table}_no_{act}" for table in TABLES for act in ("update", "delete"))
UNLOCK_POSTGRESQL = tuple(f"ALTER TABLE {table} DISABLE TRIGGER {table}_insert_only" for table in TABLES)


async def unlock(database: Database) -> None:
    """Put off the triggers that refuse every change to a line of the log."""
    async with database.transaction() as connection:
        for statement in UNLOCK_SQLITE if database.is_sqlite else UNLOCK_POSTGRESQL:
            await connection.execute(text(statement))


@asynccontextmanager
async def log_takes_nothing(database: Database) -> AsyncIterator[None]:
    """Every entry is refused by the database: as with a full disk, a lost right, a broken table."""
    full = ["CREATE TRIGGER audit_full BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'full'); END"]
    if not database.is_sqlite:
        full = [
            "CREATE OR REPLACE FUNCTION audit_full() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'full' USING ERRCODE = 'disk_full'; END $$",
            "CREATE TRIGGER audit_full BEFORE INSERT ON audit FOR EACH ROW EXECUTE FUNCTION audit_full()",
        ]
    async with database.transaction() as connection:
        for statement in full:
            await connection.execute(text(statement))
    try:
        yield
    finally:
        async with database.transaction() as connection:
            await connection.execute(text("DROP TRIGGER audit_full" + ("" if database.is_sqlite else " ON audit")))
