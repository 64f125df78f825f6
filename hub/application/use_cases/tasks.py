"""Taken: made with what causes them, told to one named person, seen by who may read what they are about (ADR 0040).

Every open task has one owner and one reminder, set in the same transaction: before somebody says yes it rings when the
term for that is over, after that when the task is due (:mod:`.task_hours`).
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime

from hub.application import auditing
from hub.application.context import RequestContext
from hub.application.guard import Guard
from hub.application.identify import identify
from hub.application.ports import OutgoingMessage, Tone, UnitOfWork
from hub.application.quiet import said_from
from hub.application.use_cases.leading import acting_lead, stand_in
from hub.domain.audit import AuditEvent
from hub.domain.circle import Circle, RoomKind, belongs_in
from hub.domain.dutch_dates import say_due
from hub.domain.errors import CommandRejected
from hub.domain.limits import may_do_task
from hub.domain.people import Person
from hub.domain.reminder import Reminder, ReminderKind
from hub.domain.spoken import Spoken, joined, phrase, verbatim
from hub.domain.task import Task, TaskKind, accept_by, due
from hub.domain.vocabulary import Action, PatientState, Section


@dataclass(frozen=True, slots=True)
class NewTask:
    """What is to be done and why. ``alarm``: the words above it, when its owner hears of it.

    ``owner_id``: None for who has the lead now. ``due_at``: None for the term of its kind. ``source``: the room and the
    event of the message that it is about.
    """

    kind: TaskKind
    about: str
    section: Section
    sections: frozenset[Section]
    refs: tuple[str, ...]
    what: Spoken
    alarm: Spoken
    owner_id: str | None = None
    due_at: datetime | None = None
    source: tuple[str, str] | None = None
    known: bool = False
    """Its owner made it by what they just did: it is on their list, and nobody is disturbed."""


async def make_task(unit: UnitOfWork, context: RequestContext, circle: Circle, new: NewTask) -> Task:
    """Taak maken for one person in the circle, who hears it in private; in the transaction of its cause.

    Somebody who is away or not in the circle gets nothing: then it is for who stands in, or has the lead now. What
    falls to the lead, or to who made it, needs no yes.
    """
    lead_id = await acting_lead(unit, circle, context.now)
    owner_id = await stand_in(unit, circle, new.owner_id, context.now) if new.owner_id else lead_id
    asked = owner_id not in {lead_id, context.actor.id}
    room_id, event_id = new.source or (None, None)
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
            owner_id=owner_id,
            what=new.what.dutch,
            made_by=context.actor.id,
            made_at=context.now,
            due_at=new.due_at or due(new.kind, context.now),
            accepted_at=None if asked else context.now,
            source_room_id=room_id,
            source_event_id=event_id,
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
    await watch(unit, task, context)
    lines = [heading(new.alarm), new.what, how_to_answer(task, context.now)]
    if await _may_look_up(unit, circle, task, context.now):
        link = verbatim("https://matrix.to/#/%(room_id)s/%(event_id)s", room_id=room_id, event_id=event_id)
        lines.append(phrase("Dit hoort bij dit bericht: %(link)s", link=link))
    if not new.known:
        # It asks for a yes before a term: exactly its owner's phone rings (ADR 0043).
        await tell(unit, context, circle, task.owner_id, joined(lines), task.sections, tone=Tone.URGENT)
    return task


async def _may_look_up(unit: UnitOfWork, circle: Circle, task: Task, now: datetime) -> bool:
    """Whether the owner is in the room of the message that it is about."""
    place = await unit.rooms.place(task.source_room_id) if task.source_room_id else None
    relation = await unit.circles.relation(circle.id, task.owner_id, now)
    return place is not None and relation is not None and belongs_in(relation.role, place.kind)


async def watch(unit: UnitOfWork, task: Task, context: RequestContext) -> None:
    """Set its reminder: to say yes, or to be done."""
    at = task.due_at if task.accepted_at is not None else accept_by(context.now, task.due_at)
    await unit.reminders.set(
        Reminder(ReminderKind.TASK, task.about_reminder, at, context.actor.id, task.circle_id, task.owner_id),
        context.now,
    )


def how_to_answer(task: Task, now: datetime) -> Spoken:
    """What its owner types."""
    number = task.number
    until = phrase("Taak %(number)s voor u, klaar uiterlijk %(day)s.", number=number, day=day_nl(task.due_at))
    if task.accepted_at is not None:
        return phrase("%(until)s Gedaan? Typ: !klaar %(number)s", until=until, number=number)
    ask = phrase(
        "Doet u het? Typ: !accepteer taak %(number)s. Kan het niet? Typ: !weiger taak %(number)s <reden>.",
        number=number,
    )
    by = phrase("Antwoord graag uiterlijk %(day)s.", day=day_nl(accept_by(now, task.due_at)))
    return joined((until, ask, by), " ")


def heading(text: Spoken) -> Spoken:
    return verbatim("# %(text)s", text=text)


async def tell(
    unit: UnitOfWork,
    context: RequestContext,
    circle: Circle,
    person_id: str,
    body: Spoken,
    sections: Collection[Section],
    *,
    tone: Tone = Tone.INFORMATION,
) -> None:
    """Say it in somebody's private room of this circle, in their language.

    What cannot wait, with a mention: it is theirs to do.
    """
    person = await unit.people.get(person_id)
    if await unit.rooms.find(circle.id, RoomKind.PRIVATE, person_id) is None:
        await unit.rooms.wish_private(circle.id, person_id, context.now)
    message = OutgoingMessage(
        circle_id=circle.id,
        room_kind=RoomKind.PRIVATE,
        room_id=None,
        person_id=person_id,
        sections=frozenset(sections),
        body=body.said(unit.words(person.language)),
        responsible_id=context.actor.id,
        correlation_id=context.correlation_id,
        mentions=(person.matrix_id,) if person.matrix_id and tone is Tone.URGENT else (),
        tone=tone,
    )
    await unit.outbox.add(message, context.now, await said_from(unit, message, context.now))


def no_such_task() -> CommandRejected:
    """The same words when it is somebody else's."""
    return CommandRejected("no-such-task", "Er is geen open taak met dat nummer voor u. Kijk met: !taken")


async def my_tasks(unit: UnitOfWork, guard: Guard, context: RequestContext) -> list[Task]:
    """Mijn open taken in deze kring, the first to be done first; audited, because they tell of the dossier.

    Who has the lead also sees what belongs to somebody who is no longer in the circle.

    :raises Refused: not in this circle
    """
    permits = await guard.permitted(unit, context, Action.READ, tuple(Section))
    if not permits or context.circle is None:
        await guard.require(unit, context, Action.READ, Section.S1)
    found = await visible_tasks(unit, guard, context)
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
    mine = {task.number: task for task in await visible_tasks(unit, guard, context, as_lead=True)}
    if number not in mine or not await unit.tasks.done(context.circle_id, number, context.actor.id, context.now):
        raise no_such_task()
    await log_done(unit, context, mine[number], "said")
    done = phrase("Taak %(number)s is klaar, zegt %(who)s.", number=number, who=context.actor.name.full)
    await tell_who_asked(unit, context, mine[number], done)
    return mine[number]


async def accept_task(unit: UnitOfWork, guard: Guard, context: RequestContext, number: int) -> Task:
    """Ja zeggen op een taak: from now on it rings when it is due.

    :raises CommandRejected: no task with this number waits for this person's yes
    """
    task = await task_to_accept(unit, guard, context, number)
    if task is None or not await unit.tasks.accept(task.circle_id, number, context.actor.id, context.now):
        raise no_such_task()
    accepted = replace(task, accepted_at=context.now)
    await watch(unit, accepted, context)
    await unit.audit.add(
        auditing.entry(
            context,
            AuditEvent.TASK_ACCEPTED,
            object_type="task",
            object_id=str(number),
            sections=tuple(task.sections),
            detail=task.kind.value,
        )
    )
    yes = phrase(
        "%(who)s doet taak %(number)s, uiterlijk %(day)s.",
        number=number,
        who=context.actor.name.full,
        day=day_nl(task.due_at),
    )
    await tell_who_asked(unit, context, accepted, yes)
    return accepted


async def tell_who_asked(unit: UnitOfWork, context: RequestContext, task: Task, said: Spoken) -> None:
    """What became of it, by number and name, to whoever asked it and is in the circle: not to who does it now."""
    if task.kind is not TaskKind.ASKED or task.made_by in {context.actor.id, task.owner_id}:
        return
    circle = await unit.circles.get(task.circle_id)
    if task.made_by in await present(unit, circle, context.now):
        await tell(unit, context, circle, task.made_by, said, ())


async def task_to_accept(unit: UnitOfWork, guard: Guard, context: RequestContext, number: int) -> Task | None:
    """The open task with this number that waits for this person's yes."""
    for task in await visible_tasks(unit, guard, context):
        if task.number == number and task.owner_id == context.actor.id and task.accepted_at is None:
            return task
    return None


async def log_done(unit: UnitOfWork, context: RequestContext, task: Task, how: str) -> None:
    """``how``: ``said`` by a person, or ``settled`` by what was recorded. Nothing rings for it any more."""
    await unit.reminders.cancel(ReminderKind.TASK, task.about_reminder, context.now)
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


async def visible_tasks(
    unit: UnitOfWork, guard: Guard, context: RequestContext, *, as_lead: bool = False
) -> list[Task]:
    """Open, this person's, and about what this person may read. Who has the lead also sees those of somebody who is
    not in the circle any more; ``as_lead``: those of everybody."""
    circle = context.circle
    if circle is None:
        return []
    deceased = (await unit.patients.get(circle.patient_id)).state is PatientState.DECEASED
    leads = context.actor.id in {circle.lead_id, await acting_lead(unit, circle, context.now)}
    here = await present(unit, circle, context.now) if leads else frozenset()
    found = []
    for task in await unit.tasks.of_circle(circle.id):
        mine = task.owner_id == context.actor.id or (leads and (as_lead or task.owner_id not in here))
        if not task.open or not mine or (deceased and task.kind.ends_with_death):
            continue
        if await may_see(unit, guard, context, task):
            found.append(task)
    return found


async def may_see(unit: UnitOfWork, guard: Guard, context: RequestContext, task: Task) -> bool:
    """Whether this person may read what it is about: all of it; or it was asked of them, and is of the care plan."""
    if not context.is_member:
        return False
    if task.owner_id == context.actor.id and task.kind is TaskKind.ASKED and task.sections == {Section.S8}:
        permits = await guard.permitted(unit, context, Action.READ, (Section.S8,))
        return bool(permits) and all(may_do_task(permit.limits) for permit in permits)
    return await guard.may_read_all(unit, context, tuple(task.sections))


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
    """A due moment as people read it: ``woensdag 11-11-2026, 12.00 uur``; a midnight is the end of the day before."""
    return say_due(moment)
