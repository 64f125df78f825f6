"""What an Element persona sees, as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypedDict


class Wanted(TypedDict, total=False):
    """Which messages: those that fit all that is given."""

    pattern: str  # regular expression (JavaScript, `.` matches line ends) on the shown text
    room: str
    sender: str
    type: str
    reply_to: str  # event id
    thread: str  # event id of its root
    replaces: str  # event id
    readable: bool
    failure: str  # why it cannot be read, as js-sdk names it
    after: int  # from `Element.mark`


@dataclass(frozen=True, slots=True)
class Message:
    """One timeline event as Element has it."""

    sequence: int
    event_id: str
    room_id: str
    sender: str
    sent_at: int
    type: str
    content: Mapping[str, Any]
    shown: Mapping[str, Any]
    encrypted: bool
    readable: bool
    failure: str | None
    in_reply_to: str | None
    relation_type: str | None
    relates_to: str | None
    reaction: str | None
    edited_by: str | None
    redacted: bool

    @property
    def body(self) -> str:
        """The text that the reader sees, after the latest edit; empty when unreadable or without text."""
        return str(self.shown.get("body", "")) if self.readable else ""

    @property
    def html(self) -> str:
        """The formatted text that the reader sees; empty without one."""
        return str(self.shown.get("formatted_body", "")) if self.readable else ""

    @property
    def thread(self) -> str | None:
        """The root of the thread that it belongs to."""
        return self.relates_to if self.relation_type == "m.thread" else None

    @property
    def replaces(self) -> str | None:
        """The event that it edits."""
        return self.relates_to if self.relation_type == "m.replace" else None


@dataclass(frozen=True, slots=True)
class Shield:
    """The mark beside a message: `NONE`, `GREY` or `RED`, and the reason (`UNSIGNED_DEVICE`, …)."""

    colour: str
    reason: str | None


@dataclass(frozen=True, slots=True)
class Opened:
    """What came of trying this device's keys on a stored event."""

    readable: bool
    failure: str | None
    content: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Answer:
    """What the homeserver said to a request of our own making."""

    status: int
    body: Any

    @property
    def code(self) -> str | None:
        """Matrix error code, such as `M_FORBIDDEN`."""
        return self.body.get("errcode") if isinstance(self.body, dict) else None


@dataclass(frozen=True, slots=True)
class Room:
    """A room in this person's list."""

    room_id: str
    name: str
    membership: str
    encrypted: bool
    space: bool
    version: str


@dataclass(frozen=True, slots=True)
class Member:
    """A member of a room; `power_level` None: a creator, who has no ceiling (room version 12)."""

    user_id: str
    membership: str | None
    name: str
    power_level: int | None


@dataclass(frozen=True, slots=True)
class DeviceTrust:
    """A device of somebody, seen from here."""

    device_id: str
    signed_by_owner: bool
    verified: bool


@dataclass(frozen=True, slots=True)
class Trust:
    """What this client believes of somebody: `needs_approval` means that their identity changed."""

    known: bool
    verified: bool
    needs_approval: bool
    devices: tuple[DeviceTrust, ...]
