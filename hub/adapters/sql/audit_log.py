"""The audit table: appended in the transaction of the act, chained by hash (I4, NEN 7513)."""

from sqlalchemy import bindparam, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.adapters.sql.audit_reading import along, stored_head
from hub.adapters.sql.tables import audit as table
from hub.adapters.sql.tables import audit_head as head_table
from hub.adapters.sql.times import to_micros
from hub.application.auditing import UNDECIDED
from hub.domain import audit
from hub.domain.audit import GENESIS, AuditEntry, ChainedEntry, Verification
from hub.domain.audit_walk import Walk
from hub.domain.audit_walk import entry_of as chained_entry
from hub.domain.errors import AuditUnavailable, IntegrityBroken

__all__ = ["SqlAuditTrail", "chained_entry"]

_HEAD_ID = 1
_HEAD = select(head_table.c.entries, head_table.c.hash).where(head_table.c.id == _HEAD_ID).with_for_update()
_APPEND = insert(table)
_MOVE_HEAD = (
    update(head_table).where(head_table.c.id == _HEAD_ID).values(entries=bindparam("entries"), hash=bindparam("hash"))
)


class SqlAuditTrail:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self._head: tuple[int, str] | None = None
        """The head of the log, once this transaction has the turn: nobody else can move it before it ends."""

    def forget(self) -> None:
        """A savepoint was undone, and with it perhaps what we wrote."""
        self._head = None

    async def head(self) -> tuple[int, str]:
        """How many entries there are, and the hash of the last; nobody else moves it before this transaction ends."""
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
        count, last = await self.head()
        item = audit.chain(count + 1, entry, last)
        try:
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
        except DBAPIError as error:
            raise AuditUnavailable from error
        self._head = (item.seq, item.hash)
        return item.seq

    async def of_patient(self, patient_id: str) -> list[ChainedEntry]:
        query = select(table).where(table.c.patient_id == patient_id).order_by(table.c.seq)
        return [chained_entry(row._asdict()) for row in await self._connection.execute(query)]

    async def by_person(self, person_id: str, limit: int) -> list[ChainedEntry]:
        query = select(table).where(table.c.user_id == person_id).order_by(table.c.seq.desc()).limit(limit)
        return [chained_entry(row._asdict()) for row in await self._connection.execute(query)]

    async def decisions(self, person_id: str, patient_id: str | None) -> int:
        query = (
            select(func.count())
            .select_from(table)
            .where(table.c.user_id == person_id, table.c.patient_id == patient_id, table.c.policy.not_in(UNDECIDED))
        )
        return int((await self._connection.execute(query)).scalar_one())

    async def verify(self) -> Verification:
        """Read the whole table in order and check every link.

        A row whose values no longer make an entry (an unknown event, an impossible time) is itself the first bad.
        """
        try:
            walk = Walk()
            await along(self._connection, walk)
            expected, last = await stored_head(self._connection)
        except DBAPIError as error:
            raise IntegrityBroken("De logging is niet te lezen: de database is beschadigd.") from error
        return walk.wrong or audit.ending(walk.entries, walk.last or GENESIS, expected, last)
