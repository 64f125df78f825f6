"""Drempels: a high score opens a task with a name, whichever way it comes in, and never two for one cause."""

from datetime import timedelta

from bots.dossier.reminder_watch import ReminderWatch
from hub.application.use_cases import dossier as dossiers
from hub.domain.audit import AuditEvent
from hub.domain.dossier import Source, SourceKind
from hub.domain.entries import Kind
from hub.domain.function import PerformanceScore, Scale
from hub.domain.observations import ItemScore, PainScore, Reporter, SymptomItem, SymptomScores
from hub.domain.psychosocial import CarerStrain
from hub.domain.task import Task, TaskKind
from hub.domain.vocabulary import Section
from tests.stories.room import TEAM, Room, bodies, where
from tests.world import PATIENT


async def tasks(room: Room, kind: TaskKind | None = None, *, open_only: bool = True) -> list[Task]:
    async with room.world.unit() as unit:
        found = await unit.tasks.of_circle(room.world.circle_id)
    return [one for one in found if (one.open or not open_only) and (kind is None or one.kind is kind)]


def pain(score: int, reporter: Reporter = Reporter.PATIENT) -> PainScore:
    return PainScore(score, reporter)


def diary(reporter: Reporter = Reporter.PATIENT, **scores: int) -> SymptomScores:
    return SymptomScores(tuple(ItemScore(SymptomItem(item), score) for item, score in scores.items()), reporter)


async def test_anna_says_her_pain_is_eight_and_hears_that_samira_looks_at_it_today(room: Room) -> None:
    own = await room.private_room(PATIENT)
    said = await room.says(PATIENT, "!pijn 8 de hele nacht", own)
    (task,) = await tasks(room, TaskKind.SYMPTOM)
    assert task.owner_id == room.world.id("samira")
    assert task.due_at - room.world.clock() <= timedelta(hours=15)
    assert "pijn 8 volgens de patiënt zelf" in task.what
    to_anna = bodies(one for one in said if one.person_id == room.world.id(PATIENT))
    assert "Samira Bakker kijkt hiernaar, uiterlijk dinsdag 3-11-2026" in to_anna
    assert "huisartsenpost" in to_anna
    assert "112" in to_anna
    assert "026-3210002" in to_anna
    (to_samira,) = [one for one in said if one.person_id == room.world.id("samira")]
    assert where(to_samira) == "private"
    assert to_samira.sections == {Section.S5}
    assert "Neem vandaag nog contact op" in to_samira.body


async def test_who_looked_is_told_to_anna_when_it_is_done(room: Room) -> None:
    own = await room.private_room(PATIENT)
    await room.says(PATIENT, "!pijn 5", own)
    (task,) = await tasks(room, TaskKind.SYMPTOM)
    said = await room.says("samira", f"!klaar {task.number}", TEAM)
    assert "Samira Bakker heeft gekeken naar wat u doorgaf" in bodies(said)
    assert not await tasks(room, TaskKind.SYMPTOM)


async def test_four_is_for_the_next_working_day_and_three_is_for_nobody(room: Room) -> None:
    await room.world.record("samira", pain(3, Reporter.PROFESSIONAL))
    assert not await tasks(room, TaskKind.SYMPTOM)
    await room.world.record("samira", pain(4, Reporter.PROFESSIONAL))
    (task,) = await tasks(room, TaskKind.SYMPTOM)
    assert task.due_at - room.world.clock() > timedelta(hours=24)


async def test_samira_who_scores_it_herself_is_not_disturbed_and_finds_it_on_her_list(room: Room) -> None:
    (answer,) = await room.says("samira", "!pijn 8 bij het wassen", TEAM)
    assert answer.body == "Vastgelegd als S5-1."
    (task,) = await tasks(room, TaskKind.SYMPTOM)
    assert task.owner_id == room.world.id("samira")
    assert "pijn 8" in bodies(await room.says("samira", "!taken", TEAM))


async def test_three_more_within_a_day_is_for_today(room: Room) -> None:
    await room.world.record("samira", pain(1, Reporter.PROFESSIONAL))
    room.world.clock.pass_by(hours=20)
    await room.world.record("samira", pain(4, Reporter.PROFESSIONAL))
    (task,) = await tasks(room, TaskKind.SYMPTOM)
    assert "binnen 24 uur" in task.what
    assert task.due_at - room.world.clock() <= timedelta(hours=24)


async def test_ten_high_scores_in_one_diary_are_one_task(room: Room) -> None:
    await room.world.record(
        PATIENT, diary(pain=8, sleep=7, nausea=6, fatigue=9, anxiety=5, low_mood=4, well_being=8, breathlessness=4)
    )
    (task,) = await tasks(room, TaskKind.SYMPTOM)
    assert task.what.count("volgens de patiënt zelf") == 8
    assert "welbevinden 8" in task.what
    room.world.clock.pass_by(hours=1)
    await room.world.record(PATIENT, diary(pain=9, sleep=8))
    await room.world.record("samira", pain(7, Reporter.PROFESSIONAL))
    assert len(await tasks(room, TaskKind.SYMPTOM)) == 1


async def test_what_becomes_serious_takes_the_place_of_what_could_wait(room: Room) -> None:
    await room.world.record(PATIENT, pain(4))
    (waits,) = await tasks(room, TaskKind.SYMPTOM)
    room.world.clock.pass_by(hours=30)
    await room.world.record(PATIENT, pain(7))
    (now,) = await tasks(room, TaskKind.SYMPTOM)
    assert now.number != waits.number
    assert now.about == "same-day"


async def test_what_pieter_and_samira_see_is_never_held_against_what_anna_says(room: Room) -> None:
    await room.world.record(PATIENT, pain(1))
    room.world.clock.pass_by(hours=2)
    await room.world.record("pieter", pain(3, Reporter.RELATIVE))
    await room.world.record("samira", pain(3, Reporter.PROFESSIONAL))
    assert not await tasks(room)


async def test_a_lower_score_of_who_scored_it_settles_the_task_and_another_does_not(room: Room) -> None:
    await room.world.record(PATIENT, pain(8))
    (task,) = await tasks(room, TaskKind.SYMPTOM)
    room.world.clock.pass_by(hours=3)
    await room.world.record("samira", pain(2, Reporter.PROFESSIONAL))
    assert await tasks(room, TaskKind.SYMPTOM)
    await room.world.record(PATIENT, pain(3))
    assert not await tasks(room, TaskKind.SYMPTOM)
    assert f"Taak {task.number} is klaar" in bodies(await room.hears())


async def test_without_home_care_it_is_for_who_leads(room: Room) -> None:
    await room.discharge("samira")
    await room.world.record(PATIENT, pain(8))
    (task,) = await tasks(room, TaskKind.SYMPTOM)
    async with room.world.unit() as unit:
        assert task.owner_id == (await unit.circles.get(room.world.circle_id)).lead_id


async def test_a_clinician_changes_the_thresholds_and_anna_reads_them_but_changes_none(room: Room) -> None:
    own = await room.private_room(PATIENT)
    said = bodies(await room.says("samira", "!drempel pijn 6", TEAM))
    assert "versie 1" in said
    assert "Alleen voor pijn: vanaf 6, ernstig vanaf 7." in said
    await room.says("carla", "!drempel misselijkheid uit", TEAM)
    seen = bodies(await room.says(PATIENT, "!drempel", own))
    assert "Voor misselijkheid vraagt Kring niemand om te kijken." in seen
    assert "Ingesteld door Carla Vermeer op 3-11-2026." in seen
    refused = bodies(await room.says(PATIENT, "!drempel pijn 10", own))
    assert "Drempels zet een zorgverlener" in refused
    await room.world.record(PATIENT, diary(pain=5, nausea=9))
    assert not await tasks(room, TaskKind.SYMPTOM)
    assert [line.object_id.rpartition("/")[2] for line in await room.world.logged(AuditEvent.THRESHOLDS_SET)] == [
        "1",
        "2",
    ]
    async with room.world.unit() as unit:
        first, second = await unit.thresholds.versions(room.world.circle_id)
    assert (first.set_by, second.set_by) == (room.world.id("samira"), room.world.id("carla"))


async def test_pieter_without_consent_sees_no_thresholds(room: Room) -> None:
    said = bodies(await room.says("pieter", "!drempel", "circle"))
    assert "wie alle klachten mag lezen" in said
    assert "vanaf" not in said


async def test_a_typing_error_changes_no_threshold(room: Room) -> None:
    for typed in (
        "pijn elf",
        "pijn 0",
        "pijn 11",
        "zin 3",
        "pijn ernstig 2",
        "stijging",
        "pps 35",
        "dagboek 3",
        "pijn -1",
    ):
        assert "Schrijf bijvoorbeeld: !drempel" in bodies(await room.says("samira", f"!drempel {typed}", TEAM)), typed
    async with room.world.unit() as unit:
        assert await unit.thresholds.newest(room.world.circle_id) is None


async def test_an_import_opens_no_task_and_counts_as_history(room: Room) -> None:
    async with room.world.unit() as unit:
        context = await room.world.context(unit, "gerda")
        new = dossiers.NewEntry(Kind.PAIN_SCORE, pain(8, Reporter.PROFESSIONAL), Section.S5)
        source = Source(SourceKind.IMPORT, "Observation/1")
        await dossiers.record_entry(unit, room.world.guard, context, new, source)
    assert not await tasks(room)


async def test_a_corrected_score_is_judged_as_it_should_have_been(room: Room) -> None:
    entry = await room.world.record("samira", pain(8, Reporter.PROFESSIONAL))
    assert await tasks(room, TaskKind.SYMPTOM)
    await room.says("samira", f"!herstel {entry.ref} 2, reden: verkeerd getypt", TEAM)
    assert not await tasks(room, TaskKind.SYMPTOM)


async def test_the_diary_is_asked_for_after_a_silent_week_only_when_it_was_agreed_on(room: Room) -> None:
    own = await room.private_room(PATIENT)
    await room.says("samira", "!drempel dagboek aan", TEAM)
    watch = ReminderWatch(room.hub)
    room.world.clock.pass_by(days=6)
    await room.says(PATIENT, "!usd pijn=2", own)
    room.world.clock.pass_by(days=6)
    await watch.round()
    assert "een week geen klachten" not in bodies(await room.hears())
    room.world.clock.pass_by(days=1)
    await watch.round()
    (asked,) = await room.hears()
    assert asked.person_id == room.world.id(PATIENT)
    assert "het hoeft niet" in asked.body
    await room.says("samira", "!drempel dagboek uit", TEAM)
    room.world.clock.pass_by(days=8)
    await watch.round()
    assert await room.hears() == []


async def judged(room: Room, level: str = "gemiddeld") -> None:
    await room.says("carla", f"!complexiteit {level}", TEAM)
    await room.hears()


async def test_complexity_is_judged_again_after_two_four_or_eight_weeks_by_its_level(room: Room) -> None:
    watch = ReminderWatch(room.hub)
    for level, weeks in (("hoog", 2), ("gemiddeld", 4), ("laag", 8)):
        await judged(room, level)
        room.world.clock.pass_by(days=7 * weeks - 1)
        await watch.round()
        assert not await tasks(room, TaskKind.COMPLEXITY)
        room.world.clock.pass_by(days=1)
        await watch.round()
        (task,) = await tasks(room, TaskKind.COMPLEXITY)
        assert task.owner_id == room.world.id("carla")
        assert task.about == "time"
    await judged(room)
    assert not await tasks(room, TaskKind.COMPLEXITY)


async def test_moving_a_serious_complaint_and_a_tired_carer_ask_for_it_at_once_and_once(room: Room) -> None:
    await judged(room)
    await room.world.record(PATIENT, pain(8))
    (task,) = await tasks(room, TaskKind.COMPLEXITY)
    assert task.about == "serious"
    await room.world.record("carla", CarerStrain(8, "zoon Pieter", Reporter.PROFESSIONAL))
    assert len(await tasks(room, TaskKind.COMPLEXITY)) == 1
    await judged(room, "hoog")
    await room.world.record("carla", CarerStrain(9, "dochter Els", Reporter.PROFESSIONAL))
    (task,) = await tasks(room, TaskKind.COMPLEXITY)
    assert task.about == "strain"
    assert task.sections == {Section.S2, Section.S6}


async def test_a_fall_in_functioning_asks_whether_the_dying_phase_began(room: Room) -> None:
    await room.world.record("samira", PerformanceScore(Scale.PPS, 60))
    room.world.clock.pass_by(days=3)
    await room.world.record("samira", PerformanceScore(Scale.PPS, 50))
    assert not await tasks(room)
    room.world.clock.pass_by(days=3)
    await room.world.record("samira", PerformanceScore(Scale.PPS, 40))
    (task,) = await tasks(room, TaskKind.COMPLEXITY)
    assert "!stervensfase" in task.what
    assert "PPS 40, eerder 50" in task.what
    await room.world.record("samira", PerformanceScore(Scale.PPS, 30))
    assert len(await tasks(room, TaskKind.COMPLEXITY)) == 1


async def test_nothing_opens_for_who_died(room: Room) -> None:
    await room.says("carla", "!overleden Anna de Wit", TEAM)
    await room.says("gerda", "!overleden bevestig Anna de Wit", TEAM)
    await room.world.record("samira", pain(9, Reporter.PROFESSIONAL))
    assert not await tasks(room, TaskKind.SYMPTOM)
