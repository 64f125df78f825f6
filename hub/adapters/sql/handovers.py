"""Handovers, numbered per circle; what they say is sealed with the patient's key."""

import json
from collections.abc import Collection
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.engine import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.adapters.encryption import seal, unseal
from hub.adapters.sql.people import PatientKeys
from hub.adapters.sql.tables import handover as table
from hub.adapters.sql.times import from_micros, from_micros_or_none, to_micros, to_micros_or_none
from hub.domain.handover import OPEN, Destination, Handover, HandoverReason, HandoverState, Letter

_STAYS = "-"
"""As destination of who stays where they are."""
_NOT_SIGNED = (HandoverState.DRAFT.value,)
_OPEN = [state.value for state in OPEN]


def _handover(row: Row[tuple[object, ...]]) -> Handover:
    found = row._mapping
    received_at = from_micros_or_none(found["received_at"])
    return Handover(
        circle_id=found["circle_id"],
        number=found["number"],
        destination=Destination(found["destination"]) if found["destination"] != _STAYS else None,
        made_by=found["made_by"],
        made_at=from_micros(found["made_at"]),
        receiver_id=found["receiver_id"],
        received_by=found["received_by"],
        received_at=received_at,
        reason=HandoverReason(found["reason"]) if found["reason"] else HandoverReason.PLACE,
        # Older ones have no stand of their own.
        state=HandoverState.ACCEPTED if received_at is not None else HandoverState(found["state"]),
        patient_id=found["patient_id"],
        digest=found["digest"],
        delivered_digest=found["delivered_digest"],
        signed_at=from_micros_or_none(found["signed_at"]),
        due_at=from_micros_or_none(found["due_at"]),
        told_at=from_micros_or_none(found["told_at"]),
        access_ends_at=from_micros_or_none(found["access_ends_at"]),
        seconds=found["seconds"],
    )


class SqlHandovers:
    def __init__(self, connection: AsyncConnection, keys: PatientKeys) -> None:
        self._connection = connection
        self._keys = keys

    async def add(self, handover: Handover) -> Handover:
        query = select(func.coalesce(func.max(table.c.number), 0)).where(table.c.circle_id == handover.circle_id)
        numbered = replace(handover, number=int((await self._connection.execute(query)).scalar_one()) + 1)
        destination = numbered.destination.value if numbered.destination else _STAYS
        await self._connection.execute(
            insert(table).values(
                circle_id=numbered.circle_id,
                number=numbered.number,
                destination=destination,
                made_by=numbered.made_by,
                made_at=to_micros(numbered.made_at),
                receiver_id=numbered.receiver_id,
                reason=numbered.reason.value,
                patient_id=numbered.patient_id,
                access_ends_at=to_micros_or_none(numbered.access_ends_at),
                **_changing(numbered),
            )
        )
        return numbered

    async def get(self, circle_id: str, number: int) -> Handover | None:
        query = select(table).where(table.c.circle_id == circle_id, table.c.number == number)
        row = (await self._connection.execute(query)).first()
        return None if row is None else _handover(row)

    async def of_circle(self, circle_id: str) -> list[Handover]:
        # What was never signed was never handed over, whatever became of it.
        unsigned = table.c.state.in_(_NOT_SIGNED) | (
            (table.c.state == HandoverState.CANCELLED.value) & table.c.signed_at.is_(None)
        )
        return await self._all(table.c.circle_id == circle_id, ~unsigned)

    async def unsettled(self, circle_id: str, states: Collection[HandoverState]) -> list[Handover]:
        named = table.c.state.in_([state.value for state in states])
        return await self._all(table.c.circle_id == circle_id, named, table.c.received_at.is_(None))

    async def received(self, circle_id: str, number: int, by: str, at: datetime) -> bool:
        here = (table.c.circle_id == circle_id, table.c.number == number, table.c.received_at.is_(None))
        changed = await self._connection.execute(
            update(table)
            .where(*here, table.c.state.in_(_OPEN))
            .values(received_by=by, received_at=to_micros(at), state=HandoverState.ACCEPTED.value)
        )
        return changed.rowcount == 1

    async def change(self, before: Handover, after: Handover) -> bool:
        here = (table.c.circle_id == before.circle_id, table.c.number == before.number)
        changed = await self._connection.execute(
            update(table)
            .where(*here, table.c.state == before.state.value, table.c.received_at.is_(None))
            .values(**_changing(after))
        )
        return changed.rowcount == 1

    async def letter(self, handover: Handover) -> Letter | None:
        here = (table.c.circle_id == handover.circle_id, table.c.number == handover.number)
        sealed = (await self._connection.execute(select(table.c.sealed_letter).where(*here))).scalar()
        if not sealed or handover.patient_id is None:
            return None
        opened = unseal(await self._keys.of(handover.patient_id), sealed, _place(handover))
        return Letter.of(json.loads(opened))

    async def write(self, handover: Handover, letter: Letter) -> None:
        if handover.patient_id is None:
            raise ValueError("what is handed over is about a patient")
        text = json.dumps(asdict(letter), ensure_ascii=False, sort_keys=True).encode()
        here = (table.c.circle_id == handover.circle_id, table.c.number == handover.number)
        sealed = seal(await self._keys.of(handover.patient_id), text, _place(handover))
        await self._connection.execute(update(table).where(*here).values(sealed_letter=sealed))

    async def _all(self, *where: Any) -> list[Handover]:
        rows = await self._connection.execute(select(table).where(*where).order_by(table.c.circle_id, table.c.number))
        return [_handover(row) for row in rows]


async def forget_letters(connection: AsyncConnection, patient_id: str, until: datetime | None = None) -> int:
    """Take the words away, not that it was handed over: they repeat what was destroyed or moved to another patient.

    Returns how many were emptied.
    """
    earlier = () if until is None else (table.c.made_at <= to_micros(until),)
    emptied = await connection.execute(
        update(table)
        .where(table.c.patient_id == patient_id, table.c.sealed_letter.is_not(None), *earlier)
        .values(sealed_letter=None)
    )
    return int(emptied.rowcount)


def _changing(handover: Handover) -> dict[str, Any]:
    return {
        "state": handover.state.value,
        "digest": handover.digest,
        "delivered_digest": handover.delivered_digest,
        "signed_at": to_micros_or_none(handover.signed_at),
        "due_at": to_micros_or_none(handover.due_at),
        "told_at": to_micros_or_none(handover.told_at),
        "seconds": handover.seconds,
    }


def _place(handover: Handover) -> bytes:
    return f"handover/letter/{handover.circle_id}/{handover.number}".encode()
