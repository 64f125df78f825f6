"""Figures as the pilot gave them, from counts; a small group is never shown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.figures import FEWEST, Mean, Share


@pytest.mark.parametrize(
    ("numerator", "denominator", "percent", "interval"),
    [
        (31, 43, 72.1, (57.3, 83.3)),
        (3, 31, 9.7, (3.3, 24.9)),
        (28, 31, 90.3, (75.1, 96.7)),
        (23, 43, 53.5, (38.9, 67.5)),
    ],
)
def test_the_counts_of_the_pilot_give_its_percentages_with_wilsons_interval(
    numerator: int, denominator: int, percent: float, interval: tuple[float, float]
) -> None:
    share = Share(numerator, denominator)
    assert share.percent == percent
    assert share.interval == interval
    assert share.rest.percent == pytest.approx(100 - percent, abs=0.05)


def test_nine_people_are_no_figure_and_ten_are() -> None:
    for few in (Share(1, FEWEST - 1), Mean.of([8.0] * (FEWEST - 1))):
        assert not few.shown
        with pytest.raises(ValueError, match="niet getoond"):
            _ = few.interval
    assert Share(0, FEWEST).interval == (0.0, 27.8)
    assert Mean.of([8.0] * FEWEST).value == 8.0


@given(st.integers(FEWEST, 500), st.data())
def test_an_interval_holds_its_percentage_and_stays_within_nothing_and_everything(
    total: int, data: st.DataObject
) -> None:
    share = Share(data.draw(st.integers(0, total)), total)
    low, high = share.interval
    assert 0 <= low <= share.percent <= high <= 100


def test_more_than_there_are_is_no_share() -> None:
    with pytest.raises(ValueError, match="hoogstens"):
        Share(2, 1)
