"""Consent resources: behandelaanwijzingen en wilsverklaringen, STU3 and R4."""

import re

from hub.domain.advance_care_plan import SNOMED, Decision, Treatment, TreatmentDirective
from hub.domain.advance_directives import AdvanceDirective
from hub.domain.values import PartialDate
from hub.fhir.candidates import Candidate, Findings, Road, in_force
from hub.fhir.catalogue import (
    ADVANCE_DIRECTIVE,
    COMMENTS,
    PERMITTED,
    RESTRICTIONS,
    SPECIFICATION_OTHER,
    TREATMENT,
    TREATMENT_DIRECTIVE,
    TREATMENT_PERMITTED,
    VERIFICATION,
    WILLS,
    Release,
)
from hub.fhir.decisions import decision_of, specified, treatment_of
from hub.fhir.documents import Resource, ResourceSet
from hub.fhir.elements import (
    Body,
    Concept,
    concept,
    concept_of,
    extensions,
    flag,
    lookup,
    many,
    one,
    partial_date,
    refuse,
    single,
    text,
)
from hub.fhir.people import author_among, described, names

_CONTACT_PREFIX = re.compile(r"^contact\s?person\s*,\s*", re.IGNORECASE)


def read_consent(everything: ResourceSet, resource: Resource, findings: Findings) -> None:
    """One Consent into the findings; a consent about something else is left behind."""
    codes = {
        part.key
        for found in many(resource.body, "category", resource.name)
        if (meant := concept_of(found, resource.name)) is not None
        for part in meant.codings
    }
    is_treatment, is_will = bool(codes & TREATMENT_DIRECTIVE), bool(codes & ADVANCE_DIRECTIVE)
    if is_treatment == is_will:
        if is_treatment or resource.body.get("modifierExtension"):
            raise refuse(
                resource.name, "is niet te herkennen als behandelaanwijzing of als wilsverklaring", "unknown-consent"
            )
        findings.left(resource.name, "is geen behandelaanwijzing en geen wilsverklaring")
        return
    if not in_force(resource, findings):
        return
    provision = one(resource.body, "provision", resource.name)
    if provision.get("provision"):
        raise refuse(resource.name, "heeft uitzonderingen op de afspraak die Kring niet kan lezen", "nested-provision")
    ended = partial_date(one(provision, "period", resource.name), "end", resource.name)
    ended = ended or partial_date(one(resource.body, "period", resource.name), "end", resource.name)
    if ended is not None:
        findings.left(resource.name, f"beëindigd op {ended.nl}")
        return
    findings.candidates.append(
        _will(everything, resource, findings) if is_will else _directive(everything, resource, provision)
    )


def _directive(everything: ResourceSet, resource: Resource, provision: Body) -> Candidate:
    where = resource.name
    stu3 = everything.release is Release.STU3
    treated = _stu3_treatment(resource) if stu3 else concept_of_one(provision, "code", where)
    if treated is None:
        raise refuse(where, "noemt geen behandeling", "treatment-missing")
    named = treatment_of(treated, where)
    decision, restriction, extra, source = (
        _stu3_decision(resource) if stu3 else _r4_decision(resource, provision, named.treatment)
    )
    dated = partial_date(resource.body, "dateTime", where)
    verified, verified_on, verified_with = _verification(resource)
    parties = [described(everything, party, where) for party in _parties(resource, provision)]
    comment = next(
        (found for part in extensions(resource.body, COMMENTS, where) if (found := text(part, "valueString", where))),
        None,
    )
    value = TreatmentDirective(
        named.treatment,
        decision,
        restriction=restriction,
        other_treatment=named.other,
        discussed_on=verified_on or dated,
        discussed_with=names([*verified_with, *parties]),
        verified=verified,
        comment="\n".join(part for part in (comment, extra) if part) or None,
        source=source.coded(everything.release.value) if source else None,
    )
    author = author_among(everything, _parties(resource, provision), where)
    return Candidate(value, where, value.discussed_on, author, Road.RESOURCE)


def _stu3_treatment(resource: Resource) -> Concept | None:
    found = single(extensions(resource.body, TREATMENT, resource.name), resource.name, "de behandeling")
    return concept(found, "valueCodeableConcept", resource.name) if found else None


def concept_of_one(body: Body, key: str, where: str) -> Concept | None:
    """The only CodeableConcept of a list."""
    found = single(many(body, key, where), where, f"‘{key}’")
    return concept_of(found, where) if found else None


def _stu3_decision(resource: Resource) -> tuple[Decision, str | None, str | None, Concept | None]:
    where = resource.name
    found = single(many(resource.body, "modifierExtension", where), where, "het besluit")
    limit = single(many(resource.body, "except", where), where, "‘except’") or {}
    kind = text(limit, "type", where)
    limits = single(extensions(limit, RESTRICTIONS, where), where, "de beperkingen")
    restriction = text(limits, "valueString", where) if limits else None
    if found is None:
        if kind is not None or restriction is not None:
            raise refuse(where, f"mist het besluit ({TREATMENT_PERMITTED.rsplit('-', 1)[-1]})", "decision-missing")
        return Decision.NOT_STATED, None, None, None
    said = concept(found, "valueCodeableConcept", where)
    if said is None:
        raise refuse(where, "heeft een leeg besluit", "decision-missing")
    decision = decision_of(said, PERMITTED, where)
    if decision is Decision.OTHER:
        if said.text is None or kind is not None or restriction is not None:
            raise refuse(where, "zegt ‘anders’ en niet wat dan", "decision-missing")
        return *specified(said.text), None, said
    allowed = {Decision.YES: {None, "permit"}, Decision.NO: {None, "deny"}, Decision.YES_BUT: {None, "permit", "deny"}}
    if kind not in allowed.get(decision, {None}):
        raise refuse(where, "het besluit en ‘except.type’ spreken elkaar tegen", "contradicting-decision")
    if restriction is not None and decision is not Decision.YES_BUT:
        raise refuse(where, "heeft beperkingen die niet bij het besluit horen", "contradicting-decision")
    return decision, restriction, None, said


def _r4_decision(
    resource: Resource, provision: Body, treatment: Treatment
) -> tuple[Decision, str | None, str | None, Concept | None]:
    """``provision.type``, or the words of SpecificationOther when that is empty on purpose."""
    where = resource.name
    found = single(many(resource.body, "modifierExtension", where), where, "de specificatie")
    words = text(found, "valueString", where) if found else None
    if found is not None and words is None:
        raise refuse(where, f"heeft een lege {SPECIFICATION_OTHER.rsplit('.', 1)[-1]}", "decision-missing")
    kind = text(provision, "type", where)
    if kind not in (None, "permit", "deny"):
        raise refuse(where, "heeft een besluit dat Kring niet kent", "unknown-decision")
    if kind is None:
        decision, restriction = specified(words) if words else (Decision.NOT_STATED, None)
        return decision, restriction, None, None
    decision = Decision.YES if kind == "permit" else Decision.NO
    if words is None:
        return decision, None, None, None
    if decision is Decision.NO:
        raise refuse(
            where, "zegt ‘niet uitvoeren’ én iets anders; dat kan Kring niet samenvatten", "contradicting-decision"
        )
    # The guide uses the extension for the details of an agreement about the ICD; elsewhere it limits the yes.
    if treatment is Treatment.ICD_OFF:
        return decision, None, words, None
    return Decision.YES_BUT, words, None, None


def _verification(resource: Resource) -> tuple[bool | None, PartialDate | None, list[str]]:
    where = resource.name
    found = single(extensions(resource.body, VERIFICATION, where), where, "de verificatie")
    if found is None:
        plain = single(many(resource.body, "verification", where), where, "de verificatie") or {}
        return flag(plain, "verified", where), partial_date(plain, "verificationDate", where), []
    verified: bool | None = None
    when: PartialDate | None = None
    whom: list[str] = []
    for part in many(found, "extension", where):
        if part.get("url") == "Verified":
            verified = flag(part, "valueBoolean", where)
        elif part.get("url") == "VerificationDate":
            when = partial_date(part, "valueDateTime", where)
        elif part.get("url") == "VerifiedWith":
            said = concept(part, "valueCodeableConcept", where)
            if said is not None:
                whom.append(_verified_with(said))
    return verified, when, whom


def _verified_with(said: Concept) -> str:
    known = {"116154003": "patiënt", "310391000146105": "wettelijk vertegenwoordiger"}
    if said.text is None:
        for part in said.codings:
            if part.system == SNOMED and part.code in known:
                return known[part.code]
    return _CONTACT_PREFIX.sub("", said.words or "iemand anders")


def _parties(resource: Resource, provision: Body) -> list[Body]:
    """STU3 ``consentingParty``; R4 ``provision.actor`` with role CONSENTER."""
    parties = list(many(resource.body, "consentingParty", resource.name))
    parties += [one(actor, "reference", resource.name) for actor in many(provision, "actor", resource.name)]
    return parties


def _will(everything: ResourceSet, resource: Resource, findings: Findings) -> Candidate:
    where = resource.name
    provision = one(resource.body, "provision", where)
    if resource.body.get("modifierExtension"):
        raise refuse(where, "is een wilsverklaring met een modifierExtension", "unknown-modifier-extension")
    found = [concept_of(part, where) for part in many(resource.body, "category", where)]
    found += [concept_of(part, where) for part in many(provision, "code", where)]
    kinds = {kind: said for said in found if said is not None and (kind := lookup(said, WILLS, where)) is not None}
    if len(kinds) != 1:
        raise refuse(where, "het soort wilsverklaring is niet duidelijk", "unknown-advance-directive")
    ((kind, said),) = kinds.items()
    paper = one(resource.body, "sourceAttachment", where)
    if paper:
        findings.left(where, "het document zelf (bijlage) blijft bij de bron")
    parties = names([described(everything, party, where) for party in _parties(resource, provision)])
    value = AdvanceDirective(
        kind,
        dated=partial_date(resource.body, "dateTime", where),
        representative=", ".join(party for party in parties if party != "patiënt") or None,
        document=text(paper, "title", where),
        comment=next(
            (note for part in extensions(resource.body, COMMENTS, where) if (note := text(part, "valueString", where))),
            None,
        ),
        source=said.coded(everything.release.value),
    )
    return Candidate(value, where, value.dated, None, Road.RESOURCE)
