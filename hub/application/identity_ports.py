"""What the use cases need to know of people's keys. ``hub/adapters/sql/identities.py`` answers it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from hub.domain.identity import PinnedIdentity


class VerificationState(StrEnum):
    """Toestand van een vergelijking van plaatjes.

    ``wanted``: somebody here asked for it. ``asked``: on its way. ``comparing``: both sides see the emoji. ``matched``
    and ``mismatched``: a human on our side said so. ``done`` and ``cancelled`` are the ends.
    """

    WANTED = "wanted"
    ASKED = "asked"
    COMPARING = "comparing"
    MATCHED = "matched"
    MISMATCHED = "mismatched"
    DONE = "done"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class EmojiVerification:
    """Vergelijking van zeven plaatjes tussen de bot en één mens (SAS). ``emoji``: places in the specification's table.

    ``master_key``: the identity that is compared. ``confirmed_by``: person id of who looked on our side.
    """

    transaction_id: str
    user_id: str
    room_id: str
    state: VerificationState
    started_at: datetime
    emoji: tuple[int, ...] = ()
    decimals: tuple[int, ...] = ()
    master_key: str | None = None
    ended_at: datetime | None = None
    confirmed_by: str | None = None
    code: str | None = None


class Identities(Protocol):
    """Cryptographic identities of people, by Matrix id, and the emoji verifications of them."""

    async def of(self, user_ids: Iterable[str]) -> dict[str, PinnedIdentity]:
        """Who was never seen is absent."""
        ...

    async def pin(self, user_id: str, master_key: str, how: str, at: datetime) -> bool:
        """False, and nothing done, when ``master_key`` is not what was seen last."""
        ...

    async def verification(self, transaction_id: str) -> EmojiVerification | None: ...
    async def open_verifications(self, user_ids: Iterable[str] | None = None) -> list[EmojiVerification]: ...
    async def add_verification(self, verification: EmojiVerification) -> None: ...
    async def save_verification(self, verification: EmojiVerification) -> None: ...
    async def answer_verification(self, transaction_id: str, state: VerificationState, by: str) -> bool:
        """False when the comparison is not open (any more), or somebody answered before."""
        ...
