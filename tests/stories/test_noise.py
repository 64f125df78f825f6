"""Noise: a phone rings for exactly who must act, and what can wait waits for the end of quiet hours (B2-24)."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from hub.application.ports import OutgoingMessage, Tone
from hub.domain.circle import RoomKind
from hub.domain.people import Person
from hub.domain.spoken import verbatim
from hub.domain.vocabulary import PatientState
from hub.domain.working_days import AMSTERDAM
from tests.stories.room import TEAM, Room, bodies

NIGHT = datetime.combine(date(2026, 11, 3), time(23, 30), AMSTERDAM).astimezone(UTC)
SEVEN = datetime.combine(date(2026, 11, 4), time(7), AMSTERDAM).astimezone(UTC)


@pytest.fixture
async def asleep(room: Room) -> Room:
    """Samira is not to be disturbed from ten to seven; it is half past eleven."""
    await room.private_room("samira")
    await room.says("samira", "!stil 22:00-7:00", "private-samira")
    await room.speaks()
    room.world.clock.at = NIGHT
    return room


async def tells(room: Room, who: str, body: str, tone: Tone = Tone.INFORMATION) -> None:
    """The coach has something for this person."""
    async with room.world.unit() as unit:
        context = await room.world.context(unit, "carla")
        await room.hub.speaker.private(unit, context, room.world.people[who], verbatim(body), (), tone=tone)


async def heard(room: Room) -> list[str]:
    return [body for _, body, _ in await room.speaks()]


def contents(room: Room) -> list[dict[str, Any]]:
    return [content for _, content, _, _ in room.sender.sent]


async def test_an_answer_is_a_notice_and_mentions_nobody(room: Room) -> None:
    await room.says("samira", "!taken", TEAM)
    await room.says("carla", "!wie", TEAM)
    await room.private_room("samira")
    assert await heard(room)
    assert {(content["msgtype"], str(content["m.mentions"])) for content in contents(room)} == {("m.notice", "{}")}


async def test_what_is_urgent_is_text_that_mentions_who_must_act_and_nobody_else(room: Room) -> None:
    await room.private_room("samira")
    await tells(room, "samira", "Bel nu.", Tone.URGENT)
    async with room.world.unit() as unit:
        context = await room.world.context(unit, "carla")
        alert: Person = room.world.people["gerda"]
        await room.hub.speaker.announce(unit, context, RoomKind.TEAM, "Iemand wacht.", alert=alert)
    assert sorted(await heard(room)) == ["Bel nu.", "Iemand wacht."]
    said = {content["body"]: (content["msgtype"], content["m.mentions"]) for content in contents(room)}
    assert said == {
        "Bel nu.": ("m.text", {"user_ids": [room.user("samira")]}),
        "Iemand wacht.": ("m.text", {"user_ids": [room.user("gerda")]}),
    }


async def test_who_is_not_in_the_room_is_not_mentioned_in_it(room: Room) -> None:
    async with room.world.unit() as unit:
        context = await room.world.context(unit, "carla")
        stranger = room.world.people["wim"]
        await room.hub.speaker.announce(unit, context, RoomKind.TEAM, "Iemand wacht.", alert=stranger)
    await heard(room)
    assert [content["m.mentions"] for content in contents(room)] == [{}]


async def test_what_can_wait_waits_until_seven_in_the_order_in_which_it_was_said(asleep: Room) -> None:
    for body in ("een", "twee"):
        await tells(asleep, "samira", body)
    asleep.world.clock.at = SEVEN - timedelta(seconds=1)
    await tells(asleep, "samira", "drie")
    assert await heard(asleep) == []
    asleep.world.clock.at = SEVEN
    await tells(asleep, "samira", "vier")
    assert await heard(asleep) == ["een", "twee", "drie", "vier"]


async def test_what_is_urgent_comes_through_and_so_does_the_answer_to_her_own_question(asleep: Room) -> None:
    await tells(asleep, "samira", "kan wachten")
    await tells(asleep, "samira", "Bel nu.", Tone.URGENT)
    assert await heard(asleep) == ["Bel nu."]
    await asleep.receive(asleep.message("samira", "!taken", "private-samira"))
    assert "U heeft geen open taken." in "\n".join(await heard(asleep))


async def test_about_somebody_who_is_dying_nothing_waits(asleep: Room) -> None:
    world = asleep.world
    async with world.unit() as unit:
        await unit.declarations.set_state(
            world.patient_id, PatientState.DYING, world.clock(), world.id("gerda"), world.id("gerda")
        )
    await tells(asleep, "samira", "Zij ademt anders.")
    assert await heard(asleep) == ["Zij ademt anders."]


async def test_others_hear_everything_as_always(asleep: Room) -> None:
    await asleep.private_room("gerda")
    await tells(asleep, "gerda", "gewoon")
    assert await heard(asleep) == ["gewoon"]


async def test_who_ends_quiet_hours_hears_at_once_what_waited(asleep: Room) -> None:
    await tells(asleep, "samira", "kan wachten")
    said = bodies(await asleep.says("samira", "!stil uit", "private-samira"))
    assert "U heeft geen stille uren" in said
    assert (await heard(asleep))[0] == "kan wachten"


async def test_quiet_hours_are_somebodys_own_and_said_to_them_alone(room: Room) -> None:
    said: list[OutgoingMessage] = await room.says("samira", "!stil 22-7", TEAM)
    in_team = [message for message in said if message.room_kind is RoomKind.TEAM]
    assert "22:00" not in bodies(in_team)
    assert "Uw stille uren: 22:00-7:00" in bodies(said)
    assert "Uw stille uren: 22:00-7:00" in bodies(await room.says("samira", "!stil", TEAM))
    assert "geen stille uren" in bodies(await room.says("gerda", "!stil", TEAM))
    assert "Schrijf: !stil 22:00-7:00" in bodies(await room.says("gerda", "!stil morgen", TEAM))
