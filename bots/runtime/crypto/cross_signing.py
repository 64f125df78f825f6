"""Our own cross-signing identity: made once, kept apart from the session store, never regenerated.

Without it current clients neither read the bot nor give it keys (MSC4153). Source: specification, "Cross-signing".
"""

import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from bots.runtime.crypto.devices import read_identity
from bots.runtime.crypto.outdated import DeviceOutdated
from bots.runtime.crypto.signing import SigningKey, is_signed
from bots.runtime.untrusted import JsonObject, object_at, text_at
from hub.adapters.encryption import KeyVault, seal, unseal
from hub.domain.errors import StartRefused

_SEED_BYTES = 32
_PURPOSE = "cross-signing"


@dataclass(frozen=True, slots=True)
class CrossSigningSeeds:
    """Three Ed25519 seeds of 32 bytes."""

    master: bytes = field(repr=False)
    self_signing: bytes = field(repr=False)
    user_signing: bytes = field(repr=False)

    @classmethod
    def fresh(cls) -> "CrossSigningSeeds":
        return cls(*(secrets.token_bytes(_SEED_BYTES) for _ in range(3)))


def seeds_exist(directory: Path, localpart: str) -> bool:
    return _file_of(directory, localpart).exists()


def _file_of(directory: Path, localpart: str) -> Path:
    return directory / f"cross-signing.{localpart}.sealed"


def load_or_create_seeds(directory: Path, localpart: str, vault: KeyVault) -> CrossSigningSeeds:
    """The seeds in ``directory/cross-signing.<localpart>.sealed`` (mode 0600), made when there is no such file.

    :raises IntegrityBroken: the file was altered, or the vault is another one
    :raises StartRefused: the file is readable for others, or has another length
    """
    path = _file_of(directory, localpart)
    key, place = vault.purpose_key(_PURPOSE), f"cross-signing\x1f{localpart}".encode()
    if not path.exists():
        seeds = CrossSigningSeeds.fresh()
        _write_new(path, seal(key, seeds.master + seeds.self_signing + seeds.user_signing, place))
        return seeds
    if path.stat().st_mode & 0o077:
        raise StartRefused(f"{path.name} is leesbaar voor anderen; zet de rechten op 0600.")
    raw = unseal(key, path.read_bytes(), place)
    if len(raw) != 3 * _SEED_BYTES:
        raise StartRefused(f"{path.name} heeft een verkeerde lengte; zet de back-up terug.")
    return CrossSigningSeeds(*(raw[start : start + _SEED_BYTES] for start in range(0, len(raw), _SEED_BYTES)))


def _write_new(path: Path, sealed: bytes) -> None:
    # Complete or absent: a half-written file would lock the bot out of its own identity.
    temporary = path.with_suffix(".new")
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(sealed)
        file.flush()
        os.fsync(file.fileno())
    temporary.rename(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


class CrossSigningIdentity:
    """Signs our own devices; pure, the HTTP is the caller's."""

    def __init__(self, user_id: str, seeds: CrossSigningSeeds) -> None:
        self.user_id = user_id
        self._master = SigningKey(seeds.master)
        self._self_signing = SigningKey(seeds.self_signing)
        self._user_signing = SigningKey(seeds.user_signing)

    @property
    def master_key(self) -> str:
        return self._master.public

    def is_published(self, keys_query: JsonObject) -> bool:
        """Whether the server shows our identity; False when it shows none.

        :raises StartRefused: the account has another identity: ours would silently replace it
        """
        shown = object_at(keys_query, "master_keys", self.user_id, "keys")
        if not shown:
            return False
        if list(shown.values()) != [self.master_key]:
            raise StartRefused(
                f"{self.user_id} heeft op de server een andere identiteit dan in de kluis van de hub. "
                "Zet cross-signing.*.sealed uit de back-up terug, of laat een beheerder het account herstellen."
            )
        return read_identity(self.user_id, keys_query) is not None

    def upload_body(self) -> JsonObject:
        """Body of ``POST /keys/device_signing/upload``; without ``auth``, which the first upload does not need."""
        return {
            "master_key": self._public("master", self._master),
            "self_signing_key": self._master.sign(self._public("self_signing", self._self_signing), self.user_id),
            "user_signing_key": self._master.sign(self._public("user_signing", self._user_signing), self.user_id),
        }

    def device_signature(self, keys_query: JsonObject, device_id: str, ed25519: str) -> JsonObject | None:
        """Body of ``POST /keys/signatures/upload`` for our own device; None when it is signed already.

        :raises DeviceOutdated: the server shows other keys for our device than ours
        """
        shown = object_at(keys_query, "device_keys", self.user_id, device_id)
        if text_at(shown, "keys", f"ed25519:{device_id}") != ed25519:
            raise DeviceOutdated(
                f"De server kent apparaat {device_id} van {self.user_id} met andere sleutels dan de database."
            )
        if is_signed(shown, self.user_id, self._self_signing.public, self._self_signing.public):
            return None
        return {self.user_id: {device_id: self.sign_device(shown)}}

    def sign_device(self, device_keys: JsonObject) -> JsonObject:
        """Device keys of ours with the signature of our self-signing key added, without what the server adds."""
        device = {name: value for name, value in device_keys.items() if name != "unsigned"}
        return self._self_signing.sign(device, self.user_id)

    def person_signature(self, keys_query: JsonObject, user_id: str, master_key: str) -> JsonObject | None:
        """Body of ``POST /keys/signatures/upload`` that says: this identity is this person's.

        None when the server shows another identity than ``master_key``.
        """
        identity = read_identity(user_id, keys_query)
        if identity is None or identity.master_key != master_key:
            return None
        shown = object_at(keys_query, "master_keys", user_id)
        master = {name: value for name, value in shown.items() if name not in ("unsigned", "signatures")}
        return {user_id: {master_key: self._user_signing.sign(master, self.user_id)}}

    def _public(self, usage: str, key: SigningKey) -> JsonObject:
        return {"user_id": self.user_id, "usage": [usage], "keys": {f"ed25519:{key.public}": key.public}}
