"""What travels inside an Olm message (specification, "m.olm.v1.curve25519-aes-sha2"; ADR 0020, "A new device").

nio writes the payload without ``sender_device_keys`` (Matrix 1.15, MSC4147). Without them a client that has not yet
asked the homeserver for a device of ours cannot tell whose room key it got, shows "unable to decrypt", and may never
look again. With them it checks our signatures itself.
"""

import json
from typing import Any

from nio.crypto import Olm

from bots.runtime.crypto.devices import read_device
from bots.runtime.crypto.own_keys import OLM
from bots.runtime.crypto.signing import to_base64
from bots.runtime.untrusted import JsonObject, text_at
from hub.adapters.sql.matrix_records import DeviceRecord

CLAIM = "sender_device_keys"
"""Only this name: with the older one beside it (``org.matrix.msc4147.device_keys``) Element drops the message."""


def seal(session: Any, own: JsonObject, device: DeviceRecord, event_type: str, content: JsonObject) -> JsonObject:
    """The content of an ``m.room.encrypted`` to-device event. It changes ``session`` (nio's): store that, then send.

    :param own: our device keys as :attr:`OwnKeys.presented` gives them
    """
    text = json.dumps(payload(own, device, event_type, content), ensure_ascii=False, separators=(",", ":"))
    kind, ciphertext = session.encrypt(text).to_parts()
    return {
        "algorithm": OLM,
        "sender_key": own["keys"][f"curve25519:{own['device_id']}"],
        "ciphertext": {device.curve25519: {"type": kind, "body": to_base64(ciphertext)}},
    }


def payload(own: JsonObject, device: DeviceRecord, event_type: str, content: JsonObject) -> JsonObject:
    """What is inside. ``sender_device`` is no part of the specification, but nio refuses an ``m.dummy`` without it."""
    device_id = own["device_id"]
    return {
        "sender": own["user_id"],
        "sender_device": device_id,
        CLAIM: own,
        "keys": {"ed25519": own["keys"][f"ed25519:{device_id}"]},
        "recipient": device.user_id,
        "recipient_keys": {"ed25519": device.ed25519},
        "type": event_type,
        "content": content,
    }


class GuardedOlm(Olm):  # type: ignore[misc]
    """nio's machine, which also looks at what a sender claims of its own device.

    A claim gives nobody anything here: whose device it is we learn from ``/keys/query`` and the pinned identity alone
    (N7). A false one spoils the message.
    """

    def _handle_olm_event(self, sender: str, sender_key: str, payload: dict[Any, Any]) -> Any:
        if CLAIM in payload and not _claim_holds(sender, sender_key, payload):
            return None
        return super()._handle_olm_event(sender, sender_key, payload)


def _claim_holds(sender: str, sender_key: str, payload: JsonObject) -> bool:
    """Whether the claimed device is one of the sender's, holds the keys of this message, and signed that itself."""
    device = read_device(sender, text_at(payload, CLAIM, "device_id"), payload[CLAIM])
    return (
        device is not None and device.curve25519 == sender_key and device.ed25519 == text_at(payload, "keys", "ed25519")
    )
