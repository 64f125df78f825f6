"""The Element client that other tests lean on does what Element does: colleagues understand each other, others do not.

Everything runs on a real homeserver with Kring's guard, so what a hostile member may try is refused here too.
"""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Any

import pytest

from .element import ElementError, ElementGoneError, ElementProcess
from .world import Colleagues

pytestmark = pytest.mark.real


async def test_two_cross_signed_people_understand_each_other_in_strict_mode(colleagues: Colleagues) -> None:
    fatima, bram, room = colleagues.fatima, colleagues.bram, colleagues.room

    question = await fatima.say(room, "Mevrouw heeft pijn, 8 uit 10.")
    heard = await bram.wait_for("8 uit 10", room=room, sender=fatima.user_id)
    assert heard.event_id == question
    assert heard.encrypted
    shield = await bram.shield(question)
    assert shield is not None
    assert shield.colour == "NONE"

    reply = await bram.say(room, "Ik bel zo terug.", reply_to=question, mentions=[fatima.user_id])
    answered = await fatima.wait_for(reply_to=question)
    assert (answered.event_id, answered.body) == (reply, "Ik bel zo terug.")
    assert answered.content["m.mentions"] == {"user_ids": [fatima.user_id]}

    trust = await bram.trust(fatima.user_id)
    assert [device.signed_by_owner for device in trust.devices] == [True]
    assert not trust.needs_approval


async def test_an_edit_changes_what_is_read_and_stays_one_message(colleagues: Colleagues) -> None:
    said = await colleagues.fatima.say(colleagues.room, "Pijn 8")
    await colleagues.bram.wait_for("Pijn 8", room=colleagues.room)

    edit = await colleagues.fatima.edit(colleagues.room, said, "Pijn 3")
    arrived = await colleagues.bram.wait_for(replaces=said)
    now = await colleagues.bram.message(said)

    assert arrived.event_id == edit
    assert now is not None
    assert (now.body, now.edited_by) == ("Pijn 3", edit)


async def test_threads_and_reactions_arrive_where_they_belong(colleagues: Colleagues) -> None:
    fatima, bram, room = colleagues.fatima, colleagues.bram, colleagues.room
    root = await fatima.say(room, "Wie haalt de pomp?")
    await bram.wait_for("Wie haalt de pomp?", room=room)

    await bram.say(room, "Ik haal hem.", thread=root)
    await bram.react(room, root, "👍")

    in_thread = await fatima.wait_for(thread=root)
    assert in_thread.body == "Ik haal hem."
    thumb = await fatima.wait_for(room=room, type="m.reaction")
    assert (thumb.relates_to, thumb.reaction, thumb.encrypted) == (root, "👍", False)


async def test_a_file_is_encrypted_on_the_server_and_readable_by_the_receiver(colleagues: Colleagues) -> None:
    letter = b"Geachte collega, " + secrets.token_bytes(70_000)

    sent = await colleagues.fatima.send_file(colleagues.room, "brief.pdf", letter, mimetype="application/pdf")
    received = await colleagues.bram.wait_for("brief.pdf", room=colleagues.room)

    assert received.event_id == sent
    assert await colleagues.bram.read_file(sent) == letter
    media = received.content["file"]["url"].removeprefix("mxc://")
    stored = await colleagues.bram.request("GET", f"/_matrix/client/v1/media/download/{media}")
    assert stored.status == 200
    assert "Geachte collega" not in stored.body


async def test_an_unsigned_device_neither_reads_nor_is_read_in_strict_mode(colleagues: Colleagues) -> None:
    fatima, bram, room = colleagues.fatima, colleagues.bram, colleagues.room
    unsigned = await colleagues.ward.device(bram.user_id, cross_sign=False, strict=False)
    await unsigned.wait_for_membership("join", room)
    await fatima.wait_for_device(bram.user_id, unsigned.device_id)

    withheld = await fatima.say(room, "Alleen voor ondertekende apparaten.")
    unreadable = await unsigned.wait_for(room=room, failure="MEGOLM_KEY_WITHHELD_FOR_UNVERIFIED_DEVICE")
    assert unreadable.event_id == withheld
    stored = await unsigned.request("GET", f"/_matrix/client/v3/rooms/{room}/event/{withheld}")
    assert not (await unsigned.decrypt(stored.body)).readable
    assert (await bram.decrypt(stored.body)).readable

    ignored = await unsigned.say(room, "Hoort u mij?")
    refused = await fatima.wait_for(room=room, sender=bram.user_id, failure="UNSIGNED_SENDER_DEVICE")
    assert refused.event_id == ignored
    await unsigned.stop(log_out=True)


async def test_a_new_identity_is_noticed_by_the_others(colleagues: Colleagues) -> None:
    ward, fatima = colleagues.ward, colleagues.fatima
    before = await ward.person("J. (naaste)")
    room = await ward.room(fatima, before)

    renewed = await ward.device(before.user_id, reset_identity=True)
    await fatima.wait_for_device(before.user_id, renewed.device_id)
    trust = await fatima.trust(before.user_id)

    signed = {device.device_id: device.signed_by_owner for device in trust.devices}
    assert signed == {before.device_id: False, renewed.device_id: True}
    await fatima.leave(room)
    await before.stop()
    await renewed.stop()


async def test_after_removal_no_key_arrives(colleagues: Colleagues) -> None:
    fatima, bram, room = colleagues.fatima, colleagues.bram, colleagues.room
    await fatima.say(room, "Bram leest dit.")
    await bram.wait_for("Bram leest dit.", room=room)
    await colleagues.ward.remove(room, bram.user_id)
    await bram.wait_for_membership("leave", room)
    held = await bram.sessions(room)

    later = await fatima.say(room, "Bram leest dit niet.")
    stored = await fatima.request("GET", f"/_matrix/client/v3/rooms/{room}/event/{later}")

    assert held
    assert stored.body["content"]["session_id"] not in await bram.sessions(room)
    assert not (await bram.decrypt(stored.body)).readable


async def test_someone_without_a_connection_catches_up(colleagues: Colleagues) -> None:
    fatima, bram, room = colleagues.fatima, colleagues.bram, colleagues.room
    await bram.go_offline()
    point = await bram.mark()
    for number in range(5):
        await fatima.say(room, f"Bericht {number}")
    assert await bram.messages(room=room) == []

    await bram.come_online()
    await bram.wait_for("Bericht 4", room=room, after=point)

    assert len(await bram.messages(pattern=r"^Bericht \d$", room=room)) == 5


def hostile_attempts(room: str, member: str) -> dict[str, tuple[str, str, Any]]:
    """What a member of a circle could try with a client of their own: method, path, body."""
    base = f"/_matrix/client/v3/rooms/{room}"
    return {
        "a message in clear": ("PUT", f"{base}/send/m.room.message/1", {"msgtype": "m.text", "body": "open en bloot"}),
        "inviting": ("POST", f"{base}/invite", {"user_id": "@k00000000:kring.localhost"}),
        "taking power": ("PUT", f"{base}/state/m.room.power_levels/", {"users": {member: 100}}),
        "sharing history": (
            "PUT",
            f"{base}/state/m.room.history_visibility/",
            {"history_visibility": "world_readable"},
        ),
        "upgrading the room": ("POST", f"{base}/upgrade", {"new_version": "11"}),
        "making a room": ("POST", "/_matrix/client/v3/createRoom", {"preset": "private_chat"}),
    }


async def test_a_member_with_a_client_of_their_own_is_refused_all_that_the_gatekeeper_keeps(
    colleagues: Colleagues,
) -> None:
    before = {event["event_id"] for event in await colleagues.bram.state(colleagues.room)}

    answers = {
        what: await colleagues.bram.request(*attempt)
        for what, attempt in hostile_attempts(colleagues.room, colleagues.bram.user_id).items()
    }

    assert {what: (answer.status, answer.code) for what, answer in answers.items()} == dict.fromkeys(
        answers, (403, "M_FORBIDDEN")
    )
    assert {event["event_id"] for event in await colleagues.bram.state(colleagues.room)} == before


async def test_waiting_for_what_nobody_says_ends_with_what_was_seen(colleagues: Colleagues) -> None:
    await colleagues.bram.say(colleagues.room, "Goedemorgen.")
    await colleagues.fatima.wait_for("Goedemorgen.", room=colleagues.room)

    with pytest.raises(ElementError, match=r"nothing fits .* within 200 ms; last seen: .*Goedemorgen"):
        await colleagues.fatima.wait_for("Goedenacht.", room=colleagues.room, seconds=0.2)


async def test_an_old_node_is_refused_with_one_clear_sentence(tmp_path: Path) -> None:
    old = tmp_path / "node"
    old.write_text('#!/bin/sh\necho "Node 22 or later is needed, this is v20" >&2\nexit 2\n')
    old.chmod(0o755)
    with pytest.raises(ElementGoneError, match="Node 22 or later"):
        async with ElementProcess(tmp_path / "node.log", node=old):
            pass
