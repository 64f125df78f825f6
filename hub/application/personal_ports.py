"""Ports for what is of one person and of no circle: their own room, when they want their overview, their calendar."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


class PersonalRooms(Protocol):
    """Kamers "voor u": one for each person. No circle, so no contents: only pseudonyms and what waits."""

    async def find(self, person_id: str) -> str | None: ...
    async def owner(self, room_id: str) -> str | None:
        """Whose room this is; None for every other room."""
        ...

    async def all(self) -> frozenset[str]:
        """The rooms of everybody, by id."""
        ...

    async def wish(self, person_id: str, at: datetime) -> None:
        """Ask the gatekeeper to make it, or to look whether it is still as it should be."""
        ...

    async def wishes(self) -> list[str]: ...
    async def add(self, person_id: str, room_id: str, at: datetime) -> None: ...
    async def fulfilled(self, person_id: str) -> None: ...


class DigestHours(Protocol):
    """When somebody wants the overview of the morning: minutes after midnight, Dutch time."""

    async def minutes(self, person_id: str) -> int | None:
        """None: never."""
        ...

    async def choose(self, person_id: str, minutes: int | None, at: datetime) -> None: ...
    async def without_reminder(self, now: datetime) -> list[str]:
        """Who has a place in an open circle now and has no reminder for it."""
        ...


@dataclass(frozen=True, slots=True)
class CalendarFeed:
    """Agenda-abonnement; its address is known to its owner only."""

    person_id: str
    made_at: datetime
    read_at: datetime | None


class CalendarFeeds(Protocol):
    """At most one for each person; only the hash of its address is kept."""

    async def begin(self, person_id: str, token_hash: str, at: datetime) -> None:
        """In place of the one that this person had."""
        ...

    async def end(self, person_id: str, at: datetime) -> bool:
        """True when there was one."""
        ...

    async def known(self, token_hash: str) -> bool:
        """Whether there is, or was, one behind this address."""
        ...

    async def open(self, token_hash: str, at: datetime) -> CalendarFeed | None:
        """The one behind this address, noted as read; None when it ended or never was."""
        ...
