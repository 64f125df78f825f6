"""Handovers and what is held back for a while: a part of :mod:`hub.application.ports` in a file of its own."""

from collections.abc import Collection
from datetime import datetime
from typing import Protocol

from hub.domain.handover import Handover, HandoverState, Letter
from hub.domain.identifiers import EntryRef
from hub.domain.vocabulary import Role
from hub.domain.withholding import Withholding


class Handovers(Protocol):
    """Overdrachten, numbered within their circle."""

    async def add(self, handover: Handover) -> Handover:
        """Stores it with the next number of its circle."""
        ...

    async def get(self, circle_id: str, number: int) -> Handover | None: ...
    async def of_circle(self, circle_id: str) -> list[Handover]:
        """Those that were handed over, whatever became of them; no drafts."""
        ...

    async def unsettled(self, circle_id: str, states: Collection[HandoverState]) -> list[Handover]:
        """Those that stand so now."""
        ...

    async def received(self, circle_id: str, number: int, by: str, at: datetime) -> bool:
        """True for the one who closes it; False when somebody else did, or it is not offered."""
        ...

    async def change(self, before: Handover, after: Handover) -> bool:
        """True when it still stood as ``before`` says and now stands as ``after`` says."""
        ...

    async def letter(self, handover: Handover) -> Letter | None:
        """What it says, without a permit: for its sender to sign and its receiver to get, nothing else. None: nothing
        was kept, or it was destroyed."""
        ...

    async def write(self, handover: Handover, letter: Letter) -> None: ...


class Visits(Protocol):
    """Sinds je vorige bezoek: until when somebody said to know what is in a dossier."""

    async def seen_until(self, circle_id: str, person_id: str) -> datetime | None: ...
    async def offer(self, circle_id: str, person_id: str, until: datetime) -> None:
        """What happened until then was shown; they may say that they know it."""
        ...

    async def know(self, circle_id: str, person_id: str, at: datetime) -> datetime | None:
        """They know what was shown last; until when that was. None: nothing was shown since they said so."""
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
