"""The log in its table: written with the act, and every change made behind the hub's back is named (I4)."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Boolean, Integer, delete, insert, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.types import TypeEngine

from hub.adapters.sql.access_tables import audit_checkpoint
from hub.adapters.sql.audit_log import SqlAuditTrail
from hub.adapters.sql.database import Database
from hub.adapters.sql.tables import audit, audit_head
from hub.adapters.sql.times import from_micros, to_micros
from hub.domain.audit import GENESIS, AuditEvent, Verification, chain
from hub.domain.entries import Note
from hub.domain.errors import IntegrityBroken
from hub.domain.observations import PainScore, Reporter
from hub.domain.vocabulary import Section
from tests.adapters.audit_harm import unlock
from tests.domain.test_audit import entry
from tests.world import World

ENTRIES = 4


async def write(database: Database, *minutes: int) -> None:
    for minute in minutes:
        async with database.transaction() as connection:
            await SqlAuditTrail(connection).add(entry(minute, organisation=None if minute % 2 else "Praktijk De Brug"))


async def verified(database: Database) -> Verification:
    async with database.reading() as connection:
        return await SqlAuditTrail(connection).verify()


async def rows(database: Database) -> list[dict[str, Any]]:
    async with database.reading() as connection:
        return [dict(row._mapping) for row in await connection.execute(select(audit).order_by(audit.c.seq))]


@pytest.fixture
async def log(database: Database) -> Database:
    """Four entries, as the hub wrote them, before somebody who owns the schema."""
    await write(database, *range(ENTRIES))
    await unlock(database)
    assert await verified(database) == Verification(ENTRIES, None)
    return database


def another(kind: TypeEngine[Any], value: Any) -> Any:
    """A value of the column's type, and not this one."""
    if isinstance(kind, Boolean):
        return not value
    if isinstance(kind, Integer):
        return value + 1
    return "x" if value is None else value[:-1] + ("0" if value[-1:] != "0" else "1") if value else "x"


async def test_an_empty_log_verifies(database: Database) -> None:
    assert await verified(database) == Verification(0, None)


async def test_every_other_value_in_every_column_of_every_row_is_named(log: Database) -> None:
    original = await rows(log)
    for row in original:
        for column in audit.columns:
            if column.name == "seq":
                continue
            here = audit.c.seq == row["seq"]
            other = another(column.type, row[column.name])
            assert other != row[column.name]
            async with log.transaction() as connection:
                await connection.execute(update(audit).where(here).values({column.name: other}))
            assert (await verified(log)).first_bad == row["seq"], column.name
            async with log.transaction() as connection:
                await connection.execute(update(audit).where(here).values({column.name: row[column.name]}))
    assert (await verified(log)).ok


async def test_a_value_that_was_emptied_is_named(log: Database) -> None:
    for name in ("organisation", "patient_id", "relation_id"):
        async with log.transaction() as connection:
            await connection.execute(update(audit).where(audit.c.seq == 3).values({name: None}))
        assert (await verified(log)).first_bad == 3, name


@pytest.mark.parametrize("seq", range(1, ENTRIES + 1))
async def test_a_deleted_row_is_named(log: Database, seq: int) -> None:
    async with log.transaction() as connection:
        await connection.execute(delete(audit).where(audit.c.seq == seq))
    assert (await verified(log)).first_bad == seq


@pytest.mark.parametrize("kept", range(ENTRIES))
async def test_a_cut_tail_is_named_at_the_cut(log: Database, kept: int) -> None:
    async with log.transaction() as connection:
        await connection.execute(delete(audit).where(audit.c.seq > kept))
    assert (await verified(log)).first_bad == kept + 1


@pytest.mark.parametrize(
    ("number", "first_bad"), [(ENTRIES + 1, ENTRIES + 1), (ENTRIES + 9, ENTRIES + 1), (0, 0), (-7, -7)]
)
async def test_an_inserted_row_is_named(log: Database, number: int, first_bad: int) -> None:
    """Also one that is chained to the last as it should be: the head did not see it."""
    last = (await rows(log))[-1]
    forged = chain(number, entry(99), last["hash"])
    values = last | {
        "seq": number, "recorded_at": to_micros(entry(99).recorded_at), "correlation_id": "$vraag-99",
        "organisation": "Praktijk De Brug", "previous_hash": forged.previous_hash, "hash": forged.hash,
    }  # fmt: skip
    async with log.transaction() as connection:
        await connection.execute(insert(audit).values(**values))
    assert (await verified(log)).first_bad == first_bad


async def swap(database: Database, one: int, other: int) -> None:
    async with database.transaction() as connection:
        for old, new in ((one, -1), (other, one), (-1, other)):
            await connection.execute(update(audit).where(audit.c.seq == old).values(seq=new))


@pytest.mark.parametrize(("one", "other"), [(1, 2), (2, 4), (1, 4)])
async def test_two_rows_that_changed_places_are_named_at_the_first_place(log: Database, one: int, other: int) -> None:
    await swap(log, one, other)
    assert (await verified(log)).first_bad == one


async def test_a_row_that_was_given_another_number_leaves_a_hole(log: Database) -> None:
    async with log.transaction() as connection:
        await connection.execute(update(audit).where(audit.c.seq == 2).values(seq=77))
    assert (await verified(log)).first_bad == 2


@pytest.mark.parametrize(
    "changed", [{"entries": ENTRIES + 1}, {"entries": ENTRIES - 1}, {"hash": GENESIS}, {"id": 2}], ids=str
)
async def test_a_head_that_was_touched_is_noticed(log: Database, changed: dict[str, Any]) -> None:
    async with log.transaction() as connection:
        await connection.execute(update(audit_head).values(**changed))
    assert not (await verified(log)).ok


@pytest.mark.parametrize("change", ["event = 'iets.anders'", "user_id = ''", "recorded_at = 9223372036854775807"])
async def test_a_row_that_is_no_entry_any_more_is_named(log: Database, change: str) -> None:
    async with log.transaction() as connection:
        await connection.execute(text(f"UPDATE audit SET {change} WHERE seq = 3"))
    assert (await verified(log)).first_bad == 3


@pytest.mark.parametrize(
    "change",
    [
        "user_id = x'fffe'",
        "user_id = CAST(x'fffe' AS TEXT)",
        "hash = x'80'",
        "outcome = 'nul'",
        "outcome = x'00'",
        "recorded_at = 'gisteren'",
    ],
)
async def test_bytes_that_sqlite_would_take_and_no_text_has_are_named(log: Database, change: str) -> None:
    if not log.is_sqlite:
        return  # PostgreSQL refuses such values itself
    async with log.transaction() as connection:
        await connection.execute(text(f"UPDATE audit SET {change} WHERE seq = 3"))
        await connection.execute(text("DELETE FROM audit WHERE seq = 4"))
    assert (await verified(log)).first_bad == 3


async def test_a_log_whose_table_is_gone_is_one_clear_sentence(log: Database) -> None:
    async with log.engine.connect() as connection:
        if log.is_sqlite:
            await connection.exec_driver_sql("BEGIN")
        await connection.execute(text("ALTER TABLE audit RENAME TO weg"))
        with pytest.raises(IntegrityBroken, match="beschadigd"):
            await SqlAuditTrail(connection).verify()
        await connection.rollback()


async def test_writers_at_once_make_one_chain_from_the_first_entry_on(database: Database) -> None:
    await asyncio.gather(*(write(database, minute) for minute in range(8)))
    assert await verified(database) == Verification(8, None)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE {0} SET {1} = {1} WHERE {1} = 1",
        "DELETE FROM {0} WHERE {1} = 1",
        "DELETE FROM {0}",
        "TRUNCATE {0}",
        "INSERT INTO {0} SELECT * FROM {0} WHERE {1} = 1 ON CONFLICT ({1}) DO UPDATE SET {1} = 1",
    ],
)
@pytest.mark.parametrize(("table", "key"), [("audit", "seq"), ("audit_checkpoint", "size")])
async def test_the_database_itself_refuses_every_change_to_a_line_that_is_there(
    database: Database, change: str, table: str, key: str
) -> None:
    if database.is_sqlite and change.startswith("TRUNCATE"):
        return  # SQLite has no such statement
    if database.is_sqlite:
        change = change.replace("WHERE {1} = 1 ON", "WHERE TRUE AND {1} = 1 ON")
    await write(database, 0)
    async with database.transaction() as connection:
        await connection.execute(
            insert(audit_checkpoint).values(size=1, root="00", signed_at=1, key_id="", signature="", witnessed=True)
        )
    with pytest.raises(DBAPIError, match="insert-only"):
        async with database.transaction() as connection:
            await connection.execute(text(change.format(table, key)))
    assert await verified(database) == Verification(1, None)


async def test_an_act_that_is_undone_leaves_nothing_in_the_log(log: Database) -> None:
    async def half_way() -> None:
        async with log.transaction() as connection:
            assert await SqlAuditTrail(connection).add(entry(9)) == ENTRIES + 1
            raise ConnectionError

    with pytest.raises(ConnectionError):
        await half_way()
    assert await verified(log) == Verification(ENTRIES, None)
    await write(log, 10)
    assert await verified(log) == Verification(ENTRIES + 1, None)


async def test_the_log_of_a_patient_and_of_a_person(world: World) -> None:
    await world.record("samira", PainScore(8, Reporter.PROFESSIONAL))
    await world.read("gerda")
    async with world.transactions.reading() as unit:
        of_gerda = await unit.audit.by_person(world.id("gerda"), 10)
        of_nobody = await unit.audit.of_patient("pat-0000000000000000")
    assert [item.entry.event for item in of_gerda] == [AuditEvent.ENTRY_READ]
    assert of_nobody == []


async def test_a_day_of_care_verifies_and_tells_codes_only(world: World) -> None:
    """No word that a person wrote, and no name, is in the log; it may outlive a destroyed dossier."""
    await world.record("samira", PainScore(8, Reporter.PROFESSIONAL, "KOKMEEUW"))
    await world.record("pieter", Note("ZEEPAARD"), Section.S10)
    await world.read("gerda")
    assert (await verified(world.database)).ok
    everything = str(await rows(world.database))
    # The whole date: four digits alone also turn up by chance in some hash.
    for canary in ("KOKMEEUW", "ZEEPAARD", "Huisman", "de Wit", "Stroband", "1952-03-14", "14-3-1952"):
        assert canary not in everything


moments = st.integers(to_micros(datetime(1890, 1, 1, tzinfo=UTC)), to_micros(datetime(2200, 1, 1, tzinfo=UTC)))


@given(moments)
def test_a_moment_is_stored_exactly(micros: int) -> None:
    assert to_micros(from_micros(micros)) == micros


@given(st.lists(moments, min_size=2, max_size=2))
def test_moments_keep_their_order(both: Sequence[int]) -> None:
    assert (from_micros(both[0]) < from_micros(both[1])) == (both[0] < both[1])
