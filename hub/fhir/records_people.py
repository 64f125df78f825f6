"""Resources about people: Patient, RelatedPerson, Practitioner."""

from hub.domain.advance_care_plan import LegalCapacity
from hub.domain.care_network import HealthProfessional
from hub.fhir.candidates import Candidate, Findings, Road
from hub.fhir.catalogue import LEGALLY_CAPABLE
from hub.fhir.documents import Resource, ResourceSet
from hub.fhir.elements import Body, extensions, flag, many, one, partial_date, refuse, single, text
from hub.fhir.people import contact_person, display_name, function_of, in_use


def read_patient(resource: Resource, findings: Findings) -> None:
    """Patient → wilsbekwaamheid and ``contact``; identity is read elsewhere."""
    where = resource.name
    if not in_use(resource.body, where) or resource.body.get("link"):
        raise refuse(where, "is in de bron niet meer in gebruik of samengevoegd", "patient-replaced")
    if resource.body.get("deceasedBoolean") or resource.body.get("deceasedDateTime"):
        findings.review.append("Volgens de bron is de patiënt overleden.")
    found = single(extensions(resource.body, LEGALLY_CAPABLE, where), where, "de wilsbekwaamheid")
    parts = {str(part.get("url")): part for part in many(found, "extension", where)} if found else {}
    capable = flag(parts["legallyCapable"], "valueBoolean", where) if "legallyCapable" in parts else None
    comment = text(parts.get("legallyCapableComment", {}), "valueString", where)
    if capable is not None:
        value = LegalCapacity(capable, comment=comment)
        findings.candidates.append(Candidate(value, where, None, None, Road.RESOURCE))
    elif comment is not None:
        findings.left(where, "een toelichting over wilsbekwaamheid zonder ja of nee")
    for part in many(resource.body, "contact", where):
        _contact(part, where, Road.PATIENT_CONTACT, findings)


def read_related_person(resource: Resource, findings: Findings) -> None:
    """RelatedPerson → contactpersoon."""
    if in_use(resource.body, resource.name):
        _contact(resource.body, resource.name, Road.RESOURCE, findings)
    else:
        findings.left(resource.name, "is in de bron niet meer in gebruik")


def _contact(body: Body, where: str, road: Road, findings: Findings) -> None:
    ended = partial_date(one(body, "period", where), "end", where)
    value = contact_person(body, where)
    if ended is not None:
        findings.left(where, f"een contactpersoon tot {ended.nl}")
    elif value is None:
        findings.left(where, "een contactpersoon zonder naam")
    else:
        findings.candidates.append(Candidate(value, where, None, None, road))


def read_professionals(everything: ResourceSet, findings: Findings) -> None:
    """Practitioner with, where there is one, the PractitionerRole that points to it."""
    roles: dict[str, Resource] = {}
    for role in everything.of("PractitionerRole"):
        person = everything.resolve(one(role.body, "practitioner", role.name), role.name)
        if person is None:
            findings.left(role.name, "de zorgverlener zelf staat er niet bij")
        else:
            roles.setdefault(person.name, role)
    for person in everything.of("Practitioner"):
        name = display_name(person.body, person.name)
        if name is None or not in_use(person.body, person.name):
            findings.left(person.name, "heeft geen naam of is niet meer in gebruik")
            continue
        value = HealthProfessional(name, function_of(roles.get(person.name)))
        findings.candidates.append(Candidate(value, person.name, None, None, Road.RESOURCE))
