"""From claimed inbox rows to verdicts: decrypted, judged by the trust gate, checked against replays."""

import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from bots.runtime.crypto.decryption import (
    Decrypted,
    DecryptionResult,
    Malformed,
    NoKey,
    Undecryptable,
    parse_json,
    too_early,
)
from bots.runtime.crypto.keeper import CryptoKeeper
from bots.runtime.keys import KeyMaintenance
from bots.runtime.storage import InboxTransaction, Storage
from bots.runtime.sync_response import ENCRYPTED, REACTION, REDACTION
from bots.runtime.trust import (
    REASONS,
    VERIFICATION,
    WORTH_ASKING_AGAIN,
    TrustedMessage,
    TrustGate,
    VerificationMessage,
    mark_of,
    verification_in,
    verification_in_clear,
    verification_step,
)
from bots.runtime.untrusted import JsonObject, is_crash, object_at, text_at
from hub.adapters.sql.matrix_records import (
    InboxEvent,
    InboxRow,
    InboxState,
    MegolmSessionRecord,
    PinnedIdentity,
    Settled,
)
from hub.domain.errors import UntrustedSender
from hub.domain.unread import NO_KEY, TOO_EARLY, UNDECRYPTABLE

_log = logging.getLogger("kring.matrix")
_REQUERY_AFTER = 5.0


@dataclass(frozen=True, slots=True)
class RefusedEvent:
    """An event that will not be acted upon. ``code`` is a key of ``trust.REASONS``; ``reason`` its Dutch sentence."""

    event_id: str
    room_id: str
    sender: str
    code: str
    origin_server_ts: int
    session_id: str | None = None

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


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """Somebody withdrew a message (redaction). In clear: who did is only the homeserver's word."""

    event_id: str
    room_id: str
    sender: str
    target: str


@dataclass(slots=True)
class Opened:
    """One claimed event, decrypted as far as that went."""

    row: InboxRow
    envelope: JsonObject
    result: DecryptionResult | None
    checked: TrustedMessage | UntrustedSender | None = None
    """What the trust gate said with :attr:`pins`; with other pins it is asked again."""
    pins: "Pins | None" = None

    @property
    def event(self) -> InboxEvent:
        return self.row.event


Pins = Mapping[str, PinnedIdentity]
FetchKeys = Callable[[Iterable[str]], Awaitable[list[MegolmSessionRecord]]]
Verdict = TrustedMessage | VerificationMessage | Reaction | Withdrawal | Settled
"""Act on it, or settle it so (``Settled`` with a code)."""


class Judge:
    """Reads and judges for one account."""

    def __init__(self, storage: Storage, keeper: CryptoKeeper, keys: KeyMaintenance) -> None:
        self._storage = storage
        self._keeper = keeper
        self._keys = keys

    async def judge(self, opened: Sequence[Opened], pins: Pins, transaction: InboxTransaction) -> list[Verdict]:
        verdicts = [self._verdict(item, pins) for item in opened]
        marks = [
            mark_of(item.result)
            for item, verdict in zip(opened, verdicts, strict=True)
            if isinstance(verdict, TrustedMessage | VerificationMessage) and isinstance(item.result, Decrypted)
        ]
        replays = await transaction.record_marks(marks)
        return [
            Settled(item.event.event_id, InboxState.REFUSED, "replayed") if item.event.event_id in replays else verdict
            for item, verdict in zip(opened, verdicts, strict=True)
        ]

    def _verdict(self, item: Opened, pins: Pins) -> Verdict:
        event_id, kind, result = item.event.event_id, item.envelope.get("type"), item.result
        if kind == REACTION:
            return _reaction(item.event, item.envelope) or Settled(event_id, InboxState.REFUSED, "malformed")
        if kind == REDACTION:
            return _withdrawal(item.event, item.envelope) or Settled(event_id, InboxState.REFUSED, "malformed")
        if isinstance(kind, str) and kind.startswith(VERIFICATION):
            return verification_in_clear(item.event, item.envelope, kind)
        if kind != ENCRYPTED:
            return Settled(event_id, InboxState.REFUSED, "not-encrypted")
        if isinstance(result, Decrypted):
            verdict: TrustedMessage | VerificationMessage | UntrustedSender
            step = verification_in(result.type, result.content)
            if step is not None:
                devices = self._keeper.machine.devices
                verdict = verification_step(result, item.envelope, devices, pins.get(result.sender), step)
            else:
                verdict = self._check(item, result, pins)
            if isinstance(verdict, UntrustedSender):
                return Settled(event_id, InboxState.REFUSED, verdict.code)
            return verdict
        if isinstance(result, NoKey):
            return Settled(event_id, InboxState.WAITING_FOR_KEY, NO_KEY)
        if isinstance(result, Undecryptable):
            if result.too_early:
                # A copy of the key that starts earlier may still come.
                return Settled(event_id, InboxState.WAITING_FOR_KEY, TOO_EARLY)
            return Settled(event_id, InboxState.UNREADABLE, UNDECRYPTABLE)
        return Settled(event_id, InboxState.REFUSED, "malformed")

    def _check(self, item: Opened, result: Decrypted, pins: Pins) -> TrustedMessage | UntrustedSender:
        if item.checked is None or item.pins is not pins:
            gate = TrustGate(self._keeper.machine.devices)
            item.checked, item.pins = gate.check(result, item.envelope, pins.get(result.sender)), pins
        return item.checked

    def read(self, rows: Sequence[InboxRow]) -> list[Opened]:
        """Decrypt what can be decrypted with what is at hand."""
        opened = []
        for row in rows:
            parsed = parse_json(row.event.raw)
            envelope = parsed if isinstance(parsed, dict) else {}
            encrypted = envelope.get("type") == ENCRYPTED
            opened.append(Opened(row, envelope, self._decrypt(envelope) if encrypted else None))
        return opened

    def _decrypt(self, envelope: JsonObject) -> DecryptionResult:
        try:
            return self._keeper.machine.decrypt(envelope)
        except BaseException as error:
            if not is_crash(error):
                raise
            _log.error("decryption failed", extra={"reason": type(error).__name__})
            return Malformed(None, "crashed")

    async def open(self, rows: Sequence[InboxRow], room_keys: FetchKeys) -> list[Opened]:
        """Decrypt what can be decrypted, also with room keys that are in storage and not at hand."""
        return await self._reopened(self.read(rows), room_keys)

    async def _reopened(self, opened: Sequence[Opened], room_keys: FetchKeys) -> list[Opened]:
        closed = [item for item in opened if isinstance(item.result, NoKey) or too_early(item.result)]
        wanted = {item.event.session_id for item in closed if item.event.session_id}
        if not wanted:
            return list(opened)
        self._keeper.machine.add_room_keys(await room_keys(wanted))
        reread = {item.event.event_id: item for item in self.read([item.row for item in closed])}
        return [reread.get(item.event.event_id, item) for item in opened]

    def lacks_something(self, opened: Sequence[Opened], pins: Pins) -> bool:
        """Whether a newer device list may change a verdict."""
        machine = self._keeper.machine
        senders = {item.event.sender for item in opened if item.result is not None}
        return not all(map(machine.follows, senders)) or bool(
            machine.outdated(senders).users or self._doubtful(opened, pins)
        )

    async def complete(self, opened: Sequence[Opened]) -> list[Opened]:
        """Ask for device lists where that may make a difference, and look for room keys once more."""
        senders = {item.event.sender for item in opened if item.result is not None}
        await self._keys.follow(senders)
        await self._keys.refresh(senders)
        completed = await self._reopened(opened, self._storage.room_keys)
        doubtful = self._doubtful(completed, await self._storage.identities(senders) if senders else {})
        if doubtful:
            await self._keys.refresh_if_older(doubtful, _REQUERY_AFTER)
        return completed

    def _doubtful(self, opened: Sequence[Opened], pins: Pins) -> set[str]:
        """Senders who would be refused for a device list that may be old, and whom we may ask about again."""
        doubtful = set()
        for item in opened:
            if isinstance(item.result, Decrypted):
                verdict = self._check(item, item.result, pins)
                if isinstance(verdict, UntrustedSender) and verdict.code in WORTH_ASKING_AGAIN:
                    doubtful.add(item.event.sender)
        return {sender for sender in doubtful if self._keys.is_older(sender, _REQUERY_AFTER)}


def refused_event(event: InboxEvent, code: str) -> RefusedEvent:
    return RefusedEvent(event.event_id, event.room_id, event.sender, code, event.origin_server_ts, event.session_id)


def _reaction(event: InboxEvent, envelope: JsonObject) -> Reaction | None:
    relation = object_at(envelope, "content", "m.relates_to")
    target, key = text_at(relation, "event_id"), text_at(relation, "key")
    if relation.get("rel_type") != "m.annotation" or target is None or key is None:
        return None
    return Reaction(event.event_id, event.room_id, event.sender, target, key)


def _withdrawal(event: InboxEvent, envelope: JsonObject) -> Withdrawal | None:
    target = text_at(envelope, "content", "redacts")
    return Withdrawal(event.event_id, event.room_id, event.sender, target) if target else None
