"""Wie mag een kamer in: the hub's answer when the homeserver asks about an invitation or a join (T12).

The roster decides, as it is in this transaction; nothing is remembered from one question to the next. The same rule
brings the gatekeeper to invite somebody, so that what it wants is what is allowed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from hub.application import auditing
from hub.application.context import RequestContext
from hub.application.identify import identify
from hub.application.ports import UnitOfWork
from hub.domain.audit import AuditEvent
from hub.domain.circle import Circle, RoomKind, belongs_in
from hub.domain.identifiers import new_id
from hub.domain.vocabulary import Channel

INITIATOR = "homeserver"
ADMINISTRATOR = "administrator"
"""Setting with the id of who answers for this hub where no circle is known."""


@dataclass(frozen=True, slots=True)
class Entering:
    """``question``: ``invite`` or ``join``. ``sender``: who sent the invitation; of a join, who joins."""

    question: str
    room_id: str
    user_id: str
    sender: str


@dataclass(frozen=True, slots=True)
class House:
    """What the roster does not know: the bots, and the rooms that are of no circle with who belongs in each."""

    gatekeeper: str
    dossier_bots: frozenset[str]
    rooms: Mapping[str, frozenset[str]]


async def may_enter(
    unit: UnitOfWork, house: House, asked: Entering, now: datetime, *, record: bool = True
) -> str | None:
    """None when they may; else the code of why not, written in the log in the same transaction.

    ``record`` False: a look in a transaction that cannot write; a refusal must be asked again in one that can.
    No fact is: not. ``unknown-question``, ``not-the-gatekeeper``, ``unknown-room``, ``circle-closed``,
    ``unknown-person``, ``has-left``, ``not-in-the-circle``, ``not-in-this-room``.
    """
    place = await unit.rooms.place(asked.room_id)
    circle = await unit.circles.get(place.circle_id) if place is not None else None
    why = await _refusal(unit, house, asked, circle, now)
    if why is not None and record:
        await _audit(unit, asked, circle, why, now)
    return why


async def _refusal(unit: UnitOfWork, house: House, asked: Entering, circle: Circle | None, now: datetime) -> str | None:
    if asked.question not in {"invite", "join"}:
        return "unknown-question"
    if asked.question == "invite" and asked.sender != house.gatekeeper:
        return "not-the-gatekeeper"
    if asked.question == "join" and asked.sender != asked.user_id:
        return "unknown-question"
    if asked.room_id in house.rooms:
        return None if asked.user_id in house.rooms[asked.room_id] else "not-in-this-room"
    owner_id = await unit.personal_rooms.owner(asked.room_id)
    if owner_id is not None:
        who = await unit.people.by_matrix_id(asked.user_id)
        theirs = who is not None and who.id == owner_id and not who.has_left(now)
        return None if theirs or asked.user_id in house.dossier_bots else "not-in-this-room"
    place = await unit.rooms.place(asked.room_id)
    if place is None or circle is None:
        return "unknown-room"
    if not circle.open:
        return "circle-closed"
    if asked.user_id in house.dossier_bots:
        return None if place.kind is not RoomKind.SPACE else "not-in-this-room"
    person = await unit.people.by_matrix_id(asked.user_id)
    if person is None:
        return "unknown-person"
    if person.has_left(now):
        return "has-left"
    relation = await unit.circles.relation(circle.id, person.id, now)
    if relation is None:
        return "not-in-the-circle"
    own = place.kind is RoomKind.PRIVATE and place.person_id == person.id
    return None if own or belongs_in(relation.role, place.kind) else "not-in-this-room"


async def _audit(unit: UnitOfWork, asked: Entering, circle: Circle | None, why: str, now: datetime) -> None:
    """In the name of who answers for the circle, or else for this hub (I7); whom it is about is in the detail."""
    lead = circle.lead_id if circle is not None else await unit.get_setting(ADMINISTRATOR)
    if lead is None:
        return
    person = await unit.people.by_matrix_id(asked.user_id)
    context: RequestContext = await identify(
        unit,
        await unit.people.get(lead),
        circle,
        channel=Channel.ROOM,
        initiator=INITIATOR,
        correlation_id=new_id("ask"),
        now=now,
    )
    await unit.audit.add(
        auditing.entry(
            context,
            AuditEvent.ENTERING_REFUSED,
            object_type="person" if person is not None else "room",
            object_id=person.id if person is not None else asked.room_id[:255],
            outcome=auditing.REFUSED,
            detail=f"{'invite' if asked.question == 'invite' else 'join'}:{why}",
        )
    )
