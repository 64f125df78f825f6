"""Absences: of one person, in every circle, with who stands in."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.engine import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.adapters.sql.times import from_micros, from_micros_or_none, to_micros
from hub.adapters.sql.work_tables import absence as table
from hub.domain.lead import Absence


class SqlAbsences:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, absence: Absence) -> None:
        await self._connection.execute(
            insert(table).values(
                id=absence.id,
                person_id=absence.person_id,
                locum_id=absence.locum_id,
                since=to_micros(absence.since),
                until=to_micros(absence.until),
                said_at=to_micros(absence.said_at),
            )
        )

    async def of_people(self, people: Collection[str], now: datetime) -> dict[str, Absence]:
        moment = to_micros(now)
        query = select(table).where(
            table.c.person_id.in_(sorted(people)),
            table.c.since <= moment,
            table.c.until > moment,
            table.c.ended_at.is_(None),
        )
        found = await self._connection.execute(query.order_by(table.c.said_at, table.c.id))
        return {row.person_id: _absence(row) for row in found}

    async def of(self, person_id: str, now: datetime) -> list[Absence]:
        query = select(table).where(
            table.c.person_id == person_id, table.c.until > to_micros(now), table.c.ended_at.is_(None)
        )
        return [_absence(row) for row in await self._connection.execute(query.order_by(table.c.since, table.c.id))]

    async def get(self, absence_id: str) -> Absence | None:
        row = (await self._connection.execute(select(table).where(table.c.id == absence_id))).first()
        return None if row is None else _absence(row)

    async def end(self, absence_id: str, at: datetime) -> bool:
        here = (table.c.id == absence_id, table.c.ended_at.is_(None))
        return (await self._connection.execute(update(table).where(*here).values(ended_at=to_micros(at)))).rowcount == 1


def _absence(row: Row[Any]) -> Absence:
    return Absence(
        id=row.id,
        person_id=row.person_id,
        locum_id=row.locum_id,
        since=from_micros(row.since),
        until=from_micros(row.until),
        said_at=from_micros(row.said_at),
        ended_at=from_micros_or_none(row.ended_at),
    )
