"""Quiet hours: two columns of what somebody prefers."""

from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.adapters.sql.times import to_micros
from hub.adapters.sql.work_tables import preference as table
from hub.domain.quiet import QuietHours

_OF = select(table.c.quiet_from, table.c.quiet_until).where(table.c.person_id == bindparam("person"))


class SqlQuietTimes:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def of(self, person_id: str) -> QuietHours | None:
        row = (await self._connection.execute(_OF, {"person": person_id})).first()
        return None if row is None or row.quiet_from is None else QuietHours(row.quiet_from, row.quiet_until)

    async def choose(self, person_id: str, hours: QuietHours | None, at: datetime) -> None:
        dialect_insert = postgres_insert if self._connection.dialect.name == "postgresql" else sqlite_insert
        chosen = {
            "quiet_from": hours.start if hours else None,
            "quiet_until": hours.end if hours else None,
            "changed_at": to_micros(at),
        }
        row = dialect_insert(table).values(person_id=person_id, **chosen)
        await self._connection.execute(row.on_conflict_do_update(index_elements=["person_id"], set_=chosen))
