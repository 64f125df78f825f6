"""Complexiteit opnieuw beoordelen (law-and-care §4.1 F5): at its day, and when something happened that may change it.

It changed for more than half of the patients of the pilot. What opens is a task for the coach; people judge.
"""

from collections.abc import Collection
from datetime import datetime, time, timedelta
from enum import StrEnum

from hub.application.context import RequestContext
from hub.application.ports import UnitOfWork
from hub.application.use_cases.leading import acting_lead, available
from hub.application.use_cases.ringing import Hour, in_name_of
from hub.application.use_cases.tasks import NewTask, log_done, make_task
from hub.domain.circle import Circle
from hub.domain.dossier import Entry, Status
from hub.domain.entries import Kind
from hub.domain.observations import Complexity, Level
from hub.domain.reminder import Reminder, ReminderKind
from hub.domain.spoken import Spoken, joined, phrase, verbatim
from hub.domain.task import Task, TaskKind
from hub.domain.vocabulary import PatientState, Role, Section
from hub.domain.working_days import AMSTERDAM

AGAIN_AFTER = {Level.HIGH: timedelta(weeks=2), Level.MEDIUM: timedelta(weeks=4), Level.LOW: timedelta(weeks=8)}
"""How long a judgement stands; who judges may name another day."""
_MORNING = time(9)


class Why(StrEnum):
    """Waarom de complexiteit opnieuw bekeken wordt."""

    TIME = "time"
    MOVED = "moved"
    SERIOUS = "serious"
    PERFORMANCE = "performance"
    STRAIN = "strain"
    TEAM = "team"
    CARE_EVENT = "care-event"
    BACK = "back"

    @property
    def said(self) -> Spoken:
        return _WORDS[self]


async def reassess(
    unit: UnitOfWork,
    context: RequestContext,
    circle: Circle,
    why: Why,
    *,
    seen: Spoken | None = None,
    refs: tuple[str, ...] = (),
    sections: Collection[Section] = (),
) -> Task | None:
    """Opnieuw laten beoordelen: one open task, for the coach and else for who leads. None: it is asked already, it was
    never judged, or the dying phase began.

    A fall of the PPS always asks, because it asks for more: whether the dying phase began.

    :param seen: what was measured; ``sections`` then say where
    """
    if not circle.open:
        return None
    if (await unit.patients.get(circle.patient_id)).state is not PatientState.ALIVE:
        return None
    falls = why is Why.PERFORMANCE
    asked = [one for one in await unit.tasks.of_circle(circle.id) if one.open and one.kind is TaskKind.COMPLEXITY]
    if any((one.about == Why.PERFORMANCE.value) is falls or one.about == why.value for one in asked):
        return None
    if not falls and await judged(unit, circle.patient_id) is None:
        return None
    what = [
        verbatim("- %(why)s: %(seen)s.", why=why.said, seen=seen) if seen else verbatim("- %(why)s.", why=why.said),
        phrase("- Typ uw oordeel: !complexiteit laag|gemiddeld|hoog [reden]"),
    ]
    if falls:
        what.insert(1, phrase("- Kijk samen met de huisarts of de stervensfase is begonnen: !stervensfase"))
    return await make_task(
        unit,
        context,
        circle,
        NewTask(
            kind=TaskKind.COMPLEXITY,
            about=why.value,
            section=Section.S2,
            sections=frozenset({Section.S2, *sections}),
            refs=refs,
            what=joined(what),
            alarm=phrase("Beoordeel de complexiteit opnieuw"),
            owner_id=await coach_or_lead(unit, circle, context.now),
        ),
    )


async def after_judgement(unit: UnitOfWork, context: RequestContext, circle: Circle, entry: Entry) -> None:
    """Somebody judged: what asked for it is done, and the next day for it is set."""
    value: Complexity = entry.value
    for task in await unit.tasks.of_circle(circle.id):
        # Whether the dying phase began is not answered by it.
        if task.open and task.kind is TaskKind.COMPLEXITY and task.about != Why.PERFORMANCE.value:
            await unit.tasks.done(circle.id, task.number, context.actor.id, context.now)
            await log_done(unit, context, task, "settled")
    await unit.reminders.set(
        Reminder(ReminderKind.COMPLEXITY, circle.id, judge_again(value, context.now), context.actor.id, circle.id),
        context.now,
    )


async def set_judgement(unit: UnitOfWork, context: RequestContext, circle: Circle) -> None:
    """The day of the judgement that stands, once more: routine goes on."""
    entry = await judged(unit, circle.patient_id)
    if entry is not None:
        due_at = max(context.now, judge_again(entry.value, entry.recorded_at))
        again = Reminder(ReminderKind.COMPLEXITY, circle.id, due_at, context.actor.id, circle.id)
        await unit.reminders.set(again, context.now)


def judge_again(value: Complexity, now: datetime) -> datetime:
    """When somebody looks again: the day that was named, in the morning, else by the level."""
    named = value.judge_again_on
    if named is None:
        return now + AGAIN_AFTER[value.level]
    return max(now, datetime.combine(named.first_day, _MORNING, AMSTERDAM))


async def judged(unit: UnitOfWork, patient_id: str) -> Entry | None:
    """The judgement that counts now."""
    versions = await unit.agreements.of_kinds(patient_id, {Kind.COMPLEXITY})
    active = [entry for entry in versions if entry.status is Status.ACTIVE]
    return max(active, key=lambda entry: (entry.recorded_at, entry.version)) if active else None


async def coach_or_lead(unit: UnitOfWork, circle: Circle, now: datetime) -> str:
    """The coach of the circle when there and not away, else who leads now."""
    for relation in await unit.circles.relations(circle.id):
        is_coach = relation.role is Role.COACH and relation.active(now)
        if is_coach and await available(unit, circle, relation.person_id, now):
            return relation.person_id
    return await acting_lead(unit, circle, now)


async def ring_complexity(unit: UnitOfWork, hour: Hour, reminder: Reminder) -> datetime | None:
    """De dag om opnieuw te oordelen is er: the task has a reminder of its own, so this one rings once."""
    circle = await unit.circles.get(reminder.circle_id or "")
    context = await in_name_of(unit, circle, await coach_or_lead(unit, circle, hour.now), hour)
    await reassess(unit, context, circle, Why.TIME)
    return None


_WORDS = {
    Why.TIME: phrase("De afgesproken dag is er"),
    Why.MOVED: phrase("De patiënt gaat naar een andere plek"),
    Why.SERIOUS: phrase("Er is een ernstige klacht"),
    Why.PERFORMANCE: phrase("Het functioneren is sterk gedaald of laag"),
    Why.STRAIN: phrase("Het wordt de mantelzorger te zwaar"),
    Why.TEAM: phrase("Het team is veranderd"),
    Why.CARE_EVENT: phrase("De patiënt was op de spoedeisende hulp of de huisartsenpost"),
    Why.BACK: phrase("De stervensfase is ingetrokken"),
}
