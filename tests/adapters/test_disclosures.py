"""The disclosure ledger and the register of unread messages, on SQLite and on PostgreSQL alike."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, insert, select

from bots.runtime.withheld import read_withheld, withheld_content
from hub.adapters.sql import matrix_inbox, unread
from hub.adapters.sql.database import Database
from hub.adapters.sql.disclosures import SqlDisclosures, add_shares
from hub.adapters.sql.matrix_records import (
    LATE,
    InboxEvent,
    InboxState,
    MemberChange,
    SessionShare,
    Settled,
    WithheldKey,
)
from hub.adapters.sql.matrix_tables import mx_account, mx_withheld
from hub.adapters.sql.unread import MOST_FROM_ONE, SqlUnread, add_withheld, forget_withheld
from hub.domain.disclosure import SHARED, KeyShare, SentMessage, Withheld, readers
from hub.domain.unread import SAME_SENDER, SAME_SESSION, WITHHELD
from tests.world import MORNING

BOT, GERDA, SAMIRA, KEES = "@dossier:kring.test", "@gerda:kring.test", "@samira:kring.test", "@kees:kring.test"
ROOM, OTHER_ROOM, SESSION = "!kamer", "!andere", "sessie"
NOW = int(MORNING.timestamp() * 1000)


@pytest.fixture
async def account(database: Database) -> int:
    """The bot's device; Gerda and Samira are in the room, Kees is not."""
    async with database.transaction() as connection:
        row = insert(mx_account).values(
            user_id=BOT, device_id="BOT", pickle=b"", shared=True, access_token=b"", fingerprint="f", created_at=0
        )
        number = (await connection.execute(row.returning(mx_account.c.id))).scalar_one()
        here = [MemberChange(ROOM, user, "join", "@p", 0) for user in (GERDA, SAMIRA)]
        await matrix_inbox.update_members(connection, [*here, MemberChange(ROOM, KEES, "leave", "@p", 0)])
    return int(number)


def line(user: str, index: int, outcome: str, device: str = "TELEFOON", session: str = SESSION) -> SessionShare:
    return SessionShare(ROOM, session, KeyShare(user, device, index, outcome))


def message(event_id: str, index: int, session: str = SESSION, room: str = ROOM) -> SentMessage:
    return SentMessage(event_id, room, session, index, f"kring-{event_id}", MORNING + timedelta(seconds=index))


async def test_lines_come_back_in_the_order_in_which_they_were_written_and_of_this_session_only(
    database: Database,
) -> None:
    async with database.transaction() as connection:
        await add_shares(connection, [line(GERDA, 0, SHARED), line(SAMIRA, 0, Withheld.NO_DEVICE, "")], NOW)
        await add_shares(connection, [line(GERDA, 0, SHARED, session="andere")], NOW)
        await add_shares(connection, [line(SAMIRA, 3, SHARED)], NOW)
        await add_shares(connection, [], NOW)
    async with database.reading() as connection:
        ledger = SqlDisclosures(connection)
        early, late = message("$1", 2), message("$2", 3)
        assert await ledger.shares(early) == [line(GERDA, 0, SHARED).share, line(SAMIRA, 0, "no-device", "").share]
        assert [r.can_read for r in readers(await ledger.shares(late), 3)] == [True, True]


async def test_a_message_is_found_in_its_own_room_only_and_the_newest_comes_first(database: Database) -> None:
    async with database.transaction() as connection:
        ledger = SqlDisclosures(connection)
        for sent in (message("$1", 0), message("$2", 1), message("$3", 2, room=OTHER_ROOM)):
            await ledger.sent(sent)
        await ledger.sent(message("$1", 7, "nog-een-keer"))
        assert await ledger.find(ROOM, "$1") == message("$1", 0)
        assert await ledger.find(OTHER_ROOM, "$1") is None
        assert [m.event_id for m in await ledger.latest([ROOM], 5)] == ["$2", "$1"]
        assert [m.event_id for m in await ledger.latest([ROOM, OTHER_ROOM], 2)] == ["$3", "$2"]
        assert await ledger.latest([], 5) == []


async def unreadable(database: Database, *events: tuple[str, str, str | None], code: str = "no-key") -> None:
    async with database.transaction() as connection:
        rows = [InboxEvent(event_id, ROOM, sender, session, NOW, "{}") for event_id, sender, session in events]
        await matrix_inbox.add_events(connection, BOT, rows, NOW)
        ended = [Settled(event.event_id, InboxState.UNREADABLE, code) for event in rows]
        await matrix_inbox.settle(connection, BOT, ended)


async def withhold(database: Database, account: int, *withheld: WithheldKey, at: int = NOW) -> None:
    async with database.transaction() as connection:
        await add_withheld(connection, account, withheld, at)


async def reasons(database: Database) -> list[str | None]:
    async with database.reading() as connection:
        return [found.withheld for found in await SqlUnread(connection).of_rooms([ROOM])]


async def test_what_is_unread_comes_with_what_its_sender_said(database: Database, account: int) -> None:
    await unreadable(database, ("$1", GERDA, SESSION), ("$2", SAMIRA, SESSION), ("$3", GERDA, None))
    await withhold(database, account, WithheldKey(ROOM, SESSION, GERDA, "m.unverified"))
    assert await reasons(database) == ["m.unverified", None, None]
    await withhold(database, account, WithheldKey("", "", GERDA, "m.no_olm"))
    assert await reasons(database) == ["m.unverified", None, "m.no_olm"]


async def test_the_newest_reason_counts_and_no_channel_yesterday_explains_nothing_today(
    database: Database, account: int
) -> None:
    await unreadable(database, ("$1", GERDA, SESSION))
    await withhold(database, account, WithheldKey("", "", GERDA, "m.no_olm"), at=NOW - 86_400_000)
    assert await reasons(database) == [None]
    await withhold(database, account, WithheldKey(ROOM, SESSION, GERDA, "m.unverified"))
    await withhold(database, account, WithheldKey(ROOM, SESSION, GERDA, "m.blacklisted"), at=NOW + 1)
    assert await reasons(database) == ["m.blacklisted"]


async def test_a_stranger_stores_nothing(database: Database, account: int) -> None:
    await withhold(
        database,
        account,
        WithheldKey(ROOM, SESSION, KEES, "m.unverified"),
        WithheldKey("", "", KEES, "m.no_olm"),
        WithheldKey(OTHER_ROOM, SESSION, GERDA, "m.unverified"),
    )
    assert await stored(database) == 0


async def test_a_member_cannot_fill_the_table_and_the_newest_stay(
    database: Database, account: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for batch in range(4):
        many = [WithheldKey(ROOM, f"s{batch}-{n}", GERDA, "other") for n in range(50)]
        await withhold(database, account, *many, at=NOW + batch)
    await withhold(database, account, WithheldKey(ROOM, SESSION, SAMIRA, "m.unverified"))
    assert await stored(database) == MOST_FROM_ONE + 1
    async with database.reading() as connection:
        kept = (await connection.execute(select(mx_withheld.c.session_id))).scalars().all()
    assert {name[:2] for name in kept if name != SESSION} == {"s2", "s3"}

    monkeypatch.setattr(unread, "MOST_OF_ALL", 10)
    await withhold(database, account, WithheldKey(ROOM, "laatste", SAMIRA, "other"), at=NOW + 9)
    assert await stored(database) == 10


async def stored(database: Database) -> int:
    async with database.reading() as connection:
        return int((await connection.execute(select(func.count()).select_from(mx_withheld))).scalar_one())


async def test_a_key_that_came_after_all_is_not_kept_back_any_more(database: Database, account: int) -> None:
    for session in (SESSION, "andere"):
        await withhold(database, account, WithheldKey(ROOM, session, GERDA, "m.unverified"))
    async with database.transaction() as connection:
        await forget_withheld(connection, account, [(ROOM, SESSION), (OTHER_ROOM, "andere")])
        await forget_withheld(connection, account, [])
    assert await stored(database) == 1


async def test_a_late_key_wakes_what_was_given_up_for_lack_of_it_and_nothing_else(
    database: Database, account: int
) -> None:
    await unreadable(database, ("$1", GERDA, SESSION))
    await unreadable(database, ("$2", GERDA, SESSION), code="too-early")
    await unreadable(database, ("$3", GERDA, SESSION), code="undecryptable")
    await unreadable(database, ("$4", GERDA, "andere"))
    async with database.transaction() as connection:
        await matrix_inbox.wake_for_keys(connection, BOT, [SESSION])
        woken = await matrix_inbox.open_events(connection, BOT, 10)
        assert [(row.event.event_id, row.event.code) for row in woken] == [("$1", LATE), ("$2", LATE)]
        still = await SqlUnread(connection).of_rooms([ROOM])
        assert [found.event_id for found in still] == ["$3", "$4"]


async def test_what_only_waits_is_woken_without_a_word(database: Database, account: int) -> None:
    async with database.transaction() as connection:
        await matrix_inbox.add_events(connection, BOT, [InboxEvent("$1", ROOM, GERDA, SESSION, NOW, "{}")], NOW)
        await matrix_inbox.settle(connection, BOT, [Settled("$1", InboxState.WAITING_FOR_KEY, "no-key")])
        await matrix_inbox.wake_for_keys(connection, BOT, [SESSION])
        assert [row.event.code for row in await matrix_inbox.open_events(connection, BOT, 10)] == [None]


@pytest.mark.parametrize(
    ("sender", "room", "session", "minutes", "may"),
    [
        (GERDA, ROOM, SESSION, 9, False),
        (GERDA, ROOM, "andere", 9, False),
        (GERDA, ROOM, "andere", 11, True),
        (GERDA, ROOM, SESSION, 11, False),
        (GERDA, ROOM, SESSION, 61, True),
        (GERDA, OTHER_ROOM, SESSION, 1, True),
        (SAMIRA, ROOM, SESSION, 1, True),
        (GERDA, ROOM, None, 11, True),
    ],
)
async def test_one_notice_for_each_person_and_room_and_for_each_session(
    database: Database, sender: str, room: str, session: str | None, minutes: int, may: bool
) -> None:
    async with database.transaction() as connection:
        register = SqlUnread(connection)
        await register.told("$1", ROOM, GERDA, SESSION, MORNING)
        await register.told("$1", ROOM, GERDA, SESSION, MORNING)
        assert await register.was_told("$1")
        assert not await register.was_told("$2")
        later = MORNING + timedelta(minutes=minutes)
        assert await register.may_tell(room, sender, session, later, again=SAME_SENDER, session=SAME_SESSION) is may


# What comes in from others is junk until it proves otherwise.

_JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=300) | st.sampled_from(["\x00", "\ud800", *WITHHELD]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=6,
)
_EVENT = st.fixed_dictionaries(
    {"type": st.sampled_from(["m.room_key.withheld", "m.room.encrypted"]) | _JUNK, "sender": st.just(GERDA) | _JUNK},
    optional={
        "content": _JUNK
        | st.fixed_dictionaries(
            {"algorithm": st.just("m.megolm.v1.aes-sha2") | _JUNK, "code": st.sampled_from([*WITHHELD, "m.x"]) | _JUNK},
            optional={"room_id": st.just(ROOM) | _JUNK, "session_id": st.just(SESSION) | _JUNK},
        )
    },
)


@given(st.lists(_JUNK | _EVENT, max_size=8))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
async def test_whatever_people_send_is_stored_with_a_known_code_or_not_at_all(
    database: Database, account: int, events: Sequence[object]
) -> None:
    withheld = read_withheld(events)
    await withhold(database, account, *withheld)
    async with database.transaction() as connection:
        codes = (await connection.execute(select(mx_withheld.c.code))).scalars().all()
        assert set(codes) <= set(WITHHELD)
        await connection.execute(delete(mx_withheld))


def test_of_a_flood_in_one_response_the_last_ones_count() -> None:
    flood = [told(f"s{n}") for n in range(500)]
    kept = read_withheld([*flood, told("van-samira", SAMIRA)])
    assert [item.session_id for item in kept] == [f"s{n}" for n in range(450, 500)] + ["van-samira"]


def told(session_id: str, sender: str = GERDA) -> dict[str, object]:
    content = withheld_content(Withheld.UNSIGNED_DEVICE, ROOM, session_id, "sleutel")
    return {"type": "m.room_key.withheld", "sender": sender, "content": content}


def test_what_we_tell_others_is_what_we_would_understand() -> None:
    assert read_withheld([told(SESSION)]) == (WithheldKey(ROOM, SESSION, GERDA, "m.unverified"),)
    content = withheld_content(Withheld.NO_ONE_TIME_KEY, ROOM, SESSION, "sleutel")
    event = {"type": "m.room_key.withheld", "sender": GERDA, "content": content}
    assert read_withheld([event]) == (WithheldKey("", "", GERDA, "m.no_olm"),)
    for code in (Withheld.NO_DEVICE, Withheld.INVITED, Withheld.DELETED_DEVICE):
        assert withheld_content(code, ROOM, SESSION, "sleutel") is None
