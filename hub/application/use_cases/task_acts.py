"""Taken vragen, weigeren en doorgeven: what people do with a task besides saying yes and done (ADR 0040).

A task is never without owner: who cannot do it gives it back to who asked, and otherwise it is for who has the lead.
"""

from dataclasses import replace
from datetime import datetime

from hub.application import auditing
from hub.application.context import RequestContext
from hub.application.guard import Guard
from hub.application.identify import identify
from hub.application.ports import Tone, UnitOfWork
from hub.application.use_cases.leading import acting_lead, stand_in
from hub.application.use_cases.tasks import (
    NewTask,
    heading,
    how_to_answer,
    make_task,
    may_see,
    no_such_task,
    present,
    tell,
    tell_who_asked,
    visible_tasks,
    watch,
)
from hub.domain.audit import AuditEvent
from hub.domain.circle import Circle
from hub.domain.errors import CommandRejected
from hub.domain.identifiers import new_id
from hub.domain.limits import may_ask_task, may_do_task
from hub.domain.people import Person
from hub.domain.spoken import Spoken, joined, phrase, verbatim
from hub.domain.task import Task, TaskKind
from hub.domain.values import check_text
from hub.domain.vocabulary import Action, Channel, Section

LONGEST = 500
"""Characters of what is asked, and of why not."""
_ONLY = frozenset({Section.S8})


async def ask_task(
    unit: UnitOfWork,
    guard: Guard,
    context: RequestContext,
    what: str,
    *,
    to: Person | None = None,
    due_at: datetime | None = None,
    source: tuple[str, str] | None = None,
) -> Task:
    """Taak vragen aan iemand in de kring, or without ``to`` to who has the lead now.

    Who is away does not get it: then it is for who stands in.

    :raises Refused: this person may not ask anything here
    :raises CommandRejected: nothing to do was said, or ``to`` may not see tasks here
    """
    permit = await guard.require(unit, context, Action.RECORD, Section.S8)
    circle = _circle(context)
    if not may_ask_task(permit.limits):
        raise CommandRejected("cannot-ask", "Vanuit uw rol vraagt u hier geen taken. Vraag de coach van deze kring.")
    said = _checked(
        what, CommandRejected("nothing-to-do", "Schrijf wat er moet gebeuren: !taak <wat> @wie voor <datum>.")
    )
    owner_id = to.id if to is not None else await acting_lead(unit, circle, context.now)
    owner_id = await stand_in(unit, circle, owner_id, context.now)
    await _require_may_do(unit, guard, context, circle, owner_id)
    new = NewTask(
        kind=TaskKind.ASKED,
        about="",
        section=Section.S8,
        sections=_ONLY,
        refs=(),
        what=verbatim(said),
        alarm=phrase("Een taak, gevraagd door %(actor)s", actor=context.actor.name.full),
        owner_id=owner_id,
        due_at=due_at,
        source=source,
    )
    return await make_task(unit, context, circle, new)


async def hand_on_task(unit: UnitOfWork, guard: Guard, context: RequestContext, number: int, to: Person) -> Task:
    """Taak doorgeven: by its owner, or by who has the lead. The other says yes, or the lead gets it.

    :raises CommandRejected: no such open task for this person; or ``to`` may not see it
    """
    task = await _mine(unit, guard, context, number)
    circle = _circle(context)
    if to.id == task.owner_id:
        raise CommandRejected("same-owner", "Die taak is al van deze persoon.")
    to_id = await stand_in(unit, circle, to.id, context.now)
    await _require_may_do(unit, guard, context, circle, to_id, task)
    mine = to_id == context.actor.id
    alarm = phrase("Een taak, doorgegeven door %(actor)s", actor=context.actor.name.full)
    given = await give(unit, context, circle, task, to_id, alarm, quietly=mine)
    if task.owner_id != context.actor.id and task.owner_id in await present(unit, circle, context.now):
        new = await unit.people.get(to_id)
        said = phrase(
            "Taak %(number)s is nu van %(new)s. Dat regelde %(actor)s.",
            number=number,
            new=new.name.full,
            actor=context.actor.name.full,
        )
        await tell(unit, context, circle, task.owner_id, said, ())
    to_whom = phrase("Taak %(number)s is nu van %(new)s.", number=number, new=(await unit.people.get(to_id)).name.full)
    await tell_who_asked(unit, context, given, to_whom)
    return given


async def decline_task(unit: UnitOfWork, guard: Guard, context: RequestContext, number: int, reason: str) -> Task:
    """Taak weigeren, met reden: back to the carer who asked it; else to who has the lead.

    :raises CommandRejected: no such task of this person; or it is theirs because of the lead, and is to be handed on
    """
    task = await _mine(unit, guard, context, number)
    circle = _circle(context)
    why = _checked(reason, CommandRejected("no-reason", "Schrijf ook waarom: !weiger taak <nummer> <reden>."))
    back_to = await _who_asked(unit, guard, context, circle, task)
    if task.owner_id != context.actor.id or back_to == context.actor.id:
        raise CommandRejected(
            "nobody-else",
            "Deze taak kan niet terug. Geef de taak door: !taak %(number)s aan @wie",
            {"number": number},
        )
    alarm = phrase(
        "%(actor)s kan taak %(number)s niet doen: %(why)s", actor=context.actor.name.full, number=number, why=why
    )
    given = await give(unit, context, circle, task, back_to, alarm, how="declined", is_theirs=True)
    new = await unit.people.get(back_to)
    said = phrase(
        "%(actor)s kan taak %(number)s niet doen. De taak is nu van %(new)s.",
        actor=context.actor.name.full,
        number=number,
        new=new.name.full,
    )
    await tell_who_asked(unit, context, given, said)
    return given


async def give(
    unit: UnitOfWork,
    context: RequestContext,
    circle: Circle,
    task: Task,
    to_id: str,
    alarm: Spoken,
    *,
    how: str = "handed-on",
    is_theirs: bool = False,
    quietly: bool = False,
) -> Task:
    """Another owner, who hears it unless ``quietly``, with a reminder of its own. ``is_theirs``: without asking for a
    yes; so it is for who has the lead, and for who gives it to themselves.

    :raises CommandRejected: somebody was first
    """
    lead_id = await acting_lead(unit, circle, context.now)
    accepted = context.now if is_theirs or to_id in {lead_id, context.actor.id} else None
    if not await unit.tasks.hand_on(task, to_id, accepted):
        raise no_such_task()
    given = replace(task, owner_id=to_id, accepted_at=accepted, passed_by=task.owner_id)
    await watch(unit, given, context)
    await unit.audit.add(
        auditing.entry(
            context,
            AuditEvent.TASK_PASSED_ON,
            object_type="task",
            object_id=str(task.number),
            sections=tuple(task.sections),
            detail=f"{how};from={task.owner_id};to={to_id}",
        )
    )
    if not quietly:
        body = joined((heading(alarm), verbatim(given.what), how_to_answer(given, context.now)))
        await tell(unit, context, circle, to_id, body, given.sections, tone=Tone.URGENT)
    return given


async def give_up_all(unit: UnitOfWork, context: RequestContext, circle: Circle, person_id: str) -> int:
    """Everything open of somebody who is no longer in the circle is now for who has the lead; how many."""
    circle = await unit.circles.get(circle.id)
    lead_id = await acting_lead(unit, circle, context.now)
    passed = 0
    for task in await unit.tasks.of_circle(circle.id):
        if task.open and task.owner_id == person_id != lead_id:
            gone = await unit.people.get(person_id)
            alarm = phrase(
                "Taak %(number)s is nu van u: %(gone)s is niet meer in deze kring",
                number=task.number,
                gone=gone.name.full,
            )
            await give(unit, context, circle, task, lead_id, alarm, how="left")
            passed += 1
    return passed


async def tasks_of_the_gone(unit: UnitOfWork, circle: Circle, now: datetime, initiator: str) -> int:
    """Somebody's period ran out without anybody doing anything: what was theirs is for who has the lead; how many."""
    here = await present(unit, circle, now)
    gone = {task.owner_id for task in await unit.tasks.of_circle(circle.id) if task.open} - here
    if not gone:
        return 0
    context = await identify(
        unit,
        await unit.people.get(await acting_lead(unit, circle, now)),
        circle,
        channel=Channel.ROOM,
        initiator=initiator,
        correlation_id=new_id("gone"),
        now=now,
    )
    return sum([await give_up_all(unit, context, circle, person_id) for person_id in sorted(gone)])


async def _mine(unit: UnitOfWork, guard: Guard, context: RequestContext, number: int) -> Task:
    for task in await visible_tasks(unit, guard, context, as_lead=True):
        if task.number == number:
            return task
    raise no_such_task()


async def _who_asked(unit: UnitOfWork, guard: Guard, context: RequestContext, circle: Circle, task: Task) -> str:
    """Whose a task becomes that was refused."""
    relation = await unit.circles.relation(circle.id, task.made_by, context.now)
    if relation is not None and relation.role.is_professional and task.kind is TaskKind.ASKED:
        asker = await stand_in(unit, circle, task.made_by, context.now)
        if asker != context.actor.id and await _may_do(unit, guard, context, circle, asker, task):
            return asker
    return await acting_lead(unit, circle, context.now)


async def _require_may_do(
    unit: UnitOfWork, guard: Guard, context: RequestContext, circle: Circle, owner_id: str, task: Task | None = None
) -> None:
    """:raises CommandRejected: with the same words, whatever the reason is."""
    if not await _may_do(unit, guard, context, circle, owner_id, task):
        raise CommandRejected(
            "cannot-be-asked",
            "Deze persoon kan hier geen taak krijgen. Vraag iemand anders in de kring, of vraag de coach om hulp.",
        )


async def _may_do(
    unit: UnitOfWork, guard: Guard, context: RequestContext, circle: Circle, owner_id: str, task: Task | None
) -> bool:
    if owner_id not in await present(unit, circle, context.now):
        return False
    if owner_id == context.actor.id and task is None:
        reader = context
    else:
        reader = await identify(
            unit,
            await unit.people.get(owner_id),
            circle,
            channel=context.channel,
            initiator=context.initiator,
            correlation_id=context.correlation_id,
            now=context.now,
        )
    if task is not None:
        return await may_see(unit, guard, reader, replace(task, owner_id=owner_id))
    permits = await guard.permitted(unit, reader, Action.READ, (Section.S8,))
    return bool(permits) and all(may_do_task(permit.limits) for permit in permits)


def _checked(text: str, empty: CommandRejected) -> str:
    said = " ".join(text.split())
    if not said:
        raise empty
    try:
        check_text(said, LONGEST)
    except ValueError as problem:
        raise CommandRejected(
            "bad-text",
            "Dat kan zo niet worden bewaard. Schrijf het in hoogstens %(number)s tekens.",
            {"number": LONGEST},
        ) from problem
    return said


def _circle(context: RequestContext) -> Circle:
    if context.circle is None or not context.circle.open:
        raise no_such_task()
    return context.circle
