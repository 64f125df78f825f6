"""De feiten achter de omvang van een datalek: who belonged where, what was open when, who holds which key."""

import itertools
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from hub.application.context import RequestContext
from hub.application.guard import Guard
from hub.application.identify import identify
from hub.application.ports import RoomPlace, UnitOfWork
from hub.application.use_cases.as_of import AsOf, moments_of_change
from hub.domain import breach
from hub.domain.audit import AuditEvent, ChainedEntry
from hub.domain.breach import EntryMark, HeldKey, Look, Span
from hub.domain.circle import CareRelation, RoomKind, belongs_in
from hub.domain.disclosure import SentMessage
from hub.domain.identifiers import EntryRef
from hub.domain.looking import is_look, sections_named
from hub.domain.people import Person
from hub.domain.vocabulary import Action, Channel, Role, Section

Opened = list[tuple[Span, bool]]
"""Stretches of time in which somebody could read a section, and whether all of it."""


async def rooms(unit: UnitOfWork, context: RequestContext) -> dict[str, RoomPlace]:
    """Every room of every circle of this patient."""
    found: dict[str, RoomPlace] = {}
    for circle in await unit.traces.circles_of(context.patient_id or ""):
        found |= {place.room_id: place for place in await unit.rooms.of_circle(circle.id)}
    return found


async def in_room(
    unit: UnitOfWork, context: RequestContext, place: RoomPlace
) -> dict[str, tuple[Person, Role, tuple[Span, ...]]]:
    """Who belonged in this room and when, by the roster: person id → (person, role, times)."""
    relations = [
        one
        for one in (await unit.traces.relations([context.patient_id or ""])).get(context.patient_id or "", [])
        if one.circle_id == place.circle_id
    ]
    found: dict[str, tuple[Person, Role, tuple[Span, ...]]] = {}
    for one in relations:
        belongs = (
            one.person_id == place.person_id if place.kind is RoomKind.PRIVATE else belongs_in(one.role, place.kind)
        )
        if not belongs:
            continue
        earlier = found[one.person_id][2] if one.person_id in found else ()
        person = await unit.people.get(one.person_id)
        found[one.person_id] = (person, one.role, (*earlier, Span(one.since, one.until)))
    return found


async def asked_for(unit: UnitOfWork, context: RequestContext, event_id: str) -> set[str]:
    """The Matrix ids of those whom a message of the bot answers."""
    log = await unit.audit.of_patient(context.patient_id or "")
    ids = {
        item.entry.user_id
        for item in log
        if item.entry.event is AuditEvent.DISCLOSED and item.entry.object_id == event_id
    }
    return set((await unit.people.matrix_ids(ids)).values())


async def everybody(
    unit: UnitOfWork, context: RequestContext, log: Sequence[ChainedEntry]
) -> list[tuple[Person, list[CareRelation]]]:
    """Everybody who ever had a place here or looked, with their places; the patient's own reading is no breach."""
    patient_id = context.patient_id or ""
    relations = (await unit.traces.relations([patient_id])).get(patient_id, [])
    own = (await unit.patients.get(patient_id)).person_id
    ids = dict.fromkeys([*(one.person_id for one in relations),
                         *(item.entry.user_id for item in log if is_look(item.entry))])  # fmt: skip
    ids.pop(own, None)
    people = await unit.people.all_of(ids)
    return [(people[one], [r for r in relations if r.person_id == one]) for one in ids]


async def opened(
    unit: UnitOfWork,
    guard: Guard,
    context: RequestContext,
    person: Person,
    section: Section,
    since: datetime,
    until: datetime,
) -> Opened:
    """When the rules let this person read the section, and whether all of it: asked of the policy at every moment at
    which a fact changed (the policy of today, the facts of then)."""
    changes = [at for at in await moments_of_change(unit, context.patient_id or "", person.id) if since < at < until]
    found: Opened = []
    edges = [since, *changes, until]
    for start, end in itertools.pairwise(edges):
        if start >= end:
            continue
        then = AsOf(unit, start)
        circle = await then.circle_of(context.patient_id or "")
        asking = await identify(
            then.unit,
            person,
            circle,
            channel=Channel.ROOM,
            initiator=context.initiator,
            correlation_id=context.correlation_id,
            now=start,
            patient_id=context.patient_id,
        )
        permits = await guard.permitted(then.unit, asking, Action.READ, (section,))
        if permits:
            found.append((Span(start, end), not permits[0].limits))
    return found


def _whole(opened: Opened, item: ChainedEntry) -> bool:
    """Whether this look was under a permit for all of the section. Not known: taken for all of it."""
    return next((whole for span, whole in opened if span.holds(item.entry.recorded_at)), True)


def looks_at(log: Iterable[ChainedEntry], person: Person, section: Section, opened: Opened) -> list[Look]:
    """What the log has of this person and this section."""
    return [
        Look(item.seq, item.entry.recorded_at, item.entry.access_point, whole=_whole(opened, item))
        for item in log
        if item.entry.user_id == person.id and is_look(item.entry) and section in sections_named(item.entry)
    ]


async def said_about(
    unit: UnitOfWork,
    context: RequestContext,
    log: Sequence[ChainedEntry],
    section: Section,
    since: datetime,
    until: datetime,
) -> list[HeldKey]:
    """Who holds the key of a message of the bot that was about this section."""
    events = {
        item.entry.object_id
        for item in log
        if item.entry.event is AuditEvent.DISCLOSED and section in sections_named(item.entry)
        and since <= item.entry.recorded_at < until
    }  # fmt: skip
    sent = [one for one in await unit.traces.sent_in(await rooms(unit, context), until) if one.event_id in events]
    shares: Mapping[str, list[HeldKey]] = _by_session(await unit.traces.keys_in([one.session_id for one in sent]))
    return [key for one in sent for key in _holders(one, shares)]


def _holders(message: SentMessage, shares: Mapping[str, list[HeldKey]]) -> list[HeldKey]:
    lines = [key for key in shares.get(message.session_id, ()) if key.room_id == message.room_id]
    return breach.holding(lines, message.message_index)


def _by_session(keys: Iterable[HeldKey]) -> dict[str, list[HeldKey]]:
    found: dict[str, list[HeldKey]] = {}
    for key in keys:
        found.setdefault(key.session_id, []).append(key)
    return found


def first_of_each(marks: Iterable[EntryMark]) -> list[EntryMark]:
    """The first version of each entry: since when it could be read."""
    found: dict[EntryRef, EntryMark] = {}
    for mark in marks:
        found.setdefault(mark.ref, mark)
    return list(found.values())
