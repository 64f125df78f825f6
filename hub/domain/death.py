"""What is declared about a patient: the dying phase, death, and taking either back (law-and-care E6, §3.7)."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

from hub.domain.errors import CommandRejected
from hub.domain.people import Patient
from hub.domain.spelling import plain
from hub.domain.spoken import N_
from hub.domain.vocabulary import PatientState, Role

DECLARATION_STANDS = timedelta(hours=24)
"""So long a first declaration waits for a second source; after that somebody declares again."""
_LONGEST_REASON = 1000


@dataclass(frozen=True, slots=True)
class Declaration:
    """Vaststelling over een patiënt. ``state`` ALIVE: an earlier one is taken back."""

    id: str
    patient_id: str
    state: PatientState
    declared_by: str
    declared_at: datetime
    happened_on: date | None = None
    confirmed_by: str | None = None
    confirmed_at: datetime | None = None

    def waits(self, now: datetime) -> bool:
        """For a second person."""
        return self.confirmed_at is None and now - self.declared_at < DECLARATION_STANDS


class PosthumousGround(StrEnum):
    """Grond voor inzage na overlijden (BW 7:458a lid 1 en 2)."""

    CONSENT = "consent"
    INCIDENT = "incident"
    WEIGHTY_INTEREST = "weighty-interest"
    PARENT_OF_CHILD = "parent-of-child"

    @property
    def title_nl(self) -> str:
        return _GROUNDS[self]


class PosthumousVerdict(StrEnum):
    """Besluit op het verzoek."""

    GRANTED = "granted"
    PARTLY = "partly"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class PosthumousRequest:
    """Verzoek om inzage na overlijden: wie, op welke grond, en wie het beoordeelde. Gives nothing by itself."""

    id: str
    patient_id: str
    requested_by: str
    ground: PosthumousGround
    reason: str = field(repr=False)
    requested_at: datetime = field()
    assessed_by: str | None = None
    assessed_at: datetime | None = None
    verdict: PosthumousVerdict | None = None

    def __post_init__(self) -> None:
        if not self.reason.strip() or len(self.reason) > _LONGEST_REASON:
            raise CommandRejected(
                "say-why",
                "Schrijf in hoogstens %(longest_reason)s tekens waarom u dit vraagt.",
                {"longest_reason": _LONGEST_REASON},
            )


MAY_ASSESS = frozenset({Role.GP, Role.COACH, Role.SPECIALIST, Role.FACILITY})
"""Who weighs such a request: a carer who treated the patient. A refusal for a suspected error goes to an independent
physician (BW 7:458b)."""


def require_full_name(patient: Patient, typed: str) -> None:
    """Nobody dies by a message in the wrong room: who declares it types the patient's full name.

    :raises CommandRejected: another name, or none; says nothing about whose circle this is
    """
    if plain(typed) != plain(patient.name.full):
        raise CommandRejected(
            "name-in-full",
            "Dit kan niet zomaar teruggedraaid worden. Typ daarom de volledige naam van de patiënt erachter, "
            "bijvoorbeeld: !overleden Voornaam Achternaam",
        )


_GROUNDS = {
    PosthumousGround.CONSENT: N_("de patiënt gaf bij leven toestemming (BW 7:458a lid 1 onder a)"),
    PosthumousGround.INCIDENT: N_("er is een incident gemeld (BW 7:458a lid 1 onder b)"),
    PosthumousGround.WEIGHTY_INTEREST: N_("zwaarwegend belang (BW 7:458a lid 1 onder c)"),
    PosthumousGround.PARENT_OF_CHILD: N_("ouder van een overleden kind tot 16 jaar (BW 7:458a lid 2)"),
}
