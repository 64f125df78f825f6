"""Versions of an entry: what counts now, what waits, and that two pairs of eyes see a directive."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.dossier import (
    NEEDS_CONFIRMATION,
    Entry,
    Source,
    SourceKind,
    Status,
    confirm,
    in_force,
    pending,
    status_of_new,
    to_show,
)
from hub.domain.entries import Kind, Note
from hub.domain.errors import CommandRejected
from hub.domain.identifiers import EntryRef
from hub.domain.vocabulary import Role, Section

NOON = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)
PROPOSAL = Entry(
    "pat-anna", EntryRef(Section.S3, 2), 1, Kind.TREATMENT_DIRECTIVE, "reanimeren", Status.PROPOSED, Note("x"),
    "per-carla", Role.COACH, "per-carla", "Praktijk De Brug", Source(SourceKind.ROOM, "$1"), NOON,
)  # fmt: skip
chains = st.lists(st.sampled_from(Status), max_size=7).map(
    lambda states: [replace(PROPOSAL, version=version, status=status) for version, status in enumerate(states, 1)]
)


def confirmed_by(who: str, entry: Entry = PROPOSAL) -> Entry:
    source = Source(SourceKind.PORTAL, "$2")
    return confirm(entry, by=who, role=Role.GP, organisation=None, source=source, at=NOON + timedelta(hours=1))


@given(chains)
def test_what_counts_is_the_last_version_that_is_no_proposal(chain: list[Entry]) -> None:
    settled = [entry for entry in chain if entry.status is not Status.PROPOSED]
    current = in_force(chain)
    assert current == (settled[-1] if settled and settled[-1].status is Status.ACTIVE else None)


@given(chains)
def test_a_proposal_waits_only_when_nothing_came_after_it(chain: list[Entry]) -> None:
    waiting = pending(chain)
    assert waiting == (chain[-1] if chain and chain[-1].status is Status.PROPOSED else None)


@given(chains)
def test_a_proposal_never_replaces_what_counts(chain: list[Entry]) -> None:
    """CARE-04: until it is confirmed, the agreement that there was stands."""
    proposal = replace(PROPOSAL, version=len(chain) + 1)
    assert in_force([*chain, proposal]) == in_force(chain)
    assert pending([*chain, proposal]) == proposal


@given(chains)
def test_what_is_shown_is_what_counts_and_what_waits_in_order(chain: list[Entry]) -> None:
    expected = [entry for entry in (in_force(chain), pending(chain)) if entry is not None]
    assert to_show(reversed(chain)) == expected


def test_entries_are_shown_by_section_and_number_as_people_count() -> None:
    """S10 after S9, and 10 after 9."""
    places = [(Section.S10, 1), (Section.S2, 10), (Section.S2, 9), (Section.S9, 1)]
    entries = [replace(PROPOSAL, ref=EntryRef(section, number)) for section, number in places]
    assert [str(entry.ref) for entry in to_show(entries)] == ["S2-9", "S2-10", "S9-1", "S10-1"]


def test_a_second_person_puts_a_proposal_in_force() -> None:
    """I9: who proposed it stays the author; who confirmed it answers for it."""
    confirmed = confirmed_by("per-gerda")
    assert (confirmed.version, confirmed.status, confirmed.value) == (2, Status.ACTIVE, PROPOSAL.value)
    assert (confirmed.author_id, confirmed.author_role) == ("per-carla", Role.COACH)
    assert (confirmed.responsible_id, confirmed.confirmed_by) == ("per-gerda", "per-gerda")
    assert in_force([PROPOSAL, confirmed]) == confirmed


def test_nobody_confirms_their_own_proposal() -> None:
    with pytest.raises(CommandRejected) as refused:
        confirmed_by("per-carla")
    assert refused.value.code == "own-proposal"


@pytest.mark.parametrize("status", [Status.ACTIVE, Status.WITHDRAWN])
def test_what_is_no_proposal_is_not_confirmed(status: Status) -> None:
    with pytest.raises(CommandRejected) as refused:
        confirmed_by("per-gerda", replace(PROPOSAL, status=status))
    assert refused.value.code == "nothing-to-confirm"


@pytest.mark.parametrize("kind", Kind)
def test_what_decides_about_treatment_starts_as_a_proposal(kind: Kind) -> None:
    assert status_of_new(kind) is (Status.PROPOSED if kind in NEEDS_CONFIRMATION else Status.ACTIVE)


def test_directives_need_a_second_person_and_a_pain_score_does_not() -> None:
    assert {Kind.TREATMENT_DIRECTIVE, Kind.ADVANCE_DIRECTIVE} <= NEEDS_CONFIRMATION
    assert Kind.PAIN_SCORE not in NEEDS_CONFIRMATION
