"""What whoever owns the schema can do to the log: first of all, take the locks off."""

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
