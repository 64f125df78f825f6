"""``kring audit verify`` on a long chain in SQLite."""

import time
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import insert

from hub.adapters.sql.audit_log import SqlAuditTrail
from hub.adapters.sql.database import Database, metadata
from hub.adapters.sql.tables import audit, audit_head
from hub.adapters.sql.times import to_micros
from hub.domain.audit import GENESIS, AuditEntry, AuditEvent, chain
from tests.bench.figures import Figure

ENTRIES = 20_000
_REPEATS = 3


async def measure(directory: Path) -> list[Figure]:
    database = Database(f"sqlite:///{directory / 'audit.db'}")
    async with database.engine.begin() as connection:
        await connection.run_sync(metadata.create_all)
    rows, head = _rows()
    async with database.transaction() as connection:
        await connection.execute(insert(audit), rows)
        await connection.execute(insert(audit_head).values(id=1, entries=ENTRIES, hash=head))
    best = float("inf")
    for _ in range(_REPEATS):
        async with database.reading() as connection:
            began = time.perf_counter()
            found = await SqlAuditTrail(connection).verify()
            best = min(best, time.perf_counter() - began)
        if not found.ok or found.entries != ENTRIES:
            raise SystemExit(f"The chain does not hold: {found}")
    await database.close()
    speed = ENTRIES / best
    return [
        Figure(
            "audit",
            f"verify, {ENTRIES} entries in SQLite",
            speed,
            "entries/s",
            aim="≥ 100 000/s",
            met=speed >= 100_000,
        )
    ]


def _rows() -> tuple[list[dict[str, object]], str]:
    rows, previous = [], GENESIS
    for number in range(ENTRIES):
        item = chain(number + 1, _entry(number), previous)
        previous = item.hash
        values = asdict(item.entry) | {"event": item.entry.event.value}
        values["recorded_at"] = to_micros(item.entry.recorded_at)
        rows.append(values | {"seq": item.seq, "previous_hash": item.previous_hash, "hash": item.hash})
    return rows, previous


def _entry(number: int) -> AuditEntry:
    return AuditEntry(
        event=AuditEvent.ENTRY_RECORDED,
        recorded_at=datetime(2026, 11, 22, 10, 0, tzinfo=UTC) + timedelta(milliseconds=137 * number),
        outcome=0,
        user_id=f"per-{number % 40:016x}",
        user_role="gp",
        responsible_id=f"per-{number % 40:016x}",
        initiator="bot:dossier",
        access_point="room",
        organisation="Praktijk De Brug, 't Zand",
        patient_id=f"pat-{number % 300:016x}",
        object_type="entry",
        object_id=f"S5-{number}",
        sections="S5",
        purpose="TREAT",
        policy="0123456789ab:professionals-record-symptoms",
        relation_id=f"rel-{number % 900:016x}",
        consent_id=None,
        break_glass=False,
        correlation_id=f"$event{number:040x}",
        detail="version=1",
    )
