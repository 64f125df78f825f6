"""Accounts on the homeserver, through Synapse's admin API: here, or on a server that runs elsewhere.

The hub works with an administrator account of its own. It makes that account once, with the registration secret; after
that the account's password, and the token that all processes of the hub share, lie in files with mode 0600.
"""

import asyncio
import hashlib
import hmac
import json
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import quote

import aiohttp

from hub.domain.errors import DeliveryDelayed, DeliveryFailed, DeliveryRefused, StartRefused
from hub.homeserver.secret_files import ensure_secret, make_private_folder, write_private
from hub.settings import read_secret

ADMINISTRATOR: Final = "kring-beheer"
_DEVICE: Final = "KRINGBEHEER"
_ADMIN: Final = "/_synapse/admin"
_PAUSES: Final = (0.2, 0.5, 1.0, 2.0, 4.0)
_LONGEST_PAUSE: Final = 30.0
_RETRY_AFTER: Final = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class AdminCredentials:
    """How the hub gets in as administrator: a ``registration_secret`` to make its own account, or a ready ``token``.

    ``folder`` keeps the account's password and token (with a ready token it stays empty).
    """

    folder: Path
    registration_secret: str | None = field(default=None, repr=False)
    token: str | None = field(default=None, repr=False)


class Provisioning:
    """Makes, renames, locks and closes accounts. Use as ``async with``.

    Every method may raise ``DeliveryDelayed`` (homeserver not reachable or too busy, also after trying again),
    ``DeliveryRefused`` (it says no) and ``StartRefused`` (our own credentials do not work).
    """

    def __init__(
        self,
        base_url: str,
        server_name: str,
        credentials: AdminCredentials,
        *,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._base_url = base_url.rstrip("/")
        self._server_name = server_name
        self._credentials = credentials
        self._pause = pause
        self._token = credentials.token
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60, connect=10))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        await self._session.close()

    def user_id(self, localpart: str) -> str:
        return f"@{localpart}:{self._server_name}"

    async def ensure_account(
        self, localpart: str, password: str | None, display_name: str, *, admin: bool = False
    ) -> str:
        """The account exists afterwards, with this password (``None``: as it was), name and right; devices stay.

        :returns: the full Matrix id
        """
        user_id = self.user_id(localpart)
        there = await self._admin("GET", f"/v2/users/{quote(user_id)}", absent_is=None)
        if there is not None and there.get("deactivated"):
            raise DeliveryRefused(f"Het account {user_id} is gesloten en kan niet opnieuw worden gebruikt.")
        wanted: dict[str, Any] = {"admin": admin, "logout_devices": False}
        if password is not None:
            wanted["password"] = password
        # Synapse writes a membership event in each room of the person for a name that it is given, changed or not.
        if there is None or there.get("displayname") != display_name:
            wanted["displayname"] = display_name
        await self._admin("PUT", f"/v2/users/{quote(user_id)}", wanted)
        return user_id

    async def login(self, localpart: str, password: str, device_id: str, device_display_name: str) -> str:
        """Log in on one device; a token that this device had before ends.

        :returns: the access token
        """
        return await self._log_in(localpart, password, device_id, device_display_name)

    async def set_display_name(self, user_id: str, display_name: str) -> None:
        await self._admin("PUT", f"/v2/users/{quote(user_id)}", {"displayname": display_name})

    async def override_ratelimit(self, user_id: str) -> None:
        """No limit on what this account sends (bots and gatekeeper). The limits on logging in stay."""
        unlimited = {"messages_per_second": 0, "burst_count": 0}
        await self._admin("POST", f"/v1/users/{quote(user_id)}/override_ratelimit", unlimited)

    async def lock_account(self, user_id: str, *, locked: bool = True) -> None:
        """Blokkeren: from the next request on nothing works, on any device, until it is unlocked."""
        await self._admin("PUT", f"/v2/users/{quote(user_id)}", {"locked": locked})

    async def logout_devices(self, user_id: str) -> None:
        """Log the person out everywhere: all devices and their keys are removed."""
        there = await self._admin("GET", f"/v2/users/{quote(user_id)}/devices")
        devices = [device["device_id"] for device in there["devices"]]
        if devices:
            await self._admin("POST", f"/v2/users/{quote(user_id)}/delete_devices", {"devices": devices})

    async def deactivate(self, user_id: str) -> None:
        """Close the account for good; it leaves its rooms and the name is erased."""
        await self._admin("POST", f"/v1/deactivate/{quote(user_id)}", {"erase": True})

    async def _admin(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, *, absent_is: Any = DeliveryRefused
    ) -> Any:
        token = await self._admin_token()
        status, answer = await self._request(method, _ADMIN + path, body, token)
        if status == 401 and self._credentials.token is None:
            token = await self._admin_token(refused=token)
            status, answer = await self._request(method, _ADMIN + path, body, token)
        if status == 404 and absent_is is not DeliveryRefused:
            return absent_is
        if status in (401, 403):
            raise StartRefused(
                f"De homeserver weigert het beheer door Kring ({answer.get('errcode')}): controleer het beheertoken."
            )
        return _accepted(status, answer)

    async def _admin_token(self, refused: str | None = None) -> str:
        """The token in use; when it was ``refused``, the one that another process wrote since, or a new one."""
        if self._token is not None and self._token != refused:
            return self._token
        folder = self._credentials.folder
        make_private_folder(folder)
        token_file = folder / "synapse_admin_token"
        stored = read_secret(token_file) if token_file.exists() else None
        if stored is None or stored == refused:
            # Written down before it is used: a kill between the two costs nothing.
            password = ensure_secret(folder / "synapse_admin_password", secrets.token_urlsafe(32))
            await self._ensure_administrator(password)
            stored = await self._log_in(ADMINISTRATOR, password, _DEVICE, "Kring (beheer)")
            draft = token_file.with_suffix(".new")
            write_private(draft, stored)
            draft.replace(token_file)
        self._token = stored
        return stored

    async def _ensure_administrator(self, password: str) -> None:
        secret = self._credentials.registration_secret
        if secret is None:
            raise StartRefused("Kring heeft een registratiegeheim of een beheertoken van de homeserver nodig.")
        path = f"{_ADMIN}/v1/register"
        nonce = _accepted(*await self._request("GET", path))["nonce"]
        signed = "\0".join((nonce, ADMINISTRATOR, password, "admin")).encode()
        body = {
            "nonce": nonce,
            "username": ADMINISTRATOR,
            "password": password,
            "admin": True,
            # SHA-1 is what Synapse's API prescribes; as an HMAC key holder's proof it is still sound.
            "mac": hmac.new(secret.encode(), signed, hashlib.sha1).hexdigest(),
            "inhibit_login": True,
        }
        status, answer = await self._request("POST", path, body)
        if answer.get("errcode") == "M_USER_IN_USE":
            return
        if status == 403:
            raise StartRefused(
                "Het registratiegeheim van de homeserver klopt niet; neem het over uit zijn configuratie."
            )
        _accepted(status, answer)

    async def _log_in(self, localpart: str, password: str, device_id: str, device_display_name: str) -> str:
        body = {
            "type": "m.login.password",
            "identifier": {"type": "m.id.user", "user": localpart},
            "password": password,
            "device_id": device_id,
            "initial_device_display_name": device_display_name,
        }
        answer = _accepted(*await self._request("POST", "/_matrix/client/v3/login", body))
        return str(answer["access_token"])

    async def _request(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, token: str | None = None
    ) -> tuple[int, dict[str, Any]]:
        """One answer of the homeserver; tries again while it is not reachable, falters or asks for patience."""
        headers = {"Authorization": f"Bearer {token}"} if token is not None else {}
        reason = ""
        for wait in (*_PAUSES, None):
            hint = 0.0
            try:
                async with self._session.request(method, self._base_url + path, json=body, headers=headers) as response:
                    answer = _as_object(await response.text())
                    if response.status != 429 and response.status < 500:
                        return response.status, answer
                    reason = f"status {response.status}"
                    hint = float(answer.get("retry_after_ms", 0)) / 1000
            except (aiohttp.ClientError, TimeoutError) as error:
                reason = type(error).__name__
            if wait is None or hint > _LONGEST_PAUSE:
                break
            await self._pause(max(wait, hint))
        raise DeliveryDelayed(
            f"De homeserver op {self._base_url} antwoordt nu niet ({reason}).",
            max(_RETRY_AFTER, timedelta(seconds=hint)),
        )


def _accepted(status: int, answer: dict[str, Any]) -> dict[str, Any]:
    if 200 <= status < 300:
        return answer
    raise _refusal(status, answer)


def _refusal(status: int, answer: Mapping[str, Any]) -> DeliveryFailed:
    return DeliveryRefused(
        f"De homeserver weigert dit: {answer.get('errcode', status)} {answer.get('error', '')}".strip()
    )


def _as_object(text: str) -> dict[str, Any]:
    """A proxy in between may answer with a page instead of JSON."""
    try:
        value = json.loads(text)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
