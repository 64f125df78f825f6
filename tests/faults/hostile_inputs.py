"""More than three hundred things that a stranger, a member or a homeserver may send to stop, deceive or tire the bot.

Each has a family and a name. ``Hostile.deliver`` puts it at the scripted homeserver; the bot then syncs once. Kees Blok
is the fictional neighbour who tries; every try with keys has an account of its own.
"""

from __future__ import annotations

import copy
import itertools
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from bots.runtime.untrusted import JsonObject
from tests.runtime.scripted import ScriptedBot

ROOM = "!kamer"
KEES = "@kees:kring.test"
NUMBERS = itertools.count(1)
DELETE = object()
DEEP: Any = "bodem"
for _level in range(700):
    DEEP = [DEEP]
HALF_A_CHARACTER = "\ud800"
# JSON of every type, of which never more than one fits.
WRONG: dict[str, Any] = {
    "null": None,
    "true": True,
    "zero": 0,
    "negative": -1,
    "huge": 2**70,
    "fraction": 1.5,
    "empty-text": "",
    "text": "zomaar",
    "nul": "a\x00b",
    "half-a-character": HALF_A_CHARACTER,
    "long": "x" * 300,
    "list": [],
    "object": {},
    "nested": DEEP,
}


@dataclass(frozen=True)
class Hostile:
    """``honest`` inputs look bad and are not: they end well, and are here so that refusing everything does not pass."""

    family: str
    name: str
    deliver: Callable[[ScriptedBot], None]

    @property
    def id(self) -> str:
        return f"{self.family}:{self.name}"


def event_id() -> str:
    return f"$vijandig{next(NUMBERS)}"


def put(change: Callable[[JsonObject], object]) -> Callable[[ScriptedBot], None]:
    """An event in the timeline, made from a proper one."""

    def deliver(bot: ScriptedBot) -> None:
        event: Any = {
            "type": "m.room.encrypted",
            "event_id": event_id(),
            "sender": KEES,
            "origin_server_ts": 1_790_000_000_000,
            "content": {"algorithm": "m.megolm.v1.aes-sha2", "session_id": "s", "ciphertext": "AwgA", "device_id": "D"},
        }
        changed = change(event)
        bot.server.put(ROOM, event if changed is None else changed)  # type: ignore[arg-type]

    return deliver


def set_at(*path: str, to: object) -> Callable[[JsonObject], None]:
    """A change: the value at ``path`` becomes ``to``, or is left out."""

    def change(value: JsonObject) -> None:
        target = value
        for name in path[:-1]:
            target = target[name]
        if to is DELETE:
            target.pop(path[-1], None)
        else:
            target[path[-1]] = copy.copy(to)

    return change


def events() -> Iterator[Hostile]:
    """Malformed events (D2)."""
    for name, value in WRONG.items():
        if name not in {"text", "long", "empty-text"}:
            yield Hostile("event", f"instead-of-event-{name}", put(lambda _e, v=value: v))  # type: ignore[misc]
    bad_ids = {k: v for k, v in WRONG.items() if k != "text"} | {"missing": DELETE, "256": "$" + "x" * 255}
    for name, value in bad_ids.items():
        yield Hostile("event", f"id-{name}", put(set_at("event_id", to=value)))
    senders = WRONG | {
        "missing": DELETE,
        "no-server": "@kees",
        "no-at": "kees:kring.test",
        "256": "@" + "x" * 254 + ":a",
    }
    for name, value in senders.items():
        yield Hostile("event", f"sender-{name}", put(set_at("sender", to=value)))
    for name, value in (WRONG | {"missing": DELETE}).items():
        yield Hostile("event", f"content-{name}", put(set_at("content", to=value)))
        if name not in {"text", "long"}:
            yield Hostile("event", f"time-{name}", put(set_at("origin_server_ts", to=value)))
    for name, value in {k: v for k, v in WRONG.items() if not isinstance(v, str)}.items():
        yield Hostile("event", f"type-{name}", put(set_at("type", to=value)))
    for kind in ("m.room.message", "m.sticker"):
        for name, value in (("text", {"msgtype": "m.text", "body": "!pijn 9"}), ("null", None), ("list", [])):
            change = set_at("content", to=value)
            yield Hostile("event", f"in-clear-{kind}-{name}", put(_both(set_at("type", to=kind), change)))
    yield Hostile("event", "pretends-to-be-state", put(set_at("state_key", to="")))
    yield Hostile(
        "event", "a-message-as-state", put(_both(set_at("type", to="m.room.message"), set_at("state_key", to="")))
    )
    wide = {f"k{number}": number for number in range(10_000)}
    yield Hostile("event", "ten-thousand-keys", put(set_at("content", to=wide)))
    yield Hostile("event", "a-million-characters", put(set_at("content", "ciphertext", to="A" * 1_000_000)))


def _both(*changes: Callable[[JsonObject], None]) -> Callable[[JsonObject], None]:
    def change(value: JsonObject) -> None:
        for one in changes:
            one(value)

    return change


def envelopes() -> Iterator[Hostile]:
    """Ciphertext and what stands around it (D3)."""
    for field in ("algorithm", "session_id", "ciphertext"):
        for name, value in (WRONG | {"missing": DELETE}).items():
            if (field, name) != ("session_id", "text"):
                yield Hostile("envelope", f"{field}-{name}", put(set_at("content", field, to=value)))
    for algorithm in ("m.olm.v1.curve25519-aes-sha2", "m.megolm.v2.aes-sha2", "org.matrix.none"):
        yield Hostile("envelope", f"algorithm-{algorithm}", put(set_at("content", "algorithm", to=algorithm)))
    damages: dict[str, Callable[[str], object]] = {
        "cut-half": lambda text: text[: len(text) // 2],
        "cut-last": lambda text: text[:-1],
        "padded": lambda text: text + "==",
        "doubled": lambda text: text + text,
        "one-character": lambda text: text[:60] + ("A" if text[60] != "A" else "B") + text[61:],
        "signature": lambda text: text[:-4] + "AAAA",
        "version": lambda text: "B" + text[1:],
        "urlsafe": lambda text: text.replace("+", "-").replace("/", "_") + "-_",
        "newlines": "\n".join,
        "spaces": lambda text: " " + text,
        "reversed": lambda text: text[::-1],
        "lower": lambda text: text.lower(),
    }
    for name, damage in damages.items():
        yield Hostile("envelope", f"ciphertext-{name}", _damaged(damage))
    yield Hostile("envelope", "said-before-under-another-id", _repeated)
    yield Hostile("envelope", "sender-rewritten", _rewritten)
    yield Hostile("envelope", "of-another-room", _moved)
    yield Hostile("envelope", "another-rooms-key", _in_other_room)
    for name, payload in _PAYLOADS.items():
        yield Hostile("envelope", f"inside-{name}", _sealed(payload))


_PAYLOADS: dict[str, str] = {
    "no-json": "zomaar",
    "empty": "",
    "list": "[]",
    "null": "null",
    "number": "1e400",
    "not-a-number": '{"type":"m.room.message","room_id":"!kamer","content":{"body":NaN,"msgtype":"m.text"}}',
    "endless": '{"type":"m.room.message","room_id":"!kamer","content":{"body":"x","msgtype":"m.text","n":1e999999}} x',
    "deep": "[" * 5000 + "]" * 5000,
    "many-digits": '{"type":"m.room.message","room_id":"!kamer","content":{"n":' + "9" * 5000 + "}}",
    "no-room": '{"type":"m.room.message","content":{"body":"x","msgtype":"m.text"}}',
    "no-type": '{"room_id":"!kamer","content":{"body":"x","msgtype":"m.text"}}',
    "no-content": '{"type":"m.room.message","room_id":"!kamer"}',
    "content-list": '{"type":"m.room.message","room_id":"!kamer","content":[]}',
    "content-null": '{"type":"m.room.message","room_id":"!kamer","content":null}',
    "type-list": '{"type":["m.room.message"],"room_id":"!kamer","content":{}}',
    "room-list": '{"type":"m.room.message","room_id":["!kamer"],"content":{}}',
    "two-rooms": '{"type":"m.room.message","room_id":"!kamer","room_id":"!elders","content":{"body":"x"}}',
    "cut": '{"type":"m.room.message","room_id":"!kamer","content":{"bo',
    "byte-order-mark": "\ufeff{}",
}


def _sealed(payload: str) -> Callable[[ScriptedBot], None]:
    """Properly encrypted by Marieke's own device, with this inside; ``ITSELF`` stands for the id of the event."""

    def deliver(bot: ScriptedBot) -> None:
        event = bot.hears(bot.marieke, "", ROOM)
        session = bot.marieke.machine._outbound.current(ROOM)
        assert session is not None
        text = payload.replace("ITSELF", event["event_id"])
        event["content"]["ciphertext"] = session.group._session.encrypt(text.encode()).to_base64()

    return deliver


def _damaged(damage: Callable[[str], object]) -> Callable[[ScriptedBot], None]:
    def deliver(bot: ScriptedBot) -> None:
        event = bot.hears(bot.marieke, "!pijn 9", ROOM)
        event["content"]["ciphertext"] = damage(event["content"]["ciphertext"])

    return deliver


def _repeated(bot: ScriptedBot) -> None:
    event = bot.hears(bot.marieke, "Geef 10 mg", ROOM)
    bot.server.put(ROOM, {**copy.deepcopy(event), "event_id": event_id()})


def _rewritten(bot: ScriptedBot) -> None:
    event = bot.hears(bot.marieke, "Geef 10 mg", ROOM)
    event["sender"] = KEES


def _moved(bot: ScriptedBot) -> None:
    event = bot.marieke.say("Geef 10 mg", room_id="!elders")
    bot.server.put(ROOM, event)


def _in_other_room(bot: ScriptedBot) -> None:
    event = bot.hears(bot.marieke, "Geef 10 mg", "!derde")
    bot.server._stream[-1] = (ROOM, event)


_TARGET = {"rel_type": "m.thread", "event_id": "$doel"}
_RELATIONS: dict[str, Any] = {
    **{f"relation-{k}": {"m.relates_to": v} for k, v in WRONG.items() if k not in {"null", "object"}},
    **{
        f"kind-{k}": {"m.relates_to": {**_TARGET, "rel_type": v}}
        for k, v in WRONG.items()
        if not isinstance(v, str) and v is not None
    },
    **{f"target-{k}": {"m.relates_to": {**_TARGET, "event_id": v}} for k, v in WRONG.items() if not isinstance(v, str)},
    "target-missing": {"m.relates_to": {"rel_type": "m.replace"}},
    "target-empty": {"m.relates_to": {"rel_type": "m.replace", "event_id": ""}},
    "target-long": {"m.relates_to": {"rel_type": "m.replace", "event_id": "x" * 300}},
    **{f"reply-{k}": {"m.relates_to": {"m.in_reply_to": v}} for k, v in WRONG.items() if v is not None},
    **{
        f"reply-to-{k}": {"m.relates_to": {"m.in_reply_to": {"event_id": v}}}
        for k, v in WRONG.items()
        if not isinstance(v, str)
    },
    "itself": {"m.relates_to": {**_TARGET, "event_id": "ITSELF"}},
    "reply-to-itself": {"m.relates_to": {"m.in_reply_to": {"event_id": "ITSELF"}}},
    **{f"mentions-{k}": {"m.mentions": v} for k, v in WRONG.items() if k not in {"null", "object"}},
    **{f"mentioned-{k}": {"m.mentions": {"user_ids": v}} for k, v in WRONG.items() if k != "list"},
    **{f"mentioned-person-{k}": {"m.mentions": {"user_ids": [v]}} for k, v in WRONG.items() if not isinstance(v, str)},
    "mentioned-everybody-as-text": {"m.mentions": {"room": "ja"}},
    **{f"body-{k}": {"body": v} for k, v in WRONG.items() if not isinstance(v, str) or k == "half-a-character"},
    **{f"msgtype-{k}": {"msgtype": v} for k, v in WRONG.items() if not isinstance(v, str) or k == "half-a-character"},
}
_STATE_INSIDE = (
    *("m.room.member", "m.room.power_levels", "m.room.create", "m.room.encryption", "m.room.tombstone"),
    *(
        "m.room.history_visibility",
        "m.room.join_rules",
        "m.room.encrypted",
        "m.room_key",
        "m.secret.send",
        "m.room.redaction",
    ),
)


def relations() -> Iterator[Hostile]:
    """Well encrypted by a trusted device, and not of the shape of a message (D2)."""
    for name, more in _RELATIONS.items():
        yield Hostile("relation", name, _said_with(more))
    for kind in _STATE_INSIDE:
        yield Hostile("relation", f"inside-{kind}", _said_as(kind))
    for name, value in WRONG.items():
        yield Hostile("relation", f"reaction-{name}", _reaction(value))
        if not isinstance(value, str):
            yield Hostile(
                "relation",
                f"reaction-key-{name}",
                _reaction({"m.relates_to": {"rel_type": "m.annotation", "event_id": "$x", "key": value}}),
            )
            yield Hostile(
                "relation",
                f"reaction-on-{name}",
                _reaction({"m.relates_to": {"rel_type": "m.annotation", "event_id": value, "key": "📌"}}),
            )
    yield Hostile(
        "relation",
        "reaction-of-another-kind",
        _reaction({"m.relates_to": {"rel_type": "m.thread", "event_id": "$x", "key": "📌"}}),
    )


def _said_with(more: JsonObject, kind: str = "m.room.message") -> Callable[[ScriptedBot], None]:
    content = {"msgtype": "m.text", "body": "!pijn 9"} | more
    return _sealed(json.dumps({"type": kind, "room_id": ROOM, "content": content}))


def _said_as(kind: str) -> Callable[[ScriptedBot], None]:
    return _said_with({"membership": "join"}, kind)


def _reaction(content: object) -> Callable[[ScriptedBot], None]:
    return put(_both(set_at("type", to="m.reaction"), set_at("content", to=content)))
