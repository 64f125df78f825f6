"""N14: nio's key store is readable for others, under a password that everybody knows; and when it is lost, nio makes a
new identity under the old device id, and nobody sees it.

For everybody: who steals a backup reads along as the bot; and a bot that is somebody else looks like the same bot.
"""

import hashlib
import shutil
from pathlib import Path

import pytest
import vodozemac
from sqlalchemy import delete, update

from bots.runtime.client import MatrixClient
from bots.runtime.storage import SqlStorage
from hub.adapters.encryption import KeyVault
from hub.adapters.sql.database import Database
from hub.adapters.sql.matrix_tables import mx_account
from hub.domain.errors import IntegrityBroken, StartRefused
from tests.faults.nio.bedside import Bedside, Home

pytestmark = pytest.mark.real


@pytest.fixture
def copy(bedside: Bedside, tmp_path: Path) -> Home:
    """A backup of the bot's database, as a thief or an operator has it."""
    home = bedside.bot.home
    for suffix in ("", "-wal"):
        source = home.path.with_name(home.path.name + suffix)
        if source.exists():
            shutil.copyfile(source, tmp_path / f"copy.db{suffix}")
    return Home(tmp_path / "copy.db", home.user_id, home.vault, home.seeds)


async def opened(bedside: Bedside, database: Database, home: Home) -> MatrixClient | None:
    return await MatrixClient.open(bedside.ward.homeserver, SqlStorage(database, home.vault, home.user_id))


async def test_n14_keys_that_are_not_those_of_the_known_fingerprint_do_not_start(bedside: Bedside, copy: Home) -> None:
    database = copy.database()
    try:
        async with database.transaction() as connection:
            await connection.execute(update(mx_account).values(fingerprint="x" * 43))
        with pytest.raises(StartRefused, match="vingerafdruk"):
            await opened(bedside, database, copy)
    finally:
        await database.close()


async def test_n14_another_vault_opens_nothing_and_says_so(bedside: Bedside, copy: Home) -> None:
    database = copy.database()
    try:
        with pytest.raises(IntegrityBroken):
            await opened(bedside, database, Home(copy.path, copy.user_id, KeyVault(b"y" * 32)))
    finally:
        await database.close()


async def test_n14_without_its_keys_the_bot_never_comes_back_under_the_old_device_id(
    bedside: Bedside, copy: Home
) -> None:
    database = copy.database()
    try:
        async with database.transaction() as connection:
            await connection.execute(delete(mx_account))
        assert await opened(bedside, database, copy) is None, "then it signs in: the server gives a new device id"
    finally:
        await database.close()


async def test_n14_the_pickle_is_under_a_key_of_this_installation(bedside: Bedside) -> None:
    client, home = bedside.bot.client, bedside.bot.home
    passphrase = client.storage.pickle_passphrase
    assert passphrase != "DEFAULT_KEY"
    assert len(passphrase) >= 64, "32 random bytes, as hexadecimal digits"
    assert passphrase != SqlStorage(bedside.bot.database, KeyVault(b"z" * 32), home.user_id).pickle_passphrase
    pickle = client.keeper.machine.account_record().pickle
    with pytest.raises(vodozemac.PickleException):
        vodozemac.Account.from_pickle(pickle.decode(), hashlib.sha256(b"DEFAULT_KEY").digest())
    assert pickle not in home.path.read_bytes()
