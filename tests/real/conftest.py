"""One running hub for the tests that do not break it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from .hub_process import HubProcess


@pytest.fixture(scope="session")
def running_hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HubProcess]:
    """``kring up``, as it comes from the box; each test module opens circles of its own on it."""
    with HubProcess(tmp_path_factory.mktemp("hub")) as hub:
        hub.start()
        yield hub
