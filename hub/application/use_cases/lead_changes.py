"""De regie gaat over: every change of who has a part of the lead, with what follows from it (I10, ADR 0039).

A change names who had the part until now, and is refused by the storage when that is no longer so. One transaction
writes at a time (ADR 0047), so nobody gets a part at the moment they leave.
"""

from datetime import datetime

from hub.application import auditing
from hub.application.context import RequestContext
from hub.application.ports import OutgoingMessage, UnitOfWork
from hub.application.use_cases import lead_texts as texts
from hub.application.use_cases.leading import acting_lead
from hub.application.use_cases.tasks import tell
from hub.domain.audit import AuditEvent
from hub.domain.circle import Circle, RoomKind
from hub.domain.lead import LeadOffer, LeadPart, OfferState, holder
from hub.domain.reminder import Reminder, ReminderKind
from hub.domain.spoken import Spoken

ABOUT_DEPUTY = "deputy:"
"""Of the reminder that asks for a deputy; the circle follows."""


async def give(
    unit: UnitOfWork, context: RequestContext, circle: Circle, part: LeadPart, from_id: str | None, to_id: str | None
) -> bool:
    """Give a part to another, and settle what cannot stand beside it. False: ``from_id`` has it no longer.

    With the lead go the offers that its former holder still had open; who leads is not also the deputy, and needs no
    medical part beside the whole.
    """
    if not await unit.circles.change_lead(circle.id, part, from_id, to_id, context.now):
        return False
    if part is not LeadPart.LEAD:
        return True
    circle = await unit.circles.get(circle.id)
    for other in (LeadPart.DEPUTY, LeadPart.MEDICAL):
        if holder(circle, other) == to_id:
            await unit.circles.change_lead(circle.id, other, to_id, None, context.now)
    for offer in await open_offers(unit, circle):
        if offer.part is LeadPart.LEAD or offer.from_id == from_id or offer.to_id == to_id:
            await withdraw(unit, context, circle, offer)
    return True


async def open_offers(unit: UnitOfWork, circle: Circle) -> list[LeadOffer]:
    return [offer for offer in await unit.lead_offers.of_circle(circle.id) if offer.open]


async def withdraw(unit: UnitOfWork, context: RequestContext, circle: Circle, offer: LeadOffer) -> None:
    """Intrekken: it can be answered no more; who was asked hears it when still in the circle."""
    if not await settle(unit, context, offer, OfferState.WITHDRAWN, AuditEvent.LEAD_WITHDRAWN):
        return
    if await unit.circles.relation(circle.id, offer.to_id, context.now) is not None and offer.to_id != context.actor.id:
        await tell(unit, context, circle, offer.to_id, texts.withdrawn(offer), ())


async def settle(
    unit: UnitOfWork, context: RequestContext, offer: LeadOffer, state: OfferState, event: AuditEvent, policy: str = ""
) -> bool:
    """End an offer, once, with its line of the log; its reminder goes with it."""
    if not await unit.lead_offers.end(offer.circle_id, offer.number, state, context.now):
        return False
    await unit.reminders.cancel(ReminderKind.LEAD_OFFER, offer.about_reminder, context.now)
    await unit.audit.add(
        auditing.entry(
            context,
            event,
            object_type="lead-offer",
            object_id=str(offer.number),
            policy=policy,
            detail=f"{offer.part.value};from={offer.holder_id or 'nobody'};to={offer.to_id}",
        )
    )
    return True


async def parts_of_leaver(unit: UnitOfWork, context: RequestContext, circle: Circle, person_id: str) -> None:
    """Deputy and medical part of somebody whose place ended are nobody's; who leads hears it and is asked for another.

    What they offered, or were offered, can be answered no more.
    """
    circle = await unit.circles.get(circle.id)
    for offer in await open_offers(unit, circle):
        if person_id in {offer.from_id, offer.to_id}:
            await withdraw(unit, context, circle, offer)
    person = await unit.people.get(person_id)
    for part, said in (
        (LeadPart.DEPUTY, texts.deputy_left(person)),
        (LeadPart.MEDICAL, texts.medical_left(person)),
    ):
        if holder(circle, part) != person_id:
            continue
        await unit.circles.change_lead(circle.id, part, person_id, None, context.now)
        await log_passed(unit, context, part, person_id, None)
        await tell_lead(unit, context, circle, said)


async def tell_lead(unit: UnitOfWork, context: RequestContext, circle: Circle, said: Spoken) -> None:
    """In private, to who acts as lead; nobody when that person is not in the circle (the alarm is raised for that)."""
    lead_id = await acting_lead(unit, circle, context.now)
    if circle.open and await unit.circles.relation(circle.id, lead_id, context.now) is not None:
        await tell(unit, context, circle, lead_id, said, ())


async def log_passed(
    unit: UnitOfWork, context: RequestContext, part: LeadPart, from_id: str | None, to_id: str | None
) -> None:
    """A part went to another without an offer: its holder's place ended."""
    await unit.audit.add(
        auditing.entry(
            context,
            AuditEvent.LEAD_PASSED,
            object_type="circle",
            object_id=context.circle_id,
            detail=f"{part.value};from={from_id or 'nobody'};to={to_id or 'nobody'}",
        )
    )


async def tell_team(unit: UnitOfWork, context: RequestContext, circle: Circle, body: Spoken) -> None:
    """In the team room: who leads is for every professional to know."""
    await tell_room(unit, context, circle, RoomKind.TEAM, body)


async def tell_room(unit: UnitOfWork, context: RequestContext, circle: Circle, kind: RoomKind, body: Spoken) -> None:
    """Something that every member of this room may know, in Dutch."""
    await unit.outbox.add(
        OutgoingMessage(
            circle_id=circle.id,
            room_kind=kind,
            room_id=None,
            person_id=None,
            sections=frozenset(),
            body=body.dutch,
            responsible_id=context.actor.id,
            correlation_id=context.correlation_id,
        ),
        context.now,
    )


async def ask_for_deputy(unit: UnitOfWork, context: RequestContext, circle: Circle, at: datetime) -> None:
    """At ``at`` who leads is asked, once, to name a deputy; it blocks nothing."""
    await unit.reminders.set(
        Reminder(ReminderKind.LEAD_OFFER, ABOUT_DEPUTY + circle.id, at, context.actor.id, circle.id), context.now
    )
