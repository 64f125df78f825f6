"""Out and in again: nothing of the plan changes on the way, in either release, nor from one release to the other."""

from dataclasses import fields, replace
from itertools import product
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings

from hub.domain.advance_care_plan import Decision, Treatment, TreatmentDirective
from hub.domain.care_network import HealthProfessional, InformRelatives
from hub.domain.entries import Value, sentence_nl
from hub.domain.values import PartialDate
from hub.domain.wishes import Answer
from hub.fhir.catalogue import Release
from hub.fhir.export.directives import is_verified
from tests.examples import examples
from tests.fhir.exporting import export, of_type, there_and_back
from tests.fhir.pzp_values import DOSSIERS, topics

BOTH = (Release.STU3, Release.R4)


def plain(value: Value, release: Release) -> Any:
    """The value as it can come back: without the provenance of its code, and with the two known differences."""
    kept: Any = value
    if any(field.name == "source" for field in fields(kept)):
        kept = replace(kept, source=None)
    if isinstance(kept, TreatmentDirective) and release is Release.STU3:
        # In STU3 what was spoken through with named people on a known day is verified.
        kept = replace(kept, verified=is_verified(kept))
    if isinstance(kept, InformRelatives) and release is Release.STU3 and kept.told is Answer.NO:
        # Only the form can say "nee" there, and its "nee" has no day.
        kept = replace(kept, told_on=None)
    return kept


@pytest.mark.parametrize("release", BOTH)
@given(values=DOSSIERS)
@settings(max_examples=examples(240), deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_every_value_of_the_plan_comes_back_as_it_was(release: Release, values: list[Value]) -> None:
    back = topics([item.value for item in there_and_back(values, release).items])
    for key, value in topics(values).items():
        if isinstance(value, HealthProfessional):
            # Somebody without a function may be named with one elsewhere in the plan.
            assert key in back
            continue
        assert key in back, value
        assert plain(back[key], release) == plain(value, release)
    new = [value for key, value in back.items() if key not in topics(values)]
    assert all(isinstance(value, HealthProfessional) for value in new), "who recorded it, and nothing else"


RESTRICTIONS = (None, "alleen kort", "niet langer dan 3 dagen, en niet\nop een andere afdeling", "bij <twijfel> & pijn")


def every_directive() -> list[TreatmentDirective]:
    """Every treatment with every decision and each restriction that it may have."""
    made = []
    for treatment, decision, restriction in product(Treatment, Decision, RESTRICTIONS):
        limited = decision in (Decision.YES_BUT, Decision.OTHER)
        if (restriction is not None and not limited) or (restriction is None and decision is Decision.OTHER):
            continue
        for other in (None, "nierdialyse") if treatment is Treatment.OTHER else (None,):
            made.append(
                TreatmentDirective(
                    treatment,
                    decision,
                    restriction,
                    other,
                    PartialDate("2026-11-01"),
                    ("patiënt", "Gerda Huisman (huisarts)"),
                    comment="Zo zei zij het.",
                )
            )
    return made


@pytest.mark.parametrize("form", [True, False], ids=["with the form", "resources only"])
@pytest.mark.parametrize("first", BOTH)
def test_from_one_release_to_the_other_and_back_every_directive_keeps_its_meaning(first: Release, form: bool) -> None:
    second = Release.R4 if first is Release.STU3 else Release.STU3
    for directive in every_directive():
        said: Any = directive
        for release in (first, second, first):
            (said,) = (
                item.value
                for item in there_and_back([said], release, form=form).items
                if isinstance(item.value, TreatmentDirective)
            )
        assert said.agreed == directive.agreed
        assert sentence_nl(said) == sentence_nl(directive)


@pytest.mark.parametrize("release", BOTH)
@pytest.mark.parametrize("decision", Decision)
def test_the_form_alone_says_of_each_treatment_what_was_agreed_or_nothing(release: Release, decision: Decision) -> None:
    """It has no room for a limit on other treatments and on the ICD: there it is silent, never wrong."""
    for directive in every_directive():
        if directive.decision is not decision:
            continue
        read = there_and_back([directive], release, loose=False)
        found = [item.value for item in read.items if isinstance(item.value, TreatmentDirective)]
        no_room = directive.treatment in (Treatment.OTHER, Treatment.ICD_OFF) and (
            directive.restriction is not None or (release is Release.R4 and decision is Decision.YES_BUT)
        )
        assert [one.agreed for one in found] == ([] if no_room else [directive.agreed])
        assert all(one.discussed_on == directive.discussed_on for one in found)
        assert all(one.comment == directive.comment for one in found)


@pytest.mark.parametrize("release", BOTH)
@given(values=DOSSIERS)
@example(values=[TreatmentDirective(Treatment.ICD_OFF, Decision.NO)])
@settings(max_examples=examples(120), deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_the_form_alone_never_says_anything_else(release: Release, values: list[Value]) -> None:
    """Who takes only the form may get less than the dossier has, and never something that it does not say."""
    known = topics(values)
    for item in there_and_back(values, release, loose=False).items:
        value: Any = item.value
        if isinstance(value, TreatmentDirective):
            mine: Any = known[value.topic()]
            assert (value.agreed, value.discussed_on, value.comment) == (mine.agreed, mine.discussed_on, mine.comment)
        elif type(value).__name__ in {
            "PreferredPlaceOfDeath",
            "EuthanasiaPosition",
            "LegalCapacity",
            "EarlierAgreements",
        }:
            mine = known[value.topic()]
            assert replace(value, **dict.fromkeys(_coded(value))) == mine
        elif type(value).__name__ in {"OrganDonation", "MedicalPolicyGoal", "MedicalDevice"}:
            mine = known[value.topic()]
            answer = next(field.name for field in fields(value) if field.name in {"registered", "goal", "has_icd"})
            assert getattr(value, answer) is getattr(mine, answer)


def _coded(value: Any) -> list[str]:
    return [field.name for field in fields(value) if field.name == "source"]


@pytest.mark.parametrize("release", BOTH)
@given(values=DOSSIERS)
@settings(max_examples=examples(90), deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_every_reference_leads_to_a_resource_of_the_same_set(release: Release, values: list[Value]) -> None:
    made = export(values, release)
    names = {f"{one['resourceType']}/{one['id']}" for one in made}
    assert len(names) == len(made)
    assert len({one["id"] for one in made}) == len(made)
    targets = {target for one in made for target in _targets(one)}
    assert targets <= names
    assert len(of_type(made, "Patient")) == 1


def _targets(tree: Any) -> list[str]:
    if isinstance(tree, list):
        return [target for part in tree for target in _targets(part)]
    if not isinstance(tree, dict):
        return []
    own = (
        [tree["reference"]]
        if isinstance(tree.get("reference"), str) and "Questionnaire" not in tree["reference"]
        else []
    )
    return own + [target for part in tree.values() for target in _targets(part)]
