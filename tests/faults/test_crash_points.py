"""The bots die at every point that has a name, and afterwards everything is whole (F2; I1, I2, I3, I11).

A seed chooses the order and at which pass a point ends the process. To play one again: the seed is in the test's name.
"""

from __future__ import annotations

import asyncio
import random
import re
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import pytest

import bots
import hub
from bots.runtime import crash_points
from bots.runtime.crash_points import LABELS, VARIABLE, arm
from hub.domain.errors import StartRefused
from hub.settings import load
from tests.faults.history import Said, ask_homeserver, ask_hub
from tests.faults.lies import NewsOfDevices
from tests.faults.stage import Ward, open_stage, open_ward, until
from tests.real.element import ElementProcess
from tests.real.hub_circle import BOT, add_person

AT_THE_FIRST_START = (
    "login.answered",
    "login.stored",
    "keys.stored",
    "keys.uploaded",
    "keys.noted",
    "identity.published",
    "identity.signed",
)
WHEN_ROOMS_ARE_MADE = ("room.created", "room.written", "member.invited")
WHEN_SOMEBODY_COMES = "sessions.answered"
WHEN_SOMEBODY_GOES = "member.removed"
NEWS = "devices.answered"
ELSEWHERE = {*AT_THE_FIRST_START, *WHEN_ROOMS_ARE_MADE, WHEN_SOMEBODY_COMES, WHEN_SOMEBODY_GOES}
ON_THE_ROAD = tuple(label for label in LABELS if label not in ELSEWHERE)
A_FEW = ("sync.before-commit", "inbox.before-commit", "share.stored", "message.sent", "outbox.before-commit")
ROUNDS = 15
ANSWERED_SECONDS = 60.0


def places_in_the_code() -> list[str]:
    sources = [*Path(bots.__file__).parent.rglob("*.py"), *Path(hub.__file__).parent.rglob("*.py")]
    return [label for path in sources for label in re.findall(r'\breached\("([^"]+)"\)', path.read_text("utf-8"))]


def test_every_name_has_its_place_in_the_code_and_every_place_its_name() -> None:
    assert sorted(places_in_the_code()) == sorted(LABELS)
    assert len(LABELS) >= 15


def test_every_point_is_somewhere_in_these_tests() -> None:
    assert {*ON_THE_ROAD, *ELSEWHERE} == set(LABELS)
    assert set(A_FEW) <= set(ON_THE_ROAD)


def test_a_point_that_the_settings_do_not_allow_stops_the_start() -> None:
    with pytest.raises(StartRefused, match=VARIABLE):
        arm({VARIABLE: "sync.answered"}, allowed=False)


@pytest.mark.parametrize("named", ["sync.nowhere", "sync.answered:x", ":2"])
def test_a_point_that_does_not_exist_stops_the_start(named: str) -> None:
    with pytest.raises(StartRefused, match="punt dat er niet is"):
        arm({VARIABLE: named}, allowed=True)


def test_nothing_is_armed_by_itself() -> None:
    arm({}, allowed=True)
    for label in LABELS:
        crash_points.reached(label)


def test_an_installation_that_people_use_cannot_allow_them(tmp_path: Path) -> None:
    elsewhere = '[homeserver]\nmode = "external"\nurl = "http://synapse:8008"\nregistration_secret_file = "x"\n'
    (tmp_path / "kring.toml").write_text(f"crash_points = true\n{elsewhere}")
    with pytest.raises(StartRefused, match="crash_points"):
        load(tmp_path)


async def die_at(scene: Ward, label: str, nth: int, happens: Callable[[int], Awaitable[None]]) -> None:
    """The bots start, and things happen until they died at this point."""
    await asyncio.to_thread(scene.bots.start, f"{label}:{nth}")
    for turn in range(ROUNDS):
        await happens(turn)
        # After the last word there is nothing more to come by for.
        if await asyncio.to_thread(scene.bots.died_at_its_point, 1.0 if turn < ROUNDS - 1 else 60.0):
            return
    raise AssertionError(f"nothing came by {label} {nth} times")


async def die_on_the_road(scene: Ward, labels: Sequence[str], chance: random.Random) -> None:
    """One death at each of these points, while Carla and Gerard go on talking; each start clears up after the last."""
    for label in labels:

        async def talk(turn: int, label: str = label) -> None:
            await scene.gerard.forget_session(scene.team)
            await scene.say(scene.gerard, scene.team, f"!pijn {turn % 11} bij {label}", command=True)
            await scene.say(scene.carla, scene.everybody, f"Tot morgen. ({label})")

        with scene.proxy.playing(*([NewsOfDevices(scene.gerard.user_id)] if label == NEWS else [])):
            await die_at(scene, label, chance.randint(1, 1 if label == NEWS else 3), talk)
    assert await asyncio.to_thread(scene.bots.start) is not None


async def everything_is_whole(scene: Ward) -> None:
    assert await scene.findings() == []
    await each_is_answered_once(scene, scene.said)


async def each_is_answered_once(scene: Ward, said: Sequence[Said]) -> None:
    """Gerard and Carla can read one answer to each command."""
    once = Counter({item.event_id: 1 for item in said if item.command})
    for person in (scene.gerard, scene.carla):
        deadline = time.monotonic() + ANSWERED_SECONDS
        while True:
            answers = await person.messages(room=scene.team, sender=BOT, readable=True)
            found = Counter(answer.in_reply_to for answer in answers if answer.in_reply_to in once)
            if found == once or time.monotonic() > deadline:
                break
            await asyncio.sleep(0.2)
        assert found == once, f"{person} cannot read exactly one answer to each command"


@pytest.mark.real
async def test_the_bots_die_at_a_few_points_and_everything_is_whole(scene: Ward) -> None:
    scene.bots.kill()
    before = len(scene.said)
    await die_on_the_road(scene, A_FEW, random.Random(1))
    assert await scene.findings() == []
    await each_is_answered_once(scene, scene.said[before:])


@pytest.mark.real
@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_the_bots_die_at_every_point_and_everything_is_whole(
    seed: int, tmp_path: Path, element_process: ElementProcess
) -> None:
    chance = random.Random(seed)
    with open_stage(tmp_path, seed=seed) as stage:
        for label in AT_THE_FIRST_START:
            stage.bots.launch(label)
            assert await asyncio.to_thread(stage.bots.died_at_its_point, 60.0), label
        assert await asyncio.to_thread(stage.bots.start) is not None
        scene = await open_ward(stage, element_process)
        stage.bots.kill()
        await die_while_rooms_are_made(scene)
        await die_while_somebody_comes_and_goes(scene, element_process)
        await die_on_the_road(scene, chance.sample(ON_THE_ROAD, len(ON_THE_ROAD)), chance)
        await everything_is_whole(scene)


async def die_while_rooms_are_made(scene: Ward) -> None:
    """A second circle is opened; in the end it has its three rooms, and no room was made twice."""
    names = ("--given-name", "Bep", "--family-name", "Smit", "--birth-date", "1948-05-01")
    patient = (await asyncio.to_thread(scene.hub.kring, "patient", "add", *names)).json["patient"]
    opening = asyncio.create_task(
        asyncio.to_thread(scene.hub.kring, "circle", "open", patient, "--coach", scene.circle.coach.id)
    )

    async def wait(_turn: int) -> None:
        return

    for label in WHEN_ROOMS_ARE_MADE:
        await die_at(scene, label, 1, wait)
    assert await asyncio.to_thread(scene.bots.start) is not None
    rooms = (await opening).json["rooms"]
    assert len({rooms["circle"], rooms["team"]}) == 2
    shown = (await asyncio.to_thread(scene.hub.kring, "circle", "show", patient)).json
    named = (
        "SELECT 1 FROM current_state_events JOIN event_json USING (event_id) WHERE type = 'm.room.name' AND json LIKE ?"
    )
    assert len(ask_homeserver(scene.hub.data, named, f"%Kring {shown['pseudonym']}%")) == len(shown["rooms"]) == 3
    scene.bots.kill()


async def die_while_somebody_comes_and_goes(scene: Ward, process: ElementProcess) -> None:
    """Fatima comes, is greeted in spite of it, and goes; in spite of it she is out."""
    fatima = await asyncio.to_thread(add_person, scene.hub, "home_care", "Fatima", "Haddou", "Thuiszorg Rijn")
    admitting = asyncio.create_task(asyncio.to_thread(scene.circle.admit, fatima))
    assert await asyncio.to_thread(scene.bots.start) is not None
    rooms = await admitting
    scene.bots.kill()
    at_element = await scene.circle.arrive(fatima, rooms)

    async def wait(_turn: int) -> None:
        return

    await die_at(scene, WHEN_SOMEBODY_COMES, 1, wait)
    assert await asyncio.to_thread(scene.bots.start) is not None
    await at_element.wait_for(sender=BOT, readable=True)
    scene.bots.kill()
    leaving = asyncio.create_task(
        asyncio.to_thread(
            scene.hub.kring, "circle", "discharge", scene.circle.patient, fatima.id, "--reason", "care-ended"
        )
    )
    await die_at(scene, WHEN_SOMEBODY_GOES, 1, wait)
    assert await asyncio.to_thread(scene.bots.start) is not None
    await leaving
    await until(lambda: not scene.is_member(scene.team, fatima.matrix_id), "she is still in the room")
    assert ask_hub(scene.hub.data, "SELECT 1 FROM mx_room_member WHERE user_id = ?", fatima.matrix_id)
    await at_element.stop()
    scene.bots.kill()
