"""The homeserver's client-server API over HTTP, with its errors in our words.

Every call here may be repeated safely: sends carry a transaction id, key uploads repeat the same keys.
"""

import asyncio
import json
import time
from collections.abc import Callable, Iterable
from datetime import timedelta
from types import TracebackType
from urllib.parse import quote

import aiohttp

from bots.runtime.backoff import Backoff
from bots.runtime.untrusted import JsonObject, text_at
from hub.domain.errors import DeliveryDelayed, DeliveryRefused, StartRefused

_V3 = "/_matrix/client/v3"
_RETRY_FOR = timedelta(seconds=60)
_SIGNED_OUT = frozenset({"M_UNKNOWN_TOKEN", "M_MISSING_TOKEN", "M_USER_DEACTIVATED", "M_USER_LOCKED"})


class MatrixRefused(DeliveryRefused):
    """The homeserver said no. ``status`` is the HTTP status, ``errcode`` Matrix's, ``answer`` its JSON."""

    def __init__(self, what: str, status: int, errcode: str, answer: JsonObject) -> None:
        super().__init__(f"De Matrix-server weigert {what} ({status} {errcode}).")
        self.status = status
        self.errcode = errcode
        self.answer = answer


class SignedOut(StartRefused):
    """Our access token is not valid any more."""

    code = "signed-out"


class MatrixHttp:
    """One homeserver, one account. Use as an async context manager, or call :meth:`close`."""

    def __init__(
        self,
        base_url: str,
        access_token: str | None = None,
        *,
        retry_for: timedelta = _RETRY_FOR,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self.access_token = access_token
        self._retry_for = retry_for
        self._monotonic = monotonic
        self._session: aiohttp.ClientSession | None = None
        self.before_each: Callable[[], None] = lambda: None
        """Asked right before each request; raises when this process may not speak for the account (ADR 0015)."""

    async def __aenter__(self) -> "MatrixHttp":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def request(
        self,
        method: str,
        path: str,
        *,
        body: JsonObject | None = None,
        params: dict[str, str] | None = None,
        retry_for: timedelta | None = None,
        seconds: float = 30.0,
    ) -> JsonObject:
        """One call that answers JSON; repeated while the server is away, busy or limits us, for ``retry_for``.

        :raises DeliveryDelayed: still no answer after ``retry_for``
        :raises MatrixRefused: the server said no
        :raises SignedOut: the token is not valid
        """
        data = None if body is None else json.dumps(body, ensure_ascii=True).encode()
        headers = {} if data is None else {"Content-Type": "application/json"}
        status, raw = await self._persist(method, path, data, headers, params, retry_for, seconds)
        answer = _json_object(raw)
        if status < 300 and answer is not None:
            return answer
        raise _refusal(f"{method} {path.removeprefix(_V3)[:40]}", status, answer or {})

    async def room_state(self, room_id: str) -> list[JsonObject]:
        """The current state events of a room; the one answer of the API that is a list.

        :raises DeliveryFailed: as :meth:`request`
        """
        path = f"{_V3}/rooms/{_part(room_id)}/state"
        status, raw = await self._persist("GET", path, None, {}, None, None, 30.0, whole=_json_list)
        events = _json_list(raw)
        if status < 300 and events is not None:
            return events
        raise _refusal("GET state", status, _json_object(raw) or {})

    async def _persist(
        self,
        method: str,
        path: str,
        data: bytes | None,
        headers: dict[str, str],
        params: dict[str, str] | None,
        retry_for: timedelta | None,
        seconds: float,
        whole: Callable[[bytes], object] | None = None,
    ) -> tuple[int, bytes]:
        whole = whole or _json_object
        deadline = self._monotonic() + (self._retry_for if retry_for is None else retry_for).total_seconds()
        backoff = Backoff()
        while True:
            try:
                status, raw = await self._once(method, path, data, headers, params, seconds)
            except (aiohttp.ClientError, TimeoutError, ConnectionError):
                delay = backoff.next_delay()
            else:
                if status == 429:
                    delay = max(_retry_after(_json_object(raw) or {}), backoff.next_delay())
                elif status >= 500 or (status < 300 and whole(raw) is None):
                    # An answer cut off half-way is no answer.
                    delay = backoff.next_delay()
                else:
                    return status, raw
            if self._monotonic() + delay > deadline:
                raise DeliveryDelayed("De Matrix-server is niet bereikbaar of te druk.", timedelta(seconds=delay))
            await asyncio.sleep(delay)

    async def _once(
        self,
        method: str,
        path: str,
        data: bytes | None,
        headers: dict[str, str],
        params: dict[str, str] | None,
        seconds: float,
    ) -> tuple[int, bytes]:
        self.before_each()
        if self._session is None:
            self._session = aiohttp.ClientSession()
        if self.access_token is not None:
            headers = headers | {"Authorization": f"Bearer {self.access_token}"}
        limit = aiohttp.ClientTimeout(total=seconds, sock_connect=10)
        async with self._session.request(
            method,
            self.base_url + path,
            data=data,
            headers=headers,
            params=params,
            timeout=limit,
            allow_redirects=False,
        ) as response:
            return response.status, await response.read()

    # Signing in.

    async def login(self, user: str, password: str, device_name: str) -> JsonObject:
        """Password login with a new device; the token is used from here on."""
        body = {
            "type": "m.login.password",
            "identifier": {"type": "m.id.user", "user": user},
            "password": password,
            "initial_device_display_name": device_name,
        }
        answer = await self.request("POST", f"{_V3}/login", body=body)
        self.access_token = text_at(answer, "access_token")
        return answer

    async def whoami(self) -> JsonObject:
        return await self.request("GET", f"{_V3}/account/whoami")

    # Syncing.

    async def sync(self, since: str | None, poll: timedelta, sync_filter: JsonObject) -> JsonObject:
        """One long poll; not repeated here, the sync engine does that."""
        wait = poll.total_seconds()
        params = {"timeout": str(int(wait * 1000)), "filter": json.dumps(sync_filter), "set_presence": "offline"}
        if since is not None:
            params["since"] = since
        return await self.request("GET", f"{_V3}/sync", params=params, retry_for=timedelta(0), seconds=wait + 60.0)

    async def messages(self, room_id: str, start: str, to: str | None, limit: int) -> JsonObject:
        """A page of a room's timeline, backwards from ``start`` (not beyond ``to``)."""
        params = {"dir": "b", "from": start, "limit": str(limit)}
        if to is not None:
            params["to"] = to
        return await self.request("GET", f"{_V3}/rooms/{_part(room_id)}/messages", params=params)

    # Keys.

    async def upload_keys(self, body: JsonObject) -> JsonObject:
        return await self.request("POST", f"{_V3}/keys/upload", body=body)

    async def query_keys(self, user_ids: Iterable[str]) -> JsonObject:
        body = {"device_keys": {user: [] for user in user_ids}, "timeout": 10000}
        return await self.request("POST", f"{_V3}/keys/query", body=body)

    async def claim_keys(self, wanted: dict[str, list[str]]) -> JsonObject:
        """``wanted``: user id → device ids."""
        keys = {user: dict.fromkeys(devices, "signed_curve25519") for user, devices in wanted.items()}
        return await self.request("POST", f"{_V3}/keys/claim", body={"one_time_keys": keys, "timeout": 10000})

    async def upload_cross_signing(self, body: JsonObject) -> JsonObject:
        """:raises MatrixRefused: with status 401 when the server first wants a password (``answer`` has the session)"""
        return await self.request("POST", f"{_V3}/keys/device_signing/upload", body=body)

    async def upload_signatures(self, body: JsonObject) -> JsonObject:
        return await self.request("POST", f"{_V3}/keys/signatures/upload", body=body)

    async def send_to_device(self, event_type: str, txn_id: str, messages: dict[str, dict[str, JsonObject]]) -> None:
        path = f"{_V3}/sendToDevice/{_part(event_type)}/{_part(txn_id)}"
        await self.request("PUT", path, body={"messages": messages})

    # Rooms.

    async def send_event(self, room_id: str, event_type: str, txn_id: str, content: JsonObject) -> str:
        """The event id; the same one again for the same ``txn_id``."""
        path = f"{_V3}/rooms/{_part(room_id)}/send/{_part(event_type)}/{_part(txn_id)}"
        answer = await self.request("PUT", path, body=content)
        event_id = text_at(answer, "event_id")
        if event_id is None:
            raise MatrixRefused("een bericht", 200, "geen event_id", answer)
        return event_id

    async def joined_rooms(self) -> frozenset[str]:
        answer = await self.request("GET", f"{_V3}/joined_rooms")
        rooms = answer.get("joined_rooms")
        return frozenset(room for room in rooms if isinstance(room, str)) if isinstance(rooms, list) else frozenset()

    async def join(self, room_id: str) -> None:
        await self.request("POST", f"{_V3}/rooms/{_part(room_id)}/join", body={})

    async def leave(self, room_id: str) -> None:
        await self.request("POST", f"{_V3}/rooms/{_part(room_id)}/leave", body={})

    # Media. Only ciphertext goes here: who knows an mxc address may fetch it.

    async def upload_media(self, ciphertext: bytes) -> str:
        """The ``mxc://`` address of an encrypted attachment."""
        headers = {"Content-Type": "application/octet-stream"}
        status, raw = await self._persist("POST", "/_matrix/media/v3/upload", ciphertext, headers, None, None, 120.0)
        answer = _json_object(raw) or {}
        address = text_at(answer, "content_uri")
        if status >= 300 or address is None:
            raise _refusal("een bijlage", status, answer)
        return address

    async def download_media(self, server_name: str, media_id: str, longest: int) -> bytes:
        """At most ``longest`` bytes, from our own homeserver, signed in.

        :raises MatrixRefused: not there, or larger (``errcode`` M_TOO_LARGE)
        """
        if self._session is None:
            self._session = aiohttp.ClientSession()
        path = f"/_matrix/client/v1/media/download/{_part(server_name)}/{_part(media_id)}"
        headers = {"Authorization": f"Bearer {self.access_token}"}
        try:
            async with self._session.get(
                self.base_url + path,
                headers=headers,
                params={"allow_redirect": "false"},
                allow_redirects=False,
                timeout=aiohttp.ClientTimeout(total=120, sock_connect=10),
            ) as response:
                body = bytearray()
                async for chunk in response.content.iter_chunked(65536):
                    body += chunk
                    if len(body) > longest:
                        raise MatrixRefused("een bijlage", 413, "M_TOO_LARGE", {})
                if response.status != 200:
                    raise _refusal("een bijlage", response.status, _json_object(bytes(body)) or {})
                return bytes(body)
        except (aiohttp.ClientError, TimeoutError) as error:
            raise DeliveryDelayed("De bijlage kon niet worden opgehaald.", timedelta(seconds=5)) from error


def _part(text: str) -> str:
    return quote(text, safe="")


def _json_object(raw: bytes) -> JsonObject | None:
    try:
        parsed = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    return parsed if isinstance(parsed, dict) else None


def _json_list(raw: bytes) -> list[JsonObject] | None:
    try:
        parsed = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    if not isinstance(parsed, list) or not all(isinstance(item, dict) for item in parsed):
        return None
    return parsed


def _retry_after(answer: JsonObject) -> float:
    wait = answer.get("retry_after_ms")
    return min(wait / 1000, 300.0) if isinstance(wait, int | float) and wait > 0 else 0.0


def _refusal(what: str, status: int, answer: JsonObject) -> Exception:
    errcode = text_at(answer, "errcode") or "M_UNKNOWN"
    if status in (401, 403) and errcode in _SIGNED_OUT:
        return SignedOut("Het token van de bot is niet meer geldig; laat de bot opnieuw aanmelden.")
    return MatrixRefused(what, status, errcode, answer)
