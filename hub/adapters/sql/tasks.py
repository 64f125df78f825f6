"""Tasks, sealed with the patient's key, numbered per circle; and agreements as they are looked at to find tasks."""

import json
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from sqlalchemy import exists, func, insert, select, update
from sqlalchemy.engine import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.adapters.encryption import seal, unseal
from hub.adapters.sql.dossier_tables import task as table
from hub.adapters.sql.entry_reader import EntryReader
from hub.adapters.sql.people import PatientKeys
from hub.adapters.sql.tables import entry as entry_table
from hub.adapters.sql.times import from_micros, from_micros_or_none, to_micros
from hub.domain.dossier import Entry
from hub.domain.entries import Kind
from hub.domain.identifiers import new_id
from hub.domain.task import Task, TaskKind
from hub.domain.vocabulary import Section


class SqlTasks:
    def __init__(self, connection: AsyncConnection, keys: PatientKeys) -> None:
        self._connection = connection
        self._keys = keys

    async def add(self, task: Task) -> Task:
        query = select(func.coalesce(func.max(table.c.number), 0)).where(table.c.circle_id == task.circle_id)
        numbered = replace(task, number=int((await self._connection.execute(query)).scalar_one()) + 1)
        task_id = new_id("tsk")
        said = {
            "what": numbered.what,
            "refs": list(numbered.refs),
            "sections": sorted(section.value for section in numbered.sections),
        }
        key = await self._keys.of(task.patient_id)
        await self._connection.execute(
            insert(table).values(
                id=task_id,
                circle_id=numbered.circle_id,
                patient_id=numbered.patient_id,
                number=numbered.number,
                kind=numbered.kind.value,
                about=numbered.about,
                section=numbered.section.value,
                owner_id=numbered.owner_id,
                sealed_what=seal(key, json.dumps(said, ensure_ascii=False, sort_keys=True).encode(), _place(task_id)),
                made_by=numbered.made_by,
                made_at=to_micros(numbered.made_at),
                due_at=to_micros(numbered.due_at),
                accepted_at=None if numbered.accepted_at is None else to_micros(numbered.accepted_at),
                source_room_id=numbered.source_room_id,
                source_event_id=numbered.source_event_id,
            )
        )
        return numbered

    async def of_circle(self, circle_id: str) -> list[Task]:
        query = select(table).where(table.c.circle_id == circle_id).order_by(table.c.number)
        return [await self._task(row) for row in (await self._connection.execute(query)).all()]

    async def get(self, circle_id: str, number: int) -> Task | None:
        query = select(table).where(table.c.circle_id == circle_id, table.c.number == number)
        row = (await self._connection.execute(query)).first()
        return None if row is None else await self._task(row)

    async def done(self, circle_id: str, number: int, by: str, at: datetime) -> bool:
        here = (table.c.circle_id == circle_id, table.c.number == number, table.c.done_at.is_(None))
        changed = await self._connection.execute(update(table).where(*here).values(done_at=to_micros(at), done_by=by))
        return changed.rowcount == 1

    async def accept(self, circle_id: str, number: int, owner_id: str, at: datetime) -> bool:
        here = (table.c.circle_id == circle_id, table.c.number == number, table.c.owner_id == owner_id)
        waiting = (table.c.done_at.is_(None), table.c.accepted_at.is_(None))
        said = update(table).where(*here, *waiting).values(accepted_at=to_micros(at))
        return (await self._connection.execute(said)).rowcount == 1

    async def hand_on(self, task: Task, to_id: str, accepted_at: datetime | None) -> bool:
        here = (table.c.circle_id == task.circle_id, table.c.number == task.number, table.c.done_at.is_(None))
        values = {
            "owner_id": to_id,
            "passed_by": task.owner_id,
            "accepted_at": None if accepted_at is None else to_micros(accepted_at),
        }
        passed = update(table).where(*here, table.c.owner_id == task.owner_id).values(values)
        return (await self._connection.execute(passed)).rowcount == 1

    async def open_of(self, person_id: str) -> list[Task]:
        query = select(table).where(table.c.owner_id == person_id, table.c.done_at.is_(None))
        rows = await self._connection.execute(query.order_by(table.c.due_at, table.c.id))
        return [await self._task(row) for row in rows.all()]

    async def any_open(self, circle_id: str, owner_id: str) -> bool:
        query = select(
            exists().where(table.c.circle_id == circle_id, table.c.owner_id == owner_id, table.c.done_at.is_(None))
        )
        return bool((await self._connection.execute(query)).scalar_one())

    async def pass_on(self, circle_id: str, from_id: str, to_id: str) -> int:
        here = (table.c.circle_id == circle_id, table.c.owner_id == from_id, table.c.done_at.is_(None))
        passed = update(table).where(*here).values(owner_id=to_id, passed_by=from_id)
        return int((await self._connection.execute(passed)).rowcount)

    async def _task(self, row: Row[tuple[object, ...]]) -> Task:
        found = row._mapping
        key = await self._keys.of(found["patient_id"])
        said = json.loads(unseal(key, found["sealed_what"], _place(found["id"])))
        return Task(
            circle_id=found["circle_id"],
            patient_id=found["patient_id"],
            number=found["number"],
            kind=TaskKind(found["kind"]),
            about=found["about"] or "",
            section=Section(found["section"]),
            sections=frozenset(Section(name) for name in said["sections"]),
            refs=tuple(said["refs"]),
            owner_id=found["owner_id"],
            what=said["what"],
            made_by=found["made_by"],
            made_at=from_micros(found["made_at"]),
            due_at=from_micros(found["due_at"]),
            done_at=from_micros_or_none(found["done_at"]),
            done_by=found["done_by"],
            accepted_at=from_micros_or_none(found["accepted_at"]),
            passed_by=found["passed_by"],
            source_room_id=found["source_room_id"],
            source_event_id=found["source_event_id"],
        )


class SqlAgreements:
    """:class:`hub.application.task_ports.Agreements`."""

    def __init__(self, connection: AsyncConnection, keys: PatientKeys) -> None:
        self._reader = EntryReader(connection, keys)

    async def of_kinds(self, patient_id: str, kinds: Collection[Kind]) -> list[Entry]:
        # The index is on patient and kind: a dossier of ten thousand measurements is not looked through.
        wanted = entry_table.c.kind.in_(sorted(kind.value for kind in kinds))
        query = select(entry_table).where(entry_table.c.patient_id == patient_id, wanted)
        return await self._reader.all(patient_id, query)


def _place(task_id: str) -> bytes:
    return f"task/{task_id}".encode()
