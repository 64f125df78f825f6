"""Ports for the lead: the offers of it, and absences."""

from collections.abc import Collection
from datetime import datetime
from typing import Protocol

from hub.domain.lead import Absence


class Absences(Protocol):
    """Afwezigheid: one at a time for each person, in every circle."""

    async def add(self, absence: Absence) -> None: ...
    async def of_people(self, people: Collection[str], now: datetime) -> dict[str, Absence]:
        """Who of these is away at this moment."""
        ...

    async def of(self, person_id: str, now: datetime) -> list[Absence]:
        """What counts now or later, the first first."""
        ...

    async def get(self, absence_id: str) -> Absence | None: ...
    async def end(self, absence_id: str, at: datetime) -> bool:
        """True exactly once for each absence."""
        ...
