"""What people record from a chat, and who makes it count."""

import pytest

from hub.domain.audit import AuditEvent
from hub.domain.dossier import Status
from hub.domain.vocabulary import Section
from tests.stories.room import TEAM, Room, bodies, where


async def test_home_care_records_bone_pain_at_night_and_gets_its_reference(room: Room) -> None:
    (answer,) = await room.says("samira", "!pijn 8 botpijn, de hele nacht wakker", TEAM)
    assert answer.body == "Vastgelegd als S5-1."
    assert where(answer) == TEAM
    assert not answer.sections
    (entry,) = await room.world.read("samira", Section.S5)
    assert entry.value.score == 8
    assert entry.value.note == "botpijn, de hele nacht wakker"
    assert (entry.author_id, entry.organisation) == (room.world.id("samira"), "Thuiszorg Rijnoever")


async def test_the_answer_to_a_recording_tells_no_content_so_that_any_room_may_hear_it(room: Room) -> None:
    (answer,) = await room.says("samira", "!pijn 8 botpijn")
    assert "botpijn" not in answer.body
    assert "8" not in answer.body


async def test_every_next_score_gets_its_own_reference(room: Room) -> None:
    await room.says("samira", "!pijn 8", TEAM)
    (answer,) = await room.says("samira", "!pijn 3 na de dexamethason", TEAM)
    assert answer.body == "Vastgelegd als S5-2."


async def test_a_directive_proposed_by_the_coach_counts_after_the_gp_confirmed_it(room: Room) -> None:
    (answer, *_) = await room.says("carla", "!behandelgrens reanimeren nee, besproken op 3-11-2026 met patiënt", TEAM)
    assert answer.body.startswith("Vastgelegd als voorstel S3-1.")
    assert "!bevestig S3-1" in answer.body
    (waiting,) = await room.world.read("gerda", Section.S3)
    assert waiting.status is Status.PROPOSED

    answer, read_back = sorted(await room.says("gerda", "!bevestig S3-1", TEAM), key=where, reverse=True)
    assert answer.body == "S3-1 is bevestigd en geldt nu (versie 2)."
    assert read_back.body.startswith("U heeft bevestigd: NIET reanimeren")
    assert where(read_back) == "private"
    (in_force,) = await room.world.read("samira", Section.S3)
    assert in_force.status is Status.ACTIVE
    assert in_force.confirmed_by == room.world.id("gerda")
    (shown, *_) = await room.says("gerda", "!dossier zorgplanning", TEAM)
    assert "NIET reanimeren" in shown.body
    assert "bevestigd door Gerda Huisman" in shown.body


async def test_whoever_proposed_a_directive_does_not_confirm_it(room: Room) -> None:
    await room.says("gerda", "!behandelgrens reanimeren nee", TEAM)
    (answer,) = await room.says("gerda", "!bevestig S3-1", TEAM)
    assert answer.body == "U heeft S3-1 zelf voorgesteld. Een tweede, bevoegde persoon bevestigt het."
    (entry,) = await room.world.read("gerda", Section.S3)
    assert entry.status is Status.PROPOSED


async def test_home_care_may_not_confirm_and_hears_which_law_says_so(room: Room) -> None:
    await room.says("gerda", "!behandelgrens reanimeren nee", TEAM)
    (answer,) = await room.says("samira", "!bevestig S3-1", TEAM)
    assert answer.body.startswith("Dat kan niet: bevestigen in S3 Proactieve zorgplanning.")
    assert "BW 7:457" in answer.body
    assert "Hulp: " in answer.body
    assert "!waarom" in answer.body


async def test_a_proposal_is_never_shown_as_an_agreement(room: Room) -> None:
    await room.says("carla", "!behandelgrens antibiotica nee", TEAM)
    (shown, *_) = await room.says("gerda", "!dossier S3", TEAM)
    assert "VOORSTEL, nog niet bevestigd: " in shown.body


async def test_a_reference_that_does_not_exist_is_no_proposal_either(room: Room) -> None:
    (answer,) = await room.says("gerda", "!bevestig S3-99", TEAM)
    assert answer.body == "S3-99 is geen voorstel dat op bevestiging wacht."


@pytest.mark.parametrize(
    ("command", "reference", "section"),
    [
        ("!usd pijn=3 benauwdheid=2 slapen=1", "S5-1", Section.S5),
        ("!noteer psychosociaal: zoon slaapt slecht", "S6-1", Section.S6),
        ("!complexiteit hoog veel wisselende zorgverleners", "S2-1", Section.S2),
        ("!plaats thuis", "S4-1", Section.S4),
    ],
)
async def test_every_kind_is_filed_in_its_section(room: Room, command: str, reference: str, section: Section) -> None:
    (answer,) = await room.says("carla", command, TEAM)
    assert answer.body == f"Vastgelegd als {reference}."
    assert len(await room.world.read("carla", section)) == 1


async def test_the_patient_records_her_own_pain_and_it_is_told_apart_from_what_others_scored(room: Room) -> None:
    await room.says("anna", "!pijn 6")
    await room.says("samira", "!pijn 8")
    (shown, *_) = await room.says("carla", "!dossier klachten", TEAM)
    assert "volgens de patiënt zelf" in shown.body
    assert "volgens de zorgverlener" in shown.body


async def test_two_orders_in_a_row_are_two_versions_and_the_first_stays(room: Room) -> None:
    await room.says("carla", "!complexiteit gemiddeld", TEAM)
    (answer,) = await room.says("carla", "!complexiteit hoog", TEAM)
    assert answer.body == "Vastgelegd als S2-1 (versie 2)."
    assert len(await room.world.logged(AuditEvent.ENTRY_RECORDED)) == 2


async def test_everything_recorded_stands_in_the_log_with_event_and_rule(room: Room) -> None:
    message = room.message("samira", "!pijn 8", TEAM)
    await room.receive(message)
    (entry,) = await room.world.logged(AuditEvent.ENTRY_RECORDED)
    assert entry.correlation_id == message.event_id
    assert entry.user_id == room.world.id("samira")
    assert entry.initiator == "bot:dossier"
    assert "home-care-record" in entry.policy
    assert "botpijn" not in str(entry)


async def test_a_note_with_characters_that_turn_the_reading_order_is_refused_in_words(room: Room) -> None:
    (answer,) = await room.says("carla", "!noteer zorgplan: gaat goed\u202eteein", TEAM)
    assert answer.body.startswith("Deze notitie kan zo niet worden bewaard")
    assert bodies([answer]).isprintable()


async def test_what_was_read_is_what_is_confirmed_also_when_the_proposal_changes_in_between(room: Room) -> None:
    """I9: read "nee", changed to "ja", confirmed: that must not put "ja" in force."""
    await room.says("carla", "!behandelgrens reanimeren nee", TEAM)
    await room.says("carla", "!behandelgrens reanimeren ja", TEAM)
    (refused,) = await room.says("gerda", "!bevestig S3-1", TEAM)
    assert refused.body == ("S3-1 is intussen veranderd. Lees het eerst, en bevestig dan met: !bevestig S3-1/2")
    (wrong,) = await room.says("gerda", "!bevestig S3-1/1", TEAM)
    assert "intussen veranderd" in wrong.body
    answer, read_back = sorted(await room.says("gerda", "!bevestig S3-1/2", TEAM), key=where, reverse=True)
    assert answer.body == "S3-1 is bevestigd en geldt nu (versie 3)."
    assert "WEL reanimeren" in read_back.body
