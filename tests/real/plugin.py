"""Fixtures for tests with real Element clients. Register: `pytest_plugins = ["tests.real.plugin"]`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any

import pytest

from .element import Element, ElementProcess
from .synapse import BareSynapse

LogIn = Callable[..., Awaitable[Element]]


@pytest.fixture(scope="session")
def element_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ElementProcess]:
    """One Node process for the whole run; it belongs to no event loop. Personas in it are made per test."""
    with ElementProcess(tmp_path_factory.mktemp("element") / "node.log") as process:
        yield process


@pytest.fixture
async def element(element_process: ElementProcess) -> AsyncIterator[LogIn]:
    """`await element(name, homeserver, user, password, **options)` as `Element.log_in`; stopped after the test."""
    present: list[Element] = []

    async def log_in(name: str, homeserver: str, user: str, password: str, **options: Any) -> Element:
        present.append(await Element.log_in(element_process, name, homeserver, user, password, **options))
        return present[-1]

    yield log_in
    for person in present:
        await person.stop()


@pytest.fixture(scope="session")
def bare_synapse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BareSynapse]:
    """A homeserver without Kring's rules, for tests of the clients alone."""
    server = BareSynapse(tmp_path_factory.mktemp("bare-synapse"))
    server.start()
    yield server
    server.stop()
