"""Functioneren: PPS, KPS, delier (DOS), gewicht, intake, en de zingevingsvragen van de USD-4D. All are series."""

from dataclasses import dataclass
from enum import StrEnum

from hub.domain.observations import Reporter
from hub.domain.values import check_optional_text, one_line, with_comment


class Scale(StrEnum):
    """Maat voor hoe iemand functioneert."""

    PPS = "pps"
    KPS = "kps"

    @property
    def nl(self) -> str:
        """The scale by its name."""
        return _SCALES[self]


@dataclass(frozen=True, slots=True)
class PerformanceScore:
    """Functioneren in procenten: Palliative Performance Scale of Karnofsky, 0 tot 100 in tienen. 100 is unlimited."""

    scale: Scale
    score: int
    note: str | None = None

    def __post_init__(self) -> None:
        if type(self.score) is not int or self.score not in range(0, 101, 10):
            raise ValueError("de score is een tiental van 0 tot en met 100")
        check_optional_text(self.note)

    def topic(self) -> str:
        """The series of this scale."""
        return f"performance/{self.scale.value}"

    def sentence_nl(self) -> str:
        """One full sentence; says what the number means where people agree on that."""
        meaning = next((words for limit, words in _PPS_MEANING if self.score <= limit), "")
        means = f": {meaning}" if self.scale is Scale.PPS and self.score and meaning else ""
        return with_comment(f"{self.scale.nl} {self.score} van 100{means}.", self.note)


LOW_PERFORMANCE = 30
"""At this or lower, and after a drop of 20 or more, people look again at complexity and dying phase (§3.6)."""


class Shift(StrEnum):
    """Dienst waarin de DOS is ingevuld."""

    DAY = "day"
    EVENING = "evening"
    NIGHT = "night"
    WHOLE_DAY = "whole_day"
    """Gemiddelde over de drie diensten van een etmaal."""


@dataclass(frozen=True, slots=True)
class DeliriumScore:
    """Delirium Observatie Screening (DOS), 0 tot 13; 3 of meer kan passen bij een delier. Observed, no diagnosis."""

    score: int
    shift: Shift | None = None
    note: str | None = None

    def __post_init__(self) -> None:
        if type(self.score) is not int or not 0 <= self.score <= 13:
            raise ValueError("een DOS-score is een heel getal van 0 tot en met 13")
        check_optional_text(self.note)

    def topic(self) -> str:
        """One series."""
        return "delirium"

    def sentence_nl(self) -> str:
        """One full sentence; the cut-off is said, a delirium is not claimed."""
        shift = f" ({_SHIFTS[self.shift]})" if self.shift else ""
        cut = " Vanaf 3 kan een delier meespelen." if self.score >= 3 else ""
        return with_comment(f"DOS {self.score} van 13{shift}.{cut}", self.note)


@dataclass(frozen=True, slots=True)
class Weight:
    """Lichaamsgewicht (zib Lichaamsgewicht), in gram."""

    grams: int
    note: str | None = None

    def __post_init__(self) -> None:
        # From a premature baby to the heaviest people known; what is outside is a slip of the key.
        if type(self.grams) is not int or not 300 <= self.grams <= 400_000:
            raise ValueError("een gewicht ligt tussen 0,3 en 400 kilo")
        check_optional_text(self.note)

    def topic(self) -> str:
        """One series."""
        return "weight"

    def sentence_nl(self) -> str:
        """One full sentence, in kilograms with a comma."""
        whole, rest = divmod(self.grams, 1000)
        part = f",{rest:03d}".rstrip("0") if rest else ""
        return with_comment(f"Gewicht {whole}{part} kg.", self.note)


class IntakeLevel(StrEnum):
    """Hoeveel iemand eet en drinkt (naar de PPS)."""

    NORMAL = "normal"
    REDUCED = "reduced"
    MINIMAL = "minimal"
    SIPS = "sips"
    MOUTH_CARE = "mouth_care"

    @property
    def nl(self) -> str:
        """The level as people read and type it."""
        return _INTAKE[self]


@dataclass(frozen=True, slots=True)
class Intake:
    """Intake: eten en drinken, en wie dat zag."""

    level: IntakeLevel
    reporter: Reporter
    note: str | None = None

    def __post_init__(self) -> None:
        check_optional_text(self.note)

    def topic(self) -> str:
        """The series of this reporter."""
        return f"intake/{self.reporter.value}"

    def sentence_nl(self) -> str:
        """One full sentence."""
        return with_comment(f"Eten en drinken: {_INTAKE_CLAIMS[self.level]}, {self.reporter.nl}.", self.note)


class MeaningItem(StrEnum):
    """Thema van zingeving uit de USD-4D (gevalideerd 2025). Themes, not the wording: that has an owner (§3.5)."""

    IDENTITY = "identity"
    RESILIENCE = "resilience"
    LETTING_GO = "letting_go"
    BALANCE = "balance"
    DEATH = "death"

    @property
    def nl(self) -> str:
        """The theme as people read and type it."""
        return _MEANING[self]


@dataclass(frozen=True, slots=True)
class MeaningScore:
    """Eén thema met de score."""

    item: MeaningItem
    score: int

    def __post_init__(self) -> None:
        if type(self.score) is not int or not 0 <= self.score <= 10:
            raise ValueError("een score is een heel getal van 0 tot en met 10")


@dataclass(frozen=True, slots=True)
class MeaningScores:
    """Zingevingsthema's van de USD-4D, van één persoon en één moment. No alarm is ever attached to them (§3.5)."""

    scores: tuple[MeaningScore, ...]
    reporter: Reporter
    note: str | None = None

    def __post_init__(self) -> None:
        if not self.scores:
            raise ValueError("geen enkel thema met een score")
        if len({entry.item for entry in self.scores}) != len(self.scores):
            raise ValueError("hetzelfde thema twee keer")
        check_optional_text(self.note)

    def topic(self) -> str:
        """The series of this reporter."""
        return f"meaning/{self.reporter.value}"

    def sentence_nl(self) -> str:
        """One full sentence."""
        listed = ", ".join(f"{one_line(entry.item.nl)} {entry.score}" for entry in self.scores)
        return with_comment(
            f"Zingeving (USD-4D) {self.reporter.nl} (0 is goed, 10 is het zwaarst): {listed}.", self.note
        )


_SCALES = {Scale.PPS: "PPS", Scale.KPS: "Karnofsky (KPS)"}

# The first limit that is not passed counts. 0 is "dead", which two people declare and no score says (E6).
_PPS_MEANING = (
    (10, "alleen nog mondzorg"),
    (20, "alleen nog slokjes"),
    (30, "helemaal bedlegerig"),
    (40, "vooral in bed"),
    (50, "vooral zitten of liggen"),
)
_SHIFTS = {
    Shift.DAY: "dagdienst",
    Shift.EVENING: "avonddienst",
    Shift.NIGHT: "nachtdienst",
    Shift.WHOLE_DAY: "gemiddelde van het etmaal",
}
_INTAKE = {
    IntakeLevel.NORMAL: "normaal",
    IntakeLevel.REDUCED: "minder",
    IntakeLevel.MINIMAL: "bijna niets",
    IntakeLevel.SIPS: "slokjes",
    IntakeLevel.MOUTH_CARE: "mondzorg",
}
_INTAKE_CLAIMS = {
    IntakeLevel.NORMAL: "normaal",
    IntakeLevel.REDUCED: "minder dan normaal",
    IntakeLevel.MINIMAL: "bijna niets",
    IntakeLevel.SIPS: "alleen slokjes",
    IntakeLevel.MOUTH_CARE: "NIETS meer; alleen mondzorg",
}
_MEANING = {
    MeaningItem.IDENTITY: "zichzelf zijn",
    MeaningItem.RESILIENCE: "veerkracht",
    MeaningItem.LETTING_GO: "loslaten",
    MeaningItem.BALANCE: "balans",
    MeaningItem.DEATH: "de dood",
}
