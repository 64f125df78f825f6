"""Verwijderen gaat voor: whose place ended leaves the rooms before anything else is done for any circle.

Opening rooms and repairing them can take seconds; nobody who lost their place may stay because of that (E6). So this
looks at nothing but the places that just ended, and removes by what the dossier bot's sync shows, without asking the
homeserver first. What is missed here, the gatekeeper's ordinary look finds: it compares every room with the roster.
"""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, suppress
from datetime import datetime, timedelta

import structlog

from bots.access.matrix_rooms import MatrixRooms
from bots.runtime.crash_points import reached
from hub.adapters.sql.circles import Removal
from hub.adapters.sql.unit_of_work import SqlUnitOfWork
from hub.application.ports import RoomPlace
from hub.bootstrap import Hub
from hub.domain.circle import RoomKind
from hub.domain.errors import DeliveryFailed

GLANCE = 1.0
AT_ONCE = 8
"""Removals at the same time. Synapse does one thing at a time; more would only make other people's messages wait."""
_OVERLAP = timedelta(seconds=30)
"""How far back each look goes beyond the one before: clocks differ, and a commit takes a moment."""
_AT_START = timedelta(minutes=5)
_log = structlog.get_logger("bots.removing")


class Remover:
    """Removes who lost their place, from all rooms of that circle. ``quiet`` as in the gatekeeper (ADR 0020)."""

    def __init__(
        self,
        hub: Hub,
        rooms: MatrixRooms,
        quiet: Callable[[str], AbstractAsyncContextManager[None]],
    ) -> None:
        self._hub = hub
        self._rooms = rooms
        self._quiet = quiet
        self.wake = asyncio.Event()
        """Set when something was committed."""
        self._turn = asyncio.Lock()
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._done: dict[Removal, datetime] = {}
        self._looked_until = hub.now() - _AT_START

    async def run(self, stop: asyncio.Event) -> None:
        """Until ``stop``: at every commit, and now and then for periods that ran out."""
        while not stop.is_set():
            self.wake.clear()
            await self.work_off()
            with suppress(TimeoutError):
                await asyncio.wait_for(self.wake.wait(), GLANCE)

    async def work_off(self) -> None:
        """Everybody whose place ended since the last look. Who calls it meanwhile does not wait for a room in which the
        bot is speaking: only for what it found itself."""
        async with self._turn:
            now = self._hub.now()
            async with self._hub.transactions.reading() as unit:
                ended = await unit.circles.removals(self._looked_until - _OVERLAP, now)
                todo = [removal for removal in ended if removal not in self._done]
                work = [(removal, await self._places(unit, removal)) for removal in todo]
            self._looked_until = now
            self._done |= dict.fromkeys(todo, now)
            self._done = {removal: at for removal, at in self._done.items() if now - at < 4 * _OVERLAP}
        await asyncio.gather(
            *(self._remove(place.room_id, removal.matrix_id) for removal, places in work for place in places)
        )

    async def _places(self, unit: SqlUnitOfWork, removal: Removal) -> list[RoomPlace]:
        """Where the sync shows them, and the space, which the dossier bot does not see."""
        return [
            place
            for place in await unit.rooms.of_circle(removal.circle_id)
            if place.kind is RoomKind.SPACE or removal.matrix_id in await unit.rooms.members(place.room_id)
        ]

    async def _remove(self, room_id: str, user_id: str) -> None:
        async with self._slots:
            try:
                async with self._quiet(room_id):
                    await self._rooms.remove(room_id, user_id)
            except DeliveryFailed as error:
                # Gone already, or never there; or the homeserver is away: then the gatekeeper tries on, and tells.
                _log.info("not-removed", code=error.code)
                return
            reached("member.removed")
