"""Answers about the care, sealed with the patient's key."""

import json
from collections.abc import Collection

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.adapters.encryption import seal, unseal
from hub.adapters.sql.people import PatientKeys
from hub.adapters.sql.times import from_micros, to_micros
from hub.adapters.sql.work_tables import survey_answer as table
from hub.domain.course import Respondent, SurveyItem
from hub.domain.survey import Survey


class SqlSurveys:
    """:class:`hub.application.survey_ports.Surveys`."""

    def __init__(self, connection: AsyncConnection, keys: PatientKeys) -> None:
        self._connection = connection
        self._keys = keys

    async def add(self, survey: Survey) -> None:
        key = await self._keys.of(survey.patient_id)
        said = json.dumps({item.value: value for item, value in survey.answers}).encode()
        await self._connection.execute(
            insert(table).values(
                id=survey.id,
                circle_id=survey.circle_id,
                patient_id=survey.patient_id,
                person_id=survey.person_id,
                instrument=survey.instrument,
                respondent=survey.respondent.value,
                sealed_answers=seal(key, said, _place(survey.id, survey.person_id, survey.respondent)),
                answered_at=to_micros(survey.answered_at),
            )
        )

    async def of_circles(self, circle_ids: Collection[str]) -> list[Survey]:
        query = select(table).where(table.c.circle_id.in_(circle_ids)).order_by(table.c.answered_at, table.c.id)
        last = {(row.circle_id, row.person_id): row for row in (await self._connection.execute(query)).all()}
        found = []
        for row in last.values():
            respondent = Respondent(row.respondent)
            key = await self._keys.of(row.patient_id)
            said = json.loads(unseal(key, row.sealed_answers, _place(row.id, row.person_id, respondent)))
            found.append(
                Survey(
                    id=row.id,
                    circle_id=row.circle_id,
                    patient_id=row.patient_id,
                    person_id=row.person_id,
                    respondent=respondent,
                    answers=tuple((SurveyItem(item), value) for item, value in said.items()),
                    answered_at=from_micros(row.answered_at),
                    instrument=row.instrument,
                )
            )
        return found


def _place(survey_id: str, person_id: str, respondent: Respondent) -> bytes:
    """Moved to another person or another kind of respondent, it does not open."""
    return f"survey/{survey_id}/{person_id}/{respondent.value}".encode()
