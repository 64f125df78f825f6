"""What the operator asks about the log through the running hub, in somebody's name."""

from dataclasses import replace
from typing import Any

from hub.admin.asking import Question, context_as
from hub.application.use_cases.access_log import read_log
from hub.bootstrap import Hub
from hub.domain.errors import CommandRejected
from hub.fhir.audit_event import bundle

_FORMATS = ("balp", "nen7513")


async def audit_export(hub: Hub, question: Question) -> dict[str, Any]:
    """The log of one patient as FHIR AuditEvents, as far as this person may see it; guarded and logged as a look."""
    form = question.text("format")
    if form not in _FORMATS:
        raise CommandRejected("bad-format", "Kies een van deze vormen: %(names)s.", {"names": ", ".join(_FORMATS)})
    async with hub.transactions() as unit:
        context = await context_as(unit, question, question.text("patient"), question.text("as"))
        found = await read_log(unit, hub.guard, context)
    # Counted as this reader sees them: the place in the whole log would tell how much else there is (T38).
    found = [replace(item, seq=place) for place, item in enumerate(found, start=1)]
    return {"bundle": bundle(found, hub.settings.audit_origin, nen7513=form == "nen7513"), "entries": len(found)}
