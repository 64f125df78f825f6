"""One scene for the tests of this folder that do not break it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from tests.faults.stage import Stage, Ward, open_stage, open_ward
from tests.real.element import ElementProcess


@pytest.fixture(scope="session")
def fault_stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A hub that runs, with bots behind a proxy."""
    with open_stage(tmp_path_factory.mktemp("faults"), seed=20261122) as stage:
        assert stage.bots.start() is not None
        yield stage


@pytest.fixture(scope="session")
def fault_ward(fault_stage: Stage, element_process: ElementProcess) -> Ward:
    """The circle of Anna de Wit on it, with everybody greeted."""
    return asyncio.run(open_ward(fault_stage, element_process))


@pytest.fixture
def scene(fault_ward: Ward) -> Ward:
    """The same, with the bots running, whatever the test before did to them."""
    if not fault_ward.bots.runs:
        assert fault_ward.bots.start() is not None
    return fault_ward
