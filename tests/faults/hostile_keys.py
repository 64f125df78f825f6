"""What a stranger or a homeserver sends beside the rooms: to-device messages, keys, and lies in a sync (D3, F31)."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator

from bots.runtime.crypto.machine import CryptoMachine
from bots.runtime.untrusted import JsonObject
from hub.adapters.sql.matrix_records import CryptoState
from tests.faults.hostile_inputs import (
    DELETE,
    KEES,
    NUMBERS,
    ROOM,
    WRONG,
    Hostile,
    envelopes,
    event_id,
    events,
    relations,
    set_at,
)
from tests.runtime.post_office import PASSPHRASE, Person
from tests.runtime.scripted import BOT, ScriptedBot


def to_device() -> Iterator[Hostile]:
    """What any stranger on the homeserver may send (D3; T8)."""

    def post(event: object) -> Callable[[ScriptedBot], None]:
        return lambda bot: bot.server.post(event)

    def olm(change: Callable[[JsonObject], None]) -> Callable[[ScriptedBot], None]:
        def deliver(bot: ScriptedBot) -> None:
            ours = bot.client.keeper.machine.curve25519
            content: JsonObject = {
                "algorithm": "m.olm.v1.curve25519-aes-sha2",
                "sender_key": bot.marieke.machine.curve25519,
                "ciphertext": {ours: {"type": 0, "body": "AwogAAAA"}},
            }
            event = {"type": "m.room.encrypted", "sender": KEES, "content": content}
            if content["ciphertext"]:
                change(event)
            # The place of our own key is named so that a change can find it.
            if isinstance(content.get("ciphertext"), dict) and "OURS" in content["ciphertext"]:
                content["ciphertext"] = {ours: content["ciphertext"]["OURS"]}
            bot.server.post(event)

        return deliver

    for name, value in WRONG.items():
        yield Hostile("to-device", f"instead-of-event-{name}", post(value))
        yield Hostile("to-device", f"type-{name}", post({"type": value, "sender": KEES, "content": {}}))
        yield Hostile(
            "to-device", f"content-{name}", post({"type": "m.room.encrypted", "sender": KEES, "content": value})
        )
        if name != "text":
            yield Hostile("to-device", f"sender-{name}", olm(set_at("sender", to=value)))
        yield Hostile("to-device", f"sender-key-{name}", olm(set_at("content", "sender_key", to=value)))
        yield Hostile("to-device", f"ciphertext-{name}", olm(set_at("content", "ciphertext", to=value)))
        yield Hostile("to-device", f"message-{name}", olm(set_at("content", "ciphertext", to={"OURS": value})))
        if name not in {"true", "zero"}:
            kind = {"OURS": {"type": value, "body": "AwogAAAA"}}
            yield Hostile("to-device", f"message-kind-{name}", olm(set_at("content", "ciphertext", to=kind)))
        for number in (0, 1):
            body = {"OURS": {"type": number, "body": value}}
            yield Hostile("to-device", f"message-body-{number}-{name}", olm(set_at("content", "ciphertext", to=body)))
    for body in ("!!!", "Aw", "é", "A" * 70_000, "AwogZm9v", "AAAA", "/////w", "Aw==", " AwogAAAA"):
        for number in (0, 1):
            changed = {"OURS": {"type": number, "body": body}}
            yield Hostile("to-device", f"junk-{number}-{body[:8]}", olm(set_at("content", "ciphertext", to=changed)))
    in_clear = {"algorithm": "m.megolm.v1.aes-sha2", "room_id": ROOM, "session_id": "s", "session_key": "AgAAAA"}
    for kind in ("m.room_key", "m.forwarded_room_key", "m.secret.send", "m.dummy"):
        yield Hostile("to-device", f"in-clear-{kind}", post({"type": kind, "sender": KEES, "content": in_clear}))
    for kind in ("m.room_key_request", "m.secret.request", "m.key.verification.request", "m.key.verification.start"):
        asked = {"action": "request", "requesting_device_id": "X", "request_id": "1", "body": in_clear}
        yield Hostile("to-device", f"asks-{kind}", post({"type": kind, "sender": KEES, "content": asked}))
    for name, value in WRONG.items():
        withheld = {"type": "m.room_key.withheld", "sender": KEES, "content": value}
        yield Hostile("withheld", f"content-{name}", post(withheld))
        proper = {"algorithm": "m.megolm.v1.aes-sha2", "code": "m.unverified", "session_id": "s"}
        if not isinstance(value, str) or name in {"nul", "half-a-character", "empty-text", "long"}:
            yield Hostile("withheld", f"room-{name}", post({**withheld, "content": {**proper, "room_id": value}}))
    for name, inside in _OLM_PAYLOADS.items():
        yield Hostile("to-device", f"olm-{name}", _olm_payload(inside))


_OLM_PAYLOADS: dict[str, Callable[[JsonObject], object]] = {
    "no-object": lambda _p: [],
    "other-recipient": lambda p: {**p, "recipient": KEES},
    "other-recipient-key": lambda p: {**p, "recipient_keys": {"ed25519": "A" * 43}},
    "other-sender": lambda p: {**p, "sender": "@marieke:kring.test"},
    "no-keys": lambda p: {k: v for k, v in p.items() if k != "keys"},
    "keys-list": lambda p: {**p, "keys": []},
    "no-type": lambda p: {k: v for k, v in p.items() if k != "type"},
    "type-list": lambda p: {**p, "type": []},
    "unknown-type": lambda p: {**p, "type": "nl.elders.iets"},
    "verification": lambda p: {**p, "type": "m.key.verification.request"},
    "secret": lambda p: {**p, "type": "m.secret.send", "content": {"request_id": "1", "secret": "x"}},
    "key-without-room": lambda p: {**p, "content": {k: v for k, v in p["content"].items() if k != "room_id"}},
    "key-junk": lambda p: {**p, "content": {**p["content"], "session_key": "!!!"}},
    "key-cut": lambda p: {**p, "content": {**p["content"], "session_key": p["content"]["session_key"][:80]}},
    "key-number": lambda p: {**p, "content": {**p["content"], "session_key": 7}},
    "claim-junk": lambda p: {**p, "sender_device_keys": {"user_id": p["sender"], "device_id": "TELEFOON"}},
    "claim-text": lambda p: {**p, "sender_device_keys": "TELEFOON"},
    "forwarded-unasked": lambda p: {
        **p,
        "type": "m.forwarded_room_key",
        "content": {
            **p["content"],
            "sender_key": "A" * 43,
            "sender_claimed_ed25519_key": "A" * 43,
            "forwarding_curve25519_key_chain": [],
        },
    },
}


def neighbour(bot: ScriptedBot, *, signed: bool = True) -> Person:
    """A new account of Kees."""
    user = f"@kees{next(NUMBERS)}:kring.test"
    return bot.server.office.settle_in(CryptoMachine(user, "TELEFOON", CryptoState(), PASSPHRASE), signed=signed)


def _olm_payload(inside: Callable[[JsonObject], object]) -> Callable[[ScriptedBot], None]:
    """An Olm message that opens, with something else inside than a proper key."""

    def deliver(bot: ScriptedBot) -> None:
        kees = neighbour(bot)
        kees.look_up(BOT)
        (device,) = [
            d for d in kees.machine.devices.active_of(BOT) if d.curve25519 == bot.client.keeper.machine.curve25519
        ]
        kees.machine.receive_claimed_keys(bot.server.office.claim(device))
        kees.machine.devices_without_key(ROOM, [device])
        group = kees.machine._outbound.current(ROOM)
        assert group is not None
        session = kees.machine._olm.session_store.get(device.curve25519)
        payload = {
            "type": "m.room_key",
            "sender": kees.user_id,
            "sender_device": "TELEFOON",
            "keys": {"ed25519": kees.machine.fingerprint},
            "recipient": BOT,
            "recipient_keys": {"ed25519": device.ed25519},
            "content": {
                "algorithm": "m.megolm.v1.aes-sha2",
                "room_id": ROOM,
                "session_id": group.group.id,
                "session_key": group.group.session_key,
            },
        }
        kind, body = session.encrypt(json.dumps(inside(payload))).to_parts()
        text = base64.b64encode(body).decode().rstrip("=")
        content = {
            "algorithm": "m.olm.v1.curve25519-aes-sha2",
            "sender_key": kees.machine.curve25519,
            "ciphertext": {device.curve25519: {"type": kind, "body": text}},
        }
        bot.server.post({"type": "m.room.encrypted", "sender": kees.user_id, "content": content})

    return deliver


_SHOWN: dict[str, Callable[[JsonObject, str], object]] = {}
"""Name → a change of what ``/keys/query`` shows of one person."""
for _place, _path in {
    "device": ("device_keys", "U", "TELEFOON"),
    "devices": ("device_keys", "U"),
    "device-keys": ("device_keys", "U", "TELEFOON", "keys"),
    "ed25519": ("device_keys", "U", "TELEFOON", "keys", "ed25519:TELEFOON"),
    "curve25519": ("device_keys", "U", "TELEFOON", "keys", "curve25519:TELEFOON"),
    "signatures": ("device_keys", "U", "TELEFOON", "signatures"),
    "owner": ("device_keys", "U", "TELEFOON", "user_id"),
    "device-id": ("device_keys", "U", "TELEFOON", "device_id"),
    "master": ("master_keys", "U"),
    "master-keys": ("master_keys", "U", "keys"),
    "self-signing": ("self_signing_keys", "U"),
    "self-signing-signatures": ("self_signing_keys", "U", "signatures"),
    "usage": ("self_signing_keys", "U", "usage"),
}.items():
    for _name, _value in (WRONG | {"missing": DELETE, "forty-three": "A" * 43, "not-canonical": "/" * 43}).items():
        _SHOWN[f"{_place}-{_name}"] = lambda shown, user, path=_path, value=_value: set_at(  # type: ignore[misc]
            *(user if part == "U" else part for part in path), to=value
        )(shown)


def keys() -> Iterator[Hostile]:
    """Somebody's message, while the homeserver shows this of their devices and identity (T13, N7)."""
    for name, change in _SHOWN.items():
        yield Hostile("keys", name, _shows(change))
    yield Hostile("keys", "unsigned-device", _shows(lambda _s, _u: None, signed=False))
    for name, value in WRONG.items():
        if name not in {"null", "object"}:
            yield Hostile("key-counts", f"counts-{name}", _lies(("device_one_time_keys_count",), value))
        if name not in {"zero"}:
            counts = {"signed_curve25519": value}
            yield Hostile("key-counts", f"count-{name}", _lies(("device_one_time_keys_count",), counts))


def _shows(change: Callable[[JsonObject, str], object], *, signed: bool = True) -> Callable[[ScriptedBot], None]:
    def deliver(bot: ScriptedBot) -> None:
        kees = neighbour(bot, signed=signed)
        bot.hears(kees, "!pijn 9", ROOM)
        change(bot.server.office.shown, kees.user_id)

    return deliver


def _lies(path: tuple[str, ...], value: object) -> Callable[[ScriptedBot], None]:
    """The next sync answer has this there."""

    def deliver(bot: ScriptedBot) -> None:
        def rewrite(answer: JsonObject) -> JsonObject:
            bot.server.rewrite = lambda answer: answer
            target = answer
            for name in path[:-1]:
                target = target.setdefault(name, {})
            target[path[-1]] = value
            return answer

        bot.server.rewrite = rewrite

    return deliver


def lies() -> Iterator[Hostile]:
    """Members, invitations, rooms and device lists of no shape (D2)."""
    for name, value in WRONG.items():
        for field in ("state_key", "sender", "content"):
            yield Hostile("member", f"{field}-{name}", _member({field: value}))
        if name != "text":
            yield Hostile("member", f"membership-{name}", _member({"content": {"membership": value}}))
        yield Hostile("invite", f"state-{name}", _lies(("rooms", "invite"), {"!elders": {"invite_state": value}}))
        yield Hostile(
            "invite", f"event-{name}", _lies(("rooms", "invite"), {"!elders": {"invite_state": {"events": [value]}}})
        )
        if name != "object":
            yield Hostile("room", f"instead-of-room-{name}", _lies(("rooms", "join", "!elders"), value))
            yield Hostile("room", f"instead-of-left-{name}", _lies(("rooms", "leave", "!elders"), value))
        if name not in {"null", "object"}:
            yield Hostile("room", f"timeline-{name}", _lies(("rooms", "join", "!elders"), {"timeline": value}))
            yield Hostile("device-list", f"instead-of-lists-{name}", _lies(("device_lists",), value))
        if name not in {"null", "list"}:
            yield Hostile(
                "room", f"events-{name}", _lies(("rooms", "join", "!elders"), {"timeline": {"events": value}})
            )
            yield Hostile("device-list", f"changed-{name}", _lies(("device_lists", "changed"), value))
        yield Hostile("device-list", f"person-{name}", _lies(("device_lists", "changed"), [value]))
        if isinstance(value, str) and name != "text":
            yield Hostile("room", f"named-{name}", _lies(("rooms", "join", value), {}))


def _member(change: JsonObject) -> Callable[[ScriptedBot], None]:
    proper = {"type": "m.room.member", "state_key": KEES, "sender": KEES, "content": {"membership": "join"}}
    return lambda bot: bot.server.put(ROOM, {**proper, "event_id": event_id(), "origin_server_ts": 1, **change})


def all_inputs() -> list[Hostile]:
    return [*events(), *envelopes(), *relations(), *to_device(), *keys(), *lies()]
