"""The page *Berichten*, for professionals of the circle; what could not be read for who looks after the circle."""

from aiohttp import web

from hub.application.use_cases.disclosure import may_see_unread, recent_readers, unread_messages
from hub.portal import messages_view
from hub.portal.language import words_of
from hub.portal.pages import page
from hub.portal.reading import visitor_of
from hub.portal.sessions import visit
from hub.portal.state import portal_of


async def messages(request: web.Request) -> web.Response:
    """Berichten: each look is logged before the first byte leaves (I4)."""
    hub = portal_of(request).hub
    async with hub.transactions() as unit:
        here = await visit(unit, request)
        said = await recent_readers(unit, hub.guard, here.context, hub.settings.own_accounts)
        for_the_coach = await may_see_unread(unit, hub.guard, here.context)
        unread = await unread_messages(unit, hub.guard, here.context) if for_the_coach else None
        visitor = await visitor_of(unit, request, here)
    shown = messages_view.present(said, unread, words_of(request))
    return page(request, "messages.html", visitor=visitor, messages=shown)
