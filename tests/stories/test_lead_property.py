"""Nooit niemand, nooit twee (I10, HAZ-10): whatever people say at the same time, somebody of the circle leads it.

And no open task or question is of somebody who is gone."""

import asyncio
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bots.dossier.reminder_watch import ReminderWatch
from hub.application.guard import Refused
from hub.application.use_cases.circles import admit
from hub.application.use_cases.death import confirm_death, declare_death
from hub.application.use_cases.lead_changes import open_offers
from hub.application.use_cases.lead_watch import wants_watching, watch_lead
from hub.application.use_cases.leading import acting_lead, available
from hub.application.use_cases.revoking import end_place, orphans
from hub.application.use_cases.task_acts import tasks_of_the_gone
from hub.domain.audit import AuditEvent
from hub.domain.circle import DischargeReason
from hub.domain.errors import CommandRejected
from hub.domain.lead import MAY_LEAD
from tests.stories.conftest import Opened
from tests.stories.room import TEAM, Room, open_room
from tests.world import CAST

LEADERS = ("carla", "gerda", "ruben")
CARERS = (*LEADERS, "samira")
NAMES = {who: f"@{CAST[who].family}" for who in CARERS}
who = st.sampled_from(LEADERS)
anybody = st.sampled_from(CARERS)
numbers = st.integers(1, 4)
days = st.integers(1, 4)
Act = tuple[str, tuple[object, ...]]
acts = st.one_of(
    st.tuples(st.just("says"), st.tuples(who, who.map(lambda to: f"!regie aan {NAMES[to]}"))),
    st.tuples(st.just("says"), st.tuples(who, who.map(lambda to: f"!regie medisch aan {NAMES[to]}"))),
    st.tuples(st.just("says"), st.tuples(who, who.map(lambda to: f"!plaatsvervanger {NAMES[to]}"))),
    st.tuples(st.just("says"), st.tuples(anybody, numbers.map(lambda number: f"!accepteer regie {number}"))),
    st.tuples(st.just("says"), st.tuples(who, numbers.map(lambda number: f"!accepteer regie {number}"))),
    st.tuples(st.just("says"), st.tuples(who, numbers.map(lambda number: f"!weiger regie {number} nee"))),
    st.tuples(st.just("says"), st.tuples(anybody, days.map(lambda span: f"!afwezig t/m over {span} dagen"))),
    st.tuples(
        st.just("says"),
        st.tuples(
            anybody, st.tuples(days, who).map(lambda x: f"!afwezig t/m over {x[0]} dagen, waarnemer {NAMES[x[1]]}")
        ),
    ),
    st.tuples(st.just("says"), st.tuples(anybody, st.just("!afwezig niet meer"))),
    st.tuples(st.just("says"), st.tuples(who, anybody.map(lambda to: f"!taak bellen {NAMES[to]}"))),
    st.tuples(st.just("asks"), st.tuples(st.just("pieter"))),
    st.tuples(st.just("ends"), st.tuples(anybody, st.sampled_from(list(DischargeReason)))),
    st.tuples(st.just("runs_out"), st.tuples(anybody)),
    st.tuples(st.just("comes"), st.tuples(anybody)),
    st.tuples(st.just("passes"), st.tuples(st.integers(1, 90))),
    st.tuples(st.just("dies"), st.tuples()),
)
"""What people do; a batch of it happens at the same time."""
batches = st.lists(st.lists(acts, min_size=1, max_size=4), min_size=1, max_size=12)


class Life:
    """Plays a life of the circle and looks after each batch whether what must hold, holds."""

    def __init__(self, room: Room) -> None:
        self.room, self.world = room, room.world

    async def play(self, life: list[list[Act]]) -> None:
        for batch in life:
            await asyncio.gather(*(self._do(name, arguments) for name, arguments in batch))
            await self._clocks()
            await self._holds()

    async def _do(self, name: str, arguments: tuple[object, ...]) -> None:
        act: Callable[..., object] = getattr(self, f"_{name}")
        try:
            await act(*arguments)  # type: ignore[misc]
        except (CommandRejected, Refused):
            return

    async def _says(self, person: str, body: str) -> None:
        await self.room.receive(self.room.message(person, body, TEAM))

    async def _asks(self, person: str) -> None:
        await self.room.receive(self.room.message(person, "Wanneer komt de verpleegkundige weer langs?"))

    async def _ends(self, person: str, reason: DischargeReason) -> None:
        async with self.world.unit() as unit:
            context = await self.world.context(unit, person if reason is DischargeReason.OWN_REQUEST else "bea")
            circle = await unit.circles.get(self.world.circle_id)
            relation = await unit.circles.relation(circle.id, self.world.id(person), self.world.clock())
            if relation is not None:
                await end_place(unit, context, circle, relation, reason, policy="property")

    async def _runs_out(self, person: str) -> None:
        """A period that was agreed from the beginning ends; nobody does anything."""
        async with self.world.database.transaction() as connection:
            moment = int(self.world.clock().timestamp() * 1_000_000)
            query = "UPDATE care_relation SET until = ? WHERE person_id = ? AND circle_id = ? AND until IS NULL"
            await connection.exec_driver_sql(query, (moment, self.world.id(person), self.world.circle_id))

    async def _comes(self, person: str) -> None:
        async with self.world.unit() as unit:
            context = await self.world.context(unit, "bea")
            await admit(unit, self.world.guard, context, person_id=self.world.id(person), role=None, until=None)

    async def _passes(self, hours: int) -> None:
        self.world.clock.pass_by(hours=hours)

    async def _dies(self) -> None:
        for act, person in ((declare_death, "carla"), (confirm_death, "gerda")):
            async with self.world.unit() as unit:
                context = await self.world.context(unit, person)
                await act(unit, self.world.guard, self.room.hub.speaker, context, "Anna de Wit")

    async def _clocks(self) -> None:
        """The gatekeeper's glance and the reminders; both run all the time."""
        async with self.world.unit() as unit:
            circle = await unit.circles.get(self.world.circle_id)
            await watch_lead(unit, circle, self.world.clock(), initiator="bot:poortwachter")
            await tasks_of_the_gone(unit, circle, self.world.clock(), "bot:poortwachter")
        await ReminderWatch(self.room.hub).round()

    async def _holds(self) -> None:
        now = self.world.clock()
        async with self.world.unit() as unit:
            circle = await unit.circles.get(self.world.circle_id)
            here = {r.person_id: r.role for r in await unit.circles.relations(circle.id) if r.active(now)}
            led = await unit.circles.leads(circle.id)
            acting = await acting_lead(unit, circle, now)
            alarmed = (await orphans(unit, circle, now)).lead
            tasks = [task for task in await unit.tasks.of_circle(circle.id) if task.open]
            questions = await unit.questions.open_in(circle.id)
            offers = await open_offers(unit, circle)
            present = [one for one in here if await available(unit, circle, one, now)]
            assert alarmed or not await wants_watching(unit, circle, now)
        assert led[-1].person_id == circle.lead_id, "one holder, and the timeline knows it"
        assert max(Counter(offer.part for offer in offers).values(), default=0) <= 1
        assert circle.lead_id not in {circle.deputy_id, circle.medical_lead_id}
        assert {one for one in (circle.deputy_id, circle.medical_lead_id) if one is not None} <= here.keys()
        if alarmed:
            assert not MAY_LEAD & set(here.values()), "only when nobody of the circle may lead"
            assert await self.world.logged(AuditEvent.WORK_ORPHANED), "and then the alarm was raised"
            return
        assert circle.lead_id in here
        assert acting in here
        assert acting in present or not {one for one in present if here[one] in MAY_LEAD}, "who is away does not act"
        assert {task.owner_id for task in tasks} <= here.keys()
        assert {question.owner_id for question in questions} <= here.keys()


def play(opened: Opened, life: list[list[Act]]) -> None:
    async def run() -> None:
        with tempfile.TemporaryDirectory() as folder:
            async with open_room(*opened, Path(folder)) as room:
                await Life(room).play(life)

    asyncio.run(run())


_QUIET = (HealthCheck.too_slow, HealthCheck.function_scoped_fixture)


@settings(max_examples=12, deadline=None, derandomize=True, suppress_health_check=_QUIET)
@given(life=batches)
def test_i10_never_zero_never_two_and_no_work_of_who_is_gone(opened_circle: Opened, life: list[list[Act]]) -> None:
    play(opened_circle, life)


@pytest.mark.slow
@settings(max_examples=250, deadline=None, suppress_health_check=_QUIET)
@given(life=batches)
def test_i10_holds_in_many_lives(opened_circle: Opened, life: list[list[Act]]) -> None:
    play(opened_circle, life)


def test_i10_in_the_lives_in_which_it_could_have_gone_wrong(opened_circle: Opened) -> None:
    """Accepting while being sent away, two offers at once, a deputy who becomes lead, all away, nobody left."""
    lives: list[list[list[Act]]] = [
        [
            [("says", ("carla", "!regie aan @Huisman"))],
            [("says", ("gerda", "!accepteer regie 1")), ("ends", ("gerda", DischargeReason.LEFT_ORGANISATION))],
        ],
        [
            [("says", ("carla", "!regie aan @Huisman")), ("says", ("carla", "!regie aan @Oosterhof"))],
            [("says", ("gerda", "!accepteer regie 1")), ("says", ("ruben", "!accepteer regie 2"))],
        ],
        [
            [("says", ("carla", "!plaatsvervanger @Huisman")), ("says", ("carla", "!regie medisch aan @Huisman"))],
            [("says", ("gerda", "!accepteer regie 1")), ("says", ("gerda", "!accepteer regie 2"))],
            [("asks", ("pieter",)), ("says", ("ruben", "!taak bellen @Vermeer"))],
            [("ends", ("carla", DischargeReason.PATIENT_WITHDRAWAL))],
            [("runs_out", ("gerda",)), ("says", ("ruben", "!afwezig t/m over 3 dagen"))],
            [("ends", ("ruben", DischargeReason.MISTAKE)), ("passes", (30,))],
            [("comes", ("carla",)), ("dies", ())],
        ],
    ]
    for life in lives:
        play(opened_circle, life)
