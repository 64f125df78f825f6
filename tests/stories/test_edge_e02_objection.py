"""E2: mevrouw de Wit objects to one relative. It beats every other grant, and he is not told that it was she."""

import pytest

from bots.dossier.commands import COMMANDS
from hub.domain.circle import RoomKind
from hub.domain.consent import ConsentDecision
from hub.domain.errors import CommandRejected
from hub.domain.observations import PainScore, Reporter
from hub.domain.vocabulary import Section
from hub.domain.wishes import Place, PreferredPlaceOfDeath
from tests.stories.family import reads, represents
from tests.stories.room import CIRCLE, Room, bodies

YES, NO = ConsentDecision.PERMIT, ConsentDecision.DENY


async def what_pieter_read(room: Room) -> None:
    await room.world.record("carla", PreferredPlaceOfDeath(Place.HOME))
    await room.world.record("samira", PainScore(8, Reporter.PROFESSIONAL, "botpijn"))
    await room.says("anna", "!toestemming ja Pieter")
    assert await reads(room.world, "pieter") == {Section.S4, Section.S5}


async def test_e02_the_objected_relative_reads_nothing_gets_no_key_and_leaves_silently(room: Room) -> None:
    await what_pieter_read(room)
    own = await room.private_room("pieter")
    answers = await room.says("anna", "!toestemming nee Pieter")
    assert {one.person_id for one in answers if one.room_kind is RoomKind.PRIVATE} == {room.world.id("anna")}
    for section in Section:
        (answer, *_) = await room.says("pieter", f"!dossier {section}", own)
        assert "Dat kan niet" in answer.body
        assert not {"bezwaar", "geblokkeerd", "Anna"} & set(answer.body.split())
    await room.says("samira", "!pijn 4")
    assert await room.speaks() == [], "the room is silent until he is out of it"
    await room.leaves("pieter", CIRCLE)
    async with room.world.unit() as unit:
        await unit.outbox.hasten(room.world.clock())
    for _, body, users in await room.speaks():
        assert room.user("pieter") not in users
        assert "bezwaar" not in body


async def test_e02_who_was_shut_out_hears_the_same_as_who_only_left(room: Room) -> None:
    """Two relatives, two ends, one answer: nothing tells Pieter that he was blocked."""
    await room.world.admit("wim")
    await room.joins("wim", CIRCLE)
    await room.discharge("wim")
    await room.says("anna", "!toestemming nee Pieter")
    heard = {who: bodies(await room.says(who, "!dossier wensen")) for who in ("pieter", "wim")}

    def without_number(text: str) -> str:
        return text.rsplit("!waarom", 1)[0]

    assert without_number(heard["pieter"]) == without_number(heard["wim"])


async def test_e02_an_objection_beats_the_invitation_of_another(room: Room) -> None:
    await what_pieter_read(room)
    await room.says("anna", "!toestemming nee Pieter")
    with pytest.raises(CommandRejected, match="bezwaar") as refused:
        await room.world.admit("pieter")
    assert refused.value.code == "patient-objected"
    await room.says("anna", "!toestemming ja Pieter")
    await room.admit("pieter")
    assert await reads(room.world, "pieter") == {Section.S4, Section.S5}


async def test_e02_an_objection_to_all_relatives_closes_him_while_he_stays_in_the_room(room: Room) -> None:
    await room.world.record("carla", PreferredPlaceOfDeath(Place.HOME))
    await room.says("anna", "!toestemming ja naasten voor wensen")
    assert await reads(room.world, "pieter") == {Section.S4}
    await room.says("anna", "!toestemming nee naasten")
    (answer, *_) = await room.says("pieter", "!dossier wensen")
    assert "Dit onderdeel is nog niet voor u opengesteld" in answer.body or "bestaat niet" in answer.body


async def test_e02_who_represents_her_now_is_limited_by_the_doctor_alone(room: Room) -> None:
    """BW 7:465 lid 4; while she decides herself she may object to anybody."""
    await represents(room, "karin", "Karin", "Smit", "volmacht van 3 maart, gezien")
    await room.says("anna", "!toestemming nee Karin")
    async with room.world.unit() as unit:
        records = await unit.consents.of_patient(room.world.patient_id)
    assert records[-1].decision is NO


def test_e02_objecting_takes_no_more_than_permitting() -> None:
    """AVG 7 lid 3: one word of difference."""
    usage = COMMANDS["toestemming"].usage
    assert "ja|nee" in usage
