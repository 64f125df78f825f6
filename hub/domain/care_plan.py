"""Individueel zorgplan (IZP), zorgafspraken en afspraken in de agenda (law-and-care §3.6; PZNL-advies IZP)."""

from dataclasses import dataclass
from enum import StrEnum

from hub.domain.values import Moment, PartialDate, check_optional_text, check_text, one_line


class Dimension(StrEnum):
    """Vier dimensies van palliatieve zorg (Kwaliteitskader)."""

    PHYSICAL = "physical"
    PSYCHOLOGICAL = "psychological"
    SOCIAL = "social"
    SPIRITUAL = "spiritual"

    @property
    def nl(self) -> str:
        """ "lichamelijk", "psychisch", "sociaal", "spiritueel"."""
        return _DIMENSIONS[self]


@dataclass(frozen=True, slots=True)
class CarePlanItem:
    """Regel van het individueel zorgplan: probleem, doel, actie, wie, en wanneer daarnaar gekeken wordt."""

    dimension: Dimension
    problem: str
    goal: str | None = None
    """Wens of doel, in de woorden van de patiënt."""
    action: str | None = None
    owner: str | None = None
    evaluate_on: PartialDate | None = None

    def __post_init__(self) -> None:
        check_text(self.problem, 500)
        check_optional_text(self.goal, 1000)
        check_optional_text(self.action, 1000)
        check_optional_text(self.owner, 200)

    def topic(self) -> str:
        """One for each problem in its dimension."""
        return f"care_plan/{self.dimension.value}/{one_line(self.problem).casefold()}"

    def sentence_nl(self) -> str:
        """Full sentences; says so when nobody owns it or nobody looks back."""
        goal = f" Doel: {one_line(self.goal)}." if self.goal else " Doel: NOG NIET vastgelegd."
        action = f" Actie: {one_line(self.action)}." if self.action else ""
        owner = f" Wie: {one_line(self.owner)}." if self.owner else " Wie dit doet, is NIET afgesproken."
        look = f" Evaluatie op {self.evaluate_on.nl}." if self.evaluate_on else " Evaluatie: GEEN datum."
        return f"Zorgplan ({self.dimension.nl}): {one_line(self.problem)}.{goal}{action}{owner}{look}"


@dataclass(frozen=True, slots=True)
class CareAgreement:
    """Zorgafspraak (zib ZorgAfspraak): wat is afgesproken, met wie, tot wanneer."""

    text: str
    agreed_with: str | None = None
    agreed_on: PartialDate | None = None
    until: PartialDate | None = None

    def __post_init__(self) -> None:
        check_text(self.text, 1000)
        check_optional_text(self.agreed_with, 300)

    def topic(self) -> str:
        """An agreement replaces no other."""
        return "care_agreement"

    def sentence_nl(self) -> str:
        """One full sentence."""
        whom = f" met {one_line(self.agreed_with)}" if self.agreed_with else ""
        when = f" op {self.agreed_on.nl}" if self.agreed_on else ""
        until = f", geldt tot en met {self.until.nl}" if self.until else ""
        made = f" — afgesproken{when}{whom}" if whom or when else ""
        return f"Zorgafspraak: {one_line(self.text)}{made}{until}."


@dataclass(frozen=True, slots=True)
class Appointment:
    """Afspraak in de agenda: wat, wanneer, waar, met wie (zib Contact, gepland)."""

    what: str
    at: Moment
    where: str | None = None
    whom: str | None = None
    cancelled: bool = False

    def __post_init__(self) -> None:
        check_text(self.what, 500)
        check_optional_text(self.where, 300)
        check_optional_text(self.whom, 300)

    def topic(self) -> str:
        """One for each moment and matter; the same one cancelled is its next version."""
        return f"appointment/{self.at.text}/{one_line(self.what).casefold()}"

    def sentence_nl(self) -> str:
        """One full sentence."""
        whom = f", met {one_line(self.whom)}" if self.whom else ""
        where = f", {one_line(self.where)}" if self.where else ""
        state = "AFGEZEGD: " if self.cancelled else ""
        return f"{state}Afspraak op {self.at.nl}: {one_line(self.what)}{whom}{where}."


_DIMENSIONS = {
    Dimension.PHYSICAL: "lichamelijk",
    Dimension.PSYCHOLOGICAL: "psychisch",
    Dimension.SOCIAL: "sociaal",
    Dimension.SPIRITUAL: "spiritueel",
}
