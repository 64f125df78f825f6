"""Sleutelbewaring bij de organisatie: the key-encryption key in shares, of which some people together make it again.

Without that key no dossier opens, backups included (HAZ-07). So it is split (Shamir, over GF(2¹²⁸), by PyCryptodome)
into as many shares as there are keepers; a threshold of them gives it back and fewer tell nothing of it. Each share is
one line that fits on paper, with a check of its own: a mistyped one is named, and no wrong key is made.
"""

import hashlib
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from Crypto.Protocol.SecretSharing import Shamir

from hub.domain.errors import CommandRejected, StartRefused

_HALF = 16
_FORM = re.compile(r"kring-sleuteldeel-1:([0-9a-f]{16}):(\d{1,2}):(\d{1,2}):([0-9a-f]{64}):([0-9a-f]{8})", re.ASCII)
_FEWEST, _MOST = 2, 15


@dataclass(frozen=True, slots=True)
class Share:
    """One keeper's part. ``key_id`` says of which key, and nothing about it."""

    key_id: str
    threshold: int
    number: int
    part: bytes

    def text(self) -> str:
        body = f"kring-sleuteldeel-1:{self.key_id}:{self.threshold}:{self.number}:{self.part.hex()}"
        return f"{body}:{_check(body)}"

    def __repr__(self) -> str:
        return f"Share(number={self.number})"


def key_id(kek: bytes) -> str:
    """Which key this is; a digest of 256 random bits tells nothing of them."""
    return hashlib.sha256(b"kring-escrow" + kek).hexdigest()[:16]


def split(kek: bytes, shares: int, threshold: int) -> list[Share]:
    """:raises CommandRejected: one person alone would have the key, or the numbers make no sense"""
    if not _FEWEST <= threshold <= shares <= _MOST:
        raise CommandRejected(
            "bad-shares", "Er zijn altijd minstens twee mensen nodig, en niet meer delen nodig dan er zijn (tot 15)."
        )
    halves = [Shamir.split(threshold, shares, kek[at : at + _HALF]) for at in (0, _HALF)]
    return [
        Share(key_id(kek), threshold, number, bytes(first) + bytes(second))
        for (number, first), (_, second) in zip(*halves, strict=True)
    ]


def combine(shares: Sequence[Share]) -> bytes:
    """The key again.

    :raises CommandRejected: too few shares, the same one twice, or of different keys
    """
    if len({share.key_id for share in shares}) != 1:
        raise CommandRejected("other-key", "Deze delen horen niet bij dezelfde sleutel.")
    threshold = shares[0].threshold
    if len({share.number for share in shares}) < threshold or len(shares) != len({share.number for share in shares}):
        raise CommandRejected("too-few", "Er zijn %(threshold)s verschillende delen nodig.", {"threshold": threshold})
    used = shares[:threshold]
    kek = b"".join(
        bytes(Shamir.combine([(share.number, share.part[at : at + _HALF]) for share in used])) for at in (0, _HALF)
    )
    if key_id(kek) != shares[0].key_id:
        raise CommandRejected("other-key", "Deze delen geven de sleutel niet terug; een ervan klopt niet.")
    return kek


def read_share(path: Path) -> Share:
    """:raises CommandRejected: this file holds no share, or a mistyped one"""
    try:
        text = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise CommandRejected(
            "no-share", "%(name)s is niet te lezen als deel van de sleutel.", {"name": path.name}
        ) from error
    found = _FORM.fullmatch(text)
    if found is None or _check(text.rpartition(":")[0]) != found.group(5):
        raise CommandRejected(
            "no-share", "%(name)s is geen deel van de sleutel, of er staat een fout in.", {"name": path.name}
        )
    return Share(found.group(1), int(found.group(2)), int(found.group(3)), bytes.fromhex(found.group(4)))


def write_shares(kek_file: Path, folder: Path, shares: int, threshold: int) -> list[Path]:
    """Write each share into a file of its own, for its keeper only; take them elsewhere one by one.

    :raises StartRefused: the key cannot be read, or the files cannot be written
    """
    try:
        made = split(kek_file.read_bytes(), shares, threshold)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        paths = []
        for share in made:
            path = folder / f"sleuteldeel-{share.number}-van-{shares}.txt"
            _write(path, share.text().encode() + b"\n")
            paths.append(path)
    except OSError as error:
        raise StartRefused(f"De delen zijn niet te maken: {error.strerror}.") from error
    return paths


def restore(kek_file: Path, shares: Sequence[Share]) -> None:
    """Put the key back where it was. A key that is there is never overwritten.

    :raises CommandRejected: the shares do not give it
    :raises StartRefused: there is a key, or the file cannot be written
    """
    kek = combine(shares)
    try:
        kek_file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write(kek_file, kek)
    except OSError as error:
        raise StartRefused(f"De hoofdsleutel is niet terug te zetten: {error.strerror}.") from error


def _write(path: Path, content: bytes) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _check(body: str) -> str:
    return hashlib.sha256(body.encode()).hexdigest()[:8]
