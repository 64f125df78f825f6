"""The first door of the portal: a one-time link bound to one person and one circle (MSG-06)."""

import hashlib
import secrets
from datetime import datetime, timedelta

from hub.application import auditing
from hub.application.context import RequestContext
from hub.application.guard import Refused
from hub.application.portal_ports import PortalLink, PortalSession
from hub.application.ports import UnitOfWork
from hub.domain.access import Decision
from hub.domain.audit import AuditEvent

LINK_LIFETIME = timedelta(minutes=10)
IDLE_LIMIT = timedelta(minutes=15)
ABSOLUTE_LIMIT = timedelta(hours=8)


def digest(secret: str) -> str:
    """What is stored of a link or a session cookie."""
    return hashlib.sha256(secret.encode()).hexdigest()


async def issue_link(unit: UnitOfWork, context: RequestContext) -> str:
    """A secret for one sign-in within ten minutes. Only somebody in the circle gets one."""
    if not context.is_member:
        raise Refused(context, None, Decision(permitted=False, rules=()), "no-relation")
    secret = secrets.token_urlsafe(32)
    await unit.portal.add_link(
        PortalLink(digest(secret), context.actor.id, context.circle_id, context.now, context.now + LINK_LIFETIME)
    )
    await unit.audit.add(
        auditing.entry(context, AuditEvent.LINK_ISSUED, object_type="circle", object_id=context.circle_id)
    )
    return secret


async def sign_in(unit: UnitOfWork, secret: str, now: datetime) -> tuple[str, PortalSession] | None:
    """Trade a link for a session: ``(cookie value, session)``; None when the link is used, expired or unknown."""
    link = await unit.portal.use_link(digest(secret), now)
    if link is None:
        return None
    cookie = secrets.token_urlsafe(32)
    session = PortalSession(
        id_hash=digest(cookie),
        person_id=link.person_id,
        circle_id=link.circle_id,
        csrf=secrets.token_urlsafe(24),
        started_at=now,
        last_seen_at=now,
    )
    await unit.portal.start_session(session)
    return cookie, session


def session_is_alive(session: PortalSession, now: datetime) -> bool:
    """Within fifteen minutes of use and eight hours of start (T25)."""
    return now - session.last_seen_at < IDLE_LIMIT and now - session.started_at < ABSOLUTE_LIMIT
