"""A handover is open until somebody says that they received it."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.errors import CommandRejected
from hub.domain.handover import (
    Destination,
    Handover,
    HandoverReason,
    HandoverState,
    canonical,
    code_fits,
    code_of,
    digest_of,
    responsible,
)
from hub.domain.handover_commands import parse_wish, parse_words

NOON = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)
TO_THE_HOSPICE = Handover("cir-1", 1, Destination.HOSPICE, "per-carla", NOON, "per-joost")


def test_a_handover_is_open_until_it_is_received() -> None:
    assert TO_THE_HOSPICE.open
    assert not replace(TO_THE_HOSPICE, received_by="per-joost", received_at=NOON).open


def test_the_places_are_those_of_the_command() -> None:
    """``!overdracht naar thuis|hospice|verpleeghuis|ziekenhuis|anders``."""
    assert [place.value for place in Destination] == ["thuis", "hospice", "verpleeghuis", "ziekenhuis", "anders"]


@given(st.text(), st.text())
def test_another_text_has_another_hash_and_white_space_at_the_end_of_a_line_is_none(text: str, other: str) -> None:
    same = canonical(text) == canonical(other)
    assert (digest_of(TO_THE_HOSPICE, text) == digest_of(TO_THE_HOSPICE, other)) == same
    assert canonical(canonical(text)) == canonical(text)
    assert digest_of(TO_THE_HOSPICE, canonical(text)) == digest_of(TO_THE_HOSPICE, text)


@given(st.binary(min_size=32, max_size=32), st.binary(min_size=32, max_size=32))
def test_a_code_is_that_of_its_first_forty_bits_however_it_is_typed(one: bytes, other: bytes) -> None:
    code = code_of(one.hex())
    for typed in (code, code.lower(), code.replace("-", " "), code.replace("0", "o").replace("1", "l")):
        assert code_fits(typed, one.hex())
    assert code_fits(code, other.hex()) == (one[:5] == other[:5])


def test_the_signature_is_about_receiver_moment_and_agreed_end_too() -> None:
    text = "NIET reanimeren"
    others = (
        replace(TO_THE_HOSPICE, receiver_id="per-samira"),
        replace(TO_THE_HOSPICE, reason=HandoverReason.ADMISSION),
        replace(TO_THE_HOSPICE, number=2),
        replace(TO_THE_HOSPICE, circle_id="cir-2"),
        replace(TO_THE_HOSPICE, access_ends_at=NOON),
    )
    assert len({digest_of(one, text) for one in (TO_THE_HOSPICE, *others)}) == 6


@given(st.sampled_from(HandoverState), st.sets(st.sampled_from(["per-carla", "per-joost", "per-gerda"])))
def test_somebody_always_answers_for_it_unless_it_was_cancelled(state: HandoverState, here: set[str]) -> None:
    received = state is HandoverState.ACCEPTED
    one = replace(TO_THE_HOSPICE, state=state, received_by="per-joost" if received else None)
    found = responsible(one, here, "per-gerda")
    if state is HandoverState.CANCELLED:
        assert found is None
    else:
        expected = "per-joost" if received else "per-carla" if "per-carla" in here else "per-gerda"
        assert found == expected


@pytest.mark.parametrize(
    ("typed", "reason", "destination", "receiver"),
    [
        ("naar hospice @hospice", HandoverReason.PLACE, Destination.HOSPICE, "@hospice"),
        (
            "thuis Linden, J. · Hospice De Linde",
            HandoverReason.PLACE,
            Destination.HOME,
            "Linden, J. · Hospice De Linde",
        ),
        ("opname @specialist", HandoverReason.ADMISSION, Destination.HOSPITAL, "@specialist"),
        ("ontslag naar thuis @thuiszorg", HandoverReason.DISCHARGE, Destination.HOME, "@thuiszorg"),
        ("Weekend @huisarts", HandoverReason.WEEKEND, None, "@huisarts"),
        ("feestdag", HandoverReason.HOLIDAY, None, None),
    ],
)
def test_the_moments_of_a_handover(
    typed: str, reason: HandoverReason, destination: Destination | None, receiver: str | None
) -> None:
    wish = parse_wish(typed, NOON)
    assert (wish.reason, wish.destination, wish.receiver, wish.draft) == (reason, destination, receiver, False)
    agreed = parse_wish(f"concept {typed}, binnen 2 uur, toegang tot 12-11-2026, spoed", NOON)
    assert (agreed.reason, agreed.destination, agreed.receiver) == (reason, destination, receiver)
    assert agreed.draft
    assert agreed.urgent
    assert agreed.access_ends_at is not None
    assert agreed.within is not None


@given(st.text())
def test_whatever_is_typed_is_a_wish_or_is_refused_in_words(typed: str) -> None:
    try:
        wish = parse_wish(typed, NOON)
    except CommandRejected:
        return
    assert (wish.destination is not None) == wish.reason.moves


def test_none_is_an_answer() -> None:
    assert [parse_words(said) for said in ("geen", "Geen.", "niets!", "ja, morfine\n ophogen")] == [
        "", "", "", "ja, morfine ophogen",
    ]  # fmt: skip
