"""In and out: what Kring is, the one-time link, sign out."""

from http import HTTPStatus

from aiohttp import web

from hub.portal.addresses import address_of
from hub.portal.pages import page, redirect
from hub.portal.security import give_cookie, require_own_page, require_token, take_cookie
from hub.portal.sessions import is_fresh, live_session, sign_in
from hub.portal.state import portal_of


async def landing(request: web.Request) -> web.Response:
    """What Kring is and how to get in."""
    return page(request, "landing.html")


async def show_link(request: web.Request) -> web.Response:
    """One button. Opening the link does not use it, because a preview or a scanner opens links too."""
    portal = portal_of(request)
    async with portal.hub.transactions.reading() as unit:
        fresh = await is_fresh(unit, request.match_info["token"], portal.hub.now())
    return page(request, "enter.html") if fresh else _used_up(request)


async def enter(request: web.Request) -> web.Response:
    """Sign in, once. The new session's secret travels only in the cookie."""
    portal = portal_of(request)
    require_own_page(request, portal.address)
    if not portal.sign_ins.allow(address_of(request), portal.hub.now()):
        portal.figures.sign_ins.labels("too-many").inc()
        raise web.HTTPTooManyRequests
    async with portal.hub.transactions() as unit:
        cookie = await sign_in(unit, request, request.match_info["token"])
    portal.figures.sign_ins.labels("done" if cookie else "no-link").inc()
    if cookie is None:
        return _used_up(request)
    response = redirect("/dossier")
    give_cookie(response, portal.address, cookie)
    return response


async def leave(request: web.Request) -> web.Response:
    """Sign out: the session ends on the server, whatever the browser keeps."""
    portal = portal_of(request)
    require_own_page(request, portal.address)
    if request.content_type != "application/x-www-form-urlencoded":
        raise web.HTTPUnsupportedMediaType
    form = await request.post()
    now = portal.hub.now()
    async with portal.hub.transactions() as unit:
        session = await live_session(unit, request, now)
        if session is not None:
            require_token(session.csrf, form)
            await unit.portal.end_session(session.id_hash, now)
    response = redirect("/")
    take_cookie(response, portal.address)
    return response


def _used_up(request: web.Request) -> web.Response:
    return page(request, "used_up.html", HTTPStatus.GONE)
