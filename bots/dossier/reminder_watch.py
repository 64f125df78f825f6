"""Lets reminders ring: each in a transaction of its own, with everything that it does (ADR 0038)."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import timedelta

import structlog
from sqlalchemy.exc import InterfaceError, OperationalError

from hub.application.reminder_ports import ClaimedReminder
from hub.application.use_cases.digests import plan_missing
from hub.application.use_cases.ringing import Afterwards, Hour, Ring
from hub.application.use_cases.rings import RINGS
from hub.bootstrap import Hub
from hub.domain.errors import KringError, LeaseLost
from hub.domain.reminder import ReminderKind

_GLANCE = 1.0
_AT_ONCE = 20
_LOOK_AGAIN = timedelta(minutes=15)
_log = structlog.get_logger("bots.reminders")


class ReminderWatch:
    """Looks once a second, which costs one small query; ``answered`` wakes the outbox relay."""

    def __init__(
        self, hub: Hub, answered: Callable[[], None] = lambda: None, rings: Mapping[ReminderKind, Ring] = RINGS
    ) -> None:
        self._hub = hub
        self._answered = answered
        self._rings = rings

    async def run(self, stop: asyncio.Event) -> None:
        async with self._hub.transactions() as unit:
            await unit.reminders.release()
            await plan_missing(unit, self._hub.now())
        while not stop.is_set():
            await self.round()
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), _GLANCE)

    async def round(self) -> int:
        """Everything that is due now, the first first; returns how many rang."""
        rang = 0
        while claimed := await self._claim():
            for one in claimed:
                rang += await self._ring(one)
        if rang:
            self._answered()
        return rang

    async def _claim(self) -> list[ClaimedReminder]:
        now = self._hub.now()
        async with self._hub.transactions.reading() as unit:
            first = await unit.reminders.next_due()
        if first is None or first > now:
            return []
        async with self._hub.transactions() as unit:
            return await unit.reminders.claim(now, _AT_ONCE)

    async def _ring(self, claimed: ClaimedReminder) -> bool:
        """What cannot ring now is tried again: one circle that cannot be read must not keep the others waiting."""
        hub, reminder = self._hub, claimed.reminder
        hour = Hour(hub.now(), hub.guard, hub.speaker, hub.outside)
        try:
            async with hub.transactions() as unit:
                if not await unit.reminders.hold(claimed):
                    return False
                again_at = await self._rings[reminder.kind](unit, hour, reminder)
                await unit.reminders.rang(claimed, hour.now, again_at)
        except (LeaseLost, OperationalError, InterfaceError):
            # Nothing is wrong with this one: who was replaced writes nothing, and a database that is away comes back.
            raise
        except Exception as error:  # noqa: BLE001 -- one circle must not keep the others waiting
            code = error.code if isinstance(error, KringError) else type(error).__name__
            _log.error("reminder-failed", kind=reminder.kind.value, code=code)
            async with hub.transactions() as unit:
                await unit.reminders.later(claimed, hour.now + _LOOK_AGAIN, code)
            return False
        for act in hour.afterwards:
            await self._after(act)
        return True

    async def _after(self, act: Afterwards) -> None:
        """What could not be done now has a reminder that rings again."""
        try:
            await act(self._hub.transactions, self._hub.outside)
        except KringError as error:
            _log.error("outside-failed", code=error.code)
