"""What the use cases need of the portal's doors. ``hub/adapters/sql/portal_access.py`` answers it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from hub.domain.vocabulary import Assurance


@dataclass(frozen=True, slots=True)
class PortalLink:
    """A one-time key to one person's view of one circle. Only its hash is stored."""

    token_hash: str
    person_id: str
    circle_id: str
    issued_at: datetime
    expires_at: datetime
    used_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PortalSession:
    """Somebody who is signed in, for one circle. ``csrf`` is what a form must carry."""

    id_hash: str
    person_id: str
    circle_id: str
    csrf: str
    started_at: datetime
    last_seen_at: datetime
    assurance: Assurance = Assurance.SUBSTANTIAL
    """How sure the sign-in was; a link from the encrypted room of a device with a pinned identity is substantial."""


class PortalAccess(Protocol):
    """One-time links and sessions of the portal; of both only hashes are stored."""

    async def add_link(self, link: PortalLink) -> None: ...
    async def use_link(self, token_hash: str, now: datetime) -> PortalLink | None:
        """The link, marked used, when it exists, is unused and not expired; None otherwise."""
        ...

    async def link_is_fresh(self, token_hash: str, now: datetime) -> bool: ...
    async def start_session(self, session: PortalSession) -> None: ...
    async def session(self, id_hash: str, *, ended_too: bool = False) -> PortalSession | None:
        """A session that was not ended (or any); idle and absolute limits are the portal's."""
        ...

    async def touch_session(self, id_hash: str, now: datetime) -> None: ...
    async def end_session(self, id_hash: str, now: datetime) -> None: ...
    async def end_all(self, person_id: str, circle_id: str | None, now: datetime, *, links: bool = False) -> int:
        """End the sessions (and use up the links) of this person, for one circle or (None) for all; how many."""
        ...
