"""The portal as one application."""

import hashlib
from importlib import resources

from aiohttp import web

from hub.bootstrap import Hub
from hub.portal import pages
from hub.portal.errors import answer_always
from hub.portal.routes import ROUTES
from hub.portal.security import Address, harden
from hub.portal.state import PORTAL, Gather, Portal, Ready, Style, nothing_more

MAX_BODY = 16 * 1024
"""Bytes; the longest form here is one token."""


def build_app(hub: Hub, ready: Ready, gather: Gather = nothing_more) -> web.Application:
    """Het portaal, ready to be served.

    :param ready: what must be there before people are sent here, by name
    :param gather: more figures for ``/metrics``
    :raises StartRefused: ``portal_url`` is plain http to something else than this machine
    """
    app = web.Application(
        middlewares=[answer_always],
        client_max_size=MAX_BODY,
        handler_args={"keepalive_timeout": 30, "max_line_size": 8190, "max_field_size": 8190},
    )
    app[PORTAL] = Portal(hub, ready, Address.of(hub.settings.portal_base), _style(), gather)
    app.on_response_prepare.append(harden)
    app.add_routes(ROUTES)
    pages.set_up(app)
    return app


def _style() -> Style:
    content = resources.files("hub.portal").joinpath("static/portal.css").read_bytes()
    return Style(f"portal.{hashlib.sha256(content).hexdigest()[:16]}.css", content)
