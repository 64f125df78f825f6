"""The checker finds what is broken: a history in which everything is well, and the same with one thing wrong each time.

Fictional: Carla Vermeer (coach) and Gerard Mulder (GP) in one room; Kees Blok was removed before the last answer.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from pathlib import Path

import pytest

from tests.faults.checker import check
from tests.faults.history import (
    Effect,
    History,
    InInbox,
    OnServer,
    Pin,
    Reading,
    Removal,
    Said,
    Seen,
    ToSay,
    leaks,
)

ROOM = "!kamer"
CARLA, GERARD, KEES, BOT = (f"@{name}:kring.localhost" for name in ("carla", "gerard", "kees", "dossier"))


def all_is_well() -> History:
    """Gerard files a command, Carla says something, a lie is refused; the bot answers before and after Kees left."""
    return History(
        rooms=frozenset({ROOM}),
        said=[
            Said("$command", ROOM, GERARD, command=True),
            Said("$talk", ROOM, CARLA),
            Said("$lie", ROOM, CARLA, trusted=False),
        ],
        server=[
            OnServer("$command", ROOM, GERARD, "m.room.encrypted", 1),
            OnServer("$talk", ROOM, CARLA, "m.room.encrypted", 2),
            OnServer("$lie", ROOM, CARLA, "m.room.encrypted", 3),
            OnServer("$before", ROOM, BOT, "m.room.encrypted", 4),
            OnServer("$after", ROOM, BOT, "m.room.encrypted", 6),
        ],
        inbox=[
            InInbox("$command", ROOM, GERARD, "done", None),
            InInbox("$talk", ROOM, CARLA, "done", None),
            InInbox("$lie", ROOM, CARLA, "refused", "unsigned-device"),
            InInbox("$before", ROOM, BOT, "done", "own"),
            InInbox("$after", ROOM, BOT, "done", "own"),
        ],
        effects=[Effect("$command", GERARD, "pat/S5-1", 1)],
        outbox=[ToSay(1, "sent", "$before", None), ToSay(2, "sent", "$after", None)],
        seen=[Seen("key", "session", 0, "$command"), Seen("key", "session", 1, "$talk")],
        audited=[("dossier.recorded", "S5-1", "$command"), ("message.refused", "$lie", "$lie")],
        readings=[Reading("$before", KEES, True), Reading("$after", KEES, False), Reading("$after", CARLA, True)],
        removals=[Removal(KEES, ROOM, 5)],
        pins_before=[Pin(GERARD, "master")],
        pins=[Pin(GERARD, "master"), Pin(CARLA, "new")],
    )


def test_a_history_in_which_all_is_well_has_no_findings() -> None:
    assert check(all_is_well()) == []


Break = Callable[[History], None]


def inbox(history: History, event_id: str, **changes: str | None) -> None:
    history.inbox = [
        replace(row, **changes) if row.event_id == event_id else row  # type: ignore[arg-type]
        for row in history.inbox
    ]


def forget(history: History, event_id: str) -> None:
    history.inbox = [row for row in history.inbox if row.event_id != event_id]


def effects(history: History, *found: Effect) -> None:
    history.effects = list(found)
    history.audited += [("dossier.recorded", effect.entry, effect.source) for effect in found]


BROKEN: dict[str, tuple[str, Break]] = {
    "a message is not in the inbox": ("I1", lambda h: forget(h, "$talk")),
    "a message is in the inbox twice": ("I1", lambda h: h.inbox.append(InInbox("$talk", ROOM, CARLA, "done", None))),
    "a message is never looked at": ("I1", lambda h: inbox(h, "$talk", state="new")),
    "a message waits for a key for ever": ("I1", lambda h: inbox(h, "$talk", state="waiting_for_key")),
    "a message is put aside unseen": ("I1", lambda h: inbox(h, "$talk", state="quarantined")),
    "a message cannot be read, unseen": ("I1", lambda h: inbox(h, "$talk", state="unreadable", code="no-key")),
    "the homeserver lost a message": ("I1", lambda h: h.server.pop(1) and None),
    "a command has no effect": ("I2", lambda h: h.effects.clear()),
    "a command has two effects": ("I2", lambda h: effects(h, *h.effects, Effect("$command", GERARD, "pat/S5-2", 1))),
    "mere talk has an effect": ("I2", lambda h: effects(h, *h.effects, Effect("$talk", CARLA, "pat/S5-2", 1))),
    "a place in a session counts twice": ("I2", lambda h: h.seen.append(Seen("key", "session", 1, "$again"))),
    "a message has two places": ("I2", lambda h: h.seen.append(Seen("key", "session", 2, "$talk"))),
    "an answer is said twice": (
        "I2",
        lambda h: h.server.append(OnServer("$again", ROOM, BOT, "m.room.encrypted", 7)),
    ),
    "two rows became one event": ("I2", lambda h: h.outbox.append(ToSay(3, "sent", "$after", None))),
    "an answer is never said": ("I2", lambda h: h.outbox.append(ToSay(3, "new", None, "delivery-delayed"))),
    "a row is said and nobody knows where": ("I2", lambda h: h.outbox.append(ToSay(3, "sent", None, None))),
    "the bot says something in clear": (
        "I3",
        lambda h: h.server.__setitem__(4, OnServer("$after", ROOM, BOT, "m.room.message", 6)),
    ),
    "words stand on a disk": ("I3", lambda h: h.leaks.append(("in de rug", "logs/bots.log"))),
    "an effect is not in the log": ("I4", lambda h: h.audited.pop(0) and None),
    "the log does not verify": ("audit", lambda h: setattr(h, "audit_ok", False)),
    "who was removed reads on": (
        "I5",
        lambda h: h.readings.__setitem__(1, Reading("$after", KEES, True)),
    ),
    "an effect is in another's name": ("I11", lambda h: effects(h, Effect("$command", CARLA, "pat/S5-1", 1))),
    "an effect comes from a device that nobody confirmed": (
        "I11",
        lambda h: effects(h, *h.effects, Effect("$lie", CARLA, "pat/S5-2", 1)),
    ),
    "an effect comes from a message that nobody sent": (
        "I11",
        lambda h: effects(h, *h.effects, Effect("$made-up", CARLA, "pat/S5-2", 1)),
    ),
    "an identity became another one by itself": ("I11", lambda h: h.pins.__setitem__(0, Pin(GERARD, "false"))),
    "an identity disappeared": ("I11", lambda h: h.pins.pop(0) and None),
}


@pytest.mark.parametrize("what", BROKEN)
def test_the_checker_finds_that(what: str) -> None:
    invariant, broken = BROKEN[what]
    history = deepcopy(all_is_well())
    broken(history)
    found = check(history)
    assert invariant in {finding.invariant for finding in found}, found


def test_every_invariant_is_shown_broken() -> None:
    assert {invariant for invariant, _ in BROKEN.values()} == {"I1", "I2", "I3", "I4", "I5", "I11", "audit"}


def test_what_may_wait_and_what_was_confirmed_is_no_finding() -> None:
    history = all_is_well()
    inbox(history, "$talk", state="waiting_for_key")
    history.pins[0] = Pin(GERARD, "another", repinned=True)
    history.outbox.append(ToSay(3, "new", None, "waits-for-join"))
    assert check(history, waiting=frozenset({"$talk"})) == []


def test_words_are_found_in_any_file_but_the_secrets(tmp_path: Path) -> None:
    for folder in ("logs", "secrets", "synapse"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "file").write_bytes(b"\x00\xffpijn in de rug\x00")
    assert leaks(tmp_path, ["in de rug", "in de heup"]) == [
        ("in de rug", "logs/file"),
        ("in de rug", "synapse/file"),
    ]
