"""Gevolgen van een verandering: what turned stale by it, what it contradicts; a card, a task, in the same transaction.

Nothing here decides which of two statements is right: both stay, both are named, and people are asked to talk. Who
records again, with the day of that conversation, settles it.
"""

from collections.abc import Collection, Iterable, Sequence

from hub.application.context import RequestContext
from hub.application.guard import Guard
from hub.application.ports import UnitOfWork
from hub.application.use_cases.contradiction_texts import card, stale_words
from hub.application.use_cases.leading import acting_lead
from hub.application.use_cases.tasks import NewTask, day_nl, heading, log_done, make_task, may_hear, present, tell
from hub.application.use_cases.triggers import look_again
from hub.domain import claims, conflicts, dossier, freshness, turning_points
from hub.domain.circle import Circle
from hub.domain.conflicts import Conflict
from hub.domain.dossier import Entry, Status
from hub.domain.entries import Kind
from hub.domain.freshness import RULES
from hub.domain.handover import Handover
from hub.domain.people import Person
from hub.domain.spoken import joined, phrase
from hub.domain.task import Task, TaskKind
from hub.domain.turning_points import TurningPoint
from hub.domain.vocabulary import PatientState, Section

ASKED_AGAIN = frozenset(kind for kind, rule in RULES.items() if rule.asks)
"""Kinds for which turning stale makes a task."""
_CONTRADICTING = frozenset(kind for kind, claim in claims.CLAIMS.items() if claim is not None) | {
    Kind.ADVANCE_DIRECTIVE,
    Kind.CONTACT_PERSON,
}
WATCHED = ASKED_AGAIN | _CONTRADICTING | turning_points.KINDS
"""Kinds whose change can have a consequence; of all others nobody looks further."""


async def after_change(
    unit: UnitOfWork, guard: Guard, context: RequestContext, changed: Collection[Entry | Handover]
) -> None:
    """Call it in the transaction of the change, after it was stored."""
    entries = [one for one in changed if isinstance(one, Entry)]
    moved = [one for one in changed if isinstance(one, Handover)]
    entries = [one for one in entries if one.status is not Status.PROPOSED]
    await look_again(unit, guard, context, entries, moved=bool(moved))
    watched = {one.ref for one in entries if one.kind in WATCHED or (one.topic is not None and one.version > 1)}
    patient_id = context.patient_id
    if context.circle is None or patient_id is None or not (watched or moved):
        return
    if (await unit.patients.get(patient_id)).state is PatientState.DECEASED:
        return
    circle = await unit.circles.get(context.circle.id)
    if not circle.open:
        return
    kinds = WATCHED | {one.kind for one in entries if one.kind.section is not None}
    versions = await unit.agreements.of_kinds(patient_id, kinds)
    standing = conflicts.conflicts(versions)
    turned = turning_points.turning_points(versions, await unit.handovers.of_circle(circle.id))
    held = [entry for entry in dossier.to_show(versions) if entry.status is Status.ACTIVE]
    tasks = await _settle(unit, guard, context, await unit.tasks.of_circle(circle.id), standing, held, turned)
    named = [one for one in standing if one.refs & watched]
    for conflict in named:
        if not any(_covers(task, conflict) for task in tasks):
            tasks.append(await _card(unit, guard, context, circle, conflict))
    caused = {f"{one.ref}/{one.version}" for one in entries} | {f"overdracht {one.number}" for one in moved}
    for point in turned:
        if point.source in caused and point.at >= context.now:
            await unit.room_cards.mark_circle(circle.id, context.actor.id, context.now)
            await _turned(unit, guard, context, circle, point, held, tasks)


async def sweep(unit: UnitOfWork, guard: Guard, context: RequestContext) -> Task | None:
    """Wat door de tijd verouderde: one task for all of it, and never again for the same version. None: nothing new."""
    circle = context.circle
    if circle is None or not circle.open:
        return None
    patient = await unit.patients.get(circle.patient_id)
    if patient.state is PatientState.DECEASED:
        return None
    versions = await unit.agreements.of_kinds(patient.id, ASKED_AGAIN)
    held = [entry for entry in dossier.to_show(versions) if entry.status is Status.ACTIVE]
    dying = patient.state is PatientState.DYING
    asked = {ref for task in await unit.tasks.of_circle(circle.id) for ref in task.refs}
    old = [
        entry
        for entry in freshness.with_freshness(held, (), context.now, guard.freshness, dying=dying)
        if entry.freshness is not None and entry.freshness.stale and _version(entry) not in asked
    ]
    if not old:
        return None
    await unit.emergencies.mark_due(patient.id, context.actor.id, context.now)
    await unit.room_cards.mark_circle(circle.id, context.actor.id, context.now)
    return await make_task(unit, context, circle, _talk(old, freshness.TIME, None))


async def _turned(
    unit: UnitOfWork,
    guard: Guard,
    context: RequestContext,
    circle: Circle,
    point: TurningPoint,
    held: Sequence[Entry],
    tasks: list[Task],
) -> None:
    """What this turning point makes stale asks for a conversation, unless one is asked for already."""
    waiting = {ref for task in tasks if task.open and task.kind is TaskKind.TALK for ref in task.refs}
    fresh = freshness.with_freshness(held, [point], context.now, guard.freshness)
    stale = [
        entry
        for entry in fresh
        if entry.kind in ASKED_AGAIN
        and entry.freshness is not None
        and any(one.cause == point.trigger.value for one in entry.freshness.because)
        and _version(entry) not in waiting
    ]
    if stale:
        lead = await unit.people.get(await acting_lead(unit, circle, context.now))
        extra = {point.section} - {None}
        told = await may_hear(unit, guard, context, circle, lead, {entry.section for entry in stale} | _some(extra))
        tasks.append(await make_task(unit, context, circle, _talk(stale, point.source, point if told else None)))


def _talk(stale: Sequence[Entry], about: str, point: TurningPoint | None) -> NewTask:
    sections = {entry.section for entry in stale} | ({point.section} if point is not None and point.section else set())
    return NewTask(
        TaskKind.TALK,
        about,
        Section.S3 if Section.S3 in sections else min(sections, key=lambda section: int(section.value[1:])),
        frozenset(sections),
        tuple(_version(entry) for entry in stale),
        stale_words(stale, phrase(point.words) if point is not None else None),
        phrase("Tijd voor een nieuw gesprek"),
    )


async def _card(unit: UnitOfWork, guard: Guard, context: RequestContext, circle: Circle, conflict: Conflict) -> Task:
    """De kaart: to who has the lead, with the task; and to both authors, as far as they may read both sides.

    Nobody else hears it: the relatives never read the patient's own version here.
    """
    both = (conflict.first, conflict.second)
    sections = {entry.section for entry in both}
    lead_id = await acting_lead(unit, circle, context.now)
    people = await unit.people.all_of({entry.author_id for entry in both} | {lead_id})
    said = card(conflict, people)
    task = await make_task(
        unit,
        context,
        circle,
        NewTask(
            TaskKind.CONFLICT,
            conflict.key,
            conflict.first.section,
            frozenset(sections),
            tuple(_version(entry) for entry in both),
            said,
            phrase(conflict.matter.title_nl),
        ),
    )
    here = await present(unit, circle, context.now)
    lead = people[lead_id]
    for person_id in dict.fromkeys(entry.author_id for entry in both):
        author = people.get(person_id)
        if author is None or person_id == lead_id or person_id not in here:
            continue
        if await _is_of_the_team(unit, guard, context, circle, author, sections):
            who = phrase(
                "%(lead)s heeft de regie, en heeft een taak om dit te bespreken (uiterlijk %(day)s).",
                lead=lead.name.full,
                day=day_nl(task.due_at),
            )
            body = joined((heading(phrase(conflict.matter.title_nl)), said, who))
            await tell(unit, context, circle, person_id, body, sections)
    return task


async def _is_of_the_team(
    unit: UnitOfWork, guard: Guard, context: RequestContext, circle: Circle, author: Person, sections: set[Section]
) -> bool:
    relation = await unit.circles.relation(circle.id, author.id, context.now)
    if relation is None or not relation.role.is_professional:
        return False
    return await may_hear(unit, guard, context, circle, author, sections)


async def _settle(
    unit: UnitOfWork,
    guard: Guard,
    context: RequestContext,
    tasks: Iterable[Task],
    standing: Sequence[Conflict],
    held: Sequence[Entry],
    turned: Sequence[TurningPoint],
) -> list[Task]:
    """A task whose cause is gone is done: somebody recorded the outcome of the conversation. Returns all the others."""
    stale = {
        _version(entry)
        for entry in freshness.with_freshness(held, turned, context.now, guard.freshness)
        if entry.freshness is not None and entry.freshness.stale
    }
    pairs = {one.refs for one in standing}
    left = []
    for task in tasks:
        if task.kind not in {TaskKind.CONFLICT, TaskKind.TALK}:
            continue
        gone = task.entries not in pairs if task.kind is TaskKind.CONFLICT else not stale & set(task.refs)
        if task.open and gone and await unit.tasks.done(task.circle_id, task.number, context.actor.id, context.now):
            await log_done(unit, context, task, "settled")
        else:
            left.append(task)
    return left


def _covers(task: Task, conflict: Conflict) -> bool:
    """Whether people are talking about this pair now, or talked about these very versions."""
    if task.kind is not TaskKind.CONFLICT:
        return False
    return task.about == conflict.key or (task.open and task.entries == conflict.refs)


def _version(entry: Entry) -> str:
    return f"{entry.ref}/{entry.version}"


def _some(sections: Iterable[Section | None]) -> set[Section]:
    return {section for section in sections if section is not None}
