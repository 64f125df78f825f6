"""The path of a patient, the lines of aftercare (sealed with the patient's key) and the hours of coaches."""

import json
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.engine import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.adapters.encryption import seal, unseal
from hub.adapters.sql.people import PatientKeys
from hub.adapters.sql.times import from_micros, from_micros_or_none, to_micros
from hub.adapters.sql.work_tables import aftercare_record, coach_time, path_step
from hub.domain.aftercare import AftercareKind, AftercareRecord, Outcome
from hub.domain.coach_time import Category, TimeLine, Worked
from hub.domain.identifiers import new_id
from hub.domain.path import PathStep, Taken


class SqlPath:
    """:class:`hub.application.path_ports.Path`."""

    def __init__(self, connection: AsyncConnection, keys: PatientKeys) -> None:
        self._connection = connection
        self._keys = keys

    async def add(self, taken: Taken) -> None:
        await self._connection.execute(
            insert(path_step).values(
                patient_id=taken.patient_id,
                circle_id=taken.circle_id,
                step=taken.step.value,
                reason=taken.reason,
                on_day=taken.on_day.isoformat() if taken.on_day else None,
                noted_by=taken.noted_by,
                noted_at=to_micros(taken.noted_at),
            )
        )

    async def of_patient(self, patient_id: str) -> list[Taken]:
        query = select(path_step).where(path_step.c.patient_id == patient_id).order_by(path_step.c.id)
        return [
            Taken(
                patient_id=row.patient_id,
                circle_id=row.circle_id,
                step=PathStep(row.step),
                noted_by=row.noted_by,
                noted_at=from_micros(row.noted_at),
                reason=row.reason,
                on_day=date.fromisoformat(row.on_day) if row.on_day else None,
            )
            for row in await self._connection.execute(query)
        ]

    async def add_aftercare(self, record: AftercareRecord) -> None:
        key = await self._keys.of(record.patient_id)
        said = json.dumps({"outcome": record.outcome.value, "text": record.text}, ensure_ascii=False).encode()
        await self._connection.execute(
            insert(aftercare_record).values(
                id=record.id,
                circle_id=record.circle_id,
                patient_id=record.patient_id,
                person_id=record.person_id,
                kind=record.kind.value,
                sealed_text=seal(key, said, _place(record.id, record.kind.value, record.person_id)),
                noted_by=record.noted_by,
                noted_at=to_micros(record.noted_at),
            )
        )

    async def aftercare(self, circle_id: str) -> list[AftercareRecord]:
        query = select(aftercare_record).where(aftercare_record.c.circle_id == circle_id)
        rows = (
            await self._connection.execute(query.order_by(aftercare_record.c.noted_at, aftercare_record.c.id))
        ).all()
        return [await self._record(row) for row in rows]

    async def _record(self, row: Row[Any]) -> AftercareRecord:
        key = await self._keys.of(row.patient_id)
        said = json.loads(unseal(key, row.sealed_text, _place(row.id, row.kind, row.person_id)))
        return AftercareRecord(
            id=row.id,
            circle_id=row.circle_id,
            patient_id=row.patient_id,
            kind=AftercareKind(row.kind),
            outcome=Outcome(said["outcome"]),
            noted_by=row.noted_by,
            noted_at=from_micros(row.noted_at),
            person_id=row.person_id,
            text=said["text"],
        )


class SqlCoachTime:
    """:class:`hub.application.path_ports.CoachTime`."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, circle_id: str, person_id: str, worked: Worked, at: datetime) -> TimeLine:
        query = select(func.coalesce(func.max(coach_time.c.number), 0)).where(coach_time.c.person_id == person_id)
        number = int((await self._connection.execute(query)).scalar_one()) + 1
        await self._connection.execute(
            insert(coach_time).values(
                id=new_id("tim"),
                circle_id=circle_id,
                person_id=person_id,
                number=number,
                on_day=worked.on_day.isoformat(),
                minutes=worked.minutes,
                category=worked.category.value,
                noted_at=to_micros(at),
            )
        )
        return TimeLine(circle_id, person_id, number, worked.on_day, worked.minutes, worked.category, at)

    async def of_person(self, person_id: str, since: date) -> list[TimeLine]:
        query = select(coach_time).where(coach_time.c.person_id == person_id, coach_time.c.on_day >= since.isoformat())
        return [
            TimeLine(
                circle_id=row.circle_id,
                person_id=row.person_id,
                number=row.number,
                on_day=date.fromisoformat(row.on_day),
                minutes=row.minutes,
                category=Category(row.category),
                noted_at=from_micros(row.noted_at),
                withdrawn_at=from_micros_or_none(row.withdrawn_at),
            )
            for row in await self._connection.execute(query.order_by(coach_time.c.number))
        ]

    async def withdraw(self, person_id: str, number: int, at: datetime) -> bool:
        changed = await self._connection.execute(
            update(coach_time)
            .where(
                coach_time.c.person_id == person_id,
                coach_time.c.number == number,
                coach_time.c.withdrawn_at.is_(None),
            )
            .values(withdrawn_at=to_micros(at))
        )
        return changed.rowcount == 1


def _place(record_id: str, kind: str, person_id: str | None) -> bytes:
    return f"aftercare/{record_id}/{kind}/{person_id or ''}".encode()
