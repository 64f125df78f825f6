"""What happened, from three sides: what people sent, what the homeserver keeps, what the hub keeps.

Read from the databases themselves, not through the code that is judged; by :func:`record`, while everything runs or
after it ended. Judged by ``tests/faults/checker.py``.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

OWN = ("@dossier:", "@poortwachter:")
PEOPLE_SAY = ("m.room.encrypted", "m.room.message", "m.sticker", "m.reaction")


@dataclass(frozen=True, slots=True)
class Said:
    """What a person's client sent, and was told that it arrived. ``trusted``: from a device that this person's pinned
    identity signed. ``command``: it must have exactly one effect in the dossier; otherwise it must have none.
    """

    event_id: str
    room_id: str
    sender: str
    command: bool = False
    trusted: bool = True


@dataclass(frozen=True, slots=True)
class OnServer:
    """An event as the homeserver keeps it. ``order`` is its place among all events."""

    event_id: str
    room_id: str
    sender: str
    type: str
    order: int


@dataclass(frozen=True, slots=True)
class InInbox:
    event_id: str
    room_id: str
    sender: str
    state: str
    code: str | None


@dataclass(frozen=True, slots=True)
class Effect:
    """A version of a dossier entry: which event it came from, and in whose name."""

    source: str
    author: str
    entry: str
    version: int


@dataclass(frozen=True, slots=True)
class ToSay:
    """A row of the outbox."""

    id: int
    state: str
    event_id: str | None
    failure: str | None


@dataclass(frozen=True, slots=True)
class Seen:
    """A place in somebody's session, and the event that used it."""

    sender_key: str
    session_id: str
    index: int
    event_id: str


@dataclass(frozen=True, slots=True)
class Reading:
    """Whether somebody's device could open an event of the bot's, tried by that device itself."""

    event_id: str
    reader: str
    readable: bool


@dataclass(frozen=True, slots=True)
class Removal:
    """Somebody was out of a room, confirmed, before the event at ``order``."""

    user_id: str
    room_id: str
    order: int


@dataclass(frozen=True, slots=True)
class Pin:
    """The identity that counts for somebody. ``repinned``: a person confirmed this one in place of an earlier one."""

    user_id: str
    master: str
    repinned: bool = False


@dataclass(slots=True)
class History:
    """All of it. ``rooms`` are the rooms of circles: only these are judged."""

    rooms: frozenset[str] = frozenset()
    said: list[Said] = field(default_factory=list)
    server: list[OnServer] = field(default_factory=list)
    inbox: list[InInbox] = field(default_factory=list)
    effects: list[Effect] = field(default_factory=list)
    outbox: list[ToSay] = field(default_factory=list)
    seen: list[Seen] = field(default_factory=list)
    audited: list[tuple[str, str, str]] = field(default_factory=list)
    """(event, object id, correlation id) of each audit entry."""
    audit_ok: bool = True
    readings: list[Reading] = field(default_factory=list)
    removals: list[Removal] = field(default_factory=list)
    pins_before: list[Pin] = field(default_factory=list)
    pins: list[Pin] = field(default_factory=list)
    leaks: list[tuple[str, str]] = field(default_factory=list)
    """(words that should be nowhere, file in which they stand)."""


@contextmanager
def _open(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=30)) as connection:
        connection.row_factory = sqlite3.Row
        yield connection


def record(data: Path, said: Iterable[Said], *, audit_ok: bool, secrets: Iterable[str] = ()) -> History:
    """The history of the installation in ``data``. ``secrets``: words that were said and may stand nowhere in clear."""
    history = History(said=list(said), audit_ok=audit_ok)
    with _open(data / "kring.db") as hub:
        _read_hub(hub, history)
    with _open(data / "synapse" / "homeserver.db") as homeserver:
        _read_homeserver(homeserver, history)
    history.leaks = leaks(data, secrets)
    return history


def _read_hub(hub: sqlite3.Connection, history: History) -> None:
    rooms = hub.execute("SELECT room_id FROM room WHERE kind <> 'space' AND circle_id IS NOT NULL")
    history.rooms = frozenset(row["room_id"] for row in rooms)
    history.inbox = [
        InInbox(row["event_id"], row["room_id"], row["sender"], row["state"], row["code"])
        for row in hub.execute("SELECT event_id, room_id, sender, state, code FROM mx_inbox ORDER BY seq")
    ]
    history.effects = [
        Effect(row["source_reference"], row["matrix_id"] or "", f"{row['patient_id']}/{row['ref']}", row["version"])
        for row in hub.execute(
            "SELECT source_reference, matrix_id, patient_id, section || '-' || number AS ref, version "
            "FROM entry JOIN person ON person.id = author_id"
        )
    ]
    history.outbox = [
        ToSay(row["id"], row["state"], row["event_id"], row["failure"])
        for row in hub.execute("SELECT id, state, event_id, failure FROM outbox ORDER BY id")
    ]
    history.seen = [
        Seen(row["sender_key"], row["session_id"], row["message_index"], row["event_id"])
        for row in hub.execute("SELECT * FROM mx_megolm_seen")
    ]
    history.audited = [
        (row["event"], row["object_id"], row["correlation_id"])
        for row in hub.execute("SELECT event, object_id, correlation_id FROM audit ORDER BY seq")
    ]
    history.pins = pins(hub)


def pins(hub: sqlite3.Connection) -> list[Pin]:
    """The identities that the hub goes by now."""
    found = hub.execute("SELECT user_id, pinned_master FROM mx_identity ORDER BY user_id")
    return [Pin(row["user_id"], row["pinned_master"]) for row in found]


def pins_now(data: Path) -> list[Pin]:
    """The identities that the hub on ``data`` goes by."""
    with _open(data / "kring.db") as hub:
        return pins(hub)


def ask_hub(data: Path, question: str, *values: Any) -> list[sqlite3.Row]:
    """A question to the hub's database."""
    with _open(data / "kring.db") as hub:
        return hub.execute(question, values).fetchall()


def ask_homeserver(data: Path, question: str, *values: Any) -> list[sqlite3.Row]:
    """A question to Synapse's own database."""
    with _open(data / "synapse" / "homeserver.db") as homeserver:
        return homeserver.execute(question, values).fetchall()


def _read_homeserver(homeserver: sqlite3.Connection, history: History) -> None:
    rows = homeserver.execute(
        "SELECT event_id, room_id, sender, type, stream_ordering, state_key FROM events "
        "WHERE rejection_reason IS NULL AND NOT outlier ORDER BY stream_ordering"
    )
    joined: set[str] = set()
    for row in rows:
        room_id, sender = row["room_id"], row["sender"]
        if room_id not in history.rooms:
            continue
        if row["type"] == "m.room.member" and row["state_key"] == sender and sender.startswith(OWN[0]):
            joined.add(room_id)
        # What was said before the bot came was never for it.
        if row["state_key"] is None and room_id in joined:
            history.server.append(OnServer(row["event_id"], room_id, sender, row["type"], row["stream_ordering"]))


def leaks(data: Path, secrets: Iterable[str]) -> list[tuple[str, str]]:
    """Where in the installation these words stand in clear: databases, their journals, logs, everything but secrets."""
    words = [(word, word.encode()) for word in secrets]
    found: list[tuple[str, str]] = []
    for path in sorted(data.rglob("*")) if words else ():
        if path.is_file() and path.parent.name != "secrets":
            content = path.read_bytes()
            found += [(word, str(path.relative_to(data))) for word, raw in words if raw in content]
    return found
