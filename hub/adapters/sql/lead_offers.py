"""Offers of a part of the lead, numbered per circle."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.engine import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.adapters.sql.times import from_micros, from_micros_or_none, to_micros
from hub.adapters.sql.work_tables import lead_offer as table
from hub.domain.identifiers import new_id
from hub.domain.lead import LeadOffer, LeadPart, OfferState


class SqlLeadOffers:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, offer: LeadOffer) -> LeadOffer:
        query = select(func.coalesce(func.max(table.c.number), 0)).where(table.c.circle_id == offer.circle_id)
        numbered = replace(offer, number=int((await self._connection.execute(query)).scalar_one()) + 1)
        await self._connection.execute(
            insert(table).values(
                id=new_id("off"),
                circle_id=numbered.circle_id,
                number=numbered.number,
                part=numbered.part.value,
                from_id=numbered.from_id,
                holder_id=numbered.holder_id,
                to_id=numbered.to_id,
                offered_at=to_micros(numbered.offered_at),
                state=numbered.state.value,
            )
        )
        return numbered

    async def get(self, circle_id: str, number: int) -> LeadOffer | None:
        query = select(table).where(table.c.circle_id == circle_id, table.c.number == number)
        row = (await self._connection.execute(query)).first()
        return None if row is None else _offer(row)

    async def of_circle(self, circle_id: str) -> list[LeadOffer]:
        query = select(table).where(table.c.circle_id == circle_id).order_by(table.c.number)
        return [_offer(row) for row in await self._connection.execute(query)]

    async def end(self, circle_id: str, number: int, state: OfferState, at: datetime) -> bool:
        here = (table.c.circle_id == circle_id, table.c.number == number, table.c.state == OfferState.OPEN.value)
        ended = update(table).where(*here).values(state=state.value, ended_at=to_micros(at))
        return (await self._connection.execute(ended)).rowcount == 1


def _offer(row: Row[Any]) -> LeadOffer:
    return LeadOffer(
        circle_id=row.circle_id,
        number=row.number,
        part=LeadPart(row.part),
        from_id=row.from_id,
        holder_id=row.holder_id,
        to_id=row.to_id,
        offered_at=from_micros(row.offered_at),
        state=OfferState(row.state),
        ended_at=from_micros_or_none(row.ended_at),
    )
