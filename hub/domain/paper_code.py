"""Code op papier: what a QR opens tells whether a page is still the newest one, and nothing else. Pure."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class PaperCode:
    """Eén afdruk van de spoedset. The code itself stands on the paper and nowhere else; here is its hash.

    ``checked``: how often somebody scanned it. Who that was, nobody knows.
    """

    code_hash: str
    patient_id: str
    version: int
    made_by: str
    made_at: datetime
    checked: int = 0
    checked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Newest:
    """The page is the newest: when it was made, and when it last came out the same."""

    made_at: datetime
    checked_at: datetime | None
