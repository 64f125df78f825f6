"""What the gatekeeper writes down and tells: what it repaired (to the team), and what it cannot mend (to the coach).

The alarm goes to the private rooms of lead and coach, never to the room that it is about.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from hub.adapters.sql.unit_of_work import SqlUnitOfWork
from hub.application import auditing
from hub.application.context import RequestContext
from hub.application.identify import identify
from hub.application.ports import OutgoingMessage, RoomPlace
from hub.application.use_cases.leading import acting_lead
from hub.bootstrap import Hub
from hub.domain.audit import AuditEvent
from hub.domain.circle import Circle, RoomKind
from hub.domain.vocabulary import Channel, Role
from hub.texts import N_, translator

INITIATOR = "bot:poortwachter"
REMOVAL_REFUSED = "removal-refused"
TOMBSTONE = "tombstone"
UNSEEN_MEMBER = "unseen-member"
_NL = {
    "m.room.power_levels": "de rechten",
    "m.room.join_rules": "de toegang",
    "m.room.history_visibility": N_("de zichtbaarheid van oude berichten"),
    "m.room.guest_access": N_("de toegang voor gasten"),
    "m.room.encryption": "de versleuteling",
    "m.room.name": "de naam",
    "m.room.pinned_events": N_("de vastgezette kaart"),
}
_WHERE = {
    "space": N_("de kring"),
    "circle": N_("de kringkamer"),
    "team": N_("de teamkamer"),
    "private": N_("een privékamer"),
    "aftercare": N_("de nazorgkamer"),
}
_ALARMS = {
    REMOVAL_REFUSED: N_(
        "Let op: in %(room)s is iemand die daar niet (meer) hoort, en de Matrix-server verwijdert die persoon "
        "niet. Kring zegt daar niets tot dat is opgelost. Zeg er zelf ook niets over de patiënt, en bel de "
        "beheerder."
    ),
    TOMBSTONE: N_(
        "Let op: de Matrix-server zegt dat %(room)s is vervangen door een andere kamer. Dat heeft Kring niet gedaan. "
        "Kring gaat niet mee; ga zelf ook niet naar een nieuwe kamer, en bel de beheerder."
    ),
    UNSEEN_MEMBER: N_(
        "Let op: de Matrix-server toonde in %(room)s iemand die er volgens dezelfde server niet is. Kring heeft daar "
        "zo lang niets gezegd. Gebeurt dit vaker, bel dan de beheerder."
    ),
}


class Teller:
    """Writes audit entries in the name of the circle's lead (I7), with what must be said, in one transaction."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._alarmed: set[tuple[str, str, str]] = set()

    async def repaired(self, circle: Circle, repaired: list[str]) -> None:
        """Tell the team. ``repaired``: ``kind:what`` each."""
        body = N_("De poortwachter heeft iets hersteld dat niet klopte: ") + "; ".join(_told(repaired)) + "."
        async with self._writing(circle, AuditEvent.ROOM_REPAIRED, circle.id, ",".join(repaired)) as (unit, context):
            await unit.outbox.add(_message(circle, context, RoomKind.TEAM, None, body), context.now)

    async def alarm(self, circle: Circle, place: RoomPlace, code: str, about: str = "") -> None:
        """Tell lead and coach, once for each room, reason and ``about`` (a Matrix id) while this process runs."""
        if (place.room_id, code, about) in self._alarmed:
            return
        now = self._hub.now()
        async with self._hub.transactions.reading() as unit:
            relations = [r for r in await unit.circles.relations(circle.id) if r.active(now)]
            acting = await acting_lead(unit, circle, now)
        people = {acting} | {r.person_id for r in relations if r.role is Role.COACH}
        # Somebody in the private room of the coach: the lead, or another coach, hears it elsewhere.
        people -= {place.person_id} if len(people) > 1 else set()
        detail = f"{place.kind.value}:{code}"
        async with self._writing(circle, AuditEvent.ROOM_ALARM, place.room_id, detail) as (unit, context):
            for person_id in sorted(people):
                words = translator((await unit.people.get(person_id)).language)
                body = words(_ALARMS[code]) % {"room": words(_WHERE[place.kind.value])}
                if await unit.rooms.find(circle.id, RoomKind.PRIVATE, person_id) is None:
                    await unit.rooms.wish_private(circle.id, person_id, context.now)
                await unit.outbox.add(_message(circle, context, RoomKind.PRIVATE, person_id, body), context.now)
        # Told only when it is written down: a database that was busy must not swallow the alarm.
        self._alarmed.add((place.room_id, code, about))

    def settled(self, room_id: str, code: str) -> None:
        """It is over; the next time is told again."""
        self._alarmed = {known for known in self._alarmed if known[:2] != (room_id, code)}

    @asynccontextmanager
    async def _writing(
        self, circle: Circle, event: AuditEvent, object_id: str, detail: str
    ) -> AsyncIterator[tuple[SqlUnitOfWork, RequestContext]]:
        now = self._hub.now()
        async with self._hub.transactions() as unit:
            context = await identify(
                unit,
                await unit.people.get(circle.lead_id),
                circle,
                channel=Channel.ROOM,
                initiator=INITIATOR,
                correlation_id=f"repair-{now.timestamp():.0f}",
                now=now,
            )
            kind = "circle" if event is AuditEvent.ROOM_REPAIRED else "room"
            await unit.audit.add(auditing.entry(context, event, object_type=kind, object_id=object_id, detail=detail))
            yield unit, context


def _message(
    circle: Circle, context: RequestContext, kind: RoomKind, person_id: str | None, body: str
) -> OutgoingMessage:
    return OutgoingMessage(
        circle_id=circle.id,
        room_kind=kind,
        room_id=None,
        person_id=person_id,
        sections=frozenset(),
        body=body,
        responsible_id=context.actor.id,
        correlation_id=context.correlation_id,
    )


def _told(repaired: list[str]) -> list[str]:
    told = []
    for item in repaired:
        kind, _, what = item.partition(":")
        said = (
            N_("iemand die er niet hoort is verwijderd")
            if what == "stranger-removed"
            else f"{_NL.get(what, what)} hersteld"
        )
        told.append(N_("in %(room)s: %(said)s") % {"room": _WHERE.get(kind, kind), "said": said})
    return told
