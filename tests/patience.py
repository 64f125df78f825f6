"""How long a promise may take on the machine that the tests run on."""

import os
from pathlib import Path

_NOW = Path("/proc/loadavg")


def patience(seconds: float) -> float:
    """As long as that, and longer on a machine that has more to do than it has processors for."""
    waiting = os.getloadavg()[0]
    if _NOW.exists():
        # The average of a minute hears late of what began just now.
        waiting = max(waiting, float(_NOW.read_text().split()[3].partition("/")[0]))
    return seconds * max(1.0, 1.5 * waiting / (os.cpu_count() or 1))
