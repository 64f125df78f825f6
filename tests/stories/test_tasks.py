"""Taken: asked of one person, with a day; said yes to, handed on, refused; and never without owner past their term."""

from datetime import UTC, datetime

import pytest

from bots.dossier.reminder_watch import ReminderWatch
from hub.application.ports import OutgoingMessage
from hub.domain.audit import AuditEvent
from hub.domain.circle import DischargeReason, RoomKind
from hub.domain.consent import ConsentDecision
from hub.domain.task import Task
from hub.domain.vocabulary import Section
from tests.stories.room import CIRCLE, TEAM, Room, bodies, where
from tests.world import PATIENT

TUESDAY = "dinsdag 3-11-2026"


async def _task(room: Room, number: int = 1) -> Task:
    async with room.world.unit() as unit:
        task = await unit.tasks.get(room.world.circle_id, number)
    assert task is not None
    return task


async def _rings(room: Room) -> str:
    await ReminderWatch(room.hub).round()
    said = [message for message in await room.hears() if message.room_kind is RoomKind.PRIVATE]
    return bodies(message for message in said if "taak" in message.body.casefold())


async def test_a_task_goes_to_one_person_who_hears_it_in_private_with_a_mention(room: Room) -> None:
    heard = await room.says("carla", "!taak apotheek bellen over de pomp @Bakker voor vrijdag 12:00", TEAM)
    (told,) = [message for message in heard if where(message) == "private"]
    assert told.person_id == room.world.id("samira")
    assert told.mentions == (room.user("samira"),)
    assert told.sections == {Section.S8}
    assert "apotheek bellen over de pomp" in told.body
    assert "klaar uiterlijk vrijdag 6-11-2026, 12.00 uur" in told.body
    assert "!accepteer taak 1" in told.body
    (answer,) = [message for message in heard if where(message) == "team"]
    assert "Taak 1 is voor Samira Bakker, klaar uiterlijk vrijdag 6-11-2026, 12.00 uur." in answer.body
    assert "apotheek" not in answer.body, "whoever reads along hears whose it is, not again what"


async def test_without_a_name_it_is_for_the_lead_and_without_a_day_it_has_the_term_of_its_kind(room: Room) -> None:
    await room.says("samira", "!taak hulpmiddel bestellen", TEAM)
    task = await _task(room)
    assert task.owner_id == room.world.id("carla")
    assert task.accepted_at is not None, "what falls to the lead needs no yes"
    assert task.due_at == datetime(2026, 11, 6, 23, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "typed",
    [
        "!taak @huisarts bloed prikken voor morgen 12:00",
        "!taak bloed prikken @huisarts morgen 12:00",
        "!taak bloed prikken voor morgen 12:00 @Huisman",
        "!taak bloed prikken, @Gerda Huisman, uiterlijk morgen om 12.00 uur",
    ],
)
async def test_who_and_when_may_stand_where_people_put_them(room: Room, typed: str) -> None:
    await room.says("carla", typed, TEAM)
    task = await _task(room)
    assert (task.owner_id, task.what) == (room.world.id("gerda"), "bloed prikken")
    assert task.due_at == datetime(2026, 11, 4, 11, 0, tzinfo=UTC)


async def test_an_answer_to_a_message_keeps_that_message_and_asks_nobody_by_the_mention_that_element_adds(
    room: Room,
) -> None:
    content = {"msgtype": "m.text", "body": "!taak dit uitzoeken", "m.mentions": {"user_ids": [room.user("ruben")]}}
    await room.says("gerda", "", TEAM, content=content, reply_to="$bericht", reply_is_sealed=True)
    task = await _task(room)
    assert (task.source_room_id, task.source_event_id) == (room.place(TEAM), "$bericht")
    assert task.owner_id == room.world.id("carla")


async def test_a_mention_with_its_name_in_the_text_is_who_it_is_for(room: Room) -> None:
    name = "Bakker, S. · Thuiszorg Rijnoever (thuiszorg)"
    body = f"!taak wond bekijken {name} voor morgen"
    content = {"msgtype": "m.text", "body": body, "m.mentions": {"user_ids": [room.user("samira")]}}
    await room.says("carla", body, TEAM, content=content)
    task = await _task(room)
    assert (task.owner_id, task.what) == (room.world.id("samira"), "wond bekijken")


async def test_a_day_that_is_over_or_could_be_two_makes_no_task(room: Room) -> None:
    assert "al geweest" in bodies(await room.says("carla", "!taak bellen @Bakker voor 3-10-2026", TEAM))
    assert "begrijp ik niet" in bodies(await room.says("carla", "!taak bellen @Bakker voor gauw", TEAM))
    assert "Bedoelt u" in bodies(await room.says("carla", "!taak bellen @Bakker voor volgende vrijdag", TEAM))
    assert "U heeft geen open taken." in bodies(await room.says("samira", "!taken", TEAM))


async def test_nobody_says_yes_so_the_lead_has_it_after_a_working_day_and_both_hear_that(room: Room) -> None:
    await room.says("gerda", "!taak scootmobiel regelen @Bakker", TEAM)
    room.world.clock.pass_by(hours=23)
    assert await _rings(room) == ""
    room.world.clock.pass_by(hours=2)
    heard = await _rings(room)
    assert "Taak 1 is nu van u: Samira Bakker heeft niet ja gezegd" in heard
    assert "Taak 1 is nu van wie de regie heeft, omdat u nog niet had geantwoord." in heard
    task = await _task(room)
    assert (task.owner_id, task.passed_by) == (room.world.id("carla"), room.world.id("samira"))
    assert await _rings(room) == "", "once"
    (passed,) = await room.world.logged(AuditEvent.TASK_PASSED_ON)
    assert passed.detail.startswith("not-accepted;")


async def test_who_said_yes_hears_of_it_again_only_when_it_is_late_and_then_so_does_the_lead(room: Room) -> None:
    await room.says("gerda", "!taak scootmobiel regelen @Bakker voor vrijdag 12:00", TEAM)
    assert "U doet taak 1." in bodies(await room.says("samira", "!accepteer taak 1", TEAM))
    room.world.clock.pass_by(days=2)
    assert await _rings(room) == ""
    room.world.clock.pass_by(days=1, hours=3)
    await ReminderWatch(room.hub).round()
    heard = [message for message in await room.hears() if "taak" in message.body and where(message) == "private"]
    assert {message.person_id for message in heard} == {room.world.id("samira"), room.world.id("carla")}
    assert "Te laat: taak 1 van Samira Bakker" in bodies(heard)
    assert "TE LAAT: taak 1" in bodies(await room.says("samira", "!taken", TEAM))
    rang = 0
    for _ in range(14):
        room.world.clock.pass_by(days=1)
        rang += "Te laat" in await _rings(room)
    assert rang == 3, "the next three working days, and then it stands in the overview"


async def test_done_is_done_and_rings_no_more(room: Room) -> None:
    await room.says("gerda", "!taak scootmobiel regelen @Bakker voor morgen", TEAM)
    assert "Taak 1 is klaar." in bodies(await room.says("samira", "!klaar 1", TEAM))
    room.world.clock.pass_by(days=9)
    assert await _rings(room) == ""


async def test_who_cannot_do_it_gives_it_back_with_a_reason_to_who_asked(room: Room) -> None:
    await room.says("gerda", "!taak scootmobiel regelen @Bakker", TEAM)
    heard = await room.says("samira", "!weiger taak 1 de WMO doet dit", TEAM)
    (told,) = [message for message in heard if message.person_id == room.world.id("gerda")]
    assert "Samira Bakker kan taak 1 niet doen: de WMO doet dit" in told.body
    assert (await _task(room)).owner_id == room.world.id("gerda")


async def test_a_task_is_handed_on_and_the_next_one_says_yes_or_the_lead_has_it(room: Room) -> None:
    await room.says("gerda", "!taak scootmobiel regelen @Bakker", TEAM)
    heard = await room.says("samira", "!taak 1 aan @Oosterhof", TEAM)
    assert "Taak 1 is nu van Ruben Oosterhof" in bodies(heard)
    assert "geen open taak" in bodies(await room.says("samira", "!klaar 1", TEAM))
    assert (await _task(room)).accepted_at is None
    room.world.clock.pass_by(days=2)
    await _rings(room)
    assert (await _task(room)).owner_id == room.world.id("carla")


async def test_a_relative_is_asked_and_asks_only_with_the_patients_consent_for_the_care_plan(room: Room) -> None:
    heard = bodies(await room.says("carla", "!taak sleutel brengen @zoon @de Wit", CIRCLE))
    assert "past niemand" in heard
    heard = bodies(await room.says("carla", "!taak sleutel brengen @naaste voor morgen", CIRCLE))
    assert "kan hier geen taak krijgen" in heard
    assert "hoort" not in bodies(await room.says("pieter", "!taak bed verzetten @thuiszorg", CIRCLE))
    async with room.world.unit() as unit:
        assert await unit.tasks.of_circle(room.world.circle_id) == []
    await room.world.choose(ConsentDecision.PERMIT, "role:relative", "S8")
    await room.says("carla", "!taak sleutel brengen @naaste voor morgen", CIRCLE)
    await room.says("pieter", "!taak bed verzetten @thuiszorg", CIRCLE)
    assert "sleutel brengen" in bodies(await room.says("pieter", "!taken", CIRCLE))
    assert (await _task(room, 2)).owner_id == room.world.id("samira")
    assert "Taak 1 is klaar." in bodies(await room.says("pieter", "!klaar 1", CIRCLE))


async def test_the_patient_asks_and_is_asked(room: Room) -> None:
    await room.says("anna", "!taak dekbed meenemen @thuiszorg", CIRCLE)
    assert (await _task(room)).owner_id == room.world.id("samira")
    await room.says("carla", "!taak foto's uitzoeken @patiënt voor over twee weken", CIRCLE)
    assert "foto's uitzoeken" in bodies(await room.says("anna", "!taken", CIRCLE))


async def test_somebody_elses_task_and_one_that_is_not_there_are_refused_with_the_same_words(room: Room) -> None:
    await room.says("gerda", "!taak scootmobiel regelen @Bakker", TEAM)
    for typed in ("!klaar {}", "!accepteer taak {}", "!weiger taak {} druk", "!taak {} aan @coach"):
        other = bodies(await room.says("ruben", typed.format(1), TEAM))
        none = bodies(await room.says("ruben", typed.format(7), TEAM))
        assert other == none, typed
        assert "geen open taak" in other


async def test_who_is_sent_away_leaves_their_tasks_to_the_lead(room: Room) -> None:
    await room.says("gerda", "!taak scootmobiel regelen @Bakker", TEAM)
    await room.says("samira", "!accepteer taak 1", TEAM)
    await room.discharge("samira")
    assert (await _task(room)).owner_id == room.world.id("carla")
    assert "Taak 1 is nu van u: Samira Bakker is niet meer in deze kring" in bodies(await room.hears())
    assert DischargeReason.CARE_ENDED.value in str(
        [entry.detail for entry in await room.world.logged(AuditEvent.MEMBER_DISCHARGED)]
    )


async def test_after_the_death_nobody_is_reminded_of_what_was_for_the_patient(room: Room) -> None:
    await room.says("carla", "!behandelgrens reanimeren nee, besproken op 3-11-2026 met patiënt", TEAM)
    await room.says("gerda", "!bevestig S3-1", TEAM)
    room.world.clock.pass_by(days=2)
    await room.says("samira", "!overdracht naar ziekenhuis", TEAM)
    await room.says("gerda", "!overleden Anna de Wit", TEAM)
    await room.says("carla", "!overleden bevestig Anna de Wit", TEAM)
    room.world.clock.pass_by(days=9)
    assert "taak 1" not in (await _rings(room)).casefold()


async def test_who_asked_a_task_hears_what_becomes_of_it_and_who_does_it_hears_nothing_twice(room: Room) -> None:
    carla = room.world.id("carla")

    def told(said: list[OutgoingMessage]) -> str:
        return bodies(m for m in said if m.person_id == carla and where(m) == "private")

    await room.says("gerda", "!taak apotheek bellen @Bakker voor vrijdag", TEAM)
    await room.says("carla", "!taak pomp nakijken @Bakker voor vrijdag", TEAM)
    assert "Samira Bakker doet taak 2, uiterlijk vrijdag" in told(await room.says("samira", "!accepteer taak 2", TEAM))
    assert "Taak 2 is nu van Ruben" in told(await room.says("samira", "!taak 2 aan @Oosterhof", TEAM))
    await room.says("ruben", "!accepteer taak 2", TEAM)
    done = await room.says("ruben", "!klaar 2", TEAM)
    assert "Taak 2 is klaar, zegt Ruben" in told(done)
    assert "pomp" not in told(done), "by number: who asked may have lost the right to read it"
    assert "Taak 1" not in told(await room.says("samira", "!accepteer taak 1", TEAM)), "Gerda asked that one"


async def test_a_task_that_the_patient_asked_is_done_after_the_death_and_the_deceased_is_told_nothing(
    room: Room,
) -> None:
    await room.private_room(PATIENT)
    await room.says(PATIENT, "!taak hulp bij het testament regelen @mij voor vrijdag", f"private-{PATIENT}")
    await room.says("carla", "!taak hoog-laagbed terugsturen @Bakker voor vrijdag", TEAM)
    asked = await room.says(PATIENT, "!taak bloemen voor Pieter regelen @Bakker voor vrijdag", f"private-{PATIENT}")
    await room.says("carla", "!overleden Anna de Wit", TEAM)
    await room.says("gerda", "!overleden bevestig Anna de Wit", TEAM)
    await room.hears()
    said = []
    for number in (1, 2, 3):
        said += await room.says("samira", f"!klaar {number}", TEAM)
        said += await room.says("carla", f"!klaar {number}", TEAM)
    assert [m for m in said if m.person_id == room.world.id(PATIENT)] == [], bodies(asked)
    assert "is klaar, zegt" in bodies(m for m in said if m.person_id == room.world.id("carla"))
