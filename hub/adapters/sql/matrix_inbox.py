"""The durable inbox, membership and the ledger against replays, on a connection that the caller opened."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.adapters.sql.matrix_records import (
    InboxEvent,
    InboxRow,
    InboxState,
    MemberChange,
    MessageMark,
    Settled,
)
from hub.adapters.sql.matrix_store import insert_into, upsert
from hub.adapters.sql.matrix_tables import mx_account, mx_inbox, mx_megolm_seen, mx_room_member

_CHUNK = 500


async def add_events(connection: AsyncConnection, owner: str, events: Sequence[InboxEvent], now_ms: int) -> None:
    """Insert in this order; an event that is already there stays as it is (``/sync`` repeats after a crash)."""
    if not events:
        return
    statement = insert_into(connection, mx_inbox).on_conflict_do_nothing(index_elements=["event_id", "owner"])
    rows = [
        {
            "event_id": e.event_id,
            "owner": owner,
            "room_id": e.room_id,
            "sender": e.sender,
            "session_id": e.session_id,
            "origin_server_ts": e.origin_server_ts,
            "raw": e.raw,
            "state": e.state.value,
            "attempts": 0,
            "received_at": now_ms,
            "code": e.code,
        }
        for e in events
    ]
    await connection.execute(statement, rows)


async def open_events(connection: AsyncConnection, owner: str, limit: int) -> list[InboxRow]:
    """The oldest events that nobody settled, in order of arrival."""
    query = (
        select(mx_inbox)
        .where(mx_inbox.c.owner == owner, mx_inbox.c.state == InboxState.NEW.value)
        .order_by(mx_inbox.c.seq)
        .limit(limit)
    )
    return [_row(row) for row in await connection.execute(query)]


async def count_attempts(connection: AsyncConnection, owner: str, event_ids: Sequence[str]) -> None:
    """One more try at events of which one may be a bad one."""
    for start in range(0, len(event_ids), _CHUNK):
        chunk = event_ids[start : start + _CHUNK]
        await connection.execute(
            update(mx_inbox)
            .where(mx_inbox.c.event_id.in_(chunk), mx_inbox.c.owner == owner)
            .values(attempts=mx_inbox.c.attempts + 1)
        )


def _row(row: Any) -> InboxRow:
    event = InboxEvent(
        row.event_id,
        row.room_id,
        row.sender,
        row.session_id,
        row.origin_server_ts,
        row.raw,
        InboxState(row.state),
        row.code,
    )
    return InboxRow(row.seq, event, row.attempts, row.received_at)


async def settle(connection: AsyncConnection, owner: str, settled: Iterable[Settled]) -> None:
    """Write how events ended (or that they wait for a key)."""
    grouped: defaultdict[tuple[InboxState, str | None], list[str]] = defaultdict(list)
    for item in settled:
        grouped[(item.state, item.code)].append(item.event_id)
    for (state, code), ids in grouped.items():
        for start in range(0, len(ids), _CHUNK):
            await connection.execute(
                update(mx_inbox)
                .where(mx_inbox.c.event_id.in_(ids[start : start + _CHUNK]), mx_inbox.c.owner == owner)
                .values(state=state.value, code=code)
            )


async def wake_for_keys(connection: AsyncConnection, owner: str, session_ids: Iterable[str]) -> None:
    """Events that waited for one of these Megolm sessions, or were given up for lack of it, are open again."""
    wanted = sorted(set(session_ids))
    gave_up = and_(mx_inbox.c.state == InboxState.UNREADABLE.value, mx_inbox.c.code == "no-key")
    waiting: ColumnElement[bool] = mx_inbox.c.state == InboxState.WAITING_FOR_KEY.value
    for start in range(0, len(wanted), _CHUNK):
        await connection.execute(
            update(mx_inbox)
            .where(
                mx_inbox.c.session_id.in_(wanted[start : start + _CHUNK]), mx_inbox.c.owner == owner, waiting | gave_up
            )
            .values(state=InboxState.NEW.value, attempts=0, code=None)
        )


async def waiting_since(connection: AsyncConnection, owner: str, before_ms: int) -> list[InboxRow]:
    """Events received before ``before_ms`` whose key still has not come."""
    query = (
        select(mx_inbox)
        .where(
            mx_inbox.c.owner == owner,
            mx_inbox.c.state == InboxState.WAITING_FOR_KEY.value,
            mx_inbox.c.received_at < before_ms,
        )
        .order_by(mx_inbox.c.seq)
        .limit(100)
    )
    return [_row(row) for row in await connection.execute(query)]


async def record_marks(connection: AsyncConnection, marks: Sequence[MessageMark]) -> set[str]:
    """Note the places of messages in their sessions; returns the ids of events that use a place of another event."""
    if not marks:
        return set()
    statement = insert_into(connection, mx_megolm_seen).on_conflict_do_nothing().returning(mx_megolm_seen.c.event_id)
    rows = [
        {
            "sender_key": m.sender_key,
            "session_id": m.session_id,
            "message_index": m.message_index,
            "event_id": m.event_id,
        }
        for m in marks
    ]
    noted = set((await connection.execute(statement, rows)).scalars())
    # Not inserted: the place is taken. By this very event (it comes a second time), or by another one.
    taken = {m.event_id: m for m in marks if m.event_id not in noted}
    for start in range(0, len(taken), _CHUNK):
        query = select(mx_megolm_seen).where(mx_megolm_seen.c.event_id.in_(list(taken)[start : start + _CHUNK]))
        for row in await connection.execute(query):
            mark = taken[row.event_id]
            if (row.sender_key, row.session_id, row.message_index) == (
                mark.sender_key,
                mark.session_id,
                mark.message_index,
            ):
                noted.add(row.event_id)
    return taken.keys() - noted


async def update_members(connection: AsyncConnection, changes: Sequence[MemberChange]) -> None:
    """Apply membership in this order; the last word about a person in a room counts."""
    latest = {(c.room_id, c.user_id): c for c in changes}
    await upsert(
        connection,
        mx_room_member,
        [
            {
                "room_id": c.room_id,
                "user_id": c.user_id,
                "membership": c.membership,
                "sender": c.sender,
                "event_ts": c.event_ts,
            }
            for c in latest.values()
        ],
    )


async def members(connection: AsyncConnection, room_id: str) -> dict[str, str]:
    """User id → membership (``join``, ``invite``, ``leave``, ``ban``, ``knock``) as last synced."""
    query = select(mx_room_member.c.user_id, mx_room_member.c.membership).where(mx_room_member.c.room_id == room_id)
    return {row.user_id: row.membership for row in await connection.execute(query)}


async def rooms_of(connection: AsyncConnection, user_id: str, membership: str) -> list[MemberChange]:
    """The rooms where this account has that membership, with who set it."""
    query = select(mx_room_member).where(mx_room_member.c.user_id == user_id, mx_room_member.c.membership == membership)
    return [
        MemberChange(r.room_id, r.user_id, r.membership, r.sender, r.event_ts) for r in await connection.execute(query)
    ]


async def save_token(connection: AsyncConnection, account_id: int, next_batch: str) -> None:
    """The position in ``/sync``; call it last in the transaction that stores what it stands for."""
    await connection.execute(update(mx_account).where(mx_account.c.id == account_id).values(next_batch=next_batch))
