"""The policy files say what the law says, cell by cell, whatever the facts."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from hub.access.engine import PolicyEngine
from hub.access.files import read_policy_files
from hub.access.limits import LIMITS, REQUIRED_GUARDS
from hub.access.matrix import render_matrix
from hub.domain.vocabulary import AgeBand, EmergencyChoice, PatientState, Purpose, Role

from .asking import CELLS, DAY, NOW, SECOND, ask
from .expected_matrix import expected

POLICIES = Path(__file__).parents[2] / "policies"

TOGGLES: dict[str, dict[str, Any]] = {
    "with consent": {"consented": True},
    "as lead": {"lead": True},
    "after discussion": {"discussed": True},
    "representation active": {"representative_active": True},
    "objected": {"objected": True},
    "deceased": {"patient_state": PatientState.DECEASED},
    "circle closed": {"circle_open": False},
    "relation until tomorrow": {"relation_until": NOW + DAY},
    "relation since this moment": {"relation_since": NOW},
    "relation until this moment": {"relation_until": NOW},
    "relation expired yesterday": {"relation_since": NOW - 9 * DAY, "relation_until": NOW - DAY},
    "relation starts in a second": {"relation_since": NOW + SECOND},
    "no relation": {"relation_since": None, "relation_until": None},
    "under 12": {"age": AgeBand.UNDER_12},
    "looking up": {"consultable": True},
    "looking up with explicit consent": {"consultable": True, "explicit": True},
    "completing after death": {"patient_state": PatientState.DECEASED, "completing": True},
    "may look after death": {"patient_state": PatientState.DECEASED, "after_death": True},
    "patient left": {"patient_state": PatientState.LEFT},
    "weak sign-in": {"assured": False},
    "stepped up": {"stepped_up": True},
    "open tasks": {"open_tasks": True},
    "emergency permitted": {"emergency_choice": EmergencyChoice.PERMIT},
    "emergency denied": {"emergency_choice": EmergencyChoice.DENY},
    "emergency opened": {"emergency_open": True, "purpose": Purpose.ETREAT},
    "emergency purpose": {"purpose": Purpose.ETREAT},
    "case open": {"case_open": True},
    "second person": {"approved": True},
}
ALL_GRANTED: dict[str, Any] = {
    "consented": True,
    "lead": True,
    "discussed": True,
    "representative_active": True,
    "stepped_up": True,
    "emergency_choice": EmergencyChoice.PERMIT,
    "case_open": True,
    "approved": True,
}
_WITHOUT: dict[str, Any] = {"emergency_choice": EmergencyChoice.UNKNOWN}

# What closes and what opens together; any other mix comes from test_policy_properties and from the full enumeration.
_PAIRS = (
    ("objected", "with consent"),
    ("objected", "deceased"),
    ("deceased", "circle closed"),
    ("circle closed", "patient left"),
    ("relation expired yesterday", "emergency permitted"),
    ("no relation", "emergency opened"),
    ("emergency permitted", "emergency opened"),
    ("looking up", "objected"),
    ("with consent", "after discussion"),
)

SITUATIONS = {
    "base": {},
    **TOGGLES,
    **{f"{one}, {two}": TOGGLES[one] | TOGGLES[two] for one, two in _PAIRS},
    "all granted": ALL_GRANTED,
    "all granted, opened before": ALL_GRANTED | {"relation_since": None, "emergency_open": True},
    **{f"all granted, {name}": ALL_GRANTED | facts for name, facts in TOGGLES.items()},
    **{f"all granted but {name}": ALL_GRANTED | {name: _WITHOUT.get(name, False)} for name in ALL_GRANTED},
}


_FIRES = (
    "base",
    "all granted",
    "objected",
    "deceased",
    "circle closed",
    "no relation",
    "under 12",
    "looking up",
    "patient left",
    "weak sign-in",
    "open tasks",
    "emergency purpose",
    "all granted, no relation",
    "all granted, opened before",
)
"""Situations in which together every rule has its say."""


@pytest.mark.parametrize("situation", [name for name in SITUATIONS if name not in TOGGLES])
def test_every_cell_is_as_the_law_has_it(engine: PolicyEngine, situation: str) -> None:
    requests = [ask(role, *cell, **SITUATIONS[situation]) for role in (*Role, None) for cell in CELLS]
    differences = []
    for request, decision in zip(requests, engine.decide_many(requests), strict=True):
        wanted = expected(request)
        if (decision.permitted, decision.limits if decision.permitted else frozenset()) != wanted or decision.errors:
            differences.append((str(request.role), str(request.action), str(request.section), wanted, decision))
    assert differences == []


def test_every_rule_decides_at_least_once(engine: PolicyEngine) -> None:
    requests = [
        ask(role, *cell, **SITUATIONS[situation]) for situation in _FIRES for role in (*Role, None) for cell in CELLS
    ]
    fired = {rule.id for decision in engine.decide_many(requests) for rule in decision.rules}
    assert {rule.id for rule in engine.rules()} - fired == set()


def test_a_refusal_for_want_of_one_fact_names_the_rule_that_asks_for_it(engine: PolicyEngine) -> None:
    cells = [(role, *cell) for role in Role for cell in CELLS]
    granted = engine.decide_many([ask(*cell, **ALL_GRANTED) for cell in cells])
    for fact in ALL_GRANTED:
        without = ALL_GRANTED | {fact: _WITHOUT.get(fact, False)}
        wanting = engine.decide_many([ask(*cell, **without) for cell in cells])
        for cell, before, after in zip(cells, granted, wanting, strict=True):
            if before.permitted and not after.permitted:
                assert after.rules, (fact, cell)


def test_a_permit_that_needs_a_fact_holds_by_itself_without_the_guard_that_repeats_it() -> None:
    only_locks = {
        "guard-relation",
        "guard-purpose",
        "guard-assurance",
        "guard-explicit-consent",
        "guard-objection",
        "guard-child-patient",
        "guard-after-death",
        "guard-after-death-completing",
        "guard-left",
        "guard-circle-closed",
        "guard-emergency-choice",
        "guard-open-tasks",
    }
    files = read_policy_files(POLICIES)
    repeating = REQUIRED_GUARDS - only_locks
    engine = PolicyEngine(
        replace(files, cedar={name: rule for name, rule in files.cedar.items() if name not in repeating})
    )
    for situation in ("base", *(f"all granted but {name}" for name in ALL_GRANTED)):
        requests = [ask(role, *cell, **SITUATIONS[situation]) for role in (*Role, None) for cell in CELLS]
        for request, decision in zip(requests, engine.decide_many(requests), strict=True):
            assert decision.permitted is expected(request)[0], (situation, request)


def test_one_by_one_and_all_at_once_give_the_same_answers(engine: PolicyEngine) -> None:
    requests = [ask(role, *cell, **ALL_GRANTED) for role in (Role.RELATIVE, Role.COACH, None) for cell in CELLS]
    requests[5] = replace(requests[5], now=NOW.replace(tzinfo=None))
    assert engine.decide_many(requests) == [engine.decide(request) for request in requests]
    assert engine.decide_many([]) == []


def test_the_printed_matrix_is_the_reviewed_one(engine: PolicyEngine) -> None:
    reviewed = (POLICIES / "role_matrix.txt").read_text(encoding="utf-8")
    assert render_matrix(engine) == reviewed, "run: python -m hub.access.matrix > policies/role_matrix.txt"


def test_the_readme_explains_every_limit_in_the_words_of_the_code() -> None:
    readme = (POLICIES / "README.md").read_text(encoding="utf-8")
    for word, meaning in LIMITS.items():
        assert f"| `{word}` | {meaning} |" in readme


def test_every_limit_that_the_code_knows_is_used_by_a_rule(engine: PolicyEngine) -> None:
    assert {rule.limit for rule in engine.rules()} - {None} == set(LIMITS)
