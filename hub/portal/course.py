"""Pages that show at a glance: the card, the course of a complaint, the timeline.

Each page is one transaction: session, request, permit, contents and audit entry. Only when it committed does the first
byte leave (I4).
"""

from aiohttp import web

from hub.application.use_cases.cards import read_card
from hub.application.use_cases.dossier import read_dossier
from hub.application.use_cases.timeline import read_timeline
from hub.charts import trend_chart
from hub.domain.observations import SymptomItem
from hub.domain.trend import items_scored, trend
from hub.domain.vocabulary import Section
from hub.portal import card_view, course_view
from hub.portal.language import words_of
from hub.portal.pages import page
from hub.portal.reading import visitor_of
from hub.portal.security import only
from hub.portal.sessions import visit
from hub.portal.state import portal_of


async def card(request: web.Request) -> web.Response:
    """What somebody must know first, readable in a minute and a half at night."""
    hub = portal_of(request).hub
    async with hub.transactions() as unit:
        here = await visit(unit, request)
        view = await read_card(unit, hub.guard, here.context)
        visitor = await visitor_of(unit, request, here)
    return page(request, "card.html", visitor=visitor, card=card_view.present(view, words_of(request)))


async def complaint(request: web.Request) -> web.Response:
    """The course of one complaint: the drawing, and the same in a table beside it."""
    named = only(request.query, "klacht") or SymptomItem.PAIN.value
    if named not in {item.value for item in SymptomItem}:
        raise web.HTTPNotFound
    hub, words = portal_of(request).hub, words_of(request)
    async with hub.transactions() as unit:
        here = await visit(unit, request)
        view = await read_dossier(unit, hub.guard, here.context, Section.S5)
        visitor = await visitor_of(unit, request, here)
    found = trend(view.entries, SymptomItem(named))
    scored = [(item.value, words(item.nl)) for item in items_scored(view.entries)]
    shown = course_view.complaint(found, scored, words, limited=Section.S5 in view.limited)
    drawing = trend_chart.drawing(found, words) if found.series else None
    return page(request, "complaint.html", visitor=visitor, course=shown, drawing=drawing)


async def timeline(request: web.Request) -> web.Response:
    """Place, complexity, lead, phase and handovers, in order."""
    hub = portal_of(request).hub
    async with hub.transactions() as unit:
        here = await visit(unit, request)
        found = await read_timeline(unit, hub.guard, here.context)
        visitor = await visitor_of(unit, request, here)
    shown = course_view.timeline(found, words_of(request))
    return page(request, "timeline.html", visitor=visitor, course=shown, limited=bool(found.limited))
