"""Searching a plan, without a server: whatever is asked, it is understood, left out or refused; never a crash."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.domain.advance_care_plan import Decision, Goal, MedicalPolicyGoal, Treatment, TreatmentDirective
from hub.domain.values import PartialDate
from hub.domain.wishes import Place, PreferredPlaceOfDeath
from hub.fhir.catalogue import Release
from hub.fhir.searching.answers import searchset, written
from hub.fhir.searching.definitions import SEARCHABLE
from hub.fhir.searching.finding import find
from hub.fhir.searching.naming import on_this_server, patient_of
from hub.fhir.searching.question import Question, read_question
from hub.fhir.searching.refused import SearchRefused
from hub.fhir.searching.tokens import codes_in, fits
from tests.fhir.exporting import export

BASE = "https://kring.example/fhir/r4"
PATIENT = "pat-0123456789abcdef"
DAY = PartialDate("2026-11-03")
PLAN = [
    TreatmentDirective(Treatment.RESUSCITATION, Decision.NO, discussed_on=DAY, discussed_with=("patiënt",)),
    MedicalPolicyGoal(Goal.RELIEVE_ONLY, DAY),
    PreferredPlaceOfDeath(Place.HOME, asked_on=DAY),
]
RESOURCES = {release: on_this_server(PATIENT, export(PLAN, release)) for release in Release}

_KNOWN = (
    "patient subject _id code category status description scope device device.type device:Device.type actor "
    "questionnaire "
    "reason-reference:Procedure.code _include _include:iterate _revinclude _count _offset _format _sort identifier "
    "code:in code:not patient.name"
)
_NAMES = st.sampled_from(_KNOWN.split()) | st.text(max_size=30)
_VALUES = st.sampled_from(
    [
        "",
        PATIENT,
        f"Patient/{PATIENT}",
        "http://snomed.info/sct|713603004",
        "|",
        ",",
        "\\",
        "a|b|c",
        "1",
        "-1",
        "Consent:actor",
    ]
) | st.text(max_size=60)


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(list(Release)), st.data(), st.lists(st.tuples(_NAMES, _VALUES), max_size=6), st.booleans())
def test_whatever_is_asked_is_answered_or_refused(
    release: Release, data: st.DataObject, pairs: list[tuple[str, str]], strict: bool
) -> None:
    type_ = data.draw(st.sampled_from(sorted(SEARCHABLE[release])))
    try:
        question = read_question(release, type_, pairs, strict=strict, base=BASE)
    except SearchRefused:
        return
    found = find(question, RESOURCES[release])
    assert len(found.matches) <= question.count <= 200
    assert {resource["resourceType"] for resource in found.matches} <= {type_}
    names = [f"{r['resourceType']}/{r['id']}" for r in (*found.matches, *found.included)]
    assert len(names) == len(set(names))
    assert written(searchset(question, found, BASE, whole=True))


def ask(type_: str, *pairs: tuple[str, str], release: Release = Release.R4, strict: bool = True) -> Question:
    return read_question(release, type_, (("patient", PATIENT), *pairs), strict=strict, base=BASE)


def total(type_: str, *pairs: tuple[str, str], release: Release = Release.R4) -> int:
    return find(ask(type_, *pairs, release=release), RESOURCES[release]).total


@pytest.mark.parametrize("release", list(Release))
def test_the_names_of_one_thing_count_as_one(release: Release) -> None:
    for code in ("129125009", "11291000146105"):
        assert total("Consent", ("category", f"http://snomed.info/sct|{code}"), release=release) == 1
        assert total("Consent", ("category", f"urn:oid:2.16.840.1.113883.6.96|{code}"), release=release) == 1
        assert total("Consent", ("category", code), release=release) == 1
        assert total("Consent", ("category", f"http://loinc.org|{code}"), release=release) == 0
        assert total("Consent", ("category", f"|{code}"), release=release) == 0, "without a system is another thing"


def test_values_are_alternatives_and_parameters_are_conditions() -> None:
    place = ("code", "395091006")
    assert total("Observation", place) == total("Observation", ("code", "1,395091006")) == 1
    assert total("Observation", place, ("code", "1")) == 0
    assert total("Observation", place, ("status", "final")) == 1
    assert total("Observation", ("code", "http://snomed.info/sct|")) == 1, "any code of this system"


def test_an_escaped_comma_or_bar_is_part_of_the_code() -> None:
    codes = list(codes_in({"coding": [{"system": "urn:x", "code": "a,b|c"}]}))
    assert fits("urn:x|a\\,b\\|c", codes)
    assert not fits("urn:x|a", codes)


def test_an_address_of_this_server_names_the_patient_and_one_elsewhere_does_not() -> None:
    question = read_question(Release.R4, "Goal", [("patient", f"{BASE}/Patient/{PATIENT}")], strict=True, base=BASE)
    assert question.patient == PATIENT
    with pytest.raises(SearchRefused):
        read_question(Release.R4, "Goal", [("patient", "https://elders.example/Patient/1")], strict=True, base=BASE)


def test_a_refusal_never_repeats_what_was_typed_as_a_value() -> None:
    for pairs in (
        [("identifier", "x|999990019")],
        [("patient", "Anna de Wit")],
        [("code:not", "Anna")],
        [("Anna!", "x")],
    ):
        with pytest.raises(SearchRefused) as refused:
            read_question(Release.R4, "Observation", pairs, strict=True, base=BASE)
        assert not {"999990019", "Anna"} & set(str(refused.value).replace("!", " ").split())


def test_an_id_says_whose_it_is_by_its_form_alone() -> None:
    assert patient_of(f"{PATIENT}.5f0c3a9e-0000-5000-8000-000000000000") == patient_of(PATIENT) == PATIENT
    for odd in ("", "pat-", "PAT-0123456789abcdef", f"{PATIENT}.", f"{PATIENT}.a.b", f"x{PATIENT}", f"{PATIENT}\n"):
        assert patient_of(odd) is None


@pytest.mark.parametrize("release", list(Release))
def test_every_reference_is_renamed_with_what_it_points_to(release: Release) -> None:
    names = {f"{resource['resourceType']}/{resource['id']}" for resource in RESOURCES[release]}
    todo: list[Any] = list(RESOURCES[release])
    while todo:
        part = todo.pop()
        if isinstance(part, dict):
            reference = part.get("reference")
            assert not isinstance(reference, str) or reference in names or reference.startswith(("http", "#"))
            todo += part.values()
        elif isinstance(part, list):
            todo += part
