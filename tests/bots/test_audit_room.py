"""The room of the log: for the privacy officers of this moment, with the newest signed checkpoint in it (ADR 0021)."""

from contextlib import nullcontext
from datetime import timedelta
from pathlib import Path

import pytest

from bots.access.audit_room import NAME, ensure_audit_room
from bots.access.desired import state_drift
from bots.dossier.audit_room import AuditRoom
from hub.adapters.audit_witness import copied_notes
from hub.adapters.sql import matrix_inbox
from hub.adapters.sql.audit_checkpoints import add_checkpoint
from hub.adapters.sql.audit_room import audit_officers, audit_room
from hub.adapters.sql.matrix_records import InboxState, MemberChange
from hub.domain.audit_checkpoint import Checkpoint, SignedCheckpoint
from hub.domain.circle import RoomKind
from hub.domain.errors import DeliveryDelayed
from hub.domain.people import Hat
from hub.domain.vocabulary import Role
from tests.adapters.audit_logs import ORIGIN, SIGNER
from tests.bots.rooms import FakeRooms, ProcessDied
from tests.stories.room import Room
from tests.stories.test_privacy_officer import FATIMA, add

JORIS = "joris"


class Log:
    """The hub, its homeserver in memory, and the task that is tested; what happens on the homeserver is synced."""

    def __init__(self, room: Room) -> None:
        self.room = room
        self.rooms = FakeRooms(room.hub.settings.gatekeeper)
        self.bot = room.hub.settings.dossier_bot
        self.restart()

    def restart(self) -> None:
        self.task = AuditRoom(self.room.hub, self.room.sender, self.make)

    async def make(self, officers: frozenset[str]) -> str | None:
        return await ensure_audit_room(self.room.hub, self.rooms, lambda _room_id: nullcontext(), officers)

    async def officer(self, who: str) -> str:
        await add(self.room.world, who, Role.PRIVACY_OFFICER, who.capitalize(), "Aydin")
        return self.room.user(who)

    async def signed(self, size: int) -> SignedCheckpoint:
        note = SIGNER.sign(Checkpoint(ORIGIN, size, size.to_bytes(32, "big"), self.room.world.clock()))
        async with self.room.hub.database.transaction() as connection:
            await add_checkpoint(connection, note, witnessed=True)
        return note

    async def id(self) -> str:
        async with self.room.hub.database.reading() as connection:
            found = await audit_room(connection)
        assert found is not None
        return found

    async def joins(self, *users: str) -> None:
        for user in users:
            await self.rooms.member_joins(await self.id(), user)
        await self.syncs()

    async def syncs(self) -> None:
        room_id = await self.id()
        changes = [
            MemberChange(room_id, user, event["content"]["membership"], event["sender"], 0)
            for (kind, user), event in self.rooms.rooms[room_id].items()
            if kind == "m.room.member"
        ]
        async with self.room.hub.database.transaction() as connection:
            await matrix_inbox.update_members(connection, changes)

    def notes(self) -> list[str]:
        return [content["body"] for _, content, _, _ in self.room.sender.sent]


@pytest.fixture
def log(room: Room) -> Log:
    return Log(room)


async def test_without_a_privacy_officer_there_is_no_room_and_nothing_is_said(log: Log) -> None:
    await log.signed(10)
    assert not await log.task.round()
    assert log.rooms.calls == []
    assert log.room.sender.sent == []


async def test_the_room_is_as_every_other_and_for_the_officers_and_the_bot_alone(log: Log) -> None:
    fatima = await log.officer(FATIMA)
    await log.task.round()
    room_id = await log.id()
    assert state_drift(log.rooms.rooms[room_id], RoomKind.TEAM, NAME) == []
    assert log.rooms.calls == [("create", NAME), ("invite", room_id, log.bot), ("invite", room_id, fatima)]
    await log.rooms.member_joins(room_id, fatima)

    joris = await log.officer(JORIS)
    await log.task.round()
    assert log.rooms.membership(room_id, joris) == "invite"

    async with log.room.world.unit() as unit:
        await unit.people.leaves(log.room.world.id(FATIMA), log.room.world.clock())
    log.rooms.put(room_id, "m.room.member", "@k9:kring.test", {"membership": "invite"}, log.rooms.gatekeeper)
    await log.task.round()
    assert log.rooms.membership(room_id, fatima) == "leave"
    assert log.rooms.membership(room_id, "@k9:kring.test") == "leave"
    assert log.rooms.membership(room_id, joris) == "invite"


async def test_a_room_that_was_made_just_before_a_crash_is_found_again(log: Log) -> None:
    fatima = await log.officer(FATIMA)
    log.rooms.crash_after = "create"
    with pytest.raises(ProcessDied):
        await log.task.round()
    log.restart()
    await log.task.round()
    assert [call[0] for call in log.rooms.calls].count("create") == 1
    assert log.rooms.membership(await log.id(), fatima) == "invite"


async def test_who_left_the_room_is_not_asked_again_and_who_left_the_organisation_is_no_officer(log: Log) -> None:
    fatima = await log.officer(FATIMA)
    await log.task.round()
    room_id = await log.id()
    await log.rooms.member_joins(room_id, fatima)
    await log.rooms.member_leaves(room_id, fatima)
    assert await log.make(frozenset({fatima})) == room_id
    assert log.rooms.membership(room_id, fatima) == "leave"

    async with log.room.world.unit() as unit:
        await unit.people.leaves(log.room.world.id(FATIMA), log.room.world.clock())
    async with log.room.hub.database.reading() as connection:
        assert await audit_officers(connection, log.room.world.clock()) == frozenset()


async def test_who_is_officer_by_a_later_role_belongs_for_as_long_as_that_lasts(log: Log) -> None:
    now, carla = log.room.world.clock(), log.room.user("carla")
    async with log.room.world.unit() as unit:
        person_id = log.room.world.id("carla")
        until = now + timedelta(days=1)
        role = Role.PRIVACY_OFFICER
        await unit.hats.add(Hat("rol-1", person_id, role, None, "aanstelling", now, until, person_id))
    async with log.room.hub.database.reading() as connection:
        assert await audit_officers(connection, now - timedelta(seconds=1)) == frozenset()
        assert await audit_officers(connection, now) == {carla}
        assert await audit_officers(connection, until) == frozenset()


async def test_the_newest_checkpoint_is_said_once_and_the_next_after_an_hour(log: Log, tmp_path: Path) -> None:
    fatima = await log.officer(FATIMA)
    await log.signed(10)
    newest = await log.signed(20)
    assert not await log.task.round(), "nobody is there yet"
    await log.joins(log.bot, fatima)
    assert await log.task.round()
    ((room_id, content, readers, txn),) = log.room.sender.sent
    assert room_id == await log.id()
    assert readers == {log.bot, fatima}
    assert content["msgtype"] == "m.notice"
    assert newest.note() in content["body"]
    assert f"<pre><code>{newest.note()}</code></pre>" in content["formatted_body"]
    copied = tmp_path / "geplakt.txt"
    copied.write_text(content["body"], encoding="utf-8")
    assert copied_notes(copied) == [newest]

    log.room.world.clock.pass_by(hours=2)
    assert not await log.task.round(), "nothing was signed since"
    later = await log.signed(30)
    assert await log.task.round()
    assert later.note() in log.notes()[-1]
    await log.signed(40)
    log.room.world.clock.pass_by(minutes=59)
    assert not await log.task.round()
    log.room.world.clock.pass_by(minutes=1)
    assert await log.task.round()
    assert len({sent[3] for sent in log.room.sender.sent}) == len(log.notes()) == 3
    assert txn.startswith("logboek-20-")


async def test_what_could_not_be_said_is_said_later_as_the_same_event(log: Log) -> None:
    fatima = await log.officer(FATIMA)
    await log.signed(10)
    await log.task.round()
    await log.joins(log.bot, fatima)
    log.room.sender.failing = DeliveryDelayed("De Matrix-server is weg.", timedelta(seconds=5))
    with pytest.raises(DeliveryDelayed):
        await log.task.round()
    assert await log.task.round()

    # The process died after the homeserver took it, and before that was written down.
    async with log.room.hub.database.transaction() as connection:
        await connection.exec_driver_sql("DELETE FROM setting WHERE key = 'audit.room.said'")
    log.restart()
    assert await log.task.round()
    first, again = log.room.sender.sent
    assert first[3] == again[3], "one transaction id: one event"


async def test_nothing_is_said_while_somebody_is_there_who_does_not_belong(log: Log) -> None:
    fatima = await log.officer(FATIMA)
    await log.signed(10)
    await log.task.round()
    await log.joins(log.bot, fatima)
    room_id = await log.id()
    log.rooms.put(room_id, "m.room.member", "@k9:kring.test", {"membership": "join"}, "@k9:kring.test")
    await log.syncs()
    assert not await log.task.round()
    assert log.rooms.membership(room_id, "@k9:kring.test") == "leave"
    await log.syncs()
    assert await log.task.round()


async def test_an_officer_who_cannot_be_invited_keeps_nothing_from_the_others(log: Log) -> None:
    fatima = await log.officer(FATIMA)
    await log.task.round()
    await log.joins(log.bot, fatima)
    await log.signed(10)
    log.rooms.refuse_to_invite = await log.officer(JORIS)
    assert await log.task.round()


async def test_a_command_in_that_room_does_nothing_and_is_not_answered(log: Log) -> None:
    fatima = await log.officer(FATIMA)
    await log.task.round()
    await log.joins(log.bot, fatima)
    for words in ("!dossier", "!help", "!noteer S5 hallo", "help, dit is spoed, bel 112"):
        state = await log.room.receive(log.room.message(FATIMA, words, room=await log.id()))
        assert state in {InboxState.REFUSED, InboxState.DONE}
    assert await log.room.hears() == []
