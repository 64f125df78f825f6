"""Who led a circle since when: a row for each change."""

from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.adapters.sql.dossier_tables import lead_term as table
from hub.adapters.sql.times import from_micros, to_micros
from hub.domain.timeline import LeadTerm


async def note_lead(connection: AsyncConnection, circle_id: str, person_id: str, since: datetime) -> None:
    row = {"circle_id": circle_id, "person_id": person_id, "since": to_micros(since)}
    await connection.execute(insert(table).values(row))


async def leads_of(connection: AsyncConnection, circle_id: str) -> list[LeadTerm]:
    """Oldest first; none of a circle that was opened before they were written down."""
    query = select(table).where(table.c.circle_id == circle_id).order_by(table.c.id)
    return [LeadTerm(row.person_id, from_micros(row.since)) for row in await connection.execute(query)]
