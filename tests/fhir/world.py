"""Small PZP documents about mevrouw De Wit, in both releases, to bend in one place at a time."""

import copy
from pathlib import Path
from typing import Any

from hub.fhir.strict_json import parse_json_strict

DEMO = Path(__file__).resolve().parents[2] / "config" / "demo" / "pzp-de-wit.json"
PERMITTED = "http://nictiz.nl/fhir/StructureDefinition/zib-TreatmentDirective-TreatmentPermitted"
SPECIFIED = "http://nictiz.nl/fhir/StructureDefinition/ext-TreatmentDirective2.SpecificationOther"
TREATMENT = "http://nictiz.nl/fhir/StructureDefinition/zib-TreatmentDirective-Treatment"
RESTRICTIONS = "http://nictiz.nl/fhir/StructureDefinition/zib-TreatmentDirective-Restrictions"
JA_NEE = "urn:oid:2.16.840.1.113883.2.4.3.11.60.40.4"
SNOMED = "http://snomed.info/sct"
NULL_FLAVOR = "http://terminology.hl7.org/CodeSystem/v3-NullFlavor"


def demo_form() -> dict[str, Any]:
    """The form of the demo, fresh."""
    made: dict[str, Any] = parse_json_strict(DEMO.read_bytes())
    return made


def patient(**more: Any) -> dict[str, Any]:
    """Mevrouw De Wit."""
    return {
        "resourceType": "Patient",
        "id": "anna",
        "name": [{"given": ["Anna"], "family": "de Wit"}],
        "birthDate": "1952-03-14",
    } | more


def stu3_directive(code: str, decision: str | None, **more: Any) -> dict[str, Any]:
    """A Consent of STU3. ``decision`` is JA, JA_MAAR, NEE, UNK, NASK, ASKU, or None for none."""
    system = JA_NEE if decision in ("JA", "JA_MAAR", "NEE") else NULL_FLAVOR
    coded = {"coding": [{"system": system, "code": decision}]}
    made: dict[str, Any] = {
        "resourceType": "Consent",
        "id": f"directive-{code}",
        "status": "active",
        "category": [{"coding": [{"system": SNOMED, "code": "11291000146105"}]}],
        "patient": {"reference": "Patient/anna"},
        "dateTime": "2026-11-03",
        "extension": [{"url": TREATMENT, "valueCodeableConcept": {"coding": [{"system": SNOMED, "code": code}]}}],
        "consentingParty": [{"reference": "Practitioner/g", "display": "G. Huisman"}],
    }
    if decision is not None:
        made["modifierExtension"] = [{"url": PERMITTED, "valueCodeableConcept": coded}]
    return copy.deepcopy(made | more)


def r4_directive(code: str, kind: str | None, words: str | None = None, **more: Any) -> dict[str, Any]:
    """A Consent of R4: ``provision.type`` and the words of SpecificationOther."""
    provision: dict[str, Any] = {"code": [{"coding": [{"system": SNOMED, "code": code}]}]}
    made: dict[str, Any] = {
        "resourceType": "Consent",
        "id": f"directive-{code}",
        "status": "active",
        "scope": {"coding": [{"code": "treatment"}]},
        "category": [{"coding": [{"system": SNOMED, "code": "129125009"}]}],
        "patient": {"reference": "Patient/anna"},
        "dateTime": "2026-11-03",
        "provision": provision | ({"type": kind} if kind else {}),
    }
    if words is not None:
        made["modifierExtension"] = [{"url": SPECIFIED, "valueString": words}]
    return copy.deepcopy(made | more)


def find(form: dict[str, Any], link: str) -> dict[str, Any]:
    """The item with this linkId, to bend."""
    todo: list[dict[str, Any]] = list(form["item"])
    while todo:
        item = todo.pop()
        if item["linkId"] == link:
            return item
        todo += item.get("item", [])
        for answer in item.get("answer", []):
            todo += answer.get("item", [])
    raise KeyError(link)
