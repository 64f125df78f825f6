"""What counts as a question, until when it is answered, and what a ladder may be."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.errors import CommandRejected, StartRefused
from hub.domain.ladder import DEFAULT, Ladder, Rung, Who, filled, who_named
from hub.domain.question_watch import in_office_hours, is_question, kept, next_morning, term, term_said
from hub.domain.working_days import AMSTERDAM, is_working_day
from hub.settings import LADDER, read_house

FOUR = timedelta(hours=4)


def dutch(day: int, hour: int, minute: int = 0) -> datetime:
    """November 2026: the 2nd is a Monday."""
    return datetime(2026, 11, day, hour, minute, tzinfo=AMSTERDAM).astimezone(UTC)


@pytest.mark.parametrize(
    "text",
    [
        "Wanneer komt de dokter?",
        "wanneer komt de dokter",
        "Mag ik morgen in bad?",
        "Kan iemand het bed verstellen",
        "Goedemorgen, weet iemand hoe laat de wijkverpleging komt?",
        "Hoe moet ik de pomp uitzetten",
        "En de medicijnen?",
        "Mama slaapt slecht. Wat kunnen we doen?",
        "🆘",
        "Kunnen jullie bellen",
        "Komt er nog iemand vandaag?",
        "Waarom niet?",
        "Is dat normaal, hè? Wat moet ik doen?",
    ],
)
def test_d10_this_asks_something(text: str) -> None:
    assert is_question(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Dank u wel",
        "Wat fijn",
        "Hoe gaat het?",
        "Toch?",
        "Lekker weer, hè?",
        "> Wanneer komt de dokter?\nMorgen",
        "Kan niet",
        "https://voorbeeld.test/?a=b",
        "Pieter, neem jij brood mee?",
        "Ik kom morgen",
        "Wil je dat doen, top",
        "Alles goed?",
    ],
)
def test_d10_this_asks_nothing_of_those_who_care(text: str) -> None:
    assert not is_question(text, ["Pieter"])


@given(st.text(max_size=300))
def test_any_text_is_read_and_kept_short_and_visible(text: str) -> None:
    is_question(text)
    assert len(kept(text)) <= 2000
    assert all(c.isprintable() for c in kept(text))


@pytest.mark.parametrize(
    ("asked", "until", "said"),
    [
        (dutch(3, 9), dutch(3, 13), "vandaag voor 13.00 uur"),
        (dutch(3, 9, 5), dutch(3, 13, 15), "vandaag voor 13.15 uur"),
        (dutch(3, 14), dutch(3, 17), "vandaag voor 17.00 uur"),
        (dutch(3, 16), dutch(4, 10), "morgen (woensdag 4-11) voor 10.00 uur"),
        (dutch(3, 23, 30), dutch(4, 10), "morgen (woensdag 4-11) voor 10.00 uur"),
        (dutch(4, 5), dutch(4, 10), "vandaag voor 10.00 uur"),
        (dutch(6, 17), dutch(9, 10), "maandag 9-11 voor 10.00 uur"),
        (dutch(7, 12), dutch(9, 10), "maandag 9-11 voor 10.00 uur"),
        (datetime(2026, 12, 24, 20, tzinfo=UTC), datetime(2026, 12, 28, 9, tzinfo=UTC), "maandag 28-12 voor 10.00 uur"),
    ],
)
def test_d10_the_term_is_honest_about_office_hours_weekends_and_holidays(
    asked: datetime, until: datetime, said: str
) -> None:
    assert term(asked, FOUR, None) == until
    assert term_said(until, asked).dutch == said


MOMENTS = st.integers(0, 5 * 365 * 24 * 60).map(
    lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)


@given(MOMENTS, st.integers(15, 600), st.none() | st.integers(15, 600))
def test_d10_a_term_is_ahead_and_falls_when_somebody_works(now: datetime, within: int, outside: int | None) -> None:
    until = term(now, timedelta(minutes=within), None if outside is None else timedelta(minutes=outside))
    assert now < until <= now + timedelta(days=6)
    if outside is None:
        local = until.astimezone(AMSTERDAM)
        assert is_working_day(local.date())
        assert local.hour < 17 or (local.hour, local.minute) == (17, 0)
    assert next_morning(now) > now
    assert in_office_hours(next_morning(now))


def test_the_ladder_that_is_shipped_is_the_one_in_the_code() -> None:
    house = read_house(LADDER)
    assert house.ladder == DEFAULT
    assert house.gp_post_phone is None


@pytest.mark.parametrize(
    "text",
    [
        "rungs = []",
        "gp_post_phone = 'bel maar'",
        "onbekend = 1",
        "{",
        "acute = true\nrungs = [{who='lead', within=60}]",
    ],
)
def test_a_wrong_ladder_file_stops_the_start_with_one_sentence(tmp_path: Path, text: str) -> None:
    path = tmp_path / "ladder.toml"
    path.write_text(text)
    with pytest.raises(StartRefused, match=r"ladder\.toml"):
        read_house(path)


TEXTS = st.none() | st.sampled_from(["{wie} antwoordt {termijn}.", "Vraag {nummer}: {wie}, {termijn}. {{ok}}"])
RUNGS = st.builds(
    Rung,
    st.sampled_from([who for who in Who if who is not Who.OUTSIDE]),
    st.integers(15, 600),
    st.none() | st.integers(15, 600),
    TEXTS,
)
LADDERS = st.builds(Ladder, st.lists(RUNGS, min_size=1, max_size=8).map(tuple), st.integers(15, 600))


@given(LADDERS)
def test_a_ladder_comes_back_from_storage_as_it_was(ladder: Ladder) -> None:
    assert Ladder.from_json(ladder.as_json(), 0) == ladder


@given(st.text(max_size=60))
def test_a_text_is_filled_or_refused_and_never_runs_anything(text: str) -> None:
    said = text + "{wie} {termijn}"
    with suppress(CommandRejected):
        Rung(Who.COACH, 60, None, said)
        assert filled(said, who="{nummer}", term="nu", number=3).endswith("{nummer} nu")


def test_people_on_a_rung_are_named_as_people_say_it() -> None:
    assert who_named("de Huisarts") is Who.GP
    assert who_named("regie") is Who.LEAD
    with pytest.raises(CommandRejected, match="plaatsvervanger"):
        who_named("burgemeester")
