"""One value for each topic: what leads when sources say the same thing twice, or two things at once.

The rules, in order (hub/fhir/README.md tells them to people):

1. The same content twice: one is carried.
2. A source without a decision yields to one with a decision.
3. Two ways of not knowing: the individual resource leads.
4. Coded agreements that differ: the later one leads, when it is certainly later and not a form against a resource; a
   human sees the older sentence. Otherwise the whole set is refused.
5. Standing data (people, capacity) and free text: the individual resource leads; a human sees the difference.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from hub.domain.advance_care_plan import Decision, Goal, LegalCapacity, MedicalPolicyGoal, TreatmentDirective
from hub.domain.advance_directives import AdvanceDirective
from hub.domain.care_network import ContactPerson, ContactRole, HealthProfessional, MedicalDevice
from hub.domain.entries import Value, sentence_nl
from hub.domain.wishes import (
    Answer,
    CareWishes,
    EarlierAgreements,
    Euthanasia,
    EuthanasiaPosition,
    OrganDonation,
    Place,
    PreferredPlaceOfDeath,
    SenseOfPurpose,
)
from hub.fhir.candidates import Candidate, Findings, Road
from hub.fhir.refused import ImportRefused

_EXPLAINED = (
    TreatmentDirective,
    MedicalDevice,
    PreferredPlaceOfDeath,
    EuthanasiaPosition,
    OrganDonation,
    LegalCapacity,
)
_UNKNOWNS = frozenset({"unknown", "not_asked", "undecided", "not_stated"})


def merge(findings: Findings) -> list[Candidate]:
    """One candidate for each topic, in the order in which the topics came.

    :raises ImportRefused: ``contradicting-sources``
    """
    topics: dict[str, list[Candidate]] = defaultdict(list)
    for candidate in findings.candidates:
        topics[candidate.value.topic()].append(candidate)
    merged = []
    for found in topics.values():
        roads = [_reduce([part for part in found if part.road is road], findings) for road in Road]
        merged.append(_across([part for part in roads if part is not None], findings))
    merged = _without_echoes(merged)
    _check_first_contact(merged, findings)
    return merged


def _reduce(found: Sequence[Candidate], findings: Findings) -> Candidate | None:
    if not found:
        return None
    leading = found[0]
    for other in found[1:]:
        leading = _of_one_road(leading, other, findings)
    return leading


def _of_one_road(first: Candidate, second: Candidate, findings: Findings) -> Candidate:
    """Two resources, or two forms, about one topic."""
    later, earlier = (second, first) if _certainly_later(second, first) else (first, second)
    if _same(first.value, second.value):
        findings.left(earlier.reference, f"zegt hetzelfde als {later.reference}")
        return later
    for candidate, other in ((first, second), (second, first)):
        if _answer(candidate.value) == "not_stated":
            findings.left(candidate.reference, f"geen besluit; dat staat in {other.reference}")
            return other
    if not _certainly_later(later, earlier):
        raise _contradiction(first, second)
    _superseded(later, earlier, findings)
    return later


def _across(found: Sequence[Candidate], findings: Findings) -> Candidate:
    """Resource before form; see the rules above."""
    leading = found[0]
    for other in found[1:]:
        leading = _two_roads(leading, other, findings)
    return leading


def _two_roads(leading: Candidate, other: Candidate, findings: Findings) -> Candidate:
    if _same(leading.value, other.value):
        return _with_comment_of(leading, other)
    if _answer(leading.value) == "not_stated" and _answer(other.value) is not None:
        return other
    if _answer(leading.value) in _UNKNOWNS and _answer(other.value) in _UNKNOWNS:
        findings.left(other.reference, f"{leading.reference} gaat voor; hier staat: {sentence_nl(other.value)[:-1]}")
        return leading
    if _answer(other.value) == "not_stated":
        return leading
    if _answer(leading.value) is None:
        findings.review.append(
            f"{leading.reference} en {other.reference} verschillen. Voorgesteld: {sentence_nl(leading.value)}"
            f" Op het formulier: {sentence_nl(other.value)}"
        )
        return leading
    if not _certainly_later(leading, other):
        raise _contradiction(leading, other)
    _superseded(leading, other, findings)
    return leading


def _superseded(later: Candidate, earlier: Candidate, findings: Findings) -> None:
    findings.left(earlier.reference, f"ouder dan {later.reference}")
    findings.review.append(
        "Gewijzigd sinds een oudere afspraak."
        f" Voorgesteld: {sentence_nl(later.value)} Eerder: {sentence_nl(earlier.value)}"
    )


def _contradiction(first: Candidate, second: Candidate) -> ImportRefused:
    return ImportRefused(
        "contradicting-sources",
        f"{first.reference} en {second.reference} spreken elkaar tegen, en niet is te zien welke later is;"
        " er is niets ingelezen. Vraag de bron na.",
    )


def _certainly_later(one: Candidate, other: Candidate) -> bool:
    return one.on is not None and other.on is not None and one.on.certainly_after(other.on)


def _with_comment_of(leading: Candidate, other: Candidate) -> Candidate:
    """The same agreement; the form often has the only explanation, and of capacity the only date."""
    mine, theirs = leading.value, other.value
    if isinstance(mine, LegalCapacity) and isinstance(theirs, LegalCapacity) and mine.judged_on is None:
        mine = replace(mine, judged_on=theirs.judged_on)
        leading = replace(leading, value=mine)
    for kind in _EXPLAINED:
        if isinstance(mine, kind) and isinstance(theirs, kind) and mine.comment is None and theirs.comment is not None:
            return replace(leading, value=replace(mine, comment=theirs.comment))
    return leading


def _same(one: Value, other: Value) -> bool:
    return _meaning(one) == _meaning(other)


def _meaning(value: Value) -> object:
    """What was agreed or said, without dates, provenance and explanation."""
    match value:
        case TreatmentDirective():
            return value.agreed
        case PreferredPlaceOfDeath():
            return value.place, value.other_place
        case CareWishes() | SenseOfPurpose():
            return " ".join(value.text.split())
        case ContactPerson():
            return frozenset(value.roles)
        case HealthProfessional():
            return value.name
        case LegalCapacity():
            return value.capable
        case AdvanceDirective():
            return value.type, value.dated
        case EarlierAgreements():
            return value.exist, value.differ
    return _answer(value)


def _answer(value: Value) -> str | None:
    """The coded answer of an agreement; None for standing data and free text."""
    answer: Decision | Goal | Place | Euthanasia | Answer
    match value:
        case TreatmentDirective():
            answer = value.decision
        case MedicalPolicyGoal():
            answer = value.goal
        case PreferredPlaceOfDeath():
            answer = value.place
        case EuthanasiaPosition():
            answer = value.position
        case OrganDonation():
            answer = value.registered
        case MedicalDevice():
            answer = value.has_icd
        case _:
            return None
    return answer.value


def _without_echoes(merged: list[Candidate]) -> list[Candidate]:
    """The form says "van Huissen" where the resource says "Marleen van Huissen": one person."""
    full = [
        candidate.value.name.casefold()
        for candidate in merged
        if isinstance(candidate.value, HealthProfessional) and candidate.road is Road.RESOURCE
    ]
    return [
        candidate
        for candidate in merged
        if not (
            isinstance(candidate.value, HealthProfessional)
            and candidate.road is Road.FORM
            and any(name.endswith(f" {candidate.value.name.casefold()}") for name in full)
        )
    ]


def _check_first_contact(merged: Sequence[Candidate], findings: Findings) -> None:
    people = [candidate.value for candidate in merged if isinstance(candidate.value, ContactPerson)]
    first = [person.name for person in people if ContactRole.FIRST_CONTACT in person.roles]
    if len(first) > 1:
        findings.review.append(f"Meer dan één eerste contactpersoon: {', '.join(first)}. Vraag na wie de eerste is.")
