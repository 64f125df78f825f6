"""Conversations of the bot, sealed with the patient's key."""

import json
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.engine import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.adapters.encryption import seal, unseal
from hub.adapters.sql.dossier_tables import dialogue as table
from hub.adapters.sql.people import PatientKeys
from hub.adapters.sql.times import from_micros, to_micros
from hub.domain.dialogue import Dialogue, DialogueState

_LATEST = (table.c.asked_at.desc(), table.c.id.desc())


class SqlDialogues:
    def __init__(self, connection: AsyncConnection, keys: PatientKeys) -> None:
        self._connection = connection
        self._keys = keys

    async def open(self, dialogue: Dialogue) -> None:
        row = {
            "id": dialogue.id,
            "circle_id": dialogue.circle_id,
            "patient_id": dialogue.patient_id,
            "person_id": dialogue.person_id,
            "kind": dialogue.kind,
            "about": dialogue.about,
            "begun_at": to_micros(dialogue.begun_at),
        }
        await self._connection.execute(insert(table).values(row | await self._changing(dialogue)))

    async def current(self, circle_id: str, person_id: str) -> Dialogue | None:
        query = select(table).where(
            table.c.circle_id == circle_id,
            table.c.person_id == person_id,
            table.c.state == DialogueState.OPEN.value,
        )
        return await self._first(query)

    async def find(
        self, circle_id: str, person_id: str, kind: str, state: DialogueState, about: str | None = None
    ) -> Dialogue | None:
        query = select(table).where(
            table.c.circle_id == circle_id,
            table.c.person_id == person_id,
            table.c.kind == kind,
            table.c.state == state.value,
        )
        return await self._first(query if about is None else query.where(table.c.about == about))

    async def save(self, dialogue: Dialogue) -> None:
        changed = await self._changing(dialogue)
        await self._connection.execute(update(table).where(table.c.id == dialogue.id).values(changed))

    async def end(self, dialogue: Dialogue, state: DialogueState, at: datetime) -> None:
        await self._connection.execute(
            update(table)
            .where(table.c.id == dialogue.id)
            .values(state=state.value, ended_at=to_micros(at), sealed_answers=b"")
        )

    async def _changing(self, dialogue: Dialogue) -> dict[str, Any]:
        key = await self._keys.of(dialogue.patient_id)
        answers = json.dumps(dialogue.answers, ensure_ascii=False, sort_keys=True).encode()
        return {
            "state": dialogue.state.value,
            "step": dialogue.step,
            "asked_at": to_micros(dialogue.asked_at),
            "sealed_answers": seal(key, answers, _place(dialogue.id)),
        }

    async def _first(self, query: Any) -> Dialogue | None:
        row = (await self._connection.execute(query.order_by(*_LATEST).limit(1))).first()
        return await self._dialogue(row) if row is not None else None

    async def _dialogue(self, row: Row[Any]) -> Dialogue:
        answers: dict[str, Any] = {}
        if row.sealed_answers:
            answers = json.loads(unseal(await self._keys.of(row.patient_id), row.sealed_answers, _place(row.id)))
        return Dialogue(
            id=row.id,
            circle_id=row.circle_id,
            patient_id=row.patient_id,
            person_id=row.person_id,
            kind=row.kind,
            begun_at=from_micros(row.begun_at),
            asked_at=from_micros(row.asked_at),
            answers=answers,
            step=row.step,
            state=DialogueState(row.state),
            about=row.about,
        )


def _place(dialogue_id: str) -> bytes:
    return f"dialogue/answers/{dialogue_id}".encode()
