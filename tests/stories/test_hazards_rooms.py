"""HAZ-04 and HAZ-13: the wrong room, and what leaks beside the message (law-and-care §6)."""

import json
import re

import pytest

from hub.application.speaking import NEUTRAL
from hub.application.use_cases.people import display_name
from hub.domain.circle import RoomKind, room_name
from hub.domain.vocabulary import Section
from hub.homeserver.configuration import HomeserverOptions, homeserver_configuration
from hub.homeserver.guard_rules import REMOVAL_REASON, GuardRules, RoomEvent, RoomFacts
from hub.homeserver.question import Question
from hub.homeserver.room_templates import room_body, space_body
from tests.stories.room import CIRCLE, TEAM, Room, bodies, where
from tests.world import NAMES, PATIENT


async def test_haz04_everybody_knows_who_reads_along_and_what_is_for_professionals_stays_theirs(room: Room) -> None:
    """Pieter, the son, is in the circle room; Samira asks there for the medication, as she would among colleagues."""
    await room.greets()
    said = await room.hears()
    team = [message.body for message in said if message.room_kind is RoomKind.TEAM]
    circle = [message.body for message in said if message.room_kind is RoomKind.CIRCLE]
    assert any("Pieter de Wit" in body and "leest" in body and "mee in de kringkamer" in body for body in team)
    assert all("Iedereen in deze kamer leest mee, ook de patiënt en naasten." in body for body in circle)
    for body in (*team[:1], *circle):
        assert "Anna de Wit, geboren 14-3-1952" in body or "mee in de kringkamer" in body, "whose circle, by two marks"

    await room.says("gerda", "!noteer medicatie: morfinepomp 2 mg per uur", TEAM)
    answers = await room.says("samira", "!dossier medicatie", CIRCLE)
    assert {where(message): message.body for message in answers}["circle"] == NEUTRAL
    assert "morfinepomp" in bodies(m for m in answers if where(m) == "private")

    answers = await room.says("samira", "!dossier medicatie", TEAM)
    assert [where(message) for message in answers] == ["team"], "among themselves they read it in the room"
    # Between writing and saying a relative turns up in the team room, by whatever mistake: nothing is said there.
    await room.says("samira", "!dossier medicatie", TEAM)
    await room.joins("pieter", TEAM)
    assert not [said for said in await room.speaks() if said[0] == room.place(TEAM)]


async def test_haz04_the_patient_is_known_from_the_room_and_no_text_turns_it_to_another(room: Room) -> None:
    """Whatever name is typed: what is written in this room is about the patient of this room."""
    await room.says("samira", "!noteer klachten: dit gaat over Karel de Vries, kamer 12", TEAM)
    (entry,) = await room.world.read("gerda", Section.S5)
    assert entry.patient_id == room.world.patient_id
    elsewhere = await room.says("samira", "!pijn 5", "!elders:kring.test")
    assert elsewhere == [], "a room that is no circle's belongs to no patient"


@pytest.mark.parametrize("kind", [k for k in RoomKind if k not in {RoomKind.PRIVATE, RoomKind.PERSONAL}])
async def test_haz04_the_rooms_tell_themselves_apart_by_name(room: Room, kind: RoomKind) -> None:
    async with room.world.unit() as unit:
        pseudonym = (await unit.circles.get(room.world.circle_id)).pseudonym
    names = {room_name(pseudonym, one) for one in RoomKind}
    assert len(names) == len(RoomKind)
    assert pseudonym in room_name(pseudonym, kind)


async def test_haz13_nothing_beside_the_message_says_who_is_ill_with_what(room: Room) -> None:
    """What the homeserver, a phone maker and somebody with the server's disk see: no name, no place, no illness."""
    async with room.world.unit() as unit:
        circle = await unit.circles.get(room.world.circle_id)
        places = await unit.rooms.of_circle(circle.id)
    beside: list[str] = [room_name(circle.pseudonym, kind) for kind in RoomKind]
    beside += [json.dumps(room_body(name)) + json.dumps(space_body(name)) for name in beside]
    beside += [place.room_id for place in places]
    beside += [person.matrix_id or "" for person in room.world.people.values()]
    beside += [display_name(room.world.people[who]) for who in (PATIENT, "pieter", "wim")]
    beside.append(REMOVAL_REASON)
    beside.append(
        Question("n", 1, "join", places[0].room_id, room.user("anna"), room.user("anna")).as_json("x").decode()
    )
    seen = "\n".join(beside)
    for name in (*NAMES, "palliatief", "kanker", "stervensfase", "hospice"):
        assert name.lower() not in seen.lower(), name
    assert re.search(r"19\d\d-\d\d-\d\d|99999\d", seen) is None, "no birth date and no BSN"


async def test_haz13_the_homeserver_tells_nobody_outside_and_a_phone_maker_only_that_there_is_something(
    room: Room,
) -> None:
    settings = homeserver_configuration(HomeserverOptions(room.hub.settings.data))
    assert settings["federation_domain_whitelist"] == []
    assert settings["push"] == {"include_content": False}
    assert settings["allow_public_rooms_without_auth"] is False
    assert settings["user_directory"] == {"enabled": False}
    assert settings["presence"] == {"enabled": False}
    assert settings["limit_profile_requests_to_users_who_share_rooms"] is True
    assert "federation" not in str(settings["listeners"])


async def test_haz13_nobody_can_put_a_name_in_what_the_server_reads(room: Room) -> None:
    """The gatekeeper neither, by whatever mistake of ours: the guard refuses text beside the encryption."""
    rules = GuardRules(room.hub.settings.gatekeeper)
    inside = RoomFacts("join", room.hub.settings.gatekeeper, is_encrypted=True, name="Kring 7F3K · team")
    secret = "mevrouw de Wit, borstkanker"
    for event in (
        RoomEvent("m.room.message", room.user("carla"), {"msgtype": "m.text", "body": secret}),
        RoomEvent("m.room.encrypted", room.user("carla"), {"algorithm": "m.megolm.v1.aes-sha2", "body": secret}),
        RoomEvent("m.room.topic", room.hub.settings.gatekeeper, {"topic": secret}, ""),
        RoomEvent("m.reaction", room.user("carla"), {"m.relates_to": {"rel_type": "m.annotation", "key": secret}}),
        RoomEvent(
            "m.room.member", room.hub.settings.gatekeeper, {"membership": "leave", "reason": secret}, room.user("ruben")
        ),
        RoomEvent("m.room.redaction", room.user("carla"), {"redacts": "$x", "reason": secret}),
    ):
        assert rules.refusal(event, inside) is not None, event.type
