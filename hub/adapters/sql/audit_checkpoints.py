"""The signed checkpoints of the log, in their table: they only go in."""

import base64
import binascii
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.engine import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.adapters.sql.access_tables import audit_checkpoint as table
from hub.adapters.sql.times import from_micros, to_micros
from hub.domain.audit_checkpoint import Checkpoint, SignedCheckpoint


@dataclass(frozen=True, slots=True)
class StoredCheckpoint:
    """``signed`` is None when the row holds no checkpoint any more; ``witnessed``: the witness had it first."""

    size: int
    signed: SignedCheckpoint | None
    witnessed: bool


async def stored_checkpoints(connection: AsyncConnection, origin: str) -> list[StoredCheckpoint]:
    """All of them, oldest first."""
    return [_stored(row, origin) for row in await connection.execute(select(table).order_by(table.c.size))]


async def last_checkpoint(connection: AsyncConnection, origin: str) -> StoredCheckpoint | None:
    row = (await connection.execute(select(table).order_by(table.c.size.desc()).limit(1))).first()
    return None if row is None else _stored(row, origin)


async def add_checkpoint(connection: AsyncConnection, signed: SignedCheckpoint, *, witnessed: bool) -> None:
    await connection.execute(
        insert(table).values(
            size=signed.checkpoint.size,
            root=signed.checkpoint.root.hex(),
            signed_at=to_micros(signed.checkpoint.time),
            key_id=signed.key_id.hex(),
            signature=base64.b64encode(signed.signature).decode(),
            witnessed=witnessed,
        )
    )


def _stored(row: Row[Any], origin: str) -> StoredCheckpoint:
    try:
        signed = SignedCheckpoint(
            Checkpoint(origin, row.size, bytes.fromhex(row.root), from_micros(row.signed_at)),
            bytes.fromhex(row.key_id),
            base64.b64decode(row.signature, validate=True),
        )
    except (ValueError, TypeError, OverflowError, binascii.Error):
        return StoredCheckpoint(row.size, None, row.witnessed)
    return StoredCheckpoint(row.size, signed, row.witnessed)
