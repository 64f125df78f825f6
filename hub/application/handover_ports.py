"""Handovers and what is held back for a while: a part of :mod:`hub.application.ports` in a file of its own."""

from datetime import datetime
from typing import Protocol

from hub.domain.handover import Handover
from hub.domain.identifiers import EntryRef
from hub.domain.vocabulary import Role
from hub.domain.withholding import Withholding


class Handovers(Protocol):
    """Overdrachten, numbered within their circle."""

    async def add(self, handover: Handover) -> Handover:
        """Stores it with the next number of its circle."""
        ...

    async def get(self, circle_id: str, number: int) -> Handover | None: ...
    async def of_circle(self, circle_id: str) -> list[Handover]: ...
    async def received(self, circle_id: str, number: int, by: str, at: datetime) -> bool:
        """True for the one who closes it; False when somebody else did."""
        ...


class Withholdings(Protocol):
    """Therapeutische excepties (BW 7:448 lid 3)."""

    async def add(self, withholding: Withholding) -> None: ...
    async def held_back(self, patient_id: str, now: datetime, role: Role | None) -> frozenset[EntryRef]:
        """What somebody in this role does not get to see now: what the patient is spared, what a child shielded."""
        ...

    async def of_patient(self, patient_id: str) -> list[Withholding]: ...
    async def end(self, patient_id: str, ref: EntryRef, at: datetime) -> bool:
        """True when something was held back until now."""
        ...
