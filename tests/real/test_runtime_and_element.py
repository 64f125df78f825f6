"""The bot's own Matrix runtime and Element in strict mode: each reads the other, nobody sees a warning."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from bots.runtime.client import MatrixClient
from bots.runtime.crypto.cross_signing import CrossSigningSeeds
from bots.runtime.media import Attachment, download_attachment, upload_attachment
from bots.runtime.rendering import in_thread, text_message
from bots.runtime.storage import SqlStorage
from hub.adapters.encryption import KeyVault
from hub.adapters.sql.database import Database, metadata
from tests.homeserver.world import PASSWORD

from .element import Element
from .world import Ward

pytestmark = pytest.mark.real

SYNC_SECONDS = 60


@asynccontextmanager
async def runtime_of(ward: Ward, user_id: str, folder: Path) -> AsyncIterator[MatrixClient]:
    """The dossier bot's runtime on a database of its own, cross-signed and not yet syncing."""
    database = Database(f"sqlite:///{folder / 'kring.db'}")
    try:
        async with database.transaction() as connection:
            await connection.run_sync(metadata.create_all)
        storage = SqlStorage(database, KeyVault(secrets.token_bytes(32)), user_id)
        async with await MatrixClient.login(ward.homeserver, user_id, PASSWORD, store=storage) as bot:
            await bot.bootstrap_cross_signing(CrossSigningSeeds.fresh())
            yield bot
    finally:
        await database.close()


@dataclass(frozen=True, slots=True)
class Pair:
    """The bot and Fatima with Element, in a room of the gatekeeper's."""

    ward: Ward
    bot: MatrixClient
    fatima: Element
    bram: Element
    room: str


@pytest.fixture
async def pair(ward: Ward, fatima_and_bram: tuple[Element, Element], tmp_path: Path) -> AsyncIterator[Pair]:
    fatima, bram = fatima_and_bram
    room = await ward.room(fatima, bram)
    async with runtime_of(ward, await ward.account("Dossier van Kring"), tmp_path) as bot:
        await ward.invite(room, bot.user_id)
        await bot.join(room)
        # A key goes to whom the bot has seen join, so it must have seen the room before it speaks.
        async with asyncio.timeout(SYNC_SECONDS):
            while bram.user_id not in await bot.members(room):
                await bot.sync_once(timedelta(seconds=1))
        bot.start()
        await fatima.wait_for_device(bot.user_id, bot.device_id)
        yield Pair(ward, bot, fatima, bram, room)


async def without_shield(reader: Element, event_id: str) -> bool:
    """True when Element sets no mark at all beside the message."""
    shield = await reader.shield(event_id)
    return shield is not None and (shield.colour, shield.reason) == ("NONE", None)


async def test_question_and_answer_pass_both_ways_without_a_shield(pair: Pair) -> None:
    asked = await pair.fatima.say(pair.room, "!wie", mentions=[pair.bot.user_id])
    question = await pair.bot.next_message(lambda message: message.event_id == asked)
    assert (question.sender, question.device_id, question.body) == (
        pair.fatima.user_id,
        pair.fatima.device_id,
        "!wie",
    )

    sent = await pair.bot.send_text(pair.room, "Regie: F. de Groot.", reply_to=asked)
    answer = await pair.fatima.wait_for(reply_to=asked)

    assert (answer.event_id, answer.body, answer.encrypted) == (sent.event_id, "Regie: F. de Groot.", True)
    assert await without_shield(pair.fatima, sent.event_id)
    assert {user for user, _device in sent.share.got} == {pair.fatima.user_id, pair.bram.user_id}
    trust = await pair.fatima.trust(pair.bot.user_id)
    assert [(device.device_id, device.signed_by_owner) for device in trust.devices] == [(pair.bot.device_id, True)]


async def test_reply_edit_thread_and_reaction_arrive_as_what_they_are(pair: Pair) -> None:
    root = await pair.fatima.say(pair.room, "!pijn 8")
    reply = await pair.fatima.say(pair.room, "Sinds gisteren.", reply_to=root)
    threaded = await pair.fatima.say(pair.room, "Ook bij het liggen.", thread=root)
    edit = await pair.fatima.edit(pair.room, root, "!pijn 3")
    await pair.fatima.react(pair.room, root, "📌")

    seen = [await pair.bot.next_message() for _ in range(4)]

    assert [(message.event_id, message.is_edit, message.thread_root) for message in seen] == [
        (root, False, None),
        (reply, False, None),
        (threaded, False, root),
        (edit, True, None),
    ]
    assert seen[1].reply_to == root
    await pair.fatima.say(pair.room, "klaar")
    await pair.bot.next_message(lambda message: message.body == "klaar")
    assert [(reaction.target, reaction.key) for reaction in pair.bot.received.reactions] == [(root, "📌")]


async def test_the_bot_writes_in_a_thread_and_corrects_itself(pair: Pair) -> None:
    root = await pair.fatima.say(pair.room, "!dossier")
    await pair.bot.next_message(lambda message: message.event_id == root)

    first = await pair.bot.send(pair.room, in_thread(text_message("Twee afspraken."), root))
    in_the_thread = await pair.fatima.wait_for(thread=root)
    corrected = text_message("Drie afspraken.")
    await pair.bot.send(
        pair.room,
        {
            **text_message("* Drie afspraken."),
            "m.new_content": corrected,
            "m.relates_to": {"rel_type": "m.replace", "event_id": first.event_id},
        },
    )
    await pair.fatima.wait_for(replaces=first.event_id)

    assert in_the_thread.event_id == first.event_id
    now = await pair.fatima.message(first.event_id)
    assert now is not None
    assert now.body == "Drie afspraken."
    assert await without_shield(pair.fatima, first.event_id)


async def test_an_encrypted_file_passes_both_ways(pair: Pair) -> None:
    letter, card = secrets.token_bytes(40_000), secrets.token_bytes(30_000)

    sent = await pair.fatima.send_file(pair.room, "brief.pdf", letter, mimetype="application/pdf")
    message = await pair.bot.next_message(lambda message: message.event_id == sent)
    received = await download_attachment(pair.bot.http, message.content, pair.ward.circle.server_name)
    assert received == Attachment("brief.pdf", "application/pdf", letter)

    content = await upload_attachment(pair.bot.http, Attachment("kaart.pdf", "application/pdf", card))
    answer = await pair.bot.send(pair.room, content)
    await pair.fatima.wait_for("kaart.pdf", room=pair.room)
    assert await pair.fatima.read_file(answer.event_id) == card
    assert await without_shield(pair.fatima, answer.event_id)


async def test_who_was_removed_gets_no_key_of_what_the_bot_says_next(pair: Pair) -> None:
    before = await pair.bot.send_text(pair.room, "Bram leest dit.")
    await pair.bram.wait_for("Bram leest dit.", room=pair.room)
    assert pair.bram.user_id in {user for user, _device in before.share.got}

    await pair.ward.remove(pair.room, pair.bram.user_id)
    await pair.bram.wait_for_membership("leave", pair.room)
    later = await pair.bot.send_text(pair.room, "Bram leest dit niet.", recipients=[pair.fatima.user_id])
    await pair.fatima.wait_for("Bram leest dit niet.", room=pair.room)
    stored = await pair.fatima.request("GET", f"/_matrix/client/v3/rooms/{pair.room}/event/{later.event_id}")

    assert stored.body["content"]["session_id"] not in await pair.bram.sessions(pair.room)
    assert not (await pair.bram.decrypt(stored.body)).readable
    assert (await pair.fatima.decrypt(stored.body)).readable


async def test_a_device_that_its_owner_has_not_signed_is_not_heard_and_not_told(pair: Pair) -> None:
    unsigned = await pair.ward.device(pair.bram.user_id, cross_sign=False, strict=False)
    await unsigned.wait_for_membership("join", pair.room)

    unheard = await unsigned.say(pair.room, "!pijn 9")
    heard = await pair.fatima.say(pair.room, "!pijn 2")
    await pair.bot.next_message(lambda message: message.event_id == heard)
    told = await pair.bot.send_text(pair.room, "Genoteerd: S5-1.", reply_to=heard)

    assert [(refused.event_id, refused.code) for refused in pair.bot.received.refused] == [(unheard, "unsigned-device")]
    assert (pair.bram.user_id, unsigned.device_id) not in told.share.got
    assert (pair.bram.user_id, pair.bram.device_id) in told.share.got
    assert await unsigned.wait_for(room=pair.room, sender=pair.bot.user_id, readable=False)
    await unsigned.stop(log_out=True)


async def test_what_was_said_while_the_bot_was_away_is_read_when_it_comes_back(pair: Pair) -> None:
    await pair.bot.stop()
    said = [await pair.fatima.say(pair.room, f"!pijn {score}") for score in range(8)]

    returned = await MatrixClient.open(pair.ward.homeserver, pair.bot.storage)
    assert returned is not None
    async with returned:
        returned.start()
        heard = [await returned.next_message() for _ in said]
        answer = await returned.send_text(pair.room, "Bijgewerkt.")

    assert [message.event_id for message in heard] == said
    await pair.fatima.wait_for("Bijgewerkt.", room=pair.room)
    assert await without_shield(pair.fatima, answer.event_id)
