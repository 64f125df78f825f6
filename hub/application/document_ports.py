"""Files of a dossier: a part of :mod:`hub.application.ports`."""

from datetime import datetime
from typing import Protocol


class Attachments(Protocol):
    """Bestanden en foto's, sealed with the patient's key. What they are stands in the entry of kind ``document``."""

    async def add(self, patient_id: str, attachment_id: str, data: bytes, by: str, at: datetime) -> None: ...
    async def get(self, patient_id: str, attachment_id: str) -> bytes:
        """The bytes as they were kept.

        :raises NotFound: no such file of this patient
        """
        ...
