"""What a homeserver says of somebody's keys: silence or junk changes nothing, an identity that is gone is noticed.

Fictional: Marieke Bos (GP).
"""

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bots.runtime.crypto.cross_signing import CrossSigningIdentity, CrossSigningSeeds
from tests.examples import examples
from tests.runtime.post_office import Person, PostOffice

MARIEKE = "@marieke:kring.test"


def bot_that_knows_marieke() -> tuple[PostOffice, Person]:
    office = PostOffice()
    office.arrive(MARIEKE)
    bot = office.arrive("@dossier:kring.test")
    bot.machine.follow([MARIEKE])
    bot.look_up(MARIEKE)
    bot.machine.take_changes()
    return office, bot


def answered(bot: Person, answer: Any) -> tuple[list[str], list[str]]:
    """The master keys that were noted, and the devices that count as there, after this answer."""
    bot.machine.note_changed_devices([MARIEKE])
    bot.machine.receive_keys_query(bot.machine.outdated([MARIEKE]), answer)
    seen = [one.master_key for one in bot.machine.take_changes().identities]
    return seen, [device.device_id for device in bot.machine.devices.active_of(MARIEKE)]


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"device_keys": None},
        {"device_keys": []},
        {"device_keys": {}},
        {"device_keys": {"@ander:kring.test": {}}, "failures": {"kring.test": {}}},
        {"master_keys": {MARIEKE: {}}},
    ],
)
def test_an_answer_that_says_nothing_about_somebody_changes_nothing_and_is_asked_again(answer: Any) -> None:
    _office, bot = bot_that_knows_marieke()
    assert answered(bot, answer) == ([], ["TELEFOON"])
    assert bot.machine.outdated([MARIEKE]).users, "still to be asked"


def test_an_identity_that_is_not_shown_any_more_is_noted_as_gone() -> None:
    office, bot = bot_that_knows_marieke()
    answer = copy.deepcopy(office.shown)
    del answer["master_keys"][MARIEKE]
    assert answered(bot, answer) == ([""], ["TELEFOON"])
    (phone,) = bot.machine.devices.active_of(MARIEKE)
    assert phone.signed_by is None, "and nothing counts that it signed"


def test_a_self_signing_key_of_another_identity_is_no_identity() -> None:
    office, bot = bot_that_knows_marieke()
    answer = copy.deepcopy(office.shown)
    other = CrossSigningIdentity(MARIEKE, CrossSigningSeeds.fresh()).upload_body()
    answer["self_signing_keys"][MARIEKE] = other["self_signing_key"]
    assert answered(bot, answer)[0] == [""]


junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10) | st.just(MARIEKE), inner, max_size=3)
    ),
    max_leaves=8,
)


@settings(max_examples=examples(150), deadline=None)
@given(
    st.dictionaries(st.sampled_from(["device_keys", "master_keys", "self_signing_keys", "failures"]), junk, max_size=4)
)
def test_no_junk_ever_brings_in_a_device_or_an_identity(answer: dict[str, Any]) -> None:
    _office, bot = bot_that_knows_marieke()
    seen, there = answered(bot, answer)
    assert seen in ([], [""])
    assert there in ([], ["TELEFOON"])
