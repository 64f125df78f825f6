"""A running hub, the bots behind a proxy that can lie, and the people of one circle at Element.

Fictional: coach Carla Vermeer, GP Gerard Mulder and daughter Naomi de Wit in the circle of Anna de Wit; Kees Blok, a
neighbour with an account of his own who belongs nowhere.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults.bots_process import BotsProcess
from tests.faults.checker import ENDED, Finding, check
from tests.faults.history import History, Pin, Said, ask_hub, pins_now, record
from tests.faults.proxy import FaultProxy
from tests.real.element import Element, ElementProcess
from tests.real.hub_circle import ANSWER_SECONDS, BOT, PatientsCircle, Somebody, add_person, open_circle
from tests.real.hub_process import HubProcess

SETTLED_SECONDS = 120.0
_GLANCE = 0.05


@dataclass(slots=True)
class Stage:
    """What a fault test works with. What people say through it is remembered for the checker."""

    hub: HubProcess
    proxy: FaultProxy
    bots: BotsProcess
    said: list[Said] = field(default_factory=list)
    secrets: list[str] = field(default_factory=list)
    pins_before: list[Pin] = field(default_factory=list)
    found: set[Finding] = field(default_factory=set)
    waiting: set[str] = field(default_factory=set)

    async def say(
        self,
        person: Element,
        room: str,
        text: str,
        *,
        command: bool = False,
        trusted: bool = True,
        insist: bool = False,
    ) -> str:
        """Somebody says something; the event id."""
        event_id = await (person.insist(room, text, seconds=120) if insist else person.say(room, text))
        self.said.append(Said(event_id, room, person.user_id, command, trusted))
        return event_id

    def state_of(self, event_id: str) -> str | None:
        """How an event stands in the inbox: ``done``, ``refused:replayed``, …; None when it is not there."""
        rows = ask_hub(self.hub.data, "SELECT state, code FROM mx_inbox WHERE event_id = ?", event_id)
        return ":".join(filter(None, (rows[0]["state"], rows[0]["code"]))) if rows else None

    async def ending_of(self, event_id: str, *, seconds: float = SETTLED_SECONDS) -> str:
        """How the event ended, once it has."""

        def ended() -> bool:
            return (self.state_of(event_id) or "new").partition(":")[0] in ENDED

        await until(ended, f"{event_id} does not end: {self.state_of(event_id)}", seconds)
        return self.state_of(event_id) or ""

    def effects_of(self, event_id: str) -> list[str]:
        """Matrix ids of the people in whose name this event became an entry."""
        question = "SELECT matrix_id FROM entry JOIN person ON person.id = author_id WHERE source_reference = ?"
        return [row["matrix_id"] for row in ask_hub(self.hub.data, question, event_id)]

    def entries(self) -> int:
        """How many versions of entries there are at all."""
        return int(ask_hub(self.hub.data, "SELECT count(*) AS number FROM entry")[0]["number"])

    def audited(self, event: str, object_id: str | None = None) -> list[str]:
        """Details of the audit entries of this kind (about this object)."""
        rows = ask_hub(self.hub.data, "SELECT object_id, detail FROM audit WHERE event = ? ORDER BY seq", event)
        return [row["detail"] for row in rows if object_id in (None, row["object_id"])]

    def logged(self, words: str) -> bool:
        """Whether the bots' log of this installation has these words."""
        return words in self.bots.log.read_text(errors="replace")

    def counted(self, code: str) -> int:
        """How often something was not even taken in, for this reason."""
        rows = ask_hub(self.hub.data, "SELECT sum(count) AS number FROM mx_dropped WHERE code = ?", code)
        return int(rows[0]["number"] or 0)

    def is_member(self, room: str, user_id: str) -> bool:
        """Whether the bot takes this person to be in the room."""
        question = "SELECT membership FROM mx_room_member WHERE room_id = ? AND user_id = ?"
        return [row["membership"] for row in ask_hub(self.hub.data, question, room, user_id)] == ["join"]

    async def quiet(self, *, seconds: float = SETTLED_SECONDS) -> None:
        """Until all that was said through here has ended, and all that is to be said about it is said."""

        def busy() -> list[str]:
            rows = ask_hub(self.hub.data, "SELECT event_id, state FROM mx_inbox")
            states = {row["event_id"]: row["state"] for row in rows}
            late = [item.event_id for item in self.said if states.get(item.event_id, "not here") not in ENDED]
            late += [event_id for event_id, state in states.items() if state == "new"]
            question = (
                "SELECT id, failure FROM outbox WHERE state = 'new' AND coalesce(failure, '') NOT LIKE 'waits-for-%'"
            )
            return late + [f"outbox {row['id']} {row['failure']}" for row in ask_hub(self.hub.data, question)]

        await until(lambda: not busy(), lambda: f"not quiet: {busy()[:5]}", seconds)

    def history(self) -> History:
        """What happened until now, from all sides."""
        audit = self.hub.kring("audit", "verify")
        found = record(self.hub.data, self.said, audit_ok=audit.status == 0, secrets=self.secrets)
        found.pins_before = self.pins_before
        return found

    async def findings(self, waiting: frozenset[str] = frozenset()) -> list[Finding]:
        """What the checker says of all that happened, when it is quiet; what it said before is not said again."""
        await self.quiet()
        # What may wait for a key that never comes, may go on waiting in the next test.
        self.waiting.update(waiting)
        findings = check(await asyncio.to_thread(self.history), waiting=frozenset(self.waiting))
        new = [found for found in findings if found not in self.found]
        self.found.update(new)
        return new


@dataclass(slots=True)
class Ward(Stage):
    """A stage with one circle, and its people in their rooms."""

    circle: PatientsCircle = field(kw_only=True)
    carla: Element = field(kw_only=True)
    gerard: Element = field(kw_only=True)
    naomi: Element = field(kw_only=True)
    kees: Element = field(kw_only=True)

    @property
    def team(self) -> str:
        return self.circle.team_room

    @property
    def everybody(self) -> str:
        return self.circle.circle_room


@contextlib.contextmanager
def open_stage(folder: Path, *, seed: int = 0, settings: str = "crash_points = true\n") -> Iterator[Stage]:
    """A hub that runs, and bots that are not started yet."""
    with HubProcess(folder, settings=settings, bots=False) as hub:
        hub.start()
        with (
            FaultProxy(hub.homeserver, seed=seed) as proxy,
            BotsProcess(hub.data, proxy.port, hub.port) as bots,
        ):
            yield Stage(hub, proxy, bots)


async def open_ward(stage: Stage, process: ElementProcess) -> Ward:
    """Carla, Gerard and Naomi in Anna's circle; each has been greeted, so the bot knows their devices."""

    def admitted() -> tuple[PatientsCircle, list[tuple[Somebody, tuple[str, ...]]], Somebody]:
        coach = add_person(stage.hub, "coach", "Carla", "Vermeer", "Netwerk Palliatieve Zorg")
        circle = open_circle(stage.hub, process, coach)
        gp = add_person(stage.hub, "gp", "Gerard", "Mulder", "Praktijk De Brug")
        relative = add_person(stage.hub, "relative", "Naomi", "de Wit")
        people = [(coach, circle.rooms), *((person, circle.admit(person)) for person in (gp, relative))]
        return circle, people, add_person(stage.hub, "relative", "Kees", "Blok")

    circle, people, kees = await asyncio.to_thread(admitted)
    *elements, at_home = await asyncio.gather(
        *(circle.arrive(person, rooms) for person, rooms in people), circle.arrive(kees, ())
    )
    carla, gerard, naomi = elements
    # A readable word of the bot's, in whatever room: then it knows this person's device.
    await asyncio.gather(*(element.wait_for(sender=BOT, readable=True, seconds=ANSWER_SECONDS) for element in elements))
    scene = Ward(
        stage.hub, stage.proxy, stage.bots, circle=circle, carla=carla, gerard=gerard, naomi=naomi, kees=at_home
    )
    scene.pins_before = pins_now(stage.hub.data)
    return scene


async def until(fits: Callable[[], bool], otherwise: str | Callable[[], str], seconds: float = SETTLED_SECONDS) -> None:
    """Waits until ``fits``, looking often; fails with the sentence after ``seconds``."""
    deadline = time.monotonic() + seconds
    while not await asyncio.to_thread(fits):
        assert time.monotonic() < deadline, otherwise() if callable(otherwise) else otherwise
        await asyncio.sleep(_GLANCE)
