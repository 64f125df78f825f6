"""The audit table: appended in the transaction of the act, chained by hash (I4, NEN 7513)."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, LargeBinary, String, bindparam, cast, insert, select, update
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql import Select

from hub.adapters.sql.tables import audit as table
from hub.adapters.sql.tables import audit_head as head_table
from hub.adapters.sql.times import from_micros, to_micros
from hub.domain import audit
from hub.domain.audit import GENESIS, AuditEntry, AuditEvent, ChainedEntry, Verification
from hub.domain.errors import IntegrityBroken

_HEAD_ID = 1
_HEAD = select(head_table.c.entries, head_table.c.hash).where(head_table.c.id == _HEAD_ID).with_for_update()
_APPEND = insert(table)
_MOVE_HEAD = (
    update(head_table).where(head_table.c.id == _HEAD_ID).values(entries=bindparam("entries"), hash=bindparam("hash"))
)
_PORTION_SIZE = 2000
_BEFORE_ALL = -(2**63)
_COLUMNS = (*audit.FIELDS, "previous_hash", "hash")
_SEQ, _TIME = _COLUMNS.index("seq"), _COLUMNS.index("recorded_at")
_EARLIEST, _LATEST = to_micros(datetime(1, 1, 1, tzinfo=UTC)), to_micros(datetime.max.replace(tzinfo=UTC))


def _as_bytes(column: Column[Any]) -> ColumnElement[Any]:
    return cast(column, LargeBinary).label(column.name) if isinstance(column.type, String) else column


def _portion(columns: Iterable[ColumnElement[Any]]) -> Select[Any]:
    return select(*columns).where(table.c.seq > bindparam("after")).order_by(table.c.seq).limit(_PORTION_SIZE)


_PORTION = _portion(table.c[name] for name in _COLUMNS)
_PORTION_OF_BYTES = _portion(_as_bytes(table.c[name]) for name in _COLUMNS)
_STORED_HEAD = select(head_table.c.entries, head_table.c.hash).where(head_table.c.id == _HEAD_ID)
_STORED_HEAD_OF_BYTES = select(head_table.c.entries, _as_bytes(head_table.c.hash)).where(head_table.c.id == _HEAD_ID)


def _entry(found: Mapping[str, Any]) -> ChainedEntry:
    if not (isinstance(found["outcome"], int) and isinstance(found["recorded_at"], int)):
        raise TypeError("not a number")
    entry = AuditEntry(
        event=AuditEvent(found["event"]),
        recorded_at=from_micros(found["recorded_at"]),
        outcome=found["outcome"],
        user_id=found["user_id"],
        user_role=found["user_role"],
        responsible_id=found["responsible_id"],
        initiator=found["initiator"],
        access_point=found["access_point"],
        organisation=found["organisation"],
        patient_id=found["patient_id"],
        object_type=found["object_type"],
        object_id=found["object_id"],
        sections=found["sections"],
        purpose=found["purpose"],
        policy=found["policy"],
        relation_id=found["relation_id"],
        consent_id=found["consent_id"],
        break_glass=bool(found["break_glass"]),
        correlation_id=found["correlation_id"],
        detail=found["detail"],
    )
    return ChainedEntry(found["seq"], entry, found["previous_hash"], found["hash"])


chained_entry = _entry


class SqlAuditTrail:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self._head: tuple[int, str] | None = None
        """The head of the log, once this transaction has the turn: nobody else can move it before it ends."""

    def forget(self) -> None:
        """A savepoint was undone, and with it perhaps what we wrote."""
        self._head = None

    async def take_turn(self) -> tuple[int, str]:
        """Wait for the other writers; until this transaction ends, they wait for this one. Returns the head of the log.

        SQLite has one writer at a time anyhow. Whoever reads the last number of something in order to store the next
        one takes turns first, or two transactions on PostgreSQL choose the same number. Always this one lock, and
        before others, so that two writers cannot wait for each other.
        """
        if self._head is not None:
            return self._head
        head = (await self._connection.execute(_HEAD)).first()
        if head is None:
            dialect_insert = postgres_insert if self._connection.dialect.name == "postgresql" else sqlite_insert
            first = dialect_insert(head_table).values(id=_HEAD_ID, entries=0, hash=GENESIS)
            await self._connection.execute(first.on_conflict_do_nothing())
            head = (await self._connection.execute(_HEAD)).one()
        self._head = (int(head.entries), str(head.hash))
        return self._head

    async def add(self, entry: AuditEntry) -> int:
        count, last = await self.take_turn()
        item = audit.chain(count + 1, entry, last)
        await self._connection.execute(
            _APPEND,
            {
                "seq": item.seq,
                "event": entry.event.value,
                "recorded_at": to_micros(entry.recorded_at),
                "outcome": entry.outcome,
                "user_id": entry.user_id,
                "user_role": entry.user_role,
                "responsible_id": entry.responsible_id,
                "initiator": entry.initiator,
                "access_point": entry.access_point,
                "organisation": entry.organisation,
                "patient_id": entry.patient_id,
                "object_type": entry.object_type,
                "object_id": entry.object_id,
                "sections": entry.sections,
                "purpose": entry.purpose,
                "policy": entry.policy,
                "relation_id": entry.relation_id,
                "consent_id": entry.consent_id,
                "break_glass": entry.break_glass,
                "correlation_id": entry.correlation_id,
                "detail": entry.detail,
                "previous_hash": item.previous_hash,
                "hash": item.hash,
            },
        )
        await self._connection.execute(_MOVE_HEAD, {"entries": item.seq, "hash": item.hash})
        self._head = (item.seq, item.hash)
        return item.seq

    async def of_patient(self, patient_id: str) -> list[ChainedEntry]:
        query = select(table).where(table.c.patient_id == patient_id).order_by(table.c.seq)
        return [_entry(row._asdict()) for row in await self._connection.execute(query)]

    async def by_person(self, person_id: str, limit: int) -> list[ChainedEntry]:
        query = select(table).where(table.c.user_id == person_id).order_by(table.c.seq.desc()).limit(limit)
        return [_entry(row._asdict()) for row in await self._connection.execute(query)]

    async def verify(self) -> Verification:
        """Read the whole table in order and check every link.

        A row whose values no longer make an entry (an unknown event, an impossible time) is itself the first bad.
        """
        try:
            return await self._verify()
        except DBAPIError as error:
            raise IntegrityBroken("De logging is niet te lezen: de database is beschadigd.") from error

    async def _verify(self) -> Verification:
        walk, after = audit.Walk(), _BEFORE_ALL
        while rows := await self._portion(after):
            for *values, previous_hash, stored_hash in rows:
                seq, micros = values[_SEQ], values[_TIME]
                if micros.__class__ is int and _EARLIEST <= micros <= _LATEST:
                    values[_TIME] = from_micros(micros).isoformat(timespec="microseconds")
                    if walk.fits(values, previous_hash, stored_hash):
                        continue
                    values[_TIME] = micros
                wrong = _taken(walk, dict(zip(_COLUMNS, (*values, previous_hash, stored_hash), strict=True)))
                if wrong is not None:
                    return wrong
            after = seq
            # Whoever else has something to do in this process may, between two portions.
            await asyncio.sleep(0)
        on_sqlite = self._connection.dialect.name == "sqlite"
        head = (await self._connection.execute(_STORED_HEAD_OF_BYTES if on_sqlite else _STORED_HEAD)).first()
        expected, last = (head[0], head[1]) if head is not None else (0, GENESIS)
        if isinstance(last, bytes):
            last = last.decode(errors="replace")
        return walk.end(expected, last)

    async def _portion(self, after: int) -> Sequence[Any]:
        """The rows behind ``after``, columns as in :data:`_COLUMNS`."""
        try:
            found: Sequence[Any] = (await self._connection.execute(_PORTION, {"after": after})).all()
        except DBAPIError:
            # SQLite keeps whatever bytes somebody put into a text; its driver stops at what is not UTF-8, and then the
            # row could not be named. As bytes they come out.
            if self._connection.dialect.name != "sqlite":
                raise
            found = (await self._connection.execute(_PORTION_OF_BYTES, {"after": after})).all()
        return found


def _taken(walk: audit.Walk, found: Mapping[str, Any]) -> Verification | None:
    """What is wrong with this row, looked at with care; None when nothing is."""
    try:
        item = _entry({name: _decoded(value) for name, value in found.items()})
    except (ValueError, TypeError, OverflowError):
        return Verification(walk.entries, min(found["seq"], walk.entries + 1), "de regel is niet meer te lezen")
    return walk.take(item)


def _decoded(value: Any) -> Any:
    return value.decode() if isinstance(value, bytes) else value
