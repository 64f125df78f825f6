"""``kring audit verify`` on a long log in SQLite: chain, tree, checkpoints, signatures and witness."""

import os
import time
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import insert

from hub.adapters.audit_signing import CheckpointSigner
from hub.adapters.sql.audit_checkpoints import add_checkpoint
from hub.adapters.sql.audit_verifying import check_log
from hub.adapters.sql.database import Database, metadata
from hub.adapters.sql.tables import audit, audit_head
from hub.adapters.sql.times import to_micros
from hub.domain.audit import GENESIS, AuditEntry, AuditEvent, canonical, chain
from hub.domain.audit_checkpoint import Checkpoint, SignedCheckpoint
from hub.domain.merkle import Frontier, leaf_hash
from tests.bench.figures import Figure

ENTRIES = 1_000_000
_SIGNED_EVERY = 1000
_PORTION = 50_000
_AIM = 10.0
_SIGNER = CheckpointSigner("kring.bench/audit", bytes(32))


async def measure(directory: Path, entries: int = ENTRIES) -> list[Figure]:
    database = Database(f"sqlite:///{directory / 'audit.db'}")
    async with database.engine.begin() as connection:
        await connection.run_sync(metadata.create_all)
    notes = await _fill(database, entries)
    began = time.perf_counter()
    report = await check_log(database, _SIGNER.key, notes)
    seconds = time.perf_counter() - began
    if not report.found.ok or report.found.entries != entries:
        raise SystemExit(f"The log does not hold: {report.found}")
    await database.close()
    aim = _AIM * entries / ENTRIES
    cores = f"{os.cpu_count()} cores"
    name = f"verify {entries} entries, {len(notes)} checkpoints and a witness, {cores}"
    return [
        Figure("audit", name, seconds, "s", aim=f"≤ {aim:g} s", met=seconds <= aim),
        Figure("audit", "verify", entries / seconds, "entries/s", aim="≥ 100 000/s", met=entries / seconds >= 100_000),
    ]


async def _fill(database: Database, entries: int) -> list[SignedCheckpoint]:
    frontier, previous, notes = Frontier(), GENESIS, []
    rows: list[dict[str, object]] = []
    async with database.transaction() as connection:
        for number in range(entries):
            item = chain(number + 1, _entry(number), previous)
            previous = item.hash
            frontier.add(leaf_hash(canonical(item.seq, item.entry)))
            values = asdict(item.entry) | {"event": item.entry.event.value}
            values["recorded_at"] = to_micros(item.entry.recorded_at)
            rows.append(values | {"seq": item.seq, "previous_hash": item.previous_hash, "hash": item.hash})
            if item.seq % _SIGNED_EVERY == 0:
                notes.append(
                    _SIGNER.sign(Checkpoint(_SIGNER.key.origin, item.seq, frontier.root, item.entry.recorded_at))
                )
            if len(rows) == _PORTION or item.seq == entries:
                await connection.execute(insert(audit), rows)
                rows.clear()
        for note in notes:
            await add_checkpoint(connection, note, witnessed=True)
        await connection.execute(insert(audit_head).values(id=1, entries=entries, hash=previous))
    return notes


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
