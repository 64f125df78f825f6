"""Identities and comparisons in the tables that bots and portal share, on both engines."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from hub.adapters.encryption import KeyVault
from hub.adapters.sql.database import Database
from hub.adapters.sql.identities import SqlIdentities, identities, new_unsigned_devices, observe_identity
from hub.adapters.sql.matrix_records import AccountRecord, CryptoChanges, DeviceRecord, StoredLogin
from hub.adapters.sql.matrix_store import MatrixStore
from hub.application.identity_ports import EmojiVerification, VerificationState
from hub.domain.identity import IdentityEvent, IdentitySeen, Pinning, PinState

MARIEKE = "@marieke:kring.test"
NOW = datetime(2026, 11, 3, 9, 0, tzinfo=UTC)
MS = int(NOW.timestamp() * 1000)
ASKED = EmojiVerification("$ver", MARIEKE, "!kamer", VerificationState.ASKED, NOW)


async def see(database: Database, master: str, pinning: Pinning = Pinning.FIRST_USE) -> IdentityEvent | None:
    async with database.transaction() as connection:
        return await observe_identity(connection, IdentitySeen(MARIEKE, master, "zelf"), MS, pinning)


async def test_what_was_seen_and_what_was_pinned_come_back(database: Database) -> None:
    await see(database, "eerste")
    await see(database, "tweede")
    async with database.reading() as connection:
        known = (await identities(connection, [MARIEKE]))[MARIEKE]
    assert (known.state, known.pinned_master, known.seen_master) == (PinState.CHANGED, "eerste", "tweede")
    assert (known.pinned_at, known.changed_at, known.how) == (MS, MS, "first-use")


async def test_only_what_is_seen_now_can_be_pinned(database: Database) -> None:
    await see(database, "eerste", Pinning.CONFIRMED)
    await see(database, "tweede", Pinning.CONFIRMED)
    async with database.transaction() as connection:
        store = SqlIdentities(connection)
        assert not await store.pin(MARIEKE, "eerste", "confirmed:per-1", NOW)
        assert await store.pin(MARIEKE, "tweede", "confirmed:per-1", NOW)
        known = (await store.of([MARIEKE, "@vreemd:kring.test"]))[MARIEKE]
    assert (known.state, known.pinned_master, known.by, known.changed_at) == (PinState.PINNED, "tweede", "per-1", None)


async def test_an_identity_that_is_not_shown_cannot_be_pinned(database: Database) -> None:
    await see(database, "eerste")
    await see(database, "")
    async with database.transaction() as connection:
        assert not await SqlIdentities(connection).pin(MARIEKE, "", "confirmed:per-1", NOW)


async def test_a_comparison_is_answered_once_while_it_is_open(database: Database) -> None:
    async with database.transaction() as connection:
        store = SqlIdentities(connection)
        await store.add_verification(ASKED)
        assert not await store.answer_verification("$ver", VerificationState.MATCHED, "per-1"), "no emoji yet"
        shown = replace(
            ASKED, state=VerificationState.COMPARING, emoji=(1, 2, 63), decimals=(1000, 2000), master_key="eerste"
        )
        await store.save_verification(shown)
        assert await store.open_verifications([MARIEKE]) == [shown]
        assert await store.answer_verification("$ver", VerificationState.MISMATCHED, "per-1")
        assert not await store.answer_verification("$ver", VerificationState.MATCHED, "per-2")
        known = await store.verification("$ver")
    assert known == replace(shown, state=VerificationState.MISMATCHED, confirmed_by="per-1")


async def test_what_ended_is_open_no_more(database: Database) -> None:
    async with database.transaction() as connection:
        store = SqlIdentities(connection)
        await store.add_verification(ASKED)
        await store.save_verification(replace(ASKED, state=VerificationState.CANCELLED, ended_at=NOW, code="m.timeout"))
        assert await store.open_verifications() == []
        assert await store.verification("$niet") is None


@pytest.fixture
async def login(database: Database, vault: KeyVault) -> StoredLogin:
    async with database.transaction() as connection:
        account = AccountRecord(b"pickle", True, "vingerafdruk")
        return await MatrixStore(vault).create_login(connection, "@dossier:kring.test", "HUB", "t", account, MS)


def device(name: str, signed_by: str | None) -> DeviceRecord:
    return DeviceRecord(MARIEKE, name, "ed", f"curve-{name}", False, signed_by)


async def test_a_new_device_that_nobody_signed_is_told_once_and_only_when_its_owner_is_known(
    database: Database, vault: KeyVault, login: StoredLogin
) -> None:
    store, told = MatrixStore(vault), []

    async def hear(_connection: object, event: IdentityEvent) -> None:
        told.append((event.kind, event.master_key))

    async def sync(*devices: DeviceRecord, identity: str = "eerste") -> None:
        changes = CryptoChanges(devices=devices, identities=(IdentitySeen(MARIEKE, identity, "zelf"),))
        async with database.transaction() as connection:
            await store.save_crypto(connection, login, changes, MS, hear)

    await sync(device("TELEFOON", None), identity="")
    assert told == [], "somebody who is setting up"
    await sync(device("TELEFOON", "eerste"))
    await sync(device("SPOOK", None))
    await sync(device("SPOOK", None))
    await sync(device("TABLET", "eerste"))
    assert told == [("pinned", "eerste"), ("unsigned-device", "SPOOK")]
    async with database.reading() as connection:
        assert await new_unsigned_devices(connection, login.account_id, [(MARIEKE, "SPOOK"), (MARIEKE, "X")]) == [
            (MARIEKE, "X")
        ]
