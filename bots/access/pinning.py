"""Pins the card of each room. The gatekeeper knows which message it is, and cannot read it: it has no keys."""

from collections.abc import Mapping
from typing import Any

import structlog

from bots.access.desired import State
from bots.access.matrix_rooms import MatrixRooms
from hub.bootstrap import Hub
from hub.domain.errors import DeliveryFailed, DeliveryRefused

PINNED = "m.room.pinned_events"
_log = structlog.get_logger("bots.gatekeeper")


class Pinner:
    """Moves the pin to the message that carries the card now."""

    def __init__(self, hub: Hub, rooms: MatrixRooms) -> None:
        self._hub = hub
        self._rooms = rooms
        self._refused: set[tuple[str, str]] = set()

    async def waiting(self) -> list[tuple[str, str]]:
        """(room, event) still to be pinned, without what the homeserver refused before."""
        async with self._hub.transactions.reading() as unit:
            return [one for one in await unit.room_cards.unpinned() if one not in self._refused]

    async def work_off(self) -> bool:
        """False when a room has to be tried again."""
        return all([await self._tried(room_id, event_id) for room_id, event_id in await self.waiting()])

    async def repair(self, room_id: str, state: State) -> bool:
        """Put the pin back where we left it; True when it was somewhere else."""
        async with self._hub.transactions.reading() as unit:
            event_id = await unit.room_cards.pin_of(room_id)
        found: Mapping[str, Any] = state.get((PINNED, ""), {}).get("content", {})
        if event_id is None or dict(found) == _only(event_id):
            return False
        await self._rooms.set_state(room_id, PINNED, _only(event_id))
        return True

    async def _tried(self, room_id: str, event_id: str) -> bool:
        try:
            await self._rooms.set_state(room_id, PINNED, _only(event_id))
        except DeliveryRefused as error:
            # The card can be read all the same; asking again each second would not make it pinned.
            self._refused.add((room_id, event_id))
            _log.error("pin-refused", room=room_id, code=error.code)
            return True
        except DeliveryFailed as error:
            _log.warning("pin-delayed", code=error.code)
            return False
        async with self._hub.transactions() as unit:
            await unit.room_cards.pinned(room_id, event_id)
        return True


def _only(event_id: str) -> dict[str, list[str]]:
    return {"pinned": [event_id]}
