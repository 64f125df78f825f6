"""Toegang beëindigen: what follows in the same transaction when somebody's place ends (law-and-care E1, E8; ADR 0022).

Rights end with the commit. With it end the portal's sessions and links, and what was still to be said in the person's
private room; the gatekeeper then removes them, and the bot is silent in a room until they are out (ADR 0020). What was
theirs to do goes to nobody by itself: the team hears what has no owner now.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from hub.application import auditing
from hub.application.context import RequestContext
from hub.application.guard import Guard
from hub.application.identify import identify
from hub.application.ports import OutgoingMessage, UnitOfWork
from hub.application.use_cases.complexity import Why, reassess
from hub.application.use_cases.in_hand import numbers, require_nothing_in_hand
from hub.application.use_cases.lead_changes import give, log_passed, parts_of_leaver
from hub.application.use_cases.leading import presence
from hub.application.use_cases.people import require_administrator
from hub.application.use_cases.question_owners import pass_on_questions
from hub.application.use_cases.task_acts import give_up_all
from hub.domain.audit import AuditEvent
from hub.domain.capacity import dutch_day
from hub.domain.circle import CareRelation, Circle, DischargeReason, RoomKind
from hub.domain.consent import Consent, ConsentDecision, TargetKind, counting, verdict_on_person
from hub.domain.errors import CommandRejected
from hub.domain.lead import LeadPart, heirs
from hub.domain.people import Person
from hub.domain.spoken import joined, phrase
from hub.domain.vocabulary import Action, Role

FIRST_ADMINISTRATOR = "administrator"
OFF_BOARDING = frozenset({DischargeReason.LEFT_ORGANISATION, DischargeReason.ACCOUNT_COMPROMISED})
"""Reasons for which somebody leaves Kring as a whole (E8)."""
_DROPPED = "no-longer-a-member"
# The patient cannot be sent from their own circle; a representative is limited by the doctor alone (BW 7:465 lid 4).
_STAYS = frozenset({Role.PATIENT, Role.REPRESENTATIVE})


class ClosesAccounts(Protocol):
    """Closes somebody's Matrix account: nothing works any more, on any device."""

    async def close(self, matrix_id: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Orphans:
    """Werk zonder eigenaar in één kring: the lead, and the numbers of open handovers to somebody who is gone."""

    lead: bool = False
    handovers: tuple[int, ...] = ()

    def __bool__(self) -> bool:
        return self.lead or bool(self.handovers)

    @property
    def codes(self) -> list[str]:
        """``["lead", "handover:3"]``."""
        return (["lead"] if self.lead else []) + [f"handover:{number}" for number in self.handovers]


@dataclass(frozen=True, slots=True)
class Ended:
    """One place that ended. ``passed_to``: who has the lead now, when the person had it."""

    circle: Circle
    relation: CareRelation
    passed_to: str | None
    orphans: Orphans


@dataclass(frozen=True, slots=True)
class Departure:
    """Somebody who left for good: the places that ended with it."""

    person: Person
    ended: tuple[Ended, ...]


async def end_place(
    unit: UnitOfWork,
    context: RequestContext,
    circle: Circle,
    relation: CareRelation,
    reason: DischargeReason,
    *,
    policy: str,
) -> Ended:
    """End one place, and everything that hangs on it. ``policy``: the rules by which this was permitted.

    :raises CommandRejected: the person leads, or has a handover to receive, and the reason can wait for a successor
    """
    person_id, now = relation.person_id, context.now
    circle = await unit.circles.get(circle.id)
    before = await orphans(unit, circle, now)
    if not reason.at_once:
        await require_nothing_in_hand(unit, circle, person_id, reason, own=person_id == context.actor.id)
    here = replace(context, circle=circle, patient_id=circle.patient_id)
    await unit.circles.end(relation.id, now, reason)
    passed_to = await _pass_lead(unit, here, circle) if circle.lead_id == person_id else None
    await parts_of_leaver(unit, here, circle, person_id)
    # A task always has a named owner: who has the lead.
    await give_up_all(unit, here, circle, person_id)
    await pass_on_questions(unit, here, circle, person_id)
    await unit.circles.want_reconciled(circle.id, now)
    # A link that they still have opens nothing: who uses it is refused, and that they tried is in the log.
    await unit.portal.end_all(person_id, circle.id, now)
    await unit.outbox.drop_private(circle.id, person_id, _DROPPED)
    await unit.rooms.unwish_private(circle.id, person_id)
    await unit.audit.add(
        auditing.entry(
            here,
            AuditEvent.MEMBER_DISCHARGED,
            object_type="person",
            object_id=person_id,
            policy=policy,
            detail=reason.value,
        )
    )
    after = await orphans(unit, circle, now)
    left = Orphans(
        after.lead and not before.lead, tuple(number for number in after.handovers if number not in before.handovers)
    )
    if left or passed_to is not None:
        await _tell_what_is_left(unit, here, circle, relation, passed_to, left)
    if passed_to is not None or relation.role is Role.COACH:
        await reassess(unit, here, await unit.circles.get(circle.id), Why.TEAM)
    return Ended(circle, relation, passed_to, left)


async def after_objection(unit: UnitOfWork, context: RequestContext, consent: Consent, policy: str) -> list[Ended]:
    """Bezwaar tegen één zorgverlener, organisatie of naaste over alles: their place in the circle ends (E1, E2).

    Call it in the transaction that stored ``consent``, with the request of who made the choice. What the choice leaves
    open for somebody (a section, or a more specific choice) keeps them in the circle. Nothing is told but that their
    access ended; the team hears only of work that has no owner now.
    """
    circle = context.circle
    specific = consent.target.kind in {TargetKind.PERSON, TargetKind.ORGANISATION}
    if circle is None or consent.decision is not ConsentDecision.DENY or consent.context is not None or not specific:
        return []
    patient, today = await unit.patients.get(circle.patient_id), dutch_day(context.now)
    recorded = counting(await unit.consents.of_patient(patient.id), patient.birthday(16), today)
    age = patient.age_band(today)
    ended = []
    for relation in await unit.circles.relations(circle.id):
        if not relation.active(context.now) or relation.role in _STAYS:
            continue
        person = await unit.people.get(relation.person_id)
        hat = relation.organisation
        if not consent.target.matches(person, relation.role, hat):
            continue
        if verdict_on_person(recorded, person, relation.role, organisation=hat, age=age).objected:
            reason = DischargeReason.PATIENT_WITHDRAWAL
            ended.append(await end_place(unit, context, circle, relation, reason, policy=policy))
    return ended


async def leave_for_good(
    unit: UnitOfWork, guard: Guard, context: RequestContext, *, person_id: str, reason: DischargeReason
) -> Departure:
    """Uit dienst, of een account in verkeerde handen: every place, session and link of this person ends in one act.

    The Matrix account is closed after the commit (:func:`close_accounts`); that it must be is part of it.

    :raises Refused: not the administrator's request
    :raises CommandRejected: the person is a patient, the administrator of this hub itself, or left before
    """
    require_administrator(context)
    if reason not in OFF_BOARDING:
        raise CommandRejected(
            "bad-reason", "De reden moet een van deze zijn: %(names)s.", {"names": ", ".join(sorted(OFF_BOARDING))}
        )
    person = await unit.people.get(person_id)
    if person.role is Role.PATIENT:
        raise CommandRejected("patient-stays", "Een patiënt gaat niet uit dienst; sluit de kring.")
    if person.id in {context.actor.id, await unit.get_setting(FIRST_ADMINISTRATOR)}:
        raise CommandRejected("needs-another", "Dit account beheert Kring zelf; laat een andere beheerder dit doen.")
    if person.left_at is not None:
        raise CommandRejected("left-before", "Deze persoon is al vertrokken.")
    ended = []
    for circle, relation in await unit.circles.places_of(person_id, context.now):
        about = await identify(
            unit,
            context.actor,
            circle,
            channel=context.channel,
            initiator=context.initiator,
            correlation_id=context.correlation_id,
            now=context.now,
        )
        permit = await guard.require(unit, about, Action.REMOVE)
        ended.append(await end_place(unit, about, circle, relation, reason, policy=permit.policy))
    await unit.portal.end_all(person_id, None, context.now, links=True)
    await unit.people.leaves(person_id, context.now)
    await unit.audit.add(
        auditing.entry(
            context,
            AuditEvent.PERSON_LEFT,
            object_type="person",
            object_id=person_id,
            detail=f"{reason.value};places={len(ended)}",
        )
    )
    return Departure(person, tuple(ended))


async def orphans(unit: UnitOfWork, circle: Circle, now: datetime) -> Orphans:
    """What of this circle waits for somebody who is not in it (any more)."""
    here = {relation.person_id for relation in await unit.circles.relations(circle.id) if relation.active(now)}
    lead = (await unit.circles.get(circle.id)).lead_id
    waiting = await unit.handovers.of_circle(circle.id)
    return Orphans(
        lead=circle.open and lead not in here,
        handovers=tuple(
            h.number for h in waiting if h.open and h.receiver_id is not None and h.receiver_id not in here
        ),
    )


async def pass_on_lead(unit: UnitOfWork, context: RequestContext, circle: Circle) -> str | None:
    """De regie van iemand wiens plaats al eindigde: to who may have it, else the alarm; who has it now (HAZ-10)."""
    relation = await unit.circles.latest_relation(circle.id, circle.lead_id, context.now)
    if relation is None:
        return None
    passed_to = await _pass_lead(unit, context, circle)
    if passed_to is not None:
        await give_up_all(unit, context, circle, relation.person_id)
    await _tell_what_is_left(unit, context, circle, relation, passed_to, Orphans(lead=passed_to is None))
    return passed_to


async def _pass_lead(unit: UnitOfWork, context: RequestContext, circle: Circle) -> str | None:
    """The lead goes to the deputy, else to the coach, else to the GP of the circle. None when nobody can."""
    circle, here, away = await presence(unit, circle, context.now)
    for heir in heirs(circle, here, away):
        if await give(unit, context, circle, LeadPart.LEAD, circle.lead_id, heir):
            await log_passed(unit, context, LeadPart.LEAD, circle.lead_id, heir)
            return heir
    return None


async def _tell_what_is_left(
    unit: UnitOfWork,
    context: RequestContext,
    circle: Circle,
    relation: CareRelation,
    passed_to: str | None,
    left: Orphans,
) -> None:
    """The alarm: to the team, and what has no owner also to coach or else GP in private."""
    gone = await unit.people.get(relation.person_id)
    lines = [phrase("%(gone)s heeft geen toegang meer tot deze kring.", gone=gone.introduced(relation.role))]
    if passed_to is not None:
        lead = await unit.people.get(passed_to)
        lines.append(
            phrase("- De regie is nu bij %(lead)s. Klopt dat niet? Spreek af wie de regie neemt.", lead=lead.name.full)
        )
    if left.lead:
        lines.append(
            phrase("- Niemand heeft nu de regie. Spreek vandaag af wie die neemt, en bel de beheerder van Kring.")
        )
    if left.handovers:
        lines.append(
            phrase(
                "- De overdracht met nummer %(numbers)s wacht op niemand meer. Wie die overneemt, typt: !ontvangen "
                "%(number)s",
                numbers=numbers(left.handovers),
                number=left.handovers[0],
            )
        )
    body = joined((phrase("# Let op: werk zonder eigenaar") if left else phrase("# De regie is veranderd"), *lines))
    active = [r for r in await unit.circles.relations(circle.id) if r.active(context.now)]
    if left:
        await unit.audit.add(
            auditing.entry(
                context,
                AuditEvent.WORK_ORPHANED,
                object_type="circle",
                object_id=circle.id,
                detail=",".join(left.codes),
            )
        )
        for person_id in _alarmed(active):
            words = unit.words((await unit.people.get(person_id)).language)
            if await unit.rooms.find(circle.id, RoomKind.PRIVATE, person_id) is None:
                await unit.rooms.wish_private(circle.id, person_id, context.now)
            await unit.outbox.add(_message(circle, context, RoomKind.PRIVATE, person_id, body.said(words)), context.now)
    if any(r.role.is_professional for r in active):
        await unit.outbox.add(_message(circle, context, RoomKind.TEAM, None, body.dutch), context.now)


def _alarmed(active: Iterable[CareRelation]) -> list[str]:
    """Coaches; without any the GPs (HAZ-10)."""
    for role in (Role.COACH, Role.GP):
        found = sorted({relation.person_id for relation in active if relation.role is role})
        if found:
            return found
    return []


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
