"""Somebody's own room: made once, encrypted, for that person and the dossier bot, and nobody else."""

import pytest

from bots.access.gatekeeper import Gatekeeper
from bots.access.personal_room import ensure_personal_room
from hub.domain.circle import PERSONAL_ROOM
from tests.bots.rooms import FakeRooms
from tests.bots.test_gatekeeper import DOSSIER, GATEKEEPER, present
from tests.stories.room import Room


@pytest.fixture
def rooms() -> FakeRooms:
    return FakeRooms(GATEKEEPER)


@pytest.fixture
def keeper(house: Room, rooms: FakeRooms) -> Gatekeeper:
    return Gatekeeper(house.hub, rooms)


async def _wish(house: Room, who: str) -> None:
    async with house.world.unit() as unit:
        await unit.personal_rooms.wish(house.world.id(who), house.world.clock())


async def _room_of(house: Room, who: str) -> str:
    async with house.world.unit() as unit:
        found = await unit.personal_rooms.find(house.world.id(who))
    assert found is not None
    return found


async def test_who_has_something_waiting_gets_one_room_with_a_name_that_says_nothing(
    house: Room, rooms: FakeRooms, keeper: Gatekeeper
) -> None:
    await _wish(house, "samira")
    await _wish(house, "gerda")
    assert await keeper.work_off()
    assert await keeper.work_off()
    own = await _room_of(house, "samira")
    assert own != await _room_of(house, "gerda")
    assert present(rooms, own) - {GATEKEEPER} == {house.user("samira"), DOSSIER}
    state = rooms.rooms[own]
    assert state[("m.room.name", "")]["content"] == {"name": PERSONAL_ROOM}
    assert ("m.room.encryption", "") in state
    async with house.world.unit() as unit:
        assert await unit.personal_rooms.wishes() == []
        assert await unit.rooms.place(own) is None, "of no circle"


async def test_who_is_put_there_by_the_homeserver_is_taken_out_again(
    house: Room, rooms: FakeRooms, keeper: Gatekeeper
) -> None:
    await _wish(house, "samira")
    await keeper.work_off()
    own = await _room_of(house, "samira")
    await rooms.invite(own, house.user("wim"))
    await rooms.member_joins(own, house.user("wim"))
    keeper.saw({own: ["m.room.power_levels"]})
    await keeper.work_off()
    assert house.user("wim") not in present(rooms, own)


async def test_a_crash_between_making_and_writing_leaves_one_room(house: Room, rooms: FakeRooms) -> None:
    await rooms.create({"name": PERSONAL_ROOM})
    before = set(rooms.rooms)
    quiet = Gatekeeper(house.hub, rooms)._quiet
    await ensure_personal_room(house.hub, rooms, quiet, house.world.id("samira"))
    assert set(rooms.rooms) == before
