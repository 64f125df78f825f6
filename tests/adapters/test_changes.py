"""Whoever waits hears soon that something was committed, also by another process, and is left alone otherwise."""

import asyncio

import pytest

from hub.adapters.sql.changes import Changes
from hub.adapters.sql.database import Database
from hub.adapters.sql.tables import setting
from tests.databases import MIGRATED, NewDatabase


async def write(database: Database, key: str) -> None:
    async with database.transaction() as connection:
        await connection.execute(setting.insert(), {"key": key, "value": ""})


async def test_a_commit_of_another_process_wakes_all_who_wait(new_database: NewDatabase) -> None:
    async with new_database(MIGRATED) as url:
        ours, theirs = Database(url), Database(url)
        relay, gatekeeper, stop = asyncio.Event(), asyncio.Event(), asyncio.Event()
        watching = asyncio.create_task(Changes(ours, (relay, gatekeeper)).run(stop))
        number = 0
        while not relay.is_set():
            # What was committed before the first look wakes nobody.
            await write(theirs, f"{(number := number + 1)}")
        for word in ("daarna", "nog eens"):
            relay.clear()
            gatekeeper.clear()
            await write(theirs, word)
            await asyncio.wait_for(asyncio.gather(relay.wait(), gatekeeper.wait()), 60)
        stop.set()
        await asyncio.wait_for(watching, 60)
        await ours.close()
        await theirs.close()


async def test_our_own_commit_counts_and_what_is_undone_does_not(new_database: NewDatabase) -> None:
    async with new_database(MIGRATED) as url:
        database = Database(url)
        changes = Changes(database, ())
        async with database.engine.connect() as connection:
            before = await changes._look(connection)
            async with database.reading():
                assert await changes._look(connection) == before
            if database.is_sqlite:
                with pytest.raises(KeyError):
                    async with database.transaction():
                        raise KeyError
                assert await changes._look(connection) == before
            await write(database, "iets")
            assert await changes._look(connection) != before
        await database.close()
