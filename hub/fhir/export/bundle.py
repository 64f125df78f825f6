"""All resources of one patient, and the Bundle around them."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from hub.application.use_cases.exporting import ExportView
from hub.domain.advance_care_plan import LegalCapacity, TreatmentDirective
from hub.domain.advance_directives import AdvanceDirective
from hub.domain.care_network import AcpConversation, ContactPerson, HealthProfessional
from hub.domain.entries import Kind, Statement
from hub.domain.people import Patient, Person
from hub.domain.wishes import PreferredPlaceOfDeath, View
from hub.fhir.catalogue import Release
from hub.fhir.export.beside import write_provenance, write_statements, write_view, write_warnings
from hub.fhir.export.directives import write_directive, write_will
from hub.fhir.export.form import write_form
from hub.fhir.export.gathering import Item, items_of, sentences_of
from hub.fhir.export.people import People, write_contact, write_patient
from hub.fhir.export.records import WRITERS, write_conversation, write_place
from hub.fhir.export.writing import Desk, Json, instant

_ORDER = (
    "Patient",
    "RelatedPerson",
    "Practitioner",
    "PractitionerRole",
    "Encounter",
    "Procedure",
    "Goal",
    "Consent",
    "Observation",
    "Device",
    "DeviceUseStatement",
    "CommunicationRequest",
    "Communication",
    "QuestionnaireResponse",
    "DetectedIssue",
    "Provenance",
)


def resources_of(
    view: ExportView, patient: Patient, people: Mapping[str, Person], release: Release
) -> list[dict[str, Any]]:
    """Every resource that this view gives, the Patient first; ids are uuids, references are ``Type/id``.

    The same view gives the same resources, byte for byte.

    :param people: who wrote or confirmed, by id
    """
    desk = Desk(view, patient, people, release)
    items = items_of(view)
    who = People(desk, items)
    for item in items:
        if isinstance(item.value, AcpConversation) and item.value.held_on is not None:
            shown = f"Gesprek op {item.value.held_on.nl}"
            desk.conversations[item.value.held_on.text] = desk.reference("Encounter", item.key, shown)
    for item in items:
        _write(desk, who, item)
    judged = [item for item in items if isinstance(item.value, LegalCapacity)]
    write_patient(desk, judged, [sentence for item in judged for sentence in sentences_of(item, people)])
    write_form(desk, who, items)
    for item in items:
        write_statements(desk, who, item)
    # Everybody is named before they are written, and written before it is said who did what.
    for item in items:
        write_provenance(desk, who, item)
    write_warnings(desk, items)
    who.write()
    return sorted(desk.written, key=lambda made: _ORDER.index(made["resourceType"]))


def _write(desk: Desk, who: People, item: Item) -> None:
    value = item.value
    if isinstance(value, TreatmentDirective):
        write_directive(desk, who, item)
    elif isinstance(value, AdvanceDirective):
        write_will(desk, who, item)
    elif isinstance(value, ContactPerson):
        write_contact(desk, item)
    elif isinstance(value, AcpConversation):
        write_conversation(desk, who, item)
    elif isinstance(value, PreferredPlaceOfDeath):
        (write_place if value.view is View.PATIENT else write_view)(desk, who, item)
    elif type(value) in WRITERS:
        WRITERS[type(value)](desk, who, item)
    elif isinstance(value, HealthProfessional):
        desk.places[item.key] = [desk.reference("Practitioner", value.described)]


UNWRITTEN = frozenset({Kind.NOTE, Kind.STATEMENT, Kind.EARLIER_AGREEMENTS})
"""Kinds of S1, S3 and S4 without a resource of their own: in the form, beside another, or only in its narrative."""


def bundle_of(resources: Sequence[dict[str, Any]], view: ExportView) -> dict[str, Any]:
    """A Bundle of type collection; ``fullUrl`` is ``urn:uuid:<id>`` and references inside follow it."""
    inside = {f"{made['resourceType']}/{made['id']}": f"urn:uuid:{made['id']}" for made in resources}
    name = "/".join(sorted(inside))
    return {
        "resourceType": "Bundle",
        "id": str(uuid.uuid5(uuid.NAMESPACE_URL, name)),
        "meta": {"lastUpdated": instant(view.at)},
        "type": "collection",
        "entry": [
            {"fullUrl": f"urn:uuid:{made['id']}", "resource": _pointing_inside(made, inside)} for made in resources
        ],
    }


def _pointing_inside(tree: Any, inside: Mapping[str, str]) -> Any:
    if isinstance(tree, list):
        return [_pointing_inside(part, inside) for part in tree]
    if not isinstance(tree, dict):
        return tree
    made: Json = {key: _pointing_inside(part, inside) for key, part in tree.items()}
    target = made.get("reference")
    if isinstance(target, str):
        made["reference"] = inside.get(target, target)
    return made


__all__ = ["Item", "Statement", "bundle_of", "resources_of"]
