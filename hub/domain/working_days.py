"""Working days in the Netherlands: Monday to Friday without the national holidays.

Liberation Day (5 May) is not a day off for everybody and counts as a working day here; so does Good Friday.
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
_FRIDAY, _SATURDAY = 4, 5
_CLOSING = time(15)


def easter(year: int) -> date:
    """Easter Sunday (Meeus, Jones and Butcher), for the Gregorian calendar."""
    a, b, c = year % 19, year // 100, year % 100
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 22 * m) // 451
    month, day = divmod(h + m - 7 * n + 114, 31)
    return date(year, month, day + 1)


def holidays(year: int) -> frozenset[date]:
    """Nationale feestdagen waarop kantoren dicht zijn."""
    sunday = easter(year)
    kings_day = date(year, 4, 27)
    if kings_day.isoweekday() == 7:
        kings_day -= timedelta(days=1)
    return frozenset(
        {
            date(year, 1, 1),
            sunday + timedelta(days=1),
            kings_day,
            sunday + timedelta(days=39),
            sunday + timedelta(days=50),
            date(year, 12, 25),
            date(year, 12, 26),
        }
    )


def is_working_day(day: date) -> bool:
    return day.weekday() < _SATURDAY and day not in holidays(day.year)


def next_closing(moment: datetime) -> datetime:
    """The first 15:00 Dutch time after ``moment`` on a Friday, or on the last working day before days off; in UTC.

    From then on somebody who knows the patient cannot be reached by those who stand in.
    """
    day = moment.astimezone(AMSTERDAM).date()
    while True:
        closes = is_working_day(day) and not is_working_day(day + timedelta(days=1))
        # In UTC, so that the comparison is about moments and not about what two clocks say.
        at = datetime.combine(day, _CLOSING, AMSTERDAM).astimezone(UTC)
        if (closes or day.weekday() == _FRIDAY) and at > moment:
            return at
        day += timedelta(days=1)


def after_working_days(moment: datetime, days: int) -> datetime:
    """The end of the ``days``-th working day after the day of ``moment``, Dutch time; an aware datetime."""
    day = moment.astimezone(AMSTERDAM).date()
    while days:
        day += timedelta(days=1)
        days -= is_working_day(day)
    return datetime.combine(day + timedelta(days=1), time(0), AMSTERDAM)
