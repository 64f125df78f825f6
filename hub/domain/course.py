"""Het verloop van één traject, in facts that figures are counted from: no name, no text, no reference to a dossier."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from hub.domain.observations import Level
from hub.domain.wishes import Place

LAST_DAYS = 30
"""The last month of life (Boddaert's set, law-and-care §4.3)."""


class CareEventKind(StrEnum):
    """Gebeurtenis in de zorg die meetelt in de laatste dertig dagen."""

    EMERGENCY_DEPARTMENT = "emergency_department"
    """SEH-bezoek."""
    ADMISSION = "admission"
    """Ziekenhuisopname."""
    INTENSIVE_CARE = "intensive_care"
    """Opname op de IC."""
    CHEMOTHERAPY = "chemotherapy"
    GP_POST = "gp_post"
    """Contact met de huisartsenpost; counted, and no component of IND-05."""
    OUTPATIENT = "outpatient"
    """Polikliniekbezoek; counted, and no component of IND-05."""


@dataclass(frozen=True, slots=True)
class Happened:
    """Eén gebeurtenis: on a day, or from one day until another (an admission, the day of leaving included)."""

    kind: CareEventKind
    on: date
    until: date | None = None

    def days_within(self, first: date, last: date) -> int:
        """How many days of it lie in the period, both ends included."""
        begin, end = max(self.on, first), min(self.until or self.on, last)
        return max(0, (end - begin).days + 1)


class Respondent(StrEnum):
    """Wie antwoordde; never merged (the pilot's two documents differ because they may have been)."""

    PATIENT = "patient"
    RELATIVE = "relative"
    PROFESSIONAL = "professional"


class SurveyItem(StrEnum):
    """Onderwerp van een vraag over de zorg."""

    CONTINUITY = "continuity"
    """Eens (4) of helemaal eens (5) met: de zorg loopt door, ook als ik van plek wissel."""
    OWN_DIRECTION = "own_direction"
    """Eens of helemaal eens met: ik houd zelf de regie."""
    GRADE = "grade"
    """Cijfer voor de coach, 0–10."""
    MARKING_RIGHT = "marking_right"
    """Was de markering terecht? 1 ja, 0 nee."""


@dataclass(frozen=True, slots=True)
class Answered:
    item: SurveyItem
    respondent: Respondent
    value: int
    instrument: str


@dataclass(frozen=True, slots=True)
class Assessed:
    """Beoordeling van de complexiteit, and the role of who judged."""

    level: Level
    at: datetime
    rater: str


@dataclass(frozen=True, slots=True)
class Course:
    """Traject van één patiënt.

    ``preferred``: the patient's last recorded wish before death, None: none, or one of the ways of not knowing.
    ``events_complete``: somebody said that the record of the last thirty days is complete. ``directives``: how many
    limits were agreed thirty days before death, with ``goal``: whether a goal of care was. ``questions``: asked and
    answered. ``transfers``: signed and accepted. ``days`` and ``days_without_lead``: of the open circle.
    """

    included_on: date
    age: int | None = None
    died_on: date | None = None
    preferred: Place | None = None
    died_at: Place | None = None
    events: tuple[Happened, ...] = ()
    events_complete: bool = False
    goal: bool = False
    directives: int = 0
    assessed: tuple[Assessed, ...] = ()
    questions: tuple[tuple[datetime, datetime | None], ...] = ()
    transfers: tuple[tuple[datetime, datetime | None], ...] = ()
    days: float = 0.0
    days_without_lead: float = 0.0
    has_contact: bool = False
    aftercare_on: date | None = None
    closed: bool = False
    minutes_regular: int = 0
    minutes_extra: int = 0
    answers: tuple[Answered, ...] = ()

    @property
    def died(self) -> bool:
        return self.died_on is not None

    def of_last_days(self, *kinds: CareEventKind) -> list[Happened]:
        """What happened in the last thirty days of life, the day of death included."""
        first, last = self._last_days()
        return [event for event in self.events if event.kind in kinds and event.days_within(first, last)]

    def hospital_days(self) -> int:
        """Days in hospital in the last thirty days; a day in two records counts once."""
        first, last = self._last_days()
        kinds = (CareEventKind.ADMISSION, CareEventKind.INTENSIVE_CARE)
        days: set[int] = set()
        for event in self.of_last_days(*kinds):
            begin, end = max(event.on, first), min(event.until or event.on, last)
            days |= set(range(begin.toordinal(), end.toordinal() + 1))
        return len(days)

    def _last_days(self) -> tuple[date, date]:
        if self.died_on is None:
            raise ValueError("deze patiënt leeft")
        return date.fromordinal(self.died_on.toordinal() - LAST_DAYS), self.died_on
