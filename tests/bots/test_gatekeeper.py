"""The gatekeeper brings rooms in line with what was decided, says what it repaired, and survives a crash anywhere."""

import pytest
from sqlalchemy import update

from bots.access.gatekeeper import Gatekeeper
from hub.adapters.sql.tables import person as person_table
from hub.application.ports import RoomPlace
from hub.domain.audit import AuditEvent
from hub.domain.circle import Circle, RoomKind
from hub.homeserver.room_templates import room_body
from tests.bots.rooms import FakeRooms, ProcessDied
from tests.stories.room import SERVER, Room, bodies, where

GATEKEEPER, DOSSIER = f"@poortwachter:{SERVER}", f"@dossier:{SERVER}"
EVERYBODY = ("anna", "carla", "gerda", "samira", "ruben", "noor", "pieter")
PROFESSIONALS = ("carla", "gerda", "samira", "ruben", "noor")


@pytest.fixture
def rooms() -> FakeRooms:
    return FakeRooms(GATEKEEPER)


@pytest.fixture
def keeper(house: Room, rooms: FakeRooms) -> Gatekeeper:
    return Gatekeeper(house.hub, rooms)


async def the_circle(house: Room) -> Circle:
    async with house.world.unit() as unit:
        return await unit.circles.get(house.world.circle_id)


async def the_room(house: Room, kind: RoomKind) -> str:
    async with house.world.unit() as unit:
        found = await unit.rooms.find(house.world.circle_id, kind)
    assert found is not None
    return found


async def everybody_joins(rooms: FakeRooms) -> None:
    for room_id, state in rooms.rooms.items():
        for kind, user in list(state):
            if kind == "m.room.member" and rooms.membership(room_id, user) == "invite":
                await rooms.member_joins(room_id, user)


def present(rooms: FakeRooms, room_id: str) -> set[str]:
    return {
        user
        for kind, user in rooms.rooms[room_id]
        if kind == "m.room.member" and rooms.membership(room_id, user) in {"join", "invite"}
    }


async def test_an_opened_circle_gets_a_space_and_two_rooms_once(
    house: Room, rooms: FakeRooms, keeper: Gatekeeper
) -> None:
    assert await keeper.work_off()
    made = [what[1] for what in rooms.calls if what[0] == "create"]
    pseudonym = (await the_circle(house)).pseudonym
    assert made == [f"Kring {pseudonym}", f"Kring {pseudonym} · kring", f"Kring {pseudonym} · team"]
    asked = len(rooms.calls)
    assert await keeper.full_round()
    assert len(rooms.calls) == asked


async def test_professionals_are_in_both_rooms_and_patient_and_relative_only_in_the_circle_room(
    house: Room, rooms: FakeRooms, keeper: Gatekeeper
) -> None:
    await keeper.work_off()
    bots = {GATEKEEPER, DOSSIER}
    circle_room, team_room = await the_room(house, RoomKind.CIRCLE), await the_room(house, RoomKind.TEAM)
    assert present(rooms, circle_room) == bots | {house.user(who) for who in EVERYBODY}
    assert present(rooms, team_room) == bots | {house.user(who) for who in PROFESSIONALS}
    assert present(rooms, await the_room(house, RoomKind.SPACE)) == {GATEKEEPER} | {
        house.user(who) for who in EVERYBODY
    }


async def test_the_dossier_bot_is_invited_first_so_that_it_can_greet(
    house: Room, rooms: FakeRooms, keeper: Gatekeeper
) -> None:
    await keeper.work_off()
    for kind in (RoomKind.CIRCLE, RoomKind.TEAM):
        room_id = await the_room(house, kind)
        invited = [what[2] for what in rooms.calls if what[:2] == ("invite", room_id)]
        assert invited[0] == DOSSIER


async def test_both_rooms_stand_in_the_space(house: Room, rooms: FakeRooms, keeper: Gatekeeper) -> None:
    await keeper.work_off()
    space = rooms.rooms[await the_room(house, RoomKind.SPACE)]
    for kind in (RoomKind.CIRCLE, RoomKind.TEAM):
        assert space[("m.space.child", await the_room(house, kind))]["content"]["via"] == [SERVER]


async def test_no_state_of_any_room_names_anybody(house: Room, rooms: FakeRooms, keeper: Gatekeeper) -> None:
    await keeper.work_off()
    told = str(rooms.rooms)
    for person in house.world.people.values():
        assert person.name.family not in told
        assert person.name.given not in told


@pytest.mark.parametrize("after", ["create", "set_state", "invite"])
@pytest.mark.parametrize("nth", [1, 2, 3])
async def test_a_crash_after_any_step_leads_to_the_same_rooms_and_none_twice(
    house: Room, rooms: FakeRooms, keeper: Gatekeeper, after: str, nth: int
) -> None:
    for _ in range(nth):
        rooms.crash_after = after
        try:
            await keeper.work_off()
        except ProcessDied:
            keeper = Gatekeeper(house.hub, rooms)
    await keeper.work_off()
    await keeper.full_round()

    assert len(rooms.rooms) == 3
    space = rooms.rooms[await the_room(house, RoomKind.SPACE)]
    for kind, members in ((RoomKind.CIRCLE, EVERYBODY), (RoomKind.TEAM, PROFESSIONALS)):
        room_id = await the_room(house, kind)
        assert ("m.space.child", room_id) in space
        assert present(rooms, room_id) == {GATEKEEPER, DOSSIER} | {house.user(who) for who in members}


async def test_a_private_room_that_a_crash_left_behind_is_used(
    house: Room, rooms: FakeRooms, keeper: Gatekeeper
) -> None:
    await keeper.work_off()
    async with house.world.unit() as unit:
        await unit.rooms.wish_private(house.world.circle_id, house.world.id("gerda"), house.world.clock())
    rooms.crash_after = "create"
    with pytest.raises(ProcessDied):
        await keeper.work_off()
    await Gatekeeper(house.hub, rooms).work_off()
    assert len(rooms.rooms) == 4
    async with house.world.unit() as unit:
        private = await unit.rooms.find(house.world.circle_id, RoomKind.PRIVATE, house.world.id("gerda"))
    assert private is not None
    assert present(rooms, private) == {GATEKEEPER, DOSSIER, house.user("gerda")}


async def test_a_room_of_that_name_that_somebody_was_in_is_never_taken_for_our_own(
    house: Room, rooms: FakeRooms, keeper: Gatekeeper
) -> None:
    pseudonym = (await the_circle(house)).pseudonym
    trap = await rooms.create(room_body(f"Kring {pseudonym} · team"))
    await rooms.invite(trap, house.user("wim"))
    await rooms.member_joins(trap, house.user("wim"))
    await keeper.work_off()
    assert await the_room(house, RoomKind.TEAM) != trap


async def test_a_stranger_is_removed_and_the_team_hears_of_it(
    house: Room, rooms: FakeRooms, keeper: Gatekeeper
) -> None:
    await keeper.work_off()
    await everybody_joins(rooms)
    circle_room = await the_room(house, RoomKind.CIRCLE)
    rooms.put(circle_room, "m.room.member", "@vreemd:elders", {"membership": "join"}, "@vreemd:elders")
    await house.hears()

    assert await keeper.reconcile(await the_circle(house)) == ["circle:stranger-removed"]
    assert rooms.membership(circle_room, "@vreemd:elders") == "leave"
    (told,) = await house.hears()
    assert where(told) == "team"
    assert told.body == (
        "De poortwachter heeft iets hersteld dat niet klopte: in de kringkamer: iemand die er niet hoort is verwijderd."
    )
    (entry,) = await house.world.logged(AuditEvent.ROOM_REPAIRED)
    assert (entry.initiator, entry.responsible_id) == ("bot:poortwachter", house.world.id("carla"))


async def test_a_relative_in_the_team_room_is_a_stranger_there(
    house: Room, rooms: FakeRooms, keeper: Gatekeeper
) -> None:
    await keeper.work_off()
    await everybody_joins(rooms)
    team_room = await the_room(house, RoomKind.TEAM)
    rooms.put(team_room, "m.room.member", house.user("pieter"), {"membership": "join"}, house.user("pieter"))
    assert await keeper.reconcile(await the_circle(house)) == ["team:stranger-removed"]
    assert rooms.membership(team_room, house.user("pieter")) == "leave"
    assert rooms.membership(await the_room(house, RoomKind.CIRCLE), house.user("pieter")) == "join"


@pytest.mark.parametrize(
    ("kind", "drifted", "told"),
    [
        ("m.room.power_levels", {"users_default": 100}, "de rechten"),
        ("m.room.history_visibility", {"history_visibility": "shared"}, "de zichtbaarheid van oude berichten"),
        ("m.room.name", {"name": "Kring van Anna de Wit"}, "de naam"),
        ("m.room.join_rules", {"join_rule": "public"}, "de toegang"),
    ],
)
async def test_drifted_state_is_repaired_and_the_team_hears_what(
    house: Room, rooms: FakeRooms, keeper: Gatekeeper, kind: str, drifted: dict[str, object], told: str
) -> None:
    await keeper.work_off()
    team_room = await the_room(house, RoomKind.TEAM)
    as_made = rooms.rooms[team_room][(kind, "")]["content"]
    rooms.put(team_room, kind, "", drifted, "@beheer:kring.test")
    await house.hears()
    assert await keeper.reconcile(await the_circle(house)) == [f"team:{kind}"]
    assert rooms.rooms[team_room][(kind, "")]["content"] == as_made
    assert f"in de teamkamer: {told} hersteld." in bodies(await house.hears())


async def test_an_expired_locum_is_removed_at_the_next_round_without_alarm(
    house: Room, rooms: FakeRooms, keeper: Gatekeeper
) -> None:
    until = house.world.clock().replace(hour=20)
    await house.world.admit("joost", until=until)
    await keeper.work_off()
    await everybody_joins(rooms)
    await house.hears()
    house.world.clock.pass_by(hours=12)
    assert await keeper.full_round()
    for kind in (RoomKind.SPACE, RoomKind.CIRCLE, RoomKind.TEAM):
        assert rooms.membership(await the_room(house, kind), house.user("joost")) == "leave"
    assert await house.hears() == []


async def test_a_discharged_person_loses_the_private_room_as_well(
    house: Room, rooms: FakeRooms, keeper: Gatekeeper
) -> None:
    await keeper.work_off()
    async with house.world.unit() as unit:
        await unit.rooms.wish_private(house.world.circle_id, house.world.id("samira"), house.world.clock())
    await keeper.work_off()
    await everybody_joins(rooms)
    await house.discharge("samira")
    await keeper.work_off()
    assert all(house.user("samira") not in present(rooms, room_id) for room_id in rooms.rooms)


async def test_somebody_else_in_a_private_room_is_removed_and_told(
    house: Room, rooms: FakeRooms, keeper: Gatekeeper
) -> None:
    await keeper.work_off()
    async with house.world.unit() as unit:
        private = await rooms.create(
            {"name": f"Kring {(await unit.circles.get(house.world.circle_id)).pseudonym} · privé"}
        )
        place = RoomPlace(private, house.world.circle_id, RoomKind.PRIVATE, house.world.id("gerda"))
        await unit.rooms.add(place, house.world.clock())
    await keeper.full_round()
    rooms.put(private, "m.room.member", house.user("carla"), {"membership": "join"}, house.user("carla"))
    assert await keeper.reconcile(await the_circle(house)) == ["private:stranger-removed"]


async def test_who_left_by_themselves_is_not_invited_again(house: Room, rooms: FakeRooms, keeper: Gatekeeper) -> None:
    await keeper.work_off()
    await everybody_joins(rooms)
    circle_room = await the_room(house, RoomKind.CIRCLE)
    rooms.clock_ms = int(house.world.clock().timestamp() * 1000) + 60_000
    await rooms.member_leaves(circle_room, house.user("pieter"))
    house.world.clock.pass_by(hours=1)
    await keeper.full_round()
    assert rooms.membership(circle_room, house.user("pieter")) == "leave"


async def test_who_left_and_was_admitted_again_later_is_invited_again(
    house: Room, rooms: FakeRooms, keeper: Gatekeeper
) -> None:
    await keeper.work_off()
    await everybody_joins(rooms)
    circle_room = await the_room(house, RoomKind.CIRCLE)
    rooms.clock_ms = int(house.world.clock().timestamp() * 1000) + 60_000
    await rooms.member_leaves(circle_room, house.user("pieter"))
    house.world.clock.pass_by(hours=1)
    await house.discharge("pieter")
    house.world.clock.pass_by(hours=1)
    await house.world.admit("pieter")
    await keeper.work_off()
    assert rooms.membership(circle_room, house.user("pieter")) == "invite"


async def test_a_damaged_record_of_one_person_does_not_end_the_gatekeeper(
    house: Room, rooms: FakeRooms, keeper: Gatekeeper
) -> None:
    await keeper.work_off()
    async with house.world.unit() as unit:
        circle = await unit.circles.get(house.world.circle_id)
        damaged = update(person_table).where(person_table.c.id == circle.lead_id).values(sealed_name=b"vergaan")
        await unit.connection.execute(damaged)
        room_id = await unit.rooms.find(circle.id, RoomKind.CIRCLE, None)
    assert room_id is not None
    rooms.put(room_id, "m.room.history_visibility", "", {"history_visibility": "shared"}, rooms.gatekeeper)
    assert not await keeper.full_round()
    state = await rooms.state(room_id)
    assert state[("m.room.history_visibility", "")]["content"] == {"history_visibility": "joined"}


async def test_one_circle_that_the_homeserver_refuses_does_not_hold_up_what_others_need(
    house: Room, rooms: FakeRooms, keeper: Gatekeeper
) -> None:
    await keeper.work_off()
    await house.world.admit("joost")
    async with house.world.unit() as unit:
        await unit.rooms.wish_private(house.world.circle_id, house.world.id("gerda"), house.world.clock())
    rooms.refuse_to_invite = house.user("joost")
    assert not await keeper.work_off()
    async with house.world.unit() as unit:
        assert await unit.rooms.find(house.world.circle_id, RoomKind.PRIVATE, house.world.id("gerda")) is not None
        assert not await unit.circles.is_reconciled(house.world.circle_id)
    rooms.refuse_to_invite = None
    assert await keeper.work_off()
