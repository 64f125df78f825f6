"""Als de wekker van een taak gaat: nobody said yes, or it is late (ADR 0040)."""

from dataclasses import replace
from datetime import datetime, time, timedelta

from hub.application import auditing
from hub.application.context import RequestContext
from hub.application.ports import Tone, UnitOfWork
from hub.application.use_cases.leading import acting_lead
from hub.application.use_cases.ringing import Hour, in_name_of
from hub.application.use_cases.task_acts import give
from hub.application.use_cases.tasks import day_nl, present, tell, tell_who_asked
from hub.domain.audit import AuditEvent
from hub.domain.circle import Circle
from hub.domain.errors import NotFound
from hub.domain.reminder import Reminder
from hub.domain.spoken import joined, phrase, verbatim
from hub.domain.task import Task
from hub.domain.vocabulary import PatientState
from hub.domain.working_days import AMSTERDAM, is_working_day

MOST_REMINDERS = 3
"""How often somebody hears of a late task after the first time; then it stands in the overview of each morning."""
_EACH_DAY_AT = time(9)


async def task_rings(unit: UnitOfWork, hour: Hour, reminder: Reminder) -> datetime | None:
    """One act for both terms: whose it is when nobody said yes, and who hears of it when it is late."""
    circle = await unit.circles.get(reminder.circle_id or "")
    number = reminder.about.rpartition(":")[2]
    task = await unit.tasks.get(circle.id, int(number))
    if task is None:
        raise NotFound("Deze taak bestaat niet.")
    deceased = (await unit.patients.get(circle.patient_id)).state is PatientState.DECEASED
    if not task.open or not circle.open or (deceased and task.kind.ends_with_death):
        return None
    lead_id = await acting_lead(unit, circle, hour.now)
    here = await present(unit, circle, hour.now)
    context = await in_name_of(unit, circle, lead_id, hour)
    is_gone = task.owner_id not in here
    if task.owner_id != lead_id and (is_gone or task.accepted_at is None):
        owner = await unit.people.get(task.owner_id)
        why = phrase("is niet meer in deze kring") if is_gone else phrase("heeft niet ja gezegd")
        alarm = phrase(
            "Taak %(number)s is nu van u: %(owner)s %(why)s", number=task.number, owner=owner.name.full, why=why
        )
        await give(unit, context, circle, task, lead_id, alarm, how="left" if is_gone else "not-accepted")
        if not is_gone:
            said = phrase(
                "Taak %(number)s is nu van wie de regie heeft, omdat u nog niet had geantwoord.", number=task.number
            )
            await tell(unit, context, circle, task.owner_id, said, ())
        lead = await unit.people.get(lead_id)
        moved = phrase(
            "Taak %(number)s is nu van %(new)s: %(owner)s %(why)s.",
            number=task.number,
            new=lead.name.full,
            owner=owner.name.full,
            why=why,
        )
        await tell_who_asked(unit, context, replace(task, owner_id=lead_id), moved)
        return None  # its own reminder is set
    if hour.now < task.due_at:
        return task.due_at
    await _say_that_it_is_late(unit, context, circle, task, lead_id)
    return None if reminder.step >= MOST_REMINDERS else _next_morning(hour.now)


async def _say_that_it_is_late(
    unit: UnitOfWork, context: RequestContext, circle: Circle, task: Task, lead_id: str
) -> None:
    number = task.number
    how = phrase(
        "Klaar had gemoeten: %(day)s. Gedaan? Typ: !klaar %(number)s. Lukt het niet? Typ: !taak %(number)s aan @wie",
        day=day_nl(task.due_at),
        number=number,
    )
    body = (verbatim(task.what), how)
    await unit.audit.add(
        auditing.entry(
            context,
            AuditEvent.TASK_LATE,
            object_type="task",
            object_id=str(task.number),
            sections=tuple(task.sections),
            detail=f"{task.kind.value};owner={task.owner_id}",
        )
    )
    said = joined((phrase("# Te laat: taak %(number)s", number=number), *body))
    await tell(unit, context, circle, task.owner_id, said, task.sections, tone=Tone.URGENT)
    if lead_id != task.owner_id:
        owner = await unit.people.get(task.owner_id)
        of_whom = phrase("# Te laat: taak %(number)s van %(owner)s", number=number, owner=owner.name.full)
        await tell(unit, context, circle, lead_id, joined((of_whom, *body)), task.sections)


def _next_morning(now: datetime) -> datetime:
    """Nine o'clock, Dutch time, on the next working day: counted from now, so that a clock that jumps rings once."""
    day = now.astimezone(AMSTERDAM).date() + timedelta(days=1)
    while not is_working_day(day):
        day += timedelta(days=1)
    return datetime.combine(day, _EACH_DAY_AT, AMSTERDAM)
