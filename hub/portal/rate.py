"""At most so many of something a minute, for each address or session. In memory: a restart forgives."""

from collections import OrderedDict, deque
from datetime import datetime, timedelta

_MAX_KEYS = 10_000


class Rate:
    """A sliding window. ``allow`` counts; the key that was quiet longest makes room when there are too many."""

    def __init__(self, limit: int, window: timedelta = timedelta(minutes=1)) -> None:
        self._limit = limit
        self._window = window
        self._seen: OrderedDict[str, deque[datetime]] = OrderedDict()

    def allow(self, key: str, now: datetime) -> bool:
        """Count one, unless there were ``limit`` within the window already."""
        times = self._seen.pop(key, None) or deque()
        while times and now - times[0] >= self._window:
            times.popleft()
        allowed = len(times) < self._limit
        if allowed:
            times.append(now)
        self._seen[key] = times
        while len(self._seen) > _MAX_KEYS:
            self._seen.popitem(last=False)
        return allowed
