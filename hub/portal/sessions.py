"""From a link to a session, and from a session to a request with a person, a role and a circle."""

import re
from dataclasses import dataclass, replace
from datetime import datetime

from aiohttp import web

from hub.application import auditing
from hub.application.context import RequestContext
from hub.application.guard import Refused
from hub.application.identify import identify
from hub.application.portal_ports import PortalSession
from hub.application.ports import UnitOfWork
from hub.application.use_cases import portal_links
from hub.domain.access import Decision
from hub.domain.audit import AuditEvent
from hub.domain.identity import PinState
from hub.domain.vocabulary import Channel
from hub.portal.security import session_cookie
from hub.portal.state import CORRELATION, portal_of

_TOKEN = re.compile(r"^[A-Za-z0-9_-]{20,100}$", re.ASCII)


class NoSession(Exception):
    """Nobody is signed in here, or no longer. No error: people are away longer than fifteen minutes every day."""


@dataclass(frozen=True, slots=True)
class Visit:
    """One request of somebody who is signed in."""

    session: PortalSession
    context: RequestContext


async def live_session(unit: UnitOfWork, request: web.Request, now: datetime) -> PortalSession | None:
    """The session of this browser when it is neither ended, idle too long, nor too old (T25)."""
    cookie = session_cookie(request, portal_of(request).address)
    session = await unit.portal.session(portal_links.digest(cookie)) if cookie else None
    return session if session is not None and portal_links.session_is_alive(session, now) else None


async def visit(unit: UnitOfWork, request: web.Request, *, waiting_too: bool = False) -> Visit:
    """Who asks, in which role, in whose circle: looked up for each request, so that a discharge counts at once.

    Whose identity changed since is let in nowhere but where they see that it waits (I11): ``waiting_too``.

    :raises NoSession: sign in first
    :raises Refused: this person's identity waits for somebody to confirm it
    :raises web.HTTPTooManyRequests: more pages a minute than a person reads
    """
    portal = portal_of(request)
    now = portal.hub.now()
    session = await live_session(unit, request, now)
    if session is None:
        await _refuse_who_left(unit, request, now)
        raise NoSession
    if not portal.reads.allow(session.id_hash, now):
        raise web.HTTPTooManyRequests
    await unit.portal.touch_session(session.id_hash, now)
    context = await _context(unit, request, session, now)
    if not context.is_member:
        raise _left(context)
    if context.relation is not None and context.relation.since > session.started_at:
        raise NoSession  # of an earlier stay; this one takes a new sign-in
    if not waiting_too:
        matrix_id = context.actor.matrix_id or ""
        known = (await unit.identities.of([matrix_id])).get(matrix_id)
        if known is not None and known.state is not PinState.PINNED:
            raise Refused(context, None, Decision(permitted=False, rules=()), "identity-waits")
    return Visit(session, context)


async def _refuse_who_left(unit: UnitOfWork, request: web.Request, now: datetime) -> None:
    """A session that ended with its owner's place in the circle: that they tried is in the log (NEN 7513, controle)."""
    cookie = session_cookie(request, portal_of(request).address)
    session = await unit.portal.session(portal_links.digest(cookie), ended_too=True) if cookie else None
    if session is not None and portal_links.session_is_alive(session, now):
        context = await _context(unit, request, session, now)
        if not context.is_member:
            raise _left(context)


def _left(context: RequestContext) -> Refused:
    return Refused(context, None, Decision(permitted=False, rules=()), "no-relation")


async def is_fresh(unit: UnitOfWork, token: str, now: datetime) -> bool:
    """Whether a link still works; looking does not use it."""
    return _TOKEN.match(token) is not None and await unit.portal.link_is_fresh(portal_links.digest(token), now)


async def sign_in(unit: UnitOfWork, request: web.Request, token: str) -> str | None:
    """Trade the link for a new session; the value of the cookie, or None for a link that does not work.

    A session that this browser had before ends, so that no earlier cookie lives on.

    :raises Refused: the person left the circle since the link was given
    """
    now = portal_of(request).hub.now()
    started = await portal_links.sign_in(unit, token, now) if _TOKEN.match(token) else None
    if started is None:
        return None
    cookie, session = started
    earlier = await live_session(unit, request, now)
    if earlier is not None:
        await unit.portal.end_session(earlier.id_hash, now)
    context = await _context(unit, request, session, now)
    if not context.is_member:
        raise _left(context)
    await unit.audit.add(
        auditing.entry(context, AuditEvent.SIGNED_IN, object_type="circle", object_id=context.circle_id)
    )
    return cookie


async def _context(unit: UnitOfWork, request: web.Request, session: PortalSession, now: datetime) -> RequestContext:
    context = await identify(
        unit,
        await unit.people.get(session.person_id),
        await unit.circles.get(session.circle_id),
        channel=Channel.PORTAL,
        initiator="person",
        correlation_id=request[CORRELATION],
        now=now,
    )
    return replace(context, assurance=session.assurance)
