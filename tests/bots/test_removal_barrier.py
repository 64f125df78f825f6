"""Who must leave a room is out at once, in silence; a room that was meddled with is mended and people hear of it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from sqlalchemy.exc import OperationalError

from bots.access.gatekeeper import Gatekeeper
from hub.adapters.sql import matrix_inbox
from hub.adapters.sql.matrix_records import MemberChange
from hub.adapters.sql.outbox import SqlOutbox
from hub.domain.audit import AuditEvent
from hub.domain.circle import RoomKind
from tests.bots.rooms import FakeRooms
from tests.bots.test_gatekeeper import GATEKEEPER, everybody_joins, present, the_room
from tests.stories.room import Room, bodies, where

STRANGER = "@vreemd:elders"


@pytest.fixture
def rooms() -> FakeRooms:
    return FakeRooms(GATEKEEPER)


@pytest.fixture
async def keeper(house: Room, rooms: FakeRooms) -> Gatekeeper:
    keeper = Gatekeeper(house.hub, rooms)
    await keeper.full_round()
    await everybody_joins(rooms)
    await house.hears()
    return keeper


async def sync_shows(house: Room, room_id: str, user: str, membership: str = "join") -> None:
    """The dossier bot's own sync says so."""
    async with house.hub.database.transaction() as connection:
        await matrix_inbox.update_members(connection, [MemberChange(room_id, user, membership, user, 0)])


async def test_whose_period_ended_is_out_at_the_next_glance(house: Room, rooms: FakeRooms, keeper: Gatekeeper) -> None:
    """Joost of the hospice comes for the day; at six nobody has to think of it, and no round of a minute either."""
    await house.world.admit("joost", until=house.world.clock().replace(hour=18))
    await keeper.work_off()
    await everybody_joins(rooms)
    house.world.clock.at = house.world.clock().replace(hour=17, minute=59)
    await keeper.work_off()
    team = await the_room(house, RoomKind.TEAM)
    assert house.user("joost") in present(rooms, team)
    house.world.clock.at = house.world.clock().replace(hour=18, minute=0)
    await keeper.work_off()
    assert all(house.user("joost") not in present(rooms, room_id) for room_id in rooms.rooms)


async def test_nobody_is_removed_while_the_bot_speaks_in_that_room(house: Room, rooms: FakeRooms) -> None:
    silent: list[str] = []
    order: list[tuple[str, ...]] = []

    @asynccontextmanager
    async def quiet(room_id: str) -> AsyncIterator[None]:
        silent.append(room_id)
        order.append(("silent", room_id))
        yield
        order.append(("free", room_id))

    keeper = Gatekeeper(house.hub, rooms, quiet=quiet)
    await keeper.full_round()
    await everybody_joins(rooms)
    await house.discharge("samira")
    rooms.calls.clear()
    await keeper.work_off()
    removed = [what[1] for what in rooms.calls if what[0] == "remove"]
    assert silent == removed
    assert len(removed) == 3, "space, circle room and team room"
    assert order == [step for room_id in removed for step in (("silent", room_id), ("free", room_id))]


async def test_a_stranger_whom_the_sync_shows_is_out_at_the_next_glance(
    house: Room, rooms: FakeRooms, keeper: Gatekeeper
) -> None:
    circle_room = await the_room(house, RoomKind.CIRCLE)
    rooms.put(circle_room, "m.room.member", STRANGER, {"membership": "join"}, STRANGER)
    await sync_shows(house, circle_room, STRANGER)
    keeper.saw({circle_room: ["m.room.member"]})
    assert await keeper.work_off()
    assert rooms.membership(circle_room, STRANGER) == "leave"
    assert "iemand die er niet hoort is verwijderd" in bodies(await house.hears())
    (entry,) = await house.world.logged(AuditEvent.ROOM_REPAIRED)
    assert entry.detail == "circle:stranger-removed"


async def test_somebody_of_the_circle_who_comes_in_is_no_reason_to_look(
    house: Room, rooms: FakeRooms, keeper: Gatekeeper
) -> None:
    circle_room = await the_room(house, RoomKind.CIRCLE)
    await sync_shows(house, circle_room, house.user("gerda"))
    rooms.calls.clear()
    keeper.saw({circle_room: ["m.room.member"]})
    assert await keeper.work_off()
    assert rooms.calls == []


@pytest.mark.parametrize(
    "kind",
    [
        "m.room.history_visibility", "m.room.join_rules", "m.room.guest_access", "m.room.power_levels",
        "m.room.encryption", "m.room.name",
    ],
)  # fmt: skip
async def test_state_that_somebody_changed_is_mended_at_the_next_glance(
    house: Room, rooms: FakeRooms, keeper: Gatekeeper, kind: str
) -> None:
    circle_room = await the_room(house, RoomKind.CIRCLE)
    as_made = rooms.rooms[circle_room][(kind, "")]["content"]
    rooms.put(circle_room, kind, "", {"changed": "by the operator"}, "@beheer:kring.test")
    keeper.saw({circle_room: [kind]})
    assert await keeper.work_off()
    assert rooms.rooms[circle_room][(kind, "")]["content"] == as_made
    assert "De poortwachter heeft iets hersteld" in bodies(await house.hears())
    (entry,) = await house.world.logged(AuditEvent.ROOM_REPAIRED)
    assert entry.detail == f"circle:{kind}"


async def test_when_the_homeserver_will_not_remove_somebody_the_coach_hears_it_once_and_the_rest_goes_on(
    house: Room, rooms: FakeRooms, keeper: Gatekeeper
) -> None:
    circle_room, team = await the_room(house, RoomKind.CIRCLE), await the_room(house, RoomKind.TEAM)
    rooms.put(circle_room, "m.room.member", STRANGER, {"membership": "join"}, STRANGER)
    await sync_shows(house, circle_room, STRANGER)
    rooms.put(team, "m.room.name", "", {"name": "Anna de Wit"}, "@beheer:kring.test")
    rooms.refuse_to_remove = STRANGER
    keeper.saw({circle_room: ["m.room.member"]})
    for _ in range(3):
        assert not await keeper.work_off()
    alarms = [message for message in await house.hears() if where(message) == "private"]
    assert [message.person_id for message in alarms] == [house.world.id("carla")]
    assert "de Matrix-server verwijdert die persoon niet" in alarms[0].body
    (entry,) = await house.world.logged(AuditEvent.ROOM_ALARM)
    assert (entry.detail, entry.object_id) == ("circle:removal-refused", circle_room)
    assert entry.responsible_id == house.world.id("carla")
    assert rooms.rooms[team][("m.room.name", "")]["content"]["name"] != "Anna de Wit", "the other room is mended"

    rooms.refuse_to_remove = None
    assert await keeper.work_off()
    assert rooms.membership(circle_room, STRANGER) == "leave"


async def test_a_member_who_is_only_in_the_story_of_the_sync_does_not_silence_the_bot_for_ever(
    house: Room, rooms: FakeRooms, keeper: Gatekeeper
) -> None:
    """The homeserver tells the bot of somebody, and tells the gatekeeper that nobody of that name was ever there."""
    team = await the_room(house, RoomKind.TEAM)
    for who in ("carla", "gerda"):
        await sync_shows(house, team, house.user(who))
    await sync_shows(house, team, STRANGER)
    keeper.saw({team: ["m.room.member"]})
    assert await keeper.work_off()
    async with house.world.unit() as unit:
        assert STRANGER not in await unit.rooms.members(team)
    (entry,) = await house.world.logged(AuditEvent.ROOM_ALARM)
    assert entry.detail == "team:unseen-member"


async def test_a_room_that_is_said_to_be_replaced_stays_the_room_and_the_coach_hears_it(
    house: Room, rooms: FakeRooms, keeper: Gatekeeper
) -> None:
    """Nobody follows a tombstone (T17): not the bots, and people are told not to."""
    team = await the_room(house, RoomKind.TEAM)
    for _ in range(2):
        keeper.saw({team: ["m.room.tombstone"]})
        await keeper.work_off()
    (alarm,) = await house.hears()
    assert "ga zelf ook niet naar een nieuwe kamer" in alarm.body
    assert (where(alarm), alarm.person_id) == ("private", house.world.id("carla"))
    assert await the_room(house, RoomKind.TEAM) == team
    (entry,) = await house.world.logged(AuditEvent.ROOM_ALARM)
    assert entry.detail == "team:tombstone"


async def test_a_room_that_no_circle_knows_is_left_alone(house: Room, rooms: FakeRooms, keeper: Gatekeeper) -> None:
    keeper.saw({"!elders": ["m.room.tombstone", "m.room.member", "m.room.power_levels"]})
    assert await keeper.work_off()
    assert await house.hears() == []
    assert not await house.world.logged(AuditEvent.ROOM_ALARM)


async def test_who_left_and_is_still_in_the_story_of_the_sync_silences_the_bot_for_minutes_not_for_ever(
    house: Room, rooms: FakeRooms, keeper: Gatekeeper
) -> None:
    """A leave that the sync never shows, or a join that it shows again. At first it may just be late."""
    team = await the_room(house, RoomKind.TEAM)
    rooms.put(team, "m.room.member", STRANGER, {"membership": "leave"}, GATEKEEPER)
    for who in ("carla", "gerda"):
        await sync_shows(house, team, house.user(who))
    await sync_shows(house, team, STRANGER)
    for minutes, silent in ((0, True), (4, True), (2, False)):
        house.world.clock.at += timedelta(minutes=minutes)
        assert await keeper.full_round()
        async with house.world.unit() as unit:
            assert (STRANGER in await unit.rooms.members(team)) is silent
    (entry,) = await house.world.logged(AuditEvent.ROOM_ALARM)
    assert entry.detail == "team:unseen-member"


async def test_an_alarm_that_could_not_be_written_down_is_told_at_the_next_look(
    house: Room, rooms: FakeRooms, keeper: Gatekeeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    team = await the_room(house, RoomKind.TEAM)

    async def away(*_args: object) -> None:
        raise OperationalError("INSERT", None, Exception("locked"))

    keeper.saw({team: ["m.room.tombstone"]})
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(SqlOutbox, "add", away)
        with pytest.raises(OperationalError):
            await keeper.work_off()
    keeper.saw({team: ["m.room.tombstone"]})
    await keeper.work_off()
    (alarm,) = await house.hears()
    assert "ga zelf ook niet naar een nieuwe kamer" in alarm.body
