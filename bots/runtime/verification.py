"""Emoji verification in a room, answered or begun by the bot; a human on our side says whether the emoji are the same.

Source: specification, "Key verification framework" (in-room) and "Short Authentication String". What is compared lives
in memory and ends with the process; the desk (the application, with the database) knows who may, shows the emoji, and
hears the human. Nothing here can be harmed by junk: what is not about an open comparison is dropped, what does not fit
ends it.
"""

import asyncio
import itertools
import logging
import secrets
import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Protocol

from sqlalchemy.exc import SQLAlchemyError

from bots.runtime.aside import Aside
from bots.runtime.crypto.cross_signing import CrossSigningIdentity
from bots.runtime.crypto.keeper import CryptoKeeper
from bots.runtime.crypto.sas import METHOD, REASONS, SasCancelled, SasExchange, Side, Symbols
from bots.runtime.keys import KeyMaintenance
from bots.runtime.sender import Sender
from bots.runtime.storage import Storage, now_ms
from bots.runtime.sync_response import MESSAGE
from bots.runtime.trust import REQUEST, VERIFICATION, VerificationMessage
from bots.runtime.untrusted import JsonObject, list_at, text_at
from hub.adapters.sql.matrix_records import DeviceRecord
from hub.domain.errors import DeliveryFailed, FactUnavailable, IntegrityBroken, NotFound
from hub.domain.identity import NOTHING
from hub.texts import N_

LONGEST = 600.0
"""Seconds from request to end (specification: ten minutes)."""
_GLANCE, _IDLE_GLANCE = 0.5, 2.0
_THEIR_TURN = 20.0
"""Seconds that we leave it to them to begin with the emoji when they asked."""
_MOST_OPEN, _MOST_WAITING = 50, 500
_log = logging.getLogger("kring.matrix")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Somebody here asked us to begin: ``ticket`` names the wish."""

    ticket: str
    user_id: str
    room_id: str


class VerificationDesk(Protocol):
    """The application's part. Every method is one transaction."""

    async def begin(self) -> None:
        """At start: what a process before us left open cannot go on."""

    async def may_verify(self, room_id: str, user_id: str) -> bool:
        """Whether this is somebody on the roster of the circle of this room."""

    async def wanted(self) -> Sequence[Wanted]: ...

    async def opened(self, transaction_id: str, user_id: str, room_id: str, ticket: str | None) -> None: ...

    async def show(self, transaction_id: str, symbols: Symbols, master_key: str) -> None:
        """Both sides see the emoji; a human must compare."""

    async def answers(self, transaction_ids: Sequence[str]) -> dict[str, bool]:
        """What the humans said; who did not answer yet is absent."""

    async def verified(self, transaction_id: str) -> bool:
        """Pin. False when the identity is not the compared one any more."""

    async def ended(self, transaction_id: str, code: str) -> None:
        """Without success. ``code`` as in the specification."""


@dataclass(slots=True)
class _Talk:
    """One comparison."""

    transaction_id: str
    user_id: str
    room_id: str
    master: str
    aside: Aside
    began: float
    exchange: SasExchange | None = None
    device: DeviceRecord | None = None
    start_at: float | None = None
    """When we begin with the emoji ourselves."""
    mac_checked: bool = False
    answered: bool = False
    numbers: "itertools.count[int]" = field(default_factory=itertools.count)

    @property
    def relation(self) -> JsonObject:
        return {"m.relates_to": {"rel_type": "m.reference", "event_id": self.transaction_id}}


class Verifications:
    """All comparisons of one account. :meth:`receive` is for the inbox, :meth:`run` does the work."""

    def __init__(
        self,
        keeper: CryptoKeeper,
        keys: KeyMaintenance,
        sender: Sender,
        storage: Storage,
        identity: CrossSigningIdentity,
        desk: VerificationDesk,
        *,
        monotonic: Callable[[], float] = time.monotonic,
        clock_ms: Callable[[], int] = now_ms,
    ) -> None:
        self._keeper = keeper
        self._keys = keys
        self._sender = sender
        self._storage = storage
        self._identity = identity
        self._desk = desk
        self._monotonic = monotonic
        self._clock_ms = clock_ms
        self._talks: dict[str, _Talk] = {}
        self._waiting: deque[VerificationMessage] = deque(maxlen=_MOST_WAITING)
        self._seen: deque[str] = deque(maxlen=_MOST_WAITING)
        self._arrived = asyncio.Event()

    def receive(self, message: VerificationMessage) -> None:
        """Take note; the same event twice is once. Never raises and never waits."""
        if message.event_id not in self._seen:
            self._seen.append(message.event_id)
            self._waiting.append(message)
            self._arrived.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Until ``stop``. Looks at the database each half second while a comparison is open, else each two seconds."""
        if not self._talks:
            await self._desk.begin()
        while not stop.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(self._arrived.wait(), _GLANCE if self._talks else _IDLE_GLANCE)
            self._arrived.clear()
            await self.step()

    async def step(self) -> None:
        """What came in, what the humans said, what ran out of time."""
        while self._waiting:
            message = self._waiting.popleft()
            await self._guarded(self._talks.get(_transaction(message) or ""), self._take(message))
        if len(self._talks) < _MOST_OPEN:
            for wanted in await self._desk.wanted():
                await self._guarded(None, self._ask(wanted))
        answers = await self._desk.answers(list(self._talks)) if self._talks else {}
        for talk in list(self._talks.values()):
            await self._guarded(talk, self._go_on(talk, answers.get(talk.transaction_id)))

    async def _guarded(self, talk: _Talk | None, work: Awaitable[None]) -> None:
        """One step of one comparison: whatever goes wrong ends that comparison, and nothing else."""
        try:
            await work
        except SasCancelled as cancelled:
            if talk is not None:
                await self._cancel(talk, cancelled)
        except DeliveryFailed as failed:
            _log.warning("verification not delivered", extra={"reason": failed.code})
            if talk is not None:
                await self._end(talk, "undelivered")
        except (NotFound, IntegrityBroken, FactUnavailable) as broken:
            _log.error("verification unreadable", extra={"reason": broken.code})
            if talk is not None:
                await self._end(talk, "unreadable")
        except SQLAlchemyError as error:
            _log.warning("verification not stored", extra={"reason": type(error).__name__})

    # What they say.

    async def _take(self, message: VerificationMessage) -> None:
        if message.type == REQUEST:
            await self._requested(message)
            return
        talk = self._talks.get(_transaction(message) or "")
        if talk is None or (message.sender, message.room_id) != (talk.user_id, talk.room_id):
            return
        if message.device is not None and talk.device is not None and message.device.device_id != talk.device.device_id:
            return
        kind, content = message.type.removeprefix(VERIFICATION), message.content
        if kind == "cancel":
            # Only known words go on: the code ends up in the log.
            named = text_at(content, "code") or ""
            code = named if named in REASONS else "m.user"
            _log.info("verification cancelled by the other side", extra={"reason": code})
            await self._end(talk, code)
        elif kind == "ready":
            await self._ready(talk, content)
        elif talk.exchange is None or talk.device is None:
            raise SasCancelled("m.unexpected_message")
        elif kind == "mac":
            master = f"ed25519:{talk.master}"
            known = {master: talk.master, f"ed25519:{talk.device.device_id}": talk.device.ed25519}
            talk.exchange.check_mac(content, known, [master])
            talk.mac_checked = True
            await self._finish(talk)
        else:
            await self._exchange(talk, talk.exchange, kind, content)

    async def _exchange(self, talk: _Talk, exchange: SasExchange, kind: str, content: JsonObject) -> None:
        if kind == "start":
            accept = exchange.receive_start(content)
            if accept is not None:
                talk.start_at = None
                await self._say(talk, "accept", accept)
        elif kind == "accept":
            await self._say(talk, "key", exchange.receive_accept(content))
        elif kind == "key":
            ours = exchange.receive_key(content)
            if ours is not None:
                await self._say(talk, "key", ours)
            if exchange.symbols is not None:
                await self._desk.show(talk.transaction_id, exchange.symbols, talk.master)

    async def _requested(self, message: VerificationMessage) -> None:
        """Somebody asks us. Who is not on the roster, or too late, or another bot's business: no answer."""
        age = self._clock_ms() - message.origin_server_ts
        if (
            message.device is None
            or text_at(message.content, "to") != self._identity.user_id
            or text_at(message.content, "from_device") != message.device.device_id
            or METHOD not in list_at(message.content, "methods")
            or not -300_000 <= age <= LONGEST * 1000
            or len(self._talks) >= _MOST_OPEN
            or not await self._desk.may_verify(message.room_id, message.sender)
        ):
            return
        talk = await self._open(message.event_id, message.sender, message.room_id, [message.device], None)
        if talk is None:
            return
        self._meet(talk, message.device)
        talk.start_at = self._monotonic() + _THEIR_TURN
        ready = {"from_device": self._keeper.machine.device_id, "methods": [METHOD], **talk.relation}
        await self._guarded(talk, self._say(talk, "ready", ready))

    async def _ready(self, talk: _Talk, content: JsonObject) -> None:
        device = self._device(talk.user_id, text_at(content, "from_device") or "", talk.master)
        if talk.exchange is not None or METHOD not in list_at(content, "methods") or device is None:
            raise SasCancelled("m.unexpected_message" if talk.exchange is not None else "m.unknown_method")
        self._meet(talk, device)
        talk.start_at = self._monotonic()

    def _meet(self, talk: _Talk, device: DeviceRecord) -> None:
        machine = self._keeper.machine
        talk.device = device
        talk.exchange = SasExchange(
            Side(machine.user_id, machine.device_id),
            Side(talk.user_id, device.device_id),
            talk.transaction_id,
            talk.relation,
        )

    # What we do.

    async def _ask(self, wanted: Wanted) -> None:
        """Begin ourselves, towards all devices that the person's own identity signed."""
        await self._keys.follow([wanted.user_id])
        await self._keys.refresh([wanted.user_id])
        master = await self._master(wanted.user_id)
        active = self._keeper.machine.devices.active_of(wanted.user_id)
        devices = [device for device in active if master and _can_prove(device, master)]
        aside = Aside(wanted.room_id, devices, self._keeper, self._keys, self._sender)
        request: JsonObject = {
            "msgtype": "m.key.verification.request",
            "body": N_("Kring wil met u zeven plaatjes vergelijken. Neem dit aan in Element."),
            "to": wanted.user_id,
            "from_device": self._keeper.machine.device_id,
            "methods": [METHOD],
        }
        try:
            event_id = await aside.say(MESSAGE, request, f"kring-verify-{wanted.ticket}")
        except DeliveryFailed:
            await self._desk.ended(wanted.ticket, "undelivered")
            return
        await self._open(event_id, wanted.user_id, wanted.room_id, devices, wanted.ticket, aside)

    async def _open(
        self,
        transaction_id: str,
        user_id: str,
        room_id: str,
        devices: Sequence[DeviceRecord],
        ticket: str | None,
        aside: Aside | None = None,
    ) -> _Talk | None:
        master = await self._master(user_id)
        if not master or not devices or not all(_can_prove(device, master) for device in devices):
            return None
        for earlier in [talk for talk in self._talks.values() if talk.user_id == user_id]:
            await self._cancel(earlier, SasCancelled("m.accepted"))
        aside = aside or Aside(room_id, devices, self._keeper, self._keys, self._sender)
        await self._desk.opened(transaction_id, user_id, room_id, ticket)
        talk = _Talk(transaction_id, user_id, room_id, master, aside, self._monotonic())
        self._talks[transaction_id] = talk
        return talk

    async def _go_on(self, talk: _Talk, same: bool | None) -> None:
        if talk.transaction_id not in self._talks:
            return
        now = self._monotonic()
        if now - talk.began >= LONGEST:
            raise SasCancelled("m.timeout")
        if talk.start_at is not None and now >= talk.start_at and talk.exchange is not None:
            talk.start_at = None
            await self._say(talk, "start", talk.exchange.start())
        if same is False:
            raise SasCancelled("m.mismatched_sas")
        if same is True and not talk.answered and talk.exchange is not None:
            talk.answered = True
            machine = self._keeper.machine
            ours = {
                f"ed25519:{machine.device_id}": machine.fingerprint,
                f"ed25519:{self._identity.master_key}": self._identity.master_key,
            }
            await self._say(talk, "mac", talk.exchange.mac(ours))
            await self._finish(talk)

    async def _finish(self, talk: _Talk) -> None:
        """Both humans said yes and their keys are the ones we know: vouch for the identity, then pin it."""
        if not (talk.mac_checked and talk.answered):
            return
        if not await self._keys.vouch_for(self._identity, talk.user_id, talk.master):
            raise SasCancelled("m.key_mismatch")
        if not await self._desk.verified(talk.transaction_id):
            raise SasCancelled("m.key_mismatch")
        self._talks.pop(talk.transaction_id, None)
        await self._say(talk, "done", talk.relation)

    async def _cancel(self, talk: _Talk, cancelled: SasCancelled) -> None:
        await self._end(talk, cancelled.code)
        try:
            said = {"code": cancelled.code, "reason": cancelled.reason, **talk.relation}
            await self._say(talk, "cancel", said)
        except DeliveryFailed as failed:
            _log.warning("cancellation not delivered", extra={"reason": failed.code})

    async def _end(self, talk: _Talk, code: str) -> None:
        if self._talks.pop(talk.transaction_id, None) is not None:
            await self._desk.ended(talk.transaction_id, code)

    async def _say(self, talk: _Talk, kind: str, content: JsonObject) -> None:
        txn_id = f"kring-sas-{secrets.token_hex(4)}-{next(talk.numbers)}"
        await talk.aside.say(VERIFICATION + kind, content, txn_id)

    async def _master(self, user_id: str) -> str:
        """The master key that the server shows for this person now, pinned or not."""
        known = (await self._storage.identities([user_id])).get(user_id)
        return known.seen_master if known is not None else NOTHING

    def _device(self, user_id: str, device_id: str, master: str) -> DeviceRecord | None:
        device = self._keeper.machine.devices.get(user_id, device_id)
        return device if device is not None and not device.deleted and _can_prove(device, master) else None


def _can_prove(device: DeviceRecord, master: str) -> bool:
    """Signed by this identity, and not named after it: device ids are the homeserver's to give, and with such a one the
    key that a phone proves as its device's would pass for a master key that it never saw (CVE-2022-39250)."""
    return device.signed_by == master and device.device_id != master


def _transaction(message: VerificationMessage) -> str | None:
    return text_at(message.content, "m.relates_to", "event_id")
