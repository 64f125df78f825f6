"""Uren van de coach: the coach's own, apart from the dossier; nobody else reads a line (F22, IND-07)."""

from collections import Counter
from dataclasses import dataclass

from hub.application import auditing
from hub.application.context import RequestContext
from hub.application.guard import Guard, Permit
from hub.application.ports import UnitOfWork
from hub.domain.audit import AuditEvent
from hub.domain.coach_time import LONGEST_DAY, TimeLine, Worked
from hub.domain.errors import CommandRejected
from hub.domain.vocabulary import Action, Role, Section
from hub.domain.working_days import AMSTERDAM


@dataclass(frozen=True, slots=True)
class Hours:
    """Lines that count, of this month; ``per_circle``: pseudonym and minutes."""

    lines: list[TimeLine]
    per_circle: list[tuple[str, int]]


async def note(unit: UnitOfWork, guard: Guard, context: RequestContext, worked: Worked) -> TimeLine:
    """Tijd opschrijven, for this circle.

    :raises Refused: somebody who does no work here
    :raises CommandRejected: not the coach, or more than a day has
    """
    permit = await _own(unit, guard, context)
    lines = await unit.coach_time.of_person(context.actor.id, worked.on_day)
    on_day = sum(one.minutes for one in lines if one.on_day == worked.on_day and one.withdrawn_at is None)
    if on_day + worked.minutes > LONGEST_DAY:
        raise CommandRejected("too-much-time", "Op die dag staat dan meer dan zestien uur. Kijk met: !tijd")
    line = await unit.coach_time.add(context.circle_id, context.actor.id, worked, context.now)
    await _log(unit, context, permit, line.number, worked.category.value)
    return line


async def withdraw(unit: UnitOfWork, guard: Guard, context: RequestContext, number: int) -> None:
    """Een verkeerde regel telt niet meer; it stays, and the right one is a new one.

    :raises CommandRejected: no such line of this coach that counts
    """
    permit = await _own(unit, guard, context)
    if not await unit.coach_time.withdraw(context.actor.id, number, context.now):
        raise CommandRejected("no-such-line", "Er is geen regel met dat nummer van u. Kijk met: !tijd")
    await _log(unit, context, permit, number, "withdrawn")


async def this_month(unit: UnitOfWork, guard: Guard, context: RequestContext) -> Hours:
    """De eigen uren van deze maand, in every circle.

    :raises CommandRejected: not the coach
    """
    await _own(unit, guard, context)
    first = context.now.astimezone(AMSTERDAM).date().replace(day=1)
    lines = [one for one in await unit.coach_time.of_person(context.actor.id, first) if one.withdrawn_at is None]
    minutes: Counter[str] = Counter()
    for one in lines:
        minutes[one.circle_id] += one.minutes
    named = [((await unit.circles.get(circle_id)).pseudonym, total) for circle_id, total in minutes.items()]
    return Hours(lines, sorted(named))


async def _own(unit: UnitOfWork, guard: Guard, context: RequestContext) -> Permit:
    """Whoever reads the care plan of this circle works here; and hours are of coaches."""
    permit = await guard.require(unit, context, Action.READ, Section.S8)
    if context.role is not Role.COACH:
        raise CommandRejected("time-not-yours", "Uren opschrijven is voor de palliatieve zorgcoach.")
    return permit


async def _log(unit: UnitOfWork, context: RequestContext, permit: Permit, number: int, detail: str) -> None:
    await unit.audit.add(
        auditing.entry(
            context,
            AuditEvent.TIME_NOTED,
            object_type="time",
            object_id=str(number),
            policy=permit.policy,
            detail=detail,
        )
    )
