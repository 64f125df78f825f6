"""The inbox worker: claimed events are decrypted, judged, handed to the application and settled, in one transaction.

A batch is tried as one transaction; when one event in it makes the application raise, all is rolled back and each is
tried alone. An event that keeps failing is quarantined at the third attempt and holds nobody up (F27).
"""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from bots.runtime.backoff import Backoff
from bots.runtime.crypto.decryption import (
    Decrypted,
    DecryptionResult,
    NoKey,
    Undecryptable,
    parse_json,
    too_early,
)
from bots.runtime.crypto.keeper import CryptoKeeper
from bots.runtime.keys import KeyMaintenance
from bots.runtime.storage import InboxTransaction, Storage, now_ms
from bots.runtime.sync_response import ENCRYPTED, REACTION
from bots.runtime.trust import (
    REASONS,
    WORTH_ASKING_AGAIN,
    TrustedMessage,
    TrustGate,
    mark_of,
)
from bots.runtime.untrusted import JsonObject, object_at, text_at
from hub.adapters.sql.matrix_records import InboxEvent, InboxRow, InboxState, PinnedIdentity, Settled
from hub.domain.errors import DeliveryFailed, UntrustedSender

_log = logging.getLogger("kring.matrix")
MAX_ATTEMPTS = 3
KEY_PATIENCE = timedelta(minutes=5)
_BATCH = 200
_REQUERY_AFTER = 5.0
_IDLE = 5.0


@dataclass(frozen=True, slots=True)
class RefusedEvent:
    """An event that will not be acted upon. ``code`` is a key of ``trust.REASONS``; ``reason`` its Dutch sentence."""

    event_id: str
    room_id: str
    sender: str
    code: str
    origin_server_ts: int

    @property
    def reason(self) -> str:
        return REASONS.get(self.code, REASONS["malformed"])


@dataclass(frozen=True, slots=True)
class Reaction:
    """An emoji on a message. In clear by design of Matrix: who sent it is only the homeserver's word."""

    event_id: str
    room_id: str
    sender: str
    target: str
    key: str


class MessageHandler(Protocol):
    """What the application does.

    All three run inside the transaction that settles the event: use ``connection`` for every write (a second one
    would wait for this), make no network calls, raise to roll back and be tried again.
    """

    async def on_message(self, message: TrustedMessage, connection: AsyncConnection | None) -> InboxState:
        """Answer ``DONE`` or ``REFUSED``."""

    async def on_refused(self, refused: RefusedEvent, connection: AsyncConnection | None) -> None: ...

    async def on_reaction(self, reaction: Reaction, connection: AsyncConnection | None) -> InboxState: ...


@dataclass(slots=True)
class _Opened:
    """One claimed event, decrypted as far as that went."""

    row: InboxRow
    envelope: JsonObject
    result: DecryptionResult | None

    @property
    def event(self) -> InboxEvent:
        return self.row.event


Pins = Mapping[str, PinnedIdentity]
_Verdict = TrustedMessage | Reaction | Settled
"""Act on it, or settle it so (``Settled`` with a code)."""


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
    ) -> None:
        self._storage = storage
        self._keeper = keeper
        self._keys = keys
        self._handler = handler
        self._clock_ms = clock_ms
        self._key_patience = key_patience
        self._work = asyncio.Event()
        # What was open when we started may be what ended the process before us: count before trying, until all is
        # clear.
        self._careful = True

    def wake(self) -> None:
        """There may be work."""
        self._work.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Until ``stop``: work off when woken; every few seconds look for keys that stay away."""
        backoff = Backoff()
        self._work.set()
        while not stop.is_set():
            pause = _IDLE
            try:
                if self._work.is_set():
                    self._work.clear()
                    while await self.work_off() and not stop.is_set():
                        backoff.reset()
                await self.give_up_waiting()
            except (DeliveryFailed, SQLAlchemyError, OSError) as error:
                _log.warning("inbox waits", extra={"reason": type(error).__name__})
                self._work.clear()
                pause = backoff.next_delay()
            try:
                await asyncio.wait_for(self._work.wait(), pause)
            except TimeoutError:
                if pause < _IDLE:
                    self._work.set()

    async def work_off(self) -> int:
        """One batch; how many events it took (0: nothing is open).

        :raises DeliveryFailed: device lists could not be asked for; nothing was judged
        """
        rows: list[InboxRow] = []
        failed = False
        try:
            async with self._storage.settling() as transaction:
                rows = await transaction.open_events(_BATCH)
                if not rows:
                    self._careful = False
                    return 0
                opened = self._read(rows)
                pins = await transaction.identities({row.event.sender for row in rows})
                if self._careful or any(row.attempts for row in rows) or self._lacks_something(opened, pins):
                    raise _NotYet
                await self._settle(opened, pins, transaction)
        except _NotYet:
            failed = False
        except DeliveryFailed:
            raise
        except Exception as error:  # noqa: BLE001 - whatever the application raised: find out by which event
            if not rows:
                raise
            _log.warning("batch failed, trying one by one", extra={"reason": type(error).__name__})
            failed = True
        else:
            return len(rows)
        await self._work_off_carefully(rows, failed)
        return len(rows)

    async def _work_off_carefully(self, rows: Sequence[InboxRow], failed: bool) -> None:
        """The same for a batch that first needs keys or device lists, or that has a bad event in it."""
        opened = await self._open(rows)
        if self._careful:
            await self._storage.count_attempts([row.event.event_id for row in rows])
        if len(opened) > 1 and not failed and not any(row.attempts for row in rows):
            try:
                await self._settle_together(opened)
            except Exception as error:  # noqa: BLE001 - as above
                _log.warning("batch failed, trying one by one", extra={"reason": type(error).__name__})
            else:
                return
        for item in opened:
            await self._settle_alone(item)

    async def _settle_alone(self, item: _Opened) -> None:
        attempt = item.row.attempts + 1
        counted = self._careful or item.row.attempts > 0
        if item.row.attempts and not self._careful:
            await self._storage.count_attempts([item.event.event_id])
        try:
            if attempt > MAX_ATTEMPTS:
                raise _TooOften
            await self._settle_together([item])
        except Exception as error:  # noqa: BLE001 - a poison event must not stop the others
            _log.error("event failed", extra={"reason": type(error).__name__, "attempt": attempt})
            if attempt >= MAX_ATTEMPTS:
                await self._settle_as(item.event, InboxState.QUARANTINED, "quarantined")
                return
            if not counted:
                await self._storage.count_attempts([item.event.event_id])
            self._work.set()

    async def _settle_together(self, opened: Sequence[_Opened]) -> None:
        async with self._storage.settling() as transaction:
            pins = await transaction.identities({item.event.sender for item in opened})
            await self._settle(opened, pins, transaction)

    async def _settle(self, opened: Sequence[_Opened], pins: Pins, transaction: InboxTransaction) -> None:
        verdicts = await self._judge(opened, pins, transaction)
        settled = [
            await self._act(item.event, verdict, transaction.connection)
            for item, verdict in zip(opened, verdicts, strict=True)
        ]
        await transaction.settle(settled)

    async def _settle_as(self, event: InboxEvent, state: InboxState, code: str) -> None:
        async with self._storage.settling() as transaction:
            await transaction.settle([Settled(event.event_id, state, code)])
            await self._handler.on_refused(_refused(event, code), transaction.connection)

    async def _act(self, event: InboxEvent, verdict: _Verdict, connection: AsyncConnection | None) -> Settled:
        if isinstance(verdict, TrustedMessage):
            return Settled(event.event_id, await self._handler.on_message(verdict, connection))
        if isinstance(verdict, Reaction):
            return Settled(event.event_id, await self._handler.on_reaction(verdict, connection))
        if verdict.state is not InboxState.WAITING_FOR_KEY:
            await self._handler.on_refused(_refused(event, verdict.code or "malformed"), connection)
        return verdict

    async def _judge(self, opened: Sequence[_Opened], pins: Pins, transaction: InboxTransaction) -> list[_Verdict]:
        verdicts = [self._verdict(item, pins) for item in opened]
        marks = [
            mark_of(item.result)
            for item, verdict in zip(opened, verdicts, strict=True)
            if isinstance(verdict, TrustedMessage) and isinstance(item.result, Decrypted)
        ]
        replays = await transaction.record_marks(marks)
        return [
            Settled(item.event.event_id, InboxState.REFUSED, "replayed") if item.event.event_id in replays else verdict
            for item, verdict in zip(opened, verdicts, strict=True)
        ]

    def _verdict(self, item: _Opened, pins: Pins) -> _Verdict:
        event_id, kind, result = item.event.event_id, item.envelope.get("type"), item.result
        if kind == REACTION:
            return _reaction(item.event, item.envelope) or Settled(event_id, InboxState.REFUSED, "malformed")
        if kind != ENCRYPTED:
            return Settled(event_id, InboxState.REFUSED, "not-encrypted")
        if isinstance(result, Decrypted):
            verdict = self._gate().check(result, item.envelope, pins.get(result.sender))
            if isinstance(verdict, UntrustedSender):
                return Settled(event_id, InboxState.REFUSED, verdict.code)
            return verdict
        if isinstance(result, NoKey):
            return Settled(event_id, InboxState.WAITING_FOR_KEY, "no-key")
        if isinstance(result, Undecryptable):
            return Settled(event_id, InboxState.UNREADABLE, "undecryptable")
        return Settled(event_id, InboxState.REFUSED, "malformed")

    def _gate(self) -> TrustGate:
        return TrustGate(self._keeper.machine.devices)

    def _read(self, rows: Sequence[InboxRow]) -> list[_Opened]:
        """Decrypt what can be decrypted with what is at hand."""
        opened = []
        for row in rows:
            parsed = parse_json(row.event.raw)
            envelope = parsed if isinstance(parsed, dict) else {}
            encrypted = envelope.get("type") == ENCRYPTED
            opened.append(_Opened(row, envelope, self._keeper.machine.decrypt(envelope) if encrypted else None))
        return opened

    def _lacks_something(self, opened: Sequence[_Opened], pins: Pins) -> bool:
        """Whether a room key from storage or a newer device list may change a verdict."""
        machine = self._keeper.machine
        senders = {item.event.sender for item in opened if item.result is not None}
        if any(isinstance(item.result, NoKey) or too_early(item.result) for item in opened):
            return True
        return not all(map(machine.follows, senders)) or bool(
            machine.outdated(senders).users or self._doubtful(opened, pins)
        )

    async def _open(self, rows: Sequence[InboxRow]) -> list[_Opened]:
        """Decrypt; fetch room keys and ask for device lists where that may make a difference."""
        opened = self._read(rows)
        wanted = {
            item.event.session_id
            for item in opened
            if item.event.session_id and (isinstance(item.result, NoKey) or too_early(item.result))
        }
        if wanted:
            self._keeper.machine.add_room_keys(await self._storage.room_keys(wanted))
        senders = {item.event.sender for item in opened if item.result is not None}
        await self._keys.follow(senders)
        await self._keys.refresh(senders)
        if wanted:
            opened = self._read(rows)
        doubtful = self._doubtful(opened, await self._storage.identities(senders) if senders else {})
        if doubtful:
            await self._keys.refresh_if_older(doubtful, _REQUERY_AFTER)
        return opened

    def _doubtful(self, opened: Sequence[_Opened], pins: Pins) -> set[str]:
        """Senders who would be refused for a device list that may be old, and whom we may ask about again."""
        gate = self._gate()
        doubtful = set()
        for item in opened:
            if isinstance(item.result, Decrypted):
                verdict = gate.check(item.result, item.envelope, pins.get(item.event.sender))
                if isinstance(verdict, UntrustedSender) and verdict.code in WORTH_ASKING_AGAIN:
                    doubtful.add(item.event.sender)
        return {sender for sender in doubtful if self._keys.is_older(sender, _REQUERY_AFTER)}

    async def give_up_waiting(self) -> None:
        """Events whose key stayed away too long become ``unreadable``, visibly; a late key still wakes them."""
        before = self._clock_ms() - int(self._key_patience.total_seconds() * 1000)
        for row in await self._storage.waiting_since(before):
            await self._settle_as(row.event, InboxState.UNREADABLE, "no-key")


class _NotYet(Exception):
    """Something must be asked for first; rolls an empty transaction back."""


class _TooOften(Exception):
    """Tried as often as it may be: the process died with it."""


def _refused(event: InboxEvent, code: str) -> RefusedEvent:
    return RefusedEvent(event.event_id, event.room_id, event.sender, code, event.origin_server_ts)


def _reaction(event: InboxEvent, envelope: JsonObject) -> Reaction | None:
    relation = object_at(envelope, "content", "m.relates_to")
    target, key = text_at(relation, "event_id"), text_at(relation, "key")
    if relation.get("rel_type") != "m.annotation" or target is None or key is None:
        return None
    return Reaction(event.event_id, event.room_id, event.sender, target, key)
