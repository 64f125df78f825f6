"""Reminders: one row for each thing that waits for its hour, claimed with a lease and a fence (ADR 0038)."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.engine import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.adapters.sql.times import from_micros, to_micros
from hub.adapters.sql.work_tables import reminder as table
from hub.application.reminder_ports import ClaimedReminder
from hub.domain.identifiers import new_id
from hub.domain.reminder import Reminder, ReminderKind

LEASE = timedelta(seconds=60)
_WAITING, _RANG, _CANCELLED = "waiting", "rang", "cancelled"
# A lease further away than any lease is of a clock that was set back since.
_FREE = or_(table.c.lease_until <= bindparam("moment"), table.c.lease_until > bindparam("absurd"))
_DUE = (
    select(table.c.id)
    .where(table.c.state == _WAITING, table.c.due_at <= bindparam("moment"), _FREE)
    .order_by(table.c.due_at, table.c.id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
    .cte("due")
)
_CLAIM = (
    update(table)
    .where(table.c.id.in_(select(_DUE.c.id)))
    .values(lease_until=bindparam("absurd"), fence=table.c.fence + 1)
    .returning(table)
)
_NEXT = select(func.min(table.c.due_at)).where(table.c.state == _WAITING)


class SqlReminders:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def set(self, reminder: Reminder, at: datetime) -> None:
        dialect_insert = postgres_insert if self._connection.dialect.name == "postgresql" else sqlite_insert
        fresh = {
            "circle_id": reminder.circle_id,
            "person_id": reminder.person_id,
            "due_at": to_micros(reminder.due_at),
            "step": reminder.step,
            "state": _WAITING,
            "attempts": 0,
            "lease_until": 0,
            "set_by": reminder.set_by,
            "set_at": to_micros(at),
            "ended_at": None,
            "failure": None,
        }
        row = dialect_insert(table).values(
            id=new_id("rem"), kind=reminder.kind.value, about=reminder.about, fence=0, **fresh
        )
        # The fence goes up, so that whoever is letting the old one ring finds that it is not theirs any more.
        replaced = row.on_conflict_do_update(
            index_elements=["kind", "about"], set_=fresh | {"fence": table.c.fence + 1}
        )
        await self._connection.execute(replaced)

    async def cancel(self, kind: ReminderKind, about: str, at: datetime) -> bool:
        return await self._cancel(at, table.c.kind == kind.value, table.c.about == about) == 1

    async def cancel_circle(self, circle_id: str, kinds: Collection[ReminderKind], at: datetime) -> int:
        names = sorted(kind.value for kind in kinds)
        return await self._cancel(at, table.c.circle_id == circle_id, table.c.kind.in_(names))

    async def waiting(self, circle_id: str) -> list[Reminder]:
        query = select(table).where(table.c.circle_id == circle_id, table.c.state == _WAITING)
        rows = await self._connection.execute(query.order_by(table.c.due_at, table.c.id))
        return [_reminder(row) for row in rows]

    async def find(self, kind: ReminderKind, about: str) -> Reminder | None:
        here = (table.c.kind == kind.value, table.c.about == about, table.c.state == _WAITING)
        row = (await self._connection.execute(select(table).where(*here))).first()
        return None if row is None else _reminder(row)

    async def about(self, kind: ReminderKind) -> frozenset[str]:
        query = select(table.c.about).where(table.c.kind == kind.value, table.c.state == _WAITING)
        return frozenset((await self._connection.execute(query)).scalars())

    async def next_due(self) -> datetime | None:
        first = (await self._connection.execute(_NEXT)).scalar_one()
        return None if first is None else from_micros(first)

    async def claim(self, now: datetime, limit: int) -> list[ClaimedReminder]:
        values = {"moment": to_micros(now), "absurd": to_micros(now + LEASE), "most": limit}
        rows = (await self._connection.execute(_CLAIM, values)).all()
        # What an update returns has no order of its own.
        ordered = sorted(rows, key=lambda row: (row.due_at, row.id))
        return [ClaimedReminder(row.id, _reminder(row), row.attempts, row.fence) for row in ordered]

    async def hold(self, claimed: ClaimedReminder) -> bool:
        return await self._change(claimed, attempts=claimed.attempts + 1)

    async def rang(self, claimed: ClaimedReminder, at: datetime, again_at: datetime | None) -> None:
        if again_at is None:
            await self._change(claimed, state=_RANG, ended_at=to_micros(at), failure=None)
            return
        step = claimed.reminder.step + 1
        again = {"due_at": to_micros(again_at), "step": step, "lease_until": 0, "attempts": 0, "failure": None}
        await self._change(claimed, **again)

    async def later(self, claimed: ClaimedReminder, due_at: datetime, failure: str) -> None:
        await self._change(claimed, due_at=to_micros(due_at), lease_until=0, failure=failure)

    async def release(self) -> None:
        await self._connection.execute(update(table).where(table.c.state == _WAITING).values(lease_until=0))

    async def _cancel(self, at: datetime, *where: Any) -> int:
        ended = update(table).where(*where, table.c.state == _WAITING)
        changed = await self._connection.execute(ended.values(state=_CANCELLED, ended_at=to_micros(at)))
        return int(changed.rowcount)

    async def _change(self, claimed: ClaimedReminder, **values: object) -> bool:
        # A process that woke up after its lease was taken over holds an old fence and changes nothing.
        ours = (table.c.id == claimed.id, table.c.fence == claimed.fence, table.c.state == _WAITING)
        changed = await self._connection.execute(update(table).where(*ours).values(values))
        return changed.rowcount == 1


def _reminder(row: Row[Any]) -> Reminder:
    return Reminder(
        kind=ReminderKind(row.kind),
        about=row.about,
        due_at=from_micros(row.due_at),
        set_by=row.set_by,
        circle_id=row.circle_id,
        person_id=row.person_id,
        step=row.step,
    )
