"""What a network or a busy homeserver does without ill will: nothing is lost and nothing is said twice (I1, I2)."""

from __future__ import annotations

import asyncio
import itertools

import pytest

from hub.settings import read_secret
from tests.faults.history import ask_homeserver, ask_hub
from tests.faults.proxy import Trick
from tests.faults.road import (
    CutOff,
    DropAnswer,
    HoldToDevice,
    OnSome,
    RolledBack,
    ServerError,
    Slow,
    SyncAgain,
    TooMany,
    Twice,
)
from tests.faults.stage import Ward, until
from tests.homeserver.world import Account
from tests.real.element import Element
from tests.real.hub_circle import BOT, GATEKEEPER

pytestmark = pytest.mark.real
SEND = "PUT .*/send/"


async def asked_and_answered(scene: Ward, person: Element, text: str) -> str:
    """A command of this person's is filed once and answered once, readably."""
    event_id = await scene.say(person, scene.team, text, command=True)
    answer = await person.wait_for(room=scene.team, sender=BOT, reply_to=event_id, readable=True)
    assert scene.effects_of(event_id) == [person.user_id]
    # The row knows which event it became a moment after the event is there.
    await until(
        lambda: rows_that_became(scene, answer.event_id) == 1, "no row of the outbox says that it is this event"
    )
    return event_id


def rows_that_became(scene: Ward, event_id: str) -> int:
    return len(ask_hub(scene.hub.data, "SELECT 1 FROM outbox WHERE event_id = ?", event_id))


async def test_an_answer_whose_receipt_got_lost_is_said_once(scene: Ward) -> None:
    # More often than aiohttp repeats a request by itself.
    before, times = scene.proxy.did("answer dropped"), 3
    with scene.proxy.playing(DropAnswer(scene.proxy.chance, SEND, times=times)):
        await asked_and_answered(scene, scene.gerard, "!pijn 3 bij het opstaan")
    assert scene.proxy.did("answer dropped") == before + times
    assert await scene.findings() == []


async def test_an_answer_whose_receipt_got_lost_and_whose_sender_was_killed_is_said_once(scene: Ward) -> None:
    dropped = DropAnswer(scene.proxy.chance, SEND, times=1, then=scene.bots.kill_soon)
    with scene.proxy.playing(dropped):
        event_id = await scene.say(scene.gerard, scene.team, "!pijn 4 bij het lopen", command=True)
        await asyncio.to_thread(scene.bots.wait_until_gone)
    await asyncio.to_thread(scene.bots.start)
    await scene.gerard.wait_for(room=scene.team, sender=BOT, reply_to=event_id)
    assert await scene.findings() == []


@pytest.mark.parametrize("retry_after_ms", [1500, None])
async def test_a_homeserver_that_is_too_busy_is_asked_again_when_it_says_and_not_before(
    scene: Ward, retry_after_ms: int | None
) -> None:
    began, refusals = scene.proxy.now, 2
    trick = TooMany(scene.proxy.chance, SEND, times=refusals, retry_after_ms=retry_after_ms)
    with scene.proxy.playing(trick):
        await asked_and_answered(scene, scene.carla, "!pijn 5 na het eten")
    tries = [at for at, who, what in scene.proxy.requests if at >= began and who == "dossier" and "/send/" in what]
    # What is said after that is another message.
    tries = tries[: refusals + 1]
    assert len(tries) == refusals + 1
    if retry_after_ms is not None:
        assert min(later - earlier for earlier, later in itertools.pairwise(tries)) >= retry_after_ms / 1000


async def test_a_homeserver_that_fails_is_not_asked_in_a_hurry_and_is_heard_when_it_is_back(scene: Ward) -> None:
    began = scene.proxy.now
    with scene.proxy.playing(ServerError(scene.proxy.chance, "/sync$", who="dossier")):
        event_id = await scene.say(scene.gerard, scene.team, "!pijn 2 in rust", command=True)
        await asyncio.sleep(5)
        tries = scene.proxy.asked("/sync", since=began)
    assert 1 <= tries <= 10
    await scene.gerard.wait_for(room=scene.team, sender=BOT, reply_to=event_id)


ROADS: list[tuple[str, type[OnSome], dict[str, object]]] = [
    ("slow", Slow, {"seconds": 0.5}),
    ("cut off", CutOff, {"likely": 0.4}),
    ("sent twice", Twice, {"likely": 0.7}),
    ("answer dropped", DropAnswer, {"likely": 0.3}),
    ("server error", ServerError, {"likely": 0.3, "status": 502}),
]


# In the short run these two come along in test_hostile_mix.py, among all that is mixed there.
LONG = {"cut off", "sent twice"}


@pytest.mark.parametrize(
    ("name", "trick", "settings"),
    [pytest.param(*road, id=road[0], marks=[pytest.mark.slow] * (road[0] in LONG)) for road in ROADS],
)
async def test_over_a_bad_road_each_command_is_filed_once_and_answered_once(
    scene: Ward, name: str, trick: type[OnSome], settings: dict[str, object]
) -> None:
    before = scene.proxy.did(name)
    with scene.proxy.playing(trick(scene.proxy.chance, who="dossier", **settings)):
        # A new session, so that a key has to come along the same road.
        await scene.gerard.forget_session(scene.team)
        await asked_and_answered(scene, scene.gerard, f"!pijn 6 {name}")
        for again in range(10):
            await asked_and_answered(scene, scene.carla, f"!pijn 7 {name}, keer {again}")
            if scene.proxy.did(name) > before:
                break
    assert scene.proxy.did(name) > before
    assert await scene.findings() == []


@pytest.mark.parametrize("trick", [SyncAgain, RolledBack])
async def test_what_the_homeserver_tells_again_and_again_has_one_effect(
    scene: Ward, trick: type[SyncAgain] | type[RolledBack]
) -> None:
    again: Trick = trick(scene.proxy.chance, likely=0.5)
    before = scene.proxy.did(again.name)
    with scene.proxy.playing(again):
        for score in range(11):
            await asked_and_answered(scene, (scene.carla, scene.gerard)[score % 2], f"!pijn {score} nog eens")
            if scene.proxy.did(again.name) >= before + 2:
                break
    assert scene.proxy.did(again.name) >= before + 2
    assert await scene.findings() == []


async def test_a_message_whose_key_is_late_waits_visibly_and_is_filed_when_it_comes(scene: Ward) -> None:
    held = HoldToDevice(scene.proxy.chance)
    with scene.proxy.playing(held):
        await scene.gerard.forget_session(scene.team)
        first = await scene.say(scene.gerard, scene.team, "!pijn 8 vannacht", command=True)
        await until(lambda: scene.state_of(first) == "waiting_for_key:no-key", "it does not wait")
        await scene.carla.forget_session(scene.team)
        second = await scene.say(scene.carla, scene.team, "!pijn 1 nu", command=True)
        await until(lambda: scene.state_of(second) == "waiting_for_key:no-key", "nor does this one")
        held.release()
        await until(lambda: held.is_empty, "keys are still held back")
        assert [await scene.ending_of(event_id) for event_id in (first, second)] == ["done", "done"]
    assert scene.proxy.did("to-device held") >= 2
    assert await scene.findings() == []


async def test_a_message_whose_key_never_comes_is_not_taken_for_done(scene: Ward) -> None:
    with scene.proxy.playing(HoldToDevice(scene.proxy.chance, sender=scene.gerard.user_id, drop=True)):
        await scene.gerard.forget_session(scene.team)
        unread = await scene.gerard.say(scene.team, "!pijn 9 niemand leest dit")
        read = await scene.say(scene.carla, scene.team, "!pijn 2 dit wel", command=True)
        assert await scene.ending_of(read) == "done"
    await scene.gerard.forget_session(scene.team)
    assert (scene.state_of(unread) or "").partition(":")[0] in {"waiting_for_key", "unreadable"}
    assert scene.effects_of(unread) == []
    assert await scene.findings(waiting=frozenset({unread})) == []


async def test_one_time_keys_whose_receipt_got_lost_with_the_process_are_uploaded_again_the_same(scene: Ward) -> None:
    dossier = {"one_time_keys": {BOT: {await bots_device(scene): "signed_curve25519"}}}
    lost = DropAnswer(scene.proxy.chance, "/keys/upload", times=1, who="dossier", then=scene.bots.kill_soon)
    uploads = scene.proxy.asked("/keys/upload")
    with scene.proxy.playing(lost):
        for _ in range(keys_on_server(scene) - 24):  # below half of what the server should have
            assert (await scene.carla.request("POST", "/_matrix/client/v3/keys/claim", dossier)).status == 200
        await scene.carla.forget_session(scene.team)
        event_id = await scene.say(scene.carla, scene.team, "!pijn 3 bij het draaien", command=True)
        for _ in range(20):  # keys are not uploaded more often than each ten seconds, after a sync
            if scene.bots.runs:
                await asyncio.sleep(1)
                await scene.say(scene.carla, scene.team, "goedemorgen")
        await asyncio.to_thread(scene.bots.wait_until_gone)
    assert await asyncio.to_thread(scene.bots.start) is not None
    assert await scene.ending_of(event_id) == "done"
    await until(lambda: scene.proxy.asked("/keys/upload") >= uploads + 2, "the keys are not uploaded again")
    # Somebody whom the bot has no session with can reach it by one of these keys.
    await asked_and_answered(scene, scene.gerard, "!pijn 4 bij het zitten")
    assert scene.bots.runs


def keys_on_server(scene: Ward) -> int:
    """How many one-time keys of the bot's the homeserver can still hand out."""
    return len(ask_homeserver(scene.hub.data, "SELECT 1 FROM e2e_one_time_keys_json WHERE user_id = ?", BOT))


async def bots_device(scene: Ward) -> str:
    answer = await scene.carla.request("POST", "/_matrix/client/v3/keys/query", {"device_keys": {BOT: []}})
    (device,) = answer.body["device_keys"][BOT]
    return str(device)


async def test_bots_that_die_and_start_again_do_not_sign_in_again(scene: Ward) -> None:
    """Signing in is rationed: the eleventh start in a row would wait ten seconds for it."""
    began = scene.proxy.now
    scene.bots.kill()
    assert scene.bots.start() is not None
    assert scene.proxy.asked("/login", since=began) == 0


async def test_a_gatekeeper_whose_token_counts_no_more_signs_in_with_its_password(scene: Ward) -> None:
    scene.bots.kill()
    began = scene.proxy.now
    administrator = Account(scene.hub.homeserver, "", read_secret(scene.hub.data / "secrets" / "synapse_admin_token"))
    await administrator.must("DELETE", f"/_synapse/admin/v2/users/{GATEKEEPER}/devices/POORTWACHTER")
    assert await asyncio.to_thread(scene.bots.start) is not None
    assert scene.proxy.asked("/login", since=began) == 1
