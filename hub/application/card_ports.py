"""What the pinned card of a room needs: a part of :mod:`hub.application.ports` in a file of its own."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class Underway(StrEnum):
    """Hoe het staat met wat voor deze kaart al was opgeschreven om te zeggen."""

    NOTHING = "nothing"
    UNSAID = "unsaid"
    """Written down, and surely not said yet: it may be taken back."""
    PERHAPS = "perhaps"
    """Somebody is saying it, or may have said it: wait for what comes of it."""


@dataclass(frozen=True, slots=True)
class RoomCard:
    """De vastgezette kaart van één kamer, zoals hij nu is. ``event_id``: the message that carries it, edits aside."""

    room_id: str
    circle_id: str
    changed_by: str | None
    """Who caused that it is made again; None or empty: nobody in particular, then the lead answers for it (I7)."""
    digest: str | None
    event_id: str | None
    outbox_id: int | None
    underway: Underway = Underway.NOTHING


class RoomCards(Protocol):
    """Vastgezette kaarten: which rooms need theirs made again, and which event carries it."""

    async def has_work(self, now: datetime) -> bool:
        """Whether a card is due, or somebody came into or left a room with one; cheap enough to ask often."""
        ...

    async def due(self, now: datetime) -> list[RoomCard]: ...
    async def mark_circle(self, circle_id: str, changed_by: str, at: datetime) -> None:
        """In the transaction of a change: the cards of this circle must be made again."""
        ...

    async def mark_new_rooms(self, now: datetime) -> int:
        """Rooms of open circles that never had a card; how many."""
        ...

    async def note_stirred(self, due_at: datetime) -> None:
        """Rooms where somebody came or left are looked at then, or earlier when they were due earlier."""
        ...

    def digest(self, room_id: str, content: str) -> str:
        """Keyed, so that the table does not tell who has the same agreements."""
        ...

    async def withdraw(self, outbox_id: int) -> bool:
        """Take back what was not said yet; False when somebody began to say it meanwhile."""
        ...

    async def written(self, room_id: str, digest: str, outbox_id: int, look_again: datetime | None) -> None: ...
    async def looked(self, room_id: str, look_again: datetime | None) -> None:
        """Nothing to say; ``look_again`` None: not before something changes."""
        ...

    async def said(self, outbox_id: int, event_id: str, at: datetime, *, edit: bool) -> None:
        """It stands in the room; a new message carries the card from now on, an edit changes the one before."""
        ...

    async def lost(self, outbox_id: int, due_at: datetime) -> None:
        """It was not said and will not be: make another."""
        ...

    async def unpinned(self) -> list[tuple[str, str]]:
        """(room, event) of cards that still have to be pinned."""
        ...

    async def pinned(self, room_id: str, event_id: str) -> None: ...
    async def pin_of(self, room_id: str) -> str | None:
        """The event that was pinned last by us."""
        ...
