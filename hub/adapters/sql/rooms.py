"""Rooms: which Matrix room is which conversation, who is in it, and who waits for a room or a welcome."""

from datetime import datetime

from sqlalchemy import bindparam, delete, insert, select
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.engine import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.adapters.sql import matrix_tables
from hub.adapters.sql import tables as t
from hub.adapters.sql.room_cards import mark_cards
from hub.adapters.sql.times import to_micros
from hub.application.ports import RoomPlace
from hub.domain.circle import RoomKind

# Somebody's own room is of no circle, and no place in one: see hub.adapters.sql.personal.
_PLACE = select(t.room).where(t.room.c.room_id == bindparam("room_id"), t.room.c.circle_id.is_not(None))
_MEMBERS = select(matrix_tables.mx_room_member.c.user_id, matrix_tables.mx_room_member.c.membership).where(
    matrix_tables.mx_room_member.c.room_id == bindparam("room_id"),
    matrix_tables.mx_room_member.c.membership.in_(("join", "invite")),
)
_WISHES = select(t.private_room_wish).order_by(t.private_room_wish.c.wished_at)


def _place(row: Row[tuple[object, ...]]) -> RoomPlace:
    found = row._mapping
    return RoomPlace(found["room_id"], found["circle_id"], RoomKind(found["kind"]), found["person_id"])


class SqlRooms:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self._insert = postgres_insert if connection.dialect.name == "postgresql" else sqlite_insert
        self._known: dict[str, RoomPlace] = {}

    def forget(self) -> None:
        """A savepoint was undone: what was read since may never have been."""
        self._known.clear()

    async def place(self, room_id: str) -> RoomPlace | None:
        if room_id not in self._known:
            row = (await self._connection.execute(_PLACE, {"room_id": room_id})).first()
            if row is None:
                return None
            self._known[room_id] = _place(row)
        return self._known[room_id]

    async def find(self, circle_id: str, kind: RoomKind, person_id: str | None = None) -> str | None:
        query = select(t.room.c.room_id).where(
            t.room.c.circle_id == circle_id, t.room.c.kind == kind.value, t.room.c.person_id == person_id
        )
        return (await self._connection.execute(query)).scalar()

    async def of_circle(self, circle_id: str) -> list[RoomPlace]:
        query = select(t.room).where(t.room.c.circle_id == circle_id).order_by(t.room.c.created_at)
        return [_place(row) for row in await self._connection.execute(query)]

    async def add(self, place: RoomPlace, at: datetime) -> None:
        await self._connection.execute(
            insert(t.room).values(
                room_id=place.room_id,
                circle_id=place.circle_id,
                kind=place.kind.value,
                person_id=place.person_id,
                created_at=to_micros(at),
            )
        )
        await mark_cards(self._connection, t.room.c.room_id == place.room_id, "", at)
        if place.person_id is not None:
            wish = t.private_room_wish
            await self._connection.execute(
                delete(wish).where(wish.c.circle_id == place.circle_id, wish.c.person_id == place.person_id)
            )

    async def members(self, room_id: str) -> dict[str, str]:
        rows = await self._connection.execute(_MEMBERS, {"room_id": room_id})
        return {row.user_id: row.membership for row in rows}

    async def wish_private(self, circle_id: str, person_id: str, at: datetime) -> None:
        wish = self._insert(t.private_room_wish).values(
            circle_id=circle_id, person_id=person_id, wished_at=to_micros(at)
        )
        await self._connection.execute(wish.on_conflict_do_nothing())

    async def unwish_private(self, circle_id: str, person_id: str) -> None:
        wish = t.private_room_wish
        await self._connection.execute(delete(wish).where(wish.c.circle_id == circle_id, wish.c.person_id == person_id))

    async def private_wishes(self) -> list[tuple[str, str]]:
        return [(row.circle_id, row.person_id) for row in await self._connection.execute(_WISHES)]

    async def unwelcomed(self, now: datetime) -> list[tuple[str, str]]:
        member, moment = matrix_tables.mx_room_member, to_micros(now)
        query = (
            select(t.care_relation.c.circle_id, t.care_relation.c.person_id)
            .join(t.person, t.person.c.id == t.care_relation.c.person_id)
            .join(t.circle, t.circle.c.id == t.care_relation.c.circle_id)
            .join(t.room, t.room.c.circle_id == t.circle.c.id)
            .join(member, (member.c.room_id == t.room.c.room_id) & (member.c.user_id == t.person.c.matrix_id))
            .outerjoin(
                t.welcome,
                (t.welcome.c.circle_id == t.circle.c.id) & (t.welcome.c.person_id == t.person.c.id),
            )
            .where(
                t.circle.c.closed_at.is_(None),
                t.room.c.kind == RoomKind.CIRCLE.value,
                member.c.membership == "join",
                t.welcome.c.person_id.is_(None),
                t.care_relation.c.since <= moment,
                t.care_relation.c.until.is_(None) | (t.care_relation.c.until > moment),
            )
            .order_by(t.care_relation.c.since)
        )
        return [(row.circle_id, row.person_id) for row in await self._connection.execute(query)]

    async def first_welcome(self, circle_id: str, person_id: str, at: datetime) -> bool:
        row = self._insert(t.welcome).values(circle_id=circle_id, person_id=person_id, welcomed_at=to_micros(at))
        return (await self._connection.execute(row.on_conflict_do_nothing())).rowcount == 1
