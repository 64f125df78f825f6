"""Fixtures around a real Synapse with Kring's configuration and guard. One start serves the whole session."""

import asyncio
from collections.abc import Iterator

import pytest

from hub.homeserver.embedded import EmbeddedHomeserver
from tests.homeserver.world import CircleOnServer, open_circle, start_homeserver


@pytest.fixture(scope="session")
def synapse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedHomeserver]:
    """An empty homeserver, as hardened as in use; only password hashing is quick."""
    homeserver = start_homeserver(tmp_path_factory.mktemp("homeserver"))
    yield homeserver
    asyncio.run(homeserver.stop())


@pytest.fixture(scope="session")
def circle(synapse: EmbeddedHomeserver) -> CircleOnServer:
    """A circle on that homeserver: gatekeeper, dossier bot, GP Marieke, son Jan; neighbour Kees is outside."""
    return asyncio.run(open_circle(synapse))
