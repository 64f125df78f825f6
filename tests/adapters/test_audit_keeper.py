"""The hub signs its log within a minute or a thousand entries; once something is wrong it signs nothing any more."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text

from hub.adapters.audit_deferred import DeferredAuditFile
from hub.adapters.audit_witness import WitnessFile
from hub.adapters.encryption import KeyVault
from hub.adapters.sql.audit_keeper import MOST, AuditKeeper
from hub.adapters.sql.audit_log import SqlAuditTrail
from hub.adapters.sql.audit_verifying import check_log
from hub.adapters.sql.database import Database
from hub.adapters.sql.unit_of_work import SqlTransactions
from hub.domain.audit import chain
from tests.adapters.audit_harm import log_takes_nothing, unlock
from tests.adapters.audit_logs import SIGNER, row_of
from tests.domain.test_audit import entry
from tests.world import Clock

Keeping = Callable[[], AuditKeeper]


@pytest.fixture
def witness(tmp_path: Path) -> WitnessFile:
    return WitnessFile(tmp_path / "elsewhere" / "checkpoints.log")


@pytest.fixture
def deferred(tmp_path: Path, vault: KeyVault) -> DeferredAuditFile:
    return DeferredAuditFile(tmp_path / "audit-deferred", vault)


@pytest.fixture
def started(
    database: Database, vault: KeyVault, clock: Clock, witness: WitnessFile, deferred: DeferredAuditFile
) -> Keeping:
    """A hub process that has just started on this database."""
    return lambda: AuditKeeper(SqlTransactions(database, vault), SIGNER, witness, deferred, clock)


async def act(database: Database, *minutes: int) -> None:
    async with database.transaction() as connection:
        trail = SqlAuditTrail(connection)
        for minute in minutes:
            await trail.add(entry(minute))


async def holds(database: Database, witness: WitnessFile) -> bool:
    return (await check_log(database, SIGNER.key, witness.read())).found.ok


def sizes(witness: WitnessFile) -> list[int]:
    return [signed.checkpoint.size for signed in witness.read()]


async def test_an_entry_is_under_a_signature_within_a_minute(
    database: Database, started: Keeping, witness: WitnessFile, clock: Clock
) -> None:
    keeper = started()
    assert (keeper.state.ok, keeper.state.code) == (False, "checking")
    await keeper.begin()
    assert keeper.state.ok
    await keeper.step()
    assert sizes(witness) == [], "nothing was written, so nothing is signed"
    await act(database, 1, 2, 3)
    await keeper.step()
    clock.pass_by(seconds=49)
    await keeper.step()
    assert sizes(witness) == []
    clock.pass_by(seconds=1)
    await keeper.step()
    assert sizes(witness) == [3]
    assert (keeper.state.entries, keeper.state.signed, keeper.state.signed_at) == (3, 3, clock())
    clock.pass_by(hours=3)
    await keeper.step()
    assert sizes(witness) == [3], "a quiet night needs no signature"
    await act(database, 4)
    await keeper.step()
    clock.pass_by(seconds=50)
    await keeper.step()
    assert sizes(witness) == [3, 4]
    assert await holds(database, witness)


async def test_a_thousand_entries_do_not_wait_for_the_minute(
    database: Database, started: Keeping, witness: WitnessFile
) -> None:
    keeper = started()
    await keeper.begin()
    await act(database, *range(MOST))
    await keeper.step()
    assert sizes(witness) == [MOST]
    assert await keeper.sign() == witness.read()[-1], "asked again: the same one"


async def test_a_hub_that_stops_signs_what_is_left_and_the_next_goes_on_from_there(
    database: Database, started: Keeping, witness: WitnessFile, clock: Clock
) -> None:
    await act(database, 1, 2)
    stop = asyncio.Event()
    keeper = started()
    task = asyncio.create_task(keeper.run(stop))
    await asyncio.wait_for(keeper.checked.wait(), 60)
    stop.set()
    await task
    assert sizes(witness) == [2]
    await act(database, 3)
    after = started()
    await after.begin()
    assert (after.state.ok, after.state.signed) == (True, 2)
    clock.pass_by(minutes=1)
    await after.sign()
    assert sizes(witness) == [2, 3]
    assert await holds(database, witness)


async def test_a_hub_that_was_killed_between_witness_and_database_takes_the_witness_word(
    database: Database, started: Keeping, witness: WitnessFile
) -> None:
    await act(database, 1, 2)
    keeper = started()
    await keeper.begin()
    await keeper.sign()
    await unlock(database)
    async with database.transaction() as connection:
        await connection.execute(text("DELETE FROM audit_checkpoint"))
    after = started()
    await after.begin()
    assert (after.state.ok, after.state.signed) == (True, 2)
    await act(database, 3)
    assert await after.sign() is not None
    assert await holds(database, witness)


async def rewrite_the_last(database: Database) -> None:
    """As somebody who owns the database and knows how the chain is made."""
    await unlock(database)
    async with database.transaction() as connection:
        (count, previous) = (
            await connection.execute(text("SELECT seq, previous_hash FROM audit ORDER BY seq DESC"))
        ).first()
        row = row_of(chain(count, entry(59, user_id="per-een-ander"), previous))
        await connection.execute(
            text(f"UPDATE audit SET {', '.join(f'{name} = :{name}' for name in row)} WHERE seq = :seq"), row
        )
        await connection.execute(text("UPDATE audit_head SET hash = :hash"), {"hash": row["hash"]})


async def test_at_a_start_after_a_rewrite_nothing_is_signed_and_it_stays_so(
    database: Database, started: Keeping, witness: WitnessFile, clock: Clock
) -> None:
    await act(database, 1, 2)
    keeper = started()
    await keeper.begin()
    await keeper.sign()
    await rewrite_the_last(database)
    for _start in range(2):
        after = started()
        await after.begin()
        assert (after.state.ok, after.state.code, after.state.first_bad) == (False, "broken", 1)
        await act(database, 3)
        clock.pass_by(minutes=2)
        await after.step()
        assert await after.sign() is None
        assert sizes(witness) == [2]


@pytest.mark.parametrize(
    "harm",
    [
        "UPDATE audit_head SET entries = 1",
        "UPDATE audit SET detail = 'x' WHERE seq = 3",
        "DELETE FROM audit WHERE seq = 3",
        "UPDATE audit_checkpoint SET signature = 'AAAA'",
        "DELETE FROM audit_checkpoint",
    ],
)
async def test_what_was_touched_since_the_last_signature_is_not_signed(
    database: Database, started: Keeping, witness: WitnessFile, harm: str, clock: Clock
) -> None:
    keeper = started()
    await keeper.begin()
    await act(database, 1, 2)
    await keeper.sign()
    await act(database, 3)
    await unlock(database)
    async with database.transaction() as connection:
        await connection.execute(text(harm))
    clock.pass_by(minutes=1)
    await keeper.step()
    clock.pass_by(minutes=1)
    await keeper.step()
    assert keeper.state.code == "broken"
    assert sizes(witness) == [2]


async def test_an_older_database_that_was_put_back_is_noticed_by_the_witness(
    database: Database, started: Keeping, witness: WitnessFile
) -> None:
    keeper = started()
    await keeper.begin()
    await act(database, 1, 2)
    await keeper.sign()
    await unlock(database)
    async with database.transaction() as connection:
        for statement in ("DELETE FROM audit", "DELETE FROM audit_checkpoint", "DELETE FROM audit_head"):
            await connection.execute(text(statement))
    await act(database, 3, 4, 5)
    after = started()
    await after.begin()
    assert (after.state.code, after.state.first_bad) == ("broken", 1)


async def test_a_witness_that_cannot_be_reached_is_an_alarm_and_no_reason_to_stop_signing(
    database: Database, started: Keeping, witness: WitnessFile, tmp_path: Path
) -> None:
    keeper = started()
    await keeper.begin()
    (tmp_path / "elsewhere").write_text("geen map")
    await act(database, 1)
    await keeper.sign()
    assert (keeper.state.ok, keeper.state.witness_ok, keeper.state.signed) == (True, False, 1)
    (tmp_path / "elsewhere").unlink()
    await act(database, 2)
    await keeper.sign()
    assert keeper.state.witness_ok
    assert sizes(witness) == [2]
    assert await holds(database, witness), "what it missed was said to be missed"


async def test_a_damaged_witness_stops_the_signing(database: Database, started: Keeping, witness: WitnessFile) -> None:
    await act(database, 1)
    keeper = started()
    await keeper.begin()
    await keeper.sign()
    witness.path.write_text(witness.path.read_text().replace("\n1\n", "\n7\n"))
    after = started()
    await after.begin()
    assert after.state.code == "broken"
    witness.path.write_bytes(b"\xff\n\n\n")
    again = started()
    await again.begin()
    assert again.state.code == "broken"


async def test_what_was_read_while_the_log_took_nothing_is_taken_in_and_signed(
    database: Database, started: Keeping, witness: WitnessFile, deferred: DeferredAuditFile
) -> None:
    keeper = started()
    await keeper.begin()
    deferred.write(entry(1))
    assert keeper.state.deferred
    await keeper.step()
    assert not keeper.state.deferred
    await keeper.sign()
    assert sizes(witness) == [1]


async def test_a_log_that_still_takes_nothing_leaves_what_is_deferred_where_it_is(
    database: Database, started: Keeping, deferred: DeferredAuditFile
) -> None:
    keeper = started()
    await keeper.begin()
    deferred.write(entry(1))
    async with log_takes_nothing(database):
        await keeper.step()
        assert keeper.state.deferred
    await keeper.step()
    assert not keeper.state.deferred


async def test_a_database_that_is_away_for_a_moment_ends_nothing(
    database: Database, started: Keeping, monkeypatch: pytest.MonkeyPatch
) -> None:
    keeper = started()
    whole, calls = keeper.begin, 0

    async def away() -> None:
        nonlocal calls
        calls += 1
        if calls == 1:
            raise ConnectionError
        await whole()

    monkeypatch.setattr("hub.adapters.sql.audit_keeper._PAUSE", 0.01)
    monkeypatch.setattr(keeper, "begin", away)
    stop = asyncio.Event()
    task = asyncio.create_task(keeper.run(stop))
    await asyncio.wait_for(keeper.checked.wait(), 60)
    monkeypatch.setattr(keeper, "sign", away)
    calls = 0
    stop.set()
    await task
