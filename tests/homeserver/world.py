"""A real homeserver with the people of one circle on it, for tests: plain HTTP, no encryption library.

Fictional people: Marieke Bos (GP), Jan de Wit (son of the patient), and Kees Blok, a neighbour outside the circle.
"""

import asyncio
import contextlib
import json
import secrets
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import aiohttp

from hub.homeserver.configuration import HomeserverOptions
from hub.homeserver.embedded import EmbeddedHomeserver
from hub.homeserver.provisioning import AdminCredentials, Provisioning
from hub.homeserver.room_templates import room_body, space_body, space_child

FAST_BCRYPT = 4
EVERYBODY = ("gatekeeper", "dossier", "marieke", "jan", "administrator")
MEMBERS = ("dossier", "marieke", "jan")
PASSWORD = "een-heel-lang-wachtwoord"
CIPHERTEXT = {
    "algorithm": "m.megolm.v1.aes-sha2",
    "ciphertext": "AwgAEnACgAkLmt6qF84IK",
    "sender_key": "c3VpdGFibGVrZXk",
    "session_id": "X3lUlvLELLYxeTx4yOVu6UDpasGEVO0Jbu+QFnm0cKQ",
    "device_id": "RJYKSTBOIE",
}


def free_port() -> int:
    """A port that nobody has now, from below those that outgoing connections get: none of them can take it before it
    is used.
    """
    while True:
        port = 20_000 + secrets.randbelow(12_000)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who is logged in."""

    base_url: str
    user_id: str
    token: str

    async def call(self, method: str, path: str, body: object = None) -> tuple[int, dict[str, Any]]:
        """One request to the client API (or, with a path that begins with ``/_synapse``, the admin API)."""
        url = self.base_url + (path if path.startswith("/_") else f"/_matrix/client/v3{path}")
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        async with (
            aiohttp.ClientSession() as session,
            session.request(method, url, json=body, headers=headers) as answer,
        ):
            text = await answer.text()
            return answer.status, json.loads(text) if text.startswith("{") else {}

    async def must(self, method: str, path: str, body: object = None) -> dict[str, Any]:
        status, answer = await self.call(method, path, body)
        assert status == 200, (method, path, status, answer)
        return answer

    async def send(self, room: str, kind: str, content: object, *, transaction: str) -> tuple[int, dict[str, Any]]:
        return await self.call("PUT", f"/rooms/{quote(room)}/send/{kind}/{transaction}", content)

    async def set_state(self, room: str, kind: str, content: object, key: str = "") -> tuple[int, dict[str, Any]]:
        return await self.call("PUT", f"/rooms/{quote(room)}/state/{kind}/{quote(key)}", content)

    async def state(self, room: str, kind: str, key: str = "") -> dict[str, Any]:
        return await self.must("GET", f"/rooms/{quote(room)}/state/{kind}/{quote(key)}")

    async def upload(self, content: bytes) -> int:
        """Put a file in the media store; returns the status."""
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/octet-stream"}
        url = f"{self.base_url}/_matrix/media/v3/upload"
        async with aiohttp.ClientSession() as session, session.post(url, data=content, headers=headers) as answer:
            return answer.status

    async def make_room(self, body: dict[str, Any]) -> str:
        return str((await self.must("POST", "/createRoom", body))["room_id"])

    async def admit(self, room: str, somebody: "Account") -> None:
        """Invite, and the other joins."""
        await self.must("POST", f"/rooms/{quote(room)}/invite", {"user_id": somebody.user_id})
        await somebody.must("POST", f"/rooms/{quote(room)}/join", {})


@dataclass(frozen=True, slots=True)
class CircleOnServer:
    """A running homeserver with one circle: its space, its room, and who is in it."""

    homeserver: EmbeddedHomeserver
    credentials: AdminCredentials
    administrator: Account
    gatekeeper: Account
    dossier: Account
    marieke: Account
    jan: Account
    kees: Account
    space: str
    room: str

    @property
    def server_name(self) -> str:
        return self.homeserver.options.server_name

    def provisioning(self) -> Provisioning:
        return Provisioning(self.homeserver.base_url, self.server_name, self.credentials)

    def nobody(self) -> Account:
        """Somebody without an account."""
        return Account(self.homeserver.base_url, "", "")


def start_homeserver(folder: Path, **changes: Any) -> EmbeddedHomeserver:
    """A started homeserver with its own data; stop it with ``asyncio.run(homeserver.stop())``."""
    options = HomeserverOptions(folder, port=free_port(), bcrypt_rounds=FAST_BCRYPT, **changes)
    homeserver = EmbeddedHomeserver(options)
    asyncio.run(homeserver.start())
    return homeserver


async def open_circle(homeserver: EmbeddedHomeserver) -> CircleOnServer:
    """Accounts, space and room, made as the hub and the gatekeeper make them."""
    secret = homeserver.registration_shared_secret
    credentials = AdminCredentials(homeserver.options.secrets.folder, registration_secret=secret)
    base_url, server_name = homeserver.base_url, homeserver.options.server_name
    async with Provisioning(base_url, server_name, credentials) as provisioning:

        async def arrive(localpart: str, display_name: str) -> Account:
            user_id = await provisioning.ensure_account(localpart, PASSWORD, display_name)
            token = await provisioning.login(localpart, PASSWORD, f"DEVICE{localpart.upper()}", "test")
            return Account(base_url, user_id, token)

        gatekeeper = await arrive("poortwachter", "Poortwachter van Kring")
        dossier = await arrive("dossier", "Dossier van Kring")
        marieke = await arrive("k1a2b3c41", "Bos, M. · Praktijk De Brug (huisarts)")
        jan = await arrive("k1a2b3c42", "Naaste 7F3K-1")
        kees = await arrive("k1a2b3c43", "Naaste 9Q2M-1")
        for bot in (gatekeeper, dossier):
            await provisioning.override_ratelimit(bot.user_id)
    token = (homeserver.options.secrets.folder / "synapse_admin_token").read_text()
    administrator = Account(base_url, f"@kring-beheer:{server_name}", token)
    space = await gatekeeper.make_room(space_body("Kring 7F3K"))
    room = await gatekeeper.make_room(room_body("Kring 7F3K · kring", space_id=space, via=server_name))
    status, answer = await gatekeeper.set_state(space, "m.space.child", space_child(server_name), room)
    assert status == 200, answer
    for member in (dossier, marieke, jan):
        await gatekeeper.admit(space, member)
        await gatekeeper.admit(room, member)
    return CircleOnServer(homeserver, credentials, administrator, gatekeeper, dossier, marieke, jan, kees, space, room)


def account(circle: CircleOnServer, name: str) -> Account:
    found: Account = getattr(circle, name)
    return found


def transaction() -> str:
    return secrets.token_hex(8)


def refused(answer: tuple[int, dict[str, Any]]) -> bool:
    status, body = answer
    return status == 403 and body["errcode"] == "M_FORBIDDEN"
