"""The Element client that other tests lean on does what Element does: nurse and doctor talk, outsiders do not."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from pathlib import Path

import pytest

from .element import Element, ElementError, ElementGoneError, ElementProcess
from .plugin import LogIn
from .synapse import Account, BareSynapse

pytestmark = pytest.mark.real

ENCRYPTED = {"type": "m.room.encryption", "state_key": "", "content": {"algorithm": "m.megolm.v1.aes-sha2"}}
JOINED = {"type": "m.room.history_visibility", "state_key": "", "content": {"history_visibility": "joined"}}


@dataclass(frozen=True, slots=True)
class Room:
    """Nurse Fatima made this room and doctor Bram is in it."""

    room_id: str
    fatima: Element
    bram: Element
    account: dict[str, Account]


@pytest.fixture
async def room(bare_synapse: BareSynapse, element: LogIn) -> Room:
    unique = secrets.token_hex(3)
    accounts = {name: bare_synapse.register(f"{name}-{unique}") for name in ("fatima", "bram")}
    fatima, bram = [
        await element(f"{name}-{unique}", bare_synapse.url, account.user_id, account.password)
        for name, account in accounts.items()
    ]
    made = await fatima.request(
        "POST",
        "/_matrix/client/v3/createRoom",
        {"preset": "private_chat", "invite": [bram.user_id], "initial_state": [ENCRYPTED, JOINED]},
    )
    room_id = made.body["room_id"]
    await fatima.wait_for_membership("join", room_id)
    assert await bram.wait_for_invite() == room_id
    await bram.join(room_id)
    return Room(room_id, fatima, bram, accounts)


async def test_two_cross_signed_people_understand_each_other_in_strict_mode(room: Room) -> None:
    fatima, bram = room.fatima, room.bram

    question = await fatima.say(room.room_id, "Mevrouw heeft pijn, 8 uit 10.")
    heard = await bram.wait_for("8 uit 10", room=room.room_id, sender=fatima.user_id)
    assert heard.event_id == question
    assert heard.encrypted
    shield = await bram.shield(question)
    assert shield is not None
    assert shield.colour == "NONE"

    reply = await bram.say(room.room_id, "Ik bel zo terug.", reply_to=question, mentions=[fatima.user_id])
    answered = await fatima.wait_for(reply_to=question)
    assert (answered.event_id, answered.body) == (reply, "Ik bel zo terug.")
    assert answered.content["m.mentions"] == {"user_ids": [fatima.user_id]}

    trust = await bram.trust(fatima.user_id)
    assert [device.signed_by_owner for device in trust.devices] == [True]
    assert not trust.needs_approval


async def test_an_edit_changes_what_is_read_and_stays_one_message(room: Room) -> None:
    said = await room.fatima.say(room.room_id, "Pijn 8")
    await room.bram.wait_for("Pijn 8")

    edit = await room.fatima.edit(room.room_id, said, "Pijn 3")
    arrived = await room.bram.wait_for(replaces=said)
    now = await room.bram.message(said)

    assert arrived.event_id == edit
    assert now is not None
    assert (now.body, now.edited_by) == ("Pijn 3", edit)


async def test_threads_and_reactions_arrive_where_they_belong(room: Room) -> None:
    root = await room.fatima.say(room.room_id, "Wie haalt de pomp?")
    await room.bram.wait_for("Wie haalt de pomp?")

    await room.bram.say(room.room_id, "Ik haal hem.", thread=root)
    await room.bram.react(room.room_id, root, "👍")

    in_thread = await room.fatima.wait_for(thread=root)
    assert in_thread.body == "Ik haal hem."
    thumb = await room.fatima.wait_for(type="m.reaction")
    assert (thumb.relates_to, thumb.reaction, thumb.encrypted) == (root, "👍", False)


async def test_a_file_is_encrypted_on_the_server_and_readable_by_the_receiver(room: Room) -> None:
    letter = secrets.token_bytes(70_000)

    sent = await room.fatima.send_file(room.room_id, "brief.pdf", letter, mimetype="application/pdf")
    received = await room.bram.wait_for("brief.pdf", room=room.room_id)

    assert received.event_id == sent
    assert await room.bram.read_file(sent) == letter
    media = received.content["file"]["url"].removeprefix("mxc://")
    stored = await room.bram.request("GET", f"/_matrix/client/v1/media/download/{media}")
    assert stored.status == 200
    assert stored.body != letter


async def test_an_unsigned_device_neither_reads_nor_is_read_in_strict_mode(room: Room, element: LogIn) -> None:
    account = room.account["bram"]
    unsigned = await element(
        f"{account.user_id}/2", room.bram.homeserver, account.user_id, account.password, cross_sign=False, strict=False
    )
    await unsigned.wait_for_membership("join", room.room_id)

    await room.fatima.wait_for_device(account.user_id, unsigned.device_id)

    withheld = await room.fatima.say(room.room_id, "Alleen voor ondertekende apparaten.")
    unreadable = await unsigned.wait_for(room=room.room_id, failure="MEGOLM_KEY_WITHHELD_FOR_UNVERIFIED_DEVICE")
    assert unreadable.event_id == withheld
    stored = await unsigned.request("GET", f"/_matrix/client/v3/rooms/{room.room_id}/event/{withheld}")
    assert not (await unsigned.decrypt(stored.body)).readable
    assert (await room.bram.decrypt(stored.body)).readable

    ignored = await unsigned.say(room.room_id, "Hoort u mij?")
    refused = await room.fatima.wait_for(sender=room.bram.user_id, failure="UNSIGNED_SENDER_DEVICE")
    assert refused.event_id == ignored


async def test_a_new_identity_is_noticed_by_the_others(room: Room, element: LogIn) -> None:
    account = room.account["bram"]
    renewed = await element(
        f"{account.user_id}/new", room.bram.homeserver, account.user_id, account.password, reset_identity=True
    )

    await room.fatima.wait_for_device(account.user_id, renewed.device_id)
    trust = await room.fatima.trust(account.user_id)

    signed = {device.device_id: device.signed_by_owner for device in trust.devices}
    assert signed == {room.bram.device_id: False, renewed.device_id: True}


async def test_after_removal_no_key_arrives(room: Room) -> None:
    await room.fatima.say(room.room_id, "Bram leest dit.")
    await room.bram.wait_for("Bram leest dit.")
    await room.fatima.request("POST", f"/_matrix/client/v3/rooms/{room.room_id}/kick", {"user_id": room.bram.user_id})
    await room.bram.wait_for_membership("leave", room.room_id)
    held = await room.bram.sessions(room.room_id)

    later = await room.fatima.say(room.room_id, "Bram leest dit niet.")
    stored = await room.fatima.request("GET", f"/_matrix/client/v3/rooms/{room.room_id}/event/{later}")

    assert held
    assert stored.body["content"]["session_id"] not in await room.bram.sessions(room.room_id)
    assert not (await room.bram.decrypt(stored.body)).readable


async def test_someone_without_a_connection_catches_up(room: Room) -> None:
    await room.bram.go_offline()
    point = await room.bram.mark()
    for number in range(5):
        await room.fatima.say(room.room_id, f"Bericht {number}")

    await room.bram.come_online()
    await room.bram.wait_for("Bericht 4", after=point)

    assert len(await room.bram.messages(pattern=r"^Bericht \d$", room=room.room_id)) == 5


async def test_refusals_of_the_homeserver_are_answers(room: Room) -> None:
    base = f"/_matrix/client/v3/rooms/{room.room_id}"
    bram = room.bram

    power = await bram.request("PUT", f"{base}/state/m.room.power_levels/", {"users": {bram.user_id: 100}})
    upgrade = await bram.request("POST", f"{base}/upgrade", {"new_version": "11"})
    plain = await bram.request("PUT", f"{base}/send/m.room.message/1", {"msgtype": "m.text", "body": "open en bloot"})

    assert (power.status, power.code) == (403, "M_FORBIDDEN")
    assert (upgrade.status, upgrade.code) == (403, "M_FORBIDDEN")
    assert plain.status == 200  # a bare Synapse lets it pass; Kring's guard must not
    in_clear = await room.fatima.wait_for("open en bloot")
    assert not in_clear.encrypted
    assert {member.user_id for member in await room.fatima.members(room.room_id)} == {
        room.fatima.user_id,
        bram.user_id,
    }
    with pytest.raises(ElementError, match="nothing fits"):
        await room.fatima.wait_for("dit zegt niemand", seconds=0.2)


async def test_an_old_node_is_refused_with_one_clear_sentence(tmp_path: Path) -> None:
    old = tmp_path / "node"
    old.write_text('#!/bin/sh\necho "Node 22 or later is needed, this is v20" >&2\nexit 2\n')
    old.chmod(0o755)
    with pytest.raises(ElementGoneError, match="Node 22 or later"):
        async with ElementProcess(tmp_path / "node.log", node=old):
            pass
