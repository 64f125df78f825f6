"""Filing from chat: wishes that a worker takes up with a lease and a fence, and which message an entry came from."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.engine import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.adapters.encryption import seal, unseal
from hub.adapters.sql.dossier_tables import dialogue, filed_message, filing_wish
from hub.adapters.sql.matrix_tables import mx_inbox
from hub.adapters.sql.people import PatientKeys
from hub.adapters.sql.times import from_micros, from_micros_or_none, to_micros
from hub.application.filing_ports import ClaimedWish, FiledMessage, FilingWish
from hub.domain.dialogue import DialogueState
from hub.domain.identifiers import EntryRef
from hub.domain.vocabulary import Section

LEASE = timedelta(seconds=60)
_NEW, _DONE, _ENDED = "new", "done", "ended"
_IS_DUE = (
    filing_wish.c.state == _NEW,
    filing_wish.c.due_at <= bindparam("moment"),
    filing_wish.c.lease_until <= bindparam("moment"),
)
_HAS_DUE = select(filing_wish.c.id).where(*_IS_DUE).limit(1)
_DUE = (
    select(filing_wish.c.id)
    .where(*_IS_DUE)
    .order_by(filing_wish.c.id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
    .cte("due")
)
_CLAIM = (
    update(filing_wish)
    .where(filing_wish.c.id.in_(select(_DUE.c.id)))
    .values(lease_until=bindparam("until"), fence=filing_wish.c.fence + 1)
    .returning(filing_wish)
)
_WITHDRAWN = select(filed_message).where(
    filed_message.c.patient_id == bindparam("patient"), filed_message.c.withdrawn_at.is_not(None)
)


class SqlFilings:
    def __init__(self, connection: AsyncConnection, keys: PatientKeys) -> None:
        self._connection = connection
        self._keys = keys

    async def wish(self, wish: FilingWish, at: datetime) -> bool:
        dialect_insert = postgres_insert if self._connection.dialect.name == "postgresql" else sqlite_insert
        moment = to_micros(at)
        row = dialect_insert(filing_wish).values(
            circle_id=wish.circle_id,
            room_id=wish.room_id,
            event_id=wish.event_id,
            person_id=wish.person_id,
            asked_by_event=wish.asked_by_event,
            section=wish.section.value if wish.section else None,
            by_word=int(wish.by_word),
            confirmed=int(wish.confirmed),
            state=_NEW,
            attempts=0,
            due_at=moment,
            lease_until=0,
            fence=0,
            wished_at=moment,
        )
        added = await self._connection.execute(row.on_conflict_do_nothing(index_elements=["asked_by_event"]))
        return bool(added.rowcount == 1)

    async def wished_since(self, person_id: str, since: datetime) -> int:
        query = (
            select(func.count())
            .select_from(filing_wish)
            .where(filing_wish.c.person_id == person_id, filing_wish.c.wished_at > to_micros(since))
        )
        return int((await self._connection.execute(query)).scalar_one())

    async def has_due(self, now: datetime) -> bool:
        return (await self._connection.execute(_HAS_DUE, {"moment": to_micros(now)})).first() is not None

    async def claim(self, now: datetime, limit: int) -> list[ClaimedWish]:
        rows = await self._connection.execute(
            _CLAIM, {"moment": to_micros(now), "most": limit, "until": to_micros(now + LEASE)}
        )
        return [_claimed(row) for row in sorted(rows, key=lambda row: row.id)]

    async def settle(self, claimed: ClaimedWish, failure: str | None = None) -> bool:
        return await self._change(claimed, state=_DONE if failure is None else _ENDED, failure=failure)

    async def later(self, claimed: ClaimedWish, due_at: datetime, failure: str) -> None:
        await self._change(
            claimed, due_at=to_micros(due_at), lease_until=0, failure=failure, attempts=claimed.attempts + 1
        )

    async def release(self) -> None:
        await self._connection.execute(update(filing_wish).where(filing_wish.c.state == _NEW).values(lease_until=0))

    async def _change(self, claimed: ClaimedWish, **values: object) -> bool:
        # A process that woke up after its lease was taken over holds an old fence and changes nothing.
        changed = await self._connection.execute(
            update(filing_wish)
            .where(filing_wish.c.id == claimed.id, filing_wish.c.fence == claimed.fence, filing_wish.c.state == _NEW)
            .values(values)
        )
        return changed.rowcount == 1

    async def first_seen(self, event_id: str) -> datetime | None:
        query = select(mx_inbox.c.origin_server_ts, mx_inbox.c.received_at).where(mx_inbox.c.event_id == event_id)
        times = [int(time) for row in await self._connection.execute(query) for time in row if time]
        return from_micros(min(times) * 1000) if times else None

    async def waiting_about(self, circle_id: str, event_id: str) -> list[str]:
        query = select(dialogue.c.person_id).where(
            dialogue.c.circle_id == circle_id,
            dialogue.c.kind == "filing",
            dialogue.c.about == event_id,
            dialogue.c.state == DialogueState.OPEN.value,
        )
        return sorted(set((await self._connection.execute(query)).scalars()))

    async def add(self, filed: FiledMessage) -> None:
        key = await self._keys.of(filed.patient_id)
        await self._connection.execute(
            insert(filed_message).values(
                patient_id=filed.patient_id,
                section=filed.ref.section.value,
                number=filed.ref.number,
                version=filed.version,
                room_id=filed.room_id,
                event_id=filed.event_id,
                sealed_hash=seal(key, filed.content_sha256.encode(), _place(filed)),
                sender_id=filed.sender_id,
                filed_by=filed.filed_by,
                sent_at=to_micros(filed.sent_at),
            )
        )

    async def of_event(self, patient_id: str, room_id: str, event_id: str) -> list[FiledMessage]:
        return await self._filed(
            patient_id,
            select(filed_message).where(filed_message.c.room_id == room_id, filed_message.c.event_id == event_id),
        )

    async def of_entry(self, patient_id: str, ref: EntryRef) -> list[FiledMessage]:
        query = select(filed_message).where(
            filed_message.c.section == ref.section.value, filed_message.c.number == ref.number
        )
        return await self._filed(patient_id, query)

    async def withdraw(self, patient_id: str, room_id: str, event_id: str, by: str, at: datetime) -> list[FiledMessage]:
        marked = await self._connection.execute(
            update(filed_message)
            .where(
                filed_message.c.patient_id == patient_id,
                filed_message.c.room_id == room_id,
                filed_message.c.event_id == event_id,
                filed_message.c.withdrawn_at.is_(None),
            )
            .values(withdrawn_at=to_micros(at), withdrawn_by=by)
        )
        return await self.of_event(patient_id, room_id, event_id) if marked.rowcount else []

    async def withdrawn(self, patient_id: str) -> dict[tuple[EntryRef, int], FiledMessage]:
        rows = (await self._connection.execute(_WITHDRAWN, {"patient": patient_id})).all()
        found = [await self._opened(row) for row in rows]
        return {(filed.ref, filed.version): filed for filed in found}

    async def _filed(self, patient_id: str, query: Any) -> list[FiledMessage]:
        table = filed_message
        ordered = query.where(table.c.patient_id == patient_id).order_by(
            table.c.section, table.c.number, table.c.version
        )
        return [await self._opened(row) for row in (await self._connection.execute(ordered)).all()]

    async def _opened(self, row: Row[Any]) -> FiledMessage:
        bare = FiledMessage(
            patient_id=row.patient_id,
            ref=EntryRef(Section(row.section), row.number),
            version=row.version,
            room_id=row.room_id,
            event_id=row.event_id,
            content_sha256="",
            sender_id=row.sender_id,
            filed_by=row.filed_by,
            sent_at=from_micros(row.sent_at),
            withdrawn_at=from_micros_or_none(row.withdrawn_at),
            withdrawn_by=row.withdrawn_by,
        )
        key = await self._keys.of(row.patient_id)
        opened = unseal(key, row.sealed_hash, _place(bare)).decode()
        return replace(bare, content_sha256=opened)


def _claimed(row: Row[Any]) -> ClaimedWish:
    wish = FilingWish(
        circle_id=row.circle_id,
        room_id=row.room_id,
        event_id=row.event_id,
        person_id=row.person_id,
        asked_by_event=row.asked_by_event,
        by_word=bool(row.by_word),
        section=Section(row.section) if row.section else None,
        confirmed=bool(row.confirmed),
    )
    return ClaimedWish(row.id, wish, row.attempts, row.fence, from_micros(row.wished_at))


def _place(filed: FiledMessage) -> bytes:
    """What the hash belongs to: moved to another entry or another message, it does not open."""
    return f"filed/{filed.patient_id}/{filed.ref}/{filed.version}/{filed.room_id}/{filed.event_id}".encode()
