"""``kring person leave``: every place of somebody ends in one act, and their Matrix account is closed."""

import asyncio
from typing import Any

import structlog
from sqlalchemy.exc import SQLAlchemyError

from hub.admin.asking import Question, administrator_context
from hub.admin.circle_commands import rooms_in_line
from hub.application import auditing
from hub.application.ports import UnitOfWork
from hub.application.use_cases import revoking
from hub.application.use_cases.revoking import ClosesAccounts
from hub.bootstrap import Hub
from hub.domain.audit import AuditEvent
from hub.domain.circle import DischargeReason
from hub.domain.errors import CommandRejected, DeliveryFailed, KringError
from hub.domain.people import Person

_TRY_AGAIN = 30.0
_log = structlog.get_logger("hub.leaving")


async def person_leave(hub: Hub, accounts: ClosesAccounts, question: Question) -> dict[str, Any]:
    reason = question.text("reason")
    if reason not in revoking.OFF_BOARDING:
        raise CommandRejected(
            "bad-reason",
            "De reden moet een van deze zijn: %(names)s.",
            {"names": ", ".join(sorted(revoking.OFF_BOARDING))},
        )
    async with hub.transactions() as unit:
        departure = await revoking.leave_for_good(
            unit,
            hub.guard,
            await administrator_context(unit, question),
            person_id=question.text("person"),
            reason=DischargeReason(reason),
        )
    # In force from here on. The account first: with it everything on this person's devices ends at once.
    closed = await close_accounts(hub, accounts)
    await rooms_in_line(hub, [place.circle.id for place in departure.ended if place.circle.open])
    return {
        "left": departure.person.id,
        "reason": reason,
        "account": "closed" if departure.person.id in closed or departure.person.matrix_id is None else "pending",
        "circles": [
            {
                "circle": place.circle.id,
                "pseudonym": place.circle.pseudonym,
                "lead_passed_to": place.passed_to,
                "without_owner": place.orphans.codes,
            }
            for place in departure.ended
        ],
    }


async def close_accounts(hub: Hub, accounts: ClosesAccounts) -> set[str]:
    """Close the Matrix accounts of who left and whose account is still open; the ids of these people."""
    async with hub.transactions.reading() as unit:
        waiting = await unit.people.accounts_to_close()
    closed = set()
    for person in waiting:
        try:
            await accounts.close(person.matrix_id or "")
        except DeliveryFailed as error:
            _log.error("account-not-closed", person=person.id, code=error.code)
            continue
        async with hub.transactions() as unit:
            if await unit.people.account_closed(person.id, hub.now()):
                await _audit(hub, unit, person)
        closed.add(person.id)
    return closed


async def keep_closing(hub: Hub, accounts: ClosesAccounts) -> None:
    """For ever: a homeserver that was away when somebody left hears of it as soon as it is back."""
    while True:
        try:
            await close_accounts(hub, accounts)
        except (SQLAlchemyError, OSError, KringError) as error:
            _log.error("accounts-not-closed", error=type(error).__name__)
        await asyncio.sleep(_TRY_AGAIN)


async def _audit(hub: Hub, unit: UnitOfWork, person: Person) -> None:
    """In the name of the administrator of this hub, who answers for its accounts (I7)."""
    administrator = await unit.get_setting(revoking.FIRST_ADMINISTRATOR)
    context = await administrator_context(unit, Question({}, administrator, hub.now()))
    await unit.audit.add(auditing.entry(context, AuditEvent.ACCOUNT_CLOSED, object_type="person", object_id=person.id))
