"""Whose devices are whose: reading ``/keys/query`` (specification, "Device keys", "Cross-signing").

Everything here reads untrusted JSON and never raises: a malformed device or identity is as if it were not there.
"""

from dataclasses import dataclass
from enum import StrEnum

from bots.runtime.crypto.signing import from_base64, is_signed, to_base64
from bots.runtime.untrusted import JsonObject, list_at, object_at, storable, text_at
from hub.adapters.sql.matrix_records import DeviceRecord, IdentitySeen

_KEY_BYTES = 32


class IdentityState(StrEnum):
    """``absent``: no valid cross-signing keys; ``new``: none pinned yet; ``changed``: not the pinned master key."""

    ABSENT = "absent"
    NEW = "new"
    PINNED = "pinned"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class DeviceVerdict:
    """Which devices of a person count. With a changed or absent identity none do."""

    state: IdentityState
    identity: IdentitySeen | None
    trusted: frozenset[str]
    untrusted: frozenset[str]


def read_identity(user_id: str, response: JsonObject) -> IdentitySeen | None:
    """The master and self-signing key in a ``/keys/query`` response, when the one signed the other."""
    master = _cross_signing_key(user_id, "master", object_at(response, "master_keys", user_id))
    raw_self_signing = object_at(response, "self_signing_keys", user_id)
    self_signing = _cross_signing_key(user_id, "self_signing", raw_self_signing)
    if master is None or self_signing is None or not is_signed(raw_self_signing, user_id, master, master):
        return None
    return IdentitySeen(user_id, master, self_signing)


def read_devices(user_id: str, response: JsonObject) -> dict[str, DeviceRecord]:
    """The well-formed, self-signed devices of ``user_id`` by device id, each with the master key it is signed under."""
    identity = read_identity(user_id, response)
    devices: dict[str, DeviceRecord] = {}
    for device_id, raw in object_at(response, "device_keys", user_id).items():
        device = read_device(user_id, device_id, raw, identity)
        if device is not None:
            devices[device_id] = device
    return devices


def signed_devices(user_id: str, response: JsonObject, pinned_master: str | None) -> DeviceVerdict:
    """Which devices in a ``/keys/query`` response are signed by the pinned identity (a new one is taken at first
    sight).
    """
    identity = read_identity(user_id, response)
    devices = read_devices(user_id, response)
    if identity is None:
        state = IdentityState.ABSENT
    elif pinned_master is None:
        state = IdentityState.NEW
    else:
        state = IdentityState.PINNED if identity.master_key == pinned_master else IdentityState.CHANGED
    counts = state in (IdentityState.NEW, IdentityState.PINNED)
    trusted = frozenset(name for name, device in devices.items() if counts and device.signed_by is not None)
    return DeviceVerdict(state, identity, trusted, frozenset(devices) - trusted)


def is_key(text: object) -> bool:
    """Whether ``text`` is a 32-byte public key in the one spelling of unpadded base64."""
    if not isinstance(text, str):
        return False
    try:
        raw = from_base64(text)
    except ValueError:
        return False
    return len(raw) == _KEY_BYTES and to_base64(raw) == text


def _cross_signing_key(user_id: str, usage: str, raw: JsonObject) -> str | None:
    keys = object_at(raw, "keys")
    if text_at(raw, "user_id") != user_id or usage not in list_at(raw, "usage") or len(keys) != 1:
        return None
    ((name, public),) = keys.items()
    return public if is_key(public) and name == f"ed25519:{public}" else None


def read_device(
    user_id: str, device_id: str | None, raw: object, identity: IdentitySeen | None = None
) -> DeviceRecord | None:
    """One device of ``user_id``, when it is well-formed and signed by itself; else None."""
    if (
        device_id is None
        or storable(device_id) is None
        or text_at(raw, "user_id") != user_id
        or text_at(raw, "device_id") != device_id
    ):
        return None
    ed25519 = text_at(raw, "keys", f"ed25519:{device_id}")
    curve25519 = text_at(raw, "keys", f"curve25519:{device_id}")
    if ed25519 is None or curve25519 is None or not (is_key(ed25519) and is_key(curve25519)):
        return None
    if not is_signed(raw, user_id, device_id, ed25519):
        return None
    signed = identity is not None and is_signed(raw, user_id, identity.self_signing_key, identity.self_signing_key)
    signed_by = identity.master_key if identity is not None and signed else None
    return DeviceRecord(user_id, device_id, ed25519, curve25519, deleted=False, signed_by=signed_by)


class DeviceDirectory:
    """The devices that we know, by owner and by key."""

    def __init__(self) -> None:
        self._devices: dict[str, dict[str, DeviceRecord]] = {}

    def put(self, device: DeviceRecord) -> None:
        self._devices.setdefault(device.user_id, {})[device.device_id] = device

    def all_of(self, user_id: str) -> list[DeviceRecord]:
        """Deleted ones too."""
        return list(self._devices.get(user_id, {}).values())

    def active_of(self, user_id: str) -> list[DeviceRecord]:
        return [device for device in self.all_of(user_id) if not device.deleted]

    def get(self, user_id: str, device_id: str) -> DeviceRecord | None:
        return self._devices.get(user_id, {}).get(device_id)

    def by_curve25519(self, user_id: str, curve25519: str) -> DeviceRecord | None:
        """The device with this key; an active one before a deleted one."""
        deleted = None
        for device in self._devices.get(user_id, {}).values():
            if device.curve25519 == curve25519:
                if not device.deleted:
                    return device
                deleted = deleted or device
        return deleted

    def device_from_sender_key(self, user_id: str, sender_key: str) -> DeviceRecord | None:
        """The name under which nio looks a device up by its Curve25519 key."""
        device = self.by_curve25519(user_id, sender_key)
        return None if device is None or device.deleted else device
