"""Hazards about people (law-and-care §6): nobody leads (10), two patients mixed (15)."""

from datetime import date

import pytest
from sqlalchemy import update

from hub.adapters.sql.tables import care_relation
from hub.adapters.sql.times import to_micros
from hub.application.use_cases import circles
from hub.application.use_cases.lead_watch import AGAIN, watch_lead
from hub.application.use_cases.people import add_patient, alike
from hub.domain.audit import AuditEvent
from hub.domain.entries import Note
from hub.domain.errors import CommandRejected
from hub.domain.identifiers import Bsn
from hub.domain.people import PersonName
from hub.domain.vocabulary import Section
from tests.stories.room import CIRCLE, Room, bodies, where
from tests.world import BIRTH_DATE, BSN, PaperAccounts, World, directive

OTHER_BSN = Bsn("111222333")


async def lead(world: World) -> str:
    async with world.unit() as unit:
        return (await unit.circles.get(world.circle_id)).lead_id


async def time_runs_out(world: World, who: str) -> None:
    """The place of this person had an end from the beginning; nobody does anything when it comes."""
    async with world.database.transaction() as connection:
        own = (care_relation.c.person_id == world.id(who)) & (care_relation.c.circle_id == world.circle_id)
        await connection.execute(update(care_relation).where(own).values(until=to_micros(world.clock())))
    world.clock.pass_by(minutes=1)


async def watch(world: World) -> bool:
    async with world.unit() as unit:
        circle = await unit.circles.get(world.circle_id)
        return await watch_lead(unit, circle, world.clock(), initiator="bot:poortwachter")


async def test_haz10_when_the_time_of_the_lead_runs_out_somebody_else_leads_and_the_team_hears_it(room: Room) -> None:
    world = room.world
    await time_runs_out(world, "carla")
    assert await watch(world)
    assert await lead(world) == world.id("gerda")
    (told,) = await room.hears()
    assert where(told) == "team"
    assert "De regie is nu bij Gerda Huisman. Klopt dat niet? Spreek af wie de regie neemt." in told.body
    assert not await watch(world), "once"


async def test_haz10_when_nobody_can_lead_the_alarm_sounds_and_again_each_day_until_somebody_does(room: Room) -> None:
    world = room.world
    for who in ("carla", "gerda", "ruben"):
        await time_runs_out(world, who)
    assert await watch(world)
    alarm = await room.hears()
    assert (
        "Niemand heeft nu de regie. Spreek vandaag af wie die neemt, en bel de beheerder van Kring." in alarm[-1].body
    )
    assert [entry.detail for entry in await world.logged(AuditEvent.WORK_ORPHANED)] == ["lead"]
    assert not await watch(world)
    world.clock.at += AGAIN
    assert await watch(world)
    await add_relation(world, "joost")
    assert await lead(world) == world.id("joost"), "at once"
    assert not await watch(world)


async def add_relation(world: World, who: str) -> None:
    async with world.unit() as unit:
        context = await world.context(unit, "bea")
        await circles.admit(unit, world.guard, context, person_id=world.id(who), role=None, until=None)


async def test_haz10_no_lead_leaves_without_a_successor_and_every_circle_starts_with_exactly_one(room: Room) -> None:
    with pytest.raises(CommandRejected, match="Draag eerst over: regie"):
        await room.discharge("carla")
    assert await lead(room.world) == room.world.id("carla")
    assert "heeft de regie" in bodies(await room.says("samira", "!wie"))


async def register(world: World, given: str, family: str, born: date, bsn: Bsn | None, **more: bool) -> str:
    async with world.unit() as unit:
        context = await world.context(unit, "bea")
    patient, _, _ = await add_patient(
        world.transactions,
        PaperAccounts(),
        context,
        name=PersonName(given, family),
        birth_date=born,
        bsn=bsn,
        **more,
    )
    return patient.id


@pytest.mark.parametrize("spelt", [("Anna", "de Wit"), ("anna", "De Wit"), ("Ánna", "de  Wit")])
async def test_haz15_the_same_name_and_birth_date_is_asked_about_before_there_are_two(
    room: Room, spelt: tuple[str, str]
) -> None:
    world = room.world
    with pytest.raises(CommandRejected, match="Is het echt een ander mens") as refused:
        await register(world, *spelt, BIRTH_DATE, None)
    assert "de Wit" not in str(refused.value)
    other = await register(world, *spelt, BIRTH_DATE, OTHER_BSN, another=True)
    assert other != world.patient_id


async def test_haz15_a_number_belongs_to_one_person_whatever_somebody_says(room: Room) -> None:
    world = room.world
    for another in (False, True):
        with pytest.raises(CommandRejected, match="Dit BSN is al van een patiënt") as refused:
            await register(world, "Bert", "Jansen", date(1940, 1, 1), BSN, another=another)
        assert BSN.digits not in str(refused.value)


async def test_haz15_the_same_name_alone_or_the_same_day_alone_is_nobody(room: Room) -> None:
    """No match by name: nothing is joined, and nobody is stopped."""
    world = room.world
    await register(world, "Anna", "de Wit", date(1961, 7, 9), None)
    await register(world, "Bert", "Jansen", BIRTH_DATE, None)


async def test_haz15_name_and_birth_date_stand_above_everything_that_is_shown(room: Room) -> None:
    world = room.world
    await world.record("carla", directive())
    for command in ("!dossier", "!bijpraten"):
        answer = bodies(await room.says("gerda", command, await _own(room, "gerda")))
        assert "Anna de Wit, geboren 14-3-1952" in answer.splitlines()[0] + answer.splitlines()[1]


async def _own(room: Room, who: str) -> str:
    async with room.world.unit() as unit:
        known = [p for p in await unit.rooms.of_circle(room.world.circle_id) if p.person_id == room.world.id(who)]
    return f"private-{who}" if known else await room.private_room(who)


async def test_haz15_what_is_said_in_a_circle_is_about_its_patient_whoever_else_is_called_the_same(room: Room) -> None:
    """The room says who it is about, never the text: a second Anna de Wit gets nothing of the first."""
    world = room.world
    second = await register(world, "Anna", "de Wit", BIRTH_DATE, OTHER_BSN, another=True)
    await room.says("gerda", "!pijn 6 Anna de Wit", CIRCLE)
    await world.record("carla", Note("Wil muziek van Brel."), Section.S4)
    async with world.unit() as unit:
        assert {mark.ref.section for mark in await unit.traces.entry_marks(world.patient_id)} == {
            Section.S4,
            Section.S5,
        }
        assert await unit.traces.entry_marks(second) == []


async def test_haz15_where_one_hub_serves_a_try_out_it_warns_instead_and_names_the_other_circle(room: Room) -> None:
    world = room.world
    async with world.unit() as unit:
        first = await unit.patients.get(world.patient_id)
    second = await register(world, "Anna", "de Wit", BIRTH_DATE, None, ask_first=False)
    async with world.unit() as unit:
        assert [one.pseudonym for one in await alike(unit, await unit.patients.get(second))] == [first.pseudonym]
