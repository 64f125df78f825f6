"""A word aside: an encrypted event in a room that only the devices named here can read, under a key of its own.

For comparing emoji with somebody whose identity still waits: they get no room key, yet must read our half of it. The
key opens nothing but these events, and is never used again.
"""

import json
from collections.abc import Sequence
from typing import Any

from bots.runtime.crypto.decryption import MEGOLM
from bots.runtime.crypto.keeper import CryptoKeeper
from bots.runtime.keys import KeyMaintenance
from bots.runtime.sender import Sender
from bots.runtime.untrusted import JsonObject
from hub.adapters.sql.matrix_records import DeviceRecord
from hub.domain.errors import DeliveryDelayed, DeliveryRefused


class Aside:
    """One such key, for one room and these devices."""

    def __init__(
        self, room_id: str, devices: Sequence[DeviceRecord], keeper: CryptoKeeper, keys: KeyMaintenance, sender: Sender
    ) -> None:
        self.room_id = room_id
        self._devices = list(devices)
        self._keeper = keeper
        self._keys = keys
        self._sender = sender
        self._group: Any = None

    async def say(self, event_type: str, content: JsonObject, txn_id: str) -> str:
        """Send one event; its id.

        :raises DeliveryFailed: it was not sent, or none of the devices can be reached
        """
        if self._group is None:
            await self._share()
        payload = json.dumps({"type": event_type, "content": content, "room_id": self.room_id}, ensure_ascii=False)
        machine = self._keeper.machine
        encrypted: JsonObject = {
            "algorithm": MEGOLM,
            "sender_key": machine.curve25519,
            "device_id": machine.device_id,
            "session_id": self._group.id,
            "ciphertext": self._group._session.encrypt(payload.encode()).to_base64(),
        }
        if "m.relates_to" in content:
            encrypted["m.relates_to"] = content["m.relates_to"]
        return await self._sender.put(self.room_id, encrypted, txn_id)

    async def _share(self) -> None:
        await self._keys.ensure_sessions(self._devices)
        async with self._keeper.changing() as machine:
            group = machine.new_group_session(self.room_id)
            content = {
                "algorithm": MEGOLM,
                "room_id": self.room_id,
                "session_id": group.id,
                "session_key": group.session_key,
            }
            messages = [(device, machine.olm_encrypt(device, "m.room_key", content)) for device in self._devices]
        reached = [(device, message) for device, message in messages if message is not None]
        if not reached:
            raise DeliveryRefused("Dit toestel is niet te bereiken.")
        try:
            await self._keys.send_to_device(reached)
        except DeliveryDelayed:
            await self._keys.send_to_device(reached)
        self._group = group
