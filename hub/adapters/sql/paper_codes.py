"""Codes on paper: only the hash of a code is stored, so that this table opens nothing."""

from datetime import datetime

from sqlalchemy import bindparam, exists, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.adapters.sql import tables as t
from hub.adapters.sql.access_tables import emergency_due, emergency_set
from hub.adapters.sql.times import from_micros, from_micros_or_none, to_micros
from hub.adapters.sql.work_tables import paper_code as table
from hub.domain.paper_code import Newest, PaperCode
from hub.domain.vocabulary import PatientState

_later = emergency_set.alias("later")
_NEWEST = (
    select(emergency_set.c.made_at, emergency_set.c.checked_at)
    .join(table, (table.c.patient_id == emergency_set.c.patient_id) & (table.c.version == emergency_set.c.version))
    .join(t.patient, t.patient.c.id == table.c.patient_id)
    .where(
        table.c.code_hash == bindparam("code"),
        t.patient.c.state.in_((PatientState.ALIVE.value, PatientState.DYING.value)),
        exists().where(t.circle.c.patient_id == table.c.patient_id, t.circle.c.closed_at.is_(None)),
        # Something changed that the set does not say yet: a second too careful beats a second too late.
        ~exists().where(emergency_due.c.patient_id == table.c.patient_id),
        ~exists().where(_later.c.patient_id == table.c.patient_id, _later.c.version > table.c.version),
    )
)


class SqlPaperCodes:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, code: PaperCode) -> None:
        await self._connection.execute(
            insert(table).values(
                code_hash=code.code_hash,
                patient_id=code.patient_id,
                version=code.version,
                made_by=code.made_by,
                made_at=to_micros(code.made_at),
                checked=0,
            )
        )

    async def newest(self, code_hash: str) -> Newest | None:
        row = (await self._connection.execute(_NEWEST, {"code": code_hash})).first()
        return None if row is None else Newest(from_micros(row.made_at), from_micros_or_none(row.checked_at))

    async def count(self, code_hash: str, at: datetime) -> None:
        scanned = update(table).where(table.c.code_hash == code_hash)
        await self._connection.execute(scanned.values(checked=table.c.checked + 1, checked_at=to_micros(at)))

    async def of_patient(self, patient_id: str) -> list[PaperCode]:
        query = select(table).where(table.c.patient_id == patient_id)
        rows = await self._connection.execute(query.order_by(table.c.made_at.desc(), table.c.code_hash))
        return [
            PaperCode(
                row.code_hash,
                row.patient_id,
                row.version,
                row.made_by,
                from_micros(row.made_at),
                row.checked,
                from_micros_or_none(row.checked_at),
            )
            for row in rows
        ]
