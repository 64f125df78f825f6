"""Ports for the path of a patient, the thresholds on it, the hours of the coach, and what comes after a death."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Protocol

from hub.domain.aftercare import AftercareRecord
from hub.domain.coach_time import TimeLine, Worked
from hub.domain.dossier import Entry
from hub.domain.entries import Kind
from hub.domain.path import Taken
from hub.domain.triggers import ThresholdSet


class ThresholdSets(Protocol):
    """Drempels per patiënt: versions, sealed with the key of the dossier."""

    async def newest(self, circle_id: str) -> ThresholdSet | None: ...
    async def versions(self, circle_id: str) -> list[ThresholdSet]:
        """Oldest first."""
        ...

    async def add(self, thresholds: ThresholdSet) -> None: ...
    async def measured(self, patient_id: str, kinds: Collection[Kind], most: int) -> list[Entry]:
        """The newest ``most`` versions of these kinds, opened: to see whether somebody must look. Nothing that this
        gives is shown to anybody who may not read it."""
        ...


class Path(Protocol):
    """Het pad: steps that were taken, and the lines of aftercare, which are no part of the dossier."""

    async def add(self, taken: Taken) -> None: ...
    async def of_patient(self, patient_id: str) -> list[Taken]:
        """Oldest first."""
        ...

    async def add_aftercare(self, record: AftercareRecord) -> None: ...
    async def aftercare(self, circle_id: str) -> list[AftercareRecord]:
        """Oldest first, opened."""
        ...


class CoachTime(Protocol):
    """Uren van coaches, apart from the dossier: a coach sees the own lines, nobody else sees any."""

    async def add(self, circle_id: str, person_id: str, worked: Worked, at: datetime) -> TimeLine:
        """Store it with the next number of this coach."""
        ...

    async def of_person(self, person_id: str, since: date) -> list[TimeLine]:
        """Every line since that day, withdrawn ones included, oldest first."""
        ...

    async def withdraw(self, person_id: str, number: int, at: datetime) -> bool:
        """True exactly once for each line."""
        ...
