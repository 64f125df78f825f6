"""What the use cases need to know of messages and keys: a part of :mod:`hub.application.ports` in a file of its own."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Protocol

from hub.domain.disclosure import KeyShare, SentMessage
from hub.domain.unread import UnreadMessage


class Disclosures(Protocol):
    """Wie welk bericht van de bot kan lezen: the ledger, from which answers are computed, not stored."""

    async def sent(self, message: SentMessage) -> None: ...
    async def find(self, room_id: str, event_id: str) -> SentMessage | None: ...
    async def latest(self, room_ids: Collection[str], limit: int) -> list[SentMessage]:
        """What the bot said last in these rooms, newest first."""
        ...

    async def shares(self, message: SentMessage) -> list[KeyShare]:
        """The lines of this message's session up to this message, in the order in which they were written."""
        ...


class Unread(Protocol):
    """Berichten die de bot niet kon lezen, and whom it told so."""

    async def of_rooms(self, room_ids: Collection[str]) -> list[UnreadMessage]:
        """What is open in these rooms, oldest first."""
        ...

    async def withheld(self, room_id: str, sender: str, session_id: str | None, since: datetime) -> str | None:
        """What the sender's client said why it gives no key; ``since``: when the message came."""
        ...

    async def was_told(self, event_id: str) -> bool: ...
    async def may_tell(
        self, room_id: str, sender: str, session_id: str | None, now: datetime, *, again: timedelta, session: timedelta
    ) -> bool:
        """False when this sender heard so in this room less than ``again`` ago, or about this session ``session``."""
        ...

    async def told(self, event_id: str, room_id: str, sender: str, session_id: str | None, at: datetime) -> None: ...
