"""De ladder van een kring: read by everybody in it, changed by the coach, each change a version (ADR 0041)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from hub.application import auditing
from hub.application.context import RequestContext
from hub.application.guard import Guard
from hub.application.ports import UnitOfWork
from hub.application.use_cases.question_owners import ladder_of
from hub.domain.audit import AuditEvent
from hub.domain.errors import CommandRejected
from hub.domain.ladder import Ladder, Rung, Who
from hub.domain.people import Person
from hub.domain.vocabulary import Action, Role, Section


@dataclass(frozen=True, slots=True)
class Version:
    """Eén eerdere of huidige versie, with who set it."""

    ladder: Ladder
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class LadderView:
    ladder: Ladder
    versions: tuple[Version, ...]
    people: Mapping[str, Person]
    may_change: bool


async def read_ladder(unit: UnitOfWork, guard: Guard, context: RequestContext) -> LadderView:
    """De ladder lezen. Audited.

    :raises Refused: not in this circle
    """
    if context.circle is None or not context.is_member:
        await guard.require(unit, context, Action.READ, Section.S1)
    history = await unit.ladders.history(context.circle_id)
    people = await unit.people.all_of({by for _, by, _ in history})
    await unit.audit.add(
        auditing.entry(context, AuditEvent.LADDER_READ, object_type="circle", object_id=context.circle_id)
    )
    ladder = history[0][0] if history else guard.house.ladder
    versions = tuple(Version(*one) for one in history)
    return LadderView(ladder, versions, people, await may_change(unit, guard, context))


async def may_change(unit: UnitOfWork, guard: Guard, context: RequestContext) -> bool:
    """The coach, who sees to it that the people of a circle work together."""
    if context.role is not Role.COACH or not context.is_member:
        return False
    _, decision = await guard.decide(unit, context, Action.RECORD, Section.S8)
    return decision.permitted


async def change_ladder(
    unit: UnitOfWork, guard: Guard, context: RequestContext, ladder: Ladder, *, seen_version: int | None = None
) -> Ladder:
    """Een nieuwe versie. Open questions keep the ladder that they were asked under.

    :param seen_version: that of the page where it was changed; another one in between is not overwritten
    :raises Refused: no carer of this circle
    :raises CommandRejected: not the coach, or somebody else changed it first
    """
    permit = await guard.require(unit, context, Action.RECORD, Section.S8)
    if not await may_change(unit, guard, context):
        raise CommandRejected("not-yours-to-change", "De ladder verandert de palliatieve zorgcoach van deze kring.")
    before = await ladder_of(unit, guard, context.circle_id)
    if seen_version is not None and before.version != seen_version:
        raise CommandRejected(
            "stale-version",
            "Iemand anders veranderde de ladder net. Kijk eerst wat er nu staat, en probeer het opnieuw.",
        )
    stored = await unit.ladders.store(context.circle_id, ladder, context.actor.id, context.now)
    await unit.audit.add(
        auditing.entry(
            context,
            AuditEvent.LADDER_CHANGED,
            object_type="circle",
            object_id=context.circle_id,
            policy=permit.policy,
            detail=f"version={stored.version}",
        )
    )
    return stored


async def change_rung(
    unit: UnitOfWork, guard: Guard, context: RequestContext, number: int, who: Who, minutes: int
) -> tuple[Ladder, Rung]:
    """Eén trede anders, by command."""
    before = await ladder_of(unit, guard, context.circle_id)
    stored = await change_ladder(unit, guard, context, before.changed(number, who, minutes))
    return stored, stored.rungs[number - 1]
