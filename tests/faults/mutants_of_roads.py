"""Cures against a lying homeserver and against death at the wrong moment, switched off in the bots' own process."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.faults.mutant import mutant, nothing

IN_BOTS: set[str] = set()
"""Names of mutants that live in the bots' process: ``tests/faults/bots_process.py`` starts that with them."""
_LIES = "tests/faults/test_hostile_homeserver.py::test_"
_ROADS = "tests/faults/test_bad_roads.py::test_"
_MANY = "tests/faults/test_crash_points.py::test_"


def in_bots(name: str, what: str, test: str) -> Any:
    """As :func:`mutant`, from the start of the process of the bots."""
    IN_BOTS.add(name)
    return mutant(name, what, test, early=True)


@in_bots(
    "believe-sender",
    "who wrote is who the homeserver says",
    f"{_LIES}what_naomi_says_is_not_done_in_the_name_of_the_gp",
)
def _believe_sender(patch: pytest.MonkeyPatch) -> None:
    from bots.runtime.trust import TrustGate, _message
    from bots.runtime.untrusted import object_at

    def anybody(self: Any, decrypted: Any, envelope: Any, identity: Any) -> Any:
        device = self._devices.active_of(decrypted.sender)[0]
        return _message(decrypted, device, object_at(envelope, "content"))

    patch.setattr(TrustGate, "check", anybody)


@in_bots(
    "edits-count",
    "what is called an edit is carried out as it stands",
    f"{_LIES}a_command_that_is_told_as_an_edit_of_another_changes_nothing",
)
def _edits_count(patch: pytest.MonkeyPatch) -> None:
    from bots.runtime.trust import TrustedMessage, TrustGate

    whole = TrustGate.check

    def check(self: Any, *judged: Any) -> Any:
        verdict = whole(self, *judged)
        return replace(verdict, is_edit=False) if isinstance(verdict, TrustedMessage) else verdict

    patch.setattr(TrustGate, "check", check)


@in_bots(
    "no-memory-of-places",
    "a place in a session counts as often as it is told",
    f"{_LIES}old_messages_are_not_carried_out_a_second_time",
)
def _no_memory(patch: pytest.MonkeyPatch) -> None:
    from bots.runtime.storage import _SqlInboxTransaction

    async def nobody(self: Any, marks: Any) -> set[str]:
        return set()

    patch.setattr(_SqlInboxTransaction, "record_marks", nobody)


@in_bots(
    "keeps-clear-words",
    "the words of a message in clear go into the inbox",
    f"{_LIES}a_command_in_clear_is_refused_and_its_words_are_not_kept",
)
def _keeps_clear(patch: pytest.MonkeyPatch) -> None:
    from bots.runtime import sync_response

    patch.setattr(sync_response, "_IN_CLEAR", frozenset())


@in_bots(
    "hurry",
    "keys are uploaded as often as the homeserver says that they are gone",
    f"{_LIES}key_counts_of_zero_for_ever_neither_stop_the_bot_nor_make_it_hurry",
)
def _hurry(patch: pytest.MonkeyPatch) -> None:
    from bots.runtime import keys

    patch.setattr(keys, "_UPLOAD_PAUSE", 0.0)


@in_bots(
    "any-device",
    "each device that the homeserver names gets the key",
    f"{_LIES}a_device_that_only_the_homeserver_knows_of_gets_no_key",
)
def _any_device(patch: pytest.MonkeyPatch) -> None:
    from bots.runtime import sender

    patch.setattr(sender, "device_fault", lambda device, identity: None)


@in_bots(
    "identity-follows",
    "whatever identity is shown is the one that counts",
    f"{_LIES}an_identity_that_the_homeserver_changed_waits_until_somebody_confirms_it",
)
def _identity_follows(patch: pytest.MonkeyPatch) -> None:
    from bots.runtime import sender, trust

    def fault(device: Any, identity: Any) -> str | None:
        return None if device.signed_by is not None else "unsigned-device"

    patch.setattr(trust, "device_fault", fault)
    patch.setattr(sender, "device_fault", fault)


@in_bots(
    "another-each-time",
    "each try to send is another transaction",
    f"{_ROADS}an_answer_whose_receipt_got_lost_is_said_once",
)
def _another(patch: pytest.MonkeyPatch) -> None:
    import itertools

    from bots.runtime.transport import Transport

    whole, numbers = Transport._once, itertools.count()

    async def once(self: Any, method: str, path: str, *more: Any) -> Any:
        return await whole(self, method, f"{path}-{next(numbers)}" if "/send/" in path else path, *more)

    patch.setattr(Transport, "_once", once)


@in_bots(
    "late-keys-wake-nobody",
    "what waited for a key goes on waiting when it comes",
    f"{_ROADS}a_message_whose_key_is_late_waits_visibly_and_is_filed_when_it_comes",
)
def _late_keys(patch: pytest.MonkeyPatch) -> None:
    from hub.adapters.sql import matrix_inbox

    patch.setattr(matrix_inbox, "wake_for_keys", nothing)


@in_bots(
    "keys-not-offered-again",
    "keys whose receipt was lost are thought to be there",
    f"{_ROADS}one_time_keys_whose_receipt_got_lost_with_the_process_are_uploaded_again_the_same",
)
def _not_offered(patch: pytest.MonkeyPatch) -> None:
    from bots.runtime.crypto.own_keys import OwnKeys

    whole = OwnKeys.__init__

    def forgetful(self: Any, *made_of: Any) -> None:
        whole(self, *made_of)
        self._unanswered = False

    patch.setattr(OwnKeys, "__init__", forgetful)


@in_bots(
    "said-when-taken-up",
    "an answer counts as said once somebody took it up",
    f"{_MANY}the_bots_die_at_a_few_points_and_everything_is_whole",
)
def _said_when_taken_up(patch: pytest.MonkeyPatch) -> None:
    from sqlalchemy import text

    from hub.adapters.sql.outbox import SqlOutbox

    whole = SqlOutbox.claim

    async def claim(self: Any, now: Any, limit: int) -> Any:
        taken = await whole(self, now, limit)
        for row in taken:
            await self._connection.execute(text("UPDATE outbox SET state = 'refused' WHERE id = :id"), {"id": row.id})
        return taken

    patch.setattr(SqlOutbox, "claim", claim)
