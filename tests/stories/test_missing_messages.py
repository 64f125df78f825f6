"""What the homeserver does not give is told to the team, and told again when it came after all (I1)."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from bots.dossier.gaps import gap_watch
from bots.runtime.crypto.machine import CryptoMachine
from bots.runtime.storage import SqlStorage
from hub.adapters.sql.matrix_records import CryptoChanges, CryptoState, GapState, NewGap, SyncBatch
from hub.adapters.sql.matrix_tables import mx_gap
from hub.adapters.sql.tables import audit
from tests.stories.room import CIRCLE, Room, where


async def one_gap(storage: SqlStorage, room_id: str) -> None:
    await storage.commit(SyncBatch("s2", crypto=CryptoChanges(), gaps=(NewGap(room_id, "s1", "s1", "s2"),)))


@pytest.fixture
async def storage(room: Room) -> SqlStorage:
    hub = room.hub
    storage = SqlStorage(hub.database, hub.vault, hub.settings.dossier_bot, on_gap=gap_watch(hub))
    machine = CryptoMachine(hub.settings.dossier_bot, "HUB", CryptoState(), storage.pickle_passphrase)
    await storage.create_login(hub.settings.dossier_bot, "HUB", "t", machine.account_record())
    return storage


async def audited(room: Room) -> list[str]:
    async with room.hub.database.reading() as connection:
        rows = await connection.execute(select(audit.c.event).order_by(audit.c.seq))
        return [event for event in rows.scalars() if event.startswith("message.")]


async def test_the_team_hears_what_is_missing_and_what_came_after_all(room: Room, storage: SqlStorage) -> None:
    await one_gap(storage, room.place(CIRCLE))
    (gap,) = await storage.due_gaps(10)
    await storage.gap_failed(gap, "gap-forbidden", timedelta(0), GapState.STUCK, gap.position)
    (told,) = await room.hears()
    assert where(told) == "team"
    assert "uit de kringkamer kon Kring niet ophalen" in told.body
    assert await audited(room) == ["message.missing"]

    (gap,) = await storage.due_gaps(10)
    await storage.gap_failed(gap, "gap-forbidden", timedelta(0), GapState.STUCK, gap.position)
    assert await room.hears() == [], "once is enough"

    (gap,) = await storage.due_gaps(10)
    await storage.fill_gap(gap, [], None, {})
    (told,) = await room.hears()
    assert "zijn alsnog binnen" in told.body
    assert await audited(room) == ["message.missing", "message.came-after-all"]
    async with room.hub.database.reading() as connection:
        assert list(await connection.execute(select(mx_gap))) == []


async def test_a_gap_that_fills_by_itself_is_nobodys_concern(room: Room, storage: SqlStorage) -> None:
    await one_gap(storage, room.place(CIRCLE))
    (gap,) = await storage.due_gaps(10)
    await storage.fill_gap(gap, [], None, {})
    assert await room.hears() == []


async def test_a_room_of_no_circle_is_told_to_nobody(room: Room, storage: SqlStorage) -> None:
    await one_gap(storage, "!elders")
    (gap,) = await storage.due_gaps(10)
    await storage.gap_failed(gap, "gap-forbidden", timedelta(0), GapState.STUCK, gap.position)
    assert await room.hears() == []
