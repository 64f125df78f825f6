"""The pinned cards: which room needs its card made again, what it says now (a keyed digest), which event carries it."""

import hashlib
import hmac
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, literal, null, or_, select, update
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.engine import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.adapters.encryption import KeyVault
from hub.adapters.sql import tables as t
from hub.adapters.sql.dossier_tables import room_card as table
from hub.adapters.sql.outbox import WAITING
from hub.adapters.sql.times import to_micros, to_micros_or_none
from hub.application.card_ports import RoomCard, Underway
from hub.domain.circle import RoomKind

KINDS = (RoomKind.CIRCLE, RoomKind.TEAM)
"""The rooms that have a card."""
_HAS_CARD = t.room.c.kind.in_([kind.value for kind in KINDS])
_WORK = or_(table.c.due_at <= bindparam("moment"), table.c.stirred == 1)
_HAS_WORK = select(literal(1)).select_from(table).where(_WORK).limit(1)
_DUE = (
    select(table, t.outbox.c.state, t.outbox.c.fence, t.outbox.c.attempts, t.outbox.c.failure)
    .outerjoin(t.outbox, t.outbox.c.id == table.c.outbox_id)
    .where(table.c.due_at <= bindparam("moment"))
    .order_by(table.c.due_at, table.c.room_id)
)


async def mark_cards(connection: AsyncConnection, of: ColumnElement[bool], changed_by: str, at: datetime) -> None:
    """The cards of the rooms that ``of`` (a condition on ``room``) names must be made again."""
    dialect_insert = postgres_insert if connection.dialect.name == "postgresql" else sqlite_insert
    columns = [t.room.c.room_id, t.room.c.circle_id, literal(to_micros(at)), literal(changed_by or None)]
    rooms = select(*columns).where(_HAS_CARD, of)
    row = dialect_insert(table).from_select(["room_id", "circle_id", "due_at", "changed_by"], rooms)
    changed = {"due_at": row.excluded.due_at, "changed_by": row.excluded.changed_by}
    await connection.execute(row.on_conflict_do_update(index_elements=["room_id"], set_=changed))


async def mark_cards_of_patient(connection: AsyncConnection, patient_id: str, changed_by: str, at: datetime) -> None:
    """The cards of this patient's open circle, in the transaction of a change that may show on them."""
    here = select(t.circle.c.id).where(t.circle.c.patient_id == patient_id, t.circle.c.closed_at.is_(None))
    await mark_cards(connection, t.room.c.circle_id.in_(here), changed_by, at)


class SqlRoomCards:
    def __init__(self, connection: AsyncConnection, vault: KeyVault) -> None:
        self._connection = connection
        self._key = vault.purpose_key("card")

    async def has_work(self, now: datetime) -> bool:
        return (await self._connection.execute(_HAS_WORK, {"moment": to_micros(now)})).first() is not None

    async def due(self, now: datetime) -> list[RoomCard]:
        return [_card(row) for row in await self._connection.execute(_DUE, {"moment": to_micros(now)})]

    async def mark_circle(self, circle_id: str, changed_by: str, at: datetime) -> None:
        await mark_cards(self._connection, t.room.c.circle_id == circle_id, changed_by, at)

    async def mark_new_rooms(self, now: datetime) -> int:
        known = select(table.c.room_id)
        still_open = select(t.circle.c.id).where(t.circle.c.closed_at.is_(None))
        new = and_(t.room.c.circle_id.in_(still_open), t.room.c.room_id.not_in(known))
        found = await self._connection.execute(select(t.room.c.room_id).where(_HAS_CARD, new))
        rooms = list(found.scalars())
        if rooms:
            await mark_cards(self._connection, t.room.c.room_id.in_(rooms), "", now)
        return len(rooms)

    async def note_stirred(self, due_at: datetime) -> None:
        moment = to_micros(due_at)
        later = or_(table.c.due_at.is_(None), table.c.due_at > moment)
        stirred = update(table).where(table.c.stirred == 1)
        await self._connection.execute(stirred.where(later).values(due_at=moment, changed_by=null()))
        await self._connection.execute(stirred.values(stirred=0))

    def digest(self, room_id: str, content: str) -> str:
        return hmac.new(self._key, f"{room_id}/{content}".encode(), hashlib.sha256).hexdigest()

    async def withdraw(self, outbox_id: int) -> bool:
        # The fence goes up: a process that is about to say it finds that it is not its own any more.
        unsaid = update(t.outbox).where(t.outbox.c.id == outbox_id, t.outbox.c.state == "new", _SURELY_UNSAID)
        taken = await self._connection.execute(
            unsaid.values(state="refused", failure="superseded", fence=t.outbox.c.fence + 1)
        )
        return taken.rowcount == 1

    async def written(self, room_id: str, digest: str, outbox_id: int, look_again: datetime | None) -> None:
        await self._set(room_id, digest=digest, outbox_id=outbox_id, due_at=to_micros_or_none(look_again))

    async def looked(self, room_id: str, look_again: datetime | None) -> None:
        await self._set(room_id, due_at=to_micros_or_none(look_again))

    async def said(self, outbox_id: int, event_id: str, at: datetime, *, edit: bool) -> None:
        values: dict[str, Any] = {"sent_at": to_micros(at), "outbox_id": None}
        values |= {} if edit else {"event_id": event_id}
        await self._connection.execute(update(table).where(table.c.outbox_id == outbox_id).values(**values))

    async def lost(self, outbox_id: int, due_at: datetime) -> None:
        again = update(table).where(table.c.outbox_id == outbox_id)
        await self._connection.execute(again.values(outbox_id=None, digest=None, due_at=to_micros(due_at)))

    async def unpinned(self) -> list[tuple[str, str]]:
        moved = or_(table.c.pinned_event_id.is_(None), table.c.pinned_event_id != table.c.event_id)
        still_open = select(t.circle.c.id).where(t.circle.c.closed_at.is_(None))
        here = and_(table.c.event_id.is_not(None), moved, table.c.circle_id.in_(still_open))
        query = select(table.c.room_id, table.c.event_id).where(here)
        return [(row.room_id, row.event_id) for row in await self._connection.execute(query.order_by(table.c.room_id))]

    async def pinned(self, room_id: str, event_id: str) -> None:
        await self._set(room_id, pinned_event_id=event_id)

    async def pin_of(self, room_id: str) -> str | None:
        query = select(table.c.pinned_event_id).where(table.c.room_id == room_id)
        return (await self._connection.execute(query)).scalar()

    async def _set(self, room_id: str, **values: object) -> None:
        await self._connection.execute(update(table).where(table.c.room_id == room_id).values(**values))


_SURELY_UNSAID = or_(
    t.outbox.c.fence == 0,
    and_(t.outbox.c.attempts == 0, t.outbox.c.lease_until == 0, t.outbox.c.failure.in_(WAITING)),
)
"""Never claimed; or each time only found that it had to wait."""


def _card(row: Row[Any]) -> RoomCard:
    underway = Underway.NOTHING
    if row.outbox_id is not None and row.state == "new":
        unsaid = row.fence == 0 or (row.attempts == 0 and row.failure in WAITING)
        underway = Underway.UNSAID if unsaid else Underway.PERHAPS
    return RoomCard(row.room_id, row.circle_id, row.changed_by, row.digest, row.event_id, row.outbox_id, underway)
