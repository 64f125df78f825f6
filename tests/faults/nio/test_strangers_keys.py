"""What a stranger or a member with a broken client can send to stop a bot on stock nio, each with one request."""

import secrets
from typing import Any
from urllib.parse import quote

import pytest

from bots.runtime.crypto.signing import SigningKey
from tests.faults.nio.bedside import Bedside
from tests.faults.nio.conftest import NewBot
from tests.homeserver.world import Account, transaction

pytestmark = pytest.mark.real
KEES_DEVICE = "DEVICEK1A2B3C43"
GOOD_KEY = "3p7bfXt9wbTTW2HC7OQ1Nz+DQ8hbeGdNrfx+FG+IK08"
ALGORITHMS = ["m.olm.v1.curve25519-aes-sha2", "m.megolm.v1.aes-sha2"]


def signed(user_id: str, curve25519: str) -> dict[str, Any]:
    """Device keys with a proper signature of their own, whatever the Curve25519 key is."""
    key = SigningKey(secrets.token_bytes(32))
    body = {
        "user_id": user_id,
        "device_id": KEES_DEVICE,
        "algorithms": ALGORITHMS,
        "keys": {f"ed25519:{KEES_DEVICE}": key.public, f"curve25519:{KEES_DEVICE}": curve25519},
    }
    signature = next(iter(key.sign(body, user_id)["signatures"][user_id].values()))
    return {**body, "signatures": {user_id: {f"ed25519:{KEES_DEVICE}": signature}}}


def unsigned(user_id: str, ed25519: str, curve25519: str) -> dict[str, Any]:
    return {
        "user_id": user_id,
        "device_id": KEES_DEVICE,
        "algorithms": ALGORITHMS,
        "keys": {f"ed25519:{KEES_DEVICE}": ed25519, f"curve25519:{KEES_DEVICE}": curve25519},
        "signatures": {user_id: {f"ed25519:{KEES_DEVICE}": "A" * 86}},
    }


async def upload(kees: Account, device_keys: dict[str, Any]) -> int:
    status, _answer = await kees.call("POST", "/keys/upload", {"device_keys": device_keys})
    return status


async def test_a_member_with_malformed_keys_neither_stops_the_bot_nor_makes_it_dumb(bedside: Bedside) -> None:
    """Stock nio ends on a malformed Ed25519 key, and cannot send at all to a room with a malformed Curve25519 key."""
    kees, bot = bedside.ward.circle.kees, bedside.bot.client
    await bedside.ward.invite(bedside.room, kees.user_id)
    await kees.must("POST", f"/rooms/{quote(bedside.room)}/join", {})
    bad = ("AAAA", "!" * 43, GOOD_KEY + "AAAA", "", "é" * 43)
    tried = [unsigned(kees.user_id, ed, GOOD_KEY) for ed in bad]
    tried += [unsigned(kees.user_id, GOOD_KEY, curve) for curve in bad]
    tried += [signed(kees.user_id, curve) for curve in (*bad, "A" * 43)]
    everybody = [bedside.fatima.user_id, bedside.bram.user_id, kees.user_id]
    taken = 0
    for number, device_keys in enumerate(tried):
        taken += await upload(kees, device_keys) == 200
        await bot.keys.follow([kees.user_id])
        await bot.keys.refresh([kees.user_id], force=True)
        sent = await bot.send_text(bedside.room, f"Ik werk nog: {number}", recipients=everybody)
        assert (kees.user_id, KEES_DEVICE) not in sent.share.got
    assert taken >= 5, "the homeserver takes most of these"
    assert await bedside.bram.wait_for(f"Ik werk nog: {len(tried) - 1}", room=bedside.room)
    said = await bedside.fatima.say(bedside.room, "En ik hoor u.")
    assert await bedside.bot.hears(said)


async def test_junk_from_somebody_who_shares_no_room_does_not_stop_the_bot(bedside: Bedside) -> None:
    """One such request of any account on the homeserver ended a bot on stock nio."""
    kees, bot = bedside.ward.circle.kees, bedside.bot.client
    ours = bot.keeper.machine.curve25519
    junk: list[Any] = [
        {"algorithm": ALGORITHMS[0], "sender_key": key, "ciphertext": {ours: {"type": kind, "body": body}}}
        for key in (GOOD_KEY, "x")
        for kind in (0, 1, 7)
        for body in ("", "!!!", "AwogZm9v", "A" * 5000)
    ]
    junk += [
        {}, {"algorithm": ALGORITHMS[0]}, {"algorithm": ALGORITHMS[0], "sender_key": GOOD_KEY, "ciphertext": []},
        {"algorithm": 7, "ciphertext": {ours: 3}}, {"algorithm": ALGORITHMS[1], "ciphertext": "x"},
    ]  # fmt: skip
    for content in junk:
        path = f"/sendToDevice/m.room.encrypted/{transaction()}"
        await kees.must("PUT", path, {"messages": {bot.user_id: {bot.device_id: content}}})
    said = await bedside.fatima.say(bedside.room, "Hoort u mij?")
    assert (await bedside.bot.hears(said)).body == "Hoort u mij?"


async def test_a_stranger_who_empties_the_one_time_keys_keeps_nobody_from_being_heard(
    bedside: Bedside, new_bot: NewBot
) -> None:
    """Fifty requests while the bot is away; stock nio then never reads whoever comes new, nor what they say later."""
    bot = await new_bot()
    await bedside.enter(bot)
    await bedside.fatima.wait_for_device(bot.home.user_id, bot.client.device_id)
    wanted = {"one_time_keys": {bot.home.user_id: {bot.client.device_id: "signed_curve25519"}}}
    given: list[str] = []
    for _ in range(60):
        answer = await bedside.ward.circle.kees.must("POST", "/keys/claim", wanted)
        given += answer["one_time_keys"].get(bot.home.user_id, {}).get(bot.client.device_id, {})
    assert len(set(given)) < 60, "all one-time keys are gone: the fallback key came more than once"

    said = [await person.say(bedside.room, "Hoort u mij?") for person in (bedside.fatima, bedside.bram)]
    said.append(await bedside.fatima.say(bedside.room, "En nu?"))
    await bot.start_again()
    assert [(await bot.hears(one)).body for one in said] == ["Hoort u mij?", "Hoort u mij?", "En nu?"]

    fresh = await bedside.ward.circle.kees.must("POST", "/keys/claim", wanted)
    (name,) = fresh["one_time_keys"][bot.home.user_id][bot.client.device_id]
    assert name not in given, "and the supply is made up"
