"""Ports for questions and the ladder."""

from datetime import datetime
from typing import Protocol

from hub.domain.ladder import Ladder
from hub.domain.question_watch import Question


class Questions(Protocol):
    """Vragen, sealed with the patient's key, numbered per circle."""

    async def add(self, question: Question) -> Question:
        """Stores it with the next number."""
        ...

    async def save(self, question: Question) -> None:
        """What changed: owner, rung, term, text, state."""
        ...

    async def get(self, circle_id: str, number: int) -> Question | None: ...
    async def of_event(self, room_id: str, event_id: str) -> Question | None:
        """The question that this message asked, or that this message of the bot is about."""
        ...

    async def open_in(self, circle_id: str) -> list[Question]:
        """Open ones, oldest first."""
        ...

    async def of_asker(self, circle_id: str, asker_id: str) -> list[Question]:
        """All of one person, oldest first."""
        ...

    async def numbers_given(self, room_id: str) -> datetime | None:
        """When it was last said in this room whom to call."""
        ...

    async def give_numbers(self, room_id: str, at: datetime) -> None: ...


class Ladders(Protocol):
    """Ladders: versions are added, never changed."""

    async def newest(self, circle_id: str) -> Ladder | None:
        """None: this circle has that of the house."""
        ...

    async def version(self, circle_id: str, version: int) -> Ladder | None: ...
    async def history(self, circle_id: str) -> list[tuple[Ladder, str, datetime]]:
        """Each version with who set it and when, the newest first."""
        ...

    async def store(self, circle_id: str, ladder: Ladder, by: str, at: datetime) -> Ladder:
        """Stores it as the next version."""
        ...
