"""Sealing: AES-256-GCM for contents, a key for each patient, all under one key-encryption key.

Nothing clinical, no name and no Matrix secret is stored in clear. What a sealed value belongs to is bound as additional
authenticated data, so that a row moved to another place does not open (``IntegrityBroken``).
"""

import os
import secrets
from collections.abc import Callable
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap_with_padding, aes_key_wrap_with_padding

from hub.adapters.destroyed_keys import DestroyedKeys
from hub.domain.errors import IntegrityBroken, StartRefused

_NONCE_BYTES = 12
_BODY = 1 + _NONCE_BYTES
_KEY_BYTES = 32
_VERSION = b"\x01"


def seal(key: bytes, plaintext: bytes, aad: bytes) -> bytes:
    """Encrypt ``plaintext`` bound to ``aad``; returns version byte, nonce and ciphertext with tag."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return _VERSION + nonce + AESGCM(key).encrypt(nonce, plaintext, _VERSION + aad)


def unseal(key: bytes, sealed: bytes, aad: bytes) -> bytes:
    """The plaintext again.

    :raises IntegrityBroken: wrong key, wrong place (aad) or altered bytes
    """
    return unsealer(key)(sealed, aad)


def unsealer(key: bytes) -> Callable[[bytes, bytes], bytes]:
    """:func:`unseal` for many values of one key: the key is made ready once."""
    cipher = AESGCM(key)

    def open_one(sealed: bytes, aad: bytes) -> bytes:
        if sealed[:1] != _VERSION:
            raise IntegrityBroken("Een verzegelde waarde heeft een onbekende vorm.")
        try:
            return cipher.decrypt(sealed[1:_BODY], sealed[_BODY:], _VERSION + aad)
        except (InvalidTag, ValueError) as error:
            raise IntegrityBroken("Een verzegelde waarde is veranderd of hoort hier niet.") from error

    return open_one


class KeyVault:
    """The key-encryption key (KEK) and what is derived from or wrapped by it."""

    def __init__(self, kek: bytes, destroyed: DestroyedKeys | None = None) -> None:
        if len(kek) != _KEY_BYTES:
            raise StartRefused("De hoofdsleutel (kek) moet 32 bytes zijn; herstel het bestand uit de back-up.")
        self._kek = kek
        self._derived: dict[str, bytes] = {}
        self.destroyed = destroyed or DestroyedKeys()

    @classmethod
    def from_file(cls, path: Path) -> "KeyVault":
        """Read the KEK; refuses a file that others may read (mode must be 0400 or 0600)."""
        try:
            mode = path.stat().st_mode & 0o777
            kek = path.read_bytes()
        except OSError as error:
            raise StartRefused(f"De hoofdsleutel {path.name} is niet leesbaar: {error.strerror}.") from error
        if mode & 0o077:
            raise StartRefused(
                f"De hoofdsleutel {path.name} is leesbaar voor anderen (mode {mode:o}); zet hem op 0400."
            )
        return cls(kek, DestroyedKeys(path.parent / "destroyed"))

    @staticmethod
    def create_file(path: Path) -> None:
        """Write a new random KEK, mode 0400. Fails when the file exists: a KEK is never regenerated."""
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400)
        with os.fdopen(handle, "wb") as file:
            file.write(secrets.token_bytes(_KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())

    def purpose_key(self, purpose: str) -> bytes:
        """A key of its own for each purpose (``person``, ``matrix-store``, …), 32 bytes, derived by HKDF."""
        if purpose not in self._derived:
            derivation = HKDF(algorithm=SHA256(), length=_KEY_BYTES, salt=None, info=b"kring/" + purpose.encode())
            self._derived[purpose] = derivation.derive(self._kek)
        return self._derived[purpose]

    def new_wrapped_key(self) -> bytes:
        """A fresh 256-bit data key, wrapped (AES-KWP); the caller stores it and asks :meth:`unwrap` when needed."""
        return aes_key_wrap_with_padding(self._kek, secrets.token_bytes(_KEY_BYTES))

    def unwrap(self, wrapped: bytes) -> bytes:
        """The data key in clear.

        :raises IntegrityBroken: wrapped under another KEK, or altered
        """
        try:
            return aes_key_unwrap_with_padding(self._kek, wrapped)
        except (InvalidUnwrap, ValueError) as error:
            raise IntegrityBroken("Een patiëntsleutel past niet bij de hoofdsleutel.") from error
