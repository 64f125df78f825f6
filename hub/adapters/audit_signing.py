"""The key that signs the log's checkpoints: Ed25519, a file of its own, and its public half for whoever checks (C2SP).

The file is not the database: who can write the one cannot therefore write the other. It is made once, at the first
start, and never again: a new key would be a new log.
"""

import base64
import binascii
import hashlib
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from hub.domain.audit_checkpoint import Checkpoint, SignedCheckpoint
from hub.domain.errors import StartRefused

_ED25519 = b"\x01"
_SEED_BYTES = 32


@dataclass(frozen=True, slots=True)
class CheckpointKey:
    """The public half: who the log is (``origin``) and how its signatures are checked."""

    origin: str
    public: bytes

    @property
    def key_id(self) -> bytes:
        """The first four bytes of SHA-256 over name, kind and key (C2SP signed-note)."""
        return hashlib.sha256(self.origin.encode() + b"\n" + _ED25519 + self.public).digest()[:4]

    def text(self) -> str:
        """``origin+key id+key``: one line to keep somewhere else, before anything happened."""
        return f"{self.origin}+{self.key_id.hex()}+{base64.b64encode(_ED25519 + self.public).decode()}"

    @classmethod
    def parse(cls, text: str) -> "CheckpointKey":
        """:raises StartRefused: not such a line"""
        try:
            origin, key_id, encoded = text.strip().split("+", 2)
            raw = base64.b64decode(encoded, validate=True)
            key = cls(origin, raw[1:])
            Ed25519PublicKey.from_public_bytes(key.public)
        except (ValueError, binascii.Error) as error:
            raise StartRefused("Dit is geen publieke sleutel van de logging.") from error
        if raw[:1] != _ED25519 or key.key_id.hex() != key_id:
            raise StartRefused("Deze publieke sleutel van de logging is beschadigd.")
        return key

    def has_signed(self, signed: SignedCheckpoint) -> bool:
        """Whether this key signed it, for this log."""
        if signed.checkpoint.origin != self.origin or signed.key_id != self.key_id:
            return False
        try:
            public = Ed25519PublicKey.from_public_bytes(self.public)
            public.verify(signed.signature, signed.checkpoint.text().encode())
        except InvalidSignature:
            return False
        return True


class CheckpointSigner:
    """The private half. Only the hub process holds it."""

    def __init__(self, origin: str, seed: bytes) -> None:
        self._private = Ed25519PrivateKey.from_private_bytes(seed)
        self.key = CheckpointKey(origin, self._private.public_key().public_bytes_raw())

    @classmethod
    def from_file(cls, path: Path, origin: str) -> "CheckpointSigner":
        """:raises StartRefused: absent, damaged or readable for others"""
        try:
            mode, seed = path.stat().st_mode & 0o777, path.read_bytes()
        except OSError as error:
            raise StartRefused(
                f"De sleutel van de logging ({path.name}) is niet te lezen: {error.strerror}."
            ) from error
        if mode & 0o077:
            raise StartRefused(f"De sleutel van de logging ({path.name}) is leesbaar voor anderen; zet hem op 0400.")
        if len(seed) != _SEED_BYTES:
            raise StartRefused(f"De sleutel van de logging ({path.name}) is beschadigd; zet hem terug uit de back-up.")
        return cls(origin, seed)

    @staticmethod
    def create_file(path: Path) -> None:
        """Write a new key, mode 0400. Fails when the file exists."""
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400)
        with os.fdopen(handle, "wb") as file:
            file.write(secrets.token_bytes(_SEED_BYTES))
            file.flush()
            os.fsync(file.fileno())

    def sign(self, checkpoint: Checkpoint) -> SignedCheckpoint:
        if checkpoint.origin != self.key.origin:
            raise ValueError("a key signs for its own log")
        return SignedCheckpoint(checkpoint, self.key.key_id, self._private.sign(checkpoint.text().encode()))
