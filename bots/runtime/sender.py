"""Sending into a room: the key to exactly the right devices first, all of them, then the message (N5, N12, N15; T13).

The caller says who may read. A device gets the room key only when that person's pinned identity signed it. When
somebody is not among the recipients any more, the room gets a new key before the next word is said (invariant I5).
"""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from bots.runtime.crash_points import reached
from bots.runtime.crypto.keeper import CryptoKeeper
from bots.runtime.crypto.outbound import key_of
from bots.runtime.http import MatrixHttp
from bots.runtime.keys import KeyMaintenance
from bots.runtime.storage import Storage
from bots.runtime.trust import device_fault
from bots.runtime.untrusted import JsonObject
from hub.adapters.sql.matrix_records import DeviceRecord
from hub.domain.errors import DeliveryDelayed, DeliveryRefused

_TO_DEVICE_CHUNK = 20
ENCRYPTED = "m.room.encrypted"
# An event may be 64 KiB; encryption adds a third, and headers (measured: 40 000 characters fit, 60 000 do not).
LONGEST_BODY = 24 * 1024
_TRY_AGAIN = timedelta(seconds=15)


@dataclass(frozen=True, slots=True)
class ShareReport:
    """Who has the key of this message.

    ``withheld``: (user, device, code); a person without any device: device ``""``.
    """

    got: tuple[tuple[str, str], ...]
    withheld: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Sent:
    event_id: str
    share: ShareReport


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

    async def send(
        self,
        room_id: str,
        content: JsonObject,
        recipients: Iterable[str],
        txn_id: str,
        event_type: str = "m.room.message",
        still: Callable[[], Awaitable[bool]] | None = None,
        must_be_heard: bool = False,
    ) -> Sent:
        """Send ``content`` encrypted to these people. The same ``txn_id`` again gives the same event.

        ``still`` is asked last, when the room key is shared and nothing is said yet: sharing can take a while, and who
        was sent away meanwhile must not be able to read this (I5). On a no the next try shares a new key.

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
            if must_be_heard and not wanted and set(users) - {self._keeper.machine.user_id}:
                raise NobodyCanRead("Niemand hier heeft een bevestigd toestel.", _TRY_AGAIN)
            await self._keys.ensure_sessions(wanted)
            session_id, unreachable = await self._share(room_id, wanted)
            if still is not None and not await still():
                raise DeliveryDelayed("Wie dit mag lezen, is net veranderd.", timedelta(seconds=1))
            async with self._keeper.changing() as machine:
                same = machine.outbound_session_id(room_id) == session_id
                encrypted = machine.encrypt(room_id, event_type, content) if same else {}
                reached("message.before-store")
            reached("message.stored")
            if not same:
                # The machine was made again from storage in between, and forgot the key that we just shared.
                raise DeliveryDelayed("De kamersleutel moet opnieuw worden gedeeld.", timedelta(seconds=1))
            event_id = await self._http.send_event(room_id, ENCRYPTED, txn_id, encrypted)
            reached("message.sent")
        missed = {key_of(device) for device in unreachable}
        got = tuple((d.user_id, d.device_id) for d in wanted if key_of(d) not in missed)
        withheld += [(d.user_id, d.device_id, "no-one-time-key") for d in unreachable]
        return Sent(event_id, ShareReport(got, tuple(withheld)))

    async def _choose(self, users: Sequence[str]) -> tuple[list[DeviceRecord], list[tuple[str, str, str]]]:
        machine = self._keeper.machine
        pins = await self._storage.identities(users)
        wanted: list[DeviceRecord] = []
        withheld: list[tuple[str, str, str]] = []
        for user in users:
            devices = [d for d in machine.devices.active_of(user) if d.curve25519 != machine.curve25519]
            if not devices and user != machine.user_id:
                withheld.append((user, "", "no-device"))
            for device in devices:
                fault = device_fault(device, pins.get(user))
                if fault is None:
                    wanted.append(device)
                else:
                    withheld.append((user, device.device_id, fault))
        return wanted, withheld

    async def _share(self, room_id: str, wanted: Sequence[DeviceRecord]) -> tuple[str, list[DeviceRecord]]:
        """Give the room key to who lacks it; returns its id and the devices that cannot be reached.

        :raises DeliveryFailed: one of the requests did not succeed; nothing may be said in the room
        """
        async with self._keeper.changing() as machine:
            lacking = machine.devices_without_key(room_id, wanted)
            messages, unreachable = machine.share_room_key(room_id, lacking)
            session_id = machine.outbound_session_id(room_id) or ""
            if messages:
                reached("share.before-store")
        if messages:
            reached("share.stored")
        for start in range(0, len(messages), _TO_DEVICE_CHUNK):
            chunk = messages[start : start + _TO_DEVICE_CHUNK]
            await self._keys.send_to_device(chunk)
            reached("share.delivered")
            self._keeper.machine.note_delivered(room_id, session_id, [key_of(device) for device, _content in chunk])
        return session_id, unreachable
