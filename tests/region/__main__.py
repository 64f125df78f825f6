"""``python -m tests.region``: plays the whole region and prints what came of it."""

import asyncio
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

from hub.adapters.encryption import KeyVault
from hub.adapters.sql.database import Database
from tests.databases import bring_up_to_date, sqlite_url
from tests.region.people import settle_region
from tests.region.simulation import Simulation, Told
from tests.world import Clock

SEED = 2026


async def play(folder: Path, *, patients: int, people: int, span: timedelta, deaths: int, seed: int = SEED) -> Told:
    """A region in a database of its own."""
    path = folder / "region.db"
    await bring_up_to_date(sqlite_url(path))
    database = Database(sqlite_url(path))
    try:
        region = await settle_region(
            database, KeyVault(bytes(range(32))), Clock(), folder, patients=patients, people=people
        )
        return await Simulation(region, seed).play(span, deaths)
    finally:
        await database.close()


def main() -> int:
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        told = asyncio.run(play(Path(folder), patients=40, people=120, span=timedelta(weeks=8), deaths=28))
    print(f"{told.minutes} minuten waarop iets gebeurde, {dict(told.acts)}, geweigerd {told.refused}")
    print(f"niet in orde: {len(told.wrong)} {told.wrong[:5]}; {time.monotonic() - started:.0f} s")
    return 1 if told.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
