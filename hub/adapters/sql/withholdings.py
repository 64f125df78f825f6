"""What is held back from the patient for a while; the reason is sealed with the patient's key."""

from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.adapters.encryption import seal, unseal
from hub.adapters.sql.access_tables import withholding as table
from hub.adapters.sql.people import PatientKeys
from hub.adapters.sql.room_cards import mark_cards_of_patient
from hub.adapters.sql.tables import setting
from hub.adapters.sql.times import from_micros, to_micros
from hub.domain.identifiers import EntryRef
from hub.domain.vocabulary import Role, Section
from hub.domain.withholding import Withholding, shield_setting


class SqlWithholdings:
    def __init__(self, connection: AsyncConnection, keys: PatientKeys) -> None:
        self._connection = connection
        self._keys = keys

    async def add(self, withholding: Withholding) -> None:
        key = await self._keys.of(withholding.patient_id)
        await self._connection.execute(
            insert(table).values(
                id=withholding.id,
                patient_id=withholding.patient_id,
                section=withholding.ref.section.value,
                number=withholding.ref.number,
                sealed_reason=seal(key, withholding.reason.encode(), _place(withholding.id)),
                decided_by=withholding.decided_by,
                consulted=withholding.consulted,
                since=to_micros(withholding.since),
                until=to_micros(withholding.until),
            )
        )
        await mark_cards_of_patient(self._connection, withholding.patient_id, withholding.decided_by, withholding.since)

    async def held_back(self, patient_id: str, now: datetime, role: Role | None) -> frozenset[EntryRef]:
        spared = await self._spared(patient_id, now) if role is not Role.REPRESENTATIVE else frozenset()
        return spared | (await self._shielded(patient_id) if role is not Role.PATIENT else frozenset())

    async def _shielded(self, patient_id: str) -> frozenset[EntryRef]:
        query = select(setting.c.value).where(setting.c.key == shield_setting(patient_id))
        listed = (await self._connection.execute(query)).scalar() or ""
        return frozenset(EntryRef.parse(part) for part in listed.split(",") if part)

    async def _spared(self, patient_id: str, now: datetime) -> frozenset[EntryRef]:
        moment = to_micros(now)
        query = select(table.c.section, table.c.number).where(
            table.c.patient_id == patient_id,
            table.c.since <= moment,
            table.c.until > moment,
            table.c.ended_at.is_(None),
        )
        return frozenset(EntryRef(Section(row.section), row.number) for row in await self._connection.execute(query))

    async def of_patient(self, patient_id: str) -> list[Withholding]:
        query = select(table).where(table.c.patient_id == patient_id).order_by(table.c.since)
        rows = (await self._connection.execute(query)).all()
        key = await self._keys.of(patient_id) if rows else b""
        return [
            Withholding(
                id=row.id,
                patient_id=row.patient_id,
                ref=EntryRef(Section(row.section), row.number),
                reason=unseal(key, row.sealed_reason, _place(row.id)).decode(),
                decided_by=row.decided_by,
                consulted=row.consulted,
                since=from_micros(row.since),
                until=from_micros(row.until),
            )
            for row in rows
        ]

    async def end(self, patient_id: str, ref: EntryRef, at: datetime) -> bool:
        """True when something was held back until now."""
        ended = await self._connection.execute(
            update(table)
            .where(
                table.c.patient_id == patient_id,
                table.c.section == ref.section.value,
                table.c.number == ref.number,
                table.c.ended_at.is_(None),
                table.c.until > to_micros(at),
            )
            .values(ended_at=to_micros(at))
        )
        await mark_cards_of_patient(self._connection, patient_id, "", at)
        return ended.rowcount > 0


def _place(withholding_id: str) -> bytes:
    return f"withholding/reason/{withholding_id}".encode()
