"""What may be pinned in a room: one message by its id, by the gatekeeper, and no word beside it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.homeserver.guard_rules import GuardRules, RoomEvent, RoomFacts

GATEKEEPER, DOSSIER, JAN = "@poortwachter:kring.localhost", "@dossier:kring.localhost", "@jan:kring.localhost"
RULES, ROOM = GuardRules(GATEKEEPER), RoomFacts(membership="join", is_encrypted=True)
CARD = "$" + "k" * 43


def pins(content: Any, sender: str = GATEKEEPER, key: str = "") -> RoomEvent:
    return RoomEvent("m.room.pinned_events", sender, content, key)


def test_the_gatekeeper_pins_one_message_or_none() -> None:
    assert RULES.refusal(pins({"pinned": [CARD]}), ROOM) is None
    assert RULES.refusal(pins({"pinned": []}), ROOM) is None


@pytest.mark.parametrize("who", [DOSSIER, JAN, "@poortwachter:elders.example"])
def test_nobody_else_pins(who: str) -> None:
    refused = RULES.refusal(pins({"pinned": [CARD]}, who), ROOM)
    assert refused is not None
    assert "poortwachter" in refused.reason


@pytest.mark.parametrize(
    "content",
    [
        {},
        {"pinned": [CARD, "$" + "l" * 43]},
        {"pinned": ["mevrouw de Wit wil niet worden gereanimeerd"]},
        {"pinned": CARD},
        {"pinned": {CARD: 1}},
        {"pinned": [None]},
        {"pinned": [CARD], "body": "pijn 8"},
    ],
)
def test_nothing_readable_stands_in_a_pin(content: dict[str, Any]) -> None:
    assert RULES.refusal(pins(content), ROOM) is not None


def test_a_pin_has_no_key() -> None:
    assert RULES.refusal(pins({"pinned": [CARD]}, key="pijn 8"), ROOM) is not None


@given(text=st.text(max_size=60))
def test_no_text_at_all_passes_as_an_id(text: str) -> None:
    assert RULES.refusal(pins({"pinned": [text]}), ROOM) is not None
