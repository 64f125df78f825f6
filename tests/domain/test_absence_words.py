"""Afwezig in gewone woorden: which period is meant, and who stands in."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.absence_words import is_back, parse_absence, says_absent, says_back
from hub.domain.errors import CommandRejected
from hub.domain.working_days import AMSTERDAM

NOW = datetime(2026, 11, 3, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("said", "until", "locum"),
    [
        ("t/m 24 november, waarnemer @huisarts", "2026-11-25 00:00", "@huisarts"),
        ("tot en met 24-11-2026 waarnemer @Gerda Huisman.", "2026-11-25 00:00", "@Gerda Huisman"),
        ("t/m vrijdag. Mijn vervanger is @huisarts", "2026-11-07 00:00", "@huisarts"),
        ("tot maandag", "2026-11-09 00:00", None),
        ("tot 17:00", "2026-11-03 17:00", None),
        ("T/M MORGEN", "2026-11-05 00:00", None),
    ],
)
def test_until_and_with_a_day_is_its_end_and_until_a_day_is_its_begin(said: str, until: str, locum: str | None) -> None:
    wish = parse_absence(said, NOW)
    assert (wish.since, f"{wish.until.astimezone(AMSTERDAM):%Y-%m-%d %H:%M}", wish.locum) == (NOW, until, locum)


def test_a_later_begin_starts_at_its_midnight_and_its_end_is_after_it() -> None:
    wish = parse_absence("van vrijdag t/m maandag, waarnemer @huisarts", NOW)
    assert f"{wish.since.astimezone(AMSTERDAM):%d-%m %H:%M} {wish.until.astimezone(AMSTERDAM):%d-%m %H:%M}" == (
        "06-11 00:00 10-11 00:00"
    )


@pytest.mark.parametrize(
    "said", ["", "morgen", "t/m", "t/m gisteren", "tot vandaag", "t/m 31-2-2027", "waarnemer @huisarts"]
)
def test_what_is_no_period_that_still_comes_is_refused(said: str) -> None:
    with pytest.raises(CommandRejected):
        parse_absence(said, NOW)


@pytest.mark.parametrize(
    ("said", "rest"),
    [
        ("Ik ben afwezig t/m vrijdag", "t/m vrijdag"),
        ("ik ben met vakantie tot en met 3 december", "tot en met 3 december"),
        ("ik ben weg van de pijn", None),
        ("ik ben afwezig", None),
        ("gerda zei: ik ben afwezig t/m vrijdag", None),
        ("> ik ben afwezig t/m vrijdag", None),
    ],
)
def test_only_who_says_it_of_themselves_with_a_period_says_it(said: str, rest: str | None) -> None:
    assert says_absent(said) == rest


def test_being_back_is_said_in_a_few_ways() -> None:
    assert all(says_back(said) for said in ("Ik ben er weer!", "ik ben weer terug", "ik ben niet meer afwezig"))
    assert not any(says_back(said) for said in ("ik ben er weer klaar mee", "niet meer", "ze is er weer"))
    assert all(is_back(said) for said in ("niet meer", "Niet meer.", "er weer", "ik ben er weer"))
    assert not is_back("t/m vrijdag")


@given(st.text(max_size=80))
def test_no_words_make_a_period_that_is_over_or_turned_around(said: str) -> None:
    try:
        wish = parse_absence(said, NOW)
    except CommandRejected:
        return
    assert NOW <= wish.since < wish.until <= NOW + timedelta(days=733)
    says_absent(said)
    says_back(said)
