"""In which language a page is said: what the reader chose, else what the browser asks for, else Dutch."""

import re
from collections.abc import Iterable

from aiohttp import web

from hub.portal.security import Address, cookie_named, only
from hub.portal.state import portal_of
from hub.texts import DUTCH, LANGUAGES, Words, translator

CHOICE = "taal"
"""The name in a link that chooses: ``?taal=en``. The choice opens nothing, so that a plain link may make it."""
_YEAR = 365 * 24 * 3600
_WISH = re.compile(
    r"^\s*([A-Za-z]{1,8})(?:-[A-Za-z0-9]{1,8})*\s*(?:;\s*q\s*=\s*([01](?:\.[0-9]{0,3})?)\s*)?$", re.ASCII
)
_MOST_WISHES = 50


def words_of(request: web.Request) -> Words:
    """The words for this reader."""
    address = portal_of(request).address
    chosen = chosen_now(request) or cookie_named(request, address.named("taal"))
    return translator(chosen if chosen in LANGUAGES else accepted(request.headers.getall("Accept-Language", [])))


def chosen_now(request: web.Request) -> str | None:
    """The language that this very request chooses."""
    chosen = only(request.query, CHOICE)
    return chosen if chosen in LANGUAGES else None


def remember(response: web.StreamResponse, address: Address, language: str) -> None:
    """Keep the choice for a year in this browser, in a cookie as closed as that of the session."""
    response.set_cookie(
        address.named("taal"),
        language,
        path="/",
        max_age=_YEAR,
        secure=address.secure,
        httponly=True,
        samesite="Lax",
    )


def accepted(headers: Iterable[str]) -> str:
    """The language that an ``Accept-Language`` likes best (RFC 9110 12.5.4); what cannot be read is no wish."""
    best, weight = DUTCH, 0.0
    for wish in ",".join(headers).split(",")[:_MOST_WISHES]:
        match = _WISH.fullmatch(wish.strip())
        if match is None:
            continue
        language, wanted = match[1].lower(), min(float(match[2] or 1), 1.0)
        if language in LANGUAGES and wanted > weight:
            best, weight = language, wanted
    return best
