"""Bad roads: what a network or a busy homeserver does without any ill will (F4, F5, F7, F13, F14)."""

from __future__ import annotations

import asyncio
import math
import random
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from tests.faults.proxy import Answered, Asked, Go, Trick, answer


class OnSome(Trick):
    """A trick on requests whose ``METHOD path`` fits a pattern; so many times at most, each with this likelihood."""

    def __init__(
        self, chance: random.Random, pattern: str = ".", *, times: int = 10_000, likely: float = 1.0, who: str = ""
    ) -> None:
        self._chance = chance
        self._pattern = re.compile(pattern)
        self._left = times
        self._likely = likely
        self._who = who

    def fits(self, asked: Asked) -> bool:
        return (not self._who or asked.who == self._who) and bool(self._pattern.search(f"{asked.method} {asked.path}"))

    def _now(self) -> bool:
        if self._left <= 0 or self._chance.random() >= self._likely:
            return False
        self._left -= 1
        return True

    async def play(self, asked: Asked, go: Go) -> Answered:
        if not self._now():
            return await go(asked)
        self.did(f"{asked.method} {asked.path}")
        return await self.spoil(asked, go)

    async def spoil(self, asked: Asked, go: Go) -> Answered:
        """What this trick does with a request that it fits; by itself nothing."""
        return await go(asked)


class DropAnswer(OnSome):
    """The request arrives, its answer does not. ``then`` is called in between: for a kill at that very moment."""

    name = "answer dropped"

    def __init__(self, *settings: Any, then: Callable[[], None] | None = None, **more: Any) -> None:
        super().__init__(*settings, **more)
        self._then = then

    async def spoil(self, asked: Asked, go: Go) -> Answered:
        answered = await go(asked)
        if self._then is not None:
            self._then()
        answered.lost = True
        return answered


class TooMany(OnSome):
    """429, with or without the time to wait."""

    name = "too many requests"

    def __init__(self, *settings: Any, retry_after_ms: int | None = None, **more: Any) -> None:
        super().__init__(*settings, **more)
        self._retry_after_ms = retry_after_ms

    async def spoil(self, asked: Asked, go: Go) -> Answered:
        told: dict[str, Any] = {"errcode": "M_LIMIT_EXCEEDED", "error": "Too Many Requests"}
        if self._retry_after_ms is not None:
            told["retry_after_ms"] = self._retry_after_ms
        return answer(429, told)


class ServerError(OnSome):
    """5xx; nothing was done."""

    name = "server error"

    def __init__(self, *settings: Any, status: int = 500, **more: Any) -> None:
        super().__init__(*settings, **more)
        self._status = status

    async def spoil(self, asked: Asked, go: Go) -> Answered:
        return answer(self._status, {"errcode": "M_UNKNOWN", "error": "Internal server error"})


class Slow(OnSome):
    """The answer comes later, by at most ``seconds``."""

    name = "slow"

    def __init__(self, *settings: Any, seconds: float = 1.0, **more: Any) -> None:
        super().__init__(*settings, **more)
        self._seconds = seconds

    async def spoil(self, asked: Asked, go: Go) -> Answered:
        await asyncio.sleep(self._chance.uniform(0, self._seconds))
        return await go(asked)


class CutOff(OnSome):
    """The body breaks off half-way."""

    name = "cut off"

    async def spoil(self, asked: Asked, go: Go) -> Answered:
        answered = await go(asked)
        answered.cut = self._chance.uniform(0.1, 0.9)
        return answered


class Twice(OnSome):
    """The same request arrives twice; the second answer is given."""

    name = "sent twice"

    async def spoil(self, asked: Asked, go: Go) -> Answered:
        await go(asked)
        return await go(asked)


class SyncAgain(OnSome):
    """A sync is answered with what was answered before: token and all."""

    name = "sync repeated"

    def __init__(self, chance: random.Random, *, times: int = 10_000, likely: float = 1.0) -> None:
        super().__init__(chance, "/sync$", times=times, likely=likely, who="dossier")
        self._before: list[bytes] = []

    async def play(self, asked: Asked, go: Go) -> Answered:
        if self._before and self._now():
            self.did("an earlier answer")
            return Answered(200, self._chance.choice(self._before[-5:]))
        answered = await go(asked)
        if answered.status == 200:
            self._before.append(answered.body)
        return answered


class RolledBack(OnSome):
    """The homeserver goes back: it answers from where we were up to five syncs ago."""

    name = "token rolled back"

    def __init__(self, chance: random.Random, *, times: int = 10_000, likely: float = 1.0) -> None:
        super().__init__(chance, "/sync$", times=times, likely=likely, who="dossier")
        self._tokens: list[str] = []

    async def play(self, asked: Asked, go: Go) -> Answered:
        since = asked.query.get("since")
        if since is not None:
            self._tokens.append(since)
        if len(self._tokens) > 1 and self._now():
            earlier = self._chance.choice(self._tokens[-6:-1])
            asked = replace(asked, query={**asked.query, "since": earlier})
            self.did("since an earlier token")
        return await go(asked)


class HoldToDevice(Trick):
    """Keys come late and in another order: each to-device event waits up to ``seconds`` (None: until
    :meth:`release`); shuffled when they come.
    """

    name = "to-device held"

    def __init__(
        self, chance: random.Random, *, seconds: float | None = None, sender: str | None = None, drop: bool = False
    ) -> None:
        self._chance = chance
        self._seconds = seconds
        self._sender = sender
        self._drop = drop
        self._held: list[tuple[float, Any]] = []
        self._released = False

    @property
    def is_empty(self) -> bool:
        """Nothing is held back any more; what still is when the trick ends never comes."""
        return not self._held

    def fits(self, asked: Asked) -> bool:
        return asked.is_sync and asked.who == "dossier"

    def rewrite(self, asked: Asked, body: Any) -> Any:
        events = body.get("to_device", {}).get("events", [])
        mine = [event for event in events if self._sender in (None, event.get("sender"))]
        if mine:
            body["to_device"]["events"] = [event for event in events if event not in mine]
            self.did(f"{len(mine)} events")
            if not self._drop:
                now = time.monotonic()
                self._held += [(now + self._wait(), event) for event in mine]
        return body

    def release(self) -> None:
        """What is held comes now, and what comes later passes."""
        self._released = True

    def _wait(self) -> float:
        return math.inf if self._seconds is None else self._chance.uniform(0, self._seconds)

    async def play(self, asked: Asked, go: Go) -> Answered:
        work = asyncio.ensure_future(go(asked))
        try:
            while not work.done():
                due = self._take_due()
                if due:
                    return answer(200, {"next_batch": asked.query.get("since", ""), "to_device": {"events": due}})
                await asyncio.wait({work}, timeout=0.05)
            return work.result()
        finally:
            work.cancel()

    def _take_due(self) -> Sequence[Any]:
        now = math.inf if self._released else time.monotonic()
        due = [event for at, event in self._held if at <= now]
        self._held = [(at, event) for at, event in self._held if at > now]
        self._chance.shuffle(due)
        return due
