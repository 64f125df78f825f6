"""Identifiers: checked, meaningless to others, and never printed."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.errors import CommandRejected
from hub.domain.identifiers import Bsn, EntryRef, new_id, new_matrix_localpart, new_pseudonym
from hub.domain.vocabulary import Section

WEIGHTS = (9, 8, 7, 6, 5, 4, 3, 2, -1)


def passes_elfproef(digits: str) -> bool:
    return digits != "000000000" and sum(w * int(d) for w, d in zip(WEIGHTS, digits, strict=True)) % 11 == 0


@given(st.text("0123456789", min_size=9, max_size=9))
def test_a_bsn_is_taken_when_the_elfproef_holds_and_only_then(digits: str) -> None:
    if passes_elfproef(digits):
        assert Bsn(digits).digits == digits
    else:
        with pytest.raises(CommandRejected):
            Bsn(digits)


@pytest.mark.parametrize("known", ["111222333", "123456782", "999990019"])
def test_numbers_that_are_known_to_be_right_are_taken(known: str) -> None:
    assert Bsn(known) == Bsn(known)


@given(st.integers(0, 8), st.integers(1, 9))
def test_one_wrong_digit_is_always_noticed(position: int, shift: int) -> None:
    right = "999990019"
    digit = str((int(right[position]) + shift) % 10)
    with pytest.raises(CommandRejected):
        Bsn(right[:position] + digit + right[position + 1 :])


@pytest.mark.parametrize("wrong", ["", "99999001", "9999900190", "99999001x", " 99999001", "９99990019", "000000000"])
def test_what_is_no_bsn_is_refused_without_repeating_it(wrong: str) -> None:
    with pytest.raises(CommandRejected) as refused:
        Bsn(wrong)
    assert refused.value.code == "bad-bsn"
    assert not wrong.strip() or wrong not in str(refused.value)


def test_a_bsn_never_prints_itself() -> None:
    """Wabvpz 4-9: also not in a trace, a log or a formatted text."""
    bsn = Bsn("999990019")
    for shown in (repr(bsn), str(bsn), f"{bsn}", f"{[bsn]}", f"{bsn!r:>40}"):
        assert "99999" not in shown


@given(st.sampled_from(Section), st.integers(1, 999_999))
def test_a_reference_that_was_written_is_read_back(section: Section, number: int) -> None:
    ref = EntryRef(section, number)
    for written in (str(ref), str(ref).lower(), f"  {ref} "):
        assert EntryRef.parse(written) == ref


@pytest.mark.parametrize(
    "wrong", ["", "S5", "S5-", "S5-0", "S0-1", "S12-1", "S5-1a", "5-1", "S5 1", "S5-1234567", "S５-1", "S5--1", "S-1"]
)
def test_what_is_no_reference_is_refused_with_an_example(wrong: str) -> None:
    with pytest.raises(CommandRejected) as refused:
        EntryRef.parse(wrong)
    assert "S3-2" in str(refused.value)


@given(st.text(max_size=20))
def test_any_text_is_a_reference_or_a_refusal(text: str) -> None:
    try:
        parsed = EntryRef.parse(text)
    except CommandRejected:
        return
    assert EntryRef.parse(str(parsed)) == parsed


def test_new_identifiers_differ_and_say_nothing() -> None:
    made = {new_id("per") for _ in range(500)}
    assert len(made) == 500
    assert all(re.fullmatch(r"per-[0-9a-f]{16}", one) for one in made)
    assert all(re.fullmatch(r"k[0-9a-f]{8}", new_matrix_localpart()) for _ in range(50))


def test_a_pseudonym_can_be_read_aloud_over_the_phone() -> None:
    """Four characters, none of which sounds or looks like another."""
    for _ in range(500):
        pseudonym = new_pseudonym()
        assert len(pseudonym) == 4
        assert not set(pseudonym) & set("01ILOU")
