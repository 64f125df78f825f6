"""Looks each day what turned stale by time, and asks who has the lead for a conversation (ADR 0033)."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import date

import structlog

from hub.application.identify import identify
from hub.application.use_cases.contradictions import sweep
from hub.bootstrap import Hub
from hub.domain.capacity import dutch_day
from hub.domain.circle import Circle
from hub.domain.errors import KringError
from hub.domain.identifiers import new_id
from hub.domain.vocabulary import Channel

INITIATOR = "bot:dossier"
_GLANCE = 60.0
_log = structlog.get_logger("bots.freshness")


class FreshnessWatch:
    """Once for each Dutch day, every open circle, each in a transaction of its own."""

    def __init__(self, hub: Hub, answered: Callable[[], None] = lambda: None) -> None:
        self._hub = hub
        self._answered = answered
        self._looked: date | None = None

    async def run(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            await self.round()
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), _GLANCE)

    async def round(self) -> int:
        """How many tasks were made. After a restart it looks again; no version is asked about twice."""
        today = dutch_day(self._hub.now())
        if self._looked == today:
            return 0
        made = 0
        async with self._hub.transactions.reading() as unit:
            circles = await unit.circles.all_open()
        for circle in circles:
            try:
                made += await self._look(circle)
            except KringError as error:
                # One dossier that cannot be read must not keep others from being looked at.
                _log.error("freshness-failed", circle=circle.id, code=error.code)
        self._looked = today
        if made:
            self._answered()
        return made

    async def _look(self, circle: Circle) -> bool:
        async with self._hub.transactions() as unit:
            context = await identify(
                unit,
                await unit.people.get(circle.lead_id),
                circle,
                channel=Channel.ROOM,
                initiator=INITIATOR,
                correlation_id=new_id("fresh"),
                now=self._hub.now(),
            )
            return await sweep(unit, self._hub.guard, context) is not None
