"""Canonical JSON and Ed25519 signatures as Matrix defines them (specification, appendix "Signing JSON")."""

import base64
import json
from collections.abc import Mapping
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from bots.runtime.untrusted import JsonObject


def to_base64(raw: bytes) -> str:
    """Unpadded base64."""
    return base64.b64encode(raw).decode().rstrip("=")


def from_base64(text: str) -> bytes:
    """:raises ValueError: not base64"""
    return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)


def canonical_json(value: Mapping[str, Any]) -> bytes:
    """Sorted, compact, UTF-8, without ``signatures`` and ``unsigned``.

    :raises ValueError: something that JSON or UTF-8 cannot carry (a lone surrogate, NaN, nested too deep)
    """
    signed = {key: part for key, part in value.items() if key not in ("signatures", "unsigned")}
    try:
        text = json.dumps(signed, ensure_ascii=False, separators=(",", ":"), sort_keys=True, allow_nan=False)
    except (TypeError, RecursionError) as error:
        raise ValueError("not canonical JSON") from error
    return text.encode()


class SigningKey:
    """One Ed25519 key; ``public`` in unpadded base64."""

    def __init__(self, seed: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.public = to_base64(self._key.public_key().public_bytes_raw())

    def sign(self, value: JsonObject, user_id: str) -> JsonObject:
        """``value`` with our signature added; what others signed stays."""
        signatures = {user: dict(keys) for user, keys in value.get("signatures", {}).items()}
        signature = to_base64(self._key.sign(canonical_json(value)))
        signatures.setdefault(user_id, {})["ed25519:" + self.public] = signature
        return {**value, "signatures": signatures}


def is_signed(value: object, user_id: str, key_id: str, public: str) -> bool:
    """Whether ``value`` carries a valid signature of ``user_id`` by ``ed25519:<key_id>``, checked with ``public``.

    Never raises: what is not well-formed is not signed.
    """
    if not isinstance(value, dict):
        return False
    try:
        signature = value["signatures"][user_id]["ed25519:" + key_id]
        Ed25519PublicKey.from_public_bytes(from_base64(public)).verify(from_base64(signature), canonical_json(value))
    except (KeyError, TypeError, AttributeError, ValueError, InvalidSignature):
        return False
    return True
