"""``kring person role add | end | list``: which hats somebody may wear."""

from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from hub.admin.asking import Question, administrator_context
from hub.admin.circle_commands import rooms_in_line
from hub.application import auditing
from hub.application.use_cases import hats
from hub.application.use_cases.people import require_administrator
from hub.bootstrap import Hub
from hub.domain.audit import AuditEvent
from hub.domain.errors import CommandRejected
from hub.domain.people import Hat
from hub.domain.vocabulary import Role

_AMSTERDAM = ZoneInfo("Europe/Amsterdam")


async def role_add(hub: Hub, question: Question) -> dict[str, Any]:
    async with hub.transactions() as unit:
        hat = await hats.add_hat(
            unit,
            await administrator_context(unit, question),
            person_id=question.text("person"),
            role=_role(question),
            organisation=question.text("organisation"),
            evidence=question.text("evidence"),
            until=_end_of(question.optional("until")),
        )
    return _shown(hat)


async def role_end(hub: Hub, question: Question) -> dict[str, Any]:
    """In force from the commit on; the rooms follow before this answers."""
    async with hub.transactions() as unit:
        ended = await hats.end_hat(
            unit,
            hub.guard,
            await administrator_context(unit, question),
            person_id=question.text("person"),
            role=_role(question),
            organisation=question.text("organisation"),
        )
    await rooms_in_line(hub, ended)
    return {"ended": question.text("person"), "circles": ended}


async def role_list(hub: Hub, question: Question) -> dict[str, Any]:
    async with hub.transactions() as unit:
        context = await administrator_context(unit, question)
        require_administrator(context)
        person = await unit.people.get(question.text("person"))
        found = await hats.hats_of(unit, person)
        await unit.audit.add(
            auditing.entry(
                context, AuditEvent.COMMAND, object_type="person", object_id=person.id, detail="person-role-list"
            )
        )
    return {"roles": [_shown(hat) for hat in found]}


def _role(question: Question) -> Role:
    role = question.text("role")
    if role not in set(Role):
        raise CommandRejected("bad-role", "De rol moet een van deze zijn: %(names)s.", {"names": ", ".join(Role)})
    return Role(role)


def _end_of(day: str | None) -> datetime | None:
    if day is None:
        return None
    try:
        return datetime.combine(datetime.fromisoformat(day).date(), time.max, _AMSTERDAM)
    except ValueError as error:
        raise CommandRejected("bad-date", "Schrijf de datum als JJJJ-MM-DD.") from error


def _shown(hat: Hat) -> dict[str, Any]:
    return {
        "person": hat.person_id,
        "role": hat.role.value,
        "organisation": hat.organisation,
        "since": hat.since.isoformat(),
        "until": hat.until.isoformat() if hat.until else None,
    }
