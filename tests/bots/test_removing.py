"""Who lost their place leaves the rooms before anything else is done, without asking the homeserver first (E6)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from datetime import timedelta
from typing import Any

import pytest

from bots.access.gatekeeper import Gatekeeper
from bots.access.removing import Remover
from hub.adapters.sql import matrix_inbox
from hub.adapters.sql.matrix_records import MemberChange
from hub.domain.audit import AuditEvent
from hub.domain.circle import RoomKind
from hub.domain.errors import DeliveryDelayed
from tests.bots.rooms import FakeRooms
from tests.bots.test_gatekeeper import GATEKEEPER, everybody_joins, present, the_room
from tests.stories.room import Room


class Counted(FakeRooms):
    """Also counts how often a room's state was asked for; ``away``: the homeserver does not answer a removal."""

    looked = 0
    away = False

    async def state(self, room_id: str) -> dict[tuple[str, str], dict[str, Any]]:
        self.looked += 1
        return await super().state(room_id)

    async def remove(self, room_id: str, user_id: str) -> None:
        if self.away:
            raise DeliveryDelayed("De Matrix-server antwoordt niet.", timedelta(seconds=1))
        await super().remove(room_id, user_id)


@pytest.fixture
async def rooms(house: Room) -> Counted:
    """The rooms as the gatekeeper made them; everybody joined, and the dossier bot's sync shows it."""
    rooms = Counted(GATEKEEPER)
    await Gatekeeper(house.hub, rooms).full_round()
    await everybody_joins(rooms)
    seen = [
        MemberChange(room_id, user, "join", user, 0)
        for room_id, state in rooms.rooms.items()
        for kind, user in state
        if kind == "m.room.member" and rooms.membership(room_id, user) == "join"
        and "m.room.create" not in user
    ]  # fmt: skip
    space = await the_room(house, RoomKind.SPACE)
    async with house.hub.database.transaction() as connection:
        await matrix_inbox.update_members(connection, [change for change in seen if change.room_id != space])
    rooms.looked = 0
    return rooms


@pytest.fixture
def remover(house: Room, rooms: Counted) -> Remover:
    return Remover(house.hub, rooms, lambda _room: nullcontext())


def removed(rooms: FakeRooms, user: str) -> int:
    return len([call for call in rooms.calls if call[0] == "remove" and call[2] == user])


async def test_who_was_discharged_is_out_of_all_three_rooms_without_a_look_at_any(
    house: Room, rooms: Counted, remover: Remover
) -> None:
    await house.discharge("ruben")
    await remover.work_off()
    assert all(house.user("ruben") not in present(rooms, room_id) for room_id in rooms.rooms)
    assert rooms.looked == 0
    assert removed(rooms, house.user("ruben")) == 3


async def test_once_is_enough_and_an_ended_period_counts_as_well(house: Room, rooms: Counted, remover: Remover) -> None:
    await house.world.admit("joost", until=house.world.clock() + timedelta(hours=1))
    await Gatekeeper(house.hub, rooms).work_off()
    team = await the_room(house, RoomKind.TEAM)
    async with house.hub.database.transaction() as connection:
        change = MemberChange(team, house.user("joost"), "invite", GATEKEEPER, 0)
        await matrix_inbox.update_members(connection, [change])
    await remover.work_off()
    assert removed(rooms, house.user("joost")) == 0
    house.world.clock.pass_by(hours=1)
    for _ in range(3):
        await remover.work_off()
    assert house.user("joost") not in present(rooms, team)
    assert removed(rooms, house.user("joost")) == 2, "the team room as the sync shows it, and the space"


async def test_somebody_who_is_back_already_stays(house: Room, rooms: Counted, remover: Remover) -> None:
    await house.discharge("ruben")
    await house.world.admit("ruben")
    await remover.work_off()
    assert removed(rooms, house.user("ruben")) == 0


async def test_what_the_remover_could_not_do_the_gatekeeper_does_and_no_alarm_tells_of_nothing(
    house: Room, rooms: Counted, remover: Remover
) -> None:
    rooms.away = True
    await house.discharge("ruben")
    await remover.work_off()
    rooms.away = False
    await Gatekeeper(house.hub, rooms).work_off()
    assert all(house.user("ruben") not in present(rooms, room_id) for room_id in rooms.rooms)
    assert await house.world.logged(AuditEvent.ROOM_ALARM) == []


async def test_two_who_remove_at_the_same_time_tell_nobody_of_a_refusal(house: Room, rooms: Counted) -> None:
    """The gatekeeper looked a moment before the remover was done: what it wants to remove is gone."""
    user = house.user("ruben")

    @asynccontextmanager
    async def meanwhile(room_id: str) -> AsyncIterator[None]:
        if room_id in rooms.rooms and user in present(rooms, room_id):
            await rooms.remove(room_id, user)
        yield

    keeper = Gatekeeper(house.hub, rooms, quiet=meanwhile)
    await house.discharge("ruben")
    assert await keeper.work_off()
    team = await the_room(house, RoomKind.TEAM)
    assert user not in present(rooms, team)
    assert await house.world.logged(AuditEvent.ROOM_ALARM) == []


async def test_a_room_in_which_the_bot_is_speaking_holds_up_no_other(house: Room, rooms: Counted) -> None:
    """Silence in one room takes a while when the bot is speaking there; neither the others nor who goes next wait."""
    speaking, left = asyncio.Event(), asyncio.Event()
    team, circle = await the_room(house, RoomKind.TEAM), await the_room(house, RoomKind.CIRCLE)

    @asynccontextmanager
    async def quiet(room_id: str) -> AsyncIterator[None]:
        if room_id == team:
            await speaking.wait()
        yield
        if room_id == circle:
            left.set()

    remover = Remover(house.hub, rooms, quiet)
    await house.discharge("ruben")
    first = asyncio.create_task(remover.work_off())
    async with asyncio.timeout(60):
        await left.wait()
        assert house.user("ruben") not in present(rooms, circle)
        assert house.user("ruben") in present(rooms, team)
        left.clear()
        await house.discharge("pieter")
        await remover.work_off()
        assert house.user("pieter") not in present(rooms, circle)
        speaking.set()
        await first
    assert house.user("ruben") not in present(rooms, team)
