"""De regie aanbieden: offered with a summary, accepted or declined; nothing changes before that (D7, F8, ADR 0039)."""

from collections.abc import Mapping
from datetime import datetime

from hub.application import auditing
from hub.application.context import RequestContext
from hub.application.guard import Guard, Permit
from hub.application.ports import Tone, UnitOfWork
from hub.application.speaking import Speaker
from hub.application.use_cases import lead_texts as texts
from hub.application.use_cases.lead_changes import (
    ABOUT_DEPUTY,
    ask_for_deputy,
    give,
    log_passed,
    open_offers,
    settle,
    tell_lead,
    tell_team,
    withdraw,
)
from hub.application.use_cases.lead_summary import summary
from hub.application.use_cases.leading import acting_lead, presence
from hub.application.use_cases.ringing import Hour, in_name_of
from hub.application.use_cases.tasks import tell, watch
from hub.domain.audit import AuditEvent
from hub.domain.circle import Circle
from hub.domain.errors import CommandRejected
from hub.domain.lead import (
    ASK_DEPUTY_AFTER,
    LAPSE_AFTER,
    MAY_LEAD,
    MAY_LEAD_MEDICALLY,
    REMIND_AFTER,
    Absence,
    LeadOffer,
    LeadPart,
    OfferState,
    holder,
    in_order,
)
from hub.domain.people import Person
from hub.domain.reminder import Reminder, ReminderKind
from hub.domain.spoken import phrase
from hub.domain.task import TaskKind
from hub.domain.vocabulary import Action, Role, Section

_ASKED_OFTEN = 6
# These fell to somebody because of the lead; what a person was asked by name stays with that person.
_GO_WITH_THE_LEAD = frozenset(TaskKind) - {TaskKind.ASKED, TaskKind.CALL}


async def offer_part(
    unit: UnitOfWork, guard: Guard, speaker: Speaker, context: RequestContext, part: LeadPart, to_id: str
) -> LeadOffer:
    """Aanbieden. An earlier open offer of the same part to somebody else is withdrawn.

    :raises Refused: this role has no part in the lead
    :raises CommandRejected: not theirs to offer, or not for who was named
    """
    permit = await guard.require(unit, context, Action.LEAD)
    circle, here, away = await presence(unit, await unit.circles.get(context.circle_id), context.now)
    if context.actor.id not in here:
        raise CommandRejected("not-a-member", "U zit niet meer in deze kring.")
    await _require_may_offer(unit, context, circle, part)
    to = await unit.people.get(to_id)
    _require_may_have(circle, part, to, here, away)
    for earlier in await open_offers(unit, circle):
        if earlier.part is not part:
            continue
        if earlier.to_id == to_id:
            raise CommandRejected(
                "offered-before", "Dat is al aangeboden, met nummer %(number)s.", {"number": earlier.number}
            )
        await withdraw(unit, context, circle, earlier)
    offer = await unit.lead_offers.add(
        LeadOffer(circle.id, 0, part, context.actor.id, holder(circle, part), to_id, context.now)
    )
    await _log_offered(unit, context, offer, permit)
    reminded_at = context.now + REMIND_AFTER
    await unit.reminders.set(
        Reminder(ReminderKind.LEAD_OFFER, offer.about_reminder, reminded_at, context.actor.id, circle.id, to_id),
        context.now,
    )
    lines, label = await summary(unit, guard, context, to)
    body = texts.offered(offer, context.actor, lines)
    await speaker.private(unit, context, to, body, label, tone=Tone.URGENT)
    return offer


async def accept_offer(unit: UnitOfWork, guard: Guard, context: RequestContext, number: int) -> LeadOffer:
    """Ja zeggen: the part is theirs from this commit on, unless somebody else got it meanwhile. The team hears it.

    :raises CommandRejected: no open offer with this number to this person, or who offered has the part no longer
    """
    permit = await guard.require(unit, context, Action.LEAD)
    circle, here, _ = await presence(unit, await unit.circles.get(context.circle_id), context.now)
    offer = await _open_offer(unit, context, number)
    if context.actor.id not in here or not circle.open:
        raise _no_such_offer()
    merged = offer.part is LeadPart.MEDICAL and offer.to_id == circle.lead_id
    before = await unit.people.get(offer.holder_id) if offer.holder_id is not None else None
    await settle(unit, context, offer, OfferState.ACCEPTED, AuditEvent.LEAD_ACCEPTED, permit.policy)
    if not await give(unit, context, circle, offer.part, offer.holder_id, None if merged else offer.to_id):
        raise CommandRejected(
            "overtaken", "Dit aanbod geldt niet meer: er is intussen iets veranderd. Kijk met: !regie"
        )
    if offer.part is LeadPart.LEAD and offer.holder_id is not None:
        await _take_tasks(unit, guard, context, circle, offer.holder_id)
    await tell_team(unit, context, circle, texts.accepted(offer.part, context.actor, before, merged))
    if offer.part is not LeadPart.DEPUTY and (await unit.circles.get(circle.id)).deputy_id is None:
        await ask_for_deputy(unit, context, circle, context.now)
    return offer


async def decline_offer(
    unit: UnitOfWork, guard: Guard, speaker: Speaker, context: RequestContext, number: int, reason: str
) -> LeadOffer:
    """Nee zeggen, with or without a reason, which only who offered hears."""
    permit = await guard.require(unit, context, Action.LEAD)
    offer = await _open_offer(unit, context, number)
    await settle(unit, context, offer, OfferState.DECLINED, AuditEvent.LEAD_DECLINED, permit.policy)
    giver = await unit.people.get(offer.from_id)
    if await unit.circles.relation(context.circle_id, giver.id, context.now) is not None:
        # What somebody typed may be about the patient; it goes to who may read the care plan.
        label = (Section.S8,) if reason else ()
        body = texts.declined(offer, context.actor, reason)
        await speaker.private(unit, context, giver, body, label, tone=Tone.URGENT)
    return offer


async def clear_deputy(unit: UnitOfWork, guard: Guard, context: RequestContext) -> None:
    """Geen plaatsvervanger meer, by who leads or by the deputy.

    :raises CommandRejected: there is none, or it is not theirs to say
    """
    await guard.require(unit, context, Action.LEAD)
    circle = await unit.circles.get(context.circle_id)
    deputy_id = circle.deputy_id
    if deputy_id is None:
        raise CommandRejected("no-deputy", "Er is geen plaatsvervanger.")
    if context.actor.id != deputy_id:
        await _require_may_offer(unit, context, circle, LeadPart.DEPUTY)
    if not await give(unit, context, circle, LeadPart.DEPUTY, deputy_id, None):
        raise CommandRejected("overtaken", "Er is intussen iets veranderd. Kijk met: !regie")
    await log_passed(unit, context, LeadPart.DEPUTY, deputy_id, None)
    if context.actor.id == deputy_id:
        await tell_lead(unit, context, circle, texts.deputy_left(context.actor))
    else:
        await tell(unit, context, circle, deputy_id, phrase("U bent geen plaatsvervanger meer."), ())


async def offer_for(unit: UnitOfWork, context: RequestContext, number: int) -> LeadOffer | None:
    """The open offer with this number that waits for this person."""
    offer = await unit.lead_offers.get(context.circle_id, number)
    return offer if offer is not None and offer.open and offer.to_id == context.actor.id else None


async def ring(unit: UnitOfWork, hour: Hour, reminder: Reminder) -> datetime | None:
    """An offer that nobody answered, or a circle without a deputy."""
    circle = await unit.circles.get(reminder.circle_id or "")
    if not circle.open:
        return None
    if reminder.about.startswith(ABOUT_DEPUTY):
        return await _ask_deputy(unit, hour, circle, reminder.step)
    offer = await unit.lead_offers.get(circle.id, int(reminder.about.rpartition(":")[2]))
    if offer is None or not offer.open:
        return None
    context = await in_name_of(unit, circle, offer.from_id, hour)
    to, giver = await unit.people.get(offer.to_id), context.actor
    late = reminder.step > 0
    if late:
        await settle(unit, context, offer, OfferState.LAPSED, AuditEvent.LEAD_LAPSED)
    else:
        await _log_reminded(unit, context, offer)
    said = texts.lapsed(offer, to) if late else texts.waits(offer, to, giver)
    for person, body in zip((to, giver), said, strict=True):
        if await unit.circles.relation(circle.id, person.id, hour.now) is not None:
            await tell(unit, context, circle, person.id, body, ())
    return None if late else hour.now + (LAPSE_AFTER - REMIND_AFTER)


async def _ask_deputy(unit: UnitOfWork, hour: Hour, circle: Circle, step: int) -> datetime | None:
    circle, here, _ = await presence(unit, circle, hour.now)
    lead_id = await acting_lead(unit, circle, hour.now)
    if circle.deputy_id is not None or lead_id not in here:
        return None
    if any(offer.part is LeadPart.DEPUTY for offer in await open_offers(unit, circle)):
        return None
    if step < _ASKED_OFTEN and not [one for one in in_order(here) if one != circle.lead_id]:
        # Nobody yet who could be it.
        return hour.now + ASK_DEPUTY_AFTER
    context = await in_name_of(unit, circle, lead_id, hour)
    await unit.audit.add(auditing.entry(context, AuditEvent.DEPUTY_ASKED, object_type="circle", object_id=circle.id))
    await tell(unit, context, circle, lead_id, texts.ASK_DEPUTY, ())
    return None


async def _take_tasks(unit: UnitOfWork, guard: Guard, context: RequestContext, circle: Circle, from_id: str) -> None:
    """What fell to who led, falls to who leads now, as far as they may read it: it stood in the summary."""
    for task in await unit.tasks.of_circle(circle.id):
        if not task.open or task.owner_id != from_id or task.kind not in _GO_WITH_THE_LEAD:
            continue
        if await guard.may_read_all(unit, context, [*task.sections]):
            if not await unit.tasks.hand_on(task, context.actor.id, context.now):
                continue
            moved = await unit.tasks.get(circle.id, task.number)
            if moved is not None:
                await watch(unit, moved, context)


def _no_such_offer() -> CommandRejected:
    return CommandRejected("no-open-offer", "Er is geen open aanbod met dat nummer voor u. Kijk met: !regie")


async def _open_offer(unit: UnitOfWork, context: RequestContext, number: int) -> LeadOffer:
    found = await offer_for(unit, context, number)
    if found is None:
        raise _no_such_offer()
    return found


async def _require_may_offer(unit: UnitOfWork, context: RequestContext, circle: Circle, part: LeadPart) -> None:
    """Who leads, or acts as lead; the medical part also by who has it."""
    acting = await acting_lead(unit, circle, context.now)
    if context.actor.id in {circle.lead_id, acting}:
        return
    if part is LeadPart.MEDICAL and context.actor.id == circle.medical_lead_id:
        return
    leads = await unit.people.get(acting)
    raise CommandRejected(
        "not-your-lead", "Dat doet wie de regie heeft. Dat is nu %(who)s: overleg samen.", {"who": leads.name.full}
    )


def _require_may_have(
    circle: Circle, part: LeadPart, to: Person, here: Mapping[str, Role], away: Mapping[str, Absence]
) -> None:
    role = here.get(to.id)
    if role is None:
        raise CommandRejected("not-a-member", "Deze persoon zit niet in de kring.")
    if holder(circle, part) == to.id:
        raise CommandRejected("has-it", "%(who)s heeft dat al. Kijk met: !regie", {"who": to.name.full})
    if part is LeadPart.DEPUTY and to.id == circle.lead_id:
        raise CommandRejected("lead-is-no-deputy", "De plaatsvervanger is een ander dan wie de regie heeft.")
    if part is LeadPart.MEDICAL and to.id == circle.lead_id:
        if circle.medical_lead_id is None:
            raise CommandRejected("has-it", "%(who)s heeft dat al. Kijk met: !regie", {"who": to.name.full})
    elif part is LeadPart.MEDICAL and role not in MAY_LEAD_MEDICALLY:
        raise CommandRejected("cannot-lead", "De medische regie ligt bij een huisarts, specialist of instelling.")
    elif role not in MAY_LEAD:
        raise CommandRejected("cannot-lead", "De regie ligt bij een coach, huisarts, specialist of instelling.")
    if to.id in away:
        raise CommandRejected(
            "is-away",
            "%(who)s is afwezig t/m %(day)s. Kies iemand anders.",
            {"who": to.name.full, "day": texts.last_day(away[to.id].until)},
        )


async def _log_offered(unit: UnitOfWork, context: RequestContext, offer: LeadOffer, permit: Permit) -> None:
    await unit.audit.add(
        auditing.entry(
            context,
            AuditEvent.LEAD_OFFERED,
            object_type="lead-offer",
            object_id=str(offer.number),
            policy=permit.policy,
            detail=f"{offer.part.value};to={offer.to_id}",
        )
    )


async def _log_reminded(unit: UnitOfWork, context: RequestContext, offer: LeadOffer) -> None:
    await unit.audit.add(
        auditing.entry(
            context,
            AuditEvent.LEAD_REMINDED,
            object_type="lead-offer",
            object_id=str(offer.number),
            detail=offer.part.value,
        )
    )


def _circle(context: RequestContext) -> Circle:
    if context.circle is None:
        raise CommandRejected("no-circle", "Deze kamer hoort bij geen open kring.")
    return context.circle
