"""Destruction on request (vernietiging, BW 7:455): decided by each organisation for what its people wrote."""

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hub.domain.errors import CommandRejected
from hub.domain.working_days import AMSTERDAM

OWN_WORDS = "patiënt en naasten"
"""In the place of an organisation: what patient and relatives wrote themselves. The request itself decides about it."""


class Outcome(StrEnum):
    """Besluit van een organisatie."""

    DESTROY = "destroy"
    KEEP = "keep"


class Ground(StrEnum):
    """Grond van het besluit. Keeping takes one of the two of the law, destroying none but the request itself."""

    REQUEST = "request"
    INTEREST_OF_ANOTHER = "interest-of-another"
    LAW_FORBIDS = "law-forbids"

    @property
    def title_nl(self) -> str:
        return _GROUNDS[self]


class HoldGround(StrEnum):
    """Reden om vernietiging tegen te houden zolang zij geldt."""

    COMPLAINT = "complaint"
    INCIDENT = "incident"
    HEREDITARY = "hereditary-interest"
    LAW = "law"


@dataclass(frozen=True, slots=True)
class DestructionRequest:
    """Verzoek tot vernietiging; ``due_at``: one month later (AVG 12 lid 3)."""

    id: str
    patient_id: str
    requested_by: str
    requested_at: datetime
    due_at: datetime
    executed_at: datetime | None = None
    executed_by: str | None = None


@dataclass(frozen=True, slots=True)
class OrganisationDecision:
    """Besluit van één organisatie, en de tweede persoon die het goedkeurde."""

    organisation: str
    outcome: Outcome
    ground: Ground
    decided_by: str
    decided_at: datetime
    approved_by: str | None = None
    approved_at: datetime | None = None

    def __post_init__(self) -> None:
        if (self.outcome is Outcome.DESTROY) != (self.ground is Ground.REQUEST):
            raise CommandRejected(
                "bad-ground",
                "Bewaren kan alleen om een aanmerkelijk belang van een ander of omdat de wet het voorschrijft.",
            )


@dataclass(frozen=True, slots=True)
class LegalHold:
    """Bewaarplicht of lopende zaak die vernietiging tegenhoudt, van ``placed_at`` tot ``lifted_at``."""

    id: str
    patient_id: str
    ground: HoldGround
    placed_by: str
    placed_at: datetime
    lifted_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Destroyed:
    """Wat er vernietigd is: numbers and names of organisations, never contents. ``whole``: the key is gone as well."""

    whole: bool
    organisations: tuple[str, ...]
    entries: int
    emergency_sets: int
    messages: int


@dataclass(frozen=True, slots=True)
class Certificate:
    """Verklaring van vernietiging, zonder inhoud."""

    request: DestructionRequest
    pseudonym: str
    decisions: tuple[OrganisationDecision, ...]
    destroyed: Destroyed

    @property
    def statement_nl(self) -> str:
        """What a person may believe of it."""
        done = self.destroyed
        what = (
            "Het hele dossier is vernietigd, met de sleutel waarmee het was verzegeld."
            if done.whole
            else f"Vernietigd is wat deze organisaties schreven: {', '.join(done.organisations)}. De rest is bewaard."
        )
        return (
            f"{what} {done.entries} versies van regels, {done.emergency_sets} versies van de spoedset, {done.messages} "
            "berichten. De logging blijft vijf jaar, zonder naam. Een oudere reservekopie die wordt teruggezet, wordt "
            "bij het starten opnieuw vernietigd zolang de lijst van vernietigde sleutels bij de hub ligt."
        )


def due_at(requested_at: datetime) -> datetime:
    """A month later, the same time of day in the Netherlands; the last day of a shorter month."""
    local = requested_at.astimezone(AMSTERDAM)
    year, month = (local.year, local.month + 1) if local.month < 12 else (local.year + 1, 1)
    return local.replace(year=year, month=month, day=min(local.day, monthrange(year, month)[1]))


def missing(organisations: Iterable[str], decisions: Iterable[OrganisationDecision]) -> list[str]:
    """Organisations that wrote something and did not decide yet."""
    decided = {decision.organisation for decision in decisions}
    return sorted(set(organisations) - decided - {OWN_WORDS})


_GROUNDS = {
    Ground.REQUEST: "verzoek van de patiënt (BW 7:455 lid 1)",
    Ground.INTEREST_OF_ANOTHER: "aanmerkelijk belang van een ander (BW 7:455 lid 2)",
    Ground.LAW_FORBIDS: "de wet verzet zich tegen vernietiging (BW 7:455 lid 2)",
}
