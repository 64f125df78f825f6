"""Mutants: each cure of a defect switched off again, and the test that must notice (T12, T13, I1, I2, I3, I5).

    KRING_MUTANT=no-rotate pytest -p tests.faults.mutants tests/faults/nio/test_n05_removed_and_still_reading.py

As a pytest plugin it switches the cure off around the test itself, so that what the test stands on is healthy, and
writes how each phase ended to the file ``KRING_MUTANT_REPORT``. Nothing of this is in the product.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.faults import mutants_of_nio, mutants_of_roads, mutants_of_rooms, mutants_of_the_lease
from tests.faults.mutant import MUTANTS, Mutant

__all__ = ["MUTANTS", "Mutant", "mutants_of_nio", "mutants_of_roads", "mutants_of_rooms", "mutants_of_the_lease"]


def _chosen() -> Mutant | None:
    name = os.environ.get("KRING_MUTANT")
    return MUTANTS[name] if name else None


def pytest_configure(config: pytest.Config) -> None:
    chosen = _chosen()
    if chosen is not None and chosen.early:
        chosen.switch_off(pytest.MonkeyPatch())


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    chosen = _chosen()
    with pytest.MonkeyPatch.context() as patch:
        if chosen is not None and not chosen.early:
            chosen.switch_off(patch)
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[Any]:
    report = yield
    path = os.environ.get("KRING_MUTANT_REPORT")
    if path:
        error = "" if call.excinfo is None else call.excinfo.type.__name__
        line = {"test": item.nodeid, "phase": report.when, "outcome": report.outcome, "error": error}
        with Path(path).open("a") as file:
            file.write(json.dumps(line) + "\n")
    return report
