"""What changed since somebody's last visit, and what somebody who leaves takes along of their own."""

import pytest

from bots.dossier.reminder_watch import ReminderWatch
from hub.application.guard import Refused
from hub.application.use_cases import circles
from hub.application.use_cases.contributions import own_contributions
from hub.domain.audit import AuditEvent
from hub.domain.circle import DischargeReason
from hub.domain.entries import Note
from hub.domain.identifiers import EntryRef
from hub.domain.observations import PainScore, Reporter
from hub.domain.vocabulary import Section
from hub.domain.wishes import Place, PreferredPlaceOfDeath
from tests.stories.room import CIRCLE, TEAM, Room, bodies
from tests.world import directive


@pytest.fixture
async def known(room: Room) -> Room:
    """Gerda read everything on 3 November and said so."""
    await room.world.record("carla", directive())
    await room.world.record("anna", PreferredPlaceOfDeath(Place.HOME))
    for who in ("gerda", "samira", "pieter"):
        await room.private_room(who)
    first = bodies(await room.says("gerda", "!sinds", TEAM))
    assert "Daarom staat hier alles wat voor u open is." in first
    assert "reanimeren" in first
    await room.says("gerda", "!gezien", "private-gerda")
    room.world.clock.pass_by(days=2)
    return room


async def test_nothing_changed_says_so(known: Room) -> None:
    assert "Er is niets veranderd in wat voor u open is." in bodies(await known.says("gerda", "!sinds", TEAM))


async def test_new_changed_and_confirmed_are_told_apart(known: Room) -> None:
    await known.world.confirm("gerda", EntryRef(Section.S3, 1))
    await known.world.record("samira", PainScore(3, Reporter.PROFESSIONAL, "heup"))
    await known.world.record("anna", PreferredPlaceOfDeath(Place.HOSPICE))
    said = bodies(await known.says("gerda", "!sinds", TEAM))
    assert "- BEVESTIGD: NIET reanimeren" in said
    assert "- NIEUW: Pijn 3" in said
    assert "- VERANDERD: " in said
    was = next(line for line in said.split("\n") if line.startswith("- Dat was: "))
    assert "thuis" in was


async def test_it_stays_new_until_they_say_that_they_know_it(known: Room) -> None:
    await known.world.record("samira", PainScore(3, Reporter.PROFESSIONAL, "heup"))
    for _ in range(2):
        assert "Pijn 3" in bodies(await known.says("gerda", "!sinds", TEAM))
    known.world.clock.pass_by(minutes=1)
    await known.world.record("samira", PainScore(2, Reporter.PROFESSIONAL, "heup"))
    await known.hears()
    # What came after the list was shown was not in it, and stays new.
    await known.says("gerda", "!gezien", TEAM)
    said = bodies(await known.says("gerda", "!sinds", TEAM))
    assert "Pijn 2" in said
    assert "Pijn 3" not in said
    assert len(await known.world.logged(AuditEvent.CHANGES_KNOWN)) == 2


async def test_nobody_knows_what_was_not_shown_to_them(known: Room) -> None:
    (told,) = await known.says("samira", "!gezien", TEAM)
    assert told.body == "Kijk eerst wat er veranderd is, met: !sinds"


async def test_lead_tasks_and_handovers_are_among_it(known: Room) -> None:
    await known.says("carla", "!overdracht naar hospice @thuiszorg", TEAM)
    await known.says("samira", "!ontvangen 1", TEAM)
    said = bodies(await known.says("gerda", "!sinds", TEAM))
    assert "Overdracht 1 naar hospice gemaakt, Carla Vermeer" in said
    assert "Overdracht 1 naar hospice ontvangen, Samira Bakker" in said
    assert "Taak 1 (open, Carla Vermeer)" in said


async def test_each_sees_only_what_is_theirs_to_read(known: Room) -> None:
    await known.says("pieter", "!sinds")
    await known.says("pieter", "!gezien", "private-pieter")
    known.world.clock.pass_by(minutes=1)
    await known.world.record("carla", Note("Zij maakt zich zorgen om geld."), Section.S6)
    await known.world.record("carla", Note("Zoon vertelde iets in vertrouwen."), Section.S10)
    await known.hears()
    assert "geld" not in bodies(await known.says("pieter", "!sinds"))
    said = bodies(await known.says("gerda", "!sinds", TEAM))
    assert "geld" in said
    assert "vertrouwen" not in said


async def test_somebody_outside_is_refused_as_for_anything(known: Room) -> None:
    await known.discharge("samira")
    said = bodies(await known.says("samira", "!sinds", TEAM))
    assert "Pijn" not in said
    assert said.startswith("Dat kan niet")


async def rings(room: Room, **later: float) -> str:
    room.world.clock.pass_by(**later)
    await ReminderWatch(room.hub).round()
    return bodies(await room.hears())


async def test_access_ends_on_the_agreed_day_and_is_told_a_day_before(known: Room) -> None:
    await known.says("samira", "!overdracht naar ziekenhuis @gerda huisman, toegang tot 12-11-2026", TEAM)
    await known.says("gerda", "!ontvangen 1", TEAM)
    (line,) = await known.world.logged(AuditEvent.ACCESS_END_AGREED)
    assert line.user_id == known.world.id("samira")
    assert line.policy
    assert "toegang" not in await rings(known, days=5)
    told = await rings(known, days=2)
    assert "Uw toegang tot deze kring eindigt op 12-11-2026" in told
    assert "!bijdragen" in told
    assert "geen" not in bodies(await known.says("samira", "!pijn 2", TEAM))
    known.world.clock.pass_by(days=1)
    with pytest.raises(Refused):
        await known.world.read("samira", Section.S5)


async def test_access_does_not_end_before_the_handover_is_received(known: Room) -> None:
    await known.says("samira", "!overdracht naar ziekenhuis @gerda huisman, toegang tot 6-11-2026", TEAM)
    known.world.clock.pass_by(days=4)
    assert await known.world.read("samira", Section.S5) == []
    await known.says("gerda", "!ontvangen 1", TEAM)
    with pytest.raises(Refused):
        await known.world.read("samira", Section.S5)


async def test_who_still_leads_stays_and_hears_why(known: Room) -> None:
    await known.says("carla", "!overdracht naar ziekenhuis @gerda huisman, toegang tot 8-11-2026", TEAM)
    await known.says("gerda", "!ontvangen 1", TEAM)
    assert "Uw toegang kan nog niet eindigen" in await rings(known, days=3)
    known.world.clock.pass_by(days=3)
    assert await known.world.read("carla", Section.S8) == []


async def test_a_leaver_takes_their_own_words_along_and_nothing_of_others(known: Room) -> None:
    await known.world.record("samira", Note("Wond verzorgd en verbonden."), Section.S8)
    await known.world.record("carla", Note("Dochter gebeld."), Section.S8)
    await known.hears()
    copy = bodies(await known.says("samira", "!bijdragen", TEAM))
    assert "# Afschrift van eigen bijdragen" in copy
    assert "Wond verzorgd en verbonden" in copy
    assert "Dochter gebeld" not in copy
    assert "reanimeren" not in copy


async def test_after_an_end_at_once_the_operator_can_still_make_it(known: Room) -> None:
    """Anna objected to Samira; what Samira did stays hers to account for."""
    await known.world.record("samira", Note("Wond verzorgd en verbonden."), Section.S8)
    known.world.clock.pass_by(hours=1)
    async with known.world.unit() as unit:
        context = await known.world.context(unit, "carla")
        reason = DischargeReason.PATIENT_WITHDRAWAL
        await circles.discharge(unit, known.world.guard, context, person_id=known.world.id("samira"), reason=reason)
    await known.leaves("samira", CIRCLE, TEAM)
    known.world.clock.pass_by(days=1)
    await known.world.record("carla", Note("Later geschreven."), Section.S8)
    async with known.world.unit() as unit:
        context = await known.world.context(unit, "samira")
        made = await own_contributions(unit, known.world.guard, context)
    said = "\n".join(line for chapter in made.paper.chapters for line in chapter.lines)
    assert "Wond verzorgd en verbonden" in said
    assert "Later geschreven" not in said
    with pytest.raises(Refused):
        await known.world.read("samira", Section.S8)


async def test_who_was_never_here_gets_nothing(known: Room) -> None:
    async with known.world.unit() as unit:
        context = await known.world.context(unit, "wim")
        with pytest.raises(Refused):
            await own_contributions(unit, known.world.guard, context)
