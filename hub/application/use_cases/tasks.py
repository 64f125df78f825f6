"""Taken: made with what causes them, told to one named person, seen by who may read what they are about."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from hub.application import auditing
from hub.application.context import RequestContext
from hub.application.guard import Guard
from hub.application.identify import identify
from hub.application.ports import OutgoingMessage, UnitOfWork
from hub.domain.audit import AuditEvent
from hub.domain.circle import Circle, RoomKind
from hub.domain.errors import CommandRejected
from hub.domain.people import Person
from hub.domain.task import Task, TaskKind, due
from hub.domain.vocabulary import Action, PatientState, Section
from hub.domain.working_days import AMSTERDAM

_NO_SUCH_TASK = "Er is geen open taak met dat nummer voor u. Kijk met: !taken"


@dataclass(frozen=True, slots=True)
class NewTask:
    """What is to be done and why. ``alarm``: the words above it, when its owner hears of it."""

    kind: TaskKind
    about: str
    section: Section
    sections: frozenset[Section]
    refs: tuple[str, ...]
    what: str
    alarm: str


async def make_task(unit: UnitOfWork, context: RequestContext, circle: Circle, new: NewTask) -> Task:
    """Taak maken for who has the lead, who hears it in private; in the transaction of its cause."""
    task = await unit.tasks.add(
        Task(
            circle_id=circle.id,
            patient_id=circle.patient_id,
            number=0,
            kind=new.kind,
            about=new.about,
            section=new.section,
            sections=new.sections,
            refs=new.refs,
            owner_id=circle.lead_id,
            what=new.what,
            made_by=context.actor.id,
            made_at=context.now,
            due_at=due(new.kind, context.now),
        )
    )
    await unit.audit.add(
        auditing.entry(
            context,
            AuditEvent.TASK_MADE,
            object_type="task",
            object_id=str(task.number),
            sections=tuple(task.sections),
            detail=f"{task.kind.value};owner={task.owner_id}",
        )
    )
    done = f"Taak {task.number} voor u, klaar uiterlijk {day_nl(task.due_at)}. Gedaan? Typ: !klaar {task.number}"
    await tell(unit, context, circle, task.owner_id, f"# {new.alarm}\n{new.what}\n{done}", task.sections)
    return task


async def tell(
    unit: UnitOfWork, context: RequestContext, circle: Circle, person_id: str, body: str, sections: Collection[Section]
) -> None:
    """Say it in somebody's private room of this circle."""
    if await unit.rooms.find(circle.id, RoomKind.PRIVATE, person_id) is None:
        await unit.rooms.wish_private(circle.id, person_id, context.now)
    await unit.outbox.add(
        OutgoingMessage(
            circle_id=circle.id,
            room_kind=RoomKind.PRIVATE,
            room_id=None,
            person_id=person_id,
            sections=frozenset(sections),
            body=body,
            responsible_id=context.actor.id,
            correlation_id=context.correlation_id,
        ),
        context.now,
    )


async def my_tasks(unit: UnitOfWork, guard: Guard, context: RequestContext) -> list[Task]:
    """Mijn open taken in deze kring, the first to be done first; audited, because they tell of the dossier.

    Who has the lead also sees what belongs to somebody who is no longer in the circle.

    :raises Refused: not in this circle
    """
    permits = await guard.permitted(unit, context, Action.READ, tuple(Section))
    if not permits or context.circle is None:
        await guard.require(unit, context, Action.READ, Section.S1)
    found = await _visible(unit, guard, context)
    await unit.audit.add(
        auditing.entry(
            context,
            AuditEvent.TASKS_READ,
            object_type="circle",
            object_id=context.circle_id,
            sections=tuple({section for task in found for section in task.sections}),
            policy=" ".join(sorted({permit.policy for permit in permits})),
            detail=f"tasks={len(found)}",
        )
    )
    return sorted(found, key=lambda task: (task.due_at, task.number))


async def finish_task(unit: UnitOfWork, guard: Guard, context: RequestContext, number: int) -> Task:
    """Taak klaar: by its owner, or by who has the lead.

    :raises CommandRejected: no such open task for this person; the same words when it is somebody else's
    """
    mine = {task.number: task for task in await _visible(unit, guard, context)}
    if number not in mine or not await unit.tasks.done(context.circle_id, number, context.actor.id, context.now):
        raise CommandRejected("no-such-task", _NO_SUCH_TASK)
    await log_done(unit, context, mine[number], "said")
    return mine[number]


async def log_done(unit: UnitOfWork, context: RequestContext, task: Task, how: str) -> None:
    """``how``: ``said`` by a person, or ``settled`` by what was recorded."""
    await unit.audit.add(
        auditing.entry(
            context,
            AuditEvent.TASK_DONE,
            object_type="task",
            object_id=str(task.number),
            sections=tuple(task.sections),
            detail=f"{task.kind.value};{how}",
        )
    )


async def _visible(unit: UnitOfWork, guard: Guard, context: RequestContext) -> list[Task]:
    """Open, this person's, and about what this person may read whole."""
    circle = context.circle
    if circle is None:
        return []
    deceased = (await unit.patients.get(circle.patient_id)).state is PatientState.DECEASED
    leads = circle.lead_id == context.actor.id
    here = await present(unit, circle, context.now) if leads else frozenset()
    found = []
    for task in await unit.tasks.of_circle(circle.id):
        mine = task.owner_id == context.actor.id or (leads and task.owner_id not in here)
        if not task.open or not mine or (deceased and task.kind.ends_with_death):
            continue
        if await guard.may_read_all(unit, context, tuple(task.sections)):
            found.append(task)
    return found


async def present(unit: UnitOfWork, circle: Circle, now: datetime) -> frozenset[str]:
    """Who is in this circle now, by id."""
    return frozenset(r.person_id for r in await unit.circles.relations(circle.id) if r.active(now))


async def may_hear(
    unit: UnitOfWork, guard: Guard, context: RequestContext, circle: Circle, person: Person, sections: set[Section]
) -> bool:
    """Whether this person, in this circle now, may read all of these sections."""
    reader = await identify(
        unit,
        person,
        circle,
        channel=context.channel,
        initiator=context.initiator,
        correlation_id=context.correlation_id,
        now=context.now,
    )
    return reader.is_member and await guard.may_read_all(unit, reader, tuple(sections))


def day_nl(moment: datetime) -> str:
    """The day that ends at ``moment`` (a due moment is the midnight after it): ``woensdag 11-11-2026``."""
    day = moment.astimezone(AMSTERDAM).date().toordinal() - 1
    local = type(moment.date()).fromordinal(day)
    return f"{_DAYS[local.weekday()]} {local.day}-{local.month}-{local.year}"


_DAYS = ("maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag")
