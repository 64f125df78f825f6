"""Wie krijgt iets erbij en wie raakt iets kwijt: two policies compared, exactly, by asking both.

Only what can differ is asked. A guard that stands in both, word for word, closes the same doors in both; a rule that
names a fact nowhere cannot depend on it. So for each role and action the questions run over the facts that a changed
rule or a shared permit looks at; for what differs there, facts of the shared guards are sought under which it comes to
light. What is left is a difference for some real question, and no cell with a difference is missed.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from functools import cached_property
from itertools import combinations, product
from pathlib import Path
from typing import Any

from hub.access.engine import PolicyEngine
from hub.access.files import PolicyFiles, read_policy_files
from hub.access.questions import A_MOMENT, ordinary
from hub.domain.access import AccessRequest, Decision
from hub.domain.vocabulary import (
    CIRCLE_ACTIONS,
    SECTION_ACTIONS,
    Action,
    AgeBand,
    EmergencyChoice,
    PatientState,
    Purpose,
    Role,
    Section,
)

Facts = tuple[tuple[str, Any], ...]
"""Deviations from an ordinary day: (name of the axis, value), in the order of the axes."""

_DAY = timedelta(days=1)
_RELATIONS: Mapping[str, Mapping[str, Any]] = {
    "none": {"relation_since": None, "relation_until": None},
    "until-later": {"relation_until": A_MOMENT + _DAY},
    "until-now": {"relation_until": A_MOMENT},
    "since-now": {"relation_since": A_MOMENT},
    "over": {"relation_since": A_MOMENT - 9 * _DAY, "relation_until": A_MOMENT - _DAY},
    "not-yet": {"relation_since": A_MOMENT + _DAY},
}
_TRUE_UNUSUAL = (
    "lead", "consented", "objected", "discussed", "representative_active", "consultable", "explicit", "completing",
    "after_death", "stepped_up", "open_tasks", "emergency_open", "case_open", "approved",
)  # fmt: skip
AXES: Mapping[str, tuple[Any, ...]] = {
    **dict.fromkeys(_TRUE_UNUSUAL, (True,)),
    "circle_open": (False,),
    "assured": (False,),
    "patient_state": (PatientState.DYING, PatientState.DECEASED, PatientState.LEFT),
    "age": (AgeBand.FROM_12_TO_15, AgeBand.UNDER_12),
    "emergency_choice": (EmergencyChoice.PERMIT, EmergencyChoice.DENY),
    "purpose": tuple(Purpose),
    "relation": tuple(_RELATIONS),
}
"""Every fact with its values besides that of an ordinary day (``hub.access.questions.ordinary``)."""


class Change(StrEnum):
    """Wat er voor iemand verandert."""

    GAINS = "gains"
    LOSES = "loses"
    LIMITS = "limits"


@dataclass(frozen=True, slots=True)
class Difference:
    """One cell that changes. ``facts``: the least that must be other than on an ordinary day; empty: nothing."""

    change: Change
    role: Role | None
    action: Action
    section: Section | None
    facts: Facts
    before: frozenset[str]
    after: frozenset[str]
    """Limits before and after; empty where nothing is or was permitted, or all of it."""


def compare(old: Path, new: Path) -> list[Difference]:
    """Every difference in access between two folders of policies, smallest circumstances only.

    :raises StartRefused: one of them is no valid policy
    """
    for directory in (old, new):
        PolicyEngine.load(directory)  # what every start asks of a policy
    return list(differences(read_policy_files(old), read_policy_files(new)))


def differences(old: PolicyFiles, new: PolicyFiles) -> Iterator[Difference]:
    """The same for policies that were read already."""
    pair = _Pair(old, new)
    for role in (*Role, None):
        for action in (*SECTION_ACTIONS, *CIRCLE_ACTIONS):
            if pair.may_differ(role, action):
                for section in Section if action in SECTION_ACTIONS else (None,):
                    yield from _least(role, action, section, pair.of_cell(role, action, section))


def ask_with(
    role: Role | None, action: Action, section: Section | None, facts: Iterable[tuple[str, Any]]
) -> AccessRequest:
    """An ordinary question with these deviations."""
    changed: dict[str, Any] = {}
    for name, value in facts:
        changed |= _RELATIONS[value] if name == "relation" else {name: value}
    return replace(ordinary(role, action, section), **changed)


class _Pair:
    """Two policies, whole and without the guards that they share."""

    def __init__(self, old: PolicyFiles, new: PolicyFiles) -> None:
        self._files = (old, new)
        shared = {
            name
            for name, rule in old.cedar.items()
            if name in new.cedar and _meaning(rule) == _meaning(new.cedar[name])
        }
        self._shared_guards = shared & old.forbidding & new.forbidding
        self._changed = (old.cedar.keys() | new.cedar.keys()) - shared
        self._whole = (PolicyEngine(old), PolicyEngine(new))

    @cached_property
    def _bare(self) -> tuple[PolicyEngine, PolicyEngine]:
        one, other = (self._only(files, files.cedar.keys() - self._shared_guards) for files in self._files)
        return one, other

    @cached_property
    def _differing(self) -> tuple[PolicyEngine, PolicyEngine]:
        one, other = (self._only(files, self._changed & files.cedar.keys()) for files in self._files)
        return one, other

    @staticmethod
    def _only(files: PolicyFiles, names: Iterable[str]) -> PolicyEngine:
        kept = set(names)
        return PolicyEngine(replace(files, cedar={name: rule for name, rule in files.cedar.items() if name in kept}))

    def may_differ(self, role: Role | None, action: Action) -> bool:
        return any(engine.rules_about(role, action) for engine in self._differing)

    def of_cell(
        self, role: Role | None, action: Action, section: Section | None
    ) -> Iterator[tuple[Facts, Decision, Decision]]:
        """Circumstances under which the answers differ, fewest deviations first."""
        named = _asked(self._bare, role, action)
        also = _asked(self._whole, role, action) - named
        mixes = list(_mixes(named))
        bare = self._both(self._bare, [ask_with(role, action, section, facts) for facts in mixes])
        for facts, (one, other) in zip(mixes, bare, strict=True):
            if _same(one, other):
                continue
            # A guard that both have may still close this door in both, unless the facts that it asks for are right.
            for more in _mixes(also):
                together = tuple(sorted((*facts, *more), key=lambda fact: _PLACE[fact[0]]))
                question = ask_with(role, action, section, together)
                ((before, after),) = self._both(self._whole, [question])
                if not _same(before, after):
                    yield together, before, after
                    break
                if not more and self._closed_anyway(before, also):
                    break

    def _closed_anyway(self, decision: Decision, free: frozenset[str]) -> bool:
        """Whether a shared guard closes this door whatever the free facts are: it looks at none of them."""
        closing = (rule.id for rule in decision.rules if rule.id in self._shared_guards)
        return any(free.isdisjoint(self._files[0].facts_of(name)) for name in closing)

    @staticmethod
    def _both(
        engines: tuple[PolicyEngine, PolicyEngine], questions: Sequence[AccessRequest]
    ) -> list[tuple[Decision, Decision]]:
        one, other = engines
        return list(zip(one.decide_many(questions), other.decide_many(questions), strict=True))


def _least(
    role: Role | None,
    action: Action,
    section: Section | None,
    found: Iterable[tuple[Facts, Decision, Decision]],
) -> Iterator[Difference]:
    """Of all circumstances only those that are not more of the same change."""
    told: list[Difference] = []
    for facts, before, after in found:
        change = Change.LIMITS if before.permitted and after.permitted else _gained_or_lost(after)
        difference = Difference(change, role, action, section, facts, before.limits, after.limits)
        more_of_the_same = any(
            set(known.facts) <= set(facts)
            and (known.change, known.before, known.after) == (change, difference.before, difference.after)
            for known in told
        )
        if not more_of_the_same:
            told.append(difference)
            yield difference


def _gained_or_lost(after: Decision) -> Change:
    return Change.GAINS if after.permitted else Change.LOSES


def _same(one: Decision, other: Decision) -> bool:
    return one.permitted == other.permitted and (not one.permitted or one.limits == other.limits)


def _asked(engines: tuple[PolicyEngine, PolicyEngine], role: Role | None, action: Action) -> frozenset[str]:
    one, other = (engine.facts_asked(role, action) for engine in engines)
    return (one | other) & AXES.keys()


def _mixes(names: Iterable[str]) -> Iterator[Facts]:
    """Every mix of deviations over these facts, fewest first; the first is none at all."""
    ordered = sorted(names, key=_PLACE.__getitem__)
    for size in range(len(ordered) + 1):
        for chosen in combinations(ordered, size):
            for values in product(*(AXES[name] for name in chosen)):
                yield tuple(zip(chosen, values, strict=True))


def _meaning(rule: Mapping[str, Any]) -> dict[str, Any]:
    """What a rule does, without its name, article and explanation."""
    return {**rule, "annotations": (rule.get("annotations") or {}).get("limit")}


_PLACE = {name: place for place, name in enumerate(AXES)}
