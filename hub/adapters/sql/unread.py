"""What the bot could not read, what senders' clients said about it, and whom it told so."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, bindparam, delete, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.adapters.sql.matrix_records import InboxState, WithheldKey
from hub.adapters.sql.matrix_store import insert_into, upsert
from hub.adapters.sql.matrix_tables import mx_account, mx_inbox, mx_room_member, mx_unread_notice, mx_withheld
from hub.adapters.sql.times import from_micros, to_micros
from hub.domain.unread import NO_KEY, UnreadMessage

MOST_FROM_ONE = 100
MOST_OF_ALL = 10_000
_NO_CHANNEL = timedelta(hours=1)
_FORGET = delete(mx_withheld).where(
    mx_withheld.c.account_id == bindparam("account"),
    mx_withheld.c.room_id == bindparam("room"),
    mx_withheld.c.session_id == bindparam("session"),
)
_OPEN = (InboxState.WAITING_FOR_KEY.value, InboxState.UNREADABLE.value)


async def add_withheld(
    connection: AsyncConnection, account_id: int, withheld: Sequence[WithheldKey], now_ms: int
) -> None:
    """Remember why we got no key; in the transaction that stores the sync token.

    Only of people who are in the room (for ``m.no_olm``: in any room of ours), and of each the newest
    :data:`MOST_FROM_ONE`: a stranger stores nothing, and nobody fills the table.
    """
    if not withheld:
        return
    senders = sorted({item.sender for item in withheld})
    here = select(mx_room_member.c.user_id, mx_room_member.c.room_id).where(
        mx_room_member.c.user_id.in_(senders), mx_room_member.c.membership == "join"
    )
    places = {(row.user_id, row.room_id) for row in await connection.execute(here)}
    somewhere = {user for user, _room in places}
    rows = [
        {
            "account_id": account_id,
            "room_id": item.room_id,
            "session_id": item.session_id,
            "sender": item.sender,
            "code": item.code,
            "received_at": now_ms,
        }
        for item in withheld
        if ((item.sender, item.room_id) in places if item.room_id else item.sender in somewhere)
    ]
    await upsert(connection, mx_withheld, rows)
    for sender in sorted({str(row["sender"]) for row in rows}):
        await _keep_newest(connection, mx_withheld.c.sender == sender, MOST_FROM_ONE)
    if rows:
        await _keep_newest(connection, mx_withheld.c.account_id == account_id, MOST_OF_ALL)


async def forget_withheld(connection: AsyncConnection, account_id: int, sessions: Collection[tuple[str, str]]) -> None:
    """These keys came after all: (room id, session id)."""
    if sessions:
        rows = [{"account": account_id, "room": room_id, "session": session_id} for room_id, session_id in sessions]
        await connection.execute(_FORGET, rows)


async def _keep_newest(connection: AsyncConnection, whose: ColumnElement[bool], most: int) -> None:
    held = (await connection.execute(select(func.count()).select_from(mx_withheld).where(whose))).scalar_one()
    if held <= most:
        return
    place = (mx_withheld.c.account_id, mx_withheld.c.room_id, mx_withheld.c.session_id, mx_withheld.c.sender)
    oldest = select(*place).where(whose).order_by(mx_withheld.c.received_at, *place).limit(held - most)
    for row in (await connection.execute(oldest)).all():
        same = and_(*(column == value for column, value in zip(place, row, strict=True)))
        await connection.execute(delete(mx_withheld).where(same))


class SqlUnread:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def of_rooms(self, room_ids: Collection[str]) -> list[UnreadMessage]:
        query = (
            select(mx_inbox)
            .where(
                # The accounts are named so that the index on owner and state finds the few among the many.
                mx_inbox.c.owner.in_(select(mx_account.c.user_id)),
                mx_inbox.c.state.in_(_OPEN),
                mx_inbox.c.room_id.in_(sorted(room_ids)),
            )
            .order_by(mx_inbox.c.seq)
        )
        found = []
        for row in (await self._connection.execute(query)).all():
            since = from_micros(row.received_at * 1000)
            withheld = await self.withheld(row.room_id, row.sender, row.session_id, since)
            found.append(UnreadMessage(row.event_id, row.room_id, row.sender, since, row.code or NO_KEY, withheld))
        return found

    async def withheld(self, room_id: str, sender: str, session_id: str | None, since: datetime) -> str | None:
        about = and_(mx_withheld.c.room_id == room_id, mx_withheld.c.session_id == (session_id or ""))
        # No secure channel with this sender: names no session, so it explains only what came around that time.
        around = mx_withheld.c.received_at > _ms(since - _NO_CHANNEL)
        anyhow = and_(mx_withheld.c.room_id == "", mx_withheld.c.session_id == "", around)
        query = (
            select(mx_withheld.c.code)
            .where(mx_withheld.c.sender == sender, or_(about, anyhow))
            # What was said about this session beats what was said about the device.
            .order_by(mx_withheld.c.session_id.desc(), mx_withheld.c.received_at.desc())
            .limit(1)
        )
        return (await self._connection.execute(query)).scalar()

    async def was_told(self, event_id: str) -> bool:
        query = select(exists().where(mx_unread_notice.c.event_id == event_id))
        return bool((await self._connection.execute(query)).scalar())

    async def may_tell(
        self, room_id: str, sender: str, session_id: str | None, now: datetime, *, again: timedelta, session: timedelta
    ) -> bool:
        told = mx_unread_notice.c.told_at
        same = mx_unread_notice.c.session_id == session_id if session_id else mx_unread_notice.c.session_id.is_(None)
        recent = or_(told > _ms(now - again), and_(same, told > _ms(now - session)))
        query = select(
            exists().where(mx_unread_notice.c.room_id == room_id, mx_unread_notice.c.sender == sender, recent)
        )
        return not (await self._connection.execute(query)).scalar()

    async def told(self, event_id: str, room_id: str, sender: str, session_id: str | None, at: datetime) -> None:
        row = insert_into(self._connection, mx_unread_notice).values(
            event_id=event_id, room_id=room_id, sender=sender, session_id=session_id, told_at=_ms(at)
        )
        await self._connection.execute(row.on_conflict_do_nothing(index_elements=["event_id"]))


def _ms(moment: datetime) -> int:
    return to_micros(moment) // 1000
