"""The log as a patient reads it (NEN 7513 chapter 9): when, who, what, why and by which rule, day by day."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from hub.application.auditing import UNDECIDED
from hub.application.use_cases.access_log import sections_of
from hub.domain.access import Rule
from hub.domain.audit import AuditEvent, ChainedEntry
from hub.domain.consent import Consent
from hub.domain.identifiers import EntryRef
from hub.domain.looking import Looker, lookers
from hub.domain.people import Person
from hub.domain.privacy import CaseKind
from hub.domain.vocabulary import Action, Channel, Purpose, Role
from hub.portal import texts
from hub.texts import N_, SAY_DUTCH, Words
from hub.texts.looking import RIGHTS, sentence

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
    Action.CORRECT: N_("wilde iets herstellen"),
    Action.STATE: N_("wilde een eigen verklaring toevoegen"),
    Action.EXPORT: N_("wilde een afschrift"),
    Action.LEAVE: N_("wilde uit de kring vertrekken"),
    Action.DECLARE: N_("wilde stervensfase of overlijden vaststellen"),
    Action.LEAD: N_("wilde de regie aanbieden, overnemen of weigeren"),
    Action.BREAK_GLASS: N_("wilde de spoedset openen met de noodprocedure"),
    Action.EMERGENCY_READ: N_("wilde de spoedset lezen"),
    Action.DESTROY: N_("wilde het dossier vernietigen"),
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
class Card:
    """Eén mens boven aan de pagina. ``objected``: since when the patient objects, as a day; empty when not."""

    id: str
    name: str
    said: str
    emergency: bool
    may_object: bool = False
    objected: str = ""


@dataclass(frozen=True, slots=True)
class LogPage:
    """``left_out``: how many older rows did not fit. ``quiet``: members who did not look in this time.

    ``choices``: (id, name) of everybody in the log, for the filter; ``person``: who was chosen.
    """

    days: tuple[Day, ...]
    since: date | None
    until: date | None
    left_out: int
    cards: tuple[Card, ...] = ()
    quiet: tuple[Card, ...] = ()
    choices: tuple[tuple[str, str], ...] = ()
    person: str = ""
    own: bool = False
    rights: str = RIGHTS


@dataclass(frozen=True, slots=True)
class Choices:
    """Wat de lezer hier kan doen. ``open_to``: against whom objecting is the road; ``objected``: person → the record.

    ``own``: the reader is the patient.
    """

    own: bool = False
    open_to: Collection[str] = ()
    objected: Mapping[str, Consent] | None = None
    members: Sequence[Person] = ()
    cases: Mapping[str, CaseKind] | None = None


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
    person: str = "",
    choices: Choices | None = None,
    words: Words = SAY_DUTCH,
) -> LogPage:
    """Per person first, then day by day, newest first. ``since`` and ``until``: days in Dutch time, both inclusive."""
    known = {rule.id: rule for rule in rules}
    asked = choices or Choices()
    inside = [item for item in items if _within(item, since, until)]
    everybody = {item.entry.user_id for item in inside}
    chosen = person if person in everybody else ""
    merged: dict[tuple[date, Row], Row] = {}
    for item in inside:
        if chosen and chosen not in {item.entry.user_id, item.entry.responsible_id}:
            continue
        on = item.entry.recorded_at.astimezone(texts.AMSTERDAM).date()
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
    found = [one for one in lookers(inside) if not chosen or one.person_id == chosen]
    shown = {one.person_id for one in lookers(inside)}
    return LogPage(
        days=tuple(Day(texts.weekday(rows[0].first, words.language), tuple(rows)) for rows in days.values()),
        since=since,
        until=until,
        left_out=len(newest) - len(kept),
        cards=tuple(_card(one, people, asked, words) for one in found),
        quiet=()
        if chosen
        else tuple(_quiet(member, asked, words) for member in asked.members if member.id not in shown),
        choices=tuple(sorted(((one, _name(one, people, words)) for one in everybody), key=lambda pair: pair[1])),
        person=chosen,
        own=asked.own,
    )


def _within(item: ChainedEntry, since: date | None, until: date | None) -> bool:
    on = item.entry.recorded_at.astimezone(texts.AMSTERDAM).date()
    return (since is None or on >= since) and (until is None or on <= until)


def _card(one: Looker, people: Mapping[str, Person], asked: Choices, words: Words) -> Card:
    said = sentence(one, people, asked.cases or {}, own=asked.own, words=words)
    return Card(
        id=one.person_id,
        name=_name(one.person_id, people, words),
        said=said,
        emergency=one.by_emergency,
        may_object=one.person_id in asked.open_to,
        objected=_objected(one.person_id, asked, words),
    )


def _quiet(member: Person, asked: Choices, words: Words) -> Card:
    return Card(
        id=member.id,
        name=member.name.full,
        said=f"{member.name.full} ({words(member.role.title_nl)})",
        emergency=False,
        may_object=member.id in asked.open_to,
        objected=_objected(member.id, asked, words),
    )


def _objected(person_id: str, asked: Choices, words: Words) -> str:
    record = (asked.objected or {}).get(person_id)
    return texts.day(record.recorded_at, words.language) if record is not None and record.recorded_at else ""


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
    if policy in UNDECIDED:
        return [], ""
    ids: dict[str, None] = {}
    version = ""
    for part in policy.split():
        version, _, named = part.rpartition(":")
        ids |= dict.fromkeys(named.split(","))
    return list(ids), version
