"""Our own keys on the homeserver: identity keys once, one-time and fallback keys as they are used up."""

from collections.abc import Callable, Mapping
from typing import Any

from bots.runtime.crypto.cross_signing import CrossSigningIdentity
from bots.runtime.crypto.decryption import MEGOLM
from bots.runtime.crypto.store import CollectingStore
from bots.runtime.untrusted import JsonObject, object_at

OLM = "m.olm.v1.curve25519-aes-sha2"
_ONE_TIME = "signed_curve25519"


class OwnKeys:
    """``account`` is nio's Olm account, ``sign`` adds the signature of this device."""

    def __init__(
        self,
        user_id: str,
        device_id: str,
        account: Any,
        store: CollectingStore,
        sign: Callable[[JsonObject], JsonObject],
    ) -> None:
        self._user_id = user_id
        self._device_id = device_id
        self._account = account
        self._store = store
        self._sign = sign
        self._one_time_keys: int | None = None
        self._fallback_used = not account.shared
        # Keys that the server may hold without our knowing: offered again at once, before somebody uses them.
        self._unanswered = bool(account._account.one_time_keys)
        self.presented: JsonObject = sign(self._device_keys())
        """Our device keys as every to-device message of ours carries them; :meth:`present_as` adds our identity."""

    def present_as(self, identity: CrossSigningIdentity) -> None:
        """From now on show others that this device is one of our identity's. Once the server shows the same."""
        self.presented = identity.sign_device(self._sign(self._device_keys()))

    def note_key_counts(self, counts: object, unused_fallback_types: object) -> None:
        """From ``/sync``: how many one-time keys the server still has, and whether our fallback key is unused."""
        count = object_at({"counts": counts}, "counts").get(_ONE_TIME)
        if isinstance(count, int) and count >= 0:
            self._one_time_keys = count
        if isinstance(unused_fallback_types, list):
            self._fallback_used = _ONE_TIME not in unused_fallback_types

    @property
    def wants_upload(self) -> bool:
        account = self._account
        short = self._one_time_keys is not None and self._one_time_keys < account.max_one_time_keys // 2
        return not account.shared or short or self._fallback_used or self._unanswered

    def upload_payload(self) -> JsonObject:
        """Body of ``POST /keys/upload``. Store :meth:`take_changes` before sending it.

        Keys that were made for an upload whose answer was lost are offered again, unchanged: the server takes the same
        key twice but never another one under the same id.
        """
        account = self._account
        raw = account._account
        if not raw.one_time_keys:
            on_server = self._one_time_keys or 0
            account.generate_one_time_keys(max(account.max_one_time_keys - on_server, 0))
        if self._fallback_used and not raw.fallback_key:
            raw.generate_fallback_key()
        self._unanswered = True
        self._store.save_account(account)
        payload: JsonObject = {
            "one_time_keys": self._signed_keys(raw.one_time_keys, {}),
            "fallback_keys": self._signed_keys(raw.fallback_key, {"fallback": True}),
        }
        if not account.shared:
            payload["device_keys"] = self._sign(self._device_keys())
        return payload

    def note_uploaded(self, response: JsonObject) -> None:
        """The server has them."""
        account = self._account
        account.shared = True
        account.mark_keys_as_published()
        self._unanswered = False
        self._fallback_used = False
        self.note_key_counts(response.get("one_time_key_counts"), None)
        self._store.save_account(account)

    def _device_keys(self) -> JsonObject:
        identity = self._account.identity_keys
        keys = {f"{kind}:{self._device_id}": identity[kind] for kind in ("curve25519", "ed25519")}
        return {"user_id": self._user_id, "device_id": self._device_id, "algorithms": [OLM, MEGOLM], "keys": keys}

    def _signed_keys(self, keys: Mapping[str, Any], more: JsonObject) -> JsonObject:
        return {f"{_ONE_TIME}:{name}": self._sign({"key": key.to_base64(), **more}) for name, key in keys.items()}
