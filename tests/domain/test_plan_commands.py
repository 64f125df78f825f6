"""What people type about treatment and place, read strictly."""

from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.advance_care_plan import Decision, Treatment
from hub.domain.errors import CommandRejected
from hub.domain.plan_commands import TREATMENT_WORDS, parse_decision, parse_directive, parse_place, parse_treatment
from hub.domain.wishes import Place, View

NOVEMBER = date(2026, 11, 3)


@pytest.mark.parametrize(
    ("word", "treatment"),
    [
        ("reanimeren", Treatment.RESUSCITATION),
        ("Reanimatie", Treatment.RESUSCITATION),
        ("réanimatie", Treatment.RESUSCITATION),
        ("beademing", Treatment.VENTILATION),
        ("IC", Treatment.INTENSIVE_CARE),
        ("ziekenhuisopname", Treatment.HOSPITAL_ADMISSION),
        ("ziekenhuis", Treatment.HOSPITAL_ADMISSION),
        ("antibiotica", Treatment.ANTIBIOTICS),
        ("bloedtransfusie", Treatment.BLOOD_PRODUCTS),
        ("bloedproducten", Treatment.BLOOD_PRODUCTS),
        ("icd", Treatment.ICD_OFF),
    ],
)
def test_a_treatment_is_known_by_its_daily_words(word: str, treatment: Treatment) -> None:
    assert parse_treatment(word) is treatment


@pytest.mark.parametrize("word", ["", "reanimeer", "ＩＣ", "reanimeren nee"])
def test_an_unknown_treatment_is_refused_with_an_example(word: str) -> None:
    with pytest.raises(CommandRejected, match="behandelgrens") as refused:
        parse_treatment(word)
    assert refused.value.code == "unknown-treatment"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ja", (Decision.YES, None)),
        ("Nee.", (Decision.NO, None)),
        ("onbekend", (Decision.UNKNOWN, None)),
        ("niet besproken", (Decision.NOT_ASKED, None)),
        ("nog geen besluit", (Decision.UNDECIDED, None)),
        ("ja, mits voor een botbreuk", (Decision.YES_BUT, "voor een botbreuk")),
        ("JA MAAR alleen overdag", (Decision.YES_BUT, "alleen overdag")),
    ],
)
def test_a_decision_is_read_whole(text: str, expected: tuple[Decision, str | None]) -> None:
    assert parse_decision(text) == expected


@pytest.mark.parametrize("text", ["", "ja graag", "nee tenzij", "neen", "jawel", "ja nee", "ja?", "misschien", "niet"])
def test_half_understood_is_not_understood(text: str) -> None:
    with pytest.raises(CommandRejected):
        parse_decision(text)


def test_a_condition_without_a_condition_is_asked_for() -> None:
    with pytest.raises(CommandRejected) as refused:
        parse_directive("ziekenhuis ja, mits", discussed_on=NOVEMBER)
    assert refused.value.code == "restriction-missing"


def test_the_command_of_the_coach_becomes_a_full_sentence() -> None:
    made = parse_directive("reanimeren nee", discussed_on=NOVEMBER, discussed_with=("patiënt", "coach"))
    assert made.sentence_nl() == "NIET reanimeren — besproken op 3-11-2026 met patiënt en coach."


def test_switching_off_the_icd_cannot_be_misread() -> None:
    assert "WORDT uitgezet" in parse_directive("icd ja", discussed_on=NOVEMBER).sentence_nl()
    assert "WORDT uitgezet" in parse_directive("icd uitzetten ja", discussed_on=NOVEMBER).sentence_nl()
    assert "blijft AAN" in parse_directive("icd nee", discussed_on=NOVEMBER).sentence_nl()


def test_a_treatment_outside_the_list_has_a_name() -> None:
    made = parse_directive("anders sondevoeding: nee", discussed_on=NOVEMBER)
    assert (made.treatment, made.other_treatment, made.decision) == (Treatment.OTHER, "sondevoeding", Decision.NO)
    with pytest.raises(CommandRejected) as refused:
        parse_directive("anders nee", discussed_on=NOVEMBER)
    assert refused.value.code == "treatment-name-missing"


@given(st.text(max_size=80))
def test_whatever_is_typed_is_read_or_refused(text: str) -> None:
    for read in (parse_decision, parse_treatment, lambda said: parse_directive(said, discussed_on=None), parse_place):
        with suppress(CommandRejected):
            assert read(text) is not None


@given(st.sampled_from(sorted(TREATMENT_WORDS)).filter(lambda word: word != "anders"))
def test_every_known_word_works_in_the_command(word: str) -> None:
    assert parse_directive(f"{word} nee", discussed_on=None).treatment is TREATMENT_WORDS[word]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("thuis", Place.HOME),
        ("Hospice", Place.HOSPICE),
        ("verpleeghuis", Place.NURSING_HOME),
        ("ziekenhuis", Place.HOSPITAL),
        ("anders", Place.OTHER),
        ("onbekend", Place.UNKNOWN),
    ],
)
def test_a_place_is_known_by_its_daily_word(text: str, place: Place) -> None:
    assert parse_place(text).place is place


def test_another_place_has_words_and_a_relative_has_a_name() -> None:
    made = parse_place("anders: bij mijn zus", viewed_by="zoon Pieter")
    assert (made.other_place, made.view, made.viewed_by) == ("bij mijn zus", View.RELATIVE, "zoon Pieter")
    with pytest.raises(CommandRejected):
        parse_place("thuis: bij mijn zus")
