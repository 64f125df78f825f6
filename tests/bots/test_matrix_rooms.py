"""The gatekeeper's reading of what the homeserver answers: junk is left out and ends nothing."""

from typing import Any

import pytest

from bots.access.desired import membership_plan, state_drift
from bots.access.matrix_rooms import MatrixRooms
from bots.runtime.http import MatrixHttp
from hub.domain.circle import RoomKind
from hub.domain.errors import DeliveryDelayed

JUNK: tuple[Any, ...] = (None, 7, [], {}, "", "\ud800", "\x00", ["join"], {"membership": ["join"]})


class Homeserver(MatrixHttp):
    """Answers what it is told to."""

    def __init__(self, answer: Any) -> None:
        super().__init__("http://127.0.0.1:1")
        self.answer = answer

    async def room_state(self, room_id: str) -> list[Any]:
        return list(self.answer)

    async def request(self, *_args: Any, **_more: Any) -> Any:
        return self.answer


async def test_state_without_a_shape_keeps_nobody_from_being_removed() -> None:
    good = {"type": "m.room.member", "state_key": "@vreemd:elders", "content": {"membership": "join"}}
    junk: list[Any] = [{**good, field: value} for field in good for value in JUNK if (field, value) != ("type", "")]
    state = await MatrixRooms(Homeserver([*junk, {}, good])).state("!kamer")
    plan = membership_plan(state, frozenset(), frozenset(), None, {})
    assert plan.remove == ("@vreemd:elders",)
    assert state_drift(state, RoomKind.TEAM, "kring") != []


@pytest.mark.parametrize("answer", [{}, {"room_id": None}, {"room_id": ["!kamer"]}])
async def test_a_room_without_a_name_is_asked_for_again(answer: Any) -> None:
    with pytest.raises(DeliveryDelayed):
        await MatrixRooms(Homeserver(answer)).create({})
