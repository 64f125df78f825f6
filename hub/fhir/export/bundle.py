"""All resources of one patient, and the Bundle around them."""

from collections.abc import Mapping, Sequence
from typing import Any

from hub.application.use_cases.exporting import ExportView
from hub.domain.people import Patient, Person
from hub.fhir.catalogue import Release


def resources_of(
    view: ExportView, patient: Patient, people: Mapping[str, Person], release: Release
) -> list[dict[str, Any]]:
    """Every resource that this view gives, the Patient first; ids are uuids, references are ``Type/id``.

    :param people: who wrote or confirmed, by id
    """
    raise NotImplementedError


def bundle_of(resources: Sequence[dict[str, Any]], view: ExportView) -> dict[str, Any]:
    """A Bundle of type collection; ``fullUrl`` is ``urn:uuid:<id>`` and references inside follow it."""
    raise NotImplementedError
