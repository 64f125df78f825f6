"""The durable inbox, membership and the ledger against replays, on a connection that the caller opened."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import and_, bindparam, case, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.adapters.sql.bulk import BulkInsert
from hub.adapters.sql.dossier_tables import room_card
from hub.adapters.sql.matrix_records import (
    LATE,
    InboxEvent,
    InboxRow,
    InboxState,
    MemberChange,
    MessageMark,
    Settled,
)
from hub.adapters.sql.matrix_store import upsert
from hub.adapters.sql.matrix_tables import mx_account, mx_inbox, mx_megolm_seen, mx_room_member
from hub.domain.unread import NO_KEY, TOO_EARLY

_CHUNK = 500

# Statements are put together once: that costs four times what running them does, and these run for every message.
_MINE = mx_inbox.c.owner == bindparam("mine")
_AMONG = mx_inbox.c.event_id.in_(bindparam("ids", expanding=True))
_WAITS = mx_inbox.c.state == InboxState.WAITING_FOR_KEY.value
_ADD = BulkInsert(
    mx_inbox,
    *("event_id", "owner", "room_id", "sender", "session_id", "origin_server_ts", "raw", "state", "attempts"),
    *("received_at", "code"),
    conflict=("event_id", "owner"),
)
_OPEN = (
    select(mx_inbox)
    .where(_MINE, mx_inbox.c.state == InboxState.NEW.value)
    .order_by(mx_inbox.c.seq)
    .limit(bindparam("most"))
)
_FIRST_OF_ROOM = (
    select(func.min(mx_inbox.c.seq))
    .where(_MINE, mx_inbox.c.state == InboxState.NEW.value)
    .group_by(mx_inbox.c.room_id)
    .order_by(func.min(mx_inbox.c.seq).desc())
    .limit(bindparam("most"))
)
_FIRSTS = select(mx_inbox).where(mx_inbox.c.seq.in_(_FIRST_OF_ROOM)).order_by(mx_inbox.c.seq.desc())
_WAITING = select(mx_inbox).where(_MINE, _WAITS, mx_inbox.c.received_at < bindparam("before"))
_WAITING = _WAITING.order_by(mx_inbox.c.seq).limit(100)
_COUNT_ATTEMPT = update(mx_inbox).where(_MINE, _AMONG).values(attempts=mx_inbox.c.attempts + 1)
_SETTLE = update(mx_inbox).where(_MINE, _AMONG).values(state=bindparam("ended"), code=bindparam("why"))
_GAVE_UP = and_(mx_inbox.c.state == InboxState.UNREADABLE.value, mx_inbox.c.code.in_((NO_KEY, TOO_EARLY)))
_WAKE = (
    update(mx_inbox)
    .where(_MINE, mx_inbox.c.session_id.in_(bindparam("sessions", expanding=True)), or_(_WAITS, _GAVE_UP))
    .values(state=InboxState.NEW.value, attempts=0, code=case((_GAVE_UP, LATE), else_=None))
)
_MARK = BulkInsert(mx_megolm_seen, "sender_key", "session_id", "message_index", "event_id")
_MARKS_OF = select(mx_megolm_seen).where(mx_megolm_seen.c.event_id.in_(bindparam("ids", expanding=True)))
_SAVE_TOKEN = update(mx_account).where(mx_account.c.id == bindparam("account")).values(next_batch=bindparam("token"))
_STATES = {state.value: state for state in InboxState}


async def add_events(connection: AsyncConnection, owner: str, events: Sequence[InboxEvent], now_ms: int) -> int:
    """Insert in this order; an event that is already there stays as it is (``/sync`` repeats after a crash).

    Returns how many were new.
    """
    return await _ADD.run(
        connection,
        [
            (
                e.event_id,
                owner,
                e.room_id,
                e.sender,
                e.session_id,
                e.origin_server_ts,
                e.raw,
                e.state.value,
                0,
                now_ms,
                e.code,
            )
            for e in events
        ],
    )


async def open_events(connection: AsyncConnection, owner: str, limit: int) -> list[InboxRow]:
    """The oldest events that nobody settled, in order of arrival."""
    return [_row(row) for row in await connection.execute(_OPEN, {"mine": owner, "most": limit})]


async def open_firsts(connection: AsyncConnection, owner: str, limit: int) -> list[InboxRow]:
    """Of each room the oldest event that nobody settled; the newest of these (the shortest queue) first."""
    return [_row(row) for row in await connection.execute(_FIRSTS, {"mine": owner, "most": limit})]


async def count_attempts(connection: AsyncConnection, owner: str, event_ids: Sequence[str]) -> None:
    """One more try at events of which one may be a bad one."""
    for start in range(0, len(event_ids), _CHUNK):
        await connection.execute(_COUNT_ATTEMPT, {"mine": owner, "ids": event_ids[start : start + _CHUNK]})


def _row(row: Any) -> InboxRow:
    # In the order of the table: taking a row apart is quicker than asking it for each name.
    seq, event_id, _owner, room_id, sender, session_id, sent_at, raw, state, attempts, received_at, code = row
    event = InboxEvent(event_id, room_id, sender, session_id, sent_at, raw, _STATES[state], code)
    return InboxRow(seq, event, attempts, received_at)


async def settle(connection: AsyncConnection, owner: str, settled: Iterable[Settled]) -> None:
    """Write how events ended (or that they wait for a key)."""
    grouped: defaultdict[tuple[InboxState, str | None], list[str]] = defaultdict(list)
    for item in settled:
        grouped[(item.state, item.code)].append(item.event_id)
    for (state, code), ids in grouped.items():
        for start in range(0, len(ids), _CHUNK):
            chunk = ids[start : start + _CHUNK]
            await connection.execute(_SETTLE, {"mine": owner, "ids": chunk, "ended": state.value, "why": code})


async def wake_for_keys(connection: AsyncConnection, owner: str, session_ids: Iterable[str]) -> None:
    """Events that waited for one of these Megolm sessions, or were given up for lack of it, are open again."""
    wanted = sorted(set(session_ids))
    for start in range(0, len(wanted), _CHUNK):
        await connection.execute(_WAKE, {"mine": owner, "sessions": wanted[start : start + _CHUNK]})


async def waiting_since(connection: AsyncConnection, owner: str, before_ms: int) -> list[InboxRow]:
    """Events received before ``before_ms`` whose key still has not come."""
    return [_row(row) for row in await connection.execute(_WAITING, {"mine": owner, "before": before_ms})]


async def record_marks(connection: AsyncConnection, marks: Sequence[MessageMark]) -> set[str]:
    """Note the places of messages in their sessions; returns the ids of events that use a place of another event."""
    rows = [(m.sender_key, m.session_id, m.message_index, m.event_id) for m in marks]
    if await _MARK.run(connection, rows) == len(rows):
        return set()
    # Some place was taken: by this very event (it comes a second time), or by another one.
    noted: set[tuple[str, str, int, str]] = set()
    for start in range(0, len(rows), _CHUNK):
        ids = [m.event_id for m in marks[start : start + _CHUNK]]
        noted.update(tuple(row) for row in await connection.execute(_MARKS_OF, {"ids": ids}))
    return {row[-1] for row in rows if row not in noted}


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
    if latest:
        # Somebody who came cannot read the card of before, and somebody who left may have been why it hides something.
        stirred = update(room_card).where(room_card.c.room_id.in_({c.room_id for c in latest.values()}))
        await connection.execute(stirred.values(stirred=1))


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
    await connection.execute(_SAVE_TOKEN, {"account": account_id, "token": next_batch})
