"""Whose keys count: whatever a homeserver shows in whatever order, only a human act lets an identity count again (I11).

Fictional: Samira Bakker (home care), whose keys these are.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from hub.domain import identity
from hub.domain.identity import (
    NOTHING,
    IdentityEvent,
    IdentitySeen,
    PinnedIdentity,
    Pinning,
    PinState,
    fits,
    in_fours,
    observe,
    short_code,
)

SAMIRA = "@samira:kring.test"
KEYS = ("eerste", "tweede", "derde", NOTHING)
shown = st.sampled_from(KEYS)


def seen(master: str) -> IdentitySeen:
    return IdentitySeen(SAMIRA, master, "zelf" if master else NOTHING)


def history(pinning: Pinning, *masters: str) -> tuple[PinnedIdentity | None, list[IdentityEvent]]:
    """What is on record after the server showed these, and what was told."""
    known: PinnedIdentity | None = None
    told = []
    for at, master in enumerate(masters):
        known, event = observe(known, seen(master), at, pinning)
        told += [event] if event is not None else []
    return known, told


def test_the_first_identity_is_pinned_at_once_when_the_operator_chose_so() -> None:
    known, (event,) = history(Pinning.FIRST_USE, "eerste", "eerste")
    assert known is not None
    assert (known.state, known.pinned_master, known.how) == (PinState.PINNED, "eerste", "first-use")
    assert event.kind == "pinned"


def test_or_it_waits_for_somebody_of_the_circle() -> None:
    known, (event,) = history(Pinning.CONFIRMED, "eerste", "eerste")
    assert known is not None
    assert (known.state, known.pinned_master) == (PinState.AWAITING, NOTHING)
    assert event.kind == "awaiting"


def test_an_identity_that_is_replaced_while_it_waits_is_told_anew() -> None:
    known, told = history(Pinning.CONFIRMED, "eerste", "tweede")
    assert known is not None
    assert (known.state, known.seen_master) == (PinState.AWAITING, "tweede")
    assert [event.master_key for event in told] == ["eerste", "tweede"]


@pytest.mark.parametrize("later", ["tweede", NOTHING])
def test_another_identity_or_none_freezes_and_is_told(later: str) -> None:
    known, told = history(Pinning.FIRST_USE, "eerste", later)
    assert known is not None
    assert (known.state, known.pinned_master, known.seen_master) == (PinState.CHANGED, "eerste", later)
    assert [event.kind for event in told] == ["pinned", "changed"]


def test_that_the_old_identity_comes_back_changes_nothing_and_alarms_nobody() -> None:
    known, told = history(Pinning.FIRST_USE, "eerste", "tweede", "eerste")
    assert known is not None
    assert (known.state, known.seen_master) == (PinState.CHANGED, "eerste")
    assert [event.kind for event in told] == ["pinned", "changed"]


@given(st.sampled_from(Pinning), st.lists(shown, max_size=12))
def test_without_a_human_nothing_but_the_first_identity_is_ever_pinned(pinning: Pinning, masters: list[str]) -> None:
    known, told = history(pinning, *masters)
    first = next((master for master in masters if master), None)
    if known is None:
        assert first is None
        assert told == []
        return
    if pinning is Pinning.CONFIRMED:
        assert (known.state, known.pinned_master) == (PinState.AWAITING, NOTHING)
    else:
        assert known.pinned_master == first
        after = masters[masters.index(first or "") :]
        assert (known.state is PinState.PINNED) == (set(after) == {first})
    assert known.seen_master == masters[-1]


class Identity(RuleBasedStateMachine):
    """A homeserver that shows what it likes, and a human who now and then confirms what they were told."""

    def __init__(self) -> None:
        super().__init__()
        self.known: PinnedIdentity | None = None
        self.vouched = ""
        self.at = 0

    @rule(master=shown)
    def the_server_shows(self, master: str) -> None:
        self.at += 1
        before = self.known
        self.known, event = observe(before, seen(master), self.at, Pinning.CONFIRMED)
        if before is not None and before.state is PinState.PINNED and self.known is not None:
            frozen = self.known.state is PinState.CHANGED
            assert frozen == (master != before.pinned_master)
            assert frozen == (event is not None), "each freeze is told"

    @precondition(lambda self: self.known is not None and self.known.seen_master != NOTHING)
    @rule()
    def somebody_confirms_what_is_shown(self) -> None:
        assert self.known is not None
        self.vouched = self.known.seen_master
        self.known = identity.pinned(self.vouched, SAMIRA, "confirmed:per-carla", self.at)

    @invariant()
    def what_counts_is_what_somebody_vouched_for_and_the_server_still_shows(self) -> None:
        if self.known is not None and self.known.state is PinState.PINNED:
            assert self.known.pinned_master == self.known.seen_master == self.vouched != NOTHING


TestIdentity = Identity.TestCase


def test_who_vouched_is_read_from_how() -> None:
    known = identity.pinned("eerste", SAMIRA, "emoji:per-carla", 0)
    assert (known.way, known.by) == ("emoji", "per-carla")
    assert (identity.pinned("eerste", SAMIRA, "first-use", 0).way, identity.pinned("x", SAMIRA, "first-use", 0).by) == (
        "first-use",
        None,
    )


KEY = "Vd4kQ9xz0aBcGhIjKlMnOpQrStUvWxYz0123456789+"


def test_a_code_is_three_groups_of_four() -> None:
    assert short_code(KEY) == "Vd4k Q9xz 0aBc"
    assert in_fours(KEY).replace(" ", "") == KEY
    assert fits("Vd4k Q9xz 0aBc", KEY)
    assert fits("Vd4kQ9xz0aBc", KEY)
    assert fits(KEY, KEY)


@pytest.mark.parametrize("code", ["", "Vd4k", "Vd4k Q9xz", "vd4k q9xz 0abc", "Vd4k Q9xz 0aBd", KEY + "A"])
def test_anything_shorter_or_other_names_no_key(code: str) -> None:
    assert not fits(code, KEY)
    assert not fits(code, NOTHING)
