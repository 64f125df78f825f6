"""Handovers, numbered per circle."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import func, insert, select, update
from sqlalchemy.engine import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.adapters.sql.audit_log import SqlAuditTrail
from hub.adapters.sql.tables import handover as table
from hub.adapters.sql.times import from_micros, from_micros_or_none, to_micros
from hub.domain.handover import Destination, Handover


def _handover(row: Row[tuple[object, ...]]) -> Handover:
    found = row._mapping
    return Handover(
        circle_id=found["circle_id"],
        number=found["number"],
        destination=Destination(found["destination"]),
        made_by=found["made_by"],
        made_at=from_micros(found["made_at"]),
        receiver_id=found["receiver_id"],
        received_by=found["received_by"],
        received_at=from_micros_or_none(found["received_at"]),
    )


class SqlHandovers:
    def __init__(self, connection: AsyncConnection, audit: SqlAuditTrail) -> None:
        self._connection = connection
        self._audit = audit

    async def add(self, handover: Handover) -> Handover:
        await self._audit.take_turn()
        query = select(func.coalesce(func.max(table.c.number), 0)).where(table.c.circle_id == handover.circle_id)
        numbered = replace(handover, number=int((await self._connection.execute(query)).scalar_one()) + 1)
        await self._connection.execute(
            insert(table).values(
                circle_id=numbered.circle_id,
                number=numbered.number,
                destination=numbered.destination.value,
                made_by=numbered.made_by,
                made_at=to_micros(numbered.made_at),
                receiver_id=numbered.receiver_id,
            )
        )
        return numbered

    async def get(self, circle_id: str, number: int) -> Handover | None:
        query = select(table).where(table.c.circle_id == circle_id, table.c.number == number)
        row = (await self._connection.execute(query)).first()
        return None if row is None else _handover(row)

    async def of_circle(self, circle_id: str) -> list[Handover]:
        query = select(table).where(table.c.circle_id == circle_id).order_by(table.c.number)
        return [_handover(row) for row in await self._connection.execute(query)]

    async def received(self, circle_id: str, number: int, by: str, at: datetime) -> bool:
        changed = await self._connection.execute(
            update(table)
            .where(table.c.circle_id == circle_id, table.c.number == number, table.c.received_at.is_(None))
            .values(received_by=by, received_at=to_micros(at))
        )
        return changed.rowcount == 1
