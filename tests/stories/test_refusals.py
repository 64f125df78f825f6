"""Who is refused hears what, why, by which law and who can help; and nothing about what there is."""

import re

import pytest
from sqlalchemy import update

from hub.adapters.sql.matrix_records import InboxState
from hub.adapters.sql.tables import patient
from hub.domain.audit import AuditEvent
from hub.domain.consent import ConsentDecision
from hub.domain.entries import Note
from hub.domain.identifiers import EntryRef
from hub.domain.vocabulary import PatientState, Section
from hub.domain.wishes import Place, PreferredPlaceOfDeath
from tests.stories.room import CIRCLE, TEAM, Room, bodies, where
from tests.world import directive


def without_number(text: str) -> str:
    """The number for ``!waarom`` counts every line of the log; the rest must not differ."""
    return re.sub(r"!waarom \d+", "!waarom N", text)


async def fill_the_dossier(room: Room) -> None:
    await room.world.record("carla", directive())
    await room.world.confirm("gerda", EntryRef(Section.S3, 1))
    await room.world.record("anna", PreferredPlaceOfDeath(Place.HOME))
    await room.world.record("samira", Note("Naaste slaapt slecht."), Section.S6)


async def test_a_relative_without_consent_hears_what_why_law_and_who_can_help(room: Room) -> None:
    (answer,) = await room.says("pieter", "!dossier wensen")
    assert without_number(answer.body) == (
        "Dat kan niet: lezen in S4 Wensen. Dit onderdeel is nog niet voor u opengesteld. (BW 7:457 lid 1) "
        "Hulp: de patiënt (of de vertegenwoordiger) kan dit toestaan. Meer uitleg: !waarom N"
    )


@pytest.mark.parametrize("asked", ["zorgplanning", "wensen", "medicatie", "vertrouwelijk", "zorgplan", "stervensfase"])
async def test_a_refusal_reads_the_same_whether_there_is_something_or_not(room: Room, asked: str) -> None:
    empty = await room.says("pieter", f"!dossier {asked}")
    await fill_the_dossier(room)
    full = await room.says("pieter", f"!dossier {asked}")
    assert without_number(bodies(empty)) == without_number(bodies(full))
    assert [where(message) for message in empty] == [where(message) for message in full] == [CIRCLE]


async def test_confirming_is_refused_alike_for_what_exists_and_what_does_not(room: Room) -> None:
    await room.world.record("carla", directive())
    there, absent = await room.says("pieter", "!bevestig S3-1"), await room.says("pieter", "!bevestig S3-77")
    assert without_number(bodies(there)) == without_number(bodies(absent))


async def test_consent_for_wishes_opens_wishes_and_nothing_else(room: Room) -> None:
    await fill_the_dossier(room)
    await room.world.choose(ConsentDecision.PERMIT, "role:relative", "S4")
    own = await room.private_room("pieter")
    (wishes,) = await room.says("pieter", "!dossier wensen", own)
    assert "thuis" in wishes.body
    (closed,) = await room.says("pieter", "!dossier zorgplanning", own)
    assert closed.body.startswith("Dat kan niet")
    (everything,) = await room.says("pieter", "!dossier", own)
    assert everything.sections == {Section.S4}
    assert "reanimeren" not in everything.body
    assert "slaapt slecht" not in everything.body


async def test_an_objection_closes_again_with_the_words_of_no_consent(room: Room) -> None:
    (never,) = await room.says("pieter", "!dossier wensen")
    await room.world.choose(ConsentDecision.PERMIT, "role:relative", "S4")
    await room.world.choose(ConsentDecision.DENY, f"person:{room.world.id('pieter')}", "S4")
    (objected,) = await room.says("pieter", "!dossier wensen")
    assert without_number(objected.body) == without_number(never.body)
    assert "bezwaar" not in objected.body


async def test_a_professional_against_whom_the_patient_objected_hears_nothing_of_the_objection(room: Room) -> None:
    await room.world.choose(ConsentDecision.DENY, f"person:{room.world.id('ruben')}", "S4")
    (answer,) = await room.says("ruben", "!dossier wensen", TEAM)
    assert "Dit is niet voor u opengesteld, of het bestaat niet." in answer.body
    assert "bezwaar" not in answer.body
    assert "AVG art. 21" not in answer.body


@pytest.mark.parametrize("command", ["!dossier", "!help", "!wie", "!pijn 3", "!portaal", "!bijpraten", "!bestaatniet"])
async def test_somebody_discharged_hears_only_the_neutral_refusal(room: Room, command: str) -> None:
    await fill_the_dossier(room)
    await room.discharge("samira")
    (answer,) = await room.says("samira", command, TEAM)
    assert answer.body.startswith("Dat kan niet: iets vragen of vastleggen in deze kring.")
    assert "Uw plaats in de zorg voor deze patiënt is nu niet actief." in answer.body
    assert "Anna" not in answer.body
    (entry,) = await room.world.logged(AuditEvent.REFUSED)
    assert entry.user_id == room.world.id("samira")


async def test_a_locum_whose_period_is_over_is_refused_on_the_minute(room: Room) -> None:
    until = room.world.clock().replace(hour=18)
    await room.admit("joost", until=until)
    room.world.clock.at = until.replace(hour=17, minute=59)
    (inside,) = await room.says("joost", "!pijn 3", TEAM)
    assert inside.body == "Vastgelegd als S5-1."
    room.world.clock.at = until
    (outside,) = await room.says("joost", "!pijn 3", TEAM)
    assert outside.body.startswith("Dat kan niet")


async def test_the_neighbour_who_is_in_the_room_and_not_in_the_circle_gets_nothing(room: Room) -> None:
    await fill_the_dossier(room)
    await room.joins("wim", CIRCLE)
    message = room.message("wim", "!dossier")
    assert await room.receive(message) is InboxState.REFUSED
    (answer,) = await room.hears()
    assert without_number(answer.body) == (
        "Dat kan niet: iets vragen of vastleggen in deze kring. Dit is niet voor u opengesteld, of het bestaat niet. "
        "(BW 7:457 lid 1) Hulp: de palliatieve zorgcoach van deze kring of de huisarts. Meer uitleg: !waarom N"
    )


async def test_somebody_whom_the_hub_does_not_know_gets_no_answer_at_all(room: Room) -> None:
    message = room.message("@vreemd:elders", "!dossier")
    assert await room.receive(message) is InboxState.REFUSED
    assert await room.hears() == []


async def test_a_command_in_a_room_of_no_circle_gets_no_answer(room: Room) -> None:
    assert await room.receive(room.message("gerda", "!dossier", "!ergens-anders")) is InboxState.REFUSED
    assert await room.hears() == []


# Why?


async def why(room: Room, who: str, question: str = "!waarom", place: str = CIRCLE) -> str:
    """What somebody reads about a decision, in private; the room hears only that it is there."""
    private, told = await room.says(who, question, place)
    assert (where(private), private.person_id) == ("private", room.world.id(who))
    assert told.body == "De uitleg staat in uw privékamer met Kring."
    return private.body


async def test_waarom_names_the_rule_and_the_law_of_a_permit(room: Room) -> None:
    await room.says("samira", "!pijn 8", TEAM)
    body = await why(room, "samira", place=TEAM)
    assert "3-11-2026 10:00: toegestaan" in body
    assert "De thuiszorg legt klachten, mantelzorg, zorgplan en stervensfase vast." in body
    assert "BW 7:454 lid 1" in body
    assert "regel home-care-record" in body


async def test_waarom_about_a_whole_dossier_names_every_rule_that_opened_it(room: Room) -> None:
    await room.says("samira", "!dossier", TEAM)
    body = await why(room, "samira", place=TEAM)
    assert "regel home-care-read)" in body
    assert "regel home-care-read-own-relation)" in body


async def test_waarom_explains_a_refusal_by_its_number(room: Room) -> None:
    (answer,) = await room.says("pieter", "!dossier wensen")
    number = answer.body.rsplit(" ", 1)[-1]
    await room.says("pieter", "!pijn 4")
    body = await why(room, "pieter", f"!waarom {number}")
    assert "geweigerd" in body
    assert "guard-relative-consent" in body


async def test_waarom_never_tells_of_an_objection(room: Room) -> None:
    await room.world.choose(ConsentDecision.DENY, f"person:{room.world.id('ruben')}", "S4")
    await room.says("ruben", "!dossier wensen", TEAM)
    body = await why(room, "ruben", place=TEAM)
    assert "bezwaar" not in body.lower()
    assert "guard-objection" not in body
    assert "Wat niet uitdrukkelijk mag, mag niet" in body


async def test_waarom_never_tells_of_a_death(room: Room) -> None:
    await room.world.choose(ConsentDecision.PERMIT, "role:relative", "S4")
    await she_dies(room)
    (answer,) = await room.says("pieter", "!dossier wensen")
    assert "overl" not in answer.body.lower()
    body = await why(room, "pieter")
    assert "overl" not in body.lower()
    assert "guard-after-death" not in body


async def she_dies(room: Room) -> None:
    async with room.hub.database.transaction() as connection:
        await connection.execute(update(patient).values(state=PatientState.DECEASED.value))


async def test_somebody_elses_number_explains_nothing(room: Room) -> None:
    (answer,) = await room.says("pieter", "!dossier wensen")
    number = answer.body.rsplit(" ", 1)[-1]
    theirs, unknown = await room.says("gerda", f"!waarom {number}"), await room.says("gerda", "!waarom 99999")
    assert bodies(theirs) == bodies(unknown)
    assert bodies(theirs) == "Er is geen beslissing van u met dit nummer om uit te leggen."
