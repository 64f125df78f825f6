"""Emergency access (noodprocedure): who may open the out-of-hours set of a patient from outside the circle, and how."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from hub.domain.errors import CommandRejected
from hub.domain.spoken import N_
from hub.domain.values import check_text
from hub.domain.vocabulary import Role
from hub.domain.working_days import after_working_days

OPEN_FOR = timedelta(hours=4)
ACKNOWLEDGE_WITHIN = timedelta(hours=2)
"""So long a carer has to say that a changed set arrived, before somebody must phone (law-and-care §6.2)."""
REVIEW_WORKING_DAYS = 3
MANY_OPENINGS, MANY_WITHIN = 3, timedelta(hours=24)
"""More acts than this by one person in this time is told to everybody concerned; it closes nothing."""
_SHORTEST_REASON, _LONGEST_REASON = 20, 500

NOTHING_TO_OPEN = (
    "Er is hier niets dat u nu kunt openen. Bel de eigen huisarts of de palliatieve zorgcoach; "
    "zij kunnen de spoedgegevens naar u sturen."
)
"""The answer to an unknown patient, to the choice "no" and to no choice at all: the same bytes (Wabvpz 15a)."""


class ReasonCode(StrEnum):
    """Reden van de noodprocedure, for counting; the person's own words stand beside it."""

    UNRESPONSIVE = "unresponsive"
    DETERIORATING = "deteriorating"
    SEVERE_SYMPTOMS = "severe-symptoms"
    ADMISSION = "admission"
    DYING = "dying"

    @property
    def title_nl(self) -> str:
        return _REASONS[self]


class Claim(StrEnum):
    """Waarom deze zorgverlener hier is: the care relation that the person claims (BW 7:457 lid 2)."""

    REPLACING = "replacing"
    TREATING = "treating"
    ADMITTING = "admitting"

    @property
    def title_nl(self) -> str:
        return _CLAIMS[self]


class Branch(StrEnum):
    """Wat er gebeurde."""

    OPENED = "opened"
    """The patient had chosen yes: the set was opened."""
    ASKED = "asked"
    """Nothing was opened; who treats the patient heard that somebody asks for the set."""
    RELEASED = "released"
    """Somebody who treats the patient sent the set to this person, on their own responsibility."""


class ReleaseGround(StrEnum):
    """Grond waarop een behandelaar de spoedset stuurt; a human decides, never the software (law-and-care E7)."""

    INVOLVED = "involved"
    VITAL_INTEREST = "vital-interest"

    @property
    def title_nl(self) -> str:
        return _GROUNDS[self]


class Verdict(StrEnum):
    """Oordeel van de functionaris gegevensbescherming."""

    JUSTIFIED = "justified"
    UNJUSTIFIED = "unjustified"


@dataclass(frozen=True, slots=True)
class Opening:
    """Eén keer de noodprocedure. ``until`` equals ``opened_at`` when nothing was opened."""

    id: str
    patient_id: str
    person_id: str
    role: Role
    organisation: str | None
    branch: Branch
    claim: Claim
    reason_code: ReasonCode
    reason: str = field(repr=False)
    opened_at: datetime = field()
    until: datetime = field()
    review_due_at: datetime = field()
    released_by: str | None = None
    reviewed_at: datetime | None = None
    verdict: Verdict | None = None

    @property
    def code(self) -> str:
        """Four characters by which people in a room name it."""
        return self.id[-4:].upper()


@dataclass(frozen=True, slots=True)
class EmergencyReason:
    """Reden en bewering van wie de noodprocedure begint.

    :raises CommandRejected: shorter than 20 characters, too long, or not readable
    """

    code: ReasonCode
    claim: Claim
    text: str = field(repr=False)

    def __post_init__(self) -> None:
        check_reason(self.text)


def check_reason(text: str) -> None:
    """:raises CommandRejected: shorter than 20 characters, longer than 500, or not readable"""
    if not _SHORTEST_REASON <= len(" ".join(text.split())) <= _LONGEST_REASON:
        raise CommandRejected(
            "say-why",
            "Schrijf in %(shortest_reason)s tot %(longest_reason)s tekens waarom dit nu nodig is.",
            {"shortest_reason": _SHORTEST_REASON, "longest_reason": _LONGEST_REASON},
        )
    try:
        check_text(text, _LONGEST_REASON)
    except ValueError as problem:
        raise CommandRejected(
            "say-why", "Deze reden kan zo niet worden bewaard: %(problem)s.", {"problem": problem}
        ) from problem


def review_due(opened_at: datetime) -> datetime:
    """When the privacy officer must have looked at it: the end of the third working day."""
    return after_working_days(opened_at, REVIEW_WORKING_DAYS)


def usual_claim(role: Role) -> Claim:
    """What somebody in this role usually is here for."""
    return {Role.SPECIALIST: Claim.TREATING, Role.FACILITY: Claim.ADMITTING}.get(role, Claim.REPLACING)


_REASONS = {
    ReasonCode.UNRESPONSIVE: N_("de patiënt is niet aanspreekbaar"),
    ReasonCode.DETERIORATING: N_("de patiënt gaat snel achteruit"),
    ReasonCode.SEVERE_SYMPTOMS: N_("klachten die niet kunnen wachten"),
    ReasonCode.ADMISSION: N_("spoedopname"),
    ReasonCode.DYING: N_("de patiënt sterft"),
}
_CLAIMS = {
    Claim.REPLACING: N_("neemt waar voor de eigen huisarts"),
    Claim.TREATING: N_("behandelt de patiënt nu"),
    Claim.ADMITTING: N_("neemt de patiënt nu op"),
}
_GROUNDS = {
    ReleaseGround.INVOLVED: "deze zorgverlener is nu rechtstreeks bij de behandeling betrokken (BW 7:457 lid 2)",
    ReleaseGround.VITAL_INTEREST: "de patiënt kan niet beslissen en het leven of de waardigheid staat op het spel "
    "(conflict van plichten; AVG art. 9 lid 2 onder c)",
}
