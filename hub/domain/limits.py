"""What a limited permit opens: the words in ``policies/`` that narrow a cell (law-and-care §5.2, "limits in words").

A limit word that is not known here opens nothing.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from itertools import repeat
from typing import Any

from hub.domain.dossier import Entry
from hub.domain.dying_phase import DyingPhase
from hub.domain.entries import Kind, Statement
from hub.domain.marking import Diagnosis
from hub.domain.observations import Complexity, ItemScore, SymptomItem, SymptomScores
from hub.domain.people import same_organisation
from hub.domain.vocabulary import Role

_Test = Callable[[Entry, str], bool]


def _kinds(*kinds: Kind) -> _Test:
    return lambda entry, _reader: entry.kind in kinds


def is_own(entry: Entry, person: str) -> bool:
    """The person wrote it, or answers for it."""
    return person in {entry.author_id, entry.responsible_id}


def _pain_and_swallowing(value: Any) -> SymptomScores | None:
    kept = tuple(one for one in _scores_of(value) if one.item in {SymptomItem.PAIN, SymptomItem.SWALLOWING})
    return SymptomScores(kept, value.reporter) if kept else None


def _scores_of(value: Any) -> tuple[ItemScore, ...]:
    return value.scores if isinstance(value, SymptomScores) else ()


def _level(value: Any) -> Any | None:
    return Complexity(value.level) if isinstance(value, Complexity) else None


def _that_it_began(value: Any) -> Any | None:
    return DyingPhase(value.course, value.on) if isinstance(value, DyingPhase) else None


def _name_of_illness(value: Any) -> Any | None:
    return replace(value, comment=None) if isinstance(value, Diagnosis) else None


_READ: dict[str, _Test] = {
    "own": is_own,
    "own_relation": is_own,
    "own_tasks": is_own,
    "summary": _kinds(Kind.DIAGNOSIS, Kind.ILLNESS_PHASE, Kind.COMPLEXITY),
    "phase": _kinds(Kind.ILLNESS_PHASE),
    "place_only": _kinds(Kind.PREFERRED_PLACE_OF_DEATH, Kind.PREFERRED_PLACE_OF_CARE),
    "name_contact": _kinds(Kind.CONTACT_PERSON),
    "pain_swallow_renal": _kinds(Kind.PAIN_SCORE),
    "roster": _kinds(Kind.REACHABILITY, Kind.APPOINTMENT),
    "spiritual": _kinds(Kind.MEANING),
}
_PARTS: dict[str, dict[Kind, Callable[[Any], Any | None]]] = {
    "phase": {Kind.COMPLEXITY: _level},
    "pain_swallow_renal": {Kind.SYMPTOM: _pain_and_swallowing},
    "indication": {Kind.DIAGNOSIS: _name_of_illness},
    "flag": {Kind.DYING_PHASE: _that_it_began},
    "info": {Kind.DYING_PHASE: _that_it_began},
}
"""Words that open a part of an entry and leave the rest out: a level without its reasons, two complaints of twelve."""
NO_ENTRIES_YET = frozenset({"if_needed", "log", "technical_log", "asked_tasks"})
"""Limit words without a kind of entry that they could open: what a decision needs is for people to say, the log is no
part of the dossier, and a task is no entry. They open nothing."""
_DOES_TASKS = frozenset({"own_tasks", "asked_tasks"})
_ASKS_TASKS = _DOES_TASKS | {"questions", "waarneembericht"}

_OWN_WORDS = frozenset({Kind.NOTE, Kind.DOCUMENT})
_NO_PRESCRIPTION = frozenset({Kind.NOTE})
# A photo of a list would be a way around "no prescription"; a diary is scores and words.
_DIARY = frozenset({Kind.PAIN_SCORE, Kind.SYMPTOM, Kind.MEANING, *_OWN_WORDS})
_RECORD: dict[str, frozenset[Kind]] = {
    "own": _DIARY | {Kind.CONTACT_PERSON, Kind.INTAKE, Kind.CARER_STRAIN},
    "own_contacts": frozenset({Kind.CONTACT_PERSON, Kind.LIVING_SITUATION, *_OWN_WORDS}),
    "usd": _DIARY,
    "proxy": _DIARY,
    "administration": _NO_PRESCRIPTION,
    "consult": _OWN_WORDS,
    "own_field": _OWN_WORDS | {Kind.DIAGNOSIS},
    "own_tasks": _OWN_WORDS,
    "questions": _OWN_WORDS,
    "signal": _NO_PRESCRIPTION,
    "statement": _OWN_WORDS,
    "waarneembericht": _OWN_WORDS,
    "with_proof": frozenset({Kind.DOCUMENT}),
    "withdraw": frozenset(),
}


_CORRECT = frozenset({"own", "request", "flag"})
_CIRCLE = frozenset({"relatives", "own_organisation"})
_TEAM_ROLES = frozenset({Role.SPECIALIST, Role.HOME_CARE, Role.FACILITY})

KNOWN = frozenset(_READ) | frozenset(_PARTS) | frozenset(_RECORD) | NO_ENTRIES_YET | _CORRECT | _CIRCLE | {"last"}
"""Every limit word that this file gives a meaning; a test holds it against the words of the policies."""


def visible(limits: Collection[str], entries: Iterable[Entry], *, reader: str) -> list[Entry]:
    """The entries, or the parts of them, that a reader with these limits sees; no limits: all of them.

    What stayed sealed is judged by its row, and once more when it is open: only then its part can be taken.
    """
    everything = list(entries)
    if not limits:
        return everything
    shown: dict[tuple[object, int], Entry] = {}
    for limit in limits:
        parts = map(_part, everything, repeat(_PARTS.get(limit, {})))
        shown |= {(left.ref, left.version): left for left in parts if left is not None}
    # The whole wins from a part: more permits never show less.
    for limit in limits:
        if limit == "last":
            shown |= {(e.ref, e.version): e for e in _last_of_each_kind(everything)}
        elif test := _READ.get(limit):
            shown |= {(e.ref, e.version): e for e in everything if test(e, reader)}
    beside = {str(ref) for ref, _ in shown}
    told = [shown.get((entry.ref, entry.version), entry) for entry in everything]
    return [entry for entry in told if (entry.ref, entry.version) in shown or _stands_beside(entry, beside)]


def in_part(limits: Collection[str], kind: Kind) -> bool:
    """True when some of these limits open only a part of an entry of this kind."""
    return any(kind in _PARTS.get(limit, {}) for limit in limits)


def _part(entry: Entry, takes: Mapping[Kind, Callable[[Any], Any | None]]) -> Entry | None:
    """What a limit leaves of this entry; None when it leaves nothing."""
    take = takes.get(entry.kind)
    if take is None or not entry.is_open:
        return entry if take else None
    left = take(entry.value)
    return replace(entry, value=left) if left is not None else None


def _stands_beside(entry: Entry, shown: Collection[str]) -> bool:
    """A statement travels with what it is about (BW 7:454 lid 2)."""
    return isinstance(entry.value, Statement) and entry.value.about in shown


def may_record(limits: Collection[str], kind: Kind) -> bool:
    """Whether a permit to record with these limits covers this kind."""
    return not limits or any(kind in _RECORD.get(limit, frozenset()) for limit in limits)


def may_correct(limits: Collection[str], entry: Entry, person: str) -> bool:
    """Whether a permit to correct with these limits covers a new version of this entry by this person."""
    return not limits or ("own" in limits and is_own(entry, person))


def may_ask_to_correct(limits: Collection[str]) -> bool:
    """Whether the permit covers asking the author: the patient's request (AVG 16), or the flag of a colleague."""
    return not limits or not {"request", "flag"}.isdisjoint(limits)


def may_do_task(limits: Collection[str]) -> bool:
    """Whether a permit to read the care plan with these limits shows somebody the tasks that they were asked to do."""
    return not limits or not _DOES_TASKS.isdisjoint(limits)


def may_ask_task(limits: Collection[str]) -> bool:
    """Whether a permit to record in the care plan with these limits covers asking somebody to do something."""
    return not limits or not _ASKS_TASKS.isdisjoint(limits)


def may_choose_member(
    limits: Collection[str], role: Role, organisation: str | None, *, own_organisation: str | None
) -> bool:
    """Whether a permit to invite or remove with these limits covers somebody in this role and of this organisation.

    ``own_organisation``: that of the hat of who asks. Without one nobody is a colleague.
    """
    if not limits:
        return True
    colleague = own_organisation is not None and organisation is not None and role in _TEAM_ROLES
    return ("relatives" in limits and role is Role.RELATIVE) or (
        "own_organisation" in limits and colleague and same_organisation(organisation, own_organisation)
    )


def _last_of_each_kind(entries: Iterable[Entry]) -> list[Entry]:
    newest: dict[Kind, Entry] = {}
    for entry in entries:
        known = newest.get(entry.kind)
        if known is None or entry.recorded_at >= known.recorded_at:
            newest[entry.kind] = entry
    return list(newest.values())
