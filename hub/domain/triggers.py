"""Drempels: from which value a measurement asks for somebody to look (law-and-care §3.5, §3.6). Pure; decides nothing.

The series of the patient, the professional and the relative are never compared with each other (USD-P and USD-Z). The
questions of meaning (USD-4D) have no threshold at all.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from hub.domain.dossier import Entry, Status
from hub.domain.entries import Kind
from hub.domain.function import LOW_PERFORMANCE, PerformanceScore, Scale
from hub.domain.identifiers import EntryRef
from hub.domain.observations import PainScore, Reporter, SymptomItem, SymptomScores
from hub.domain.psychosocial import HEAVY, CarerStrain
from hub.domain.spoken import Spoken, joined, phrase, verbatim
from hub.domain.vocabulary import Section

MEASURED = frozenset({Kind.PAIN_SCORE, Kind.SYMPTOM, Kind.PERFORMANCE, Kind.CARER_STRAIN})
"""Kinds that have a threshold."""
RISES_WITHIN = timedelta(hours=24)
FALLS_WITHIN = timedelta(days=14)
"""Two falls of ten in a fortnight are a fall of twenty."""
QUIET = timedelta(days=7)
"""Without an entry for so long somebody asks, when a diary was agreed on; it is no alarm."""


class Cause(StrEnum):
    """Waarom er iemand moet kijken."""

    RELEVANT = "relevant"
    """Een klacht die er nog niet was, of die nu meetelt."""
    SERIOUS = "serious"
    RISE = "rise"
    DROP = "drop"
    """Het functioneren daalde sterk."""
    LOW = "low"
    STRAIN = "strain"
    """Het wordt de mantelzorger te zwaar."""


@dataclass(frozen=True, slots=True)
class ItemRule:
    """Eigen drempels voor één klacht; None is what counts for every item."""

    item: SymptomItem
    relevant: int | None = None
    serious: int | None = None
    off: bool = False

    def __post_init__(self) -> None:
        for score in (self.relevant, self.serious):
            if score is not None:
                _check(score, 1, 10)


@dataclass(frozen=True, slots=True)
class Thresholds:
    """De drempels van één patiënt. The defaults are those of Kring; a clinician changes them."""

    relevant: int = 4
    serious: int = 7
    rise: int = 3
    """So many points more within 24 hours."""
    drop: int = 20
    """So many points less on the PPS within a fortnight."""
    low: int = LOW_PERFORMANCE
    strain: int = HEAVY
    diary: bool = False
    """Afgesproken is dat de klachten elke week gescoord worden."""
    items: tuple[ItemRule, ...] = ()

    def __post_init__(self) -> None:
        for score in (self.relevant, self.serious, self.rise, self.strain):
            _check(score, 1, 10)
        if self.drop not in range(10, 101, 10) or self.low not in range(0, 101, 10):
            raise ValueError("een drempel voor de PPS is een tiental")
        if len({rule.item for rule in self.items}) != len(self.items):
            raise ValueError("dezelfde klacht twee keer")
        for item in SymptomItem:
            found = self.of(item)
            if found is not None and found[0] > found[1]:
                raise ValueError("de drempel voor ernstig ligt niet onder de gewone drempel")

    def of(self, item: SymptomItem) -> tuple[int, int] | None:
        """From where it counts and from where it is serious; None: nobody is asked about this item."""
        rule = next((rule for rule in self.items if rule.item is item), None)
        if rule is None:
            return self.relevant, self.serious
        if rule.off:
            return None
        relevant = self.relevant if rule.relevant is None else rule.relevant
        return relevant, max(self.serious, relevant) if rule.serious is None else rule.serious

    def with_item(self, rule: ItemRule) -> "Thresholds":
        """The same with this rule in the place of what was said about its item."""
        others = tuple(one for one in self.items if one.item is not rule.item)
        return replace(self, items=tuple(sorted((*others, rule), key=lambda one: one.item.value)))

    def without_item(self, item: SymptomItem) -> "Thresholds":
        """What counts for every item counts for this one again."""
        return replace(self, items=tuple(one for one in self.items if one.item is not item))


@dataclass(frozen=True, slots=True)
class ThresholdSet:
    """Eén versie van de drempels: who set them, and when."""

    circle_id: str
    patient_id: str
    version: int
    rules: Thresholds = field(repr=False)
    set_by: str
    set_at: datetime


@dataclass(frozen=True, slots=True)
class Prompt:
    """Iemand moet hiernaar kijken. ``about`` is the item (``pain``), ``pps`` or ``strain``: one open task for each.

    ``words``: what was measured, in whose eyes.
    """

    cause: Cause
    about: str
    words: Spoken = field(repr=False)
    ref: EntryRef
    version: int

    @property
    def same_day(self) -> bool:
        """Contact today; the others have until the end of the next working day."""
        return self.cause in {Cause.SERIOUS, Cause.RISE}

    @property
    def section(self) -> Section:
        return self.ref.section

    @property
    def mark(self) -> str:
        """How a task remembers it: ``S5-12/1/pain``, and a ``!`` behind it when it could not wait."""
        return f"{self.ref}/{self.version}/{self.about}{'!' if self.same_day else ''}"


def prompts(rules: Thresholds, history: Iterable[Entry], new: Entry) -> tuple[Prompt, ...]:
    """What this measurement asks for, given what was measured before; at most one for each item.

    :param history: any entries of this patient; what does not count is left out, the new one as well
    """
    if new.kind not in MEASURED or new.status is not Status.ACTIVE:
        return ()
    before = sorted(
        (one for one in current(history) if one.ref != new.ref and one.recorded_at <= new.recorded_at),
        key=lambda one: (one.recorded_at, one.ref.number),
    )
    value = new.value
    if isinstance(value, PainScore | SymptomScores):
        found = [_symptom(rules, before, new, item, score) for item, score in _scores(value)]
    elif isinstance(value, PerformanceScore):
        found = [_performance(rules, before, new, value)]
    else:
        found = [_strain(rules, before, new, value)]
    return tuple(one for one in found if one is not None)


def settled(rules: Thresholds, history: Iterable[Entry], mark: str) -> bool:
    """Whether what :attr:`Prompt.mark` stands for was scored again in the same series, and is below its threshold.

    An item that a clinician switched off since then is settled too; so is a score that was corrected away.
    """
    ref, _, rest = mark.partition("/")
    about = rest.partition("/")[2].rstrip("!")
    item = next((item for item in SymptomItem if item.value == about), None)
    limits = rules.of(item) if item is not None else None
    counted = current(history)
    cause = next((one for one in counted if str(one.ref) == ref), None)
    if cause is None or item is None:
        return False
    if limits is None:
        return True
    series = [
        (one.recorded_at, one.ref.number, score)
        for one in counted
        if _series(one) == _series(cause) and one.recorded_at >= cause.recorded_at
        for of, score in _scores(one.value)
        if of is item
    ]
    return bool(series) and max(series)[2] < limits[0]


def current(entries: Iterable[Entry]) -> list[Entry]:
    """The newest version of each measurement, when it counts: what was corrected or moved out is not history."""
    newest: dict[EntryRef, Entry] = {}
    for one in entries:
        if one.kind in MEASURED and one.version >= (newest[one.ref].version if one.ref in newest else 0):
            newest[one.ref] = one
    return [one for one in newest.values() if one.status is Status.ACTIVE]


def _symptom(rules: Thresholds, before: Sequence[Entry], new: Entry, item: SymptomItem, score: int) -> Prompt | None:
    limits = rules.of(item)
    if limits is None:
        return None
    relevant, serious = limits
    series = [
        (one.recorded_at, earlier)
        for one in before
        if _series(one) == _series(new)
        for of, earlier in _scores(one.value)
        if of is item
    ]
    lately = [earlier for at, earlier in series if new.recorded_at - at <= RISES_WITHIN]
    rose = bool(lately) and score - min(lately) >= rules.rise
    if score >= serious:
        cause = Cause.SERIOUS
    elif rose:
        cause = Cause.RISE
    elif score >= relevant and (not series or series[-1][1] < relevant):
        cause = Cause.RELEVANT
    else:
        return None
    by = phrase(new.value.reporter.nl)
    said = [verbatim("%(item)s %(score)s %(by)s", item=phrase(item.nl), score=score, by=by)]
    said += [phrase("eerder %(score)s", score=series[-1][1])] if series else []
    said += [phrase("binnen 24 uur")] if rose else []
    words = joined(said, ", ")
    return Prompt(cause, item.value, words, new.ref, new.version)


def _performance(rules: Thresholds, before: Sequence[Entry], new: Entry, value: PerformanceScore) -> Prompt | None:
    if value.scale is not Scale.PPS:
        return None
    series = [one for one in before if isinstance(one.value, PerformanceScore) and one.value.scale is Scale.PPS]
    if not series:
        return (
            Prompt(Cause.LOW, "pps", verbatim("PPS %(score)s", score=value.score), new.ref, new.version)
            if value.score <= rules.low
            else None
        )
    last = series[-1].value.score
    lately = [one.value.score for one in series if new.recorded_at - one.recorded_at <= FALLS_WITHIN]
    words = phrase("PPS %(score)s, eerder %(last)s", score=value.score, last=last)
    if value.score < last and max((*lately, last)) - value.score >= rules.drop:
        return Prompt(Cause.DROP, "pps", words, new.ref, new.version)
    if value.score <= rules.low < last:
        return Prompt(Cause.LOW, "pps", words, new.ref, new.version)
    return None


def _strain(rules: Thresholds, before: Sequence[Entry], new: Entry, value: CarerStrain) -> Prompt | None:
    series = [
        one.value.score for one in before if isinstance(one.value, CarerStrain) and one.value.topic() == value.topic()
    ]
    if value.score < rules.strain or (series and series[-1] >= rules.strain):
        return None
    words = phrase("belasting van de mantelzorger %(score)s, %(by)s", score=value.score, by=phrase(value.reporter.nl))
    return Prompt(Cause.STRAIN, "strain", words, new.ref, new.version)


def _series(entry: Entry) -> Reporter | None:
    """Pain on a scale of 0 to 10 is the same question in the diary and alone; who answers makes the series."""
    return entry.value.reporter if isinstance(entry.value, PainScore | SymptomScores) else None


def _scores(value: object) -> list[tuple[SymptomItem, int]]:
    if isinstance(value, PainScore):
        return [(SymptomItem.PAIN, value.score)]
    if isinstance(value, SymptomScores):
        return [(one.item, one.score) for one in value.scores]
    return []


def _check(score: int, low: int, high: int) -> None:
    if type(score) is not int or not low <= score <= high:
        raise ValueError(f"een drempel is een heel getal van {low} tot en met {high}")
