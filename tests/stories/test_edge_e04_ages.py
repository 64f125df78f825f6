"""E4: under 12 the parents decide, from 12 to 15 both, from 16 the patient alone; all are told."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from bots.dossier.birthdays import Birthdays
from hub.application.use_cases.circles import open_circle
from hub.domain.audit import AuditEvent
from hub.domain.circle import Circle, DischargeReason
from hub.domain.consent import AccessRules, ConsentDecision
from hub.domain.entries import Note
from hub.domain.errors import AccessDenied, CommandRejected
from hub.domain.vocabulary import Section
from hub.domain.wishes import Place, PreferredPlaceOfDeath
from tests.stories.family import born_on, chooses, reads, represents, with_rules
from tests.stories.room import CIRCLE, Room, bodies

pytestmark = pytest.mark.changes_behind_the_log
YES, NO = ConsentDecision.PERMIT, ConsentDecision.DENY
TWELFTH = date(2026, 11, 10)
BORN = date(2014, 11, 10)
AMSTERDAM = ZoneInfo("Europe/Amsterdam")


def at(day: date, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=AMSTERDAM)


async def a_child_and_a_mother(room: Room, born: date = BORN) -> str:
    """Anna is a child here; Karin is her mother. Returns Pieter, her uncle, as a target of choices."""
    await born_on(room, born)
    await represents(room, "karin", "Karin", "de Wit", "moeder, ouder met gezag")
    await room.world.record("carla", PreferredPlaceOfDeath(Place.HOME))
    return f"person:{room.world.id('pieter')}"


async def test_e04_under_12_the_parents_decide_and_the_child_does_not(room: Room) -> None:
    uncle = await a_child_and_a_mother(room)
    await chooses(room, "karin", YES, uncle, "S4")
    assert await reads(room.world, "pieter") == {Section.S4}
    with pytest.raises(AccessDenied):
        await chooses(room, "anna", NO, uncle, "S4")
    with pytest.raises(AccessDenied):
        await room.world.read("anna")


async def test_e04_on_the_12th_birthday_both_must_say_yes_from_midnight_on(room: Room) -> None:
    uncle = await a_child_and_a_mother(room)
    await chooses(room, "karin", YES, uncle, "S4")
    room.world.clock.at = at(date(2026, 11, 9), 23, 59)
    assert await reads(room.world, "pieter") == {Section.S4}
    room.world.clock.at = at(TWELFTH)
    assert await reads(room.world, "pieter") == set()
    await chooses(room, "anna", YES, uncle, "S4")
    assert await reads(room.world, "pieter") == {Section.S4}
    await chooses(room, "karin", NO, uncle, "S4")
    assert await reads(room.world, "pieter") == set()


async def test_e04_from_16_the_patient_decides_alone_and_the_mother_reads_nothing(room: Room) -> None:
    uncle = await a_child_and_a_mother(room, born=date(2010, 11, 10))
    await chooses(room, "karin", YES, uncle, "S4")
    await chooses(room, "anna", YES, uncle, "S4")
    assert Section.S4 in await reads(room.world, "karin")
    room.world.clock.at = at(TWELFTH)
    with pytest.raises(AccessDenied):
        await room.world.read("karin")
    with pytest.raises(AccessDenied):
        await chooses(room, "karin", NO, uncle, "S4")
    assert await reads(room.world, "pieter") == {Section.S4}, "her own yes still counts"


async def test_e04_what_a_child_keeps_to_herself_her_mother_does_not_read_anywhere(room: Room) -> None:
    """BW 7:450 lid 2: also not in a room where her mother reads along."""
    await a_child_and_a_mother(room, born=date(2012, 11, 10))
    await room.world.record("carla", Note("Wil alleen met de coach over angst praten."), Section.S5)
    assert Section.S5 in await reads(room.world, "karin")
    (told, *_) = await room.says("anna", "!afschermen S5-1")
    assert "alleen voor u en uw zorgverleners" in told.body
    assert Section.S5 not in await reads(room.world, "karin")
    assert Section.S5 in await reads(room.world, "anna")
    assert Section.S5 in await reads(room.world, "gerda")
    answers = await room.says("gerda", "!dossier klachten")
    assert "angst" not in bodies([one for one in answers if one.room_kind.value == CIRCLE])
    (refused, *_) = await room.says("karin", "!afschermen S5-1 niet meer")
    assert "jongere zelf" in refused.body
    await room.says("anna", "!afschermen S5-1 niet meer")
    assert Section.S5 in await reads(room.world, "karin")


async def test_e04_a_birthday_is_told_once_to_all(room: Room) -> None:
    await a_child_and_a_mother(room)
    birthdays = Birthdays(room.hub)
    assert await birthdays.round() == 0
    await room.hears()
    room.world.clock.at = at(TWELFTH, 0, 1)
    assert await birthdays.round() == 1
    assert await birthdays.round() == 0
    assert await Birthdays(room.hub).round() == 0, "also after a restart"
    told = await room.hears()
    assert {one.room_kind.value for one in told} == {"circle", "private"}
    assert "12 geworden" in bodies(told)
    assert "!toestemming" in bodies(told)
    (line,) = await room.world.logged(AuditEvent.AGE_REACHED)
    assert line.detail == "under_12:12_to_15"
    room.world.clock.at = at(date(2030, 11, 10), 8)
    assert await birthdays.round() == 1
    assert "16 geworden" in bodies(await room.hears())


async def test_e04_care_for_children_is_switched_off_until_somebody_switches_it_on(room: Room) -> None:
    await born_on(room, BORN)
    with_rules(room, AccessRules())
    with pytest.raises(CommandRejected) as refused:
        await opens_again(room)
    assert refused.value.code == "no-children-yet"
    assert "jonger dan 16" in str(refused.value)
    with_rules(room, AccessRules(children=True))
    assert (await opens_again(room)).open


async def opens_again(room: Room) -> Circle:
    """The circle was closed, and somebody opens a new one for the same patient."""
    world = room.world
    async with world.unit() as unit:
        for relation in await unit.circles.relations(world.circle_id):
            await unit.circles.end(relation.id, world.clock(), DischargeReason.CARE_ENDED)
        if await unit.circles.open_of(world.patient_id) is not None:
            await unit.circles.close(world.circle_id, world.clock())
        administrator = await world.context(unit, "bea")
        return await open_circle(
            unit, world.guard, administrator, coach_id=world.id("carla"), lead_id=None, discussed=True
        )
