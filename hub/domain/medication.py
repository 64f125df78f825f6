"""Medicatie als gedateerde kopie, allergie, nierfunctie en pomp (law-and-care §3.9).

The systems of prescriber and pharmacist are the truth; what stands here is a copy that says where it comes from and
how old it is. No bot ever writes, completes or adds up a dose: these lines are what a named person copied.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from hub.domain.values import (
    Coded,
    Moment,
    PartialDate,
    check_optional_text,
    check_text,
    one_line,
    quoted,
    with_comment,
)

FRESH, FRESH_WHEN_DYING = timedelta(days=7), timedelta(days=1)
"""So long a copy may be trusted since it was retrieved (law-and-care §3.9)."""
_MOST_LINES = 60


@dataclass(frozen=True, slots=True)
class MedicationOverview:
    """Medicatieoverzicht (kopie): regels zoals ze in de bron staan, met bron en moment van ophalen.

    ``lines`` empty: the source says that there is no medication.
    """

    lines: tuple[str, ...]
    source: str
    """Waar de kopie vandaan komt: "apotheek De Brug", "LSP", "HIS van de huisarts"."""
    retrieved: Moment

    def __post_init__(self) -> None:
        if len(self.lines) > _MOST_LINES:
            raise ValueError(f"meer dan {_MOST_LINES} regels")
        for line in self.lines:
            check_text(line, 300)
        check_text(self.source, 200)

    def topic(self) -> str:
        """One list at a time; the earlier ones stay as versions."""
        return "medication_overview"

    def is_stale(self, now: datetime, *, dying: bool) -> bool:
        """True when the copy is older than may be trusted, by the time of its source, not of the typing."""
        return now - self.retrieved.earliest > (FRESH_WHEN_DYING if dying else FRESH)

    def sentence_nl(self) -> str:
        """One full sentence that says it is a copy, of what and when, and then its lines."""
        listed = "; ".join(one_line(line) for line in self.lines) or "GEEN medicatie volgens deze bron"
        return f"Medicatie, kopie van {one_line(self.source)}, opgehaald op {self.retrieved.nl}: {listed}."


class AllergyStatus(StrEnum):
    """Wat over allergieën bekend is. "None known" was asked; "unknown" was not."""

    KNOWN = "known"
    NONE_KNOWN = "none_known"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Allergy:
    """Allergie of overgevoeligheid (zib AllergieIntolerantie). ``substance`` only, and always, with KNOWN."""

    status: AllergyStatus
    substance: str | None = None
    reaction: str | None = None
    since: PartialDate | None = None
    source: Coded | None = None

    def __post_init__(self) -> None:
        check_optional_text(self.substance, 300)
        check_optional_text(self.reaction, 500)
        if (self.status is AllergyStatus.KNOWN) != (self.substance is not None):
            raise ValueError("een allergie heeft de naam van een stof, en niets anders heeft die")
        if self.substance is None and (self.reaction or self.since):
            raise ValueError("een reactie of datum zonder stof")

    def topic(self) -> str:
        """One for each substance; whether there are any is a question of its own."""
        return f"allergy/{one_line(self.substance).casefold()}" if self.substance else "allergy"

    def sentence_nl(self) -> str:
        """One full sentence."""
        if self.status is AllergyStatus.NONE_KNOWN:
            return "Er zijn GEEN allergieën bekend; dat is gevraagd."
        if self.substance is None:
            return "Of er allergieën zijn, is NIET bekend."
        reaction = f"; reactie: {quoted(self.reaction)}" if self.reaction else ""
        since = f"; sinds {self.since.nl}" if self.since else ""
        return f"ALLERGIE voor {one_line(self.substance)}{reaction}{since}."


@dataclass(frozen=True, slots=True)
class KidneyFunction:
    """Nierfunctie: eGFR in ml/min/1,73 m², met de dag van de meting. Doses that it asks for are the prescriber's."""

    egfr: int
    measured_on: PartialDate | None = None
    note: str | None = None

    def __post_init__(self) -> None:
        if type(self.egfr) is not int or not 0 <= self.egfr <= 200:
            raise ValueError("een eGFR is een heel getal van 0 tot en met 200")
        check_optional_text(self.note)

    def topic(self) -> str:
        """One series."""
        return "kidney_function"

    def sentence_nl(self) -> str:
        """One full sentence with its unit; an old or undated measurement says so."""
        when = f", gemeten op {self.measured_on.nl}" if self.measured_on else ", datum van de meting onbekend"
        return with_comment(f"Nierfunctie: eGFR {self.egfr} ml/min/1,73 m²{when}.", self.note)


@dataclass(frozen=True, slots=True)
class Pump:
    """Medicatiepomp (kopie): wat erin zit zoals het op het uitvoeringsverzoek staat, en wie te bellen is.

    ``contents`` None with ``stopped`` True: the pump is off.
    """

    contents: str | None
    source: str | None = None
    retrieved: Moment | None = None
    managed_by: str | None = None
    phone: str | None = None
    stopped: bool = False

    def __post_init__(self) -> None:
        for text in (self.contents, self.source, self.managed_by, self.phone):
            check_optional_text(text, 500)
        if self.stopped == (self.contents is not None):
            raise ValueError("een pomp heeft een inhoud, of is gestopt")
        if self.contents is not None and (self.source is None or self.retrieved is None):
            raise ValueError("van de inhoud van een pomp is bekend waar en wanneer die is overgenomen")

    def topic(self) -> str:
        """One answer at a time."""
        return "pump"

    def sentence_nl(self) -> str:
        """One full sentence."""
        phone = f", tel. {one_line(self.phone)}" if self.phone else ""
        managed = f" Beheer: {one_line(self.managed_by)}{phone}." if self.managed_by else ""
        if self.contents is None or self.source is None or self.retrieved is None:
            return f"De medicatiepomp is GESTOPT.{managed}"
        return (
            f"De patiënt heeft een medicatiepomp: {quoted(self.contents)}, kopie van {one_line(self.source)}, "
            f"overgenomen op {self.retrieved.nl}.{managed}"
        )
