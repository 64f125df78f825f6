"""Getuige: a file somewhere else in which every signed checkpoint is added, and from which nothing is ever taken.

Who rewrites the log, or puts an older copy of the database back, would have to rewrite this as well. So it belongs on
another machine or mount than the database, where the hub may add and no more (``docs/howto/logging-controleren.md``).
"""

import os
import re
from pathlib import Path

from hub.domain.audit_checkpoint import NotACheckpoint, SignedCheckpoint, parse_note
from hub.domain.errors import IntegrityBroken

_NOTE = re.compile(r"((?:[^\n]+\n){4}\n— [^\n]+\n)\n")
_COPIED = re.compile(
    r"^([^\n]+)\n(\d+)\n([A-Za-z0-9+/=]+)\n(time \S+)\n(?:\n)+(— \S+ [A-Za-z0-9+/=]+)$", re.MULTILINE | re.ASCII
)
_SIGN_OF_ONE = re.compile(r"^(?:time \d|— \S+ [A-Za-z0-9+/=]+$)", re.MULTILINE | re.ASCII)
_SIGNED = re.compile("\n— [^\n]+\n\n".encode())
_TAIL = 4096
_NOTE_PARTS = 2


class WitnessFile:
    """One file of notes, an empty line behind each."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def add(self, signed: SignedCheckpoint) -> None:
        """Add one checkpoint; returns when it is on the disk.

        :raises OSError: it cannot be written
        """
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            size = os.fstat(handle).st_size
            tail = os.pread(handle, _TAIL, max(0, size - _TAIL))
            ends = [match.end() for match in _SIGNED.finditer(tail)]
            whole = size - len(tail) + ends[-1] if ends else 0
            if size > whole:
                # A note that a power cut broke off: it was never counted, and what follows must be readable.
                os.ftruncate(handle, whole)
            line = f"{signed.note()}\n".encode()
            if os.write(handle, line) != len(line):
                raise OSError("the witness took half a checkpoint")
            os.fsync(handle)
        finally:
            os.close(handle)

    def read(self) -> list[SignedCheckpoint]:
        """All checkpoints, oldest first; none when there is no file (yet). A last one that was broken off is none.

        :raises IntegrityBroken: something in it is no checkpoint
        """
        try:
            text = self.path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return []
        except (OSError, UnicodeDecodeError) as error:
            raise IntegrityBroken(f"Het getuigenbestand {self.path.name} is niet te lezen.") from error
        found: list[SignedCheckpoint] = []
        place = 0
        while match := _NOTE.match(text, place):
            try:
                found.append(parse_note(match.group(1)))
            except NotACheckpoint:
                break
            place = match.end()
        if text[place:] != _torn(text):
            raise IntegrityBroken(
                f"Controlepunt {len(found) + 1} in het getuigenbestand {self.path.name} is beschadigd."
            )
        return found


def copied_notes(path: Path) -> list[SignedCheckpoint]:
    """The checkpoints that somebody copied into a file, from the officers' room or from paper: one or more, among other
    words or not. Blanks around lines do not matter; what was signed does, to the byte.

    :raises IntegrityBroken: there is none, or something that looks like one is damaged
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise IntegrityBroken(f"Het bestand {path.name} is niet te lezen.") from error
    text = "\n".join(line.strip() for line in text.splitlines())
    found: list[SignedCheckpoint] = []
    try:
        for match in _COPIED.finditer(text):
            *signed, signature = match.groups()
            found.append(parse_note("\n".join([*signed, "", signature, ""])))
    except NotACheckpoint as error:
        raise IntegrityBroken(f"Controlepunt {len(found) + 1} in het bestand {path.name} is beschadigd.") from error
    if not found or len(_SIGN_OF_ONE.findall(text)) != _NOTE_PARTS * len(found):
        raise IntegrityBroken(f"In het bestand {path.name} staat geen heel controlepunt, of er is er een beschadigd.")
    return found


def _torn(text: str) -> str:
    """The last note when its end is missing; empty when the last one is whole."""
    *whole, rest = text.split("\n\n")
    return rest if len(whole) % _NOTE_PARTS == 0 else f"{whole[-1]}\n\n{rest}"
