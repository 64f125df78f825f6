"""Pain, symptoms and complexity as they are typed at the bedside."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.errors import CommandRejected
from hub.domain.observations import (
    Complexity,
    ItemScore,
    Level,
    PainScore,
    Reporter,
    SymptomItem,
    SymptomScores,
    parse_complexity,
    parse_pain_score,
    parse_usd,
)


@pytest.mark.parametrize(
    ("text", "score", "note"),
    [
        ("8", 8, None),
        ("8,", 8, None),
        ("8/10", 8, None),
        ("0", 0, None),
        ("10", 10, None),
        (" 8 nachtpijn in de heup", 8, "nachtpijn in de heup"),
        ("8, nachtpijn", 8, "nachtpijn"),
        ("8 10 mg morfine gegeven", 8, "10 mg morfine gegeven"),
    ],
)
def test_a_pain_score_is_a_whole_number_with_perhaps_a_note(text: str, score: int, note: str | None) -> None:
    assert parse_pain_score(text, Reporter.PATIENT) == PainScore(score, Reporter.PATIENT, note)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "11",
        "-1",
        "+8",
        "08",
        "8.5",
        "8,5",
        "8-9",
        "8 à 9",
        "8 of 9",
        "8 tot 9",
        "8½",
        "8/5",
        "８",
        "٨",
        "acht",
        "nacht 8",
        "100",
    ],
)
def test_what_is_not_one_whole_number_from_0_to_10_is_refused(text: str) -> None:
    with pytest.raises(CommandRejected, match="0 tot en met 10"):
        parse_pain_score(text, Reporter.PATIENT)


@given(st.text(max_size=60))
def test_whatever_is_typed_is_read_or_refused(text: str) -> None:
    for read in (parse_pain_score, parse_usd):
        try:
            made = read(text, Reporter.PROFESSIONAL)
        except CommandRejected:
            continue
        assert made.sentence_nl().endswith(".")


@given(st.integers(0, 10))
def test_every_score_survives_the_command(score: int) -> None:
    assert parse_pain_score(f"{score} toelichting", Reporter.RELATIVE).score == score


def test_the_diary_understands_the_words_of_the_bedside() -> None:
    made = parse_usd("pijn=6 kortademigheid: 3, Slaapproblemen = 7 droge mond=2 misselijk=0", Reporter.PATIENT)
    assert made.scores == (
        ItemScore(SymptomItem.PAIN, 6),
        ItemScore(SymptomItem.BREATHLESSNESS, 3),
        ItemScore(SymptomItem.SLEEP, 7),
        ItemScore(SymptomItem.DRY_MOUTH, 2),
        ItemScore(SymptomItem.NAUSEA, 0),
    )


def test_the_letter_that_is_i_and_j_at_once_is_read_as_both() -> None:
    assert parse_usd("PĲN=6", Reporter.PATIENT) == parse_usd("pijn=6", Reporter.PATIENT)


def test_every_item_of_the_diary_is_known_by_its_own_name() -> None:
    for item in SymptomItem:
        assert parse_usd(f"{item.nl}=4", Reporter.PATIENT).scores == (ItemScore(item, 4),)


@pytest.mark.parametrize(
    "text", ["", "pijn", "pijn 6", "jeuk=4", "pijn=11", "pijn=６", "pijn=6 pijn=7", "pijn=6 en moe", "=6"]
)
def test_half_a_diary_is_refused(text: str) -> None:
    with pytest.raises(CommandRejected):
        parse_usd(text, Reporter.PATIENT)


def test_no_diary_takes_long_to_read() -> None:
    """The bot reads it while everybody waits for the database: a few lines of letters and spaces once took minutes."""
    began = time.process_time()
    for text in ("a" * 2500 + " " * 2500 + "b", "a " * 3900, "pijn" + " =" * 3000, "=" * 7900):
        with pytest.raises(CommandRejected):
            parse_usd(text, Reporter.RELATIVE)
    assert time.process_time() - began < 20


def test_the_series_of_patient_professional_and_relative_stay_apart() -> None:
    topics = {SymptomScores((ItemScore(SymptomItem.PAIN, 4),), reporter).topic() for reporter in Reporter}
    sentences = {PainScore(4, reporter).sentence_nl() for reporter in Reporter}
    assert len(topics) == len(sentences) == 3


def test_complexity_has_a_level_and_a_reason() -> None:
    assert parse_complexity("Hoog: twee opnames in een maand") == Complexity(Level.HIGH, "twee opnames in een maand")
    assert parse_complexity("gemiddeld").sentence_nl() == "De complexiteit is gemiddeld."
    with pytest.raises(CommandRejected):
        parse_complexity("erg hoog")
