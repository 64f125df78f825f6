"""Marks that an out-of-hours set and the cards of the rooms must be made again, in the transaction of the change."""

from datetime import datetime

from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.adapters.sql.access_tables import emergency_due as due_table
from hub.adapters.sql.room_cards import mark_cards_of_patient
from hub.adapters.sql.times import to_micros
from hub.domain.dossier import Entry
from hub.domain.emergency_set import SECTIONS

_RELEVANT = frozenset(SECTIONS)


async def mark_due(connection: AsyncConnection, patient_id: str, changed_by: str, at: datetime) -> None:
    """In the transaction of a change: the set of this patient must be made again, and the cards of the rooms."""
    dialect_insert = postgres_insert if connection.dialect.name == "postgresql" else sqlite_insert
    values = {"changed_by": changed_by, "changed_at": to_micros(at)}
    row = dialect_insert(due_table).values(patient_id=patient_id, **values)
    await connection.execute(row.on_conflict_do_update(index_elements=["patient_id"], set_=values))
    await mark_cards_of_patient(connection, patient_id, changed_by, at)


async def mark_due_for(connection: AsyncConnection, entry: Entry) -> None:
    """The same for a new version of an entry, when the set is made from its section."""
    if entry.section in _RELEVANT:
        await mark_due(connection, entry.patient_id, entry.responsible_id, entry.recorded_at)
