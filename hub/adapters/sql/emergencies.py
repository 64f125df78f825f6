"""Emergency access and the out-of-hours set, which is sealed with a key apart from the key of the dossier."""

import json
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, delete, exists, func, insert, select, update
from sqlalchemy.engine import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.adapters.encryption import KeyVault, seal, unseal
from hub.adapters.sql.access_tables import break_glass as table
from hub.adapters.sql.access_tables import emergency_due as due_table
from hub.adapters.sql.access_tables import emergency_receipt as receipt_table
from hub.adapters.sql.access_tables import emergency_set as set_table
from hub.adapters.sql.dossier import SqlDossier
from hub.adapters.sql.emergency_marks import mark_due
from hub.adapters.sql.people import SqlPatients
from hub.adapters.sql.tables import audit as audit_table
from hub.adapters.sql.tables import patient as patient_table
from hub.adapters.sql.times import from_micros, from_micros_or_none, to_micros, to_micros_or_none
from hub.application.emergency_ports import Receipt
from hub.application.guard import Permit
from hub.domain.audit import AuditEntry, AuditEvent
from hub.domain.audit_walk import entry_of
from hub.domain.codec import decode, encode
from hub.domain.dossier import Entry
from hub.domain.emergency import Branch, Claim, Opening, ReasonCode, Verdict
from hub.domain.emergency_set import SECTIONS, EmergencySet, MadeSet
from hub.domain.errors import NotFound
from hub.domain.identifiers import Bsn
from hub.domain.people import Patient
from hub.domain.spelling import plain
from hub.domain.vocabulary import Action, Role

_IS_OPEN = select(
    exists().where(
        table.c.patient_id == bindparam("patient_id"),
        table.c.person_id == bindparam("person_id"),
        table.c.branch == Branch.OPENED.value,
        table.c.opened_at <= bindparam("now"),
        table.c.until > bindparam("now"),
        table.c.ended_at.is_(None),
    )
)
_newer = receipt_table.alias("newer")
_OPENS = frozenset({Action.EMERGENCY_READ, Action.BREAK_GLASS})
"""The second only while nothing can be stored, so that the opening itself cannot be a row (HAZ-08)."""


class SqlEmergencies:
    def __init__(
        self, connection: AsyncConnection, vault: KeyVault, dossier: SqlDossier, patients: SqlPatients
    ) -> None:
        self._connection = connection
        self._key = vault.purpose_key("emergency")
        self._dossier = dossier
        self._patients = patients

    async def is_open(self, patient_id: str, person_id: str, now: datetime) -> bool:
        asked = {"patient_id": patient_id, "person_id": person_id, "now": to_micros(now)}
        return bool((await self._connection.execute(_IS_OPEN, asked)).scalar_one())

    async def find_patient(
        self, *, name: str | None = None, born: date | None = None, bsn: Bsn | None = None
    ) -> Patient | None:
        found = []
        ids = (await self._connection.execute(select(patient_table.c.id))).scalars()
        for patient_id in ids:
            try:
                patient = await self._patients.get(patient_id)
            except NotFound:
                continue
            named = name is not None and plain(patient.name.full) == plain(name) and patient.birth_date == born
            if named or (bsn is not None and patient.bsn == bsn):
                found.append(patient)
        return found[0] if len(found) == 1 else None

    async def due(self) -> list[tuple[str, str]]:
        rows = await self._connection.execute(select(due_table).order_by(due_table.c.changed_at))
        return [(row.patient_id, row.changed_by) for row in rows]

    async def mark_due(self, patient_id: str, changed_by: str, at: datetime) -> None:
        await mark_due(self._connection, patient_id, changed_by, at)

    async def material(self, patient_id: str) -> list[Entry]:
        return await self._dossier.in_sections(patient_id, SECTIONS)

    async def last_made(self, patient_id: str) -> MadeSet | None:
        newest = select(set_table).where(set_table.c.patient_id == patient_id).order_by(set_table.c.version.desc())
        row = (await self._connection.execute(newest.limit(1))).first()
        return None if row is None else self._made(row)

    async def store(self, made: MadeSet) -> None:
        content = json.dumps(encode(made.content), ensure_ascii=False).encode()
        await self._connection.execute(
            insert(set_table).values(
                patient_id=made.patient_id,
                version=made.version,
                sealed_content=seal(self._key, content, _set_aad(made.patient_id, made.version, made.made_at)),
                made_by=made.made_by,
                made_at=to_micros(made.made_at),
            )
        )
        await self.settled(made.patient_id)

    async def checked(self, made: MadeSet, at: datetime) -> MadeSet:
        mine = (set_table.c.patient_id == made.patient_id, set_table.c.version == made.version)
        await self._connection.execute(update(set_table).where(*mine).values(checked_at=to_micros(at)))
        return replace(made, checked_at=at)

    async def settled(self, patient_id: str) -> None:
        await self._connection.execute(delete(due_table).where(due_table.c.patient_id == patient_id))

    async def read(self, permit: Permit) -> MadeSet | None:
        if permit.action not in _OPENS or permit.context.patient_id is None:
            raise ValueError("the out-of-hours set takes a permit to read it")
        return await self.last_made(permit.context.patient_id)

    async def receipts(self, patient_id: str) -> list[Receipt]:
        newer = exists().where(
            _newer.c.patient_id == receipt_table.c.patient_id,
            _newer.c.person_id == receipt_table.c.person_id,
            _newer.c.version > receipt_table.c.version,
        )
        query = select(receipt_table).where(receipt_table.c.patient_id == patient_id, ~newer)
        rows = await self._connection.execute(query.order_by(receipt_table.c.person_id))
        return [_receipt(row) for row in rows]

    async def sent(self, receipt: Receipt) -> None:
        await self._connection.execute(
            insert(receipt_table).values(
                patient_id=receipt.patient_id,
                version=receipt.version,
                person_id=receipt.person_id,
                sent_at=to_micros(receipt.sent_at),
                due_at=to_micros(receipt.due_at),
                acknowledged_at=to_micros_or_none(receipt.acknowledged_at),
            )
        )

    async def acknowledge(self, patient_id: str, person_id: str, at: datetime) -> int | None:
        theirs = (receipt_table.c.patient_id == patient_id, receipt_table.c.person_id == person_id)
        waiting = (*theirs, receipt_table.c.acknowledged_at.is_(None))
        version = (await self._connection.execute(select(func.max(receipt_table.c.version)).where(*waiting))).scalar()
        if version is None:
            return None
        # Who has the newest has no use for the ones before it.
        done = update(receipt_table).where(*waiting).values(acknowledged_at=to_micros(at))
        await self._connection.execute(done)
        return int(version)

    async def overdue(self, now: datetime) -> list[Receipt]:
        newer = exists().where(
            _newer.c.patient_id == receipt_table.c.patient_id,
            _newer.c.person_id == receipt_table.c.person_id,
            _newer.c.version > receipt_table.c.version,
        )
        query = select(receipt_table).where(
            receipt_table.c.acknowledged_at.is_(None),
            receipt_table.c.alarmed_at.is_(None),
            receipt_table.c.due_at <= to_micros(now),
            ~newer,
        )
        return [_receipt(row) for row in await self._connection.execute(query.order_by(receipt_table.c.due_at))]

    async def alarmed(self, receipt: Receipt, at: datetime) -> None:
        await self._connection.execute(
            update(receipt_table)
            .where(
                receipt_table.c.patient_id == receipt.patient_id,
                receipt_table.c.person_id == receipt.person_id,
                receipt_table.c.version == receipt.version,
            )
            .values(alarmed_at=to_micros(at))
        )

    async def add(self, opening: Opening) -> None:
        await self._connection.execute(
            insert(table).values(
                id=opening.id,
                patient_id=opening.patient_id,
                person_id=opening.person_id,
                role=opening.role.value,
                organisation=opening.organisation,
                branch=opening.branch.value,
                claim=opening.claim.value,
                reason_code=opening.reason_code.value,
                sealed_reason=seal(self._key, opening.reason.encode(), _opening_aad(opening)),
                released_by=opening.released_by,
                opened_at=to_micros(opening.opened_at),
                until=to_micros(opening.until),
                review_due_at=to_micros(opening.review_due_at),
            )
        )

    async def of_patient(self, patient_id: str) -> list[Opening]:
        query = select(table).where(table.c.patient_id == patient_id).order_by(table.c.opened_at, table.c.id)
        return [self._opening(row) for row in await self._connection.execute(query)]

    async def get(self, opening_id: str) -> Opening:
        row = (await self._connection.execute(select(table).where(table.c.id == opening_id))).first()
        if row is None:
            raise NotFound("Deze noodprocedure bestaat niet.")
        return self._opening(row)

    async def count_of(self, person_id: str, since: datetime) -> int:
        query = select(func.count()).select_from(table)
        lately = query.where(table.c.person_id == person_id, table.c.opened_at > to_micros(since))
        return int((await self._connection.execute(lately)).scalar_one())

    async def unrecorded(self) -> list[AuditEntry]:
        query = select(audit_table).where(
            audit_table.c.event == AuditEvent.EMERGENCY_OPENED.value,
            ~exists().where(table.c.id == audit_table.c.object_id),
        )
        return [entry_of(row._asdict()).entry for row in await self._connection.execute(query)]

    async def review(self, opening_id: str, verdict: Verdict, by: str, at: datetime) -> bool:
        changed = await self._connection.execute(
            update(table)
            .where(table.c.id == opening_id, table.c.reviewed_at.is_(None))
            .values(verdict=verdict.value, reviewed_by=by, reviewed_at=to_micros(at))
        )
        return changed.rowcount == 1

    def _made(self, row: Row[Any]) -> MadeSet:
        made_at = from_micros(row.made_at)
        content = unseal(self._key, row.sealed_content, _set_aad(row.patient_id, row.version, made_at))
        parts: EmergencySet = decode(EmergencySet, json.loads(content))
        return MadeSet(row.patient_id, row.version, row.made_by, made_at, parts, from_micros_or_none(row.checked_at))

    def _opening(self, row: Row[Any]) -> Opening:
        opening = Opening(
            id=row.id,
            patient_id=row.patient_id,
            person_id=row.person_id,
            role=Role(row.role),
            organisation=row.organisation,
            branch=Branch(row.branch),
            claim=Claim(row.claim),
            reason_code=ReasonCode(row.reason_code),
            reason="",
            opened_at=from_micros(row.opened_at),
            until=from_micros(row.until),
            review_due_at=from_micros(row.review_due_at),
            released_by=row.released_by,
            reviewed_at=from_micros_or_none(row.reviewed_at),
            verdict=Verdict(row.verdict) if row.verdict else None,
        )
        if not row.sealed_reason:
            # Destroyed with the dossier that it was about; who opened it when stays.
            return opening
        return replace(opening, reason=unseal(self._key, row.sealed_reason, _opening_aad(opening)).decode())


def _receipt(row: Row[Any]) -> Receipt:
    return Receipt(
        row.patient_id,
        row.version,
        row.person_id,
        from_micros(row.sent_at),
        from_micros(row.due_at),
        from_micros_or_none(row.acknowledged_at),
    )


def _set_aad(patient_id: str, version: int, made_at: datetime) -> bytes:
    return f"emergency-set/{patient_id}/{version}/{to_micros(made_at)}".encode()


def _opening_aad(opening: Opening) -> bytes:
    """What gives an opening force: nobody opens a set by changing a column."""
    place = f"break-glass/{opening.id}/{opening.patient_id}/{opening.person_id}/{opening.branch}"
    return f"{place}/{to_micros(opening.opened_at)}/{to_micros(opening.until)}/{opening.released_by or ''}".encode()
