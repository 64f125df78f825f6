from collections.abc import Callable
from pathlib import Path
from shutil import copytree

import pytest

from hub.access.engine import PolicyEngine

POLICIES = Path(__file__).parents[2] / "policies"


@pytest.fixture(scope="session")
def engine() -> PolicyEngine:
    return PolicyEngine.load(POLICIES)


@pytest.fixture
def changed(tmp_path: Path) -> Callable[[str, str, str], Path]:
    """The real policies with one text in one file replaced by another."""

    def change(name: str, old: str, new: str) -> Path:
        directory = tmp_path / "policies"
        copytree(POLICIES, directory)
        text = (directory / name).read_text(encoding="utf-8")
        assert old in text
        (directory / name).write_text(text.replace(old, new, 1), encoding="utf-8")
        return directory

    return change
