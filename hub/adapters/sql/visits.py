"""Until when each person said to know what is in a dossier: one row for each person and circle."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.adapters.sql.times import from_micros, from_micros_or_none, to_micros
from hub.adapters.sql.work_tables import visit as table


class SqlVisits:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def seen_until(self, circle_id: str, person_id: str) -> datetime | None:
        query = select(table.c.seen_until).where(table.c.circle_id == circle_id, table.c.person_id == person_id)
        return from_micros_or_none((await self._connection.execute(query)).scalar())

    async def offer(self, circle_id: str, person_id: str, until: datetime) -> None:
        dialect_insert = postgres_insert if self._connection.dialect.name == "postgresql" else sqlite_insert
        moment = to_micros(until)
        row = dialect_insert(table).values(
            circle_id=circle_id, person_id=person_id, offered_until=moment, noted_at=moment
        )
        offered = {"offered_until": moment, "noted_at": moment}
        await self._connection.execute(
            row.on_conflict_do_update(index_elements=["circle_id", "person_id"], set_=offered)
        )

    async def know(self, circle_id: str, person_id: str, at: datetime) -> datetime | None:
        here = (table.c.circle_id == circle_id, table.c.person_id == person_id, table.c.offered_until.is_not(None))
        offered = (await self._connection.execute(select(table.c.offered_until).where(*here))).scalar()
        if offered is None:
            return None
        # Only what was offered when it was read: a list that was shown since then was perhaps not.
        known = await self._connection.execute(
            update(table)
            .where(*here, table.c.offered_until == offered)
            .values(seen_until=offered, offered_until=None, noted_at=to_micros(at))
        )
        return from_micros(offered) if known.rowcount == 1 else None
