"""The gatekeeper's side of a homeserver in memory, with the same contract as ``MatrixRooms`` on a real one."""

import copy
import itertools
from typing import Any

from bots.access.matrix_rooms import MatrixRooms
from bots.runtime.http import MatrixHttp, MatrixRefused
from hub.homeserver.guard_rules import REMOVAL_REASON

_NUMBERS = itertools.count(1)
Event = dict[str, Any]


class FakeRooms(MatrixRooms):
    """Rooms by id: (type, state key) → event. ``calls`` counts what was asked; ``crash_after`` names a call that the
    process does not survive: done on the server, and raised here.
    """

    def __init__(self, gatekeeper: str) -> None:  # no HTTP
        self.gatekeeper = gatekeeper
        self.rooms: dict[str, dict[tuple[str, str], Event]] = {}
        self.calls: list[tuple[str, ...]] = []
        self.refuse_to_invite: str | None = None
        self.refuse_to_remove: str | None = None
        self.crash_after: str | None = None
        self.clock_ms = 1_790_000_000_000

    def put(self, room_id: str, kind: str, key: str, content: Event, sender: str) -> None:
        event = {
            "type": kind,
            "state_key": key,
            "content": copy.deepcopy(content),
            "sender": sender,
            "origin_server_ts": self.clock_ms,
        }
        self.rooms[room_id][(kind, key)] = event

    def membership(self, room_id: str, user: str) -> str | None:
        event = self.rooms[room_id].get(("m.room.member", user))
        return None if event is None else str(event["content"]["membership"])

    # What the gatekeeper asks.

    async def create(self, body: dict[str, Any]) -> str:
        room_id = f"!r{next(_NUMBERS)}"
        self.rooms[room_id] = {}
        self.put(room_id, "m.room.create", "", body.get("creation_content", {}), self.gatekeeper)
        self.put(room_id, "m.room.member", self.gatekeeper, {"membership": "join"}, self.gatekeeper)
        for item in body.get("initial_state", []):
            self.put(room_id, item["type"], item["state_key"], item["content"], self.gatekeeper)
        self.put(room_id, "m.room.name", "", {"name": body["name"]}, self.gatekeeper)
        self._called("create", body["name"])
        return room_id

    async def joined(self) -> frozenset[str]:
        return frozenset(room for room in self.rooms if self.membership(room, self.gatekeeper) == "join")

    async def state(self, room_id: str) -> dict[tuple[str, str], dict[str, Any]]:
        return copy.deepcopy(self._room(room_id))

    async def set_state(self, room_id: str, kind: str, content: dict[str, Any], state_key: str = "") -> None:
        self._room(room_id)
        self.put(room_id, kind, state_key, content, self.gatekeeper)
        self._called("set_state", room_id, kind)

    async def invite(self, room_id: str, user_id: str) -> None:
        self._room(room_id)
        if user_id == self.refuse_to_invite:
            raise _forbidden()
        if self.membership(room_id, user_id) != "join":
            self.put(room_id, "m.room.member", user_id, {"membership": "invite"}, self.gatekeeper)
        self._called("invite", room_id, user_id)

    async def remove(self, room_id: str, user_id: str) -> None:
        self._room(room_id)
        if user_id == self.refuse_to_remove or self.membership(room_id, user_id) not in {"join", "invite"}:
            raise _forbidden()
        self.put(room_id, "m.room.member", user_id, {"membership": "leave", "reason": REMOVAL_REASON}, self.gatekeeper)
        self._called("remove", room_id, user_id)

    # What members do.

    async def member_joins(self, room_id: str, user_id: str) -> None:
        assert self.membership(room_id, user_id) == "invite"
        self.put(room_id, "m.room.member", user_id, {"membership": "join"}, user_id)

    async def member_leaves(self, room_id: str, user_id: str) -> None:
        self.put(room_id, "m.room.member", user_id, {"membership": "leave"}, user_id)

    def _room(self, room_id: str) -> dict[tuple[str, str], Event]:
        if room_id not in self.rooms:
            raise _forbidden()
        return self.rooms[room_id]

    def _called(self, name: str, *what: str) -> None:
        self.calls.append((name, *what))
        if name == self.crash_after:
            self.crash_after = None
            raise ProcessDied


class ProcessDied(BaseException):
    """kill -9, seen from inside: nothing after this line happened. No handler of errors may catch it."""


class RealRooms(MatrixRooms):
    """The real one, and what members do with accounts of their own. ``tokens``: user id → access token."""

    def __init__(self, http: MatrixHttp, gatekeeper: str, base_url: str, tokens: dict[str, str]) -> None:
        super().__init__(http)
        self.gatekeeper = gatekeeper
        self._base_url = base_url
        self._tokens = tokens

    async def member_joins(self, room_id: str, user_id: str) -> None:
        async with MatrixHttp(self._base_url, self._tokens[user_id]) as http:
            await http.join(room_id)

    async def member_leaves(self, room_id: str, user_id: str) -> None:
        async with MatrixHttp(self._base_url, self._tokens[user_id]) as http:
            await http.leave(room_id)


def _forbidden() -> MatrixRefused:
    return MatrixRefused("dit", 403, "M_FORBIDDEN", {"error": "not in the room"})
