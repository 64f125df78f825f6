"""Patterns in the log that are worth a look, and the draw of a sample."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.circle import CareRelation, DischargeReason, Ground
from hub.domain.errors import CommandRejected
from hub.domain.patterns import (
    MANY_PATIENTS,
    Around,
    Facts,
    Finding,
    Known,
    Line,
    Pattern,
    find,
    is_night,
    may_be_family,
    name_parts,
    phone_number,
)
from hub.domain.privacy import draw, month, sample_size
from hub.domain.vocabulary import Role

MORNING = datetime(2026, 11, 3, 9, 0, tzinfo=UTC)
SAMIRA, ANNA, PIETER, JAN = "per-samira", "per-anna", "per-pieter", "per-jan"
OF_ANNA = "pat-anna"


def line(seq: int = 1, at: datetime = MORNING, **more: Any) -> Line:
    """Samira of home care reads in Anna's dossier."""
    plain = Line(seq, at, OF_ANNA, SAMIRA, Role.HOME_CARE, "Thuiszorg Rijnoever", True, False, False)
    return replace(plain, **more)


def place(person: str = SAMIRA, role: Role = Role.HOME_CARE, **more: Any) -> CareRelation:
    plain = CareRelation(f"rel-{person}", "cir", person, role, Ground.INVOLVED, MORNING - timedelta(days=60), None)
    return replace(plain, **more)


def known(family: str, *organisations: str, phone: str | None = None) -> Known:
    return Known(name_parts(family), phone_number(phone), frozenset(organisations))


def facts(*relations: CareRelation, contacts: Sequence[datetime] = (MORNING,), **people: Known) -> Facts:
    everybody = {SAMIRA: known("Bakker"), ANNA: known("de Wit"), PIETER: known("Mulder")} | {
        f"per-{name}": one for name, one in people.items()
    }
    around = Around(ANNA, (place(), place(PIETER, Role.RELATIVE), *relations), {SAMIRA: contacts})
    return Facts(everybody, {OF_ANNA: around})


def patterns(lines: Sequence[Line], known_facts: Facts) -> set[Pattern]:
    return {found.pattern for found in find(lines, known_facts)}


def test_an_ordinary_look_of_a_nurse_who_works_there_does_not_stand_out() -> None:
    assert find([line()], facts()) == []


@pytest.mark.parametrize(
    ("one", "other"),
    [("de Wit", "De Wit"), ("Wit-Bakker", "van den Bakker"), ("Dévényi", "Devenyi"), ("Çelik", "celik")],
)
def test_names_are_compared_without_capitals_accents_and_small_words(one: str, other: str) -> None:
    assert may_be_family(known(one), known(other))


@pytest.mark.parametrize(("one", "other"), [("de Wit", "de Groot"), ("Witteveen", "de Wit"), ("van Dijk", "van Dam")])
def test_a_small_word_or_half_a_name_makes_no_family(one: str, other: str) -> None:
    assert not may_be_family(known(one), known(other))


def test_a_phone_number_is_the_same_however_it_is_written_and_a_short_one_says_nothing() -> None:
    assert phone_number("+31 26 321 00 01") == phone_number("026-3210001") != ""
    assert may_be_family(known("Bakker", phone="026-3210001"), known("de Wit", phone="+31263210001"))
    assert phone_number("112") == phone_number(None) == ""
    assert not may_be_family(known("Bakker", phone="112"), known("de Wit", phone="112"))


def test_somebody_with_the_name_of_the_patient_or_of_a_relative_stands_out() -> None:
    assert patterns([line()], facts(samira=known("de Wit"))) == {Pattern.SAME_NAME}
    assert patterns([line()], facts(samira=known("Mulder-Bakker"))) == {Pattern.SAME_NAME}


def test_who_is_a_relative_here_and_reads_as_a_nurse_stands_out_as_that() -> None:
    assert patterns([line()], facts(place(SAMIRA, Role.RELATIVE), samira=known("de Wit"))) == {Pattern.OWN_CIRCLE}


def test_a_patient_who_works_where_the_reader_works_makes_it_stand_out() -> None:
    assert patterns([line()], facts(anna=known("de Wit", "thuiszorg rijnoever"))) == {Pattern.COLLEAGUE}


def test_reading_and_nothing_else_in_thirty_days_stands_out() -> None:
    assert patterns([line()], facts(contacts=())) == {Pattern.NO_TASK}
    assert patterns([line()], facts(contacts=(MORNING + timedelta(days=31),))) == {Pattern.NO_TASK}
    assert patterns([line()], facts(contacts=(MORNING + timedelta(days=30),))) == set()


def test_reading_without_a_place_in_the_circle_stands_out() -> None:
    around = Around(ANNA, (place(until=MORNING - timedelta(hours=1)),), {SAMIRA: (MORNING,)})
    assert patterns([line()], Facts({}, {OF_ANNA: around})) == {Pattern.AFTER_LEAVING}


@pytest.mark.parametrize(
    ("reason", "hours", "stands_out"),
    [
        (DischargeReason.LEFT_ORGANISATION, 47, True),
        (DischargeReason.OWN_REQUEST, 1, True),
        (DischargeReason.LEFT_ORGANISATION, 49, False),
        (DischargeReason.CARE_ENDED, 1, False),
        (DischargeReason.PATIENT_WITHDRAWAL, 1, False),
    ],
)
def test_reading_just_before_leaving_stands_out(reason: DischargeReason, hours: int, stands_out: bool) -> None:
    leaving = place(until=MORNING + timedelta(hours=hours), ended_reason=reason)
    around = Around(ANNA, (leaving,), {SAMIRA: (MORNING,)})
    assert (patterns([line()], Facts({}, {OF_ANNA: around})) == {Pattern.BEFORE_LEAVING}) is stands_out


def test_ten_patients_within_an_hour_stand_out_and_nine_do_not() -> None:
    def looks(patients: int, apart: timedelta) -> list[Line]:
        return [line(n, MORNING + n * apart, patient_id=f"pat-{n}") for n in range(1, patients + 1)]

    nobody_known = Facts({}, {})
    assert patterns(looks(10, timedelta(minutes=6)), nobody_known) == {Pattern.MANY_PATIENTS}
    assert patterns(looks(9, timedelta(minutes=6)), nobody_known) == set()
    assert patterns(looks(30, timedelta(minutes=7)), nobody_known) == set()


def test_a_first_night_after_twenty_days_stands_out_and_the_second_and_a_locums_do_not() -> None:
    days = [line(n, MORNING + timedelta(minutes=n)) for n in range(1, 21)]
    night = datetime(2026, 11, 4, 2, 30, tzinfo=UTC)
    nights = [line(30, night), line(31, night + timedelta(hours=1))]
    everything = facts(contacts=(MORNING,))
    assert find([*days, *nights], everything) == [Finding(30, Pattern.AT_NIGHT)]
    assert find([*days[1:], *nights], everything) == []
    locum = [replace(one, role=Role.LOCUM) for one in (*days, *nights)]
    assert Pattern.AT_NIGHT not in patterns(locum, everything)


def test_night_is_night_in_the_netherlands_in_summer_too() -> None:
    assert is_night(datetime(2026, 7, 1, 3, 30, tzinfo=UTC))
    assert not is_night(datetime(2026, 7, 1, 4, 0, tzinfo=UTC))
    assert is_night(datetime(2026, 12, 1, 4, 30, tzinfo=UTC))
    assert is_night(datetime(2026, 12, 1, 22, 0, tzinfo=UTC))


def test_five_refusals_within_a_day_stand_out_and_four_do_not() -> None:
    refusals = [line(n, MORNING + n * timedelta(hours=5), look=False, refused=True) for n in range(5)]
    assert patterns(refusals, facts()) == {Pattern.REFUSED_OFTEN}
    assert patterns(refusals[:4], facts()) == set()
    slower = [replace(one, at=MORNING + one.seq * timedelta(hours=7)) for one in refusals]
    assert patterns(slower, facts()) == set()


def test_emergency_access_is_always_looked_at() -> None:
    assert patterns([line(break_glass=True, role=Role.LOCUM)], facts()) == {Pattern.EMERGENCY}


LINES = st.lists(
    st.builds(
        Line,
        seq=st.integers(1, 10_000),
        at=st.integers(0, 60 * 24 * 40).map(lambda minutes: MORNING + timedelta(minutes=minutes)),
        patient_id=st.integers(1, 14).map(lambda n: f"pat-{n}"),
        person_id=st.integers(1, 4).map(lambda n: f"per-{n}"),
        role=st.sampled_from([Role.HOME_CARE, Role.GP, Role.LOCUM, Role.RELATIVE, "none"]),
        organisation=st.sampled_from(["Thuiszorg Rijnoever", None]),
        look=st.booleans(),
        refused=st.booleans(),
        break_glass=st.booleans(),
    ),
    max_size=60,
    unique_by=lambda one: one.seq,
)


@given(LINES, st.randoms(use_true_random=False))
def test_whatever_the_order_the_same_lines_stand_out_and_only_lines_that_there_are(
    lines: list[Line], chance: Random
) -> None:
    known_facts = facts()
    found = find(lines, known_facts)
    shuffled = list(lines)
    chance.shuffle(shuffled)
    assert find(shuffled, known_facts) == found
    assert {one.seq for one in found} <= {one.seq for one in lines}
    assert len(set(found)) == len(found)


@given(LINES)
def test_a_window_of_an_hour_is_what_counting_every_window_finds(lines: list[Line]) -> None:
    """Many patients in one hour, once more by brute force."""
    ordered = sorted(lines, key=lambda one: one.seq)
    timed = [replace(one, at=MORNING + timedelta(minutes=n)) for n, one in enumerate(ordered)]
    expected = set()
    for last in timed:
        window = [
            one for one in timed
            if one.person_id == last.person_id and one.look and last.look
            and timedelta() <= last.at - one.at <= timedelta(hours=1)
        ]  # fmt: skip
        if len({one.patient_id for one in window}) >= MANY_PATIENTS:
            expected |= {one.seq for one in window}
    assert {one.seq for one in find(timed, Facts({}, {})) if one.pattern is Pattern.MANY_PATIENTS} == expected


@given(st.text(min_size=1, max_size=40), st.sets(st.integers(1, 10**9), max_size=300), st.integers(0, 50))
def test_a_draw_is_the_same_for_everybody_who_has_the_seed(seed: str, seqs: set[int], size: int) -> None:
    drawn = draw(seed, seqs, size)
    assert drawn == draw(seed, sorted(seqs, reverse=True), size)
    assert len(drawn) == min(size, len(seqs))
    assert set(drawn) <= seqs
    assert drawn == sorted(drawn)


def test_another_seed_draws_other_lines_and_every_line_has_about_the_same_chance() -> None:
    seqs = range(1, 101)
    counts = dict.fromkeys(seqs, 0)
    for n in range(400):
        for seq in draw(f"seed-{n}", seqs, 20):
            counts[seq] += 1
    assert draw("seed-1", seqs, 20) != draw("seed-2", seqs, 20)
    assert 40 <= min(counts.values()) <= 80 <= max(counts.values()) <= 130


@pytest.mark.parametrize(("lines", "size"), [(0, 0), (7, 7), (500, 20), (5_000, 50), (90_000, 200)])
def test_a_sample_is_one_in_a_hundred_and_never_next_to_nothing(lines: int, size: int) -> None:
    assert sample_size(lines) == size


def test_a_month_begins_and_ends_in_dutch_time() -> None:
    assert month("2026-11") == (datetime(2026, 10, 31, 23, tzinfo=UTC), datetime(2026, 11, 30, 23, tzinfo=UTC))
    assert month("2026-03") == (datetime(2026, 2, 28, 23, tzinfo=UTC), datetime(2026, 3, 31, 22, tzinfo=UTC))
    for nonsense in ("2026-13", "november", "2026-1", "2026-11-03", "1999-01"):
        with pytest.raises(CommandRejected):
            month(nonsense)
