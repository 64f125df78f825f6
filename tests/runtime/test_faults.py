"""A bot on the hub's database loses nothing and says nothing to the wrong ones, whatever fails at the worst moment."""

from collections.abc import Callable
from contextlib import AsyncExitStack
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from bots.runtime.client import Mailbox, MatrixClient
from bots.runtime.crypto.cross_signing import CrossSigningSeeds
from bots.runtime.media import Attachment, download_attachment, upload_attachment
from bots.runtime.storage import SqlStorage
from bots.runtime.untrusted import JsonObject
from hub.adapters.encryption import KeyVault
from hub.adapters.sql.database import Database
from hub.adapters.sql.matrix_records import SyncBatch
from hub.domain.errors import DeliveryFailed, IntegrityBroken, StartRefused
from tests.runtime.people import PASSWORD, Town

pytestmark = pytest.mark.real
SEEDS = CrossSigningSeeds(b"m" * 32, b"s" * 32, b"u" * 32)


class DiskOnceFull(SqlStorage):
    """A database that refuses the next sync batch that meets ``refuse``."""

    refuse: Callable[[SyncBatch], bool] | None = None

    async def commit(self, batch: SyncBatch) -> None:
        if self.refuse is not None and self.refuse(batch):
            self.refuse = None
            raise OperationalError("COMMIT", None, OSError("disk full"))
        await super().commit(batch)


class Bots:
    """The dossier bot of one test: started, crashed and started again on the same database."""

    def __init__(self, town: Town, database: Database, vault: KeyVault, leaving: AsyncExitStack) -> None:
        self._town = town
        self._database = database
        self._vault = vault
        self._leaving = leaving
        self._localpart = ""
        self.mailbox = Mailbox()

    def storage(self) -> DiskOnceFull:
        return DiskOnceFull(self._database, self._vault, f"@{self._localpart}:kring.localhost")

    async def start(self) -> tuple[MatrixClient, DiskOnceFull]:
        """As ``python -m bots`` starts it: with the stored device, or a new one the first time."""
        self._localpart = self._localpart or await self._town.account()
        storage = self.storage()
        client = await MatrixClient.open(self._town.base_url, storage, handler=self.mailbox)
        if client is None:
            client = await MatrixClient.login(
                self._town.base_url, self._localpart, PASSWORD, store=storage, handler=self.mailbox
            )
        await self._leaving.enter_async_context(client)
        await client.bootstrap_cross_signing(SEEDS)
        return client, storage


@pytest.fixture
async def bots(town: Town, database: Database, vault: KeyVault) -> Any:
    async with AsyncExitStack() as leaving:
        yield Bots(town, database, vault, leaving)


async def test_a_failed_commit_between_key_and_message_loses_neither(town: Town, bots: Bots) -> None:
    bot, storage = await bots.start()
    marieke = await town.sign_in()
    room = await town.room(bot, marieke)
    await marieke.send_text(room, "Pijn 6")

    storage.refuse = lambda batch: bool(batch.crypto.megolm_sessions)
    with pytest.raises(OperationalError):
        await bot.sync_once()
    await bot.sync_once()

    assert (await bots.mailbox.take(lambda _message: True)).body == "Pijn 6"


async def test_after_a_failed_commit_the_bot_still_shows_whose_device_it_speaks_with(town: Town, bots: Bots) -> None:
    """The machine is made anew from storage then, where the signature of our identity is not."""
    bot, storage = await bots.start()
    shown = bot.keeper.machine.own_keys.presented
    assert len(shown["signatures"][bot.user_id]) == 2, "the device's own signature, and that of our identity"
    storage.refuse = lambda _batch: True
    with pytest.raises(OperationalError):
        await bot.sync_once()
    before = bot.keeper.machine
    await bot.sync_once()
    assert bot.keeper.machine is not before
    assert bot.keeper.machine.own_keys.presented == shown


async def test_a_crash_between_key_and_message_loses_neither(town: Town, bots: Bots) -> None:
    bot, storage = await bots.start()
    marieke = await town.sign_in()
    room = await town.room(bot, marieke)
    await marieke.send_text(room, "Pijn 6")
    storage.refuse = lambda batch: bool(batch.crypto.megolm_sessions)
    with pytest.raises(OperationalError):
        await bot.sync_once()

    again, _storage = await bots.start()
    await again.sync_once()
    assert (await bots.mailbox.take(lambda _message: True)).body == "Pijn 6"


async def test_after_a_restart_the_bot_reads_on_with_the_same_device(town: Town, bots: Bots) -> None:
    bot, _storage = await bots.start()
    marieke = await town.sign_in()
    room = await town.room(bot, marieke)
    await marieke.send_text(room, "Voor de herstart")
    await bot.sync_once()
    again, _storage = await bots.start()
    await marieke.send_text(room, "Na de herstart")
    await again.sync_once()

    assert again.device_id == bot.device_id
    heard = [(await bots.mailbox.take(lambda _message: True)).body for _ in range(2)]
    assert heard == ["Voor de herstart", "Na de herstart"]
    assert bots.mailbox.refused == []


async def test_an_invitation_is_shown_and_never_accepted_by_itself(town: Town, bots: Bots) -> None:
    bot, _storage = await bots.start()
    marieke = await town.sign_in()
    room = await town.room(marieke)
    gatekeeper = await town.gatekeeper()
    path = f"/_matrix/client/v3/rooms/{room}/invite"
    await gatekeeper.request("POST", path, body={"user_id": bot.user_id})

    await bot.sync_once()

    assert bot.invites[room].sender.startswith("@poortwachter:")
    assert room not in await bot.http.joined_rooms()
    again, storage = await bots.start()
    assert [invite.room_id for invite in await storage.rooms("invite")] == [room]
    assert room not in await again.http.joined_rooms()


async def test_a_message_whose_key_comes_late_is_read_when_it_comes(town: Town, bots: Bots) -> None:
    bot, _storage = await bots.start()
    marieke = await town.sign_in()
    room = await town.room(bot, marieke)
    sync, held = bot.http.sync, list[object]()

    async def hold_to_device(*arguments: Any) -> JsonObject:
        answer = await sync(*arguments)
        held.extend(answer.pop("to_device", {}).get("events", []))
        return answer

    bot.http.sync = hold_to_device  # type: ignore[method-assign]
    await marieke.send_text(room, "Pijn 6")
    await bot.sync_once()
    assert len(held) == 1

    async def deliver(*arguments: Any) -> JsonObject:
        return {**await sync(*arguments), "to_device": {"events": held}}

    bot.http.sync = deliver  # type: ignore[method-assign]
    await bot.sync_once()
    assert (await bots.mailbox.take(lambda _message: True)).body == "Pijn 6"


async def test_the_bot_does_not_start_with_another_identity_than_the_server_knows(town: Town, bots: Bots) -> None:
    bot, _storage = await bots.start()
    with pytest.raises(StartRefused):
        await bot.bootstrap_cross_signing(CrossSigningSeeds.fresh())


async def test_a_photo_goes_encrypted_and_comes_back_whole(town: Town) -> None:
    marieke, jan = await town.sign_in(), await town.sign_in()
    room = await town.room(marieke, jan)
    photo = Attachment("wond.jpg", "image/jpeg", bytes(range(256)) * 40)
    content = await upload_attachment(marieke.http, photo)
    await marieke.send(room, content)
    await jan.sync_once()
    message = await jan.next_message(timeout=60)

    assert await download_attachment(jan.http, message.content, "kring.localhost") == photo
    with pytest.raises(IntegrityBroken):
        await download_attachment(jan.http, message.content, "elders.test")


async def test_a_position_that_means_nothing_to_synapse_heals_and_loses_nothing(town: Town, bots: Bots) -> None:
    bot, _storage = await bots.start()
    marieke = await town.sign_in()
    room = await town.room(bot, marieke)
    await marieke.send_text(room, "Pijn 3")
    await bot.sync_once()
    assert (await bots.mailbox.take(lambda _message: True)).body == "Pijn 3"
    for number in range(4, 8):
        await marieke.send_text(room, f"Pijn {number}")

    bot.engine.next_batch = "onzin"
    for _ in range(3):
        with pytest.raises(DeliveryFailed):
            await bot.sync_once()
    await bot.sync_once()

    assert [(await bots.mailbox.take(lambda _message: True)).body for _ in range(4)] == [
        f"Pijn {n}" for n in range(4, 8)
    ]
    assert (await bot.members(room))[bot.user_id] == "join"
