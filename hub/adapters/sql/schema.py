"""Bring a database to the present schema with Alembic; refuse one that is newer than this program."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Connection

from hub.adapters.sql.database import Database
from hub.domain.errors import StartRefused

_MIGRATIONS = Path(__file__).parent / "migrations"


async def migrate(database: Database) -> None:
    """Run the missing migrations, in order, each in a transaction.

    :raises StartRefused: the database comes from a newer version of Kring
    """
    async with database.engine.connect() as connection:
        if database.is_sqlite:
            await connection.exec_driver_sql("BEGIN IMMEDIATE")
        await connection.run_sync(_upgrade)
        await connection.commit()


def config() -> Config:
    """Alembic's configuration, without a file of its own."""
    settings = Config()
    settings.set_main_option("script_location", str(_MIGRATIONS))
    return settings


def _upgrade(connection: Connection) -> None:
    settings = config()
    known = {revision.revision for revision in ScriptDirectory.from_config(settings).walk_revisions()}
    present = MigrationContext.configure(connection).get_current_revision()
    if present is not None and present not in known:
        raise StartRefused(f"De database is van een nieuwere versie van Kring (schema {present}); start die versie.")
    settings.attributes["connection"] = connection
    command.upgrade(settings, "head")
