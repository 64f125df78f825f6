"""Versheid: what was agreed before a change says so everywhere, and asks for one conversation (D9, ADR 0033)."""

from dataclasses import replace

from bots.dossier.emergency_watch import EmergencyWatch
from bots.dossier.freshness_watch import FreshnessWatch
from hub.domain.audit import AuditEvent
from hub.domain.vocabulary import Section
from tests.stories.room import CIRCLE, TEAM, Room, bodies

ADMITTED = "en daarna opgenomen in het ziekenhuis"
STANDS = "tot dat gesprek blijft dit gelden"


async def _limits(room: Room) -> None:
    await room.says("carla", "!behandelgrens reanimeren nee, besproken op 3-11-2026 met patiënt en zoon", TEAM)
    await room.says("gerda", "!bevestig S3-1", TEAM)
    await room.says("carla", "!behandelgrens ziekenhuis ja, besproken op 3-11-2026 met patiënt", TEAM)
    await room.says("gerda", "!bevestig S3-2", TEAM)


async def test_an_admission_turns_every_limit_amber_in_the_next_answer_and_makes_one_task(room: Room) -> None:
    await _limits(room)
    answer = bodies(await room.says("samira", "!dossier pzp", TEAM))
    assert "LET OP" not in answer, "what was agreed today is fresh"
    room.world.clock.pass_by(days=12)
    assert "12 dagen oud" in bodies(await room.says("samira", "!dossier pzp", TEAM))
    await room.says("samira", "!overdracht naar ziekenhuis", TEAM)
    answer = bodies(await room.says("samira", "!dossier pzp", TEAM))
    assert answer.count(ADMITTED) == 2
    assert answer.count(STANDS) == 2
    assert "NIET reanimeren" in answer, "stale is not void"
    tasks = bodies(await room.says("carla", "!taken", TEAM))
    assert tasks.count("- taak ") == 1
    assert "Bespreek opnieuw: S3-1 (behandelgrens) en S3-2 (behandelgrens)" in tasks
    assert "maandag 23-11-2026" in tasks or "vrijdag 20-11-2026" in tasks


async def test_the_lead_hears_it_at_once_and_nobody_else(room: Room) -> None:
    await _limits(room)
    room.world.clock.pass_by(days=2)
    heard = await room.says("samira", "!overdracht naar hospice", TEAM)
    asked = [said for said in heard if "Tijd voor een nieuw gesprek" in said.body]
    assert len(asked) == 1
    assert asked[0].person_id == room.world.id("carla")


async def test_another_wish_for_the_place_turns_the_limits_amber(room: Room) -> None:
    await room.says("carla", "!plaats thuis", TEAM)
    await _limits(room)
    room.world.clock.pass_by(days=3)
    await room.says("carla", "!plaats hospice", TEAM)
    answer = bodies(await room.says("gerda", "!dossier pzp", TEAM))
    assert answer.count("daarna een andere gewenste plek") == 2
    assert len(await room.world.logged(AuditEvent.TASK_MADE)) == 1


async def test_less_complex_turns_nothing_and_more_complex_does(room: Room) -> None:
    await room.says("carla", "!complexiteit gemiddeld", TEAM)
    await _limits(room)
    room.world.clock.pass_by(days=1)
    await room.says("carla", "!complexiteit laag het gaat beter", TEAM)
    assert all(not e.freshness.stale for e in await room.world.read("gerda", Section.S3) if e.freshness)
    room.world.clock.pass_by(days=1)
    await room.says("carla", "!complexiteit hoog benauwd", TEAM)
    shown = await room.world.read("gerda", Section.S3)
    assert [e.freshness.because[0].words for e in shown if e.freshness] == ["complexiteit naar hoog"] * 2


async def test_in_a_room_with_the_family_nothing_is_said_of_what_they_may_not_read(room: Room) -> None:
    await room.says("carla", "!complexiteit laag", TEAM)
    await _limits(room)
    room.world.clock.pass_by(days=1)
    await room.says("carla", "!complexiteit hoog", TEAM)
    assert "complexiteit" not in bodies(await room.says("gerda", "!dossier pzp", CIRCLE)).lower()
    own = [e.freshness for e in await room.world.read("pieter") if e.freshness]
    assert not any("complexiteit" in one.words for found in own for one in found.because)


async def test_a_new_conversation_makes_it_fresh_and_settles_the_task(room: Room) -> None:
    await _limits(room)
    room.world.clock.pass_by(days=2)
    await room.says("samira", "!overdracht naar ziekenhuis", TEAM)
    room.world.clock.pass_by(days=1)
    for ref, what in (("S3-1/3", "reanimeren nee"), ("S3-2/3", "ziekenhuis ja")):
        await room.says("carla", f"!behandelgrens {what}, besproken op 6-11-2026 met patiënt", TEAM)
        await room.says("gerda", f"!bevestig {ref}", TEAM)
    assert "LET OP" not in bodies(await room.says("gerda", "!dossier pzp", TEAM))
    assert "geen open taken" in bodies(await room.says("carla", "!taken", TEAM))
    (done,) = await room.world.logged(AuditEvent.TASK_DONE)
    assert done.detail == "talk;settled"


async def test_what_is_simply_old_is_found_by_the_daily_look_and_asked_once(room: Room) -> None:
    await _limits(room)
    watch = FreshnessWatch(room.hub)
    assert await watch.round() == 0
    room.world.clock.pass_by(days=91)
    assert await watch.round() == 1
    assert await watch.round() == 0
    room.world.clock.pass_by(days=1)
    assert await FreshnessWatch(room.hub).round() == 0, "also after a restart, and the day after"
    answer = bodies(await room.says("samira", "!dossier pzp", TEAM))
    assert answer.count("LET OP: 92 dagen oud; bespreek opnieuw") == 2
    await room.says("carla", "!klaar 1", TEAM)
    room.world.clock.pass_by(days=30)
    assert await FreshnessWatch(room.hub).round() == 0, "who said that it was done is not asked again for this version"


async def test_the_out_of_hours_set_and_the_handover_say_it_too(room: Room) -> None:
    await _limits(room)
    room.world.clock.pass_by(days=2)
    await EmergencyWatch(room.hub).round()
    await room.hears()
    handover = bodies(await room.says("gerda", "!overdracht naar ziekenhuis", TEAM))
    assert ADMITTED in handover
    await EmergencyWatch(room.hub).round()
    pushed = bodies(await room.hears())
    assert "Heeft u deze versie?" not in pushed, "the agreements are the same: nobody has to acknowledge them again"
    page = bodies(await room.says("gerda", "!spoed", TEAM))
    assert "S3-1, S3-2: LET OP: van 3-11-2026 en daarna opgenomen in het ziekenhuis" in page
    assert STANDS in page


async def test_catching_up_shows_age_and_who_confirmed(room: Room) -> None:
    await _limits(room)
    room.world.clock.pass_by(days=4)
    brief = bodies(await room.says("samira", "!bijpraten", TEAM))
    assert "4 dagen oud" in brief
    assert "bevestigd door Gerda Huisman" in brief


async def test_of_a_deceased_patient_no_conversation_is_asked(room: Room) -> None:
    await _limits(room)
    await room.says("samira", "!overdracht naar ziekenhuis", TEAM)
    await room.says("gerda", "!overleden Anna de Wit", TEAM)
    await room.says("carla", "!overleden bevestig Anna de Wit", TEAM)
    assert "Bespreek opnieuw" not in bodies(await room.says("carla", "!taken", TEAM))
    room.world.clock.pass_by(days=100)
    assert await FreshnessWatch(room.hub).round() == 0


async def test_who_leaves_with_a_task_is_told_and_the_lead_gets_it(room: Room) -> None:
    await _limits(room)
    room.world.clock.pass_by(days=1)
    await room.says("samira", "!overdracht naar ziekenhuis", TEAM)
    async with room.world.unit() as unit:
        (task,) = await unit.tasks.of_circle(room.world.circle_id)
        assert task.owner_id == room.world.id("carla")
        assert await unit.tasks.any_open(room.world.circle_id, task.owner_id)
        assert await unit.tasks.pass_on(room.world.circle_id, task.owner_id, room.world.id("gerda")) == 1
        (task,) = await unit.tasks.of_circle(room.world.circle_id)
        assert replace(task).owner_id == room.world.id("gerda")


async def test_the_dying_phase_turns_what_was_agreed_amber_and_asks_for_a_conversation(room: Room) -> None:
    await _limits(room)
    room.world.clock.pass_by(days=1)
    heard = bodies(await room.says("gerda", "!stervensfase", TEAM))
    assert "Tijd voor een nieuw gesprek" in heard
    shown = await room.world.read("gerda", Section.S3)
    assert {why.words for e in shown if e.freshness for why in e.freshness.because} == {"de stervensfase begonnen"}
