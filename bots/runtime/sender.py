"""Sending into a room: the key to exactly the right devices first, all of them, then the message (N5, N12, N15; T13).

The caller says who may read. A device gets the room key only when that person's pinned identity signed it. When
somebody is not among the recipients any more, the room gets a new key before the next word is said (invariant I5).

Who got the key and who did not, and why, stands in the disclosure ledger before anything is said with that key: in the
transaction that stores the crypto state from which the key goes out. A crash can leave lines about a key with which
nothing was said, never a message without its lines.
"""

import asyncio
import json
import logging
import secrets
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import quote

from bots.runtime.crash_points import reached
from bots.runtime.crypto.decryption import Decrypted
from bots.runtime.crypto.keeper import CryptoKeeper
from bots.runtime.crypto.outbound import key_of
from bots.runtime.http import MatrixHttp
from bots.runtime.keys import KeyMaintenance
from bots.runtime.media import Attachment, upload_attachment
from bots.runtime.storage import Storage
from bots.runtime.trust import device_fault
from bots.runtime.untrusted import JsonObject, storable, text_at
from bots.runtime.withheld import WITHHELD, withheld_content
from hub.adapters.sql.matrix_records import CryptoChanges, DeviceRecord, SessionShare
from hub.domain.disclosure import SHARED, Withheld
from hub.domain.errors import DeliveryDelayed, DeliveryFailed, DeliveryRefused
from hub.texts import N_

_TO_DEVICE_CHUNK = 20
ENCRYPTED = "m.room.encrypted"
# An event may be 64 KiB; encryption adds a third, and headers (measured: 40 000 characters fit, 60 000 do not).
LONGEST_BODY = 24 * 1024
_TRY_AGAIN = timedelta(seconds=15)
_LONGEST_SILENCE = 2.0
_log = logging.getLogger("kring.matrix")


@dataclass(frozen=True, slots=True)
class ShareReport:
    """Who has the key of this message.

    ``withheld``: (user, device, code); a person as a whole (no device, not in the room): device ``""``.
    """

    got: tuple[tuple[str, str], ...]
    withheld: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Sent:
    """``session_id`` and ``message_index``: with which key; empty and -1 when the homeserver does not show it."""

    event_id: str
    share: ShareReport
    session_id: str = ""
    message_index: int = -1


class NobodyCanRead(DeliveryDelayed):
    """None of the people has a device that their identity signed: said now, it would be said to nobody, for ever."""

    code = "nobody-can-read"


class Sender:
    """Encrypts and sends for one account. One message at a time in each room."""

    def __init__(self, http: MatrixHttp, keeper: CryptoKeeper, keys: KeyMaintenance, storage: Storage) -> None:
        self._http = http
        self._keeper = keeper
        self._keys = keys
        self._storage = storage
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        # (room, session) → devices that must still hear why they have no key.
        self._untold: dict[tuple[str, str], dict[tuple[str, str], str]] = {}

    async def send(
        self,
        room_id: str,
        content: JsonObject,
        recipients: Iterable[str],
        txn_id: str,
        event_type: str = "m.room.message",
        still: Callable[[], Awaitable[bool]] | None = None,
        must_be_heard: bool = False,
        absent: Mapping[str, str] | None = None,
        again: bool = False,
    ) -> Sent:
        """Send ``content`` encrypted to these people. The same ``txn_id`` again gives the same event.

        ``still`` is asked last, when the room key is shared and nothing is said yet: sharing can take a while, and who
        was sent away meanwhile must not be able to read this (I5). On a no the next try shares a new key.
        ``absent``: who belongs here and gets no key, with the code of why, for the disclosure ledger. ``again``: this
        was perhaps sent before, under another key; then the homeserver is asked which it kept.

        :raises NobodyCanRead: ``must_be_heard``, and nobody has a device that their identity signed; nothing was sent
        :raises DeliveryDelayed: try again with the same ``txn_id``; nothing, or this very event, was sent
        :raises DeliveryRefused: the homeserver refuses, or the content is too long
        """
        if len(str(content.get("body", "")).encode("utf-8", "replace")) > LONGEST_BODY:
            raise DeliveryRefused("Een bericht is te lang om in één keer te versturen.")
        users = sorted(set(recipients))
        async with self._locks[room_id]:
            await self._keys.follow(users)
            await self._keys.refresh(users)
            wanted, withheld = await self._choose(users)
            withheld += [(user, "", code) for user, code in (absent or {}).items()]
            if must_be_heard and not wanted and set(users) - {self._keeper.machine.user_id}:
                raise NobodyCanRead(N_("Niemand hier heeft een bevestigd toestel."), _TRY_AGAIN)
            await self._keys.ensure_sessions(wanted)
            session_id, unreachable = await self._share(room_id, wanted, withheld)
            if still is not None and not await still():
                raise DeliveryDelayed("Wie dit mag lezen, is net veranderd.", timedelta(seconds=1))
            async with self._keeper.changing() as machine:
                session = machine.outbound(room_id)
                same = session is not None and machine.outbound_session_id(room_id) == session_id
                index = session.messages if session is not None else -1
                encrypted = machine.encrypt(room_id, event_type, content) if same else {}
                reached("message.before-store")
            reached("message.stored")
            if not same:
                # The machine was made again from storage in between, and forgot the key that we just shared.
                raise DeliveryDelayed("De kamersleutel moet opnieuw worden gedeeld.", timedelta(seconds=1))
            event_id = await self._http.send_event(room_id, ENCRYPTED, txn_id, encrypted)
            reached("message.sent")
            await self._explain(room_id, session_id)
            if again:
                session_id, index = await self._kept(room_id, event_id, content)
        missed = {key_of(device) for device in unreachable}
        got = tuple((d.user_id, d.device_id) for d in wanted if key_of(d) not in missed)
        withheld += [(d.user_id, d.device_id, Withheld.NO_ONE_TIME_KEY.value) for d in unreachable]
        return Sent(event_id, ShareReport(got, tuple(withheld)), session_id, index)

    async def attach(self, attachment: Attachment) -> JsonObject:
        """Encrypt and upload a file; the content of the message that carries it and its key.

        :raises DeliveryFailed: not now, or not at all
        """
        return await upload_attachment(self._http, attachment)

    async def put(self, room_id: str, encrypted: JsonObject, txn_id: str) -> str:
        """Send what is encrypted already, for a few devices only (:mod:`bots.runtime.aside`); the event id."""
        return await self._http.send_event(room_id, ENCRYPTED, txn_id, encrypted)

    @asynccontextmanager
    async def silence(self, room_id: str) -> AsyncIterator[None]:
        """Nothing is said in this room while the block runs, nor afterwards with the room key of before (N5, I5).

        What is on its way to the homeserver arrives first; one that does not answer is waited for, but not for long.
        """
        lock, ours = self._locks[room_id], False
        with suppress(TimeoutError):
            ours = await asyncio.wait_for(lock.acquire(), _LONGEST_SILENCE)
        try:
            async with self._keeper.changing() as machine:
                machine.forget_room_key(room_id)
            yield
        finally:
            if ours:
                lock.release()

    async def _choose(self, users: Sequence[str]) -> tuple[list[DeviceRecord], list[tuple[str, str, str]]]:
        machine = self._keeper.machine
        pins = await self._storage.identities(users)
        wanted: list[DeviceRecord] = []
        withheld: list[tuple[str, str, str]] = []
        for user in users:
            devices = [d for d in machine.devices.active_of(user) if d.curve25519 != machine.curve25519]
            if not devices and user != machine.user_id:
                withheld.append((user, "", Withheld.NO_DEVICE.value))
            for device in devices:
                fault = device_fault(device, pins.get(user))
                if fault is None:
                    wanted.append(device)
                else:
                    withheld.append((user, device.device_id, fault))
        return wanted, withheld

    async def _share(
        self, room_id: str, wanted: Sequence[DeviceRecord], withheld: Sequence[tuple[str, str, str]]
    ) -> tuple[str, list[DeviceRecord]]:
        """Give the room key to who lacks it, and write down who has it and who has not; returns its id and the devices
        that cannot be reached.

        :raises DeliveryFailed: one of the requests did not succeed; nothing may be said in the room
        """
        lines: list[SessionShare] = []

        async def save(changes: CryptoChanges) -> None:
            if changes or lines:
                await self._storage.save_shares(changes, lines)

        async with self._keeper.changing(save) as machine:
            lacking = machine.devices_without_key(room_id, wanted)
            messages, unreachable = machine.share_room_key(room_id, lacking)
            session_id = machine.outbound_session_id(room_id) or ""
            session = machine.outbound(room_id)
            if session is not None:
                outcomes = {(d.user_id, d.device_id): SHARED for d in wanted}
                outcomes |= {(user, device): code for user, device, code in withheld}
                outcomes |= {(d.user_id, d.device_id): Withheld.NO_ONE_TIME_KEY.value for d in unreachable}
                lines += [SessionShare(room_id, session_id, share) for share in session.record(outcomes)]
            if messages:
                reached("share.before-store")
        if messages:
            reached("share.stored")
        self._note_untold(room_id, session_id, lines)
        for start in range(0, len(messages), _TO_DEVICE_CHUNK):
            chunk = messages[start : start + _TO_DEVICE_CHUNK]
            await self._keys.send_to_device(chunk)
            reached("share.delivered")
            self._keeper.machine.note_delivered(room_id, session_id, [key_of(device) for device, _content in chunk])
        return session_id, unreachable

    # Telling the devices that got no key why (once for each session), so that Element can show it.

    def _note_untold(self, room_id: str, session_id: str, lines: Sequence[SessionShare]) -> None:
        untold = {
            (line.share.user_id, line.share.device_id): line.share.outcome
            for line in lines
            if line.share.device_id and line.share.outcome in set(Withheld)
        }
        if untold:
            self._untold.setdefault((room_id, session_id), {}).update(untold)

    async def _explain(self, room_id: str, session_id: str) -> None:
        """After the message, which must not wait for it. What fails is tried at the next message of the session."""
        for place in [place for place in self._untold if place[0] == room_id and place[1] != session_id]:
            del self._untold[place]
        untold = self._untold.get((room_id, session_id))
        if not untold:
            return
        body: dict[str, dict[str, JsonObject]] = {}
        for (user, device), code in untold.items():
            content = withheld_content(code, room_id, session_id, self._keeper.machine.curve25519)
            if content is not None:
                body.setdefault(user, {})[device] = content
        try:
            if body:
                await self._http.send_to_device(WITHHELD, secrets.token_urlsafe(12), body)
        except DeliveryFailed as error:
            _log.warning("withheld not told", extra={"reason": type(error).__name__})
            return
        del self._untold[(room_id, session_id)]

    async def _kept(self, room_id: str, event_id: str, content: JsonObject) -> tuple[str, int]:
        """With which key the homeserver has this event of ours: only our own copy of that key opens it, and it must say
        ``content``, so it cannot lie about that. Empty and -1 when it does not show the event.

        :raises DeliveryDelayed: not now; the same ``txn_id`` again gives the same event
        """
        try:
            place = f"{quote(room_id, safe='')}/event/{quote(event_id, safe='')}"
            event = await self._http.request("GET", f"/_matrix/client/v3/rooms/{place}")
        except DeliveryDelayed:
            raise
        except DeliveryFailed:
            return "", -1
        wanted = storable(text_at(event, "content", "session_id"))
        if wanted is not None:
            self._keeper.machine.add_room_keys(await self._storage.room_keys([wanted]))
        opened = self._keeper.machine.decrypt({**event, "room_id": room_id})
        if not isinstance(opened, Decrypted) or opened.sender_key != self._keeper.machine.curve25519:
            return "", -1
        if opened.content != json.loads(json.dumps(content)):
            # Ours, but something else that we said once.
            return "", -1
        return opened.session_id, opened.message_index
