"""Quiet hours on a Dutch clock, also in the nights when it changes."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.errors import CommandRejected
from hub.domain.quiet import QuietHours
from hub.domain.working_days import AMSTERDAM

_MINUTE = timedelta(minutes=1)
_MINUTES = st.integers(0, 24 * 60 - 1)
_HOURS = st.tuples(_MINUTES, _MINUTES).filter(lambda two: two[0] != two[1]).map(lambda two: QuietHours(*two))
_MOMENTS = st.one_of(
    st.integers(0, 4 * 365 * 24 * 60).map(lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + minutes * _MINUTE),
    # The nights in which the clock is put forward and back.
    st.integers(0, 18 * 60).map(lambda minutes: datetime(2027, 3, 27, 18, tzinfo=UTC) + minutes * _MINUTE),
    st.integers(0, 18 * 60).map(lambda minutes: datetime(2026, 10, 24, 18, tzinfo=UTC) + minutes * _MINUTE),
)
_NIGHT = QuietHours(22 * 60, 7 * 60)


def dutch(day: date, clock: time) -> datetime:
    return datetime.combine(day, clock, AMSTERDAM).astimezone(UTC)


@pytest.mark.parametrize("said", ["22:00-7:00", "22-7", "van 22.00 tot 07:00 uur", "22:00 – 07:00", "22 uur tot 7 uur"])
def test_the_coach_says_it_as_people_say_it(said: str) -> None:
    assert QuietHours.parse(said) == _NIGHT
    assert str(_NIGHT) == "22:00-7:00"


@pytest.mark.parametrize("said", ["", "22", "22-22", "24:00-7:00", "22:60-7:00", "morgen", "22-7-9", "²2-7", "-1-7"])
def test_what_is_no_period_is_asked_again(said: str) -> None:
    with pytest.raises(CommandRejected, match="!stil 22:00-7:00"):
        QuietHours.parse(said)


@given(_HOURS, _MOMENTS)
def test_the_end_is_later_within_a_day_and_at_the_time_that_was_chosen(hours: QuietHours, now: datetime) -> None:
    over_at = hours.over_at(now)
    local = now.astimezone(AMSTERDAM)
    minute = local.hour * 60 + local.minute
    within = hours.start <= minute < hours.end if hours.start < hours.end else not hours.end <= minute < hours.start
    assert (over_at is not None) == within
    if over_at is not None:
        end = over_at.astimezone(AMSTERDAM)
        assert timedelta() < over_at - now <= timedelta(hours=25)
        skipped = end.hour * 60 + end.minute != hours.end
        assert not skipped or (end.hour, end.minute) == (3, 0)
        if not skipped or hours.start > 3 * 60 or hours.start < hours.end:
            assert hours.over_at(over_at) is None, "nothing waits twice"


def test_quiet_hours_of_nearly_a_day_end_in_march_when_the_clock_jumps_over_the_minute_between() -> None:
    """From 2:01 to 2:00: the only minute that is not quiet does not exist that night. Then it is said at three."""
    assert QuietHours(121, 120).over_at(dutch(date(2027, 3, 27), time(19))) == dutch(date(2027, 3, 28), time(3))


@given(_HOURS, _MOMENTS, st.timedeltas(timedelta(), timedelta(hours=30)))
def test_what_is_said_later_never_goes_first(hours: QuietHours, now: datetime, later: timedelta) -> None:
    first, second = hours.over_at(now) or now, hours.over_at(now + later) or now + later
    assert first <= second


def test_an_end_that_the_clock_skips_in_march_is_the_moment_after() -> None:
    night = date(2027, 3, 28)
    assert QuietHours(0, 150).over_at(dutch(night, time(1, 50))) == dutch(night, time(3))


@pytest.mark.parametrize("fold", [0, 1])
def test_an_end_in_the_hour_that_comes_twice_counts_twice(fold: int) -> None:
    night = date(2026, 10, 25)
    now = dutch(night, time(2, 10, fold=fold))
    assert QuietHours(0, 150).over_at(now) == dutch(night, time(2, 30, fold=fold))
