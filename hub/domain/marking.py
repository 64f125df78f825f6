"""Ziekte en markering: diagnose, fase, verrassingsvraag, SPICT of RADPAC, PaTz-kleur (law-and-care §3.4, §3.6).

All of it is in S2, which stays closed to patient and relatives until it was discussed (*besproken*). An instrument
that marks nobody says nothing about who needs palliative care: it misses one in two (sensitivity 50 %, §3.4).
"""

from dataclasses import dataclass
from enum import StrEnum

from hub.domain.values import (
    Coded,
    PartialDate,
    check_optional_text,
    check_text,
    join_nl,
    one_line,
    quoted,
    with_comment,
)


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """Diagnose of aandoening (zib Probleem). ``main``: hoofddiagnose, the illness that this circle is about."""

    text: str
    since: PartialDate | None = None
    main: bool = False
    comment: str | None = None
    source: Coded | None = None
    """The code (SNOMED CT, ICPC, ICD-10) with the words of the source."""

    def __post_init__(self) -> None:
        check_text(self.text, 500)
        check_optional_text(self.comment)

    def topic(self) -> str:
        """One for each illness, by its name."""
        return f"diagnosis/{one_line(self.text).casefold()}"

    def sentence_nl(self) -> str:
        """One full sentence."""
        kind = "Hoofddiagnose" if self.main else "Diagnose"
        code = f" (code {one_line(self.source.code)})" if self.source else ""
        since = f", sinds {self.since.nl}" if self.since else ""
        return with_comment(f"{kind}: {one_line(self.text)}{code}{since}.", self.comment)


class Phase(StrEnum):
    """Fase van de palliatieve zorg (Kwaliteitskader; spectrum van Lynn en Adamson)."""

    DISEASE_DIRECTED = "disease_directed"
    SYMPTOM_DIRECTED = "symptom_directed"
    DYING = "dying"
    AFTERCARE = "aftercare"
    UNKNOWN = "unknown"

    @property
    def nl(self) -> str:
        """The phase as people read and type it."""
        return _PHASES[self]


@dataclass(frozen=True, slots=True)
class IllnessPhase:
    """Fase van de ziekte. DYING here is a judgement; what changes rights and rosters is the declared dying phase."""

    phase: Phase
    judged_on: PartialDate | None = None
    expectation: str | None = None
    """Prognose in woorden: "weken tot maanden". Never a number that the bot worked out."""

    def __post_init__(self) -> None:
        check_optional_text(self.expectation, 500)

    def topic(self) -> str:
        """There is one phase at a time."""
        return "illness_phase"

    def sentence_nl(self) -> str:
        """One full sentence."""
        when = f", beoordeeld op {self.judged_on.nl}" if self.judged_on else ""
        expected = f" Verwachting: {quoted(self.expectation)}." if self.expectation else ""
        if self.phase is Phase.UNKNOWN:
            return f"De fase van de ziekte is NOG ONBEKEND{when}.{expected}"
        return f"De patiënt is in de {_PHASE_NAMES[self.phase]}{when}.{expected}"


class SurpriseVariant(StrEnum):
    """Welke verrassingsvraag: de gewone, of de tweede (dubbele verrassingsvraag)."""

    FIRST = "first"
    SECOND = "second"


class Surprise(StrEnum):
    """Antwoord op de verrassingsvraag."""

    SURPRISED = "surprised"
    NOT_SURPRISED = "not_surprised"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class SurpriseQuestion:
    """Verrassingsvraag (surprise question), eerste of tweede. The author is who answered it."""

    variant: SurpriseVariant
    answer: Surprise
    asked_on: PartialDate | None = None
    comment: str | None = None

    def __post_init__(self) -> None:
        check_optional_text(self.comment)

    def topic(self) -> str:
        """One answer to each of the two questions; earlier ones stay readable as versions."""
        return f"surprise_question/{self.variant.value}"

    def sentence_nl(self) -> str:
        """One full sentence that repeats the question: "nee" alone has been read both ways."""
        what = _SURPRISES[(self.variant, self.answer)]
        when = f" — beantwoord op {self.asked_on.nl}" if self.asked_on else ""
        # Never as "not palliative": the question misses half of those who die.
        weak = (
            " Dat zegt NIET dat palliatieve zorg niet nodig is."
            if (self.variant, self.answer) == (SurpriseVariant.FIRST, Surprise.SURPRISED)
            else ""
        )
        return with_comment(f"{what}{when}.{weak}", self.comment)


class Tool(StrEnum):
    """Instrument om palliatieve zorg op tijd te markeren."""

    SPICT = "spict"
    RADPAC_HEART_FAILURE = "radpac_heart_failure"
    RADPAC_COPD = "radpac_copd"
    RADPAC_CANCER = "radpac_cancer"

    @property
    def nl(self) -> str:
        """The tool by its name."""
        return _TOOLS[self]


@dataclass(frozen=True, slots=True)
class MarkingTool:
    """Uitkomst van SPICT-NL of RADPAC: welke punten aanwezig zijn, niet alleen de uitkomst (law-and-care §3.4).

    ``items`` are the words of who filled it in; no list of the instrument is copied here. Empty: none applies.
    """

    tool: Tool
    items: tuple[str, ...] = ()
    judged_on: PartialDate | None = None

    def __post_init__(self) -> None:
        if len(self.items) > 40:
            raise ValueError("te veel punten")
        for item in self.items:
            check_text(item, 300)

    def topic(self) -> str:
        """One outcome for each tool."""
        return f"marking_tool/{self.tool.value}"

    def sentence_nl(self) -> str:
        """One full sentence."""
        when = f" op {self.judged_on.nl}" if self.judged_on else ""
        if not self.items:
            return (
                f"{self.tool.nl}{when}: geen van de punten is aanwezig. "
                "Dat zegt NIET dat palliatieve zorg niet nodig is."
            )
        return f"{self.tool.nl}{when}, aanwezig: {join_nl([one_line(item) for item in self.items])}."


class Colour(StrEnum):
    """PaTz-kleur: hoe dringend en ingewikkeld de zorg nu is."""

    GREEN = "green"
    ORANGE = "orange"
    RED = "red"

    @property
    def nl(self) -> str:
        """ "groen", "oranje", "rood"."""
        return _COLOURS[self]


@dataclass(frozen=True, slots=True)
class PatzColour:
    """PaTz-kleur met wat die in deze groep betekent. The meaning differs between groups, so it is said each time."""

    colour: Colour
    legend: str | None = None
    """What this PaTz group means by it; None: the usual meaning."""
    judged_on: PartialDate | None = None
    comment: str | None = None

    def __post_init__(self) -> None:
        check_optional_text(self.legend, 300)
        check_optional_text(self.comment)

    def topic(self) -> str:
        """There is one colour at a time."""
        return "patz_colour"

    def sentence_nl(self) -> str:
        """One full sentence; never the colour without its meaning."""
        meaning = one_line(self.legend) if self.legend else LEGEND[self.colour]
        when = f", beoordeeld op {self.judged_on.nl}" if self.judged_on else ""
        return with_comment(f"De PaTz-kleur is {self.colour.nl}: {meaning}{when}.", self.comment)


LEGEND = {
    Colour.GREEN: "stabiel; verwachting maanden tot een jaar",
    Colour.ORANGE: "achteruitgang; verwachting weken tot maanden",
    Colour.RED: "snelle achteruitgang; verwachting dagen tot weken",
}
"""The usual meaning of each colour; a group that means something else says so (:attr:`PatzColour.legend`)."""

_PHASES = {
    Phase.DISEASE_DIRECTED: "ziektegericht",
    Phase.SYMPTOM_DIRECTED: "symptoomgericht",
    Phase.DYING: "stervensfase",
    Phase.AFTERCARE: "nazorg",
    Phase.UNKNOWN: "onbekend",
}
_PHASE_NAMES = {
    Phase.DISEASE_DIRECTED: "ziektegerichte fase: behandelen van de ziekte en verlichten van klachten gaan samen",
    Phase.SYMPTOM_DIRECTED: "symptoomgerichte fase: verlichten van klachten staat voorop",
    Phase.DYING: "stervensfase: het overlijden wordt binnen enkele dagen verwacht",
    Phase.AFTERCARE: "fase van nazorg",
}
_SURPRISES = {
    (SurpriseVariant.FIRST, Surprise.NOT_SURPRISED): (
        "Verrassingsvraag: de zorgverlener zou NIET verbaasd zijn als de patiënt binnen 12 maanden overlijdt"
    ),
    (SurpriseVariant.FIRST, Surprise.SURPRISED): (
        "Verrassingsvraag: de zorgverlener zou WEL verbaasd zijn als de patiënt binnen 12 maanden overlijdt"
    ),
    (SurpriseVariant.FIRST, Surprise.UNKNOWN): "Verrassingsvraag: de zorgverlener weet het NOG NIET",
    (SurpriseVariant.SECOND, Surprise.NOT_SURPRISED): (
        "Tweede verrassingsvraag: de zorgverlener zou NIET verbaasd zijn als de patiënt over 12 maanden nog leeft"
    ),
    (SurpriseVariant.SECOND, Surprise.SURPRISED): (
        "Tweede verrassingsvraag: de zorgverlener zou WEL verbaasd zijn als de patiënt over 12 maanden nog leeft"
    ),
    (SurpriseVariant.SECOND, Surprise.UNKNOWN): "Tweede verrassingsvraag: de zorgverlener weet het NOG NIET",
}
_TOOLS = {
    Tool.SPICT: "SPICT-NL",
    Tool.RADPAC_HEART_FAILURE: "RADPAC hartfalen",
    Tool.RADPAC_COPD: "RADPAC COPD",
    Tool.RADPAC_CANCER: "RADPAC kanker",
}
_COLOURS = {Colour.GREEN: "groen", Colour.ORANGE: "oranje", Colour.RED: "rood"}
