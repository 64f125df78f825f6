"""Behandelgrenzen en wilsverklaringen → Consent. The resource in which a wrong polarity would kill.

STU3 says the decision in the modifierExtension *TreatmentPermitted*; R4 in ``provision.type`` and, where that would say
too much or too little, with an empty type and the modifierExtension *SpecificationOther*. For the ICD "yes" is about
switching off; that is in the code of the treatment, and in the narrative with its verb.
"""

from hub.domain.advance_care_plan import NULL_FLAVOR, SNOMED, Decision, Treatment, TreatmentDirective
from hub.domain.advance_directives import AdvanceDirective
from hub.domain.values import Coded
from hub.fhir.catalogue import (
    PERMITTED,
    RESTRICTIONS,
    SPECIFICATION_OTHER,
    TREATMENT,
    TREATMENT_PERMITTED,
    VERIFICATION,
    WILLS,
)
from hub.fhir.export.gathering import Item
from hub.fhir.export.people import People
from hub.fhir.export.writing import Desk, Json, code_of
from hub.fhir.wording import COMMENT, display

_POLICY = [{"uri": "https://wetten.overheid.nl/"}]
_ROLE_CODES = "http://terminology.hl7.org/CodeSystem/v3-RoleCode"
_VERIFIED_WITH = {"patiënt": "116154003", "wettelijk vertegenwoordiger": "310391000146105"}
_SPECIFIED = {
    Decision.UNKNOWN: "Onbekend",
    Decision.NOT_ASKED: "Niet besproken",
    Decision.UNDECIDED: "Nee, nog geen besluit genomen",
}
_TYPES = {Decision.YES: "permit", Decision.YES_BUT: "permit", Decision.NO: "deny"}


def write_directive(desk: Desk, people: People, item: Item) -> None:
    """TreatmentDirective → Consent."""
    value: TreatmentDirective = item.value
    (_stu3 if desk.stu3 else _r4)(desk, people, item, value)


def is_verified(value: TreatmentDirective) -> bool | None:
    """Geverifieerd: what the source said, or else that it was spoken through with named people on a known day."""
    if value.verified is None and value.discussed_with and value.discussed_on is not None:
        return True
    return value.verified


def yes_but(restriction: str | None) -> str:
    """ "Ja, maar" in the words that both forms read back."""
    return f"Ja, maar {restriction or 'met beperkingen'}"


def treatment_concept(desk: Desk, value: TreatmentDirective) -> Json:
    """The treatment by its code; what BehandelingCodelijst lacks is OTH with its name in the text, as the guides do."""
    if value.treatment is Treatment.ICD_OFF:
        name = display(SNOMED, value.treatment.value, desk.release)
        return desk.concept(NULL_FLAVOR, "OTH", f"{name} (SNOMED CT - {value.treatment.value})")
    if value.treatment is Treatment.OTHER:
        return desk.concept(NULL_FLAVOR, "OTH", value.other_treatment)
    return desk.concept(SNOMED, value.treatment.value)


def _common(desk: Desk, item: Item, called: str, category: Json, *, conforms: bool = True) -> Json:
    made = desk.of_item("Consent", item, called, conforms=conforms)
    made |= {"status": "active", "category": [category], "patient": desk.subject, "policy": _POLICY}
    made["extension"] = []
    if item.value.comment is not None:
        made["extension"].append({"url": COMMENT[desk.release], "valueString": item.value.comment})
    return made


def _stu3(desk: Desk, people: People, item: Item, value: TreatmentDirective) -> None:
    verified = is_verified(value)
    # IKNL's profile asks for a decision and for a verified agreement; without them it is zib BehandelAanwijzing.
    conforms = verified is True and value.decision is not Decision.NOT_STATED
    made = _common(desk, item, "directive", desk.concept(SNOMED, "11291000146105"), conforms=conforms)
    made["dateTime"] = value.discussed_on.text if value.discussed_on else None
    parties, others = _parties(people, value.discussed_with)
    if verified is not None or others:
        made["extension"].append({"url": VERIFICATION, "extension": _verification(desk, value, verified, others)})
    made["extension"].append({"url": TREATMENT, "valueCodeableConcept": treatment_concept(desk, value)})
    if value.decision is not Decision.NOT_STATED:
        said = _permitted(desk, value)
        made["modifierExtension"] = [{"url": TREATMENT_PERMITTED, "valueCodeableConcept": said}]
    if value.decision in _TYPES:
        limit: Json = {"type": _TYPES[value.decision]}
        if value.restriction is not None:
            limit["extension"] = [{"url": RESTRICTIONS, "valueString": value.restriction}]
        made["except"] = [limit]
    made["consentingParty"] = parties
    desk.put(made)


def _permitted(desk: Desk, value: TreatmentDirective) -> Json:
    if value.decision is Decision.OTHER:
        return desk.concept(NULL_FLAVOR, "OTH", value.restriction)
    # The source's own words belong to the code of another release; here the word of the value set is enough.
    key = code_of(PERMITTED, value.decision)
    return desk.concept(*key) if key else {}


def _verification(desk: Desk, value: TreatmentDirective, verified: bool | None, others: list[str]) -> list[Json]:
    parts: list[Json] = []
    if verified is not None:
        parts.append({"url": "Verified", "valueBoolean": verified})
        if value.discussed_on is not None:
            parts.append({"url": "VerificationDate", "valueDateTime": value.discussed_on.text})
    for words in others:
        code = _VERIFIED_WITH.get(words)
        said = desk.concept(SNOMED, code) if code else desk.concept(NULL_FLAVOR, "OTH", words)
        parts.append({"url": "VerifiedWith", "valueCodeableConcept": said})
    return parts


def _parties(people: People, discussed_with: tuple[str, ...]) -> tuple[list[Json], list[str]]:
    """References for those at the end whom we know, names for the others: so the order is kept, and read back."""
    parties: list[Json] = []
    others = list(discussed_with)
    while others and others[-1] not in _VERIFIED_WITH and (found := people.known(others[-1])) is not None:
        parties.insert(0, found)
        others.pop()
    return parties, others


def _r4(desk: Desk, people: People, item: Item, value: TreatmentDirective) -> None:
    made = _common(desk, item, "directive", {"coding": [{"system": SNOMED, "code": "129125009"}]})
    day = value.discussed_on.text if value.discussed_on else None
    made["extension"] += desk.encounter_extension(day)
    made["scope"] = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/consentscope", "code": "treatment"}]}
    made["dateTime"] = day
    if value.verified is not None:
        made["verification"] = [{"verified": value.verified} | ({"verificationDate": day} if day else {})]
    provision: Json = {"code": [treatment_concept(desk, value)]}
    words = _SPECIFIED.get(value.decision)
    if value.decision is Decision.YES_BUT:
        words = yes_but(value.restriction)
    elif value.decision is Decision.OTHER:
        words = value.restriction
    elif value.decision in _TYPES:
        provision["type"] = _TYPES[value.decision]
    if words is not None:
        made["modifierExtension"] = [{"url": SPECIFICATION_OTHER, "valueString": words}]
    actors = [people.known(who) or {"display": who} for who in value.discussed_with]
    if actors:
        provision["actor"] = [{"role": _role("CONSENTER"), "reference": actor} for actor in actors]
    made["provision"] = provision
    desk.put(made)


def _role(code: str) -> Json:
    return {"coding": [{"system": _ROLE_CODES, "code": code}]}


def write_will(desk: Desk, people: People, item: Item) -> None:
    """AdvanceDirective → Consent. That a document exists goes out, the document does not."""
    value: AdvanceDirective = item.value
    kind = code_of(WILLS, value.type) or (NULL_FLAVOR, "OTH")
    source: Coded | None = value.source if value.source and (value.source.system, value.source.code) == kind else None
    said = desk.concept(*kind, source.text if source and source.text != display(*kind, desk.release) else None)
    who = (people.known(value.representative) or {"display": value.representative}) if value.representative else None
    if desk.stu3:
        made = _common(desk, item, "will", desk.concept(SNOMED, "11341000146107"))
        made["category"].append(said)
        made["consentingParty"] = [who] if who else []
    else:
        acd = "http://terminology.hl7.org/CodeSystem/consentcategorycodes"
        made = _common(desk, item, "will", {"coding": [{"system": acd, "code": "acd"}]})
        made["scope"] = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/consentscope", "code": "adr"}]}
        made["provision"] = {"code": [said]} | (
            {"actor": [{"role": _role("RESPRSN"), "reference": who}]} if who else {}
        )
        made["extension"] += desk.encounter_extension(value.dated.text if value.dated else None)
    made["dateTime"] = value.dated.text if value.dated else None
    made["sourceAttachment"] = {"title": value.document} if value.document else None
    desk.put(made)
