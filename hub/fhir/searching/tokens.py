"""Codes vergelijken: ``system|code`` of a question against what stands in a resource.

Some systems and codes have more than one name: STU3 and R4 call the same system differently, and the two generations of
the guide ask for treatment directives by different codes. A search that misses a directive because of a name would read
as "nothing was agreed", so that names of one thing count as one (ADR 0037).
"""

from collections.abc import Iterable, Iterator
from typing import Any

from hub.fhir.catalogue import ADVANCE_DIRECTIVE, EUTHANASIA, GOALS, ICD_TYPES, PLACES, SAME_SYSTEM, TREATMENT_DIRECTIVE

Code = tuple[str | None, str]
"""System (None: none is given) and code."""

_SAME = [frozenset(TREATMENT_DIRECTIVE), frozenset(ADVANCE_DIRECTIVE)]
_VALUE_SETS = {
    "ACP-MedicalPolicyGoal": frozenset(GOALS),
    "ACP-PreferredPlaceOfDeath": frozenset(PLACES),
    "ACP-EuthanasiaStatement": frozenset(EUTHANASIA),
    "ACP-MedicalDeviceProductType-ICD": frozenset(pair for pair in ICD_TYPES if pair[0]),
}
_PUBLISHERS = ("https://fhir.iknl.nl/fhir/", "https://api.iknl.nl/docs/pzp/r4/", "https://api.iknl.nl/docs/pzp/stu3/")


def value_set(address: str) -> frozenset[tuple[str, str]] | None:
    """The codes of a value set of the guide, by its canonical address; None when it is not one of those."""
    canonical = address.partition("|")[0]
    for publisher in _PUBLISHERS:
        if canonical.startswith(publisher + "ValueSet/"):
            return _VALUE_SETS.get(canonical.removeprefix(publisher + "ValueSet/"))
    return None


def form_name(address: str) -> str:
    """Which form a canonical address names, whatever its version and whichever of the guide's addresses it has."""
    canonical = address.partition("|")[0]
    for publisher in _PUBLISHERS:
        if canonical.startswith(publisher + "Questionnaire/"):
            return canonical.removeprefix(publisher + "Questionnaire/")
    return canonical


def codes_in(value: Any) -> Iterator[Code]:
    """Every code of an element: code, Coding, CodeableConcept, Identifier, boolean."""
    if isinstance(value, bool):
        yield None, "true" if value else "false"
    elif isinstance(value, str):
        yield None, value
    elif isinstance(value, dict):
        for coding in value.get("coding", ()):
            yield from codes_in(coding)
        system = value.get("system")
        for key in ("code", "value"):
            if isinstance(value.get(key), str):
                yield _system(system), value[key]


def asked(text: str) -> tuple[str | None, bool, str]:
    """``system|code``, ``|code``, ``system|`` or ``code`` → system, whether any system will do, code."""
    system, bar, code = _split(text)
    return (_system(system), False, code) if bar else (None, True, system)


def fits(question: str, found: Iterable[Code]) -> bool:
    """Whether one of the codes is the one asked for."""
    system, any_system, code = asked(question)
    for its_system, its_code in found:
        if not code:
            if system is not None and its_system == system:
                return True
            continue
        mine = {(its_system, its_code)} | {
            other for group in _SAME if (its_system, its_code) in group for other in group
        }
        if any(c == code and (any_system or s == system) for s, c in mine):
            return True
    return False


def _split(text: str) -> tuple[str, bool, str]:
    """At the first ``|`` that is not escaped."""
    parts: list[str] = []
    out, escaped = "", False
    for char in text:
        if escaped:
            out, escaped = out + char, False
        elif char == "\\":
            escaped = True
        elif char == "|" and not parts:
            parts.append(out)
            out = ""
        else:
            out += char
    return (parts[0], True, out) if parts else (out, False, "")


def _system(system: Any) -> str | None:
    if not isinstance(system, str) or not system:
        return None
    return SAME_SYSTEM.get(system, system)
