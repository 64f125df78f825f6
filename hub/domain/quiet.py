"""Stille uren: when somebody is not to be disturbed by what can wait. Dutch wall time, also on the day it changes."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from hub.domain.errors import CommandRejected
from hub.domain.working_days import AMSTERDAM

_DAY = 24 * 60
_SAID = re.compile(
    r"^(?:van\s+)?(?P<from_hour>\d{1,2})(?:[:.](?P<from_minute>\d{2}))?(?:\s*uur)?\s*(?:-|–|tot(?:\s+en\s+met)?|t/m)\s*"
    r"(?P<until_hour>\d{1,2})(?:[:.](?P<until_minute>\d{2}))?(?:\s*uur)?$",
    re.ASCII | re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class QuietHours:
    """Stille uren, in minutes after midnight: from ``start`` (inclusive) until ``end`` (exclusive), over midnight when
    ``end`` is the smaller."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if not (0 <= self.start < _DAY and 0 <= self.end < _DAY) or self.start == self.end:
            raise ValueError("quiet hours are two different times of a day")

    @classmethod
    def parse(cls, said: str) -> "QuietHours":
        """``22:00-7:00``, ``22-7``, ``van 22.30 tot 7 uur``.

        :raises CommandRejected: not two different times
        """
        match = _SAID.match(said.strip())
        if match is not None:
            hours = [int(match["from_hour"]), int(match["until_hour"])]
            minutes = [int(match["from_minute"] or 0), int(match["until_minute"] or 0)]
            start, end = (hour * 60 + minute for hour, minute in zip(hours, minutes, strict=True))
            if max(hours) < 24 and max(minutes) < 60 and start != end:
                return cls(start, end)
        raise CommandRejected("bad-quiet-hours", "Schrijf: !stil 22:00-7:00, of !stil uit.")

    def __str__(self) -> str:
        return f"{_clock(self.start)}-{_clock(self.end)}"

    def over_at(self, now: datetime) -> datetime | None:
        """When it is over, for a moment within these hours; None: not quiet now. In UTC.

        A later moment is never over earlier, so that what waits keeps its order. An end in the hour that is skipped in
        March is the first moment after it; one in the hour that comes twice in October counts both times.
        """
        local = now.astimezone(AMSTERDAM)
        minute = local.hour * 60 + local.minute
        if self.start < self.end:
            if not self.start <= minute < self.end:
                return None
            day = local.date()
        elif minute >= self.start:
            day = local.date() + timedelta(days=1)
        elif minute < self.end:
            day = local.date()
        else:
            return None
        end = _wall(day, self.end, 0)
        return end if end > now.astimezone(UTC) else _wall(day, self.end, 1)


def _wall(day: date, minute: int, fold: int) -> datetime:
    """This time on the clock in UTC; the first moment after it where the clock skips it."""
    moment = datetime.combine(day, time(minute // 60, minute % 60, fold=fold), AMSTERDAM)
    while moment.astimezone(UTC).astimezone(AMSTERDAM).time() != moment.time():
        moment += timedelta(minutes=1)
    # Two moments of one time zone are compared by what the clock says, which is not when they are.
    return moment.astimezone(UTC)


def _clock(minute: int) -> str:
    return f"{minute // 60}:{minute % 60:02}"
