"""The log as a patient reads it (NEN 7513 chapter 9): when, who, what, why and by which rule, day by day."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from hub.application.use_cases.access_log import sections_of
from hub.domain.access import Rule
from hub.domain.audit import AuditEvent, ChainedEntry
from hub.domain.identifiers import EntryRef
from hub.domain.people import Person
from hub.domain.vocabulary import Action, Channel, Purpose, Role
from hub.portal import texts
from hub.texts import N_, SAY_DUTCH, Words

MOST_ROWS = 300
"""More on one page is not read; a shorter period shows the rest."""
_ACTS = {
    Action.READ: N_("wilde lezen"),
    Action.RECORD: N_("wilde iets vastleggen"),
    Action.CONFIRM: N_("wilde iets bevestigen"),
    Action.INVITE: N_("wilde iemand uitnodigen"),
    Action.REMOVE: N_("wilde iemand uit de kring halen"),
    Action.AUDIT: N_("wilde het logboek zien"),
    Action.TRUST: N_("wilde bevestigen van wie een account is"),
}
_ABOUT_PERSON = frozenset({AuditEvent.MEMBER_ADMITTED, AuditEvent.MEMBER_DISCHARGED, AuditEvent.POLICY_EXPLAINED})
_ABOUT_ENTRY = frozenset({AuditEvent.ENTRY_RECORDED, AuditEvent.ENTRY_CONFIRMED})


@dataclass(frozen=True, slots=True)
class Row:
    """The same thing done by the same person on one day; ``first`` is the time of the first (NEN 7513 chapter 9)."""

    first: datetime
    times: int
    who: str
    role: str
    organisation: str | None
    responsible: str | None
    what: str
    sections: str
    where: str
    refused: bool
    purpose: str
    rules: tuple[Rule, ...]
    protocol: str
    consent: str | None
    break_glass: bool


@dataclass(frozen=True, slots=True)
class Day:
    title: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class LogPage:
    """``left_out``: how many older rows did not fit."""

    days: tuple[Day, ...]
    since: date | None
    until: date | None
    left_out: int


def mentioned(items: Iterable[ChainedEntry]) -> set[str]:
    """The people whose names the page needs."""
    ids: set[str] = set()
    for item in items:
        ids |= {item.entry.user_id, item.entry.responsible_id}
        if item.entry.event in _ABOUT_PERSON:
            ids.add(item.entry.object_id)
    return ids


def present(
    items: Sequence[ChainedEntry],
    people: Mapping[str, Person],
    rules: Iterable[Rule],
    *,
    since: date | None = None,
    until: date | None = None,
    words: Words = SAY_DUTCH,
) -> LogPage:
    """Newest day first. ``since`` and ``until`` are days in Dutch time, both inclusive."""
    known = {rule.id: rule for rule in rules}
    merged: dict[tuple[date, Row], Row] = {}
    for item in items:
        on = item.entry.recorded_at.astimezone(texts.AMSTERDAM).date()
        if (since and on < since) or (until and on > until):
            continue
        row = _row(item, people, known, words)
        # Times apart, equal rows of one day are one row.
        key = (on, replace(row, first=datetime.min))  # noqa: DTZ901 -- a place holder, never shown
        earlier = merged.get(key)
        merged[key] = replace(earlier, times=earlier.times + 1) if earlier else row
    newest = sorted(((on, row) for (on, _), row in merged.items()), key=lambda pair: pair[1].first, reverse=True)
    kept = newest[:MOST_ROWS]
    days: dict[date, list[Row]] = {}
    for on, row in kept:
        days.setdefault(on, []).append(row)
    return LogPage(
        days=tuple(Day(texts.weekday(rows[0].first, words.language), tuple(rows)) for rows in days.values()),
        since=since,
        until=until,
        left_out=len(newest) - len(kept),
    )


def _row(item: ChainedEntry, people: Mapping[str, Person], rules: Mapping[str, Rule], words: Words) -> Row:
    entry = item.entry
    ids, protocol = _protocol(entry.policy)
    return Row(
        first=entry.recorded_at,
        times=1,
        who=_name(entry.user_id, people, words),
        role=words(Role(entry.user_role).title_nl if entry.user_role in set(Role) else texts.NO_ROLE),
        organisation=entry.organisation,
        responsible=_name(entry.responsible_id, people, words) if entry.responsible_id != entry.user_id else None,
        what=_what(item, people, words),
        sections="" if entry.event in _ABOUT_ENTRY else texts.sections(sections_of(item), words),
        where=words(texts.CHANNELS[Channel(entry.access_point)])
        if entry.access_point in set(Channel)
        else entry.access_point,
        refused=entry.outcome != 0,
        purpose=words(texts.PURPOSES[Purpose(entry.purpose)]) if entry.purpose in set(Purpose) else entry.purpose,
        rules=tuple(rules[rule_id] for rule_id in ids if rule_id in rules),
        protocol=protocol,
        consent=entry.consent_id,
        break_glass=entry.break_glass,
    )


def _what(item: ChainedEntry, people: Mapping[str, Person], words: Words) -> str:
    entry = item.entry
    if entry.event is AuditEvent.REFUSED:
        wanted = entry.detail.partition(":")[0]
        return words(_ACTS[Action(wanted)]) if wanted in set(Action) else words("wilde het portaal openen")
    if entry.event in _ABOUT_PERSON:
        return f"{words(entry.event.title_nl)}: {_name(entry.object_id, people, words)}"
    if entry.event in _ABOUT_ENTRY:
        ref = EntryRef.parse(entry.object_id.partition("/")[0])
        return f"{words(entry.event.title_nl)}: {ref} in {words(ref.section.title_nl)}"
    return words(entry.event.title_nl)


def _name(person_id: str, people: Mapping[str, Person], words: Words) -> str:
    person = people.get(person_id)
    return person.name.full if person else words(texts.UNKNOWN_PERSON)


def _protocol(policy: str) -> tuple[list[str], str]:
    """``"v1:gp-read v1:gp-read-wishes,guard-x"`` → rule ids without doubles, and the version of the policy."""
    ids: dict[str, None] = {}
    version = ""
    for part in policy.split():
        version, _, named = part.rpartition(":")
        ids |= dict.fromkeys(named.split(","))
    return list(ids), version
