"""What was declared about a patient: dying phase, death, leaving, taking back; and requests for access after death."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.engine import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.adapters.encryption import KeyVault, seal, unseal
from hub.adapters.sql.access_tables import posthumous_request as request_table
from hub.adapters.sql.access_tables import state_change as table
from hub.adapters.sql.people import SqlPatients
from hub.adapters.sql.room_cards import mark_cards_of_patient
from hub.adapters.sql.tables import patient as patient_table
from hub.adapters.sql.times import from_micros, from_micros_or_none, to_micros, to_micros_or_none
from hub.domain.death import Declaration, PosthumousGround, PosthumousRequest, PosthumousVerdict
from hub.domain.errors import NotFound
from hub.domain.vocabulary import PatientState


class SqlDeclarations:
    def __init__(self, connection: AsyncConnection, vault: KeyVault, patients: SqlPatients) -> None:
        self._connection = connection
        self._key = vault.purpose_key("posthumous")
        self._patients = patients

    async def add(self, declaration: Declaration) -> None:
        await self._connection.execute(
            insert(table).values(
                id=declaration.id,
                patient_id=declaration.patient_id,
                state=declaration.state.value,
                happened_on=declaration.happened_on.isoformat() if declaration.happened_on else None,
                declared_by=declaration.declared_by,
                declared_at=to_micros(declaration.declared_at),
                confirmed_by=declaration.confirmed_by,
                confirmed_at=to_micros_or_none(declaration.confirmed_at),
            )
        )

    async def of_patient(self, patient_id: str) -> list[Declaration]:
        query = select(table).where(table.c.patient_id == patient_id).order_by(table.c.declared_at, table.c.id)
        return [_declaration(row) for row in await self._connection.execute(query)]

    async def confirm(self, declaration_id: str, by: str, at: datetime) -> bool:
        changed = await self._connection.execute(
            update(table)
            .where(table.c.id == declaration_id, table.c.confirmed_at.is_(None))
            .values(confirmed_by=by, confirmed_at=to_micros(at))
        )
        return changed.rowcount == 1

    async def withdraw(self, declaration_id: str) -> None:
        await self._connection.execute(
            delete(table).where(table.c.id == declaration_id, table.c.confirmed_at.is_(None))
        )

    async def set_state(
        self, patient_id: str, state: PatientState, at: datetime | None, by: str, confirmed_by: str | None
    ) -> None:
        self._patients.forget()
        await self._connection.execute(
            update(patient_table)
            .where(patient_table.c.id == patient_id)
            .values(state=state.value, state_at=to_micros_or_none(at), state_by=by, state_confirmed_by=confirmed_by)
        )
        if at is not None:
            await mark_cards_of_patient(self._connection, patient_id, by, at)

    async def add_request(self, request: PosthumousRequest) -> None:
        await self._connection.execute(
            insert(request_table).values(
                id=request.id,
                patient_id=request.patient_id,
                requested_by=request.requested_by,
                ground=request.ground.value,
                sealed_reason=seal(self._key, request.reason.encode(), _bound(request.id, request.patient_id)),
                requested_at=to_micros(request.requested_at),
            )
        )

    async def get_request(self, request_id: str) -> PosthumousRequest:
        row = (await self._connection.execute(select(request_table).where(request_table.c.id == request_id))).first()
        if row is None:
            raise NotFound("Dit verzoek bestaat niet.")
        return self._request(row)

    async def requests(self, patient_id: str) -> list[PosthumousRequest]:
        query = select(request_table).where(request_table.c.patient_id == patient_id)
        rows = await self._connection.execute(query.order_by(request_table.c.requested_at))
        return [self._request(row) for row in rows]

    async def decide_request(self, request_id: str, verdict: PosthumousVerdict, by: str, at: datetime) -> bool:
        changed = await self._connection.execute(
            update(request_table)
            .where(request_table.c.id == request_id, request_table.c.assessed_at.is_(None))
            .values(verdict=verdict.value, assessed_by=by, assessed_at=to_micros(at))
        )
        return changed.rowcount == 1

    def _request(self, row: Row[Any]) -> PosthumousRequest:
        return PosthumousRequest(
            id=row.id,
            patient_id=row.patient_id,
            requested_by=row.requested_by,
            ground=PosthumousGround(row.ground),
            reason=unseal(self._key, row.sealed_reason, _bound(row.id, row.patient_id)).decode(),
            requested_at=from_micros(row.requested_at),
            assessed_by=row.assessed_by,
            assessed_at=from_micros_or_none(row.assessed_at),
            verdict=PosthumousVerdict(row.verdict) if row.verdict else None,
        )


def _declaration(row: Row[Any]) -> Declaration:
    return Declaration(
        id=row.id,
        patient_id=row.patient_id,
        state=PatientState(row.state),
        declared_by=row.declared_by,
        declared_at=from_micros(row.declared_at),
        happened_on=date.fromisoformat(row.happened_on) if row.happened_on else None,
        confirmed_by=row.confirmed_by,
        confirmed_at=from_micros_or_none(row.confirmed_at),
    )


def _bound(request_id: str, patient_id: str) -> bytes:
    return f"posthumous/{request_id}/{patient_id}".encode()
