"""What a limited permit opens: the words in ``policies/`` that narrow a cell (law-and-care §5.2, "limits in words").

A limit word that is not known here opens nothing.
"""

from collections.abc import Callable, Collection, Iterable

from hub.domain.dossier import Entry
from hub.domain.entries import Kind

_Test = Callable[[Entry, str], bool]


def _kinds(*kinds: Kind) -> _Test:
    return lambda entry, _reader: entry.kind in kinds


def _own(entry: Entry, reader: str) -> bool:
    return reader in {entry.author_id, entry.responsible_id}


_READ: dict[str, _Test] = {
    "own": _own,
    "own_relation": _own,
    "own_tasks": _own,
    "summary": _kinds(Kind.COMPLEXITY),
    "phase": _kinds(Kind.COMPLEXITY),
    "place_only": _kinds(Kind.PREFERRED_PLACE_OF_DEATH),
    "name_contact": _kinds(Kind.CONTACT_PERSON),
    "pain_swallow_renal": _kinds(Kind.PAIN_SCORE),
}
"""Words without a kind of entry yet (roster, info, flag, indication, spiritual, log, if_needed, …) open nothing."""

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


def visible(limits: Collection[str], entries: Iterable[Entry], *, reader: str) -> list[Entry]:
    """The entries that a reader with these limits sees; no limits: all of them. An author always sees their own words."""
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
