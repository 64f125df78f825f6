"""What we use of matrix-nio and vodozemac beyond what they publish, pinned one by one (design §12; ADR 0002, 0017).

None of it is promised to stay. Each check says what to look at when a new version changes it: without them an upgrade
would show as an exception in ``receive_to_device`` that we take for somebody's junk, and as room keys that never come.
"""

import inspect
import json
import tomllib
from collections.abc import Callable
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import nio
import pytest
import vodozemac
from nio.crypto import (
    InboundGroupSession,
    InboundSession,
    Olm,
    OlmAccount,
    OutboundGroupSession,
    OutboundSession,
    Session,
    SessionStore,
)
from nio.exceptions import EncryptionError

from bots.runtime.crypto.decryption import _UNKNOWN_INDEX, MEGOLM
from bots.runtime.crypto.devices import DeviceDirectory
from bots.runtime.crypto.own_keys import OLM, OwnKeys
from bots.runtime.crypto.store import CollectingStore
from bots.runtime.crypto.to_device import seal
from bots.runtime.untrusted import JsonObject
from hub.adapters.sql.matrix_records import CryptoState, DeviceRecord

REPOSITORY = Path(__file__).parents[2]
PASSPHRASE = "f3" * 32
RANGE = ">=0.26,<0.27"
READ_AGAIN = "Before widening the range: read nio's olm_machine.py against bots/runtime/crypto, then change this test."


def _machine(user: str = "@dossier:kring", device: str = "DOSSIER") -> Any:
    return Olm(user, device, CollectingStore(CryptoState(), PASSPHRASE, DeviceDirectory()))


def _arguments(function: Callable[..., object]) -> list[str]:
    return list(inspect.signature(function).parameters)


def test_the_range_of_nio_is_the_one_that_these_tests_were_written_for() -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
    assert f"matrix-nio[e2e]{RANGE}" in project["dependencies"], READ_AGAIN
    assert version("matrix-nio").startswith("0.26."), READ_AGAIN
    assert version("vodozemac").startswith("0.10."), (
        "vodozemac: its exceptions must still be ValueErrors, and pickles of the old version must still open."
    )


@pytest.mark.parametrize(
    ("function", "arguments", "look_at"),
    [
        (Olm.__init__, ["self", "user_id", "device_id", "store"], "CryptoMachine.__init__"),
        (Olm.decrypt, ["self", "sender", "sender_key", "message"], "CryptoMachine.receive_to_device"),
        (Olm.create_session, ["self", "one_time_key", "curve_key"], "CryptoMachine.receive_claimed_keys"),
        (Olm.create_outbound_group_session, ["self", "room_id"], "CryptoMachine._new_group_session"),
        (Olm.sign_json, ["self", "json_dict"], "CryptoMachine.sign"),
        (Olm._handle_olm_event, ["self", "sender", "sender_key", "payload"], "GuardedOlm"),
        (Session.encrypt, ["self", "plaintext"], "to_device.seal"),
        (OlmAccount.from_pickle, ["pickle", "passphrase", "shared"], "CollectingStore.load_account"),
        (Session.from_pickle, ["pickle", "creation_time", "passphrase", "use_time"], "CollectingStore.load_sessions"),
        (
            InboundGroupSession.from_pickle,
            ["pickle", "signing_key", "sender_key", "room_id", "passphrase", "forwarding_chain"],
            "CollectingStore.add_room_keys",
        ),
        (InboundGroupSession.decrypt, ["self", "message", "unicode_errors"], "decrypt_event"),
        (SessionStore.add, ["self", "sender_key", "session"], "CollectingStore.load_sessions"),
        (SessionStore.get, ["self", "sender_key"], "CryptoMachine.missing_sessions"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_we_call_takes_what_we_give(function: Callable[..., object], arguments: list[str], look_at: str) -> None:
    assert _arguments(function) == arguments, f"nio changed {function.__qualname__}: look at {look_at}."


def test_the_machine_asks_its_store_only_for_what_ours_has() -> None:
    """What nio asks while it takes in to-device messages, makes sessions and encrypts. The rest of it we never call."""
    used = (Olm.__init__, Olm.load, Olm.decrypt, Olm.create_session, Olm._try_decrypt)
    used += (Olm._create_inbound_session, Olm.create_group_session, Olm.save_account, Olm.save_session)
    used += (Olm._mark_device_for_unwedging, Olm._handle_room_key_event, Olm.create_outbound_group_session)
    asked = {name for function in used for name in inspect.getsource(function).split("self.store.")[1:]}
    names = {"".join(c for c in call.split("(", 1)[0] if c.isidentifier() or c == "_") for call in asked}
    missing = {name for name in names if not hasattr(CollectingStore, name)}
    assert missing == set(), f"nio asks its store for {sorted(missing)}: CollectingStore needs them."
    assert {"load_account", "load_sessions", "load_inbound_group_sessions", "save_account", "save_session"} <= names


def test_the_machine_begins_with_a_new_account_and_has_the_attributes_that_we_touch() -> None:
    olm = _machine()

    assert isinstance(olm.account, OlmAccount)
    assert olm.account.shared is False, "OwnKeys: a new account must know that its keys are not on the server."
    assert set(olm.account.identity_keys) == {"ed25519", "curve25519"}
    assert isinstance(olm.session_store, SessionStore)
    assert olm.wedged_devices == [], "CryptoMachine.wedged: broken sessions are found in this list."
    assert olm.outbound_group_sessions == {}, "CryptoMachine._new_group_session takes the new session out of here."
    assert olm._olm_algorithm == OLM
    assert olm._megolm_algorithm == MEGOLM


def test_our_store_is_where_the_machine_keeps_inbound_room_keys() -> None:
    store = CollectingStore(CryptoState(), PASSPHRASE, DeviceDirectory())
    olm: Any = Olm("@dossier:kring", "DOSSIER", store)
    assert olm.inbound_group_store is store.load_inbound_group_sessions(), (
        "Olm.load must take our RoomKeys itself, not a copy: decrypt_event reads from it."
    )
    assert olm.device_store is store.load_device_keys()


def test_the_account_lends_us_the_library_below_it() -> None:
    """One-time and fallback keys: nio knows nothing of the latter, so OwnKeys goes one floor lower."""
    account = OlmAccount()
    raw = account._account
    assert isinstance(raw, vodozemac.Account), "OwnKeys.upload_payload reads account._account."
    assert account.max_one_time_keys == 50
    account.generate_one_time_keys(2)
    assert len(raw.one_time_keys) == 2
    assert raw.fallback_key == {}
    raw.generate_fallback_key()
    (key,) = raw.fallback_key.values()
    assert isinstance(key.to_base64(), str)
    account.mark_keys_as_published()
    assert raw.one_time_keys == {}
    assert raw.fallback_key == {}


def test_an_account_comes_out_of_its_pickle_as_it_went_in() -> None:
    account = OlmAccount()
    again = OlmAccount.from_pickle(account.pickle(PASSPHRASE), PASSPHRASE, True)
    assert again.identity_keys == account.identity_keys
    assert again.shared is True


def test_an_olm_session_comes_out_of_its_pickle_with_its_times() -> None:
    _, _, session, _ = _two_devices()
    made, used = datetime(2026, 3, 1, 9), datetime(2026, 3, 2, 9)  # noqa: DTZ001 -- nio compares times without a zone
    again = Session.from_pickle(session.pickle(PASSPHRASE), made, PASSPHRASE, used)
    assert (again.id, again.creation_time, again.use_time) == (session.id, made, used)


def _presented(bot: Any) -> JsonObject:
    return OwnKeys("@dossier:kring", "DOSSIER", bot.account, bot.store, lambda value: value).presented


def test_nio_still_writes_a_payload_that_does_not_say_whose_device_it_is() -> None:
    """Once it does, ``to_device.seal`` can go, and what it does with the claims of others must be looked at."""
    source = inspect.getsource(Olm._olm_encrypt)
    assert "device_keys" not in source
    for part in ("sender", "sender_device", "keys", "recipient", "recipient_keys", "type", "content"):
        assert f'"{part}":' in source, f"to_device.seal has no need for {part} any more."
    assert "device_keys" not in inspect.getsource(Olm.decrypt) + inspect.getsource(Olm._verify_olm_payload)
    assert "self._handle_olm_event(sender, sender_key, parsed_payload)" in inspect.getsource(Olm.decrypt)


def _two_devices() -> tuple[Any, Any, Any, DeviceRecord]:
    """The bot, Marieke's machine, the bot's Olm session with her, and her device."""
    bot, marieke = _machine(), _machine("@marieke:kring", "TELEFOON")
    marieke.account.generate_one_time_keys(1)
    (one_time_key,) = marieke.account.one_time_keys["curve25519"].values()
    keys = marieke.account.identity_keys
    bot.create_session(one_time_key, keys["curve25519"])
    session = bot.session_store.get(keys["curve25519"])
    assert isinstance(session, OutboundSession), "create_session must put the session into session_store."
    device = DeviceRecord("@marieke:kring", "TELEFOON", keys["ed25519"], keys["curve25519"])
    return bot, marieke, session, device


def test_to_device_messages_have_the_form_that_other_clients_read() -> None:
    bot, marieke, session, device = _two_devices()
    content = seal(session, _presented(bot), device, "m.dummy", {})
    by_nio = bot._olm_encrypt(session, device, "m.dummy", {})
    assert set(content) == set(by_nio)
    assert set(content["ciphertext"]) == set(by_nio["ciphertext"])
    assert set(content) == {"algorithm", "sender_key", "ciphertext"}
    assert set(content["ciphertext"][device.curve25519]) == {"type", "body"}
    body = content["ciphertext"][device.curve25519]["body"]

    marieke.decrypt("@dossier:kring", content["sender_key"], vodozemac.PreKeyMessage.from_base64(body))

    heard = marieke.session_store.get(content["sender_key"])
    assert isinstance(heard, InboundSession), "Olm.decrypt must make an inbound session of a first message."


def test_a_room_key_that_arrives_is_kept_and_reported_once() -> None:
    bot, marieke, session, device = _two_devices()
    bot.create_outbound_group_session("!kamer:kring")
    group = bot.outbound_group_sessions.pop("!kamer:kring")
    assert isinstance(group, OutboundGroupSession)
    assert isinstance(group._session, vodozemac.GroupSession), "CryptoMachine.encrypt goes through group._session."
    content = {
        "algorithm": MEGOLM,
        "room_id": "!kamer:kring",
        "session_id": group.id,
        "session_key": group.session_key,
    }
    sealed = seal(session, _presented(bot), device, "m.room_key", content)
    body = sealed["ciphertext"][device.curve25519]["body"]

    marieke.decrypt("@dossier:kring", sealed["sender_key"], vodozemac.PreKeyMessage.from_base64(body))

    kept = marieke.store.load_inbound_group_sessions().get("!kamer:kring", sealed["sender_key"], group.id)
    assert kept is not None, "Olm must add a room key to inbound_group_store and save it: look at RoomKeys.add."
    assert kept.ed25519 == bot.account.identity_keys["ed25519"], "The trust gate compares this key with the device."
    assert kept.first_known_index == 0
    assert kept.forwarding_chain == [], "A chain means forwarded: the trust gate refuses it."
    (record,) = marieke.store.take_changes().megolm_sessions
    assert record.session_id == group.id
    said = group._session.encrypt(json.dumps({"pijn": 3}).encode()).to_base64()
    assert kept.decrypt(said) == ('{"pijn": 3}', 0)


def test_a_broken_session_is_found_in_the_list_of_wedged_devices() -> None:
    bot, marieke, session, device = _two_devices()
    marieke._mark_device_for_unwedging("@dossier:kring", bot.account.identity_keys["curve25519"])
    assert marieke.wedged_devices == [], "A device that our directory does not know is not marked."
    keys = bot.account.identity_keys
    known = DeviceRecord("@dossier:kring", "DOSSIER", keys["ed25519"], keys["curve25519"])
    marieke.device_store.put(known)
    assert session.id
    assert device.curve25519

    marieke._mark_device_for_unwedging("@dossier:kring", keys["curve25519"])

    assert marieke.wedged_devices == [known], "Olm looks devices up with device_from_sender_key of our directory."


def test_hostile_input_raises_only_what_we_catch() -> None:
    """``machine._HOSTILE`` and ``decrypt_event`` rest on this."""
    for name in ("DecodeException", "KeyException", "MegolmDecryptionException", "OlmDecryptionException"):
        assert issubclass(getattr(vodozemac, name), ValueError), f"vodozemac.{name} is no ValueError any more."
    assert issubclass(vodozemac.PickleException, ValueError)
    assert issubclass(EncryptionError, Exception)
    group = vodozemac.GroupSession()
    for _ in range(3):
        earlier = group.encrypt(b"eerder").to_base64()
    later = InboundGroupSession(group.session_key.to_base64(), "ed", "curve", "!kamer:kring")
    assert later.first_known_index == 3
    with pytest.raises(ValueError, match=_UNKNOWN_INDEX):
        later.decrypt(earlier)


def test_nio_is_silent_in_our_logs() -> None:
    """It logs ids, and pieces of payloads in its errors; the machine turns its logger off by this name."""
    assert nio.crypto.olm_machine.logger.name.startswith("nio")
