"""Waiting longer after each failure, at random, so that a recovering homeserver is not stormed."""

import random
from collections.abc import Callable

SHORTEST = 0.5
LONGEST = 30.0


class Backoff:
    """Full jitter: somewhere between nothing and a limit that doubles from 0.5 s to 30 s. Seconds."""

    def __init__(self, fraction: Callable[[], float] = random.random) -> None:
        self._fraction = fraction
        self._failures = 0

    def next_delay(self) -> float:
        limit = min(LONGEST, SHORTEST * 2.0 ** min(self._failures, 10))
        self._failures += 1
        # Never quite zero: a row of failures must not become a busy loop.
        return max(0.05, limit * self._fraction())

    def reset(self) -> None:
        self._failures = 0
