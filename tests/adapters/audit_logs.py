"""A long log at once, as the hub would have written and signed it in some busy weeks."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from sqlalchemy import insert

from hub.adapters.audit_signing import CheckpointSigner
from hub.adapters.sql.audit_checkpoints import add_checkpoint
from hub.adapters.sql.database import Database
from hub.adapters.sql.tables import audit, audit_head
from hub.adapters.sql.times import to_micros
from hub.domain.audit import GENESIS, AuditEntry, ChainedEntry, canonical, chain
from hub.domain.audit_checkpoint import Checkpoint, SignedCheckpoint
from hub.domain.merkle import Frontier, leaf_hash
from tests.domain.test_audit import NINE, entry

ORIGIN = "kring.test/audit"
SIGNER = CheckpointSigner(ORIGIN, bytes(range(32)))
_PORTION = 20_000


def entries(count: int) -> list[AuditEntry]:
    """``count`` acts, no two alike; some without organisation or consent, some with letters from elsewhere."""
    return [
        entry(
            number,
            organisation=None if number % 3 == 0 else "Praktijk De Brug",
            consent_id=f"con-{number}" if number % 5 == 0 else None,
            relation_id=None if number % 7 == 0 else f"rel-{number % 40}",
            break_glass=number % 11 == 0,
            outcome=4 if number % 13 == 0 else 0,
            user_id=f"per-{number % 40:016x}",
            responsible_id=f"per-{number % 40:016x}",
            detail='café "x"' if number % 17 == 0 else f"entries={number % 9}",
        )
        for number in range(count)
    ]


def chained(acts: Sequence[AuditEntry], previous: str = GENESIS, after: int = 0) -> list[ChainedEntry]:
    log: list[ChainedEntry] = []
    for seq, act in enumerate(acts, after + 1):
        log.append(chain(seq, act, previous))
        previous = log[-1].hash
    return log


def row_of(item: ChainedEntry) -> dict[str, Any]:
    """The row of an entry in the table."""
    values = asdict(item.entry) | {"event": item.entry.event.value, "recorded_at": to_micros(item.entry.recorded_at)}
    return values | {"seq": item.seq, "previous_hash": item.previous_hash, "hash": item.hash}


def signed_heads(log: Sequence[ChainedEntry], sizes: Sequence[int]) -> list[SignedCheckpoint]:
    """What was signed when the log had each of these sizes."""
    frontier, notes = Frontier(), []
    for item in log:
        frontier.add(leaf_hash(canonical(item.seq, item.entry)))
        if item.seq in sizes:
            at = NINE + timedelta(minutes=item.seq)
            notes.append(SIGNER.sign(Checkpoint(ORIGIN, item.seq, frontier.root, at)))
    return notes


async def write_log(database: Database, log: Sequence[ChainedEntry], notes: Sequence[SignedCheckpoint] = ()) -> None:
    """Put log, head and checkpoints into an empty database."""
    async with database.transaction() as connection:
        for start in range(0, len(log), _PORTION):
            await connection.execute(insert(audit), [row_of(item) for item in log[start : start + _PORTION]])
        await connection.execute(insert(audit_head).values(id=1, entries=len(log), hash=log[-1].hash))
        for note in notes:
            await add_checkpoint(connection, note, witnessed=True)
