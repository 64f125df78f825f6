"""Stervensfase in het dossier: begin, einde en nieuw begin met de tekenen; zorgpad; palliatieve sedatie (§3.7).

What changes rights and rosters is the declaration (:mod:`hub.domain.death`); the entry here is what it leaves in the
dossier, with the signs that people saw.
"""

from dataclasses import dataclass
from enum import StrEnum

from hub.domain.values import (
    Moment,
    PartialDate,
    check_optional_text,
    check_text,
    join_nl,
    one_line,
    quoted,
    with_comment,
)


class Course(StrEnum):
    """Verloop van wat begint en kan stoppen."""

    STARTED = "started"
    STOPPED = "stopped"
    RESTARTED = "restarted"


class Sign(StrEnum):
    """Teken van de stervensfase (richtlijn Zorg in de stervensfase)."""

    SUDDEN_DECLINE = "sudden_decline"
    HARDLY_EATING_OR_DRINKING = "hardly_eating_or_drinking"
    BEDBOUND = "bedbound"
    CIRCULATION = "circulation"
    REDUCED_CONSCIOUSNESS = "reduced_consciousness"
    RATTLE = "rattle"
    AGITATION = "agitation"
    CHEYNE_STOKES = "cheyne_stokes"

    @property
    def nl(self) -> str:
        """The sign as people read it."""
        return _SIGNS[self]

    @property
    def is_late(self) -> bool:
        """True for signs that come when the phase should have been marked already."""
        return self in _LATE


@dataclass(frozen=True, slots=True)
class DyingPhase:
    """Stervensfase: vastgesteld, gestopt omdat het beter gaat, of opnieuw vastgesteld. Comes from a declaration."""

    course: Course
    on: PartialDate
    signs: tuple[Sign, ...] = ()
    observed: str | None = None
    """Signs in the words of who declared it."""

    def __post_init__(self) -> None:
        if len(set(self.signs)) != len(self.signs):
            raise ValueError("hetzelfde teken twee keer")
        check_optional_text(self.observed, 1000)

    def topic(self) -> str:
        """One course; start, stop and restart are its versions."""
        return "dying_phase"

    def sentence_nl(self) -> str:
        """One full sentence."""
        seen = [sign.nl for sign in self.signs]
        signs = f" Tekenen: {join_nl(seen)}." if seen else ""
        return with_comment(f"{_COURSES[self.course].format(self.on.nl)}.{signs}", self.observed)


class PathPart(StrEnum):
    """Deel van het Zorgpad Stervensfase."""

    START = "start"
    CARE = "care"
    AFTER_DEATH = "after_death"

    @property
    def nl(self) -> str:
        """ "deel 1 (begin)" and so on."""
        return _PARTS[self]


@dataclass(frozen=True, slots=True)
class CarePath:
    """Zorgpad Stervensfase, een deel: 1 begin, 2 zorg met herhaalde observaties, 3 na het overlijden.

    A restart begins at part 1 again. The form of the care path is not copied here.
    """

    part: PathPart
    text: str
    at: Moment | None = None
    """Moment van de observatie, als dat een ander is dan van het opschrijven."""

    def __post_init__(self) -> None:
        check_text(self.text, 4000)

    def topic(self) -> str:
        """An observation replaces no other."""
        return f"care_path/{self.part.value}"

    def sentence_nl(self) -> str:
        """One full sentence around the words."""
        when = f", {self.at.nl}" if self.at else ""
        return f"Zorgpad Stervensfase, {self.part.nl}{when}: {quoted(self.text)}."


class SedationForm(StrEnum):
    """Vorm van palliatieve sedatie (KNMG-richtlijn)."""

    CONTINUOUS = "continuous"
    INTERMITTENT = "intermittent"
    ACUTE = "acute"


@dataclass(frozen=True, slots=True)
class PalliativeSedation:
    """Palliatieve sedatie: begonnen, gestopt of opnieuw begonnen; waarom, wie besloot, met wie besproken (KNMG 2022).

    Records what a physician decided. It carries no dose.
    """

    course: Course
    on: Moment
    decided_by: str
    form: SedationForm | None = None
    refractory: str | None = None
    """Het refractaire symptoom."""
    discussed_with: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        check_text(self.decided_by, 200)
        check_optional_text(self.refractory, 500)
        for person in self.discussed_with:
            check_text(person, 200)
        if self.course is not Course.STOPPED and self.refractory is None:
            raise ValueError("noem voor welke onbehandelbare klacht de sedatie is")

    def topic(self) -> str:
        """One course; start and stop are its versions."""
        return "palliative_sedation"

    def sentence_nl(self) -> str:
        """One full sentence; never "euthanasia", which it is not."""
        form = f"{_FORMS[self.form]} palliatieve sedatie" if self.form else "Palliatieve sedatie"
        form = form[0].upper() + form[1:]
        why = f", voor {one_line(self.refractory)}" if self.refractory else ""
        whom = (
            f", besproken met {join_nl([one_line(one) for one in self.discussed_with])}" if self.discussed_with else ""
        )
        return (
            f"{form} is {_SEDATION[self.course]} op {self.on.nl}{why}; besluit van {one_line(self.decided_by)}{whom}."
        )


_COURSES = {
    Course.STARTED: "De stervensfase is vastgesteld op {}",
    Course.STOPPED: "De stervensfase is op {} GESTOPT: het gaat beter",
    Course.RESTARTED: "De stervensfase is OPNIEUW vastgesteld op {}",
}
_SEDATION = {
    Course.STARTED: "gestart",
    Course.STOPPED: "GESTOPT",
    Course.RESTARTED: "OPNIEUW gestart",
}
_FORMS = {
    SedationForm.CONTINUOUS: "continue",
    SedationForm.INTERMITTENT: "intermitterende",
    SedationForm.ACUTE: "acute",
}
_SIGNS = {
    Sign.SUDDEN_DECLINE: "plotselinge achteruitgang",
    Sign.HARDLY_EATING_OR_DRINKING: "bijna niet meer eten en drinken",
    Sign.BEDBOUND: "zwak en bedlegerig",
    Sign.CIRCULATION: "slechtere doorbloeding (pols, marmering, weinig urine)",
    Sign.REDUCED_CONSCIOUSNESS: "minder bij bewustzijn",
    Sign.RATTLE: "reutelen",
    Sign.AGITATION: "onrust",
    Sign.CHEYNE_STOKES: "Cheyne-Stokes-ademhaling",
}
_LATE = frozenset({Sign.RATTLE, Sign.AGITATION, Sign.CHEYNE_STOKES})
_PARTS = {
    PathPart.START: "deel 1 (begin)",
    PathPart.CARE: "deel 2 (zorg)",
    PathPart.AFTER_DEATH: "deel 3 (na het overlijden)",
}
