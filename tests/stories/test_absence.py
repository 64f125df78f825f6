"""Afwezig met waarnemer: somebody always acts as lead, in every circle, and the circle hears who (ADR 0039)."""

from dataclasses import replace

import pytest

from bots.dossier.reminder_watch import ReminderWatch
from hub.application.use_cases.cards import read_card
from hub.application.use_cases.tasks import NewTask, make_task
from hub.domain.audit import AuditEvent
from hub.domain.card_facts import Fact
from hub.domain.spoken import verbatim
from hub.domain.task import TaskKind
from hub.domain.vocabulary import Role, Section
from tests.stories.room import CIRCLE, TEAM, Room, bodies, where
from tests.stories.test_lead import acts, parts, rings
from tests.world import directive

LEAVES = "ik ben afwezig t/m 24 november, waarnemer @huisarts"


async def says_in_private(room: Room, who: str, body: str) -> str:
    if not any(place == f"private-{who}" for place in await places(room)):
        await room.private_room(who)
    return bodies(await room.says(who, body, f"private-{who}"))


async def places(room: Room) -> list[str]:
    async with room.world.unit() as unit:
        found = await unit.rooms.of_circle(room.world.circle_id)
    return [one.room_id.removeprefix("!").removesuffix(f"-{room.world.circle_id}") for one in found]


async def test_a_plain_message_in_the_own_room_is_enough_and_the_circle_hears_who_stands_in(room: Room) -> None:
    said = await says_in_private(room, "carla", LEAVES)
    assert "U bent afwezig t/m 24-11-2026." in said
    assert "Gerda Huisman neemt voor u waar." in said
    assert "Carla Vermeer is afwezig t/m 24-11-2026. Gerda Huisman neemt de regie waar." in said
    assert await acts(room) == "gerda"
    assert (await parts(room))[0] == "carla", "the lead is hers all the same"
    assert "Nu neemt Gerda Huisman de regie waar." in bodies(await room.says("samira", "!regie", TEAM))
    roster = bodies(await room.says("pieter", "!wie"))
    assert "heeft de regie — afwezig t/m 24-11-2026" in roster
    assert "neemt de regie waar" in roster


async def test_the_same_words_elsewhere_are_talk(room: Room) -> None:
    await room.says("carla", LEAVES, TEAM)
    assert await acts(room) == "carla"
    await room.says("carla", "!afwezig t/m 24 november, waarnemer @huisarts", TEAM)
    assert await acts(room) == "gerda"


async def test_patient_and_relatives_hear_that_their_coach_is_away_and_only_the_team_of_the_others(room: Room) -> None:
    said = await room.says("carla", "!afwezig t/m vrijdag, waarnemer @huisarts", TEAM)
    assert [where(m) for m in said if "is afwezig" in m.body] == ["circle"]
    said = await room.says("samira", "!afwezig t/m vrijdag", TEAM)
    assert [where(m) for m in said if "is afwezig" in m.body] == ["team"]


async def test_who_stands_in_gets_the_open_work_and_what_comes_new(room: Room) -> None:
    await a_task(room, "eerste", "carla")
    said = await room.says("carla", "!afwezig t/m vrijdag, waarnemer @huisarts", TEAM)
    standing = [m for m in said if m.person_id == room.world.id("gerda") and "U neemt waar" in m.body]
    assert "taak 1 van Carla Vermeer" in bodies(standing)
    assert standing[0].sections, "its words are those of the dossier"
    assert await a_task(room, "tweede", "carla") == "gerda"
    room.world.clock.pass_by(days=4)
    await rings(room)
    assert await a_task(room, "derde", "carla") == "carla"


async def a_task(room: Room, what: str, owner: str) -> str:
    """Asked of this person; whose it became."""
    sections = frozenset({Section.S8})
    new = NewTask(
        TaskKind.PATH, what, Section.S8, sections, (), verbatim(what), verbatim("Taak"), owner_id=room.world.id(owner)
    )
    async with room.world.unit() as unit:
        context = await room.world.context(unit, "ruben")
        task = await make_task(unit, context, await unit.circles.get(room.world.circle_id), new)
    return next(who for who, person in room.world.people.items() if person.id == task.owner_id)


async def test_without_a_locum_the_deputy_acts_and_else_the_coach_or_the_gp(room: Room) -> None:
    await room.says("carla", "!plaatsvervanger @specialist", TEAM)
    await room.says("ruben", "!accepteer 1", TEAM)
    await room.says("carla", "!afwezig t/m vrijdag", TEAM)
    assert await acts(room) == "ruben"
    said = bodies(await room.says("ruben", "!afwezig t/m donderdag", TEAM))
    assert "Ruben Oosterhof is afwezig t/m 5-11-2026. Gerda Huisman neemt de regie waar." in said
    assert await acts(room) == "gerda"
    said = bodies(await room.says("gerda", "!afwezig t/m woensdag", TEAM))
    assert "Er is niemand die de regie waarneemt. Spreek vandaag af wie dat doet" in said
    assert await acts(room) == "carla", "still somebody of the circle"
    assert "Er is niemand die de regie waarneemt" in bodies(await room.says("samira", "!regie", TEAM))


async def test_it_begins_and_ends_by_itself_and_the_circle_hears_both_once(room: Room) -> None:
    await room.says("carla", "!afwezig van donderdag t/m vrijdag, waarnemer @huisarts", TEAM)
    assert await acts(room) == "carla"
    room.world.clock.pass_by(days=2)
    assert "Gerda Huisman neemt de regie waar." in await rings(room)
    assert await rings(room) == ""
    assert await acts(room) == "gerda"
    room.world.clock.pass_by(days=2)
    assert "Carla Vermeer is er weer en heeft de regie weer zelf." in await rings(room)
    assert await rings(room) == ""
    assert await acts(room) == "carla"


async def test_a_clock_that_jumped_over_all_of_it_tells_nobody_of_an_absence_that_is_over(room: Room) -> None:
    await room.says("carla", "!afwezig van donderdag t/m vrijdag", TEAM)
    room.world.clock.pass_by(days=30)
    await ReminderWatch(room.hub).round()
    assert "afwezig" not in bodies(await room.hears())


@pytest.mark.parametrize("back", ["!afwezig niet meer", "ik ben er weer"])
async def test_who_comes_back_early_says_so(room: Room, back: str) -> None:
    await says_in_private(room, "carla", LEAVES)
    said = await says_in_private(room, "carla", back)
    assert "U bent er weer." in said
    assert "Carla Vermeer is er weer en heeft de regie weer zelf." in said
    assert await acts(room) == "carla"
    room.world.clock.pass_by(days=30)
    assert "er weer" not in await rings(room)
    assert "U staat niet als afwezig." in await says_in_private(room, "carla", back)


async def test_what_is_said_last_counts(room: Room) -> None:
    await room.says("carla", "!afwezig t/m 24 november, waarnemer @huisarts", TEAM)
    await room.says("carla", "!afwezig t/m vrijdag, waarnemer @specialist", TEAM)
    assert await acts(room) == "ruben"
    assert len(await room.world.logged(AuditEvent.ABSENCE_ENDED)) == 1
    room.world.clock.pass_by(days=4)
    await rings(room)
    assert await acts(room) == "carla"


async def test_the_locum_is_a_carer_of_this_circle_who_is_there_and_may_lead(room: Room) -> None:
    refused = {
        "@naaste": "De waarnemer is een andere zorgverlener in deze kring.",
        "@thuiszorg": "U heeft hier de regie. Waarnemen kan een coach, huisarts, waarnemer, specialist of instelling.",
        "@Linden": "Bij die naam of rol past niemand in deze kring",
    }
    for who, said in refused.items():
        assert said in bodies(await room.says("carla", f"!afwezig t/m vrijdag, waarnemer {who}", TEAM))
    await room.says("gerda", "!afwezig t/m woensdag", TEAM)
    said = "!afwezig t/m vrijdag, waarnemer @huisarts"
    assert "Gerda Huisman is afwezig t/m 4-11-2026. Kies iemand anders." in bodies(await room.says("carla", said, TEAM))
    assert "Gerda Huisman is afwezig" in bodies(await room.says("carla", "!regie aan @huisarts", TEAM))
    await room.says("samira", "!afwezig t/m vrijdag, waarnemer @apotheker", TEAM)
    assert len(await room.world.logged(AuditEvent.ABSENCE_SAID)) == 2


async def test_a_relative_is_not_away_and_gives_no_lead_to_anybody(room: Room) -> None:
    for who in ("pieter", "anna"):
        assert "Afwezigheid meldt een zorgverlener." in bodies(await room.says(who, "!afwezig t/m vrijdag", CIRCLE))
    assert await room.world.logged(AuditEvent.ABSENCE_SAID) == []


async def test_who_stands_in_confirms_as_the_lead_does_and_only_while_standing_in(room: Room) -> None:
    """Joost of the hospice is the deputy; a proposal of the GP waits. The facility confirms as lead only (§5.2)."""
    await room.admit("joost")
    await room.says("carla", "!plaatsvervanger @hospice", TEAM)
    await room.says("joost", "!accepteer 1", TEAM)
    proposed = await room.world.record("gerda", directive(), Section.S3)
    assert "Dat kan niet" in bodies(await room.says("joost", f"!bevestig {proposed.ref}", TEAM))
    await room.says("carla", "!afwezig t/m vrijdag", TEAM)
    assert await acts(room) == "joost"
    assert "is bevestigd" in bodies(await room.says("joost", f"!bevestig {proposed.ref}", TEAM))


async def test_a_waarnemer_stands_in_but_is_not_given_the_lead(room: Room) -> None:
    world = room.world
    world.people["joost"] = replace(world.people["joost"])
    async with world.unit() as unit:
        relations = await unit.circles.relations(world.circle_id)
        ruben = next(one for one in relations if one.person_id == world.id("ruben"))
    async with world.database.transaction() as connection:
        await connection.exec_driver_sql("UPDATE care_relation SET role = 'locum' WHERE id = ?", (ruben.id,))
    assert "De regie ligt bij een coach" in bodies(
        await room.says("carla", f"!regie aan @{Role.LOCUM.title_nl}", TEAM)
    ) + (bodies(await room.says("carla", "!regie aan @waarnemer", TEAM)))
    await room.says("carla", "!afwezig t/m vrijdag, waarnemer @waarnemer", TEAM)
    assert await acts(room) == "ruben"


async def test_the_card_names_first_whom_to_call_now(room: Room) -> None:
    await room.says("carla", "!plaatsvervanger @specialist", TEAM)
    await room.says("ruben", "!accepteer 1", TEAM)
    assert "Carla Vermeer" in await the_lead_on_the_card(room)
    await room.says("carla", "!afwezig t/m vrijdag, waarnemer @huisarts", TEAM)
    line = await the_lead_on_the_card(room)
    assert line.startswith("Gerda Huisman (huisarts, Praktijk De Brug), tel. 026-3210002")
    assert "neemt waar voor Carla Vermeer, afwezig t/m 6-11-2026" in line
    assert "plaatsvervanger: Ruben Oosterhof" in line


async def the_lead_on_the_card(room: Room) -> str:
    async with room.world.unit() as unit:
        card = await read_card(unit, room.world.guard, await room.world.context(unit, "samira"))
    return next(line.text for line in card.lines if line.fact is Fact.LEAD)


async def test_who_stands_in_is_told_of_questions_that_wait(room: Room) -> None:
    await room.says("pieter", "Wanneer komt de verpleegkundige weer langs?", CIRCLE)
    async with room.world.unit() as unit:
        (question,) = await unit.questions.open_in(room.world.circle_id)
    owner = next(who for who, person in room.world.people.items() if person.id == question.owner_id)
    said = bodies(await room.says("carla", "!regie aan @huisarts", TEAM))
    assert f"- vraag 1 van Pieter de Wit, {room.world.people[owner].name.full} antwoordt uiterlijk" in said
    assert "verpleegkundige" not in said
