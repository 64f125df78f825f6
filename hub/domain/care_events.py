"""Gebeurtenissen in de zorg, en waar iemand overleed: what the figures count, and what carers want to know (S8, S9)."""

import re
from dataclasses import dataclass
from enum import StrEnum

from hub.domain.course import CareEventKind
from hub.domain.errors import CommandRejected
from hub.domain.spelling import plain
from hub.domain.typed import TypedBy, a_date, chosen, first_word, kept
from hub.domain.values import PartialDate, check_optional_text, one_line


class DiedAt(StrEnum):
    """Plek van overlijden; spelled as the wish (:class:`hub.domain.wishes.Place`), without the ways of not knowing."""

    HOME = "home"
    HOSPICE = "hospice"
    NURSING_HOME = "nursing_home"
    HOSPITAL = "hospital"
    OTHER = "other"


ASKS_AGAIN = frozenset({CareEventKind.EMERGENCY_DEPARTMENT, CareEventKind.GP_POST})
"""After these somebody looks again how complex the care is (F5)."""


@dataclass(frozen=True, slots=True)
class CareEvent:
    """Gebeurtenis in de zorg: wat, op welke dag of van wanneer tot en met wanneer, en wie het meldde."""

    what: CareEventKind
    on: PartialDate
    until: PartialDate | None = None
    source: str | None = None

    def __post_init__(self) -> None:
        check_optional_text(self.source, 200)
        first, last = self.on.exact, self.until.exact if self.until else None
        if first is None or (self.until is not None and last is None):
            raise ValueError("noem de dag")
        if last is not None and last < first:
            raise ValueError("de laatste dag ligt voor de eerste")
        if self.until is not None and self.what not in _LASTS:
            raise ValueError("dit duurt geen dagen")

    def topic(self) -> str:
        """An event replaces no other."""
        return f"care_event/{self.what.value}"

    def sentence_nl(self) -> str:
        """One full sentence."""
        when = f"van {self.on.nl} tot en met {self.until.nl}" if self.until else f"op {self.on.nl}"
        source = f" Gemeld door: {one_line(self.source)}." if self.source else ""
        return f"{_EVENTS[self.what]} {when}.{source}"


@dataclass(frozen=True, slots=True)
class PlaceOfDeath:
    """Plek van overlijden: waar het was, naast waar de patiënt het liefst wilde zijn."""

    place: DiedAt

    def topic(self) -> str:
        """One; another place is its next version."""
        return "place_of_death"

    def sentence_nl(self) -> str:
        """One full sentence."""
        return f"De patiënt is {_DIED[self.place]} overleden."


COMPLETE = frozenset({"compleet", "volledig"})
"""``!gebeurtenis compleet``: nothing is missing of the last thirty days."""
HOW_EVENT = (
    "Schrijf: !gebeurtenis seh|opname|ic|chemo|hap|poli op 3-11-2026 [t/m 7-11-2026] [bron <wie>]. "
    "Staat alles van de laatste dertig dagen er? !gebeurtenis compleet"
)
HOW_PLACE = "Schrijf: !plaatsoverlijden thuis|hospice|verpleeghuis|ziekenhuis|anders"
_DAY = r"\d{1,2}-\d{1,2}-\d{4}"
_EVENT = re.compile(
    rf"^(?:op |van )?(?P<on>{_DAY})(?:,? (?:t/m|tot en met|tot) (?P<until>{_DAY}))?(?:[,;]? bron:? (?P<source>\S.*))?$",
    re.ASCII | re.IGNORECASE,
)
_KINDS = {
    "seh": CareEventKind.EMERGENCY_DEPARTMENT,
    "opname": CareEventKind.ADMISSION,
    "ic": CareEventKind.INTENSIVE_CARE,
    "chemo": CareEventKind.CHEMOTHERAPY,
    "chemotherapie": CareEventKind.CHEMOTHERAPY,
    "hap": CareEventKind.GP_POST,
    "huisartsenpost": CareEventKind.GP_POST,
    "poli": CareEventKind.OUTPATIENT,
}
_PLACES = {
    "thuis": DiedAt.HOME,
    "hospice": DiedAt.HOSPICE,
    "verpleeghuis": DiedAt.NURSING_HOME,
    "ziekenhuis": DiedAt.HOSPITAL,
    "anders": DiedAt.OTHER,
}


def parse_event(text: str, by: TypedBy) -> CareEvent:
    """``opname op 3-11-2026 t/m 7-11-2026 bron ontslagbrief``.

    :raises CommandRejected: ``bad-form``, ``unknown-choice``, ``bad-date``, ``bad-text``
    """
    word, rest = first_word(text)
    what = chosen(word, _KINDS, HOW_EVENT)
    match = _EVENT.match(" ".join(rest.split()))
    if match is None:
        raise CommandRejected("bad-form", HOW_EVENT)
    on = a_date(match["on"], today=by.today)
    until = a_date(match["until"], today=by.today) if match["until"] else None
    return kept(lambda: CareEvent(what, on, until, match["source"]))


def parse_died_at(text: str, by: TypedBy) -> PlaceOfDeath:
    """``thuis``.

    :raises CommandRejected: ``unknown-choice``
    """
    return PlaceOfDeath(chosen(text, _PLACES, HOW_PLACE))


def says_complete(text: str) -> bool:
    """``compleet``: the record of the last thirty days is complete."""
    return plain(text.rstrip(".!")) in COMPLETE


_DIED = {
    DiedAt.HOME: "thuis",
    DiedAt.HOSPICE: "in een hospice",
    DiedAt.NURSING_HOME: "in een verpleeghuis",
    DiedAt.HOSPITAL: "in het ziekenhuis",
    DiedAt.OTHER: "op een andere plek",
}
_LASTS = frozenset({CareEventKind.ADMISSION, CareEventKind.INTENSIVE_CARE})
_EVENTS = {
    CareEventKind.EMERGENCY_DEPARTMENT: "Bezoek aan de spoedeisende hulp",
    CareEventKind.ADMISSION: "Opname in het ziekenhuis",
    CareEventKind.INTENSIVE_CARE: "Opname op de intensive care",
    CareEventKind.CHEMOTHERAPY: "Chemotherapie",
    CareEventKind.GP_POST: "Contact met de huisartsenpost",
    CareEventKind.OUTPATIENT: "Bezoek aan de polikliniek",
}
