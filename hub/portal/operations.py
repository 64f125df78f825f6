"""For the operator: is it alive, is it ready, how busy; the style sheet; and reports of stopped content."""

from collections.abc import Mapping
from http import HTTPStatus
from ipaddress import ip_address

from aiohttp import web

from hub.portal.state import portal_of

_REPORT_LIMIT = 16 * 1024
_FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Real-IP")


async def alive(_request: web.Request) -> web.Response:
    """The process answers."""
    return web.json_response({"ok": True})


async def ready(request: web.Request) -> web.Response:
    """A question asked in a room is answered, end to end; 503 and what is wrong otherwise (ADR 0016)."""
    checks: Mapping[str, Mapping[str, object]]
    try:
        checks = await portal_of(request).ready()
    except Exception:  # noqa: BLE001 -- a check that fails is an answer: not ready
        checks = {"hub": {"ok": False}}
    good = all(check["ok"] is True for check in checks.values())
    status = HTTPStatus.OK if good else HTTPStatus.SERVICE_UNAVAILABLE
    return web.json_response({"ok": good, "checks": checks}, status=status)


async def metrics(request: web.Request) -> web.Response:
    """Figures, for programs on this machine only; anybody else sees no such page."""
    if not _from_this_machine(request):
        raise web.HTTPNotFound
    portal = portal_of(request)
    figures = portal.figures
    return web.Response(body=figures.text() + await portal.gather(), headers={"Content-Type": figures.content_type})


async def stopped_content(request: web.Request) -> web.Response:
    """A browser reports that the content policy stopped something. Counted, never kept: a report can hold page text."""
    if (request.content_length or 0) > _REPORT_LIMIT:
        raise web.HTTPRequestEntityTooLarge(_REPORT_LIMIT, request.content_length or 0)
    portal_of(request).figures.violations.inc()
    return web.Response(status=HTTPStatus.NO_CONTENT)


async def style(request: web.Request) -> web.Response:
    """The style sheet, by the name that carries its hash."""
    sheet = portal_of(request).style
    if request.match_info["name"] != sheet.name:
        raise web.HTTPNotFound
    return web.Response(
        body=sheet.content,
        content_type="text/css",
        charset="utf-8",
        headers={"Cache-Control": "public, max-age=31536000, immutable"},
    )


def _from_this_machine(request: web.Request) -> bool:
    # A proxy on this machine speaks from loopback for everybody; it says so.
    if any(name in request.headers for name in _FORWARDED):
        return False
    try:
        return ip_address(request.remote or "").is_loopback
    except ValueError:
        return False
