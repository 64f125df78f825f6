"""A stand-in for the hub process: starts the homeserver in the folder it is given, says so, and stays until killed."""

import asyncio
import sys
from pathlib import Path

from hub.homeserver.configuration import HomeserverOptions
from hub.homeserver.embedded import EmbeddedHomeserver
from tests.homeserver.world import FAST_BCRYPT


async def main(folder: str, port: str) -> None:
    homeserver = EmbeddedHomeserver(HomeserverOptions(Path(folder), port=int(port), bcrypt_rounds=FAST_BCRYPT))
    await homeserver.start()
    print(homeserver.pid, flush=True)
    await homeserver.exited()


asyncio.run(main(*sys.argv[1:]))
