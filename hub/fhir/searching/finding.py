"""De zoekvraag over de resources van één patiënt: what fits, and what goes along."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hub.fhir.catalogue import PRACTITIONER_ROLE
from hub.fhir.searching.definitions import Parameter, ParameterKind
from hub.fhir.searching.question import Filter, Include, Question
from hub.fhir.searching.tokens import Code, codes_in, fits, form_name, value_set

Resource = dict[str, Any]
_ABOUT = {"DetectedIssue": ("implicated",), "Communication": ("about", "topic"), "Provenance": ("target",)}
"""By which element a resource is about others; STU3 calls ``about`` its topic."""


@dataclass(frozen=True, slots=True)
class Found:
    """Wat er gevonden is. ``matches`` is this page, of ``total``; ``included`` goes along with this page."""

    matches: tuple[Resource, ...]
    included: tuple[Resource, ...]
    total: int


def find(question: Question, resources: Sequence[Resource]) -> Found:
    """In the order of ``resources``; an included resource comes once, and never when it is a match on this page."""
    named = {_name(resource): resource for resource in resources}
    fitting = [
        resource
        for resource in resources
        if resource["resourceType"] == question.type
        and all(_fits(condition, resource, named) for condition in question.filters)
    ]
    page = fitting[question.offset : question.offset + question.count]
    along = {_name(resource): resource for resource in _included(question.includes, page, named)}
    for resource in _beside(page, resources, everybody=question.who_did_what):
        along.setdefault(_name(resource), resource)
    return Found(tuple(page), tuple(along.values()), len(fitting))


def _beside(page: Sequence[Resource], resources: Sequence[Resource], *, everybody: bool) -> Iterator[Resource]:
    """What may never be missing beside an agreement, asked for or not: that it is contested or may be out of date, what
    the patient says of it (BW 7:454 lid 2), and that it came in the place of something wrong (AVG 16)."""
    here = {_name(resource) for resource in page}
    for resource in resources:
        paths = _ABOUT.get(resource["resourceType"])
        if paths is None or _name(resource) in here or here.isdisjoint(references(resource, paths)):
            continue
        if resource["resourceType"] != "Provenance" or resource.get("reason") or everybody:
            yield resource


def _fits(condition: Filter, resource: Resource, named: Mapping[str, Resource]) -> bool:
    places: Iterable[Resource] = (resource,)
    parameter = condition.parameter
    if condition.chain is not None:
        places = [named[reference] for reference in references(resource, parameter.paths) if reference in named]
        parameter = condition.chain
    return any(_has(condition, parameter, place) for place in places)


def _has(condition: Filter, parameter: Parameter, resource: Resource) -> bool:
    if parameter.kind is ParameterKind.REFERENCE:
        found = set(references(resource, parameter.paths))
        return any(value in found or any(f.endswith(f"/{value}") for f in found) for value in condition.values)
    values = [value for path in parameter.paths for value in values_at(resource, path)]
    if parameter.kind is ParameterKind.URI:
        forms = {form_name(v["reference"] if isinstance(v, dict) else v) for v in values}
        return any(form_name(value) in forms for value in condition.values)
    codes: list[Code] = [code for value in values for code in codes_in(value)]
    if not codes and parameter.implied is not None:
        codes = [parameter.implied]
    if condition.in_value_set:
        wanted = value_set(condition.values[0]) or frozenset()
        return any(code in wanted for code in codes)
    return any(fits(value, codes) for value in condition.values)


def _included(
    includes: Sequence[Include], page: Sequence[Resource], named: Mapping[str, Resource]
) -> Iterator[Resource]:
    seen = {_name(resource) for resource in page}
    level, first = list(page), True
    while level:
        new: list[Resource] = []
        for resource in level:
            for include in includes:
                if include.type != resource["resourceType"] or not (first or include.again):
                    continue
                for name in references(resource, include.parameter.paths):
                    if name in named and name not in seen and include.target in {None, name.partition("/")[0]}:
                        seen.add(name)
                        new.append(named[name])
        yield from new
        level, first = new, False


def _name(resource: Resource) -> str:
    return f"{resource['resourceType']}/{resource['id']}"


def references(resource: Resource, paths: Iterable[str]) -> Iterator[str]:
    """``Type/id`` of every reference there; in STU3 also the role that stands in an extension of the reference."""
    for path in paths:
        for value in values_at(resource, path):
            yield from _of_reference(value)


def _of_reference(value: Any) -> Iterator[str]:
    if not isinstance(value, dict):
        return
    if isinstance(value.get("reference"), str):
        yield value["reference"]
    for extension in value.get("extension", ()):
        if extension.get("url") == PRACTITIONER_ROLE:
            yield from _of_reference(extension.get("valueReference"))


def values_at(resource: Any, path: str) -> Iterator[Any]:
    """What stands at ``a.b.c``, through every list on the way."""
    key, _, rest = path.partition(".")
    found = resource.get(key) if isinstance(resource, dict) else None
    for value in found if isinstance(found, list) else [found]:
        if value is None:
            continue
        if rest:
            yield from values_at(value, rest)
        else:
            yield value
