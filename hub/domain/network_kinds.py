"""Wie wanneer te bereiken is, en hoe de patiënt woont (law-and-care §3.1, §3.10): wat iemand aan de deur moet weten."""

import re
from dataclasses import dataclass
from enum import StrEnum

from hub.domain.values import check_optional_text, check_text, join_nl, one_line, quoted

_PHONE = re.compile(r"^\+?[0-9][0-9 ()\-]{1,24}$", re.ASCII)


class Hours(StrEnum):
    """Deel van de week waarin iemand te bellen is."""

    DAY = "day"
    EVENING = "evening"
    NIGHT = "night"
    WEEKEND = "weekend"

    @property
    def nl(self) -> str:
        """ "overdag", "'s nachts" and so on."""
        return _HOURS[self]


@dataclass(frozen=True, slots=True)
class Reachability:
    """Bereikbaarheid: wie te bellen is, wanneer, waarvoor, en wat die belooft (law-and-care §3.10).

    A roster, no promise of the hub; for danger to life everybody calls 112.
    """

    hours: tuple[Hours, ...]
    who: str
    phone: str
    purpose: str | None = None
    """Waarvoor: "spoed", "pijn en pomp"."""
    promise: str | None = None
    """Toezegging: "belt binnen een half uur terug"."""

    def __post_init__(self) -> None:
        if not self.hours or len(set(self.hours)) != len(self.hours):
            raise ValueError("noem elk dagdeel één keer")
        check_text(self.who, 200)
        if not _PHONE.match(self.phone):
            raise ValueError("dat is geen telefoonnummer")
        check_optional_text(self.purpose, 500)
        check_optional_text(self.promise, 500)

    def topic(self) -> str:
        """One number for one service in the same hours; the hospital's and the nurses' night numbers stand together."""
        hours = "+".join(hours.value for hours in Hours if hours in self.hours)
        return f"reachability/{hours}/{one_line(self.who).casefold()}"

    def sentence_nl(self) -> str:
        """One full sentence, with the number in it."""
        when = join_nl([hours.nl for hours in Hours if hours in self.hours])
        what = f", voor {one_line(self.purpose)}" if self.purpose else ""
        promise = f" Toezegging: {quoted(self.promise)}." if self.promise else ""
        return f"Te bellen {when}: {one_line(self.who)}, tel. {self.phone}{what}.{promise}"


class LivingAspect(StrEnum):
    """Wat een zorgverlener van het huis moet weten voordat die aanbelt."""

    HOME = "home"
    LANGUAGE = "language"
    INTERPRETER = "interpreter"
    ACCESS = "access"
    """Sleutel, code, welke deur: hoe iemand 's nachts binnenkomt."""

    @property
    def nl(self) -> str:
        """The aspect as people read and type it."""
        return _ASPECTS[self]


@dataclass(frozen=True, slots=True)
class LivingSituation:
    """Woonsituatie, taal, tolk of sleutel; één regel per onderwerp (zib Woonsituatie, TaalVaardigheid)."""

    aspect: LivingAspect
    text: str

    def __post_init__(self) -> None:
        check_text(self.text, 1000)

    def topic(self) -> str:
        """One text for each aspect: another key does not make the language unknown."""
        return f"living_situation/{self.aspect.value}"

    def sentence_nl(self) -> str:
        """One full sentence around the words of who wrote it."""
        return f"{_ASPECT_CLAIMS[self.aspect]}: {quoted(self.text)}."


_HOURS = {
    Hours.DAY: "overdag",
    Hours.EVENING: "'s avonds",
    Hours.NIGHT: "'s nachts",
    Hours.WEEKEND: "in het weekend",
}

_ASPECTS = {
    LivingAspect.HOME: "wonen",
    LivingAspect.LANGUAGE: "taal",
    LivingAspect.INTERPRETER: "tolk",
    LivingAspect.ACCESS: "sleutel",
}

_ASPECT_CLAIMS = {
    LivingAspect.HOME: "Zo woont de patiënt",
    LivingAspect.LANGUAGE: "De taal van de patiënt",
    LivingAspect.INTERPRETER: "Tolk",
    LivingAspect.ACCESS: "Zo komt u binnen",
}
