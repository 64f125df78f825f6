"""Steps of an emoji verification pass in clear, since Element sends them so; nothing that somebody could write does."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.homeserver.guard_rules import GuardRules, RoomEvent, RoomFacts

GATEKEEPER, JAN = "@poortwachter:kring.localhost", "@k1a2b3c42:kring.localhost"
RULES = GuardRules(GATEKEEPER)
JOINED = RoomFacts(membership="join", membership_set_by=JAN, is_encrypted=True)
RELATION = {"m.relates_to": {"rel_type": "m.reference", "event_id": "$" + "a" * 43}}
KEY = "A" * 43
STEPS: dict[str, dict[str, Any]] = {
    "ready": {"from_device": "TELEFOON", "methods": ["m.sas.v1", "m.reciprocate.v1"]},
    "start": {
        "from_device": "TELEFOON",
        "method": "m.sas.v1",
        "key_agreement_protocols": ["curve25519-hkdf-sha256", "curve25519"],
        "hashes": ["sha256"],
        "message_authentication_codes": ["hkdf-hmac-sha256.v2", "hkdf-hmac-sha256"],
        "short_authentication_string": ["decimal", "emoji"],
    },
    "accept": {
        "method": "m.sas.v1",
        "key_agreement_protocol": "curve25519-hkdf-sha256",
        "hash": "sha256",
        "message_authentication_code": "hkdf-hmac-sha256.v2",
        "short_authentication_string": ["decimal", "emoji"],
        "commitment": KEY,
    },
    "key": {"key": KEY},
    "mac": {"mac": {f"ed25519:{KEY}": KEY, "ed25519:TELEFOON": KEY}, "keys": KEY},
    "done": {},
    "cancel": {"code": "m.mismatched_sas", "reason": "The SAS did not match."},
}


def allowed(step: str, content: dict[str, Any], sender: str = JAN) -> bool:
    event = RoomEvent(f"m.key.verification.{step}", sender, {**content, **RELATION})
    return RULES.refusal(event, JOINED) is None


@pytest.mark.parametrize("step", STEPS)
def test_a_step_as_element_sends_it_passes(step: str) -> None:
    assert allowed(step, STEPS[step])
    assert not allowed(step, STEPS[step], GATEKEEPER), "it has no keys to compare"


@pytest.mark.parametrize("step", STEPS)
def test_the_same_with_a_sentence_in_it_does_not(step: str) -> None:
    assert not allowed(step, STEPS[step] | {"body": "mevrouw de Wit is opgenomen"})
    for field in STEPS[step]:
        assert not allowed(step, STEPS[step] | {field: "mevrouw de Wit is opgenomen"})
        assert not allowed(step, STEPS[step] | {field: ["mevrouw de Wit is opgenomen"]})
        assert not allowed(step, STEPS[step] | {field: {"mevrouw de Wit": KEY}})


@pytest.mark.parametrize("step", STEPS)
def test_without_the_request_that_it_answers_it_does_not(step: str) -> None:
    for relation in ({}, {"m.relates_to": {}}, {"m.relates_to": {"rel_type": "m.thread", "event_id": "$x"}}):
        event = RoomEvent(f"m.key.verification.{step}", JAN, STEPS[step] | relation)
        assert RULES.refusal(event, JOINED) is not None


@given(step=st.sampled_from(sorted(STEPS)), text=st.text(max_size=30).map(lambda text: f"{text} {text}"))
def test_no_words_pass_in_any_field(step: str, text: str) -> None:
    for field in STEPS[step]:
        assert not allowed(step, STEPS[step] | {field: text})


def test_the_request_itself_is_a_message_and_never_passes_in_clear() -> None:
    request = {
        "msgtype": "m.key.verification.request",
        "body": "verzoek",
        "to": "@dossier:kring.localhost",
        "from_device": "TELEFOON",
        "methods": ["m.sas.v1"],
    }
    assert RULES.refusal(RoomEvent("m.room.message", JAN, request), JOINED) is not None
    assert RULES.refusal(RoomEvent("m.key.verification.request", JAN, request), JOINED) is not None
