"""One task at a time with the crypto machine, and never a machine that is ahead of what is stored.

Every change goes through :meth:`CryptoKeeper.changing`: when the block or the storing fails, the machine in memory is
thrown away and made again from storage before its next use. What the lost copy had read comes again, because the sync
token that would acknowledge it was not stored either; what it had encrypted was not sent, because sending comes after
storing.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from bots.runtime.crypto.machine import CryptoMachine
from hub.adapters.sql.matrix_records import CryptoChanges

Save = Callable[[CryptoChanges], Awaitable[None]]


class CryptoKeeper:
    """Holds the machine. ``load`` makes it from storage, ``save`` stores a batch of changes in a transaction of its
    own.
    """

    def __init__(self, machine: CryptoMachine, load: Callable[[], Awaitable[CryptoMachine]], save: Save) -> None:
        self._machine = machine
        self._load = load
        self._save = save
        self._lock = asyncio.Lock()
        self._stale = False

    @property
    def machine(self) -> CryptoMachine:
        """For looking things up; to change anything use :meth:`changing`."""
        return self._machine

    @asynccontextmanager
    async def changing(self, save: Save | None = None) -> AsyncIterator[CryptoMachine]:
        """The machine for this task alone; its changes are stored when the block ends, by ``save`` if given.

        A given ``save`` is called even when nothing changed, since it stores more than that.
        """
        async with self._lock:
            if self._stale:
                self._machine = await self._load()
                self._stale = False
            self._stale = True
            yield self._machine
            changes = self._machine.take_changes()
            if save is not None:
                await save(changes)
            elif changes:
                await self._save(changes)
            # Only here: an exception or a cancellation above leaves the machine marked as not to be trusted.
            self._stale = False
