"""Versheid: how old each agreement is, and when it deserves a new conversation (ADR 0033; peers-and-pains D9).

An agreement turns stale by time or by a turning point (:mod:`hub.domain.turning_points`). Stale is not void: it stands
until people speak again, and every sentence here says so. The table :data:`RULES` has a line for every kind.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from enum import StrEnum
from typing import Any

from hub.domain.dossier import Entry, Status
from hub.domain.entries import Kind
from hub.domain.turning_points import Trigger, TurningPoint
from hub.domain.values import Moment, PartialDate, join_nl
from hub.domain.vocabulary import Section
from hub.domain.working_days import AMSTERDAM

TIME = "time"
"""The cause of what is simply old, beside the words of :class:`Trigger`."""
LONGEST = 3650
SOMETHING = "is er iets veranderd"
"""After "daarna", for who may not read what changed."""


class Advice(StrEnum):
    """Wat iemand doet met wat verouderd is."""

    TALK = "talk"
    CHECK = "check"
    COPY = "copy"

    @property
    def nl(self) -> str:
        return _ADVICE[self]


_ADVICE = {
    Advice.TALK: "bespreek opnieuw; tot dat gesprek blijft dit gelden",
    Advice.CHECK: "controleer of dit nog klopt",
    Advice.COPY: "vraag de actuele lijst op",
}


@dataclass(frozen=True, slots=True)
class Rule:
    """Wanneer één soort verouderd is. ``days`` None: by time never. ``said``: the field with the day of the
    conversation or of the source. ``until``: the field with the last day that people themselves agreed on."""

    days: int | None
    triggers: frozenset[Trigger] = frozenset()
    advice: Advice = Advice.CHECK
    said: str | None = None
    until: str | None = None
    days_when_dying: int | None = None
    kept: bool = True
    """False: it is of its own day for ever (a measurement, a note, what happened); no age is shown with it."""

    @property
    def asks(self) -> bool:
        """Turning stale makes a task: a conversation is needed."""
        return self.advice is Advice.TALK


_FOR_EVER = Rule(None, kept=False)
_ALL = frozenset(Trigger)
_ABOUT_THE_ILLNESS = frozenset({Trigger.ILLNESS, Trigger.COMPLEXITY, Trigger.MOVED, Trigger.CAPACITY})
_MOVED = frozenset({Trigger.MOVED})
_MOVED_OR_PLACE = frozenset({Trigger.MOVED, Trigger.PLACE})
RULES: dict[Kind, Rule] = {
    Kind.TREATMENT_DIRECTIVE: Rule(90, _ALL, Advice.TALK, "discussed_on"),
    Kind.MEDICAL_POLICY_GOAL: Rule(90, _ALL, Advice.TALK, "agreed_on"),
    Kind.MEDICAL_DEVICE: Rule(365),
    Kind.ADVANCE_DIRECTIVE: Rule(730, frozenset({Trigger.ILLNESS}), Advice.TALK, "dated"),
    Kind.LEGAL_CAPACITY: Rule(
        90, frozenset({Trigger.ILLNESS, Trigger.MOVED}), Advice.TALK, "judged_on", until="review_on"
    ),
    Kind.PREFERRED_PLACE_OF_DEATH: Rule(90, _ABOUT_THE_ILLNESS, Advice.TALK, "asked_on"),
    Kind.PREFERRED_PLACE_OF_CARE: Rule(90, _ABOUT_THE_ILLNESS, Advice.TALK, "asked_on"),
    Kind.RELATIVE_VIEW: Rule(180, _MOVED, said="asked_on"),
    Kind.EUTHANASIA_POSITION: Rule(180, frozenset({Trigger.ILLNESS, Trigger.CAPACITY}), Advice.TALK, "asked_on"),
    Kind.ORGAN_DONATION: Rule(730, said="asked_on"),
    Kind.CARE_WISHES: Rule(180, frozenset({Trigger.ILLNESS, Trigger.MOVED}), Advice.TALK, "asked_on"),
    Kind.SENSE_OF_PURPOSE: Rule(365, said="asked_on"),
    Kind.EARLIER_AGREEMENTS: Rule(365, said="asked_on"),
    Kind.CONTACT_PERSON: Rule(180, frozenset({Trigger.CAPACITY})),
    Kind.HEALTH_PROFESSIONAL: Rule(365),
    Kind.LIVING_SITUATION: Rule(180, _MOVED_OR_PLACE),
    Kind.REACHABILITY: Rule(90, _MOVED_OR_PLACE),
    Kind.COMPLEXITY: Rule(42, frozenset({Trigger.ILLNESS, Trigger.MOVED}), Advice.TALK, until="judge_again_on"),
    Kind.ILLNESS_PHASE: Rule(90, said="judged_on"),
    Kind.SURPRISE_QUESTION: Rule(180, said="asked_on"),
    Kind.MARKING_TOOL: Rule(180, said="judged_on"),
    Kind.PATZ_COLOUR: Rule(42, _MOVED, said="judged_on"),
    Kind.MEDICATION_OVERVIEW: Rule(7, _MOVED, Advice.COPY, "retrieved", days_when_dying=1),
    Kind.PUMP: Rule(7, _MOVED, said="retrieved", days_when_dying=1),
    Kind.EMERGENCY_KIT: Rule(90, _MOVED_OR_PLACE, said="prescribed_on", until="expires_on"),
    Kind.ALLERGY: Rule(365),
    Kind.CARE_PLAN: Rule(90, _MOVED, until="evaluate_on"),
    Kind.CARE_AGREEMENT: Rule(180, _MOVED, said="agreed_on", until="until"),
    # What happened, was measured or was said on a day stays of that day.
    Kind.DIAGNOSIS: _FOR_EVER,
    Kind.ACP_CONVERSATION: _FOR_EVER,
    Kind.ACP_REPORT: _FOR_EVER,
    Kind.INFORM_RELATIVES: _FOR_EVER,
    Kind.APPOINTMENT: _FOR_EVER,
    Kind.DYING_PHASE: _FOR_EVER,
    Kind.CARE_PATH: _FOR_EVER,
    Kind.PALLIATIVE_SEDATION: _FOR_EVER,
    Kind.PLACE_OF_DEATH: _FOR_EVER,
    Kind.CARE_EVENT: _FOR_EVER,
    Kind.PAIN_SCORE: _FOR_EVER,
    Kind.SYMPTOM: _FOR_EVER,
    Kind.PERFORMANCE: _FOR_EVER,
    Kind.DELIRIUM: _FOR_EVER,
    Kind.WEIGHT: _FOR_EVER,
    Kind.INTAKE: _FOR_EVER,
    Kind.MEANING: _FOR_EVER,
    Kind.CARER_STRAIN: _FOR_EVER,
    Kind.PSYCHOSOCIAL: _FOR_EVER,
    Kind.KIDNEY_FUNCTION: _FOR_EVER,
    Kind.NOTE: _FOR_EVER,
    Kind.STATEMENT: _FOR_EVER,
    Kind.DOCUMENT: _FOR_EVER,
}


@dataclass(frozen=True, slots=True)
class FreshnessRules:
    """What the institution's clinicians chose (``[freshness]`` in the settings): days and triggers by kind.

    :raises ValueError: a kind whose entries are of their own day for ever, or days outside 1 to :data:`LONGEST`
    """

    days: Mapping[Kind, int] = field(default_factory=dict)
    triggers: Mapping[Kind, Collection[Trigger]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for kind in (*self.days, *self.triggers):
            if not RULES[kind].kept:
                raise ValueError(f"{kind.value} veroudert niet; daar hoort geen termijn bij")
        for kind, days in self.days.items():
            if not 1 <= days <= LONGEST:
                raise ValueError(f"{kind.value}: kies 1 tot en met {LONGEST} dagen")

    def of(self, kind: Kind) -> Rule:
        """The rule that counts here."""
        rule = RULES[kind]
        if kind in self.days:
            days = self.days[kind]
            dying = min(days, rule.days_when_dying) if rule.days_when_dying is not None else None
            rule = replace(rule, days=days, days_when_dying=dying)
        return replace(rule, triggers=frozenset(self.triggers[kind])) if kind in self.triggers else rule


DEFAULTS = FreshnessRules()


@dataclass(frozen=True, slots=True)
class Because:
    """Waarom iets verouderd is. ``cause``: :data:`TIME` or a :class:`Trigger`. ``words``: after "daarna" for a trigger,
    else what has passed. ``section``: see :class:`TurningPoint`."""

    cause: str
    on: date
    words: str
    section: Section | None = None


@dataclass(frozen=True, slots=True)
class Freshness:
    """Versheid van één regel op het moment van lezen. ``said_on``: the day from which the age counts."""

    age_days: int
    said_on: date
    because: tuple[Because, ...]
    advice: Advice

    @property
    def stale(self) -> bool:
        """Verouderd: it stands, and asks for a new look."""
        return bool(self.because)

    def known_to(self, opened: Collection[Section], *, others_generally: bool) -> "Freshness":
        """The same for who may read these sections: what changed elsewhere is not told. ``others_generally``: that
        something changed is told (a professional); else nothing of it is (the patient, relatives, a room with them).
        """
        shown: list[Because] = []
        for one in self.because:
            if one.section is None or one.section in opened:
                shown.append(one)
            elif others_generally:
                shown.append(replace(one, cause="something", words=SOMETHING, section=None))
        return replace(self, because=tuple(dict.fromkeys(shown)))


def assess(
    entry: Entry,
    turned: Sequence[TurningPoint],
    now: datetime,
    rules: FreshnessRules = DEFAULTS,
    *,
    dying: bool = False,
) -> Freshness | None:
    """How fresh this version is. None: entries of this kind are of their own day for ever, or it is no agreement yet.

    ``turned``: every turning point of this patient; those of before the conversation count not.
    """
    rule = rules.of(entry.kind)
    if not rule.kept or entry.status is not Status.ACTIVE:
        return None
    said = _first_day(getattr(entry.value, rule.said)) if rule.said is not None else None
    recorded = _dutch(entry.recorded_at)
    said_on = min(said, recorded) if said is not None else recorded
    age = max(0, (_dutch(now) - said_on).days)
    because = [*_by_time(entry.value, rule, said_on, age, _dutch(now), dying=dying)]
    since = entry.recorded_at if said_on == recorded else datetime.combine(said_on, time(0), AMSTERDAM)
    latest: dict[str, TurningPoint] = {}
    own = f"{entry.ref}/{entry.version}"
    for point in turned:
        if point.trigger in rule.triggers and since < point.at <= now and point.source != own:
            latest[point.words] = point
    because += [Because(p.trigger.value, _dutch(p.at), p.words, p.section) for p in latest.values()]
    return Freshness(age, said_on, tuple(because), rule.advice)


def with_freshness(
    shown: Iterable[Entry],
    turned: Sequence[TurningPoint],
    now: datetime,
    rules: FreshnessRules = DEFAULTS,
    *,
    dying: bool = False,
) -> list[Entry]:
    """The same entries, each with its freshness."""
    return [replace(entry, freshness=assess(entry, turned, now, rules, dying=dying)) for entry in shown]


def known_to(shown: Iterable[Entry], opened: Collection[Section], *, others_generally: bool) -> list[Entry]:
    """The same entries, with no word of what changed in sections that are not ``opened``."""
    return [
        entry
        if entry.freshness is None or not entry.freshness.stale
        else replace(entry, freshness=entry.freshness.known_to(opened, others_generally=others_generally))
        for entry in shown
    ]


def age_nl(days: int) -> str:
    """``vandaag``, ``1 dag oud``, ``12 dagen oud``."""
    if days == 0:
        return "van vandaag"
    return "1 dag oud" if days == 1 else f"{days} dagen oud"


def amber_nl(found: Freshness) -> str:
    """``LET OP: 214 dagen oud en daarna opgenomen in het ziekenhuis; bespreek opnieuw; …``; empty while it is fresh."""
    if not found.stale:
        return ""
    return f"LET OP: {age_nl(found.age_days)}{_reasons(found)}; {found.advice.nl}."


def dated_amber_nl(found: Freshness) -> str:
    """The same with a day in the place of an age, for what is kept and read later (the out-of-hours set)."""
    if not found.stale:
        return ""
    day = PartialDate.of(found.said_on).nl
    old = " (lang geleden)" if any(one.cause == TIME and not one.words for one in found.because) else ""
    return f"LET OP: van {day}{old}{_reasons(found)}; {found.advice.nl}."


def cautions_nl(entry: Entry) -> list[str]:
    """What stands beside a line: that it is stale, that it does not go together with another one."""
    said = [amber_nl(entry.freshness)] if entry.freshness is not None and entry.freshness.stale else []
    if entry.against and not entry.contested:
        said.append(f"LET OP: past niet bij {join_nl([str(ref) for ref in entry.against])}; overleg.")
    if entry.withdrawn_source is not None:
        said.append(f"LET OP: {entry.withdrawn_source.caution_nl()}.")
    return said


def _reasons(found: Freshness) -> str:
    passed = [one.words for one in found.because if one.cause == TIME and one.words]
    later = [one.words for one in found.because if one.cause != TIME]
    return "".join(f", {words}" for words in passed) + (f" en daarna {join_nl(later)}" if later else "")


def _by_time(value: Any, rule: Rule, said_on: date, age: int, today: date, *, dying: bool) -> list[Because]:
    days = rule.days_when_dying if dying and rule.days_when_dying is not None else rule.days
    until: PartialDate | None = getattr(value, rule.until) if rule.until is not None else None
    if until is not None and until.last_day < today:
        return [Because(TIME, until.last_day, f"de afgesproken datum {until.nl} is voorbij")]
    if days is not None and age > days and until is None:
        return [Because(TIME, said_on, "")]
    return []


def _first_day(said: PartialDate | Moment | None) -> date | None:
    """The earliest day that it can mean: nothing is ever taken for fresher than it is."""
    return said.day if isinstance(said, Moment) else said.first_day if said is not None else None


def _dutch(moment: datetime) -> date:
    return moment.astimezone(AMSTERDAM).date()
