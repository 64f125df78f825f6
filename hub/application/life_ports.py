"""What is declared about a patient, and what follows after death: a part of :mod:`hub.application.ports`."""

from datetime import datetime
from typing import Protocol

from hub.domain.death import Declaration, PosthumousRequest, PosthumousVerdict
from hub.domain.vocabulary import PatientState


class Declarations(Protocol):
    """Vaststellingen over een patiënt, en verzoeken om inzage na overlijden."""

    async def add(self, declaration: Declaration) -> None: ...
    async def of_patient(self, patient_id: str) -> list[Declaration]:
        """Oldest first."""
        ...

    async def confirm(self, declaration_id: str, by: str, at: datetime) -> bool:
        """True for the one who confirms it."""
        ...

    async def withdraw(self, declaration_id: str) -> None:
        """It never counted: taken away before anybody confirmed it."""
        ...

    async def set_state(
        self, patient_id: str, state: PatientState, at: datetime | None, by: str, confirmed_by: str | None
    ) -> None: ...

    async def add_request(self, request: PosthumousRequest) -> None: ...
    async def get_request(self, request_id: str) -> PosthumousRequest:
        """:raises NotFound:"""
        ...

    async def requests(self, patient_id: str) -> list[PosthumousRequest]: ...
    async def decide_request(self, request_id: str, verdict: PosthumousVerdict, by: str, at: datetime) -> bool:
        """True for the first decision."""
        ...
