"""Alembic's entry: runs on the connection that ``schema.migrate`` hands over."""

from alembic import context

from hub.adapters.sql import access_tables, dossier_tables, matrix_tables, tables, work_tables
from hub.adapters.sql.database import metadata

_TABLES = (tables, access_tables, dossier_tables, matrix_tables, work_tables)

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=False,
    compare_type=True,
)
context.run_migrations()
