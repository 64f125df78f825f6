"""The course of a complaint: three series that are never mixed, whatever was recorded."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.adapters.picture import FONT, SCALE, png
from hub.charts import trend_chart
from hub.domain.dossier import Entry, Source, SourceKind, Status
from hub.domain.entries import kind_of
from hub.domain.errors import CommandRejected, IntegrityBroken
from hub.domain.identifiers import EntryRef
from hub.domain.observations import ItemScore, PainScore, Reporter, SymptomItem, SymptomScores
from hub.domain.trend import items_scored, parse_item, trend
from hub.domain.vocabulary import Role, Section
from hub.texts import translator
from tests.examples import examples

START = datetime(2026, 11, 3, 9, 0, tzinfo=UTC)


def entry(value: PainScore | SymptomScores, number: int, hours: int = 0, status: Status = Status.ACTIVE) -> Entry:
    return Entry(
        patient_id="pat-1",
        ref=EntryRef(Section.S5, number),
        version=1,
        kind=kind_of(value),
        topic=None,
        status=status,
        value=value,
        author_id="per-1",
        author_role=Role.HOME_CARE,
        responsible_id="per-1",
        organisation=None,
        source=Source(SourceKind.ROOM, "$event"),
        recorded_at=START + timedelta(hours=hours),
    )


SCORES = st.lists(
    st.tuples(st.sampled_from(Reporter), st.sampled_from(SymptomItem), st.integers(0, 10), st.integers(0, 500)),
    max_size=25,
)


def recorded(scores: list[tuple[Reporter, SymptomItem, int, int]]) -> list[Entry]:
    return [
        entry(SymptomScores((ItemScore(item, score),), reporter), number, hours)
        for number, (reporter, item, score, hours) in enumerate(scores, start=1)
    ]


@settings(max_examples=examples(200), deadline=None)
@given(scores=SCORES, item=st.sampled_from(SymptomItem))
def test_each_series_has_exactly_the_scores_of_its_own_reporter_in_order_of_time(
    scores: list[tuple[Reporter, SymptomItem, int, int]], item: SymptomItem
) -> None:
    found = trend(recorded(scores), item)
    by_reporter = {series.reporter: series for series in found.series}
    for reporter in Reporter:
        own = sorted(score for who, what, score, _ in scores if (who, what) == (reporter, item))
        points = by_reporter[reporter].points if reporter in by_reporter else ()
        assert sorted(point.score for point in points) == own
        assert list(points) == sorted(points, key=lambda point: point.at)
    assert [series.reporter for series in found.series] == [r for r in Reporter if r in by_reporter]


@settings(max_examples=examples(60), deadline=None)
@given(scores=SCORES.filter(bool))
def test_the_drawing_has_a_line_of_its_own_for_each_series_and_the_words_name_every_one(
    scores: list[tuple[Reporter, SymptomItem, int, int]],
) -> None:
    found = trend(recorded(scores), scores[0][1])
    drawn = ElementTree.fromstring(str(trend_chart.drawing(found)))
    name = "{http://www.w3.org/2000/svg}"
    assert len(drawn.findall(f".//{name}polyline")) == len(found.series)
    dashes = [line.get("stroke-dasharray") for line in drawn.findall(f".//{name}polyline")]
    assert len(set(dashes)) == len(dashes), "not by colour alone"
    assert not any(part.get("style") or part.get("class") for part in drawn.iter())
    described = drawn.findtext(f"{name}desc") or ""
    for series, line in zip(found.series, trend_chart.in_words(found).splitlines(), strict=True):
        assert trend_chart.REPORTERS[series.reporter] in line.lower()
        assert ", ".join(str(point.score) for point in series.points) in line
        assert line in described


def test_the_highest_of_the_patient_is_not_that_of_the_nurse() -> None:
    found = trend(
        [
            entry(PainScore(3, Reporter.PATIENT), 1),
            entry(PainScore(9, Reporter.PROFESSIONAL), 2, 5),
            entry(PainScore(8, Reporter.PATIENT), 3, 24),
        ],
        SymptomItem.PAIN,
    )
    patient, professional = trend_chart.in_words(found).splitlines()
    assert patient == "Volgens de patiënt zelf: 3, 8; hoogste 8 op 4-11-2026; laatste op 4-11-2026"
    assert professional.startswith("Volgens de zorgverlener: 9; hoogste 9")


def test_a_pain_score_and_a_diary_are_one_course_and_other_complaints_are_not() -> None:
    diary = SymptomScores((ItemScore(SymptomItem.PAIN, 5), ItemScore(SymptomItem.NAUSEA, 7)), Reporter.PATIENT)
    found = [entry(PainScore(3, Reporter.PATIENT), 1), entry(diary, 2, 3)]
    assert [p.score for p in trend(found, SymptomItem.PAIN).series[0].points] == [3, 5]
    assert [p.score for p in trend(found, SymptomItem.NAUSEA).series[0].points] == [7]
    assert items_scored(found) == (SymptomItem.PAIN, SymptomItem.NAUSEA)


def test_a_mended_score_takes_the_place_of_the_wrong_one_and_a_withdrawn_one_is_gone() -> None:
    wrong = entry(PainScore(9, Reporter.PATIENT), 1)
    mended = replace(wrong, version=2, value=PainScore(6, Reporter.PATIENT), reason="verkeerd getypt")
    gone = entry(PainScore(2, Reporter.PATIENT), 2, 1, Status.WITHDRAWN)
    assert [p.score for p in trend([wrong, mended, gone], SymptomItem.PAIN).series[0].points] == [6]


def test_without_scores_there_is_nothing_to_draw_and_words_say_so() -> None:
    found = trend([], SymptomItem.PAIN)
    assert not found.series
    assert trend_chart.in_words(found) == trend_chart.NOTHING
    assert trend_chart.title(found, translator("en")) == "Pain, from 0 to 10"


@pytest.mark.parametrize(("typed", "item"), [("", SymptomItem.PAIN), ("Kortademig", SymptomItem.BREATHLESSNESS)])
def test_a_complaint_is_named_as_people_do(typed: str, item: SymptomItem) -> None:
    assert parse_item(typed) is item


def test_another_word_is_refused_without_repeating_it() -> None:
    with pytest.raises(CommandRejected) as refused:
        parse_item("999990019")
    assert "999990019" not in str(refused.value)
    assert "benauwdheid" in str(refused.value)


def test_the_picture_is_a_png_of_the_size_that_the_drawing_has() -> None:
    found = trend(
        [entry(PainScore(3, Reporter.PATIENT), 1), entry(PainScore(7, Reporter.RELATIVE), 2, 9)], SymptomItem.PAIN
    )
    made = png(str(trend_chart.drawing(found, font=FONT, fixed=True)), trend_chart.WIDTH)
    assert made.startswith(b"\x89PNG")
    size = (int.from_bytes(made[16:20]), int.from_bytes(made[20:24]))
    assert size == (trend_chart.WIDTH * SCALE, trend_chart.height(found) * SCALE)


def test_what_is_no_drawing_makes_no_picture() -> None:
    with pytest.raises(IntegrityBroken):
        png("<svg", trend_chart.WIDTH)
