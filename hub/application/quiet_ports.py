"""Port for quiet hours."""

from datetime import datetime
from typing import Protocol

from hub.domain.quiet import QuietHours


class QuietTimes(Protocol):
    """Stille uren, each person's own, in every circle."""

    async def of(self, person_id: str) -> QuietHours | None:
        """None: may always be disturbed."""
        ...

    async def choose(self, person_id: str, hours: QuietHours | None, at: datetime) -> None: ...
