"""The pin of a room: the gatekeeper knows which message carries the card, and nothing of what it says."""

from datetime import timedelta

import pytest
from sqlalchemy import insert

from bots.access.gatekeeper import Gatekeeper
from bots.access.pinning import PINNED
from hub.adapters.sql.dossier_tables import room_card
from hub.domain.audit import AuditEvent
from hub.domain.circle import RoomKind
from hub.domain.errors import DeliveryDelayed
from tests.bots.rooms import FakeRooms, ProcessDied
from tests.bots.test_gatekeeper import GATEKEEPER, everybody_joins, the_room
from tests.stories.room import Room

CARD, LATER = "$" + "a" * 43, "$" + "b" * 43


@pytest.fixture
def rooms() -> FakeRooms:
    return FakeRooms(GATEKEEPER)


@pytest.fixture
def keeper(house: Room, rooms: FakeRooms) -> Gatekeeper:
    return Gatekeeper(house.hub, rooms)


async def carries(house: Room, event_id: str) -> str:
    """The card of the team room is in this message now."""
    room_id = await the_room(house, RoomKind.TEAM)
    async with house.hub.database.transaction() as connection:
        known = room_card.update().where(room_card.c.room_id == room_id).values(event_id=event_id)
        if (await connection.execute(known)).rowcount == 0:
            row = {"room_id": room_id, "circle_id": house.world.circle_id, "event_id": event_id}
            await connection.execute(insert(room_card).values(row))
    return room_id


def pinned(rooms: FakeRooms, room_id: str) -> object:
    event = rooms.rooms[room_id].get((PINNED, ""))
    return None if event is None else event["content"]


async def test_the_card_is_pinned_once_and_the_pin_moves_with_it(
    house: Room, rooms: FakeRooms, keeper: Gatekeeper
) -> None:
    await keeper.work_off()
    await everybody_joins(rooms)
    room_id = await carries(house, CARD)
    await keeper.work_off()
    assert pinned(rooms, room_id) == {"pinned": [CARD]}
    asked = len(rooms.calls)
    await keeper.work_off()
    assert len(rooms.calls) == asked, "nothing changed"
    await carries(house, LATER)
    await keeper.work_off()
    assert pinned(rooms, room_id) == {"pinned": [LATER]}, "exactly one"


async def test_a_room_without_a_card_has_nothing_pinned(house: Room, rooms: FakeRooms, keeper: Gatekeeper) -> None:
    await keeper.work_off()
    await keeper.full_round()
    assert not any(call[0] == "set_state" and call[2] == PINNED for call in rooms.calls)


async def test_a_pin_that_somebody_moved_is_put_back_and_told(
    house: Room, rooms: FakeRooms, keeper: Gatekeeper
) -> None:
    await keeper.work_off()
    await everybody_joins(rooms)
    room_id = await carries(house, CARD)
    await keeper.work_off()
    rooms.put(room_id, PINNED, "", {"pinned": [LATER]}, "@iemand:kring.test")
    await keeper.full_round()
    assert pinned(rooms, room_id) == {"pinned": [CARD]}
    (repaired,) = await house.world.logged(AuditEvent.ROOM_REPAIRED)
    assert repaired.detail == f"team:{PINNED}"


async def test_a_crash_right_after_pinning_pins_it_again_and_says_nothing(
    house: Room, rooms: FakeRooms, keeper: Gatekeeper
) -> None:
    await keeper.work_off()
    await everybody_joins(rooms)
    room_id = await carries(house, CARD)
    rooms.crash_after = "set_state"
    with pytest.raises(ProcessDied):
        await keeper.work_off()
    keeper = Gatekeeper(house.hub, rooms)
    await keeper.work_off()
    assert pinned(rooms, room_id) == {"pinned": [CARD]}
    assert await house.world.logged(AuditEvent.ROOM_REPAIRED) == []


async def test_a_homeserver_that_is_away_is_tried_again(
    house: Room, rooms: FakeRooms, keeper: Gatekeeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    await keeper.work_off()
    await everybody_joins(rooms)
    room_id = await carries(house, CARD)

    async def away(*_: object) -> None:
        raise DeliveryDelayed("weg", timedelta(seconds=1))

    with monkeypatch.context() as weather:
        weather.setattr(rooms, "set_state", away)
        assert not await keeper.work_off()
    assert await keeper.work_off()
    assert pinned(rooms, room_id) == {"pinned": [CARD]}
