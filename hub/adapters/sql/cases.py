"""Cases of the privacy officer: the only ground on which that role sees contents (AVG 38 and 39)."""

from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.adapters.sql.access_tables import privacy_case as table
from hub.adapters.sql.times import to_micros


class SqlCases:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def is_open(self, case_id: str, patient_id: str, now: datetime) -> bool:
        moment = to_micros(now)
        found = exists().where(
            table.c.id == case_id,
            table.c.patient_id == patient_id,
            table.c.opened_at <= moment,
            table.c.closed_at.is_(None) | (table.c.closed_at > moment),
        )
        return bool((await self._connection.execute(select(found))).scalar_one())
