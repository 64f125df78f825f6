"""What emergency access needs: a part of :mod:`hub.application.ports` in a file of its own."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Protocol

from hub.domain.audit import AuditEntry
from hub.domain.dossier import Entry
from hub.domain.emergency import Opening, Verdict
from hub.domain.emergency_set import MadeSet
from hub.domain.identifiers import Bsn
from hub.domain.people import Patient

if TYPE_CHECKING:
    from hub.application.guard import Permit


@dataclass(frozen=True, slots=True)
class Receipt:
    """Who was sent which version of the out-of-hours set, and until when they may take to say that it arrived."""

    patient_id: str
    version: int
    person_id: str
    sent_at: datetime
    due_at: datetime
    acknowledged_at: datetime | None = None


class Emergencies(Protocol):
    """Noodprocedures en spoedsets. The set is sealed with a key of its own, which opens nothing of the dossier."""

    async def is_open(self, patient_id: str, person_id: str, now: datetime) -> bool:
        """A fact for the policy."""
        ...

    async def find_patient(
        self, *, name: str | None = None, born: date | None = None, bsn: Bsn | None = None
    ) -> Patient | None:
        """The one patient with this BSN, or with this name and birth date; None also when two fit.

        Looks at every patient each time, so that finding takes as long as not finding.
        """
        ...

    async def due(self) -> list[tuple[str, str]]:
        """(patient, who changed something) of sets that must be made again."""
        ...

    async def mark_due(self, patient_id: str, changed_by: str, at: datetime) -> None: ...
    async def material(self, patient_id: str) -> list[Entry]:
        """Every version in the sections that the set is made from. For making it only: nobody is shown this."""
        ...

    async def last_made(self, patient_id: str) -> MadeSet | None:
        """The newest version. For making the next one only; reading takes :meth:`read`."""
        ...

    async def store(self, made: MadeSet) -> None:
        """Keep a new version; it is not due any more."""
        ...

    async def checked(self, made: MadeSet, at: datetime) -> MadeSet:
        """Made again, and it came out the same: from now on it carries this moment too."""
        ...

    async def settled(self, patient_id: str) -> None:
        """Looked at, and nothing changed: not due any more."""
        ...

    async def read(self, permit: "Permit") -> MadeSet | None:
        """The newest version under a permit for ``emergency_read`` (or ``break_glass``); the caller audits."""
        ...

    async def receipts(self, patient_id: str) -> list[Receipt]:
        """The newest of each person."""
        ...

    async def sent(self, receipt: Receipt) -> None: ...
    async def acknowledge(self, patient_id: str, person_id: str, at: datetime) -> int | None:
        """The version that this person now says to have; None when nothing waits."""
        ...

    async def overdue(self, now: datetime) -> list[Receipt]:
        """Not acknowledged in time, and nobody was told yet."""
        ...

    async def alarmed(self, receipt: Receipt, at: datetime) -> None: ...
    async def add(self, opening: Opening) -> None: ...
    async def of_patient(self, patient_id: str) -> list[Opening]:
        """Oldest first."""
        ...

    async def get(self, opening_id: str) -> Opening:
        """:raises NotFound:"""
        ...

    async def count_of(self, person_id: str, since: datetime) -> int:
        """How often this person used the procedure, whatever came of it."""
        ...

    async def unrecorded(self) -> list[AuditEntry]:
        """Openings that the log has and that are no row: while nothing could be stored, they were read all the same."""
        ...

    async def review(self, opening_id: str, verdict: Verdict, by: str, at: datetime) -> bool:
        """True for the first judgement."""
        ...
