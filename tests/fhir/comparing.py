"""Two sets of resources, element by element: what one has and the other has not, as paths without their values."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from hub.fhir.catalogue import TREATMENT

Lines = Mapping[str, set[tuple[str, str]]]


def lines_of(resources: Sequence[Mapping[str, Any]]) -> dict[str, set[tuple[str, str]]]:
    """For each resource, by what it is about, its elements as (path, value). Ids and what they point to are ours."""
    return {_about(one, resources): set(_walk(one["resourceType"], one)) for one in resources}


def differences(given: Lines, made: Lines) -> list[str]:
    """``- path`` lost, ``+ path`` new, ``~ path`` with another value; a whole resource by its name."""
    told = set()
    for name in given.keys() | made.keys():
        if name not in made:
            told.add(f"- {name}")
        elif name not in given:
            told.add(f"+ {name}")
        else:
            lost, new = given[name] - made[name], made[name] - given[name]
            gone, came = {path for path, _ in lost}, {path for path, _ in new}
            told |= {f"~ {path}" for path in gone & came}
            told |= {f"- {path}" for path in gone - came} | {f"+ {path}" for path in came - gone}
    return sorted(told)


def _about(one: Mapping[str, Any], everything: Sequence[Mapping[str, Any]]) -> str:
    kind = one["resourceType"]
    if kind == "Consent":
        return f"Consent/{_treated(one)}"
    if kind == "Observation":
        return f"Observation/{one['code']['coding'][0]['code']}"
    if kind in ("Practitioner", "RelatedPerson"):
        return f"{kind}/{one['name'][0]['text']}"
    if kind == "PractitionerRole":
        whose = one["practitioner"]["reference"].rpartition("/")[2]
        (name,) = (p["name"][0]["text"] for p in everything if p["resourceType"] == "Practitioner" and p["id"] == whose)
        return f"PractitionerRole/{name}"
    return f"{kind}/*" if kind == "Provenance" else kind


def _treated(one: Mapping[str, Any]) -> str:
    day = one.get("dateTime", "")
    if any(part["code"] in ("11341000146107", "acd") for found in one["category"] for part in found["coding"]):
        return f"will {day}"
    found = [part["valueCodeableConcept"] for part in one.get("extension", []) if part["url"] == TREATMENT]
    (said,) = found or one["provision"]["code"]
    code = said["coding"][0]["code"]
    if "400231000146108" in said.get("text", ""):
        code = "icd off"
    # Of two about one treatment the later leads; the elder has its day in its name.
    return f"{code} {day}" if day.startswith("2020") and code == "305351004" and "except" in one else f"{code}"


def _walk(path: str, tree: Any) -> Iterator[tuple[str, str]]:
    if isinstance(tree, list):
        for part in tree:
            if isinstance(part, dict) and "url" in part:
                yield from _walk(
                    f"{path}[{part['url'].rsplit('/', 1)[-1]}]", {k: v for k, v in part.items() if k != "url"}
                )
            elif isinstance(part, dict) and "linkId" in part:
                yield from _walk(f"{path}[{part['linkId']}]", {k: v for k, v in part.items() if k != "linkId"})
            else:
                yield from _walk(path, part)
    elif isinstance(tree, dict):
        for key, part in tree.items():
            if key == "reference" and isinstance(part, str) and "Questionnaire/" not in part:
                yield f"{path}.reference", part.partition("/")[0]
            elif key == "type" and ("reference" in tree or "display" in tree):
                continue
            elif key == "item":
                # The nesting of a form is that of its questions.
                yield from _walk("item", part)
            elif not (key in ("id", "resourceType") and path.count(".") == 0 and "[" not in path):
                yield from _walk(f"{path}.{key}", part)
    else:
        yield path, str(tree)
