"""Wat patiënt, naasten en zorgverlener ieder zeiden, apart (IKNL PZP): verslag, plek van zorg, mening."""

from dataclasses import dataclass

from hub.domain.values import (
    PartialDate,
    check_optional_text,
    check_text,
    one_line,
    quoted,
    with_comment,
)
from hub.domain.wishes import PLACES_NL, UNSAID_NL, WishedPlace


@dataclass(frozen=True, slots=True)
class ConversationReport:
    """Verslag van het PZP-gesprek: eigen woorden van patiënt, van naasten en van de zorgverlener, elk apart.

    None: that person's words were not written down; never read as "had nothing to say".
    """

    held_on: PartialDate | None
    patient: str | None = None
    relatives: str | None = None
    professional: str | None = None

    def __post_init__(self) -> None:
        if self.patient is None and self.relatives is None and self.professional is None:
            raise ValueError("een verslag zonder woorden")
        for text in (self.patient, self.relatives, self.professional):
            check_optional_text(text, 8000)

    def topic(self) -> str:
        """A report replaces no other report."""
        return "acp_report"

    def sentence_nl(self) -> str:
        """One sentence for each who spoke."""
        when = f"van {self.held_on.nl}" if self.held_on else "zonder datum"
        voices = (("De patiënt", self.patient), ("Naasten", self.relatives), ("De zorgverlener", self.professional))
        said = " ".join(f"{who}: {quoted(words)}." for who, words in voices if words)
        return f"Verslag van het PZP-gesprek {when}. {said}"


@dataclass(frozen=True, slots=True)
class PreferredPlaceOfCare(WishedPlace):
    """Gewenste plek van zorg, los van de plek van overlijden; en wiens wens het is."""

    def topic(self) -> str:
        """One wish of the patient; one view for each relative."""
        return f"preferred_place_of_care/{self.of_whom()}"

    def sentence_nl(self) -> str:
        """One full sentence that says whose wish it is, and that it is about care, not about dying."""
        when = f" — gevraagd op {self.asked_on.nl}" if self.asked_on and self.place in PLACES_NL else ""
        where = PLACES_NL.get(self.place, "")
        if self.other_place:
            where = f"op een andere plek ({one_line(self.other_place)})"
        if self.viewed_by is not None:
            who = one_line(self.viewed_by)
            if not where:
                return with_comment(f"Mening van {who} over de plek van zorg: {UNSAID_NL[self.place]}.", self.comment)
            said = f"Volgens {who} (naaste) kan de patiënt het beste {where} verzorgd worden"
            return with_comment(f"{said}{when}. Dit is NIET de wens van de patiënt zelf.", self.comment)
        if not where:
            return with_comment(f"Gewenste plek van zorg: {UNSAID_NL[self.place]}.", self.comment)
        return with_comment(f"De patiënt wil {where} verzorgd worden{when}.", self.comment)


@dataclass(frozen=True, slots=True)
class RelativeView:
    """Mening of wens van een naaste over de zorg, in eigen woorden. Never the patient's wish."""

    who: str
    text: str
    asked_on: PartialDate | None = None

    def __post_init__(self) -> None:
        check_text(self.who, 200)
        check_text(self.text)

    def topic(self) -> str:
        """One text for each relative."""
        return f"relative_view/{one_line(self.who).casefold()}"

    def sentence_nl(self) -> str:
        """One full sentence around the words, that says whose they are not."""
        when = f" ({self.asked_on.nl})" if self.asked_on else ""
        who = one_line(self.who)
        return f"{who} (naaste) zegt{when}: {quoted(self.text)}. Dit is NIET de wens van de patiënt zelf."
