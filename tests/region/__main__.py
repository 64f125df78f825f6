"""``python -m tests.region``: plays the whole region and prints what came of it."""

import asyncio
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

import structlog

from hub.adapters.encryption import KeyVault
from hub.adapters.sql.database import Database
from hub.domain.figures import Share
from hub.domain.indicators import Indicator
from tests.databases import bring_up_to_date, sqlite_url
from tests.region.people import settle_region
from tests.region.simulation import Simulation, Told
from tests.world import Clock

SEED = 2026


async def play(
    folder: Path, *, patients: int, people: int, span: timedelta, deaths: int, seed: int = SEED
) -> tuple[Told, list[Indicator]]:
    """A region in a database of its own: what came of it, and its figures at the end."""
    path = folder / "region.db"
    await bring_up_to_date(sqlite_url(path))
    database = Database(sqlite_url(path))
    try:
        region = await settle_region(
            database, KeyVault(bytes(range(32))), Clock(), folder, patients=patients, people=people
        )
        told = await Simulation(region, seed).play(span, deaths)
        return told, await region.figures()
    finally:
        await database.close()


def main() -> int:
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        told, found = asyncio.run(play(Path(folder), patients=40, people=120, span=timedelta(weeks=8), deaths=28))
    print(f"{told.minutes} minuten waarop iets gebeurde, {dict(told.acts)}, geweigerd {told.refused}")
    print(f"niet in orde: {len(told.wrong)} {told.wrong[:5]}; {time.monotonic() - started:.0f} s")
    for one in found:
        figure = one.figure
        if not one.shown:
            said = "niet getoond: minder dan tien"
        elif isinstance(figure, Share):
            said = f"{figure.numerator}/{figure.denominator} = {figure.percent} %, {figure.interval}"
        else:
            said = f"{figure.value} (n={figure.count}), {figure.interval}"
        print(f"{one.id:7} {one.title_nl} {one.of}: {said}; onbekend {figure.missing}")
    return 1 if told.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
