"""Whatever people do, in whichever order: every open task has one owner, who is in the circle or not for longer than
its term (issue 6, "must show")."""

import random
from datetime import timedelta

import pytest

from bots.dossier.reminder_watch import ReminderWatch
from hub.application.guard import Refused
from hub.application.use_cases import task_acts, tasks
from hub.application.use_cases.revoking import end_place
from hub.domain.circle import DischargeReason
from hub.domain.errors import CommandRejected
from hub.domain.identifiers import new_id
from hub.domain.lead import Absence
from hub.domain.reminder import ReminderKind
from hub.domain.task import Task, accept_by
from tests.stories.room import Room

CARERS = ("carla", "gerda", "samira", "ruben")


async def _ask(room: Room, who: str, dice: random.Random) -> None:
    to = room.world.people[dice.choice(CARERS)]
    due_at = room.world.clock() + timedelta(hours=dice.randint(1, 200))
    async with room.world.unit() as unit:
        context = await room.world.context(unit, who)
        await task_acts.ask_task(unit, room.world.guard, context, "iets doen", to=to, due_at=due_at)


async def _answer(room: Room, who: str, dice: random.Random) -> None:
    async with room.world.unit() as unit:
        context, guard = await room.world.context(unit, who), room.world.guard
        number = dice.randint(1, 12)
        match dice.randint(0, 3):
            case 0:
                await tasks.accept_task(unit, guard, context, number)
            case 1:
                await tasks.finish_task(unit, guard, context, number)
            case 2:
                await task_acts.decline_task(unit, guard, context, number, "te druk")
            case _:
                to = room.world.people[dice.choice(CARERS)]
                await task_acts.hand_on_task(unit, guard, context, number, to)


async def _leave_or_come(room: Room, who: str, dice: random.Random) -> None:
    if who == "carla":
        return
    async with room.world.unit() as unit:
        relation = await unit.circles.relation(room.world.circle_id, room.world.id(who), room.world.clock())
        context = await room.world.context(unit, "carla")
        if relation is not None and context.circle is not None:
            reason = dice.choice([DischargeReason.MISTAKE, DischargeReason.LEFT_ORGANISATION])
            await end_place(unit, context, context.circle, relation, reason, policy="test")
            return
    until = room.world.clock() + timedelta(hours=dice.randint(5, 100))
    await room.world.admit(who, until=dice.choice([None, until]))


async def _be_away(room: Room, who: str, dice: random.Random) -> None:
    now = room.world.clock()
    until = now + timedelta(hours=dice.randint(2, 60))
    locum = dice.choice([None, room.world.id(dice.choice(CARERS))])
    async with room.world.unit() as unit:
        for old in await unit.absences.of(room.world.id(who), now):
            await unit.absences.end(old.id, now)
        await unit.absences.add(Absence(new_id("abs"), room.world.id(who), locum, now, until, now))


ACTS = (_ask, _ask, _answer, _answer, _answer, _leave_or_come, _be_away)


async def _open(room: Room) -> tuple[list[Task], set[str], dict[str, object]]:
    now, circle_id = room.world.clock(), room.world.circle_id
    async with room.world.unit() as unit:
        waiting = {
            one.about: one.due_at for one in await unit.reminders.waiting(circle_id) if one.kind is ReminderKind.TASK
        }
        here = {r.person_id for r in await unit.circles.relations(circle_id) if r.active(now)}
        return [task for task in await unit.tasks.of_circle(circle_id) if task.open], here, dict(waiting)


async def _holds(room: Room) -> None:
    now = room.world.clock()
    found, here, waiting = await _open(room)
    for task in found:
        assert task.owner_id
        term = task.due_at if task.accepted_at is not None else accept_by(task.made_at, task.due_at)
        assert task.owner_id in here or now < max(term, task.due_at), "nobody of the circle has it, past its term"
        if now < task.due_at:
            assert task.about_reminder in waiting, "a task that rings no more before it is due"


@pytest.mark.parametrize("seed", range(4))
async def test_an_open_task_always_has_an_owner_in_the_circle_or_is_within_its_term(room: Room, seed: int) -> None:
    dice = random.Random(seed)
    watch, refused = ReminderWatch(room.hub), 0
    for _ in range(45):
        try:
            await dice.choice(ACTS)(room, dice.choice(CARERS), dice)
        except (CommandRejected, Refused):
            refused += 1
        await _holds(room)
        if dice.random() < 0.4:
            room.world.clock.pass_by(hours=dice.choice([1, 4, 9, 26, 70]))
            await watch.round()
            await _holds(room)
    assert refused < 45
    room.world.clock.pass_by(days=30)
    await watch.round()
    found, here, _ = await _open(room)
    assert all(task.owner_id in here for task in found)
