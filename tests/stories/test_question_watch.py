"""D10: a question of the family never falls between two chairs; who answers, and before when, is said at once."""

from datetime import UTC, datetime, timedelta

import pytest

from bots.dossier.reminder_watch import ReminderWatch
from bots.runtime.inbox import Reaction
from hub.adapters.sql.matrix_records import InboxState
from hub.application.ports import OutgoingMessage, Tone
from hub.application.use_cases import circles
from hub.domain.audit import AuditEvent
from hub.domain.circle import DischargeReason
from hub.domain.lead import LeadPart
from hub.domain.network_kinds import Hours, Reachability
from hub.domain.question_watch import Question, QuestionState
from hub.domain.reminder import ReminderKind
from tests.stories.room import CIRCLE, TEAM, Room, bodies, where
from tests.world import PATIENT

NIGHT = datetime(2026, 11, 3, 23, 30, tzinfo=UTC)


async def open_ones(room: Room) -> list[Question]:
    async with room.world.unit() as unit:
        return await unit.questions.open_in(room.world.circle_id)


async def the_only_one(room: Room) -> Question:
    (one,) = await open_ones(room)
    return one


async def rings(room: Room) -> list[OutgoingMessage]:
    """The reminders ring at this moment; what was said."""
    await ReminderWatch(room.hub).round()
    return await room.hears()


async def until_its_term(room: Room) -> list[OutgoingMessage]:
    room.world.clock.at = (await the_only_one(room)).term_at
    return await rings(room)


async def leads(room: Room, who: str) -> None:
    async with room.world.unit() as unit:
        to, now = room.world.id(who), room.world.clock()
        assert await unit.circles.change_lead(room.world.circle_id, LeadPart.LEAD, room.world.id("carla"), to, now)


async def test_d10_a_relative_asks_and_hears_at_once_who_answers_and_before_when(room: Room) -> None:
    said = await room.says("pieter", "Wanneer komt de wijkverpleging morgen?")
    assert "Vraag 1: Carla Vermeer (palliatieve zorgcoach) antwoordt vandaag voor 14.00 uur." in bodies(said)
    question = await the_only_one(room)
    assert question.owner_id == room.world.id("carla")
    async with room.world.unit() as unit:
        reminder = await unit.reminders.find(ReminderKind.QUESTION, question.about)
    assert reminder is not None
    assert reminder.due_at == question.term_at == room.world.clock() + timedelta(hours=4)
    (answer,) = said
    assert (answer.tone, answer.mentions) == (Tone.URGENT, (room.user("carla"),))
    (line,) = await room.world.logged(AuditEvent.QUESTION_ASKED)
    assert line.user_id == room.world.id("pieter")
    assert "wijkverpleging" not in line.detail


@pytest.mark.parametrize(
    "talk",
    [
        "Mooi weer vandaag, hè?", "Anna, zal ik taart meenemen?", "Hoe gaat het?", "Dank jullie wel",
        "> Wanneer komt ze?\nTop", "Ik was er gisteren nog", "https://voorbeeld.test/?a=b",
    ],
)  # fmt: skip
async def test_d10_what_relatives_say_to_each_other_is_no_question(room: Room, talk: str) -> None:
    assert await room.says("pieter", talk) == []
    assert await open_ones(room) == []


async def test_d10_what_carers_ask_each_other_is_theirs_until_they_type_vraag(room: Room) -> None:
    assert await room.says("samira", "Wie gaat er morgen langs?", TEAM) == []
    said = await room.says("samira", "!vraag wie gaat er morgen langs?", TEAM)
    assert "Vraag 1: Carla Vermeer" in bodies(said)
    assert where(said[0]) == "team"


async def test_d10_somebody_outside_the_circle_asks_nobody(room: Room) -> None:
    await room.joins("wim", CIRCLE)
    assert await room.says("wim", "Wanneer komt de dokter?") == []
    assert await open_ones(room) == []


async def test_d10_the_answer_of_a_carer_in_the_room_closes_it_and_the_asker_hears_it(room: Room) -> None:
    asked = room.message("pieter", "Wanneer komt de wijkverpleging?")
    await room.receive(asked)
    await room.hears()
    said = await room.says("samira", "Morgen om negen uur", reply_to=asked.event_id)
    assert "Vraag 1: beantwoord door Samira Bakker (thuiszorg)" in bodies(said)
    assert await open_ones(room) == []
    async with room.world.unit() as unit:
        assert await unit.reminders.find(ReminderKind.QUESTION, f"{room.world.circle_id}:1") is None
    again = await room.says("pieter", "!nog niet")
    assert "Vraag 1: Samira Bakker (thuiszorg) antwoordt" in bodies(again)
    assert (await the_only_one(room)).owner_id == room.world.id("samira")


async def test_d10_a_question_back_and_the_answer_of_a_relative_close_nothing(room: Room) -> None:
    asked = room.message(PATIENT, "Mag ik morgen in bad?")
    await room.receive(asked)
    await room.hears()
    assert await room.says("samira", "Hoe laat zou u dat willen?", reply_to=asked.event_id) == []
    assert await room.says("pieter", "Vast wel mam", reply_to=asked.event_id) == []
    assert len(await open_ones(room)) == 1


async def test_d10_an_answer_to_what_the_bot_said_is_an_answer_to_the_question(room: Room) -> None:
    await room.says("pieter", "Wanneer komt de wijkverpleging?")
    ((_, content, _, txn),) = [sent for sent in room.sender.sent if sent] or [await _spoken(room)]
    assert "Vraag 1" in content["body"]
    await room.says("gerda", "Om vier uur", reply_to=f"$sent-{txn}")
    assert await open_ones(room) == []


async def test_a_reply_in_the_owners_own_room_is_the_answer_and_the_asker_reads_it(room: Room) -> None:
    """Pieter asks in private; Carla hears it in her own room and simply replies to that message there."""
    theirs, own = await room.private_room("pieter"), await room.private_room("carla")
    await room.says("pieter", "Wanneer komt de wijkverpleging?", theirs)
    await room.speaks()
    ((_, _, _, txn),) = [sent for sent in room.sender.sent if "Vraag 1 is voor u" in str(sent[1]["body"])]
    said = await room.says("carla", "Zij komt om vier uur.", own, reply_to=f"$sent-{txn}")
    assert await open_ones(room) == []
    told = bodies(m for m in said if m.person_id == room.world.id("pieter"))
    assert "Carla Vermeer" in told
    assert "Zij komt om vier uur." in told
    assert "wie het vroeg leest uw antwoord" in bodies(m for m in said if m.person_id == room.world.id("carla"))


async def test_a_question_back_in_the_own_room_is_no_answer_and_nobody_else_can_reply_there(room: Room) -> None:
    theirs, own = await room.private_room("pieter"), await room.private_room("carla")
    await room.says("pieter", "Wanneer komt de wijkverpleging?", theirs)
    await room.speaks()
    ((_, _, _, txn),) = [sent for sent in room.sender.sent if "Vraag 1 is voor u" in str(sent[1]["body"])]
    await room.says("carla", "Welke dag bedoelt hij?", own, reply_to=f"$sent-{txn}")
    elsewhere = await room.private_room("samira")
    await room.says("samira", "Om vier uur.", elsewhere, reply_to=f"$sent-{txn}")
    assert len(await open_ones(room)) == 1


async def _spoken(room: Room) -> tuple[str, dict[str, object], frozenset[str], str]:
    await room.speaks()
    return room.sender.sent[-1]


async def test_d10_private_words_of_a_relative_reach_only_who_may_read_a_confidence(room: Room) -> None:
    kind = await room.private_room("pieter")
    said = await room.says("pieter", "Kan iemand mij vertellen hoe lang mama nog heeft?", kind)
    assert "Vraag 1: Carla Vermeer" in bodies(m for m in said if m.person_id == room.world.id("pieter"))
    told = [m for m in said if m.person_id == room.world.id("carla")]
    assert "hoe lang mama nog heeft" in bodies(told)
    assert {section.value for m in told for section in m.sections} == {"S8", "S10"}
    assert all(where(message) == "private" for message in said)
    # Who may not know of it hears the same as when there is none.
    refused = bodies(await room.says("samira", "!antwoord 1 weet ik niet", TEAM))
    assert refused == bodies(await room.says("samira", "!antwoord 99 weet ik niet", TEAM))
    assert "hoe lang" not in bodies(await room.says("samira", "!vragen", TEAM))
    answered = await room.says("carla", "!antwoord 1 Ik bel u vanmiddag.", TEAM)
    to_pieter = bodies(m for m in answered if m.person_id == room.world.id("pieter"))
    assert "Carla Vermeer (palliatieve zorgcoach) antwoordt op vraag 1: Ik bel u vanmiddag." in to_pieter
    assert "Ik bel u" not in bodies(m for m in answered if m.person_id != room.world.id("pieter"))


async def test_d10_a_relative_answers_nobody_and_closes_only_their_own(room: Room) -> None:
    await room.says(PATIENT, "Mag ik morgen in bad?")
    assert "Er is geen vraag met dat nummer" in bodies(await room.says("pieter", "!beantwoord 1"))
    assert "Er is geen vraag met dat nummer" in bodies(await room.says("pieter", "!geen vraag 1"))
    assert len(await open_ones(room)) == 1
    assert "het was geen vraag" in bodies(await room.says(PATIENT, "!geen vraag"))
    assert await open_ones(room) == []


async def test_d10_silence_climbs_from_lead_to_deputy_coach_duty_and_the_alarm(room: Room) -> None:
    await leads(room, "gerda")
    asked = await room.says("pieter", "Wanneer mag de pomp eraf?")
    assert "Gerda Huisman (huisarts)" in bodies(asked)
    said = bodies(await until_its_term(room))
    assert "Vraag 1: nog geen antwoord; nu gevraagd aan Carla Vermeer (palliatieve zorgcoach)." in said
    assert (await the_only_one(room)).owner_id == room.world.id("carla")
    # Nobody is locum; the coach works where the lead does and was asked; what is left is outside, which is a log line.
    said = bodies(await until_its_term(room))
    assert "iedereen op de ladder is gevraagd" in said
    assert "Wacht niet op Kring: bel" in said
    assert "Let op: vraag 1 heeft geen antwoord" in said
    for _ in range(3):
        assert "Let op: vraag 1 heeft geen antwoord" in bodies(await until_its_term(room))
    steps = [line.detail for line in await room.world.logged(AuditEvent.QUESTION_PASSED_ON)]
    assert [step.rsplit("=", 1)[1] for step in steps] == ["silence", "outside", *["nobody-left"] * 3]
    assert len(await room.world.logged(AuditEvent.OUTSIDE_CALLED)) == 1


async def test_d10_out_of_hours_the_room_says_who_to_call_now(room: Room) -> None:
    room.world.clock.at = NIGHT
    said = bodies(await room.says("pieter", "Wanneer komt de wijkverpleging?"))
    assert "morgen (donderdag 5-11)" not in said
    assert "antwoordt vandaag voor 10.00 uur" in said
    assert "Nu leest hier niemand mee. Kan het niet wachten? Bel de huisartsenpost; bij levensgevaar 112." in said
    question = await the_only_one(room)
    assert question.term_at == datetime(2026, 11, 4, 9, 0, tzinfo=UTC)


async def test_haz03_acute_words_get_numbers_first_and_no_term(room: Room) -> None:
    said = await room.says("pieter", "Mama krijgt geen lucht! Wat moet ik doen?")
    assert "geen noodnummer" in said[0].body
    assert "bel 112" in said[0].body
    assert "026-3210002" in said[0].body
    assert said[0].sections == frozenset()
    in_the_room = bodies(message for message in said if where(message) == "circle")
    assert "ik waarschuw ook Carla Vermeer (palliatieve zorgcoach). Wacht daar niet op: bel." in in_the_room
    assert "antwoordt" not in in_the_room
    assert "voor 1" not in in_the_room
    told = [m for m in said if where(m) == "private" and m.person_id == room.world.id("carla")]
    assert told[0].tone is Tone.URGENT
    assert "krijgt geen lucht" in bodies(told)
    assert await room.says("pieter", "Ze wordt blauw, geen adem meer") == []
    room.world.clock.pass_by(hours=1)
    assert "bel 112" in bodies(await room.says("pieter", "nog steeds benauwd"))


async def test_haz03_the_night_number_of_the_dossier_goes_to_who_may_read_it(room: Room) -> None:
    await room.world.record("carla", Reachability((Hours.NIGHT,), "Wijkverpleging nacht", "026-7654321"))
    said = await room.says(PATIENT, "Ik ben zo benauwd")
    own = [m for m in said if "026-7654321" in m.body]
    assert [where(m) for m in own] == ["private"]
    assert own[0].person_id == room.world.id(PATIENT)
    said = await room.says("samira", "ze stikt", TEAM)
    assert "026-7654321" in bodies(said)


async def test_haz03_an_acute_question_climbs_fast_and_nobody_is_promised_anything(room: Room) -> None:
    room.world.clock.at = NIGHT
    await room.says("pieter", "Papa is gevallen")
    question = await the_only_one(room)
    assert question.term_at == room.world.clock() + timedelta(minutes=30)
    said = bodies(await until_its_term(room))
    assert "antwoordt" not in said
    assert "bel" in said


async def test_d10_the_sign_on_a_message_asks_and_a_second_one_adds_nothing(room: Room) -> None:
    message = room.message("pieter", "Ze is onrustig")
    await room.receive(message)
    for _ in range(2):
        reaction = Reaction("$sos", room.place(CIRCLE), room.user("samira"), message.event_id, "🆘")
        async with room.hub.database.transaction() as connection:
            await room.bot.on_reaction(reaction, connection)
    said = bodies(await room.hears())
    assert said.count("Vraag 1: Carla Vermeer") == 1
    assert (await the_only_one(room)).event_id == message.event_id


async def test_haz03_a_sign_that_came_before_the_words_takes_no_alarm_away(room: Room) -> None:
    """Samira put 🆘 on a message whose key was still on its way; then the words come, and they are acute."""
    message = room.message("pieter", "Mama is gevallen, ze bloedt")
    reaction = Reaction("$sos", room.place(CIRCLE), room.user("samira"), message.event_id, "🆘")
    async with room.hub.database.transaction() as connection:
        await room.bot.on_reaction(reaction, connection)
    await room.hears()
    assert await room.receive(message) is InboxState.DONE
    said = bodies(await room.hears())
    assert "112" in said
    assert "ik waarschuw ook" in said
    found = await open_ones(room)
    assert [bool(one.acute) for one in sorted(found, key=lambda one: one.number)] == [False, True]


async def test_a_sign_that_came_before_an_ordinary_question_asks_it_once(room: Room) -> None:
    message = room.message("pieter", "Wanneer komt de wijkverpleging?")
    reaction = Reaction("$sos", room.place(CIRCLE), room.user("samira"), message.event_id, "🆘")
    async with room.hub.database.transaction() as connection:
        await room.bot.on_reaction(reaction, connection)
    assert await room.receive(message) is InboxState.DONE
    assert (await the_only_one(room)).event_id == message.event_id


async def test_what_is_said_after_a_long_question_is_not_cut_off(room: Room) -> None:
    await room.says("pieter", "Mag ik iets vragen? " + "Het is een lang verhaal. " * 120)
    await room.says("pieter", "En wanneer komt de dokter?")
    text = (await the_only_one(room)).text
    assert text.startswith("Mag ik iets vragen?")
    assert text.endswith("En wanneer komt de dokter?")


async def test_d10_who_owns_a_question_and_leaves_passes_it_on_at_once(room: Room) -> None:
    await room.says("pieter", "Wanneer mag de pomp eraf?")
    await leads(room, "gerda")
    before = await the_only_one(room)
    async with room.world.unit() as unit:
        context = await room.world.context(unit, "gerda")
        await circles.discharge(
            unit, room.world.guard, context, person_id=room.world.id("carla"), reason=DischargeReason.LEFT_ORGANISATION
        )
    after = await the_only_one(room)
    assert (before.owner_id, after.owner_id) == (room.world.id("carla"), room.world.id("gerda"))
    said = bodies(await room.hears())
    assert "Vraag 1 is nu bij Gerda Huisman (huisarts)." in said


async def test_d10_a_question_of_who_left_the_circle_ends(room: Room) -> None:
    await room.says("pieter", "Wanneer mag de pomp eraf?")
    await room.discharge("pieter")
    assert await open_ones(room) == []
    async with room.world.unit() as unit:
        ended = await unit.questions.get(room.world.circle_id, 1)
    assert ended is not None
    assert ended.state is QuestionState.LAPSED


async def test_e06_after_a_death_questions_go_to_the_coach_and_climb_nowhere(room: Room) -> None:
    await room.says(PATIENT, "Mag ik morgen in bad?")
    await room.says("pieter", "Wanneer komt de dokter?")
    await room.says("carla", "!overleden Anna de Wit 3-11-2026", TEAM)
    await room.says("gerda", "!overleden bevestig Anna de Wit", TEAM)
    await room.hears()
    (left,) = await open_ones(room)
    assert (left.asker_id, left.owner_id) == (room.world.id("pieter"), room.world.id("carla"))
    room.world.clock.pass_by(hours=1)
    said = bodies(await room.says("pieter", "Wie haalt het bed op?"))
    assert "Carla Vermeer" in said
    for _ in range(6):
        room.world.clock.pass_by(days=1)
        heard = await rings(room)
        assert {m.person_id for m in heard if "Vraag" in m.body} <= {room.world.id("carla")}
    assert await room.world.logged(AuditEvent.OUTSIDE_CALLED) == []


async def test_d10_mine_are_mine_and_who_leads_sees_all(room: Room) -> None:
    await room.says(PATIENT, "Mag ik morgen in bad?")
    room.world.clock.pass_by(minutes=1)
    await room.says("pieter", "Wanneer komt de dokter?")
    for who, numbers in (("pieter", {2}), (PATIENT, {1}), ("carla", {1, 2}), ("samira", set())):
        said = bodies(await room.says(who, "!vragen"))
        assert {number for number in (1, 2) if f"Vraag {number} van" in said} == numbers, who
    assert "Mag ik morgen in bad?" in bodies(await room.says(PATIENT, "!vragen"))


async def test_d10_the_coach_edits_the_ladder_by_command_and_nobody_else(room: Room) -> None:
    assert "1. regiehouder, 4 uur in kantoortijd" in bodies(await room.says("pieter", "!ladder"))
    for who in ("pieter", "gerda"):
        said = bodies(await room.says(who, "!ladder 1 na 2 uur aan huisarts"))
        assert "Dat kan niet" in said or "verandert de palliatieve zorgcoach" in said
    said = bodies(await room.says("carla", "!ladder 1 na 2 uur aan huisarts"))
    assert "versie 1). Trede 1: huisarts, 2 uur in kantoortijd" in said
    assert "Vraag 1: Gerda Huisman (huisarts) antwoordt vandaag voor 12.00 uur." in bodies(
        await room.says("pieter", "Wanneer mag de pomp eraf?")
    )
    (line,) = await room.world.logged(AuditEvent.LADDER_CHANGED)
    assert line.detail == "version=1"
