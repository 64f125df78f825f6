"""Before days off: the out-of-hours set is made again and pushed to who is on duty, changed or not (D8)."""

from datetime import datetime

from hub.application.ports import UnitOfWork
from hub.application.use_cases.emergency_sets import renew
from hub.application.use_cases.leading import acting_lead
from hub.application.use_cases.ringing import Hour
from hub.domain.circle import Circle
from hub.domain.errors import NotFound
from hub.domain.reminder import Reminder, ReminderKind
from hub.domain.vocabulary import PatientState
from hub.domain.working_days import next_closing

_LIVING = frozenset({PatientState.ALIVE, PatientState.DYING})


async def plan_check(unit: UnitOfWork, circle: Circle, now: datetime) -> bool:
    """Set the reminder of this circle; False when it is set already, or the patient is not alive."""
    if (await unit.patients.get(circle.patient_id)).state not in _LIVING:
        return False
    if await unit.reminders.find(ReminderKind.EMERGENCY_SET, circle.id) is not None:
        return False
    set_by = await acting_lead(unit, circle, now)
    await unit.reminders.set(Reminder(ReminderKind.EMERGENCY_SET, circle.id, next_closing(now), set_by, circle.id), now)
    return True


async def check(unit: UnitOfWork, hour: Hour, reminder: Reminder) -> datetime | None:
    """Vrijdag 15.00 uur: made again, dated again, brought to who is on duty. Missed hours are made up for once."""
    try:
        circle = await unit.circles.get(reminder.circle_id or "")
    except NotFound:
        return None
    if not circle.open:
        return None
    made = await renew(unit, hour.guard, hour.speaker, circle.patient_id, "", hour.now, checking=True)
    patient = await unit.patients.get(circle.patient_id)
    return next_closing(hour.now) if made is not None or patient.state in _LIVING else None
