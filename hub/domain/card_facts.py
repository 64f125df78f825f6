"""De feiten van de kaart: which ones there are, where each comes from, and what must be said with it."""

from dataclasses import dataclass
from enum import StrEnum

from hub.domain.identifiers import EntryRef
from hub.domain.vocabulary import Section


class Fact(StrEnum):
    """Wat op de kaart staat, in the order in which it is read; the first six are the ones that decide at night."""

    RESUSCITATION = "resuscitation"
    HOSPITAL = "hospital"
    PLACE = "place"
    REPRESENTATIVE = "representative"
    LEAD = "lead"
    NIGHT = "night"
    GOAL = "goal"
    PHASE = "phase"
    ICD = "icd"
    EMERGENCY_KIT = "emergency_kit"
    COACH = "coach"

    @property
    def title_nl(self) -> str:
        return _TITLES[self]

    @property
    def section(self) -> Section | None:
        """Whose reader may know it; None: who is in the circle and how to reach help, which is for everybody there."""
        return _SECTIONS[self]


FIRST_SIX = tuple(Fact)[:6]


class Mark(StrEnum):
    """Wat bij een feit hoort te staan voordat iemand ernaar handelt."""

    MISSING = "missing"
    CONTESTED = "contested"
    STALE = "stale"


@dataclass(frozen=True, slots=True)
class Line:
    """Eén feit: what is said about it, and by which entries."""

    fact: Fact
    text: str
    marks: frozenset[Mark] = frozenset()
    refs: tuple[EntryRef, ...] = ()
    phones: tuple[str, ...] = ()
    """The numbers in ``text``, for a page on which one can be tapped."""

    @property
    def section(self) -> Section | None:
        """Where it comes from; None: what everybody in the circle may know anyhow."""
        return self.fact.section or next((ref.section for ref in self.refs), None)


_TITLES = {
    Fact.RESUSCITATION: "Reanimeren",
    Fact.HOSPITAL: "Opname in het ziekenhuis",
    Fact.PLACE: "Plek van overlijden",
    Fact.REPRESENTATIVE: "Vertegenwoordiger",
    Fact.LEAD: "Regie",
    Fact.NIGHT: "’s Nachts en in het weekend",
    Fact.GOAL: "Doel van het beleid",
    Fact.PHASE: "Complexiteit en fase",
    Fact.ICD: "ICD",
    Fact.EMERGENCY_KIT: "Noodpakket",
    Fact.COACH: "Palliatieve zorgcoach",
}
_SECTIONS = {
    Fact.RESUSCITATION: Section.S3,
    Fact.HOSPITAL: Section.S3,
    Fact.PLACE: Section.S4,
    Fact.REPRESENTATIVE: Section.S1,
    Fact.LEAD: None,
    Fact.NIGHT: None,
    Fact.GOAL: Section.S3,
    Fact.PHASE: Section.S2,
    Fact.ICD: Section.S3,
    Fact.EMERGENCY_KIT: Section.S7,
    Fact.COACH: None,
}
