"""A cure that can be switched off without a test noticing is not guarded. Prints the table mutant → killed by (-s)."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.mutants import MUTANTS, Mutant

ROOT = Path(__file__).resolve().parents[2]
ASSERTIONS = {"AssertionError", "Failed"}
"""``Failed`` is what ``pytest.raises`` says when nothing was raised."""


def run(tests: list[str], report: Path, mutant: str = "") -> tuple[int, list[dict[str, str]], str]:
    """These tests in a process of their own, with this mutant or none: exit status, how each phase ended, output."""
    environment = {**os.environ, "KRING_MUTANT": mutant, "KRING_MUTANT_REPORT": str(report)}
    arguments = ("-m", "pytest", "-p", "tests.faults.mutants", "-p", "no:cacheprovider", "-q", *tests)
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    lines = [json.loads(line) for line in report.read_text().splitlines()] if report.exists() else []
    return done.returncode, lines, done.stdout + done.stderr


def killed(mutant: Mutant, report: Path) -> None:
    status, phases, output = run([mutant.test], report, mutant.name)
    assert status == 1, f"{mutant.name} survives {mutant.test}\n{output[-3000:]}"
    failed = [phase for phase in phases if phase["outcome"] == "failed"]
    assert {phase["phase"] for phase in failed} == {"call"}, (mutant.name, failed, output[-3000:])
    assert {phase["error"] for phase in failed} <= ASSERTIONS, (mutant.name, failed, output[-3000:])
    print(f"{mutant.name:28} killed by {mutant.test.rpartition('::')[2]}")


@pytest.mark.parametrize("name", [name for name, mutant in MUTANTS.items() if mutant.quick][:3])
def test_a_cure_that_is_switched_off_is_noticed(name: str, tmp_path: Path) -> None:
    killed(MUTANTS[name], tmp_path / "report")


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name, mutant in MUTANTS.items() if mutant.quick][3:])
def test_every_other_cure_around_a_room_is_noticed_too(name: str, tmp_path: Path) -> None:
    killed(MUTANTS[name], tmp_path / "report")


@pytest.mark.slow
@pytest.mark.real
@pytest.mark.parametrize("name", [name for name, mutant in MUTANTS.items() if not mutant.quick])
def test_a_cure_of_a_defect_of_nio_that_is_switched_off_is_noticed(name: str, tmp_path: Path) -> None:
    killed(MUTANTS[name], tmp_path / "report")


@pytest.mark.slow
@pytest.mark.real
def test_without_a_mutant_each_of_these_tests_passes(tmp_path: Path) -> None:
    status, phases, output = run(sorted({mutant.test for mutant in MUTANTS.values()}), tmp_path / "report")
    assert status == 0, output[-3000:]
    ran = {phase["test"].partition("[")[0] for phase in phases}
    assert ran == {mutant.test.partition("[")[0] for mutant in MUTANTS.values()}


def test_there_are_enough_of_them_and_each_names_a_test_that_is_there() -> None:
    assert len(MUTANTS) >= 12
    for mutant in MUTANTS.values():
        path, _, name = mutant.test.partition("[")[0].partition("::")
        assert f"def {name}(" in (ROOT / path).read_text(), mutant.name
