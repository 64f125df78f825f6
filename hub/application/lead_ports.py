"""Ports for the lead: the offers of it, and absences."""

from collections.abc import Collection
from datetime import datetime
from typing import Protocol

from hub.domain.lead import Absence, LeadOffer, OfferState


class LeadOffers(Protocol):
    """Aanbod van de regie."""

    async def add(self, offer: LeadOffer) -> LeadOffer:
        """Store it with the next number of its circle; returns it with that number."""
        ...

    async def get(self, circle_id: str, number: int) -> LeadOffer | None: ...
    async def of_circle(self, circle_id: str) -> list[LeadOffer]:
        """Open or not, in the order of their numbers."""
        ...

    async def end(self, circle_id: str, number: int, state: OfferState, at: datetime) -> bool:
        """True for the one who ends it: an offer is answered once."""
        ...


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
