"""Datums in het Nederlands: understood, said back in full, or refused in one sentence; never guessed."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.dutch_dates import FURTHEST, parse_due, say_due, split_due
from hub.domain.errors import CommandRejected
from hub.domain.working_days import AMSTERDAM

SUNDAY = datetime(2026, 11, 22, 10, 0, tzinfo=AMSTERDAM)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("morgen", "maandag 23-11-2026"),
        ("Overmorgen!", "dinsdag 24-11-2026"),
        ("vandaag voor 17:00", "zondag 22-11-2026, 17.00 uur"),
        ("17:00", "zondag 22-11-2026, 17.00 uur"),
        ("vanavond", "zondag 22-11-2026, 22.00 uur"),
        ("vrijdag", "vrijdag 27-11-2026"),
        ("voor vrijdag 12:00", "vrijdag 27-11-2026, 12.00 uur"),
        ("vóór vrijdag 12.00 uur", "vrijdag 27-11-2026, 12.00 uur"),
        ("vr 12 uur", "vrijdag 27-11-2026, 12.00 uur"),
        ("aanstaande vrijdag om 9 uur", "vrijdag 27-11-2026, 09.00 uur"),
        ("vrijdagmiddag 3 uur", "vrijdag 27-11-2026, 15.00 uur"),
        ("vrijdagochtend", "vrijdag 27-11-2026, 12.00 uur"),
        ("volgende week dinsdag", "dinsdag 24-11-2026"),
        ("dinsdag volgende week", "dinsdag 24-11-2026"),
        ("volgende week", "vrijdag 27-11-2026"),
        ("over 3 dagen", "woensdag 25-11-2026"),
        ("over twee weken", "zondag 6-12-2026"),
        ("binnen een week", "zondag 29-11-2026"),
        ("over 2 uur", "zondag 22-11-2026, 12.00 uur"),
        ("over 2 werkdagen", "dinsdag 24-11-2026"),
        ("3-12", "donderdag 3-12-2026"),
        ("3/12/2026", "donderdag 3-12-2026"),
        ("2026-12-03", "donderdag 3-12-2026"),
        ("3-1", "zondag 3-1-2027"),
        ("3 december", "donderdag 3-12-2026"),
        ("3 dec 2026 14:30", "donderdag 3-12-2026, 14.30 uur"),
        ("donderdag 3 december", "donderdag 3-12-2026"),
        ("morgenochtend", "maandag 23-11-2026, 12.00 uur"),
        ("morgenochtend 8 uur", "maandag 23-11-2026, 08.00 uur"),
        ("morgen middag", "maandag 23-11-2026, 18.00 uur"),
        ("eind van de week", "zondag 22-11-2026"),
        ("eind van de maand", "maandag 30-11-2026"),
        ("t/m 5 december", "zaterdag 5-12-2026"),
        ("uiterlijk op 5 december", "zaterdag 5-12-2026"),
    ],
)
def test_what_people_type_is_said_back_in_full(typed: str, said: str) -> None:
    assert say_due(parse_due(typed, SUNDAY)) == said


def test_on_a_working_day_the_end_of_the_week_is_friday() -> None:
    tuesday = SUNDAY + timedelta(days=2)
    assert say_due(parse_due("eind van de week", tuesday)) == "vrijdag 27-11-2026"
    assert say_due(parse_due("volgende week dinsdag", tuesday)) == "dinsdag 1-12-2026"


@pytest.mark.parametrize(
    ("typed", "code", "sentence"),
    [
        ("volgende dinsdag", "ambiguous-date", "Bedoelt u dinsdag 24-11-2026 of dinsdag 1-12-2026? Schrijf de datum."),
        ("zondag", "ambiguous-date", "Het is vandaag zondag. Schrijf ‘vandaag’, of de datum die u bedoelt."),
        ("morgen 5 uur", "ambiguous-date", "Bedoelt u 5 uur 's ochtends of 17 uur? Schrijf 5:00 of 17:00."),
        ("vrijdag 3 december", "ambiguous-date", "Donderdag 3-12-2026. Welke dag bedoelt u?"),
        ("3-11", "past-date", "3 november is al geweest. Bedoelt u volgend jaar? Schrijf dan het jaar erbij."),
        ("3-11-2026", "past-date", "Dat moment is al geweest. Schrijf een moment dat nog komt."),
        ("vandaag 9:00", "past-date", "Dat moment is al geweest. Schrijf een moment dat nog komt."),
        ("over 0 dagen", "past-date", "Dat moment is al geweest. Schrijf een moment dat nog komt."),
        ("3-12-2028", "far-date", "Dat is meer dan een jaar weg. Kies een datum binnen een jaar."),
        ("over 60 weken", "far-date", "Dat is meer dan een jaar weg. Kies een datum binnen een jaar."),
        ("30-2", "impossible-date", "Die dag bestaat niet. Kijk de datum na, en schrijf bijvoorbeeld 3-12-2026."),
    ],
)
def test_what_could_be_two_days_or_is_over_is_refused_in_one_sentence(typed: str, code: str, sentence: str) -> None:
    with pytest.raises(CommandRejected) as refused:
        parse_due(typed, SUNDAY)
    assert (refused.value.code, str(refused.value)) == (code, sentence)


@pytest.mark.parametrize(
    ("typed", "what", "said"),
    [
        ("bel de apotheek voor vrijdag 12:00", "bel de apotheek", "vrijdag 27-11-2026, 12.00 uur"),
        ("recept voor morfine regelen", "recept voor morfine regelen", None),
        ("recept voor morfine vóór morgen 12:00", "recept voor morfine", "maandag 23-11-2026, 12.00 uur"),
        ("bed regelen voor 2 weken", "bed regelen voor 2 weken", None),
        ("bel terug over 3 dagen", "bel terug", "woensdag 25-11-2026"),
        ("bel mevrouw, morgenochtend", "bel mevrouw", "maandag 23-11-2026, 12.00 uur"),
        ("voor morgen", "", "maandag 23-11-2026"),
        ("verslag t/m 5 december", "verslag", "zaterdag 5-12-2026"),
    ],
)
def test_what_is_to_be_done_is_told_apart_from_before_when(typed: str, what: str, said: str | None) -> None:
    found, due = split_due(typed, SUNDAY)
    assert (found, None if due is None else say_due(due)) == (what, said)


def test_a_task_that_ends_with_a_day_that_is_over_is_refused_rather_than_made() -> None:
    with pytest.raises(CommandRejected, match="3 november is al geweest"):
        split_due("bel de tandarts op 3-11", SUNDAY)


@pytest.mark.parametrize("typed", ["", "gauw", "de apotheek", "vrijdag 25:00", "straks om 12:99", "halfvijf"])
def test_what_is_no_date_says_how_to_write_one(typed: str) -> None:
    with pytest.raises(CommandRejected, match="Schrijf bijvoorbeeld: morgen") as refused:
        parse_due(typed, SUNDAY)
    assert refused.value.code == "unclear-date"


def test_in_the_night_with_an_hour_twice_the_first_is_meant_and_in_the_one_without_it_the_next() -> None:
    autumn = datetime(2026, 10, 24, 12, 0, tzinfo=AMSTERDAM)
    assert parse_due("morgen 02:30", autumn) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    between = datetime(2026, 10, 25, 0, 45, tzinfo=UTC)
    assert parse_due("vandaag 02:30", between) == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    spring = datetime(2026, 3, 28, 12, 0, tzinfo=AMSTERDAM)
    assert say_due(parse_due("morgen 02:30", spring)) == "zondag 29-3-2026, 03.30 uur"


MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
_SAID = (
    "morgen overmorgen vandaag vanavond maandag dinsdag woe vr zondag volgende week weken over twee 3 14 366 dagen uur "
    "minuten werkdagen voor op om t/m 17:00 9.30 24:00 12 3-11 29-2 31-12-2026 2027-01-05 5 november feb eind van de "
    "maand ochtend middag avond deze aanstaande , . 's nachts half 999 ² ４ ß"
)
_WORDS = _SAID.split()
TYPED = st.one_of(
    st.lists(st.sampled_from(_WORDS), max_size=6).map(" ".join),
    st.lists(st.sampled_from(_WORDS), max_size=4).map("".join),
    st.text(max_size=70),
    st.from_regex(
        re.compile(r"(over [0-9]{1,3} (dagen|uur|weken|minuten))|([0-9]{1,2}-[0-9]{1,2}(-[0-9]{4})?)"), fullmatch=True
    ),
)


def _understood(typed: str, now: datetime) -> datetime | None:
    try:
        return parse_due(typed, now)
    except CommandRejected:
        return None


@given(TYPED, MOMENTS)
def test_whatever_is_typed_gives_a_later_moment_or_a_refusal_and_is_understood_when_said_back(
    typed: str, now: datetime
) -> None:
    due = _understood(typed, now)
    if due is None:
        return
    assert due.tzinfo is not None
    assert now < due <= now + FURTHEST
    assert parse_due(say_due(due), now) == due


@given(MOMENTS, st.integers(1, 360 * 24 * 60))
def test_every_minute_of_the_coming_year_can_be_said_and_is_understood(now: datetime, minutes: int) -> None:
    due = parse_due(say_due(now.replace(second=0, microsecond=0) + timedelta(minutes=minutes)), now)
    again = parse_due(say_due(due), now)
    assert again == due
