"""``kring fhir export``: the plan as a FHIR Bundle, for the record of a professional or for the patient."""

from collections import Counter
from typing import Any

from hub.admin.asking import Question, context_as
from hub.application.use_cases.exporting import export_dossier
from hub.application.use_cases.privacy_cases import within
from hub.bootstrap import Hub
from hub.domain.errors import CommandRejected
from hub.fhir.catalogue import Release
from hub.fhir.export import bundle_of, resources_of
from hub.fhir.export.gathering import proposals_of


async def fhir_export(hub: Hub, question: Question) -> dict[str, Any]:
    """The Bundle, with what is in it and what stayed here."""
    standard = question.text("standard")
    if standard not in set(Release):
        raise CommandRejected("bad-standard", "De standaard is een van deze: %(names)s.", {"names": ", ".join(Release)})
    async with hub.transactions() as unit:
        context = await context_as(unit, question, question.text("patient"), question.text("as"))
        context = await within(unit, context, question.optional("case"))
        export = await export_dossier(unit, hub.guard, context, to=standard)
    resources = resources_of(export.view, export.patient, export.people, Release(standard))
    counted = Counter(made["resourceType"] for made in resources)
    return {
        "standard": standard,
        "sections": [section.value for section in export.view.sections],
        "limited": sorted(section.value for section in export.view.limited),
        "resources": dict(counted),
        "left_out": [f"{entry.ref} wacht op bevestiging en gaat niet mee." for entry in proposals_of(export.view)],
        "bundle": bundle_of(resources, export.view),
    }
