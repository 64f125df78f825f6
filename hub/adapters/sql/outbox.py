"""The outbox: what is to be said, written in the transaction of the act, said once (I2)."""

import json
from dataclasses import replace
from datetime import datetime, timedelta

import structlog
from sqlalchemy import ColumnElement, bindparam, func, insert, literal, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.adapters.encryption import KeyVault, seal, unseal
from hub.adapters.sql.tables import outbox as table
from hub.adapters.sql.times import from_micros, to_micros
from hub.application.ports import ClaimedMessage, Form, OutgoingMessage, Tone, labels
from hub.domain.circle import RoomKind
from hub.domain.errors import IntegrityBroken
from hub.domain.vocabulary import Section

WAITS_FOR_ROOM = "waits-for-room"
WAITS_FOR_JOIN = "waits-for-join"
WAITS_FOR_DEVICE = "waits-for-device"
WAITS_FOR_REMOVAL = "waits-for-removal"
WAITS_FOR_EARLIER = "waits-for-earlier"
_log = structlog.get_logger("hub.outbox")
LEASE = timedelta(seconds=60)
"""How long a claimed row is left to the process that claimed it."""

WAITING = (WAITS_FOR_ROOM, WAITS_FOR_JOIN, WAITS_FOR_DEVICE, WAITS_FOR_REMOVAL, WAITS_FOR_EARLIER)


def _waits() -> ColumnElement[bool]:
    return func.coalesce(table.c.failure, "").in_(WAITING)


_IS_DUE = (
    table.c.state == "new",
    table.c.due_at <= bindparam("moment"),
    table.c.lease_until <= bindparam("moment"),
)
_earlier = table.alias("earlier")
# What was written first in a room is said first: nothing overtakes a message that was put off.
_HAS_ITS_TURN = ~(
    select(_earlier.c.id)
    .where(
        _earlier.c.state == "new",
        _earlier.c.failure.is_not(None),
        _earlier.c.room_id == table.c.room_id,
        _earlier.c.id < table.c.id,
        table.c.failure.is_(None),
    )
    .exists()
)
_HAS_DUE = select(table.c.id).where(*_IS_DUE).limit(1)
_DUE = (
    select(table.c.id)
    .where(*_IS_DUE, _HAS_ITS_TURN)
    # What waits for somebody who does not come is looked at last, or it would keep everybody's answers waiting.
    .order_by(_waits(), table.c.id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
    .cte("due")
)
_CLAIM = (
    update(table)
    .where(table.c.id.in_(select(_DUE.c.id)))
    .values(lease_until=bindparam("until"), fence=table.c.fence + 1)
    .returning(table)
)
_ADD = insert(table).returning(table.c.id)
_OURS = update(table).where(table.c.id == bindparam("row"), table.c.fence == bindparam("claimed"))
_SENT = _OURS.values({name: bindparam(name) for name in ("state", "event_id", "sent_at", "attempts")})


class SqlOutbox:
    def __init__(self, connection: AsyncConnection, vault: KeyVault) -> None:
        self._connection = connection
        self._key = vault.purpose_key("outbox")

    async def add(self, message: OutgoingMessage, at: datetime, due_at: datetime | None = None) -> int:
        content = json.dumps(
            {"body": message.body, "in_reply_to": message.in_reply_to, "mentions": message.mentions}
            | ({"picture": message.picture} if message.picture is not None else {})
            | ({"tone": message.tone.value} if message.tone is not Tone.INFORMATION else {}),
            ensure_ascii=False,
        ).encode()
        moment = to_micros(at)
        inserted = await self._connection.execute(
            _ADD,
            {
                "circle_id": message.circle_id or None,
                "room_kind": message.room_kind.value,
                "room_id": message.room_id,
                "person_id": message.person_id,
                "sections": labels(message.sections),
                "sealed_content": seal(self._key, content, _aad(message)),
                "responsible_id": message.responsible_id,
                "correlation_id": message.correlation_id,
                "state": "new",
                "attempts": 0,
                "due_at": moment if due_at is None else to_micros(due_at),
                "lease_until": 0,
                "fence": 0,
                "created_at": moment,
                "form": message.form.value,
                "replaces_event_id": message.replaces,
            },
        )
        return int(inserted.scalar_one())

    async def has_due(self, now: datetime) -> bool:
        return (await self._connection.execute(_HAS_DUE, {"moment": to_micros(now)})).first() is not None

    async def claim(self, now: datetime, limit: int) -> list[ClaimedMessage]:
        lease_until = to_micros(now + LEASE)
        taken_rows = await self._connection.execute(
            _CLAIM, {"moment": to_micros(now), "most": limit, "until": lease_until}
        )
        # What an update returns has no order of its own.
        rows = sorted(taken_rows, key=lambda row: (row.failure in WAITING, row.id))
        claimed = []
        for row in rows:
            message = OutgoingMessage(
                circle_id=row.circle_id or "",
                room_kind=RoomKind(row.room_kind),
                room_id=row.room_id,
                person_id=row.person_id,
                sections=frozenset(Section(part) for part in row.sections.split(",") if part),
                body="",
                responsible_id=row.responsible_id,
                correlation_id=row.correlation_id,
                form=Form(row.form),
                replaces=row.replaces_event_id,
            )
            taken = ClaimedMessage(row.id, message, row.attempts, row.fence, from_micros(row.created_at))
            try:
                content = json.loads(unseal(self._key, row.sealed_content, _aad(message)))
            except IntegrityBroken as broken:
                # Nobody may hear what was not written so; and it must not keep the others from being said.
                await self.refused(taken, broken.code)
                _log.error("outbox-broken", outbox=row.id)
                continue
            message = replace(
                message,
                body=content["body"],
                in_reply_to=content["in_reply_to"],
                mentions=tuple(content["mentions"]),
                picture=content.get("picture"),
                # Rows of before there were tones have none.
                tone=Tone(content.get("tone", Tone.INFORMATION)),
            )
            claimed.append(replace(taken, message=message))
        return claimed

    async def sent(self, claimed: ClaimedMessage, event_id: str, at: datetime) -> None:
        await self._connection.execute(
            _SENT,
            {
                "row": claimed.id,
                "claimed": claimed.fence,
                "state": "sent",
                "event_id": event_id,
                "sent_at": to_micros(at),
                "attempts": claimed.attempts + 1,
            },
        )

    async def later(self, claimed: ClaimedMessage, due_at: datetime, failure: str, *, attempt: bool) -> None:
        await self._settle(
            claimed, due_at=to_micros(due_at), lease_until=0, failure=failure, attempts=claimed.attempts + int(attempt)
        )

    async def refused(self, claimed: ClaimedMessage, failure: str) -> None:
        await self._settle(claimed, state="refused", failure=failure, attempts=claimed.attempts + 1)

    async def drop_private(self, circle_id: str, person_id: str, failure: str) -> int:
        # The fence goes up: a process that is about to say one of these finds that it is not its own any more.
        dropped = await self._connection.execute(
            update(table)
            .where(
                table.c.state == "new",
                # What waits in their own room may tell of this circle too; the next overview is made anew.
                ((table.c.circle_id == circle_id) & (table.c.room_kind == RoomKind.PRIVATE.value))
                | (table.c.room_kind == RoomKind.PERSONAL.value),
                table.c.person_id == person_id,
            )
            .values(state="refused", failure=failure, fence=table.c.fence + 1)
        )
        return dropped.rowcount

    async def drop_about(self, circle_id: str, section: Section, failure: str) -> int:
        labelled = (literal(",") + table.c.sections + ",").contains(f",{section.value},", autoescape=True)
        dropped = await self._connection.execute(
            update(table)
            .where(table.c.state == "new", table.c.circle_id == circle_id, labelled)
            .values(state="refused", failure=failure, fence=table.c.fence + 1)
        )
        return dropped.rowcount

    async def release(self) -> None:
        await self._connection.execute(update(table).where(table.c.state == "new").values(lease_until=0))

    async def hasten(self, now: datetime) -> None:
        # Leases stay: a row that somebody is sending now is not anybody else's.
        waiting = update(table).where(table.c.state == "new", _waits())
        await self._connection.execute(waiting.values(due_at=to_micros(now)))

    async def quiet_is_over(self, person_id: str, now: datetime) -> int:
        waiting = update(table).where(
            table.c.state == "new",
            table.c.room_kind == RoomKind.PRIVATE.value,
            table.c.person_id == person_id,
            # What failed before waits for something else.
            table.c.failure.is_(None),
            table.c.due_at > to_micros(now),
        )
        return (await self._connection.execute(waiting.values(due_at=to_micros(now)))).rowcount

    async def pending(self) -> int:
        query = select(func.count()).select_from(table).where(table.c.state == "new")
        return int((await self._connection.execute(query)).scalar_one())

    async def _settle(self, claimed: ClaimedMessage, **values: object) -> None:
        # A process that woke up after its lease was taken over holds an old fence and changes nothing.
        await self._connection.execute(_OURS.values(**values), {"row": claimed.id, "claimed": claimed.fence})


def _aad(message: OutgoingMessage) -> bytes:
    """Where it goes, for whom and with which label: changed in the table, and it does not open any more.

    Whoever could write here without the key would otherwise have the bot post one person's answer to everybody.
    """
    bound = (
        message.circle_id,
        message.room_kind.value,
        message.room_id,
        message.person_id,
        labels(message.sections),
        message.responsible_id,
        message.correlation_id,
        # Rows of before there were forms were sealed without.
        *(() if message.form is Form.TEXT else (message.form.value, message.replaces)),
    )
    return b"outbox/" + json.dumps(bound).encode()
