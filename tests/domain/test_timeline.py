"""The timeline: what happened, in order, once."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hub.domain.dossier import Status
from hub.domain.handover import Destination, Handover
from hub.domain.observations import Complexity, Level
from hub.domain.timeline import Happening, LeadTerm, moments
from tests.domain.test_card import entry

NOW = datetime(2026, 11, 3, 9, 0, tzinfo=UTC)


def test_everything_stands_in_order_of_time_with_who_did_it() -> None:
    complexity = entry(Complexity(Level.HIGH, "twee opnames"))
    handover = Handover("cir-1", 1, Destination.HOSPITAL, "per-2", NOW - timedelta(days=2), "per-4", "per-4", NOW)
    found = moments([complexity], [handover], [LeadTerm("per-1", NOW - timedelta(days=9))])
    assert [moment.happening for moment in found][:2] == [Happening.LEAD, Happening.HANDOVER]
    assert [moment.who for moment in found] == ["per-1", "per-2", "per-1", "per-4"]
    assert sorted(m.at for m in found if m.at) == [m.at for m in found]


def test_a_version_that_repeats_the_one_before_and_a_proposal_are_no_news() -> None:
    first = entry(Complexity(Level.LOW))
    again = replace(first, version=2, recorded_at=NOW + timedelta(days=1))
    higher = replace(first, version=3, value=Complexity(Level.HIGH), recorded_at=NOW + timedelta(days=2))
    waiting = replace(first, version=4, status=Status.PROPOSED)
    assert [m.text for m in moments([first, again, higher, waiting], [], [])] == [
        "De complexiteit is laag",
        "De complexiteit is hoog",
    ]


def test_a_lead_of_before_it_was_written_down_comes_first_without_a_date() -> None:
    found = moments([entry(Complexity(Level.LOW))], [], [LeadTerm("per-1", None)])
    assert found[0].at is None
