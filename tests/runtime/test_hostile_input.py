"""Nothing that a homeserver or a stranger sends stops the bot: every parser gives a result for any JSON."""

import base64
import copy
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bots.runtime.crypto.decryption import Decrypted, Malformed, NoKey, Undecryptable, parse_json
from bots.runtime.crypto.devices import read_devices, read_identity, signed_devices
from bots.runtime.media import decrypt_attachment, encrypt_attachment, media_address
from bots.runtime.rendering import in_reply_to, text_message
from bots.runtime.sync_response import inbox_event, is_said, member_change, read_sync
from bots.runtime.untrusted import JsonObject, milliseconds, storable, user_id
from hub.domain.errors import IntegrityBroken
from tests.examples import examples
from tests.runtime.post_office import Person, PostOffice

SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(min_value=-(2**70), max_value=2**70),
    st.floats(),
    st.text(alphabet=st.characters(exclude_categories=()), max_size=20),
)
JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
)
OBJECTS = st.dictionaries(st.text(max_size=8), JSON, max_size=5)


def places(value: object, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a JSON value."""
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for name, child in children for place in places(child, (*path, name)))]


def damaged(original: Any) -> st.SearchStrategy[Any]:
    """A well-formed value with something else in one place."""

    def put(place: tuple[Any, ...], other: Any) -> Any:
        if not place:
            return other
        result = copy.deepcopy(original)
        target = result
        for name in place[:-1]:
            target = target[name]
        target[place[-1]] = other
        return result

    return st.builds(put, st.sampled_from(places(original)), JSON)


@pytest.fixture(scope="module")
def office() -> PostOffice:
    return PostOffice()


@pytest.fixture(scope="module")
def marieke(office: PostOffice) -> Person:
    return office.arrive("@marieke:kring.test")


@pytest.fixture(scope="module")
def bot(office: PostOffice) -> Person:
    return office.arrive("@dossier:kring.test")


SYNC: dict[str, Any] = {
    "next_batch": "s1",
    "to_device": {"events": [{"type": "m.room.encrypted", "sender": "@a:b", "content": {}}]},
    "device_lists": {"changed": ["@a:b"], "left": []},
    "device_one_time_keys_count": {"signed_curve25519": 3},
    "device_unused_fallback_key_types": ["signed_curve25519"],
    "rooms": {
        "join": {
            "!r": {
                "timeline": {
                    "limited": True,
                    "prev_batch": "p",
                    "events": [
                        {"type": "m.room.encrypted", "event_id": "$1", "sender": "@a:b", "content": {"session_id": "x"}}
                    ],
                },
                "state": {
                    "events": [
                        {
                            "type": "m.room.member",
                            "sender": "@a:b",
                            "state_key": "@a:b",
                            "content": {"membership": "join"},
                        }
                    ]
                },
            }
        },
        "invite": {
            "!i": {
                "invite_state": {
                    "events": [
                        {
                            "type": "m.room.member",
                            "state_key": "@me:b",
                            "sender": "@a:b",
                            "content": {"membership": "invite"},
                        }
                    ]
                }
            }
        },
    },
}


@given(damaged(SYNC) | OBJECTS)
@settings(max_examples=examples(300), deadline=None)
def test_any_sync_response_is_read_or_left_out(raw: Any) -> None:
    response = read_sync(raw if isinstance(raw, dict) else {}, "@me:b")
    if response is None:
        return
    assert storable(response.next_batch, longest=2000)
    assert all(user_id(user) for user in response.changed_devices)
    assert all(number >= 0 for number in response.dropped.values())
    for room in (*response.rooms, *response.left):
        assert storable(room.room_id)
        assert room.gap_from is None or storable(room.gap_from, longest=2000)
        for event in (*room.events, *room.state):
            is_storable_or_nothing(room.room_id, event)


EVENT: dict[str, Any] = {
    "type": "m.room.encrypted",
    "event_id": "$1",
    "sender": "@a:b",
    "origin_server_ts": 1,
    "content": {"session_id": "x", "membership": "join"},
}


@given(
    damaged(EVENT) | OBJECTS,
    st.sampled_from(["m.room.encrypted", "m.room.message", "m.reaction", "m.room.member"]) | st.none(),
    st.booleans(),
)
@settings(max_examples=examples(300), deadline=None)
def test_any_event_becomes_a_storable_row_or_nothing(raw: Any, kind: str | None, state: bool) -> None:
    event = dict(raw) if isinstance(raw, dict) else {}
    event |= ({"type": kind} if kind else {}) | ({"state_key": "@a:b"} if state else {})
    is_storable_or_nothing("!r", event)


def is_storable_or_nothing(room_id: str, event: JsonObject) -> None:
    """Any database keeps these texts and numbers."""
    kept, change = inbox_event(room_id, event, "@me:b"), member_change(room_id, event)
    is_said(event)
    if kept is not None:
        assert storable(kept.event_id)
        assert user_id(kept.sender)
        assert kept.session_id is None or storable(kept.session_id)
        assert 0 <= kept.origin_server_ts < 2**53
        assert kept.raw.isascii()
        assert "\x00" not in kept.raw
        assert len(kept.raw) <= 6 * 65536
    if change is not None:
        assert user_id(change.user_id)
        assert user_id(change.sender)
        assert storable(change.membership, longest=20)
        assert 0 <= change.event_ts < 2**53


@given(st.data())
@settings(max_examples=examples(200), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_key_query_answer_leaves_only_proper_devices(
    office: PostOffice, marieke: Person, bot: Person, data: st.DataObject
) -> None:
    user = marieke.user_id
    raw = data.draw(damaged(office.shown) | OBJECTS)
    answer = raw if isinstance(raw, dict) else {}
    bot.machine.receive_keys_query(bot.machine.query_for([user]), answer)
    for device in read_devices(user, answer).values():
        assert len(base64.b64decode(device.curve25519 + "=")) == 32
    read_identity(user, answer)
    assert signed_devices(user, answer, None).trusted <= {"TELEFOON"}
    bot.machine.take_changes()


@given(st.data())
@settings(max_examples=examples(200), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_claimed_key_is_taken_or_dropped(
    office: PostOffice, marieke: Person, bot: Person, data: st.DataObject
) -> None:
    bot.look_up(marieke.user_id)
    (device,) = bot.machine.devices.active_of(marieke.user_id)
    claimed = office.show_key(device)
    raw = data.draw(damaged(claimed) | OBJECTS)
    bot.machine.receive_claimed_keys(raw if isinstance(raw, dict) else {})


@given(st.data())
@settings(max_examples=examples(300), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_to_device_message_is_taken_or_dropped(
    office: PostOffice, marieke: Person, bot: Person, data: st.DataObject
) -> None:
    content = {
        "algorithm": "m.olm.v1.curve25519-aes-sha2",
        "sender_key": marieke.machine.curve25519,
        "ciphertext": {bot.machine.curve25519: {"type": data.draw(st.integers(0, 2)), "body": "AwogAAAA"}},
    }
    event = {"type": "m.room.encrypted", "sender": marieke.user_id, "content": content}
    bot.machine.receive_to_device(data.draw(damaged(event)))


@pytest.mark.parametrize("body", ["", "!!!", "Aw", "\ud800", "A" * 70_000, "é", "AwogZm9v"])
@pytest.mark.parametrize("kind", [0, 1])
def test_junk_from_a_stranger_is_dropped(bot: Person, marieke: Person, body: str, kind: int) -> None:
    """One request of any local user stopped a bot on stock nio for good."""
    content = {
        "algorithm": "m.olm.v1.curve25519-aes-sha2",
        "sender_key": marieke.machine.curve25519,
        "ciphertext": {bot.machine.curve25519: {"type": kind, "body": body}},
    }
    bot.machine.receive_to_device({"type": "m.room.encrypted", "sender": "@x:kring.test", "content": content})


@given(st.data())
@settings(max_examples=examples(300), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_room_event_gives_a_result_or_a_typed_failure(
    office: PostOffice, marieke: Person, bot: Person, data: st.DataObject
) -> None:
    event = marieke.say("Pijn 6", bot)
    raw = data.draw(damaged(event) | OBJECTS)
    result = bot.machine.decrypt(raw if isinstance(raw, dict) else {})
    assert isinstance(result, Decrypted | NoKey | Undecryptable | Malformed)


@given(st.text(alphabet=st.characters(exclude_categories=()), max_size=50) | st.binary(max_size=50).map(repr))
def test_any_text_is_json_or_none(text: str) -> None:
    parse_json(text)


@pytest.mark.parametrize("text", ["[" * 100_000, "NaN", "1e999999", "1" * 10_000, "{", '"\\ud800"'])
def test_extreme_json_does_no_harm(text: str) -> None:
    parse_json(text)


@given(JSON)
def test_identifiers_and_times_are_storable_or_nothing(value: object) -> None:
    kept = storable(value)
    assert kept is None or (kept.encode() and "\x00" not in kept)
    assert 0 <= milliseconds(value) < 2**53


@given(st.binary(max_size=300), st.data())
@settings(deadline=None)
def test_an_attachment_comes_back_whole_or_not_at_all(plain: bytes, data: st.DataObject) -> None:
    ciphertext, file = encrypt_attachment(plain)
    assert decrypt_attachment(ciphertext, file) == plain
    with pytest.raises(IntegrityBroken):
        decrypt_attachment(ciphertext + b"x", file)
    other = data.draw(damaged(file))
    if isinstance(other, dict):
        try:
            decrypt_attachment(ciphertext, other)
        except IntegrityBroken:
            return


@pytest.mark.parametrize(
    "address",
    ["http://x/y", "mxc://x/../y", "mxc://x/..%2f", "mxc://x", "mxc:///y", 7, None, "mxc://x/y?z", "mxc://x/y\n"],
)
def test_only_plain_media_addresses_are_fetched(address: object) -> None:
    assert media_address(address) is None


@given(st.lists(st.text(alphabet=st.characters(exclude_categories=()), max_size=40), max_size=4))
def test_what_we_say_can_be_sent_and_alerts_nobody_by_accident(lines: list[str]) -> None:
    content = in_reply_to(text_message("\n".join(lines)), "$x")
    assert content["m.mentions"] == {}
    content["body"].encode()
