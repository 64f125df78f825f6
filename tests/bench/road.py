"""The road of one command inside this process: CPU, statements and commits of each step, without a homeserver.

The real client, dossier bot, relay and storage (SQLite in a file), the circle of mevrouw de Wit; only the HTTP calls
are answered from memory. CPU time, because the machine may be shared.
``python -m tests.bench.road [N] [--statements] [--profile FILE]``
"""

import argparse
import asyncio
import cProfile
import json
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import event

from bots.dossier.handler import DossierBot
from bots.dossier.relay import OutboxRelay
from bots.runtime.client import MatrixClient
from bots.runtime.crypto.machine import CryptoMachine
from bots.runtime.http import MatrixHttp
from bots.runtime.storage import SqlStorage
from bots.runtime.untrusted import JsonObject
from hub.adapters.sql.database import Database
from hub.adapters.sql.matrix_records import CryptoState
from tests.bench.figures import Figure
from tests.databases import bring_up_to_date, sqlite_url
from tests.runtime.post_office import Person, PostOffice
from tests.stories.room import TEAM, Room, first_room, open_room

COMMANDS = 100
_WARM_UP = 20


@dataclass(slots=True)
class Cost:
    """Of one step, summed over all commands."""

    cpu: float = 0.0
    wall: float = 0.0
    statements: int = 0
    commits: int = 0


@dataclass(slots=True)
class Meter:
    """Charges what happens to the step that is going on."""

    steps: dict[str, Cost] = field(default_factory=dict)
    texts: list[str] = field(default_factory=list)
    _now: Cost = field(default_factory=Cost)

    def watch(self, database: Database) -> None:
        event.listen(database.engine.sync_engine, "before_cursor_execute", self._statement)
        event.listen(database.engine.sync_engine, "commit", self._commit)

    def _statement(self, _conn: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        self._now.statements += 1
        self.texts.append(" ".join(statement.split()))

    def _commit(self, _conn: Any) -> None:
        self._now.commits += 1
        self.texts.append("COMMIT")

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        self._now = self.steps.setdefault(name, Cost())
        self.texts.append(f"-- {name}")
        cpu, wall = time.process_time(), time.perf_counter()
        yield
        self._now.cpu += time.process_time() - cpu
        self._now.wall += time.perf_counter() - wall


class _Homeserver(MatrixHttp):
    """Answers from memory. ``posted`` are the answers that the bot sent."""

    def __init__(self, office: PostOffice) -> None:
        super().__init__("http://homeserver.invalid", "token")
        self._office = office
        self.next: JsonObject = {}
        self.posted: list[JsonObject] = []

    async def sync(self, since: str | None, poll: timedelta, sync_filter: JsonObject) -> JsonObject:
        return self.next

    async def query_keys(self, user_ids: Iterable[str]) -> JsonObject:
        return self._office.shown

    async def upload_keys(self, body: JsonObject) -> JsonObject:
        return {"one_time_key_counts": {"signed_curve25519": 50}}

    async def claim_keys(self, wanted: dict[str, list[str]]) -> JsonObject:
        return {
            "one_time_keys": {
                user: {device: self._office._one_time[(user, device)] for device in devices}
                for user, devices in wanted.items()
            }
        }

    async def send_to_device(self, event_type: str, txn_id: str, messages: dict[str, dict[str, JsonObject]]) -> None:
        return None

    async def send_event(self, room_id: str, event_type: str, txn_id: str, content: JsonObject) -> str:
        self.posted.append(json.loads(json.dumps(content)))
        return f"$answer-{txn_id}"


@dataclass(slots=True)
class Road:
    """One bot, and Gerda with a phone in the team room."""

    room: Room
    client: MatrixClient
    relay: OutboxRelay
    http: _Homeserver
    gerda: Person
    meter: Meter
    asked: int = 0

    async def ask(self, body: str) -> None:
        """Gerda says it; the bot takes it in, carries it out and answers."""
        self.asked += 1
        self.http.next = self._synced(body)
        before = len(self.http.posted)
        with self.meter.step("sync"):
            await self.client.engine.step()
        with self.meter.step("inbox"):
            # Less than a whole batch: the worker does not look again until it is woken.
            await self.client.inbox.work_off()
        with self.meter.step("relay"):
            # As its loop does: until a look finds nothing.
            while await self.relay.work_off():
                continue
        if len(self.http.posted) != before + 1:
            raise SystemExit(f"{body!r} got {len(self.http.posted) - before} answers")

    def _synced(self, body: str) -> JsonObject:
        machine, room_id = self.gerda.machine, self.room.place(TEAM)
        ours = [d for d in machine.devices.active_of(self.client.user_id) if d.device_id == self.client.device_id]
        messages, _ = machine.share_room_key(room_id, machine.devices_without_key(room_id, ours))
        session = machine.outbound_session_id(room_id) or ""
        machine.note_delivered(room_id, session, [(d.user_id, d.device_id, d.curve25519) for d, _ in messages])
        said = {
            "type": "m.room.encrypted",
            "event_id": f"$question{self.asked}",
            "sender": self.gerda.user_id,
            "origin_server_ts": int(time.time() * 1000),
            "content": machine.encrypt(room_id, "m.room.message", {"msgtype": "m.text", "body": body}),
        }
        to_device = [
            {"type": "m.room.encrypted", "sender": self.gerda.user_id, "content": content} for _, content in messages
        ]
        timeline = {"events": [said], "limited": False, "prev_batch": f"p{self.asked}"}
        found: JsonObject = {
            "next_batch": f"s{self.asked}",
            "to_device": {"events": to_device},
            "device_one_time_keys_count": {"signed_curve25519": 50},
            "device_unused_fallback_key_types": ["signed_curve25519"],
            "rooms": {"join": {room_id: {"timeline": timeline, "state": {"events": []}}}},
        }
        return dict(json.loads(json.dumps(found)))


async def _open(room: Room, meter: Meter) -> Road:
    hub, office = room.hub, PostOffice()
    people = {who: office.arrive(room.user(who)) for who in ("gerda", "carla", "samira", "ruben", "noor")}
    bot = hub.settings.dossier_bot
    storage = SqlStorage(hub.database, hub.vault, bot)
    machine = CryptoMachine(bot, "KRING", CryptoState(), storage.pickle_passphrase)
    login = await storage.create_login(bot, "KRING", "token", machine.account_record())
    office.settle_in(machine)
    http = _Homeserver(office)
    client = MatrixClient(http, storage, login, machine, DossierBot(hub, lambda: None))
    http.next = {"next_batch": "s0", "device_one_time_keys_count": {"signed_curve25519": 50}}
    await client.engine.step()
    gerda = people["gerda"]
    gerda.look_up(bot)
    for device in gerda.machine.missing_sessions(gerda.machine.devices.active_of(bot)):
        gerda.machine.receive_claimed_keys(office.claim(device))
    meter.watch(hub.database)
    return Road(room, client, OutboxRelay(hub, client.sender, asyncio.Event()), http, gerda, meter)


async def _measure(folder: Path, commands: int, profile: cProfile.Profile | None, *, show: bool) -> Meter:
    template = folder / "template.db"
    await bring_up_to_date(sqlite_url(template))
    world = await first_room(template, folder / "circle.db")
    meter = Meter()
    async with open_room(world, folder / "circle.db", folder) as room:
        room.world.clock.at = datetime.now(UTC)
        road = await _open(room, meter)
        for number in range(_WARM_UP):
            await road.ask(f"!pijn {number % 11}")
        meter.steps.clear()
        meter.texts.clear()
        if profile is not None:
            profile.enable()
        for number in range(commands):
            room.world.clock.pass_by(seconds=1)
            await road.ask(f"!pijn {number % 11}")
            if show and number == 0:
                print("\n".join(meter.texts))
        if profile is not None:
            profile.disable()
        await road.client.stop()
    return meter


async def measure_steps(folder: Path, commands: int) -> dict[str, Cost]:
    """What each step cost, summed over ``commands``."""
    return (await _measure(folder, commands, None, show=False)).steps


def measure(folder: Path, commands: int = COMMANDS) -> list[Figure]:
    """The CPU of one command, by step."""
    return figures(asyncio.run(_measure(folder, commands, None, show=False)), commands)


def figures(meter: Meter, commands: int) -> list[Figure]:
    steps = meter.steps | {"whole": _sum(meter.steps.values())}
    return [
        Figure(
            "road",
            f"{name}: CPU",
            1000 * cost.cpu / commands,
            "ms",
            note=f"{cost.statements / commands:.1f} statements, {cost.commits / commands:.1f} commits, "
            f"{1000 * cost.wall / commands:.2f} ms on the clock",
        )
        for name, cost in steps.items()
    ]


def _sum(costs: Iterable[Cost]) -> Cost:
    whole = Cost()
    for cost in costs:
        whole.cpu += cost.cpu
        whole.wall += cost.wall
        whole.statements += cost.statements
        whole.commits += cost.commits
    return whole


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.road", description=__doc__)
    parser.add_argument("commands", nargs="?", type=int, default=COMMANDS)
    parser.add_argument("--statements", action="store_true", help="print those of one command")
    parser.add_argument("--profile", type=Path, help="write a cProfile here")
    arguments = parser.parse_args()
    profile = cProfile.Profile(time.process_time) if arguments.profile else None
    with tempfile.TemporaryDirectory(prefix="kring-road-") as folder:
        meter = asyncio.run(_measure(Path(folder), arguments.commands, profile, show=arguments.statements))
    for figure in figures(meter, arguments.commands):
        print(f"{figure.what:16} {figure.ours:7.2f} ms   {figure.note}")
    if profile is not None:
        profile.dump_stats(arguments.profile)


if __name__ == "__main__":
    main()
