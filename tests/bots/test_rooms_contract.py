"""What the gatekeeper may count on, from the fake of the stories and from a real homeserver alike."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from bots.access.desired import is_untouched, state_drift
from bots.runtime.http import MatrixHttp
from hub.domain.circle import RoomKind
from hub.domain.errors import DeliveryRefused
from hub.homeserver.room_templates import room_body, space_body
from tests.bots.rooms import FakeRooms, RealRooms
from tests.homeserver.world import CircleOnServer

NAME = "Kring 4WPN · team"


@dataclass
class Server:
    rooms: FakeRooms | RealRooms
    marieke: str
    kees: str

    async def membership(self, room_id: str, user: str) -> tuple[str, str] | None:
        """(membership, sender) of this person."""
        event = (await self.rooms.state(room_id)).get(("m.room.member", user))
        return None if event is None else (event["content"]["membership"], event["sender"])


@pytest.fixture(params=["fake", pytest.param("real", marks=pytest.mark.real)])
def circle_on_server(request: pytest.FixtureRequest) -> CircleOnServer | None:
    """Started outside any test's event loop; None for the fake."""
    return request.getfixturevalue("circle") if request.param == "real" else None


@pytest.fixture
async def server(circle_on_server: CircleOnServer | None) -> AsyncIterator[Server]:
    if circle_on_server is None:
        yield Server(FakeRooms("@poortwachter:kring.test"), "@k1:kring.test", "@k2:kring.test")
        return
    gatekeeper, marieke, kees = circle_on_server.gatekeeper, circle_on_server.marieke, circle_on_server.kees
    async with MatrixHttp(gatekeeper.base_url, gatekeeper.token) as http:
        tokens = {marieke.user_id: marieke.token, kees.user_id: kees.token}
        rooms = RealRooms(http, gatekeeper.user_id, gatekeeper.base_url, tokens)
        yield Server(rooms, marieke.user_id, kees.user_id)


async def test_a_room_that_was_made_is_as_the_template_and_untouched(server: Server) -> None:
    room = await server.rooms.create(room_body(NAME))
    assert room in await server.rooms.joined()
    state = await server.rooms.state(room)
    assert state_drift(state, RoomKind.TEAM, NAME) == []
    assert is_untouched(state, NAME, server.rooms.gatekeeper)


async def test_a_space_that_was_made_is_as_the_template(server: Server) -> None:
    space = await server.rooms.create(space_body("Kring 4WPN"))
    assert state_drift(await server.rooms.state(space), RoomKind.SPACE, "Kring 4WPN") == []


async def test_state_that_was_set_is_what_stands_there(server: Server) -> None:
    room = await server.rooms.create(room_body(NAME))
    await server.rooms.set_state(room, "m.room.name", {"name": "Kring 4WPN · iets anders"})
    state = await server.rooms.state(room)
    assert [kind for kind, _ in state_drift(state, RoomKind.TEAM, NAME)] == ["m.room.name"]
    assert not is_untouched(state, NAME, server.rooms.gatekeeper)


async def test_a_room_is_listed_in_its_space_by_its_id(server: Server) -> None:
    space = await server.rooms.create(space_body("Kring 4WPN"))
    room = await server.rooms.create(room_body(NAME))
    await server.rooms.set_state(space, "m.space.child", {"via": ["kring.test"], "suggested": True}, room)
    assert ("m.space.child", room) in await server.rooms.state(space)


async def test_inviting_twice_and_inviting_who_is_there_already_is_fine(server: Server) -> None:
    room = await server.rooms.create(room_body(NAME))
    await server.rooms.invite(room, server.marieke)
    await server.rooms.invite(room, server.marieke)
    assert await server.membership(room, server.marieke) == ("invite", server.rooms.gatekeeper)
    await server.rooms.member_joins(room, server.marieke)
    await server.rooms.invite(room, server.marieke)
    assert await server.membership(room, server.marieke) == ("join", server.marieke)
    assert not is_untouched(await server.rooms.state(room), NAME, server.rooms.gatekeeper)


async def test_removing_takes_a_member_out_and_an_invitation_back(server: Server) -> None:
    room = await server.rooms.create(room_body(NAME))
    for user in (server.marieke, server.kees):
        await server.rooms.invite(room, user)
    await server.rooms.member_joins(room, server.marieke)
    for user in (server.marieke, server.kees):
        await server.rooms.remove(room, user)
        assert await server.membership(room, user) == ("leave", server.rooms.gatekeeper)
        told = (await server.rooms.state(room))[("m.room.member", user)]["content"]["reason"]
        assert "BW 7:457" in told
        assert "Bel de regiehouder" in told


async def test_somebody_who_left_says_so_under_their_own_name_and_can_be_invited_again(server: Server) -> None:
    room = await server.rooms.create(room_body(NAME))
    await server.rooms.invite(room, server.kees)
    await server.rooms.member_joins(room, server.kees)
    await server.rooms.member_leaves(room, server.kees)
    assert await server.membership(room, server.kees) == ("leave", server.kees)
    assert isinstance((await server.rooms.state(room))[("m.room.member", server.kees)]["origin_server_ts"], int)
    await server.rooms.invite(room, server.kees)
    assert await server.membership(room, server.kees) == ("invite", server.rooms.gatekeeper)


async def test_removing_somebody_who_is_not_there_is_refused(server: Server) -> None:
    room = await server.rooms.create(room_body(NAME))
    with pytest.raises(DeliveryRefused):
        await server.rooms.remove(room, server.kees)


async def test_a_room_that_does_not_exist_is_refused(server: Server) -> None:
    with pytest.raises(DeliveryRefused):
        await server.rooms.state("!bestaat-niet")
