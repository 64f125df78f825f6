"""Therapeutische exceptie (BW 7:448 lid 3): not telling the patient something yet, openly accounted for."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from hub.domain.errors import CommandRejected
from hub.domain.identifiers import EntryRef
from hub.domain.vocabulary import Role

LONGEST = timedelta(days=30)
HELD_BACK_FROM = frozenset({Role.PATIENT, Role.RELATIVE, Role.REPRESENTATIVE})
"""Who may have something hidden from them. What the patient is spared, a representative does hear: the law has somebody
else told instead of the patient. What a child shielded, the parents do not (BW 7:450 lid 2)."""
MAY_HOLD_BACK = frozenset({Role.COACH, Role.GP, Role.SPECIALIST, Role.FACILITY})
"""Hulpverleners die de patiënt inlichten; they are also whom one consults."""


def shield_setting(patient_id: str) -> str:
    """The setting that lists what a patient of 12 to 15 keeps from the parents, as ``S6-1,S4-2``."""
    return f"shielded.{patient_id}"


@dataclass(frozen=True, slots=True)
class Withholding:
    """Wat de patiënt nog niet te zien krijgt: dated, with the second professional who was consulted."""

    id: str
    patient_id: str
    ref: EntryRef
    reason: str = field(repr=False)
    decided_by: str
    consulted: str
    since: datetime
    until: datetime

    def __post_init__(self) -> None:
        if not self.since < self.until <= self.since + LONGEST:
            raise CommandRejected(
                "bad-period", "Iets achterhouden kan hoogstens 30 dagen; noem een dag binnen die tijd."
            )
        if self.consulted == self.decided_by:
            raise CommandRejected("consult-another", "Overleg eerst met een andere hulpverlener, en noem die.")
        if not self.reason.strip():
            raise CommandRejected("say-why", "Schrijf waarom het de patiënt nu zou schaden.")
