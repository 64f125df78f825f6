"""Keerpunten: what changed around a patient so that what was agreed before deserves a new conversation (D9).

Found in what was recorded, not kept beside it: a mistake that is mended is no turning point any more.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from enum import StrEnum
from typing import Any

from hub.domain.dossier import Entry, Status
from hub.domain.dying_phase import Course
from hub.domain.entries import Kind
from hub.domain.handover import Destination, Handover
from hub.domain.marking import Phase
from hub.domain.network_kinds import LivingAspect
from hub.domain.observations import Level
from hub.domain.spoken import N_
from hub.domain.vocabulary import Section
from hub.domain.wishes import PLACES_NL, View
from hub.domain.working_days import AMSTERDAM


class Trigger(StrEnum):
    """Soort verandering die om een nieuw gesprek vraagt."""

    PLACE = "place"
    """Another place where the patient wants to be, or lives."""
    MOVED = "moved"
    """Opname of ontslag: a handover to another place of care."""
    COMPLEXITY = "complexity"
    """The situation became more complex; less complex is no trigger."""
    CAPACITY = "capacity"
    """A new judgement about who decides."""
    ILLNESS = "illness"
    """A new diagnosis, or another phase of the illness."""


@dataclass(frozen=True, slots=True)
class TurningPoint:
    """Eén keerpunt. ``words`` come after "daarna". ``section``: who may not read it, does not hear these words; None:
    the whole circle knows. ``source``: the entry's version or the handover that it was found in."""

    trigger: Trigger
    at: datetime
    words: str
    section: Section | None
    source: str


KINDS = frozenset(
    {
        Kind.PREFERRED_PLACE_OF_DEATH,
        Kind.PREFERRED_PLACE_OF_CARE,
        Kind.LIVING_SITUATION,
        Kind.COMPLEXITY,
        Kind.LEGAL_CAPACITY,
        Kind.DIAGNOSIS,
        Kind.ILLNESS_PHASE,
        Kind.DYING_PHASE,
    }
)
"""The kinds of entries that can hold a turning point."""
_HEIGHT = {Level.LOW: 0, Level.MEDIUM: 1, Level.HIGH: 2}
_ROSE = {Level.MEDIUM: N_("complexiteit naar gemiddeld"), Level.HIGH: N_("complexiteit naar hoog")}
_MOVED = {
    Destination.HOSPITAL: N_("opgenomen in het ziekenhuis"),
    Destination.HOSPICE: N_("opgenomen in een hospice"),
    Destination.NURSING_HOME: N_("opgenomen in een verpleeghuis"),
    Destination.HOME: N_("naar huis gegaan"),
    Destination.OTHER: N_("naar een andere plek van zorg gegaan"),
}


def turning_points(versions: Iterable[Entry], handovers: Iterable[Handover] = ()) -> list[TurningPoint]:
    """Every turning point in these versions (of any kinds, any number of entries) and handovers, oldest first."""
    chains: dict[object, list[Entry]] = {}
    for version in versions:
        if version.kind in KINDS:
            chains.setdefault(version.ref, []).append(version)
    found = [
        TurningPoint(Trigger.MOVED, one.at, _MOVED[one.destination], None, f"overdracht {one.number}")
        for one in handovers
        if one.destination is not None
    ]
    for chain in chains.values():
        counted = _counted(sorted(chain, key=lambda entry: entry.version))
        for number, entry in enumerate(counted):
            found += _point(counted[number - 1] if number else None, entry)
    return sorted(found, key=lambda point: (point.at, point.source))


def _counted(versions: Sequence[Entry]) -> list[Entry]:
    """What was in force, one after the other, without what was mended: a mistake never was so."""
    counted: list[Entry] = []
    for entry in versions:
        if entry.reason is not None and counted and entry.status is not Status.PROPOSED:
            counted.pop()
        if entry.status is Status.ACTIVE:
            counted.append(entry)
    return counted


def _point(before: Entry | None, entry: Entry) -> list[TurningPoint]:
    earlier, value = (before.value if before is not None else None), entry.value
    found = _READ[entry.kind](earlier, value)
    if found is None:
        return []
    trigger, words = found
    return [TurningPoint(trigger, _moment(entry), words, entry.section, f"{entry.ref}/{entry.version}")]


def _moment(entry: Entry) -> datetime:
    """When it became so: a diagnosis of years ago that is written down now is no news of now."""
    since = getattr(entry.value, "since", None) if entry.kind is Kind.DIAGNOSIS else None
    if since is None or since.last_day >= entry.recorded_at.astimezone(AMSTERDAM).date():
        return entry.recorded_at
    return datetime.combine(since.last_day, time(0), AMSTERDAM)


def _wish(earlier: Any, value: Any) -> tuple[Trigger, str] | None:
    """The patient's own wish changed; the first one, and the views of relatives, change nothing."""
    known = earlier is not None and earlier.place in PLACES_NL and value.place in PLACES_NL
    if not known or value.view is not View.PATIENT:
        return None
    same = (earlier.place, earlier.other_place) == (value.place, value.other_place)
    return None if same else (Trigger.PLACE, N_("een andere gewenste plek"))


def _home(earlier: Any, value: Any) -> tuple[Trigger, str] | None:
    if earlier is None or value.aspect is not LivingAspect.HOME or earlier.text == value.text:
        return None
    return Trigger.PLACE, N_("een andere woonsituatie")


def _complexity(earlier: Any, value: Any) -> tuple[Trigger, str] | None:
    rose = earlier is not None and _HEIGHT[value.level] > _HEIGHT[earlier.level]
    return (Trigger.COMPLEXITY, _ROSE[value.level]) if rose else None


def _capacity(earlier: Any, value: Any) -> tuple[Trigger, str] | None:
    changed = (not value.capable) if earlier is None else earlier.capable is not value.capable
    return (Trigger.CAPACITY, N_("een ander oordeel over wilsbekwaamheid")) if changed else None


def _diagnosis(earlier: Any, value: Any) -> tuple[Trigger, str] | None:
    return (Trigger.ILLNESS, N_("een nieuwe diagnose")) if earlier is None else None


def _phase(earlier: Any, value: Any) -> tuple[Trigger, str] | None:
    if earlier is None or earlier.phase is Phase.UNKNOWN:
        changed = value.phase is Phase.DYING
    else:
        changed = value.phase not in {earlier.phase, Phase.UNKNOWN}
    return (Trigger.ILLNESS, N_("een andere fase van de ziekte")) if changed else None


def _dying(earlier: Any, value: Any) -> tuple[Trigger, str] | None:
    if value.course is Course.STOPPED:
        return Trigger.ILLNESS, N_("de stervensfase gestopt")
    return Trigger.ILLNESS, N_("de stervensfase begonnen")


_READ = {
    Kind.PREFERRED_PLACE_OF_DEATH: _wish,
    Kind.PREFERRED_PLACE_OF_CARE: _wish,
    Kind.LIVING_SITUATION: _home,
    Kind.COMPLEXITY: _complexity,
    Kind.LEGAL_CAPACITY: _capacity,
    Kind.DIAGNOSIS: _diagnosis,
    Kind.ILLNESS_PHASE: _phase,
    Kind.DYING_PHASE: _dying,
}
