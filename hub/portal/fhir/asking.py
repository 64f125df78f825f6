"""Who asks: from a bearer token to a request with a person, a role and a circle (RFC 6750)."""

import re
from dataclasses import dataclass

from aiohttp import web

from hub.application.context import RequestContext
from hub.application.guard import Refused
from hub.application.identify import identify
from hub.application.ports import UnitOfWork
from hub.application.use_cases.api_tokens import holder_of
from hub.domain.access import Decision
from hub.domain.api_token import ApiToken, TokenRefused, TokenScope
from hub.domain.identity import PinState
from hub.domain.people import Person
from hub.domain.vocabulary import Channel
from hub.portal.addresses import address_of
from hub.portal.security import only
from hub.portal.state import CORRELATION, portal_of

_BEARER = re.compile(r"[Bb][Ee][Aa][Rr][Ee][Rr] +([A-Za-z0-9._~+/=-]+)", re.ASCII)
_NO = Decision(permitted=False, rules=())


class NoToken(Exception):
    """No token was shown, or not in the header: other places end up in logs and histories."""


class NotForThis(Exception):
    """The token counts, and not for this."""


@dataclass(frozen=True, slots=True)
class Named:
    """Over wie het gaat: by logical id, or by a number from the body of a POST."""

    patient: str | None
    bsn: str | None = None


def token_of(request: web.Request, scope: TokenScope) -> ApiToken:
    """What the token in ``Authorization`` says. Nothing is looked up yet: forged tokens cost no transaction.

    :raises NoToken: none, two, or another kind
    :raises TokenRefused: not ours, or over
    :raises NotForThis: it may not do this
    :raises web.HTTPTooManyRequests: too many from here that do not count, or too many requests with this one
    """
    portal = portal_of(request)
    now, keys = portal.hub.now(), portal.hub.tokens
    match = _BEARER.fullmatch(only(request.headers, "Authorization") or "")
    if match is None:
        raise NoToken
    try:
        if keys is None:
            raise TokenRefused("no-key")
        token = keys.read(match[1], now)
    except TokenRefused:
        if not portal.bad_tokens.allow(address_of(request), now):
            raise web.HTTPTooManyRequests from None
        raise
    if not portal.programs.allow(token.id, now):
        raise web.HTTPTooManyRequests
    if scope not in token.scopes:
        raise NotForThis
    return token


async def context_of(unit: UnitOfWork, request: web.Request, token: ApiToken, named: Named) -> RequestContext:
    """The request of the token's person about one patient; looked up each time, so that a discharge counts at once.

    A patient who does not exist, one of somebody else's, and one that this token is not for: the same answer, and each
    of them in the log.

    :raises TokenRefused: revoked, over, or its person left
    :raises Refused: no such patient for this token, or this person's keys wait for somebody to confirm them (I11)
    """
    person = await holder_of(unit, token, portal_of(request).hub.now())
    patient_id = await _patient(unit, request, token, person, named)
    circle = await unit.circles.last_of(patient_id) if patient_id is not None else None
    now = portal_of(request).hub.now()
    context = await identify(
        unit,
        person,
        circle,
        channel=Channel.API,
        initiator=f"token:{token.id}",
        correlation_id=request[CORRELATION],
        now=now,
        patient_id=circle.patient_id if circle is not None else None,
    )
    if circle is None:
        raise Refused(context, None, _NO, "not-found")
    if token.patient_id not in {None, patient_id}:
        raise Refused(context, None, _NO, "not-of-this-token")
    matrix_id = person.matrix_id or ""
    known = (await unit.identities.of([matrix_id])).get(matrix_id)
    if known is not None and known.state is not PinState.PINNED:
        raise Refused(context, None, _NO, "identity-waits")
    return context


async def _patient(unit: UnitOfWork, request: web.Request, token: ApiToken, person: Person, named: Named) -> str | None:
    if named.bsn is None:
        return named.patient or token.patient_id
    # Among the patients of this person only: whoever else has this number is not looked for.
    for circle in await unit.circles.open_with(person.id, portal_of(request).hub.now()):
        patient = await unit.patients.get(circle.patient_id)
        if patient.bsn is not None and patient.bsn.digits == named.bsn and named.patient in {None, patient.id}:
            return patient.id
    return None
