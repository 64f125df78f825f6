"""The calendar of one person, behind an address that only they have (RFC 5545; ADR 0040)."""

from aiohttp import web

from hub.application.use_cases.calendar_feed import is_feed, read_feed
from hub.portal.addresses import address_of
from hub.portal.state import portal_of


async def calendar(request: web.Request) -> web.Response:
    """404, the same for an address that ended, that never was, and of somebody who left."""
    portal, secret = portal_of(request), request.match_info["token"]
    hub = portal.hub
    if not portal.calendars.allow(address_of(request), hub.now()):
        raise web.HTTPTooManyRequests
    async with hub.transactions.reading() as unit:
        # Guessing must not take the turn of who writes.
        known = await is_feed(unit, secret)
    if not known:
        raise web.HTTPNotFound
    async with hub.transactions() as unit:
        text = await read_feed(unit, hub.guard, secret, hub.now())
    if text is None:
        raise web.HTTPNotFound
    disposition = 'inline; filename="kring.ics"'
    return web.Response(
        text=text, content_type="text/calendar", charset="utf-8", headers={"Content-Disposition": disposition}
    )
