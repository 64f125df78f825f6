"""The papers keep their word: a link leads to a file, a named file is there, a named test is a test that there is."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
_PLACES = ("*.md", "docs/**/*.md", "config/**/*.md", "policies/*.md", "hub/**/*.md", "bots/**/*.md", "tests/**/*.md")
PAPERS = sorted(path for place in _PLACES for path in ROOT.glob(place) if "node_modules" not in path.parts)
# A decision tells what was meant on its day; what it says of the code is not kept up (ADR 0001).
OF_TODAY = [paper for paper in PAPERS if paper.parent.name != "adr"]
# What an operator makes (docs/howto/install.md).
MADE_ON_THE_SPOT = ("config/secrets", "config/kring.toml", "config/compose.env")
REACHED, HAZARDS = "Reached in this release, whole or in part", "Hazards this release answers (in part)"
REQUIREMENTS = ROOT / "docs" / "requirements.md"
TRUST_MODEL = ROOT / "docs" / "trust-model.md"
LINK = re.compile(r"\]\(([^)#]+)(?:#[^)]*)?\)")
NAMED_FILE = re.compile(r"`((?:bots|config|docs|hub|policies|tests)/[\w./-]+)[^`]*`")
NAMED_TEST = re.compile(r"`(tests/[\w./-]+\.py)::(\w+)`")


def name_of(paper: Path) -> str:
    return paper.relative_to(ROOT).as_posix()


@cache
def functions_of(path: str) -> frozenset[str]:
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, functions))


def rows(paper: Path, heading: str) -> list[list[str]]:
    """The cells of the first table below ``heading``, without its head."""
    part = paper.read_text("utf-8").partition(f"## {heading}")[2].partition("\n## ")[0]
    table = [line.strip("|").split("|") for line in part.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row] for row in table[2:]]


@pytest.mark.parametrize("paper", PAPERS, ids=name_of)
def test_every_link_to_a_file_of_ours_leads_somewhere(paper: Path) -> None:
    for target in LINK.findall(paper.read_text("utf-8")):
        if not target.startswith(("https://", "mailto:")):
            assert (paper.parent / target).exists(), target


@pytest.mark.parametrize("paper", OF_TODAY, ids=name_of)
def test_every_file_of_ours_that_is_named_is_there(paper: Path) -> None:
    for named in NAMED_FILE.findall(paper.read_text("utf-8")):
        if not named.startswith(MADE_ON_THE_SPOT):
            assert (ROOT / named).exists(), named


@pytest.mark.parametrize("paper", PAPERS, ids=name_of)
def test_every_test_that_is_named_is_a_test_that_there_is(paper: Path) -> None:
    for path, test in NAMED_TEST.findall(paper.read_text("utf-8")):
        assert test.startswith("test_")
        assert test in functions_of(path), f"{path}::{test}"


@pytest.mark.parametrize("heading", [REACHED, HAZARDS])
def test_every_requirement_that_is_reached_names_its_law_and_its_tests(heading: str) -> None:
    found = rows(REQUIREMENTS, heading)
    assert found
    for row in found:
        assert len(row) == 4, row
        assert all(row), row
        assert NAMED_TEST.search(row[3]), f"{row[0]} names no test"


def test_no_requirement_is_both_reached_and_not() -> None:
    reached = [row[0] for row in rows(REQUIREMENTS, REACHED)]
    assert len(set(reached)) == len(reached)
    later: set[str] = set()
    for ids, *_ in rows(REQUIREMENTS, "Not reached yet"):
        later |= named_by(ids)
    assert later & set(reached) == set()


def test_every_invariant_is_shown_by_a_test() -> None:
    found = rows(TRUST_MODEL, "What must always hold")
    assert [row[0] for row in found] == [f"I{number}" for number in range(1, 12)]
    for row in found:
        assert NAMED_TEST.search(row[-1]), f"{row[0]} names no test"


def named_by(ids: str) -> set[str]:
    """``LAW-01, 03–05`` → LAW-01, LAW-03, LAW-04, LAW-05."""
    named: set[str] = set()
    family = ""
    for part in ids.split(","):
        match = re.fullmatch(r"(?:([A-Z]+)-)?(\d+)(?:–(\d+))?", part.strip())
        if match is None:
            continue
        family = match[1] or family
        named |= {f"{family}-{number:02}" for number in range(int(match[2]), int(match[3] or match[2]) + 1)}
    return named
