"""Stervensfase: routine stands still, and goes on when the patient gets better (law-and-care §3.7)."""

from hub.application.context import RequestContext
from hub.application.ports import UnitOfWork
from hub.application.use_cases.complexity import Why, coach_or_lead, reassess, set_judgement
from hub.application.use_cases.path_steps import note_step
from hub.application.use_cases.tasks import NewTask, log_done, make_task
from hub.domain.freshness import TIME
from hub.domain.path import PathStep
from hub.domain.reminder import ReminderKind
from hub.domain.spoken import phrase
from hub.domain.task import Task, TaskKind
from hub.domain.vocabulary import Section

_SILENT = (ReminderKind.COMPLEXITY, ReminderKind.COACH_OFFER)
"""The diary's reminder stays set, and asks nothing as long as the phase lasts."""
_WHO_CALLS = "dying"


async def silence_routine(unit: UnitOfWork, context: RequestContext, policy: str) -> None:
    """What may wait for ever is not asked any more: complexity, talks that are due by their age. What hurts, is.

    One thing is asked: who is there for the relatives, before and after.
    """
    if context.circle is None:
        return
    circle = context.circle
    await unit.reminders.cancel_circle(circle.id, _SILENT, context.now)
    for task in await unit.tasks.of_circle(circle.id):
        if task.open and _is_routine(task):
            await unit.tasks.done(circle.id, task.number, context.actor.id, context.now)
            await log_done(unit, context, task, "dying")
    await note_step(unit, context, PathStep.DYING, policy=policy)
    await make_task(
        unit,
        context,
        circle,
        NewTask(
            kind=TaskKind.PATH,
            about=_WHO_CALLS,
            section=Section.S9,
            sections=frozenset({Section.S9}),
            refs=(),
            what=(
                phrase(
                    "- Spreek met de naasten af wie hen na het overlijden belt, en wanneer.\n- Geef de uitleg over de "
                    "stervensfase, als de patiënt dat goedvindt."
                )
            ),
            alarm=phrase("Wie is er voor de naasten?"),
            owner_id=await coach_or_lead(unit, circle, context.now),
        ),
    )


async def resume_routine(unit: UnitOfWork, context: RequestContext, policy: str) -> None:
    """Het gaat beter: the complexity is judged again, and its day stands as before."""
    if context.circle is None:
        return
    circle = context.circle
    for task in await unit.tasks.of_circle(circle.id):
        if task.open and task.kind is TaskKind.PATH and task.about == _WHO_CALLS:
            await unit.tasks.done(circle.id, task.number, context.actor.id, context.now)
            await log_done(unit, context, task, "settled")
    await set_judgement(unit, context, circle)
    await note_step(unit, context, PathStep.DYING_ENDED, policy=policy)
    await reassess(unit, context, circle, Why.BACK)


def _is_routine(task: Task) -> bool:
    return task.kind is TaskKind.COMPLEXITY or (task.kind is TaskKind.TALK and task.about == TIME)
