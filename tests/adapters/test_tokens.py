"""Tokens of other systems against everything that is known to mislead python-jose (T27, D6); joserfc judges along."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from hypothesis import given, settings
from hypothesis import strategies as st
from joserfc import jws as oracle
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from hub.adapters.tokens import MAX_BYTES, TokenKey
from hub.domain.api_token import ApiToken, TokenRefused, TokenScope
from hub.domain.errors import StartRefused

NOW = datetime(2026, 11, 3, 9, 0, tzinfo=UTC)
ISSUER, AUDIENCE = "https://kring.example", "https://kring.example/fhir"
PRIVATE = ec.generate_private_key(ec.SECP256R1())
OTHER = ec.generate_private_key(ec.SECP256R1())
KEY = TokenKey(PRIVATE, ISSUER, AUDIENCE)
PUBLIC_DER = PRIVATE.public_key().public_bytes(
    serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
)
PUBLIC_PEM = PRIVATE.public_key().public_bytes(
    serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
)
GERDA = ApiToken(
    "tok-0123456789abcdef",
    "per-0123456789abcdef",
    "pat-0123456789abcdef",
    frozenset({TokenScope.READ}),
    "",
    NOW,
    NOW + timedelta(hours=1),
)
Parts = dict[str, Any]


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def signed(header: bytes | Parts, claims: bytes | Parts, key: ec.EllipticCurvePrivateKey = PRIVATE) -> str:
    """A token with a good ES256 signature over whatever it says."""
    raw = [part if isinstance(part, bytes) else json.dumps(part).encode() for part in (header, claims)]
    text = ".".join(b64(part) for part in raw)
    r, s = decode_dss_signature(key.sign(text.encode(), ec.ECDSA(hashes.SHA256())))
    return f"{text}.{b64(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"


def header(**more: Any) -> Parts:
    return {"alg": "ES256", "typ": "at+jwt", "kid": KEY.key_id} | more


def claims(**more: Any) -> Parts:
    at = int(NOW.timestamp())
    return {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": GERDA.person_id,
        "jti": GERDA.id,
        "iat": at,
        "exp": at + 3600,
        "scope": "pzp.read",
        "patient": GERDA.patient_id,
    } | more


def without(parts: Parts, name: str) -> Parts:
    return {key: value for key, value in parts.items() if key != name}


def forged(key: bytes, alg: str = "HS256") -> str:
    """The public key as the secret of an HMAC: the confusion that python-jose 3.5.0 falls for."""
    text = f"{b64(json.dumps(header(alg=alg)).encode())}.{b64(json.dumps(claims()).encode())}"
    return f"{text}.{b64(hmac.new(key, text.encode(), hashlib.sha256).digest())}"


def unsigned(alg: str, signature: str = "") -> str:
    return f"{b64(json.dumps(header(alg=alg)).encode())}.{b64(json.dumps(claims()).encode())}.{signature}"


def by_rsa() -> str:
    from cryptography.hazmat.primitives.asymmetric import padding

    key = rsa.generate_private_key(65537, 2048)
    text = f"{b64(json.dumps(header(alg='RS256')).encode())}.{b64(json.dumps(claims()).encode())}"
    return f"{text}.{b64(key.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256()))}"


def with_der_signature() -> str:
    text = signed(header(), claims()).rpartition(".")[0]
    return f"{text}.{b64(PRIVATE.sign(text.encode(), ec.ECDSA(hashes.SHA256())))}"


GOOD = signed(header(), claims())
OTHER_JWK = {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}
ATTACKS: dict[str, str | Callable[[], str]] = {
    "nothing": "",
    "words": "laat me erin",
    "two parts": GOOD.rpartition(".")[0],
    "four parts": GOOD + ".AAAA",
    "five parts, as JWE": GOOD + ".AAAA.AAAA",
    "a space": GOOD.replace(".", ". ", 1),
    "a line break": GOOD + "\n",
    "padding": GOOD + "==",
    "other alphabet": GOOD.replace("-", "+").replace("_", "/") if set("-_") & set(GOOD) else GOOD + "+",
    "not ASCII": GOOD + "é",
    "another letter that looks alike": GOOD.replace("e", "е", 1),
    "9 KiB": signed(header(), claims(patient="pat-" + "0" * 9 * 1024)),
    "no signature": unsigned("ES256"),
    "empty signature of the right length": unsigned("ES256", b64(bytes(64))),
    "alg none": unsigned("none"),
    "alg None": unsigned("None", b64(bytes(64))),
    "alg NONE": unsigned("NONE", b64(bytes(64))),
    "alg none with a space": unsigned("none ", b64(bytes(64))),
    "alg es256": signed(header(alg="es256"), claims()),
    "alg Rs256": signed(header(alg="Rs256"), claims()),
    "alg in a list": signed(header(alg=["ES256"]), claims()),
    "alg ES384": signed(header(alg="ES384"), claims()),
    "no alg": signed(without(header(), "alg"), claims()),
    "HS256 with the public key in DER": forged(PUBLIC_DER),
    "HS256 with the public key in PEM": forged(PUBLIC_PEM),
    "HS256 with the JWK": forged(json.dumps(KEY.public_jwk).encode()),
    "HS256 that calls itself ES256": forged(PUBLIC_DER, "ES256"),
    "RS256": by_rsa,
    "another key": signed(header(), claims(), OTHER),
    "another key with its own name": signed(header(kid="iemand-anders"), claims(), OTHER),
    "key brought along": signed(header(jwk=OTHER_JWK), claims(), OTHER),
    "key brought along by who holds ours": signed(header(jwk=OTHER_JWK), claims()),
    "address of a key": signed(header(jku="https://elders.example/keys"), claims()),
    "certificate": signed(header(x5c=["AAAA"]), claims()),
    "address of a certificate": signed(header(x5u="https://elders.example/c"), claims()),
    "crit": signed(header(crit=["b64"], b64=False), claims()),
    "zip": signed(header(zip="DEF"), claims()),
    "cty JWT": signed(header(cty="JWT"), claims()),
    "no kid": signed(without(header(), "kid"), claims()),
    "two kids": signed(f'{{"alg":"ES256","typ":"at+jwt","kid":"x","kid":"{KEY.key_id}"}}'.encode(), claims()),
    "kid that is a path": signed(header(kid="../../secrets/kek"), claims()),
    "kid that is a query": signed(header(kid="' or 1=1 --"), claims()),
    "kid that is no text": signed(header(kid=1), claims()),
    "typ JWT": signed(header(typ="JWT"), claims()),
    "no typ": signed(without(header(), "typ"), claims()),
    "header is a list": signed(b"[]", claims()),
    "header is no JSON": signed(b"{", claims()),
    "header is not UTF-8": signed(b'{"alg":"ES256\xff"}', claims()),
    "payload is a list": signed(header(), b"[]"),
    "payload is no JSON": signed(header(), b"{"),
    "payload is not UTF-8": signed(header(), b'{"sub":"\xff\xfe"}'),
    "payload nested deep": signed(header(), b"[" * 3000 + b"]" * 3000),
    "payload with NaN": signed(header(), json.dumps(claims()).replace(str(int(NOW.timestamp())), "NaN").encode()),
    "a claim twice": signed(header(), json.dumps(claims())[:-1].encode() + b',"sub":"per-fedcba9876543210"}'),
    "DER signature": with_der_signature,
    "no iss": signed(header(), without(claims(), "iss")),
    "another iss": signed(header(), claims(iss="https://elders.example")),
    "iss with a slash": signed(header(), claims(iss=ISSUER + "/")),
    "iss in a list": signed(header(), claims(iss=[ISSUER])),
    "no aud": signed(header(), without(claims(), "aud")),
    "another aud": signed(header(), claims(aud="https://elders.example")),
    "aud of more than one": signed(header(), claims(aud=[AUDIENCE, "https://elders.example"])),
    "no sub": signed(header(), without(claims(), "sub")),
    "sub of 255": signed(header(), claims(sub="per-" + "0" * 251)),
    "sub of a patient": signed(header(), claims(sub="pat-0123456789abcdef")),
    "sub with a line break": signed(header(), claims(sub="per-0123456789abcdef\n")),
    "sub that is no text": signed(header(), claims(sub={"id": "per-0123456789abcdef"})),
    "no jti": signed(header(), without(claims(), "jti")),
    "no exp": signed(header(), without(claims(), "exp")),
    "exp as text": signed(header(), claims(exp=str(int(NOW.timestamp()) + 3600))),
    "exp as true": signed(header(), claims(exp=True)),
    "exp with a fraction": signed(header(), claims(exp=NOW.timestamp() + 3600.5)),
    "exp in a million years": signed(header(), claims(exp=10**15)),
    "exp beyond all numbers": signed(header(), claims(exp=10**400)),
    "exp below zero": signed(header(), claims(exp=-1)),
    "no iat": signed(header(), without(claims(), "iat")),
    "longer than a working day": signed(header(), claims(exp=int(NOW.timestamp()) + 8 * 3600 + 1)),
    "over before it began": signed(header(), claims(iat=int(NOW.timestamp()) + 30, exp=int(NOW.timestamp()) + 20)),
    "a role of its own": signed(header(), claims(role="gp")),
    "scope as a list": signed(header(), claims(scope=["pzp.read"])),
    "scope with two spaces": signed(header(), claims(scope="pzp.read  pzp.import")),
    "scope that is not ours": signed(header(), claims(scope="pzp.read system/*.*")),
    "no scope": signed(header(), without(claims(), "scope")),
    "patient that is none": signed(header(), claims(patient="*")),
    "patient null": signed(header(), claims(patient=None)),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_known_forgery_is_believed(attack: str) -> None:
    made = ATTACKS[attack]
    with pytest.raises(TokenRefused):
        KEY.read(made() if callable(made) else made, NOW)


def test_the_good_token_says_what_it_was_given_to_say() -> None:
    assert KEY.read(KEY.sign(GERDA), NOW) == GERDA
    assert KEY.read(GOOD, NOW) == GERDA
    assert len(GOOD) < MAX_BYTES


@pytest.mark.parametrize(("seconds", "counts"), [(59, True), (60, True), (61, False)])
def test_another_clock_may_be_a_minute_ahead_and_no_more(seconds: int, counts: bool) -> None:
    assert believed(GOOD, NOW - timedelta(seconds=seconds)) is counts


@pytest.mark.parametrize(("seconds", "counts"), [(3599, True), (3600, False), (3661, False)])
def test_what_is_over_is_over_to_the_second(seconds: int, counts: bool) -> None:
    assert believed(GOOD, NOW + timedelta(seconds=seconds)) is counts


def test_a_token_of_another_hub_is_none_of_ours() -> None:
    elsewhere = TokenKey(OTHER, ISSUER, AUDIENCE)
    assert not believed(elsewhere.sign(GERDA), NOW)
    moved = TokenKey(PRIVATE, "https://anders.example", "https://anders.example/fhir")
    assert not believed(moved.sign(GERDA), NOW)


def believed(text: str, now: datetime) -> bool:
    try:
        KEY.read(text, now)
    except TokenRefused:
        return False
    return True


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_where_one_byte_differs_nothing_is_believed_and_the_oracle_agrees(data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(GOOD) - 1))
    letter = data.draw(st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_."))
    bent = GOOD[:place] + letter + GOOD[place + 1 :]
    assert believed(bent, NOW) is (bent == GOOD)
    # The oracle may be kinder (a bit that counts for nothing); never may we believe what it does not.
    if believed(bent, NOW):
        assert oracle_believes(bent)


_VALUES = st.one_of(st.none(), st.booleans(), st.integers(-5, 2**40), st.text(max_size=12), st.just(ISSUER))


_HEADERS = st.sampled_from(["alg", "typ", "kid", "crit", "jwk", "b64"])
_CLAIMS = st.sampled_from(["iss", "aud", "sub", "jti", "iat", "exp", "scope", "patient", "nbf"])


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(_HEADERS, _VALUES, max_size=3), st.dictionaries(_CLAIMS, _VALUES, max_size=3))
def test_what_we_believe_the_oracle_believes_too(some_header: Parts, some_claims: Parts) -> None:
    text = signed(header(**some_header), claims(**some_claims))
    if believed(text, NOW):
        assert oracle_believes(text)
    assert believed(text, NOW) is (header(**some_header) == header() and sound(claims(**some_claims)))


def sound(said: Parts) -> bool:
    """What a token may say, written a second time."""
    at = int(NOW.timestamp())
    times = [said["iat"], said["exp"]]
    if any(type(one) is not int for one in times) or said["nbf" if "nbf" in said else "iss"] != ISSUER:
        return False
    good = claims()
    same = all(said[name] == good[name] for name in ("iss", "aud", "sub", "jti", "scope", "patient"))
    return (
        "nbf" not in said
        and same
        and 0 < said["iat"] <= at + 60
        and at < said["exp"]
        and said["iat"] < said["exp"] <= said["iat"] + 8 * 3600
    )


def oracle_believes(text: str) -> bool:
    try:
        oracle.deserialize_compact(text, ECKey.import_key(KEY.public_jwk), algorithms=["ES256"])
    except (JoseError, ValueError):
        return False
    return True


def test_the_key_is_a_file_for_its_owner_and_is_made_once(tmp_path: Path) -> None:
    path = tmp_path / "token_signing_key"
    TokenKey.create_file(path)
    assert path.stat().st_mode & 0o777 == 0o400
    with pytest.raises(FileExistsError):
        TokenKey.create_file(path)
    key = TokenKey.from_file(path, ISSUER, AUDIENCE)
    assert TokenKey.from_file(path, ISSUER, AUDIENCE).read(key.sign(GERDA), NOW) == GERDA
    path.chmod(0o440)
    with pytest.raises(StartRefused, match="leesbaar voor anderen"):
        TokenKey.from_file(path, ISSUER, AUDIENCE)
    (tmp_path / "kapot").write_bytes(b"geen sleutel")
    (tmp_path / "kapot").chmod(0o400)
    with pytest.raises(StartRefused, match="beschadigd"):
        TokenKey.from_file(tmp_path / "kapot", ISSUER, AUDIENCE)
