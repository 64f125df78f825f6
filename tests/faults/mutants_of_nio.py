"""The cures of N1 to N18, each switched off."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import pytest

from tests.faults.mutant import NIO, mutant, nothing


@mutant(
    "token-first",
    "the place in the stream is stored before what came with it",
    NIO + "test_n01_token_before_events.py::test_n01_what_came_in_as_the_bot_died_comes_in_again",
)
def _token_first(patch: pytest.MonkeyPatch) -> None:
    from bots.runtime.storage import SqlStorage
    from hub.adapters.sql import matrix_inbox

    whole = SqlStorage.commit

    async def commit(self: Any, batch: Any) -> None:
        async with self._database.transaction() as connection:
            await matrix_inbox.save_token(connection, self._known_login().account_id, batch.next_batch)
        await whole(self, batch)

    patch.setattr(SqlStorage, "commit", commit)


@mutant(
    "no-atomic",
    "that an Olm message was read is stored before the room key that it carried",
    NIO + "test_n02_ratchet_before_key.py::test_n02_a_room_key_that_came_in_as_the_bot_died_is_read_again",
)
def _no_atomic(patch: pytest.MonkeyPatch) -> None:
    from bots.runtime.storage import SqlStorage

    whole = SqlStorage.commit

    async def commit(self: Any, batch: Any) -> None:
        async with self._database.transaction() as connection:
            await self._save(connection, replace(batch.crypto, megolm_sessions=()))
        await whole(self, batch)

    patch.setattr(SqlStorage, "commit", commit)


@mutant(
    "plaintext-ok",
    "a room that seems not to be encrypted is spoken to in clear",
    NIO
    + "test_n03_encryption_forgotten.py::"
    + "test_n03_nothing_is_said_in_clear_when_the_homeserver_hides_that_a_room_is_encrypted",
)
def _plaintext_ok(patch: pytest.MonkeyPatch) -> None:
    from bots.runtime.sender import Sender

    async def send(
        self: Any, room_id: str, content: Any, recipients: Any, txn_id: str, *more: Any, **rest: Any
    ) -> None:
        await self._http.send_event(room_id, "m.room.message", txn_id, content)

    patch.setattr(Sender, "send", send)


@mutant(
    "account-saved-after-upload",
    "one-time keys are stored only when the homeserver answered",
    NIO
    + "test_n04_keys_before_upload.py::"
    + "test_n04_keys_whose_upload_was_not_answered_are_offered_again_after_a_restart",
)
def _account_saved_after_upload(patch: pytest.MonkeyPatch) -> None:
    from bots.runtime.crypto.own_keys import OwnKeys

    whole = OwnKeys.upload_payload

    def upload_payload(self: Any) -> Any:
        store = self._store
        self._store = type("Forgetful", (), {"save_account": staticmethod(lambda _account: None)})()
        try:
            return whole(self)
        finally:
            self._store = store

    patch.setattr(OwnKeys, "upload_payload", upload_payload)


@mutant(
    "no-rotate",
    "the room key stays when somebody fell out",
    NIO + "test_n05_removed_and_still_reading.py::test_n05_who_was_removed_cannot_read_what_is_said_before_any_sync",
)
def _no_rotate(patch: pytest.MonkeyPatch) -> None:
    from bots.runtime.crypto.outbound import OutboundSessions

    whole = OutboundSessions.prepare

    def prepare(self: Any, room_id: str, recipients: Any) -> Any:
        return self.current(room_id) or whole(self, room_id, recipients)

    patch.setattr(OutboundSessions, "prepare", prepare)


@mutant(
    "no-silence",
    "a removal leaves the room key as it was",
    NIO
    + "test_n05_removed_and_still_reading.py::"
    + "test_n05_a_key_of_before_a_removal_is_not_used_again_also_when_nobody_fell_out",
)
def _no_silence(patch: pytest.MonkeyPatch) -> None:
    from bots.runtime.crypto.outbound import OutboundSessions

    patch.setattr(OutboundSessions, "forget", lambda _self, _room_id: None)


@mutant(
    "no-cross-signing",
    "the bot's device is not signed by the bot's identity",
    NIO
    + "test_n06_unsigned_bot.py::"
    + "test_n06_a_new_device_of_the_bot_is_read_and_heard_by_a_strict_element_without_a_mark",
)
def _no_cross_signing(patch: pytest.MonkeyPatch) -> None:
    from bots.runtime.keys import KeyMaintenance

    patch.setattr(KeyMaintenance, "publish_identity", nothing)


@mutant(
    "no-verify",
    "whoever the homeserver names as the sender is believed",
    NIO + "test_n07_false_sender.py::test_n07_a_message_under_somebody_elses_name_is_not_believed",
)
def _no_verify(patch: pytest.MonkeyPatch) -> None:
    from bots.runtime import trust
    from bots.runtime.untrusted import object_at
    from hub.adapters.sql.matrix_records import DeviceRecord

    def check(self: Any, decrypted: Any, envelope: Any, identity: Any) -> Any:
        device = DeviceRecord(decrypted.sender, "IEMAND", decrypted.session_ed25519, decrypted.sender_key, False, None)
        return trust._message(decrypted, device, object_at(envelope, "content"))

    patch.setattr(trust.TrustGate, "check", check)


@mutant(
    "relation-from-envelope",
    "the relation that stands in clear counts as said",
    NIO + "test_n08_relation_from_outside.py::test_n08_a_reply_that_only_the_envelope_tells_of_is_not_what_she_said",
)
def _relation_from_envelope(patch: pytest.MonkeyPatch) -> None:
    from bots.runtime import trust

    whole = trust._message

    def message(decrypted: Any, device: Any, clear: Any) -> Any:
        merged = {**decrypted.content, "m.relates_to": clear.get("m.relates_to", {})}
        return whole(replace(decrypted, content=merged), device, clear)

    patch.setattr(trust, "_message", message)


@mutant(
    "replay-in-ram",
    "which messages were seen is forgotten at a restart",
    NIO
    + "test_n09_replay.py::"
    + "test_n09_a_message_that_the_homeserver_repeats_under_another_name_after_a_restart_is_refused",
)
def _replay_in_ram(patch: pytest.MonkeyPatch) -> None:
    from bots.runtime import storage

    async def record_marks(_self: Any, _marks: Any) -> set[str]:
        return set()

    patch.setattr(storage._SqlInboxTransaction, "record_marks", record_marks)


@mutant(
    "limited-ignored",
    "what a long timeline left out is not asked for",
    NIO + "test_n10_limited_timeline.py::" + "test_n10_all_that_was_said_while_the_bot_was_away_comes_in_and_in_order",
)
def _limited_ignored(patch: pytest.MonkeyPatch) -> None:
    from bots.runtime.sync import SyncEngine

    async def no_gaps(_self: Any, *_details: Any) -> list[Any]:
        return []

    patch.setattr(SyncEngine, "_gaps", no_gaps)


@mutant(
    "no-backoff",
    "after a failure the next request follows at once",
    NIO + "test_n11_storm.py::" + "test_n11_a_failing_homeserver_is_left_in_peace_and_then_what_was_said_comes_in",
)
def _no_backoff(patch: pytest.MonkeyPatch) -> None:
    from bots.runtime.backoff import Backoff
    from bots.runtime.breaker import Breaker

    patch.setattr(Backoff, "next_delay", lambda _self: 0.0)
    patch.setattr(Breaker, "ask", lambda _self: 0.0)


@mutant(
    "partial-share",
    "a message is said although some devices did not get the key",
    NIO + "test_n12_key_to_only_some.py::test_n12_nothing_is_said_until_everybody_has_the_key",
)
def _partial_share(patch: pytest.MonkeyPatch) -> None:
    from bots.runtime.sender import Sender
    from hub.domain.errors import DeliveryFailed

    whole = Sender._share

    async def share(self: Any, room_id: str, *details: Any) -> Any:
        try:
            return await whole(self, room_id, *details)
        except DeliveryFailed:
            return self._keeper.machine.outbound_session_id(room_id), []

    patch.setattr(Sender, "_share", share)


@mutant(
    "powers-of-nio",
    "the maker of a room stands in its list of powers, as nio expects",
    NIO
    + "test_n13_power_of_the_creator.py::test_n13_the_gatekeeper_stands_in_no_list_and_removes_and_nobody_else_does",
)
def _powers_of_nio(patch: pytest.MonkeyPatch) -> None:
    from hub.homeserver import room_templates

    whole = room_templates.power_levels

    def power_levels(**settings: Any) -> dict[str, Any]:
        return {**whole(**settings), "users": {"@poortwachter:kring.localhost": 100}}

    patch.setattr(room_templates, "power_levels", power_levels)


@mutant(
    "fingerprint-unchecked",
    "keys that are not those of the known fingerprint start",
    NIO + "test_n14_keys_of_the_bot.py::" + "test_n14_keys_that_are_not_those_of_the_known_fingerprint_do_not_start",
)
def _fingerprint_unchecked(patch: pytest.MonkeyPatch) -> None:
    from bots.runtime import client
    from bots.runtime.crypto.machine import CryptoMachine

    async def load(storage: Any, login: Any) -> Any:
        state = await storage.load_crypto()
        return CryptoMachine(login.user_id, login.device_id, state, storage.pickle_passphrase)

    patch.setattr(client, "_load_machine", load)


@mutant(
    "pickle-default",
    "the keys are pickled under nio's own default",
    NIO + "test_n14_keys_of_the_bot.py::test_n14_the_pickle_is_under_a_key_of_this_installation",
    early=True,
)
def _pickle_default(patch: pytest.MonkeyPatch) -> None:
    from hub.adapters.sql.matrix_store import MatrixStore

    whole = MatrixStore.__init__

    def init(self: Any, vault: Any) -> None:
        whole(self, vault)
        self.pickle_passphrase = "DEFAULT_KEY"

    patch.setattr(MatrixStore, "__init__", init)


@mutant(
    "unsigned-device-gets-key",
    "every device that the homeserver names gets the room key",
    NIO
    + "test_n15_ghost_device.py::"
    + "test_n15_a_device_that_the_homeserver_adds_to_somebody_gets_no_key_and_is_reported",
)
def _unsigned_device_gets_key(patch: pytest.MonkeyPatch) -> None:
    from bots.runtime import sender

    patch.setattr(sender, "device_fault", lambda _device, _identity: None)


@mutant(
    "strange-dropped",
    "what has an unusual shape never reaches the inbox",
    NIO
    + "test_n16_strange_contents.py::"
    + "test_n16_whatever_somebody_says_ends_somewhere_and_what_comes_after_it_is_heard",
)
def _strange_dropped(patch: pytest.MonkeyPatch) -> None:
    from bots.runtime import sync

    whole = sync.inbox_event

    def inbox_event(room_id: str, event: Any, *details: Any) -> Any:
        # The emptiest of them is by far the shortest.
        short = len(str(event.get("content", {}).get("ciphertext", ""))) < 330
        return None if short else whole(room_id, event, *details)

    patch.setattr(sync, "inbox_event", inbox_event)


@mutant(
    "wall-clock",
    "a room key is renewed by the clock on the wall, after a week",
    NIO
    + "test_n17_rotation.py::"
    + "test_n17_after_a_day_the_room_gets_a_new_key_also_when_the_clock_on_the_wall_was_set_back",
)
def _wall_clock(patch: pytest.MonkeyPatch) -> None:
    from bots.runtime.crypto import outbound

    made: dict[int, float] = {}

    def is_worn(_self: Any, session: Any) -> bool:
        started = made.setdefault(id(session), time.time())
        return session.messages >= outbound.MAX_MESSAGES or time.time() - started > 7 * 24 * 3600

    patch.setattr(outbound.OutboundSessions, "_is_worn", is_worn)


@mutant(
    "oversize",
    "a long text goes as one message",
    NIO + "test_n18_too_long.py::test_n18_a_long_handover_arrives_whole_in_parts",
)
def _oversize(patch: pytest.MonkeyPatch) -> None:
    from hub.application import speaking

    patch.setattr(speaking, "parts", lambda body, *_more: [body])


@mutant(
    "no-fallback",
    "there is no fallback key for when the one-time keys are gone",
    NIO + "test_strangers_keys.py::" + "test_a_stranger_who_empties_the_one_time_keys_keeps_nobody_from_being_heard",
)
def _no_fallback(patch: pytest.MonkeyPatch) -> None:
    from bots.runtime.crypto.own_keys import OwnKeys

    whole = OwnKeys.upload_payload

    def upload_payload(self: Any) -> Any:
        return {**whole(self), "fallback_keys": {}}

    patch.setattr(OwnKeys, "upload_payload", upload_payload)
