"""The disclosure ledger: which devices got which key, and with which key a message went (``hub/domain/disclosure``)."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Row, insert, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.adapters.sql.matrix_records import SessionShare
from hub.adapters.sql.matrix_tables import mx_key_share, mx_sent
from hub.adapters.sql.times import from_micros, to_micros
from hub.domain.disclosure import KeyShare, SentMessage

# Put together once: this runs for every message.
_SENT: dict[str, Any] = {
    "sqlite": sqlite_insert(mx_sent).on_conflict_do_nothing(index_elements=["event_id"]),
    "postgresql": postgresql_insert(mx_sent).on_conflict_do_nothing(index_elements=["event_id"]),
}


async def add_shares(connection: AsyncConnection, shares: Sequence[SessionShare], now_ms: int) -> None:
    """Write lines in this order, before the message that they are about leaves."""
    if not shares:
        return
    rows = [
        {
            "room_id": line.room_id,
            "session_id": line.session_id,
            "user_id": line.share.user_id,
            "device_id": line.share.device_id,
            "from_index": line.share.from_index,
            "outcome": line.share.outcome,
            "at": now_ms,
        }
        for line in shares
    ]
    await connection.execute(insert(mx_key_share), rows)


class SqlDisclosures:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def sent(self, message: SentMessage) -> None:
        """Once; a message that was settled twice stays as it was written first."""
        row = {
            "event_id": message.event_id,
            "room_id": message.room_id,
            "session_id": message.session_id,
            "message_index": message.message_index,
            "txn_id": message.txn_id,
            "at": to_micros(message.at) // 1000,
        }
        await self._connection.execute(_SENT[self._connection.dialect.name], row)

    async def find(self, room_id: str, event_id: str) -> SentMessage | None:
        query = select(mx_sent).where(mx_sent.c.event_id == event_id, mx_sent.c.room_id == room_id)
        row = (await self._connection.execute(query)).first()
        return None if row is None else _sent(row)

    async def latest(self, room_ids: Collection[str], limit: int) -> list[SentMessage]:
        query = (
            select(mx_sent)
            .where(mx_sent.c.room_id.in_(sorted(room_ids)))
            .order_by(mx_sent.c.at.desc(), mx_sent.c.message_index.desc())
            .limit(limit)
        )
        return [_sent(row) for row in await self._connection.execute(query)]

    async def shares(self, message: SentMessage) -> list[KeyShare]:
        query = (
            select(mx_key_share)
            .where(
                mx_key_share.c.session_id == message.session_id,
                mx_key_share.c.room_id == message.room_id,
                mx_key_share.c.from_index <= message.message_index,
            )
            .order_by(mx_key_share.c.id)
        )
        return [
            KeyShare(row.user_id, row.device_id, row.from_index, row.outcome)
            for row in await self._connection.execute(query)
        ]


def _sent(row: Row[tuple[object, ...]]) -> SentMessage:
    found = row._mapping
    return SentMessage(
        found["event_id"],
        found["room_id"],
        found["session_id"],
        found["message_index"],
        found["txn_id"],
        from_micros(found["at"] * 1000),
    )
