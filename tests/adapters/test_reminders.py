"""Reminders ring once, with what they do or not at all: the same on both engines, whatever the clock says."""

import asyncio
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete
from sqlalchemy.exc import OperationalError

from bots.dossier.reminder_watch import ReminderWatch
from hub.adapters.sql.reminders import LEASE
from hub.adapters.sql.work_tables import reminder as table
from hub.application.ports import UnitOfWork
from hub.application.use_cases.ringing import Hour
from hub.domain.errors import CommandRejected, LeaseLost
from hub.domain.reminder import Reminder, ReminderKind
from tests.stories.room import hub_on
from tests.world import MORNING, World

KIND = ReminderKind.TASK
NOON = MORNING + timedelta(hours=3)


def reminder(world: World, about: str = "1", due_at: datetime = NOON) -> Reminder:
    return Reminder(KIND, about, due_at, world.id("carla"), circle_id=world.circle_id)


@pytest.fixture(autouse=True)
async def _nothing_else_waits(world: World) -> None:
    """What the opening of the circle set, is no part of these stories."""
    async with world.database.transaction() as connection:
        await connection.execute(delete(table))


class Bell:
    """What rings, and when; writes a row of its own in the same transaction, as a real act does."""

    def __init__(self, again: timedelta | None = None) -> None:
        self.again = again
        self.failing = 0
        self.failure: Exception = CommandRejected("cannot-now", "Dat kan nu niet.")

    async def __call__(self, unit: UnitOfWork, hour: Hour, rung: Reminder) -> datetime | None:
        said = await unit.get_setting(f"rang:{rung.about}") or ""
        await unit.put_setting(f"rang:{rung.about}", f"{said}{rung.step};")
        if self.failing:
            self.failing -= 1
            raise self.failure
        return hour.now + self.again if self.again and rung.step < 3 else None


def watch(world: World, bell: Bell, tmp_path: Path) -> ReminderWatch:
    return ReminderWatch(hub_on(world.database, world.vault, world, tmp_path), rings={KIND: bell})


async def rang(world: World, about: str = "1") -> str:
    async with world.transactions.reading() as unit:
        return await unit.get_setting(f"rang:{about}") or ""


async def test_a_reminder_is_taken_by_one_process_and_only_its_holder_settles_it(world: World) -> None:
    async with world.unit() as unit:
        await unit.reminders.set(reminder(world), MORNING)
        assert await unit.reminders.claim(NOON - timedelta(seconds=1), 10) == []
        assert await unit.reminders.next_due() == NOON
        (first,) = await unit.reminders.claim(NOON, 10)
        assert first.reminder == reminder(world)
        assert await unit.reminders.claim(NOON, 10) == []
    later = NOON + LEASE + timedelta(seconds=1)
    async with world.unit() as unit:
        (second,) = await unit.reminders.claim(later, 10)
        assert not await unit.reminders.hold(first), "who slept through its lease rings nothing"
        await unit.reminders.rang(first, later, None)
        assert await unit.reminders.hold(second)
        await unit.reminders.rang(second, later, None)
        assert await unit.reminders.next_due() is None


async def test_setting_it_again_replaces_it_also_while_it_rings(world: World) -> None:
    async with world.unit() as unit:
        await unit.reminders.set(reminder(world), MORNING)
        (claimed,) = await unit.reminders.claim(NOON, 10)
        moved = reminder(world, due_at=NOON + timedelta(days=1))
        await unit.reminders.set(moved, NOON)
        assert not await unit.reminders.hold(claimed)
        await unit.reminders.rang(claimed, NOON, None)
        assert await unit.reminders.waiting(world.circle_id) == [moved]
        assert await unit.reminders.find(KIND, "1") == moved


async def test_what_is_cancelled_never_rings_and_a_death_cancels_a_whole_circle(world: World) -> None:
    async with world.unit() as unit:
        for about in ("1", "2", "3"):
            await unit.reminders.set(reminder(world, about), MORNING)
        aftercare = Reminder(ReminderKind.AFTERCARE, "nazorg", NOON, world.id("carla"), circle_id=world.circle_id)
        await unit.reminders.set(aftercare, MORNING)
        assert await unit.reminders.cancel(KIND, "1", MORNING)
        assert not await unit.reminders.cancel(KIND, "1", MORNING)
        claimed = [one for one in await unit.reminders.claim(NOON, 10) if one.reminder.kind is KIND]
        of_the_living = [kind for kind in ReminderKind if kind.ends_with_death]
        assert await unit.reminders.cancel_circle(world.circle_id, of_the_living, NOON) == 2
        assert not any([await unit.reminders.hold(one) for one in claimed]), "also what was about to ring"
        assert await unit.reminders.waiting(world.circle_id) == [aftercare]


async def test_two_processes_that_look_at_once_ring_each_reminder_once(world: World, tmp_path: Path) -> None:
    async with world.unit() as unit:
        for number in range(30):
            await unit.reminders.set(reminder(world, str(number)), MORNING)
    world.clock.at = NOON
    bell = Bell()
    first, second = watch(world, bell, tmp_path), watch(world, bell, tmp_path)
    counts = await asyncio.gather(first.round(), second.round(), first.round())
    assert sum(counts) == 30
    assert {await rang(world, str(number)) for number in range(30)} == {"0;"}


async def test_weeks_that_pass_at_once_ring_it_once_and_not_for_every_missed_hour(world: World, tmp_path: Path) -> None:
    async with world.unit() as unit:
        await unit.reminders.set(reminder(world), MORNING)
    bell = Bell(again=timedelta(hours=1))
    world.clock.at = NOON + timedelta(weeks=6)
    assert await watch(world, bell, tmp_path).round() == 1
    assert await watch(world, bell, tmp_path).round() == 0, "the next hour is counted from now"
    world.clock.pass_by(hours=1)
    assert await watch(world, bell, tmp_path).round() == 1
    assert await rang(world) == "0;1;"


async def test_a_clock_that_is_set_back_makes_it_neither_ring_twice_nor_wait_for_a_lease_of_the_future(
    world: World, tmp_path: Path
) -> None:
    async with world.unit() as unit:
        await unit.reminders.set(reminder(world, "1"), MORNING)
        await unit.reminders.set(reminder(world, "2"), MORNING)
        far = NOON + timedelta(days=400)
        claimed = await unit.reminders.claim(far, 1)
        assert [one.reminder.about for one in claimed] in (["1"], ["2"])
    world.clock.at = NOON
    assert await watch(world, Bell(), tmp_path).round() == 2, "who held it is gone, and its clock was wrong"
    assert (await rang(world, "1"), await rang(world, "2")) == ("0;", "0;")


async def test_what_it_does_and_that_it_rang_are_one_transaction(world: World, tmp_path: Path) -> None:
    async with world.unit() as unit:
        await unit.reminders.set(reminder(world), MORNING)
    world.clock.at = NOON
    bell = Bell()
    bell.failing = 1
    assert await watch(world, bell, tmp_path).round() == 0
    assert await rang(world) == "", "nothing of what it did is left"
    world.clock.pass_by(minutes=15)
    assert await watch(world, bell, tmp_path).round() == 1
    assert await rang(world) == "0;"


async def test_one_that_fails_in_a_way_nobody_thought_of_keeps_no_other_waiting(world: World, tmp_path: Path) -> None:
    async with world.unit() as unit:
        await unit.reminders.set(reminder(world, "1"), MORNING)
        await unit.reminders.set(reminder(world, "2"), MORNING)
    world.clock.at = NOON
    bell = Bell()
    bell.failing, bell.failure = 1, ZeroDivisionError("a row that cannot be so")
    assert await watch(world, bell, tmp_path).round() == 1
    world.clock.pass_by(minutes=15)
    assert await watch(world, bell, tmp_path).round() == 1
    assert [await rang(world, about) for about in "12"] == ["0;", "0;"]


@pytest.mark.parametrize("failure", [OperationalError("", None, OSError()), LeaseLost("another is the writer now")])
async def test_a_database_that_is_away_and_a_lease_that_is_lost_are_no_fault_of_the_reminder(
    world: World, tmp_path: Path, failure: Exception
) -> None:
    async with world.unit() as unit:
        await unit.reminders.set(reminder(world), MORNING)
    world.clock.at = NOON
    bell = Bell()
    bell.failing, bell.failure = 1, failure
    with pytest.raises(type(failure)):
        await watch(world, bell, tmp_path).round()
    assert await watch(world, bell, tmp_path).round() == 0, "who held it still has the lease"


async def test_the_transaction_of_the_cause_takes_its_reminder_along(world: World) -> None:
    async def cause() -> None:
        async with world.unit() as unit:
            await unit.reminders.set(reminder(world), MORNING)
            raise RuntimeError("the machine stops")

    with pytest.raises(RuntimeError):
        await cause()
    async with world.transactions.reading() as unit:
        assert await unit.reminders.next_due() is None
