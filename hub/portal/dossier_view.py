"""The dossier as it is read: sections, agreements first, each line with who, when and whether it is in force."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import groupby

from hub.application.use_cases.dossier import View
from hub.application.use_cases.versions import History, state_nl
from hub.domain import entries
from hub.domain.dossier import NEEDS_CONFIRMATION, Entry, Status
from hub.domain.entries import Kind
from hub.domain.freshness import age_nl, cautions_nl
from hub.domain.people import Person
from hub.domain.vocabulary import Section
from hub.portal import texts
from hub.texts import N_, SAY_DUTCH, Words

MEASUREMENTS_SHOWN = 3
"""How many of one kind of measurement the whole dossier shows; the section's own page shows all."""
_FIRST = (Section.S3,)
"""What decides at night comes first, also on paper."""
STATES = (
    N_("voorstel"),
    N_("bevestigd"),
    N_("vastgelegd"),
    N_("ingetrokken: dit had er niet moeten staan"),
)
"""What :func:`state_nl` can say."""
CONTESTED = N_("Tegenstrijdig – bel wie de regie heeft, en volg geen van beide zonder overleg")
_KINDS_FIRST = (Kind.TREATMENT_DIRECTIVE, Kind.MEDICAL_DEVICE, Kind.ADVANCE_DIRECTIVE, Kind.MEDICAL_POLICY_GOAL)
_MEASUREMENTS = frozenset({Kind.PAIN_SCORE, Kind.SYMPTOM})


@dataclass(frozen=True, slots=True)
class Line:
    """One entry. ``proposal`` is not in force and says so; ``changes``: another version is in force until then."""

    ref: str
    sentence: str = field(repr=False)
    status: str | None
    proposal: bool
    changes: bool
    who: str
    role: str
    organisation: str | None
    when: str
    verb: str
    confirmed: str | None
    """Who confirmed it, where the sentence itself does not say so."""
    source: str
    age: str | None = None
    """How old the agreement is; None: of today, or of its own day for ever."""
    cautions: tuple[str, ...] = ()
    """``LET OP: …``: stale, or not going together with another line. In Dutch, as the agreement itself."""
    versions: str | None = None
    """Where its earlier versions are, when there are any."""
    file: str | None = None
    """Where the file is that this entry is about."""


@dataclass(frozen=True, slots=True)
class Group:
    """The entries of one kind."""

    title: str
    lines: tuple[Line, ...]
    more: int = 0


@dataclass(frozen=True, slots=True)
class Block:
    """One section with entries."""

    section: Section
    limited: bool
    agreements: tuple[Group, ...]
    proposals: tuple[Group, ...]


@dataclass(frozen=True, slots=True)
class Reach:
    """What of one section this reader sees: ``all``, ``part`` or ``none``."""

    section: Section
    sees: str


@dataclass(frozen=True, slots=True)
class DossierPage:
    asked: Section | None
    blocks: tuple[Block, ...]
    empty: tuple[Section, ...]
    reach: tuple[Reach, ...]
    earlier: str | None = None
    """Where the page before this one begins."""
    older: int = 0
    """How many there are from there on."""

    @property
    def first_line(self) -> Line | None:
        """Of a page with one entry that entry."""
        groups = [group for block in self.blocks for group in (*block.agreements, *block.proposals)]
        return groups[0].lines[0] if groups else None


def mentioned(view: View) -> set[str]:
    """The people whose names the page needs."""
    return {person for entry in view.entries for person in (entry.author_id, entry.confirmed_by) if person}


def present(
    view: View, people: Mapping[str, Person], *, asked: Section | None, words: Words = SAY_DUTCH
) -> DossierPage:
    """The page for a view; ``asked`` is the section when only one was asked for.

    What was agreed or noted stays in the language in which it was made, whatever ``words`` speaks: no machine
    translates a directive.
    """
    blocks = [
        _block(section, view, people, words, all_of_it=asked is not None)
        for section in sorted(view.sections, key=_section_order)
    ]
    reach = tuple(Reach(section, _sees(section, view)) for section in Section) if asked is None else ()
    return DossierPage(
        asked=asked,
        blocks=tuple(block for block in blocks if block.agreements or block.proposals),
        empty=tuple(block.section for block in blocks if not (block.agreements or block.proposals)),
        reach=reach,
        earlier=str(view.earlier) if view.earlier is not None else None,
        older=sum(view.left_out.values()) if view.earlier is not None else 0,
    )


def _block(section: Section, view: View, people: Mapping[str, Person], words: Words, *, all_of_it: bool) -> Block:
    own = [entry for entry in view.entries if entry.section is section]
    older = {} if all_of_it else {kind: count for (where, kind), count in view.left_out.items() if where is section}
    settled = [entry for entry in own if entry.status is not Status.PROPOSED]
    proposed = [entry for entry in own if entry.status is Status.PROPOSED]
    in_force = {entry.ref for entry in settled}
    return Block(
        section=section,
        limited=section in view.limited,
        agreements=_groups(settled, in_force, people, words, older, all_of_it=all_of_it),
        proposals=_groups(proposed, in_force, people, words, {}, all_of_it=True),
    )


def _groups(
    shown: Iterable[Entry],
    in_force: Collection[object],
    people: Mapping[str, Person],
    words: Words,
    older: Mapping[Kind, int],
    *,
    all_of_it: bool,
) -> tuple[Group, ...]:
    groups = []
    for kind, found in groupby(sorted(shown, key=lambda entry: _kind_order(entry.kind)), key=lambda entry: entry.kind):
        # Of what comes in a series people look for the latest; the rest keeps the order of recording.
        members = sorted(found, key=lambda entry: entry.recorded_at, reverse=kind.is_series)
        kept = members[:MEASUREMENTS_SHOWN] if kind in _MEASUREMENTS and not all_of_it else members
        lines = tuple(_line(entry, people, words, changes=entry.ref in in_force) for entry in kept)
        groups.append(Group(words(kind.title_nl), lines, more=len(members) - len(kept) + older.get(kind, 0)))
    return tuple(groups)


def _line(entry: Entry, people: Mapping[str, Person], words: Words, *, changes: bool) -> Line:
    author = people.get(entry.author_id)
    proposal = entry.status is Status.PROPOSED
    in_dutch = _confirmation(entry, people, SAY_DUTCH)
    sentence = entries.sentence_nl(entry.value, in_dutch)
    return Line(
        ref=str(entry.ref),
        sentence=sentence,
        status=_status(entry, words),
        proposal=proposal,
        changes=proposal and changes,
        who=author.name.full if author else words(texts.UNKNOWN_PERSON),
        role=words(entry.author_role.title_nl),
        organisation=entry.organisation,
        when=texts.moment(entry.recorded_at, words.language),
        verb=words("Voorgesteld door") if proposal or entry.confirmed_by else words("Vastgelegd door"),
        confirmed=None if in_dutch is not None and in_dutch in sentence else _confirmation(entry, people, words),
        source=words(texts.SOURCES[entry.source.kind]),
        age=age_nl(entry.freshness.age_days) if entry.freshness and entry.freshness.age_days else None,
        cautions=tuple(cautions_nl(entry)),
        versions=f"/dossier/{entry.section.value}/{entry.ref.number}" if entry.version > 1 else None,
        file=f"/dossier/{entry.section.value}/bestand/{entry.ref.number}" if entry.kind is Kind.DOCUMENT else None,
    )


@dataclass(frozen=True, slots=True)
class StepLine:
    """One version: what changed since the one before, or the whole sentence of the first."""

    number: int
    state: str
    lines: tuple[str, ...] = field(repr=False)
    sentence: str | None = field(repr=False)
    who: str
    when: str


@dataclass(frozen=True, slots=True)
class HistoryPage:
    ref: str
    section: Section
    steps: tuple[StepLine, ...]
    beside: tuple[str, ...] = field(repr=False)


def history(found: History, people: Mapping[str, Person], words: Words = SAY_DUTCH) -> HistoryPage:
    """Every version of one entry, oldest first; what was said stays in Dutch."""
    steps = []
    for step in found.steps:
        entry = step.entry
        lines = tuple(step.change.lines_nl(entry.reason)) if step.change is not None else ()
        by = entry.confirmed_by if step.confirms else entry.author_id
        person = people.get(by or "")
        who = person.name.full if person is not None else words(texts.UNKNOWN_PERSON)
        sentence = None if lines or step.confirms else entries.sentence_nl(entry.value)
        when = texts.moment(entry.recorded_at, words.language)
        steps.append(StepLine(entry.version, words(state_nl(entry)), lines, sentence, who, when))
    beside = tuple(entries.sentence_nl(one.value) for one in found.beside)
    return HistoryPage(str(found.ref), found.ref.section, tuple(steps), beside)


def _confirmation(entry: Entry, people: Mapping[str, Person], words: Words) -> str | None:
    if entry.confirmed_by is None:
        return None
    person = people.get(entry.confirmed_by)
    by = f"{person.name.full} ({words(person.role.title_nl)})" if person else words(texts.UNKNOWN_PERSON)
    day = texts.day(entry.recorded_at, words.language)
    return words("bevestigd door %(name)s op %(day)s") % {"name": by, "day": day}


def _status(entry: Entry, words: Words) -> str | None:
    """Only where it could be one or the other: a pain score is never a proposal."""
    if entry.contested:
        return words(CONTESTED)
    if entry.status is Status.PROPOSED:
        return words("Voorstel – geldt nog niet")
    return words("Geldt nu") if entry.kind in NEEDS_CONFIRMATION else None


def _sees(section: Section, view: View) -> str:
    if section not in view.sections:
        return "none"
    return "part" if section in view.limited else "all"


def _section_order(section: Section) -> tuple[bool, int]:
    return section not in _FIRST, int(section.value[1:])


def _kind_order(kind: Kind) -> tuple[bool, int, int]:
    first = _KINDS_FIRST.index(kind) if kind in _KINDS_FIRST else len(_KINDS_FIRST)
    return kind is Kind.NOTE, first, list(Kind).index(kind)
