"""Consent records, in the order in which the patient chose."""

from dataclasses import replace

from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.adapters.encryption import seal, unseal
from hub.adapters.sql.audit_log import SqlAuditTrail
from hub.adapters.sql.people import PatientKeys
from hub.adapters.sql.tables import consent as table
from hub.adapters.sql.times import from_micros, to_micros
from hub.application.ports import labels
from hub.domain.consent import Consent, ConsentDecision, ConsentTarget, TargetKind
from hub.domain.vocabulary import Section


class SqlConsents:
    def __init__(self, connection: AsyncConnection, keys: PatientKeys, audit: SqlAuditTrail) -> None:
        self._connection = connection
        self._keys = keys
        self._audit = audit

    async def of_patient(self, patient_id: str) -> list[Consent]:
        rows = (
            await self._connection.execute(
                select(table).where(table.c.patient_id == patient_id).order_by(table.c.number)
            )
        ).all()
        if not rows:
            return []
        key = await self._keys.of(patient_id)
        return [
            Consent(
                id=row.id,
                patient_id=row.patient_id,
                decision=ConsentDecision(row.decision),
                target=ConsentTarget(
                    TargetKind(row.target_kind),
                    unseal(key, row.sealed_target, f"consent/target/{row.id}".encode()).decode(),
                ),
                sections=frozenset(Section(part) for part in row.sections.split(",")),
                given_by=row.given_by,
                how=unseal(key, row.sealed_how, f"consent/how/{row.id}".encode()).decode(),
                recorded_by=row.recorded_by,
                recorded_at=from_micros(row.recorded_at),
                number=row.number,
            )
            for row in rows
        ]

    async def add(self, consent: Consent) -> Consent:
        await self._audit.take_turn()
        query = select(func.coalesce(func.max(table.c.number), 0)).where(table.c.patient_id == consent.patient_id)
        number = int((await self._connection.execute(query)).scalar_one()) + 1
        key = await self._keys.of(consent.patient_id)
        if consent.recorded_at is None:
            raise ValueError("a consent that is stored says when it was recorded")
        await self._connection.execute(
            insert(table).values(
                id=consent.id,
                patient_id=consent.patient_id,
                number=number,
                decision=consent.decision.value,
                target_kind=consent.target.kind.value,
                sealed_target=seal(key, consent.target.value.encode(), f"consent/target/{consent.id}".encode()),
                sections=labels(consent.sections),
                given_by=consent.given_by,
                sealed_how=seal(key, consent.how.encode(), f"consent/how/{consent.id}".encode()),
                recorded_by=consent.recorded_by,
                recorded_at=to_micros(consent.recorded_at),
            )
        )
        return replace(consent, number=number)
