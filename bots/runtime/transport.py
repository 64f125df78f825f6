"""Calls to a homeserver: bounded in time and size, repeated while that makes sense, and none when it needs rest.

An answer is JSON, whole and uncompressed, or it is no answer: what was cut off half-way, what is larger than we ever
asked for and what unpacks to something larger are all the same to us.
"""

import asyncio
import json
import math
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Any, Self

import aiohttp

from bots.runtime.backoff import Backoff
from bots.runtime.breaker import Breaker
from bots.runtime.untrusted import JsonObject, text_at
from hub.domain.errors import DeliveryDelayed, DeliveryRefused, StartRefused

V3 = "/_matrix/client/v3"
LONGEST_ANSWER = 32 * 1024 * 1024
"""Bytes. Read, it takes about five times as much memory."""
LONGEST_WAIT = 300.0
"""However long a homeserver asks us to wait."""
_RETRY_FOR = timedelta(seconds=60)
_SIGNED_OUT = frozenset({"M_UNKNOWN_TOKEN", "M_MISSING_TOKEN", "M_USER_DEACTIVATED", "M_USER_LOCKED"})


class MatrixRefused(DeliveryRefused):
    """The homeserver said no. ``status`` is the HTTP status, ``errcode`` Matrix's, ``answer`` its JSON."""

    def __init__(self, what: str, status: int, errcode: str, answer: JsonObject) -> None:
        super().__init__(f"De Matrix-server weigert {what} ({status} {errcode}).")
        self.status = status
        self.errcode = errcode
        self.answer = answer


class AnswerTooLarge(DeliveryDelayed):
    """More than we are willing to hold in memory; asking the same again gives the same."""

    code = "answer-too-large"


class SignedOut(StartRefused):
    """Our access token is not valid any more."""

    code = "signed-out"


class _NoAnswer(Exception):
    """Something came back that is no answer."""


class Transport:
    """One account at one homeserver. Use as an async context manager, or call :meth:`close`.

    ``breaker`` is shared by all in this process who call the same homeserver.
    """

    def __init__(
        self,
        base_url: str,
        access_token: str | None = None,
        *,
        retry_for: timedelta = _RETRY_FOR,
        monotonic: Callable[[], float] = time.monotonic,
        breaker: Breaker | None = None,
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self.access_token = access_token
        self.breaker = breaker or Breaker(monotonic)
        self._retry_for = retry_for
        self._monotonic = monotonic
        self._session: aiohttp.ClientSession | None = None
        self.before_each: Callable[[], None] = lambda: None
        """Asked right before each request; raises when this process may not speak for the account (ADR 0015)."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    def session(self) -> aiohttp.ClientSession:
        if self._session is None:
            # Nothing is unpacked: a small answer must not become a large one.
            self._session = aiohttp.ClientSession(auto_decompress=False, headers={"Accept-Encoding": "identity"})
        return self._session

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
        :raises AnswerTooLarge: more than :data:`LONGEST_ANSWER`; not repeated
        :raises MatrixRefused: the server said no
        :raises SignedOut: the token is not valid
        """
        data = None if body is None else json.dumps(body, ensure_ascii=True).encode()
        headers = {} if data is None else {"Content-Type": "application/json"}
        status, answer = await self.persist(method, path, data, headers, params, retry_for, seconds)
        if status < 300:
            return JsonObject(answer)
        raise refusal(f"{method} {path.removeprefix(V3)[:40]}", status, answer)

    async def persist(
        self,
        method: str,
        path: str,
        data: bytes | None,
        headers: dict[str, str],
        params: dict[str, str] | None = None,
        retry_for: timedelta | None = None,
        seconds: float = 30.0,
        read: Callable[[bytes], Any] | None = None,
    ) -> tuple[int, Any]:
        """Status and content of a final answer: of a good one what ``read`` made of it (None from it: no answer), of a
        refusal its JSON object, perhaps empty.
        """
        read = read or json_object
        deadline = self._monotonic() + (self._retry_for if retry_for is None else retry_for).total_seconds()
        backoff = Backoff()
        while True:
            delay = self.breaker.ask()
            if not delay:
                try:
                    status, content, asked = await self._once(method, path, data, headers, params, seconds, read)
                except _NoAnswer:
                    self.breaker.failed()
                    delay = backoff.next_delay()
                except BaseException:
                    self.breaker.abandoned()
                    raise
                else:
                    self.breaker.succeeded()
                    if status != 429:
                        return status, content
                    delay = max(asked, backoff.next_delay())
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
        read: Callable[[bytes], Any],
    ) -> tuple[int, Any, float]:
        """Status, content and, with 429, the seconds that we are asked to wait."""
        self.before_each()
        if self.access_token is not None:
            headers = headers | {"Authorization": f"Bearer {self.access_token}"}
        try:
            async with self.session().request(
                method,
                self.base_url + path,
                data=data,
                headers=headers,
                params=params,
                timeout=aiohttp.ClientTimeout(total=seconds, sock_connect=10),
                allow_redirects=False,
            ) as response:
                raw = await read_body(response, LONGEST_ANSWER)
                status, answered = response.status, response.headers
        except (aiohttp.ClientError, TimeoutError, ConnectionError) as error:
            raise _NoAnswer from error
        if raw is None:
            raise AnswerTooLarge("De Matrix-server gaf een te groot antwoord.", timedelta(seconds=5))
        if answered.get("Content-Encoding", "identity").strip().lower() not in ("", "identity"):
            raise _NoAnswer
        content = read(raw) if status < 300 else json_object(raw) or {}
        if status >= 500 or content is None:
            # An answer cut off half-way is no answer.
            raise _NoAnswer
        return status, content, asked_to_wait(content, answered) if status == 429 else 0.0


async def read_body(response: aiohttp.ClientResponse, longest: int) -> bytes | None:
    """The body as it came, or None when it is longer than ``longest`` bytes."""
    if (response.content_length or 0) > longest:
        return None
    body = bytearray()
    async for chunk in response.content.iter_chunked(1 << 16):
        body += chunk
        if len(body) > longest:
            return None
    return bytes(body)


def json_object(raw: bytes) -> JsonObject | None:
    try:
        parsed = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    return parsed if isinstance(parsed, dict) else None


def json_list(raw: bytes) -> list[JsonObject] | None:
    try:
        parsed = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    if not isinstance(parsed, list) or not all(isinstance(item, dict) for item in parsed):
        return None
    return parsed


def asked_to_wait(answer: JsonObject, headers: Mapping[str, str]) -> float:
    """Seconds, from ``Retry-After`` (RFC 9110 10.2.3) or Matrix's older ``retry_after_ms``; 0.0 for nonsense, and never
    more than :data:`LONGEST_WAIT`.
    """
    header = headers.get("Retry-After", "").strip()
    if header.isascii() and header.isdigit():
        return min(float(header[:12]), LONGEST_WAIT)
    if header:
        try:
            # Both by the server's clock.
            wait = (parsedate_to_datetime(header) - parsedate_to_datetime(headers.get("Date", ""))).total_seconds()
        except (ValueError, TypeError, OverflowError):
            wait = 0.0
        if wait > 0:
            return min(wait, LONGEST_WAIT)
    asked = answer.get("retry_after_ms")
    if isinstance(asked, bool) or not isinstance(asked, int | float) or not asked > 0:
        return 0.0
    # Compared before divided: a whole number can be too large to become a float.
    return LONGEST_WAIT if asked >= LONGEST_WAIT * 1000 or math.isinf(asked) else asked / 1000


def refusal(what: str, status: int, answer: JsonObject) -> Exception:
    errcode = text_at(answer, "errcode") or "M_UNKNOWN"
    if status in (401, 403) and errcode in _SIGNED_OUT:
        return SignedOut("Het token van de bot is niet meer geldig; laat de bot opnieuw aanmelden.")
    return MatrixRefused(what, status, errcode, answer)
