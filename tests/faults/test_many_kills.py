"""``kill -9`` of the bots at random moments while people go on talking in many rooms (F1; I1, I2, I3, I4).

Every message is encrypted by matrix-js-sdk. Homeserver and hub run on (``test_kill.py`` kills these as well); the bots
are killed as soon as they are ready, and sometimes while they are still starting. The seed is printed with the figures.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.faults.checker import check
from tests.faults.history import pins_now
from tests.faults.stage import Stage, open_stage
from tests.real.element import Element, ElementProcess
from tests.real.hub_circle import ANSWER_SECONDS, BOT, PatientsCircle, Somebody, add_person, open_circle

pytestmark = pytest.mark.real

SEED = int(os.environ.get("KRING_FAULT_SEED", "20261122"))
READY_WITHIN = 5.0
PATIENTS = (
    ("Anna", "de Wit", "1952-03-14"),
    ("Bep", "Smit", "1948-05-01"),
    ("Cor", "Visser", "1939-11-30"),
    ("Dirk", "Meijer", "1961-07-19"),
    ("Els", "Bakker", "1944-01-08"),
    ("Frans", "Dekker", "1957-09-23"),
)


@dataclass(frozen=True, slots=True)
class Talker:
    """Somebody, and the rooms in which they talk."""

    element: Element
    rooms: tuple[str, ...]


async def several_circles(stage: Stage, process: ElementProcess, number: int) -> list[Talker]:
    """Coach Carla in every circle; GP Gerard and nurse Fatima take turns. Two rooms a circle, everybody greeted."""

    def made() -> tuple[list[PatientsCircle], dict[Somebody, list[str]]]:
        coach = add_person(stage.hub, "coach", "Carla", "Vermeer", "Netwerk Palliatieve Zorg")
        others = (
            add_person(stage.hub, "gp", "Gerard", "Mulder", "Praktijk De Brug"),
            add_person(stage.hub, "home_care", "Fatima", "Haddou", "Thuiszorg Rijn"),
        )
        invited: dict[Somebody, list[str]] = {person: [] for person in (coach, *others)}
        circles = []
        for index, (given, family, born) in enumerate(PATIENTS[:number]):
            circle = open_circle(stage.hub, process, coach, given=given, family=family, birth_date=born)
            circles.append(circle)
            invited[coach] += circle.rooms
            invited[others[index % 2]] += circle.admit(others[index % 2])
        return circles, invited

    circles, invited = await asyncio.to_thread(made)
    spaces = {circle.space for circle in circles}
    people = {person: tuple(rooms) for person, rooms in invited.items() if rooms}
    elements = await asyncio.gather(*(circles[0].arrive(person, rooms) for person, rooms in people.items()))
    talkers = [
        Talker(element, tuple(room for room in rooms if room not in spaces))
        for element, rooms in zip(elements, people.values(), strict=True)
    ]
    await asyncio.gather(
        *(talker.element.wait_for(sender=BOT, readable=True, seconds=ANSWER_SECONDS) for talker in talkers)
    )
    return talkers


class Pace:
    """Talking and killing keep step, so that the kills are spread over all that is said."""

    def __init__(self, messages: int, kills: int) -> None:
        self.messages = messages
        self.kills = kills
        self.said = 0
        self.killed = 0
        self._moved = asyncio.Condition()

    async def moved(self, *, said: int = 0, killed: int = 0) -> None:
        async with self._moved:
            self.said += said
            self.killed += killed
            self._moved.notify_all()

    async def may_talk(self) -> None:
        """Waits until at most two kills' share of the messages is ahead."""
        async with self._moved:
            await self._moved.wait_for(lambda: self.said * self.kills <= (self.killed + 2) * self.messages)

    async def may_kill(self) -> None:
        """Waits until this kill's share of the messages has begun."""
        async with self._moved:
            await self._moved.wait_for(lambda: self.killed * self.messages <= (self.said + 1) * self.kills)


async def talk(stage: Stage, talkers: Sequence[Talker], pace: Pace, chance: random.Random) -> None:
    """Each person says one thing after the other, in one of their rooms; each third is a command."""
    turns = iter(range(pace.messages))

    async def one(talker: Talker) -> None:
        for turn in turns:
            await pace.may_talk()
            room = chance.choice(talker.rooms)
            command = chance.random() < 1 / 3
            text = f"!pijn {turn % 11} meting {turn}" if command else f"Bericht {turn}: tot straks."
            await stage.say(talker.element, room, text, command=command, insist=True)
            await pace.moved(said=1)

    # Two hands each: the next message is written while the last is under way.
    await asyncio.gather(*(one(talker) for talker in (*talkers, *talkers)))


async def kill_again_and_again(stage: Stage, pace: Pace, chance: random.Random) -> None:
    """Right after they are ready, or (each tenth) while they are starting."""
    for number in range(pace.kills):
        await pace.may_kill()
        if number % 10 == 9:
            await asyncio.to_thread(stage.bots.kill)
            stage.bots.launch()
            await asyncio.sleep(chance.uniform(0.1, 1.5))
        else:
            await asyncio.sleep(chance.uniform(0.05, 0.8))
        await asyncio.to_thread(stage.bots.kill)
        await pace.moved(killed=1)
        assert await asyncio.to_thread(stage.bots.start) is not None


async def under_fire(
    folder: Path, process: ElementProcess, *, circles: int, messages: int, kills: int
) -> dict[str, object]:
    """The whole of it; what the figures were."""
    chance = random.Random(SEED)
    with open_stage(folder, seed=SEED) as stage:
        assert await asyncio.to_thread(stage.bots.start) is not None
        talkers = await several_circles(stage, process, circles)
        stage.pins_before = pins_now(stage.hub.data)
        stage.secrets = ["tot straks", "meting 1"]
        pace, began = Pace(messages, kills), time.monotonic()
        stage.bots.starts.clear()
        async with asyncio.TaskGroup() as group:
            group.create_task(talk(stage, talkers, pace, chance))
            group.create_task(kill_again_and_again(stage, pace, chance))
        talked = time.monotonic() - began
        await stage.quiet(seconds=300)
        history = await asyncio.to_thread(stage.history)
        findings = check(history)
        asked = {item.event_id for item in stage.said}
        unreadable = [
            answer.event_id
            for talker in talkers
            for answer in await talker.element.messages(sender=BOT, readable=False)
            if answer.in_reply_to in asked
        ]
        figures: dict[str, object] = {
            "seed": SEED,
            "rooms": len({room for talker in talkers for room in talker.rooms}),
            "messages": len(stage.said),
            "commands": sum(item.command for item in stage.said),
            "effects": len(history.effects),
            "kills": pace.killed,
            "findings": len(findings),
            "answers that somebody cannot read": len(unreadable),
            "seconds": round(talked, 1),
            "seconds until quiet": round(time.monotonic() - began, 1),
            "start, median": round(sorted(stage.bots.starts)[len(stage.bots.starts) // 2], 2),
            "start, slowest": round(max(stage.bots.starts), 2),
        }
        print(json.dumps(figures))  # shown by pytest -s
        for talker in talkers:
            await talker.element.stop()
        assert findings == []
        assert figures["messages"] == messages
        assert figures["effects"] == figures["commands"]
        assert unreadable == []
        return figures


async def test_four_kills_of_the_bots_lose_nothing_of_sixty_messages(
    tmp_path: Path, element_process: ElementProcess
) -> None:
    await under_fire(tmp_path, element_process, circles=2, messages=60, kills=4)


@pytest.mark.slow
async def test_a_hundred_kills_of_the_bots_lose_nothing_of_two_thousand_messages_in_twelve_rooms(
    tmp_path: Path, element_process: ElementProcess
) -> None:
    figures = await under_fire(tmp_path, element_process, circles=6, messages=2000, kills=100)
    assert figures["rooms"] == 12
    assert isinstance(figures["start, slowest"], float)
    assert figures["start, slowest"] <= READY_WITHIN
