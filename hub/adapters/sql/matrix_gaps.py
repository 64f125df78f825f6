"""Gaps in what we heard: rows until they are filled, and what came after them held back until then (I1).

Everything works on a connection that the caller opened.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from sqlalchemy import bindparam, delete, exists, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.adapters.sql.matrix_inbox import add_events
from hub.adapters.sql.matrix_records import Gap, GapState, InboxEvent, InboxState, NewGap
from hub.adapters.sql.matrix_store import insert_into
from hub.adapters.sql.matrix_tables import mx_dropped, mx_gap, mx_inbox

_CHUNK = 500
# Put together once: asked for every sync.
_ROOMS_WITH_GAP = select(mx_gap.c.room_id).where(
    mx_gap.c.owner == bindparam("mine"), mx_gap.c.state == GapState.OPEN.value
)


async def add_gaps(connection: AsyncConnection, owner: str, gaps: Sequence[NewGap], now_ms: int) -> None:
    """Note them before the events that come after them; the same again only moves its end."""
    if not gaps:
        return
    last = (await connection.execute(select(func.coalesce(func.max(mx_inbox.c.seq), 0)))).scalar_one()
    statement = insert_into(connection, mx_gap)
    statement = statement.on_conflict_do_update(
        index_elements=["owner", "room_id", "begins"], set_={"ends": statement.excluded.ends}
    )
    rows = [
        {
            "owner": owner,
            "room_id": gap.room_id,
            "begins": gap.begins,
            "position": gap.position,
            "ends": gap.ends,
            "after_seq": last,
            "state": GapState.OPEN.value,
            "pages": 0,
            "attempts": 0,
            "found_at": now_ms,
            "next_try_at": 0,
        }
        for gap in gaps
    ]
    await connection.execute(statement, rows)


async def rooms_with_gap(connection: AsyncConnection, owner: str) -> frozenset[str]:
    """Rooms in which something earlier is still being fetched."""
    return frozenset((await connection.execute(_ROOMS_WITH_GAP, {"mine": owner})).scalars())


async def take_in(connection: AsyncConnection, owner: str, events: Sequence[InboxEvent], now_ms: int) -> int:
    """Put events of a sync into the inbox, held back where something earlier is missing. Returns how many we have
    already with other content: the first stays.
    """
    rooms = await rooms_with_gap(connection, owner) if events else frozenset()
    if rooms:
        events = [
            replace(event, state=InboxState.HELD) if event.state is InboxState.NEW and event.room_id in rooms else event
            for event in events
        ]
    return await _add(connection, owner, events, now_ms)


async def _add(connection: AsyncConnection, owner: str, events: Sequence[InboxEvent], now_ms: int) -> int:
    # PostgreSQL's driver does not say how many were new.
    if await add_events(connection, owner, events, now_ms) == len(events):
        return 0
    differing = 0
    for start in range(0, len(events), _CHUNK):
        part = events[start : start + _CHUNK]
        query = select(mx_inbox.c.event_id, mx_inbox.c.room_id, mx_inbox.c.raw).where(
            mx_inbox.c.owner == owner, mx_inbox.c.event_id.in_({event.event_id for event in part})
        )
        kept = {row.event_id: (row.room_id, row.raw) for row in await connection.execute(query)}
        differing += sum(kept[event.event_id] != (event.room_id, event.raw) for event in part)
    return differing


async def due_gaps(connection: AsyncConnection, owner: str, now_ms: int, limit: int) -> list[Gap]:
    """What may be tried now, the oldest first; in one room never a later one before an earlier one that is open."""
    earlier = mx_gap.alias()
    waits = exists().where(
        earlier.c.owner == mx_gap.c.owner,
        earlier.c.room_id == mx_gap.c.room_id,
        earlier.c.state == GapState.OPEN.value,
        earlier.c.id < mx_gap.c.id,
    )
    query = (
        select(mx_gap)
        .where(mx_gap.c.owner == owner, mx_gap.c.next_try_at <= now_ms, ~waits)
        .order_by(mx_gap.c.pages, mx_gap.c.id)
        .limit(limit)
    )
    return [
        Gap(g.id, g.room_id, g.position, g.ends, g.after_seq, GapState(g.state), g.pages, g.attempts, g.found_at)
        for g in await connection.execute(query)
    ]


async def last_event_before(connection: AsyncConnection, owner: str, gap: Gap) -> str | None:
    """The last event of the room that we had when the gap was found."""
    query = (
        select(mx_inbox.c.event_id)
        .where(mx_inbox.c.owner == owner, mx_inbox.c.room_id == gap.room_id, mx_inbox.c.seq <= gap.after_seq)
        .order_by(mx_inbox.c.seq.desc())
        .limit(1)
    )
    return (await connection.execute(query)).scalar()


async def add_page(
    connection: AsyncConnection, owner: str, gap: Gap, events: Sequence[InboxEvent], position: str | None, now_ms: int
) -> int:
    """A page of what was missing, and where the next one begins (None: that was all). How many differ from ours."""
    differing = await _add(connection, owner, events, now_ms)
    if position is None:
        await connection.execute(delete(mx_gap).where(mx_gap.c.id == gap.id))
        await _release(connection, owner, gap.room_id)
    else:
        await connection.execute(
            update(mx_gap)
            .where(mx_gap.c.id == gap.id)
            .values(position=position, pages=gap.pages + 1, attempts=0, code=None, next_try_at=0)
        )
    return differing


async def note_failure(
    connection: AsyncConnection,
    owner: str,
    gap: Gap,
    code: str,
    next_try_at: int,
    state: GapState,
    position: str | None,
) -> None:
    """Not now. With ``stuck`` what came after waits no longer."""
    await connection.execute(
        update(mx_gap)
        .where(mx_gap.c.id == gap.id)
        .values(
            state=state.value,
            attempts=gap.attempts + 1,
            code=code,
            next_try_at=next_try_at,
            position=position,
            pages=0 if state is GapState.STUCK else gap.pages,
        )
    )
    if state is GapState.STUCK and gap.state is GapState.OPEN:
        await _release(connection, owner, gap.room_id)


async def _release(connection: AsyncConnection, owner: str, room_id: str) -> None:
    """What was held in this room, up to the next gap, goes to the end of the queue, in its own order."""
    query = select(func.min(mx_gap.c.after_seq)).where(
        mx_gap.c.owner == owner, mx_gap.c.room_id == room_id, mx_gap.c.state == GapState.OPEN.value
    )
    next_gap = (await connection.execute(query)).scalar()
    held = select(mx_inbox).where(
        mx_inbox.c.owner == owner, mx_inbox.c.state == InboxState.HELD.value, mx_inbox.c.room_id == room_id
    )
    if next_gap is not None:
        held = held.where(mx_inbox.c.seq <= next_gap)
    while True:
        rows = [dict(row) for row in (await connection.execute(held.order_by(mx_inbox.c.seq).limit(_CHUNK))).mappings()]
        if not rows:
            return
        # Behind what came out of the gap: a new place in the queue is a new row.
        await connection.execute(delete(mx_inbox).where(mx_inbox.c.seq.in_([row.pop("seq") for row in rows])))
        await connection.execute(insert(mx_inbox), [row | {"state": InboxState.NEW.value} for row in rows])


async def count_dropped(connection: AsyncConnection, owner: str, dropped: Mapping[str, int], now_ms: int) -> None:
    """Add to the counts of what was not taken in."""
    rows = [
        {"owner": owner, "code": code, "count": number, "last_at": now_ms} for code, number in dropped.items() if number
    ]
    if not rows:
        return
    statement = insert_into(connection, mx_dropped)
    statement = statement.on_conflict_do_update(
        index_elements=["owner", "code"],
        set_={"count": mx_dropped.c.count + statement.excluded["count"], "last_at": statement.excluded.last_at},
    )
    await connection.execute(statement, rows)


_ENDED_BADLY = (InboxState.REFUSED, InboxState.QUARANTINED, InboxState.UNREADABLE)


async def refused_counts(connection: AsyncConnection) -> dict[str, int]:
    """Code → how many inputs were dropped, refused, quarantined or could not be read, of all our accounts together."""
    counts: dict[str, int] = {}
    kept = (
        select(mx_inbox.c.code, func.count())
        .where(mx_inbox.c.state.in_([state.value for state in _ENDED_BADLY]))
        .group_by(mx_inbox.c.code)
    )
    dropped = select(mx_dropped.c.code, func.sum(mx_dropped.c["count"])).group_by(mx_dropped.c.code)
    for query in (kept, dropped):
        for code, number in await connection.execute(query):
            counts[code or "unknown"] = counts.get(code or "unknown", 0) + int(number)
    return counts


async def gap_counts(connection: AsyncConnection) -> dict[str, int]:
    """How many gaps are being filled (``open``), and how many the homeserver does not fill (``stuck``)."""
    query = select(mx_gap.c.state, func.count()).group_by(mx_gap.c.state)
    found = {state: int(number) for state, number in await connection.execute(query)}
    return {state.value: found.get(state.value, 0) for state in GapState}
