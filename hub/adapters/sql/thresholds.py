"""Thresholds, sealed with the patient's key; and the newest measurements, to hold against them."""

import json
from collections.abc import Collection
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.engine import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.adapters.encryption import seal, unseal
from hub.adapters.sql.entry_reader import EntryReader
from hub.adapters.sql.people import PatientKeys
from hub.adapters.sql.tables import entry as entry_table
from hub.adapters.sql.times import from_micros, to_micros
from hub.adapters.sql.work_tables import threshold_set as table
from hub.domain.codec import decode, encode
from hub.domain.dossier import Entry
from hub.domain.entries import Kind
from hub.domain.identifiers import new_id
from hub.domain.triggers import Thresholds, ThresholdSet


class SqlThresholdSets:
    """:class:`hub.application.path_ports.ThresholdSets`."""

    def __init__(self, connection: AsyncConnection, keys: PatientKeys) -> None:
        self._connection = connection
        self._keys = keys
        self._reader = EntryReader(connection, keys)

    async def newest(self, circle_id: str) -> ThresholdSet | None:
        last = select(func.max(table.c.version)).where(table.c.circle_id == circle_id).scalar_subquery()
        query = select(table).where(table.c.circle_id == circle_id, table.c.version == last)
        row = (await self._connection.execute(query)).first()
        return None if row is None else await self._opened(row)

    async def versions(self, circle_id: str) -> list[ThresholdSet]:
        query = select(table).where(table.c.circle_id == circle_id).order_by(table.c.version)
        return [await self._opened(row) for row in (await self._connection.execute(query)).all()]

    async def add(self, thresholds: ThresholdSet) -> None:
        key = await self._keys.of(thresholds.patient_id)
        rules = json.dumps(encode(thresholds.rules), ensure_ascii=False, sort_keys=True).encode()
        await self._connection.execute(
            insert(table).values(
                id=new_id("thr"),
                circle_id=thresholds.circle_id,
                patient_id=thresholds.patient_id,
                version=thresholds.version,
                sealed_rules=seal(key, rules, _place(thresholds.circle_id, thresholds.version)),
                set_by=thresholds.set_by,
                set_at=to_micros(thresholds.set_at),
            )
        )

    async def measured(self, patient_id: str, kinds: Collection[Kind], most: int) -> list[Entry]:
        wanted = entry_table.c.kind.in_(sorted(kind.value for kind in kinds))
        sections = sorted({kind.section.value for kind in kinds if kind.section is not None})
        query = select(entry_table).where(
            entry_table.c.patient_id == patient_id, entry_table.c.section.in_(sections), wanted
        )
        newest_first = query.order_by(entry_table.c.recorded_at.desc(), entry_table.c.number.desc()).limit(most)
        return await self._reader.all(patient_id, newest_first)

    async def _opened(self, row: Row[Any]) -> ThresholdSet:
        key = await self._keys.of(row.patient_id)
        rules: Thresholds = decode(
            Thresholds, json.loads(unseal(key, row.sealed_rules, _place(row.circle_id, row.version)))
        )
        return ThresholdSet(row.circle_id, row.patient_id, row.version, rules, row.set_by, from_micros(row.set_at))


def _place(circle_id: str, version: int) -> bytes:
    return f"thresholds/{circle_id}/{version}".encode()
