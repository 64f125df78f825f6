"""Tijdlijn: place, complexity, lead, phase and handovers in the order in which they happened, each with who. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hub.domain import entries
from hub.domain.dossier import Entry, Status
from hub.domain.entries import Kind
from hub.domain.handover import Handover
from hub.domain.values import one_line
from hub.domain.vocabulary import Section


class Happening(StrEnum):
    """Soort gebeurtenis op de tijdlijn."""

    PLACE = "place"
    COMPLEXITY = "complexity"
    PHASE = "phase"
    LEAD = "lead"
    HANDOVER = "handover"

    @property
    def title_nl(self) -> str:
        return _TITLES[self]


KINDS = {
    Kind.PREFERRED_PLACE_OF_CARE: Happening.PLACE,
    Kind.PREFERRED_PLACE_OF_DEATH: Happening.PLACE,
    Kind.COMPLEXITY: Happening.COMPLEXITY,
    Kind.ILLNESS_PHASE: Happening.PHASE,
    Kind.DYING_PHASE: Happening.PHASE,
}
"""Which entries make a moment."""
SECTIONS = (Section.S2, Section.S4, Section.S8, Section.S9)


@dataclass(frozen=True, slots=True)
class LeadTerm:
    """Regie van iemand, vanaf een moment. ``since`` None: it was not written down since when."""

    person_id: str
    since: datetime | None


@dataclass(frozen=True, slots=True)
class Moment:
    """Eén gebeurtenis. ``who`` did or said it; ``section`` None: who is in the circle, which every member may know."""

    at: datetime | None
    happening: Happening
    text: str
    who: str | None
    section: Section | None
    reference: str | None = None
    mended: bool = False
    """It took the place of something wrong (hersteld)."""


def moments(found: Iterable[Entry], handovers: Iterable[Handover], leads: Iterable[LeadTerm]) -> tuple[Moment, ...]:
    """Oldest first; what has no date comes first of all.

    ``found``: every version that the reader may see. A version that repeats the one before is no news.
    """
    made = [*_of_entries(found)]
    made += [moment for handover in handovers for moment in _of_handover(handover)]
    made += [Moment(term.since, Happening.LEAD, "heeft de regie", term.person_id, None) for term in leads]
    undated = [moment for moment in made if moment.at is None]
    dated = [(moment.at, moment.text, moment) for moment in made if moment.at is not None]
    return (*undated, *(moment for _, _, moment in sorted(dated, key=lambda one: one[:2])))


def _of_entries(found: Iterable[Entry]) -> Iterable[Moment]:
    before: dict[object, str] = {}
    for entry in sorted(found, key=lambda entry: (str(entry.ref.section), entry.ref.number, entry.version)):
        if entry.kind not in KINDS or entry.status is Status.PROPOSED:
            continue
        said = one_line(entries.sentence_nl(entry.value))
        if entry.status is Status.WITHDRAWN:
            said = f"Ingetrokken: {said}"
        if before.get(entry.ref) == said:
            continue
        before[entry.ref] = said
        yield Moment(
            entry.recorded_at,
            KINDS[entry.kind],
            said,
            entry.author_id,
            entry.section,
            str(entry.ref),
            mended=entry.reason is not None,
        )


def _of_handover(handover: Handover) -> Iterable[Moment]:
    what = f"Overdracht {handover.number} {handover.moment.dutch}"
    yield Moment(handover.at, Happening.HANDOVER, f"{what} gemaakt", handover.made_by, Section.S8)
    if handover.received_at is not None:
        said = f"{what} ontvangen"
        yield Moment(handover.received_at, Happening.HANDOVER, said, handover.received_by, Section.S8)


_TITLES = {
    Happening.PLACE: "Plek",
    Happening.COMPLEXITY: "Complexiteit",
    Happening.PHASE: "Fase",
    Happening.LEAD: "Regie",
    Happening.HANDOVER: "Overdracht",
}
