"""The rules of the guard without Synapse, for what a real client would not think of."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.homeserver.guard_rules import CANARY_ROOM, GuardRules, RoomEvent, RoomFacts, power_levels_hold
from hub.homeserver.room_templates import power_levels, room_body, space_body

GATEKEEPER = "@poortwachter:kring.localhost"
JAN = "@k1a2b3c42:kring.localhost"
RULES = GuardRules(GATEKEEPER)
EVENT_ID = "$" + "a" * 43
INVITED = RoomFacts(membership="invite", membership_set_by=GATEKEEPER)
JOINED = RoomFacts(membership="join", membership_set_by=JAN, is_encrypted=True)
CIPHERTEXT = {"algorithm": "m.megolm.v1.aes-sha2", "ciphertext": "AwgAEnACgAk", "session_id": "X3lUlvLELL"}

names = st.text(min_size=1, max_size=40)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=6,
)
contents = st.dictionaries(names, values, max_size=4)


@given(kind=names, content=contents, key=st.just("") | names)
def test_no_state_from_a_member_passes_whatever_it_is_called(kind: str, content: dict[str, Any], key: str) -> None:
    event = RoomEvent(kind, JAN, content, key)

    assert RULES.refusal(event, JOINED) is not None


@given(kind=names, content=contents)
def test_an_unknown_type_never_passes(kind: str, content: dict[str, Any]) -> None:
    event = RoomEvent(f"x{kind}", JAN, content)

    assert RULES.refusal(event, JOINED) is not None


@given(content=contents)
def test_what_is_added_to_a_ciphertext_never_passes(content: dict[str, Any]) -> None:
    extra = {f"x{name}": value for name, value in content.items()}
    event = RoomEvent("m.room.encrypted", JAN, CIPHERTEXT | extra)

    assert (RULES.refusal(event, JOINED) is None) == (not extra)


@given(relation=values)
def test_a_strange_relation_is_refused_and_never_an_error(relation: object) -> None:
    message = RoomEvent("m.room.encrypted", JAN, CIPHERTEXT | {"m.relates_to": relation})
    reaction = RoomEvent("m.reaction", JAN, {"m.relates_to": relation})

    assert (RULES.refusal(message, JOINED) is None) == (relation is None or relation == {})
    assert RULES.refusal(reaction, JOINED) is not None


@given(text=st.text(max_size=20))
def test_only_agreed_signs_react(text: str) -> None:
    relation = {"rel_type": "m.annotation", "event_id": EVENT_ID, "key": text}
    passes = RULES.refusal(RoomEvent("m.reaction", JAN, {"m.relates_to": relation}), JOINED) is None

    assert passes == (text.replace("\ufe0f", "") in {"📌", "✅", "👍", "👎", "❤", "🙏", "👀", "😢", "🆘"})


@given(content=contents)
def test_power_levels_of_any_shape_are_judged_without_error(content: dict[str, Any]) -> None:
    assert not power_levels_hold(content)


@pytest.mark.parametrize("field", ["state_default", "invite", "kick", "ban", "redact"])
@pytest.mark.parametrize("level", [0, 50, 99, None, "100", True, 100.0])
def test_power_that_members_could_reach_is_refused(field: str, level: object) -> None:
    assert power_levels_hold(power_levels())
    assert not power_levels_hold(power_levels() | {field: level})


@pytest.mark.parametrize(
    "change",
    [
        {"users": {JAN: 50}},
        {"users_default": 1},
        {"events": {"m.room.name": 0}},
        {"events": {"m.room.topic": 99}},
        {"events": ["m.room.name"]},
        {"users": [JAN]},
    ],
    ids=str,
)
def test_nobody_gets_power(change: dict[str, Any]) -> None:
    assert not power_levels_hold(power_levels() | change)


def test_a_join_needs_an_invitation_by_the_gatekeeper() -> None:
    join = RoomEvent("m.room.member", JAN, {"membership": "join"}, JAN)
    by_a_member = RoomFacts(membership="invite", membership_set_by="@k1a2b3c41:kring.localhost")

    assert RULES.refusal(join, INVITED) is None
    assert RULES.refusal(join, JOINED) is None
    assert RULES.refusal(join, by_a_member) is not None
    assert RULES.refusal(join, RoomFacts()) is not None
    assert RULES.refusal(join, RoomFacts(membership="leave", membership_set_by=JAN)) is not None
    assert RULES.refusal(join, RoomFacts(membership="ban", membership_set_by=GATEKEEPER)) is not None


@pytest.mark.parametrize("membership", ["invite", "ban", "knock", "onzin", None])
def test_other_memberships_are_not_for_members(membership: str | None) -> None:
    event = RoomEvent("m.room.member", JAN, {"membership": membership}, JAN)

    assert RULES.refusal(event, INVITED) is not None


def test_encryption_is_set_once() -> None:
    content = {"algorithm": "m.megolm.v1.aes-sha2", "rotation_period_msgs": 100}
    event = RoomEvent("m.room.encryption", GATEKEEPER, content, "")

    assert RULES.refusal(event, RoomFacts(membership="join")) is None
    assert RULES.refusal(event, RoomFacts(membership="join", is_encrypted=True)) is not None


@pytest.mark.parametrize("body", [space_body("Kring 7F3K"), room_body("Kring 7F3K · team", space_id="!s", via="h")])
@pytest.mark.parametrize(
    "missing", ["m.room.power_levels", "m.room.history_visibility", "m.room.guest_access", "m.room.encryption"]
)
def test_a_room_is_made_whole_or_not_at_all(body: dict[str, Any], missing: str) -> None:
    incomplete = body | {"initial_state": [part for part in body["initial_state"] if part["type"] != missing]}

    assert RULES.room_creation_refusal(GATEKEEPER, body) is None
    assert RULES.room_creation_refusal(GATEKEEPER, incomplete) is not None
    assert RULES.room_creation_refusal(JAN, body) is not None


@pytest.mark.parametrize(
    "part",
    [
        {"type": "m.room.member", "state_key": JAN, "content": {"membership": "join"}},
        {"type": "m.room.topic", "state_key": "", "content": {"topic": "pijn 8"}},
        {"type": "m.room.name", "state_key": "", "content": {"name": "x" * 81}},
        {"type": "m.room.name", "state_key": "", "content": "De Wit"},
        {"type": "m.room.join_rules", "state_key": "", "content": {"join_rule": "public"}},
    ],
)
def test_a_new_room_has_nothing_beside_the_template(part: dict[str, Any]) -> None:
    body = room_body("Kring 7F3K · team")
    body["initial_state"].append(part)

    assert RULES.room_creation_refusal(GATEKEEPER, body) is not None


KANARIE, DOSSIER = "@kanarie:kring.localhost", "@dossier:kring.localhost"


def enters(who: str, membership: str = "invite", sender: str = GATEKEEPER) -> RoomEvent:
    return RoomEvent("m.room.member", sender, {"membership": membership}, who)


def test_the_canary_is_nowhere_but_in_its_own_room_and_nobody_else_is_there() -> None:
    own, team = RoomFacts(name=CANARY_ROOM), RoomFacts(name="Kring 7F3K · team")
    nameless = RoomFacts()

    for who in (KANARIE, DOSSIER):
        assert RULES.refusal(enters(who), own) is None
    assert RULES.refusal(enters(JAN), own) is not None
    for room in (team, nameless):
        assert RULES.refusal(enters(KANARIE), room) is not None
        assert RULES.refusal(enters(JAN), room) is None
        assert RULES.refusal(enters(KANARIE, "leave"), room) is None, "out again is always possible"
    asked_in = RoomFacts(membership="invite", membership_set_by=GATEKEEPER, name=team.name)
    assert RULES.refusal(enters(KANARIE, "join", KANARIE), asked_in) is not None
    elsewhere = GuardRules("@poortwachter:elders.example")
    assert elsewhere.refusal(RoomEvent("m.room.member", elsewhere.gatekeeper, {"membership": "invite"}, KANARIE), own)


def test_no_room_with_people_in_it_becomes_the_canarys() -> None:
    def named(name: str) -> RoomEvent:
        return RoomEvent("m.room.name", GATEKEEPER, {"name": name}, "")

    assert RULES.refusal(named(CANARY_ROOM), RoomFacts(is_empty=True)) is None, "when it is made"
    assert RULES.refusal(named(CANARY_ROOM), RoomFacts(name=CANARY_ROOM)) is None
    assert RULES.refusal(named(CANARY_ROOM), RoomFacts()) is not None, "people are in it"
    assert RULES.refusal(named(CANARY_ROOM), RoomFacts(name="Kring 7F3K", is_empty=True)) is not None
    assert RULES.refusal(named("Kring 7F3K"), RoomFacts(name=CANARY_ROOM)) is not None
    assert RULES.refusal(named("Kring 7F3K"), RoomFacts(name="Kring 9Q2M")) is None
