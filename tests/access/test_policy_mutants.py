"""A rule that is wrong in one place is noticed: mutants of the policies, all but the few that change nothing."""

import random

import pytest

from .mutants_policies import killed_by, mutants, rules, survivors

EQUIVALENT: dict[tuple[str, str], str] = {}
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
