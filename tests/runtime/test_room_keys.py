"""A thousand rooms do not fit in memory with all their keys: those in use are at hand, the others come from storage."""

from dataclasses import dataclass

import pytest

from bots.runtime.crypto.decryption import Decrypted, NoKey
from bots.runtime.crypto.store import MOST_ROOM_KEYS, RoomKeys
from bots.runtime.inbox import BATCH
from bots.runtime.untrusted import JsonObject
from tests.runtime.post_office import Person, PostOffice


@dataclass
class Key:
    """As much of a room key as the store looks at."""

    room_id: str
    id: str
    sender_key: str = "van Marieke"
    first_known_index: int = 0


@pytest.fixture
def office() -> PostOffice:
    return PostOffice()


@pytest.fixture
def marieke(office: PostOffice) -> Person:
    return office.arrive("@marieke:kring.test")


@pytest.fixture
def bot(office: PostOffice) -> Person:
    return office.arrive("@dossier:kring.test")


def without_sender_key(event: JsonObject) -> JsonObject:
    """As clients send it since MSC3700."""
    return event | {"content": {name: part for name, part in event["content"].items() if name != "sender_key"}}


def test_the_key_that_was_used_longest_ago_makes_place() -> None:
    keys = RoomKeys(most=2)
    for room in ("!de-wit", "!jansen"):
        assert keys.add(Key(room, "sessie"))
    assert keys.get("!de-wit", "van Marieke", "sessie") is not None

    assert keys.add(Key("!bakker", "sessie"))

    assert keys.get("!jansen", "van Marieke", "sessie") is None
    assert keys.get("!de-wit", "van Marieke", "sessie") is not None
    assert [key.room_id for key in keys] == ["!bakker", "!de-wit"]


def test_of_two_copies_the_one_that_starts_first_stays() -> None:
    keys = RoomKeys()
    assert keys.add(Key("!de-wit", "sessie", first_known_index=4))
    assert not keys.add(Key("!de-wit", "sessie", first_known_index=9))
    assert keys.add(Key("!de-wit", "sessie", first_known_index=0))
    assert keys.get("!de-wit", "van Marieke", "sessie").first_known_index == 0


def test_one_batch_of_the_inbox_never_pushes_its_own_keys_out() -> None:
    assert MOST_ROOM_KEYS >= 2 * BATCH


def test_a_key_that_was_put_away_comes_back_from_storage(marieke: Person, bot: Person) -> None:
    event = marieke.say("Zij sliep goed.", bot)
    (stored,) = bot.machine.take_changes().megolm_sessions
    bot.machine._store.load_inbound_group_sessions()._sessions.clear()
    assert isinstance(bot.machine.decrypt(event), NoKey)

    bot.machine.add_room_keys([stored])

    assert isinstance(bot.machine.decrypt(event), Decrypted)


def test_a_copy_of_a_stranger_does_not_stand_in_for_hers_that_was_put_away(marieke: Person, bot: Person) -> None:
    """Whoever has a room key can pass it off as theirs. When hers is in storage only, storage is asked first."""
    event = without_sender_key(marieke.say("Pijn 6", bot))
    bot.look_up("@marieke:kring.test")
    (hers,) = bot.machine.take_changes().megolm_sessions
    keys = bot.machine._store.load_inbound_group_sessions()
    (session,) = list(keys)
    keys._sessions.clear()
    session.sender_key = "van een vreemde"
    keys.add(session)

    assert isinstance(bot.machine.decrypt(event), NoKey), "first storage must be asked for all copies"
    bot.machine.add_room_keys([hers])

    assert bot.read(event).sender_key == marieke.machine.curve25519


def test_a_stranger_is_judged_as_a_stranger_when_storage_knows_no_other(marieke: Person, bot: Person) -> None:
    event = without_sender_key(marieke.say("Pijn 6", bot)) | {"sender": "@jan:kring.test"}
    (hers,) = bot.machine.take_changes().megolm_sessions
    assert isinstance(bot.machine.decrypt(event), NoKey)

    bot.machine.add_room_keys([hers])

    assert bot.read(event).sender_key == marieke.machine.curve25519
