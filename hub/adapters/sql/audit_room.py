"""De kamer van het logboek: which room it is, who belongs in it, and what was said there last (ADR 0021)."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.adapters.sql.access_tables import person_role
from hub.adapters.sql.canary import read_setting, write_setting
from hub.adapters.sql.tables import person
from hub.adapters.sql.times import to_micros
from hub.domain.vocabulary import Role

ROOM: Final = "audit.room"
_SAID: Final = "audit.room.said"


@dataclass(frozen=True, slots=True)
class Said:
    """The checkpoint that stands in the room: over how many entries, and when it was said (seconds since 1970)."""

    size: int
    at: float


async def audit_officers(connection: AsyncConnection, now: datetime) -> frozenset[str]:
    """Matrix ids of the privacy officers of this moment, by first role or by a later one; who left is none."""
    moment, officer = to_micros(now), Role.PRIVACY_OFFICER.value
    wearing = select(person_role.c.person_id).where(
        person_role.c.role == officer,
        person_role.c.since <= moment,
        or_(person_role.c.until.is_(None), person_role.c.until > moment),
    )
    query = select(person.c.matrix_id).where(
        person.c.matrix_id.is_not(None),
        or_(person.c.left_at.is_(None), person.c.left_at > moment),
        or_(person.c.role == officer, person.c.id.in_(wearing)),
    )
    return frozenset(row.matrix_id for row in await connection.execute(query))


async def audit_room(connection: AsyncConnection) -> str | None:
    return await read_setting(connection, ROOM)


async def read_said(connection: AsyncConnection) -> Said | None:
    """None before the first."""
    stored = await read_setting(connection, _SAID)
    return None if stored is None else Said(**json.loads(stored))


async def write_said(connection: AsyncConnection, said: Said) -> None:
    await write_setting(connection, _SAID, json.dumps(asdict(said)))
