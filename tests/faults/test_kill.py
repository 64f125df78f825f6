"""``kill -9`` of the whole hub while a coach goes on typing: every command has one effect and one answer (I1, I2)."""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import time
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.real.element import Element, ElementError, ElementProcess
from tests.real.hub_circle import BOT, add_person, heard, open_circle
from tests.real.hub_process import HubProcess

pytestmark = pytest.mark.real

SEED = 20261103
UNDELIVERED_SECONDS = 240.0
ANSWERED_SECONDS = 120.0
SILENCE_SECONDS = 5.0
UNREADABLE = "(cannot be read)"


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[HubProcess]:
    with HubProcess(tmp_path) as hub:
        hub.start()
        yield hub


@dataclass(slots=True)
class Typing:
    """What the coach has sent so far: event id → the words by which its entry is known again."""

    sent: dict[str, str] = field(default_factory=dict)
    more: asyncio.Condition = field(default_factory=asyncio.Condition)
    done: bool = False

    async def note(self, event_id: str, words: str) -> None:
        async with self.more:
            self.sent[event_id] = words
            self.more.notify_all()

    async def end(self) -> None:
        async with self.more:
            self.done = True
            self.more.notify_all()

    async def wait_for(self, number: int) -> None:
        async with self.more:
            await self.more.wait_for(lambda: self.done or len(self.sent) >= number)


async def type_commands(element: Element, room: str, number: int, typing: Typing) -> None:
    """One after another; while the homeserver is away the same message is sent again under the same transaction."""
    try:
        for index in range(number):
            words = f"meting nummer {index:03d}"
            event_id = await element.insist(room, f"!pijn {index % 11} {words}", seconds=UNDELIVERED_SECONDS)
            await typing.note(event_id, words)
    finally:
        await typing.end()


async def kill_again_and_again(
    hub: HubProcess, typing: Typing, answered: Callable[[], Awaitable[None]], commands: int, kills: int
) -> list[float]:
    """Kills spread over the typing: at once when the hub is ready again, in the middle of its answers, or (each fifth)
    while it has only just begun to start. Returns how long each start took.
    """
    chance = random.Random(SEED)
    starts: list[float] = []
    for index in range(kills):
        hardly_started = index % 5 == 4
        if hardly_started:
            await asyncio.to_thread(hub.launch)
            await asyncio.sleep(chance.uniform(0.2, 6.0))
        else:
            if index:  # the first one finds the hub of the fixture
                starts.append(await asyncio.to_thread(hub.start))
            # Before the share of the last kills, so that commands remain to be typed for each of them.
            await typing.wait_for(commands * (index + 1) // (kills + 1))
            if index % 2:
                await answered()
            await asyncio.sleep(chance.uniform(0.0, 0.4))
        children = await asyncio.to_thread(hub.kill)
        assert hardly_started or len(children) >= 2, "the hub has homeserver and bots below it"
        assert await asyncio.to_thread(hub.outlived) == [], "what the hub started ends with it"
    starts.append(await asyncio.to_thread(hub.start))
    return starts


async def everything_is_answered(element: Element, room: str, sent: dict[str, str]) -> dict[str, list[str]]:
    """What the bot answered to each event, once each is answered (or time is up).

    From the homeserver's record: a client that was away long gets a timeline with a gap in it.
    """
    deadline = time.monotonic() + ANSWERED_SECONDS
    while True:
        await silence(element, room)
        answers = await answers_on_the_server(element, room)
        readable = all(UNREADABLE not in said for said in answers.values())
        if (readable and all(answers[event_id] for event_id in sent)) or time.monotonic() > deadline:
            return {event_id: answers[event_id] for event_id in sent}


async def silence(element: Element, room: str) -> None:
    """Waits until the bot says nothing for some seconds."""
    with contextlib.suppress(ElementError):
        while True:
            point = await element.mark()
            await element.wait_for(room=room, sender=BOT, after=point, seconds=SILENCE_SECONDS)


async def answers_on_the_server(element: Element, room: str) -> dict[str, list[str]]:
    """Event id of a question → the texts of its answers: every event of the bot's, opened with the coach's keys."""
    found: dict[str, list[str]] = defaultdict(list)
    query = {"dir": "b", "limit": "100"}
    while True:
        page = await element.request("GET", f"/_matrix/client/v3/rooms/{room}/messages", query=query)
        assert page.status == 200, page
        for event in page.body["chunk"]:
            if event["sender"] == BOT and event["type"] == "m.room.encrypted":
                opened = await element.decrypt(event)
                # The relation travels outside the encryption; the key may be on its way with the next sync.
                relation = event["content"].get("m.relates_to", {})
                body = opened.content["body"] if opened.content is not None else UNREADABLE
                found[relation.get("m.in_reply_to", {}).get("event_id", "")].append(body)
        if "end" not in page.body:
            return found
        query["from"] = page.body["end"]


async def commands_under_fire(hub: HubProcess, process: ElementProcess, commands: int, kills: int) -> None:
    coach = add_person(hub, "coach", "Carla", "Vermeer", "Netwerk Palliatieve Zorg")
    circle = open_circle(hub, process, coach)
    carla = await circle.arrive(coach, circle.rooms)
    await heard(carla, circle.team_room)
    typing = Typing()
    began = time.monotonic()

    async def answered() -> None:
        point = await carla.mark()
        with contextlib.suppress(ElementError):  # nothing is open: then there is nothing to interrupt
            await carla.wait_for(room=circle.team_room, sender=BOT, after=point, seconds=SILENCE_SECONDS)

    async with asyncio.TaskGroup() as group:
        group.create_task(type_commands(carla, circle.team_room, commands, typing))
        killing = group.create_task(kill_again_and_again(hub, typing, answered, commands, kills))
    answers = await everything_is_answered(carla, circle.team_room, typing.sent)
    seconds = time.monotonic() - began

    assert len(typing.sent) == commands
    assert [said for said in answers.values() if UNREADABLE in said] == []
    assert {len(said) for said in answers.values()} == {1}, "each command is answered exactly once"
    entries = circle.show(coach, "--section", "S5")
    effects = Counter(entry["source"]["reference"] for entry in entries)
    without = {words: answers[event_id] for event_id, words in typing.sent.items() if not effects[event_id]}
    assert without == {}, "each command has an effect; these were answered otherwise"
    assert effects == Counter(dict.fromkeys(typing.sent, 1)), "and only one"
    by_source = {entry["source"]["reference"]: entry["sentence"] for entry in entries}
    assert all(words in by_source[event_id] for event_id, words in typing.sent.items())
    assert sorted(int(entry["ref"].partition("-")[2]) for entry in entries) == list(range(1, commands + 1))
    refs = {entry["source"]["reference"]: entry["ref"] for entry in entries}
    assert all(refs[event_id] in said for event_id, (said,) in answers.items()), "the answer names the entry"

    audit = hub.kring("audit", "verify").json
    assert audit["ok"], audit
    figures = {
        "commands": commands,
        "kills": kills,
        "effects": len(entries),
        "answers": sum(map(len, answers.values())),
        "audit_entries": audit["entries"],
        "seconds": round(seconds, 1),
        "slowest_start": round(max(killing.result()), 1),
    }
    print(json.dumps(figures))  # shown by pytest -s


async def test_three_kills_during_thirty_commands_leave_thirty_entries_and_thirty_answers(
    hub: HubProcess, element_process: ElementProcess
) -> None:
    await commands_under_fire(hub, element_process, 30, 3)


@pytest.mark.slow
async def test_twenty_kills_during_three_hundred_commands_leave_three_hundred_entries_and_answers(
    hub: HubProcess, element_process: ElementProcess
) -> None:
    await commands_under_fire(hub, element_process, 300, 20)
