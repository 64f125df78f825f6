"""Wekker: something that must happen at its hour, written down with what causes it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ReminderKind(StrEnum):
    """Soort wekker. Each has one act in :data:`hub.application.use_cases.rings.RINGS`."""

    LEAD_OFFER = "lead-offer"
    """Een aanbod van de regie waar niemand op antwoordt."""
    ABSENCE = "absence"
    """Een afwezigheid begint of eindigt."""
    TASK = "task"
    """Een taak waar niemand ja op zei, of die over tijd is."""
    QUESTION = "question"
    """Een vraag zonder antwoord: de volgende trede van de ladder."""
    OUTSIDE_CALL = "outside-call"
    """Iemand buiten Kring om bellen, na de ladder."""
    HANDOVER = "handover"
    """Een overdracht die niemand ontving."""
    ACCESS_ENDS = "access-ends"
    """De toegang van wie overdroeg, eindigt op de afgesproken dag."""
    EMERGENCY_SET = "emergency-set"
    """Vrijdag 15.00 uur en de dag voor een feestdag: de spoedset opnieuw."""
    COMPLEXITY = "complexity"
    """De complexiteit opnieuw beoordelen."""
    COMPLETION = "completion"
    """Dertig dagen na het overlijden is het dossier af."""
    AFTERCARE = "aftercare"
    """Nazorg: contact met de naasten, zes weken na het overlijden."""
    EVALUATION = "evaluation"
    """De evaluatie door het team."""
    COACH_OFFER = "coach-offer"
    """De coach opnieuw aanbieden, op de dag die de patiënt noemde."""
    DIARY = "diary"
    """Het dagboek is een week stil, terwijl het was afgesproken."""
    DIGEST = "digest"
    """Het overzicht van de ochtend."""

    @property
    def ends_with_death(self) -> bool:
        """What is about care that cannot be given any more is silent from the confirmed death on."""
        return self in _OF_THE_LIVING


_OF_THE_LIVING = frozenset(
    {
        ReminderKind.TASK,
        ReminderKind.QUESTION,
        ReminderKind.OUTSIDE_CALL,
        ReminderKind.HANDOVER,
        ReminderKind.EMERGENCY_SET,
        ReminderKind.COMPLEXITY,
        ReminderKind.COACH_OFFER,
        ReminderKind.DIARY,
    }
)


@dataclass(frozen=True, slots=True)
class Reminder:
    """One of each ``kind`` and ``about`` at a time: setting it again replaces it.

    ``about``: what it is about (``<circle>:3``, a person). ``step``: how often it rang before. ``set_by``: the natural
    person in whose name it will act (NEN 7513, I7). ``circle_id``: of which circle; None for what is of one person.
    """

    kind: ReminderKind
    about: str
    due_at: datetime
    set_by: str
    circle_id: str | None = None
    person_id: str | None = None
    step: int = 0
