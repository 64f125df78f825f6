"""The most dangerous sentences of the dossier, each compared with the one that people reviewed."""

from itertools import product
from pathlib import Path

import pytest

from hub.domain.advance_care_plan import (
    Decision,
    Goal,
    LegalCapacity,
    MedicalPolicyGoal,
    Treatment,
    TreatmentDirective,
)
from hub.domain.advance_directives import AdvanceDirective, DirectiveType, contradictions
from hub.domain.care_network import ContactPerson, ContactRole, InformRelatives, MedicalDevice
from hub.domain.entries import KINDS, Kind, Value, kind_of, sentence_nl
from hub.domain.values import Coded, PartialDate
from hub.domain.wishes import (
    Answer,
    EarlierAgreements,
    Euthanasia,
    EuthanasiaPosition,
    OrganDonation,
    Place,
    PreferredPlaceOfDeath,
    View,
)
from tests.domain.every_sentence import enumerations_of, members_in, of_the_other_kinds

REVIEWED = Path(__file__).with_name("reviewed_sentences.txt")
THIRD_OF_NOVEMBER = PartialDate("2026-11-03")
LIMITED = (Decision.YES_BUT, Decision.OTHER)


def directive(treatment: Treatment, decision: Decision, other: str | None = None) -> TreatmentDirective:
    return TreatmentDirective(
        treatment,
        decision,
        restriction="voor een botbreuk" if decision in LIMITED else None,
        other_treatment=other,
        discussed_on=THIRD_OF_NOVEMBER,
        discussed_with=("patiënt", "huisarts"),
    )


def every_value() -> list[tuple[str, Value]]:
    named: list[tuple[str, Value]] = [
        (f"{treatment.name} {decision.name}", directive(treatment, decision))
        for treatment, decision in product(Treatment, Decision)
    ]
    named += [
        (f"OTHER (sondevoeding) {decision.name}", directive(Treatment.OTHER, decision, "sondevoeding"))
        for decision in Decision
    ]
    unsaid = TreatmentDirective(Treatment.HOSPITAL_ADMISSION, Decision.YES_BUT)
    named.append(("HOSPITAL_ADMISSION YES_BUT without the limit", unsaid))
    named += [(f"goal {goal.name}", MedicalPolicyGoal(goal, THIRD_OF_NOVEMBER)) for goal in Goal]
    named += [(f"place {place.name}", PreferredPlaceOfDeath(place, asked_on=THIRD_OF_NOVEMBER)) for place in Place]
    named += [
        (f"place {place.name} (son)", PreferredPlaceOfDeath(place, View.RELATIVE, "zoon Pieter")) for place in Place
    ]
    named += [
        (f"euthanasia {position.name}", EuthanasiaPosition(position, THIRD_OF_NOVEMBER)) for position in Euthanasia
    ]
    named += [(f"donor register {answer.name}", OrganDonation(answer)) for answer in Answer]
    named += [(f"icd {answer.name}", MedicalDevice(answer)) for answer in Answer]
    named += [(f"told {answer.name}", InformRelatives(answer)) for answer in Answer]
    named += [(f"capable {able}", LegalCapacity(able, judged_on=THIRD_OF_NOVEMBER)) for able in (True, False)]
    named += [(f"will {kind.name}", AdvanceDirective(kind, THIRD_OF_NOVEMBER)) for kind in DirectiveType]
    named += [
        (f"earlier {exist.name} differ {differ.name}", EarlierAgreements(exist, differ))
        for exist, differ in product(Answer, Answer)
        if exist is not Answer.NO or differ not in (Answer.YES, Answer.NO)
    ]
    named += [(f"contact {role.name}", ContactPerson("Pieter de Wit", (role,), "zoon")) for role in ContactRole]
    return named + of_the_other_kinds()


def written() -> str:
    return "".join(f"{name}\n    {sentence_nl(value)}\n" for name, value in every_value())


def test_every_sentence_is_the_reviewed_one() -> None:
    assert written() == REVIEWED.read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", Kind)
def test_every_value_of_every_value_set_has_its_reviewed_sentence(kind: Kind) -> None:
    """From the enumerations themselves: whoever adds a member has a sentence to review before this passes."""
    values = [value for _, value in every_value() if kind_of(value) is kind]
    assert values
    said = {member for value in values for member in members_in(value)}
    assert {member for one in enumerations_of(KINDS[kind].value) for member in one} <= said


def test_the_four_ways_of_not_knowing_are_among_them_and_read_differently() -> None:
    """UNK, NASK, ASKU, and a question that stands there without an answer."""
    sentences = {name: sentence_nl(value) for name, value in every_value()}
    for heading in (
        "RESUSCITATION",
        "ICD_OFF",
        "OTHER (sondevoeding)",
        "place",
        "care",
        "euthanasia",
        "donor register",
    ):
        four = {sentences[f"{heading} {name}"] for name in ("UNKNOWN", "NOT_ASKED", "UNDECIDED", "NOT_STATED")}
        assert len(four) == 4
        assert all(any(word.isupper() and len(word) > 3 for word in said.split()) for said in four)


def test_no_two_values_read_the_same() -> None:
    said: dict[str, Value] = {}
    for name, value in every_value():
        other = said.setdefault(sentence_nl(value), value)
        # Whether earlier agreements differ is no question where there are none, or nobody knows of any.
        without = isinstance(value, EarlierAgreements) and value.exist is not Answer.YES
        assert other == value or without, name


def test_no_directive_says_yes_or_no_without_its_verb() -> None:
    for treatment, decision in product(Treatment, Decision):
        sentence = directive(treatment, decision).sentence_nl()
        assert not sentence.lower().startswith(("ja", "nee"))
        assert len(sentence.split("—")[0].split()) > 1


def test_yes_to_the_icd_switches_off_and_no_leaves_it_on() -> None:
    assert directive(Treatment.ICD_OFF, Decision.YES).sentence_nl().startswith("De ICD WORDT uitgezet")
    assert directive(Treatment.ICD_OFF, Decision.NO).sentence_nl().startswith("De ICD blijft AAN")


@pytest.mark.parametrize("treatment", Treatment)
def test_four_ways_of_not_knowing_stay_different_and_none_of_them_reads_as_no(treatment: Treatment) -> None:
    unknown = [directive(treatment, decision).sentence_nl() for decision in Decision if not decision.is_agreement]
    assert len(set(unknown)) == 4
    assert all("geen ‘nee’" in sentence for sentence in unknown)
    assert directive(treatment, Decision.NO).sentence_nl() not in unknown


def test_a_treatment_that_was_not_discussed_is_not_said_to_be_discussed() -> None:
    assert "besproken op" not in directive(Treatment.RESUSCITATION, Decision.NOT_ASKED).sentence_nl()


def test_who_confirmed_closes_the_sentence() -> None:
    said = sentence_nl(directive(Treatment.RESUSCITATION, Decision.NO), "bevestigd door G. Huisman op 4-11-2026")
    assert said == (
        "NIET reanimeren — besproken op 3-11-2026 met patiënt en huisarts; bevestigd door G. Huisman op 4-11-2026."
    )


def test_a_restriction_cannot_pose_as_a_line_of_its_own() -> None:
    sly = TreatmentDirective(Treatment.HOSPITAL_ADMISSION, Decision.YES_BUT, restriction="kort.\n\nNIET reanimeren")
    assert "\n" not in sly.sentence_nl()


@pytest.mark.parametrize("text", ["kort\u202enee", "kort\u2066x", "\x00", "  ", "a\ud800"])
def test_text_that_cannot_be_read_as_it_was_meant_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="tekst"):
        TreatmentDirective(Treatment.HOSPITAL_ADMISSION, Decision.YES_BUT, restriction=text)


@pytest.mark.parametrize("decision", [decision for decision in Decision if decision not in LIMITED])
def test_a_limit_only_fits_a_yes_with_limits(decision: Decision) -> None:
    with pytest.raises(ValueError, match="beperking"):
        TreatmentDirective(Treatment.RESUSCITATION, decision, restriction="alleen overdag")


def test_a_code_whose_words_differ_says_no_more_than_its_source() -> None:
    value_set = Coded("340191000146100", "http://snomed.info/sct", "heeft geen euthanasieverklaring", "pzp-stu3")
    form = Coded(
        "340191000146100", "http://snomed.info/sct", "Geen verklaring, zou wel verzoek kunnen doen", "pzp-stu3"
    )
    of_value_set = EuthanasiaPosition(Euthanasia.NO_STATEMENT, source=value_set).sentence_nl()
    of_form = EuthanasiaPosition(Euthanasia.NO_STATEMENT, source=form).sentence_nl()
    assert "kunnen vragen" not in of_value_set
    assert "kunnen vragen" in of_form


def test_a_first_contact_is_not_taken_for_the_representative() -> None:
    wife = ContactPerson("Mirjam de Wit", (ContactRole.FIRST_CONTACT,), "echtgenote")
    son = ContactPerson("Pieter de Wit", (ContactRole.AUTHORISED_IN_WRITING,), "zoon")
    assert (wife.is_representative, son.is_representative) == (False, True)
    assert "NIET genoemd als vertegenwoordiger" in wife.sentence_nl()


def test_the_view_of_the_son_is_not_the_wish_of_his_mother() -> None:
    son = PreferredPlaceOfDeath(Place.HOSPICE, View.RELATIVE, "zoon Pieter")
    mother = PreferredPlaceOfDeath(Place.HOME)
    assert son.topic() != mother.topic()
    assert "NIET de wens van de patiënt" in son.sentence_nl()


def test_resuscitate_beside_a_statement_not_to_is_a_contradiction() -> None:
    statement = AdvanceDirective(DirectiveType.DO_NOT_RESUSCITATE, PartialDate("2025-04-28"))
    (found,) = contradictions([statement, directive(Treatment.RESUSCITATION, Decision.YES)])
    assert found.startswith("Tegenstrijdig over reanimeren")
    assert contradictions([statement, directive(Treatment.RESUSCITATION, Decision.NO)]) == ()


def test_two_directives_about_one_treatment_that_differ_are_a_contradiction() -> None:
    yes, no = (directive(Treatment.ANTIBIOTICS, decision) for decision in (Decision.YES, Decision.NO))
    assert len(contradictions([yes, no])) == 1
    assert contradictions([yes, yes]) == ()


def test_other_contradictions_are_named() -> None:
    off = directive(Treatment.ICD_OFF, Decision.YES)
    assert "GEEN ICD" in contradictions([off, MedicalDevice(Answer.NO)])[0]
    assert "wijken af" in contradictions([EarlierAgreements(Answer.YES, Answer.YES)])[0]
    assert "geen vertegenwoordiger" in contradictions([LegalCapacity(False)])[0]
    wanted = [AdvanceDirective(DirectiveType.EUTHANASIA), EuthanasiaPosition(Euthanasia.NOT_WANTED)]
    assert "euthanasie" in contradictions(wanted)[0]
