"""Places where a test lets this process die, to show that what comes after the next start is whole (I1, I2; F2).

Nothing happens in use: a point costs one look at an empty dictionary. It takes two things at once to arm one, so that
neither is enough by accident: ``crash_points = true`` in ``kring.toml`` (refused with a homeserver elsewhere, so in
every installation that people use) and ``KRING_CRASH_AT=label`` or ``label:nth`` in the environment of the process.
"""

import os
from collections.abc import Mapping

from hub.domain.errors import StartRefused

VARIABLE = "KRING_CRASH_AT"
STATUS = 137
"""The exit status of a process that the kernel killed; nothing is flushed, closed or rolled back."""

LABELS: Mapping[str, str] = {
    "login.answered": "signed in, and the token is not stored",
    "login.stored": "the token and the new keys are stored, and nothing is uploaded",
    "identity.published": "our identity is on the server, and our device is not signed",
    "identity.signed": "our device is signed, and we have not looked",
    "keys.stored": "one-time keys are stored, and not uploaded",
    "keys.uploaded": "one-time keys are on the server, and we do not know",
    "keys.noted": "one-time keys are on the server, and noted",
    "devices.answered": "device lists are asked for, and not stored",
    "sessions.answered": "somebody's one-time key is claimed, and the session is not stored",
    "sync.answered": "a sync is answered, and nothing of it is stored",
    "sync.before-commit": "events, keys and token are written, and not committed",
    "sync.after-commit": "events, keys and token are committed, and nobody works on them",
    "inbox.opened": "events are decrypted, and nothing is judged",
    "inbox.before-commit": "effect, answer and ending are written, and not committed",
    "inbox.after-commit": "effect, answer and ending are committed",
    "outbox.claimed": "an answer is taken up to be said",
    "outbox.prepared": "an answer knows its room and its readers",
    "share.before-store": "the room key is encrypted for its readers, and the Olm sessions are not stored",
    "share.stored": "the Olm sessions are stored, and the room key is not sent",
    "share.delivered": "the room key is with the server, and we do not know",
    "message.before-store": "the message is encrypted, and nothing is stored",
    "message.stored": "the message is encrypted, and not sent",
    "message.sent": "the message is in the room, and we do not know which it is",
    "outbox.said": "the answer is in the room, and its row does not say so",
    "outbox.before-commit": "the row says so, and is not committed",
    "outbox.settled": "the row says so",
    "room.created": "a room is made, and not written down",
    "room.written": "a room is written down, and nobody is invited",
    "member.invited": "somebody is invited",
    "member.removed": "somebody is removed",
}
"""Label → how things stand there, in the order in which one message comes by."""

_armed: dict[str, int] = {}


def arm(environment: Mapping[str, str], *, allowed: bool) -> None:
    """Arm the point that the environment names, if any. ``allowed``: what the settings say.

    :raises StartRefused: a point is named where none may be, or one that does not exist
    """
    named = environment.get(VARIABLE)
    if not named:
        return
    if not allowed:
        raise StartRefused(f"{VARIABLE} staat aan; dat mag alleen in een proef, met crash_points in kring.toml.")
    label, _, nth = named.partition(":")
    if label not in LABELS or not (nth or "1").isdecimal():
        raise StartRefused(f"{VARIABLE} noemt een punt dat er niet is: {label}.")
    _armed[label] = int(nth or "1")


def reached(label: str) -> None:
    """We are at this point; if it is armed and this is its turn, the process ends here as if by ``kill -9``."""
    if _armed and label in _armed:
        _armed[label] -= 1
        if _armed[label] <= 0:
            os._exit(STATUS)
