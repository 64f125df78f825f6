"""The circle of mevrouw de Wit without walking every use case again: its rows, as they were when it was opened.

Opening it takes a tenth of a second, and hundreds of stories begin there. The first on each engine opens it; the others
get the same rows in their own empty database.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Table, insert, text

from hub.adapters.encryption import KeyVault
from hub.adapters.sql.database import Database, metadata
from tests.world import Clock, World, open_world


@dataclass(frozen=True)
class _Kept:
    world: World
    rows: list[tuple[Table, list[dict[str, Any]]]]
    sequences: str
    """On PostgreSQL: the statement that makes numbers go on where they were."""


_kept: dict[tuple[bool, bytes, datetime], _Kept] = {}


async def kept_world(database: Database, vault: KeyVault, clock: Clock) -> World:
    """As :func:`tests.world.open_world`, on a database without rows."""
    # The same keys and the same moment, or the rows would not be what opening makes.
    place = database.is_sqlite, vault.purpose_key("kept-world"), clock()
    if place not in _kept:
        world = await open_world(database, vault, clock)
        _kept[place] = await _keep(database, world)
        return world
    kept = _kept[place]
    async with database.transaction() as connection:
        for table, rows in kept.rows:
            await connection.execute(insert(table), rows)
        if kept.sequences:
            await connection.execute(text(kept.sequences))
    first = kept.world
    return World(database, vault, clock, first.guard, dict(first.people), first.patient_id, first.circle_id)


async def _keep(database: Database, world: World) -> _Kept:
    rows, sequences = [], ""
    async with database.reading() as connection:
        for table in metadata.sorted_tables:
            found = [dict(row) for row in (await connection.execute(table.select())).mappings()]
            rows += [(table, found)] if found else []
        if not database.is_sqlite:
            query = text("SELECT sequencename, last_value FROM pg_sequences WHERE last_value IS NOT NULL")
            lasts = (await connection.execute(query)).all()
            sequences = ", ".join(f"setval('{name}', {last})" for name, last in lasts)
    people = dict(world.people)
    kept = World(database, world.vault, world.clock, world.guard, people, world.patient_id, world.circle_id)
    return _Kept(kept, rows, f"SELECT {sequences}" if sequences else "")
