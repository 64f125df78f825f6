"""Whose device a room key comes from: what we say of our own, and what others say of theirs (MSC4147; N7, N15).

Fictional: Marieke Bos (GP), Kees Blok (neighbour).
"""

import json
from collections.abc import Callable
from typing import Any

import pytest

from bots.runtime.crypto.cross_signing import CrossSigningIdentity, CrossSigningSeeds
from bots.runtime.crypto.decryption import NoKey
from bots.runtime.crypto.devices import read_device, read_identity
from bots.runtime.crypto.to_device import CLAIM, payload
from bots.runtime.trust import TrustedMessage
from bots.runtime.untrusted import JsonObject
from hub.domain.errors import UntrustedSender
from tests.runtime.post_office import Person, PostOffice, pin_of

MARIEKE, KEES, BOT = "@marieke:kring.test", "@kees:kring.test", "@dossier:kring.test"
Told = Callable[[JsonObject], object]


@pytest.fixture
def office() -> PostOffice:
    return PostOffice()


@pytest.fixture
def marieke(office: PostOffice) -> Person:
    return office.arrive(MARIEKE)


@pytest.fixture
def bot(office: PostOffice) -> Person:
    return office.arrive(BOT)


def opened(monkeypatch: pytest.MonkeyPatch, reader: Person) -> list[JsonObject]:
    """The payloads that this person's machine reads from now on."""
    payloads: list[JsonObject] = []
    whole = reader.machine._olm._handle_olm_event

    def seen(sender: str, sender_key: str, payload: JsonObject) -> Any:
        payloads.append(payload)
        return whole(sender, sender_key, payload)

    monkeypatch.setattr(reader.machine._olm, "_handle_olm_event", seen)
    return payloads


def told_by_all(monkeypatch: pytest.MonkeyPatch, told: Told) -> None:
    """From now on every message claims this instead of what its sender's own keys are."""

    def otherwise(own: JsonObject, *more: Any) -> JsonObject:
        return {**payload(own, *more), CLAIM: told(own)}

    monkeypatch.setattr("bots.runtime.crypto.to_device.payload", otherwise)


def test_a_room_key_brings_the_bots_device_keys_as_the_homeserver_would_show_them(
    office: PostOffice, bot: Person, marieke: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    payloads = opened(monkeypatch, marieke)
    bot.say("Goedemorgen.", marieke)
    (inside,) = payloads
    office.shown["device_keys"][BOT]["TELEFOON"]["unsigned"] = {"device_display_name": "Kring"}
    claimed, shown = inside[CLAIM], office.shown["device_keys"][BOT]["TELEFOON"]
    assert claimed == {name: value for name, value in shown.items() if name != "unsigned"}
    identity = read_identity(BOT, office.shown)
    assert identity is not None
    device = read_device(BOT, "TELEFOON", claimed, identity)
    assert device is not None
    assert device.signed_by == identity.master_key, "so a phone that asked nobody can check it"
    assert not [name for name in inside if name.startswith("org.matrix")], "both names make Element drop the message"


def test_the_word_that_mends_a_broken_session_brings_them_too(
    office: PostOffice, bot: Person, marieke: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    bot.look_up(MARIEKE)
    (phone,) = bot.machine.devices.active_of(MARIEKE)
    bot.machine._olm.wedged_devices.append(phone)
    bot.machine.receive_claimed_keys(office.claim(phone))
    ((_device, dummy),) = bot.machine.take_dummies()
    payloads = opened(monkeypatch, marieke)
    event = {"type": "m.room.encrypted", "sender": BOT, "content": json.loads(json.dumps(dummy))}
    assert marieke.machine.receive_to_device(event) is None
    assert [(one["type"], one[CLAIM]["user_id"]) for one in payloads] == [("m.dummy", BOT)]


def test_a_claim_gives_nobody_a_device_or_trust(office: PostOffice, bot: Person, marieke: Person) -> None:
    """What Kees' phone says of itself is true and signed, and the homeserver was not asked: unknown it stays."""
    kees = office.arrive(KEES)
    pin = pin_of(kees)
    message = kees.say("!behandelgrens reanimeren ja", bot)
    bot.look_up(MARIEKE)
    assert bot.machine.devices.all_of(KEES) == []
    refused = bot.judge(message, pin)
    assert isinstance(refused, UntrustedSender)
    assert refused.code == "unknown-device"
    bot.look_up(KEES)
    assert isinstance(bot.judge(message, pin), TrustedMessage), "it is the homeserver's list and the pin that count"


def test_a_device_that_is_not_signed_counts_no_more_for_claiming_an_identity_of_its_own(
    office: PostOffice, bot: Person
) -> None:
    kees = office.arrive(KEES, signed=False)
    kees.machine.own_keys.present_as(CrossSigningIdentity(KEES, CrossSigningSeeds.fresh()))
    message = kees.say("!pijn 9", bot)
    bot.look_up(KEES)
    assert isinstance(bot.judge(message, None), UntrustedSender)
    (phone,) = bot.machine.devices.active_of(KEES)
    assert phone.signed_by is None


def _without_own_signature(claim: JsonObject) -> JsonObject:
    names = [name for name in claim["signatures"][KEES] if name != "ed25519:TELEFOON"]
    return {**claim, "signatures": {KEES: {name: claim["signatures"][KEES][name] for name in names}}}


def _with_another_name(claim: JsonObject) -> JsonObject:
    keys = {name.replace("TELEFOON", "LAPTOP"): key for name, key in claim["keys"].items()}
    return {**claim, "device_id": "LAPTOP", "keys": keys}


@pytest.mark.parametrize(
    "told",
    [
        lambda _claim: None,
        lambda _claim: {},
        lambda _claim: [],
        lambda _claim: "TELEFOON",
        lambda claim: {**claim, "user_id": MARIEKE},
        lambda claim: {**claim, "device_id": 7},
        lambda claim: {**claim, "keys": {}},
        lambda claim: {**claim, "signatures": {}},
        _without_own_signature,
        _with_another_name,
    ],
)
def test_a_key_with_a_false_claim_beside_it_is_not_kept(
    told: Told, office: PostOffice, bot: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    kees = office.arrive(KEES)
    told_by_all(monkeypatch, told)
    assert isinstance(bot.machine.decrypt(kees.say("!pijn 9", bot)), NoKey)


def test_nobody_can_pass_for_the_gp_by_showing_her_device_keys(
    office: PostOffice, bot: Person, marieke: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are public: anybody can copy them."""
    kees = office.arrive(KEES)
    told_by_all(monkeypatch, lambda _claim: marieke.machine.own_keys.presented)
    assert isinstance(bot.machine.decrypt(kees.say("!pijn 9", bot)), NoKey)
