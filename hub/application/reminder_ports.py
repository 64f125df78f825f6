"""Port for reminders: rows that a worker takes up with a lease and a fence, in the transaction of what they do."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from hub.domain.reminder import Reminder, ReminderKind


@dataclass(frozen=True, slots=True)
class ClaimedReminder:
    """A reminder that this process may let ring until its lease ends; ``fence`` guards every write about it."""

    id: str
    reminder: Reminder
    attempts: int
    fence: int


class Reminders(Protocol):
    """Wekkers. What rings, and that it rang, are one transaction: none is lost and none rings twice."""

    async def set(self, reminder: Reminder, at: datetime) -> None:
        """Set it, in place of the one with the same kind and ``about``, also when that is ringing at this moment."""
        ...

    async def cancel(self, kind: ReminderKind, about: str, at: datetime) -> bool:
        """True when it was still to ring."""
        ...

    async def cancel_circle(self, circle_id: str, kinds: Collection[ReminderKind], at: datetime) -> int:
        """Every one of these kinds of this circle; how many were still to ring."""
        ...

    async def waiting(self, circle_id: str) -> list[Reminder]:
        """What is still to ring in this circle, the first first."""
        ...

    async def find(self, kind: ReminderKind, about: str) -> Reminder | None:
        """The one that is still to ring."""
        ...

    async def about(self, kind: ReminderKind) -> frozenset[str]:
        """What those of this kind that are still to ring are about."""
        ...

    async def next_due(self) -> datetime | None:
        """When the first of all will ring."""
        ...

    async def claim(self, now: datetime, limit: int) -> list[ClaimedReminder]:
        """What is due and nobody else has, the first first."""
        ...

    async def hold(self, claimed: ClaimedReminder) -> bool:
        """At the begin of the transaction in which it rings: still ours, and nobody can take or replace it before the
        end of the transaction. False: do nothing."""
        ...

    async def rang(self, claimed: ClaimedReminder, at: datetime, again_at: datetime | None) -> None:
        """It rang; ``again_at``: when it rings the next time, one step further."""
        ...

    async def later(self, claimed: ClaimedReminder, due_at: datetime, failure: str) -> None:
        """It could not ring now; it stays at its step."""
        ...

    async def release(self) -> None:
        """Give back every lease: the process that held them is gone. Safe when it is not, by the fence."""
        ...
