"""What the figures count from rows that hold no contents."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.adapters.sql.circles import circle_in
from hub.adapters.sql.tables import circle, patient
from hub.adapters.sql.times import from_micros, from_micros_or_none
from hub.adapters.sql.work_tables import coach_time, question
from hub.domain.circle import Circle
from hub.domain.coach_time import Category
from hub.domain.question_watch import QuestionState

_COUNTS = (QuestionState.OPEN.value, QuestionState.ANSWERED.value)


class SqlCourseRows:
    """:class:`hub.application.figure_ports.CourseRows`."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def patients(self) -> list[str]:
        query = (
            select(patient.c.id)
            .join(circle, circle.c.patient_id == patient.c.id)
            .where(patient.c.destroyed_at.is_(None))
            .distinct()
            .order_by(patient.c.id)
        )
        return list((await self._connection.execute(query)).scalars())

    async def circles(self, patient_id: str) -> list[Circle]:
        query = select(circle, patient.c.pseudonym).join(patient, patient.c.id == circle.c.patient_id)
        query = query.where(circle.c.patient_id == patient_id).order_by(circle.c.opened_at)
        return [circle_in(row) for row in await self._connection.execute(query)]

    async def questions(self, circle_ids: Collection[str]) -> list[tuple[datetime, datetime | None]]:
        query = select(question.c.asked_at, question.c.ended_at).where(
            question.c.circle_id.in_(circle_ids), question.c.state.in_(_COUNTS)
        )
        rows = await self._connection.execute(query.order_by(question.c.asked_at))
        return [(from_micros(row.asked_at), from_micros_or_none(row.ended_at)) for row in rows]

    async def minutes(self, circle_ids: Collection[str]) -> tuple[int, int]:
        query = (
            select(coach_time.c.category, func.sum(coach_time.c.minutes).label("minutes"))
            .where(coach_time.c.circle_id.in_(circle_ids), coach_time.c.withdrawn_at.is_(None))
            .group_by(coach_time.c.category)
        )
        found = {row.category: int(row.minutes) for row in await self._connection.execute(query)}
        return found.get(Category.REGULAR.value, 0), found.get(Category.EXTRA.value, 0)
