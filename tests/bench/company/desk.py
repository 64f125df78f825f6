"""What a listening bot is asked, and what it says: lines of JSON. Imports nothing beside the standard library.

``expect N`` count anew and say ``done`` at the Nth · ``pause`` stop syncing · ``go`` sync again · ``report`` the count.
Ends when standard input closes. Processor time is that of the whole process.
"""

import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable

Act = Callable[[], Awaitable[None]]


def say(what: str, **more: object) -> None:
    print(json.dumps({"say": what, "at": time.time(), "cpu": time.process_time(), **more}), flush=True)


class Desk:
    """Counts what was heard and obeys."""

    def __init__(self) -> None:
        self._heard: set[str] = set()
        self._unreadable: set[str] = set()
        self._expected = 0

    def hear(self, event_id: str) -> None:
        """A message was decrypted."""
        self._heard.add(event_id)
        self._unreadable.discard(event_id)

    def miss(self, event_id: str) -> None:
        """A message could not be decrypted (yet)."""
        if event_id not in self._heard:
            self._unreadable.add(event_id)

    def look(self) -> None:
        """Say so when everything expected is there."""
        if self._expected and len(self._heard) >= self._expected:
            self._expected = 0
            say("done", heard=len(self._heard), unreadable=len(self._unreadable))

    async def serve(self, pause: Act, go: Act) -> None:
        reader = asyncio.StreamReader()
        await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
        async for line in reader:
            match line.decode().split():
                case ["expect", number]:
                    self._heard, self._unreadable, self._expected = set(), set(), int(number)
                    say("expecting")
                case ["pause"]:
                    await pause()
                    say("paused")
                case ["go"]:
                    say("going")
                    await go()
                case ["report"]:
                    say("report", heard=len(self._heard), unreadable=len(self._unreadable))
