"""Noodprocedure (break-glass): the out-of-hours set for a carer from outside the circle, in four branches (E7).

The patient chose yes: it opens, for four hours, and everybody concerned hears it at once. No, no choice on file, or no
such patient: one and the same answer, so that nobody learns who is known here. In the middle two a human who treats the
patient may send the set on; that decision is theirs and stands in the log with their reason.
"""

from dataclasses import dataclass, replace
from datetime import date

from hub.application import auditing
from hub.application.context import RequestContext
from hub.application.guard import Guard, Refused
from hub.application.identify import identify
from hub.application.ports import Tone, UnitOfWork
from hub.application.speaking import Speaker
from hub.application.use_cases import emergency_sets, emergency_texts
from hub.domain import consent as consents
from hub.domain.access import Decision
from hub.domain.audit import AuditEvent
from hub.domain.circle import Circle
from hub.domain.emergency import (
    MANY_OPENINGS,
    MANY_WITHIN,
    NOTHING_TO_OPEN,
    OPEN_FOR,
    Branch,
    EmergencyReason,
    Opening,
    ReasonCode,
    ReleaseGround,
    Verdict,
    check_reason,
    review_due,
    usual_claim,
)
from hub.domain.emergency_page import page
from hub.domain.errors import CommandRejected
from hub.domain.identifiers import Bsn, new_id
from hub.domain.people import Patient
from hub.domain.vocabulary import Action, EmergencyChoice, Purpose, Role

MAY_ASK = frozenset({Role.LOCUM, Role.GP, Role.SPECIALIST, Role.FACILITY})
"""Whose request reaches those who treat the patient; who may open the set is for the policy to say."""
_MAY_RELEASE = frozenset({Role.COACH, Role.GP})


@dataclass(frozen=True, slots=True)
class Whom:
    """Om wie het gaat: by BSN, or by full name and birth date together, never by name alone."""

    name: str | None = None
    born: date | None = None
    bsn: Bsn | None = None

    def __post_init__(self) -> None:
        if self.bsn is None and not (self.name and self.born):
            raise CommandRejected("say-who", "Noem de patiënt met BSN, of met volledige naam én geboortedatum.")


@dataclass(frozen=True, slots=True)
class Opened:
    """Het antwoord. ``body`` is the page, or :data:`NOTHING_TO_OPEN`."""

    body: str
    version: int | None = None

    @property
    def found(self) -> bool:
        return self.version is not None


NOTHING = Opened(NOTHING_TO_OPEN)


async def open_set(
    unit: UnitOfWork, guard: Guard, speaker: Speaker, asker: RequestContext, whom: Whom, reason: EmergencyReason
) -> Opened:
    """De noodprocedure. Whatever is not opened gets the same answer, and a line in the log.

    :raises CommandRejected: ``step-up-needed``, before anything is looked up
    """
    if not asker.stepped_up:
        raise CommandRejected(
            "step-up-needed", "Meld u eerst opnieuw aan op het hoogste niveau (UZI-pas of Dezi-middel)."
        )
    patient = await unit.emergencies.find_patient(name=whom.name, born=whom.born, bsn=whom.bsn)
    if patient is None or asker.actor.has_left(asker.now):
        await _log_asked(unit, replace(asker, purpose=Purpose.ETREAT), reason, policy="")
        return NOTHING
    circle = await unit.circles.open_of(patient.id)
    inside = await as_member(unit, asker, circle)
    if inside is not None:
        return await _read(unit, guard, speaker, inside)
    context = from_outside(asker, circle, patient.id)
    if await unit.emergencies.is_open(patient.id, asker.actor.id, asker.now):
        return await _read(unit, guard, speaker, context)
    released = await _collect(unit, guard, speaker, context)
    if released is not None:
        return released
    await _watch_rate(unit, speaker, context)
    try:
        permit = await guard.require(unit, context, Action.BREAK_GLASS)
    except Refused as refused:
        await _ask_carers(unit, speaker, context, patient, reason, refused)
        return NOTHING
    opening = opening_of(context, Branch.OPENED, reason)
    await unit.emergencies.add(opening)
    await unit.audit.add(
        auditing.entry(
            context,
            AuditEvent.EMERGENCY_OPENED,
            object_type="emergency-set",
            object_id=opening.id,
            policy=permit.policy,
            consent_id=permit.consent_id,
            detail=f"{reason.code.value}:{reason.claim.value}",
        )
    )
    await tell_all(unit, speaker, context, opening, patient)
    return await _read(unit, guard, speaker, context)


async def release(
    unit: UnitOfWork,
    guard: Guard,
    speaker: Speaker,
    context: RequestContext,
    *,
    person_id: str,
    ground: ReleaseGround,
    reason: str,
) -> Opening:
    """Spoedset vrijgeven aan een met name genoemde collega: the decision of who treats the patient, for four hours.

    :raises Refused: this person may not read the set themself
    :raises CommandRejected: not coach or GP, to somebody who treats nobody, no reason, or the patient said no and this
        is no conflict of duties
    """
    permit = await guard.require(unit, context, Action.EMERGENCY_READ)
    check_reason(reason)
    colleague = await unit.people.get(person_id)
    if context.role not in _MAY_RELEASE:
        raise CommandRejected("not-yours-to-release", "De spoedset sturen doet de coach of de huisarts van deze kring.")
    if colleague.role not in MAY_ASK or colleague.has_left(context.now):
        raise CommandRejected("not-a-colleague", "De spoedset gaat alleen naar een arts of instelling die nu helpt.")
    recorded = await unit.consents.of_patient(context.patient_id or "")
    if consents.emergency_choice(recorded) is EmergencyChoice.DENY and ground is ReleaseGround.INVOLVED:
        raise CommandRejected("patient-said-no", emergency_texts.SAID_NO)
    asked = [o for o in await unit.emergencies.of_patient(context.patient_id or "") if o.person_id == person_id]
    code = asked[-1].reason_code if asked else ReasonCode.DETERIORATING
    claim = asked[-1].claim if asked else usual_claim(colleague.role)
    theirs = replace(context, actor=colleague, role=colleague.role)
    opening = replace(
        opening_of(theirs, Branch.RELEASED, EmergencyReason(code, claim, reason)), released_by=context.actor.id
    )
    await unit.emergencies.add(opening)
    await unit.audit.add(
        auditing.entry(
            context,
            AuditEvent.EMERGENCY_RELEASED,
            object_type="person",
            object_id=colleague.id,
            policy=permit.policy,
            detail=f"{ground.value};{opening.id}",
        )
    )
    await tell_all(unit, speaker, context, opening, await unit.patients.get(context.patient_id or ""))
    return opening


async def asked_by_code(unit: UnitOfWork, context: RequestContext, code: str) -> Opening:
    """The request that the private rooms named by four characters.

    :raises CommandRejected: there is none of the last day
    """
    found = [
        opening
        for opening in await unit.emergencies.of_patient(context.patient_id or "")
        if opening.code == code.upper() and context.now - opening.opened_at < MANY_WITHIN
    ]
    if not found:
        raise CommandRejected("unknown-request", "Dat verzoek ken ik niet. De code staat in het bericht van Kring.")
    return found[-1]


async def review(
    unit: UnitOfWork, speaker: Speaker, context: RequestContext, opening_id: str, verdict: Verdict
) -> Opening:
    """Beoordelen door de functionaris gegevensbescherming: every use, within three working days.

    :raises Refused: anybody else
    :raises CommandRejected: judged before
    """
    require_privacy_officer(context)
    opening = await unit.emergencies.get(opening_id)
    if not await unit.emergencies.review(opening_id, verdict, context.actor.id, context.now):
        raise CommandRejected("reviewed-before", "Deze noodprocedure is al beoordeeld.")
    about = replace(context, patient_id=opening.patient_id)
    await unit.audit.add(
        auditing.entry(
            about, AuditEvent.EMERGENCY_REVIEWED, object_type="emergency", object_id=opening.id, detail=verdict.value
        )
    )
    circle = await unit.circles.open_of(opening.patient_id)
    if verdict is Verdict.UNJUSTIFIED and circle is not None:
        who = await unit.people.get(opening.person_id)
        inside = replace(about, circle=circle)
        for person in await emergency_sets.carers(unit, circle, context.now):
            await speaker.private(unit, inside, person, emergency_texts.unjustified(opening, who), ())
    return opening


def require_privacy_officer(context: RequestContext) -> None:
    """:raises Refused: anybody else"""
    if context.role is not Role.PRIVACY_OFFICER:
        raise Refused(context, None, Decision(permitted=False, rules=()), "not-a-privacy-officer")


def from_outside(asker: RequestContext, circle: Circle | None, patient_id: str) -> RequestContext:
    """The person's own profession, no relation, and the purpose that makes every line of it stand out."""
    return replace(
        asker, role=asker.actor.role, relation=None, circle=circle, patient_id=patient_id, purpose=Purpose.ETREAT
    )


async def as_member(unit: UnitOfWork, asker: RequestContext, circle: Circle | None) -> RequestContext | None:
    """The same request as a member's, None for somebody who is none."""
    if circle is None or await unit.circles.relation(circle.id, asker.actor.id, asker.now) is None:
        return None
    inside = await identify(
        unit,
        asker.actor,
        circle,
        channel=asker.channel,
        initiator=asker.initiator,
        correlation_id=asker.correlation_id,
        now=asker.now,
    )
    return replace(inside, assurance=asker.assurance, stepped_up=asker.stepped_up)


async def _read(unit: UnitOfWork, guard: Guard, speaker: Speaker, context: RequestContext) -> Opened:
    try:
        made, opened = await emergency_sets.read_set(unit, guard, speaker, context)
    except Refused as refused:
        await guard.record_refusal(unit, refused)
        return NOTHING
    except CommandRejected:
        if context.is_member:
            raise
        # There is no set. That, too, would tell somebody from outside who is known here; what was asked stays logged.
        return NOTHING
    return Opened(page(made, opened), made.version)


async def _collect(unit: UnitOfWork, guard: Guard, speaker: Speaker, context: RequestContext) -> Opened | None:
    """What a carer of the circle sent to this person, read under that carer's permit, which must still hold."""
    circle = context.circle
    opened = await emergency_sets.open_sections(unit, guard, context)
    for opening in reversed(await unit.emergencies.of_patient(context.patient_id or "")):
        mine = opening.person_id == context.actor.id and opening.branch is Branch.RELEASED
        if circle is None or not opened or not mine or not opening.opened_at <= context.now < opening.until:
            continue
        releaser = await emergency_sets.as_member(unit, circle, opening.released_by or "", context.now)
        try:
            permit = await guard.require(unit, releaser, Action.EMERGENCY_READ)
        except Refused:
            continue
        await emergency_sets.renew_if_due(unit, guard, speaker, opening.patient_id, context.now)
        made = await unit.emergencies.read(permit)
        if made is None:
            continue
        await unit.audit.add(
            auditing.entry(
                context,
                AuditEvent.EMERGENCY_SET_READ,
                object_type="emergency-set",
                object_id=f"v{made.version}",
                sections=opened,
                policy=permit.policy,
                detail=f"released-by={opening.released_by};{opening.id}",
            )
        )
        return Opened(page(made, opened), made.version)
    return None


async def _ask_carers(
    unit: UnitOfWork,
    speaker: Speaker,
    context: RequestContext,
    patient: Patient,
    reason: EmergencyReason,
    refused: Refused,
) -> None:
    opening = opening_of(context, Branch.ASKED, reason)
    await unit.emergencies.add(opening)
    await _log_asked(unit, context, reason, policy=refused.policy)
    if context.circle is None or context.role not in MAY_ASK:
        return
    choice = consents.emergency_choice(await unit.consents.of_patient(patient.id))
    body = emergency_texts.asked(opening, context.actor, patient, choice)
    told = await emergency_sets.carers(unit, context.circle, context.now)
    rings = await emergency_sets.who_rings(unit, context.circle, told, context.now)
    for person in told:
        # Somebody waits for an answer, perhaps at night.
        tone = Tone.URGENT if person.id == rings else Tone.INFORMATION
        await speaker.private(unit, context, person, body, (), tone=tone)


async def _log_asked(unit: UnitOfWork, context: RequestContext, reason: EmergencyReason, *, policy: str) -> None:
    await unit.audit.add(
        auditing.entry(
            replace(context, role=context.actor.role),
            AuditEvent.EMERGENCY_ASKED,
            object_type="emergency-set",
            object_id="none",
            policy=policy,
            outcome=auditing.REFUSED,
            detail=f"{reason.code.value}:{reason.claim.value}",
        )
    )


async def tell_all(
    unit: UnitOfWork, speaker: Speaker, context: RequestContext, opening: Opening, patient: Patient
) -> None:
    """Coach, huisarts, patiënt en vertegenwoordiger horen het meteen."""
    if context.circle is None:
        return
    who = await unit.people.get(opening.person_id)
    by = await unit.people.get(opening.released_by) if opening.released_by else None
    for person in await emergency_sets.carers(unit, context.circle, context.now):
        await speaker.private(unit, context, person, emergency_texts.to_carer(opening, who, by, patient), ())
    for relation in await unit.circles.relations(context.circle_id):
        if relation.active(context.now) and relation.role in {Role.PATIENT, Role.REPRESENTATIVE}:
            person = await unit.people.get(relation.person_id)
            await speaker.private(unit, context, person, emergency_texts.to_patient(opening, who, by), ())


async def _watch_rate(unit: UnitOfWork, speaker: Speaker, context: RequestContext) -> None:
    """Many uses by one person are told, and close nothing: on a bad night they may all be needed."""
    count = await unit.emergencies.count_of(context.actor.id, context.now - MANY_WITHIN) + 1
    if count <= MANY_OPENINGS:
        return
    await unit.audit.add(
        auditing.entry(
            context,
            AuditEvent.EMERGENCY_ALARM,
            object_type="person",
            object_id=context.actor.id,
            detail=f"many-openings={count}",
        )
    )
    if context.circle is not None:
        for person in await emergency_sets.carers(unit, context.circle, context.now):
            await speaker.private(unit, context, person, emergency_texts.many(context.actor, count), ())


def opening_of(context: RequestContext, branch: Branch, reason: EmergencyReason) -> Opening:
    """What is written down of one use of the procedure."""
    if context.role is None or context.patient_id is None:
        raise ValueError("the emergency procedure is about a patient, by somebody with a profession")
    return Opening(
        id=new_id("emg"),
        patient_id=context.patient_id,
        person_id=context.actor.id,
        role=context.role,
        organisation=context.actor.organisation,
        branch=branch,
        claim=reason.claim,
        reason_code=reason.code,
        reason=reason.text,
        opened_at=context.now,
        until=context.now if branch is Branch.ASKED else context.now + OPEN_FOR,
        review_due_at=review_due(context.now),
    )
