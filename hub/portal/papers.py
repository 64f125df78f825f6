"""What somebody takes along: the dossier as PDF, the out-of-hours set on one page, a few lines to paste."""

import asyncio

from aiohttp import web

from hub.adapters.pdf import draw
from hub.application.use_cases.emergency_papers import make_emergency_paper
from hub.application.use_cases.papers import make_copy_text, make_paper
from hub.domain.emergency_paper import FORM
from hub.domain.paper import Form
from hub.portal.sessions import visit
from hub.portal.state import portal_of


async def paper(request: web.Request) -> web.Response:
    """The PDF, as a download under a name that says nothing about anybody."""
    form = request.match_info["form"]
    if form != FORM and form not in set(Form):
        raise web.HTTPNotFound
    hub = portal_of(request).hub
    async with hub.transactions() as unit:
        here = await visit(unit, request)
        if form == FORM:
            base = hub.settings.portal_base
            made = await make_emergency_paper(unit, hub.guard, hub.speaker, here.context, base)
        else:
            made = await make_paper(unit, hub.guard, here.context, Form(form))
    drawn = await asyncio.to_thread(draw, made, here.context.now)
    disposition = f'attachment; filename="kring-{form}.pdf"'
    return web.Response(body=drawn, content_type="application/pdf", headers={"Content-Disposition": disposition})


async def copy_text(request: web.Request) -> web.Response:
    """At most ten lines of plain text."""
    hub = portal_of(request).hub
    async with hub.transactions() as unit:
        here = await visit(unit, request)
        text, _ = await make_copy_text(unit, hub.guard, here.context)
    return web.Response(text=text, content_type="text/plain", charset="utf-8")
