"""Psychosociaal en mantelzorg: belasting van de mantelzorger, en signalen met een code en woorden (S6)."""

from dataclasses import dataclass
from enum import StrEnum

from hub.domain.observations import Reporter
from hub.domain.values import check_optional_text, check_text, one_line, quoted, with_comment

HEAVY = 7
"""From this score on somebody asks how the carer can be relieved; a person decides what to do."""


@dataclass(frozen=True, slots=True)
class CarerStrain:
    """Belasting van de mantelzorger (zelf ervaren druk, 0-10): 0 is niet zwaar, 10 is veel te zwaar.

    ``carer`` names the relative as people know them ("zoon Pieter"). The carer is not the patient: what is about the
    carer's own health belongs to the carer (BW 7:454).
    """

    score: int
    carer: str
    reporter: Reporter
    note: str | None = None

    def __post_init__(self) -> None:
        if type(self.score) is not int or not 0 <= self.score <= 10:
            raise ValueError("een score is een heel getal van 0 tot en met 10")
        check_text(self.carer, 200)
        check_optional_text(self.note)

    def topic(self) -> str:
        """The series of this carer, as told by this reporter."""
        return f"carer_strain/{self.reporter.value}/{one_line(self.carer).casefold()}"

    def sentence_nl(self) -> str:
        """One full sentence that says in whose eyes."""
        who = one_line(self.carer)
        return with_comment(
            f"Belasting van mantelzorger {who}: {self.score} op een schaal van 0 (niet zwaar) tot 10 (veel te zwaar), "
            f"{_EYES[self.reporter]}.",
            self.note,
        )


class Signal(StrEnum):
    """Signaal waar iemand op moet letten."""

    YOUNG_CHILDREN = "young_children"
    FINANCES = "finances"
    RISK = "risk"
    """Veiligheid: agressie, verwaarlozing, middelen, wapens, suïcidaliteit."""
    PSYCHOSOCIAL_NEED = "psychosocial_need"
    SPIRITUAL_NEED = "spiritual_need"
    LIFE_STANCE = "life_stance"
    SMALL_NETWORK = "small_network"
    GRIEF = "grief"
    """Kans op ingewikkelde rouw bij een naaste."""
    OTHER = "other"

    @property
    def nl(self) -> str:
        """The signal as people read and type it."""
        return _SIGNALS[self]


@dataclass(frozen=True, slots=True)
class PsychosocialSignal:
    """Psychosociaal of spiritueel signaal, met woorden. A code for finding it, the words for understanding it."""

    signal: Signal
    text: str

    def __post_init__(self) -> None:
        check_text(self.text, 2000)

    def topic(self) -> str:
        """A signal replaces no other."""
        return f"psychosocial/{self.signal.value}"

    def sentence_nl(self) -> str:
        """One full sentence around the words."""
        return f"{_SIGNAL_CLAIMS[self.signal]}: {quoted(self.text)}."


_EYES = {
    Reporter.PATIENT: "in de ogen van de patiënt",
    Reporter.PROFESSIONAL: "in de ogen van de zorgverlener",
    Reporter.RELATIVE: "volgens de mantelzorger zelf",
}
_SIGNALS = {
    Signal.YOUNG_CHILDREN: "kinderen",
    Signal.FINANCES: "geld",
    Signal.RISK: "risico",
    Signal.PSYCHOSOCIAL_NEED: "psychosociaal",
    Signal.SPIRITUAL_NEED: "zingeving",
    Signal.LIFE_STANCE: "levensovertuiging",
    Signal.SMALL_NETWORK: "klein netwerk",
    Signal.GRIEF: "rouw",
    Signal.OTHER: "anders",
}
_SIGNAL_CLAIMS = {
    Signal.YOUNG_CHILDREN: "Jonge kinderen in het gezin",
    Signal.FINANCES: "Zorgen over geld of regelzaken",
    Signal.RISK: "Risico of zorg over veiligheid",
    Signal.PSYCHOSOCIAL_NEED: "Psychosociale behoefte",
    Signal.SPIRITUAL_NEED: "Behoefte aan steun bij zingeving",
    Signal.LIFE_STANCE: "Levensovertuiging",
    Signal.SMALL_NETWORK: "Klein of overbelast netwerk",
    Signal.GRIEF: "Kans op ingewikkelde rouw bij een naaste",
    Signal.OTHER: "Ander psychosociaal signaal",
}
