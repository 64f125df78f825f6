"""Enquête invullen: what patient and relatives think of the care, for the figures of the region only (IND-01 to 03)."""

from hub.application import auditing
from hub.application.context import RequestContext
from hub.application.ports import UnitOfWork
from hub.domain.audit import AuditEvent
from hub.domain.course import SurveyItem
from hub.domain.errors import CommandRejected
from hub.domain.identifiers import new_id
from hub.domain.survey import RESPONDENTS, Survey


async def answer_survey(
    unit: UnitOfWork, context: RequestContext, answers: tuple[tuple[SurveyItem, int], ...]
) -> Survey:
    """Store it; nobody of the circle reads it, and it is no part of the dossier. The log has that, not what.

    :raises CommandRejected: not the patient, a relative or the representative of this circle
    """
    respondent = RESPONDENTS.get(context.role) if context.role is not None and context.is_member else None
    if respondent is None or context.circle is None:
        raise CommandRejected("survey-not-yours", "Deze vragen zijn voor de patiënt en de naasten van deze kring.")
    survey = Survey(
        id=new_id("sur"),
        circle_id=context.circle.id,
        patient_id=context.circle.patient_id,
        person_id=context.actor.id,
        respondent=respondent,
        answers=answers,
        answered_at=context.now,
    )
    await unit.surveys.add(survey)
    await unit.audit.add(
        auditing.entry(
            context,
            AuditEvent.SURVEY_ANSWERED,
            object_type="survey",
            object_id=survey.id,
            detail=f"{survey.instrument};{respondent.value}",
        )
    )
    return survey
