"""Reading a ``/sync`` response. It is untrusted input: what has a wrong shape is left out, nothing raises."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bots.runtime.untrusted import JsonObject, list_at, milliseconds, object_at, storable, text_at, user_id
from hub.adapters.sql.matrix_records import InboxEvent, InboxState, MemberChange

ENCRYPTED = "m.room.encrypted"
# In clear by design of Matrix (reactions) or against our rules (messages): kept without content, so that nothing is
# lost unseen and nothing in clear is stored.
MESSAGE = "m.room.message"
_IN_CLEAR = frozenset({MESSAGE, "m.sticker"})
REACTION = "m.reaction"
REDACTION = "m.room.redaction"
# Steps of an emoji verification: Element sends them in clear. They carry keys and codes, no text (guard_rules.py).
_VERIFICATION = frozenset(
    f"m.key.verification.{step}" for step in ("ready", "start", "accept", "key", "mac", "done", "cancel")
)
_SAID = _IN_CLEAR | _VERIFICATION | {ENCRYPTED, REACTION, REDACTION}
_MEMBER = "m.room.member"
# Far more than any device keeps there.
_MOST_KEYS = 100_000
# Characters of our JSON, in which one byte of theirs may become six.
_LONGEST_EVENT = 6 * 65536


@dataclass(frozen=True, slots=True)
class Invite:
    """Uitnodiging. ``sender`` is who the homeserver says invited us."""

    room_id: str
    sender: str


@dataclass(frozen=True, slots=True)
class RoomDelta:
    """What happened in a joined room. ``limited``: events are missing before ``events``; ``gap_from``: the token where
    what is missing ends, None when complete or when the server did not say.
    """

    room_id: str
    events: tuple[JsonObject, ...]
    state: tuple[JsonObject, ...]
    gap_from: str | None
    limited: bool = False


@dataclass(frozen=True, slots=True)
class SyncResponse:
    """The parts of a ``/sync`` response that we use. ``left``: (room id, timeline) of rooms that we are out of."""

    next_batch: str
    to_device: tuple[object, ...] = ()
    changed_devices: tuple[object, ...] = ()
    key_counts: object = None
    unused_fallback: object = None
    rooms: tuple[RoomDelta, ...] = ()
    invites: tuple[Invite, ...] = ()
    left: tuple[RoomDelta, ...] = field(default=())
    dropped: Mapping[str, int] = field(default_factory=dict)
    """What had no shape at all: code → how often."""


def read_sync(response: JsonObject, own_user: str) -> SyncResponse | None:
    """The response as records, or None when it is not a sync response at all."""
    next_batch = storable(response.get("next_batch"), longest=2000)
    if next_batch is None:
        return None
    dropped: Counter[str] = Counter()
    for place in ("join", "invite", "leave"):
        if not isinstance(object_at(response, "rooms").get(place, {}), dict):
            dropped["room-malformed"] += 1
    invites = [_invite(room_id, raw, own_user) for room_id, raw in object_at(response, "rooms", "invite").items()]
    dropped["invite-malformed"] += invites.count(None)
    return SyncResponse(
        next_batch=next_batch,
        to_device=tuple(_listed(response, dropped, "to-device-malformed", "to_device", "events")),
        changed_devices=tuple(_people(response, dropped)),
        key_counts=_key_counts(response.get("device_one_time_keys_count"), dropped),
        unused_fallback=response.get("device_unused_fallback_key_types"),
        rooms=_rooms(object_at(response, "rooms", "join"), dropped),
        invites=tuple(invite for invite in invites if invite is not None),
        left=_rooms(object_at(response, "rooms", "leave"), dropped),
        dropped=dropped,
    )


def _listed(value: object, dropped: Counter[str], code: str, *path: str) -> list[Any]:
    """The list at ``path``; what is there and is none is counted."""
    place: object = value
    for name in path:
        if place is None:
            return []
        if not isinstance(place, dict):
            dropped[code] += 1
            return []
        place = place.get(name)
    if place is None or isinstance(place, list):
        return place or []
    dropped[code] += 1
    return []


def _people(response: JsonObject, dropped: Counter[str]) -> list[str]:
    """Whose device lists changed. Whom we share no room with any more may change unannounced: those too."""
    named = [
        person
        for kind in ("changed", "left")
        for person in _listed(response, dropped, "device-list-malformed", "device_lists", kind)
    ]
    people = [person for person in named if user_id(person) is not None]
    dropped["device-list-malformed"] += len(named) - len(people)
    return people


def _key_counts(raw: object, dropped: Counter[str]) -> JsonObject | None:
    if raw is None:
        return None
    if isinstance(raw, dict) and all(type(count) is int and 0 <= count <= _MOST_KEYS for count in raw.values()):
        return raw
    dropped["key-counts-malformed"] += 1
    return None


def _rooms(raw_rooms: JsonObject, dropped: Counter[str]) -> tuple[RoomDelta, ...]:
    deltas = []
    for room_id, raw in raw_rooms.items():
        if storable(room_id) is None or not isinstance(raw, dict):
            dropped["room-malformed"] += 1
            continue
        limited = object_at(raw, "timeline").get("limited") is True
        timeline = _listed(raw, dropped, "room-malformed", "timeline", "events")
        state = _listed(raw, dropped, "room-malformed", "state", "events")
        events = tuple(event for event in timeline if isinstance(event, dict))
        states = tuple(event for event in state if isinstance(event, dict))
        dropped["event-malformed"] += len(timeline) + len(state) - len(events) - len(states)
        previous = storable(text_at(raw, "timeline", "prev_batch"), longest=2000)
        deltas.append(RoomDelta(room_id, events, states, previous if limited else None, limited))
    return tuple(deltas)


def state_types(response: SyncResponse) -> dict[str, frozenset[str]]:
    """Which types of state changed in which room that we are in."""
    changed: dict[str, frozenset[str]] = {}
    for room in response.rooms:
        events = room.events if room.gap_from is None else (*room.events, *room.state)
        types = frozenset(kind for event in events if "state_key" in event and (kind := text_at(event, "type")))
        if types:
            changed[room.room_id] = types
    return changed


def _invite(room_id: str, raw: object, own_user: str) -> Invite | None:
    for event in list_at(raw, "invite_state", "events"):
        if (
            text_at(event, "type") == _MEMBER
            and text_at(event, "state_key") == own_user
            and text_at(event, "content", "membership") == "invite"
        ):
            sender = storable(text_at(event, "sender"))
            if sender is not None and storable(room_id) is not None:
                return Invite(room_id, sender)
    return None


def is_said(event: object) -> bool:
    """Whether this pretends to be something that people say; when it cannot be taken in, that is counted."""
    kind = text_at(event, "type")
    return kind is None or kind in _SAID


def is_membership(event: JsonObject) -> bool:
    return event.get("type") == _MEMBER


def member_change(room_id: str, event: JsonObject) -> MemberChange | None:
    """Membership, if ``event`` is a well-formed membership event."""
    if event.get("type") != _MEMBER:
        return None
    user, sender = user_id(event.get("state_key")), user_id(event.get("sender"))
    membership = storable(text_at(event, "content", "membership"), longest=20)
    if user is None or sender is None or membership is None:
        return None
    return MemberChange(room_id, user, membership, sender, milliseconds(event.get("origin_server_ts")))


_compact = json.JSONEncoder(separators=(",", ":")).encode


def inbox_event(room_id: str, event: JsonObject, own_user: str) -> InboxEvent | None:
    """The event as it goes into the inbox, or None when it is not something that people say."""
    kind = event.get("type")
    if "state_key" in event or not isinstance(kind, str) or kind not in _SAID:
        return None
    event_id, sender = storable(event.get("event_id")), user_id(event.get("sender"))
    if event_id is None or sender is None:
        return None
    kept: JsonObject = {
        name: event[name] for name in ("type", "event_id", "sender", "origin_server_ts") if name in event
    }
    if kind == REDACTION:
        # The reason is somebody's words in clear; which event it is about stands here since room version 11.
        kept["content"] = {"redacts": text_at(event, "content", "redacts") or text_at(event, "redacts")}
    elif kind not in _IN_CLEAR:
        kept["content"] = event.get("content")
    state, code = (InboxState.DONE, "own") if sender == own_user else (InboxState.NEW, None)
    raw = _as_text({**kept, "room_id": room_id})
    if raw is None:
        # An event is at most 64 KiB (specification, "Size limits"); what is more, or nested without end, is kept
        # without its content, so that it is refused in sight.
        kept.pop("content", None)
        kept.pop("origin_server_ts", None)
        raw = _as_text({**kept, "room_id": room_id}) or "{}"
    return InboxEvent(
        event_id,
        room_id,
        sender,
        storable(text_at(event, "content", "session_id")),
        milliseconds(event.get("origin_server_ts")),
        raw,
        state,
        code,
    )


def _as_text(event: JsonObject) -> str | None:
    try:
        text = _compact(event)
    except (ValueError, RecursionError):
        return None
    return text if len(text) <= _LONGEST_EVENT else None
