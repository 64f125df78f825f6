"""A message counts as somebody's word only when it is theirs: encrypted, by their device, their pinned identity."""

import json

import pytest

from bots.runtime.crypto.cross_signing import CrossSigningIdentity, CrossSigningSeeds
from bots.runtime.crypto.decryption import Malformed, NoKey, Undecryptable
from bots.runtime.trust import TrustedMessage
from hub.adapters.sql.matrix_records import PinState
from hub.domain.errors import UntrustedSender
from tests.runtime.post_office import Person, PostOffice, pin_of


@pytest.fixture
def office() -> PostOffice:
    return PostOffice()


@pytest.fixture
def marieke(office: PostOffice) -> Person:
    return office.arrive("@marieke:kring.test")


@pytest.fixture
def bot(office: PostOffice) -> Person:
    return office.arrive("@dossier:kring.test")


def refusal(verdict: TrustedMessage | UntrustedSender) -> str:
    assert isinstance(verdict, UntrustedSender), verdict
    return verdict.code


def test_what_marieke_says_from_her_own_signed_phone_is_hers(marieke: Person, bot: Person) -> None:
    event = marieke.say("Pijn 6", bot)
    bot.look_up("@marieke:kring.test")
    verdict = bot.judge(event, pin_of(marieke))
    assert isinstance(verdict, TrustedMessage)
    assert (verdict.sender, verdict.device_id, verdict.body) == ("@marieke:kring.test", "TELEFOON", "Pijn 6")


def test_a_sender_rewritten_by_the_homeserver_is_refused(office: PostOffice, marieke: Person, bot: Person) -> None:
    jan = office.arrive("@jan:kring.test")
    event = jan.say("Geef 10 mg", bot) | {"sender": "@marieke:kring.test"}
    bot.look_up("@marieke:kring.test", "@jan:kring.test")
    assert refusal(bot.judge(event, pin_of(marieke))) == "unknown-device"


def test_a_device_that_marieke_did_not_sign_is_refused(office: PostOffice, marieke: Person, bot: Person) -> None:
    ghost = office.arrive("@marieke:kring.test", device_id="SPOOK", signed=False)
    event = ghost.say("Geef 10 mg", bot)
    bot.look_up("@marieke:kring.test")
    assert refusal(bot.judge(event, pin_of(marieke))) == "unsigned-device"


def test_somebody_without_an_identity_is_refused(office: PostOffice, bot: Person) -> None:
    kees = office.arrive("@kees:kring.test", signed=False)
    event = kees.say("Hallo", bot)
    bot.look_up("@kees:kring.test")
    assert refusal(bot.judge(event, None)) == "no-identity"


def test_after_a_changed_identity_even_the_new_signed_device_waits(marieke: Person, bot: Person) -> None:
    old = pin_of(marieke)
    marieke.publish(CrossSigningIdentity("@marieke:kring.test", CrossSigningSeeds.fresh()))
    event = marieke.say("Pijn 6", bot)
    bot.look_up("@marieke:kring.test")
    assert refusal(bot.judge(event, old)) == "unsigned-device"
    assert refusal(bot.judge(event, pin_of(marieke, PinState.CHANGED))) == "identity-changed"
    assert isinstance(bot.judge(event, pin_of(marieke)), TrustedMessage)


def test_a_signed_out_phone_is_refused(office: PostOffice, marieke: Person, bot: Person) -> None:
    event = marieke.say("Pijn 6", bot)
    bot.look_up("@marieke:kring.test")
    del office.shown["device_keys"]["@marieke:kring.test"]["TELEFOON"]
    bot.look_up("@marieke:kring.test")
    assert refusal(bot.judge(event, pin_of(marieke))) == "deleted-device"


def test_a_room_key_passed_on_by_another_does_not_make_it_hers(
    office: PostOffice, marieke: Person, bot: Person
) -> None:
    """Kees has Marieke's room key and shows it to the bot as his own: her words do not become his, nor his hers."""
    event = marieke.say("Pijn 6", bot)
    forged = json.loads(json.dumps(event))
    forged["content"]["sender_key"] = office.arrive("@kees:kring.test").machine.curve25519
    bot.look_up("@marieke:kring.test", "@kees:kring.test")
    assert isinstance(bot.machine.decrypt(forged), NoKey)


def test_a_message_moved_to_another_room_is_refused(marieke: Person, bot: Person) -> None:
    event = marieke.say("Pijn 6", bot)
    assert isinstance(bot.machine.decrypt(event | {"room_id": "!elders"}), NoKey)


def test_a_room_key_of_one_room_does_not_speak_in_another(marieke: Person, bot: Person) -> None:
    """The sender's own client says inside which room it meant."""
    marieke.give_key(bot)
    content = marieke.machine.encrypt("!kamer", "m.room.message", {"body": "x"})
    session = marieke.machine._outbound.current("!kamer")
    assert session is not None
    inner = json.dumps({"type": "m.room.message", "content": {"body": "x"}, "room_id": "!elders"})
    content["ciphertext"] = session.group._session.encrypt(inner.encode()).to_base64()
    event = {
        "type": "m.room.encrypted",
        "event_id": "$x",
        "room_id": "!kamer",
        "sender": "@marieke:kring.test",
        "content": content,
    }
    result = bot.machine.decrypt(event)
    assert isinstance(result, Malformed)
    assert result.code == "other-room"


def test_a_relation_that_the_homeserver_adds_in_clear_is_for_display_only(marieke: Person, bot: Person) -> None:
    event = marieke.say("!pijn 6", bot)
    event["content"]["m.relates_to"] = {"m.in_reply_to": {"event_id": "$ander"}}
    bot.look_up("@marieke:kring.test")
    verdict = bot.judge(event, pin_of(marieke))
    assert isinstance(verdict, TrustedMessage)
    assert (verdict.reply_to, verdict.reply_is_sealed) == ("$ander", False)
    assert "m.relates_to" not in verdict.content


def test_an_edit_is_known_as_an_edit(marieke: Person, bot: Person) -> None:
    relation = {"rel_type": "m.replace", "event_id": "$eerder"}
    event = marieke.say("* !pijn 7", bot, **{"m.new_content": {"body": "!pijn 7"}, "m.relates_to": relation})
    bot.look_up("@marieke:kring.test")
    verdict = bot.judge(event, pin_of(marieke))
    assert isinstance(verdict, TrustedMessage)
    assert verdict.is_edit


def test_the_room_key_is_renewed_when_somebody_falls_out(office: PostOffice, marieke: Person, bot: Person) -> None:
    jan = office.arrive("@jan:kring.test")
    first = marieke.say("Allemaal", bot, jan)
    second = marieke.say("Alleen de bot", bot)
    assert first["content"]["session_id"] != second["content"]["session_id"]
    assert isinstance(jan.machine.decrypt(second), NoKey)
    assert bot.read(second).content["body"] == "Alleen de bot"


def test_the_room_key_stays_when_somebody_comes_in(office: PostOffice, marieke: Person, bot: Person) -> None:
    first = marieke.say("Eerst", bot)
    jan = office.arrive("@jan:kring.test")
    second = marieke.say("Daarna", bot, jan)
    assert first["content"]["session_id"] == second["content"]["session_id"]
    assert jan.read(second).content["body"] == "Daarna"
    # The key that Jan got begins where he came in.
    past = jan.machine.decrypt(first)
    assert isinstance(past, Undecryptable)
    assert past.too_early


def test_the_room_key_is_renewed_after_a_hundred_messages(marieke: Person, bot: Person) -> None:
    sessions = [marieke.say("x", bot)["content"]["session_id"] for _ in range(101)]
    assert len(set(sessions[:100])) == 1
    assert sessions[100] != sessions[0]
