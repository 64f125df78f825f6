"""Filing from chat: a part of :mod:`hub.application.ports`."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from hub.domain.identifiers import EntryRef
from hub.domain.vocabulary import Section


@dataclass(frozen=True, slots=True)
class FilingWish:
    """Somebody pointed at a message: 📌, or ``!bewaar``. An intent, never more."""

    circle_id: str
    room_id: str
    event_id: str
    """The message that is meant."""
    person_id: str
    asked_by_event: str
    """The reaction or the command."""
    by_word: bool
    """Asked with an encrypted word; False: with a reaction, of which only the homeserver says whose it is."""
    section: Section | None = None
    confirmed: bool = False
    """It is a photo or a file, and this person chose ``section`` for it: to be fetched and kept."""


@dataclass(frozen=True, slots=True)
class ClaimedWish:
    """A wish that one process works on. ``fence`` tells that process from the one before it."""

    id: int
    wish: FilingWish
    attempts: int
    fence: int
    wished_at: datetime


@dataclass(frozen=True, slots=True)
class FiledMessage:
    """Bronbericht: the message that one version of an entry came from."""

    patient_id: str
    ref: EntryRef
    version: int
    room_id: str
    event_id: str
    content_sha256: str = field(repr=False)
    """SHA-256 of the decrypted content as canonical JSON, in hex."""
    sender_id: str
    filed_by: str
    sent_at: datetime
    withdrawn_at: datetime | None = None
    withdrawn_by: str | None = None


class Filings(Protocol):
    """Wat er uit de chat bewaard moet worden, en wat er bewaard is."""

    async def wish(self, wish: FilingWish, at: datetime) -> bool:
        """False when this reaction or command was noted before."""
        ...

    async def wished_since(self, person_id: str, since: datetime) -> int:
        """How many messages this person pointed at since then."""
        ...

    async def has_due(self, now: datetime) -> bool: ...
    async def claim(self, now: datetime, limit: int) -> list[ClaimedWish]:
        """The oldest that are due, left to this process until the lease ends."""
        ...

    async def settle(self, claimed: ClaimedWish, failure: str | None = None) -> bool:
        """Done, or ended for this reason. False: another process took it over, and this one changes nothing."""
        ...

    async def later(self, claimed: ClaimedWish, due_at: datetime, failure: str) -> None: ...
    async def release(self) -> None:
        """What a killed process had taken may be taken at once."""
        ...

    async def first_seen(self, event_id: str) -> datetime | None:
        """When the bot first knew of this event: what the homeserver said then, or when it came if that was earlier."""
        ...

    async def waiting_about(self, circle_id: str, event_id: str) -> list[str]:
        """The people who were asked about filing this message and did not answer yet."""
        ...

    async def add(self, filed: FiledMessage) -> None: ...
    async def of_event(self, patient_id: str, room_id: str, event_id: str) -> list[FiledMessage]: ...
    async def of_entry(self, patient_id: str, ref: EntryRef) -> list[FiledMessage]:
        """Of every version that came from a message, oldest first."""
        ...

    async def withdraw(self, patient_id: str, room_id: str, event_id: str, by: str, at: datetime) -> list[FiledMessage]:
        """Mark what came from this message; what is marked now and was not before. The first mark stays."""
        ...

    async def withdrawn(self, patient_id: str) -> dict[tuple[EntryRef, int], FiledMessage]:
        """Every version whose message was withdrawn."""
        ...
