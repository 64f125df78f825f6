"""One process writes for the bots; the others wait, take over, and whoever slept through it writes nothing (F18)."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import DBAPIError

from hub.adapters.process_mark import is_gone, mark
from hub.adapters.sql import leases
from hub.adapters.sql.database import Database
from hub.adapters.sql.leases import MARGIN, TTL, Candidate, Lease, LeaseUnsure, standing_of
from hub.adapters.sql.tables import lease as table
from hub.adapters.sql.tables import setting
from hub.domain.errors import LeaseLost
from tests.databases import MIGRATED, PostgresServer

NAME = "@dossier:kring.test"


class Seconds:
    """A clock of one process."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Process:
    """One bots process: its own connections and its own clock."""

    def __init__(self, url: str) -> None:
        self.database = Database(url)
        self.clock = Seconds()
        self.candidate = Candidate(self.database, NAME, clock=self.clock)

    async def takes_it(self) -> Lease:
        lease = await self.candidate.attempt()
        assert lease is not None
        self.database.prove = lease.prove
        return lease

    async def stands_by(self) -> None:
        assert await self.candidate.attempt() is None

    async def writes(self, word: str) -> None:
        async with self.database.transaction() as connection:
            await connection.execute(insert(setting).values(key=word, value=word))


@pytest.fixture
async def two(database: Database) -> AsyncIterator[tuple[Process, Process]]:
    url = database.engine.url.render_as_string(hide_password=False)
    first, second = Process(url), Process(url)
    yield first, second
    for process in (first, second):
        process.database.prove = None
        await process.database.close()


async def written(database: Database) -> list[str]:
    async with database.reading() as connection:
        return sorted((await connection.execute(select(setting.c.key))).scalars())


async def test_the_second_process_waits_as_long_as_the_first_renews(two: tuple[Process, Process]) -> None:
    first, second = two
    lease = await first.takes_it()
    assert lease.fence == 1
    for _ in range(20):
        await second.stands_by()
        for process in two:
            process.clock.now += TTL - 1
        await lease.renew()
    assert second.candidate.watch.somebody_lives
    lease.may_speak()
    await first.writes("de eerste")


async def test_a_holder_that_sleeps_too_long_is_replaced_and_writes_nothing_when_it_wakes(
    two: tuple[Process, Process], database: Database
) -> None:
    first, second = two
    lease = await first.takes_it()
    await first.writes("voor de slaap")
    await second.stands_by()
    for process in two:
        process.clock.now += TTL + MARGIN
    with pytest.raises(LeaseUnsure):
        lease.may_speak()
    taken = await second.takes_it()
    assert taken.fence == 2
    await second.writes("na de overname")

    with pytest.raises(LeaseLost):
        await first.writes("wakker geworden")
    with pytest.raises(LeaseLost):
        await lease.renew()
    with pytest.raises(LeaseLost):
        lease.may_speak()
    await lease.give_back()  # gives nothing back that is not its own
    taken.may_speak()
    await second.writes("nog steeds")
    assert await written(database) == ["na de overname", "nog steeds", "voor de slaap"]


async def test_a_holder_that_slept_while_nobody_waited_goes_on_after_it_asked(two: tuple[Process, Process]) -> None:
    first, _nobody = two
    lease = await first.takes_it()
    first.clock.now += 100 * TTL
    with pytest.raises(LeaseUnsure):
        lease.may_speak()
    await lease.renew()
    lease.may_speak()
    await first.writes("verder")


async def test_what_is_given_back_is_taken_at_once_and_a_straggler_writes_nothing(
    two: tuple[Process, Process],
) -> None:
    first, second = two
    lease = await first.takes_it()
    await second.stands_by()
    await lease.give_back()
    with pytest.raises(LeaseLost):
        await first.writes("nog even")
    assert (await second.takes_it()).fence == 2


async def test_of_two_that_reach_for_it_in_the_same_moment_one_gets_it(two: tuple[Process, Process]) -> None:
    first, second = two
    lease = await first.takes_it()
    await lease.give_back()
    third = Candidate(first.database, NAME, clock=first.clock)
    first.database.prove = None
    got = await asyncio.gather(second.candidate.attempt(), third.attempt())
    assert sorted(lease is None for lease in got) == [False, True]


async def test_nobody_takes_over_in_the_middle_of_a_transaction(two: tuple[Process, Process]) -> None:
    first, second = two
    await first.takes_it()
    await second.stands_by()
    second.clock.now += TTL + MARGIN
    async with first.database.transaction() as connection:
        await connection.execute(insert(setting).values(key="half", value="weg"))
        reaching = asyncio.create_task(second.candidate.attempt())
        done, _ = await asyncio.wait({reaching}, timeout=0.3)
        assert not done, "the row is locked until the writing is whole"
    lease = await reaching
    assert lease is not None
    assert lease.fence == 2


async def test_a_clock_that_is_set_back_makes_no_renewal_look_like_sleep(
    two: tuple[Process, Process], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = two
    lease = await first.takes_it()
    for wall in (5_000_000_000_000, 1, 1, 1, 5_000_000_000_001):
        monkeypatch.setattr(leases, "wall_ms", lambda wall=wall: wall)
        await second.stands_by()
        second.clock.now += TTL + 1
        await lease.renew()
    await second.stands_by()


async def test_a_holder_on_this_machine_that_died_is_replaced_without_waiting(two: tuple[Process, Process]) -> None:
    first, second = two
    program = "from hub.adapters.process_mark import mark; print(mark())"
    child = await asyncio.create_subprocess_exec(sys.executable, "-c", program, stdout=subprocess.PIPE)
    died = (await child.communicate())[0].decode().strip()
    async with first.database.transaction() as connection:
        await connection.execute(insert(table).values(name=NAME, holder=died, fence=7, expires_at=1))
    assert (await second.takes_it()).fence == 8


def test_only_what_surely_ended_counts_as_gone() -> None:
    place, pid, started, chance = mark().split("/")
    assert not is_gone(mark()), "we live"
    assert is_gone(f"{place}/{pid}/{int(started) - 1}/{chance}"), "another process had this number before us"
    assert is_gone(f"{place}/4194304/1/{chance}"), "there is no such number"
    for unknown in ("", f"0000000000000000/{pid}/1/{chance}", f"{place}/x/1/{chance}", place, "/1/1/1"):
        assert not is_gone(unknown), "on another machine, or in another container, nobody can know"
    assert len(mark()) <= 60


async def test_a_process_is_told_once_that_it_stands_by_and_gets_its_turn(two: tuple[Process, Process]) -> None:
    first, second = two
    lease = await first.takes_it()
    told: list[str] = []
    renewed = asyncio.Event()

    def standing_by() -> None:
        told.append("standby")
        renewed.set()

    waiting = asyncio.create_task(second.candidate.wait(asyncio.Event(), standing_by))
    async with asyncio.timeout(60):
        while not renewed.is_set():
            await lease.renew()
            await asyncio.sleep(0.01)
    await lease.give_back()
    taken = await asyncio.wait_for(waiting, 60.0)
    assert taken is not None
    assert taken.fence == 2
    assert told == ["standby"]


async def test_a_process_that_stands_by_stops_when_told_to(two: tuple[Process, Process]) -> None:
    first, second = two
    await first.takes_it()
    stop = asyncio.Event()
    waiting = asyncio.create_task(second.candidate.wait(stop, lambda: None))
    stop.set()
    assert await asyncio.wait_for(waiting, 60.0) is None


async def test_a_database_that_fails_is_asked_again(two: tuple[Process, Process]) -> None:
    first, second = two
    lease = await first.takes_it()
    async with first.database.reading() as connection:
        before = await standing_of(connection, NAME)
    await second.database.close()
    keeping = asyncio.create_task(lease.keep())
    async with asyncio.timeout(60):
        while True:
            async with first.database.reading() as connection:
                if await standing_of(connection, NAME) != before:
                    break
            await asyncio.sleep(0.01)
    keeping.cancel()


async def test_a_holder_that_is_stopped_in_a_transaction_does_not_keep_its_locks(postgresql: PostgresServer) -> None:
    """PostgreSQL ends its session after 5 s. SQLite cannot: there the process is ended by hand (operator guide)."""
    async with postgresql.database(MIGRATED) as url:
        first, second = Process(url), Process(url)
        await first.takes_it()
        await second.stands_by()
        second.clock.now += TTL + MARGIN

        async def stopped_half_way() -> None:
            async with first.database.transaction() as connection:
                await connection.execute(insert(setting).values(key="half", value="weg"))
                assert await asyncio.wait_for(second.candidate.attempt(), 60.0) is not None
                await connection.execute(insert(setting).values(key="heel", value="weg"))

        with pytest.raises(DBAPIError):
            await stopped_half_way()
        assert await written(second.database) == []
        for process in (first, second):
            await process.database.close()
