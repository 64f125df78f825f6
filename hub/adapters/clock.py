"""The only place that asks what time it is."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path


def now() -> datetime:
    """This moment, aware, in UTC."""
    return datetime.now(UTC)


def rehearsing(ahead: Path) -> Callable[[], datetime]:
    """Een klok die voorloopt, for a rehearsal: this moment, and the seconds that the file ``ahead`` holds.

    Looked at each time, so that weeks pass for every process at once when the file is replaced. No file: no difference.
    """

    def rehearsed() -> datetime:
        try:
            seconds = float(ahead.read_text())
        except FileNotFoundError:
            seconds = 0.0
        return now() + timedelta(seconds=seconds)

    return rehearsed
