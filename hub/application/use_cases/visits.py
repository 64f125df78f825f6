"""Sinds je vorige bezoek: what changed since this person last said to know the dossier, within what they may read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from hub.application import auditing
from hub.application.context import RequestContext
from hub.application.guard import Guard
from hub.application.ports import UnitOfWork
from hub.domain.audit import AuditEvent
from hub.domain.errors import CommandRejected
from hub.domain.people import Person
from hub.domain.since import Change, changes_since
from hub.domain.task import Task
from hub.domain.timeline import Happening, Moment, moments
from hub.domain.vocabulary import Action, Section

_SECTIONS = tuple(section for section in Section if section not in {Section.S10, Section.S11})
_AROUND = frozenset({Happening.LEAD, Happening.HANDOVER})


@dataclass(frozen=True, slots=True)
class Since:
    """``since`` None: they never said so, and all of it is new to them; then nothing is listed here.

    ``around``: lead and handovers. ``label``: the sections that it was made from.
    """

    since: datetime | None
    until: datetime
    label: frozenset[Section]
    changes: tuple[Change, ...] = ()
    around: tuple[Moment, ...] = ()
    tasks: tuple[Task, ...] = ()
    people: Mapping[str, Person] = field(default_factory=dict, repr=False)

    @property
    def empty(self) -> bool:
        return not (self.changes or self.around or self.tasks)


async def read_since(unit: UnitOfWork, guard: Guard, context: RequestContext) -> Since:
    """What changed since the last :func:`know`. What others told in confidence is only found by asking for it by name.

    :raises Refused: nothing of the dossier is open to this reader
    """
    permits = await guard.permitted(unit, context, Action.READ, _SECTIONS)
    if not permits:
        # Says no with rule and law, and leaves a trace, like any other refusal.
        await guard.require(unit, context, Action.READ, Section.S1)
    since = await unit.visits.seen_until(context.circle_id, context.actor.id)
    await unit.visits.offer(context.circle_id, context.actor.id, context.now)
    opened = {permit.section: permit for permit in permits if permit.section is not None}
    label = frozenset(opened)
    if since is None:
        return Since(None, context.now, label)
    changes = changes_since(await unit.dossier.read(permits), since)
    whole = frozenset(section for section, permit in opened.items() if not permit.limits)
    handovers = await unit.handovers.of_circle(context.circle_id) if Section.S8 in whole else []
    found = moments((), handovers, await unit.circles.leads(context.circle_id))
    around = tuple(one for one in found if one.at is not None and one.at > since and one.happening in _AROUND)
    tasks = tuple(
        task
        for task in await unit.tasks.of_circle(context.circle_id)
        if task.sections <= whole and max(task.made_at, task.done_at or task.made_at) > since
    )
    named = {one.entry.author_id for one in changes} | {one.entry.confirmed_by for one in changes}
    named |= {moment.who for moment in around} | {task.owner_id for task in tasks}
    people = await unit.people.all_of(one for one in named if one)
    return Since(since, context.now, label, changes, around, tasks, people)


async def know(unit: UnitOfWork, guard: Guard, context: RequestContext) -> datetime:
    """Gezien: until when this person knows it now. Only what was shown to them counts.

    :raises CommandRejected: nothing was shown since they said so
    """
    if not await guard.permitted(unit, context, Action.READ, _SECTIONS):
        await guard.require(unit, context, Action.READ, Section.S1)
    until = await unit.visits.know(context.circle_id, context.actor.id, context.now)
    if until is None:
        raise CommandRejected("nothing-shown", "Kijk eerst wat er veranderd is, met: !sinds")
    await unit.audit.add(
        auditing.entry(
            context,
            AuditEvent.CHANGES_KNOWN,
            object_type="circle",
            object_id=context.circle_id,
            policy=auditing.NO_DECISION,
            detail=f"until={until.isoformat()}",
        )
    )
    return until
