"""A set of documents as flat resources of one release and one patient; what does not fit refuses the whole set."""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from hub.fhir.catalogue import BSN_SYSTEM, ELSEWHERE, KNOWN_MODIFIERS, Release
from hub.fhir.cycles import refuse_cycles
from hub.fhir.elements import Body, many, one, refuse, text, walk
from hub.fhir.refused import ImportRefused
from hub.fhir.strict_json import MAX_ENTRIES, check_tree

_TYPE = re.compile(r"^[A-Z][A-Za-z]{2,40}$", re.ASCII)
_ID = re.compile(r"^[A-Za-z0-9.\-]{1,64}$", re.ASCII)
_REFERENCE = re.compile(
    r"^(?:(?P<base>https?://[^\s]+)/)?(?P<type>[A-Z][A-Za-z]+)/(?P<id>[A-Za-z0-9.\-]{1,64})(?:/_history/.+)?$"
)
_BUNDLES = frozenset({"collection", "searchset", "document", "transaction", "batch"})
PZP_TYPES = frozenset(
    {
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
    }
)
_OTHER_PEOPLE = frozenset({"RelatedPerson", "Practitioner"})


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource with the name by which messages and provenance speak of it."""

    type: str
    name: str
    body: Body = field(repr=False)


@dataclass(frozen=True, slots=True)
class ResourceSet:
    """Everything that came in, flat. References are looked up inside the set and never fetched."""

    release: Release
    resources: tuple[Resource, ...]
    by_reference: Mapping[str, Resource]
    digest: str

    def of(self, *types: str) -> list[Resource]:
        """The resources of these types, in the order in which they came."""
        return [resource for resource in self.resources if resource.type in types]

    def resolve(self, reference: Body, where: str) -> Resource | None:
        """The resource that a Reference points to; None when it is not in the set (tolerated: the display remains)."""
        target = text(reference, "reference", where)
        if target is None:
            return None
        match = _REFERENCE.match(target)
        return self.by_reference.get(f"{match['type']}/{match['id']}" if match else target)


def collect(documents: Sequence[object]) -> ResourceSet:
    """Flatten objects, lists and Bundles.

    :raises ImportRefused: nothing in it, not FHIR, too much, two versions of one resource, an unknown
        modifierExtension, STU3 and R4 mixed, more than one patient, or resources that stand on each other in a circle
    """
    check_tree(list(documents))
    bodies = [(body, url) for document in documents for body, url in _flatten(document)]
    if not bodies:
        raise ImportRefused("nothing-to-import", "Er staat niets in dat kan worden ingelezen.")
    if len(bodies) > MAX_ENTRIES:
        raise ImportRefused("too-large", f"Te veel gegevens in één keer: hoogstens {MAX_ENTRIES} onderdelen.")
    resources: list[Resource] = []
    index: dict[str, Resource] = {}
    for number, (body, url) in enumerate(bodies, start=1):
        resource = _resource(body, number)
        known = index.get(resource.name)
        if known is not None:
            if _canonical(known.body) != _canonical(body):
                raise refuse(resource.name, "staat er twee keer in, met verschillende inhoud", "duplicate-id")
            continue
        resources.append(resource)
        index[resource.name] = resource
        if url is not None:
            index[url] = resource
    release = _release(resources)
    _check_modifiers(resources, release)
    _check_one_patient(resources, index)
    digest = hashlib.sha256("\n".join(sorted(_canonical(resource.body) for resource in resources)).encode()).hexdigest()
    found = ResourceSet(release, tuple(resources), index, digest)
    refuse_cycles(found.resources, found.resolve)
    return found


def _flatten(document: object) -> Iterable[tuple[Body, str | None]]:
    if isinstance(document, list):
        for part in document:
            if not isinstance(part, dict):
                raise ImportRefused("not-fhir", "Dit is geen FHIR: een lijst met iets anders dan objecten.")
            yield from _flatten(part)
        return
    if not isinstance(document, dict):
        raise ImportRefused("not-fhir", "Dit is geen FHIR: een object werd verwacht.")
    if document.get("resourceType") != "Bundle":
        yield document, None
        return
    if document.get("implicitRules") or document.get("modifierExtension"):
        raise ImportRefused(
            "unknown-modifier-extension", "De Bundle heeft regels (modifierExtension) die Kring niet kent."
        )
    if text(document, "type", "Bundle") not in _BUNDLES:
        raise ImportRefused("bundle-type", "Dit soort Bundle kan niet worden ingelezen.")
    for entry in many(document, "entry", "Bundle"):
        if one(entry, "request", "Bundle").get("method") not in (None, "PUT", "POST"):
            raise ImportRefused(
                "bundle-type", "De Bundle vraagt om iets anders dan opslaan; dat kan niet worden ingelezen."
            )
        found = one(entry, "resource", "Bundle")
        if not found:
            raise ImportRefused("not-fhir", "Een onderdeel van de Bundle is leeg.")
        if found.get("resourceType") == "Bundle":
            raise ImportRefused("bundle-type", "Een Bundle in een Bundle kan niet worden ingelezen.")
        yield found, text(entry, "fullUrl", "Bundle")


def _resource(body: Body, number: int) -> Resource:
    kind = body.get("resourceType")
    if not isinstance(kind, str) or not _TYPE.match(kind) or kind not in PZP_TYPES | ELSEWHERE:
        raise ImportRefused("unknown-resource", f"Onderdeel {number}: dit soort FHIR-gegevens kent Kring niet.")
    name = body.get("id")
    if name is None:
        return Resource(kind, f"{kind} (onderdeel {number})", body)
    if not isinstance(name, str) or not _ID.match(name):
        raise ImportRefused("not-fhir", f"{kind} (onderdeel {number}): de id is ongeldig.")
    return Resource(kind, f"{kind}/{name}", body)


_SHAPES: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    # Fields that only STU3 has, fields that only R4 has.
    "Consent": (frozenset({"except", "consentingParty"}), frozenset({"scope", "provision"})),
    "Goal": (frozenset({"status"}), frozenset({"lifecycleStatus"})),
    "Observation": (frozenset({"context", "comment"}), frozenset({"encounter", "note"})),
    "Procedure": (frozenset({"context", "notDone"}), frozenset({"encounter"})),
    "Encounter": (frozenset(), frozenset({"reasonReference", "reasonCode"})),
    "DeviceUseStatement": (frozenset({"indication", "whenUsed"}), frozenset({"reasonReference", "reasonCode"})),
    "Communication": (frozenset({"notDone"}), frozenset({"statusReason"})),
}


def _release(resources: Sequence[Resource]) -> Release:
    """From the profiles and, where those are silent, from fields that only one of the two releases has."""
    seen = {release for resource in resources for release in _signs(resource)}
    if len(seen) > 1:
        raise ImportRefused("mixed-releases", "STU3 en R4 staan door elkaar; lees ze apart in.")
    return seen.pop() if seen else Release.R4


def _signs(resource: Resource) -> Iterable[Release]:
    profiles = one(resource.body, "meta", resource.name).get("profile")
    for profile in profiles if isinstance(profiles, list) else ():
        if "/pzp/stu3/" in str(profile):
            yield Release.STU3
        elif "fhir.iknl.nl/fhir/" in str(profile) or "/pzp/r4/" in str(profile):
            yield Release.R4
    stu3, r4 = _SHAPES.get(resource.type, (frozenset(), frozenset()))
    if stu3 & resource.body.keys():
        yield Release.STU3
    if r4 & resource.body.keys():
        yield Release.R4
    if resource.type == "QuestionnaireResponse" and "questionnaire" in resource.body:
        yield Release.R4 if isinstance(resource.body["questionnaire"], str) else Release.STU3


def _check_modifiers(resources: Sequence[Resource], release: Release) -> None:
    """FHIR: who does not understand a modifierExtension may not use the resource."""
    for resource in resources:
        for node in walk(resource.body):
            if node.get("implicitRules") is not None:
                raise refuse(resource.name, "heeft ‘implicitRules’ die Kring niet kent", "unknown-modifier-extension")
            if "modifierExtension" not in node:
                continue
            for part in many(node, "modifierExtension", resource.name):
                url = part.get("url")
                at_home = node is resource.body and resource.type == "Consent"
                if not at_home or url != KNOWN_MODIFIERS[release]:
                    said = url if isinstance(url, str) else "zonder adres"
                    raise ImportRefused(
                        "unknown-modifier-extension",
                        f"{resource.name} heeft een modifierExtension die Kring niet begrijpt ({said[:200]});"
                        " er is niets ingelezen.",
                    )


def _check_one_patient(resources: Sequence[Resource], index: Mapping[str, Resource]) -> None:
    """One patient, whatever the way of pointing: id, server, urn or BSN."""
    patients = {resource.name for resource in resources if resource.type == "Patient"}
    servers, numbers = set(), set()
    for resource in resources:
        for node in walk(resource.body):
            if node is not resource.body and node.get("resourceType") == "Patient":
                raise refuse(
                    resource.name, "heeft een ingesloten patiënt; geef de patiënt los mee", "contained-patient"
                )
            if node.get("system") == BSN_SYSTEM and resource.type not in _OTHER_PEOPLE:
                numbers.add(str(node.get("value")))
            target = node.get("reference")
            if not isinstance(target, str):
                continue
            match = _REFERENCE.match(target)
            pointed = index.get(target)
            if match and match["type"] == "Patient":
                patients.add(f"Patient/{match['id']}")
                servers.add(match["base"])
            elif pointed is not None and pointed.type == "Patient":
                patients.add(pointed.name)
    if len(patients) > 1 or len(servers - {None}) > 1 or len(numbers) > 1:
        raise ImportRefused(
            "different-patients", "Deze gegevens gaan over meer dan één patiënt; er is niets ingelezen."
        )


def _canonical(body: Body) -> str:
    """The resource without its narrative and without what a server changes at every save."""
    kept: dict[str, Any] = {key: value for key, value in body.items() if key != "text"}
    meta = one(body, "meta", "meta")
    if meta:
        kept["meta"] = {key: value for key, value in meta.items() if key not in ("lastUpdated", "versionId")}
    return json.dumps(kept, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str)
