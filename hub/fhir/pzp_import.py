"""PZP inlezen: FHIR documents of IKNL's proactieve zorgplanning (STU3 and R4) to values of the dossier.

Pure: no file, no network, no clock. All or nothing: one thing that cannot be understood refuses the set. What comes out
is a proposal; a named human confirms (I9). The mapping table and what is left out on purpose: ``hub/fhir/README.md``.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from hub.domain.advance_directives import contradictions
from hub.domain.errors import CommandRejected
from hub.domain.identifiers import Bsn
from hub.fhir.candidates import Findings
from hub.fhir.catalogue import BSN_SYSTEM
from hub.fhir.directives import read_consent
from hub.fhir.documents import Resource, ResourceSet, collect
from hub.fhir.elements import many, partial_date, refuse, text
from hub.fhir.form import FormIdentity, read_form
from hub.fhir.merging import merge
from hub.fhir.people import given_and_family
from hub.fhir.reading import ImportedItem, PatientIdentity, PzpReading
from hub.fhir.records import (
    read_conversations,
    read_device_use,
    read_goal,
    read_inform_relatives,
    read_observation,
    used_devices,
)
from hub.fhir.records_people import read_patient, read_professionals, read_related_person
from hub.fhir.refused import ImportRefused

_READERS = {
    "Consent": read_consent,
    "Goal": read_goal,
    "Observation": read_observation,
    "DeviceUseStatement": read_device_use,
    "CommunicationRequest": read_inform_relatives,
    "Communication": read_inform_relatives,
}
_TOGETHER = ("Patient", "RelatedPerson", "Practitioner", "PractitionerRole", "Encounter", "Procedure", "Device")
_GENDERS = ("male", "female", "other", "unknown")


def read_pzp(documents: Sequence[Mapping[str, Any] | list[Any]]) -> PzpReading:
    """Read parsed JSON of forms, single resources, lists of them or Bundles as one set about one patient.

    :raises ImportRefused: anything that cannot be understood without guessing; nothing else is ever raised
    """
    everything = collect(documents)
    findings = Findings()
    try:
        forms = _read(everything, findings)
        patient = _identity(everything, forms, findings)
        merged = merge(findings)
    except ValueError as problem:
        # A value of the domain refused what the source says: text too long, a character that reorders the line.
        raise ImportRefused("bad-value", f"Een gegeven kan niet worden overgenomen: {problem}.") from problem
    items = tuple(
        ImportedItem(part.kind, part.value, part.reference, part.on.exact if part.on else None, part.author)
        for part in merged
    )
    review = [*findings.review, *contradictions(item.value for item in items)]
    return PzpReading(
        patient=patient,
        items=items,
        review=tuple(dict.fromkeys(review)),
        not_carried=tuple(dict.fromkeys(findings.not_carried)),
        withdrawn=tuple(findings.withdrawn),
        standard=everything.release.value,
        source_digest=everything.digest,
    )


def _read(everything: ResourceSet, findings: Findings) -> list[FormIdentity]:
    forms = []
    used = {device.name for device in used_devices(everything)}
    for resource in everything.resources:
        if many(resource.body, "contained", resource.name):
            findings.left(resource.name, "ingesloten gegevens (contained)")
        if resource.type in _READERS:
            _READERS[resource.type](everything, resource, findings)
        elif resource.type == "Patient":
            read_patient(resource, findings)
        elif resource.type == "RelatedPerson":
            read_related_person(resource, findings)
        elif resource.type == "QuestionnaireResponse":
            identity = read_form(everything, resource, findings)
            forms += [identity] if identity else []
        elif resource.type == "Device" and resource.name not in used:
            findings.left(resource.name, "een hulpmiddel waarvan niet staat dat de patiënt het gebruikt")
        elif resource.type not in _TOGETHER:
            findings.left(resource.name, "hoort niet bij de proactieve zorgplanning")
    read_professionals(everything, findings)
    read_conversations(everything, findings)
    return forms


def _identity(everything: ResourceSet, forms: Sequence[FormIdentity], findings: Findings) -> PatientIdentity:
    """The Patient resource leads; a form that clearly speaks of somebody else refuses the set.

    :raises ImportRefused: ``no-patient``, ``different-patients``
    """
    named = [form for form in forms if form.family]
    found = everything.of("Patient")
    if found:
        patient = _of_resource(found[0])
    elif named:
        patient = PatientIdentity(named[0].family, named[0].given, named[0].birth_date, None, None)
    else:
        raise ImportRefused("no-patient", "Er staat niet bij over wie dit gaat; geef de Patient of het formulier mee.")
    for form in named:
        same_name = _same_family(form.family, patient.family)
        same_birth = None in (form.birth_date, patient.birth_date) or form.birth_date == patient.birth_date
        sure = form.points_to_patient and bool(found)
        if (not same_name and not same_birth) or (not sure and not (same_name and same_birth)):
            raise ImportRefused(
                "different-patients",
                f"{form.reference} gaat over iemand anders dan de rest; er is niets ingelezen.",
            )
        if not same_birth and form.birth_date and patient.birth_date:
            findings.review.append(
                f"Geboortedatum verschilt: {patient.birth_date.nl} bij de patiënt,"
                f" {form.birth_date.nl} op het formulier. Controleer of dit dezelfde patiënt is."
            )
        if not same_name:
            findings.review.append(
                "De achternaam op het formulier is een andere. Controleer of dit dezelfde patiënt is."
            )
    return patient


def _same_family(one: str, other: str) -> bool:
    """Equal, or one of them with a partner's name or prefix added: "Hartman" and "Hartman-de Leeuw"."""
    first, second = (set(name.casefold().replace("-", " ").split()) for name in (one, other))
    return bool(first) and bool(second) and (first <= second or second <= first)


def _of_resource(resource: Resource) -> PatientIdentity:
    where = resource.name
    given, family = given_and_family(resource.body, where)
    if not family:
        raise refuse(where, "heeft geen achternaam", "no-patient")
    numbers = [
        text(part, "value", where)
        for part in many(resource.body, "identifier", where)
        if part.get("system") == BSN_SYSTEM
    ]
    try:
        bsn = Bsn(numbers[0] or "") if numbers else None
    except CommandRejected as problem:
        raise refuse(where, "heeft een BSN dat niet klopt (elfproef)", "bad-bsn") from problem
    gender = text(resource.body, "gender", where)
    if gender not in (*_GENDERS, None):
        raise refuse(where, "heeft een geslacht dat FHIR niet kent")
    return PatientIdentity(family, given, partial_date(resource.body, "birthDate", where), bsn, gender)
