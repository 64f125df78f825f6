"""Port for the answers about the care: of patients and relatives, apart from the dossier."""

from collections.abc import Collection
from typing import Protocol

from hub.domain.survey import Survey


class Surveys(Protocol):
    """Enquêtes, sealed with the patient's key."""

    async def add(self, survey: Survey) -> None: ...
    async def of_circles(self, circle_ids: Collection[str]) -> list[Survey]:
        """The last of each person in each circle."""
        ...
