"""Omvang van een datalek: persons × what they could read, for the report within 72 hours (AVG 33 and 34).

Only references, moments, devices and lines of the log: nobody needs the contents to report, and nobody gets them here.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from hub.application import auditing
from hub.application.context import RequestContext
from hub.application.guard import Guard, Refused
from hub.application.ports import UnitOfWork
from hub.application.use_cases.breach_facts import (
    asked_for,
    everybody,
    first_of_each,
    in_room,
    looks_at,
    opened,
    rooms,
    said_about,
)
from hub.domain import breach
from hub.domain.access import Decision
from hub.domain.audit import AuditEvent
from hub.domain.breach import Exposed, Exposure, Ground, HeldKey, ReportClock, Span
from hub.domain.errors import CommandRejected
from hub.domain.identifiers import EntryRef
from hub.domain.people import Person
from hub.domain.vocabulary import Action, Role

_MAY_ASK = frozenset({Role.PRIVACY_OFFICER, Role.ADMINISTRATOR})


@dataclass(frozen=True, slots=True)
class Subject:
    """Waarover het gaat: a message (event id), an entry (reference), or all that one person's account could reach."""

    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class PersonExposed:
    """Eén mens. ``person`` None: an account in the room that the hub does not know; then ``account`` names it."""

    person: Person | None
    account: str
    role: Role | None
    found: Exposed


@dataclass(frozen=True, slots=True)
class ItemExposed:
    """Eén regel of bericht, for a lost device or account: never what it says."""

    subject: Subject
    at: datetime
    found: Exposed


@dataclass(frozen=True, slots=True)
class Scope:
    """Het antwoord. ``people`` for a message or an entry, ``items`` for a person."""

    subject: Subject
    since: datetime
    until: datetime
    clock: ReportClock
    people: tuple[PersonExposed, ...] = ()
    items: tuple[ItemExposed, ...] = ()


async def scope_of_message(
    unit: UnitOfWork,
    guard: Guard,
    context: RequestContext,
    event_id: str,
    *,
    until: datetime | None = None,
    known_at: datetime | None = None,
    own_accounts: Iterable[str] = (),
) -> Scope:
    """Wie kon dit bericht lezen: of the bot (keys are known) or of a human (the room is known).

    :raises Refused: neither privacy officer nor administrator
    :raises CommandRejected: no such message in a room of this patient
    """
    policy = await _require(unit, guard, context)
    places = await rooms(unit, context)
    sent = [await unit.disclosures.find(room_id, event_id) for room_id in places]
    said = next((one for one in sent if one is not None), None)
    heard = await unit.traces.heard(event_id) if said is None else None
    if said is None and (heard is None or heard.room_id not in places):
        raise CommandRejected("unknown-message", "Dat bericht staat niet in een kamer van deze patiënt.")
    at = said.at if said is not None else heard.sent_at if heard is not None else context.now
    place = places[said.room_id if said is not None else heard.room_id if heard is not None else ""]
    keys: list[HeldKey] | None = None
    if said is not None and said.is_known:
        lines = [key for key in await unit.traces.keys_in([said.session_id]) if key.room_id == said.room_id]
        keys = breach.holding(lines, said.message_index)
    asked = await asked_for(unit, context, event_id) | ({heard.sender} if heard is not None else set())
    present = await in_room(unit, context, place)
    by_account = {person.matrix_id or person.id: person for person, _, _ in present.values()}
    now_there = set(await unit.rooms.members(place.room_id)) if keys is None else set()
    accounts = (set(by_account) | {key.user_id for key in keys or ()} | now_there) - set(own_accounts)
    known = await unit.people.by_matrix_ids(accounts)
    found = []
    for account in sorted(accounts):
        person = by_account.get(account) or known.get(account)
        _, role, spans = present[person.id] if person is not None and person.id in present else (person, None, ())
        if person is None and keys is None:
            # In the room by the homeserver's word only, since when is not known.
            spans = (Span(at, None),)
        own = None if keys is None else [key for key in keys if key.user_id == account]
        exposed = breach.of_message(at, spans, own, asked=account in asked)
        found.append(PersonExposed(person, account, role, exposed))
    end = _until(context, until)
    scope = Scope(
        Subject("message", event_id), at, end, await _clock(unit, context, event_id, known_at), _sorted(found)
    )
    await _log(unit, context, policy, scope)
    return scope


async def scope_of_entry(
    unit: UnitOfWork,
    guard: Guard,
    context: RequestContext,
    ref: EntryRef,
    *,
    until: datetime | None = None,
    known_at: datetime | None = None,
) -> Scope:
    """Wie kon deze regel lezen, from when it was written until ``until``.

    :raises Refused: neither privacy officer nor administrator
    :raises CommandRejected: no such entry
    """
    policy = await _require(unit, guard, context)
    marks = await unit.traces.entry_marks(context.patient_id or "", ref)
    if not marks:
        raise CommandRejected("unknown-entry", "Die verwijzing bestaat niet in dit dossier.")
    since, end = marks[0].recorded_at, _until(context, until)
    log = await unit.audit.of_patient(context.patient_id or "")
    said = await said_about(unit, context, log, ref.section, since, end)
    found = []
    people = await everybody(unit, context, log)
    for person, relations in people:
        could = await opened(unit, guard, context, person, ref.section, since, end)
        looks = looks_at(log, person, ref.section, could)
        keys = [key for key in said if key.user_id == person.matrix_id]
        spans = tuple(Span(one.since, one.until) for one in relations)
        exposed = breach.of_entry(since, end, spans, [span for span, _ in could], looks, keys)
        role = relations[-1].role if relations else person.role
        found.append(PersonExposed(person, person.matrix_id or person.id, role, exposed))
    scope = Scope(
        Subject("entry", str(ref)), since, end, await _clock(unit, context, str(ref), known_at), _sorted(found)
    )
    await _log(unit, context, policy, scope)
    return scope


async def scope_of_person(
    unit: UnitOfWork,
    guard: Guard,
    context: RequestContext,
    person_id: str,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    known_at: datetime | None = None,
) -> Scope:
    """Wat dit account kon lezen, after a device or a password was lost: messages whose key it got, entries that were
    open to it since then. What is on a device stays there, so that messages count from the beginning.

    :raises Refused: neither privacy officer nor administrator
    """
    policy = await _require(unit, guard, context)
    person = await unit.people.get(person_id)
    end = _until(context, until)
    places = await rooms(unit, context)
    shares: dict[str, list[HeldKey]] = {}
    for key in await unit.traces.keys_of(person.matrix_id or ""):
        shares.setdefault(key.session_id, []).append(key)
    items = []
    for message in await unit.traces.sent_in(places, end):
        held = breach.holding([k for k in shares.get(message.session_id, ()) if k.room_id == message.room_id],
                              message.message_index)  # fmt: skip
        if held:
            exposed = Exposed(Exposure.POSSIBLE, Ground.KEY, devices=tuple(sorted({key.device_id for key in held})))
            items.append(ItemExposed(Subject("message", message.event_id), message.at, exposed))
    log = await unit.audit.of_patient(context.patient_id or "")
    start = since or datetime.min.replace(tzinfo=context.now.tzinfo)
    marks = await unit.traces.entry_marks(context.patient_id or "")
    could = {
        section: await opened(unit, guard, context, person, section, start, end)
        for section in sorted({mark.ref.section for mark in marks})
    }
    relations = [r for p, found in await everybody(unit, context, log) if p.id == person.id for r in found]
    for mark in first_of_each(marks):
        section = mark.ref.section
        looks = looks_at(log, person, section, could[section])
        begin = max(mark.recorded_at, start)
        spans = tuple(Span(one.since, one.until) for one in relations)
        exposed = breach.of_entry(begin, end, spans, [span for span, _ in could[section]], looks, ())
        if exposed.exposure is not Exposure.EXCLUDED:
            items.append(ItemExposed(Subject("entry", str(mark.ref)), mark.recorded_at, exposed))
    subject = Subject("person", person.id)
    scope = Scope(subject, start, end, await _clock(unit, context, person.id, known_at), items=tuple(items))
    await _log(unit, context, policy, scope)
    return scope


async def _require(unit: UnitOfWork, guard: Guard, context: RequestContext) -> str:
    if context.patient_id is None:
        raise ValueError("a breach is about a patient")
    permit = await guard.require(unit, context, Action.AUDIT)
    if context.role not in _MAY_ASK:
        raise Refused(context, None, Decision(permitted=False, rules=()), "not-a-privacy-officer")
    return permit.policy


def _until(context: RequestContext, until: datetime | None) -> datetime:
    """The end of the time that is looked at; what happened at that very moment belongs to it."""
    return (until or context.now) + timedelta(microseconds=1)


def _sorted(found: Iterable[PersonExposed]) -> tuple[PersonExposed, ...]:
    order = list(Exposure)
    return tuple(sorted(found, key=lambda one: (order.index(one.found.exposure), one.account)))


async def _clock(unit: UnitOfWork, context: RequestContext, subject: str, known_at: datetime | None) -> ReportClock:
    """From when somebody knew: as told, else from the first time that this was asked. The clock never starts anew."""
    earlier = [
        item.entry.recorded_at
        for item in await unit.audit.of_patient(context.patient_id or "")
        if item.entry.event is AuditEvent.BREACH_SCOPED and item.entry.object_id == subject
    ]
    return ReportClock(min([*earlier, known_at or context.now]))


async def _log(unit: UnitOfWork, context: RequestContext, policy: str, scope: Scope) -> None:
    counted = [one.found.exposure for one in scope.people] + [one.found.exposure for one in scope.items]
    await unit.audit.add(
        auditing.entry(
            context,
            AuditEvent.BREACH_SCOPED,
            object_type=f"breach-{scope.subject.kind}",
            object_id=scope.subject.name,
            policy=policy,
            detail=";".join(f"{one.value}={counted.count(one)}" for one in Exposure),
        )
    )
