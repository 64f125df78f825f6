"""Toegang voor een ander systeem: a token in the name of one person, given and taken back by the administrator."""

from dataclasses import replace
from datetime import datetime, timedelta

from hub.application import auditing
from hub.application.context import RequestContext
from hub.application.ports import UnitOfWork
from hub.application.use_cases.people import require_administrator
from hub.domain.api_token import ApiToken, TokenRefused, TokenScope
from hub.domain.audit import AuditEvent
from hub.domain.errors import CommandRejected
from hub.domain.identifiers import new_id
from hub.domain.people import Person


async def issue_token(
    unit: UnitOfWork,
    context: RequestContext,
    *,
    person_id: str,
    patient_id: str | None,
    lasts: timedelta,
    may_import: bool = False,
) -> ApiToken:
    """Een token uitgeven. It opens what the person may see by the policy at each request, and nothing more.

    :raises CommandRejected: ``no-token`` for who runs or oversees Kring or left, ``not-in-circle`` for another patient
    """
    require_administrator(context)
    person = await unit.people.get(person_id)
    if not person.role.joins_circles:
        raise CommandRejected(
            "no-token", "Wie Kring beheert of erop toeziet, leest geen dossiers en krijgt daarom geen token."
        )
    if person.has_left(context.now):
        raise CommandRejected("no-token", "Deze persoon doet niet meer mee in Kring.")
    if patient_id is not None:
        circle = await unit.circles.last_of(patient_id)
        relation = await unit.circles.relation(circle.id, person.id, context.now) if circle is not None else None
        if relation is None:
            raise CommandRejected("not-in-circle", "Deze persoon zit niet in de kring van deze patiënt.")
    issued_at = context.now.replace(microsecond=0)  # a token counts in seconds (RFC 7519 2), and must equal its row
    scopes = {TokenScope.READ, TokenScope.IMPORT} if may_import else {TokenScope.READ}
    token = ApiToken(
        new_id("tok"), person.id, patient_id, frozenset(scopes), context.actor.id, issued_at, issued_at + lasts
    )
    await unit.tokens.add(token)
    await _log(unit, context, AuditEvent.TOKEN_ISSUED, token)
    return token


async def revoke_token(unit: UnitOfWork, context: RequestContext, token_id: str) -> ApiToken:
    """Een token intrekken: from this commit on it opens nothing.

    :raises CommandRejected: there is no such token, or it was revoked already
    """
    require_administrator(context)
    token = await unit.tokens.get(token_id)
    if token is None or not await unit.tokens.revoke(token_id, context.now):
        raise CommandRejected("no-such-token", "Dit token is er niet, of het is al ingetrokken.")
    await _log(unit, context, AuditEvent.TOKEN_REVOKED, token)
    return token


async def tokens_of(unit: UnitOfWork, context: RequestContext, person_id: str) -> list[ApiToken]:
    """De tokens van iemand, newest first."""
    require_administrator(context)
    person = await unit.people.get(person_id)
    await unit.audit.add(
        auditing.entry(context, AuditEvent.COMMAND, object_type="person", object_id=person.id, detail="fhir-tokens")
    )
    return await unit.tokens.of_person(person.id)


async def holder_of(unit: UnitOfWork, shown: ApiToken, now: datetime) -> Person:
    """Wie een token toont. Its row decides: it must be there, say the same, and count now.

    :raises TokenRefused: it does not count, or its person left
    """
    row = await unit.tokens.get(shown.id)
    if row is None or replace(shown, issued_by=row.issued_by, revoked_at=row.revoked_at) != row:
        raise TokenRefused("unknown")
    if not row.counts(now):
        raise TokenRefused("revoked" if row.revoked_at is not None else "over")
    person = await unit.people.get(row.person_id)
    if person.has_left(now):
        raise TokenRefused("person-left")
    await unit.tokens.used(row.id, now)
    return person


async def _log(unit: UnitOfWork, context: RequestContext, event: AuditEvent, token: ApiToken) -> None:
    scopes = "+".join(sorted(token.scopes))
    await unit.audit.add(
        auditing.entry(
            context,
            event,
            object_type="token",
            object_id=token.id,
            detail=f"person={token.person_id};scopes={scopes};until={int(token.expires_at.timestamp())}",
        )
    )
