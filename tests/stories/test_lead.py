"""Wie de regie heeft (CARE-11, HAZ-10, D7): offered, accepted or declined; one at a time, and a deputy."""

import pytest

from bots.dossier.reminder_watch import ReminderWatch
from hub.application.use_cases.death import confirm_death, declare_death
from hub.application.use_cases.leading import acting_lead
from hub.domain.audit import AuditEvent
from hub.domain.circle import DischargeReason
from hub.domain.errors import CommandRejected
from hub.domain.lead import LAPSE_AFTER, REMIND_AFTER
from hub.domain.vocabulary import Section
from tests.stories.room import CIRCLE, TEAM, Room, bodies, where
from tests.stories.test_edge_e08_leaver import goes, goes_self, leaves_for_good
from tests.world import directive


async def parts(room: Room) -> tuple[str, str | None, str | None]:
    """Who leads, who has the medical part, who is deputy, by first name."""
    names = {person.id: who for who, person in room.world.people.items()} | {None: None}
    async with room.world.unit() as unit:
        circle = await unit.circles.get(room.world.circle_id)
    return str(names[circle.lead_id]), names[circle.medical_lead_id], names[circle.deputy_id]


async def rings(room: Room) -> str:
    await ReminderWatch(room.hub).round()
    return bodies(await room.hears())


async def acts(room: Room) -> str:
    async with room.world.unit() as unit:
        circle = await unit.circles.get(room.world.circle_id)
        acting = await acting_lead(unit, circle, room.world.clock())
    return next(who for who, person in room.world.people.items() if person.id == acting)


async def test_the_lead_moves_only_when_the_other_says_yes_and_the_team_hears_it(room: Room) -> None:
    offered = await room.says("carla", "!regie aan @huisarts", TEAM)
    assert await parts(room) == ("carla", None, None)
    to_gerda = [message for message in offered if message.person_id == room.world.id("gerda")]
    assert "Carla Vermeer biedt u de regie over deze kring aan" in bodies(to_gerda)
    assert "!accepteer regie 1" in bodies(to_gerda)
    assert "gerda" not in bodies(await room.says("ruben", "!accepteer 1", TEAM)).lower(), "it is not for Ruben"
    assert await parts(room) == ("carla", None, None)
    said = await room.says("gerda", "!accepteer 1", TEAM)
    assert await parts(room) == ("gerda", None, None)
    assert "De regie ging van Carla Vermeer naar Gerda Huisman." in bodies([m for m in said if where(m) == "team"])
    taken = await room.world.logged(AuditEvent.LEAD_ACCEPTED)
    assert [(entry.user_id, entry.detail) for entry in taken] == [
        (room.world.id("gerda"), f"lead;from={room.world.id('carla')};to={room.world.id('gerda')}")
    ]
    assert "gp-lead" in taken[0].policy
    assert "Er is geen open aanbod" in bodies(await room.says("gerda", "!accepteer regie 1", TEAM)), "once"


async def test_the_summary_tells_what_is_agreed_and_open_and_nothing_that_the_other_may_not_read(room: Room) -> None:
    await room.world.confirm("ruben", (await room.world.record("gerda", directive(), Section.S3)).ref)
    await room.says("gerda", "!overdracht naar thuis @thuiszorg", TEAM)
    await room.says("carla", "!noteer vertrouwelijk: de buurman drinkt", TEAM)
    await room.hears()
    offered = bodies(m for m in await room.says("carla", "!regie aan @specialist", TEAM) if m.person_id)
    assert "Reanimeren: NIET" in offered
    assert "buurman" not in offered
    read = [e for e in await room.world.logged(AuditEvent.ENTRY_READ) if e.user_id == room.world.id("ruben")]
    assert read
    assert read[-1].initiator == f"bot:dossier for {room.world.id('carla')}"


async def test_who_says_no_changes_nothing_and_only_who_offered_hears_why(room: Room) -> None:
    await room.says("carla", "!regie aan @huisarts", TEAM)
    said = await room.says("gerda", "!weiger 1 ik ga zelf met vakantie", TEAM)
    assert await parts(room) == ("carla", None, None)
    why = [message for message in said if "vakantie" in message.body]
    assert [message.person_id for message in why] == [room.world.id("carla")]
    assert "U heeft de regie nog." in why[0].body
    assert "Er is geen open aanbod" in bodies(await room.says("gerda", "!accepteer regie 1", TEAM))


async def test_an_offer_to_another_withdraws_the_first(room: Room) -> None:
    await room.says("carla", "!regie aan @huisarts", TEAM)
    said = await room.says("carla", "!regie aan @specialist", TEAM)
    assert "Aanbod 1 (de regie) geldt niet meer." in bodies(m for m in said if m.person_id == room.world.id("gerda"))
    await room.says("gerda", "!accepteer regie 1", TEAM)
    assert await parts(room) == ("carla", None, None)
    await room.says("ruben", "!accepteer regie 2", TEAM)
    assert await parts(room) == ("ruben", None, None)


async def test_without_an_answer_both_hear_it_after_a_day_and_after_three_it_is_over(room: Room) -> None:
    await room.says("carla", "!regie aan @huisarts", TEAM)
    assert await rings(room) == ""
    room.world.clock.at += REMIND_AFTER
    reminded = await rings(room)
    assert "Carla Vermeer wacht op uw antwoord op aanbod 1" in reminded
    assert "Gerda Huisman gaf nog geen antwoord op aanbod 1" in reminded
    assert await rings(room) == "", "once"
    room.world.clock.at += LAPSE_AFTER - REMIND_AFTER
    assert "het aanbod is vervallen. U heeft de regie nog." in await rings(room)
    await room.says("gerda", "!accepteer regie 1", TEAM)
    assert await parts(room) == ("carla", None, None)
    assert len(await room.world.logged(AuditEvent.LEAD_LAPSED)) == 1


@pytest.mark.parametrize("who", ["samira", "noor", "pieter", "anna"])
async def test_who_may_not_lead_offers_and_takes_nothing_and_hears_why(room: Room, who: str) -> None:
    """The same command is done for Gerda, who may."""
    await room.says("carla", "!regie aan @huisarts", TEAM)
    for said in ("!regie aan @huisarts", "!plaatsvervanger @huisarts", "!accepteer regie 1"):
        heard = bodies(await room.says(who, said, CIRCLE))
        assert "Dat kan niet: de regie aanbieden, overnemen of weigeren." in heard
        assert "Hulp: " in heard
    assert await parts(room) == ("carla", None, None)
    await room.says("gerda", "!accepteer regie 1", CIRCLE)
    assert await parts(room) == ("gerda", None, None)


async def test_nobody_is_offered_the_lead_who_could_not_have_it(room: Room) -> None:
    for who in ("@thuiszorg", "@naaste", "@apotheker"):
        assert "De regie ligt bij een coach" in bodies(await room.says("carla", f"!regie aan {who}", TEAM))
    assert "De medische regie ligt bij een huisarts" in bodies(
        await room.says("gerda", "!regie medisch aan @coach", TEAM)
    ) + bodies(await room.says("carla", "!regie medisch aan @thuiszorg", TEAM))
    assert "Dat doet wie de regie heeft. Dat is nu Carla Vermeer" in bodies(
        await room.says("ruben", "!regie aan @huisarts", TEAM)
    )
    assert await room.world.logged(AuditEvent.LEAD_OFFERED) == []


async def test_the_gp_has_the_medical_part_and_the_coach_the_coordination(room: Room) -> None:
    await room.says("carla", "!regie medisch aan @huisarts", TEAM)
    said = bodies(await room.says("gerda", "!accepteer 1", TEAM))
    assert "Gerda Huisman heeft nu de medische regie. De coördinatie blijft bij wie de regie heeft." in said
    assert await parts(room) == ("carla", "gerda", None)
    overview = bodies(await room.says("samira", "!regie", TEAM))
    assert "Regie: Carla Vermeer (palliatieve zorgcoach), sinds 3-11-2026" in overview
    assert "Medische regie: Gerda Huisman (huisarts), sinds 3-11-2026" in overview
    await room.says("gerda", "!regie medisch aan @coach", TEAM)
    assert "Carla Vermeer heeft nu de hele regie" in bodies(await room.says("carla", "!accepteer 2", TEAM))
    assert await parts(room) == ("carla", None, None)


async def test_a_circle_without_a_deputy_asks_its_lead_for_one_once_and_goes_on(room: Room) -> None:
    assert await rings(room) == ""
    room.world.clock.pass_by(hours=24)
    assert "# Wie is uw plaatsvervanger?" in await rings(room)
    room.world.clock.pass_by(days=30)
    assert "plaatsvervanger" not in await rings(room)
    await room.says("carla", "!plaatsvervanger @huisarts", TEAM)
    assert await parts(room) == ("carla", None, None)
    await room.says("gerda", "!accepteer 1", TEAM)
    assert await parts(room) == ("carla", None, "gerda")
    assert "heeft de regie" in bodies(await room.says("samira", "!wie"))
    assert "plaatsvervanger" in bodies(await room.says("samira", "!wie"))


async def test_the_deputy_is_first_in_line_when_the_lead_is_gone_at_once(room: Room) -> None:
    """Gerda would be next by her role; Ruben is the deputy."""
    await room.says("carla", "!plaatsvervanger @specialist", TEAM)
    await room.says("ruben", "!accepteer 1", TEAM)
    await leaves_for_good(room, "carla")
    assert await parts(room) == ("ruben", None, None), "who leads is not also the deputy"
    assert "De regie is nu bij Ruben Oosterhof." in bodies(await room.hears())
    assert len(await room.world.logged(AuditEvent.LEAD_PASSED)) == 1


async def test_when_the_deputy_leaves_there_is_none_and_the_lead_is_asked_for_another(room: Room) -> None:
    await room.says("carla", "!plaatsvervanger @huisarts", TEAM)
    await room.says("gerda", "!accepteer 1", TEAM)
    await room.says("carla", "!regie medisch aan @huisarts", TEAM)
    await room.says("gerda", "!accepteer 2", TEAM)
    await room.hears()
    await goes_self(room, "gerda")
    assert await parts(room) == ("carla", None, None)
    told = [message for message in await room.hears() if message.person_id == room.world.id("carla")]
    assert "Gerda Huisman is geen plaatsvervanger meer." in bodies(told)
    assert "De hele regie ligt nu bij u." in bodies(told)


async def test_what_a_leaver_offered_or_was_offered_is_over(room: Room) -> None:
    await room.says("carla", "!regie aan @huisarts", TEAM)
    await leaves_for_good(room, "gerda")
    assert "Er is geen open aanbod" in bodies(await room.says("ruben", "!weiger regie 1", TEAM))
    room.world.clock.at += LAPSE_AFTER
    assert "aanbod 1" not in await rings(room)


async def test_who_leads_or_has_tasks_hears_what_to_hand_over_before_leaving(room: Room) -> None:
    await room.says("gerda", "!overdracht naar thuis @coach", TEAM)
    with pytest.raises(CommandRejected, match=r"Draag eerst over: regie, overdracht 1\. .*!regie aan @wie"):
        await goes_self(room, "carla")
    with pytest.raises(CommandRejected, match="Draag eerst de regie over"):
        await goes(room, "carla", DischargeReason.TRANSFER)
    await room.says("carla", "!regie aan @huisarts", TEAM)
    await room.says("gerda", "!accepteer regie 1", TEAM)
    await goes(room, "carla", DischargeReason.TRANSFER)
    assert await parts(room) == ("gerda", None, None)


async def test_after_a_death_somebody_still_leads_the_aftercare_and_can_hand_it_on(room: Room) -> None:
    for act, who in ((declare_death, "carla"), (confirm_death, "gerda")):
        async with room.world.unit() as unit:
            context = await room.world.context(unit, who)
            await act(unit, room.world.guard, room.hub.speaker, context, "Anna de Wit")
    await room.says("carla", "!regie aan @huisarts", TEAM)
    await room.says("gerda", "!accepteer regie 1", TEAM)
    assert await parts(room) == ("gerda", None, None)
    assert await acts(room) == "gerda"
