"""Watches over the pinned cards: makes again what is due, each in its own transaction, and wakes the relay."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta

import structlog

from hub.application.card_ports import RoomCard
from hub.application.use_cases import cards
from hub.bootstrap import Hub
from hub.domain.errors import FactUnavailable, IntegrityBroken, NotFound

_GLANCE = 1.0
_LOOK_AGAIN = timedelta(minutes=15)
_log = structlog.get_logger("bots.cards")


class CardWatch:
    """Looks once a second, which costs one small query; ``answered`` wakes the outbox relay."""

    def __init__(self, hub: Hub, answered: Callable[[], None] = lambda: None) -> None:
        self._hub = hub
        self._answered = answered
        self._broken: dict[str, datetime] = {}

    async def run(self, stop: asyncio.Event) -> None:
        async with self._hub.transactions() as unit:
            # Circles of before there were cards.
            await unit.room_cards.mark_new_rooms(self._hub.now())
        while not stop.is_set():
            await self.round()
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), _GLANCE)

    async def round(self) -> int:
        """Every card that is due; returns how many will be said."""
        now = self._hub.now()
        async with self._hub.transactions.reading() as unit:
            if not await unit.room_cards.has_work(now):
                return 0
        async with self._hub.transactions() as unit:
            await unit.room_cards.note_stirred(now + cards.SETTLE)
            due = await unit.room_cards.due(now)
        said = [await self._renewed(card) for card in due if self._broken.get(card.room_id, now) <= now]
        if any(said):
            self._answered()
        return sum(said)

    async def _renewed(self, card: RoomCard) -> bool:
        """One dossier that cannot be read must not keep the others from being brought up to date."""
        hub = self._hub
        try:
            async with hub.transactions() as unit:
                own = hub.settings.own_accounts
                return await cards.renew(unit, hub.guard, hub.speaker, card, own, hub.now())
        except (NotFound, IntegrityBroken, FactUnavailable) as broken:
            self._broken[card.room_id] = hub.now() + _LOOK_AGAIN
            _log.error("card-unreadable", room=card.room_id, code=broken.code)
            return False
