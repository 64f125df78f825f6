"""Requests for destruction (BW 7:455), decided by each organisation and approved by a second person."""

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.adapters.sql.access_tables import destruction, destruction_decision


class SqlDestructions:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def approved_by_another(self, patient_id: str, person_id: str) -> bool:
        found = exists().where(
            destruction.c.id == destruction_decision.c.destruction_id,
            destruction.c.patient_id == patient_id,
            destruction.c.executed_at.is_(None),
            destruction_decision.c.decision == "destroy",
            destruction_decision.c.approved_by.is_not(None),
            destruction_decision.c.approved_by != person_id,
        )
        return bool((await self._connection.execute(select(found))).scalar_one())
