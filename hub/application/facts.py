"""The facts behind a decision (policy information point). A fact that cannot be had stops the decision."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from hub.application.context import RequestContext
from hub.application.ports import UnitOfWork
from hub.application.use_cases.leading import acting_lead
from hub.domain import consent as consents
from hub.domain.access import AccessRequest
from hub.domain.capacity import chosen_representative, dutch_day
from hub.domain.circle import Circle
from hub.domain.consent import AccessRules, Consent, ConsentVerdict
from hub.domain.errors import FactUnavailable
from hub.domain.people import Patient
from hub.domain.vocabulary import Action, AgeBand, EmergencyChoice, PatientState, Purpose, Role, Section

COMPLETING = timedelta(days=30)
"""How long carers may complete what they did after a death (law-and-care E6)."""
_AMSTERDAM = ZoneInfo("Europe/Amsterdam")

# Asked of the absences only where a rule asks for it.
_BY_THE_LEAD = frozenset({Action.CONFIRM, Action.TRUST})
_LOOKING_UP = frozenset({Action.READ, Action.EXPORT})


async def gather(
    unit: UnitOfWork,
    context: RequestContext,
    action: Action,
    sections: tuple[Section | None, ...],
    rules: AccessRules,
) -> list[tuple[AccessRequest, ConsentVerdict]]:
    """One question for each section, all from the same facts.

    :raises FactUnavailable: the patient or the circle cannot be read
    """
    circle, relation, role = context.circle, context.relation, context.role
    patient: Patient | None = None
    recorded: list[Consent] = []
    represented: frozenset[Section] = frozenset()
    if context.patient_id is not None:
        patient = await unit.patients.get(context.patient_id)
        if circle is not None and circle.patient_id != patient.id:
            raise FactUnavailable("De kring en de patiënt horen niet bij elkaar.")
        recorded = consents.counting(
            await unit.consents.of_patient(patient.id), patient.birthday(16), dutch_day(context.now)
        )
        if role is Role.REPRESENTATIVE:
            represented = await unit.dossier.represented(patient.id, context.now)
            chosen = await unit.get_setting(chosen_representative(patient.id))
            if chosen not in {None, context.actor.id}:
                # Two of equal rank disagreed, and the doctor chose the other (BW 7:465 lid 3).
                represented = frozenset()
    age = patient.age_band(context.now.astimezone(_AMSTERDAM).date()) if patient else AgeBand.FROM_16
    looking_up = rules.circle_is_consultable and role is not None and role.is_professional and action in _LOOKING_UP
    # Looked up only where a rule asks for it: every fact is a question to the database, at every decision.
    by_emergency = action is Action.EMERGENCY_READ or context.purpose is Purpose.ETREAT
    emergency_open = (
        by_emergency
        and patient is not None
        and await unit.emergencies.is_open(patient.id, context.actor.id, context.now)
    )
    case_open = (
        patient is not None
        and context.case_id is not None
        and await unit.cases.is_open(context.case_id, patient.id, context.now)
    )
    approved = (
        action is Action.DESTROY
        and patient is not None
        and await unit.destructions.approved_by_another(patient.id, context.actor.id)
    )
    open_tasks = action is Action.LEAVE and circle is not None and await _has_open_tasks(unit, circle, context)
    leads = circle is not None and await _leads(unit, circle, context, action)
    hat = context.organisation
    questions = []
    for section in sections:
        found = (
            consents.verdict(recorded, context.actor, role, section, organisation=hat, age=age)
            if section is not None
            else consents.verdict_on_person(recorded, context.actor, role, organisation=hat, age=age)
        )
        request = AccessRequest(
            person=context.actor.id,
            action=action,
            section=section,
            role=role,
            now=context.now,
            purpose=context.purpose,
            relation_since=relation.since if relation else None,
            relation_until=relation.until if relation else None,
            lead=leads,
            consented=found.consented,
            objected=found.objected,
            discussed=circle is not None and circle.discussed_at is not None,
            # For an act about the whole circle any matter counts: whoever decides about something belongs there.
            representative_active=age is not AgeBand.FROM_16
            or (section in represented if section is not None else bool(represented)),
            patient_state=patient.state if patient else PatientState.ALIVE,
            circle_open=circle is not None and circle.open,
            consultable=looking_up,
            explicit=found.explicit or (rules.opt_out and not found.objected),
            age=age,
            completing=patient is not None and _completing(patient, context.now),
            after_death=consents.may_look_after_death(recorded, context.actor, role),
            assured=rules.assured(role, context.assurance),
            stepped_up=context.stepped_up,
            open_tasks=open_tasks,
            emergency_open=emergency_open,
            emergency_choice=consents.emergency_choice(recorded, age) if patient else EmergencyChoice.UNKNOWN,
            case_open=case_open,
            approved=approved,
        )
        questions.append((request, found))
    return questions


async def _leads(unit: UnitOfWork, circle: Circle, context: RequestContext, action: Action) -> bool:
    """Has the lead, or acts as lead now while who has it is away: what waits for the lead does not wait for weeks."""
    if circle.lead_id == context.actor.id:
        return True
    return action in _BY_THE_LEAD and await acting_lead(unit, circle, context.now) == context.actor.id


def _completing(patient: Patient, now: datetime) -> bool:
    return (
        patient.state is PatientState.DECEASED and patient.state_at is not None and now < patient.state_at + COMPLETING
    )


async def _has_open_tasks(unit: UnitOfWork, circle: Circle, context: RequestContext) -> bool:
    if circle.lead_id == context.actor.id:
        return True
    if await unit.tasks.any_open(circle.id, context.actor.id):
        return True
    handovers = await unit.handovers.of_circle(circle.id)
    # Until somebody received it, the sender answers for it, and the receiver has to say something.
    return any(one.open and context.actor.id in {one.receiver_id, one.made_by} for one in handovers)
