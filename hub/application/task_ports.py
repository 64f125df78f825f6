"""Ports for tasks, and for what makes them: agreements that turned stale or contradict each other."""

from collections.abc import Collection
from datetime import datetime
from typing import Protocol

from hub.domain.dossier import Entry
from hub.domain.entries import Kind
from hub.domain.task import Task


class Tasks(Protocol):
    """Taken; what they say is sealed with the patient's key."""

    async def add(self, task: Task) -> Task:
        """Store it with the next number of its circle; returns it with that number."""
        ...

    async def of_circle(self, circle_id: str) -> list[Task]:
        """Every task, done or not, in the order of their numbers."""
        ...

    async def get(self, circle_id: str, number: int) -> Task | None: ...
    async def done(self, circle_id: str, number: int, by: str, at: datetime) -> bool:
        """True exactly once for each task."""
        ...

    async def accept(self, circle_id: str, number: int, owner_id: str, at: datetime) -> bool:
        """True once: it was open, this owner's, and nobody had said yes."""
        ...

    async def hand_on(self, task: Task, to_id: str, accepted_at: datetime | None) -> bool:
        """Another owner, when it still is as ``task`` says: open, and of the same owner."""
        ...

    async def open_of(self, person_id: str) -> list[Task]:
        """Every open task of one owner, in whichever circle."""
        ...

    async def any_open(self, circle_id: str, owner_id: str) -> bool: ...
    async def pass_on(self, circle_id: str, from_id: str, to_id: str) -> int:
        """What is still open becomes another's; how many."""
        ...


class Agreements(Protocol):
    """Agreements without a permit: to find what turned stale and what contradicts. What people hear of it, goes by the
    rules of who may read; nothing that this gives is shown as it is."""

    async def of_kinds(self, patient_id: str, kinds: Collection[Kind]) -> list[Entry]:
        """Every version of these kinds, opened."""
        ...
