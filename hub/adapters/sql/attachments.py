"""Files of a dossier, sealed with the patient's key: gone when the key is destroyed."""

from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.adapters.encryption import seal, unseal
from hub.adapters.sql.dossier_tables import attachment as table
from hub.adapters.sql.people import PatientKeys
from hub.adapters.sql.times import to_micros
from hub.domain.errors import NotFound


class SqlAttachments:
    def __init__(self, connection: AsyncConnection, keys: PatientKeys) -> None:
        self._connection = connection
        self._keys = keys

    async def add(self, patient_id: str, attachment_id: str, data: bytes, by: str, at: datetime) -> None:
        sealed = seal(await self._keys.of(patient_id), data, _place(patient_id, attachment_id))
        await self._connection.execute(
            insert(table).values(
                id=attachment_id,
                patient_id=patient_id,
                size=len(data),
                sealed_data=sealed,
                added_by=by,
                added_at=to_micros(at),
            )
        )

    async def get(self, patient_id: str, attachment_id: str) -> bytes:
        query = select(table.c.sealed_data).where(table.c.id == attachment_id, table.c.patient_id == patient_id)
        sealed = (await self._connection.execute(query)).scalar()
        if sealed is None:
            raise NotFound("Dit bestand is er niet.")
        return unseal(await self._keys.of(patient_id), sealed, _place(patient_id, attachment_id))


def _place(patient_id: str, attachment_id: str) -> bytes:
    return f"attachment/{patient_id}/{attachment_id}".encode()
