"""What is of one person: their room, the hour of their overview, their calendar."""

from datetime import datetime

from sqlalchemy import delete, insert, select, update
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.adapters.sql import tables as t
from hub.adapters.sql.times import from_micros, from_micros_or_none, to_micros
from hub.adapters.sql.work_tables import calendar_feed, personal_room_wish, preference, reminder
from hub.application.personal_ports import CalendarFeed
from hub.domain.circle import RoomKind
from hub.domain.digest import DEFAULT_MINUTES
from hub.domain.reminder import ReminderKind

_OFF = -1


class SqlPersonalRooms:
    """:class:`hub.application.personal_ports.PersonalRooms`."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self._insert = postgres_insert if connection.dialect.name == "postgresql" else sqlite_insert

    async def find(self, person_id: str) -> str | None:
        here = (t.room.c.kind == RoomKind.PERSONAL.value, t.room.c.person_id == person_id)
        return (await self._connection.execute(select(t.room.c.room_id).where(*here))).scalar()

    async def owner(self, room_id: str) -> str | None:
        here = (t.room.c.room_id == room_id, t.room.c.kind == RoomKind.PERSONAL.value)
        return (await self._connection.execute(select(t.room.c.person_id).where(*here))).scalar()

    async def all(self) -> frozenset[str]:
        query = select(t.room.c.room_id).where(t.room.c.kind == RoomKind.PERSONAL.value)
        return frozenset((await self._connection.execute(query)).scalars())

    async def wish(self, person_id: str, at: datetime) -> None:
        wished = self._insert(personal_room_wish).values(person_id=person_id, wished_at=to_micros(at))
        await self._connection.execute(wished.on_conflict_do_nothing())

    async def wishes(self) -> list[str]:
        wished = select(personal_room_wish.c.person_id).order_by(personal_room_wish.c.wished_at)
        return list((await self._connection.execute(wished)).scalars())

    async def add(self, person_id: str, room_id: str, at: datetime) -> None:
        values = {"room_id": room_id, "kind": RoomKind.PERSONAL.value, "person_id": person_id}
        await self._connection.execute(insert(t.room).values(circle_id=None, created_at=to_micros(at), **values))

    async def fulfilled(self, person_id: str) -> None:
        await self._connection.execute(delete(personal_room_wish).where(personal_room_wish.c.person_id == person_id))


class SqlDigestHours:
    """:class:`hub.application.personal_ports.DigestHours`."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self._insert = postgres_insert if connection.dialect.name == "postgresql" else sqlite_insert

    async def minutes(self, person_id: str) -> int | None:
        query = select(preference.c.digest_at).where(preference.c.person_id == person_id)
        chosen = (await self._connection.execute(query)).scalar()
        return DEFAULT_MINUTES if chosen is None else None if chosen == _OFF else chosen

    async def choose(self, person_id: str, minutes: int | None, at: datetime) -> None:
        chosen = {"digest_at": _OFF if minutes is None else minutes, "changed_at": to_micros(at)}
        row = self._insert(preference).values(person_id=person_id, **chosen)
        await self._connection.execute(row.on_conflict_do_update(index_elements=["person_id"], set_=chosen))

    async def without_reminder(self, now: datetime) -> list[str]:
        relation, moment = t.care_relation, to_micros(now)
        rings = select(reminder.c.about).where(
            reminder.c.kind == ReminderKind.DIGEST.value, reminder.c.state == "waiting"
        )
        query = (
            select(relation.c.person_id)
            .join(t.circle, t.circle.c.id == relation.c.circle_id)
            .where(
                t.circle.c.closed_at.is_(None),
                relation.c.since <= moment,
                relation.c.until.is_(None) | (relation.c.until > moment),
                relation.c.person_id.not_in(rings),
            )
            .distinct()
            .order_by(relation.c.person_id)
        )
        return list((await self._connection.execute(query)).scalars())


class SqlCalendarFeeds:
    """:class:`hub.application.personal_ports.CalendarFeeds`."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def begin(self, person_id: str, token_hash: str, at: datetime) -> None:
        await self.end(person_id, at)
        made = insert(calendar_feed).values(token_hash=token_hash, person_id=person_id, made_at=to_micros(at))
        await self._connection.execute(made)

    async def end(self, person_id: str, at: datetime) -> bool:
        open_ones = (calendar_feed.c.person_id == person_id, calendar_feed.c.ended_at.is_(None))
        ended = update(calendar_feed).where(*open_ones).values(ended_at=to_micros(at))
        return (await self._connection.execute(ended)).rowcount > 0

    async def known(self, token_hash: str) -> bool:
        query = select(calendar_feed.c.person_id).where(calendar_feed.c.token_hash == token_hash)
        return (await self._connection.execute(query)).first() is not None

    async def open(self, token_hash: str, at: datetime) -> CalendarFeed | None:
        here = (calendar_feed.c.token_hash == token_hash, calendar_feed.c.ended_at.is_(None))
        row = (await self._connection.execute(select(calendar_feed).where(*here))).first()
        if row is None:
            return None
        await self._connection.execute(update(calendar_feed).where(*here).values(read_at=to_micros(at)))
        return CalendarFeed(row.person_id, from_micros(row.made_at), from_micros_or_none(row.read_at))
