"""Judges a recorded history by what must always hold (design §7): an empty list of findings is a pass.

Pure: the history in, sentences out. That it finds what is broken is shown in ``tests/faults/test_checker.py``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from tests.faults.history import OWN, PEOPLE_SAY, History

ENDED = frozenset({"done", "refused", "quarantined", "unreadable"})
_WAITING = frozenset(f"waits-for-{what}" for what in ("room", "join", "device", "removal"))


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that should not be."""

    invariant: str
    what: str


def check(history: History, *, waiting: frozenset[str] = frozenset()) -> list[Finding]:
    """Everything that is wrong. ``waiting``: events that may still wait for their key when the history was taken."""
    return [
        Finding(invariant, what)
        for invariant, rule in (
            ("I1", _nothing_is_lost(history, waiting)),
            ("I2", _one_event_one_effect(history)),
            ("I2", _one_row_one_event(history)),
            ("I3", _nothing_in_clear(history)),
            ("I4", _everything_is_audited(history)),
            ("I5", _nothing_for_the_removed(history)),
            ("I11", _nobody_speaks_for_another(history)),
            ("audit", iter(() if history.audit_ok else ("the audit log does not verify",))),
        )
        for what in rule
    ]


def _nothing_is_lost(history: History, waiting: frozenset[str]) -> Iterator[str]:
    kept = Counter(row.event_id for row in history.inbox)
    states = {row.event_id: row for row in history.inbox}
    refused = {object_id for event, object_id, _ in history.audited if event == "message.refused"}
    on_server = {event.event_id for event in history.server}
    for said in history.said:
        if said.event_id not in on_server:
            yield f"{said.event_id} was sent, and the homeserver does not have it"
    for event in history.server:
        if event.sender.startswith(OWN) or event.type not in PEOPLE_SAY:
            continue
        if kept[event.event_id] != 1:
            yield f"{event.event_id} is in the inbox {kept[event.event_id]} times"
            continue
        row = states[event.event_id]
        if row.state not in ENDED and not (row.state == "waiting_for_key" and event.event_id in waiting):
            yield f"{event.event_id} did not end: {row.state}"
        if row.state in ("quarantined", "unreadable") and event.event_id not in refused:
            yield f"{event.event_id} ended as {row.state}, and nobody can see that"


def _one_event_one_effect(history: History) -> Iterator[str]:
    effects = Counter(effect.source for effect in history.effects)
    for said in history.said:
        wanted = 1 if said.command and said.trusted else 0
        if effects[said.event_id] != wanted:
            yield f"{said.event_id} has {effects[said.event_id]} effects and should have {wanted}"
    places = Counter((seen.sender_key, seen.session_id, seen.index) for seen in history.seen)
    yield from (f"place {place} in a session counted {number} times" for place, number in places.items() if number > 1)
    marked = Counter(seen.event_id for seen in history.seen)
    yield from (f"{event_id} counted {number} times" for event_id, number in marked.items() if number > 1)


def _one_row_one_event(history: History) -> Iterator[str]:
    said = Counter(row.event_id for row in history.outbox if row.event_id is not None)
    yield from (f"{event_id} is {number} rows of the outbox" for event_id, number in said.items() if number > 1)
    for row in history.outbox:
        if row.state == "sent" and row.event_id is None:
            yield f"outbox row {row.id} is said, and nobody knows where"
        if row.state == "new" and row.failure not in _WAITING:
            yield f"outbox row {row.id} is not said: {row.failure}"
    for event in history.server:
        if event.sender.startswith(OWN[0]) and event.type in PEOPLE_SAY and event.event_id not in said:
            yield f"{event.event_id} was said by the bot, and no row of the outbox says so"


def _nothing_in_clear(history: History) -> Iterator[str]:
    for event in history.server:
        if event.type in ("m.room.message", "m.sticker"):
            yield f"{event.event_id} of {event.sender} is on the homeserver in clear"
    yield from (f"{word!r} stands in clear in {file}" for word, file in history.leaks)


def _everything_is_audited(history: History) -> Iterator[str]:
    recorded = Counter(correlation for event, _, correlation in history.audited if event == "dossier.recorded")
    for source, number in Counter(effect.source for effect in history.effects).items():
        if source.startswith("$") and recorded[source] < number:
            yield f"{source} has {number} effects and {recorded[source]} entries in the log"


def _nothing_for_the_removed(history: History) -> Iterator[str]:
    events = {event.event_id: event for event in history.server}
    for reading in history.readings:
        event = events.get(reading.event_id)
        if event is None or not reading.readable:
            continue
        for removal in history.removals:
            gone = removal.user_id == reading.reader and removal.room_id == event.room_id
            if gone and event.order > removal.order:
                yield f"{reading.event_id} can be read by {reading.reader}, who was out before it was said"


def _nobody_speaks_for_another(history: History) -> Iterator[str]:
    said = {item.event_id: item for item in history.said}
    for effect in history.effects:
        if not effect.source.startswith("$"):
            continue  # from the portal or the command line
        source = said.get(effect.source)
        if source is None:
            yield f"{effect.entry} comes from {effect.source}, which nobody sent"
        elif source.sender != effect.author:
            yield f"{effect.entry} stands in the name of {effect.author}, and {source.sender} sent it"
        elif not source.trusted:
            yield f"{effect.entry} comes from a device that {effect.author} did not confirm"
    now = {pin.user_id: pin for pin in history.pins}
    for before in history.pins_before:
        pin = now.get(before.user_id)
        if pin is None or (pin.master != before.master and not pin.repinned):
            yield f"the identity of {before.user_id} became another one, and nobody confirmed that"
