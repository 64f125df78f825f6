"""Seven emoji: both sides see the same exactly when nobody sits between them, and whatever comes in ends cleanly.

Fictional: the dossier bot and Samira's phone; Kees sits between them.
"""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bots.runtime.crypto.sas import REASONS, SasCancelled, SasExchange, Side
from bots.runtime.untrusted import JsonObject
from tests.examples import examples

BOT, PHONE = Side("@dossier:kring.test", "BOT"), Side("@samira:kring.test", "TELEFOON")
RELATION: JsonObject = {"m.relates_to": {"rel_type": "m.reference", "event_id": "$vraag"}}
MASTER = {"ed25519:meester": "meester"}


def pair(transaction: str = "$vraag") -> tuple[SasExchange, SasExchange]:
    return SasExchange(BOT, PHONE, transaction, RELATION), SasExchange(PHONE, BOT, transaction, RELATION)


def talk(starter: SasExchange, other: SasExchange) -> None:
    """The whole exchange up to the emoji."""
    accept = other.receive_start(starter.start())
    assert accept is not None
    key = other.receive_key(starter.receive_accept(accept))
    assert key is not None
    assert starter.receive_key(key) is None


@pytest.mark.parametrize("bot_starts", [True, False])
def test_both_see_the_same_seven_whoever_begins(bot_starts: bool) -> None:
    bot, phone = pair()
    talk(*((bot, phone) if bot_starts else (phone, bot)))
    assert bot.symbols == phone.symbols
    assert bot.symbols is not None
    assert len(bot.symbols.emoji) == 7
    assert all(0 <= number < 64 for number in bot.symbols.emoji)
    assert all(1000 <= number <= 9191 for number in bot.symbols.decimals)
    phone.check_mac(bot.mac(MASTER), MASTER, list(MASTER))
    bot.check_mac(phone.mac(MASTER), MASTER, list(MASTER))


def test_somebody_in_between_shows_each_side_other_emoji() -> None:
    bot, towards_bot = pair()
    towards_phone, phone = pair()
    talk(towards_bot, bot)
    talk(towards_phone, phone)
    assert bot.symbols != phone.symbols


def test_a_key_that_was_not_committed_to_ends_it() -> None:
    bot, phone = pair()
    accept = phone.receive_start(bot.start())
    assert accept is not None
    bot.receive_accept(accept)
    _, other = pair()
    with pytest.raises(SasCancelled) as ended:
        bot.receive_key(other._key())
    assert ended.value.code == "m.mismatched_commitment"


@pytest.mark.parametrize("keys", [{"ed25519:meester": "andere"}, {"ed25519:toestel": "x"}])
def test_another_master_key_or_none_is_a_mismatch(keys: dict[str, str]) -> None:
    bot, phone = pair()
    talk(phone, bot)
    with pytest.raises(SasCancelled) as ended:
        bot.check_mac(phone.mac(keys), MASTER, list(MASTER))
    assert ended.value.code == "m.key_mismatch"


def test_when_both_begin_the_lesser_id_counts() -> None:
    bot, phone = pair()
    from_bot, from_phone = bot.start(), phone.start()
    assert bot.receive_start(from_phone) is None, "@dossier comes before @samira"
    accept = phone.receive_start(from_bot)
    assert accept is not None
    key = phone.receive_key(bot.receive_accept(accept))
    assert key is not None
    bot.receive_key(key)
    assert bot.symbols == phone.symbols is not None


def test_another_verification_gives_other_emoji_for_the_same_two() -> None:
    (first, one), (second, two) = pair("$een"), pair("$twee")
    talk(first, one)
    talk(second, two)
    assert first.symbols != second.symbols


junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=50),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=20), inner, max_size=4),
    max_leaves=8,
)
fields = st.sampled_from(
    [
        *("key", "mac", "keys", "commitment", "method", "from_device", "hash", "hashes", "m.relates_to"),
        *("key_agreement_protocol", "key_agreement_protocols", "message_authentication_code"),
        *("message_authentication_codes", "short_authentication_string"),
    ]
)
likely = st.sampled_from(
    [
        *("m.sas.v1", "TELEFOON", "curve25519-hkdf-sha256", "sha256", "hkdf-hmac-sha256.v2", "A" * 43),
        *(["decimal", "emoji"], ["curve25519-hkdf-sha256"], ["sha256"], ["hkdf-hmac-sha256.v2"]),
        {"ed25519:x": "y"},
    ]
)
contents = st.dictionaries(fields, junk | likely, max_size=9)


@settings(max_examples=examples(300))
@given(st.lists(st.tuples(st.sampled_from(["start", "accept", "key", "mac"]), contents), max_size=6), st.booleans())
def test_whatever_comes_in_it_goes_on_or_ends_with_a_known_code(
    steps: list[tuple[str, JsonObject]], bot_starts: bool
) -> None:
    bot, _phone = pair()
    if bot_starts:
        bot.start()
    codes = [step(bot, kind, content) for kind, content in steps]
    assert {code for code in codes if code is not None} <= set(REASONS)


def step(bot: SasExchange, kind: str, content: JsonObject) -> str | None:
    """One content taken in; the code with which that ended it."""
    try:
        if kind == "start":
            bot.receive_start(content)
        elif kind == "accept":
            bot.receive_accept(content)
        elif kind == "key":
            bot.receive_key(content)
        else:
            bot.check_mac(content, MASTER, list(MASTER))
            pytest.fail("nobody can prove a key by chance")
    except SasCancelled as ended:
        return ended.code
    return None
