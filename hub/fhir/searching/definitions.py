"""Waarop te zoeken is: one table for both releases, from which the search, the includes and ``/metadata`` are made.

Source: IKNL's guide, page *data exchange* and the CapabilityStatement of the provider (ADR 0037 lists the requests).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from hub.domain.advance_care_plan import SNOMED
from hub.fhir.catalogue import ACP_CONVERSATION, Release


class ParameterKind(StrEnum):
    """Soort zoekparameter (FHIR search, 3.1.1)."""

    CODED = "token"
    REFERENCE = "reference"
    URI = "uri"


@dataclass(frozen=True, slots=True)
class Parameter:
    """Eén zoekparameter. ``paths``: where its values stand, from the resource down; lists are walked through.

    ``targets``: types to which a reference may lead, for chains and includes. ``definition``: its canonical address.
    """

    name: str
    kind: ParameterKind
    paths: tuple[str, ...]
    definition: str
    targets: tuple[str, ...] = ()
    implied: tuple[str, str] | None = None
    """System and code that count where the resource has none."""


@dataclass(frozen=True, slots=True)
class Searchable:
    """Eén soort resource, and what can be asked of it."""

    type: str
    profiles: tuple[str, ...]
    parameters: Mapping[str, Parameter]

    @property
    def includes(self) -> dict[str, Parameter]:
        """``Consent:actor`` → the parameter whose references are followed."""
        return {
            f"{self.type}:{name}": parameter
            for name, parameter in self.parameters.items()
            if parameter.kind is ParameterKind.REFERENCE
        }


_HL7 = "http://hl7.org/fhir/SearchParameter/"
_PEOPLE = ("Patient", "Practitioner", "PractitionerRole", "RelatedPerson")
_AGREEMENTS = ("Consent", "Goal", "Observation", "Patient", "DeviceUseStatement")
PROFILES = {
    Release.R4: "https://fhir.iknl.nl/fhir/StructureDefinition/",
    Release.STU3: "https://api.iknl.nl/docs/pzp/stu3/StructureDefinition/",
}


def _token(name: str, *paths: str, definition: str) -> Parameter:
    return Parameter(name, ParameterKind.CODED, paths or (name,), _HL7 + definition)


def _reference(name: str, *paths: str, definition: str, targets: tuple[str, ...] = _PEOPLE) -> Parameter:
    return Parameter(name, ParameterKind.REFERENCE, paths or (name,), _HL7 + definition, targets)


def _searchable(release: Release, type_: str, profiles: tuple[str, ...], *parameters: Parameter) -> Searchable:
    named = {parameter.name: parameter for parameter in parameters}
    return Searchable(type_, tuple(PROFILES[release] + profile for profile in profiles), named)


def _table(release: Release) -> dict[str, Searchable]:
    r4 = release is Release.R4
    conversation = "encounter" if r4 else "context"
    reason = "reasonReference" if r4 else "diagnosis.condition"
    actors = ("provision.actor.reference", "performer") if r4 else ("actor.reference", "consentingParty")
    found = (
        _searchable(release, "Patient", ("ACP-Patient",)),
        _searchable(
            release,
            "Procedure",
            ("ACP-Procedure",),
            _token("code", definition="clinical-code"),
            _token("status", definition="Procedure-status"),
            _reference("encounter", conversation, definition="clinical-encounter", targets=("Encounter",)),
            _reference("performer", "performer.actor", definition="Procedure-performer"),
        ),
        _searchable(
            release,
            "Encounter",
            ("ACP-Encounter",),
            _token("status", definition="Encounter-status"),
            _reference("reason-reference", reason, definition="Encounter-reason-reference", targets=("Procedure",)),
            _reference("participant", "participant.individual", definition="Encounter-participant"),
        ),
        _searchable(
            release,
            "Consent",
            ("ACP-TreatmentDirective", "ACP-AdvanceDirective"),
            _token("category", definition="Consent-category"),
            _token("status", definition="Consent-status"),
            _reference("actor", *actors, definition="Consent-actor"),
            *((_token("scope", definition="Consent-scope"),) if r4 else ()),
            *(() if r4 else (_reference("consentor", "consentingParty", definition="Consent-consentor"),)),
        ),
        _searchable(
            release,
            "Goal",
            ("ACP-Medical-Policy-Goal" if r4 else "ACP-MedicalPolicyGoal",),
            # The next edition for R4 asks for this category, which its goals do not have yet; every goal here is one.
            replace(_token("category", definition="Goal-category"), implied=(SNOMED, ACP_CONVERSATION)),
            _token("description", definition="Goal-description"),
            _token("lifecycle-status", "lifecycleStatus", definition="Goal-lifecycle-status")
            if r4
            else _token("status", definition="Goal-status"),
        ),
        _searchable(
            release,
            "Observation",
            (
                "ACP-PreferredPlaceOfDeath",
                "ACP-PositionRegardingEuthanasia",
                "ACP-OrganDonationChoiceRegistration",
                "ACP-SpecificCareWishes",
                "ACP-OtherImportantInformation" if r4 else "ACP-SenseOfPurpose",
            ),
            _token("code", definition="clinical-code"),
            _token("status", definition="Observation-status"),
            _reference("performer", definition="Observation-performer"),
        ),
        _searchable(
            release,
            "DeviceUseStatement",
            ("ACP-MedicalDevice",),
            _token("status", definition="DeviceUseStatement-status"),
            _reference("device", definition="DeviceUseStatement-device", targets=("Device",)),
        ),
        _searchable(release, "Device", ("ACP-MedicalDevice.Product-ICD",), _token("type", definition="Device-type")),
        _searchable(
            release,
            "Communication" if r4 else "CommunicationRequest",
            ("ACP-Communication" if r4 else "ACP-InformRelativesRequest",),
            _token("category", *(("category", "topic") if r4 else ("category",)), definition="Communication-category"),
            _token("reason-code", "reasonCode", definition="Communication-reason-code"),
            _token("status", definition="Communication-status"),
            _reference("sender", definition="Communication-sender"),
        ),
        *(
            ()
            if r4
            else (_searchable(release, "Communication", (), _token("status", definition="Communication-status")),)
        ),
        _searchable(
            release,
            "DetectedIssue",
            (),
            _reference("implicated", definition="DetectedIssue-implicated", targets=_AGREEMENTS),
        ),
        _searchable(
            release, "Provenance", (), _reference("target", definition="Provenance-target", targets=_AGREEMENTS)
        ),
        _searchable(release, "RelatedPerson", ("ACP-ContactPerson",)),
        _searchable(release, "Practitioner", ("ACP-HealthProfessional-Practitioner",)),
        _searchable(
            release,
            "PractitionerRole",
            ("ACP-HealthProfessional-PractitionerRole",),
            _reference("practitioner", definition="PractitionerRole-practitioner", targets=("Practitioner",)),
        ),
        _searchable(
            release,
            "QuestionnaireResponse",
            (),
            Parameter(
                "questionnaire", ParameterKind.URI, ("questionnaire",), _HL7 + "QuestionnaireResponse-questionnaire"
            ),
            _token("status", definition="QuestionnaireResponse-status"),
            _reference("author", definition="QuestionnaireResponse-author"),
            _reference("source", definition="QuestionnaireResponse-source"),
        ),
    )
    return {searchable.type: searchable for searchable in found}


SEARCHABLE: Mapping[Release, Mapping[str, Searchable]] = {release: _table(release) for release in Release}
EVERYWHERE = {
    "_id": Parameter("_id", ParameterKind.CODED, ("id",), _HL7 + "Resource-id"),
    "patient": Parameter("patient", ParameterKind.REFERENCE, (), _HL7 + "clinical-patient", ("Patient",)),
    "subject": Parameter("subject", ParameterKind.REFERENCE, (), _HL7 + "clinical-patient", ("Patient",)),
}
"""What every type can be asked. ``patient`` and ``subject`` say whose plan is searched; nothing is filtered by them."""
