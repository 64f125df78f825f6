"""A homeserver that lies in every field that it writes: nothing is done in a false name, nothing is said in clear or to
strangers, and each lie leaves a trace.
"""

from __future__ import annotations

import copy
from typing import Any

import pytest

from bots.runtime.crypto.cross_signing import CrossSigningIdentity, CrossSigningSeeds
from hub.adapters.sql.matrix_records import DeviceRecord
from tests.faults.history import ask_hub
from tests.faults.lies import (
    AlsoMembers,
    FalseInvite,
    HideEncryption,
    Insert,
    NewsOfDevices,
    NoKeysLeft,
    OtherKeys,
    RewriteEvents,
    in_clear,
    member,
    new_event_id,
    relation_becomes,
    sender_becomes,
    tombstone,
)
from tests.faults.stage import Ward, until
from tests.real.hub_circle import BOT, GATEKEEPER
from tests.runtime.post_office import PostOffice

pytestmark = pytest.mark.real


def as_delivered(ward: Ward, event_id: str) -> dict[str, Any]:
    """An event as the homeserver gave it to the bot."""
    return copy.deepcopy(ward.proxy.delivered[event_id][1])


def given_to(ward: Ward, user_id: str, *, since: float) -> set[str]:
    """Devices of this person to which the bot sent anything since."""
    return {device for at, user, device in ward.proxy.keys_given if user == user_id and at >= since}


async def filed(ward: Ward, text: str = "!pijn 3 in de rug") -> str:
    """A command of Gerard's that is filed, as all is well."""
    event_id = await ward.say(ward.gerard, ward.team, text, command=True)
    assert await ward.ending_of(event_id) == "done"
    return event_id


async def test_what_naomi_says_is_not_done_in_the_name_of_the_gp(ward: Ward) -> None:
    with ward.proxy.playing(sender_becomes(ward.gerard.user_id, room=ward.everybody, sender=ward.naomi.user_id)):
        event_id = await ward.say(ward.naomi, ward.everybody, "!behandelgrens reanimeren ja", trusted=False)
        assert (await ward.ending_of(event_id)).startswith("refused")
    assert ward.effects_of(event_id) == []
    assert len(ward.audited("message.refused", event_id)) == 1
    await ward.gerard.wait_for("niets gedaan", room=ward.everybody, sender=BOT, reply_to=event_id)


async def test_what_gerard_says_is_not_done_when_it_is_told_as_the_bots_own(ward: Ward) -> None:
    with ward.proxy.playing(sender_becomes(BOT, room=ward.team, sender=ward.gerard.user_id)):
        event_id = await ward.say(ward.gerard, ward.team, "!pijn 9", trusted=False)
        await ward.ending_of(event_id)
    assert ward.effects_of(event_id) == []


async def test_two_messages_that_changed_senders_are_both_refused(ward: Ward) -> None:
    names = {ward.gerard.user_id: ward.carla.user_id, ward.carla.user_id: ward.gerard.user_id}

    def swap(event: dict[str, Any]) -> None:
        event["sender"] = names.get(event["sender"], event["sender"])

    with ward.proxy.playing(RewriteEvents("senders swapped", swap, room=ward.team)):
        said = [await ward.say(person, ward.team, "!pijn 5", trusted=False) for person in (ward.gerard, ward.carla)]
        endings = [await ward.ending_of(event_id) for event_id in said]
    assert all(ending.startswith("refused") for ending in endings), endings
    assert all(ward.effects_of(event_id) == [] for event_id in said)
    assert await ward.findings() == []


async def test_a_command_that_is_told_as_an_edit_of_another_changes_nothing(ward: Ward) -> None:
    earlier = await filed(ward)
    before = ward.entries()
    edit = {"rel_type": "m.replace", "event_id": earlier}
    with ward.proxy.playing(relation_becomes(edit, room=ward.team)):
        event_id = await ward.say(ward.gerard, ward.team, "!pijn 9 nu", trusted=False)
        assert await ward.ending_of(event_id) == "refused"
    assert ward.entries() == before
    assert ward.effects_of(earlier) == [ward.gerard.user_id]
    assert ward.audited("message.refused", event_id) == ["edit-from-outside"]
    await ward.gerard.wait_for("niets gedaan", room=ward.team, sender=BOT)


async def test_a_command_that_is_told_as_an_answer_to_another_stays_what_it_is(ward: Ward) -> None:
    earlier = await filed(ward)
    with ward.proxy.playing(relation_becomes({"m.in_reply_to": {"event_id": earlier}}, room=ward.team)):
        event_id = await filed(ward, "!pijn 2 in de heup")
    assert ward.effects_of(event_id) == [ward.gerard.user_id]
    assert ward.effects_of(earlier) == [ward.gerard.user_id]


async def test_a_message_that_is_told_again_under_another_number_is_refused_as_a_repetition(ward: Ward) -> None:
    earlier = await filed(ward, "!pijn 7 in de schouder")
    before = ward.entries()
    again = as_delivered(ward, earlier) | {"event_id": new_event_id()}
    with ward.proxy.playing(Insert("replayed", (ward.team, again))):
        assert await ward.ending_of(again["event_id"]) == "refused:replayed"
    assert ward.entries() == before
    assert ward.audited("message.refused", again["event_id"]) == ["replayed"]


async def test_a_repetition_is_refused_after_a_restart_as_well(ward: Ward) -> None:
    earlier = await filed(ward, "!pijn 6 in de schouder")
    before = ward.entries()
    ward.bots.kill()
    ward.bots.start()
    again = as_delivered(ward, earlier) | {"event_id": new_event_id()}
    with ward.proxy.playing(Insert("replayed", (ward.team, again))):
        assert await ward.ending_of(again["event_id"]) == "refused:replayed"
    assert ward.entries() == before


async def test_a_number_that_was_used_before_brings_nothing_new(ward: Ward) -> None:
    """An event id with the contents of another event: what was filed under it stays."""
    earlier, later = await filed(ward, "!pijn 1 links"), await filed(ward, "!pijn 8 rechts")
    before, counted = ward.entries(), ward.counted("event-differs")
    other = as_delivered(ward, earlier) | {"content": as_delivered(ward, later)["content"]}
    marker = in_clear(ward.gerard.user_id, "klaar")
    with ward.proxy.playing(Insert("contents swapped", (ward.team, other), (ward.team, marker))):
        await ward.ending_of(marker["event_id"])
    assert ward.entries() == before
    assert ward.state_of(earlier) == ward.state_of(later) == "done"
    assert ward.counted("event-differs") == counted + 1


async def test_old_messages_are_not_carried_out_a_second_time(ward: Ward) -> None:
    said = [await filed(ward, f"!pijn {score} oud") for score in range(3)]
    before = ward.entries()
    same = [(ward.team, as_delivered(ward, event_id)) for event_id in said]
    renamed = [(room, event | {"event_id": new_event_id()}) for room, event in same]
    with ward.proxy.playing(Insert("old history inserted", *same, *renamed)):
        endings = [await ward.ending_of(event["event_id"]) for _room, event in renamed]
    assert endings == ["refused:replayed"] * 3
    assert ward.entries() == before


async def test_what_was_said_in_the_team_room_is_nothing_in_the_circle_room(ward: Ward) -> None:
    earlier = await filed(ward, "!pijn 4 alleen hier")
    before = ward.entries()
    moved = as_delivered(ward, earlier) | {"event_id": new_event_id()}
    with ward.proxy.playing(Insert("moved to another room", (ward.everybody, moved))):
        await until(lambda: (ward.state_of(moved["event_id"]) or "new") != "new", "it is not looked at")
    assert (ward.state_of(moved["event_id"]) or "").partition(":")[0] in {"waiting_for_key", "refused", "unreadable"}
    assert ward.entries() == before


async def test_a_command_in_clear_is_refused_and_its_words_are_not_kept(ward: Ward) -> None:
    event = in_clear(ward.gerard.user_id, "!pijn 10 woordenindeklare")
    before = ward.entries()
    with ward.proxy.playing(Insert("said in clear", (ward.team, event))):
        assert await ward.ending_of(event["event_id"]) == "refused:not-encrypted"
    assert ward.entries() == before
    assert ward.audited("message.refused", event["event_id"]) == ["not-encrypted"]
    kept = ask_hub(ward.hub.data, "SELECT raw FROM mx_inbox WHERE event_id = ?", event["event_id"])
    assert "woordenindeklare" not in kept[0]["raw"]


async def test_who_is_said_to_be_in_the_room_gets_no_key_and_hears_nothing_of_the_contents(ward: Ward) -> None:
    stranger, began = ward.kees.user_id, ward.proxy.now
    with ward.proxy.playing(AlsoMembers(ward.everybody, stranger)):
        await until(lambda: ward.is_member(ward.everybody, stranger), "the bot does not believe it")
        event_id = await ward.say(ward.carla, ward.everybody, "!dossier klachten")
        answer = await ward.carla.wait_for(room=ward.everybody, sender=BOT, reply_to=event_id, readable=True)
    assert given_to(ward, stranger, since=began) == set()
    assert "pijn" not in answer.body.lower()
    with ward.proxy.playing(Insert("member gone", (ward.everybody, member(stranger, "leave")))):
        await until(lambda: not ward.is_member(ward.everybody, stranger), "the bot still believes it")


async def test_a_room_that_is_said_to_have_gone_elsewhere_is_not_followed(ward: Ward) -> None:
    joins, counted = ward.proxy.asked("/join"), ward.counted("tombstone")
    elsewhere = "!ergensanders0000000000000000000000000000000"
    with ward.proxy.playing(Insert("tombstone forged", (ward.team, tombstone(GATEKEEPER, elsewhere)))):
        event_id = await filed(ward, "!pijn 3 nog steeds hier")
        await ward.gerard.wait_for(room=ward.team, sender=BOT, reply_to=event_id, readable=True)
    assert ward.proxy.asked("/join") == joins
    assert ward.proxy.asked("ergensanders") == 0
    assert ward.counted("tombstone") == counted + 1


async def test_an_invitation_that_only_says_it_is_the_gatekeepers_is_not_accepted(ward: Ward) -> None:
    joins = ward.proxy.asked("/join")
    elsewhere = "!vreemdekamer000000000000000000000000000000"
    with ward.proxy.playing(FalseInvite(elsewhere, sender=GATEKEEPER, bot=BOT)):
        await filed(ward, "!pijn 2 gewoon")
    assert ward.proxy.did("invitation forged") == 1
    assert ward.proxy.asked("/join") == joins
    assert ward.logged("invite-ignored")


async def test_a_room_that_is_said_not_to_be_encrypted_gets_no_word_in_clear(ward: Ward) -> None:
    began = ward.proxy.now
    with ward.proxy.playing(HideEncryption()):
        ward.bots.kill()
        ward.bots.start()
        event_id = await filed(ward, "!pijn 5 geheim")
        await ward.gerard.wait_for(room=ward.team, sender=BOT, reply_to=event_id, readable=True)
    assert ward.proxy.did("encryption hidden") > 0
    assert ward.proxy.asked("/send/m.room.message", since=began) == 0
    assert ward.proxy.asked("/send/m.room.encrypted", since=began) > 0
    assert await ward.findings() == []


async def test_key_counts_of_zero_for_ever_neither_stop_the_bot_nor_make_it_hurry(ward: Ward) -> None:
    began = ward.proxy.now
    with ward.proxy.playing(NoKeysLeft()):
        for score in range(4):
            await filed(ward, f"!pijn {score} sleutels")
        seconds = ward.proxy.now - began
    assert ward.proxy.asked("/keys/upload", since=began) <= 1 + seconds / 10
    await ward.gerard.forget_session(ward.team)
    await filed(ward, "!pijn 4 sleutels")
    assert ward.bots.runs


async def test_a_device_that_only_the_homeserver_knows_of_gets_no_key(ward: Ward) -> None:
    """A complete one: with keys that it signed itself, and one-time keys to be had."""
    ghost, gerard = PostOffice(), ward.gerard.user_id
    machine = ghost.arrive(gerard, device_id="SPOOK", signed=False).machine
    shown = ghost.shown["device_keys"][gerard]["SPOOK"]
    record = DeviceRecord(gerard, "SPOOK", machine.fingerprint, machine.curve25519)

    def add(body: dict[str, Any]) -> None:
        if gerard in body.get("device_keys", {}):
            body["device_keys"][gerard]["SPOOK"] = shown

    def give(body: dict[str, Any]) -> None:
        keys = ghost.claim(record)["one_time_keys"][gerard]
        body.setdefault("one_time_keys", {}).setdefault(gerard, {}).update(keys)

    tricks = OtherKeys("ghost device", add), OtherKeys("ghost's keys", give, "/keys/claim"), NewsOfDevices(gerard)
    with ward.proxy.playing(*tricks):
        await until(lambda: ward.proxy.did("ghost device") > 0, "nobody asks")
        ward.bots.kill()
        ward.bots.start()  # a new key for each room
        event_id = await filed(ward, "!pijn 1 spook")
        await ward.gerard.wait_for(room=ward.team, sender=BOT, reply_to=event_id, readable=True)
        known = "SELECT device_id FROM mx_device WHERE user_id = ? AND NOT deleted"
        assert {row["device_id"] for row in ask_hub(ward.hub.data, known, gerard)} == {"SPOOK", ward.gerard.device_id}
    shares = "SELECT device_id, outcome FROM mx_key_share WHERE user_id = ? ORDER BY id DESC LIMIT 2"
    outcomes = {row["device_id"]: row["outcome"] for row in ask_hub(ward.hub.data, shares, gerard)}
    assert outcomes == {ward.gerard.device_id: "shared", "SPOOK": "unsigned-device"}
    await devices_are_looked_up_again(ward, gerard)


async def devices_are_looked_up_again(ward: Ward, user_id: str) -> None:
    """The lie is over: the bot hears of a change, and asks."""
    asked, news = ward.proxy.asked("/keys/query"), NewsOfDevices(user_id)
    with ward.proxy.playing(news):
        await until(lambda: not news.untold and ward.proxy.asked("/keys/query") > asked, "nobody asks")


async def test_keys_of_a_device_that_the_homeserver_changed_are_not_used(ward: Ward) -> None:
    def change(body: dict[str, Any]) -> None:
        device = body.get("device_keys", {}).get(ward.gerard.user_id, {}).get(ward.gerard.device_id)
        if device:
            device["keys"][f"curve25519:{ward.gerard.device_id}"] = "bm90LWhlcnMtYnV0LWFub3RoZXItcGVyc29ucy1rZXk"

    with ward.proxy.playing(OtherKeys("device keys rewritten", change), NewsOfDevices(ward.gerard.user_id)):
        await until(lambda: ward.proxy.did("device keys rewritten") > 0, "nobody asks")
        event_id = await ward.say(ward.gerard, ward.team, "!pijn 2 verwisseld", trusted=False)
        ending = await ward.ending_of(event_id)
    assert ending.startswith("refused")
    assert ward.effects_of(event_id) == []
    await devices_are_looked_up_again(ward, ward.gerard.user_id)
    await filed(ward, "!pijn 3 weer goed")


async def test_an_identity_that_the_homeserver_changed_waits_until_somebody_confirms_it(ward: Ward) -> None:
    """Last in this file: Naomi's rights wait from here on (I11). The false identity is whole, and signs her device."""
    naomi, device = ward.naomi.user_id, ward.naomi.device_id
    identity = CrossSigningIdentity(naomi, CrossSigningSeeds.fresh())
    upload = identity.upload_body()

    def change(body: dict[str, Any]) -> None:
        if naomi in body.get("master_keys", {}):
            body["master_keys"][naomi] = upload["master_key"]
            body["self_signing_keys"][naomi] = upload["self_signing_key"]
            ed25519 = body["device_keys"][naomi][device]["keys"][f"ed25519:{device}"]
            signed = identity.device_signature(body, device, ed25519)
            if signed is not None:
                body["device_keys"][naomi][device] = signed[naomi][device]

    began = ward.proxy.now
    with ward.proxy.playing(OtherKeys("identity rewritten", change), NewsOfDevices(naomi)):
        await until(lambda: ward.proxy.did("identity rewritten") > 0, "nobody asks")
        event_id = await ward.say(ward.naomi, ward.everybody, "!pijn 4 van mij", trusted=False)
        ending = await ward.ending_of(event_id)
    assert ending == "refused:identity-changed"
    assert ward.effects_of(event_id) == []
    assert ward.audited("message.refused", event_id) == ["identity-changed"]
    assert len(ward.audited("device.identity-changed")) == 1
    assert given_to(ward, naomi, since=began) == set()
    assert await ward.findings() == []
