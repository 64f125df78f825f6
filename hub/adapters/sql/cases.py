"""Cases of the privacy officer: the only ground on which that role sees contents (AVG 38 and 39)."""

from datetime import datetime

from sqlalchemy import exists, insert, select, update
from sqlalchemy.engine import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.adapters.encryption import seal, unseal
from hub.adapters.sql.access_tables import privacy_case as table
from hub.adapters.sql.people import PatientKeys
from hub.adapters.sql.times import from_micros, from_micros_or_none, to_micros
from hub.domain.errors import NotFound
from hub.domain.privacy import CaseKind, PrivacyCase


class SqlCases:
    def __init__(self, connection: AsyncConnection, keys: PatientKeys) -> None:
        self._connection = connection
        self._keys = keys

    async def is_open(self, case_id: str, patient_id: str, now: datetime) -> bool:
        moment = to_micros(now)
        found = exists().where(
            table.c.id == case_id,
            table.c.patient_id == patient_id,
            table.c.opened_at <= moment,
            table.c.closed_at.is_(None) | (table.c.closed_at > moment),
        )
        return bool((await self._connection.execute(select(found))).scalar_one())

    async def add(self, case: PrivacyCase) -> None:
        key = await self._keys.of(case.patient_id)
        await self._connection.execute(
            insert(table).values(
                id=case.id,
                patient_id=case.patient_id,
                kind=case.kind.value,
                opened_by=case.opened_by,
                # What somebody complains about may be about care: sealed with the key of the dossier, and destroyed
                # with it.
                sealed_reason=seal(key, case.reason.encode(), _bound(case.id, case.patient_id, case.kind.value)),
                opened_at=to_micros(case.opened_at),
            )
        )

    async def get(self, case_id: str) -> PrivacyCase:
        row = (await self._connection.execute(select(table).where(table.c.id == case_id))).first()
        if row is None:
            raise NotFound("Deze zaak bestaat niet.")
        return await self._case(row)

    async def all(self, *, open_only: bool) -> list[PrivacyCase]:
        query = select(table).order_by(table.c.opened_at, table.c.id)
        if open_only:
            query = query.where(table.c.closed_at.is_(None))
        return [await self._case(row) for row in (await self._connection.execute(query)).all()]

    async def close(self, case_id: str, at: datetime) -> bool:
        changed = await self._connection.execute(
            update(table).where(table.c.id == case_id, table.c.closed_at.is_(None)).values(closed_at=to_micros(at))
        )
        return changed.rowcount == 1

    async def _case(self, row: Row[tuple[object, ...]]) -> PrivacyCase:
        found = row._mapping
        key = await self._keys.of(found["patient_id"])
        bound = _bound(found["id"], found["patient_id"], found["kind"])
        return PrivacyCase(
            id=found["id"],
            patient_id=found["patient_id"],
            kind=CaseKind(found["kind"]),
            opened_by=found["opened_by"],
            opened_at=from_micros(found["opened_at"]),
            reason=unseal(key, found["sealed_reason"], bound).decode(),
            closed_at=from_micros_or_none(found["closed_at"]),
        )


def _bound(case_id: str, patient_id: str, kind: str) -> bytes:
    return f"privacy-case/{case_id}/{patient_id}/{kind}".encode()
