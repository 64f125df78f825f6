"""Afgesproken einde van toegang: who handed over leaves on the agreed day, and hears it a day before (ADR 0042).

The end is set when the handover was received, by the same rule as for somebody who leaves of their own accord: not
while they lead, have a task or answer for a handover. Then it is tried again each day, and they hear why.
"""

from datetime import datetime, timedelta

from hub.application import auditing
from hub.application.context import RequestContext
from hub.application.guard import Guard, Refused
from hub.application.ports import UnitOfWork
from hub.application.use_cases import handover_texts as texts
from hub.application.use_cases.handover_signing import request_of
from hub.application.use_cases.revoking import end_place
from hub.application.use_cases.ringing import Hour, in_name_of
from hub.domain.audit import AuditEvent
from hub.domain.circle import DischargeReason
from hub.domain.errors import CommandRejected
from hub.domain.handover import Handover
from hub.domain.reminder import Reminder, ReminderKind
from hub.domain.vocabulary import Action
from hub.domain.working_days import AMSTERDAM

_BEFORE = timedelta(days=1)
_LOOK_AGAIN = timedelta(days=1)


async def agree_end(unit: UnitOfWork, guard: Guard, context: RequestContext, handover: Handover) -> None:
    """Call it when the handover was received; ``context``: of who received it."""
    if handover.access_ends_at is None:
        return
    theirs = await request_of(unit, context, await unit.people.get(handover.made_by))
    await _end(unit, guard, theirs, handover.access_ends_at)
    at = max(context.now, handover.access_ends_at - _BEFORE)
    about = f"{handover.about}:{handover.made_by}"
    await unit.reminders.set(
        Reminder(ReminderKind.ACCESS_ENDS, about, at, handover.made_by, handover.circle_id, handover.made_by),
        context.now,
    )


async def ring(unit: UnitOfWork, hour: Hour, reminder: Reminder) -> datetime | None:
    """The act of :data:`ReminderKind.ACCESS_ENDS`: a day before, and each day that it cannot end."""
    circle_id, number, person_id = reminder.about.split(":")
    handover = await unit.handovers.get(circle_id, int(number))
    circle = await unit.circles.get(circle_id)
    relation = await unit.circles.relation(circle_id, person_id, hour.now)
    if handover is None or handover.access_ends_at is None or relation is None or not circle.open:
        return None
    theirs = await in_name_of(unit, circle, person_id, hour)
    day = _day(handover.access_ends_at)
    ends = await _end(unit, hour.guard, theirs, handover.access_ends_at)
    if ends and handover.access_ends_at <= hour.now:
        return None
    body = texts.access_ends(day) if ends else texts.access_cannot_end(day)
    await hour.speaker.private(unit, theirs, theirs.actor, body, ())
    return None if ends else hour.now + _LOOK_AGAIN


async def _end(unit: UnitOfWork, guard: Guard, theirs: RequestContext, at: datetime) -> bool:
    """Give the place its end, if this person may leave; True when it has that end, or an earlier one."""
    relation, circle = theirs.relation, theirs.circle
    if relation is None or circle is None:
        return True
    if relation.until is not None and relation.until <= at:
        return True
    try:
        permit = await guard.require(unit, theirs, Action.LEAVE)
        if at <= theirs.now:
            await end_place(unit, theirs, circle, relation, DischargeReason.OWN_REQUEST, policy=permit.policy)
            return True
    except (Refused, CommandRejected):
        # Somebody has to take over first what is still theirs; they hear it, and it is tried again.
        return False
    await unit.circles.end(relation.id, at, DischargeReason.OWN_REQUEST)
    await unit.audit.add(
        auditing.entry(
            theirs,
            AuditEvent.ACCESS_END_AGREED,
            object_type="person",
            object_id=theirs.actor.id,
            policy=permit.policy,
            detail=at.isoformat(),
        )
    )
    return True


def _day(moment: datetime) -> str:
    """The last day: a midnight is the end of the day before it."""
    local = (moment - timedelta(seconds=1)).astimezone(AMSTERDAM)
    return f"{local.day}-{local.month}-{local.year}"
