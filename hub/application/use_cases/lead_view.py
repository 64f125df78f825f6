"""Wie wat leidt, sinds wanneer: lead, medical part, deputy, who stands in and who is away."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from hub.application import auditing
from hub.application.context import RequestContext
from hub.application.ports import UnitOfWork
from hub.application.use_cases.lead_changes import open_offers
from hub.application.use_cases.leading import presence
from hub.domain.audit import AuditEvent
from hub.domain.circle import Circle
from hub.domain.lead import Absence, LeadOffer, LeadPart, OfferState, holder, who_acts
from hub.domain.people import Person
from hub.domain.vocabulary import Role


@dataclass(frozen=True, slots=True)
class Holder:
    """Wie een deel van de regie heeft. ``since`` None: it was not written down."""

    part: LeadPart
    person: Person
    role: Role
    since: datetime | None


@dataclass(frozen=True, slots=True)
class LeadView:
    """De regie in één kring, nu. ``acting``: who acts as lead when that is another than the lead; ``nobody``: nobody of
    the circle can. ``offers``: those that the asker made or got."""

    holders: tuple[Holder, ...]
    acting: Person | None
    nobody: bool
    away: tuple[Absence, ...]
    offers: tuple[LeadOffer, ...]
    people: Mapping[str, Person]


async def read_lead(unit: UnitOfWork, context: RequestContext, circle: Circle) -> LeadView:
    """De regie bekijken; every member of the circle may know who leads it. Audited."""
    await unit.audit.add(
        auditing.entry(context, AuditEvent.COMMAND, object_type="circle", object_id=circle.id, detail="lead")
    )
    circle, here, away = await presence(unit, circle, context.now)
    acting = who_acts(circle, here, away)
    named = {one: holder(circle, one) for one in LeadPart}
    offers = tuple(o for o in await open_offers(unit, circle) if context.actor.id in {o.from_id, o.to_id})
    professionals = tuple(away[one] for one in sorted(away) if here[one].is_professional)
    wanted = {one for one in (*named.values(), acting) if one is not None}
    wanted |= {one for absence in professionals for one in (absence.person_id, absence.locum_id) if one is not None}
    wanted |= {one for offer in offers for one in (offer.from_id, offer.to_id)}
    people = await unit.people.all_of(wanted)
    holders = [
        Holder(part, people[one], here.get(one, people[one].role), await _since(unit, circle, part, one))
        for part, one in named.items()
        if one is not None
    ]
    another = people[acting] if acting is not None and acting != circle.lead_id else None
    return LeadView(tuple(holders), another, acting is None or acting in away, professionals, offers, people)


async def _since(unit: UnitOfWork, circle: Circle, part: LeadPart, person_id: str) -> datetime | None:
    if part is LeadPart.LEAD:
        return (await unit.circles.leads(circle.id))[-1].since
    taken = [
        offer.ended_at
        for offer in await unit.lead_offers.of_circle(circle.id)
        if offer.part is part and offer.to_id == person_id and offer.state is OfferState.ACCEPTED
    ]
    return taken[-1] if taken else None
