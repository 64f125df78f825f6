"""Lies: what a homeserver can tell that is not so, in every field that it writes (N3, N7–N9, N15; T12–T18)."""

from __future__ import annotations

import copy
import itertools
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from tests.faults.proxy import Answered, Asked, Go, Trick

_NUMBERS = itertools.count(1)


def new_event_id() -> str:
    """An id that no event has, in the form of ids that events have."""
    return f"${next(_NUMBERS):043d}"


def timelines(body: Any) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """(room id, events) of each joined room in a sync answer; the lists may be changed."""
    for room_id, room in body.get("rooms", {}).get("join", {}).items():
        yield room_id, room.setdefault("timeline", {}).setdefault("events", [])


class Lie(Trick):
    """To the dossier bot, in its syncs. While ``untold``, a sync does not wait for something to happen."""

    untold = False

    def fits(self, asked: Asked) -> bool:
        return asked.is_sync and asked.who == "dossier"

    async def play(self, asked: Asked, go: Go) -> Answered:
        if self.untold and asked.is_sync:
            asked = replace(asked, query={**asked.query, "timeout": "0"})
        return await go(asked)


class RewriteEvents(Lie):
    """Each encrypted event of ``room`` (of ``sender``, if given) is told as ``change`` makes it."""

    def __init__(
        self, name: str, change: Callable[[dict[str, Any]], None], *, room: str, sender: str | None = None
    ) -> None:
        self.name = name
        self._change = change
        self._room = room
        self._sender = sender

    def rewrite(self, asked: Asked, body: Any) -> Any:
        for room_id, events in timelines(body):
            for event in events:
                ours = room_id == self._room and self._sender in (None, event["sender"])
                if ours and event["type"] == "m.room.encrypted":
                    self._change(event)
                    self.did(event["event_id"])
        return body


def sender_becomes(user_id: str, *, room: str, sender: str) -> RewriteEvents:
    """What ``sender`` says is told as said by ``user_id`` (N7)."""
    return RewriteEvents("sender rewritten", lambda event: event.update(sender=user_id), room=room, sender=sender)


def relation_becomes(relation: dict[str, Any], *, room: str) -> RewriteEvents:
    """What somebody says is told as an edit of, or an answer to, something (N8)."""

    def change(event: dict[str, Any]) -> None:
        event["content"]["m.relates_to"] = relation

    return RewriteEvents("relation rewritten", change, room=room)


class Insert(Lie):
    """Once, with the next sync: these events stand in the timelines of these rooms as well."""

    def __init__(self, name: str, *events: tuple[str, dict[str, Any]], state: bool = False) -> None:
        self.name = name
        self._events = list(events)
        self._state = state
        self.untold = True

    def rewrite(self, asked: Asked, body: Any) -> Any:
        if not self.untold or asked.query.get("since") is None:
            return body
        rooms = body.setdefault("rooms", {}).setdefault("join", {})
        for room_id, event in self._events:
            room = rooms.setdefault(room_id, {"timeline": {"events": []}, "state": {"events": []}})
            where = room.setdefault("state" if self._state else "timeline", {}).setdefault("events", [])
            where.append(copy.deepcopy(event))
            self.did(f"{event['type']} {event['event_id']}")
        self.untold = False
        return body


def member(user_id: str, membership: str = "join", *, sender: str | None = None) -> dict[str, Any]:
    """A membership event as a sync tells it."""
    return {
        "type": "m.room.member",
        "event_id": new_event_id(),
        "sender": sender or user_id,
        "state_key": user_id,
        "origin_server_ts": 1_790_000_000_000,
        "content": {"membership": membership},
    }


def in_clear(sender: str, text: str) -> dict[str, Any]:
    """A message that was never encrypted."""
    return {
        "type": "m.room.message",
        "event_id": new_event_id(),
        "sender": sender,
        "origin_server_ts": 1_790_000_000_000,
        "content": {"msgtype": "m.text", "body": text},
    }


def tombstone(sender: str, replacement: str) -> dict[str, Any]:
    """This room has gone elsewhere (T17)."""
    return {
        "type": "m.room.tombstone",
        "event_id": new_event_id(),
        "sender": sender,
        "state_key": "",
        "origin_server_ts": 1_790_000_000_000,
        "content": {"body": "Deze kamer is vervangen", "replacement_room": replacement},
    }


class AlsoMembers(Lie):
    """A stranger is said to be in the room, wherever anybody asks about members or state (T12)."""

    name = "member injected"

    def __init__(self, room: str, user_id: str) -> None:
        self._room = room
        self._event = member(user_id)
        self.untold = True

    def fits(self, asked: Asked) -> bool:
        return asked.who in ("dossier", "poortwachter")

    def rewrite(self, asked: Asked, body: Any) -> Any:
        if asked.is_sync and asked.who == "dossier" and self.untold and asked.query.get("since") is not None:
            rooms = body.setdefault("rooms", {}).setdefault("join", {})
            room = rooms.setdefault(self._room, {"timeline": {"events": []}, "state": {"events": []}})
            room.setdefault("timeline", {}).setdefault("events", []).append(copy.deepcopy(self._event))
            self.untold = False
            self.did("sync")
        if asked.method == "GET" and asked.path.endswith("/members") and isinstance(body, dict):
            body.setdefault("chunk", []).append(copy.deepcopy(self._event))
            self.did("members")
        return body


class HideEncryption(Trick):
    """The room is told as one that is not encrypted (N3)."""

    name = "encryption hidden"

    def fits(self, asked: Asked) -> bool:
        return asked.method == "GET"

    def rewrite(self, asked: Asked, body: Any) -> Any:
        if isinstance(body, list):
            kept = [event for event in body if event.get("type") != "m.room.encryption"]
            if kept != body:
                self.did("state")
            return kept
        if asked.is_sync:
            for room in body.get("rooms", {}).get("join", {}).values():
                for part in ("state", "timeline"):
                    events = room.get(part, {}).get("events", [])
                    kept = [event for event in events if event.get("type") != "m.room.encryption"]
                    if kept != events:
                        room[part]["events"] = kept
            self.did("sync")
        return body


class NoKeysLeft(Lie):
    """Always: all your one-time keys are gone, and the fallback key is used."""

    name = "key counts zero"

    def rewrite(self, asked: Asked, body: Any) -> Any:
        body["device_one_time_keys_count"] = {"signed_curve25519": 0}
        body["device_unused_fallback_key_types"] = []
        self.did("sync")
        return body


class NewsOfDevices(Lie):
    """These people's devices changed, it says; once."""

    name = "devices said to be changed"

    def __init__(self, *user_ids: str) -> None:
        self._user_ids = user_ids
        self.untold = True

    def rewrite(self, asked: Asked, body: Any) -> Any:
        if self.untold:
            body.setdefault("device_lists", {}).setdefault("changed", []).extend(self._user_ids)
            self.did(" ".join(self._user_ids))
            self.untold = False
        return body


class OtherKeys(Trick):
    """Questions about somebody's devices (or others, by the end of the path) are answered as ``change`` makes it."""

    def __init__(self, name: str, change: Callable[[dict[str, Any]], None], path: str = "/keys/query") -> None:
        self.name = name
        self._change = change
        self._path = path

    def fits(self, asked: Asked) -> bool:
        return asked.path.endswith(self._path) and asked.who == "dossier"

    def rewrite(self, asked: Asked, body: Any) -> Any:
        self._change(body)
        self.did(self._path)
        return body


class FalseInvite(Lie):
    """An invitation to ``room`` that says it comes from ``sender`` (T18); once."""

    name = "invitation forged"

    def __init__(self, room: str, *, sender: str, bot: str) -> None:
        self._room = room
        self._event = member(bot, "invite", sender=sender)
        self.untold = True

    def rewrite(self, asked: Asked, body: Any) -> Any:
        if self.untold and asked.query.get("since") is not None:
            invites = body.setdefault("rooms", {}).setdefault("invite", {})
            invites[self._room] = {"invite_state": {"events": [self._event]}}
            self.did(self._room)
            self.untold = False
        return body
