"""The circuit breaker (zekering): when the homeserver fails again and again, all callers leave it alone together.

Each caller waits longer after its own failures already (``backoff.py``); but sync, sender, key queries and gatekeeper
together would still storm a homeserver that tries to get up. After some failures in a row without one success between
them, nobody calls; after a pause one call is let through to look, and its end decides for all.
"""

import random
import time
from collections.abc import Callable
from enum import StrEnum

from bots.runtime.backoff import Backoff

THRESHOLD = 5
SHORTEST_PAUSE = 2.0
# A call that looks whether the server is back and is never heard of again must not keep the door shut.
_LONGEST_PROBE = 120.0
_BUSY_PROBE = 1.0


class BreakerState(StrEnum):
    """``open``: nobody calls; ``half-open``: one call is on its way to look."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half-open"


class Breaker:
    """One homeserver, all who call it in this process. Seconds on the monotonic clock."""

    def __init__(
        self,
        monotonic: Callable[[], float] = time.monotonic,
        fraction: Callable[[], float] = random.random,
    ) -> None:
        self._monotonic = monotonic
        self._pauses = Backoff(fraction)
        self._closed_until = 0.0
        self._probe_began: float | None = None
        self.failures = 0
        """In a row, of all callers."""
        self.times_opened = 0

    @property
    def state(self) -> BreakerState:
        if self.failures < THRESHOLD:
            return BreakerState.CLOSED
        return BreakerState.OPEN if self._probe_began is None else BreakerState.HALF_OPEN

    def ask(self) -> float:
        """Seconds to wait before calling; 0.0: call now, and tell how it ended."""
        if self.failures < THRESHOLD:
            return 0.0
        now = self._monotonic()
        if now < self._closed_until:
            return self._closed_until - now
        if self._probe_began is not None and now - self._probe_began < _LONGEST_PROBE:
            return _BUSY_PROBE
        self._probe_began = now
        return 0.0

    def succeeded(self) -> None:
        """The homeserver answered, be it with a refusal."""
        self.failures = 0
        self._probe_began = None
        self._pauses.reset()

    def failed(self) -> None:
        """No answer, half an answer, or an error of the homeserver's own."""
        if self.state is BreakerState.OPEN:
            # It was on its way already when the others gave up.
            return
        self.failures += 1
        if self.failures >= THRESHOLD:
            self._probe_began = None
            self._closed_until = self._monotonic() + max(SHORTEST_PAUSE, self._pauses.next_delay())
            self.times_opened += 1

    def abandoned(self) -> None:
        """The caller went away before it knew."""
        self._probe_began = None
