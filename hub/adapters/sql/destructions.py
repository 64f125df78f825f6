"""Requests for destruction (BW 7:455): decided by each organisation, approved by a second person, and carried out."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, exists, func, insert, or_, select, update
from sqlalchemy.engine import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.adapters.destroyed_keys import DestroyedRecord
from hub.adapters.encryption import KeyVault, seal
from hub.adapters.sql import tables as t
from hub.adapters.sql.access_tables import (
    break_glass,
    destruction,
    destruction_decision,
    emergency_due,
    emergency_receipt,
    emergency_set,
    legal_hold,
    posthumous_request,
    privacy_case,
    withholding,
)
from hub.adapters.sql.dossier_tables import dialogue, filed_message, filing_wish
from hub.adapters.sql.handovers import forget_letters
from hub.adapters.sql.matrix_tables import mx_inbox
from hub.adapters.sql.people import PatientKeys, SqlPatients
from hub.adapters.sql.times import from_micros, from_micros_or_none, to_micros
from hub.adapters.sql.work_tables import (
    aftercare_record,
    outside_call,
    paper_code,
    path_step,
    question,
    survey_answer,
    threshold_set,
)
from hub.application.guard import Permit
from hub.domain.destruction import (
    OWN_WORDS,
    Destroyed,
    DestructionRequest,
    Ground,
    HoldGround,
    LegalHold,
    OrganisationDecision,
    Outcome,
)
from hub.domain.errors import NotFound
from hub.domain.vocabulary import Action


class SqlDestructions:
    def __init__(self, connection: AsyncConnection, vault: KeyVault, keys: PatientKeys, patients: SqlPatients) -> None:
        self._connection = connection
        self._vault = vault
        self._keys = keys
        self._patients = patients

    async def approved_by_another(self, patient_id: str, person_id: str) -> bool:
        found = exists().where(
            destruction.c.id == destruction_decision.c.destruction_id,
            destruction.c.patient_id == patient_id,
            destruction.c.executed_at.is_(None),
            destruction_decision.c.decision == Outcome.DESTROY.value,
            destruction_decision.c.approved_by.is_not(None),
            destruction_decision.c.approved_by != person_id,
        )
        return bool((await self._connection.execute(select(found))).scalar_one())

    async def add(self, request: DestructionRequest) -> None:
        await self._connection.execute(
            insert(destruction).values(
                id=request.id,
                patient_id=request.patient_id,
                requested_by=request.requested_by,
                requested_at=to_micros(request.requested_at),
                due_at=to_micros(request.due_at),
            )
        )

    async def open_of(self, patient_id: str) -> DestructionRequest | None:
        query = select(destruction).where(destruction.c.patient_id == patient_id, destruction.c.executed_at.is_(None))
        row = (await self._connection.execute(query)).first()
        return None if row is None else _request(row)

    async def get(self, request_id: str) -> DestructionRequest:
        row = (await self._connection.execute(select(destruction).where(destruction.c.id == request_id))).first()
        if row is None:
            raise NotFound("Dit verzoek bestaat niet.")
        return _request(row)

    async def organisations(self, patient_id: str) -> list[str]:
        query = select(t.entry.c.organisation).where(t.entry.c.patient_id == patient_id).distinct()
        return sorted({name or OWN_WORDS for name in (await self._connection.execute(query)).scalars()})

    async def decide(self, request_id: str, decision: OrganisationDecision) -> None:
        table = destruction_decision
        here = (table.c.destruction_id == request_id, table.c.organisation == decision.organisation)
        await self._connection.execute(delete(table).where(*here))
        await self._connection.execute(
            insert(table).values(
                destruction_id=request_id,
                organisation=decision.organisation,
                decision=decision.outcome.value,
                ground=decision.ground.value,
                decided_by=decision.decided_by,
                decided_at=to_micros(decision.decided_at),
            )
        )

    async def decisions(self, request_id: str) -> list[OrganisationDecision]:
        query = select(destruction_decision).where(destruction_decision.c.destruction_id == request_id)
        rows = await self._connection.execute(query.order_by(destruction_decision.c.organisation))
        return [_decision(row) for row in rows]

    async def approve(self, request_id: str, organisation: str, by: str, at: datetime) -> bool:
        table = destruction_decision
        changed = await self._connection.execute(
            update(table)
            .where(
                table.c.destruction_id == request_id,
                table.c.organisation == organisation,
                table.c.decision == Outcome.DESTROY.value,
                table.c.decided_by != by,
            )
            .values(approved_by=by, approved_at=to_micros(at))
        )
        return changed.rowcount == 1

    async def place_hold(self, hold: LegalHold) -> None:
        await self._connection.execute(
            insert(legal_hold).values(
                id=hold.id,
                patient_id=hold.patient_id,
                ground=hold.ground.value,
                placed_by=hold.placed_by,
                placed_at=to_micros(hold.placed_at),
            )
        )

    async def holds(self, patient_id: str) -> list[LegalHold]:
        query = select(legal_hold).where(legal_hold.c.patient_id == patient_id, legal_hold.c.lifted_at.is_(None))
        rows = await self._connection.execute(query.order_by(legal_hold.c.placed_at))
        return [
            LegalHold(row.id, row.patient_id, HoldGround(row.ground), row.placed_by, from_micros(row.placed_at))
            for row in rows
        ]

    async def lift_hold(self, hold_id: str, at: datetime) -> bool:
        changed = await self._connection.execute(
            update(legal_hold)
            .where(legal_hold.c.id == hold_id, legal_hold.c.lifted_at.is_(None))
            .values(lifted_at=to_micros(at))
        )
        return changed.rowcount == 1

    async def destroy(
        self, permit: Permit, request: DestructionRequest, organisations: Sequence[str], *, whole: bool
    ) -> Destroyed:
        if permit.action is not Action.DESTROY or permit.context.patient_id != request.patient_id:
            raise ValueError("destroying takes a permit to destroy this dossier")
        at = permit.context.now
        named = None if whole else tuple(organisations)
        # First outside the database: what was written there holds also when this transaction is lost.
        self._vault.destroyed.add(DestroyedRecord(request.patient_id, at, named))
        done = await self._carry_out(DestroyedRecord(request.patient_id, at, named))
        await self._connection.execute(
            update(destruction)
            .where(destruction.c.id == request.id)
            .values(executed_at=to_micros(at), executed_by=permit.context.actor.id)
        )
        return done

    async def again(self) -> int:
        """What was destroyed before and is here once more, because an older database was put back; how many rows."""
        rows = 0
        for record in self._vault.destroyed.records():
            done = await self._carry_out(record)
            rows += done.entries + done.emergency_sets + done.messages
        return rows

    async def _carry_out(self, record: DestroyedRecord) -> Destroyed:
        if record.organisations is not None:
            entries = await self._deleted(t.entry, _written_by(record))
            # What the card says may be theirs; it is made again from what stays.
            sets = await self._deleted(
                emergency_set, emergency_set.c.patient_id == record.patient_id, _until(emergency_set.c.made_at, record)
            )
            # What was said of any section may repeat theirs; what is still to be said of one is not said any more.
            here = select(t.circle.c.id).where(t.circle.c.patient_id == record.patient_id)
            said = (t.outbox.c.circle_id.in_(here), t.outbox.c.sections != "", _until(t.outbox.c.created_at, record))
            messages = await self._deleted(t.outbox, *said)
            await forget_letters(self._connection, record.patient_id, record.at)
            return Destroyed(False, record.organisations, entries, sets, messages)
        mine = record.patient_id
        await forget_letters(self._connection, mine)
        await self._deleted(filed_message, filed_message.c.patient_id == mine)
        entries = await self._deleted(t.entry, t.entry.c.patient_id == mine)
        sets = await self._deleted(emergency_set, emergency_set.c.patient_id == mine)
        circles = select(t.circle.c.id).where(t.circle.c.patient_id == mine)
        rooms = select(t.room.c.room_id).where(t.room.c.circle_id.in_(circles))
        messages = await self._deleted(
            # What is said about the destruction itself is written at that moment, and stays.
            t.outbox,
            t.outbox.c.circle_id.in_(circles),
            t.outbox.c.created_at < to_micros(record.at),
        )
        messages += await self._deleted(mx_inbox, mx_inbox.c.room_id.in_(rooms))
        await self._deleted(filing_wish, filing_wish.c.circle_id.in_(circles))
        for table in (
            t.consent,
            threshold_set,
            path_step,
            question,
            aftercare_record,
            survey_answer,
            t.imported_document,
            emergency_due,
            emergency_receipt,
            withholding,
            dialogue,
        ):
            await self._deleted(table, table.c.patient_id == mine)
        await self._deleted(paper_code, paper_code.c.patient_id == mine)
        await self._deleted(outside_call, outside_call.c.circle_id.in_(circles))
        for table, sealed in (
            (break_glass, "sealed_reason"),
            (posthumous_request, "sealed_reason"),
            (privacy_case, "sealed_reason"),
        ):
            await self._connection.execute(update(table).where(table.c.patient_id == mine).values({sealed: b""}))
        await self._without_a_name(record)
        self._keys.forget()
        self._patients.forget()
        return Destroyed(True, (), entries, sets, messages)

    async def _without_a_name(self, record: DestroyedRecord) -> None:
        """No key, no identity; what stays is the pseudonym that the log needs."""
        query = select(t.patient.c.person_id, t.patient.c.pseudonym).where(t.patient.c.id == record.patient_id)
        row = (await self._connection.execute(query)).first()
        if row is None:
            return
        key = self._vault.purpose_key("person")
        name, details = json.dumps(["Patiënt", row.pseudonym]).encode(), json.dumps([None, None, None]).encode()
        person = t.person.c.id == row.person_id
        await self._connection.execute(
            update(t.person)
            .where(person)
            .values(
                sealed_name=seal(key, name, f"person/name/{row.person_id}".encode()),
                sealed_details=seal(key, details, f"person/details/{row.person_id}".encode()),
                left_at=func.coalesce(t.person.c.left_at, to_micros(record.at)),
            )
        )
        await self._connection.execute(
            update(t.patient)
            .where(t.patient.c.id == record.patient_id)
            .values(wrapped_key=b"", sealed_identity=b"", destroyed_at=to_micros(record.at))
        )

    async def _deleted(self, table: Any, *where: ColumnElement[bool]) -> int:
        return int((await self._connection.execute(delete(table).where(*where))).rowcount)


def _written_by(record: DestroyedRecord) -> ColumnElement[bool]:
    names = record.organisations or ()
    theirs = t.entry.c.organisation.in_([name for name in names if name != OWN_WORDS])
    own = t.entry.c.organisation.is_(None) if OWN_WORDS in names else t.entry.c.organisation.in_([])
    # What the same people write later, in care that goes on, is not what was asked to be destroyed.
    return (t.entry.c.patient_id == record.patient_id) & _until(t.entry.c.recorded_at, record) & or_(theirs, own)


def _until(column: Any, record: DestroyedRecord) -> ColumnElement[bool]:
    within: ColumnElement[bool] = column <= to_micros(record.at)
    return within


def _request(row: Row[Any]) -> DestructionRequest:
    return DestructionRequest(
        row.id,
        row.patient_id,
        row.requested_by,
        from_micros(row.requested_at),
        from_micros(row.due_at),
        from_micros_or_none(row.executed_at),
        row.executed_by,
    )


def _decision(row: Row[Any]) -> OrganisationDecision:
    return OrganisationDecision(
        row.organisation,
        Outcome(row.decision),
        Ground(row.ground),
        row.decided_by,
        from_micros(row.decided_at),
        row.approved_by,
        from_micros_or_none(row.approved_at),
    )
