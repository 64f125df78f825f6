"""A rule that is wrong in one place is noticed: mutants of the policies, all but the few that change nothing."""

import random

import pytest

from .mutants_policies import killed_by, mutants, rules, survivors

_INSIDE = "without a relation guard-relation closes; after the procedure the rule for outside opens it already"
_OUTSIDE = "without the procedure guard-relation closes; with a relation the rule for inside opens it already"
_BREAK = "it asks for no relation, and without one guard-relation closes every other act"
_NOT_ASKED = "reading is asked of a section, never of the circle as a whole"
_PROOF = "another rule permits the rest without a limit, so this limit narrows nothing there"
EQUIVALENT: dict[tuple[str, str], str] = {
    ("coach-circle", "action with read"): _NOT_ASKED,
    ("facility-break-glass", "action widened"): _BREAK,
    ("facility-emergency-read", "&&: left only"): _INSIDE,
    ("facility-emergency-read", "< -> <="): _INSIDE,
    ("facility-emergency-read", "when dropped"): _INSIDE,
    ("facility-emergency-read-outside", "<= -> <"): _OUTSIDE,
    ("facility-emergency-read-outside", "action widened"): _OUTSIDE,
    ("facility-emergency-read-outside", "always true"): _OUTSIDE,
    ("facility-emergency-read-outside", "unless dropped"): _OUTSIDE,
    ("facility-emergency-read-outside", "value turned"): _OUTSIDE,
    ("facility-emergency-read-outside", "when dropped"): _OUTSIDE,
    ("gp-break-glass", "action widened"): _BREAK,
    ("gp-circle", "action with read"): _NOT_ASKED,
    ("gp-emergency-read", "&&: left only"): _INSIDE,
    ("gp-emergency-read", "< -> <="): _INSIDE,
    ("gp-emergency-read", "when dropped"): _INSIDE,
    ("gp-emergency-read-outside", "<= -> <"): _OUTSIDE,
    ("gp-emergency-read-outside", "action widened"): _OUTSIDE,
    ("gp-emergency-read-outside", "always true"): _OUTSIDE,
    ("gp-emergency-read-outside", "unless dropped"): _OUTSIDE,
    ("gp-emergency-read-outside", "value turned"): _OUTSIDE,
    ("gp-emergency-read-outside", "when dropped"): _OUTSIDE,
    ("gp-record-consent", "resource widened"): _PROOF,
    ("locum-break-glass", "action widened"): _BREAK,
    ("locum-emergency-read", "&&: left only"): _INSIDE,
    ("locum-emergency-read", "< -> <="): _INSIDE,
    ("locum-emergency-read", "when dropped"): _INSIDE,
    ("locum-emergency-read-outside", "<= -> <"): _OUTSIDE,
    ("locum-emergency-read-outside", "action widened"): _OUTSIDE,
    ("locum-emergency-read-outside", "always true"): _OUTSIDE,
    ("locum-emergency-read-outside", "unless dropped"): _OUTSIDE,
    ("locum-emergency-read-outside", "value turned"): _OUTSIDE,
    ("locum-emergency-read-outside", "when dropped"): _OUTSIDE,
    ("specialist-break-glass", "action widened"): _BREAK,
    ("specialist-emergency-read", "&&: left only"): _INSIDE,
    ("specialist-emergency-read", "< -> <="): _INSIDE,
    ("specialist-emergency-read", "when dropped"): _INSIDE,
    ("specialist-emergency-read-outside", "<= -> <"): _OUTSIDE,
    ("specialist-emergency-read-outside", "action widened"): _OUTSIDE,
    ("specialist-emergency-read-outside", "always true"): _OUTSIDE,
    ("specialist-emergency-read-outside", "unless dropped"): _OUTSIDE,
    ("specialist-emergency-read-outside", "value turned"): _OUTSIDE,
    ("specialist-emergency-read-outside", "when dropped"): _OUTSIDE,
}
"""(rule, change) → why no question can tell the difference."""


def test_one_mutant_in_a_hundred_is_killed() -> None:
    made = mutants()
    some = random.Random(20_261_122).sample(made, len(made) // 100)
    alive = [(one.rule, one.what) for one in some if (one.rule, one.what) not in EQUIVALENT and killed_by(one) is None]
    assert alive == []


def test_there_is_a_mutant_of_every_rule() -> None:
    assert {one.rule for one in mutants()} == set(rules())


@pytest.mark.slow
def test_every_mutant_is_killed() -> None:
    alive = {(one.rule, one.what) for one in survivors(list(range(len(mutants()))))}
    assert alive - set(EQUIVALENT) == set()
