"""Being told to stop (F30): finish what is in hand, say what is due, and go. Told twice: go at once.

Nothing is lost by going at once either: what was not stored comes again, what was not said waits in the outbox.
"""

import asyncio
import signal
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

LONGEST_GOODBYE = 10.0
"""Seconds. Whoever starts the bots gives them longer than this before they are killed."""
_SIGNALS = (signal.SIGTERM, signal.SIGINT)


class Stopping:
    """``asked``: no new work; ``at_once``: not even the goodbye."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()
        self.at_once = asyncio.Event()
        self._heard: set[int] = set()

    def listen(self) -> None:
        """To SIGTERM and SIGINT, from now on."""
        for number in _SIGNALS:
            asyncio.get_running_loop().add_signal_handler(number, self.hear, int(number))

    def hear(self, number: int) -> None:
        """The same signal again means at once. Another one does not: Ctrl-C reaches parent and child, and the parent
        then asks its child once more.
        """
        if number in self._heard:
            self.at_once.set()
        self._heard.add(number)
        self.asked.set()

    async def goodbye(self, words: Coroutine[Any, Any, None], seconds: float = LONGEST_GOODBYE) -> bool:
        """Do this for as long as there is time and patience; whether it was finished.

        :raises Exception: what ``words`` raises
        """
        saying, hurry = asyncio.ensure_future(words), asyncio.ensure_future(self.at_once.wait())
        both: set[asyncio.Future[Any]] = {saying, hurry}
        try:
            await asyncio.wait(both, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
            finished = saying.done()
        finally:
            hurry.cancel()
            if not saying.done():
                saying.cancel()
                with suppress(asyncio.CancelledError):
                    await saying
        if finished:
            await saying
        return finished
