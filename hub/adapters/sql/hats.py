"""The roles that somebody may wear besides the first one; each for one organisation and period."""

from datetime import datetime

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.adapters.encryption import KeyVault, seal, unseal
from hub.adapters.sql.access_tables import person_role as table
from hub.adapters.sql.times import from_micros, from_micros_or_none, to_micros, to_micros_or_none
from hub.domain.people import Hat
from hub.domain.vocabulary import Role

_OF_PERSON = select(table).where(table.c.person_id == bindparam("person_id")).order_by(table.c.since, table.c.id)


class SqlHats:
    def __init__(self, connection: AsyncConnection, vault: KeyVault) -> None:
        self._connection = connection
        self._key = vault.purpose_key("person")

    async def add(self, hat: Hat) -> None:
        await self._connection.execute(
            insert(table).values(
                id=hat.id,
                person_id=hat.person_id,
                role=hat.role.value,
                organisation=hat.organisation,
                sealed_evidence=seal(self._key, hat.evidence.encode(), _bound(hat.id, hat.person_id)),
                since=to_micros(hat.since),
                until=to_micros_or_none(hat.until),
                recorded_by=hat.recorded_by,
            )
        )

    async def of_person(self, person_id: str) -> list[Hat]:
        rows = await self._connection.execute(_OF_PERSON, {"person_id": person_id})
        return [
            Hat(
                id=row.id,
                person_id=row.person_id,
                role=Role(row.role),
                organisation=row.organisation,
                evidence=unseal(self._key, row.sealed_evidence, _bound(row.id, row.person_id)).decode(),
                since=from_micros(row.since),
                until=from_micros_or_none(row.until),
                recorded_by=row.recorded_by,
            )
            for row in rows
        ]

    async def end(self, hat_id: str, at: datetime) -> None:
        await self._connection.execute(update(table).where(table.c.id == hat_id).values(until=to_micros(at)))


def _bound(hat_id: str, person_id: str) -> bytes:
    return f"person/hat/{hat_id}/{person_id}".encode()
