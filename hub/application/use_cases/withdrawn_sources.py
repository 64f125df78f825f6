"""Bronbericht ingetrokken: an entry whose message was withdrawn says so wherever it is shown; it stays (ADR 0030)."""

from collections.abc import Sequence
from dataclasses import replace

from hub.application.context import RequestContext
from hub.application.ports import UnitOfWork
from hub.domain.dossier import Entry, WithdrawnSource


async def with_withdrawn_sources(unit: UnitOfWork, context: RequestContext, shown: Sequence[Entry]) -> list[Entry]:
    """The same entries; those whose message was withdrawn say by whom and when."""
    if not shown or context.patient_id is None:
        return list(shown)
    gone = await unit.filings.withdrawn(context.patient_id)
    if not gone:
        return list(shown)
    by = await unit.people.all_of({filed.withdrawn_by for filed in gone.values() if filed.withdrawn_by})
    marked = []
    for entry in shown:
        filed = gone.get((entry.ref, entry.version))
        if filed is not None and filed.withdrawn_at is not None:
            name = by[filed.withdrawn_by].name.full if filed.withdrawn_by else "onbekend"
            entry = replace(entry, withdrawn_source=WithdrawnSource(name, filed.withdrawn_at))  # noqa: PLW2901
        marked.append(entry)
    return marked
