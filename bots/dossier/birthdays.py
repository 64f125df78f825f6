"""Looks each day who turned 12 or 16, and tells the circle (law-and-care E4)."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import date

import structlog

from hub.application.use_cases.growing_up import tell_of_birthday
from hub.bootstrap import Hub
from hub.domain.capacity import dutch_day
from hub.domain.errors import KringError
from hub.domain.vocabulary import AgeBand
from hub.texts import N_, translator

_GLANCE = 60.0
_log = structlog.get_logger("bots.birthdays")
_TOLD = {
    AgeBand.FROM_12_TO_15: N_(
        "%(name)s is 12 geworden. Vanaf vandaag beslissen %(name)s en de ouders samen over wie wat mag lezen: wat open "
        "stond, gaat pas weer open als ook %(name)s ja zegt. Wie nee zegt, krijgt gelijk (BW 7:450 lid 2)."
    ),
    AgeBand.FROM_16: N_(
        "%(name)s is 16 geworden en beslist vanaf vandaag zelf. De ouders lezen alleen nog wat %(name)s goedvindt; wat "
        "alleen zij toestonden, is nu dicht (BW 7:447). De coach neemt hen als naaste op als %(name)s dat wil."
    ),
}
_HOW = N_("Kijk met !toestemming wie wat mag lezen, en kies opnieuw. Niemand mag u daarbij haasten.")


def sentences(band: AgeBand, name: str, language: str) -> tuple[str, str]:
    """What the circle hears, and what the patient hears with it."""
    words = translator(language)
    return words(_TOLD[band]) % {"name": name}, words(_HOW)


class Birthdays:
    """Does nothing where Kring is not used for children. The rights themselves need no job: they follow the clock."""

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
        """Once for each Dutch day: every open circle; returns how many birthdays were told."""
        today = dutch_day(self._hub.now())
        if not self._hub.guard.rules.children or self._looked == today:
            return 0
        told = 0
        async with self._hub.transactions.reading() as unit:
            circles = await unit.circles.all_open()
        for circle in circles:
            try:
                async with self._hub.transactions() as unit:
                    told += (
                        await tell_of_birthday(unit, self._hub.speaker, circle, self._hub.now(), sentences) is not None
                    )
            except KringError as error:
                # One dossier that cannot be read must not keep others from being told.
                _log.error("birthday-failed", circle=circle.id, code=error.code)
        self._looked = today
        if told:
            self._answered()
        return told
