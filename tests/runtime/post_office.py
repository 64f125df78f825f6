"""A homeserver's part of the key exchange, in memory: real crypto machines, no network, and room to lie.

Fictional: Marieke Bos (GP) ``@marieke``, Jan de Wit (son) ``@jan``, Kees Blok (neighbour) ``@kees``.
"""

import itertools
import json
from dataclasses import dataclass
from typing import Any

from bots.runtime.crypto.cross_signing import CrossSigningIdentity, CrossSigningSeeds
from bots.runtime.crypto.decryption import Decrypted
from bots.runtime.crypto.machine import CryptoMachine
from bots.runtime.trust import TrustedMessage, TrustGate
from bots.runtime.untrusted import JsonObject
from hub.adapters.sql.matrix_records import CryptoState, DeviceRecord, PinnedIdentity, PinState
from hub.domain.errors import UntrustedSender

PASSPHRASE = "een-wachtzin-voor-de-proef"
ROOM = "!kamer"
_EVENTS = itertools.count(1)


class PostOffice:
    """What the homeserver keeps of everybody's keys, as its own answers show them."""

    def __init__(self) -> None:
        self.shown: dict[str, Any] = {"device_keys": {}, "master_keys": {}, "self_signing_keys": {}}
        self._one_time: dict[tuple[str, str], dict[str, Any]] = {}
        self._fallback: dict[tuple[str, str], dict[str, Any]] = {}

    def arrive(self, user_id: str, *, device_id: str = "TELEFOON", signed: bool = True) -> "Person":
        """Somebody signs in with a new device, cross-signed or not."""
        return self.settle_in(CryptoMachine(user_id, device_id, CryptoState(), PASSPHRASE), signed=signed)

    def settle_in(self, machine: CryptoMachine, *, signed: bool = True) -> "Person":
        """The same for a machine that exists already."""
        user_id, device_id = machine.user_id, machine.device_id
        person = Person(self, machine)
        payload = machine.own_keys.upload_payload()
        self.shown["device_keys"].setdefault(user_id, {})[device_id] = payload["device_keys"]
        self._one_time[(user_id, device_id)] = payload["one_time_keys"]
        self._fallback[(user_id, device_id)] = payload["fallback_keys"]
        machine.own_keys.note_uploaded({"one_time_key_counts": {"signed_curve25519": 50}})
        if signed:
            person.publish(CrossSigningIdentity(user_id, CrossSigningSeeds.fresh()))
        return person

    def claim(self, device: DeviceRecord) -> JsonObject:
        answer = self.show_key(device)
        name = next(iter(answer["one_time_keys"][device.user_id][device.device_id]))
        self._one_time[(device.user_id, device.device_id)].pop(name, None)
        return answer

    def show_key(self, device: DeviceRecord) -> JsonObject:
        """The answer to a claim, without using the key up; the fallback key when there is no other."""
        place = (device.user_id, device.device_id)
        name, key = next(iter((self._one_time[place] or self._fallback[place]).items()))
        return {"one_time_keys": {device.user_id: {device.device_id: {name: key}}}}


@dataclass
class Person:
    office: PostOffice
    machine: CryptoMachine

    @property
    def user_id(self) -> str:
        return self.machine.user_id

    def publish(self, identity: CrossSigningIdentity) -> None:
        """Show this identity and sign the device with it."""
        body, shown = identity.upload_body(), self.office.shown
        shown["master_keys"][self.user_id] = body["master_key"]
        shown["self_signing_keys"][self.user_id] = body["self_signing_key"]
        device_id = self.machine.device_id
        signature = identity.device_signature(shown, device_id, self.machine.fingerprint)
        if signature is not None:
            shown["device_keys"][self.user_id][device_id] = signature[self.user_id][device_id]
        self.machine.own_keys.present_as(identity)

    def look_up(self, *user_ids: str) -> None:
        """Ask the homeserver for these people's devices."""
        self.machine.receive_keys_query(self.machine.query_for(user_ids), self.office.shown)

    def give_key(self, *others: "Person", room_id: str = ROOM) -> None:
        """Share the room key with all devices of these people."""
        self.look_up(*(other.user_id for other in others))
        devices = [d for other in others for d in self.machine.devices.active_of(other.user_id)]
        for device in self.machine.missing_sessions(devices):
            self.machine.receive_claimed_keys(self.office.claim(device))
        messages, _unreachable = self.machine.share_room_key(
            room_id, self.machine.devices_without_key(room_id, devices)
        )
        session_id = self.machine.outbound_session_id(room_id) or ""
        for device, content in messages:
            for other in others:
                if (other.user_id, other.machine.device_id) == (device.user_id, device.device_id):
                    other.machine.receive_to_device(
                        {"type": "m.room.encrypted", "sender": self.user_id, "content": content}
                    )
            self.machine.note_delivered(room_id, session_id, [(device.user_id, device.device_id, device.curve25519)])

    def say(self, text: str, *others: "Person", room_id: str = ROOM, **more: Any) -> JsonObject:
        """The event as the homeserver delivers it to these people."""
        self.give_key(*others, room_id=room_id)
        content = {"msgtype": "m.text", "body": text, **more}
        return {
            "type": "m.room.encrypted",
            "event_id": f"$event{next(_EVENTS)}",
            "room_id": room_id,
            "sender": self.user_id,
            "origin_server_ts": 1_790_000_000_000,
            "content": json.loads(json.dumps(self.machine.encrypt(room_id, "m.room.message", content))),
        }

    def read(self, event: JsonObject) -> Decrypted:
        result = self.machine.decrypt(event)
        assert isinstance(result, Decrypted), result
        return result

    def judge(self, event: JsonObject, pin: PinnedIdentity | None) -> TrustedMessage | UntrustedSender:
        """What the trust gate says, with this pin of the apparent sender."""
        return TrustGate(self.machine.devices).check(self.read(event), event, pin)


def pin_of(person: Person, state: PinState = PinState.PINNED) -> PinnedIdentity:
    """The identity that this person shows now, pinned."""
    ((_name, master),) = person.office.shown["master_keys"][person.user_id]["keys"].items()
    return PinnedIdentity(person.user_id, master, 0, "first-use", state, master)
