"""The bot's keys are lost or too old (F12, F23): a new device under the same identity, and nothing passes unseen."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, select

from bots.runtime.client import MatrixClient
from bots.runtime.crypto.outdated import DeviceOutdated
from bots.runtime.renewal import check_not_older, retire_others, with_a_new_device_if_need_be
from bots.runtime.storage import SqlStorage
from hub.adapters.sql.matrix_records import InboxState
from hub.adapters.sql.matrix_tables import mx_account
from tests.faults.nio.bedside import Bedside, Bot
from tests.faults.nio.conftest import NewBot
from tests.homeserver.world import PASSWORD

pytestmark = pytest.mark.real


async def sign_in_anew(bot: Bot) -> None:
    """As the bots process does when there is no device in the database."""
    await bot.client.stop()
    store = SqlStorage(bot.database, bot.home.vault, bot.home.user_id)
    bot.client = await MatrixClient.login(bot.homeserver, bot.home.user_id, PASSWORD, store=store, handler=bot.mailbox)
    await bot.client.bootstrap_cross_signing(bot.home.seeds)


async def test_after_a_loss_there_is_a_new_device_under_the_same_identity_and_the_old_one_is_signed_out(
    bedside: Bedside, new_bot: NewBot
) -> None:
    bot = await new_bot()
    await bedside.enter(bot)
    old = bot.client.device_id
    await bedside.fatima.wait_for_device(bot.home.user_id, old)
    async with bot.database.transaction() as connection:
        await connection.execute(delete(mx_account))

    await sign_in_anew(bot)
    new = bot.client.device_id
    assert new != old
    assert await retire_others(bot.client, "Kring", PASSWORD) == 1
    assert await retire_others(bot.client, "Kring", PASSWORD) == 0

    await bedside.fatima.wait_for_device(bot.home.user_id, new)
    trust = await bedside.fatima.trust(bot.home.user_id)
    assert {device.device_id: device.signed_by_owner for device in trust.devices} == {new: True}
    assert not trust.needs_approval, "nobody is warned: the identity is the same"
    said = await bedside.fatima.say(bedside.room, "Hoort u mij weer?")
    assert (await bot.hears(said)).body == "Hoort u mij weer?"
    sent = await bot.client.send_text(bedside.room, "Ja.", recipients=[bedside.fatima.user_id])
    await bedside.fatima.wait_for("Ja.", room=bedside.room)
    shield = await bedside.fatima.shield(sent.event_id)
    assert shield is not None
    assert (shield.colour, shield.reason) == ("NONE", None)


async def test_a_retired_device_hands_over_its_room_keys_and_its_place_so_that_nothing_said_meanwhile_is_unseen(
    bedside: Bedside, new_bot: NewBot
) -> None:
    bot = await new_bot()
    await bedside.enter(bot)
    await bedside.fatima.wait_for_device(bot.home.user_id, bot.client.device_id)
    first = await bedside.fatima.say(bedside.room, "Voor het verlies")
    await bot.hears(first)
    with_old_key = await bedside.fatima.say(bedside.room, "Onder de oude sleutel")
    await bedside.fatima.forget_session(bedside.room)
    unread = await bedside.fatima.say(bedside.room, "Voor het oude toestel")
    await bot.client.storage.retire_login()  # type: ignore[attr-defined]

    await sign_in_anew(bot)
    assert (await bot.hears(with_old_key)).body == "Onder de oude sleutel"

    async def waits() -> bool:
        return (await bot.verdict(unread))[0] == InboxState.WAITING_FOR_KEY.value

    await bot.until(waits)
    async with bot.database.reading() as connection:
        rows = (await connection.execute(select(mx_account.c.device_id, mx_account.c.retired_at))).all()
    assert [row.retired_at is None for row in rows] == [False, True]


async def test_a_device_that_was_used_after_the_last_sign_of_life_of_this_database_goes_no_further(
    bedside: Bedside,
) -> None:
    client = bedside.bot.client
    await client.sync_once()
    now = datetime.now(UTC)
    await check_not_older(client.http, client.device_id, now)
    await check_not_older(client.http, client.device_id, None)
    with pytest.raises(DeviceOutdated):
        await check_not_older(client.http, client.device_id, now - timedelta(days=1))
    with pytest.raises(DeviceOutdated):
        await check_not_older(client.http, "NIETVANONS", now)


async def test_a_device_that_the_homeserver_signed_out_goes_no_further(bedside: Bedside, new_bot: NewBot) -> None:
    bot = await new_bot()
    await bot.client.http.request("POST", "/_matrix/client/v3/logout", body={})
    with pytest.raises(DeviceOutdated):
        await check_not_older(bot.client.http, bot.client.device_id, datetime.now(UTC))


async def test_newer_one_time_keys_on_the_server_end_this_device(bedside: Bedside, new_bot: NewBot) -> None:
    """The database was put back to before the last upload: the next keys get names of keys that are there."""
    bot = await new_bot()
    old = bot.home.path.read_bytes()
    await bot.client.stop()
    await bot.database.close()
    before = bot.home.database()
    try:
        bot.database = before
        await bot.start_again()
        async with bot.client.keeper.changing() as machine:
            machine.own_keys.note_key_counts({"signed_curve25519": 0}, ["signed_curve25519"])
        await bot.client.keys.upload()
        await bot.client.stop()
    finally:
        await before.close()
    for beside in (bot.home.path.with_name("kring.db-wal"), bot.home.path.with_name("kring.db-shm")):
        beside.unlink(missing_ok=True)
    bot.home.path.write_bytes(old)

    bot.database = bot.home.database()
    await bot.start_again()
    async with bot.client.keeper.changing() as machine:
        machine.own_keys.note_key_counts({"signed_curve25519": 0}, ["signed_curve25519"])
    with pytest.raises(DeviceOutdated):
        await bot.client.keys.upload()


async def test_an_outdated_device_is_retired_and_the_work_goes_on_once_more() -> None:
    done: list[str] = []

    async def run() -> None:
        done.append("run")
        if len(done) == 1:
            raise ExceptionGroup("tasks", [DeviceOutdated("oud"), ValueError("other")])

    async def retire() -> None:
        done.append("retire")

    await with_a_new_device_if_need_be(run, retire)
    assert done == ["run", "retire", "run"]


async def test_whatever_else_ends_the_bots_retires_nothing() -> None:
    async def run() -> None:
        raise ExceptionGroup("tasks", [ValueError("other")])

    async def retire() -> None:
        raise AssertionError("retired")

    with pytest.raises(ExceptionGroup):
        await with_a_new_device_if_need_be(run, retire)
