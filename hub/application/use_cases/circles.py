"""Open a circle, admit people to it, discharge them from it. The gatekeeper brings the rooms in line afterwards."""

from dataclasses import dataclass, replace
from datetime import datetime

from hub.application import auditing
from hub.application.context import RequestContext
from hub.application.guard import Guard, Permit
from hub.application.ports import UnitOfWork
from hub.application.use_cases.digests import plan_digest
from hub.application.use_cases.emergency_checks import plan_check
from hub.application.use_cases.family import notice_family, require_separate
from hub.application.use_cases.hats import chosen_hat
from hub.application.use_cases.in_hand import require_nothing_in_hand
from hub.application.use_cases.lead_changes import ask_for_deputy
from hub.application.use_cases.leading import presence
from hub.application.use_cases.path_steps import note_step, require_not_declined
from hub.application.use_cases.presumed import presume, require_no_objection
from hub.application.use_cases.representation import require_old_enough
from hub.application.use_cases.revoking import end_place, orphans, pass_on_lead
from hub.domain import limits
from hub.domain.audit import AuditEvent
from hub.domain.circle import (
    GROUND_OF_ROLE,
    CareRelation,
    Circle,
    DischargeReason,
    Ground,
    RoomKind,
    rooms_of,
)
from hub.domain.errors import CommandRejected
from hub.domain.identifiers import new_id
from hub.domain.lead import ASK_DEPUTY_AFTER, MAY_LEAD, who_acts
from hub.domain.path import PathStep
from hub.domain.people import Person
from hub.domain.reminder import ReminderKind
from hub.domain.vocabulary import Action, Role


async def open_circle(
    unit: UnitOfWork, guard: Guard, context: RequestContext, *, coach_id: str, lead_id: str | None, discussed: bool
) -> Circle:
    """Kring openen: the patient and the coach are in it, and exactly one person leads (I10).

    :raises CommandRejected: there is an open circle already, or the coach is not a coach
    """
    if context.patient_id is None:
        raise ValueError("a circle is opened for a patient")
    patient = await unit.patients.get(context.patient_id)
    if await unit.circles.open_of(patient.id) is not None:
        raise CommandRejected("already-open", "Deze patiënt heeft al een open kring.")
    require_old_enough(patient, guard.rules, context.now)
    coach = await unit.people.get(coach_id)
    await require_not_declined(unit, patient.id)
    lead = await unit.people.get(lead_id) if lead_id else coach
    if coach.role is not Role.COACH:
        raise CommandRejected("not-a-coach", "Deze persoon is geen palliatieve zorgcoach.")
    if lead.role not in MAY_LEAD:
        raise CommandRejected("cannot-lead", "De regie ligt bij een coach, huisarts, specialist of instelling.")
    circle = Circle(
        id=new_id("cir"),
        patient_id=patient.id,
        pseudonym=patient.pseudonym,
        lead_id=lead.id,
        opened_at=context.now,
        discussed_at=context.now if discussed else None,
    )
    inside = replace(context, circle=circle)
    permit = await guard.require(unit, inside, Action.INVITE)
    if permit.limits:
        raise CommandRejected("not-yours-to-choose", "Een kring openen doen de beheerder, de coach of de huisarts.")
    await unit.circles.add(circle)
    await unit.audit.add(
        auditing.entry(
            inside, AuditEvent.CIRCLE_OPENED, object_type="circle", object_id=circle.id, policy=permit.policy
        )
    )
    if discussed:
        await note_step(unit, inside, PathStep.MARKED, policy=permit.policy)
    members = {patient.person_id: Role.PATIENT, coach.id: coach.role, lead.id: lead.role}
    for person_id, role in members.items():
        await _admit(unit, guard, inside, circle, person_id, role, None, permit.policy)
    # Not now: there is nobody yet who could be it.
    await ask_for_deputy(unit, inside, circle, context.now + ASK_DEPUTY_AFTER)
    await plan_check(unit, circle, context.now)
    return circle


async def admit(
    unit: UnitOfWork,
    guard: Guard,
    context: RequestContext,
    *,
    person_id: str,
    role: Role | None,
    until: datetime | None,
    organisation: str | None = None,
) -> CareRelation:
    """Iemand in de kring opnemen, with one hat and a period.

    :param organisation: which hat, for who wears the same role for more than one organisation
    :raises CommandRejected: not a hat of this person, in the circle already, or beyond the limits of who invites
    """
    circle = _circle(context)
    permit = await guard.require(unit, context, Action.INVITE)
    person = await unit.people.get(person_id)
    wanted = role or person.role
    if wanted is Role.COACH:
        await require_not_declined(unit, circle.patient_id)
    if not wanted.joins_circles or person.matrix_id is None:
        raise CommandRejected(
            "cannot-join",
            "Iemand met de rol %(title_nl)s kan geen lid van een kring zijn.",
            {"title_nl": wanted.title_nl},
        )
    # A professional may be a relative of this patient: then that is the hat, and the only one here (E15).
    if wanted is Role.PATIENT:
        raise CommandRejected("one-patient", "Een kring heeft één patiënt.")
    wanted, place, worn_until = await chosen_hat(unit, person, role, organisation, context.now)
    _require_within(permit, context, wanted, place)
    await require_separate(unit, circle, person, wanted)
    until = min(filter(None, (until, worn_until)), default=None)
    if until is not None and until <= context.now:
        raise CommandRejected("period-over", "De einddatum ligt in het verleden.")
    if await unit.circles.relation(circle.id, person.id, context.now) is not None:
        raise CommandRejected("already-member", "Deze persoon zit al in de kring.")
    relation = await _admit(unit, guard, context, circle, person.id, wanted, until, permit.policy, place)
    await unit.circles.want_reconciled(circle.id, context.now)
    if relation.role in MAY_LEAD and (await orphans(unit, circle, context.now)).lead:
        # Nobody led: who can, does from now on.
        await pass_on_lead(unit, context, circle)
    return relation


async def discharge(
    unit: UnitOfWork, guard: Guard, context: RequestContext, *, person_id: str, reason: DischargeReason
) -> CareRelation:
    """Iemand uit de kring laten gaan. Rights end with this commit; rooms and keys follow at once.

    :raises CommandRejected: not a member, the patient, or a lead who must first hand over
    """
    circle = _circle(context)
    own = person_id == context.actor.id and reason is DischargeReason.OWN_REQUEST
    if own and context.is_member:
        # The policy says no as well; here is named what there is to hand over.
        await require_nothing_in_hand(unit, await unit.circles.get(circle.id), person_id, reason, own=True)
    permit = await guard.require(unit, context, Action.LEAVE if own else Action.REMOVE)
    relation = await unit.circles.relation(circle.id, person_id, context.now)
    if relation is None:
        raise CommandRejected("not-a-member", "Deze persoon zit niet in de kring.")
    if relation.role is Role.PATIENT:
        raise CommandRejected("patient-stays", "De patiënt kan niet uit de eigen kring gaan; sluit dan de kring.")
    if not own:
        _require_within(permit, context, relation.role, relation.organisation)
    await end_place(unit, context, circle, relation, reason, policy=permit.policy)
    return relation


@dataclass(frozen=True, slots=True)
class Member:
    """One line of ``kring circle show``. ``invitation`` is the state per room kind: join, invite or leave."""

    person: Person
    relation: CareRelation
    lead: bool
    invitation: dict[str, str]
    deputy: bool = False
    medical_lead: bool = False
    acting: bool = False
    """Acts as lead now, while the lead is away."""
    away_until: datetime | None = None

    @property
    def organisation(self) -> str | None:
        """For which organisation this person is in this circle."""
        return self.person.place_in(self.relation.role, self.relation.organisation)


async def members(unit: UnitOfWork, circle: Circle, now: datetime) -> list[Member]:
    """Who is in the circle now, oldest first."""
    states: dict[RoomKind, dict[str, str]] = {}
    for place in await unit.rooms.of_circle(circle.id):
        if place.kind in {RoomKind.CIRCLE, RoomKind.TEAM}:
            states[place.kind] = await unit.rooms.members(place.room_id)
    found = []
    active = [relation for relation in await unit.circles.relations(circle.id) if relation.active(now)]
    people = await unit.people.all_of(relation.person_id for relation in active)
    circle, here, away = await presence(unit, circle, now)
    acting = who_acts(circle, here, away)
    for relation in active:
        person = people[relation.person_id]
        invitation = {
            kind.value: states.get(kind, {}).get(person.matrix_id or "", "none")
            for kind in rooms_of(relation.role)
            if kind is not RoomKind.SPACE
        }
        leads = circle.lead_id == person.id
        found.append(
            Member(
                person,
                relation,
                leads,
                invitation,
                deputy=circle.deputy_id == person.id,
                medical_lead=circle.medical_lead_id == person.id,
                acting=acting == person.id and not leads,
                away_until=away[person.id].until if person.id in away and relation.role.is_professional else None,
            )
        )
    return found


async def _admit(
    unit: UnitOfWork,
    guard: Guard,
    context: RequestContext,
    circle: Circle,
    person_id: str,
    role: Role,
    until: datetime | None,
    policy: str,
    organisation: str | None = None,
) -> CareRelation:
    person = await unit.people.get(person_id)
    place = person.place_in(role, organisation)
    if person.has_left(context.now):
        raise CommandRejected("has-left", "Deze persoon is vertrokken en heeft geen account meer bij Kring.")
    await require_no_objection(unit, guard, context, person, role, place)
    # A session or link of an earlier stay must not come to life again.
    await unit.portal.end_all(person_id, circle.id, context.now, links=True)
    ground = GROUND_OF_ROLE.get(role, Ground.INVOLVED)
    relation = CareRelation(new_id("rel"), circle.id, person_id, role, ground, context.now, until, organisation=place)
    await unit.circles.admit(relation)
    await unit.audit.add(
        auditing.entry(
            context,
            AuditEvent.MEMBER_ADMITTED,
            object_type="person",
            object_id=person_id,
            policy=policy,
            detail=f"{role.value}:{ground.value}",
        )
    )
    if role.is_professional and await unit.reminders.find(ReminderKind.DIGEST, person_id) is None:
        await plan_digest(unit, person_id, context.now)
    await presume(unit, context, relation, policy)
    await notice_family(unit, context, circle, person_id, role)
    return relation


def _require_within(permit: Permit, context: RequestContext, role: Role, organisation: str | None) -> None:
    """Who may invite or remove only some people (their own colleagues, relatives) stays within that."""
    if limits.may_choose_member(permit.limits, role, organisation, own_organisation=context.organisation):
        return
    if "relatives" in permit.limits:
        raise CommandRejected(
            "not-yours-to-choose",
            "U kunt hier alleen naasten uitnodigen of verwijderen. Vraag het de palliatieve zorgcoach.",
        )
    raise CommandRejected(
        "not-yours-to-choose",
        "U kunt hier alleen collega's van uw eigen organisatie uitnodigen of verwijderen. Vraag het de coach.",
    )


def _circle(context: RequestContext) -> Circle:
    if context.circle is None:
        raise CommandRejected("no-circle", "Deze patiënt heeft geen open kring.")
    return context.circle
