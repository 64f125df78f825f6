"""Ports for the figures: what is counted from rows that hold no contents."""

from collections.abc import Collection
from datetime import datetime
from typing import Protocol

from hub.domain.circle import Circle


class CourseRows(Protocol):
    """Rijen waaruit trajecten worden geteld, of every patient of the house; nothing here opens anything."""

    async def patients(self) -> list[str]:
        """Everybody with a circle, whose dossier was not destroyed, by id."""
        ...

    async def circles(self, patient_id: str) -> list[Circle]:
        """Oldest first, closed ones included."""
        ...

    async def questions(self, circle_ids: Collection[str]) -> list[tuple[datetime, datetime | None]]:
        """Asked and answered, of what was a question; what lapsed because its asker left does not count."""
        ...

    async def minutes(self, circle_ids: Collection[str]) -> tuple[int, int]:
        """Minutes of coaches, regular and extra; withdrawn lines do not count."""
        ...
