"""Conversations as data: whatever people type, nothing raises, nothing is lost, and nothing is filed by itself."""

import json
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.domain import entries, intake_form, pzp_form, usd_form
from hub.domain.advance_care_plan import Decision, Treatment, TreatmentDirective
from hub.domain.observations import USD_ITEMS, ItemScore, Reporter, SymptomItem
from hub.domain.question import Facts, Missing, NotUnderstoodError, Said
from hub.domain.question_readers import contact, names, past_date
from hub.domain.questionnaire import Interview, Outcome, Questionnaire, advance, from_json, to_json
from hub.domain.vocabulary import Section

TODAY = date(2026, 11, 3)
FACTS = Facts(TODAY, "Carla Vermeer (palliatieve zorgcoach)", Reporter.PATIENT)
EVERY = frozenset(Section)
PZP = pzp_form.form(EVERY, judges=True)
USD = usd_form.form(Reporter.PATIENT)
INTAKE = intake_form.form(EVERY, intake_form.Unasked(relatives=(("per-1", "Pieter de Wit"), ("per-2", "Els de Wit"))))
FORMS = (PZP, USD, INTAKE)

_WORDS = (
    *(
        "terug",
        "overslaan",
        "zo laten",
        "klaar",
        "wijzig 3",
        "wijzig 99",
        "stop",
        "vastleggen",
        "weggooien",
        "nog onbekend",
    ),
    *("niet besproken", "nog geen besluit", "ja", "nee", "vandaag", "2-11-2026", "11-2026", "3-12-2026", "31-2-2026"),
    *("1", "2", "3", "4", "5", "6", "7", "2 ja", "3 voor een botbreuk", "ja, mits thuis", "nee, want dat wil ze niet"),
    *("patiënt, zoon Pieter", "Pieter de Wit, zoon, 06-12345678", "Els\nPieter de Wit, zoon", "zoon Pieter: hospice"),
    *("sondevoeding: nee", "sondevoeding: nee\nsondevoeding: ja", "1 3-11-2024, 5", "1, 1", "thuis", "anders: bij Jo"),
    *("6 pijn, 3 benauwd", "6 3 0 - 2", "pijn 11", "pijn", "HAP Arnhem, 0900-1598", "mondeling bij huisbezoek"),
)
typed = st.one_of(st.sampled_from(_WORDS), st.text(max_size=30), st.text("0123456789 ,;:-.janemits\n", max_size=20))
forms = st.sampled_from(FORMS)


def walk(form: Questionnaire, texts: list[str]) -> Interview:
    interview = form.begin()
    for text in texts:
        interview = advance(form, interview, text, FACTS, there=True).interview
    return interview


def values(form: Questionnaire, interview: Interview) -> list[object]:
    return [value for asked in form.questions for value in form.values(asked, interview, FACTS)]


@settings(max_examples=400)
@given(forms, st.lists(typed, max_size=25))
def test_no_words_ever_raise_and_whatever_was_taken_in_can_be_filed(form: Questionnaire, texts: list[str]) -> None:
    interview = form.begin()
    for text in texts:
        move = advance(form, interview, text, FACTS, there=True)
        if move.outcome is Outcome.AGAIN:
            assert move.interview == interview
            assert move.told
        interview = move.interview
        for value in values(form, interview):
            if isinstance(value, entries.Value):
                again = entries.from_json(entries.kind_of(value), json.loads(json.dumps(entries.to_json(value))))
                assert again == value
                assert entries.sentence_nl(value)
            else:
                assert isinstance(value, Missing) or str(value)


@settings(max_examples=300)
@given(forms, st.lists(typed, max_size=25), typed)
def test_nothing_is_filed_without_the_word_at_the_summary(form: Questionnaire, texts: list[str], last: str) -> None:
    interview = walk(form, texts)
    move = advance(form, interview, last, FACTS, there=True)
    if move.outcome is Outcome.FILE:
        assert last.strip(" .!\n").casefold() in {"vastleggen", "leg vast", "file"}
        assert interview.at is None
    for text in ("ja", "ok", "1", "vastleggen?", "niet vastleggen", "nee, vastleggen"):
        assert advance(form, interview, text, FACTS).outcome is not Outcome.FILE


@settings(max_examples=300)
@given(forms, st.lists(typed, max_size=20), typed)
def test_back_restores_what_was_before_the_answer(form: Questionnaire, texts: list[str], last: str) -> None:
    before = walk(form, texts)
    move = advance(form, before, last, FACTS, there=True)
    if len(move.interview.trail) > len(before.trail):
        assert advance(form, move.interview, "terug", FACTS).interview == before


@settings(max_examples=300)
@given(forms, st.lists(typed, max_size=20))
def test_what_was_stored_is_where_somebody_goes_on(form: Questionnaire, texts: list[str]) -> None:
    interview = walk(form, texts)
    assert from_json(form, json.loads(json.dumps(to_json(interview)))) == interview


@given(forms)
def test_every_question_can_be_skipped_and_leads_to_the_summary(form: Questionnaire) -> None:
    interview = walk(form, ["overslaan"] * len(form.questions))
    assert interview.at is None
    assert values(form, interview) == []


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.kind)
def test_every_question_is_told_apart_and_takes_not_known_yet(form: Questionnaire) -> None:
    assert len({asked.key for asked in form.questions}) == len(form.questions)
    for asked in form.questions:
        assert asked.understand("nog onbekend", TODAY).said is Said.UNKNOWN
        assert asked.understand("niet besproken", TODAY).said is Said.NOT_ASKED
        assert asked.understand("nog geen besluit", TODAY).said is Said.UNDECIDED
        for number, label in enumerate(asked.choices, 1):
            option = asked.options[number - 1] if number <= len(asked.options) else None
            if option is None or not option.asks:
                assert asked.understand(str(number), TODAY) == asked.understand(label, TODAY)


def directive_after(*texts: str) -> TreatmentDirective | None:
    """What the answer to "reanimeren" makes."""
    interview = walk(PZP, ["2-11-2026", "patiënt", "overslaan", "overslaan", "overslaan", "overslaan", *texts])
    made = [value for value in values(PZP, interview) if isinstance(value, TreatmentDirective)]
    return made[0] if made else None


@pytest.mark.parametrize(
    ("text", "decision"),
    [
        ("1", Decision.YES),
        ("ja", Decision.YES),
        ("2", Decision.NO),
        ("2 nee", Decision.NO),
        ("niet", Decision.NO),
        ("3 voor een botbreuk", Decision.YES_BUT),
        ("3. ja, mits voor een botbreuk", Decision.YES_BUT),
        ("ja, mits voor een botbreuk", Decision.YES_BUT),
        ("4", Decision.UNKNOWN),
        ("nog onbekend", Decision.UNKNOWN),
        ("5", Decision.NOT_ASKED),
        ("niet besproken", Decision.NOT_ASKED),
        ("6", Decision.UNDECIDED),
        ("nog geen besluit", Decision.UNDECIDED),
    ],
)
def test_numbers_and_words_mean_the_same_decision(text: str, decision: Decision) -> None:
    made = directive_after(text)
    assert made is not None
    assert (made.treatment, made.decision) == (Treatment.RESUSCITATION, decision)
    assert made.restriction == ("voor een botbreuk" if decision is Decision.YES_BUT else None)


@pytest.mark.parametrize(
    "text", ["2 ja", "1 nee", "ja nee", "ja?", "3", "ja, mits", "4 ja", "8", "0", "misschien", "２"]
)
def test_an_answer_that_could_mean_two_things_means_nothing(text: str) -> None:
    assert directive_after(text) is None


def test_skipping_states_nothing_at_all_unlike_the_three_other_ways_of_not_knowing() -> None:
    assert directive_after("overslaan") is None
    said = {str(directive_after(text)) for text in ("4", "5", "6")}
    assert len(said) == 3


def test_yes_about_the_icd_switches_off_and_the_labels_say_so() -> None:
    asked = PZP.question("icd_off")
    assert asked is not None
    assert asked.choices[:2] == ("ja, de ICD wordt uitgezet", "nee, de ICD blijft aan")


def test_a_goal_that_was_discussed_without_a_decision_is_not_filed_as_unknown() -> None:
    goal = PZP.question("goal")
    assert goal is not None
    for text, filed in (("nog onbekend", 1), ("nog geen besluit", 0), ("niet besproken", 0)):
        reply = goal.understand(text, TODAY)
        assert len(PZP.values(goal, Interview({"goal": reply}, None), FACTS)) == filed


@pytest.mark.parametrize(
    ("text", "scores"),
    [
        ("6 pijn, 3 benauwd", {SymptomItem.PAIN: 6, SymptomItem.BREATHLESSNESS: 3}),
        ("pijn 6, droge mond 3", {SymptomItem.PAIN: 6, SymptomItem.DRY_MOUTH: 3}),
        ("pijn=6 benauwdheid: 3", {SymptomItem.PAIN: 6, SymptomItem.BREATHLESSNESS: 3}),
        ("6 3 0 - 2", dict(zip((*USD_ITEMS[:3], USD_ITEMS[4]), (6, 3, 0, 2), strict=True))),
        ("6, 3, 0", dict(zip(USD_ITEMS[:3], (6, 3, 0), strict=True))),
        ("10 pijn en 0 angst", {SymptomItem.PAIN: 10, SymptomItem.ANXIETY: 0}),
    ],
)
def test_scores_are_read_as_people_type_them(text: str, scores: dict[SymptomItem, int]) -> None:
    found = usd_form.read_scores(text, TODAY)
    assert {ItemScore(SymptomItem(str(item)), int(str(score))) for item, score in found} == {
        ItemScore(item, score) for item, score in scores.items()
    }


@pytest.mark.parametrize(
    "text",
    [
        "6",
        "6,5 pijn",
        "6-7 3",
        "8 à 9 pijn",
        "pijn 6-7",
        "11 pijn",
        "pijn 6, pijn 4",
        "6 hoofdpijn",
        "- -",
        "６ pijn",
        "-1 2",
    ],
)
def test_a_score_that_is_not_plain_is_asked_again(text: str) -> None:
    with pytest.raises(NotUnderstoodError):
        usd_form.read_scores(text, TODAY)


def test_the_list_of_complaints_stands_in_the_order_in_which_bare_numbers_are_read() -> None:
    listed = USD.questions[0].text.partition("De klachten: ")[2].rstrip(".")
    assert listed.split(", ") == [item.nl for item in USD_ITEMS]


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("vandaag", "2026-11-03"),
        ("gisteren", "2026-11-02"),
        ("3-11-2026", "2026-11-03"),
        ("2/11", "2026-11-02"),
        ("2 november", "2026-11-02"),
        ("2 nov. 2025", "2025-11-02"),
        ("mei 2026", None),
        ("11-2026", "2026-11"),
        ("2025", "2025"),
        ("4-11-2026", None),
        ("31-2-2026", None),
        ("32-1-2026", None),
        ("ooit", None),
    ],
)
def test_a_date_is_kept_as_precise_as_it_was_said_and_never_guessed(text: str, iso: str | None) -> None:
    if iso is None:
        with pytest.raises(NotUnderstoodError):
            past_date(text, TODAY)
    else:
        assert past_date(text, TODAY) == iso


def test_people_are_read_from_one_line() -> None:
    assert contact("Pieter de Wit, zoon, 06-12345678", TODAY) == {
        "name": "Pieter de Wit",
        "relation": "zoon",
        "phones": ["06-12345678"],
        "emails": [],
    }
    assert names("patiënt, zoon Pieter en dochter", TODAY) == ["patiënt", "zoon Pieter", "dochter"]
    for text in ("nee", "06-12345678", "Pieter, zoon, buurman", ""):
        with pytest.raises(NotUnderstoodError):
            contact(text, TODAY)
