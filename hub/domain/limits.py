"""What a limited permit opens: the words in ``policies/`` that narrow a cell (law-and-care §5.2, "limits in words").

A limit word that is not known here opens nothing.
"""

from collections.abc import Callable, Collection, Iterable

from hub.domain.dossier import Entry
from hub.domain.entries import Kind

_Test = Callable[[Entry, str], bool]


def _kinds(*kinds: Kind) -> _Test:
    return lambda entry, _reader: entry.kind in kinds


def is_own(entry: Entry, person: str) -> bool:
    """The person wrote it, or answers for it."""
    return person in {entry.author_id, entry.responsible_id}


_READ: dict[str, _Test] = {
    "own": is_own,
    "own_relation": is_own,
    "own_tasks": is_own,
    "summary": _kinds(Kind.COMPLEXITY),
    "phase": _kinds(Kind.COMPLEXITY),
    "place_only": _kinds(Kind.PREFERRED_PLACE_OF_DEATH),
    "name_contact": _kinds(Kind.CONTACT_PERSON),
    "pain_swallow_renal": _kinds(Kind.PAIN_SCORE),
}
NO_ENTRIES_YET = frozenset(
    {"flag", "if_needed", "indication", "info", "log", "roster", "spiritual", "technical_log", "with_proof"}
)
"""Limit words without a kind of entry that they could open; they open nothing until there is one."""

_OWN_WORDS = frozenset({Kind.NOTE})
_SYMPTOMS = frozenset({Kind.PAIN_SCORE, Kind.SYMPTOM, Kind.NOTE})
_RECORD: dict[str, frozenset[Kind]] = {
    "own": _SYMPTOMS | {Kind.CONTACT_PERSON},
    "own_contacts": frozenset({Kind.CONTACT_PERSON, Kind.NOTE}),
    "usd": _SYMPTOMS,
    "proxy": _SYMPTOMS,
    "administration": _OWN_WORDS,
    "consult": _OWN_WORDS,
    "own_field": _OWN_WORDS,
    "own_tasks": _OWN_WORDS,
    "questions": _OWN_WORDS,
    "signal": _OWN_WORDS,
    "statement": _OWN_WORDS,
    "waarneembericht": _OWN_WORDS,
    "withdraw": frozenset(),
}


KNOWN = frozenset(_READ) | frozenset(_RECORD) | NO_ENTRIES_YET | {"last"}
"""Every limit word that this file gives a meaning; a test holds it against the words of the policies."""


def visible(limits: Collection[str], entries: Iterable[Entry], *, reader: str) -> list[Entry]:
    """The entries that a reader with these limits sees; no limits: all of them."""
    everything = list(entries)
    if not limits:
        return everything
    shown: set[tuple[object, int]] = set()
    for limit in limits:
        if limit == "last":
            shown |= {(e.ref, e.version) for e in _last_of_each_kind(everything)}
        elif test := _READ.get(limit):
            shown |= {(e.ref, e.version) for e in everything if test(e, reader)}
    return [entry for entry in everything if (entry.ref, entry.version) in shown]


def may_record(limits: Collection[str], kind: Kind) -> bool:
    """Whether a permit to record with these limits covers this kind."""
    return not limits or any(kind in _RECORD.get(limit, frozenset()) for limit in limits)


def _last_of_each_kind(entries: Iterable[Entry]) -> list[Entry]:
    newest: dict[Kind, Entry] = {}
    for entry in entries:
        known = newest.get(entry.kind)
        if known is None or entry.recorded_at >= known.recorded_at:
            newest[entry.kind] = entry
    return list(newest.values())
