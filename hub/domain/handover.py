"""Handover (overdracht): a summary by SBAR that somebody must receive."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Destination(StrEnum):
    """Waar de zorg naartoe gaat."""

    HOME = "thuis"
    HOSPICE = "hospice"
    NURSING_HOME = "verpleeghuis"
    HOSPITAL = "ziekenhuis"
    OTHER = "anders"


@dataclass(frozen=True, slots=True)
class Handover:
    """Overdracht met een nummer; open until somebody says that they received it."""

    circle_id: str
    number: int
    destination: Destination
    made_by: str
    made_at: datetime
    receiver_id: str | None
    received_by: str | None = None
    received_at: datetime | None = None

    @property
    def open(self) -> bool:
        return self.received_at is None
