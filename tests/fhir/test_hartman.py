"""IKNL's own example, read as form, as resources and as both. The expected plan is written by hand from the files."""

from pathlib import Path
from typing import Any

import pytest

from hub.domain.advance_care_plan import Decision, Goal, LegalCapacity, MedicalPolicyGoal, Treatment, TreatmentDirective
from hub.domain.care_network import ContactPerson, ContactRole, MedicalDevice
from hub.domain.entries import Kind, from_json, to_json
from hub.domain.values import PartialDate
from hub.domain.wishes import Answer, Euthanasia, EuthanasiaPosition, OrganDonation, Place, PreferredPlaceOfDeath
from hub.fhir.pzp_import import read_pzp
from hub.fhir.reading import PzpReading
from hub.fhir.strict_json import parse_json_strict

# The reference data stands beside the repository and is not part of it.
DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data"
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="IKNL's example files (../shared/data) are not here")

YES_TO_SIX = {
    (Treatment.RESUSCITATION, Decision.YES),
    (Treatment.VENTILATION, Decision.YES),
    (Treatment.INTENSIVE_CARE, Decision.YES),
    (Treatment.HOSPITAL_ADMISSION, Decision.YES),
    (Treatment.ANTIBIOTICS, Decision.YES),
    (Treatment.BLOOD_PRODUCTS, Decision.YES),
}
ICD_NOT_ASKED = (Treatment.ICD_OFF, Decision.NOT_ASKED)
ICD_NOT_STATED = (Treatment.ICD_OFF, Decision.NOT_STATED)
OTHER_NO = (Treatment.OTHER, Decision.NO)


def documents(release: str, *, form: bool, resources: bool) -> list[Any]:
    paths = sorted((DATA / f"pzp-{release}" / "example-hartman").glob("*.json"))
    chosen = [path for path in paths if (form if path.name.startswith("Questionnaire") else resources)]
    return [parse_json_strict(path.read_bytes()) for path in chosen]


def read(release: str, *, form: bool = False, resources: bool = False) -> PzpReading:
    return read_pzp(documents(release, form=form, resources=resources))


def directives(reading: PzpReading) -> list[TreatmentDirective]:
    return [item.value for item in reading.items if isinstance(item.value, TreatmentDirective)]


def plan(reading: PzpReading) -> set[tuple[Treatment, Decision]]:
    return {(directive.treatment, directive.decision) for directive in directives(reading)}


def only(reading: PzpReading, kind: Kind) -> Any:
    (value,) = (item.value for item in reading.items if item.kind is kind)
    return value


def contacts(reading: PzpReading) -> dict[str, tuple[ContactRole, ...]]:
    return {item.value.name: item.value.roles for item in reading.items if isinstance(item.value, ContactPerson)}


@pytest.mark.parametrize("release", ["stu3", "r4"])
def test_the_form_says_yes_to_six_not_asked_about_the_icd_and_no_to_something_unnamed(release: str) -> None:
    reading = read(release, form=True)
    assert plan(reading) == YES_TO_SIX | {ICD_NOT_ASKED, OTHER_NO}
    assert all(directive.discussed_on == PartialDate("2020-10-01") for directive in directives(reading))
    (unnamed,) = (directive for directive in directives(reading) if directive.treatment is Treatment.OTHER)
    assert "NIET duidelijk" in unnamed.sentence_nl()
    assert reading.patient.family == "Hartman"
    assert reading.patient.birth_date == PartialDate("1961-01-01")
    assert only(reading, Kind.LEGAL_CAPACITY).capable is True
    michiel = (ContactRole.FIRST_CONTACT, ContactRole.LEGAL_REPRESENTATIVE)
    assert contacts(reading) == {"Michiel Hartman": michiel}


def test_the_stu3_resources_say_what_was_agreed_later_too() -> None:
    reading = read("stu3", resources=True)
    assert plan(reading) == YES_TO_SIX | {ICD_NOT_ASKED, OTHER_NO}
    by_treatment = {directive.treatment: directive for directive in directives(reading)}
    assert by_treatment[Treatment.OTHER].sentence_nl() == (
        "NIET uitvoeren: toedienen van enterale voeding — besproken op 29-7-2025"
        " met Michiel Hartman en Marleen van Huissen (huisarts)."
    )
    # AdmissionToICU-1 (2020) and -2 (2022) both say yes; the later one, with his brother there, is carried.
    assert by_treatment[Treatment.INTENSIVE_CARE].discussed_on == PartialDate("2022-11-08")
    assert any("AdmissionToICU-1" in line for line in reading.not_carried)
    assert by_treatment[Treatment.RESUSCITATION].verified is True
    assert reading.patient.birth_date == PartialDate("1961-03-21")
    assert reading.patient.given == "Hendrik Johan"
    assert only(reading, Kind.LEGAL_CAPACITY) == LegalCapacity(False)
    assert contacts(reading) == {
        "Michiel Hartman": (ContactRole.LEGAL_REPRESENTATIVE, ContactRole.AUTHORISED_IN_WRITING),
        "Mirjam de Leeuw": (ContactRole.FIRST_CONTACT,),
    }
    assert only(reading, Kind.MEDICAL_DEVICE).since == PartialDate("2020-05-19")


def test_a_later_statement_not_to_resuscitate_is_shown_beside_the_older_yes() -> None:
    reading = read("stu3", resources=True)
    assert only(reading, Kind.ADVANCE_DIRECTIVE).dated == PartialDate("2025-04-28")
    assert any(line.startswith("Tegenstrijdig over reanimeren: bel de regiehouder") for line in reading.review)
    assert any("bijlage" in line for line in reading.not_carried)


def test_the_r4_resources_name_the_icd_without_a_decision() -> None:
    reading = read("r4", resources=True)
    assert plan(reading) == YES_TO_SIX | {ICD_NOT_STATED}
    assert only(reading, Kind.MEDICAL_DEVICE).since == PartialDate("2018")
    assert only(reading, Kind.LEGAL_CAPACITY).capable is True
    assert contacts(reading) == {"Michiel Hartman": (ContactRole.FIRST_CONTACT, ContactRole.LEGAL_REPRESENTATIVE)}
    assert reading.review == ()


def test_both_stu3_roads_together_lead_with_the_resources_and_show_where_they_differ() -> None:
    reading = read("stu3", form=True, resources=True)
    named = [directive for directive in directives(reading) if directive.other_treatment]
    assert plan(reading) == YES_TO_SIX | {ICD_NOT_ASKED, OTHER_NO}
    assert [directive.other_treatment for directive in named] == ["toedienen van enterale voeding"]
    assert len(directives(reading)) == 9, "six, the ICD, enteral feeding, and the form's unnamed other"
    shown = "\n".join(reading.review)
    assert "Geboortedatum verschilt" in shown
    assert "NIET wilsbekwaam" in shown
    assert "Michiel Hartman" in shown
    assert reading.patient.birth_date == PartialDate("1961-03-21")


def test_both_r4_roads_together_take_the_decision_about_the_icd_from_the_form() -> None:
    reading = read("r4", form=True, resources=True)
    assert plan(reading) == YES_TO_SIX | {ICD_NOT_ASKED, OTHER_NO}
    (icd,) = (directive for directive in directives(reading) if directive.treatment is Treatment.ICD_OFF)
    assert icd.comment == "Daar wil Hendrik het nog niet over hebben"
    assert reading.review == ()


@pytest.mark.parametrize("release", ["stu3", "r4"])
@pytest.mark.parametrize("road", [{"form": True}, {"resources": True}, {"form": True, "resources": True}])
def test_goal_wishes_and_icd_are_the_same_along_every_road(release: str, road: dict[str, bool]) -> None:
    reading = read(release, **road)
    goal: MedicalPolicyGoal = only(reading, Kind.MEDICAL_POLICY_GOAL)
    place: PreferredPlaceOfDeath = only(reading, Kind.PREFERRED_PLACE_OF_DEATH)
    euthanasia: EuthanasiaPosition = only(reading, Kind.EUTHANASIA_POSITION)
    donation: OrganDonation = only(reading, Kind.ORGAN_DONATION)
    device: MedicalDevice = only(reading, Kind.MEDICAL_DEVICE)
    assert (goal.goal, goal.agreed_on) == (Goal.PROLONG_LIFE_AND_RELIEVE, PartialDate("2020-10-01"))
    assert place.place in (Place.UNKNOWN, Place.UNDECIDED)
    assert place.comment == euthanasia.comment == "Nog niet besproken"
    assert euthanasia.position is Euthanasia.UNKNOWN
    assert donation.registered is device.has_icd is Answer.YES
    assert only(reading, Kind.CARE_WISHES).text.startswith("Hendrik wil er alles aan doen")
    assert only(reading, Kind.ACP_CONVERSATION).held_on == PartialDate("2020-10-01")
    assert only(reading, Kind.INFORM_RELATIVES).told is Answer.YES


def test_stu3_and_r4_forms_agree_in_meaning() -> None:
    stu3, r4 = (read(release, form=True) for release in ("stu3", "r4"))
    assert {directive.agreed for directive in directives(stu3)} == {directive.agreed for directive in directives(r4)}
    assert contacts(stu3) == contacts(r4)
    assert (stu3.patient.family, stu3.patient.birth_date) == (r4.patient.family, r4.patient.birth_date)
    assert [item.kind for item in stu3.items] == [item.kind for item in r4.items]


@pytest.mark.parametrize("release", ["stu3", "r4"])
def test_everything_that_was_read_can_be_stored(release: str) -> None:
    reading = read(release, form=True, resources=True)
    for item in reading.items:
        assert from_json(item.kind, to_json(item.value)) == item.value
        assert item.sentence_nl.endswith(".")


@pytest.mark.parametrize("release", ["stu3", "r4"])
def test_the_same_set_in_another_order_or_in_a_bundle_has_the_same_digest(release: str) -> None:
    found = documents(release, form=True, resources=True)
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": body} for body in found]}
    first = read_pzp(found)
    assert read_pzp(found[::-1]).source_digest == read_pzp([bundle]).source_digest == first.source_digest
    assert read_pzp([found]).items == first.items == read_pzp([bundle]).items
    assert read_pzp([*found, *found]).items == first.items
