"""Every kind of entry keeps its value through storage, strictly."""

from dataclasses import MISSING, fields
from types import NoneType
from typing import Any, get_args, get_type_hints

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.domain.documents import Document
from hub.domain.entries import KINDS, Kind, Note, Statement, Value, from_json, kind_of, sentence_nl, to_json, topic
from hub.domain.function import PerformanceScore, Scale, Weight
from hub.domain.network_kinds import Hours, Reachability
from hub.domain.observations import PainScore, Reporter
from hub.domain.values import Moment, PartialDate
from hub.domain.vocabulary import Section

READABLE = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=30)
DATES = st.dates().filter(lambda day: 1850 <= day.year <= 2199).map(PartialDate.of) | st.integers(1850, 2199).map(
    lambda year: PartialDate(str(year))
)


MOMENTS = DATES.filter(lambda day: len(day.text) == 10).flatmap(
    lambda day: st.sampled_from([Moment(day.text), Moment(f"{day.text}T23:59")])
)
PHONES = st.sampled_from(["112", "026-3214567", "+31 (0)26 321 45 67"])


def of_hint(hint: Any) -> st.SearchStrategy[Any]:
    if NoneType in get_args(hint):
        (inner,) = (option for option in get_args(hint) if option is not NoneType)
        return st.none() | of_hint(inner)
    if getattr(hint, "__origin__", None) is tuple:
        return st.lists(of_hint(get_args(hint)[0]), max_size=3).map(tuple)
    if hint is str:
        return READABLE
    if hint is PartialDate:
        return DATES
    if hint is Moment:
        return MOMENTS
    if hint is int:
        return st.integers(0, 10)
    if hasattr(hint, "__dataclass_fields__"):
        return of_dataclass(hint)
    return st.from_type(hint)


PICKY: dict[type, st.SearchStrategy[Any]] = {
    Statement: st.builds(Statement, st.sampled_from(["S3-1", "S10-12"]), READABLE, st.booleans()),
    PerformanceScore: st.builds(
        PerformanceScore, st.sampled_from(Scale), st.integers(0, 10).map(lambda tens: tens * 10), st.none() | READABLE
    ),
    Weight: st.builds(Weight, st.integers(300, 400_000), st.none() | READABLE),
    Reachability: st.builds(
        Reachability,
        st.lists(st.sampled_from(Hours), min_size=1, unique=True).map(tuple),
        READABLE,
        PHONES,
        st.none() | READABLE,
        st.none() | READABLE,
    ),
    Document: st.builds(
        Document,
        READABLE,
        st.sampled_from(["image/jpeg", "application/pdf", "text/plain"]),
        st.integers(1, 25 * 1024 * 1024),
        st.text("0123456789abcdef", min_size=64, max_size=64),
        st.text("abcdefghij0123456789-_", min_size=1, max_size=64),
        st.none() | READABLE,
    ),
}
"""Values whose fields are narrower than their types."""


def of_dataclass(made: Any) -> st.SearchStrategy[Any]:
    hints = get_type_hints(made)
    if made in PICKY:
        return PICKY[made]

    def build(arguments: dict[str, Any]) -> Any:
        try:
            return made(**arguments)
        except ValueError:
            return None

    everything = st.fixed_dictionaries({field.name: of_hint(hints[field.name]) for field in fields(made)})
    required = st.fixed_dictionaries(
        {field.name: of_hint(hints[field.name]) for field in fields(made) if field.default is MISSING}
    )
    return (everything | required).map(build).filter(lambda value: value is not None)


VALUES = st.sampled_from(list(Kind)).flatmap(lambda kind: of_dataclass(KINDS[kind].value))


@settings(suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow], deadline=None)
@given(VALUES)
def test_a_value_comes_back_from_storage_as_it_went_in(value: Value) -> None:
    assert from_json(kind_of(value), to_json(value)) == value
    assert sentence_nl(value).strip()
    assert topic(value) is None or topic(value)


@pytest.mark.parametrize("kind", Kind)
def test_an_unknown_or_missing_field_is_refused(kind: Kind) -> None:
    with pytest.raises(ValueError, match="onbekend veld"):
        from_json(kind, {"surprise": 1})
    with pytest.raises(ValueError, match="ontbrekend veld"):
        from_json(kind, {})


@pytest.mark.parametrize("score", [True, 8.0, "8", None, 11])
def test_a_score_that_is_no_whole_number_is_refused(score: object) -> None:
    with pytest.raises(ValueError, match=r"int|score"):
        from_json(Kind.PAIN_SCORE, {"score": score, "reporter": "patient"})


def test_every_kind_has_one_value_one_section_and_a_title() -> None:
    assert set(KINDS) == set(Kind)
    assert len({spec.value for spec in KINDS.values()}) == len(KINDS)
    assert all(kind.title_nl for kind in Kind)
    assert [kind for kind in Kind if kind.section is None] == [Kind.NOTE, Kind.STATEMENT, Kind.DOCUMENT]
    assert Kind.TREATMENT_DIRECTIVE.section is Section.S3
    assert Kind.PREFERRED_PLACE_OF_DEATH.section is Section.S4


def test_a_measurement_replaces_nothing() -> None:
    assert topic(PainScore(8, Reporter.PATIENT)) is None
    assert topic(Note("Rustige nacht.")) is None


@pytest.mark.parametrize("text", ["2026-02-30", "2026-13", "26", "2026-1", "２０２６", "2026-11-03T10:00", ""])
def test_a_date_that_does_not_exist_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="datum"):
        PartialDate(text)


def test_a_partial_date_is_only_later_when_it_is_later_for_certain() -> None:
    assert PartialDate("2026").certainly_after(PartialDate("2025-12-31"))
    assert not PartialDate("2026").certainly_after(PartialDate("2026-01-01"))
    assert PartialDate("2024-02").last_day.day == 29
    assert [PartialDate(text).nl for text in ("2026", "2026-11", "2026-11-03")] == ["2026", "11-2026", "3-11-2026"]
