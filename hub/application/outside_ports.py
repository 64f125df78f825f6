"""Ports for calls outside Kring: by phone or pager, when nobody in the circle answers."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class OutsideCall:
    """Oproep buiten Kring om. Says that somebody must look in Kring, and nothing of what was asked.

    ``id`` is the same each time that the call is tried: an adapter that can, makes one call of it.
    """

    id: str
    circle_id: str
    question_number: int
    person_id: str
    wished_at: datetime
    attempts: int = 0


@dataclass(frozen=True, slots=True)
class Called:
    """What goes out: a pseudonym, a number, and whom to reach; never a word of the question."""

    id: str
    circle: str
    question_number: int
    phone: str | None = field(repr=False)


class CallsOutside(Protocol):
    """Phone or pager. Called after the commit, never inside a transaction.

    :raises DeliveryFailed: not taken; it is tried again
    """

    @property
    def reaches_people(self) -> bool:
        """False: it only writes down that somebody should be called. Nobody is told that somebody was."""
        ...

    async def call(self, called: Called) -> None: ...


class OutsideCalls(Protocol):
    """The rows: written with their cause, taken up after the commit."""

    async def add(self, call: OutsideCall) -> None: ...
    async def waiting(self, call_id: str) -> OutsideCall | None:
        """None: it was made, or nobody wants it any more."""
        ...

    async def tried(self, call_id: str) -> None: ...
    async def made(self, call_id: str, at: datetime) -> None: ...
    async def given_up(self, call_id: str, at: datetime) -> None: ...
    async def withdraw(self, circle_id: str, question_number: int, at: datetime) -> int:
        """Somebody answered: what was not made yet is not made any more."""
        ...
