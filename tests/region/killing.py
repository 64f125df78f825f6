"""The region again, while the process that lets reminders ring is killed (-9) a hundred times at moments of chance."""

import asyncio
import os
import random
import signal
import sys
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from sqlalchemy import text

from hub.adapters.encryption import KeyVault
from hub.adapters.sql.database import Database
from tests.databases import bring_up_to_date, sqlite_url
from tests.region.people import Region, settle_region
from tests.region.ringer import COUNTED
from tests.region.simulation import Simulation, Told
from tests.world import Clock

_SECONDS = 120.0
_LONGEST_LIFE = 0.4


@dataclass(frozen=True, slots=True)
class Survived:
    """``twice``: hours of reminders that rang more than once; ``lost``: that should have rung and did not."""

    told: Told
    kills: int
    rang: int
    twice: int
    lost: int
    said: Counter[str]
    """What was written down to be said, by kind of room."""


class Ringer:
    """The child, and its end: while something is due it may be killed at any moment, and is started again."""

    def __init__(self, path: Path, clock: Path, region: Region, kills: int, seed: int) -> None:
        self._path, self._clock, self._region = path, clock, region
        self._left, self.killed = kills, 0
        self._chance = random.Random(seed)
        self._breeder: asyncio.subprocess.Process | None = None
        self._child = 0

    async def ring(self) -> None:
        """Until nothing is due any more, whatever happens to the child meanwhile.

        :raises TimeoutError: it does not come to an end
        """
        fresh = self._clock.with_suffix(".new")
        fresh.write_text(self._region.world.clock().isoformat())
        fresh.replace(self._clock)
        async with asyncio.timeout(_SECONDS):
            while await self._is_due():
                await self._alive()
                if self.killed < self._left:
                    await self._kill_soon()
                else:
                    await asyncio.sleep(0.01)

    async def end(self) -> None:
        if self._breeder is not None:
            self._kill()
            self._breeder.kill()
            await self._breeder.wait()

    async def _is_due(self) -> bool:
        async with self._region.world.transactions.reading() as unit:
            first = await unit.reminders.next_due()
        return first is not None and first <= self._region.world.clock()

    async def _alive(self) -> None:
        if self._breeder is None:
            self._breeder = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "tests.region.ringer",
                str(self._path),
                str(self._clock),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=None,
            )
        if not self._child:
            assert self._breeder.stdin is not None
            assert self._breeder.stdout is not None
            self._breeder.stdin.write(b"one more\n")
            self._child = int(await self._breeder.stdout.readline())

    async def _kill_soon(self) -> None:
        """Somewhere in its work: before, in or after a transaction."""
        await asyncio.sleep(self._chance.uniform(0, _LONGEST_LIFE))
        self._kill()
        self.killed += 1

    def _kill(self) -> None:
        if self._child:
            os.kill(self._child, signal.SIGKILL)
        self._child = 0


async def survive(folder: Path, *, kills: int, patients: int, span: timedelta, seed: int = 2026) -> Survived:
    """Play it, with ``kills``; with none it is the same life without a fault."""
    path, clock = folder / "kring.db", folder / "clock"
    await bring_up_to_date(sqlite_url(path))
    database = Database(sqlite_url(path))
    try:
        now = Clock()
        region = await settle_region(
            database, KeyVault(bytes(range(32))), now, folder, patients=patients, people=patients * 6
        )
        ringer = Ringer(path, clock, region, kills, seed)
        try:
            told = await Simulation(region, seed, ringer.ring).play(span, patients // 3)
        finally:
            await ringer.end()
        async with database.reading() as connection:
            counts = [
                int(row[0])
                for row in await connection.execute(
                    text("SELECT value FROM setting WHERE key LIKE :counted"), {"counted": f"{COUNTED}%"}
                )
            ]
            lost = sum("should have rung" in line for line in told.wrong)
            said = Counter(row[0] for row in await connection.execute(text("SELECT room_kind FROM outbox ORDER BY id")))
    finally:
        await database.close()
    return Survived(told, ringer.killed, len(counts), sum(count > 1 for count in counts), lost, said)
