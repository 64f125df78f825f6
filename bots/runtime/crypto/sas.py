"""Comparing seven emoji (SAS; specification, "Short Authentication String (SAS) verification"): our side of one.

Pure: contents in, contents out. Either side may begin (``start``); who did not begin commits to its key before it sees
the other's, so that nobody can choose a key that gives the same emoji. Everything received is untrusted: what does not
fit raises :class:`SasCancelled` with the code that the other side gets to hear.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import vodozemac

from bots.runtime.crypto.devices import is_key
from bots.runtime.crypto.signing import canonical_json, to_base64
from bots.runtime.untrusted import JsonObject, list_at, object_at, text_at

METHOD = "m.sas.v1"
KEY_AGREEMENT = "curve25519-hkdf-sha256"
HASH = "sha256"
MAC = "hkdf-hmac-sha256.v2"
STRINGS = ("decimal", "emoji")
_MOST_KEYS = 20


class SasCancelled(Exception):
    """It ends here. ``code`` as in the specification, ``reason`` in its words (they travel in clear for some)."""

    def __init__(self, code: str) -> None:
        super().__init__(REASONS[code])
        self.code = code
        self.reason = REASONS[code]


# The words of matrix-rust-sdk, so that a cancellation of ours looks like anybody's.
REASONS: Mapping[str, str] = {
    "m.user": "The user cancelled the verification.",
    "m.timeout": "The verification process timed out.",
    "m.unknown_transaction": "The device does not know about the given transaction ID.",
    "m.unknown_method": "The device does not know how to handle the requested method.",
    "m.unexpected_message": "The device received an unexpected message.",
    "m.key_mismatch": "The expected key did not match the verified one",
    "m.user_mismatch": "The expected user did not match the verified user",
    "m.invalid_message": "The received message was invalid.",
    "m.accepted": "A m.key.verification.request was accepted by a different device.",
    "m.mismatched_commitment": "The hash commitment did not match.",
    "m.mismatched_sas": "The SAS did not match.",
}


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two: a person (or bot) and the device they use for this."""

    user_id: str
    device_id: str


@dataclass(frozen=True, slots=True)
class Symbols:
    """What people compare. ``emoji``: seven places in the specification's table; ``decimals``: three numbers."""

    emoji: tuple[int, ...]
    decimals: tuple[int, ...]


class SasExchange:
    """Our side of one comparison. ``relation`` is put on what we send (in-room: ``m.relates_to``)."""

    def __init__(self, ours: Side, theirs: Side, transaction_id: str, relation: JsonObject) -> None:
        self.ours = ours
        self.theirs = theirs
        self.symbols: Symbols | None = None
        self.started_by_us: bool | None = None
        self._transaction_id = transaction_id
        self._relation = relation
        self._begin()

    def _begin(self) -> None:
        self._sas: Any = vodozemac.Sas()
        self._public = str(self._sas.public_key.to_base64())
        self._secret: Any = None
        self._start: JsonObject = {}
        self._commitment: str | None = None
        self._their_key: str | None = None

    def start(self) -> JsonObject:
        """Begin ourselves."""
        self.started_by_us = True
        self._start = {
            "from_device": self.ours.device_id,
            "method": METHOD,
            "key_agreement_protocols": [KEY_AGREEMENT],
            "hashes": [HASH],
            "message_authentication_codes": [MAC],
            "short_authentication_string": list(STRINGS),
            **self._relation,
        }
        return self._start

    def receive_start(self, content: JsonObject) -> JsonObject | None:
        """They begin: what we accept. None when both began and ours counts (the lesser id wins).

        :raises SasCancelled: nothing in common, out of turn, or malformed
        """
        if self.started_by_us is False or self._their_key is not None or self._commitment is not None:
            raise SasCancelled("m.unexpected_message")
        if text_at(content, "from_device") != self.theirs.device_id:
            raise SasCancelled("m.invalid_message")
        if text_at(content, "method") != METHOD:
            raise SasCancelled("m.unknown_method")
        if self.started_by_us and self._ours_goes_first():
            return None
        strings = [name for name in STRINGS if name in list_at(content, "short_authentication_string")]
        if (
            KEY_AGREEMENT not in list_at(content, "key_agreement_protocols")
            or HASH not in list_at(content, "hashes")
            or MAC not in list_at(content, "message_authentication_codes")
            or "decimal" not in strings
        ):
            raise SasCancelled("m.unknown_method")
        self._begin()
        self.started_by_us = False
        self._start = content
        return {
            "method": METHOD,
            "key_agreement_protocol": KEY_AGREEMENT,
            "hash": HASH,
            "message_authentication_code": MAC,
            "short_authentication_string": strings,
            "commitment": _commitment(self._public, content),
            **self._relation,
        }

    def _ours_goes_first(self) -> bool:
        return (self.ours.user_id, self.ours.device_id) < (self.theirs.user_id, self.theirs.device_id)

    def receive_accept(self, content: JsonObject) -> JsonObject:
        """They committed to a key: ours.

        :raises SasCancelled: out of turn, or something that we did not offer
        """
        commitment = text_at(content, "commitment")
        if self.started_by_us is not True or self._commitment is not None:
            raise SasCancelled("m.unexpected_message")
        if (
            text_at(content, "key_agreement_protocol") != KEY_AGREEMENT
            or text_at(content, "hash") != HASH
            or text_at(content, "message_authentication_code") != MAC
            or "decimal" not in list_at(content, "short_authentication_string")
        ):
            raise SasCancelled("m.unknown_method")
        if commitment is None or len(commitment) > 100:
            raise SasCancelled("m.invalid_message")
        self._commitment = commitment
        return self._key()

    def receive_key(self, content: JsonObject) -> JsonObject | None:
        """Their key; from now on there are :attr:`symbols`. Returns ours when it is our turn to show it.

        :raises SasCancelled: out of turn, no key, or not the one they committed to
        """
        key = text_at(content, "key")
        ready = self.started_by_us is False or (self.started_by_us and self._commitment is not None)
        if not ready or self._their_key is not None:
            raise SasCancelled("m.unexpected_message")
        if key is None or not is_key(key):
            raise SasCancelled("m.invalid_message")
        if self.started_by_us and _commitment(key, self._start) != self._commitment:
            raise SasCancelled("m.mismatched_commitment")
        try:
            self._secret = self._sas.diffie_hellman(vodozemac.Curve25519PublicKey.from_base64(key))
        except ValueError as error:
            # A key that gives no shared secret (all zero); vodozemac's exceptions are ValueErrors.
            raise SasCancelled("m.invalid_message") from error
        self._their_key = key
        shown = self._secret.bytes(self._symbols_info(key))
        self.symbols = Symbols(tuple(shown.emoji_indices), tuple(shown.decimals))
        return None if self.started_by_us else self._key()

    def _key(self) -> JsonObject:
        return {"key": self._public, **self._relation}

    def _symbols_info(self, their_key: str) -> str:
        ours = (self.ours.user_id, self.ours.device_id, self._public)
        theirs = (self.theirs.user_id, self.theirs.device_id, their_key)
        sides = (*ours, *theirs) if self.started_by_us else (*theirs, *ours)
        return "|".join(("MATRIX_KEY_VERIFICATION_SAS", *sides, self._transaction_id))

    def mac(self, keys: Mapping[str, str]) -> JsonObject:
        """Our keys (id → public key), authenticated.

        :raises SasCancelled: before the keys were exchanged
        """
        if self._secret is None:
            raise SasCancelled("m.unexpected_message")
        info = self._mac_info(self.ours, self.theirs)
        return {
            "mac": {key_id: self._secret.calculate_mac(public, info + key_id) for key_id, public in keys.items()},
            "keys": self._secret.calculate_mac(",".join(sorted(keys)), info + "KEY_IDS"),
            **self._relation,
        }

    def check_mac(self, content: JsonObject, keys: Mapping[str, str], required: Sequence[str]) -> None:
        """Their keys are those that we know: ``keys`` (id → public key), of which ``required`` must be there.

        :raises SasCancelled: ``m.key_mismatch`` when one is another, or missing
        """
        macs = object_at(content, "mac")
        if self._secret is None:
            raise SasCancelled("m.unexpected_message")
        if not macs or len(macs) > _MOST_KEYS or not all(isinstance(mac, str) for mac in macs.values()):
            raise SasCancelled("m.invalid_message")
        info = self._mac_info(self.theirs, self.ours)
        try:
            good = self._is_mac(content.get("keys"), ",".join(sorted(macs)), info + "KEY_IDS") and all(
                self._is_mac(mac, keys[key_id], info + key_id) for key_id, mac in macs.items() if key_id in keys
            )
        except ValueError as error:  # a key id that no text can be
            raise SasCancelled("m.invalid_message") from error
        if not good or not set(required) <= set(macs):
            raise SasCancelled("m.key_mismatch")

    def _is_mac(self, mac: object, value: str, info: str) -> bool:
        return isinstance(mac, str) and str(self._secret.calculate_mac(value, info)) == mac.rstrip("=")

    def _mac_info(self, sender: Side, receiver: Side) -> str:
        return (
            f"MATRIX_KEY_VERIFICATION_MAC{sender.user_id}{sender.device_id}{receiver.user_id}{receiver.device_id}"
            f"{self._transaction_id}"
        )


def _commitment(public_key: str, start: JsonObject) -> str:
    try:
        return to_base64(hashlib.sha256(public_key.encode() + canonical_json(start)).digest())
    except ValueError as error:
        raise SasCancelled("m.invalid_message") from error
