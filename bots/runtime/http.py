"""The homeserver's client-server API over HTTP, with its errors in our words.

Every call here may be repeated safely: sends carry a transaction id, key uploads repeat the same keys.
"""

import json
from collections.abc import Iterable
from datetime import timedelta
from urllib.parse import quote

import aiohttp

from bots.runtime.transport import (
    V3,
    MatrixRefused,
    SignedOut,
    Transport,
    json_list,
    json_object,
    read_body,
    refusal,
)
from bots.runtime.untrusted import JsonObject, text_at
from hub.domain.errors import DeliveryDelayed

__all__ = ["MatrixHttp", "MatrixRefused", "SignedOut"]


class MatrixHttp(Transport):
    """One homeserver, one account. Use as an async context manager, or call :meth:`close`."""

    async def room_state(self, room_id: str) -> list[JsonObject]:
        """The current state events of a room; the one answer of the API that is a list.

        :raises DeliveryFailed: as :meth:`request`
        """
        path = f"{V3}/rooms/{_part(room_id)}/state"
        status, events = await self.persist("GET", path, None, {}, read=json_list)
        if status >= 300:
            raise refusal("GET state", status, events)
        return list[JsonObject](events)

    # Signing in.

    async def login(self, user: str, password: str, device_name: str) -> JsonObject:
        """Password login with a new device; the token is used from here on."""
        body = {
            "type": "m.login.password",
            "identifier": {"type": "m.id.user", "user": user},
            "password": password,
            "initial_device_display_name": device_name,
        }
        answer = await self.request("POST", f"{V3}/login", body=body)
        self.access_token = text_at(answer, "access_token")
        return answer

    async def whoami(self) -> JsonObject:
        return await self.request("GET", f"{V3}/account/whoami")

    # Syncing.

    async def sync(self, since: str | None, poll: timedelta, sync_filter: JsonObject) -> JsonObject:
        """One long poll; not repeated here, the sync engine does that."""
        wait = poll.total_seconds()
        params = {"timeout": str(int(wait * 1000)), "filter": json.dumps(sync_filter), "set_presence": "offline"}
        if since is not None:
            params["since"] = since
        return await self.request("GET", f"{V3}/sync", params=params, retry_for=timedelta(0), seconds=wait + 60.0)

    async def messages(self, room_id: str, start: str | None, to: str | None, limit: int) -> JsonObject:
        """A page of a room's timeline, oldest first, from ``start`` (None: the first that we may see) up to ``to``.

        Not repeated here, the gap filler does that.
        """
        params = {"dir": "f", "limit": str(limit)}
        params |= {} if start is None else {"from": start}
        params |= {} if to is None else {"to": to}
        path = f"{V3}/rooms/{_part(room_id)}/messages"
        return await self.request("GET", path, params=params, retry_for=timedelta(0))

    async def position_after(self, room_id: str, event_id: str) -> str | None:
        """The token from which :meth:`messages` gives what came after this event."""
        path = f"{V3}/rooms/{_part(room_id)}/context/{_part(event_id)}"
        answer = await self.request("GET", path, params={"limit": "0"}, retry_for=timedelta(0))
        return text_at(answer, "end")

    async def event(self, room_id: str, event_id: str) -> JsonObject:
        """One event as the homeserver has it now, with what it knows beside it (``unsigned``).

        :raises MatrixRefused: 404 when it is not there or not ours to see
        """
        return await self.request("GET", f"{V3}/rooms/{_part(room_id)}/event/{_part(event_id)}")

    # Keys.

    async def upload_keys(self, body: JsonObject) -> JsonObject:
        return await self.request("POST", f"{V3}/keys/upload", body=body)

    async def query_keys(self, user_ids: Iterable[str]) -> JsonObject:
        body = {"device_keys": {user: [] for user in user_ids}, "timeout": 10000}
        return await self.request("POST", f"{V3}/keys/query", body=body)

    async def claim_keys(self, wanted: dict[str, list[str]]) -> JsonObject:
        """``wanted``: user id → device ids."""
        keys = {user: dict.fromkeys(devices, "signed_curve25519") for user, devices in wanted.items()}
        return await self.request("POST", f"{V3}/keys/claim", body={"one_time_keys": keys, "timeout": 10000})

    async def upload_cross_signing(self, body: JsonObject) -> JsonObject:
        """:raises MatrixRefused: with status 401 when the server first wants a password (``answer`` has the session)"""
        return await self.request("POST", f"{V3}/keys/device_signing/upload", body=body)

    async def upload_signatures(self, body: JsonObject) -> JsonObject:
        return await self.request("POST", f"{V3}/keys/signatures/upload", body=body)

    async def send_to_device(self, event_type: str, txn_id: str, messages: dict[str, dict[str, JsonObject]]) -> None:
        path = f"{V3}/sendToDevice/{_part(event_type)}/{_part(txn_id)}"
        await self.request("PUT", path, body={"messages": messages})

    # Rooms.

    async def send_event(self, room_id: str, event_type: str, txn_id: str, content: JsonObject) -> str:
        """The event id; the same one again for the same ``txn_id``."""
        path = f"{V3}/rooms/{_part(room_id)}/send/{_part(event_type)}/{_part(txn_id)}"
        answer = await self.request("PUT", path, body=content)
        event_id = text_at(answer, "event_id")
        if event_id is None:
            raise MatrixRefused("een bericht", 200, "geen event_id", answer)
        return event_id

    async def joined_rooms(self) -> frozenset[str]:
        answer = await self.request("GET", f"{V3}/joined_rooms")
        rooms = answer.get("joined_rooms")
        return frozenset(room for room in rooms if isinstance(room, str)) if isinstance(rooms, list) else frozenset()

    async def join(self, room_id: str) -> None:
        await self.request("POST", f"{V3}/rooms/{_part(room_id)}/join", body={})

    async def leave(self, room_id: str) -> None:
        await self.request("POST", f"{V3}/rooms/{_part(room_id)}/leave", body={})

    # Media. Only ciphertext goes here: who knows an mxc address may fetch it.

    async def upload_media(self, ciphertext: bytes) -> str:
        """The ``mxc://`` address of an encrypted attachment."""
        headers = {"Content-Type": "application/octet-stream"}
        status, answer = await self.persist("POST", "/_matrix/media/v3/upload", ciphertext, headers, seconds=120.0)
        address = text_at(answer, "content_uri")
        if status >= 300 or address is None:
            raise refusal("een bijlage", status, answer)
        return address

    async def download_media(self, server_name: str, media_id: str, longest: int) -> bytes:
        """At most ``longest`` bytes, from our own homeserver, signed in.

        :raises MatrixRefused: not there, or larger (``errcode`` M_TOO_LARGE)
        """
        path = f"/_matrix/client/v1/media/download/{_part(server_name)}/{_part(media_id)}"
        headers = {"Authorization": f"Bearer {self.access_token}"}
        try:
            async with self.session().get(
                self.base_url + path,
                headers=headers,
                params={"allow_redirect": "false"},
                allow_redirects=False,
                timeout=aiohttp.ClientTimeout(total=120, sock_connect=10),
            ) as response:
                body = await read_body(response, longest)
                if body is None:
                    raise MatrixRefused("een bijlage", 413, "M_TOO_LARGE", {})
                if response.status != 200:
                    raise refusal("een bijlage", response.status, json_object(body) or {})
                return body
        except (aiohttp.ClientError, TimeoutError) as error:
            raise DeliveryDelayed("De bijlage kon niet worden opgehaald.", timedelta(seconds=5)) from error


def _part(text: str) -> str:
    return quote(text, safe="")
