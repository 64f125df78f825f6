"""The crypto machine of one device of ours: nio's Olm machine, hardened, with the trust and sending rules of Kring.

What nio 0.26 leaves open and is closed here: malformed keys and messages of others end in an exception (dropped here),
keys go to any device (here only to those that the caller names), forwarded keys are asked for (never here), no fallback
keys (here they are), the sender is not bound to the session (``trust.py``), sessions rotate by the wall clock
(monotonic here), to-device messages do not say whose they are (``to_device.py``).
"""

import json
import logging
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import vodozemac
from nio import BadEvent, UnknownBadEvent
from nio.exceptions import EncryptionError

from bots.runtime.crypto.decryption import MEGOLM, DecryptionResult, decrypt_event
from bots.runtime.crypto.devices import DeviceDirectory, is_key, read_devices, read_identity
from bots.runtime.crypto.outbound import DeviceKey, OutboundSession, OutboundSessions, key_of
from bots.runtime.crypto.own_keys import OLM, OwnKeys
from bots.runtime.crypto.signing import from_base64, is_signed
from bots.runtime.crypto.store import CollectingStore
from bots.runtime.crypto.to_device import GuardedOlm, seal
from bots.runtime.untrusted import JsonObject, object_at, storable, text_at
from hub.adapters.sql.matrix_records import AccountRecord, CryptoChanges, CryptoState, DeviceRecord, MegolmSessionRecord
from hub.domain.identity import NOTHING, IdentitySeen

# nio logs ids, and in its errors pieces of decrypted payloads; our own log says what matters.
logging.getLogger("nio").setLevel(logging.CRITICAL)

# All that nio and vodozemac raise on hostile input; vodozemac's exceptions are ValueErrors.
_HOSTILE = (
    ValueError,
    KeyError,
    TypeError,
    AttributeError,
    LookupError,
    AssertionError,
    RecursionError,
    EncryptionError,
)


@dataclass(frozen=True, slots=True)
class KeyQuery:
    """A key query about to be made: which users, and how often each was announced as changed by then."""

    users: Mapping[str, int]


class CryptoMachine:
    """State in, changes out; no I/O, no locks: the caller gives it to one task at a time."""

    def __init__(
        self,
        user_id: str,
        device_id: str,
        state: CryptoState,
        pickle_passphrase: str,
        *,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.user_id = user_id
        self.device_id = device_id
        self.devices = DeviceDirectory()
        for device in state.devices:
            self.devices.put(device)
        self._store = CollectingStore(state, pickle_passphrase, self.devices)
        self._olm: Any = GuardedOlm(user_id, device_id, self._store)
        self._store.release()
        self._dummies: list[tuple[DeviceRecord, JsonObject]] = []
        self._outdated = dict(state.tracked)
        self._announced: dict[str, int] = {}
        self.own_keys = OwnKeys(user_id, device_id, self._olm.account, self._store, self.sign)
        self._outbound = OutboundSessions(self._new_group_session, monotonic)

    # Ourselves.

    @property
    def fingerprint(self) -> str:
        """Our Ed25519 device key."""
        return str(self._olm.account.identity_keys["ed25519"])

    @property
    def curve25519(self) -> str:
        return str(self._olm.account.identity_keys["curve25519"])

    def account_record(self) -> AccountRecord:
        return self._store.account_record(self._olm.account)

    def sign(self, value: JsonObject) -> JsonObject:
        """``value`` with the signature of this device."""
        signature = self._olm.sign_json({k: v for k, v in value.items() if k not in ("signatures", "unsigned")})
        return {**value, "signatures": {self.user_id: {f"ed25519:{self.device_id}": signature}}}

    def take_changes(self) -> CryptoChanges:
        """What must be stored before anything that depends on it is sent or acknowledged."""
        return self._store.take_changes()

    # Devices of others.

    def note_changed_devices(self, user_ids: Iterable[object]) -> None:
        """From ``/sync``: their device lists changed. Who we do not follow is left out."""
        for user_id in user_ids:
            if isinstance(user_id, str) and user_id in self._outdated:
                self._mark_outdated(user_id)

    def follows(self, user_id: str) -> bool:
        return user_id in self._outdated

    def follow(self, user_ids: Iterable[str]) -> None:
        """Start to follow the device lists of these people."""
        for user_id in user_ids:
            if user_id not in self._outdated and storable(user_id) is not None:
                self._mark_outdated(user_id)

    def _mark_outdated(self, user_id: str) -> None:
        self._outdated[user_id] = True
        self._announced[user_id] = self._announced.get(user_id, 0) + 1
        self._store.collect_tracked(user_id, outdated=True)

    def outdated(self, among: Iterable[str] | None = None) -> KeyQuery:
        """Whose devices must be asked for (of all that we follow, or of ``among``)."""
        users = self._outdated if among is None else set(among)
        return KeyQuery({u: self._announced.get(u, 0) for u in users if self._outdated.get(u, True)})

    def query_for(self, user_ids: Iterable[str]) -> KeyQuery:
        """A query for these people even when we believe to be up to date."""
        return KeyQuery({user: self._announced.get(user, 0) for user in user_ids})

    def receive_keys_query(self, query: KeyQuery, response: JsonObject) -> None:
        """Mirror what the server shows now. Trust is not decided here: a device counts by who signed it."""
        for user_id, announced in query.users.items():
            if storable(user_id) is None:
                continue
            if not isinstance(response.get("device_keys"), dict) or user_id not in response["device_keys"]:
                # No answer about this person (a server in trouble, or junk) is not the answer that they have nothing.
                continue
            identity = read_identity(user_id, response)
            # Also that there is none: a pinned identity that disappears is a changed one.
            self._store.collect_identity(identity or IdentitySeen(user_id, NOTHING, NOTHING))
            shown = read_devices(user_id, response)
            for device in shown.values():
                self._put(device)
            for device in self.devices.active_of(user_id):
                if device.device_id not in shown:
                    self._put(
                        DeviceRecord(
                            user_id, device.device_id, device.ed25519, device.curve25519, True, device.signed_by
                        )
                    )
            # Announced again while the answer was on its way: ask again.
            self._outdated[user_id] = self._announced.get(user_id, 0) != announced
            self._store.collect_tracked(user_id, outdated=self._outdated[user_id])

    def _put(self, device: DeviceRecord) -> None:
        if self.devices.get(device.user_id, device.device_id) != device:
            self.devices.put(device)
            self._store.collect_device(device)

    # Olm.

    def receive_to_device(self, event: object) -> str | None:
        """Take in one ``m.room.encrypted`` to-device event; a code when it is dropped as junk or not for us."""
        content, sender = object_at(event, "content"), storable(text_at(event, "sender"))
        if text_at(event, "type") != "m.room.encrypted" or sender is None:
            return "to-device-malformed"
        if content.get("algorithm") != OLM:
            return "olm-algorithm"
        sender_key = content.get("sender_key")
        ours = object_at(content, "ciphertext", self.curve25519)
        body, kind = text_at(ours, "body"), ours.get("type")
        if not ours and isinstance(content.get("ciphertext"), dict):
            return "olm-not-for-us"
        if not is_key(sender_key) or body is None:
            return "olm-malformed"
        try:
            message: Any
            if kind == 0:
                message = vodozemac.PreKeyMessage.from_base64(body)
            elif kind == 1:
                message = vodozemac.AnyOlmMessage.normal(from_base64(body))
            else:
                return "olm-malformed"
            taken = self._olm.decrypt(sender, sender_key, message)
        except _HOSTILE:
            return "olm-malformed"
        # Not to be opened, not what it says it is, or of a kind that we do not use.
        return None if taken is not None and not isinstance(taken, (BadEvent, UnknownBadEvent)) else "olm-refused"

    def missing_sessions(self, devices: Iterable[DeviceRecord]) -> list[DeviceRecord]:
        """Of these devices, those to which no Olm session exists; and those whose session is known to be broken."""
        return [d for d in devices if not self._olm.session_store.get(d.curve25519) or d in self._olm.wedged_devices]

    def wedged(self) -> list[DeviceRecord]:
        """Devices whose Olm session with us is broken: claim a key for them, then send them :meth:`take_dummies`."""
        return list(self._olm.wedged_devices)

    def take_dummies(self) -> list[tuple[DeviceRecord, JsonObject]]:
        """To-device contents that tell the other side to use the new Olm session."""
        dummies, self._dummies = self._dummies, []
        return dummies

    def receive_claimed_keys(self, response: JsonObject) -> None:
        """Start Olm sessions from ``/keys/claim``;

        keys that are malformed or not signed by their device are dropped.
        """
        for user_id, by_device in object_at(response, "one_time_keys").items():
            for device_id, keys in by_device.items() if isinstance(by_device, dict) else ():
                device = self.devices.get(user_id, device_id)
                key = next(iter(keys.values()), None) if isinstance(keys, dict) else None
                if device is None or not is_signed(key, user_id, device_id, device.ed25519):
                    continue
                try:
                    self._olm.create_session(text_at(key, "key") or "", device.curve25519)
                except _HOSTILE:
                    continue
                if device in self._olm.wedged_devices:
                    self._olm.wedged_devices.remove(device)
                    dummy = self._olm_encrypt(device, "m.dummy", {})
                    if dummy is not None:
                        self._dummies.append((device, dummy))

    def _olm_encrypt(self, device: DeviceRecord, event_type: str, content: JsonObject) -> JsonObject | None:
        session = self._olm.session_store.get(device.curve25519)
        if not session:
            return None
        try:
            encrypted = seal(session, self.own_keys.presented, device, event_type, content)
        except _HOSTILE:
            return None
        self._store.save_session(device.curve25519, session)
        return encrypted

    # Megolm in.

    def decrypt(self, envelope: JsonObject) -> DecryptionResult:
        """Decrypt one room event; never raises."""
        return decrypt_event(envelope, self._store.load_inbound_group_sessions(), self.devices)

    def add_room_keys(self, records: Sequence[MegolmSessionRecord]) -> None:
        self._store.add_room_keys(records)

    # Megolm out.

    def olm_encrypt(self, device: DeviceRecord, event_type: str, content: JsonObject) -> JsonObject | None:
        """A to-device content for one device; None without a session with it. Store the changes, then send."""
        return self._olm_encrypt(device, event_type, content)

    def new_group_session(self, room_id: str) -> Any:
        """A session that :meth:`encrypt` does not know of, for a word aside."""
        return self._new_group_session(room_id)

    def _new_group_session(self, room_id: str) -> Any:
        self._olm.create_outbound_group_session(room_id)
        return self._olm.outbound_group_sessions.pop(room_id)

    def devices_without_key(self, room_id: str, recipients: Sequence[DeviceRecord]) -> list[DeviceRecord]:
        """Who of exactly these recipients still needs the room key; makes a new key when one is due."""
        session = self._outbound.prepare(room_id, recipients)
        return [device for device in recipients if key_of(device) not in session.delivered_to]

    def share_room_key(
        self, room_id: str, devices: Iterable[DeviceRecord]
    ) -> tuple[list[tuple[DeviceRecord, JsonObject]], list[DeviceRecord]]:
        """To-device contents with the room key, and the devices that have no Olm session.

        Store the changes, then send.
        """
        session = self._outbound.current(room_id)
        if session is None:
            return [], list(devices)
        content = {
            "algorithm": MEGOLM,
            "room_id": room_id,
            "session_id": session.group.id,
            "session_key": session.group.session_key,
        }
        messages: list[tuple[DeviceRecord, JsonObject]] = []
        unreachable: list[DeviceRecord] = []
        for device in devices:
            encrypted = self._olm_encrypt(device, "m.room_key", content)
            if encrypted is None:
                unreachable.append(device)
                continue
            session.shared_with.add(key_of(device))
            messages.append((device, encrypted))
        return messages, unreachable

    def note_delivered(self, room_id: str, session_id: str, devices: Iterable[DeviceKey]) -> None:
        """These devices got the room key."""
        session = self._outbound.current(room_id)
        if session is not None and session.group.id == session_id:
            session.delivered_to.update(devices)

    def outbound(self, room_id: str) -> OutboundSession | None:
        """The session that the next message in this room goes with, once somebody got its key."""
        return self._outbound.current(room_id)

    def forget_room_key(self, room_id: str) -> None:
        """Somebody is sent away: nothing more is said with the key that they have."""
        self._outbound.forget(room_id)

    def outbound_session_id(self, room_id: str) -> str | None:
        session = self._outbound.current(room_id)
        return None if session is None else str(session.group.id)

    def encrypt(self, room_id: str, event_type: str, content: JsonObject) -> JsonObject:
        """The content of an ``m.room.encrypted`` event. A relation is repeated in clear, as clients and server need it.

        :raises LookupError: no room key was prepared for this room
        """
        session = self._outbound.current(room_id)
        if session is None:
            raise LookupError("no room key prepared")
        session.messages += 1
        payload = json.dumps({"type": event_type, "content": content, "room_id": room_id}, ensure_ascii=False)
        encrypted: JsonObject = {
            "algorithm": MEGOLM,
            "sender_key": self.curve25519,
            "device_id": self.device_id,
            "session_id": session.group.id,
            "ciphertext": session.group._session.encrypt(payload.encode()).to_base64(),
        }
        if "m.relates_to" in content:
            encrypted["m.relates_to"] = content["m.relates_to"]
        return encrypted
