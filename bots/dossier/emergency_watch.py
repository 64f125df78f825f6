"""Watches over the out-of-hours sets: makes again what changed, and tells who did not say that it arrived."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from datetime import datetime, timedelta

import structlog

from hub.application.emergency_ports import Receipt
from hub.application.use_cases import emergency_checks, emergency_degraded, emergency_sets
from hub.bootstrap import Hub
from hub.domain.circle import Circle
from hub.domain.errors import FactUnavailable, IntegrityBroken, NotFound
from hub.domain.reminder import ReminderKind

_GLANCE = 1.0
_LOOK_AGAIN = timedelta(minutes=15)
_log = structlog.get_logger("bots.emergency")


class EmergencyWatch:
    """Looks once a second, which costs one small query; ``answered`` wakes the outbox relay."""

    def __init__(self, hub: Hub, answered: Callable[[], None] = lambda: None) -> None:
        self._hub = hub
        self._answered = answered
        self._next_look: datetime | None = None
        self._broken: dict[str, datetime] = {}

    async def run(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            await self.round()
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), _GLANCE)

    async def round(self) -> int:
        """Every set that is due, each in its own transaction, then what was not acknowledged; returns how many."""
        now = self._hub.now()
        async with self._hub.transactions.reading() as unit:
            due = await unit.emergencies.due()
            overdue = await unit.emergencies.overdue(now)
        for patient_id, _changed_by in due:
            if self._broken.get(patient_id, now) <= now:
                await self._tried(patient_id, self._renew(patient_id))
        for receipt in overdue:
            await self._tried(receipt.patient_id, self._alarm(receipt))
        afterwards = await self._record_afterwards(now)
        if due or overdue or afterwards:
            self._answered()
        return len(due) + len(overdue)

    async def _record_afterwards(self, now: datetime) -> int:
        """At the start and now and then: what was opened while nothing could be stored."""
        if self._next_look is not None and now < self._next_look:
            return 0
        self._next_look = now + _LOOK_AGAIN
        await self._plan(now)
        async with self._hub.transactions.reading() as unit:
            if not await unit.emergencies.unrecorded():
                return 0
        try:
            async with self._hub.transactions() as unit:
                return await emergency_degraded.record_afterwards(unit, self._hub.speaker)
        except (NotFound, IntegrityBroken, FactUnavailable) as broken:
            _log.error("emergency-not-recorded", code=broken.code)
            return 0

    async def _plan(self, now: datetime) -> None:
        """A circle of before there were reminders, or whose death was taken back, gets its check before days off."""
        async with self._hub.transactions.reading() as unit:
            waiting = await unit.reminders.about(ReminderKind.EMERGENCY_SET)
            without = [circle for circle in await unit.circles.all_open() if circle.id not in waiting]
        for circle in without:
            await self._tried(circle.patient_id, self._plan_one(circle, now))

    async def _plan_one(self, circle: Circle, now: datetime) -> None:
        async with self._hub.transactions() as unit:
            await emergency_checks.plan_check(unit, circle, now)

    async def _tried(self, patient_id: str, work: Coroutine[None, None, None]) -> None:
        """One dossier that cannot be read must not keep the others from being brought up to date."""
        try:
            await work
        except (NotFound, IntegrityBroken, FactUnavailable) as broken:
            self._broken[patient_id] = self._hub.now() + _LOOK_AGAIN
            _log.error("emergency-set-unreadable", patient=patient_id, code=broken.code)

    async def _alarm(self, receipt: Receipt) -> None:
        async with self._hub.transactions() as unit:
            await emergency_sets.alarm(unit, self._hub.speaker, receipt, self._hub.now())

    async def _renew(self, patient_id: str) -> None:
        async with self._hub.transactions() as unit:
            await emergency_sets.renew_if_due(unit, self._hub.guard, self._hub.speaker, patient_id, self._hub.now())
