"""Questions, sealed with the patient's key; the ladder of a circle; calls outside."""

import json
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, or_, select, update
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.engine import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.adapters.encryption import seal, unseal
from hub.adapters.sql.people import PatientKeys
from hub.adapters.sql.tables import outbox
from hub.adapters.sql.times import from_micros, from_micros_or_none, to_micros, to_micros_or_none
from hub.adapters.sql.work_tables import ladder as ladder_table
from hub.adapters.sql.work_tables import numbers_given, outside_call
from hub.adapters.sql.work_tables import question as table
from hub.application.outside_ports import OutsideCall
from hub.domain.acute_words import Acute
from hub.domain.identifiers import new_id
from hub.domain.ladder import Ladder
from hub.domain.question_watch import Question, QuestionState

_WAITING, _MADE, _ENDED = "waiting", "made", "ended"


class SqlQuestions:
    def __init__(self, connection: AsyncConnection, keys: PatientKeys) -> None:
        self._connection = connection
        self._keys = keys

    async def add(self, question: Question) -> Question:
        highest = select(func.coalesce(func.max(table.c.number), 0)).where(table.c.circle_id == question.circle_id)
        numbered = replace(question, number=int((await self._connection.execute(highest)).scalar_one()) + 1)
        await self._connection.execute(
            insert(table).values(
                id=new_id("que"),
                circle_id=numbered.circle_id,
                patient_id=numbered.patient_id,
                number=numbered.number,
                asker_id=numbered.asker_id,
                room_id=numbered.room_id,
                event_id=numbered.event_id,
                ladder_version=numbered.ladder_version,
                asked_at=to_micros(numbered.asked_at),
                **await self._changing(numbered),
            )
        )
        return numbered

    async def save(self, question: Question) -> None:
        here = (table.c.circle_id == question.circle_id, table.c.number == question.number)
        await self._connection.execute(update(table).where(*here).values(**await self._changing(question)))

    async def get(self, circle_id: str, number: int) -> Question | None:
        found = await self._found(table.c.circle_id == circle_id, table.c.number == number)
        return found[0] if found else None

    async def of_event(self, room_id: str, event_id: str) -> Question | None:
        found = await self._found(table.c.room_id == room_id, table.c.event_id == event_id)
        if not found:
            # People also answer to what the bot said about it.
            # What was for one person stands there without a room: theirs is found when it is said.
            here = or_(outbox.c.room_id == room_id, outbox.c.room_id.is_(None))
            about = select(outbox.c.correlation_id).where(outbox.c.event_id == event_id, here)
            cause = (await self._connection.execute(about)).scalar()
            found = await self._found(table.c.event_id == cause) if cause else []
        return max(found, key=lambda question: bool(question.acute), default=None)

    async def open_in(self, circle_id: str) -> list[Question]:
        return await self._found(table.c.circle_id == circle_id, table.c.state == QuestionState.OPEN.value)

    async def of_asker(self, circle_id: str, asker_id: str) -> list[Question]:
        return await self._found(table.c.circle_id == circle_id, table.c.asker_id == asker_id)

    async def numbers_given(self, room_id: str) -> datetime | None:
        query = select(numbers_given.c.given_at).where(numbers_given.c.room_id == room_id)
        return from_micros_or_none((await self._connection.execute(query)).scalar())

    async def give_numbers(self, room_id: str, at: datetime) -> None:
        dialect_insert = postgres_insert if self._connection.dialect.name == "postgresql" else sqlite_insert
        row = dialect_insert(numbers_given).values(room_id=room_id, given_at=to_micros(at))
        await self._connection.execute(
            row.on_conflict_do_update(index_elements=["room_id"], set_={"given_at": to_micros(at)})
        )

    async def _found(self, *where: Any) -> list[Question]:
        query = select(table).where(*where).order_by(table.c.number)
        return [await self._question(row) for row in (await self._connection.execute(query)).all()]

    async def _changing(self, question: Question) -> dict[str, object]:
        said = {
            "text": question.text,
            "acute": sorted(kind.value for kind in question.acute),
            "private": question.private,
            "confided": question.confided,
        }
        key = await self._keys.of(question.patient_id)
        sealed = seal(key, json.dumps(said, ensure_ascii=False, sort_keys=True).encode(), _place(question))
        return {
            "owner_id": question.owner_id,
            "sealed_text": sealed,
            "acute": int(bool(question.acute)),
            "rung": question.rung,
            "state": question.state.value,
            "term_at": to_micros(question.term_at),
            "ended_at": to_micros_or_none(question.ended_at),
            "ended_by": question.ended_by,
        }

    async def _question(self, row: Row[Any]) -> Question:
        bare = Question(
            circle_id=row.circle_id,
            patient_id=row.patient_id,
            number=row.number,
            asker_id=row.asker_id,
            owner_id=row.owner_id,
            room_id=row.room_id,
            event_id=row.event_id,
            text="",
            asked_at=from_micros(row.asked_at),
            term_at=from_micros(row.term_at),
            rung=row.rung,
            ladder_version=row.ladder_version,
            state=QuestionState(row.state),
            ended_at=from_micros_or_none(row.ended_at),
            ended_by=row.ended_by,
        )
        said = json.loads(unseal(await self._keys.of(row.patient_id), row.sealed_text, _place(bare)))
        acute = frozenset(Acute(name) for name in said["acute"])
        return replace(bare, text=said["text"], acute=acute, private=said["private"], confided=said["confided"])


class SqlLadders:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def newest(self, circle_id: str) -> Ladder | None:
        query = select(ladder_table).where(ladder_table.c.circle_id == circle_id)
        row = (await self._connection.execute(query.order_by(ladder_table.c.version.desc()).limit(1))).first()
        return None if row is None else Ladder.from_json(row.definition, row.version)

    async def version(self, circle_id: str, version: int) -> Ladder | None:
        here = (ladder_table.c.circle_id == circle_id, ladder_table.c.version == version)
        row = (await self._connection.execute(select(ladder_table).where(*here))).first()
        return None if row is None else Ladder.from_json(row.definition, row.version)

    async def history(self, circle_id: str) -> list[tuple[Ladder, str, datetime]]:
        query = select(ladder_table).where(ladder_table.c.circle_id == circle_id)
        rows = await self._connection.execute(query.order_by(ladder_table.c.version.desc()))
        return [(Ladder.from_json(row.definition, row.version), row.set_by, from_micros(row.set_at)) for row in rows]

    async def store(self, circle_id: str, ladder: Ladder, by: str, at: datetime) -> Ladder:
        highest = select(func.coalesce(func.max(ladder_table.c.version), 0))
        query = highest.where(ladder_table.c.circle_id == circle_id)
        version = int((await self._connection.execute(query)).scalar_one()) + 1
        await self._connection.execute(
            insert(ladder_table).values(
                circle_id=circle_id, version=version, definition=ladder.as_json(), set_by=by, set_at=to_micros(at)
            )
        )
        return replace(ladder, version=version)


class SqlOutsideCalls:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, call: OutsideCall) -> None:
        await self._connection.execute(
            insert(outside_call).values(
                id=call.id,
                circle_id=call.circle_id,
                question_number=call.question_number,
                person_id=call.person_id,
                state=_WAITING,
                attempts=0,
                wished_at=to_micros(call.wished_at),
            )
        )

    async def waiting(self, call_id: str) -> OutsideCall | None:
        here = (outside_call.c.id == call_id, outside_call.c.state == _WAITING)
        row = (await self._connection.execute(select(outside_call).where(*here))).first()
        if row is None:
            return None
        wished_at = from_micros(row.wished_at)
        return OutsideCall(row.id, row.circle_id, row.question_number, row.person_id, wished_at, row.attempts)

    async def tried(self, call_id: str) -> None:
        here = update(outside_call).where(outside_call.c.id == call_id)
        await self._connection.execute(here.values(attempts=outside_call.c.attempts + 1))

    async def made(self, call_id: str, at: datetime) -> None:
        await self._end(_MADE, at, outside_call.c.id == call_id)

    async def given_up(self, call_id: str, at: datetime) -> None:
        await self._end(_ENDED, at, outside_call.c.id == call_id)

    async def withdraw(self, circle_id: str, question_number: int, at: datetime) -> int:
        about = (outside_call.c.circle_id == circle_id, outside_call.c.question_number == question_number)
        return await self._end(_ENDED, at, *about)

    async def _end(self, state: str, at: datetime, *where: Any) -> int:
        ended = update(outside_call).where(*where, outside_call.c.state == _WAITING)
        return int((await self._connection.execute(ended.values(state=state, ended_at=to_micros(at)))).rowcount)


def _place(question: Question) -> bytes:
    return f"question/{question.patient_id}/{question.circle_id}/{question.number}".encode()
