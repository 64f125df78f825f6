"""Vernietiging op verzoek (BW 7:455): asked by the patient, decided by each organisation, approved by a second person.

Nothing is destroyed while a hold is in force or while an organisation has not decided. When all agree, the patient's
key goes too; when some keep their part, theirs stays and the others' goes.
"""

from hub.application import auditing
from hub.application.context import RequestContext
from hub.application.guard import Guard, Refused
from hub.application.ports import UnitOfWork
from hub.application.speaking import Speaker
from hub.application.use_cases.patient_leaving import close_circle
from hub.domain.access import Decision
from hub.domain.audit import AuditEvent
from hub.domain.destruction import (
    OWN_WORDS,
    Certificate,
    DestructionRequest,
    Ground,
    HoldGround,
    LegalHold,
    OrganisationDecision,
    Outcome,
    due_at,
    missing,
)
from hub.domain.errors import CommandRejected
from hub.domain.identifiers import new_id
from hub.domain.people import Person
from hub.domain.spoken import Spoken, phrase
from hub.domain.vocabulary import Action, PatientState, Role, Section

_APPROVES = frozenset({Role.COACH, Role.GP, Role.PRIVACY_OFFICER, Role.ADMINISTRATOR})
_HOLDS = frozenset({Role.COACH, Role.GP, Role.PRIVACY_OFFICER})


async def ask(unit: UnitOfWork, guard: Guard, speaker: Speaker, context: RequestContext) -> DestructionRequest:
    """Vernietiging vragen, by the patient or the representative. Decided within a month (AVG 12 lid 3).

    :raises CommandRejected: somebody else asks, or there is an open request
    """
    permit = await guard.require(unit, context, Action.RECORD, Section.S11)
    patient_id = context.patient_id or ""
    if context.role not in {Role.PATIENT, Role.REPRESENTATIVE}:
        raise CommandRejected("not-theirs", "Vernietiging vraagt de patiënt, of de wettelijk vertegenwoordiger.")
    if await unit.destructions.open_of(patient_id) is not None:
        raise CommandRejected("asked-before", "Er loopt al een verzoek om vernietiging.")
    request = DestructionRequest(new_id("des"), patient_id, context.actor.id, context.now, due_at(context.now))
    await unit.destructions.add(request)
    await _audit(unit, context, AuditEvent.DESTRUCTION_ASKED, request.id, policy=permit.policy)
    if context.circle is not None:
        for relation in await unit.circles.relations(context.circle_id):
            if relation.active(context.now) and relation.role.is_professional:
                person = await unit.people.get(relation.person_id)
                await speaker.private(unit, context, person, _asked(request), ())
    return request


async def decide(
    unit: UnitOfWork, context: RequestContext, organisation: str, outcome: Outcome, ground: Ground
) -> OrganisationDecision:
    """Besluit van een organisatie over wat haar mensen schreven. By one of them; an administrator writes down what an
    organisation decided that has nobody left here.

    :raises Refused: somebody of another organisation
    :raises CommandRejected: no open request, nothing of this organisation, or a ground that the law does not know
    """
    theirs = context.role is not None and context.role.is_professional and context.is_member
    if not (context.role is Role.ADMINISTRATOR or (theirs and context.organisation == organisation)):
        raise Refused(context, None, Decision(permitted=False, rules=()), "not-this-organisation")
    request = await _open(unit, context)
    if organisation == OWN_WORDS or organisation not in await unit.destructions.organisations(request.patient_id):
        raise CommandRejected("nothing-of-theirs", "Deze organisatie schreef niets in dit dossier.")
    decision = OrganisationDecision(organisation, outcome, ground, context.actor.id, context.now)
    await unit.destructions.decide(request.id, decision)
    await _audit(unit, context, AuditEvent.DESTRUCTION_DECIDED, request.id, detail=f"{outcome.value}:{ground.value}")
    return decision


async def look(unit: UnitOfWork, context: RequestContext) -> DestructionRequest:
    """Het lopende verzoek, for who decides about it; which organisations wrote here is not for everybody.

    :raises Refused: a role that has no part in it
    :raises CommandRejected: no open request
    """
    member = context.role in {Role.PRIVACY_OFFICER, Role.ADMINISTRATOR} or context.is_member
    if context.role is None or not member or context.role in {Role.PATIENT, Role.RELATIVE, Role.REPRESENTATIVE}:
        raise Refused(context, None, Decision(permitted=False, rules=()), "no-part-in-destruction")
    request = await _open(unit, context)
    await _audit(unit, context, AuditEvent.COMMAND, request.id, detail="looked")
    return request


async def approve(unit: UnitOfWork, context: RequestContext, organisation: str) -> None:
    """Goedkeuren: somebody else than who decided (law-and-care §5.3, two people).

    :raises Refused: a role that approves nothing
    :raises CommandRejected: no decision to destroy, or their own
    """
    member = context.role in {Role.PRIVACY_OFFICER, Role.ADMINISTRATOR} or context.is_member
    if context.role not in _APPROVES or not member:
        raise Refused(context, None, Decision(permitted=False, rules=()), "not-an-approver")
    request = await _open(unit, context)
    if not await unit.destructions.approve(request.id, organisation, context.actor.id, context.now):
        raise CommandRejected("nothing-to-approve", "Er is geen besluit van iemand anders om hier te vernietigen.")
    await _audit(unit, context, AuditEvent.DESTRUCTION_APPROVED, request.id)


async def place_hold(unit: UnitOfWork, context: RequestContext, ground: HoldGround) -> LegalHold:
    """Vernietiging tegenhouden zolang een klacht, incident, erfrechtelijk belang of wet dat vraagt.

    :raises Refused: a role that may not
    """
    _require_holder(context)
    hold = LegalHold(new_id("hld"), context.patient_id or "", ground, context.actor.id, context.now)
    await unit.destructions.place_hold(hold)
    await _audit(unit, context, AuditEvent.HOLD_PLACED, hold.id, detail=ground.value)
    return hold


async def lift_hold(unit: UnitOfWork, context: RequestContext, hold_id: str) -> None:
    """:raises CommandRejected: no such hold for this patient"""
    _require_holder(context)
    if hold_id not in {hold.id for hold in await unit.destructions.holds(context.patient_id or "")}:
        raise CommandRejected("no-hold", "Er is niets dat zo wordt tegengehouden.")
    await unit.destructions.lift_hold(hold_id, context.now)
    await _audit(unit, context, AuditEvent.HOLD_LIFTED, hold_id)


async def execute(unit: UnitOfWork, guard: Guard, speaker: Speaker, context: RequestContext) -> Certificate:
    """Vernietigen. The last act of its transaction, because what goes into the list of destroyed keys stays there.

    :raises Refused: not approved by somebody else, not signed in at the highest level, or a role that may not
    :raises CommandRejected: a hold, an organisation that did not decide, or nobody who agreed
    """
    permit = await guard.require(unit, context, Action.DESTROY)
    request = await _open(unit, context)
    patient = await unit.patients.get(request.patient_id)
    if await unit.destructions.holds(patient.id):
        raise CommandRejected("on-hold", "Vernietiging wordt tegengehouden (klacht, incident, erfrecht of wet).")
    wrote = await unit.destructions.organisations(patient.id)
    decisions = await unit.destructions.decisions(request.id)
    waiting = missing(wrote, decisions)
    if waiting:
        raise CommandRejected("not-decided", "Nog geen besluit van: %(names)s.", {"names": ", ".join(waiting)})
    agreed = [one for one in decisions if one.outcome is Outcome.DESTROY]
    if not agreed or any(one.approved_by is None for one in agreed):
        raise CommandRejected("not-approved", "Elk besluit om te vernietigen moet een tweede mens goedkeuren.")
    whole = all(one.outcome is Outcome.DESTROY for one in decisions)
    told = await _recipients(unit, context)
    if whole:
        await unit.declarations.set_state(patient.id, PatientState.LEFT, context.now, context.actor.id, None)
        await close_circle(unit, context)
    names = [*(one.organisation for one in agreed), *([OWN_WORDS] if OWN_WORDS in wrote else [])]
    pseudonym = patient.pseudonym
    destroyed = await unit.destructions.destroy(permit, request, names, whole=whole)
    if not whole:
        await unit.emergencies.mark_due(patient.id, context.actor.id, context.now)
    for person in told:
        await speaker.private(unit, context, person, _please_destroy(pseudonym, whole=whole), ())
    await _audit(
        unit,
        context,
        AuditEvent.DESTRUCTION_EXECUTED,
        request.id,
        policy=permit.policy,
        detail=f"whole={'yes' if whole else 'no'};entries={destroyed.entries};organisations={len(agreed)}",
    )
    return Certificate(await unit.destructions.get(request.id), pseudonym, tuple(decisions), destroyed)


async def _recipients(unit: UnitOfWork, context: RequestContext) -> list[Person]:
    """Everybody of the circle who may have copies (AVG 19)."""
    if context.circle is None:
        return []
    relations = [r for r in await unit.circles.relations(context.circle_id) if r.active(context.now)]
    known = await unit.people.all_of(r.person_id for r in relations if r.role.is_professional)
    return [known[person_id] for person_id in sorted(known)]


async def _open(unit: UnitOfWork, context: RequestContext) -> DestructionRequest:
    request = await unit.destructions.open_of(context.patient_id or "")
    if request is None:
        raise CommandRejected("no-request", "Er loopt geen verzoek om vernietiging.")
    return request


def _require_holder(context: RequestContext) -> None:
    # An ended place keeps its role in the context, and nothing else (compare approve).
    if context.role not in _HOLDS or not (context.role is Role.PRIVACY_OFFICER or context.is_member):
        raise Refused(context, None, Decision(permitted=False, rules=()), "not-a-holder")


async def _audit(
    unit: UnitOfWork, context: RequestContext, event: AuditEvent, object_id: str, *, policy: str = "", detail: str = ""
) -> None:
    await unit.audit.add(
        auditing.entry(context, event, object_type="destruction", object_id=object_id, policy=policy, detail=detail)
    )


def _asked(request: DestructionRequest) -> Spoken:
    due = request.due_at
    return phrase(
        "De patiënt vraagt om vernietiging van het dossier (BW 7:455). Uw organisatie besluit over wat uw mensen "
        "schreven, uiterlijk op %(day)s-%(month)s-%(year)s. Bewaren kan alleen om een aanmerkelijk belang van een "
        "ander, of als de wet het voorschrijft. Geef uw besluit door aan de beheerder. Uw eigen dossier is een eigen "
        "besluit.",
        day=due.day,
        month=due.month,
        year=due.year,
    )


def _please_destroy(pseudonym: str, *, whole: bool) -> Spoken:
    what = phrase("Het dossier") if whole else phrase("Een deel van het dossier")
    return phrase(
        "%(what)s van kring %(pseudonym)s is op verzoek van de patiënt vernietigd (BW 7:455; AVG 19). Vernietig ook "
        "uw afdrukken, downloads en kopieën die u uit Kring heeft, voor zover uw eigen bewaarplicht ze niet nodig "
        "heeft.",
        what=what,
        pseudonym=pseudonym,
    )
