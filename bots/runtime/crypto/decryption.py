"""Decrypting one room event. Any input gives a result or a typed failure, never an exception.

nio's own path validates each event seven times with JSON Schema; here the shape is checked by hand, once.
"""

import json
from dataclasses import dataclass, field
from typing import Any

from bots.runtime.crypto.devices import DeviceDirectory
from bots.runtime.crypto.store import RoomKeys
from bots.runtime.untrusted import JsonObject, milliseconds, storable, text_at

MEGOLM = "m.megolm.v1.aes-sha2"
_UNKNOWN_INDEX = "unknown message index"


@dataclass(frozen=True, slots=True)
class Decrypted:
    """What was inside. ``content`` holds only what was encrypted: nothing of the clear envelope is mixed in."""

    event_id: str
    room_id: str
    sender: str
    sender_key: str
    session_id: str
    session_ed25519: str
    message_index: int
    forwarded: bool
    type: str
    content: JsonObject = field(repr=False)
    origin_server_ts: int


@dataclass(frozen=True, slots=True)
class NoKey:
    """The room key has not come (yet)."""

    event_id: str
    room_id: str
    sender: str
    session_id: str


@dataclass(frozen=True, slots=True)
class Undecryptable:
    """There is a key, but it does not open this ciphertext."""

    event_id: str
    too_early: bool
    """Our copy of the key starts after this message."""


@dataclass(frozen=True, slots=True)
class Malformed:
    """Not an event that can be decrypted, in the envelope or inside."""

    event_id: str | None
    code: str


DecryptionResult = Decrypted | NoKey | Undecryptable | Malformed


def too_early(result: DecryptionResult | None) -> bool:
    """Whether a copy of the key that starts earlier would open it."""
    return isinstance(result, Undecryptable) and result.too_early


def _no_constants(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


_decode = json.JSONDecoder(parse_constant=_no_constants).decode


def parse_json(text: str) -> object:
    """Untrusted JSON text, or None when it is none (also when nested too deep or with endless numbers)."""
    try:
        parsed: object = _decode(text)
    except (ValueError, RecursionError):
        return None
    return parsed


def decrypt_event(envelope: JsonObject, room_keys: RoomKeys, devices: DeviceDirectory) -> DecryptionResult:
    """Decrypt an ``m.room.encrypted`` event. ``envelope`` is the event with its ``room_id``."""
    event_id, room_id = storable(envelope.get("event_id")), storable(envelope.get("room_id"))
    sender, content = storable(envelope.get("sender")), envelope.get("content")
    if event_id is None or room_id is None or sender is None:
        return Malformed(event_id, "envelope")
    if not isinstance(content, dict) or content.get("algorithm") != MEGOLM:
        return Malformed(event_id, "algorithm")
    ciphertext, session_id = content.get("ciphertext"), storable(content.get("session_id"))
    if not isinstance(ciphertext, str) or session_id is None:
        return Malformed(event_id, "algorithm")
    session = _session(room_keys, devices, room_id, session_id, text_at(content, "sender_key"), sender)
    if session is None:
        return NoKey(event_id, room_id, sender, session_id)
    try:
        plaintext, index = session.decrypt(ciphertext)
    except ValueError as error:
        # Covers every exception of vodozemac, and text or UTF-8 that is none.
        return Undecryptable(event_id, _UNKNOWN_INDEX in str(error))
    payload = parse_json(plaintext)
    if not isinstance(payload, dict):
        return Malformed(event_id, "payload")
    inner_type, inner = payload.get("type"), payload.get("content")
    if payload.get("room_id") != room_id:
        return Malformed(event_id, "other-room")
    if not isinstance(inner_type, str) or not isinstance(inner, dict):
        return Malformed(event_id, "payload")
    return Decrypted(
        event_id,
        room_id,
        sender,
        session.sender_key,
        session_id,
        session.ed25519,
        index,
        bool(session.forwarding_chain),
        inner_type,
        inner,
        milliseconds(envelope.get("origin_server_ts")),
    )


def _session(
    room_keys: RoomKeys,
    devices: DeviceDirectory,
    room_id: str,
    session_id: str,
    sender_key: str | None,
    sender: str,
) -> Any:
    if sender_key is not None:
        return room_keys.get(room_id, sender_key, session_id)
    # Clients may leave the key out (MSC3700). Whoever holds a room key can pass it off as theirs, so prefer the copy
    # that came from a device of the sender; the trust gate decides.
    copies = room_keys.copies(room_id, session_id)
    for copy in copies:
        if devices.by_curve25519(sender, copy.sender_key) is not None:
            return copy
    # The sender's own may have been put away while a stranger's came later: none, until storage was asked.
    return copies[0] if copies and room_keys.is_whole(room_id, session_id) else None
