"""Fixtures for tests with real Element clients.

Register after the homeserver's: `pytest_plugins = ["tests.homeserver.plugin", "tests.real.plugin"]`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from tests.homeserver.world import CircleOnServer

from .element import Element, ElementProcess
from .world import Colleagues, Ward


@pytest.fixture(scope="session")
def element_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ElementProcess]:
    """One Node process for the whole run. It and its personas belong to no event loop, so any test can use them."""
    with ElementProcess(tmp_path_factory.mktemp("element") / "node.log") as process:
        yield process


@pytest.fixture(scope="session")
def ward(circle: CircleOnServer, element_process: ElementProcess) -> Ward:
    """Where new people with Element can be had, on the homeserver of the session."""
    return Ward(circle, element_process)


@pytest.fixture(scope="session")
def fatima_and_bram(ward: Ward) -> tuple[Element, Element]:
    """Two people with a cross-signed device in strict mode, kept for the session since logging in is rationed."""

    async def arrive() -> tuple[Element, Element]:
        return await ward.person("F. (wijkverpleegkundige)"), await ward.person("B. (huisarts)")

    return asyncio.run(arrive())


@pytest.fixture
async def colleagues(ward: Ward, fatima_and_bram: tuple[Element, Element]) -> Colleagues:
    """Fatima and Bram in a room of their own, new for each test."""
    fatima, bram = fatima_and_bram
    return Colleagues(ward, fatima, bram, await ward.room(fatima, bram))
