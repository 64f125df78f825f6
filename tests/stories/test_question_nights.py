"""D10 under everything that happens: at no minute an open question without somebody who is there to answer it."""

import asyncio
import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bots.dossier.handler import DossierBot
from bots.dossier.reminder_watch import ReminderWatch
from hub.adapters.sql.unit_of_work import SqlUnitOfWork
from hub.application.use_cases import circles
from hub.domain.circle import DischargeReason
from hub.domain.errors import KringError
from hub.domain.question_watch import Question
from hub.domain.reminder import ReminderKind
from tests.examples import examples
from tests.stories.conftest import Opened
from tests.stories.room import CIRCLE, TEAM, Room, open_room
from tests.world import PATIENT

EVENING = datetime(2026, 11, 3, 20, 0, tzinfo=UTC)
ASKED = (
    "Wanneer komt de wijkverpleging?", "Mama is benauwd, wat moet ik doen?", "Mag de pomp eraf?",
    "Wie haalt de medicijnen",
    "Kan iemand bellen?", "Papa is gevallen", "Hoe lang duurt dit nog?",
)  # fmt: skip


async def without_owner(unit: SqlUnitOfWork, room: Room) -> list[str]:
    """Every open question that nobody who is here has, or that no clock runs for; empty: all is well."""
    now, circle_id = room.world.clock(), room.world.circle_id
    here = {r.person_id for r in await unit.circles.relations(circle_id) if r.active(now) and r.role.is_professional}
    wrong = []
    for question in await unit.questions.open_in(circle_id):
        reminder = await unit.reminders.find(ReminderKind.QUESTION, question.about)
        if question.owner_id not in here:
            wrong.append(f"{now}: question {question.number} is with somebody who is not here")
        if question.term_at <= now:
            wrong.append(f"{now}: question {question.number} outlived its term")
        if reminder is None or reminder.due_at <= now or reminder.due_at > question.term_at:
            wrong.append(f"{now}: no clock runs for question {question.number}")
    return wrong


async def minutes(room: Room, count: int) -> list[str]:
    """The clock goes on minute by minute; what was wrong at any of them."""
    watch, wrong = ReminderWatch(room.hub), []
    for _ in range(count):
        room.world.clock.pass_by(minutes=1)
        await watch.round()
        async with room.world.transactions.reading() as unit:
            wrong += await without_owner(unit, room)
    return wrong


async def test_d10_in_a_whole_night_no_question_is_without_owner_at_any_minute(room: Room) -> None:
    """From nine in the evening to noon; somebody's time runs out, somebody leaves, somebody answers."""
    chance = random.Random(2026)
    room.world.clock.at = EVENING
    await room.admit("joost", until=EVENING + timedelta(hours=13, minutes=7))
    wrong: list[str] = []
    for step in range(15):
        await room.says(chance.choice(("pieter", PATIENT)), chance.choice(ASKED))
        if step == 4:
            await room.says("gerda", "!regie", TEAM)
        if step == 9:
            await room.says("samira", "!antwoord 1 Ik kom eraan", TEAM)
        if step == 12:
            await leaves(room, "carla")
        wrong += await minutes(room, 60)
    assert wrong == []
    async with room.world.unit() as unit:
        asked = [await unit.questions.get(room.world.circle_id, number) for number in range(1, 40)]
    assert len([one for one in asked if one is not None]) >= 8


async def leaves(room: Room, who: str) -> None:
    async with room.world.unit() as unit:
        by = "gerda" if who != "gerda" else "samira"
        context = await room.world.context(unit, by)
        reason = DischargeReason.LEFT_ORGANISATION
        try:
            await circles.discharge(unit, room.world.guard, context, person_id=room.world.id(who), reason=reason)
        except KringError:
            # Not this person's to decide, or gone already: then nobody left.
            return


ACTS = st.one_of(
    st.tuples(st.just("ask"), st.sampled_from(("pieter", PATIENT)), st.sampled_from(ASKED)),
    st.tuples(st.just("say"), st.sampled_from(("samira", "gerda", "carla", "ruben")), st.sampled_from(
        ("!antwoord 1 ja", "!beantwoord 2", "!geen vraag 1", "!vraag wie gaat er?", "!ladder 1 na 2 uur aan huisarts",
         "!ladder 2 na 1 uur aan telefoon", "!afwezig t/m vrijdag", "!terug", "!vragen"))),
    st.tuples(st.just("say"), st.just("pieter"), st.sampled_from(("!nog niet", "!geen vraag", "!nog niet 1"))),
    st.tuples(st.just("wait"), st.just(""), st.sampled_from((1, 29, 31, 240, 1440, 4321))),
    st.tuples(st.just("leave"), st.sampled_from(("samira", "carla", "ruben", "pieter")), st.just("")),
    st.tuples(st.just("restart"), st.just(""), st.just("")),
)  # fmt: skip


@settings(
    max_examples=examples(10),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(ACTS, min_size=3, max_size=14))
def test_d10_whatever_people_do_every_open_question_has_an_owner_and_a_clock(
    opened_circle: Opened, tmp_path_factory: pytest.TempPathFactory, acts: list[tuple[str, str, str | int]]
) -> None:
    asyncio.run(play(opened_circle, tmp_path_factory, acts))


async def play(opened: Opened, folders: pytest.TempPathFactory, acts: list[tuple[str, str, str | int]]) -> None:
    async with open_room(*opened, folders.mktemp("nights")) as room:
        for what, who, how in acts:
            if what == "wait":
                # The clock jumps; what was due in between rings once, from now.
                room.world.clock.pass_by(minutes=int(how))
            elif what == "leave":
                await leaves(room, who)
            elif what == "restart":
                room.bot = DossierBot(room.hub, lambda: None)
            else:
                await room.receive(room.message(who, str(how), TEAM if what == "say" and who != "pieter" else CIRCLE))
            await ReminderWatch(room.hub).round()
            spoken = [message.body for message in await room.hears() if message.person_id is None]
            async with room.world.unit() as unit:
                assert await without_owner(unit, room) == []
                await promised_nothing_acute(unit, room, spoken)


async def promised_nothing_acute(unit: SqlUnitOfWork, room: Room, spoken: list[str]) -> None:
    """About an acute question nobody heard a term."""
    found: list[Question] = [one for one in await unit.questions.open_in(room.world.circle_id) if one.acute]
    for question in found:
        assert not [body for body in spoken if f"Vraag {question.number}:" in body and "antwoordt" in body]
