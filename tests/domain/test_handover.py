"""A handover is open until somebody says that they received it."""

from dataclasses import replace
from datetime import UTC, datetime

from hub.domain.handover import Destination, Handover

NOON = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)
TO_THE_HOSPICE = Handover("cir-1", 1, Destination.HOSPICE, "per-carla", NOON, "per-joost")


def test_a_handover_is_open_until_it_is_received() -> None:
    assert TO_THE_HOSPICE.open
    assert not replace(TO_THE_HOSPICE, received_by="per-joost", received_at=NOON).open


def test_the_places_are_those_of_the_command() -> None:
    """``!overdracht naar thuis|hospice|verpleeghuis|ziekenhuis|anders``."""
    assert [place.value for place in Destination] == ["thuis", "hospice", "verpleeghuis", "ziekenhuis", "anders"]
