"""``kring dossier paper``: het dossier of de spoedset als PDF."""

import asyncio
from base64 import b64encode
from typing import Any

from hub.adapters.pdf import draw
from hub.admin.asking import Question, context_as
from hub.application.use_cases.contributions import own_contributions
from hub.application.use_cases.emergency_papers import make_emergency_paper
from hub.application.use_cases.papers import make_paper
from hub.bootstrap import Hub
from hub.domain.emergency_paper import FORM
from hub.domain.errors import CommandRejected
from hub.domain.paper import Form


async def dossier_paper(hub: Hub, question: Question) -> dict[str, Any]:
    """The PDF in base64; its bytes are a copy (BW 7:456), with a line in the log. ``check``: what its code opens."""
    form = question.text("form")
    if form != FORM and form not in set(Form):
        names = ", ".join((*Form, FORM))
        raise CommandRejected("bad-form", "Kies een van deze vormen: %(names)s.", {"names": names})
    async with hub.transactions() as unit:
        context = await context_as(unit, question, question.text("patient"), question.text("as"))
        if form == FORM:
            made = await make_emergency_paper(unit, hub.guard, hub.speaker, context, hub.settings.portal_base)
        else:
            made = await make_paper(unit, hub.guard, context, Form(form))
    drawn = await asyncio.to_thread(draw, made, context.now)
    return {"form": form, "pdf": b64encode(drawn).decode(), "check": made.check}


async def circle_contributions(hub: Hub, question: Question) -> dict[str, Any]:
    """The PDF in base64: what somebody recorded themselves, also after their access ended (BW 7:454)."""
    async with hub.transactions() as unit:
        context = await context_as(unit, question, question.text("patient"), question.text("person"))
        made = await own_contributions(unit, hub.guard, context)
    drawn = await asyncio.to_thread(draw, made.paper, context.now)
    return {"person": context.actor.id, "pdf": b64encode(drawn).decode()}
