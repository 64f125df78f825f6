"""Drempels, held against any history: never another series, never what nobody asked for, never twice for one item."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.dossier import Entry, Source, SourceKind, Status
from hub.domain.entries import Value, kind_of
from hub.domain.errors import CommandRejected
from hub.domain.function import MeaningItem, MeaningScore, MeaningScores, PerformanceScore, Scale
from hub.domain.identifiers import EntryRef
from hub.domain.observations import ItemScore, PainScore, Reporter, SymptomItem, SymptomScores
from hub.domain.psychosocial import CarerStrain
from hub.domain.threshold_commands import parse_threshold, thresholds_nl
from hub.domain.triggers import MEASURED, Cause, ItemRule, Thresholds, prompts, settled
from hub.domain.vocabulary import Role

START = datetime(2026, 11, 3, 9, tzinfo=UTC)
_SCORE = st.integers(0, 10)


def entry(value: Value, number: int = 1, hours: float = 0, version: int = 1, status: Status = Status.ACTIVE) -> Entry:
    kind = kind_of(value)
    assert kind.section is not None
    return Entry(
        patient_id="pat_anna",
        ref=EntryRef(kind.section, number),
        version=version,
        kind=kind,
        topic=None,
        status=status,
        value=value,
        author_id="per_samira",
        author_role=Role.HOME_CARE,
        responsible_id="per_samira",
        organisation=None,
        source=Source(SourceKind.ROOM, "$1"),
        recorded_at=START + timedelta(hours=hours),
    )


def diary(scores: dict[SymptomItem, int], reporter: Reporter) -> SymptomScores:
    return SymptomScores(tuple(ItemScore(item, score) for item, score in scores.items()), reporter)


symptoms = st.one_of(
    st.builds(PainScore, _SCORE, st.sampled_from(Reporter)),
    st.builds(
        diary, st.dictionaries(st.sampled_from(SymptomItem), _SCORE, min_size=1, max_size=6), st.sampled_from(Reporter)
    ),
)
others = st.one_of(
    st.builds(PerformanceScore, st.sampled_from(Scale), st.integers(0, 10).map(lambda ten: ten * 10)),
    st.builds(CarerStrain, _SCORE, st.sampled_from(["zoon Pieter", "dochter Els"]), st.sampled_from(Reporter)),
)
measurements = st.one_of(symptoms, others)
histories = st.lists(st.tuples(measurements, st.integers(1, 400)), max_size=12).map(
    lambda found: [entry(value, 100 + place, -hours) for place, (value, hours) in enumerate(found)]
)
rules = st.builds(
    Thresholds,
    relevant=st.integers(1, 5),
    serious=st.integers(5, 10),
    rise=st.integers(1, 6),
    items=st.lists(st.builds(ItemRule, st.sampled_from(SymptomItem), off=st.booleans()), max_size=4, unique_by=id).map(
        lambda found: tuple({one.item: one for one in found}.values())
    ),
)


@given(rules, histories, measurements)
def test_each_item_is_asked_about_at_most_once_and_only_what_was_measured(
    chosen: Thresholds, history: list[Entry], value: Value
) -> None:
    found = prompts(chosen, history, entry(value))
    assert len({one.about for one in found}) == len(found)
    measured = {"pps", "strain"} if not isinstance(value, PainScore | SymptomScores) else set(_items(value))
    assert {one.about for one in found} <= measured


@given(rules, histories, symptoms)
def test_the_series_of_others_change_nothing(
    chosen: Thresholds, history: list[Entry], value: PainScore | SymptomScores
) -> None:
    own = [one for one in history if getattr(one.value, "reporter", None) is value.reporter]
    assert prompts(chosen, history, entry(value)) == prompts(chosen, own, entry(value))


@given(rules, histories, symptoms)
def test_nobody_is_asked_for_a_score_that_is_low_and_did_not_rise(
    chosen: Thresholds, history: list[Entry], value: PainScore | SymptomScores
) -> None:
    for one in prompts(chosen, history, entry(value)):
        limits = chosen.of(SymptomItem(one.about))
        assert limits is not None
        score = _items(value)[one.about]
        assert one.cause is Cause.RISE or score >= limits[0]
        assert (one.cause is Cause.SERIOUS) is (score >= limits[1])


@given(rules, histories, st.sampled_from(Reporter), st.sampled_from(SymptomItem), _SCORE, _SCORE)
def test_a_worse_score_never_asks_less(
    chosen: Thresholds, history: list[Entry], reporter: Reporter, item: SymptomItem, one: int, other: int
) -> None:
    low, high = sorted((one, other))
    less = prompts(chosen, history, entry(diary({item: low}, reporter)))
    more = prompts(chosen, history, entry(diary({item: high}, reporter)))
    assert not less or more
    assert not any(found.same_day for found in less) or all(found.same_day for found in more)


@given(histories, symptoms)
def test_an_item_that_is_off_asks_nobody(history: list[Entry], value: PainScore | SymptomScores) -> None:
    off = Thresholds(items=tuple(ItemRule(item, off=True) for item in SymptomItem))
    assert prompts(off, history, entry(value)) == ()


@given(rules, histories, symptoms)
def test_what_asked_is_settled_by_a_nought_of_the_same_person_and_never_by_itself(
    chosen: Thresholds, history: list[Entry], value: PainScore | SymptomScores
) -> None:
    new = entry(value)
    nought = entry(diary(dict.fromkeys(SymptomItem, 0), value.reporter), 2, 1)
    for one in prompts(chosen, history, new):
        limits = chosen.of(SymptomItem(one.about))
        assert limits is not None
        if _items(value)[one.about] >= limits[0]:
            assert not settled(chosen, [*history, new], one.mark)
        assert settled(chosen, [*history, new, nought], one.mark)


@pytest.mark.parametrize("scores", [[10] * 6, [0] * 6])
def test_questions_of_meaning_have_no_threshold(scores: list[int]) -> None:
    items = list(MeaningItem)[: len(scores)]
    value = MeaningScores(
        tuple(MeaningScore(item, score) for item, score in zip(items, scores, strict=False)), Reporter.PATIENT
    )
    assert kind_of(value) not in MEASURED
    assert prompts(Thresholds(), [], entry(value)) == ()


def test_four_is_new_once_and_seven_asks_each_time() -> None:
    first = entry(PainScore(4, Reporter.PATIENT), 1)
    assert [one.cause for one in prompts(Thresholds(), [], first)] == [Cause.RELEVANT]
    second = entry(PainScore(5, Reporter.PATIENT), 2, 30)
    assert prompts(Thresholds(), [first], second) == ()
    third, fourth = entry(PainScore(7, Reporter.PATIENT), 3, 60), entry(PainScore(7, Reporter.PATIENT), 4, 90)
    assert [one.cause for one in prompts(Thresholds(), [first, second], third)] == [Cause.SERIOUS]
    assert [one.cause for one in prompts(Thresholds(), [first, second, third], fourth)] == [Cause.SERIOUS]


def test_pain_on_its_own_and_in_the_diary_is_one_series() -> None:
    before = entry(PainScore(1, Reporter.PATIENT), 1)
    after = entry(diary({SymptomItem.PAIN: 4}, Reporter.PATIENT), 2, 23)
    assert [one.cause for one in prompts(Thresholds(), [before], after)] == [Cause.RISE]
    late = entry(diary({SymptomItem.PAIN: 4}, Reporter.PATIENT), 2, 25)
    assert [one.cause for one in prompts(Thresholds(), [before], late)] == [Cause.RELEVANT]


def test_well_being_is_worse_when_it_is_higher() -> None:
    (found,) = prompts(Thresholds(), [], entry(diary({SymptomItem.WELL_BEING: 9}, Reporter.PATIENT)))
    assert found.cause is Cause.SERIOUS


def test_what_was_corrected_away_is_no_history() -> None:
    wrong = entry(PainScore(1, Reporter.PATIENT), 1)
    mended = entry(PainScore(4, Reporter.PATIENT), 1, 1, version=2)
    new = entry(PainScore(4, Reporter.PATIENT), 2, 5)
    assert prompts(Thresholds(), [wrong, mended], new) == ()
    gone = entry(PainScore(4, Reporter.PATIENT), 1, 1, version=2, status=Status.MOVED_OUT)
    assert [one.cause for one in prompts(Thresholds(), [wrong, gone], new)] == [Cause.RELEVANT]


@pytest.mark.parametrize(
    ("before", "now", "cause"),
    [
        ((), 40, None),
        ((), 30, Cause.LOW),
        ((50,), 40, None),
        ((60,), 40, Cause.DROP),
        ((60, 50), 40, Cause.DROP),
        ((40,), 30, Cause.LOW),
        ((30,), 30, None),
        ((30,), 20, None),
        ((40,), 60, None),
    ],
)
def test_functioning_asks_after_a_fall_of_twenty_and_at_thirty(
    before: tuple[int, ...], now: int, cause: Cause | None
) -> None:
    history = [entry(PerformanceScore(Scale.PPS, score), place, place) for place, score in enumerate(before, 1)]
    found = prompts(Thresholds(), history, entry(PerformanceScore(Scale.PPS, now), 9, 48))
    assert [one.cause for one in found] == ([cause] if cause else [])


def test_a_fall_over_more_than_a_fortnight_is_no_fall_of_twenty() -> None:
    history = [entry(PerformanceScore(Scale.PPS, 60), 1), entry(PerformanceScore(Scale.PPS, 50), 2, 24 * 10)]
    assert prompts(Thresholds(), history, entry(PerformanceScore(Scale.PPS, 40), 3, 24 * 15)) == ()


def test_karnofsky_and_another_carer_are_other_series() -> None:
    assert prompts(Thresholds(), [], entry(PerformanceScore(Scale.KPS, 10))) == ()
    pieter = entry(CarerStrain(8, "zoon Pieter", Reporter.PROFESSIONAL), 1)
    els = entry(CarerStrain(8, "dochter Els", Reporter.PROFESSIONAL), 2, 1)
    again = entry(CarerStrain(9, "zoon Pieter", Reporter.PROFESSIONAL), 3, 2)
    assert [one.cause for one in prompts(Thresholds(), [pieter], els)] == [Cause.STRAIN]
    assert prompts(Thresholds(), [pieter, els], again) == ()


@given(st.text(max_size=60))
def test_whatever_is_typed_is_understood_or_refused_in_one_sentence(text: str) -> None:
    with suppress(CommandRejected):
        found = parse_threshold(text, Thresholds())
        assert all(sentence % facts for sentence, facts in thresholds_nl(found))


@given(st.sampled_from(SymptomItem), st.integers(1, 10))
def test_every_item_by_its_own_name(item: SymptomItem, score: int) -> None:
    found = parse_threshold(f"{item.nl} {score}", Thresholds()).of(item)
    assert found is not None
    assert found == (score, max(7, score))
    assert parse_threshold(f"{item.nl} uit", Thresholds()).of(item) is None
    off = parse_threshold(f"{item.nl} uit", Thresholds())
    assert parse_threshold(f"{item.nl} standaard", off) == Thresholds()


def _items(value: PainScore | SymptomScores) -> dict[str, int]:
    if isinstance(value, PainScore):
        return {"pain": value.score}
    return {one.item.value: one.score for one in value.scores}
