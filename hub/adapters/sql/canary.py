"""Kanarie: what is known about the hub's own test message, as rows in ``setting`` (ADR 0016).

Bots write, the hub reads (``/readyz``, ``kring status``, ``/metrics``). No person and no circle is in it.
"""

import json
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.adapters.sql.matrix_store import insert_into
from hub.adapters.sql.matrix_tables import mx_inbox
from hub.adapters.sql.tables import setting

ROOM: Final = "canary.room"
ACCOUNT: Final = "canary.account"
"""Set once the account is on the homeserver."""
_QUESTION: Final = "canary.question"
_ANSWER: Final = "canary.answer"
_RESULT: Final = "canary.result"


class Stage(StrEnum):
    """Where a round stopped: the first of these that did not happen."""

    SENT = "sent"
    """De kanarie kon niet versleutelen of versturen: its account, its keys, the room, the homeserver."""
    ARRIVED = "arrived"
    """Het bericht kwam niet bij de dossierbot aan, of hij geloofde het niet: sync, keys, trust, inbox."""
    ANSWERED = "answered"
    """De dossierbot las het en kon niet antwoorden: encrypting, sharing keys, sending."""
    READABLE = "readable"
    """Het antwoord was niet te lezen of niet te vertrouwen: what every member's client would see too."""


@dataclass(frozen=True, slots=True)
class CanaryResult:
    """The last round, and the last good one. Seconds since 1970; ``code`` says more about a failed ``stage``.

    ``fence``: of which process (ADR 0015). What its predecessor could do says nothing about it.
    """

    at: float
    ok: bool
    fence: int
    ok_at: float | None = None
    milliseconds: int | None = None
    stage: Stage | None = None
    code: str | None = None


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question that the dossier bot took in, or the answer that it sent: ``nonce`` and the Matrix event."""

    nonce: str
    event_id: str


async def read_setting(connection: AsyncConnection, key: str) -> str | None:
    return (await connection.execute(select(setting.c.value).where(setting.c.key == key))).scalar()


async def write_setting(connection: AsyncConnection, key: str, value: str) -> None:
    row = insert_into(connection, setting).values(key=key, value=value)
    await connection.execute(row.on_conflict_do_update(index_elements=["key"], set_={"value": value}))


async def write_question(connection: AsyncConnection, question: Exchange) -> None:
    await write_setting(connection, _QUESTION, json.dumps(asdict(question)))


async def write_answer(connection: AsyncConnection, answer: Exchange) -> None:
    await write_setting(connection, _ANSWER, json.dumps(asdict(answer)))


async def read_question(connection: AsyncConnection) -> Exchange | None:
    return _exchange(await read_setting(connection, _QUESTION))


async def read_answer(connection: AsyncConnection) -> Exchange | None:
    return _exchange(await read_setting(connection, _ANSWER))


async def write_result(connection: AsyncConnection, result: CanaryResult) -> None:
    await write_setting(connection, _RESULT, json.dumps(asdict(result)))


async def read_result(connection: AsyncConnection) -> CanaryResult | None:
    """None before the first round has ended."""
    stored = await read_setting(connection, _RESULT)
    if stored is None:
        return None
    values: dict[str, Any] = json.loads(stored)
    stage = values.pop("stage")
    return CanaryResult(**values, stage=None if stage is None else Stage(stage))


async def inbox_state(connection: AsyncConnection, owner: str, event_id: str) -> tuple[str, str | None] | None:
    """State and code of an event in this account's durable inbox; None when it never came."""
    query = select(mx_inbox.c.state, mx_inbox.c.code).where(mx_inbox.c.owner == owner, mx_inbox.c.event_id == event_id)
    row = (await connection.execute(query)).first()
    return None if row is None else (row.state, row.code)


async def forget_before(connection: AsyncConnection, room_id: str, before_ms: int) -> None:
    """Drop settled messages of the canary's own room from the inbox: they were about nobody."""
    await connection.execute(mx_inbox.delete().where(mx_inbox.c.room_id == room_id, mx_inbox.c.received_at < before_ms))


def _exchange(stored: str | None) -> Exchange | None:
    return None if stored is None else Exchange(**json.loads(stored))
