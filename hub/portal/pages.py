"""Make a page from a template: escaped, in the language of the reader, without a script."""

import re
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

import aiohttp_jinja2
import jinja2
from aiohttp import web

from hub.portal import texts
from hub.portal.language import CHOICE, chosen_now, remember, words_of
from hub.portal.security import only
from hub.portal.state import PORTAL, portal_of
from hub.texts import LANGUAGES

_CHOSEN = {
    "van": re.compile(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$", re.ASCII),
    "tot": re.compile(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$", re.ASCII),
    "wie": re.compile(r"^per-[0-9a-f]{16}$", re.ASCII),
}


def set_up(app: web.Application) -> None:
    """Templates from this package; a name that a template uses and nobody gave is an error, not an empty place."""
    environment = aiohttp_jinja2.setup(
        app,
        loader=jinja2.PackageLoader("hub.portal"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.policies["ext.i18n.trimmed"] = True
    # One environment, many readers: the words come from the page, not from the environment.
    environment.install_gettext_callables(_gettext, _ngettext, newstyle=True)  # type: ignore[attr-defined]
    environment.filters["clock"] = texts.clock
    environment.globals["style"] = app[PORTAL].style.url


@jinja2.pass_context
def _gettext(context: jinja2.runtime.Context, message: str) -> str:
    return str(context["words"](message))


@jinja2.pass_context
def _ngettext(context: jinja2.runtime.Context, one: str, more: str, count: int) -> str:
    return str(context["words"].plural(one, more, count))


def page(request: web.Request, template: str, status: HTTPStatus = HTTPStatus.OK, **content: Any) -> web.Response:
    """A whole page. ``visitor`` in ``content`` is the head of a page for somebody who is signed in."""
    words = words_of(request)
    others = [(code, name, _switch(request, code)) for code, name in LANGUAGES.items() if code != words.language]
    content = {"visitor": None, "place": request.path, "words": words, "languages": others} | content
    response = aiohttp_jinja2.render_template(template, request, content, status=status)
    chosen = chosen_now(request)
    if chosen is not None:
        remember(response, portal_of(request).address, chosen)
    return response


def _switch(request: web.Request, language: str) -> str:
    """This page in another language; a period and a person that were chosen stay."""
    chosen = [
        (name, said) for name, form in _CHOSEN.items() if (said := only(request.query, name)) and form.match(said)
    ]
    return "?" + urlencode([*chosen, (CHOICE, language)])


def redirect(place: str) -> web.Response:
    """To another page of ours, to be fetched with GET."""
    return web.Response(status=HTTPStatus.SEE_OTHER, headers={"Location": place})


def signed_out(request: web.Request) -> web.Response:
    """Nobody is signed in: say how to get in."""
    return page(request, "signed_out.html", HTTPStatus.UNAUTHORIZED, local=portal_of(request).address.local)
