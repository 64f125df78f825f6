"""The crypto store in the hub's database: what goes in comes out, sealed in between, once where it must be once."""

import sqlite3
from pathlib import Path

import pytest

from bots.runtime.crypto.machine import CryptoMachine
from hub.adapters.encryption import KeyVault
from hub.adapters.sql import matrix_inbox as inbox
from hub.adapters.sql.database import Database
from hub.adapters.sql.identities import identities, pin_identity
from hub.adapters.sql.matrix_records import (
    CryptoChanges,
    CryptoState,
    DeviceRecord,
    IdentityEvent,
    IdentitySeen,
    InboxEvent,
    InboxState,
    MegolmSessionRecord,
    MemberChange,
    MessageMark,
    OlmSessionRecord,
    PinState,
    Settled,
    StoredLogin,
)
from hub.adapters.sql.matrix_store import MatrixStore
from hub.domain.errors import IntegrityBroken, StartRefused

BOT = "@dossier:kring.test"
MARIEKE = "@marieke:kring.test"
NOW = 1_790_000_000_000


@pytest.fixture
def store(vault: KeyVault) -> MatrixStore:
    return MatrixStore(vault)


@pytest.fixture
async def login(database: Database, store: MatrixStore) -> StoredLogin:
    account = CryptoMachine(BOT, "APPARAAT", CryptoState(), store.pickle_passphrase).account_record()
    async with database.transaction() as connection:
        return await store.create_login(connection, BOT, "APPARAAT", "geheim-token", account, NOW)


def room_key(first_index: int, pickle: bytes = b"sleutel") -> MegolmSessionRecord:
    return MegolmSessionRecord("!kamer", "sessie", "curve", "ed", first_index, False, pickle)


def event(number: int, **changes: object) -> InboxEvent:
    values = {
        "event_id": f"${number}",
        "room_id": "!kamer",
        "sender": MARIEKE,
        "session_id": "sessie",
        "origin_server_ts": NOW,
        "raw": "{}",
    }
    return InboxEvent(**(values | changes))  # type: ignore[arg-type]


async def test_a_login_comes_back_and_nothing_of_it_is_in_clear(
    database: Database, store: MatrixStore, login: StoredLogin, tmp_path: Path
) -> None:
    async with database.reading() as connection:
        assert await store.load_login(connection, BOT) == login
        assert await store.load_login(connection, MARIEKE) is None
        state = await store.load_crypto(connection, login)
    assert state.account is not None
    again = CryptoMachine(BOT, "APPARAAT", state, store.pickle_passphrase)
    assert again.fingerprint == login.fingerprint
    if database.is_sqlite:
        assert b"geheim-token" not in b"".join(path.read_bytes() for path in sorted(tmp_path.glob("kring.db*")))  # noqa: ASYNC240


async def test_another_vault_opens_nothing(database: Database, login: StoredLogin) -> None:
    async with database.reading() as connection:
        with pytest.raises(IntegrityBroken):
            await MatrixStore(KeyVault(bytes(32))).load_login(connection, BOT)


async def test_a_new_device_retires_the_old_one(database: Database, store: MatrixStore, login: StoredLogin) -> None:
    account = CryptoMachine(BOT, "NIEUW", CryptoState(), store.pickle_passphrase).account_record()
    async with database.transaction() as connection:
        await store.create_login(connection, BOT, "NIEUW", "token-2", account, NOW)
        current = await store.load_login(connection, BOT)
    assert current is not None
    assert current.device_id == "NIEUW"


async def test_changes_come_back(database: Database, store: MatrixStore, login: StoredLogin) -> None:
    changes = CryptoChanges(
        olm_sessions=(OlmSessionRecord("curve", "olm", b"een", NOW, NOW),),
        megolm_sessions=(room_key(0),),
        devices=(DeviceRecord(MARIEKE, "TELEFOON", "ed", "curve", False, "meester"),),
        tracked=((MARIEKE, True),),
    )
    async with database.transaction() as connection:
        await store.save_crypto(connection, login, changes, NOW)
        later = CryptoChanges(
            olm_sessions=(OlmSessionRecord("curve", "olm", b"twee", NOW, NOW + 1),), tracked=((MARIEKE, False),)
        )
        await store.save_crypto(connection, login, later, NOW)
    async with database.reading() as connection:
        state = await store.load_crypto(connection, login)
        keys = await store.load_megolm(connection, login.account_id, ["sessie", "andere"])
    assert state.olm_sessions == later.olm_sessions
    assert state.devices == changes.devices
    assert state.tracked == ((MARIEKE, False),)
    assert keys == [room_key(0)]


async def test_of_two_copies_of_a_room_key_the_earliest_stays(
    database: Database, store: MatrixStore, login: StoredLogin
) -> None:
    async with database.transaction() as connection:
        for first_index, pickle in ((5, b"vijf"), (7, b"zeven"), (2, b"twee"), (2, b"ook twee")):
            changes = CryptoChanges(megolm_sessions=(room_key(first_index, pickle),))
            await store.save_crypto(connection, login, changes, NOW)
        assert await store.load_megolm(connection, login.account_id, ["sessie"]) == [room_key(2, b"twee")]


async def test_a_sealed_row_moved_to_another_place_does_not_open(
    database: Database, store: MatrixStore, login: StoredLogin, tmp_path: Path
) -> None:
    if not database.is_sqlite:
        return  # moved with the tools of SQLite; the key and the place are the same on PostgreSQL
    async with database.transaction() as connection:
        await store.save_crypto(connection, login, CryptoChanges(megolm_sessions=(room_key(0),)), NOW)
    with sqlite3.connect(tmp_path / "kring.db") as direct:
        direct.execute("UPDATE mx_megolm_session SET room_id = '!elders'")
    direct.close()
    async with database.reading() as connection:
        with pytest.raises(IntegrityBroken):
            await store.load_megolm(connection, login.account_id, ["sessie"])


async def test_an_identity_is_pinned_once_and_a_change_waits_for_a_person(
    database: Database, store: MatrixStore, login: StoredLogin
) -> None:
    heard: list[IdentityEvent] = []

    async def hear(_connection: object, event: IdentityEvent) -> None:
        heard.append(event)

    async def see(master: str) -> PinState:
        async with database.transaction() as connection:
            changes = CryptoChanges(identities=(IdentitySeen(MARIEKE, master, "zelf"),))
            await store.save_crypto(connection, login, changes, NOW, hear)
            return (await identities(connection, [MARIEKE]))[MARIEKE].state

    assert await see("meester") is PinState.PINNED
    assert await see("meester") is PinState.PINNED
    assert await see("vreemd") is PinState.CHANGED
    assert await see("meester") is PinState.CHANGED
    assert [e.kind for e in heard] == ["pinned", "changed"]

    async with database.transaction() as connection:
        await pin_identity(connection, IdentitySeen(MARIEKE, "vreemd", "zelf"), "in-person", NOW)
    assert await see("vreemd") is PinState.PINNED


async def test_a_repeated_event_is_there_once_and_in_order(database: Database) -> None:
    async with database.transaction() as connection:
        await inbox.add_events(connection, BOT, [event(1), event(2)], NOW)
        await inbox.settle(connection, BOT, [Settled("$1", InboxState.DONE)])
        await inbox.add_events(connection, BOT, [event(1), event(2), event(3)], NOW + 5)
        rows = await inbox.open_events(connection, BOT, 10)
    assert [row.event.event_id for row in rows] == ["$2", "$3"]
    assert rows[0].received_at == NOW


async def test_two_accounts_of_ours_in_one_room_each_end_the_event_for_themselves(database: Database) -> None:
    other = "@dossier-2:kring.test"
    async with database.transaction() as connection:
        for owner in (BOT, other):
            await inbox.add_events(connection, owner, [event(1)], NOW)
        await inbox.count_attempts(connection, other, ["$1"])
        await inbox.settle(connection, BOT, [Settled("$1", InboxState.DONE)])
        assert await inbox.open_events(connection, BOT, 10) == []
        (row,) = await inbox.open_events(connection, other, 10)
    assert (row.event.event_id, row.attempts) == ("$1", 1)


async def test_a_late_key_wakes_what_waited_for_it(database: Database) -> None:
    async with database.transaction() as connection:
        await inbox.add_events(connection, BOT, [event(1), event(2, session_id="andere"), event(3)], NOW)
        await inbox.settle(
            connection,
            BOT,
            [
                Settled("$1", InboxState.WAITING_FOR_KEY, "no-key"),
                Settled("$2", InboxState.WAITING_FOR_KEY, "no-key"),
                Settled("$3", InboxState.UNREADABLE, "no-key"),
            ],
        )
        assert [row.event.event_id for row in await inbox.waiting_since(connection, BOT, NOW + 1)] == ["$1", "$2"]
        await inbox.wake_for_keys(connection, BOT, ["sessie"])
        rows = await inbox.open_events(connection, BOT, 10)
    assert [row.event.event_id for row in rows] == ["$1", "$3"]


async def test_a_place_in_a_session_belongs_to_one_event(database: Database) -> None:
    mark = MessageMark("curve", "sessie", 4, "$1")
    async with database.transaction() as connection:
        assert await inbox.record_marks(connection, [mark]) == set()
        assert await inbox.record_marks(connection, [mark]) == set()
        replay = MessageMark("curve", "sessie", 4, "$2")
        other_place = MessageMark("curve", "sessie", 5, "$1")
        assert await inbox.record_marks(connection, [replay, other_place]) == {"$2", "$1"}


async def test_of_two_events_in_one_batch_that_use_one_place_only_one_counts(database: Database) -> None:
    async with database.transaction() as connection:
        marks = [MessageMark("curve", "sessie", 4, "$1"), MessageMark("curve", "sessie", 4, "$2")]
        assert await inbox.record_marks(connection, marks) == {"$2"}


async def test_the_last_word_about_a_member_counts(database: Database) -> None:
    async with database.transaction() as connection:
        changes = [MemberChange("!kamer", MARIEKE, membership, BOT, NOW) for membership in ("invite", "join", "leave")]
        await inbox.update_members(connection, changes[:2])
        await inbox.update_members(connection, changes[2:])
        assert await inbox.members(connection, "!kamer") == {MARIEKE: "leave"}
        assert await inbox.rooms_of(connection, MARIEKE, "leave") == [changes[2]]


async def test_without_its_account_row_the_bot_does_not_start(
    database: Database, store: MatrixStore, login: StoredLogin
) -> None:
    gone = StoredLogin(99, BOT, "APPARAAT", "t", None, "f")
    async with database.reading() as connection:
        with pytest.raises(StartRefused):
            await store.load_crypto(connection, gone)
    assert login.account_id != 99


async def test_a_crypto_batch_of_a_machine_makes_the_same_machine(
    database: Database, store: MatrixStore, login: StoredLogin
) -> None:
    async with database.reading() as connection:
        state = await store.load_crypto(connection, login)
    machine = CryptoMachine(BOT, "APPARAAT", state, store.pickle_passphrase)
    payload = machine.own_keys.upload_payload()
    async with database.transaction() as connection:
        await store.save_crypto(connection, login, machine.take_changes(), NOW)
    async with database.reading() as connection:
        again = CryptoMachine(BOT, "APPARAAT", await store.load_crypto(connection, login), store.pickle_passphrase)
    assert again.own_keys.upload_payload() == payload
