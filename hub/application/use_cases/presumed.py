"""Veronderstelde toestemming made into a record (LAW-03), when somebody who is directly involved joins a circle.

Directed sharing needs no consent that was asked for (BW 7:457 lid 2), but who lets somebody in says with it that this
person is directly involved. That is written down as a choice of its own kind: it opens nothing that takes consent, and
never stands against an objection.
"""

from hub.application import auditing
from hub.application.context import RequestContext
from hub.application.guard import Guard
from hub.application.ports import UnitOfWork
from hub.application.use_cases.consents import TEXT_VERSION
from hub.domain.audit import AuditEvent
from hub.domain.capacity import dutch_day
from hub.domain.circle import CareRelation, Ground
from hub.domain.consent import (
    Consent,
    ConsentDecision,
    ConsentTarget,
    SharingMode,
    TargetKind,
    counting,
    verdict_on_person,
)
from hub.domain.errors import CommandRejected
from hub.domain.identifiers import new_id
from hub.domain.people import Person
from hub.domain.spoken import N_
from hub.domain.vocabulary import Action, Role, Section

_GROUNDS = {
    Ground.INVOLVED: N_("rechtstreeks betrokken bij de behandeling (BW 7:457 lid 2)"),
    Ground.REPLACING: N_("vervanger of waarnemer (BW 7:457 lid 2)"),
}
# A spiritual carer reads with the patient's consent only (law-and-care 5.2, basis c).
_CONSENT_ONLY = frozenset({Role.SPIRITUAL_CARER})


async def require_no_objection(
    unit: UnitOfWork, guard: Guard, context: RequestContext, person: Person, role: Role, organisation: str | None
) -> None:
    """Nobody comes in against the patient's objection. The reason is for who may read the patient's choices.

    :raises CommandRejected: the patient objected to this person in every section
    """
    if context.patient_id is None or role in {Role.PATIENT, Role.REPRESENTATIVE}:
        # Who represents a patient is limited by the doctor alone (BW 7:465 lid 4).
        return
    patient = await unit.patients.get(context.patient_id)
    recorded = counting(await unit.consents.of_patient(patient.id), patient.birthday(16), dutch_day(context.now))
    age = patient.age_band(dutch_day(context.now))
    if not verdict_on_person(recorded, person, role, organisation=organisation, age=age).objected:
        return
    opened = await guard.permitted(unit, context, Action.READ, (Section.S11,))
    if any(not permit.limits for permit in opened):
        raise CommandRejected(
            "patient-objected",
            "De patiënt maakte bezwaar tegen deze persoon. Alleen de patiënt kan dat veranderen, met: !toestemming ja.",
        )
    raise CommandRejected(
        "not-now", "Deze persoon kan nu niet in de kring komen. De coach of de huisarts kan u zeggen waarom."
    )


async def presume(unit: UnitOfWork, context: RequestContext, relation: CareRelation, policy: str) -> Consent | None:
    """The record of presumed consent for this hat in this circle; None where the patient's own consent is needed."""
    role = relation.role
    if context.patient_id is None or not role.is_professional or role in _CONSENT_ONLY:
        return None
    ground = _GROUNDS.get(relation.ground)
    if ground is None:
        return None
    hat = role.title_nl + (f", {relation.organisation}" if relation.organisation else "")
    record = await unit.consents.add(
        Consent(
            id=new_id("con"),
            patient_id=context.patient_id,
            decision=ConsentDecision.PERMIT,
            target=ConsentTarget(TargetKind.PERSON, relation.person_id),
            sections=frozenset(Section),
            given_by=context.actor.id,
            how=N_("Opgenomen in de kring als %(hat)s: %(ground)s.") % {"hat": hat, "ground": ground},
            recorded_by=context.actor.id,
            recorded_at=context.now,
            mode=SharingMode.PRESUMED,
            channel=context.channel.value,
            text_version=TEXT_VERSION,
            own=False,
        )
    )
    await unit.audit.add(
        auditing.entry(
            context,
            AuditEvent.CONSENT_RECORDED,
            object_type="consent",
            object_id=record.id,
            sections=record.sections,
            policy=policy,
            consent_id=record.id,
            detail=f"presumed:{relation.ground.value}:{role.value}",
        )
    )
    return record
