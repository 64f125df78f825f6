"""Nobody falls between two chairs: a region by seed, and the same while what rings is killed (D10, F8)."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import pytest

from hub.adapters.encryption import KeyVault
from hub.adapters.sql.database import Database
from hub.domain.indicators import TITLES
from tests.databases import bring_up_to_date, sqlite_url
from tests.region.__main__ import play
from tests.region.killing import survive
from tests.region.people import settle_region
from tests.region.simulation import Simulation
from tests.world import Clock


async def test_in_a_small_region_nothing_waits_for_nobody(tmp_path: Path) -> None:
    told, found = await play(tmp_path, patients=2, people=14, span=timedelta(days=6), deaths=1)
    assert told.wrong == []
    assert told.minutes > 20
    assert told.acts["question"] > 2
    assert all(not one.figure.shown for one in found if one.id != "IND-16"), "two patients are no figure"


async def test_where_no_clock_runs_it_shows(tmp_path: Path) -> None:
    """The same region without anything that rings: what must hold does not, and the rules say so."""
    path = tmp_path / "kring.db"
    await bring_up_to_date(sqlite_url(path))
    database = Database(sqlite_url(path))

    async def silence() -> None:
        """What should ring is put away instead."""
        async with database.transaction() as connection:
            await connection.exec_driver_sql("UPDATE reminder SET state = 'cancelled'")

    ring: Callable[[], Awaitable[None]] = silence
    try:
        region = await settle_region(database, KeyVault(bytes(range(32))), Clock(), tmp_path, patients=1, people=7)
        told = await Simulation(region, 2026, ring).play(timedelta(days=4), 0)
    finally:
        await database.close()
    assert any("no clock runs" in line for line in told.wrong)


@pytest.mark.slow
async def test_in_the_whole_region_nothing_waits_for_nobody(tmp_path: Path) -> None:
    """Forty patients, eight weeks, a hundred and twenty people, twenty-eight deaths."""
    told, found = await play(tmp_path, patients=40, people=120, span=timedelta(weeks=8), deaths=28)
    assert told.wrong == []
    assert told.acts["death"] == 28
    assert {one.id for one in found} == set(TITLES)
    assert {one.id for one in found if not one.shown} == set(), "each of the seventeen is about ten patients or more"
    assert next(one.figure for one in found if one.id == "IND-16").numerator == 0, "not a day without lead"


@pytest.mark.slow
async def test_a_hundred_deaths_of_the_process_lose_no_reminder_and_double_none(tmp_path: Path) -> None:
    for folder in ("calm", "killed"):
        (tmp_path / folder).mkdir()
    calm = await survive(tmp_path / "calm", kills=0, patients=6, span=timedelta(weeks=2))
    killed = await survive(tmp_path / "killed", kills=100, patients=6, span=timedelta(weeks=2))
    assert killed.kills == 100
    assert (killed.twice, killed.lost, killed.told.wrong) == (0, 0, [])
    assert killed.rang == calm.rang
    assert killed.said == calm.said
