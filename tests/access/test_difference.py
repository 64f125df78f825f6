"""A change of policy tells who gains and who loses, no more and no less than what really changes."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from hub.access.difference import AXES, Change, Difference, ask_with, compare, differences
from hub.access.difference_text import in_words
from hub.access.engine import PolicyEngine
from hub.access.files import PolicyFiles, read_policy_files
from hub.cli import app
from hub.domain.access import AccessRequest, Decision
from hub.domain.vocabulary import Role, Section

from .asking import CELLS
from .conftest import POLICIES

Change_ = Callable[[str, str, str], Path]
FILES = read_policy_files(POLICIES)
SMALL = sorted(
    name
    for name, rule in FILES.cedar.items()
    if rule["principal"]["op"] == "==" and rule["principal"]["entity"]["id"] in {"relative", "pharmacist", "locum"}
)

ASKING = [Role.RELATIVE, Role.PHARMACIST, Role.LOCUM]
facts = st.fixed_dictionaries({}, optional={name: st.sampled_from(values) for name, values in AXES.items()})


def changed_files(removed: frozenset[str], unlimited: frozenset[str]) -> PolicyFiles:
    """The real rules without some, and with the limit taken off others."""
    cedar: dict[str, Any] = {name: rule for name, rule in FILES.cedar.items() if name not in removed}
    for name in unlimited & cedar.keys():
        rule = dict(cedar[name])
        rule["annotations"] = {key: value for key, value in rule["annotations"].items() if key != "limit"}
        cedar[name] = rule
    rules = tuple(replace(rule, limit=None) if rule.id in unlimited else rule for rule in FILES.rules)
    return replace(FILES, cedar=cedar, rules=rules)


def told(decision: Decision) -> tuple[bool, frozenset[str]]:
    return decision.permitted, decision.limits if decision.permitted else frozenset()


def question_of(one: Difference) -> AccessRequest:
    return ask_with(one.role, one.action, one.section, one.facts)


@given(
    removed=st.frozensets(st.sampled_from(SMALL), max_size=2),
    unlimited=st.frozensets(st.sampled_from(SMALL), max_size=1),
    asked=st.lists(st.tuples(st.sampled_from(ASKING), st.sampled_from(CELLS), facts), min_size=30, max_size=60),
)
@settings(deadline=None, max_examples=12)
def test_what_is_told_is_what_changes_and_what_changes_is_told(
    removed: frozenset[str], unlimited: frozenset[str], asked: list[Any]
) -> None:
    other = changed_files(removed, unlimited)
    before, after = PolicyEngine(FILES), PolicyEngine(other)
    found = list(differences(FILES, other))
    for one in found:
        assert told(before.decide(question_of(one))) != told(after.decide(question_of(one)))
    cells = {(one.role, one.action, one.section) for one in found}
    for role, (action, section), deviations in asked:
        question = ask_with(role, action, section, deviations.items())
        if told(before.decide(question)) != told(after.decide(question)):
            assert (role, action, section) in cells


def test_the_same_rules_in_other_words_are_no_difference(changed: Change_) -> None:
    assert compare(POLICIES, POLICIES) == []
    reworded = changed("21-gp.cedar", "De huisarts leest", "Uw huisarts leest")
    assert compare(POLICIES, reworded) == []
    assert "Geen verschil" in in_words([], "a", "b")


def test_a_relative_who_loses_a_section_is_told_with_the_consent_that_opened_it(changed: Change_) -> None:
    without = changed("12-relative.cedar", 'Kring::Section::"S4", ', "")
    (lost,) = compare(POLICIES, without)
    assert (lost.change, lost.role, lost.section) == (Change.LOSES, Role.RELATIVE, Section.S4)
    assert lost.facts == (("consented", True),)
    assert "lezen S4 – " in in_words([lost], "a", "b")
    (gained,) = compare(without, POLICIES)
    assert gained.change is Change.GAINS


def test_a_wider_limit_is_told_with_what_it_was(changed: Change_) -> None:
    wider = changed("22-locum.cedar", '@limit("summary")', '@limit("last")')
    (limit,) = compare(POLICIES, wider)
    assert limit.change is Change.LIMITS
    assert "was summary: alleen een samenvatting; wordt last: alleen de laatste metingen" in in_words([limit], "a", "b")


def test_a_guard_that_lets_go_shows_what_comes_through_and_under_which_facts(changed: Change_) -> None:
    loose = changed("90-guards.cedar", "when { context.open_tasks };", "when { context.open_tasks && context.lead };")
    found = compare(POLICIES, loose)
    assert {one.change for one in found} == {Change.GAINS}
    assert {str(one.action) for one in found} == {"leave"}
    assert Role.COACH in {one.role for one in found}
    assert all(("open_tasks", True) in one.facts for one in found)
    # A representative leaves while that representation is active, and only then.
    (representative,) = [one for one in found if one.role is Role.REPRESENTATIVE]
    assert ("representative_active", True) in representative.facts


def test_a_limit_that_is_taken_off_or_put_on_is_told_with_that_limit() -> None:
    unlimited = changed_files(frozenset(), frozenset({"locum-read-illness-summary"}))
    (wider,) = differences(FILES, unlimited)
    (narrower,) = differences(unlimited, FILES)
    assert "(was: summary: alleen een samenvatting)" in in_words([wider], "a", "b")
    assert "(beperkt: summary: alleen een samenvatting)" in in_words([narrower], "a", "b")


def test_a_door_that_another_guard_keeps_shut_whatever_else_is_true_is_no_difference() -> None:
    """After death the patient asks nothing any more: then it does not matter which of two guards says so."""
    both = {"patient-withdraw-directive", "guard-after-death", "guard-after-death-completing"}
    with_two = replace(FILES, cedar={name: rule for name, rule in FILES.cedar.items() if name in both})
    without = replace(FILES, cedar={name: with_two.cedar[name] for name in both - {"guard-after-death-completing"}})
    assert list(differences(with_two, without)) == []


def test_a_guard_that_only_repeats_what_the_rules_ask_is_no_difference_when_it_goes() -> None:
    """It is there to say why: without it no relative comes in who would not come in with it."""
    without = changed_files(frozenset({"guard-relative-consent"}), frozenset())
    assert list(differences(FILES, without)) == []


def test_on_the_command_line_the_exit_status_says_whether_there_is_a_difference(changed: Change_) -> None:
    wider = changed("22-locum.cedar", '@limit("summary")', '@limit("last")')
    run = CliRunner().invoke
    same = run(app, ["policy", "diff", str(POLICIES), str(POLICIES), "--json"])
    assert (same.exit_code, json.loads(same.stdout)["differences"]) == (0, [])
    other = run(app, ["policy", "diff", str(POLICIES), str(wider), "--json"])
    assert other.exit_code == 1
    assert json.loads(other.stdout)["differences"] == [
        {
            "change": "limits", "role": "locum", "action": "read", "section": "S2", "when": [],
            "limits_before": ["summary"], "limits_after": ["last"],
        }
    ]  # fmt: skip
    assert "waarnemend huisarts\n  lezen S2" in run(app, ["policy", "diff", str(POLICIES), str(wider)]).stdout
    assert run(app, ["policy", "diff"]).exit_code == 2


@pytest.mark.parametrize("wrong", ["no folder", "no policy"])
def test_what_is_no_policy_is_not_compared(wrong: str, tmp_path: Path) -> None:
    folder = tmp_path / "nowhere" if wrong == "no folder" else tmp_path
    result = CliRunner().invoke(app, ["policy", "diff", str(POLICIES), str(folder)])
    assert result.exit_code == 1
    assert "Beleid" in result.output
