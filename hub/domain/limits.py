"""What a limited permit opens: the words in ``policies/`` that narrow a cell (law-and-care §5.2, "limits in words").

A limit word that is not known here opens nothing.
"""

from collections.abc import Callable, Collection, Iterable

from hub.domain.dossier import Entry
from hub.domain.entries import Kind, Statement
from hub.domain.people import same_organisation
from hub.domain.vocabulary import Role

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


_CORRECT = frozenset({"own", "request", "flag"})
_CIRCLE = frozenset({"relatives", "own_organisation"})
_TEAM_ROLES = frozenset({Role.SPECIALIST, Role.HOME_CARE, Role.FACILITY})

KNOWN = frozenset(_READ) | frozenset(_RECORD) | NO_ENTRIES_YET | _CORRECT | _CIRCLE | {"last"}
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
    beside = {str(ref) for ref, _ in shown}
    return [entry for entry in everything if (entry.ref, entry.version) in shown or _stands_beside(entry, beside)]


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
