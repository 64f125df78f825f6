"""Wensen van de patiënt rond het levenseinde, en wat daarover eerder is vastgelegd (IKNL PZP, blok 5-8)."""

from dataclasses import dataclass
from enum import StrEnum

from hub.domain.values import Coded, PartialDate, check_optional_text, check_text, one_line, quoted, with_comment


class Place(StrEnum):
    """Gewenste plek van overlijden. The last four are four ways of not knowing."""

    HOME = "home"
    HOSPICE = "hospice"
    NURSING_HOME = "nursing_home"
    HOSPITAL = "hospital"
    OTHER = "other"
    UNKNOWN = "unknown"
    NOT_ASKED = "not_asked"
    UNDECIDED = "undecided"
    NOT_STATED = "not_stated"


class View(StrEnum):
    """Van wie de mening is. A relative's view is kept apart and never counts as the patient's wish."""

    PATIENT = "patient"
    RELATIVE = "relative"


@dataclass(frozen=True, slots=True)
class WishedPlace:
    """Gewenste plek, en wiens wens het is: what the place of care and the place of death have in common.

    ``viewed_by`` names the relative ("zoon Pieter"); for the patient it stays None.
    """

    place: Place
    view: View = View.PATIENT
    viewed_by: str | None = None
    other_place: str | None = None
    asked_on: PartialDate | None = None
    comment: str | None = None
    source: Coded | None = None

    def __post_init__(self) -> None:
        check_optional_text(self.viewed_by, 200)
        check_optional_text(self.other_place, 500)
        check_optional_text(self.comment)
        if (self.view is View.RELATIVE) != (self.viewed_by is not None):
            raise ValueError("alleen de mening van een naaste heeft een naam nodig")
        if self.other_place is not None and self.place is not Place.OTHER:
            raise ValueError("alleen een andere plek krijgt een eigen naam")

    def of_whom(self) -> str:
        """One wish of the patient; one view for each relative."""
        return "patient" if self.viewed_by is None else f"relative/{one_line(self.viewed_by).casefold()}"


@dataclass(frozen=True, slots=True)
class PreferredPlaceOfDeath(WishedPlace):
    """Gewenste plek van overlijden (PZP, SNOMED CT 395091006), en wiens wens het is."""

    def topic(self) -> str:
        """One wish of the patient; one view for each relative."""
        return f"preferred_place_of_death/{self.of_whom()}"

    def sentence_nl(self) -> str:
        """One full sentence that says whose wish it is."""
        when = f" — gevraagd op {self.asked_on.nl}" if self.asked_on and self.place in PLACES_NL else ""
        where = PLACES_NL.get(self.place, "")
        if self.place is Place.OTHER:
            where = f"op een andere plek ({one_line(self.other_place)})" if self.other_place else "op een andere plek"
        if self.viewed_by is not None:
            who = one_line(self.viewed_by)
            if not where:
                return with_comment(
                    f"Mening van {who} over de plek van overlijden: {UNSAID_NL[self.place]}.", self.comment
                )
            said = f"Volgens {who} (naaste) kan de patiënt het beste {where} overlijden"
            return with_comment(f"{said}{when}. Dit is NIET de wens van de patiënt zelf.", self.comment)
        if not where:
            return with_comment(f"Gewenste plek van overlijden: {UNSAID_NL[self.place]}.", self.comment)
        return with_comment(f"De patiënt wil {where} overlijden{when}.", self.comment)


class Euthanasia(StrEnum):
    """Standpunt over euthanasie."""

    HAS_STATEMENT = "has_statement"
    NOT_WANTED = "not_wanted"
    NO_STATEMENT = "no_statement"
    UNKNOWN = "unknown"
    NOT_ASKED = "not_asked"
    UNDECIDED = "undecided"
    NOT_STATED = "not_stated"


@dataclass(frozen=True, slots=True)
class EuthanasiaPosition:
    """Standpunt van de patiënt over euthanasie (PZP, SNOMED CT 340171000146104). A position, never a request."""

    position: Euthanasia
    asked_on: PartialDate | None = None
    comment: str | None = None
    source: Coded | None = None

    def __post_init__(self) -> None:
        check_optional_text(self.comment)

    def topic(self) -> str:
        """There is one position at a time."""
        return "euthanasia_position"

    def sentence_nl(self) -> str:
        """One full sentence, that says no more than the words of the source.

        With code 340191000146100 the form says that the patient might still ask; the value set does not.
        """
        when = f" — gevraagd op {self.asked_on.nl}" if self.asked_on and self.position in _EUTHANASIA_SAID else ""
        said = self.source is not None and self.source.text is not None and "verzoek" in self.source.text.casefold()
        may_ask = self.position is Euthanasia.NO_STATEMENT and said
        claim = _EUTHANASIA[self.position] + (_MAY_ASK if may_ask else "")
        return with_comment(f"{claim}{when}.", self.comment)


class Answer(StrEnum):
    """Antwoord op een ja/nee-vraag, met de vier manieren van niet weten."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"
    NOT_ASKED = "not_asked"
    UNDECIDED = "undecided"
    NOT_STATED = "not_stated"


@dataclass(frozen=True, slots=True)
class OrganDonation:
    """Staat er een keuze in het Donorregister, volgens de patiënt (SNOMED CT 570801000146104)? Not which choice."""

    registered: Answer
    asked_on: PartialDate | None = None
    comment: str | None = None
    source: Coded | None = None

    def __post_init__(self) -> None:
        check_optional_text(self.comment)

    def topic(self) -> str:
        """There is one register."""
        return "organ_donation"

    def sentence_nl(self) -> str:
        """One full sentence; yes means *a choice is registered*, not *is a donor*."""
        if self.registered is Answer.YES:
            claim = "Volgens de patiënt staat er een keuze in het Donorregister; welke keuze staat hier NIET"
        elif self.registered is Answer.NO:
            claim = "Volgens de patiënt staat er GEEN keuze in het Donorregister"
        else:
            claim = f"Of er een keuze in het Donorregister staat: {unsaid(self.registered)}"
        return with_comment(f"{claim}.", self.comment)


@dataclass(frozen=True, slots=True)
class CareWishes:
    """Wensen en verwachtingen van de patiënt, in eigen woorden (SNOMED CT 153851000146100)."""

    text: str
    asked_on: PartialDate | None = None
    source: Coded | None = None

    def __post_init__(self) -> None:
        check_text(self.text)

    def topic(self) -> str:
        """One text at a time."""
        return "care_wishes"

    def sentence_nl(self) -> str:
        """One full sentence around the patient's words."""
        return f"Wensen en verwachtingen van de patiënt{_on(self.asked_on)}: {quoted(self.text)}."


@dataclass(frozen=True, slots=True)
class SenseOfPurpose:
    """Wat verder belangrijk is voor de patiënt; zingeving (SNOMED CT 247751003)."""

    text: str
    asked_on: PartialDate | None = None
    source: Coded | None = None

    def __post_init__(self) -> None:
        check_text(self.text)

    def topic(self) -> str:
        """One text at a time."""
        return "sense_of_purpose"

    def sentence_nl(self) -> str:
        """One full sentence around the patient's words."""
        return f"Wat verder belangrijk is voor de patiënt{_on(self.asked_on)}: {quoted(self.text)}."


@dataclass(frozen=True, slots=True)
class EarlierAgreements:
    """Eerder vastgelegde behandelafspraken (PZP, vraag 7a en 7b). ``differ`` YES forces a look at the older papers."""

    exist: Answer
    differ: Answer = Answer.NOT_STATED
    asked_on: PartialDate | None = None
    comment: str | None = None

    def __post_init__(self) -> None:
        check_optional_text(self.comment)
        if self.differ in (Answer.YES, Answer.NO) and self.exist is Answer.NO:
            raise ValueError("er kan niets afwijken als er niets eerder is vastgelegd")

    def topic(self) -> str:
        """One answer at a time."""
        return "earlier_agreements"

    def sentence_nl(self) -> str:
        """One full sentence."""
        if self.exist is Answer.NO:
            claim = f"Er zijn GEEN eerdere behandelafspraken vastgelegd{_on(self.asked_on)}"
        elif self.exist is Answer.YES:
            claim = f"Er zijn eerder behandelafspraken vastgelegd; {self._differing()}"
        else:
            claim = f"Of er eerder behandelafspraken zijn vastgelegd: {unsaid(self.exist)}"
        return with_comment(f"{claim}.", self.comment)

    def _differing(self) -> str:
        return _DIFFER.get(self.differ) or f"of die afwijken van dit plan: {unsaid(self.differ)}"


def unsaid(answer: Answer) -> str:
    """How an answer that is none reads; each of the four ways of not knowing has its own words (UNK, NASK, ASKU)."""
    return UNSAID_NL[Place(answer.value)]


def _on(day: PartialDate | None) -> str:
    return f" ({day.nl})" if day else ""


PLACES_NL = {
    Place.HOME: "thuis",
    Place.HOSPICE: "in een hospice",
    Place.NURSING_HOME: "in een verpleeghuis",
    Place.HOSPITAL: "in het ziekenhuis",
    Place.OTHER: "op een andere plek",
}

UNSAID_NL = {
    Place.UNKNOWN: "NOG ONBEKEND",
    Place.NOT_ASKED: "NIET BESPROKEN",
    Place.UNDECIDED: "gevraagd, maar NOG GEEN ANTWOORD",
    Place.NOT_STATED: "genoemd ZONDER ANTWOORD",
}

_EUTHANASIA = {
    Euthanasia.HAS_STATEMENT: "De patiënt heeft een euthanasieverklaring",
    Euthanasia.NOT_WANTED: "De patiënt wil GEEN euthanasie",
    Euthanasia.NO_STATEMENT: "De patiënt heeft GEEN euthanasieverklaring",
    Euthanasia.UNKNOWN: "Standpunt over euthanasie: NOG ONBEKEND",
    Euthanasia.NOT_ASKED: "Standpunt over euthanasie: NIET BESPROKEN",
    Euthanasia.UNDECIDED: "Standpunt over euthanasie: gevraagd, maar NOG GEEN ANTWOORD",
    Euthanasia.NOT_STATED: "Standpunt over euthanasie: genoemd ZONDER ANTWOORD",
}
_MAY_ASK = ", maar zou in bepaalde situaties wel om euthanasie kunnen vragen"
_EUTHANASIA_SAID = (Euthanasia.HAS_STATEMENT, Euthanasia.NOT_WANTED, Euthanasia.NO_STATEMENT)

_DIFFER = {
    Answer.YES: "die WIJKEN AF van dit plan: bekijk de oude afspraken",
    Answer.NO: "die wijken niet af van dit plan",
}
