"""Is dit papier nog actueel? What the QR on a printed out-of-hours set opens: yes or no, for whoever holds the paper.

No name and no word of the dossier; the same answer for a page that was overtaken, a circle that closed, a dossier that
was destroyed and a code that never was. So nobody has to sign in, and a code that was found tells nothing.
"""

from aiohttp import web

from hub.application.use_cases.emergency_papers import check_paper
from hub.portal import texts
from hub.portal.addresses import address_of
from hub.portal.language import words_of
from hub.portal.pages import page
from hub.portal.state import portal_of


async def is_newest(request: web.Request) -> web.Response:
    """Yes, with the day; or no, with what to do. Both are an ordinary page."""
    portal = portal_of(request)
    now = portal.hub.now()
    if not portal.scans.allow(address_of(request), now):
        raise web.HTTPTooManyRequests
    async with portal.hub.transactions() as unit:
        found = await check_paper(unit, request.match_info["code"], now)
    language = words_of(request).language
    made = texts.moment(found.made_at, language) if found else None
    checked = texts.moment(found.checked_at, language) if found and found.checked_at else None
    return page(request, "paper_check.html", made=made, checked=checked, looked=texts.moment(now, language))
