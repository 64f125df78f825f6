"""N13: in rooms of version 12 the maker has all power and stands in no list; nio says that the maker has none.

For mevrouw de Wit: the gatekeeper would believe that it may not remove anybody, and leave her former neighbour in.
"""

from urllib.parse import quote

import pytest

from hub.homeserver.room_templates import room_body
from tests.faults.nio.bedside import Bedside
from tests.homeserver.world import refused

pytestmark = pytest.mark.real


async def test_n13_the_gatekeeper_stands_in_no_list_and_removes_and_nobody_else_does(bedside: Bedside) -> None:
    gatekeeper, room = bedside.ward.circle.gatekeeper, bedside.room
    status, made = await gatekeeper.call("POST", "/createRoom", room_body("Kring 7F3K · team"))
    assert (status, made.get("error")) == (200, None)
    assert (await gatekeeper.state(made["room_id"], "m.room.power_levels"))["users"] == {}
    create = await gatekeeper.state(room, "m.room.create")
    assert create["room_version"] == "12"
    assert not create.get("additional_creators")

    kick = f"/rooms/{quote(room)}/kick"
    for nobody in (bedside.fatima, bedside.bram):
        answer = await nobody.request("POST", f"/_matrix/client/v3{kick}", {"user_id": bedside.bot.home.user_id})
        assert (answer.status, answer.code) == (403, "M_FORBIDDEN")
    assert not refused(await gatekeeper.call("POST", kick, {"user_id": bedside.bram.user_id}))
    await bedside.bram.wait_for_membership("leave", room)
