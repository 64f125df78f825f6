"""The pinned card of a room: made again when something changes, said once, edited in place (D9).

It says only what everybody in that room may read, in the name of who caused the change (I7). When somebody came who
cannot open the message that carries it, a new message takes its place; what nobody needs to hear again is not said.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from hub.application.card_ports import RoomCard, Underway
from hub.application.context import RequestContext
from hub.application.guard import Guard
from hub.application.identify import identify
from hub.application.ports import Form, OutgoingMessage, RoomPlace, UnitOfWork
from hub.application.speaking import Speaker
from hub.application.use_cases.freshening import freshened
from hub.application.use_cases.leading import presence
from hub.domain import card as cards
from hub.domain import dossier
from hub.domain.capacity import dutch_day
from hub.domain.card_facts import Line
from hub.domain.circle import Circle, RoomKind, belongs_in
from hub.domain.disclosure import SHARED, SentMessage, Withheld, standing
from hub.domain.dossier import Entry
from hub.domain.freshness import dated_amber_nl
from hub.domain.identifiers import new_id
from hub.domain.lead import who_acts
from hub.domain.people import Patient, Person
from hub.domain.vocabulary import Action, Channel, PatientState, Section

INITIATOR = "bot:dossier"
SETTLE = timedelta(seconds=10)
"""After somebody came or left: a few who come together get one card."""
_WAIT_FOR_SENDER = timedelta(seconds=2)
_LIVING = frozenset({PatientState.ALIVE, PatientState.DYING})
_WAS_NOT_THERE = frozenset({Withheld.INVITED.value, Withheld.NOT_JOINED.value})


async def renew(
    unit: UnitOfWork, guard: Guard, speaker: Speaker, card: RoomCard, own_accounts: Collection[str], now: datetime
) -> bool:
    """Make one card again; True when something was written down to be said."""
    place = await unit.rooms.place(card.room_id)
    circle = await unit.circles.get(card.circle_id)
    context = await _in_whose_name(unit, card, circle, place, now) if place is not None and circle.open else None
    if place is None or context is None:
        await unit.room_cards.looked(card.room_id, None)
        return False
    if card.underway is Underway.PERHAPS:
        # What is being said now is not overtaken: first it is known which event it became.
        await unit.room_cards.looked(card.room_id, now + _WAIT_FOR_SENDER)
        return False
    patient = await unit.patients.get(circle.patient_id)
    body, label, look_again = cards.CLOSED, frozenset[Section](), None
    if patient.state in _LIVING:
        opened = await speaker.open_to_all(unit, context, place, cards.SECTIONS)
        body, look_again = await _body(unit, guard, context, patient, opened, now)
        label = cards.sections_of(opened)
    digest = unit.room_cards.digest(card.room_id, body)
    edits = card.event_id is not None and not await _somebody_is_new(unit, card, own_accounts)
    first_waits = card.event_id is None and card.underway is Underway.UNSAID
    if digest == card.digest and (edits or first_waits):
        await unit.room_cards.looked(card.room_id, look_again)
        return False
    waits = card.outbox_id if card.underway is Underway.UNSAID else None
    if waits is not None and not await unit.room_cards.withdraw(waits):
        await unit.room_cards.looked(card.room_id, now + _WAIT_FOR_SENDER)
        return False
    message = OutgoingMessage(
        circle_id=circle.id,
        room_kind=place.kind,
        room_id=place.room_id,
        person_id=None,
        sections=label,
        body=f"{await _head(unit, patient, label, now)}\n{body}",
        responsible_id=context.actor.id,
        correlation_id=context.correlation_id,
        form=Form.CARD,
        replaces=card.event_id if edits else None,
    )
    await unit.room_cards.written(card.room_id, digest, await unit.outbox.add(message, now), look_again)
    return True


@dataclass(frozen=True, slots=True)
class CardView:
    """The facts for one reader. ``opened``: sections of which they see all or (``limited``) a part."""

    lines: tuple[Line, ...]
    opened: frozenset[Section]
    limited: frozenset[Section]


async def read_card(unit: UnitOfWork, guard: Guard, context: RequestContext) -> CardView:
    """De kaart lezen, as far as this reader may know.

    :raises Refused: none of its sections is open to them
    """
    permits = await guard.permitted(unit, context, Action.READ, cards.SECTIONS)
    if not permits or context.circle is None:
        # Says no with rule and law, and leaves a trace, like any other refusal.
        await guard.require(unit, context, Action.READ, Section.S1)
    circle, patient = await unit.circles.get(context.circle_id), await unit.patients.get(context.patient_id or "")
    whole = {permit.section for permit in permits if permit.section is not None and not permit.limits}
    shown = dossier.to_show(await unit.dossier.read(permits))
    found = await freshened(unit, guard, context, shown, whole)
    source = await material(unit, circle, patient, found, context.now)
    opened = {permit.section: bool(permit.limits) for permit in permits if permit.section is not None}
    limited = frozenset(section for section, is_limited in opened.items() if is_limited)
    return CardView(cards.lines(source, opened), frozenset(opened), limited)


async def material(
    unit: UnitOfWork, circle: Circle, patient: Patient, shown: list[Entry], now: datetime
) -> cards.Source:
    """What the facts are made of, from entries that may be shown where the facts will be."""
    relations = [r for r in await unit.circles.relations(circle.id) if r.active(now) and r.role.is_professional]
    _, here, away = await presence(unit, circle, now)
    acting = who_acts(circle, here, away)
    parts = {one for one in (acting, circle.deputy_id, circle.medical_lead_id) if one is not None}
    named = {circle.lead_id, *parts, *(relation.person_id for relation in relations)}
    named |= {entry.confirmed_by for entry in shown if entry.confirmed_by}
    people = await unit.people.all_of(named)
    team = [(people[relation.person_id], relation.role) for relation in relations]
    stale = {
        entry.ref: dated_amber_nl(entry.freshness)
        for entry in shown
        if entry.freshness is not None and entry.freshness.stale
    }
    return cards.Source(
        patient,
        shown,
        team,
        people[circle.lead_id],
        people,
        dutch_day(now),
        stale,
        instead=people[acting] if acting is not None and acting != circle.lead_id else None,
        away_until=away[circle.lead_id].until if circle.lead_id in away else None,
        medical=people.get(circle.medical_lead_id or ""),
        deputy=people.get(circle.deputy_id or ""),
    )


async def _body(
    unit: UnitOfWork,
    guard: Guard,
    context: RequestContext,
    patient: Patient,
    opened: frozenset[Section],
    now: datetime,
) -> tuple[str, datetime | None]:
    """What the card says, and when it must be looked at again though nobody changed anything."""
    permits = await guard.permitted(unit, context, Action.READ, sorted(opened))
    found = await unit.dossier.read([permit for permit in permits if not permit.limits])
    circle = await unit.circles.get(context.circle_id)
    place = await unit.rooms.place(context.room_id or "")
    team = place is not None and place.kind is RoomKind.TEAM
    shown = await freshened(unit, guard, context, dossier.to_show(found), opened, others_generally=team)
    source = await material(unit, circle, patient, shown, now)
    return cards.text(cards.lines(source, opened), opened), await _look_again(unit, circle, now)


async def _look_again(unit: UnitOfWork, circle: Circle, now: datetime) -> datetime | None:
    """When a period in the circle, or something held back for a while, runs out."""
    ends = [r.until for r in await unit.circles.relations(circle.id) if r.until is not None]
    ends += [held.until for held in await unit.withholdings.of_patient(circle.patient_id)]
    return min((moment for moment in ends if moment > now), default=None)


async def _head(unit: UnitOfWork, patient: Patient, label: frozenset[Section], now: datetime) -> str:
    """Name and birth date against mixing up two patients, where everybody may know the birth date."""
    return cards.head(patient.described() if Section.S1 in label else patient.name.full, now)


async def _in_whose_name(
    unit: UnitOfWork, card: RoomCard, circle: Circle, place: RoomPlace, now: datetime
) -> RequestContext | None:
    """Who caused it, when they are of this room; else the lead; else whoever of the room came first."""
    active = [r for r in await unit.circles.relations(circle.id) if r.active(now) and belongs_in(r.role, place.kind)]
    here = [relation.person_id for relation in active]
    carers = [relation.person_id for relation in active if relation.role.is_professional]
    chosen = next((one for one in (card.changed_by, circle.lead_id, *carers) if one in here), None)
    if chosen is None:
        return None
    person: Person = await unit.people.get(chosen)
    return await identify(
        unit,
        person,
        circle,
        channel=Channel.ROOM,
        initiator=INITIATOR,
        correlation_id=new_id("card"),
        now=now,
        room_id=place.room_id,
    )


async def _somebody_is_new(unit: UnitOfWork, card: RoomCard, own_accounts: Collection[str]) -> bool:
    """Whether somebody in the room, who can read what is said now, has no key of the message that carries the card."""
    carrier = await unit.disclosures.find(card.room_id, card.event_id or "")
    latest = await unit.disclosures.latest([card.room_id], 1)
    if carrier is None or not latest:
        return True
    could = await _outcomes(unit, carrier)
    can = await _outcomes(unit, latest[0])
    joined = {user for user, how in (await unit.rooms.members(card.room_id)).items() if how == "join"}
    return any(
        SHARED not in could.get(user, set()) and (user not in can or SHARED in can[user] or can[user] <= _WAS_NOT_THERE)
        for user in joined - set(own_accounts)
    )


async def _outcomes(unit: UnitOfWork, message: SentMessage) -> dict[str, set[str]]:
    """Person → what came of the key of this message for each of their devices."""
    found: dict[str, set[str]] = {}
    for line in standing(await unit.disclosures.shares(message), message.message_index):
        found.setdefault(line.user_id, set()).add(line.outcome)
    return found
