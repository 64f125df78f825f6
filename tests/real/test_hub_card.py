"""The pinned card at Element: it is there, opens, is edited in place, and who comes later can read the new one."""

from __future__ import annotations

import asyncio
import time

import pytest

from .element import Element, ElementProcess
from .element_views import Message
from .hub_circle import BOT, add_person, ask, heard, open_circle
from .hub_process import HubProcess

pytestmark = pytest.mark.real

_PATIENCE = 60.0
_GLANCE = 0.25


async def pinned_in(element: Element, room: str) -> list[str]:
    """The ids of what is pinned, asked from the homeserver now."""
    for event in await element.state(room):
        if event["type"] == "m.room.pinned_events":
            return list(event["content"]["pinned"])
    return []


async def card_of(element: Element, room: str, containing: str = "Kaart van") -> Message:
    """The message that is pinned, once this person's Element shows it with these words."""
    until = time.monotonic() + _PATIENCE
    seen = ""
    while time.monotonic() < until:
        for event_id in await pinned_in(element, room):
            message = await element.message(event_id)
            seen = message.body if message is not None else "(not arrived)"
            if message is not None and message.readable and containing in message.body:
                return message
        await asyncio.sleep(_GLANCE)
    raise AssertionError(f"no pinned card with {containing!r}; last seen: {seen!r}")


async def test_the_card_is_pinned_edited_in_place_and_made_anew_for_who_comes_later(
    running_hub: HubProcess, element_process: ElementProcess
) -> None:
    coach = add_person(running_hub, "coach", "Carla", "Vermeer", "De Brug")
    gp = add_person(running_hub, "gp", "Gerda", "Huisman", "De Brug")
    circle = open_circle(running_hub, element_process, coach)
    room = circle.team_room
    carla = await circle.arrive(coach, circle.rooms)
    gerda = await circle.arrive(gp, circle.admit(gp))
    await heard(gerda, room)

    first = await card_of(gerda, room)
    assert (await card_of(carla, room)).event_id == first.event_id, "one card, and both can open it"
    assert first.sender == BOT
    assert "Reanimeren: NIET vastgelegd [S3]" in first.body
    assert "Carla Vermeer (palliatieve zorgcoach, De Brug)" in first.body
    assert len(first.body.splitlines()) <= 12

    await ask(carla, room, "!behandelgrens reanimatie nee, besproken op 3-11-2026 met patiënt")
    began = time.monotonic()
    await ask(gerda, room, "!bevestig S3-1")
    for person in (carla, gerda):
        edited = await card_of(person, room, "NIET reanimeren")
        assert edited.event_id == first.event_id, "in place: the same message, still pinned"
        assert edited.edited_by is not None
        assert not edited.body.startswith("*"), "Element shows it as an edit, not as a new text"
    print(f"on the card {time.monotonic() - began:.2f} s after the confirmation was typed")
    assert await pinned_in(carla, room) == [first.event_id], "exactly one"

    nurse = add_person(running_hub, "home_care", "Samira", "Bakker", "Rijnoever")
    samira = await circle.arrive(nurse, circle.admit(nurse))
    hers = await card_of(samira, room, "NIET reanimeren")
    assert hers.event_id != first.event_id
    assert (await card_of(carla, room, "NIET reanimeren")).event_id == hers.event_id
    before = await samira.message(first.event_id)
    assert before is None or not before.readable

    refused = await samira.request(
        "PUT", f"/_matrix/client/v3/rooms/{room}/state/m.room.pinned_events/", {"pinned": [first.event_id]}
    )
    assert refused.status == 403, "nobody but the gatekeeper pins"


async def test_the_course_arrives_as_a_picture_that_opens_with_the_same_in_words(
    running_hub: HubProcess, element_process: ElementProcess
) -> None:
    coach = add_person(running_hub, "coach", "Carla", "Vermeer", "De Brug")
    circle = open_circle(running_hub, element_process, coach)
    room = circle.team_room
    carla = await circle.arrive(coach, circle.rooms)
    await heard(carla, room)
    for score in (5, 8):
        await ask(carla, room, f"!pijn {score}")
    answer = await ask(carla, room, "!verloop pijn")
    assert answer.content["msgtype"] == "m.image"
    assert "Volgens de zorgverlener: 5, 8; hoogste 8" in answer.body
    assert (await carla.read_file(answer.event_id)).startswith(b"\x89PNG")
