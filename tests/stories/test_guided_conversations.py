"""Conversations question by question in the private room: the PZP form and the symptom diary."""

import pytest
from sqlalchemy import select

from hub.adapters.sql.dossier_tables import dialogue
from hub.domain.advance_care_plan import Decision, LegalCapacity, Treatment
from hub.domain.circle import DischargeReason
from hub.domain.dossier import Status
from hub.domain.entries import Kind
from hub.domain.observations import Reporter, SymptomItem
from hub.domain.values import PartialDate
from hub.domain.vocabulary import Section
from hub.domain.wishes import Place, View
from tests.stories.family import judged, represents
from tests.stories.questions import answers
from tests.stories.room import TEAM, Room, bodies, where
from tests.stories.test_english import speaks_english
from tests.world import directive

S1, S3, S4, S5 = Section.S1, Section.S3, Section.S4, Section.S5
TALK = ("2-11-2026", "patiënt, zoon Pieter")


async def test_carla_fills_in_the_form_after_the_talk_and_gerda_confirms(room: Room) -> None:
    private = await room.private_room("carla")
    begun = bodies(await room.says("carla", "!pzp", private))
    assert "Vraag 1 van 26: Het gesprek" in begun
    assert "er was nog geen gesprek" in begun
    said = await answers(room, "carla", private, *TALK, "Pieter de Wit, zoon, 06-12345678", "ja", "3")
    assert "Reanimeren als het hart stilstaat?" in said
    assert "1. ja, wel doen" in said
    said = await answers(
        room, "carla", private, "2", "nee", "nog onbekend", "3 voor een botbreuk", "niet besproken", "6"
    )
    assert "Heeft de patiënt een ICD" in said
    said = await answers(room, "carla", private, "nee", "sondevoeding: nee", "nee", "nee")
    assert "Welke wensen en verwachtingen" in said
    said = await answers(
        room, "carla", private, "nog één keer naar zee", "thuis", "zoon Pieter: hospice", "3", "overslaan"
    )
    said = await answers(room, "carla", private, "overslaan", "rustig gesprek", "1")
    assert "Samenvatting" in said
    assert "Er is nog niets vastgelegd" in said
    assert await room.world.read("gerda", S3) == []
    assert "NIET reanimeren — besproken op 2-11-2026 met patiënt, zoon Pieter en Carla Vermeer" in said
    assert "Opnemen op de intensive care: NOG ONBEKEND" in said
    assert "Behandelen met antibiotica: NIET BESPROKEN" in said
    assert "Bloedproducten toedienen: besproken, maar er is NOG GEEN BESLUIT" in said
    assert "Overgeslagen: 23 Donorregister, 24 Wat verder belangrijk is." in said

    filed = await room.says("carla", "vastleggen", private)
    assert "Vastgelegd als S3-1" in bodies(filed)
    (team,) = [message for message in filed if where(message) == TEAM]
    assert "wachten op een tweede, bevoegde zorgverlener" in team.body
    assert "reanimeren" not in team.body
    plan = {entry.topic: entry for entry in await room.world.read("gerda", S3)}
    limits = {t: plan[f"treatment_directive/{t.value}"] for t in list(Treatment)[:6]}
    assert {entry.status for entry in limits.values()} == {Status.PROPOSED}
    assert [entry.value.decision for entry in limits.values()] == [
        Decision.NO,
        Decision.NO,
        Decision.UNKNOWN,
        Decision.YES_BUT,
        Decision.NOT_ASKED,
        Decision.UNDECIDED,
    ]
    assert limits[Treatment.RESUSCITATION].author_id == room.world.id("carla")
    wishes = [
        entry.value for entry in await room.world.read("gerda", S4) if entry.kind is Kind.PREFERRED_PLACE_OF_DEATH
    ]
    assert [(wish.place, wish.view) for wish in wishes] == [(Place.HOME, View.PATIENT), (Place.HOSPICE, View.RELATIVE)]
    ref = limits[Treatment.RESUSCITATION].ref
    assert f"{ref} is bevestigd" in bodies(await room.says("gerda", f"!bevestig {ref}", TEAM))


async def test_the_form_begins_only_after_a_talk(room: Room) -> None:
    private = await room.private_room("carla")
    said = await answers(room, "carla", private, "!pzp", "nog niet")
    assert said.startswith("Dan begint dit formulier nog niet. Voer eerst het gesprek")
    assert await room.says("carla", "en dan praten we gewoon verder", private) == []


async def test_carla_stops_for_the_night_and_goes_on_with_a_new_phone(room: Room) -> None:
    private = await room.private_room("carla")
    assert "Gepauzeerd" in await answers(room, "carla", private, "!pzp", *TALK, "stop")
    assert await room.says("carla", "welterusten", private) == []
    room.world.clock.pass_by(hours=14)
    message = room.message("carla", "!verder", private, device_id="NIEUWETELEFOON")
    await room.receive(message)
    assert "Vraag 3 van 26: Vertegenwoordiger" in bodies(await room.hears())
    said = await answers(room, "carla", private, "terug")
    assert "Vraag 2 van 26" in said
    said = await answers(room, "carla", private, "patiënt", "klaar")
    assert "op 2-11-2026, gevoerd door Carla Vermeer" in said
    assert "in bijzijn van patiënt." in said


async def test_today_stays_the_day_on_which_it_was_said(room: Room) -> None:
    private = await room.private_room("carla")
    await answers(room, "carla", private, "!pzp", "vandaag", "stop")
    room.world.clock.pass_by(days=3)
    assert "op 3-11-2026, gevoerd door" in await answers(room, "carla", private, "!verder", "klaar")


async def test_a_conversation_that_waits_for_a_week_pauses_itself_and_nothing_is_lost(room: Room) -> None:
    private = await room.private_room("carla")
    await answers(room, "carla", private, "!pzp", *TALK)
    room.world.clock.pass_by(days=8)
    told = "Mijn vraag stond een week stil en is gepauzeerd. Niets is weg. Verder gaan: !verder"
    assert bodies(await room.says("carla", "thuis", private)) == told
    assert await room.says("carla", "thuis", private) == []
    said = await answers(room, "carla", private, "!verder")
    assert "Vraag 3 van 26" in said
    assert "in bijzijn van patiënt en zoon Pieter" in await answers(room, "carla", private, "klaar")


async def test_what_is_not_understood_gets_the_choices_again_and_loses_nothing(room: Room) -> None:
    private = await room.private_room("carla")
    await answers(room, "carla", private, "!pzp", *TALK, "overslaan", "overslaan", "3")
    (said,) = await room.says("carla", "2 ja", private)
    assert said.body.startswith("Kies een nummer, of schrijf: ja, nee")
    assert "3. ja, mits … (schrijf de voorwaarde erachter)" in said.body
    (said,) = await room.says("carla", "3", private)
    assert said.body.startswith("Schrijf achter ‘ja, mits’ ook de voorwaarde.")
    assert "NIET reanimeren" in await answers(room, "carla", private, "2", "klaar")


async def test_every_question_shows_what_the_dossier_has_and_leaves_it_on_request(room: Room) -> None:
    agreed = await room.world.record("gerda", directive())
    private = await room.private_room("carla")
    said = await answers(room, "carla", private, "!pzp", *TALK, "overslaan", "overslaan", "3")
    assert "Nu staat er: VOORSTEL, nog niet bevestigd: NIET reanimeren" in said
    assert f"({agreed.ref}, 3-11-2026)" in said
    said = await answers(room, "carla", private, "zo laten")
    assert "Beademen" in said
    (said,) = [message.body for message in await room.says("carla", "zo laten", private)]
    assert said.startswith("Hierover staat nog niets in het dossier")
    assert "Blijft zoals het is: 7 Reanimeren" in await answers(room, "carla", private, "klaar")
    await answers(room, "carla", private, "vastleggen")
    (entry,) = [one for one in await room.world.read("gerda", S3) if one.kind is Kind.TREATMENT_DIRECTIVE]
    assert (entry.version, entry.author_id) == (1, room.world.id("gerda"))


async def test_before_filing_carla_sees_what_gerda_changed_meanwhile(room: Room) -> None:
    private = await room.private_room("carla")
    await answers(room, "carla", private, "!pzp", *TALK, "overslaan", "overslaan", "3", "2", "klaar")
    await room.world.record("gerda", directive(decision=Decision.YES))
    said = await answers(room, "carla", private, "vastleggen")
    assert said.startswith("Sinds u begon, is er iets veranderd in het dossier. Er is nog niets vastgelegd.")
    assert "WEL reanimeren" in said
    assert len(await room.world.read("ruben", S3)) == 1
    said = await answers(room, "carla", private, "vastleggen")
    assert "Vastgelegd als voorstel" in said
    (entry,) = [one for one in await room.world.read("ruben", S3) if one.kind is Kind.TREATMENT_DIRECTIVE]
    assert (entry.value.decision, entry.version) == (Decision.NO, 2)


async def test_a_change_in_what_carla_did_not_answer_stops_nothing(room: Room) -> None:
    private = await room.private_room("carla")
    await answers(room, "carla", private, "!pzp", *TALK, "klaar")
    await room.world.record("gerda", directive())
    assert "Vastgelegd als S3-2" in await answers(room, "carla", private, "vastleggen")


async def test_a_line_of_the_summary_is_changed_by_its_number(room: Room) -> None:
    private = await room.private_room("carla")
    await answers(room, "carla", private, "!pzp", *TALK, "overslaan", "overslaan", "3", "1", "klaar")
    said = await answers(room, "carla", private, "wijzig 7")
    assert "Reanimeren als het hart stilstaat?" in said
    said = await answers(room, "carla", private, "2")
    assert "7. NIET reanimeren" in said
    assert "Intensive care" not in said.partition("Overgeslagen")[0]


async def test_a_coach_is_not_asked_who_can_decide_and_a_doctor_says_how_and_until_when(room: Room) -> None:
    coach, doctor = await room.private_room("carla"), await room.private_room("gerda")
    assert "zelf beslissen" not in await answers(room, "carla", coach, "!pzp", *TALK)
    said = await answers(room, "gerda", doctor, "!pzp", *TALK)
    assert "Kan de patiënt zelf beslissen over medische behandeling?" in said
    said = await answers(room, "gerda", doctor, "nee", "overslaan", "overslaan", "klaar")
    assert "leg ik pas vast als erbij staat hoe u dat beoordeelde" in said
    await answers(room, "gerda", doctor, "wijzig 4", "gesprek en stappenplan", "wijzig 5", "3-12-2026")
    await answers(room, "gerda", doctor, "klaar", "vastleggen")
    (judged,) = [one for one in await room.world.read("ruben", S3) if one.kind is Kind.LEGAL_CAPACITY]
    assert judged.status is Status.PROPOSED
    assert judged.value.sentence_nl().endswith("(gesprek en stappenplan); opnieuw beoordelen uiterlijk 3-12-2026.")


async def test_a_relative_and_home_care_are_refused_with_the_law_and_the_patient_hears_whom_to_ask(room: Room) -> None:
    for who in ("pieter", "samira"):
        (said,) = await room.says(who, "!pzp")
        assert said.body.startswith("Dat kan niet: vastleggen in S3 Proactieve zorgplanning.")
        assert "BW 7:457" in said.body
        assert "Hulp: " in said.body
    private = await room.private_room("anna")
    (said,) = await room.says("anna", "!pzp", private)
    assert said.body.startswith("Dit formulier vult een arts of de coach in, na een gesprek met u (BW 7:448 en 7:454).")


async def test_a_specialist_is_asked_only_what_a_specialist_may_record(room: Room) -> None:
    private = await room.private_room("ruben")
    said = await answers(room, "ruben", private, "!pzp", *TALK)
    assert "Kan de patiënt zelf beslissen" in said
    said = await answers(room, "ruben", private, "klaar")
    assert "Vertegenwoordiger" not in said
    assert "Plek van overlijden" not in said


async def test_who_loses_the_right_halfway_files_nothing_and_hears_why(room: Room) -> None:
    private = await room.private_room("carla")
    await answers(room, "carla", private, "!pzp", *TALK, "klaar")
    async with room.world.unit() as unit:
        now = room.world.clock.pass_by(minutes=1)
        relation = await unit.circles.relation(room.world.circle_id, room.world.id("carla"), now)
        assert relation is not None
        await unit.circles.end(relation.id, now, DischargeReason.CARE_ENDED)
    room.world.clock.pass_by(minutes=1)
    said = await answers(room, "carla", private, "vastleggen")
    assert said.startswith("Dat kan niet")
    assert await room.world.read("gerda", S3) == []


async def test_asked_in_the_team_room_the_questions_come_in_private(room: Room) -> None:
    private = await room.private_room("carla")
    said = await room.says("carla", "!pzp", TEAM)
    assert {where(message): message.body for message in said}[TEAM] == "Ik stel de vragen in uw privékamer met Kring."
    assert "Vraag 1" not in "".join(message.body for message in said if where(message) == TEAM)
    assert await room.says("carla", "2-11-2026", TEAM) == []
    assert "Vraag 2" in await answers(room, "carla", private, "2-11-2026")


async def test_anna_scores_her_complaints_in_three_messages_and_hears_who_sees_it(room: Room) -> None:
    private = await room.private_room("anna")
    assert bodies(await room.says("anna", "!usd", private)).startswith("# Hoe gaat het nu met u?")
    said = await answers(room, "anna", private, "6 pijn, 3 benauwd", "benauwd")
    assert "pijn 6, benauwdheid 3. Als eerste aanpakken: benauwdheid." in said
    said = await answers(room, "anna", private, "vastleggen")
    assert "Vastgelegd als S5-1." in said
    assert "Samira Bakker kijkt hiernaar" in said
    assert "Dit kunnen nu lezen: " in said
    assert "Samira Bakker (thuiszorg)" in said
    assert "Pieter" not in said
    (entry,) = await room.world.read("samira", S5)
    assert entry.value.reporter is Reporter.PATIENT
    assert entry.value.first is SymptomItem.BREATHLESSNESS


@pytest.mark.parametrize(("who", "reporter"), [("samira", Reporter.PROFESSIONAL), ("pieter", Reporter.RELATIVE)])
async def test_whose_view_it_is_follows_from_the_role(room: Room, who: str, reporter: Reporter) -> None:
    private = await room.private_room(who)
    await answers(room, who, private, "!usd", "6 3 0 - 2", "geen voorkeur", "vastleggen")
    (entry,) = await room.world.read("gerda", S5)
    assert entry.value.reporter is reporter
    assert [(one.item, one.score) for one in entry.value.scores] == [
        (SymptomItem.PAIN, 6),
        (SymptomItem.SLEEP, 3),
        (SymptomItem.DRY_MOUTH, 0),
        (SymptomItem.APPETITE, 2),
    ]


async def test_scores_typed_with_the_command_are_filed_at_once(room: Room) -> None:
    (said,) = await room.says("samira", "!usd pijn=6 benauwdheid=3", TEAM)
    assert said.body == "Vastgelegd als S5-1."


async def test_scores_of_yesterday_are_not_filed_as_those_of_today(room: Room) -> None:
    private = await room.private_room("anna")
    await answers(room, "anna", private, "!usd", "6 pijn, 3 benauwd", "geen")
    room.world.clock.pass_by(days=1)
    said = await answers(room, "anna", private, "vastleggen")
    assert said.startswith("Deze vragen zijn van een andere dag. Er is niets vastgelegd.")
    assert await room.world.read("gerda", S5) == []


async def test_anna_stops_and_nothing_is_kept(room: Room) -> None:
    private = await room.private_room("anna")
    said = await answers(room, "anna", private, "!usd", "6 pijn", "!stop")
    assert said == "Gestopt. Er is niets vastgelegd."
    assert await room.says("anna", "6 pijn", private) == []


async def test_of_two_waiting_questions_the_latest_is_the_current_one(room: Room) -> None:
    private = await room.private_room("carla")
    await answers(room, "carla", private, "!pzp", *TALK)
    room.world.clock.pass_by(minutes=1)
    await answers(room, "carla", private, "!usd", "6 pijn, 2 slapen", "pijn")
    said = await answers(room, "carla", private, "vastleggen")
    assert "Vastgelegd als S5-1." in said
    assert "Vraag 3 van 26: Vertegenwoordiger" in said
    assert "Vraag 4" in await answers(room, "carla", private, "Pieter de Wit, zoon")


async def test_carla_is_asked_in_english_when_that_is_her_language(room: Room) -> None:
    private = await speaks_english(room, "carla")
    said = await answers(room, "carla", private, "!pzp")
    assert "Question 1 of 26: The conversation" in said
    said = await answers(room, "carla", private, "today", "patient, son Pieter", "skip", "back", "skip", "skip", "3")
    assert "Resuscitate when the heart stops?" in said
    said = await answers(room, "carla", private, "no", "done", "change 7", "not known yet")
    assert "7. Reanimeren: NOG ONBEKEND" in said
    assert "Type: file, or for example: change 4." in said
    assert "Filed as" in await answers(room, "carla", private, "file")


async def test_the_answers_wait_sealed(room: Room) -> None:
    private = await room.private_room("carla")
    await answers(room, "carla", private, "!pzp", *TALK, "Pieter de Wit, zoon, 06-12345678")
    async with room.hub.database.reading() as connection:
        rows = (await connection.execute(select(dialogue))).all()
    assert len(rows) == 1
    assert "Pieter" not in str(rows)
    assert rows[0].sealed_answers


async def test_a_representative_scores_as_somebody_close_and_only_while_anna_cannot_decide(room: Room) -> None:
    await represents(room, "karin", "Karin", "Smit", "mentor, beschikking gezien")
    private = await room.private_room("karin")
    assert (await answers(room, "karin", private, "!usd")).startswith("Dat kan niet: vastleggen in S5")
    unable = LegalCapacity(
        False, "behandeling", PartialDate("2026-11-03"), method="gesprek", review_on=PartialDate("2026-12-03")
    )
    await judged(room, unable)
    said = await answers(room, "karin", private, "!usd")
    assert said.startswith("# Hoe gaat het nu met de patiënt, zoals u het ziet?")
    assert "Vastgelegd als S5-1." in await answers(room, "karin", private, "7 pijn, 8 benauwd", "geen", "vastleggen")
    (entry,) = await room.world.read("gerda", S5)
    assert entry.value.reporter is Reporter.RELATIVE
    assert (await answers(room, "karin", private, "!pzp")).startswith("Dat kan niet: vastleggen in S3")


async def test_the_same_answer_delivered_twice_counts_once(room: Room) -> None:
    private = await room.private_room("anna")
    await answers(room, "anna", private, "!usd", "6 pijn, 3 benauwd", "geen", "vastleggen")
    assert await room.says("anna", "vastleggen", private) == []
    assert len(await room.world.read("gerda", S5)) == 1


async def test_an_answer_as_a_reply_of_an_older_app_is_read_without_what_it_quotes(room: Room) -> None:
    private = await room.private_room("carla")
    await answers(room, "carla", private, "!pzp", *TALK, "overslaan", "overslaan", "3")
    quoted = "> <@dossier> Reanimeren als het hart stilstaat?\n> 1. ja, wel doen\n\n2"
    await room.receive(room.message("carla", quoted, private, reply_to="$vraag"))
    await room.hears()
    assert "NIET reanimeren" in await answers(room, "carla", private, "klaar")


async def test_who_types_an_exclamation_mark_before_everything_is_understood_too(room: Room) -> None:
    private = await room.private_room("carla")
    assert "Vraag 1" in await answers(room, "carla", private, "!pzp", *TALK, "!terug", "!terug")
    assert "Vraag 2" in await answers(room, "carla", private, "!overslaan")
    assert "Vraag 1" in await answers(room, "carla", private, "!wijzig 1")
    assert "Samenvatting" in await answers(room, "carla", private, "2-11-2026", "!samenvatting")
    assert "Vastgelegd als S3-1." in await answers(room, "carla", private, "!vastleggen")
    assert "Die opdracht ken ik niet." in await answers(room, "carla", private, "!terug")
