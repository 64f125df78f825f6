"""The same event twice is one effect (I2), through the real inbox worker with real encryption on the hub's database."""

import json
from dataclasses import replace
from typing import Any

import pytest

from bots.dossier import commands
from bots.runtime.crypto.keeper import CryptoKeeper
from bots.runtime.inbox import InboxWorker
from bots.runtime.keys import KeyMaintenance
from bots.runtime.storage import SqlStorage
from bots.runtime.untrusted import JsonObject
from hub.adapters.sql.matrix_records import AccountRecord, CryptoChanges, IdentitySeen, InboxEvent, SyncBatch
from hub.domain.audit import AuditEvent
from tests.runtime.post_office import PostOffice, pin_of
from tests.stories.room import SERVER, TEAM, Room


class KeyDesk:
    """Answers questions about devices from the post office; nothing else is asked."""

    def __init__(self, office: PostOffice) -> None:
        self._office = office

    async def query_keys(self, user_ids: Any) -> JsonObject:
        return {part: {u: k for u, k in keys.items() if u in user_ids} for part, keys in self._office.shown.items()}


class Line:
    """Samira's phone, the bot's inbox and the dossier bot behind it."""

    def __init__(self, room: Room) -> None:
        office = PostOffice()
        self.room = room
        self.bot = office.arrive(f"@dossier:{SERVER}")
        self.samira = office.arrive(room.user("samira"))
        self.storage = SqlStorage(room.hub.database, room.hub.vault, self.bot.user_id)
        self.keeper = CryptoKeeper(self.bot.machine, self._load, self.storage.save_crypto)
        keys = KeyMaintenance(KeyDesk(office), self.keeper)  # type: ignore[arg-type]
        self.worker = InboxWorker(self.storage, self.keeper, keys, room.bot)
        self._batches = 0

    async def _load(self) -> Any:
        return self.bot.machine

    async def open(self) -> "Line":
        machine = self.bot.machine
        machine.take_changes()
        account = AccountRecord(pickle=b"", shared=True, fingerprint=machine.fingerprint)
        await self.storage.create_login(self.bot.user_id, machine.device_id, "token", account)
        return self

    async def deliver(self, *events: JsonObject) -> None:
        """One sync response with these events, then the worker until nothing is open."""
        self._batches += 1
        self.bot.look_up(self.samira.user_id)
        pin = pin_of(self.samira)
        seen = IdentitySeen(self.samira.user_id, pin.pinned_master, "")
        rows = tuple(
            InboxEvent(
                event["event_id"],
                event["room_id"],
                event["sender"],
                event["content"].get("session_id"),
                event["origin_server_ts"],
                json.dumps(event),
            )
            for event in events
        )
        batch = SyncBatch(f"t{self._batches}", rows, (), CryptoChanges(identities=(seen,)))
        await self.storage.commit(batch)
        while await self.worker.work_off():
            continue

    def say(self, text: str) -> JsonObject:
        return self.samira.say(text, self.bot, room_id=self.room.place(TEAM))


@pytest.fixture
async def line(room: Room) -> Line:
    return await Line(room).open()


async def recorded(room: Room) -> int:
    return len(await room.world.logged(AuditEvent.ENTRY_RECORDED))


async def test_an_event_that_comes_again_is_one_entry_and_one_answer(line: Line) -> None:
    event = line.say("!pijn 8")
    await line.deliver(event)
    await line.deliver(event)
    assert [message.body for message in await line.room.hears()] == ["Vastgelegd als S5-1."]
    assert await recorded(line.room) == 1


async def test_the_same_ciphertext_under_another_event_id_is_a_replay_and_changes_nothing(line: Line) -> None:
    event = line.say("!pijn 8")
    await line.deliver(event)
    await line.deliver(event | {"event_id": "$nagemaakt"})
    first, second = [message.body for message in await line.room.hears()]
    assert first == "Vastgelegd als S5-1."
    assert "herhaling van een ouder bericht" in second
    assert await recorded(line.room) == 1


async def test_two_commands_in_one_sync_are_two_effects_in_order(line: Line) -> None:
    await line.deliver(line.say("!pijn 8"), line.say("!bevestig S3-1"), line.say("!pijn 3"))
    bodies = [message.body for message in await line.room.hears()]
    assert bodies[0] == "Vastgelegd als S5-1."
    assert bodies[1].startswith("Dat kan niet")
    assert bodies[2] == "Vastgelegd als S5-2."


async def test_a_command_that_breaks_down_is_quarantined_after_three_attempts_and_the_others_are_not(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(_turn: object) -> None:
        raise RuntimeError("kapot")

    monkeypatch.setitem(commands.COMMANDS, "wie", replace(commands.COMMANDS["wie"], run=broken))
    await line.deliver(line.say("!pijn 8"), line.say("!wie"), line.say("!pijn 3"))
    bodies = sorted(message.body for message in await line.room.hears())
    assert bodies[-2:] == ["Vastgelegd als S5-1.", "Vastgelegd als S5-2."]
    assert "na drie pogingen niet worden verwerkt" in bodies[0]
    assert len(bodies) == 3
