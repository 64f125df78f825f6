"""Many rows into one table in one go, for the roads where thousands of events come by."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.asyncio import AsyncConnection


class BulkInsert:
    """``INSERT … ON CONFLICT DO NOTHING`` whose text is made once for each kind of database.

    Rows are tuples in the order of ``columns`` (that of the table), of types that both drivers take as they are (text,
    whole numbers, ``None``): nothing is looked up or converted for each row.
    """

    def __init__(self, table: Table, *columns: str, conflict: Sequence[str] = ()) -> None:
        self._table = table
        self._columns = columns
        self._conflict = list(conflict) or None
        self._texts: dict[str, str] = {}

    async def run(self, connection: AsyncConnection, rows: Sequence[tuple[Any, ...]]) -> int:
        """How many were new; −1 where the driver does not count (PostgreSQL)."""
        if not rows:
            return 0
        dialect = connection.dialect
        text = self._texts.get(dialect.name)
        if text is None:
            text = self._texts[dialect.name] = self._compiled(dialect)
        return int((await connection.exec_driver_sql(text, list(rows))).rowcount)

    def _compiled(self, dialect: Dialect) -> str:
        insert = postgresql_insert if dialect.name == "postgresql" else sqlite_insert
        statement = insert(self._table).inline().on_conflict_do_nothing(index_elements=self._conflict)
        compiled = statement.compile(dialect=dialect, column_keys=list(self._columns))
        # SQL keeps the order of the table.
        assert tuple(compiled.positiontup or ()) == self._columns
        return str(compiled)
