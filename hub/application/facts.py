"""The facts behind a decision (policy information point). A fact that cannot be had stops the decision."""

from hub.application.context import RequestContext
from hub.application.ports import UnitOfWork
from hub.domain import consent as consents
from hub.domain.access import AccessRequest
from hub.domain.consent import ConsentVerdict
from hub.domain.errors import FactUnavailable
from hub.domain.vocabulary import Action, PatientState, Role, Section


async def gather(
    unit: UnitOfWork, context: RequestContext, action: Action, sections: tuple[Section | None, ...]
) -> list[tuple[AccessRequest, ConsentVerdict]]:
    """One question for each section, all from the same facts.

    :raises FactUnavailable: the patient or the circle cannot be read
    """
    circle, relation = context.circle, context.relation
    recorded, state, incapable = [], PatientState.ALIVE, False
    if context.patient_id is not None:
        patient = await unit.patients.get(context.patient_id)
        if circle is not None and circle.patient_id != patient.id:
            raise FactUnavailable("De kring en de patiënt horen niet bij elkaar.")
        state = patient.state
        recorded = await unit.consents.of_patient(patient.id)
        if context.role is Role.REPRESENTATIVE:
            incapable = await unit.dossier.declared_incapable(patient.id)
    questions = []
    for section in sections:
        found = (
            consents.verdict(recorded, context.actor, context.role, section)
            if section is not None
            else consents.verdict_on_person(recorded, context.actor, context.role)
        )
        request = AccessRequest(
            person=context.actor.id,
            action=action,
            section=section,
            role=context.role,
            now=context.now,
            purpose=context.purpose,
            relation_since=relation.since if relation else None,
            relation_until=relation.until if relation else None,
            lead=circle is not None and circle.lead_id == context.actor.id,
            consented=found.consented,
            objected=found.objected,
            discussed=circle is not None and circle.discussed_at is not None,
            representative_active=incapable,
            patient_state=state,
            circle_open=circle is not None and circle.open,
        )
        questions.append((request, found))
    return questions
