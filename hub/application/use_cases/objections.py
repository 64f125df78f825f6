"""Bezwaar tegen één mens, in één handeling: what would happen, do it, take it back (BW 7:457, AVG 7 lid 3 and 21)."""

from dataclasses import dataclass
from enum import StrEnum

from hub.application.context import RequestContext
from hub.application.guard import Guard, Refused
from hub.application.ports import UnitOfWork
from hub.application.use_cases.consents import record_consent
from hub.application.use_cases.leading import presence
from hub.domain.access import Decision
from hub.domain.circle import CareRelation
from hub.domain.consent import (
    Consent,
    ConsentDecision,
    ConsentTarget,
    SharingMode,
    TargetKind,
    verdict_on_person,
)
from hub.domain.errors import CommandRejected, NotFound
from hub.domain.lead import heirs
from hub.domain.people import Person
from hub.domain.vocabulary import Action, Role, Section

_ALL = frozenset(Section)


class Unaffected(StrEnum):
    """Waarom bezwaar hier niet de weg is; the page says what is."""

    SELF = "self"
    NO_CONTENT = "no-content"
    """Privacy officer and administrator: they read nothing as a routine; a complaint is the road."""
    REPRESENTATIVE = "representative"
    """Only the treating doctor limits a representative (BW 7:465 lid 4)."""
    OUTSIDE = "outside"
    """Not in the circle (any more), and not objected to: this person can look at nothing anyhow."""


@dataclass(frozen=True, slots=True)
class Prospect:
    """Wat bezwaar tegen deze persoon doet. ``successor``: who takes over the lead, when this person has it.

    ``last_doctor``: nobody else in the circle is a doctor, so that the patient must know whom to call.
    """

    person: Person
    role: Role | None
    objected: Consent | None
    unaffected: Unaffected | None
    leads: bool = False
    successor: Person | None = None
    last_doctor: bool = False
    last_coach: bool = False


async def prospect(unit: UnitOfWork, guard: Guard, context: RequestContext, person_id: str) -> Prospect:
    """What would happen; changes nothing.

    :raises Refused: not who makes this patient's choices
    :raises NotFound: nobody of this circle, now or before, has this id
    """
    if context.patient_id is None:
        raise ValueError("an objection is made by or for a patient")
    permit = await guard.require(unit, context, Action.RECORD, Section.S11)
    if context.role not in {Role.PATIENT, Role.REPRESENTATIVE}:
        # Coach and GP write down what the patient said elsewhere, with proof of it.
        raise Refused(context, None, Decision(permitted=False, rules=()), permit.policy)
    person = await unit.people.get(person_id)
    relation = await _relation(unit, context, person.id)
    if relation is None and person.role.joins_circles:
        # Never was in this circle: the patient learns nothing of people elsewhere.
        raise NotFound("Deze persoon bestaat niet.")
    role = relation.role if relation is not None else None
    objected = await objection(unit, context, person, role)
    unaffected = _unaffected(context, person, relation, objected)
    if unaffected is not None or relation is None or not relation.active(context.now) or context.circle is None:
        return Prospect(person, role, objected, unaffected)
    others = [
        other
        for other in await unit.circles.relations(context.circle.id)
        if other.active(context.now) and other.person_id != person.id
    ]
    circle, here, away = await presence(unit, context.circle, context.now)
    leads = circle.lead_id == person.id
    # As the lead is passed on when their place ends.
    successor = next(iter(heirs(circle, here, away)), None) if leads else None
    doctors = {Role.GP, Role.SPECIALIST}
    return Prospect(
        person,
        role,
        objected,
        None,
        leads=leads,
        successor=await unit.people.get(successor) if successor is not None else None,
        last_doctor=role in doctors and not any(other.role in doctors for other in others),
        last_coach=role is Role.COACH and not any(other.role is Role.COACH for other in others),
    )


async def object_to(
    unit: UnitOfWork, guard: Guard, context: RequestContext, person_id: str, *, how: str
) -> tuple[Prospect, Consent]:
    """Bezwaar maken: from this commit on this person reads nothing, and is told only that their access ended.

    :raises Refused: not who makes this patient's choices
    :raises CommandRejected: objecting is not the road here (``not-affected``), or it was done before
    """
    expected = await prospect(unit, guard, context, person_id)
    if expected.unaffected is not None:
        raise CommandRejected("not-affected", UNAFFECTED_NL[expected.unaffected])
    if expected.objected is not None:
        raise CommandRejected("objected-before", "U maakte al bezwaar tegen deze persoon. Dat geldt nog.")
    recorded = await _record(unit, guard, context, ConsentDecision.DENY, person_id, how)
    return expected, recorded


async def take_back(
    unit: UnitOfWork, guard: Guard, context: RequestContext, person_id: str, *, how: str
) -> tuple[Prospect, Consent]:
    """Bezwaar intrekken, in as many steps as making it. It opens what was open before, and nothing more.

    Somebody whose place in the circle ended with the objection does not come back by it: that takes an invitation.

    :raises Refused: not who makes this patient's choices
    :raises CommandRejected: there is no objection against this person as such
    """
    found = await prospect(unit, guard, context, person_id)
    if found.objected is None or context.patient_id is None:
        raise CommandRejected("not-objected", "Tegen deze persoon heeft u geen bezwaar gemaakt.")
    # No permission (Wabvpz 15a): the objection is replaced, and what the patient said besides it counts as it did.
    taken = await _record(unit, guard, context, ConsentDecision.PERMIT, person_id, how, SharingMode.WITHDRAWN)
    return found, taken


async def objection(unit: UnitOfWork, context: RequestContext, person: Person, role: Role | None) -> Consent | None:
    """The objection against this very person that closes everything now; None when there is none."""
    recorded = await unit.consents.of_patient(context.patient_id or "")
    decided = verdict_on_person(recorded, person, role)
    if not decided.objected:
        return None
    own = [one for one in recorded if one.target == ConsentTarget(TargetKind.PERSON, person.id)
           and one.decision is ConsentDecision.DENY and one.context is None]  # fmt: skip
    return max(own, key=lambda one: one.number, default=None)


async def may_object(unit: UnitOfWork, guard: Guard, context: RequestContext) -> bool:
    """Whether this person makes the patient's choices now."""
    if context.role not in {Role.PATIENT, Role.REPRESENTATIVE}:
        return False
    _, decision = await guard.decide(unit, context, Action.RECORD, Section.S11)
    return decision.permitted and not decision.errors


UNAFFECTED_NL = {
    Unaffected.SELF: "Dit bent u zelf.",
    Unaffected.NO_CONTENT: (
        "Deze persoon leest uw dossier niet zomaar. Vragen of een klacht? Bel de functionaris gegevensbescherming."
    ),
    Unaffected.REPRESENTATIVE: (
        "Wie een patiënt wettelijk vertegenwoordigt, kan alleen de behandelend arts beperken (BW 7:465 lid 4). "
        "Bel uw huisarts."
    ),
    Unaffected.OUTSIDE: "Deze persoon zit niet (meer) in uw kring en kan nu niets lezen.",
}


async def _record(
    unit: UnitOfWork,
    guard: Guard,
    context: RequestContext,
    decision: ConsentDecision,
    person_id: str,
    how: str,
    mode: SharingMode = SharingMode.EXPLICIT,
) -> Consent:
    return await record_consent(
        unit,
        guard,
        context,
        decision=decision,
        target=ConsentTarget(TargetKind.PERSON, person_id),
        sections=_ALL,
        how=how,
        recorded_by=context.actor.id,
        mode=mode,
    )


async def _relation(unit: UnitOfWork, context: RequestContext, person_id: str) -> CareRelation | None:
    if context.circle is None:
        return None
    return await unit.circles.latest_relation(context.circle.id, person_id, context.now)


def _unaffected(
    context: RequestContext, person: Person, relation: CareRelation | None, objected: Consent | None
) -> Unaffected | None:
    role = relation.role if relation is not None else person.role
    if role is Role.PATIENT or person.id == context.actor.id:
        return Unaffected.SELF
    if not role.joins_circles:
        return Unaffected.NO_CONTENT
    if role is Role.REPRESENTATIVE:
        return Unaffected.REPRESENTATIVE
    if objected is None and (relation is None or not relation.active(context.now)):
        return Unaffected.OUTSIDE
    return None
