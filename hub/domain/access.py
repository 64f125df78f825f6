"""What the policy is asked and what it answers."""

from dataclasses import dataclass
from datetime import datetime

from hub.domain.vocabulary import Action, AgeBand, EmergencyChoice, PatientState, Purpose, Role, Section


@dataclass(frozen=True, slots=True)
class AccessRequest:
    """Een vraag aan het beleid: mag deze persoon dit, met deze feiten?

    ``role`` and ``relation_since`` are None for somebody without a care relation in this circle. ``relation_until``
    None means open-ended. ``section`` is None for the circle-wide actions (invite, remove, audit).
    """

    person: str
    action: Action
    section: Section | None
    role: Role | None
    now: datetime
    purpose: Purpose
    relation_since: datetime | None
    relation_until: datetime | None
    lead: bool
    """This person is the circle's accepted lead (regiehouder)."""
    consented: bool
    """The patient's recorded consent covers this person and section (BW 7:457 lid 1)."""
    objected: bool
    """The patient's recorded objection covers this person and section; beats every permit."""
    discussed: bool
    """The marking was discussed with the patient (besproken); gates S2 for patient and relatives."""
    representative_active: bool
    """A recorded incapacity in this matter, or the patient's age, makes the representation active now (BW 7:465)."""
    patient_state: PatientState
    circle_open: bool
    consultable: bool
    """What is asked counts as looking up in an exchange system, which takes explicit consent (Wabvpz 15a)."""
    explicit: bool
    """Explicit consent covers this person and section, or the configured default is opting out and nobody did."""
    age: AgeBand
    completing: bool
    """The patient died less than 30 days ago: carers may still complete what they did."""
    after_death: bool
    """The patient recorded that this person may look after death (BW 7:458a lid 1 onder a)."""
    assured: bool
    """The sign-in reaches the level that this role needs (NEN 7510-1 A.8.5)."""
    stepped_up: bool
    """Signed in at the highest level, just now."""
    open_tasks: bool
    """This person leads the circle or still has to receive a handover. Looked up for leaving only."""
    emergency_open: bool
    """This person opened the out-of-hours set of this patient, less than four hours ago."""
    emergency_choice: EmergencyChoice
    case_open: bool
    """The privacy officer acts within an open case about this patient (AVG 38 and 39)."""
    approved: bool
    """Another, entitled person approved this destruction."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Eén regel van het beleid, zoals een mens hem leest. ``limit`` narrows a permit (see policies/README.md)."""

    id: str
    law: str
    explain_nl: str
    limit: str | None = None


@dataclass(frozen=True, slots=True)
class PolicyApproval:
    """Goedkeuring van het beleid: a privacy officer approved this version (NEN 7513 autorisatieprotocol)."""

    version: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer. ``rules`` are the deciding rules: the permits that opened the door, or the forbids that closed it.

    No rule and not permitted: nothing permits it (default deny). ``errors`` non-empty always means a denial.
    ``limits`` is empty when a deciding permit has no limit; otherwise what was permitted is the union of them.
    """

    permitted: bool
    rules: tuple[Rule, ...]
    errors: tuple[str, ...] = ()

    @property
    def limits(self) -> frozenset[str]:
        """Limits to apply to what is shown or recorded; empty means unlimited."""
        if any(rule.limit is None for rule in self.rules):
            return frozenset()
        return frozenset(rule.limit for rule in self.rules if rule.limit is not None)
