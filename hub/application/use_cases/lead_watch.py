"""Niemand heeft de regie (HAZ-10): what happens when the time of who leads runs out, without anybody doing anything."""

from datetime import datetime, timedelta

from hub.application.identify import identify
from hub.application.ports import UnitOfWork
from hub.application.use_cases.revoking import orphans, pass_on_lead
from hub.domain.audit import AuditEvent
from hub.domain.circle import Circle
from hub.domain.identifiers import new_id
from hub.domain.vocabulary import Channel

AGAIN = timedelta(hours=24)
"""While nobody can lead, the alarm is repeated so often."""


async def watch_lead(unit: UnitOfWork, circle: Circle, now: datetime, *, initiator: str) -> bool:
    """Pass the lead on when who has it is not in the circle any more, or raise the alarm when nobody can have it.

    The act is in the name of who led until now: a bot acts on behalf of a person (I7). True when something was done.
    """
    left = await orphans(unit, circle, now)
    if not left.lead or await _told_lately(unit, circle, now):
        return False
    context = await identify(
        unit,
        await unit.people.get((await unit.circles.get(circle.id)).lead_id),
        circle,
        channel=Channel.API,
        initiator=initiator,
        correlation_id=new_id("lead"),
        now=now,
    )
    await pass_on_lead(unit, context, circle)
    return True


async def _told_lately(unit: UnitOfWork, circle: Circle, now: datetime) -> bool:
    return any(
        item.entry.event is AuditEvent.WORK_ORPHANED
        and "lead" in item.entry.detail.split(",")
        and now - item.entry.recorded_at < AGAIN
        for item in await unit.audit.of_patient(circle.patient_id)
    )
