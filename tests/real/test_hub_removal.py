"""From the decision that somebody must leave, the bot says nothing there until they are out, and nothing that they can
read afterwards: shown with two devices of the person, who get every ciphertext handed to them (I5, F19, F20, T12).
"""

from __future__ import annotations

import asyncio
import secrets
import time
from typing import Any
from urllib.parse import quote

import pytest

from hub.homeserver.provisioning import AdminCredentials, Provisioning
from tests.homeserver.other_hub import everybody_may_enter
from tests.homeserver.world import Account

from .element import Element, ElementProcess
from .hub_circle import (
    ANSWER_SECONDS,
    BOT,
    GATEKEEPER,
    PatientsCircle,
    Somebody,
    add_person,
    ask,
    heard,
    open_circle,
)
from .hub_process import HubProcess, Said

pytestmark = pytest.mark.real

BURST = 100


async def element_of(hub: HubProcess, process: ElementProcess, person: Somebody) -> Element:
    """Another device of the same person, that they have not confirmed."""
    name = f"{person.user}#{secrets.token_hex(2)}"
    return await Element.log_in(process, name, hub.homeserver, person.user, person.password, cross_sign=False)


async def second_device(hub: HubProcess, process: ElementProcess, person: Somebody, first: Element) -> Element:
    """Another device of the same person, signed with the same identity."""
    element = await element_of(hub, process, person)
    await first.wait_for_device(person.matrix_id, element.device_id)
    await first.sign_device(element.device_id)
    return element


async def in_a_thread(hub: HubProcess, *arguments: str) -> Said:
    """The command line, while people go on talking."""
    return await asyncio.to_thread(hub.kring, *arguments)


async def operator(hub: HubProcess, user_id: str | None = None) -> Account:
    """The operator of the homeserver, or (with the admin API) anybody whose name the operator takes."""
    async with Provisioning(hub.homeserver, "kring.localhost", AdminCredentials(hub.data / "secrets")) as provisioning:
        token = await provisioning._admin_token()
    account = Account(hub.homeserver, "@kring-beheer:kring.localhost", token)
    if user_id is None:
        return account
    answer = await account.must("POST", f"/_synapse/admin/v1/users/{quote(user_id)}/login", {})
    return Account(hub.homeserver, user_id, str(answer["access_token"]))


async def stored(account: Account, room: str) -> list[dict[str, Any]]:
    """What the homeserver keeps of a room, oldest first."""
    events: list[dict[str, Any]] = []
    position = ""
    while True:
        path = f"/rooms/{quote(room)}/messages?dir=b&limit=500{position}"
        answer = await account.must("GET", path)
        events += answer["chunk"]
        if not answer["chunk"] or "end" not in answer:
            return [{**event, "room_id": room} for event in events[::-1]]
        position = f"&from={quote(answer['end'])}"


def of_the_bot(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [e for e in events if e["sender"] == BOT and e["type"] == "m.room.encrypted"]


def after_leaving(events: list[dict[str, Any]], user_id: str) -> list[dict[str, Any]]:
    left = [
        number
        for number, event in enumerate(events)
        if event["type"] == "m.room.member"
        and event["state_key"] == user_id
        and event["content"]["membership"] == "leave"
    ]
    assert left, "never left"
    return events[left[-1] + 1 :]


async def readable(person: Element, events: list[dict[str, Any]]) -> int:
    return sum([(await person.decrypt(event)).readable for event in events])


async def circle_with(
    hub: HubProcess, process: ElementProcess, role: str
) -> tuple[PatientsCircle, Element, Element, Element, Somebody]:
    """Coach Carla, GP Gerda, and Sam with two signed devices, all greeted in the team room."""
    coach = add_person(hub, "coach", "Carla", "Vermeer")
    gp = add_person(hub, "gp", "Gerda", "Huisman", "De Brug")
    other = add_person(hub, role, "Sam", "Oudkerk", "Rijnstate")
    circle = open_circle(hub, process, coach)
    carla = await circle.arrive(coach, circle.rooms)
    gerda = await circle.arrive(gp, circle.admit(gp))
    sam = await circle.arrive(other, circle.admit(other))
    for person in (carla, gerda, sam):
        await heard(person, circle.team_room)
    return circle, carla, gerda, sam, other


async def test_who_is_sent_away_in_the_middle_of_a_hundred_answers_reads_none_of_the_later_ones_and_all_others_do(
    running_hub: HubProcess, element_process: ElementProcess
) -> None:
    """The patient takes back her consent for Sam while the bot is answering Gerda a hundred times."""
    circle, carla, gerda, sam, other = await circle_with(running_hub, element_process, "specialist")
    tablet = await second_device(running_hub, element_process, other, sam)
    room = circle.team_room
    before = await ask(carla, room, "!pijn 4 terwijl Sam er nog was")
    for device in (sam, tablet):
        assert (await device.wait_for(before.body, room=room, sender=BOT, readable=True)).event_id == before.event_id
    point = await gerda.mark()

    async def questions() -> None:
        for number in range(BURST):
            await gerda.say(room, f"!pijn {number % 11} vraag {number}")

    async def decision() -> float:
        await gerda.wait_for("vraag 30", room=room, after=point, seconds=120)
        began = time.monotonic()
        await in_a_thread(
            running_hub, "circle", "discharge", circle.patient, other.id, "--reason", "patient-withdrawal"
        )
        await sam.wait_for_membership("leave", room)
        return time.monotonic() - began

    _, seconds = await asyncio.gather(questions(), decision())
    last = await ask(gerda, room, "!help", seconds=120)
    assert "Wat u Kring kunt vragen" in last.body

    everything = await stored(await operator(running_hub, GATEKEEPER), room)
    later = of_the_bot(after_leaving(everything, other.matrix_id))
    said_by_bot = of_the_bot(everything)
    answers = said_by_bot[[e["event_id"] for e in said_by_bot].index(before.event_id) + 1 :]
    assert len(later) >= BURST // 3, "most of the answers come after the decision"
    for device in (sam, tablet):
        assert await readable(device, later) == 0
    for person in (carla, gerda):
        opened = [await person.decrypt(event) for event in answers]
        assert all(one.readable for one in opened), person.name
        said = [str((one.content or {}).get("body")) for one in opened]
        confirmed = {body for body in said if body.startswith("Vastgelegd als")}
        assert len(confirmed) == BURST, "nobody misses an answer"
    print(f"left after {seconds:.2f} s (command line included); {len(later)} later answers, 0 readable by Sam")


async def test_an_answer_right_after_a_removal_is_readable_by_the_others_only(
    running_hub: HubProcess, element_process: ElementProcess
) -> None:
    circle, carla, gerda, sam, other = await circle_with(running_hub, element_process, "specialist")
    tablet = await second_device(running_hub, element_process, other, sam)
    room = circle.team_room
    before = await ask(carla, room, "!pijn 4 met Sam erbij")
    await tablet.wait_for(before.body, room=room, sender=BOT, readable=True)
    await in_a_thread(running_hub, "circle", "discharge", circle.patient, other.id, "--reason", "care-ended")
    began = time.monotonic()
    answer = await ask(gerda, room, "!pijn 5 direct daarna")
    await sam.wait_for_membership("leave", room)
    waited = time.monotonic() - began

    everything = await stored(await operator(running_hub, GATEKEEPER), room)
    later = after_leaving(everything, other.matrix_id)
    assert answer.event_id in {event["event_id"] for event in later}, "it waited until Sam was out"
    assert await readable(sam, of_the_bot(later)) == await readable(tablet, of_the_bot(later)) == 0
    assert await readable(carla, of_the_bot(later)) == len(of_the_bot(later)) >= 1
    print(f"the answer came {waited:.2f} s after the decision")


async def test_a_newcomer_can_open_nothing_of_before_and_gets_no_bundle_of_old_keys(
    running_hub: HubProcess, element_process: ElementProcess
) -> None:
    circle, carla, _gerda, _sam, _other = await circle_with(running_hub, element_process, "home_care")
    room = circle.team_room
    for score in range(3):
        await ask(carla, room, f"!pijn {score} voor Noor kwam")
    newcomer = add_person(running_hub, "pharmacist", "Noor", "Kamphuis", "Apotheek De Vijzel")
    noor = await circle.arrive(newcomer, circle.admit(newcomer))
    await heard(noor, room)
    answer = await ask(carla, room, "!pijn 7 nu Noor er is")
    await noor.wait_for(answer.body, room=room, sender=BOT, readable=True)

    everything = await stored(await operator(running_hub, GATEKEEPER), room)
    joined = next(
        number
        for number, event in enumerate(everything)
        if event["type"] == "m.room.member"
        and event["state_key"] == newcomer.matrix_id
        and event["content"]["membership"] == "join"
    )
    old = [event for event in everything[:joined] if event["type"] == "m.room.encrypted"]
    assert len(of_the_bot(old)) >= 3
    assert await readable(noor, of_the_bot(old)) == 0


async def test_a_ghost_whom_the_operator_puts_in_the_room_gets_nothing_and_the_team_hears_of_it_at_once(
    running_hub: HubProcess, element_process: ElementProcess
) -> None:
    """The operator takes the gatekeeper's name and the hub's place, and lets a stranger in."""
    circle, carla, gerda, _sam, _other = await circle_with(running_hub, element_process, "specialist")
    room = circle.circle_room
    await heard(carla, room)
    stranger = add_person(running_hub, "relative", "Wim", "Stroband")
    ghost = await circle.arrive(stranger, ())
    gatekeeper = await operator(running_hub, GATEKEEPER)
    point, began = await carla.mark(), time.monotonic()

    invite = f"/rooms/{quote(room)}/invite"
    refused = await gatekeeper.call("POST", invite, {"user_id": stranger.matrix_id})
    assert refused[0] == 403, "the gatekeeper's name is not enough: the hub says no"
    async with everybody_may_enter(running_hub.data):
        await gatekeeper.must("POST", invite, {"user_id": stranger.matrix_id})
        joined = await ghost.request("POST", f"/_matrix/client/v3/rooms/{quote(room)}/join", {})
    entries = len(circle.show(circle.coach))
    if joined.status == 200:
        await ghost.request(
            "PUT",
            f"/_matrix/client/v3/rooms/{quote(room)}/send/m.room.encrypted/{secrets.token_hex(4)}",
            {"algorithm": "m.megolm.v1.aes-sha2", "ciphertext": "AwgA", "session_id": "x", "sender_key": "y"},
        )
    alarm = await carla.wait_for(
        "die er niet hoort", room=circle.team_room, sender=BOT, after=point, seconds=ANSWER_SECONDS
    )
    seconds = time.monotonic() - began
    assert "in de kringkamer" in alarm.body
    await ghost.wait_for_membership("leave", room)

    answer = await ask(gerda, circle.team_room, "!pijn 3 zonder spook")
    assert answer.readable
    await ask(gerda, room, "!help")
    everything = of_the_bot(await stored(gatekeeper, room))
    assert await readable(ghost, everything) == 0
    assert await ghost.sessions(room) == set()
    assert len(circle.show(circle.coach)) == entries + 1, "only what Gerda recorded"
    logged = running_hub.kring("audit", "list", circle.patient).json["entries"]
    assert any(e["event"] == "circle.entering-refused" and e["object"] == f"person:{stranger.id}" for e in logged)
    assert any(e["event"] == "circle.room-repaired" and "circle:stranger-removed" in e["detail"] for e in logged)
    print(f"joined: {joined.status}; alarm after {seconds:.2f} s")


GUARDED = {
    "m.room.history_visibility": {"history_visibility": "shared"},
    "m.room.join_rules": {"join_rule": "public"},
    "m.room.guest_access": {"guest_access": "can_join"},
    "m.room.power_levels": {"users_default": 100},
}


async def test_what_the_operator_changes_in_a_room_is_refused_or_changed_back_at_once_and_told(
    running_hub: HubProcess, element_process: ElementProcess
) -> None:
    """Even under the gatekeeper's name the guard refuses what would open a room; what it lets pass is put back.

    What an operator changes past the guard, in the server's own tables, is put back the same way:
    ``tests/bots/test_removal_barrier.py``.
    """
    coach = add_person(running_hub, "coach", "Carla", "Vermeer")
    circle = open_circle(running_hub, element_process, coach)
    carla = await circle.arrive(coach, circle.rooms)
    await heard(carla, circle.team_room)
    gatekeeper = await operator(running_hub, GATEKEEPER)
    for kind, content in GUARDED.items():
        assert (await gatekeeper.set_state(circle.team_room, kind, content))[0] == 403, kind

    as_made = await gatekeeper.state(circle.team_room, "m.room.name")
    point, began = await carla.mark(), time.monotonic()
    status, _answer = await gatekeeper.set_state(circle.team_room, "m.room.name", {"name": "Kring van Anna de Wit"})
    assert status == 200
    alarm = await carla.wait_for("hersteld", room=circle.team_room, sender=BOT, after=point, seconds=ANSWER_SECONDS)
    print(f"put back and told after {time.monotonic() - began:.2f} s")
    assert "de naam" in alarm.body
    assert await gatekeeper.state(circle.team_room, "m.room.name") == as_made


async def test_on_the_roster_and_joined_and_signed_are_all_three_needed_for_a_key(
    running_hub: HubProcess, element_process: ElementProcess
) -> None:
    """Gerda's laptop she never confirmed; Noor is admitted and has not come; each lacks one of the three.

    Who is joined and signed and not on the roster makes the bot silent: the test about the ghost.
    """
    coach = add_person(running_hub, "coach", "Carla", "Vermeer")
    gp = add_person(running_hub, "gp", "Gerda", "Huisman", "De Brug")
    circle = open_circle(running_hub, element_process, coach)
    room = circle.team_room
    carla = await circle.arrive(coach, circle.rooms)
    gerda = await circle.arrive(gp, circle.admit(gp))
    await heard(gerda, room)
    laptop = await element_of(running_hub, element_process, gp)
    await carla.wait_for_device(gerda.user_id, laptop.device_id)
    invited = add_person(running_hub, "pharmacist", "Noor", "Kamphuis", "Apotheek De Vijzel")
    circle.admit(invited)
    noor = await circle.arrive(invited, ())
    await noor.wait_for_invite(room)

    answer = await ask(carla, room, "!pijn 4")
    (stored_answer,) = [
        event for event in await stored(await operator(running_hub, GATEKEEPER), room)
        if event["event_id"] == answer.event_id
    ]  # fmt: skip
    assert (await gerda.decrypt(stored_answer)).readable
    for without in (laptop, noor):
        assert not (await without.decrypt(stored_answer)).readable
        assert stored_answer["content"]["session_id"] not in await without.sessions(room)
