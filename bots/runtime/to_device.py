"""To-device events of a sync: room keys are taken in, withheld keys read elsewhere, the rest is dropped and counted.

Anybody on the homeserver may send us anything here, without sharing a room with us (threats T8, T14).
"""

import logging

from bots.runtime.crypto.machine import CryptoMachine
from bots.runtime.untrusted import is_crash, text_at
from bots.runtime.withheld import WITHHELD, read_withheld

_log = logging.getLogger("kring.matrix")
_SECRET = frozenset({"m.room_key", "m.forwarded_room_key", "m.secret.send", "m.dummy"})
_NOT_SERVED = frozenset({"m.room_key_request", "m.secret.request"})
_VERIFICATION = "m.key.verification."


def take_in(machine: CryptoMachine, event: object) -> str | None:
    """Why this was dropped, or None."""
    kind = text_at(event, "type")
    if kind == WITHHELD:
        return None if read_withheld([event]) else "withheld-malformed"
    if kind is None:
        return "to-device-malformed"
    if kind in _SECRET:
        # Whoever carries it could have made it up.
        return "to-device-in-clear"
    if kind in _NOT_SERVED or kind.startswith(_VERIFICATION):
        # Keys and secrets are given to nobody who asks; emoji are compared in a room.
        return "to-device-not-served"
    if kind != "m.room.encrypted":
        return "to-device-unknown"
    try:
        return machine.receive_to_device(event)
    except BaseException as error:
        # One stranger's bytes must not keep everybody's keys from us.
        if not is_crash(error):
            raise
        _log.error("to-device failed", extra={"reason": type(error).__name__})
        return "to-device-failed"
