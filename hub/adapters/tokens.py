"""Access tokens on the wire: JWT signed with ES256 (RFC 7519, RFC 9068). The only file that imports python-jose.

python-jose accepts too much (ADR 0011, threats T27): keys as bytes, tokens without ``aud`` or ``exp``, unknown
``crit``, payloads with the same name twice. So it gets one public key as a JWK, one algorithm, and a token that was
read strictly before; what it lets pass is checked again after. It never tells the time: that is an argument.
"""

import base64
import binascii
import hashlib
import json
import os
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from jose import jwt
from jose.backends import ECKey
from jose.backends.cryptography_backend import CryptographyECKey
from jose.exceptions import JOSEError

from hub.domain.api_token import CLOCKS_DIFFER, LONGEST_LIFETIME, ApiToken, TokenRefused, TokenScope
from hub.domain.errors import StartRefused

ALGORITHM = "ES256"
"""One, and asymmetric: a list is where algorithms get confused."""
TYPE = "at+jwt"
MAX_BYTES = 8 * 1024
_HEADER = {"alg", "typ", "kid"}
"""Nothing else: no ``jwk``, ``jku``, ``x5u``, ``x5c``, ``crit``, ``zip``, ``b64``, ``enc``."""
_CLAIMS = {"iss", "aud", "sub", "jti", "iat", "exp", "scope", "patient"}
_PART = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)
_ID = re.compile(r"[a-z]{3}-[0-9a-f]{16}", re.ASCII)
_LATEST = 32_503_680_000
"""The year 3000 in seconds; a larger number is no moment."""
_COORDINATE_BYTES = 32
_OPTIONS = {f"require_{name}": True for name in ("aud", "iss", "sub", "jti")} | {
    f"verify_{name}": False for name in ("exp", "iat", "nbf")
}
"""Times are checked here: to require one there would let python-jose look at a clock of its own."""

if ECKey is not CryptographyECKey:
    # The other backend is pure Python and not constant in time.
    raise ImportError("python-jose runs without cryptography")


class TokenKey:
    """The key of this hub: signs its tokens, and reads them back."""

    def __init__(self, private: ec.EllipticCurvePrivateKey, issuer: str, audience: str) -> None:
        if not isinstance(private.curve, ec.SECP256R1):
            raise StartRefused("De sleutel van de tokens is van een andere soort; zet hem terug uit de back-up.")
        self._issuer, self._audience = issuer, audience
        self._public = _jwk(private.public_key())
        self._private = self._public | {
            "d": _number(private.private_numbers().private_value),
        }
        self.key_id = _thumbprint(self._public)

    @classmethod
    def from_file(cls, path: Path, issuer: str, audience: str) -> "TokenKey":
        """:raises StartRefused: absent, damaged or readable for others"""
        try:
            mode, pem = path.stat().st_mode & 0o777, path.read_bytes()
        except OSError as error:
            raise StartRefused(f"De sleutel van de tokens ({path.name}) is niet te lezen: {error.strerror}.") from error
        if mode & 0o077:
            raise StartRefused(f"De sleutel van de tokens ({path.name}) is leesbaar voor anderen; zet hem op 0400.")
        try:
            private = serialization.load_pem_private_key(pem, password=None)
        except (ValueError, TypeError) as error:
            raise StartRefused(
                f"De sleutel van de tokens ({path.name}) is beschadigd; zet hem terug uit de back-up."
            ) from error
        if not isinstance(private, ec.EllipticCurvePrivateKey):
            raise StartRefused("De sleutel van de tokens is van een andere soort; zet hem terug uit de back-up.")
        return cls(private, issuer, audience)

    @staticmethod
    def create_file(path: Path) -> None:
        """Write a new key, mode 0400. Fails when the file exists."""
        pem = ec.generate_private_key(ec.SECP256R1()).private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400)
        with os.fdopen(handle, "wb") as file:
            file.write(pem)
            file.flush()
            os.fsync(file.fileno())

    @property
    def public_jwk(self) -> dict[str, str]:
        """The public half, for whoever checks."""
        return dict(self._public) | {"kid": self.key_id, "alg": ALGORITHM, "use": "sig"}

    def sign(self, token: ApiToken) -> str:
        """The token as another program shows it: ``Authorization: Bearer …``."""
        claims: dict[str, Any] = {
            "iss": self._issuer,
            "aud": self._audience,
            "sub": token.person_id,
            "jti": token.id,
            "iat": int(token.issued_at.timestamp()),
            "exp": int(token.expires_at.timestamp()),
            "scope": " ".join(sorted(token.scopes)),
        }
        if token.patient_id is not None:
            claims["patient"] = token.patient_id
        signed: str = jwt.encode(claims, self._private, algorithm=ALGORITHM, headers={"typ": TYPE, "kid": self.key_id})
        return signed

    def read(self, text: str, now: datetime) -> ApiToken:
        """What a token says, when it is ours and within its time; ``issued_by`` is not in it.

        :raises TokenRefused: anything else
        """
        header, claims = _strictly(text)
        if set(header) != _HEADER or header["alg"] != ALGORITHM or header["typ"] != TYPE:
            raise TokenRefused("header")
        if header["kid"] != self.key_id:
            raise TokenRefused("key")
        try:
            verified = jwt.decode(
                text,
                self._public,
                algorithms=[ALGORITHM],
                options=_OPTIONS,
                audience=self._audience,
                issuer=self._issuer,
            )
        except (JOSEError, ValueError, TypeError, KeyError, ArithmeticError) as error:
            raise TokenRefused("signature") from error
        if verified != claims:
            raise TokenRefused("payload")
        return self._checked(claims, now)

    def _checked(self, claims: Mapping[str, Any], now: datetime) -> ApiToken:
        if not set(claims) <= _CLAIMS or claims.get("iss") != self._issuer or claims.get("aud") != self._audience:
            raise TokenRefused("claims")
        issued_at, expires_at = _moment(claims.get("iat")), _moment(claims.get("exp"))
        if issued_at > now + CLOCKS_DIFFER:
            raise TokenRefused("not-yet")
        if now >= expires_at:
            raise TokenRefused("over")
        if not issued_at < expires_at <= issued_at + LONGEST_LIFETIME:
            raise TokenRefused("lifetime")
        return ApiToken(
            id=_identifier(claims, "jti", "tok"),
            person_id=_identifier(claims, "sub", "per"),
            patient_id=_identifier(claims, "patient", "pat") if "patient" in claims else None,
            scopes=_scopes(claims.get("scope")),
            issued_by="",
            issued_at=issued_at,
            expires_at=expires_at,
        )


def _strictly(text: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Header and payload of a compact JWS, with one meaning only.

    :raises TokenRefused: too long, not three parts of base64url, not JSON objects, or a name that comes twice
    """
    if len(text) > MAX_BYTES or not text.isascii():
        raise TokenRefused("size")
    parts = text.split(".")
    if len(parts) != 3 or not all(_PART.fullmatch(part) for part in parts):
        raise TokenRefused("form")
    header, payload, signature = (_decoded(part) for part in parts)
    if len(signature) != 2 * _COORDINATE_BYTES:
        raise TokenRefused("signature")
    return _object(header), _object(payload)


def _decoded(part: str) -> bytes:
    try:
        raw = base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise TokenRefused("form") from error
    # Bits that count for nothing would make many spellings of one token.
    if base64.urlsafe_b64encode(raw).rstrip(b"=").decode() != part:
        raise TokenRefused("form")
    return raw


def _object(raw: bytes) -> dict[str, Any]:
    try:
        found = json.loads(raw.decode("utf-8"), object_pairs_hook=_once, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise TokenRefused("json") from error
    if not isinstance(found, dict):
        raise TokenRefused("json")
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("a name comes twice")
    return made


def _no_constant(name: str) -> Any:
    raise ValueError(name)


def _moment(value: object) -> datetime:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value < _LATEST:
        raise TokenRefused("claims")
    return datetime.fromtimestamp(value, UTC)


def _identifier(claims: Mapping[str, Any], name: str, prefix: str) -> str:
    value = claims.get(name)
    if not isinstance(value, str) or not _ID.fullmatch(value) or not value.startswith(prefix):
        raise TokenRefused("claims")
    return value


def _scopes(value: object) -> frozenset[TokenScope]:
    names = value.split(" ") if isinstance(value, str) else []
    if not names or len(set(names)) != len(names) or not set(names) <= set(TokenScope):
        raise TokenRefused("claims")
    return frozenset(TokenScope(name) for name in names)


def _jwk(public: ec.EllipticCurvePublicKey) -> dict[str, str]:
    numbers = public.public_numbers()
    return {"kty": "EC", "crv": "P-256", "x": _number(numbers.x), "y": _number(numbers.y)}


def _number(value: int) -> str:
    return base64.urlsafe_b64encode(value.to_bytes(_COORDINATE_BYTES, "big")).rstrip(b"=").decode()


def _thumbprint(jwk: Mapping[str, str]) -> str:
    """RFC 7638: names the key by what it is, so that a name cannot point at another one."""
    canonical = json.dumps(jwk, sort_keys=True, separators=(",", ":"))
    return base64.urlsafe_b64encode(hashlib.sha256(canonical.encode()).digest()).rstrip(b"=").decode()
