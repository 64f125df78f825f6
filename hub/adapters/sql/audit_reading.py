"""Read the log as it is stored, in portions, with a :class:`~hub.domain.audit_walk.Walk` along it."""

import asyncio
from collections.abc import Sequence
from typing import Any

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.audit import GENESIS
from hub.domain.audit_walk import COLUMNS, Walk

BEFORE_ALL, AFTER_ALL = -(2**63), 2**63 - 1
_PORTION_SIZE = 500
_WHERE = f"FROM audit WHERE seq > :after AND seq <= :until ORDER BY seq LIMIT {_PORTION_SIZE}"
_NUMBERS = frozenset({"seq", "recorded_at", "outcome", "break_glass"})
# Text of our own, without a value in it. Textual, so that no type of ours mends what is stored.
_ROWS = text(f"SELECT {', '.join(COLUMNS)} {_WHERE}")
_ROWS_AS_BYTES = text(
    f"SELECT {', '.join(name if name in _NUMBERS else f'CAST({name} AS BLOB)' for name in COLUMNS)} {_WHERE}"
)
_HEAD = text("SELECT entries, hash FROM audit_head WHERE id = 1")
_HEAD_AS_BYTES = text("SELECT entries, CAST(hash AS BLOB) FROM audit_head WHERE id = 1")


async def along(connection: AsyncConnection, walk: Walk, after: int = BEFORE_ALL, until: int = AFTER_ALL) -> None:
    """Take ``walk`` along the rows behind ``after`` until and with ``until``, or to the first that is wrong.

    :raises DBAPIError: the table itself cannot be read
    """
    while rows := await _portion(connection, after, until):
        if not walk.take(rows):
            return
        after = rows[-1][COLUMNS.index("seq")]
        # Whoever else has something to do in this process may, between two portions.
        await asyncio.sleep(0)


async def stored_head(connection: AsyncConnection) -> tuple[int, str]:
    """How many entries the log has and the hash of the last, as written with the last act."""
    on_sqlite = connection.dialect.name == "sqlite"
    head = (await connection.execute(_HEAD_AS_BYTES if on_sqlite else _HEAD)).first()
    if head is None:
        return 0, GENESIS
    count, last = head
    return count, last.decode(errors="replace") if isinstance(last, bytes) else str(last)


async def _portion(connection: AsyncConnection, after: int, until: int) -> Sequence[Any]:
    place = {"after": after, "until": until}
    try:
        return (await connection.execute(_ROWS, place)).all()
    except DBAPIError:
        # SQLite keeps whatever bytes somebody put into a text; its driver stops at what is not UTF-8, and then the row
        # could not be named. As bytes they come out.
        if connection.dialect.name != "sqlite":
            raise
        return (await connection.execute(_ROWS_AS_BYTES, place)).all()
