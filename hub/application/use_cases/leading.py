"""Wie nu de regie uitvoert: read where somebody must get a task, a question or an alarm (ADR 0039)."""

from collections.abc import Mapping
from datetime import datetime

from hub.application.ports import UnitOfWork
from hub.domain.circle import Circle
from hub.domain.lead import Absence, who_acts, who_stands_in
from hub.domain.vocabulary import Role


async def acting_lead(unit: UnitOfWork, circle: Circle, now: datetime) -> str:
    """Who leads at this moment: the lead; while away the locum, else the deputy, else coach or GP of the circle.

    When nobody of the circle may lead, it is still who led last, and the alarm is raised (:mod:`.lead_watch`, HAZ-10).
    """
    circle, here, away = await presence(unit, circle, now)
    return who_acts(circle, here, away) or circle.lead_id


async def available(unit: UnitOfWork, circle: Circle, person_id: str, now: datetime) -> bool:
    """Whether somebody is in the circle and not away."""
    _, here, away = await presence(unit, circle, now)
    return person_id in here and person_id not in away


async def stand_in(unit: UnitOfWork, circle: Circle, person_id: str, now: datetime) -> str:
    """Wie het werk van iemand nu krijgt: themselves; while away their locum when here, else who acts as lead."""
    circle, here, away = await presence(unit, circle, now)
    return who_stands_in(circle, person_id, here, away) or circle.lead_id


async def presence(
    unit: UnitOfWork, circle: Circle, now: datetime
) -> tuple[Circle, Mapping[str, Role], Mapping[str, Absence]]:
    """The circle as it is, who is in it now in which role, and who of them is away."""
    here = {r.person_id: r.role for r in await unit.circles.relations(circle.id) if r.active(now)}
    return await unit.circles.get(circle.id), here, await unit.absences.of_people(here, now)
