"""Consent records, in the order in which the patient chose."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import bindparam, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.adapters.encryption import seal, unseal
from hub.adapters.sql.people import PatientKeys
from hub.adapters.sql.room_cards import mark_cards_of_patient
from hub.adapters.sql.tables import consent as table
from hub.adapters.sql.tables import patient
from hub.adapters.sql.times import from_micros, to_micros
from hub.application.ports import labels
from hub.domain.consent import Consent, ConsentContext, ConsentDecision, ConsentTarget, SharingMode, TargetKind
from hub.domain.vocabulary import Section

_OF_PATIENT = (
    select(table, patient.c.person_id)
    .join(patient, patient.c.id == table.c.patient_id)
    .where(table.c.patient_id == bindparam("patient_id"))
    .order_by(table.c.number)
)


class SqlConsents:
    def __init__(self, connection: AsyncConnection, keys: PatientKeys) -> None:
        self._connection = connection
        self._keys = keys
        self._known: dict[str, list[Consent]] = {}
        """As read in this transaction: an audience is judged person by person, on the same choices."""

    def forget(self) -> None:
        """A choice was added, or a savepoint was undone."""
        self._known.clear()

    async def of_patient(self, patient_id: str) -> list[Consent]:
        if patient_id not in self._known:
            self._known[patient_id] = await self._read(patient_id)
        return list(self._known[patient_id])

    async def _read(self, patient_id: str) -> list[Consent]:
        rows = (await self._connection.execute(_OF_PATIENT, {"patient_id": patient_id})).all()
        if not rows:
            return []
        key = await self._keys.of(patient_id)
        bound = [_bound(row._mapping) for row in rows]
        return [
            Consent(
                id=row.id,
                patient_id=row.patient_id,
                decision=ConsentDecision(row.decision),
                target=ConsentTarget(
                    TargetKind(row.target_kind),
                    unseal(key, row.sealed_target, b"consent/target/" + place).decode(),
                ),
                sections=frozenset(Section(part) for part in row.sections.split(",")),
                given_by=row.given_by,
                how=unseal(key, row.sealed_how, b"consent/how/" + place).decode(),
                recorded_by=row.recorded_by,
                recorded_at=from_micros(row.recorded_at),
                number=row.number,
                mode=SharingMode(row.mode),
                context=ConsentContext(row.context) if row.context else None,
                channel=row.channel,
                text_version=row.text_version,
                own=row.given_by == row.person_id,
            )
            for row, place in zip(rows, bound, strict=True)
        ]

    async def add(self, consent: Consent) -> Consent:
        query = select(func.coalesce(func.max(table.c.number), 0)).where(table.c.patient_id == consent.patient_id)
        number = int((await self._connection.execute(query)).scalar_one()) + 1
        key = await self._keys.of(consent.patient_id)
        if consent.recorded_at is None:
            raise ValueError("a consent that is stored says when it was recorded")
        row = {
            "id": consent.id,
            "patient_id": consent.patient_id,
            "number": number,
            "decision": consent.decision.value,
            "target_kind": consent.target.kind.value,
            "sections": labels(consent.sections),
            "given_by": consent.given_by,
            "recorded_by": consent.recorded_by,
            "recorded_at": to_micros(consent.recorded_at),
            "mode": consent.mode.value,
            "context": consent.context.value if consent.context else None,
            "channel": consent.channel,
            "text_version": consent.text_version,
        }
        sealed = {
            "sealed_target": seal(key, consent.target.value.encode(), b"consent/target/" + _bound(row)),
            "sealed_how": seal(key, consent.how.encode(), b"consent/how/" + _bound(row)),
        }
        await self._connection.execute(insert(table).values(row | sealed))
        await mark_cards_of_patient(self._connection, consent.patient_id, consent.recorded_by, consent.recorded_at)
        self.forget()
        who = select(patient.c.person_id).where(patient.c.id == consent.patient_id)
        own = (await self._connection.execute(who)).scalar_one() == consent.given_by
        return replace(consent, number=number, own=own)


def _bound(row: Mapping[Any, Any]) -> bytes:
    """What the patient decided, and when: a refusal does not become a permission by a changed column."""
    what = f"{row['decision']}/{row['target_kind']}/{row['sections']}"
    if row["mode"] != SharingMode.EXPLICIT or row["context"]:
        # Older records have neither, and were sealed without.
        what += f"/{row['mode']}/{row['context'] or ''}"
    return f"{row['patient_id']}/{row['id']}/{row['number']}/{what}".encode()
