"""``[freshness]`` in the settings: a clinician's choice counts; a word that means nothing: do not start."""

from pathlib import Path

import pytest

from hub.domain.entries import Kind
from hub.domain.errors import StartRefused
from hub.domain.freshness import RULES
from hub.domain.turning_points import Trigger
from hub.settings import load


def _written(data: Path, text: str) -> Path:
    (data / "kring.toml").write_text(text)
    return data


def test_what_is_chosen_counts_and_the_rest_keeps_its_term(tmp_path: Path) -> None:
    text = '[freshness.days]\ntreatment_directive = 30\n[freshness.triggers]\nadvance_directive = ["moved"]\n'
    rules = load(_written(tmp_path, text)).freshness_rules()
    assert rules.of(Kind.TREATMENT_DIRECTIVE).days == 30
    assert rules.of(Kind.ADVANCE_DIRECTIVE).triggers == {Trigger.MOVED}
    assert rules.of(Kind.MEDICAL_POLICY_GOAL) == RULES[Kind.MEDICAL_POLICY_GOAL]


@pytest.mark.parametrize(
    "text",
    [
        "[freshness.days]\nbehandelgrens = 30\n",
        "[freshness.days]\ntreatment_directive = 0\n",
        '[freshness.days]\ntreatment_directive = "lang"\n',
        "[freshness.days]\nnote = 30\n",
        '[freshness.triggers]\ntreatment_directive = ["weather"]\n',
        "[freshness]\nterm = 3\n",
    ],
)
def test_an_unknown_word_or_a_term_that_means_nothing_does_not_start(tmp_path: Path, text: str) -> None:
    with pytest.raises(StartRefused, match="freshness"):
        load(_written(tmp_path, text))
