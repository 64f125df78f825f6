"""Wat deze server kan (``/metadata``): made from the tables that answer, so that it promises nothing else."""

from collections.abc import Iterable
from typing import Any

from hub.fhir.catalogue import Release
from hub.fhir.searching.definitions import EVERYWHERE, SEARCHABLE, Parameter, ParameterKind, Searchable

Resource = dict[str, Any]
_DATE = "2026-11-22"
_GUIDES = {
    Release.R4: "https://fhir.iknl.nl/fhir/ImplementationGuide/iknl.fhir.r4.pzp",
    Release.STU3: "https://api.iknl.nl/docs/pzp/stu3/ImplementationGuide/iknl.fhir.stu3.pzp",
}
_SECURITY = (
    "OAuth 2.0 bearer token (RFC 6750) in the name of one person; what it opens is decided for each request by the "
    "policy of Kring: role, care relation, consent, objection."
)


def capability_statement(release: Release, base: str, version: str) -> Resource:
    """The CapabilityStatement of this server for one release.

    :param base: its address, as ``https://…/fhir/r4``
    :param version: of the software
    """
    r4 = release is Release.R4
    system = "http://terminology.hl7.org/CodeSystem/restful-security-service"
    oauth = {"system": system if r4 else "http://hl7.org/fhir/restful-security-service", "code": "OAuth"}
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": _DATE,
        "kind": "instance",
        "software": {"name": "Kring", "version": version},
        "implementation": {"description": "Kring, PZP provider", "url": base},
        "fhirVersion": "4.0.1" if r4 else "3.0.2",
        **({} if r4 else {"acceptUnknown": "no"}),
        "format": ["application/fhir+json", "json"],
        "implementationGuide": [_GUIDES[release]],
        "rest": [
            {
                "mode": "server",
                "security": {"cors": False, "service": [{"coding": [oauth]}], "description": _SECURITY},
                "resource": [_resource(release, searchable) for searchable in SEARCHABLE[release].values()],
                "interaction": [
                    {
                        "code": "transaction",
                        "documentation": "POST a Bundle with ?patient=[id]: all of it or nothing; takes over PZP as "
                        "proposals or agreements, by the role of the person. ?preview=true shows what would change.",
                    }
                ],
            }
        ],
    }


def _resource(release: Release, searchable: Searchable) -> Resource:
    patient = searchable.type == "Patient"
    own = [EVERYWHERE["_id"], *(() if patient else (EVERYWHERE["patient"], EVERYWHERE["subject"]))]
    found: Resource = {
        "type": searchable.type,
        "interaction": [{"code": "read"}, {"code": "search-type"}],
        "versioning": "versioned",
        "referencePolicy": ["literal"],
        "searchInclude": sorted(searchable.includes),
        "searchParam": list(_parameters([*own, *searchable.parameters.values()], release)),
    }
    if release is Release.R4 and searchable.profiles:
        found["supportedProfile"] = list(searchable.profiles)
    elif len(searchable.profiles) == 1:
        found["profile"] = {"reference": searchable.profiles[0]}
    if patient:
        identifier = {"name": "identifier", "type": "token", "documentation": "BSN; only POST _search, never in a URL."}
        found["searchParam"].append(identifier)
    if searchable.type in {"Consent", "Goal", "Observation", "Patient", "DeviceUseStatement"}:
        found["searchRevInclude"] = ["Provenance:target"]
    if not found["searchInclude"]:
        del found["searchInclude"]
    if patient and release is Release.R4:
        everything = "http://hl7.org/fhir/OperationDefinition/Patient-everything"
        found["operation"] = [{"name": "everything", "definition": everything}]
    return found


def _parameters(parameters: Iterable[Parameter], release: Release) -> Iterable[Resource]:
    for parameter in parameters:
        told: Resource = {
            "name": parameter.name,
            "definition": parameter.definition,
            "type": "uri" if parameter.kind is ParameterKind.URI else parameter.kind.value,
        }
        chained = [
            f"{parameter.name}.{name}"
            for target in parameter.targets
            for name, other in (SEARCHABLE[release][target].parameters if target in SEARCHABLE[release] else {}).items()
            if other.kind is ParameterKind.CODED and parameter.paths
        ]
        if chained:
            told["documentation"] = f"Chained: {', '.join(chained)}."
        yield told
