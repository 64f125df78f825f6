"""Port for the codes on paper."""

from datetime import datetime
from typing import Protocol

from hub.domain.paper_code import Newest, PaperCode


class PaperCodes(Protocol):
    """Codes op afdrukken van de spoedset."""

    async def add(self, code: PaperCode) -> None: ...
    async def newest(self, code_hash: str) -> Newest | None:
        """None for everything else, in one question whatever the reason: overtaken, being made again, the circle
        closed, the patient died, the dossier destroyed, or no such code."""
        ...

    async def count(self, code_hash: str, at: datetime) -> None:
        """One more scan; of a code that is none, nothing."""
        ...

    async def of_patient(self, patient_id: str) -> list[PaperCode]:
        """The newest print first."""
        ...
