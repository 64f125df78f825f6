"""E1 whole: no question gets another answer from the policies than from the law, written twice by two hands."""

import pytest

from hub.access.engine import PolicyEngine

from . import oracle
from .enumeration import ONLY_SAY_WHY, Report, in_parallel, questions

_ONE_IN = 7
"""It shares no factor with how many values a fact has: every value of each is asked about."""


def _holds(report: Report, at_least: int) -> None:
    assert report.asked >= at_least
    assert report.differences == []
    assert report.permitted > 0


def test_one_in_seven_of_all_situations_is_answered_as_the_law_has_it() -> None:
    report = in_parallel("situations", one_in=_ONE_IN)
    _holds(report, 291_840 // _ONE_IN)
    report.add(in_parallel("chance", 4_000))
    _holds(report, 291_840 // _ONE_IN + 4_000)


@pytest.mark.slow
def test_all_situations_all_that_matters_and_a_hundred_thousand_by_chance(engine: PolicyEngine) -> None:
    whole = in_parallel("situations")
    _holds(whole, 129_024)
    assert whole.asked == 291_840
    for kind, amount in (("matters", 0), ("chance", 100_000)):
        report = in_parallel(kind, amount)
        _holds(report, 100_000)
        whole.add(report)
    rules = {rule.id for rule in engine.rules()}
    guards = {rule for rule in rules if rule.startswith("guard-")}
    assert rules - set(whole.fired) == set()
    assert guards - set(whole.decisive) == ONLY_SAY_WHY
    assert ONLY_SAY_WHY - {"guard-stranger"} - set(whole.alone) == set(), "never the only reason: then it is of no use"


def test_the_situations_are_those_that_e1_asks_for() -> None:
    asked = sum(1 for _ in questions("situations"))
    assert asked == 15 * len(oracle.CELLS) * 4 * 4 * 4 * 2 * 2 == 291_840
    assert len(oracle.CELLS) == 6 * 11 + 10
    distinct = {request for request, _ in zip(questions("situations"), range(20_000), strict=False)}
    assert len(distinct) == 20_000
