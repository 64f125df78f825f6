"""Een afschrift op papier of als plaktekst (BW 7:456): the same permits and the same line in the log as any copy."""

from hub.application.context import RequestContext
from hub.application.guard import Guard
from hub.application.ports import UnitOfWork
from hub.application.use_cases.exporting import Export, export_dossier
from hub.domain import dossier
from hub.domain import paper as papers
from hub.domain.paper import Contents, Form, Paper
from hub.domain.vocabulary import Section

_SECTIONS = tuple(section for section in Section if section not in papers.NEVER)
COPY = "plaktekst"


async def make_paper(unit: UnitOfWork, guard: Guard, context: RequestContext, form: Form) -> Paper:
    """Alles wat deze persoon mag meenemen, behalve wat in vertrouwen is verteld.

    :raises Refused: nothing of it is open to take along
    """
    export = await export_dossier(unit, guard, context, to=f"papier-{form.value}", sections=_SECTIONS)
    return papers.paper(form, _contents(context, export))


async def make_copy_text(unit: UnitOfWork, guard: Guard, context: RequestContext) -> tuple[str, tuple[Section, ...]]:
    """Plaktekst van hoogstens tien regels, and the sections that it comes from."""
    export = await export_dossier(unit, guard, context, to=COPY, sections=_SECTIONS)
    return papers.copy_text(_contents(context, export)), export.view.sections


def _contents(context: RequestContext, export: Export) -> Contents:
    return Contents(
        about=export.patient.described() if export.view.whole(Section.S1) else export.patient.name.full,
        shown=dossier.to_show(export.view.versions),
        people=export.people,
        sections=export.view.sections,
        limited=export.view.limited,
        maker=context.actor.described(context.role),
        made_at=context.now,
        mark=context.correlation_id,
    )
