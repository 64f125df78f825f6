"""Emergency access: who opened the out-of-hours set of whom, why and until when."""

from datetime import datetime

from sqlalchemy import bindparam, exists, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.adapters.sql.access_tables import break_glass as table
from hub.adapters.sql.times import to_micros

_IS_OPEN = select(
    exists().where(
        table.c.patient_id == bindparam("patient_id"),
        table.c.person_id == bindparam("person_id"),
        table.c.opened_at <= bindparam("now"),
        table.c.until > bindparam("now"),
        table.c.ended_at.is_(None),
    )
)


class SqlEmergencies:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def is_open(self, patient_id: str, person_id: str, now: datetime) -> bool:
        asked = {"patient_id": patient_id, "person_id": person_id, "now": to_micros(now)}
        return bool((await self._connection.execute(_IS_OPEN, asked)).scalar_one())
