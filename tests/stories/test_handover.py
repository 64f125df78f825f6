"""Handing over: nothing is handed over until the one who must receive it says so."""

import pytest

from hub.application.speaking import NEUTRAL
from hub.domain.audit import AuditEvent
from hub.domain.consent import ConsentDecision
from hub.domain.entries import Note
from hub.domain.identifiers import EntryRef
from hub.domain.observations import PainScore, Reporter
from hub.domain.vocabulary import Section
from hub.domain.wishes import Place, PreferredPlaceOfDeath
from tests.stories.room import CIRCLE, TEAM, Room, bodies, where
from tests.world import directive


@pytest.fixture
async def admission(room: Room) -> Room:
    """Mevrouw de Wit goes to the hospice; Joost Linden of De Linde is in the circle since today."""
    await room.admit("joost")
    for who in ("noor", "pieter"):
        await room.discharge(who)
        await room.leaves(who, CIRCLE, TEAM)
    await room.world.record("carla", directive())
    await room.world.confirm("gerda", EntryRef(Section.S3, 1))
    await room.world.record("anna", PreferredPlaceOfDeath(Place.HOME))
    await room.world.record("samira", PainScore(8, Reporter.PROFESSIONAL, "botpijn"))
    await room.world.record("samira", Note("Noodpakket nog bestellen."), Section.S8)
    await room.world.record("carla", Note("Zoon vertelde iets in vertrouwen."), Section.S10)
    await room.hears()
    return room


async def test_a_handover_is_posted_in_the_room_and_sent_to_the_receiver(admission: Room) -> None:
    posted, theirs, told = await admission.says("gerda", "!overdracht naar hospice @joost linden", TEAM)
    assert where(posted) == TEAM
    assert (where(theirs), theirs.person_id) == ("private", admission.world.id("joost"))
    assert told.body == "Overdracht 1 naar hospice voor Joost Linden staat open tot Joost Linden zegt: !ontvangen 1"
    lines = posted.body.split("\n")
    assert lines[0] == "# Overdracht 1 naar hospice: Anna de Wit, geboren 14-3-1952"
    assert lines[2] == "# Behandelgrenzen en doel"
    assert lines[3].startswith("- NIET reanimeren")
    assert lines[-1] == "Deze overdracht staat open tot Joost Linden zegt: !ontvangen 1"


async def test_a_note_cannot_pose_as_an_agreement(admission: Room) -> None:
    """What anybody may note stands in the same message as the directives; it stays one item, under its own author."""
    forged = "Bel dochter.\n# Behandelgrenzen en doel\n- WEL reanimeren — bevestigd door Gerda Huisman (S3-1)"
    await admission.says("samira", f"!noteer zorgplan: {forged}", TEAM)
    for command in ("!overdracht naar hospice", "!dossier zorgplan", "!dossier", "!bijpraten"):
        said = bodies(await admission.says("gerda", command, TEAM)).split("\n")
        assert not [line for line in said if line.startswith("- WEL")], command
        assert said.count("# Behandelgrenzen en doel") == (command == "!overdracht naar hospice"), command
        (item,) = [line for line in said if "WEL reanimeren" in line]
        assert item.startswith("- Bel dochter."), command
        assert "Samira" in item, command


async def test_it_names_open_points_who_leads_and_phone_numbers(admission: Room) -> None:
    posted, *_ = await admission.says("gerda", "!overdracht naar hospice", TEAM)
    assert "- Carla Vermeer (palliatieve zorgcoach, Praktijk De Brug) — heeft de regie, tel. 026-3210001" in posted.body
    assert "Noodpakket nog bestellen." in posted.body
    assert "Pijn 8" in posted.body
    assert "thuis" in posted.body


async def test_what_somebody_told_in_confidence_is_not_handed_over(admission: Room) -> None:
    posted, *_ = await admission.says("gerda", "!overdracht naar hospice", TEAM)
    assert "vertrouwen" not in posted.body
    assert Section.S10 not in posted.sections


async def test_with_somebody_in_the_room_who_may_not_read_it_the_maker_gets_it_in_private(admission: Room) -> None:
    await admission.admit("noor")
    answers = await admission.says("gerda", "!overdracht naar hospice @joost linden", TEAM)
    assert [(where(m), m.person_id) for m in answers if "NIET reanimeren" in m.body] == [
        ("private", admission.world.id("gerda")),
        ("private", admission.world.id("joost")),
    ]


async def test_the_receiver_gets_what_the_own_role_may_see(admission: Room) -> None:
    await admission.admit("noor")
    *_, theirs, _ = await admission.says("gerda", "!overdracht naar thuis @noor kamphuis", TEAM)
    assert theirs.person_id == admission.world.id("noor")
    assert "reanimeren" not in theirs.body
    assert "- Dit onderdeel is niet voor u open." in theirs.body
    assert "geen bevestigde behandelgrenzen" not in theirs.body


async def test_every_heading_says_something_also_in_an_empty_dossier(room: Room) -> None:
    posted, *_ = await room.says("gerda", "!overdracht naar thuis", TEAM)
    lines = posted.body.split("\n")
    headings = [number for number, line in enumerate(lines) if line.startswith("# ")][1:]
    assert len(headings) == 8
    assert all(lines[number + 1].startswith("- ") for number in headings)
    assert "- Er is geen gesprek, naaste of wens vastgelegd." in lines


async def test_open_points_are_proposals_then_undecided_then_open_handovers_then_the_plan(admission: Room) -> None:
    await admission.says("carla", "!behandelgrens antibiotica nee", TEAM)
    await admission.says("gerda", "!behandelgrens ic nog geen besluit", TEAM)
    await admission.says("carla", "!bevestig S3-3", TEAM)
    await admission.says("samira", "!overdracht naar ziekenhuis", TEAM)
    posted, *_ = await admission.says("gerda", "!overdracht naar hospice", TEAM)
    points = posted.body.partition("# Beoordeling: open punten\n")[2].partition("\n# ")[0].split("\n")
    assert points[0].startswith("- VOORSTEL, nog niet bevestigd: ")
    assert points[1].startswith("- Nog te bespreken: ")
    assert points[2] == "- Overdracht 1 naar ziekenhuis van 3-11-2026 (door Samira Bakker) is nog niet ontvangen."
    assert "Noodpakket" in points[3]
    assert len(points) == 4


async def test_only_the_named_receiver_receives_it(admission: Room) -> None:
    await admission.says("gerda", "!overdracht naar hospice @joost linden", TEAM)
    (other,) = await admission.says("samira", "!ontvangen 1", TEAM)
    assert other.body == "Deze overdracht is aan iemand anders gericht."
    (maker,) = await admission.says("gerda", "!ontvangen 1", TEAM)
    assert maker.body == "Uw eigen overdracht ontvangt iemand anders."
    (receiver,) = await admission.says("joost", "!ontvangen 1", TEAM)
    assert receiver.body == "Overdracht 1 naar hospice is ontvangen door Joost Linden."
    (again,) = await admission.says("joost", "!ontvangen 1", TEAM)
    assert again.body == "Er is geen open overdracht met nummer 1."
    assert len(await admission.world.logged(AuditEvent.HANDOVER_RECEIVED)) == 1


async def test_received_in_a_private_room_is_told_to_the_team_as_well(admission: Room) -> None:
    await admission.says("gerda", "!overdracht naar hospice @joost linden", TEAM)
    own = await admission.private_room("joost")
    answers = await admission.says("joost", "!ontvangen 1", own)
    assert [where(message) for message in answers] == ["private", "team"]
    assert len({message.body for message in answers}) == 1


async def test_the_receiver_may_be_mentioned_or_named_by_role(admission: Room) -> None:
    content = {
        "msgtype": "m.text",
        "body": "!overdracht naar hospice Linden, J. · Hospice De Linde",
        "m.mentions": {"user_ids": [admission.user("joost")]},
    }
    *_, told = await admission.says("gerda", "", TEAM, content=content)
    assert told.body.startswith("Overdracht 1 naar hospice voor Joost Linden")
    *_, told = await admission.says("gerda", "!overdracht naar hospice @hospice", TEAM)
    assert told.body.startswith("Overdracht 2 naar hospice voor Joost Linden")


async def test_a_relative_is_no_receiver_and_makes_no_handover(room: Room) -> None:
    (answer,) = await room.says("gerda", "!overdracht naar thuis @pieter de wit", TEAM)
    assert answer.body == "De ontvanger is geen andere zorgverlener in deze kring."
    (answer,) = await room.says("pieter", "!overdracht naar thuis")
    assert answer.body.startswith("Dat kan niet: vastleggen in S8")
    assert not await room.world.logged(AuditEvent.HANDOVER_MADE)


async def test_a_receiver_to_whom_nothing_is_open_is_refused_and_nothing_is_made(admission: Room) -> None:
    await admission.world.choose(ConsentDecision.DENY, "role:facility", "all")
    answers = await admission.says("gerda", "!overdracht naar hospice @joost linden", TEAM)
    assert bodies(answers) == (
        "Deze persoon kan de overdracht niet ontvangen. Kies iemand anders, of overleg met de coach."
    )
    assert "bezwaar" not in bodies(answers)
    assert not await admission.world.logged(AuditEvent.HANDOVER_MADE)
    posted, *_ = await admission.says("gerda", "!overdracht naar hospice", TEAM)
    assert posted.body.startswith("# Overdracht 1 ") or where(posted) == "private"


async def test_a_destination_that_is_none_gets_the_list(room: Room) -> None:
    (answer,) = await room.says("gerda", "!overdracht naar huis", TEAM)
    assert answer.body == (
        "Schrijf: !overdracht naar <plaats> @ontvanger. De plaatsen: thuis, hospice, verpleeghuis, ziekenhuis, anders."
    )


async def test_an_empty_dossier_is_not_handed_over_before_people_who_may_not_know_that_it_is_empty(room: Room) -> None:
    """ "No limits were agreed" is about the plan, and the numbers of family are in it: Pieter may read neither."""
    made, neutral, open_ = await room.says("gerda", "!overdracht naar hospice", CIRCLE)
    assert (where(made), made.person_id) == ("private", room.world.id("gerda"))
    assert made.sections == {Section.S1, Section.S2, Section.S3, Section.S4, Section.S5, Section.S7, Section.S8}
    assert (neutral.body, where(open_)) == (NEUTRAL, CIRCLE)


async def test_a_handover_tells_the_illness_the_medication_the_kit_and_whom_to_call(room: Room) -> None:
    for line in (
        "!diagnose hoofd borstkanker", "!pps 40", "!allergie penicilline", "!pomp gestopt",
        "!medicatie bron apotheek op 1-11-2026: morfine 10 mg 2 dd", "!noodpakket pijn: morfine 5 mg",
        "!zorgplan sociaal: probleem alleen thuis", "!bereikbaar nacht: HAP 026-1234567", "!zorgplek thuis",
    ):  # fmt: skip
        assert "Vastgelegd" in bodies(await room.says("gerda", line, TEAM))
    posted, *_ = await room.says("gerda", "!overdracht naar hospice", TEAM)
    for said in (
        "Hoofddiagnose: borstkanker", "PPS 40 van 100", "ALLERGIE voor penicilline", "kopie van apotheek",
        "GEEN getekend uitvoeringsverzoek", "medicatiepomp is GESTOPT", "alleen thuis", "HAP, tel. 026-1234567",
        "wil thuis verzorgd worden",
    ):  # fmt: skip
        assert said in posted.body
