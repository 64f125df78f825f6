"""What is read, what leads when sources differ, and what is refused."""

from typing import Any

import pytest

from hub.domain.advance_care_plan import Decision, Treatment, TreatmentDirective
from hub.domain.errors import CommandRejected
from hub.domain.values import PartialDate
from hub.fhir.pzp_import import read_pzp
from hub.fhir.reading import PzpReading
from hub.fhir.refused import ImportRefused
from tests.fhir.world import NULL_FLAVOR, RESTRICTIONS, SNOMED, demo_form, find, patient, r4_directive, stu3_directive

CPR, VENTILATION, HOSPITAL, ICD_OFF = "89666000", "40617009", "32485007", "400231000146108"


def directive_of(reading: PzpReading, treatment: Treatment) -> TreatmentDirective:
    (value,) = (
        item.value
        for item in reading.items
        if isinstance(item.value, TreatmentDirective) and item.value.treatment is treatment
    )
    return value


def refusal(*documents: Any) -> str:
    with pytest.raises(ImportRefused) as refused:
        read_pzp(documents)
    assert isinstance(refused.value, CommandRejected)
    assert str(refused.value).strip().endswith((".", ")"))
    return refused.value.code


def test_the_plan_of_mevrouw_de_wit_is_read_as_she_said_it() -> None:
    reading = read_pzp([demo_form()])
    said = [item.sentence_nl for item in reading.items]
    when = "besproken op 3-11-2026 met patiënt, zoon en Gerda Huisman (huisarts)"
    limit = "voor een botbreuk of een dreigende dwarslaesie, en zo kort mogelijk"
    assert (reading.patient.family, reading.patient.birth_date) == ("de Wit", PartialDate("1952-03-14"))
    assert any(sentence.startswith(f"NIET reanimeren — {when}.") for sentence in said)
    assert f"NIET opnemen op de intensive care — {when}." in said
    limited = f"WEL opnemen in het ziekenhuis, maar met een beperking: {limit} — {when}."
    assert limited in [line.replace("V", "v") for line in said]
    assert "Het doel is klachten verlichten (palliatief); het leven verlengen is NIET gewenst" in " ".join(said)
    assert any(sentence.startswith("De patiënt wil thuis overlijden") for sentence in said)
    assert any(sentence.startswith("Pieter de Wit (zoon) is eerste contactpersoon, wettelijk") for sentence in said)
    assert "De patiënt heeft GEEN ICD." in said
    assert "Standpunt over euthanasie: NOG ONBEKEND." in said
    assert reading.review == ()
    assert reading.standard == "pzp-stu3"


@pytest.mark.parametrize(
    ("code", "decision"),
    [
        ("JA", Decision.YES),
        ("NEE", Decision.NO),
        ("UNK", Decision.UNKNOWN),
        ("NASK", Decision.NOT_ASKED),
        ("ASKU", Decision.UNDECIDED),
        (None, Decision.NOT_STATED),
    ],
)
@pytest.mark.parametrize("treatment", [treatment for treatment in Treatment if treatment is not Treatment.OTHER])
def test_every_stu3_answer_keeps_its_own_meaning(treatment: Treatment, code: str | None, decision: Decision) -> None:
    reading = read_pzp([patient(), stu3_directive(treatment.value, code)])
    assert directive_of(reading, treatment).decision is decision


def test_ja_maar_of_stu3_carries_its_restriction() -> None:
    limited = [{"type": "permit", "extension": [{"url": RESTRICTIONS, "valueString": "voor een botbreuk"}]}]
    found = directive_of(
        read_pzp([patient(), stu3_directive(HOSPITAL, "JA_MAAR", **{"except": limited})]), Treatment.HOSPITAL_ADMISSION
    )
    assert (found.decision, found.restriction) == (Decision.YES_BUT, "voor een botbreuk")


@pytest.mark.parametrize(
    ("kind", "words", "decision", "restriction"),
    [
        ("permit", None, Decision.YES, None),
        ("deny", None, Decision.NO, None),
        (None, None, Decision.NOT_STATED, None),
        (None, "Onbekend", Decision.UNKNOWN, None),
        (None, "Niet besproken", Decision.NOT_ASKED, None),
        (None, "Nee, nog geen besluit genomen", Decision.UNDECIDED, None),
        (None, "Ja, maar voor een botbreuk", Decision.YES_BUT, "voor een botbreuk"),
        (None, "Ja maar met beperkingen", Decision.YES_BUT, None),
        ("permit", "alleen voor een botbreuk", Decision.YES_BUT, "alleen voor een botbreuk"),
        (None, "Niet, tenzij voor een botbreuk", Decision.OTHER, "Niet, tenzij voor een botbreuk"),
    ],
)
def test_every_r4_answer_keeps_its_own_meaning(
    kind: str | None, words: str | None, decision: Decision, restriction: str | None
) -> None:
    found = directive_of(read_pzp([patient(), r4_directive(HOSPITAL, kind, words)]), Treatment.HOSPITAL_ADMISSION)
    assert (found.decision, found.restriction) == (decision, restriction)


def test_agreed_details_about_the_icd_in_r4_are_an_explanation() -> None:
    found = directive_of(
        read_pzp([patient(), r4_directive(ICD_OFF, "permit", "in de stervensfase")]), Treatment.ICD_OFF
    )
    assert (found.decision, found.comment) == (Decision.YES, "in de stervensfase")
    assert "WORDT uitgezet" in found.sentence_nl()


def test_the_icd_hidden_in_the_words_of_another_treatment_is_recognised() -> None:
    hidden = {"coding": [{"system": NULL_FLAVOR, "code": "OTH"}], "text": "uitzetten (SNOMED CT - 400231000146108)"}
    document = r4_directive(ICD_OFF, "permit")
    document["provision"]["code"] = [hidden]
    assert directive_of(read_pzp([patient(), document]), Treatment.ICD_OFF).decision is Decision.YES


@pytest.mark.parametrize(
    ("answer", "decision"),
    [("0", Decision.YES), ("2", Decision.NO)],
)
def test_zero_means_yes_in_the_r4_form_and_only_with_its_system(answer: str, decision: Decision) -> None:
    system = "urn:oid:2.16.840.1.113883.2.4.3.11.60.40.4.25.1"
    form: dict[str, Any] = {
        "resourceType": "QuestionnaireResponse",
        "status": "completed",
        "questionnaire": "https://fhir.iknl.nl/fhir/Questionnaire/ACP-zib2020|0.1.3-beta3",
        "item": [
            {"linkId": "966", "answer": [{"valueString": "Wit"}]},
            {"linkId": "1386", "answer": [{"valueCoding": {"system": system, "code": answer}}]},
        ],
    }
    assert directive_of(read_pzp([form]), Treatment.RESUSCITATION).decision is decision
    del form["item"][1]["answer"][0]["valueCoding"]["system"]
    assert refusal(form) == "unknown-decision"


def test_a_newer_directive_leads_and_the_older_sentence_is_shown() -> None:
    older = stu3_directive(CPR, "JA", id="older", dateTime="2025-01-01")
    reading = read_pzp([patient(), stu3_directive(CPR, "NEE"), older])
    assert directive_of(reading, Treatment.RESUSCITATION).decision is Decision.NO
    assert any("WEL reanimeren" in line for line in reading.review)
    assert any("Consent/older" in line for line in reading.not_carried)


@pytest.mark.parametrize("day", ["2026-11-03", "2026", None])
def test_two_directives_that_differ_without_a_later_one_refuse_the_set(day: str | None) -> None:
    other = stu3_directive(CPR, "JA", id="other")
    other["dateTime"] = day
    assert refusal(patient(), stu3_directive(CPR, "NEE"), other) == "contradicting-sources"


def test_a_form_that_contradicts_a_resource_of_the_same_day_refuses_the_set() -> None:
    assert refusal(patient(), stu3_directive(CPR, "JA"), demo_form()) == "contradicting-sources"


def test_a_later_resource_leads_over_the_form() -> None:
    reading = read_pzp([patient(), stu3_directive(CPR, "JA", dateTime="2026-12-01"), demo_form()])
    assert directive_of(reading, Treatment.RESUSCITATION).decision is Decision.YES
    assert any("NIET reanimeren" in line for line in reading.review)


def test_the_same_agreement_from_both_roads_keeps_the_explanation_of_the_form() -> None:
    reading = read_pzp([patient(), stu3_directive(CPR, "NEE"), demo_form()])
    found = directive_of(reading, Treatment.RESUSCITATION)
    assert found.comment is not None
    assert found.comment.startswith("Mevrouw heeft dit")
    assert [item.source_reference for item in reading.items if item.value is found] == ["Consent/directive-89666000"]


def test_an_error_in_the_source_withdraws_and_is_not_carried() -> None:
    reading = read_pzp([patient(), stu3_directive(CPR, "JA", status="entered-in-error")])
    assert reading.items == ()
    assert reading.withdrawn == ("Consent/directive-89666000",)
    assert "vergissing" in reading.not_carried[0]


@pytest.mark.parametrize("status", ["draft", "proposed", "rejected", "inactive"])
def test_a_directive_that_does_not_count_now_is_not_carried(status: str) -> None:
    reading = read_pzp([patient(), stu3_directive(CPR, "JA", status=status)])
    assert reading.items == ()
    assert status in reading.not_carried[0]


def test_a_directive_that_ended_is_not_carried() -> None:
    document = r4_directive(CPR, "permit")
    document["provision"]["period"] = {"end": "2026-10"}
    assert read_pzp([patient(), document]).not_carried[0].endswith("beëindigd op 10-2026; niet overgenomen.")


def test_consent_to_share_is_never_taken_from_the_form() -> None:
    assert any("toestemming om te delen" in line for line in read_pzp([demo_form()]).not_carried)


def test_a_question_that_is_not_known_is_named_and_left() -> None:
    form = demo_form()
    form["item"].append({"linkId": "9999", "answer": [{"valueString": "nieuw"}]})
    assert any("vraag 9999" in line for line in read_pzp([form]).not_carried)


def test_a_professional_outside_the_set_is_known_by_the_display() -> None:
    found = directive_of(read_pzp([patient(), stu3_directive(CPR, "NEE")]), Treatment.RESUSCITATION)
    assert found.discussed_with == ("G. Huisman",)


def test_a_birth_date_at_midnight_in_amsterdam_does_not_shift() -> None:
    form = demo_form()
    find(form, "6")["answer"] = [{"valueDateTime": "1952-03-13T23:00:00.000Z"}]
    assert read_pzp([form]).patient.birth_date == PartialDate("1952-03-14")
    find(form, "6")["answer"] = [{"valueDateTime": "1990-07-13T22:00:00Z"}]
    assert read_pzp([form]).patient.birth_date == PartialDate("1990-07-14")


def test_a_month_stays_a_month() -> None:
    reading = read_pzp([patient(birthDate="1952"), stu3_directive(CPR, "NEE", dateTime="2026-11")])
    assert reading.patient.birth_date == PartialDate("1952")
    assert directive_of(reading, Treatment.RESUSCITATION).discussed_on == PartialDate("2026-11")
    assert reading.items[0].recorded_on is None


def test_identity_does_not_print_itself() -> None:
    reading = read_pzp([patient(identifier=[{"system": "http://fhir.nl/fhir/NamingSystem/bsn", "value": "999990019"}])])
    assert reading.patient.bsn is not None
    assert reading.patient.bsn.digits == "999990019"
    assert not {"Wit", "Anna", "1952", "999990019"} & set(repr(reading).replace("'", " ").split())


def test_a_treatment_outside_the_list_has_its_own_topic() -> None:
    def named(words: str, identifier: str) -> dict[str, Any]:
        made = stu3_directive("OTH", "NEE", id=identifier)
        coded = {"coding": [{"system": NULL_FLAVOR, "code": "OTH"}], "text": words}
        made["extension"][0]["valueCodeableConcept"] = coded
        return made

    reading = read_pzp([patient(), named("sondevoeding", "a"), named("nierdialyse (SNOMED CT - 265764009)", "b")])
    assert {item.value.topic() for item in reading.items} == {
        "treatment_directive/OTH/sondevoeding",
        "treatment_directive/OTH/nierdialyse",
    }


def bent(**more: Any) -> dict[str, Any]:
    return stu3_directive(CPR, "NEE", **more)


def relabelled(code: str, display: str, where: str) -> dict[str, Any]:
    made = stu3_directive(CPR, code)
    part = made["extension"][0] if where == "treatment" else made["modifierExtension"][0]
    part["valueCodeableConcept"]["coding"][0]["display"] = display
    return made


REFUSED: list[tuple[str, str, list[Any]]] = [
    ("wrong display of the treatment", "wrong-display", [relabelled("NEE", "Opname op intensive care", "treatment")]),
    ("wrong display of a no", "wrong-display", [relabelled("NEE", "Ja", "decision")]),
    ("wrong display of a yes", "wrong-display", [relabelled("JA", "Nee, niet doen", "decision")]),
    ("no with except permit", "contradicting-decision", [bent(**{"except": [{"type": "permit"}]})]),
    (
        "unknown with except deny",
        "contradicting-decision",
        [stu3_directive(CPR, "UNK", **{"except": [{"type": "deny"}]})],
    ),
    (
        "restriction with a no",
        "contradicting-decision",
        [bent(**{"except": [{"extension": [{"url": RESTRICTIONS, "valueString": "overdag"}]}]})],
    ),
    ("except without a decision", "decision-missing", [stu3_directive(CPR, None, **{"except": [{"type": "permit"}]})]),
    ("r4 no with other words", "contradicting-decision", [r4_directive(CPR, "deny", "tenzij overdag")]),
    ("r4 empty specification", "decision-missing", [r4_directive(CPR, None, " ")]),
    (
        "r4 nested provision",
        "nested-provision",
        [r4_directive(CPR, "permit") | {"provision": {"type": "permit", "provision": [{"type": "deny"}]}}],
    ),
    ("treatment missing", "treatment-missing", [bent(extension=[])]),
    ("treatment unknown", "treatment-missing", [stu3_directive("123456789", "NEE")]),
    ("status missing", "status-missing", [{key: value for key, value in bent().items() if key != "status"}]),
    (
        "bsn fails the elfproef",
        "bad-bsn",
        [patient(identifier=[{"system": "http://fhir.nl/fhir/NamingSystem/bsn", "value": "123456789"}])],
    ),
    ("patient replaced", "patient-replaced", [patient(link=[{"type": "replaced-by"}])]),
    ("consent of an unknown kind with a modifier", "unknown-consent", [bent(category=[])]),
    (
        "euthanasia position of another code",
        "unknown-position",
        [
            {
                "resourceType": "Observation",
                "status": "final",
                "code": {"coding": [{"system": SNOMED, "code": "340171000146104"}]},
                "valueCodeableConcept": {"coding": [{"system": SNOMED, "code": "1"}]},
            }
        ],
    ),
    (
        "answer and a reason for no answer",
        "contradicting-value",
        [
            {
                "resourceType": "Observation",
                "status": "final",
                "code": {"coding": [{"code": "395091006"}]},
                "valueCodeableConcept": {"coding": [{"system": SNOMED, "code": "264362003"}]},
                "dataAbsentReason": {"coding": [{"code": "unknown"}]},
            }
        ],
    ),
]


@pytest.mark.parametrize(("code", "documents"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_what_can_be_misread_is_refused(code: str, documents: list[Any]) -> None:
    known = documents if any(body.get("resourceType") == "Patient" for body in documents) else [patient(), *documents]
    assert refusal(*known) == code


FORM_REFUSED: list[tuple[str, str, str, list[Any]]] = [
    ("answered twice", "answered-twice", "587", [{"valueCoding": {"code": "x"}}, {"valueCoding": {"code": "y"}}]),
    ("decision of another system", "unknown-decision", "587", [{"valueCoding": {"system": SNOMED, "code": "NEE"}}]),
    (
        "row about another treatment",
        "wrong-treatment",
        "791",
        [{"valueCoding": {"system": SNOMED, "code": VENTILATION}}],
    ),
    ("unknown goal", "unknown-goal", "784", [{"valueCoding": {"system": SNOMED, "code": "1"}}]),
    ("capable of another code", "unknown-answer", "787", [{"valueCoding": {"code": "2"}}]),
    ("capable with the opposite words", "wrong-display", "787", [{"valueCoding": {"code": "1", "display": "Nee"}}]),
    ("a birth date that does not exist", "bad-date", "6", [{"valueDate": "1952-02-30"}]),
]


@pytest.mark.parametrize(
    ("code", "link", "answer"), [row[1:] for row in FORM_REFUSED], ids=[row[0] for row in FORM_REFUSED]
)
def test_a_form_that_can_be_misread_is_refused(code: str, link: str, answer: list[Any]) -> None:
    form = demo_form()
    find(form, link)["answer"] = answer
    assert refusal(form) == code
