"""Controlepunt: how long the log was at a moment and the root over all of it, as a signed note (C2SP).

::

    kring.localhost/audit
    1200
    zSTYqVqSYSsT3Ja8uMNBTyXKt5ugOjPzLYyWqrT3Ksg=
    time 2026-11-03T09:00:00.000000Z

    — kring.localhost/audit Az3grl...

Origin, size, root, an extension line with the time, an empty line, the signature over everything above it. Whoever
keeps one of these and the public key can prove later that the log was rewritten, without ever having seen the log.
Forms: https://c2sp.org/tlog-checkpoint and https://c2sp.org/signed-note.
"""

import base64
import binascii
import re
from dataclasses import dataclass
from datetime import UTC, datetime

_DASH = "— "
_KEY_ID_BYTES, _SIGNATURE_BYTES = 4, 64
_TIME = re.compile(r"time (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6})Z", re.ASCII)
_SIZE = re.compile(r"0|[1-9]\d{0,17}", re.ASCII)


class NotACheckpoint(ValueError):
    """This text is no signed checkpoint."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """``origin`` names the log, ``size`` its entries, ``root`` the tree over them (32 bytes); ``time`` is aware."""

    origin: str
    size: int
    root: bytes
    time: datetime

    def text(self) -> str:
        """What is signed, to the byte."""
        moment = self.time.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds")
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\ntime {moment}Z\n"


@dataclass(frozen=True, slots=True)
class SignedCheckpoint:
    """A checkpoint with the signature of one key; ``key_id`` (4 bytes) says of which. Not proved by existing."""

    checkpoint: Checkpoint
    key_id: bytes
    signature: bytes

    def note(self) -> str:
        """The whole as people and files keep it."""
        signed = base64.b64encode(self.key_id + self.signature).decode()
        return f"{self.checkpoint.text()}\n{_DASH}{self.checkpoint.origin} {signed}\n"


def parse_note(note: str) -> SignedCheckpoint:
    """A note again, exactly: what it prints is what was read.

    :raises NotACheckpoint:
    """
    try:
        origin, size, root, time, empty, signed, end = note.split("\n")
        moment = _TIME.fullmatch(time)
        name, _, blob = signed.removeprefix(_DASH).rpartition(" ")
        if moment is None or not _SIZE.fullmatch(size) or not origin:
            raise NotACheckpoint("no size or no time")
        raw = base64.b64decode(blob, validate=True)
        checkpoint = Checkpoint(
            origin,
            int(size),
            base64.b64decode(root, validate=True),
            datetime.fromisoformat(moment.group(1)).replace(tzinfo=UTC),
        )
        found = SignedCheckpoint(checkpoint, raw[:_KEY_ID_BYTES], raw[_KEY_ID_BYTES:])
    except (ValueError, binascii.Error) as error:
        raise NotACheckpoint("not a signed checkpoint") from error
    if empty or end or name != origin or len(found.signature) != _SIGNATURE_BYTES or found.note() != note:
        raise NotACheckpoint("not a signed checkpoint")
    return found
