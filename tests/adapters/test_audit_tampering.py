"""Whoever owns the database changes the log and covers it up; the checkpoints and a witness elsewhere show it (T29)."""

import asyncio
import random
import shutil
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from sqlalchemy import text

from hub.adapters.sql.audit_verifying import LogReport, _in_a_process, check_log
from hub.adapters.sql.database import Database
from hub.domain.audit import GENESIS, ChainedEntry, Verification, chain
from hub.domain.audit_checkpoint import SignedCheckpoint
from hub.domain.audit_walk import COLUMNS, Walk
from tests.adapters.audit_harm import UNLOCK_SQLITE, unlock
from tests.adapters.audit_logs import SIGNER, chained, entries, row_of, signed_heads, write_log
from tests.databases import sqlite_url

ENTRIES = 1000
EVERY = 100
CHANGED = [name for name in COLUMNS if name != "seq"]


@dataclass
class Weeks:
    """A thousand entries in a SQLite file, signed every hundred, and what the witness kept."""

    path: Path
    database: Database
    log: list[ChainedEntry]
    witness: list[SignedCheckpoint]

    async def report(self, *, witness: bool = True) -> LogReport:
        return await check_log(self.database, SIGNER.key, self.witness if witness else None)

    async def found(self, *, witness: bool = True) -> Verification:
        return (await self.report(witness=witness)).found

    @asynccontextmanager
    async def harmed(self) -> AsyncIterator[sqlite3.Connection]:
        """The database as somebody else's program writes it; afterwards everything is as it was."""
        await self.database.close()
        kept = self.path.read_bytes()
        direct = sqlite3.connect(self.path, isolation_level=None)
        direct.execute("PRAGMA synchronous=OFF")
        try:
            yield direct
        finally:
            await self.database.close()
            direct.close()
            self.path.write_bytes(kept)


@pytest.fixture
async def weeks(tmp_path: Path, sqlite_template: Path) -> AsyncIterator[Weeks]:
    path = tmp_path / "kring.db"
    shutil.copyfile(sqlite_template, path)
    database = Database(sqlite_url(path))
    log = chained(entries(ENTRIES))
    witness = signed_heads(log, range(EVERY, ENTRIES + 1, EVERY))
    await write_log(database, log, witness)
    await database.close()
    with sqlite3.connect(path) as direct:
        for statement in UNLOCK_SQLITE:
            direct.execute(statement)
    direct.close()
    yield Weeks(path, database, log, witness)
    await database.close()


def other(value: object) -> object:
    """Not this value, of the same kind."""
    if isinstance(value, int):
        return 1 - value if value in {0, 1} else value + 1
    return "x" if value is None else f"{value}"[:-1] + ("0" if not f"{value}".endswith("0") else "1")


async def test_the_log_as_it_was_written_holds(weeks: Weeks) -> None:
    report = await weeks.report()
    assert report.found == Verification(ENTRIES, None)
    assert (len(report.checkpoints), report.witnessed) == (ENTRIES // EVERY, ENTRIES // EVERY)
    assert report.frontier.root == weeks.witness[-1].checkpoint.root


def test_every_other_value_in_every_column_of_every_row_is_named(weeks: Weeks) -> None:
    """22 000 changes, one at a time. What stands before the changed row is as it was and was walked already."""
    named = 0
    with sqlite3.connect(weeks.path) as direct:
        rows = direct.execute(f"SELECT {', '.join(COLUMNS)} FROM audit ORDER BY seq").fetchall()
    direct.close()
    previous = GENESIS
    for before, row in enumerate(rows):
        for place, name in enumerate(COLUMNS):
            walk = Walk(before, previous)
            changed = [*row[:place], other(row[place]), *row[place + 1 :]]
            assert not walk.take([changed]), (before + 1, name)
            assert walk.wrong is not None
            assert walk.wrong.first_bad == min(before + 1, changed[COLUMNS.index("seq")]), name
            named += 1
        whole = Walk(before, previous)
        assert whole.take([row])
        previous = whole.last or ""
    assert named == ENTRIES * len(COLUMNS)


async def test_a_change_in_each_column_in_the_database_is_named(weeks: Weeks) -> None:
    chance = random.Random(7513)
    for name in CHANGED:
        seq = chance.randint(1, ENTRIES)
        async with weeks.harmed() as direct:
            (value,) = direct.execute(f"SELECT {name} FROM audit WHERE seq = ?", (seq,)).fetchone()
            direct.execute(f"UPDATE audit SET {name} = ? WHERE seq = ?", (other(value), seq))
            assert (await weeks.found()).first_bad == seq, name
    assert (await weeks.found()).ok


@pytest.mark.slow
async def test_every_change_of_every_row_in_the_database_is_named(weeks: Weeks) -> None:
    async with weeks.harmed() as direct:
        for seq in range(1, ENTRIES + 1):
            for name in CHANGED:
                (value,) = direct.execute(f"SELECT {name} FROM audit WHERE seq = ?", (seq,)).fetchone()
                direct.execute(f"UPDATE audit SET {name} = ? WHERE seq = ?", (other(value), seq))
                assert (await weeks.found()).first_bad == seq, name
                direct.execute(f"UPDATE audit SET {name} = ? WHERE seq = ?", (value, seq))


async def test_rows_that_changed_places_are_named_at_the_first_place(weeks: Weeks) -> None:
    chance = random.Random(29)
    pairs = [(seq, seq + 1) for seq in range(1, ENTRIES, 37)]
    pairs += [tuple(sorted(chance.sample(range(1, ENTRIES + 1), 2))) for _ in range(20)]  # type: ignore[misc]
    for one, two in pairs:
        async with weeks.harmed() as direct:
            for old, new in ((one, -1), (two, one), (-1, two)):
                direct.execute("UPDATE audit SET seq = ? WHERE seq = ?", (new, old))
            assert (await weeks.found()).first_bad == one


@pytest.mark.parametrize("seq", [1, 2, 99, 100, 101, 500, 999, 1000])
async def test_a_row_that_was_taken_out_is_named(weeks: Weeks, seq: int) -> None:
    async with weeks.harmed() as direct:
        direct.execute("DELETE FROM audit WHERE seq = ?", (seq,))
        assert (await weeks.found()).first_bad == seq


@pytest.mark.slow
async def test_every_row_that_was_taken_out_is_named(weeks: Weeks) -> None:
    for seq in range(1, ENTRIES + 1):
        async with weeks.harmed() as direct:
            direct.execute("DELETE FROM audit WHERE seq = ?", (seq,))
            assert (await weeks.found()).first_bad == seq


async def test_a_cut_tail_is_named_at_the_cut_also_when_the_end_was_moved_along(weeks: Weeks) -> None:
    for kept in (0, 1, 99, 100, 101, 500, 899, 900, 999):
        async with weeks.harmed() as direct:
            direct.execute("DELETE FROM audit WHERE seq > ?", (kept,))
            head = weeks.log[kept - 1].hash if kept else GENESIS
            direct.execute("UPDATE audit_head SET entries = ?, hash = ?", (kept, head))
            assert (await weeks.found(witness=False)).first_bad == kept + 1, "by the checkpoints in the database"
            direct.execute("DELETE FROM audit_checkpoint WHERE size > ?", (kept,))
            assert (await weeks.found()).first_bad == kept + 1, "by the witness, when those were taken out as well"
            assert (await weeks.found(witness=False)).ok, "and by nothing else: that is what a witness is for"


@pytest.mark.slow
async def test_every_cut_of_the_tail_is_named(weeks: Weeks) -> None:
    for kept in range(ENTRIES):
        async with weeks.harmed() as direct:
            direct.execute("DELETE FROM audit WHERE seq > ?", (kept,))
            head = weeks.log[kept - 1].hash if kept else GENESIS
            direct.execute("UPDATE audit_head SET entries = ?, hash = ?", (kept, head))
            direct.execute("DELETE FROM audit_checkpoint WHERE size > ?", (kept,))
            assert (await weeks.found()).first_bad == kept + 1


@pytest.mark.parametrize("seq", [1, 100, 101, 550, 1000])
async def test_a_log_that_was_rewritten_from_one_entry_on_is_found(weeks: Weeks, seq: int) -> None:
    """All hashes and the head are made anew, so that the chain holds again. The signed roots do not."""
    changed = replace(weeks.log[seq - 1].entry, user_id="per-iemand-anders")
    rest = [changed, *(item.entry for item in weeks.log[seq:])]
    previous = weeks.log[seq - 2].hash if seq > 1 else GENESIS
    async with weeks.harmed() as direct:
        direct.execute("BEGIN")
        for item in chained(rest, previous, seq - 1):
            row = row_of(item)
            direct.execute(f"UPDATE audit SET {', '.join(f'{name} = :{name}' for name in row)} WHERE seq = :seq", row)
            last = item.hash
        direct.execute("UPDATE audit_head SET hash = ?", (last,))
        direct.execute("COMMIT")
        for witness in (True, False):
            found = await weeks.found(witness=witness)
            assert found.first_bad == (seq - 1) // EVERY * EVERY + 1, "the first entry behind the last good checkpoint"
            assert "controlepunt" in found.reason
        direct.execute("DELETE FROM audit_checkpoint WHERE size >= ?", (seq,))
        assert (await weeks.found()).first_bad == (seq - 1) // EVERY * EVERY + 1


async def test_an_older_copy_of_the_database_is_found(weeks: Weeks, tmp_path: Path, sqlite_template: Path) -> None:
    older = tmp_path / "older.db"
    shutil.copyfile(sqlite_template, older)
    database = Database(sqlite_url(older))
    await write_log(database, weeks.log[:640], weeks.witness[:6])
    assert (await check_log(database, SIGNER.key, None)).found.ok, "by itself it is a good log"
    found = (await check_log(database, SIGNER.key, weeks.witness)).found
    assert (found.first_bad, found.ok) == (641, False)
    # And when it went on since, and grew longer than what the witness saw.
    await database.close()
    newer = chained(entries(ENTRIES + 50)[300:], weeks.log[639].hash, 640)
    with sqlite3.connect(older) as direct:
        for item in newer:
            row = row_of(item)
            direct.execute(f"INSERT INTO audit ({', '.join(row)}) VALUES ({', '.join(f':{n}' for n in row)})", row)
        direct.execute("UPDATE audit_head SET entries = ?, hash = ?", (newer[-1].seq, newer[-1].hash))
    direct.close()
    found = (await check_log(database, SIGNER.key, weeks.witness)).found
    assert found.first_bad == 601
    await database.close()


@pytest.mark.parametrize("column", ["root", "signed_at", "key_id", "signature", "size"])
async def test_a_checkpoint_that_was_touched_is_found(weeks: Weeks, column: str) -> None:
    async with weeks.harmed() as direct:
        (value,) = direct.execute(f"SELECT {column} FROM audit_checkpoint WHERE size = 500").fetchone()
        direct.execute(f"UPDATE audit_checkpoint SET {column} = ? WHERE size = 500", (other(value),))
        assert not (await weeks.found(witness=False)).ok
        assert not (await weeks.found()).ok


async def test_a_checkpoint_that_was_taken_out_is_missed_by_the_witness(weeks: Weeks) -> None:
    async with weeks.harmed() as direct:
        direct.execute("DELETE FROM audit_checkpoint WHERE size = 500")
        found = await weeks.found()
        assert (found.first_bad, found.reason) == (500, "controlepunt 500 staat niet meer in de database")


async def test_a_witness_from_which_something_was_taken_is_found(weeks: Weeks) -> None:
    weeks.witness.pop(4)
    assert (await weeks.found()).reason == "controlepunt 500 staat niet in het getuigenbestand"


async def test_a_checkpoint_that_the_witness_has_and_the_database_not_yet_is_no_break(weeks: Weeks) -> None:
    """A hub that was killed between the two."""
    async with weeks.harmed() as direct:
        direct.execute("DELETE FROM audit_checkpoint WHERE size = 1000")
        assert (await weeks.found()).ok


async def test_rows_that_were_added_behind_the_end_are_found(weeks: Weeks) -> None:
    (extra,) = chained(entries(1), weeks.log[-1].hash, ENTRIES)
    async with weeks.harmed() as direct:
        row = row_of(extra)
        direct.execute(f"INSERT INTO audit ({', '.join(row)}) VALUES ({', '.join(f':{n}' for n in row)})", row)
        assert (await weeks.found()).first_bad == ENTRIES + 1


async def test_without_the_public_key_checkpoints_prove_nothing(weeks: Weeks) -> None:
    assert (await check_log(weeks.database, None)).found.reason.endswith("de publieke sleutel ontbreekt")


async def test_harm_is_found_on_both_databases(database: Database) -> None:
    log = chained(entries(60))
    witness = signed_heads(log, [20, 40, 60])
    await write_log(database, log, witness)
    await unlock(database)
    assert (await check_log(database, SIGNER.key, witness)).found == Verification(60, None)

    async def after(*statements: str) -> int | None:
        async with database.transaction() as connection:
            for statement in statements:
                await connection.execute(text(statement))
        return (await check_log(database, SIGNER.key, witness)).found.first_bad

    assert await after("UPDATE audit SET user_role = 'coach' WHERE seq = 31") == 31
    assert await after("UPDATE audit SET user_role = 'gp' WHERE seq = 31") is None
    assert await after("UPDATE audit SET seq = -5 WHERE seq = 12") == -5
    assert await after("UPDATE audit SET seq = 12 WHERE seq = -5", "UPDATE audit SET seq = 99 WHERE seq = 60") == 60
    assert await after("UPDATE audit SET seq = 60 WHERE seq = 99") is None
    assert (
        await after(
            "DELETE FROM audit WHERE seq > 50",
            f"UPDATE audit_head SET entries = 50, hash = '{log[49].hash}'",
            "DELETE FROM audit_checkpoint WHERE size = 60",
        )
        == 51
    )


@pytest.mark.parametrize("processes", [1, 2])
async def test_a_log_of_several_stretches_is_one_log(tmp_path: Path, sqlite_template: Path, processes: int) -> None:
    """Walked side by side by processes, or one after the other: the same answer, to the entry."""
    step, count = 256, ENTRIES
    path = tmp_path / "kring.db"
    shutil.copyfile(sqlite_template, path)
    database = Database(sqlite_url(path))
    log = chained(entries(count))
    sizes = [100, 256, 300, 512, 777, count]
    witness = signed_heads(log, sizes)
    await write_log(database, log, witness)
    await unlock(database)

    async def report_of() -> LogReport:
        return await check_log(database, SIGNER.key, witness, processes=processes, stretch=step)

    report = await report_of()
    assert report.found == Verification(count, None)
    assert report.frontier.root == witness[-1].checkpoint.root
    if processes > 1:
        await database.close()
        return  # what follows is the same code, and processes take their time to start
    one_process = await asyncio.to_thread(_in_a_process, sqlite_url(path), step, 2 * step, [44])
    assert (one_process.entries, one_process.first_link) == (2 * step, log[step - 1].hash)
    again = row_of(chain(step + 1, log[step].entry, GENESIS))
    for harm, first_bad in (
        (f"UPDATE audit SET hash = '{again['hash']}', previous_hash = '{GENESIS}' WHERE seq = {step + 1}", step + 1),
        (f"UPDATE audit SET detail = 'x' WHERE seq = {step + 1}", step + 1),
        (f"DELETE FROM audit WHERE seq = {step}", step),
        (f"UPDATE audit SET previous_hash = '{GENESIS}' WHERE seq = 7", 7),
    ):
        async with database.transaction() as connection:
            await connection.execute(text(harm))
        assert (await report_of()).found.first_bad == first_bad
    await database.close()
