"""Two bots processes on one database: one works, one stands by; who slept through its end does nothing more (F18)."""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import signal
import sqlite3
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import select

from hub.adapters.sql.access_tables import audit_checkpoint
from hub.adapters.sql.database import Database, metadata
from hub.adapters.sql.leases import Standing, standing_of
from tests.databases import ENGINES, PostgresServer, sqlite_url
from tests.faults.bots_process import BotsProcess
from tests.faults.stage import until
from tests.patience import patience
from tests.real.element import ElementProcess
from tests.real.hub_circle import BOT, add_person, ask, heard, open_circle
from tests.real.hub_process import HubProcess

pytestmark = pytest.mark.real

REPLACED = os.EX_TEMPFAIL
_GLANCE = 0.02


class Twin(BotsProcess):
    """One of the two, with a log of its own; what it says is kept."""

    def __init__(self, hub: HubProcess, name: str) -> None:
        super().__init__(hub.data, hub.matrix_port, hub.port)
        self.log = hub.data / "logs" / f"{name}.log"
        self.lines: list[str] = []
        self._spoke = threading.Condition()

    def _listen(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout is not None
        for line in process.stdout:
            with self._spoke:
                self.lines.append(line.decode().strip())
                self._spoke.notify_all()
        process.stdout.close()

    def says(self, word: str, seconds: float = 60.0) -> float:
        """Seconds until it has said ``word``."""
        began = time.monotonic()
        with self._spoke:
            said = self._spoke.wait_for(lambda: any(line.startswith(word) for line in self.lines), seconds)
        assert said, (word, self.lines, self.log.read_text(errors="replace")[-2000:])
        return time.monotonic() - began

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def cpu_seconds(self) -> float:
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def sleeps(self) -> None:
        os.kill(self.pid, signal.SIGSTOP)

    def wakes(self) -> None:
        os.kill(self.pid, signal.SIGCONT)


@pytest.fixture(params=ENGINES)
def installation(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[HubProcess, str]]:
    """A hub without bots, and the url of its database."""
    more = ""
    url = sqlite_url(tmp_path / "kring" / "kring.db")
    if request.param == "postgresql":
        server: PostgresServer = request.getfixturevalue("postgresql")
        name = f"kring_{secrets.token_hex(6)}"
        asyncio.run(server.command(f"CREATE DATABASE {name}"))
        url = server.url(name)
        secret = tmp_path / "db_url"
        secret.touch(0o600)
        secret.write_text(url)
        more = f'database_url_file = "{secret}"\n'
    with HubProcess(tmp_path, settings=f"canary_interval = 5\n{more}", bots=False) as hub:
        hub.start()
        yield hub, url


async def all_rows(url: str) -> dict[str, list[str]]:
    """Every row of every table, but those that the hub signs in its own time: it is awake."""
    database = Database(url)
    async with database.reading() as connection:
        found = {
            table.name: sorted(repr(tuple(row)) for row in await connection.execute(select(table)))
            for table in metadata.sorted_tables
            if table is not audit_checkpoint
        }
    await database.close()
    return found


async def lease(url: str) -> Standing:
    database = Database(url)
    async with database.reading() as connection:
        found = await standing_of(connection, BOT)
    await database.close()
    return found


async def fence_becomes(url: str, fence: int, seconds: float) -> float:
    began = time.monotonic()
    while (await lease(url)).fence != fence:
        assert time.monotonic() - began < seconds, "nobody takes over"
        await asyncio.sleep(_GLANCE)
    return time.monotonic() - began


async def is_in_a_transaction(url: str) -> bool:
    """Whether somebody holds SQLite's write lock: a process that is stopped there keeps it."""
    if not url.startswith("sqlite"):
        return False
    with closing(sqlite3.connect(url.partition("///")[2], isolation_level=None, timeout=1.0)) as connection:
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return True
        connection.execute("ROLLBACK")
        return False


async def falls_asleep(twin: Twin, url: str) -> None:
    """Stopped at any moment but in the middle of a transaction of SQLite."""
    twin.sleeps()
    while await is_in_a_transaction(url):
        twin.wakes()
        await asyncio.sleep(0.1)
        twin.sleeps()


def on_the_homeserver(hub: HubProcess) -> dict[str, object]:
    """What Synapse has taken in: events, messages to devices, tokens and devices of the bot."""
    questions = {
        "events": "SELECT count(*), max(stream_ordering) FROM events",
        "to devices": "SELECT count(*), max(stream_id) FROM device_inbox",
        "tokens": f"SELECT count(*) FROM access_tokens WHERE user_id = '{BOT}'",
        "devices": f"SELECT count(*) FROM devices WHERE user_id = '{BOT}' AND NOT hidden",
    }
    path = hub.data / "synapse" / "homeserver.db"
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        return {what: connection.execute(question).fetchone() for what, question in questions.items()}


async def test_a_leader_that_sleeps_is_replaced_and_neither_writes_nor_speaks_when_it_wakes(
    installation: tuple[HubProcess, str], element_process: ElementProcess
) -> None:
    hub, url = installation
    with Twin(hub, "eerste") as first, Twin(hub, "tweede") as second, Twin(hub, "derde") as third:
        first.launch()
        first.says("ready")
        coach = await asyncio.to_thread(add_person, hub, "coach", "Carla", "Vermeer")
        circle = await asyncio.to_thread(open_circle, hub, element_process, coach)
        carla = await circle.arrive(coach, circle.rooms)
        await heard(carla, circle.team_room)
        assert "S5-1" in (await ask(carla, circle.team_room, "!pijn 4 bij het opstaan")).body

        second.launch()
        stood_by = second.says("standby")
        before = on_the_homeserver(hub)
        assert before["devices"] == (1,), "who stands by has no device and no token of its own"
        assert before["tokens"] == (1,)
        assert (await lease(url)).fence == 1

        # The leader sleeps; its homeserver goes on, and has something for it when it wakes.
        await falls_asleep(first, url)
        asked = await carla.say(circle.team_room, "!pijn 6 in de nacht")
        taken_over = await fence_becomes(url, 2, 90.0)
        second.says("ready")
        answer = await carla.wait_for(room=circle.team_room, sender=BOT, reply_to=asked)
        assert "S5-2" in answer.body
        assert "S5-3" in (await ask(carla, circle.team_room, "!pijn 2 na de pleister")).body

        # Now the new leader sleeps too, for a moment: whatever changes now, the old one does it.
        await falls_asleep(second, url)
        rows, taken_in = await all_rows(url), on_the_homeserver(hub)
        woken = time.monotonic()
        first.wakes()
        assert await asyncio.to_thread(first.wait_until_gone) == REPLACED
        ended = time.monotonic() - woken
        assert await all_rows(url) == rows, "0 rows"
        assert on_the_homeserver(hub) == taken_in, "0 events, 0 keys, 0 devices"
        second.wakes()
        assert any(line.startswith("replaced ") for line in first.lines)
        assert "overgenomen" in first.log.read_text()
        assert "Traceback" not in first.log.read_text()

        assert "S5-4" in (await ask(carla, circle.team_room, "!pijn 3 voor het slapen")).body
        assert len(circle.show(coach, "--section", "S5")) == 4, "each command has one effect"

        # And now as it should be: the work is handed over.
        third.launch()
        third.says("standby")
        cpu, since = third.cpu_seconds, time.monotonic()
        asked = await carla.say(circle.team_room, "!pijn 1 bij de koffie")
        await carla.wait_for(room=circle.team_room, sender=BOT, reply_to=asked)
        idle = (third.cpu_seconds - cpu) / (time.monotonic() - since)
        stopping = time.monotonic()
        assert await asyncio.to_thread(second.terminate) == 0
        stopped = time.monotonic() - stopping
        handed_over = await fence_becomes(url, 3, 60.0)
        serving = third.says("ready")
        assert handed_over < patience(1.0)
        assert "S5-6" in (await ask(carla, circle.team_room, "!pijn 0 in haar slaap")).body
        figures = {
            "stood_by_s": round(stood_by, 2),
            "taken_over_s": round(taken_over, 2),
            "woken_leader_ended_s": round(ended, 2),
            "stop_s": round(stopped, 2),
            "handed_over_s": round(handed_over, 2),
            "then_ready_s": round(serving, 2),
            "standby_cpu_share": round(idle, 4),
        }
        print(json.dumps(figures))  # shown by pytest -s


# Who is gone is found out the same way on both: tests/adapters/test_leases.py.
@pytest.mark.parametrize("installation", ["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)], indirect=True)
async def test_after_a_kill_the_next_process_on_this_machine_waits_for_nobody(
    installation: tuple[HubProcess, str],
) -> None:
    hub, url = installation
    with Twin(hub, "eerste") as bots:
        bots.launch()
        bots.says("ready")
        for fence in (2, 3):
            bots.kill()
            bots.lines.clear()
            bots.launch()
            assert bots.says("ready") < patience(5.0)
            assert "standby" not in bots.lines
            assert (await lease(url)).fence == fence
    await until(lambda: not bots.runs, "the bots go on")
