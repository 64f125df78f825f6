"""What is known of reading without opening anything: the log over all patients, messages, keys, marks of entries."""

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.engine import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.adapters.sql.access_tables import person_role
from hub.adapters.sql.audit_log import chained_entry
from hub.adapters.sql.circles import circle_in, relation_in
from hub.adapters.sql.matrix_tables import mx_inbox, mx_key_share, mx_sent
from hub.adapters.sql.tables import audit, care_relation, circle, entry, patient, person, room
from hub.adapters.sql.times import from_micros, to_micros
from hub.application.privacy_ports import Contact
from hub.domain.audit import GENESIS, ChainedEntry
from hub.domain.breach import EntryMark, HeardMessage, HeldKey
from hub.domain.circle import CareRelation, Circle
from hub.domain.disclosure import SentMessage
from hub.domain.identifiers import EntryRef
from hub.domain.vocabulary import Section

Value = TypeVar("Value", int, str)
_MANY = 500
"""Values in one IN (…); SQLite takes no endless list."""


class SqlTraces:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def between(self, since: datetime, until: datetime) -> list[ChainedEntry]:
        query = (
            select(audit)
            .where(
                audit.c.patient_id.is_not(None),
                audit.c.recorded_at >= to_micros(since),
                audit.c.recorded_at < to_micros(until),
            )
            .order_by(audit.c.seq)
        )
        return [chained_entry(row._asdict()) for row in await self._connection.execute(query)]

    async def lines(self, seqs: Collection[int]) -> dict[int, ChainedEntry]:
        found: dict[int, ChainedEntry] = {}
        for some in _portions(seqs):
            query = select(audit).where(audit.c.seq.in_(some))
            found |= {row.seq: chained_entry(row._asdict()) for row in await self._connection.execute(query)}
        return found

    async def last_hash(self, before: datetime) -> str:
        query = (
            select(audit.c.hash).where(audit.c.recorded_at < to_micros(before)).order_by(audit.c.seq.desc()).limit(1)
        )
        return str((await self._connection.execute(query)).scalar() or GENESIS)

    async def relations(self, patient_ids: Collection[str]) -> dict[str, list[CareRelation]]:
        found: dict[str, list[CareRelation]] = {}
        for some in _portions(patient_ids):
            query = (
                select(care_relation, circle.c.patient_id)
                .join(circle, circle.c.id == care_relation.c.circle_id)
                .where(circle.c.patient_id.in_(some))
                .order_by(care_relation.c.since, care_relation.c.id)
            )
            for row in await self._connection.execute(query):
                found.setdefault(row.patient_id, []).append(relation_in(row))
        return found

    async def circles_of(self, patient_id: str) -> list[Circle]:
        query = (
            select(circle, patient.c.pseudonym)
            .join(patient, patient.c.id == circle.c.patient_id)
            .where(circle.c.patient_id == patient_id)
            .order_by(circle.c.opened_at)
        )
        return [circle_in(row) for row in await self._connection.execute(query)]

    async def workplaces(self, person_ids: Collection[str]) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for table in (person_role, care_relation):
            for some in _portions(person_ids):
                query = select(table.c.person_id, table.c.organisation).where(
                    table.c.person_id.in_(some), table.c.organisation.is_not(None)
                )
                for person_id, organisation in await self._connection.execute(query):
                    found.setdefault(person_id, set()).add(organisation)
        return found

    async def contacts(self, since: datetime, until: datetime) -> list[Contact]:
        query = (
            select(circle.c.patient_id, person.c.id, mx_inbox.c.origin_server_ts)
            .distinct()
            .join(room, room.c.room_id == mx_inbox.c.room_id)
            .join(circle, circle.c.id == room.c.circle_id)
            .join(person, person.c.matrix_id == mx_inbox.c.sender)
            .where(
                mx_inbox.c.origin_server_ts >= to_micros(since) // 1000,
                mx_inbox.c.origin_server_ts < to_micros(until) // 1000,
            )
        )
        return [
            Contact(patient_id, person_id, from_micros(ms * 1000))
            for patient_id, person_id, ms in await self._connection.execute(query)
        ]

    async def entry_marks(self, patient_id: str, ref: EntryRef | None = None) -> list[EntryMark]:
        query = select(entry.c.section, entry.c.number, entry.c.version, entry.c.recorded_at, entry.c.author_id).where(
            entry.c.patient_id == patient_id
        )
        if ref is not None:
            query = query.where(entry.c.section == ref.section.value, entry.c.number == ref.number)
        rows = await self._connection.execute(query.order_by(entry.c.recorded_at, entry.c.number, entry.c.version))
        return [
            EntryMark(EntryRef(Section(section), number), version, from_micros(at), author_id)
            for section, number, version, at, author_id in rows
        ]

    async def heard(self, event_id: str) -> HeardMessage | None:
        query = select(mx_inbox).where(mx_inbox.c.event_id == event_id).limit(1)
        row = (await self._connection.execute(query)).first()
        if row is None:
            return None
        return HeardMessage(row.event_id, row.room_id, row.sender, from_micros(row.origin_server_ts * 1000))

    async def keys_of(self, user_id: str) -> list[HeldKey]:
        query = select(mx_key_share).where(mx_key_share.c.user_id == user_id).order_by(mx_key_share.c.id)
        return [_key(row) for row in await self._connection.execute(query)]

    async def keys_in(self, session_ids: Collection[str]) -> list[HeldKey]:
        found: list[HeldKey] = []
        for some in _portions(session_ids):
            query = select(mx_key_share).where(mx_key_share.c.session_id.in_(some)).order_by(mx_key_share.c.id)
            found += [_key(row) for row in await self._connection.execute(query)]
        return found

    async def sent_in(self, room_ids: Collection[str], until: datetime) -> list[SentMessage]:
        query = (
            select(mx_sent)
            .where(mx_sent.c.room_id.in_(sorted(room_ids)), mx_sent.c.at < to_micros(until) // 1000)
            .order_by(mx_sent.c.at, mx_sent.c.message_index)
        )
        return [
            SentMessage(r.event_id, r.room_id, r.session_id, r.message_index, r.txn_id, from_micros(r.at * 1000))
            for r in await self._connection.execute(query)
        ]


def _portions(values: Collection[Value]) -> Iterator[list[Value]]:
    wanted = sorted(set(values))
    for start in range(0, len(wanted), _MANY):
        yield wanted[start : start + _MANY]


def _key(row: Row[tuple[object, ...]]) -> HeldKey:
    found = row._mapping
    return HeldKey(
        found["room_id"],
        found["session_id"],
        found["user_id"],
        found["device_id"],
        found["from_index"],
        found["outcome"],
        from_micros(found["at"] * 1000),
    )
