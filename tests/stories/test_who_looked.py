"""Mevrouw de Wit asks who looked at her dossier, and closes it to one of them."""

import pytest

from hub.application.guard import Refused
from hub.domain.audit import AuditEvent
from hub.domain.consent import ConsentDecision
from hub.domain.entries import Note
from hub.domain.vocabulary import Section
from tests.stories.room import CIRCLE, Room, bodies, where
from tests.world import directive


async def test_inzage_tells_in_plain_words_who_looked_when_where_and_why(room: Room) -> None:
    world = room.world
    await world.record("samira", Note("Slaapt slecht."), Section.S5)
    for _ in range(3):
        await world.read("gerda", Section.S5)
    world.clock.pass_by(hours=1, minutes=2)
    await world.read("gerda", Section.S7)
    mine = await room.private_room("anna")
    (answer,) = await room.says("anna", "!inzage", mine)
    assert (
        "- Gerda Huisman (huisarts, Praktijk De Brug) keek 4 keer, voor het laatst op dinsdag 3 november 2026 om "
        "11:02, in Klachten en functioneren, Medicatie, omdat deze persoon u behandelt of voor u zorgt."
    ) in answer.body
    assert (
        "Samira Bakker (thuiszorg, Thuiszorg Rijnoever) keek niet in het dossier. Legde 1 keer iets vast."
        in answer.body
    )
    assert "Autoriteit Persoonsgegevens" in answer.body
    assert len(await world.logged(AuditEvent.LOG_READ)) == 1


async def test_asked_in_the_circle_room_the_answer_comes_to_her_alone(room: Room) -> None:
    await room.world.read("gerda", Section.S5)
    answers = await room.says("anna", "!inzage", CIRCLE)
    assert [where(one) for one in answers] == ["private", "circle"]
    assert "Huisman" not in answers[1].body


async def test_with_a_name_every_look_is_listed_and_what_the_bot_looked_up_is_said_so(room: Room) -> None:
    world = room.world
    await world.record("gerda", directive())
    await room.private_room("gerda")
    await room.says("gerda", "!dossier pzp", "private-gerda")
    mine = await room.private_room("anna")
    (answer,) = await room.says("anna", "!inzage huisman", mine)
    assert "- 3-11-2026 10:00: Proactieve zorgplanning" in answer.body
    (answer,) = await room.says("anna", "!inzage", mine)
    assert "1 keer daarvan via de dossierbot, die het voor deze persoon opzocht." in answer.body
    (answer,) = await room.says("anna", "!inzage Stroband", mine)
    assert "Bij die naam past niemand" in answer.body


async def test_who_was_refused_is_told_too(room: Room) -> None:
    await room.says("pieter", "!dossier pzp")
    mine = await room.private_room("anna")
    (answer,) = await room.says("anna", "!inzage", mine)
    assert (
        "Pieter de Wit (naaste) keek niet in het dossier. Werd 1 keer geweigerd, op dinsdag 3 november" in answer.body
    )


async def test_a_relative_hears_nothing_of_who_looked(room: Room) -> None:
    answer = bodies(await room.says("pieter", "!inzage"))
    assert "het logboek van deze kring inzien" in answer
    assert "Huisman" not in answer


async def test_one_message_objects_to_one_person_who_then_reads_nothing_and_hears_no_reason(room: Room) -> None:
    world = room.world
    await world.read("samira", Section.S5)
    await room.private_room("anna")
    answer = bodies(await room.says("anna", "!bezwaar tegen Bakker", "private-anna"))
    assert "Samira Bakker kan vanaf nu niets meer lezen en gaat uit uw kring." in answer
    assert "!bezwaar intrekken tegen Samira Bakker" in answer
    refused = bodies(await room.says("samira", "!dossier klachten"))
    assert "bezwaar" not in refused.casefold()
    assert "Uw plaats in de zorg voor deze patiënt is nu niet actief." in refused
    assert await world.logged(AuditEvent.CONSENT_RECORDED)


async def test_taking_it_back_takes_one_message_as_well(room: Room) -> None:
    world = room.world
    await room.private_room("anna")
    await room.says("anna", "!bezwaar tegen Bakker", "private-anna")
    answer = bodies(await room.says("anna", "!bezwaar intrekken tegen Samira Bakker", "private-anna"))
    assert "Uw bezwaar tegen Samira Bakker is ingetrokken." in answer
    await world.admit("samira")
    assert await world.read("samira", Section.S5) == []
    again = bodies(await room.says("anna", "!bezwaar intrekken tegen Bakker", "private-anna"))
    assert "Tegen deze persoon heeft u geen bezwaar gemaakt." in again


async def test_an_objection_against_the_lead_says_who_takes_over(room: Room) -> None:
    await room.private_room("anna")
    answer = bodies([m for m in await room.says("anna", "!bezwaar tegen Vermeer", "private-anna") if m.person_id])
    assert "Carla Vermeer had de regie over uw zorg. Die is nu bij Gerda Huisman." in answer
    assert "Er zit nu geen coach meer in uw kring. Bel uw huisarts." in answer
    async with room.world.unit() as unit:
        assert (await unit.circles.get(room.world.circle_id)).lead_id == room.world.id("gerda")


async def test_what_a_relative_could_read_before_is_what_opens_again_and_nothing_more(room: Room) -> None:
    world = room.world
    await room.private_room("anna")
    await world.choose(ConsentDecision.PERMIT, f"person:{world.id('pieter')}", "S4")
    await room.says("anna", "!bezwaar tegen Pieter de Wit", "private-anna")
    await room.says("anna", "!bezwaar intrekken tegen Pieter de Wit", "private-anna")
    await world.admit("pieter")
    assert await world.read("pieter", Section.S4) == []
    with pytest.raises(Refused):
        await world.read("pieter", Section.S3)


@pytest.mark.parametrize("who", ["carla", "gerda", "pieter"])
async def test_nobody_else_objects_for_her(room: Room, who: str) -> None:
    answer = bodies(await room.says(who, "!bezwaar tegen Bakker"))
    assert "vastgelegd" not in answer
    async with room.world.unit() as unit:
        recorded = await unit.consents.of_patient(room.world.patient_id)
    assert not [one for one in recorded if one.decision.value == "deny"]
