"""Every event ends somewhere visible, once, and a bad one holds nobody up."""

import itertools
import json
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bots.runtime.client import Mailbox, MatrixClient
from bots.runtime.crypto.machine import CryptoMachine
from bots.runtime.http import MatrixHttp
from bots.runtime.inbox import InboxWorker
from bots.runtime.storage import SqlStorage
from bots.runtime.sync_response import inbox_event
from bots.runtime.trust import TrustedMessage
from bots.runtime.untrusted import JsonObject
from hub.adapters.encryption import KeyVault
from hub.adapters.sql.database import Database
from hub.adapters.sql.matrix_records import CryptoState, InboxState, SyncBatch
from hub.adapters.sql.matrix_tables import mx_inbox, mx_megolm_seen
from tests.runtime.post_office import PostOffice

BOT = "@dossier:kring.test"


class Fussy(Mailbox):
    """An application that fails on one sentence."""

    async def on_message(self, message: TrustedMessage, connection: AsyncConnection | None) -> InboxState:
        if message.body == "gif":
            raise ValueError("poison")
        return await super().on_message(message, connection)


class Desk:
    """A bot on the database whose homeserver is the post office."""

    def __init__(self, database: Database, vault: KeyVault) -> None:
        self.database = database
        self.office = PostOffice()
        self.storage = SqlStorage(database, vault, BOT)
        self.mailbox = Fussy()
        self.marieke = self.office.arrive("@marieke:kring.test")
        self._tokens = 0

    async def open(self) -> None:
        office = self.office

        class OfficeHttp(MatrixHttp):
            async def query_keys(self, user_ids: object) -> JsonObject:
                return office.shown

        machine = CryptoMachine(BOT, "TELEFOON", CryptoState(), self.storage.pickle_passphrase)
        self.bot = office.settle_in(machine)
        login = await self.storage.create_login(BOT, "TELEFOON", "t", machine.account_record())
        self.client = MatrixClient(OfficeHttp("http://127.0.0.1:1", "t"), self.storage, login, machine, self.mailbox)

    async def receive(self, *events: JsonObject) -> None:
        """What the sync engine does with a response, then the worker until nothing is open."""
        self._tokens += 1
        kept = (inbox_event(str(event["room_id"]), event, BOT) for event in events)
        machine = self.client.keeper.machine
        await self.storage.commit(
            SyncBatch(f"s{self._tokens}", tuple(e for e in kept if e is not None), (), machine.take_changes())
        )
        for _round in range(10):
            if not await self.client.inbox.work_off():
                return
        raise AssertionError("the inbox does not get empty")

    async def endings(self) -> dict[str, str]:
        async with self.database.reading() as connection:
            rows = await connection.execute(select(mx_inbox.c.event_id, mx_inbox.c.state, mx_inbox.c.code))
            return {row.event_id: row.state if row.code is None else f"{row.state}:{row.code}" for row in rows}


@pytest.fixture
async def desk(database: Database, vault: KeyVault) -> Desk:
    desk = Desk(database, vault)
    await desk.open()
    return desk


def bodies(mailbox: Mailbox) -> list[str]:
    return [message.body for message in mailbox._messages]


async def test_good_messages_are_done_in_order(desk: Desk) -> None:
    events = [desk.marieke.say(f"Bericht {n}", desk.bot) for n in range(30)]
    await desk.receive(*events)
    assert bodies(desk.mailbox) == [f"Bericht {n}" for n in range(30)]
    assert set((await desk.endings()).values()) == {"done"}


async def test_commands_that_take_long_leave_the_database_to_others_in_between(desk: Desk) -> None:
    """Two hundred of them in one transaction kept the portal out for a quarter of a minute (T10)."""
    events = [desk.marieke.say(f"Opdracht {n}", desk.bot) for n in range(20)]
    repeated = {**events[1], "event_id": "$" + "nogeens".ljust(43, "0")}
    ticks = itertools.count(step=0.3)
    desk.client.inbox._monotonic = lambda: next(ticks)
    held: list[int] = []
    work_off = desk.client.inbox.work_off

    async def counted() -> int:
        before = len(bodies(desk.mailbox))
        taken = await work_off()
        held.append(len(bodies(desk.mailbox)) - before)
        return taken

    desk.client.inbox.work_off = counted  # type: ignore[method-assign]
    await desk.receive(*events, repeated)
    assert bodies(desk.mailbox) == [f"Opdracht {n}" for n in range(20)]
    assert max(held) == 4
    assert sorted(set((await desk.endings()).values())) == ["done", "refused:replayed"]


async def test_a_message_that_makes_the_application_fail_is_quarantined_and_the_others_are_not_kept_waiting(
    desk: Desk,
) -> None:
    events = [desk.marieke.say(text, desk.bot) for text in ("voor", "gif", "na")]
    await desk.receive(*events)
    endings = await desk.endings()
    assert [endings[str(event["event_id"])] for event in events] == ["done", "quarantined:quarantined", "done"]
    assert [refused.code for refused in desk.mailbox.refused] == ["quarantined"]
    assert {"voor", "na"} <= set(bodies(desk.mailbox))


async def test_the_same_words_repeated_under_another_id_count_once(desk: Desk) -> None:
    event = desk.marieke.say("Geef 10 mg", desk.bot)
    repeat = {**event, "event_id": "$herhaald"}
    await desk.receive(event, repeat)
    await desk.receive(repeat, event)
    assert bodies(desk.mailbox) == ["Geef 10 mg"]
    assert (await desk.endings())["$herhaald"] == "refused:replayed"
    async with desk.database.reading() as connection:
        assert len(list(await connection.execute(select(mx_megolm_seen)))) == 1


async def test_a_message_in_clear_is_refused_and_its_text_is_not_stored(desk: Desk) -> None:
    event = {
        "type": "m.room.message",
        "event_id": "$open",
        "room_id": "!kamer",
        "sender": desk.marieke.user_id,
        "origin_server_ts": 1,
        "content": {"msgtype": "m.text", "body": "NIET reanimeren"},
    }
    await desk.receive(event)
    assert await desk.endings() == {"$open": "refused:not-encrypted"}
    async with desk.database.reading() as connection:
        (raw,) = (await connection.execute(select(mx_inbox.c.raw))).scalars()
    assert "reanimeren" not in raw


async def test_a_message_without_a_key_waits_then_is_unreadable_and_says_so(desk: Desk) -> None:
    event = desk.marieke.say("Pijn 6")
    await desk.receive(event)
    assert list((await desk.endings()).values()) == ["waiting_for_key:no-key"]

    impatient = InboxWorker(
        desk.storage, desk.client.keeper, desk.client.keys, desk.mailbox, key_patience=timedelta(seconds=-1)
    )
    await impatient.give_up_waiting()
    assert list((await desk.endings()).values()) == ["unreadable:no-key"]
    assert [refused.reason for refused in desk.mailbox.refused] == ["De sleutel van dit bericht is niet aangekomen."]

    later = desk.marieke.say("Pijn 7", desk.bot)
    await desk.receive(later)
    assert bodies(desk.mailbox) == ["Pijn 7"]


async def test_a_reaction_is_passed_on_as_the_homeservers_word(desk: Desk) -> None:
    relation = {"rel_type": "m.annotation", "event_id": "$doel", "key": "📌"}
    event = {
        "type": "m.reaction",
        "event_id": "$r",
        "room_id": "!kamer",
        "sender": desk.marieke.user_id,
        "content": {"m.relates_to": relation},
    }
    await desk.receive(event, {**event, "event_id": "$s", "content": {}})
    assert [(reaction.target, reaction.key) for reaction in desk.mailbox.reactions] == [("$doel", "📌")]
    assert await desk.endings() == {"$r": "done", "$s": "refused:malformed"}


async def test_our_own_words_do_not_come_back_to_us(desk: Desk) -> None:
    event = desk.bot.say("NIET reanimeren", desk.marieke)
    await desk.receive(json.loads(json.dumps(event)))
    assert await desk.endings() == {str(event["event_id"]): "done:own"}
    assert bodies(desk.mailbox) == []
