"""What destruction needs (BW 7:455): a part of :mod:`hub.application.ports` in a file of its own."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from hub.domain.destruction import Destroyed, DestructionRequest, LegalHold, OrganisationDecision

if TYPE_CHECKING:
    from hub.application.guard import Permit


class Destructions(Protocol):
    """Verzoeken tot vernietiging, besluiten, bewaarplichten, en het vernietigen zelf."""

    async def approved_by_another(self, patient_id: str, person_id: str) -> bool:
        """A fact for the policy: somebody else than ``person_id`` approved what is to be destroyed now."""
        ...

    async def add(self, request: DestructionRequest) -> None: ...
    async def open_of(self, patient_id: str) -> DestructionRequest | None:
        """The request that was not executed yet."""
        ...

    async def get(self, request_id: str) -> DestructionRequest:
        """:raises NotFound:"""
        ...

    async def organisations(self, patient_id: str) -> list[str]:
        """Whose people wrote in this dossier; patient and relatives as one."""
        ...

    async def decide(self, request_id: str, decision: OrganisationDecision) -> None:
        """Also instead of an earlier decision of this organisation; an approval of that one is void."""
        ...

    async def decisions(self, request_id: str) -> list[OrganisationDecision]: ...
    async def approve(self, request_id: str, organisation: str, by: str, at: datetime) -> bool:
        """True when there was a decision to approve."""
        ...

    async def place_hold(self, hold: LegalHold) -> None: ...
    async def holds(self, patient_id: str) -> list[LegalHold]:
        """Those in force."""
        ...

    async def lift_hold(self, hold_id: str, at: datetime) -> bool: ...
    async def destroy(
        self, permit: "Permit", request: DestructionRequest, organisations: Sequence[str], *, whole: bool
    ) -> Destroyed:
        """Delete what these organisations wrote, or with ``whole`` everything and the patient's key.

        What is destroyed is first written down outside the database, so that an older copy of it stays unreadable.
        """
        ...
