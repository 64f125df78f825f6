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


def as_delivered(scene: Ward, event_id: str) -> dict[str, Any]:
    """An event as the homeserver gave it to the bot."""
    return copy.deepcopy(scene.proxy.delivered[event_id][1])


def given_to(scene: Ward, user_id: str, *, since: float) -> set[str]:
    """Devices of this person to which the bot sent anything since."""
    return {device for at, user, device in scene.proxy.keys_given if user == user_id and at >= since}


async def filed(scene: Ward, text: str = "!pijn 3 in de rug") -> str:
    """A command of Gerard's that is filed, as all is well."""
    event_id = await scene.say(scene.gerard, scene.team, text, command=True)
    assert await scene.ending_of(event_id) == "done"
    return event_id


async def test_what_naomi_says_is_not_done_in_the_name_of_the_gp(scene: Ward) -> None:
    with scene.proxy.playing(sender_becomes(scene.gerard.user_id, room=scene.everybody, sender=scene.naomi.user_id)):
        event_id = await scene.say(scene.naomi, scene.everybody, "!behandelgrens reanimeren ja", trusted=False)
        assert (await scene.ending_of(event_id)).startswith("refused")
    assert scene.effects_of(event_id) == []
    assert len(scene.audited("message.refused", event_id)) == 1
    await scene.gerard.wait_for("niets gedaan", room=scene.everybody, sender=BOT, reply_to=event_id)


async def test_what_gerard_says_is_not_done_when_it_is_told_as_the_bots_own(scene: Ward) -> None:
    with scene.proxy.playing(sender_becomes(BOT, room=scene.team, sender=scene.gerard.user_id)):
        event_id = await scene.say(scene.gerard, scene.team, "!pijn 9", trusted=False)
        await scene.ending_of(event_id)
    assert scene.effects_of(event_id) == []


async def test_two_messages_that_changed_senders_are_both_refused(scene: Ward) -> None:
    names = {scene.gerard.user_id: scene.carla.user_id, scene.carla.user_id: scene.gerard.user_id}

    def swap(event: dict[str, Any]) -> None:
        event["sender"] = names.get(event["sender"], event["sender"])

    with scene.proxy.playing(RewriteEvents("senders swapped", swap, room=scene.team)):
        said = [await scene.say(person, scene.team, "!pijn 5", trusted=False) for person in (scene.gerard, scene.carla)]
        endings = [await scene.ending_of(event_id) for event_id in said]
    assert all(ending.startswith("refused") for ending in endings), endings
    assert all(scene.effects_of(event_id) == [] for event_id in said)
    assert await scene.findings() == []


async def test_a_command_that_is_told_as_an_edit_of_another_changes_nothing(scene: Ward) -> None:
    earlier = await filed(scene)
    before = scene.entries()
    edit = {"rel_type": "m.replace", "event_id": earlier}
    with scene.proxy.playing(relation_becomes(edit, room=scene.team)):
        event_id = await scene.say(scene.gerard, scene.team, "!pijn 9 nu", trusted=False)
        assert await scene.ending_of(event_id) == "refused"
    assert scene.entries() == before
    assert scene.effects_of(earlier) == [scene.gerard.user_id]
    assert scene.audited("message.refused", event_id) == ["edit-from-outside"]
    await scene.gerard.wait_for("niets gedaan", room=scene.team, sender=BOT)


async def test_a_command_that_is_told_as_an_answer_to_another_stays_what_it_is(scene: Ward) -> None:
    earlier = await filed(scene)
    with scene.proxy.playing(relation_becomes({"m.in_reply_to": {"event_id": earlier}}, room=scene.team)):
        event_id = await filed(scene, "!pijn 2 in de heup")
    assert scene.effects_of(event_id) == [scene.gerard.user_id]
    assert scene.effects_of(earlier) == [scene.gerard.user_id]


async def test_a_message_that_is_told_again_under_another_number_is_refused_as_a_repetition(scene: Ward) -> None:
    earlier = await filed(scene, "!pijn 7 in de schouder")
    before = scene.entries()
    again = as_delivered(scene, earlier) | {"event_id": new_event_id()}
    with scene.proxy.playing(Insert("replayed", (scene.team, again))):
        assert await scene.ending_of(again["event_id"]) == "refused:replayed"
    assert scene.entries() == before
    assert scene.audited("message.refused", again["event_id"]) == ["replayed"]


async def test_a_repetition_is_refused_after_a_restart_as_well(scene: Ward) -> None:
    earlier = await filed(scene, "!pijn 6 in de schouder")
    before = scene.entries()
    scene.bots.kill()
    scene.bots.start()
    again = as_delivered(scene, earlier) | {"event_id": new_event_id()}
    with scene.proxy.playing(Insert("replayed", (scene.team, again))):
        assert await scene.ending_of(again["event_id"]) == "refused:replayed"
    assert scene.entries() == before


async def test_a_number_that_was_used_before_brings_nothing_new(scene: Ward) -> None:
    """An event id with the contents of another event: what was filed under it stays."""
    earlier, later = await filed(scene, "!pijn 1 links"), await filed(scene, "!pijn 8 rechts")
    before, counted = scene.entries(), scene.counted("event-differs")
    other = as_delivered(scene, earlier) | {"content": as_delivered(scene, later)["content"]}
    marker = in_clear(scene.gerard.user_id, "klaar")
    with scene.proxy.playing(Insert("contents swapped", (scene.team, other), (scene.team, marker))):
        await scene.ending_of(marker["event_id"])
    assert scene.entries() == before
    assert scene.state_of(earlier) == scene.state_of(later) == "done"
    assert scene.counted("event-differs") == counted + 1


async def test_old_messages_are_not_carried_out_a_second_time(scene: Ward) -> None:
    said = [await filed(scene, f"!pijn {score} oud") for score in range(3)]
    before = scene.entries()
    same = [(scene.team, as_delivered(scene, event_id)) for event_id in said]
    renamed = [(room, event | {"event_id": new_event_id()}) for room, event in same]
    with scene.proxy.playing(Insert("old history inserted", *same, *renamed)):
        endings = [await scene.ending_of(event["event_id"]) for _room, event in renamed]
    assert endings == ["refused:replayed"] * 3
    assert scene.entries() == before


async def test_what_was_said_in_the_team_room_is_nothing_in_the_circle_room(scene: Ward) -> None:
    earlier = await filed(scene, "!pijn 4 alleen hier")
    before = scene.entries()
    moved = as_delivered(scene, earlier) | {"event_id": new_event_id()}
    with scene.proxy.playing(Insert("moved to another room", (scene.everybody, moved))):
        await until(lambda: (scene.state_of(moved["event_id"]) or "new") != "new", "it is not looked at")
    assert (scene.state_of(moved["event_id"]) or "").partition(":")[0] in {"waiting_for_key", "refused", "unreadable"}
    assert scene.entries() == before


async def test_a_command_in_clear_is_refused_and_its_words_are_not_kept(scene: Ward) -> None:
    event = in_clear(scene.gerard.user_id, "!pijn 10 woordenindeklare")
    before = scene.entries()
    with scene.proxy.playing(Insert("said in clear", (scene.team, event))):
        assert await scene.ending_of(event["event_id"]) == "refused:not-encrypted"
    assert scene.entries() == before
    assert scene.audited("message.refused", event["event_id"]) == ["not-encrypted"]
    kept = ask_hub(scene.hub.data, "SELECT raw FROM mx_inbox WHERE event_id = ?", event["event_id"])
    assert "woordenindeklare" not in kept[0]["raw"]


async def test_who_is_said_to_be_in_the_room_gets_no_key_and_hears_nothing_of_the_contents(scene: Ward) -> None:
    stranger, began, told = scene.kees.user_id, scene.proxy.now, scene.proxy.did("member injected")
    with scene.proxy.playing(AlsoMembers(scene.everybody, stranger)):
        # Told in a sync of the bot's; how long it is believed is up to the gatekeeper, who sets right what it can.
        await until(lambda: scene.proxy.did("member injected") > told, "the lie was not told")
        event_id = await scene.say(scene.carla, scene.everybody, "!dossier klachten")
        answer = await scene.carla.wait_for(room=scene.everybody, sender=BOT, reply_to=event_id, readable=True)
    assert given_to(scene, stranger, since=began) == set()
    assert "pijn" not in answer.body.lower()
    with scene.proxy.playing(Insert("member gone", (scene.everybody, member(stranger, "leave")))):
        await until(lambda: not scene.is_member(scene.everybody, stranger), "the bot still believes it")


async def test_a_room_that_is_said_to_have_gone_elsewhere_is_not_followed(scene: Ward) -> None:
    joins, counted = scene.proxy.asked("/join"), scene.counted("tombstone")
    elsewhere = "!ergensanders0000000000000000000000000000000"
    with scene.proxy.playing(Insert("tombstone forged", (scene.team, tombstone(GATEKEEPER, elsewhere)))):
        event_id = await filed(scene, "!pijn 3 nog steeds hier")
        await scene.gerard.wait_for(room=scene.team, sender=BOT, reply_to=event_id, readable=True)
    assert scene.proxy.asked("/join") == joins
    assert scene.proxy.asked("ergensanders") == 0
    assert scene.counted("tombstone") == counted + 1


async def test_an_invitation_that_only_says_it_is_the_gatekeepers_is_not_accepted(scene: Ward) -> None:
    joins = scene.proxy.asked("/join")
    elsewhere = "!vreemdekamer000000000000000000000000000000"
    with scene.proxy.playing(FalseInvite(elsewhere, sender=GATEKEEPER, bot=BOT)):
        await filed(scene, "!pijn 2 gewoon")
    assert scene.proxy.did("invitation forged") == 1
    assert scene.proxy.asked("/join") == joins
    assert scene.logged("invite-ignored")


async def test_a_room_that_is_said_not_to_be_encrypted_gets_no_word_in_clear(scene: Ward) -> None:
    began = scene.proxy.now
    with scene.proxy.playing(HideEncryption()):
        scene.bots.kill()
        scene.bots.start()
        event_id = await filed(scene, "!pijn 5 geheim")
        await scene.gerard.wait_for(room=scene.team, sender=BOT, reply_to=event_id, readable=True)
    assert scene.proxy.did("encryption hidden") > 0
    assert scene.proxy.asked("/send/m.room.message", since=began) == 0
    assert scene.proxy.asked("/send/m.room.encrypted", since=began) > 0
    assert await scene.findings() == []


async def test_key_counts_of_zero_for_ever_neither_stop_the_bot_nor_make_it_hurry(scene: Ward) -> None:
    began = scene.proxy.now
    with scene.proxy.playing(NoKeysLeft()):
        for score in range(4):
            await filed(scene, f"!pijn {score} sleutels")
        seconds = scene.proxy.now - began
    assert scene.proxy.asked("/keys/upload", since=began) <= 1 + seconds / 10
    await scene.gerard.forget_session(scene.team)
    await filed(scene, "!pijn 4 sleutels")
    assert scene.bots.runs


async def test_a_device_that_only_the_homeserver_knows_of_gets_no_key(scene: Ward) -> None:
    """A complete one: with keys that it signed itself, and one-time keys to be had."""
    ghost, gerard = PostOffice(), scene.gerard.user_id
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
    with scene.proxy.playing(*tricks):
        await until(lambda: scene.proxy.did("ghost device") > 0, "nobody asks")
        scene.bots.kill()
        scene.bots.start()  # a new key for each room
        event_id = await filed(scene, "!pijn 1 spook")
        await scene.gerard.wait_for(room=scene.team, sender=BOT, reply_to=event_id, readable=True)
        known = "SELECT device_id FROM mx_device WHERE user_id = ? AND NOT deleted"
        assert {row["device_id"] for row in ask_hub(scene.hub.data, known, gerard)} == {"SPOOK", scene.gerard.device_id}
    shares = "SELECT device_id, outcome FROM mx_key_share WHERE user_id = ? ORDER BY id DESC LIMIT 2"
    outcomes = {row["device_id"]: row["outcome"] for row in ask_hub(scene.hub.data, shares, gerard)}
    assert outcomes == {scene.gerard.device_id: "shared", "SPOOK": "unsigned-device"}
    await devices_are_looked_up_again(scene, gerard)


async def devices_are_looked_up_again(scene: Ward, user_id: str) -> None:
    """The lie is over: the bot hears of a change, and asks."""
    asked, news = scene.proxy.asked("/keys/query"), NewsOfDevices(user_id)
    with scene.proxy.playing(news):
        await until(lambda: not news.untold and scene.proxy.asked("/keys/query") > asked, "nobody asks")


async def test_keys_of_a_device_that_the_homeserver_changed_are_not_used(scene: Ward) -> None:
    def change(body: dict[str, Any]) -> None:
        device = body.get("device_keys", {}).get(scene.gerard.user_id, {}).get(scene.gerard.device_id)
        if device:
            device["keys"][f"curve25519:{scene.gerard.device_id}"] = "bm90LWhlcnMtYnV0LWFub3RoZXItcGVyc29ucy1rZXk"

    with scene.proxy.playing(OtherKeys("device keys rewritten", change), NewsOfDevices(scene.gerard.user_id)):
        await until(lambda: scene.proxy.did("device keys rewritten") > 0, "nobody asks")
        event_id = await scene.say(scene.gerard, scene.team, "!pijn 2 verwisseld", trusted=False)
        ending = await scene.ending_of(event_id)
    assert ending.startswith("refused")
    assert scene.effects_of(event_id) == []
    await devices_are_looked_up_again(scene, scene.gerard.user_id)
    await filed(scene, "!pijn 3 weer goed")


async def test_an_identity_that_the_homeserver_changed_waits_until_somebody_confirms_it(scene: Ward) -> None:
    """Last in this file: Naomi's rights wait from here on (I11). The false identity is whole, and signs her device."""
    naomi, device = scene.naomi.user_id, scene.naomi.device_id
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

    began = scene.proxy.now
    with scene.proxy.playing(OtherKeys("identity rewritten", change), NewsOfDevices(naomi)):
        await until(lambda: scene.proxy.did("identity rewritten") > 0, "nobody asks")
        event_id = await scene.say(scene.naomi, scene.everybody, "!pijn 4 van mij", trusted=False)
        ending = await scene.ending_of(event_id)
    assert ending == "refused:identity-changed"
    assert scene.effects_of(event_id) == []
    assert scene.audited("message.refused", event_id) == ["identity-changed"]
    assert len(scene.audited("device.identity-changed")) == 1
    assert given_to(scene, naomi, since=began) == set()
    assert await scene.findings() == []
