"""Gaps and what waits behind them, on both engines (I1)."""

from sqlalchemy.ext.asyncio import AsyncConnection

from hub.adapters.sql import matrix_gaps as gaps
from hub.adapters.sql import matrix_inbox as inbox
from hub.adapters.sql.database import Database
from hub.adapters.sql.matrix_records import Gap, GapState, InboxEvent, NewGap

BOT, ROOM, OTHER, NOW = "@dossier:kring.test", "!kamer", "!andere", 1_790_000_000_000


def event(name: str, room_id: str = ROOM, raw: str = "{}") -> InboxEvent:
    return InboxEvent(f"${name}", room_id, "@marieke:kring.test", None, 1, raw)


async def open_now(connection: AsyncConnection) -> list[str]:
    return [row.event.event_id for row in await inbox.open_events(connection, BOT, 100)]


async def due(connection: AsyncConnection) -> list[Gap]:
    return await gaps.due_gaps(connection, BOT, NOW, 10)


async def test_what_comes_after_a_gap_waits_for_it_in_its_own_order(database: Database) -> None:
    async with database.transaction() as connection:
        await gaps.take_in(connection, BOT, [event("0")], NOW)
        await gaps.add_gaps(connection, BOT, [NewGap(ROOM, "s1", "s1", "s2")], NOW)
        await gaps.take_in(connection, BOT, [event("3"), event("elders", OTHER)], NOW)
        await gaps.add_gaps(connection, BOT, [NewGap(ROOM, "s3", "s3", "s4")], NOW)
        await gaps.take_in(connection, BOT, [event("6")], NOW)
        assert await open_now(connection) == ["$0", "$elders"]

        (first,) = await due(connection)
        assert await gaps.last_event_before(connection, BOT, first) == "$0"
        await gaps.add_page(connection, BOT, first, [event("1")], "s1b", NOW)
        (first,) = await due(connection)
        assert (first.position, first.pages) == ("s1b", 1)
        await gaps.add_page(connection, BOT, first, [event("2")], None, NOW)
        (second,) = await due(connection)
        await gaps.add_page(connection, BOT, second, [event("4"), event("5")], None, NOW)

        assert await open_now(connection) == ["$0", "$elders", "$1", "$2", "$3", "$4", "$5", "$6"]
        assert await due(connection) == []
        assert [row.event.event_id for row in await inbox.open_firsts(connection, BOT, 10)] == ["$elders", "$0"]


async def test_behind_a_gap_that_is_stuck_nobody_waits_and_it_is_counted(database: Database) -> None:
    async with database.transaction() as connection:
        await gaps.add_gaps(connection, BOT, [NewGap(ROOM, "s1", "s1", "s2")], NOW)
        await gaps.take_in(connection, BOT, [event("2")], NOW)
        (gap,) = await due(connection)
        await gaps.note_failure(connection, BOT, gap, "gap-forbidden", NOW + 1, GapState.STUCK, gap.position)
        assert await open_now(connection) == ["$2"]
        assert await due(connection) == []
        assert await gaps.gap_counts(connection) == {"open": 0, "stuck": 1}
        (later,) = await gaps.due_gaps(connection, BOT, NOW + 1, 10)
        assert (later.state, later.attempts) == (GapState.STUCK, 1)


async def test_the_same_gap_again_is_the_same_gap(database: Database) -> None:
    async with database.transaction() as connection:
        for end in ("s2", "s5"):
            await gaps.add_gaps(connection, BOT, [NewGap(ROOM, "s1", "s1", end)], NOW)
        (gap,) = await due(connection)
        assert (gap.position, gap.ends) == ("s1", "s5")


async def test_the_first_content_of_an_event_stays_and_the_second_is_counted(database: Database) -> None:
    async with database.transaction() as connection:
        assert await gaps.take_in(connection, BOT, [event("1"), event("2")], NOW) == 0
        assert await gaps.take_in(connection, BOT, [event("1"), event("2")], NOW) == 0
        assert await gaps.take_in(connection, BOT, [event("1", raw="[]"), event("2", OTHER), event("3")], NOW) == 2
        assert await gaps.take_in(connection, BOT, [event("4"), event("4", raw="[]")], NOW) == 1
        rows = await inbox.open_events(connection, BOT, 10)
        assert [row.event.raw for row in rows] == ["{}"] * 4
        await gaps.count_dropped(connection, BOT, {"event-differs": 2, "olm-malformed": 0}, NOW)
        await gaps.count_dropped(connection, BOT, {"event-differs": 1}, NOW)
        assert await gaps.refused_counts(connection) == {"event-differs": 3}
