"""Agenda-abonnement: an address that only its owner has, with their tasks by circle and number (RFC 5545, ADR 0040).

The address is the key (a calendar cannot sign in). So what it opens is little: pseudonyms, numbers and hours, as in the
overview of the morning; each circle is asked with the rights of this moment, and every read is in its log.
"""

import hashlib
import secrets
from datetime import datetime

from hub.application import auditing
from hub.application.guard import Guard
from hub.application.identify import identify
from hub.application.ports import UnitOfWork
from hub.application.use_cases.digests import waiting_for
from hub.domain.audit import AuditEvent
from hub.domain.calendar import calendar_text
from hub.domain.errors import CommandRejected
from hub.domain.identifiers import new_id
from hub.domain.people import Person
from hub.domain.vocabulary import Channel

LONGEST = 64
"""Characters; whatever is longer is no address."""


async def begin_feed(unit: UnitOfWork, person: Person, channel: Channel, now: datetime, correlation_id: str) -> str:
    """The secret of a new address; an earlier one opens nothing any more.

    :raises CommandRejected: no carer in any circle now
    """
    places = await unit.circles.places_of(person.id, now)
    if not any(circle.open and relation.role.is_professional for circle, relation in places):
        raise CommandRejected("no-calendar", "Een agenda is er voor zorgverleners in een kring. Uw taken: !taken")
    secret = secrets.token_urlsafe(32)
    await unit.calendar_feeds.begin(person.id, _digest(secret), now)
    await _log(unit, person, AuditEvent.CALENDAR_MADE, channel, now, correlation_id)
    return secret


async def end_feed(unit: UnitOfWork, person: Person, channel: Channel, now: datetime, correlation_id: str) -> None:
    """The address opens nothing any more; the same when there was none."""
    if await unit.calendar_feeds.end(person.id, now):
        await _log(unit, person, AuditEvent.CALENDAR_ENDED, channel, now, correlation_id)


async def is_feed(unit: UnitOfWork, secret: str) -> bool:
    """Whether this address was ever given; opens nothing."""
    return secret.isascii() and len(secret) <= LONGEST and await unit.calendar_feeds.known(_digest(secret))


async def read_feed(unit: UnitOfWork, guard: Guard, secret: str, now: datetime) -> str | None:
    """The calendar behind an address; None, the same for whatever does not open, also of who left."""
    if not await is_feed(unit, secret):
        return None
    feed = await unit.calendar_feeds.open(_digest(secret), now)
    if feed is None:
        return None
    person = await unit.people.get(feed.person_id)
    if person.has_left(now):
        return None
    waiting = await waiting_for(unit, guard, person, now, why="calendar", today_only=False, channel=Channel.PORTAL)
    return calendar_text(waiting, now)


async def _log(
    unit: UnitOfWork, person: Person, event: AuditEvent, channel: Channel, now: datetime, correlation_id: str
) -> None:
    context = await identify(
        unit,
        person,
        None,
        channel=channel,
        initiator="person",
        correlation_id=correlation_id or new_id("cal"),
        now=now,
    )
    await unit.audit.add(auditing.entry(context, event, object_type="person", object_id=person.id))


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
