"""Verschil in het Nederlands: nothing for the same, every changed field for any change, never a bare yes or no."""

from dataclasses import fields
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.domain.advance_care_plan import Decision, Treatment, TreatmentDirective
from hub.domain.difference import difference, label
from hub.domain.entries import KINDS, Kind, Note, kind_of
from tests.domain.test_entries import of_dataclass
from tests.examples import examples

PAIRS = st.sampled_from(list(Kind)).flatmap(
    lambda kind: st.tuples(of_dataclass(KINDS[kind].value), of_dataclass(KINDS[kind].value))
)
_SLOW = [HealthCheck.filter_too_much, HealthCheck.too_slow]


@settings(suppress_health_check=_SLOW, deadline=None, max_examples=examples(150))
@given(PAIRS)
def test_a_difference_names_every_field_that_changed_and_no_other(pair: tuple[Any, Any]) -> None:
    before, after = pair
    changed = [one.name for one in fields(before) if getattr(before, one.name) != getattr(after, one.name)]
    found = difference(before, after)
    assert [one.field for one in found.fields] == changed
    lines = found.lines_nl()
    assert len(lines) == (len(changed) + 2 if changed else 0)
    for name, line in zip(changed, lines[2:], strict=False):
        assert line.startswith(label(kind_of(before).value, name))
    # A decision is never said without its verb: only the sentences carry it.
    assert not any(one.field == "decision" and one.was is not None for one in found.fields)


@settings(suppress_health_check=_SLOW, deadline=None, max_examples=examples(60))
@given(PAIRS)
def test_the_same_value_has_no_difference_and_it_is_the_same_the_other_way_round(pair: tuple[Any, Any]) -> None:
    before, after = pair
    assert difference(before, before).lines_nl() == []
    there, back = difference(before, after), difference(after, before)
    assert [(one.field, one.was, one.now) for one in there.fields] == [
        (one.field, one.now, one.was) for one in back.fields
    ]


@pytest.mark.parametrize("kind", list(Kind), ids=str)
def test_every_field_of_every_kind_has_a_name_in_dutch(kind: Kind) -> None:
    for one in fields(KINDS[kind].value):
        assert label(kind.value, one.name)


def test_the_verb_is_in_the_sentences_and_the_field_says_only_that_it_changed() -> None:
    no, yes = (TreatmentDirective(Treatment.ICD_OFF, one) for one in (Decision.NO, Decision.YES))
    found = difference(no, yes)
    assert found.lines_nl("verkeerd gehoord") == [
        "was: De ICD blijft AAN en wordt NIET uitgezet — besproken op onbekende datum.",
        "is nu: De ICD WORDT uitgezet in de laatste levensfase — besproken op onbekende datum.",
        "omdat: ‘verkeerd gehoord’",
        "besluit: veranderd",
    ]


def test_two_kinds_have_no_difference() -> None:
    with pytest.raises(ValueError, match="one kind"):
        difference(Note("tekst"), TreatmentDirective(Treatment.ICD_OFF, Decision.NO))
