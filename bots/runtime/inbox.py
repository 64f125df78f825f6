"""The inbox worker: claimed events are decrypted, judged, handed to the application and settled, in one transaction.

A batch is tried as one transaction; when one event in it makes the application raise, all is rolled back and each is
tried alone. An event that keeps failing is quarantined at the third attempt and holds nobody up (F27). One that was
being tried when the process died gets more chances, since most processes are ended from outside: after three deaths it
is tried after the others, after ten it is quarantined.

The oldest words come first, but while there is a long queue the first of each room has a turn every second: who types a
command in one room does not wait for what piled up in the others (F21).
"""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Protocol

from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from bots.runtime.backoff import Backoff
from bots.runtime.crash_points import reached
from bots.runtime.crypto.keeper import CryptoKeeper
from bots.runtime.judging import Judge, Opened, Pins, Reaction, RefusedEvent, Verdict, Withdrawal, refused_event
from bots.runtime.keys import KeyMaintenance
from bots.runtime.storage import InboxTransaction, Storage, now_ms
from bots.runtime.trust import TrustedMessage, VerificationMessage
from hub.adapters.sql.matrix_records import LATE, InboxEvent, InboxRow, InboxState, Settled
from hub.domain.errors import DeliveryFailed, KringError, LeaseLost, StartRefused
from hub.domain.unread import KEY_PATIENCE, NO_KEY

__all__ = [
    "BATCH",
    "KEY_PATIENCE",
    "MAX_ATTEMPTS",
    "MAX_DEATHS",
    "InboxWorker",
    "MessageHandler",
    "Reaction",
    "RefusedEvent",
    "Withdrawal",
]

_log = logging.getLogger("kring.matrix")
MAX_ATTEMPTS = 3
MAX_DEATHS = 10
BATCH = 500
LONGEST_HOLD = timedelta(seconds=1)
"""A batch of commands is cut here: SQLite has one writer, and the portal waits for this transaction."""
_IDLE = 5.0
_FAIR_EVERY = 1.0
_EXPECTED = (DeliveryFailed, SQLAlchemyError, OSError)
# Says nothing about the event that was tried.
_DATABASE_AWAY = (OperationalError, InterfaceError, OSError)


class MessageHandler(Protocol):
    """What the application does.

    All four run inside the transaction that settles the event: use ``connection`` for every write (a second one
    would wait for this), make no network calls, raise to roll back and be tried again.
    """

    async def on_message(self, message: TrustedMessage, connection: AsyncConnection | None) -> InboxState:
        """Answer ``DONE`` or ``REFUSED``."""

    async def on_refused(self, refused: RefusedEvent, connection: AsyncConnection | None) -> None: ...

    async def on_reaction(self, reaction: Reaction, connection: AsyncConnection | None) -> InboxState: ...

    async def on_withdrawn(self, withdrawal: Withdrawal, connection: AsyncConnection | None) -> InboxState: ...


class InboxWorker:
    """Works the inbox off. Wake it with :meth:`wake` after each sync."""

    def __init__(
        self,
        storage: Storage,
        keeper: CryptoKeeper,
        keys: KeyMaintenance,
        handler: MessageHandler,
        *,
        clock_ms: Callable[[], int] = now_ms,
        key_patience: timedelta = KEY_PATIENCE,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._storage = storage
        self._judge = Judge(storage, keeper, keys)
        self._handler = handler
        self._clock_ms = clock_ms
        self._monotonic = monotonic
        self._key_patience = key_patience
        self.on_verification: Callable[[VerificationMessage], None] | None = None
        """Takes note of a step of an emoji verification; does no work here and never raises."""
        self._work = asyncio.Event()
        # What was open when we started may be what ended the process before us: counted before it is tried.
        self._left_over = 0
        # In this process: the row's own count says how many processes have begun on it.
        self._begun: set[str] = set()
        self._failures: Counter[str] = Counter()

    def wake(self) -> None:
        """There may be work."""
        self._work.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Until ``stop``: work off when woken; every few seconds look for keys that stay away."""
        backoff = Backoff()
        self._work.set()
        async with self._storage.settling() as transaction:
            self._left_over = max((row.seq for row in await transaction.open_events(BATCH)), default=0)
        next_look = 0
        while not stop.is_set():
            pause = _IDLE
            try:
                if self._work.is_set():
                    self._work.clear()
                    await self._work_off_all(stop)
                    backoff.reset()
                if self._clock_ms() >= next_look:
                    await self.give_up_waiting()
                    next_look = self._clock_ms() + int(_IDLE * 1000)
            except Exception as error:
                if isinstance(error, KringError) and not isinstance(error, DeliveryFailed):
                    raise
                level = logging.WARNING if isinstance(error, _EXPECTED) else logging.ERROR
                _log.log(level, "inbox waits", extra={"reason": type(error).__name__})
                self._work.clear()
                pause = backoff.next_delay()
            try:
                await asyncio.wait_for(self._work.wait(), pause)
            except TimeoutError:
                if pause < _IDLE:
                    self._work.set()

    async def _work_off_all(self, stop: asyncio.Event) -> None:
        turn = self._monotonic() + _FAIR_EVERY
        while await self.work_off() == BATCH and not stop.is_set():
            if self._monotonic() >= turn:
                await self.work_off(first_of_rooms=True)
                turn = self._monotonic() + _FAIR_EVERY

    async def work_off(self, *, first_of_rooms: bool = False) -> int:
        """One batch; how many events it took (0: nothing is open).

        :raises DeliveryFailed: device lists could not be asked for; nothing was judged
        """
        opened: list[Opened] = []
        failed = False
        try:
            async with self._storage.settling() as transaction:
                rows = await (transaction.open_firsts(BATCH) if first_of_rooms else transaction.open_events(BATCH))
                if not rows:
                    return 0
                opened = await self._judge.open(rows, transaction.room_keys)
                reached("inbox.opened")
                pins = await transaction.identities({row.event.sender for row in rows})
                if self._is_suspect(rows) or self._judge.lacks_something(opened, pins):
                    raise _NotYet
                await self._settle(opened, pins, transaction)
        except _NotYet:
            failed = False
        except _DATABASE_AWAY:
            raise
        except Exception as error:
            if not opened:
                raise
            _log.warning("batch failed, trying one by one", extra={"reason": type(error).__name__})
            failed = True
        else:
            return len(opened)
        await self._work_off_carefully(opened, failed)
        return len(opened)

    def _is_suspect(self, rows: Sequence[InboxRow]) -> bool:
        return any(row.attempts or row.seq <= self._left_over for row in rows)

    async def _work_off_carefully(self, opened: Sequence[Opened], failed: bool) -> None:
        """The same for a batch that first needs keys or device lists, or that may have a bad event in it."""
        rows = [item.row for item in opened]
        opened = await self._judge.complete(opened)
        if not failed and not self._is_suspect(rows):
            try:
                await self._settle_together(opened)
            except _DATABASE_AWAY:
                raise
            except Exception as error:  # noqa: BLE001 - as in work_off
                _log.warning("batch failed, trying one by one", extra={"reason": type(error).__name__})
            else:
                return
        for item in sorted(opened, key=lambda item: item.row.attempts >= MAX_ATTEMPTS):
            await self._settle_alone(item)

    async def _settle_alone(self, item: Opened) -> None:
        event_id = item.event.event_id
        if event_id not in self._begun:
            await self._storage.count_attempts([event_id])
            self._begun.add(event_id)
        try:
            if item.row.attempts >= MAX_DEATHS:
                raise _TooOften
            await self._settle_together([item])
        except _DATABASE_AWAY:
            raise
        except Exception as error:  # noqa: BLE001 - a poison event must not stop the others
            self._failures[event_id] += 1
            _log.error("event failed", extra={"reason": type(error).__name__, "attempt": self._failures[event_id]})
            if isinstance(error, _TooOften) or self._failures[event_id] >= MAX_ATTEMPTS:
                await self._settle_as(item.event, InboxState.QUARANTINED, "quarantined")
                self._forget(event_id)
            self._work.set()
        else:
            self._forget(event_id)

    def _forget(self, event_id: str) -> None:
        self._begun.discard(event_id)
        self._failures.pop(event_id, None)

    async def _settle_together(self, opened: Sequence[Opened]) -> None:
        async with self._storage.settling() as transaction:
            pins = await transaction.identities({item.event.sender for item in opened})
            await self._settle(opened, pins, transaction)

    async def _settle(self, opened: Sequence[Opened], pins: Pins, transaction: InboxTransaction) -> None:
        verdicts = await self._judge.judge(opened, pins, transaction)
        settled: list[Settled] = []
        until = self._monotonic() + LONGEST_HOLD.total_seconds()
        for item, verdict in zip(opened, verdicts, strict=True):
            if settled and self._monotonic() >= until:
                # What is left stays open, with its place in the ledger against replays, which is its own.
                self._work.set()
                break
            settled.append(await self._act(item.event, verdict, transaction.connection))
        await transaction.settle(settled)

    async def _settle_as(self, event: InboxEvent, state: InboxState, code: str) -> None:
        try:
            async with self._storage.settling() as transaction:
                await transaction.settle([Settled(event.event_id, state, code)])
                await self._handler.on_refused(refused_event(event, code), transaction.connection)
        except _DATABASE_AWAY:
            raise
        except Exception as error:
            if isinstance(error, (LeaseLost, StartRefused)):
                raise
            # It is poison for the telling too. Then it ends untold, in sight of who looks at the inbox.
            _log.error("event ends untold", extra={"reason": type(error).__name__, "code": code})
            async with self._storage.settling() as transaction:
                await transaction.settle([Settled(event.event_id, state, code)])

    async def _act(self, event: InboxEvent, verdict: Verdict, connection: AsyncConnection | None) -> Settled:
        if isinstance(verdict, TrustedMessage):
            message = replace(verdict, late=True) if event.code == LATE else verdict
            return Settled(event.event_id, await self._handler.on_message(message, connection))
        if isinstance(verdict, VerificationMessage):
            if self.on_verification is not None:
                self.on_verification(verdict)
            return Settled(event.event_id, InboxState.DONE)
        if isinstance(verdict, Reaction):
            return Settled(event.event_id, await self._handler.on_reaction(verdict, connection))
        if isinstance(verdict, Withdrawal):
            return Settled(event.event_id, await self._handler.on_withdrawn(verdict, connection))
        if verdict.state is not InboxState.WAITING_FOR_KEY:
            await self._handler.on_refused(refused_event(event, verdict.code or "malformed"), connection)
        return verdict

    async def give_up_waiting(self) -> None:
        """Events whose key stayed away too long become ``unreadable``, visibly; a late key still wakes them."""
        before = self._clock_ms() - int(self._key_patience.total_seconds() * 1000)
        while rows := await self._storage.waiting_since(before):
            try:
                async with self._storage.settling() as transaction:
                    for row in rows:
                        code = row.event.code or NO_KEY
                        await transaction.settle([Settled(row.event.event_id, InboxState.UNREADABLE, code)])
                        await self._handler.on_refused(refused_event(row.event, code), transaction.connection)
            except _DATABASE_AWAY:
                raise
            except Exception as error:  # noqa: BLE001 - as in work_off
                _log.warning("batch failed, trying one by one", extra={"reason": type(error).__name__})
                for row in rows:
                    await self._settle_as(row.event, InboxState.UNREADABLE, row.event.code or NO_KEY)


class _NotYet(Exception):
    """Something must be asked for first; rolls an empty transaction back."""


class _TooOften(Exception):
    """As many processes as may be died while they tried it."""
