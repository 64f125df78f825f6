"""What the gatekeeper does on the homeserver: make rooms, invite, remove, repair state. No keys, no messages."""

from datetime import timedelta
from typing import Any
from urllib.parse import quote

from bots.runtime.http import MatrixHttp, MatrixRefused
from bots.runtime.untrusted import JsonObject, storable, text_at, user_id
from hub.domain.errors import DeliveryDelayed
from hub.homeserver.guard_rules import REMOVAL_REASON

_CLIENT = "/_matrix/client/v3"


class MatrixRooms:
    """The gatekeeper's view of the client-server API."""

    def __init__(self, http: MatrixHttp) -> None:
        self._http = http

    async def create(self, body: dict[str, Any]) -> str:
        """Create a room; returns its id."""
        room_id = storable((await self._http.request("POST", f"{_CLIENT}/createRoom", body=body)).get("room_id"))
        if room_id is None:
            raise DeliveryDelayed("De Matrix-server zegt niet welke kamer is gemaakt.", timedelta(seconds=5))
        return room_id

    async def joined(self) -> frozenset[str]:
        return await self._http.joined_rooms()

    async def state(self, room_id: str) -> dict[tuple[str, str], dict[str, Any]]:
        """The room's current state: (type, state key) → event. What has no shape is as if it were not there."""
        events = await self._http.room_state(room_id)
        return {(event["type"], event["state_key"]): event for event in events if _has_shape(event)}

    async def set_state(self, room_id: str, kind: str, content: dict[str, Any], state_key: str = "") -> None:
        path = f"{_CLIENT}/rooms/{quote(room_id)}/state/{quote(kind)}/{quote(state_key)}"
        await self._http.request("PUT", path, body=content)

    async def invite(self, room_id: str, user_id: str) -> None:
        """Invite; somebody who is in the room already is fine."""
        try:
            await self._http.request("POST", f"{_CLIENT}/rooms/{quote(room_id)}/invite", body={"user_id": user_id})
        except MatrixRefused as refused:
            if refused.errcode != "M_FORBIDDEN" or "already in the room" not in str(refused.answer.get("error", "")):
                raise

    async def remove(self, room_id: str, user_id: str) -> None:
        """Kick, or take an invitation back; Element shows the reason."""
        body = {"user_id": user_id, "reason": REMOVAL_REASON}
        await self._http.request("POST", f"{_CLIENT}/rooms/{quote(room_id)}/kick", body=body)


def _has_shape(event: JsonObject) -> bool:
    kind, key = text_at(event, "type"), text_at(event, "state_key")
    if not isinstance(event.get("content"), dict) or kind is None or key is None or (key and storable(key) is None):
        return False
    return kind != "m.room.member" or (user_id(key) is not None and text_at(event, "content", "membership") is not None)
