"""Make a page from a template: escaped, in Dutch, without a script."""

from http import HTTPStatus
from typing import Any

import aiohttp_jinja2
import jinja2
from aiohttp import web

from hub.portal import texts
from hub.portal.state import PORTAL, portal_of


def set_up(app: web.Application) -> None:
    """Templates from this package; a name that a template uses and nobody gave is an error, not an empty place."""
    environment = aiohttp_jinja2.setup(
        app,
        loader=jinja2.PackageLoader("hub.portal"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "day": texts.day,
        "weekday": texts.weekday,
        "clock": texts.clock,
        "moment": texts.moment,
        "sections": texts.sections,
    }
    environment.globals["style"] = app[PORTAL].style.url


def page(request: web.Request, template: str, status: HTTPStatus = HTTPStatus.OK, **content: Any) -> web.Response:
    """A whole page. ``visitor`` in ``content`` is the head of a page for somebody who is signed in."""
    content = {"visitor": None, "place": request.path} | content
    return aiohttp_jinja2.render_template(template, request, content, status=status)


def redirect(place: str) -> web.Response:
    """To another page of ours, to be fetched with GET."""
    return web.Response(status=HTTPStatus.SEE_OTHER, headers={"Location": place})


def signed_out(request: web.Request) -> web.Response:
    """Nobody is signed in: say how to get in."""
    return page(request, "signed_out.html", HTTPStatus.UNAUTHORIZED, local=portal_of(request).address.local)
