"""Zoeken in het dossier: what reading would show, and nothing else; the log has how much was found, never the words."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace

from hub.application.context import RequestContext
from hub.application.guard import Guard, Refused
from hub.application.ports import UnitOfWork
from hub.application.reading_ports import Found
from hub.application.use_cases.freshening import freshened
from hub.domain import entries
from hub.domain.dossier import Entry
from hub.domain.entries import Kind, Value
from hub.domain.errors import NotFound
from hub.domain.observations import ItemScore, PainScore, Reporter, SymptomItem, SymptomScores
from hub.domain.people import Person
from hub.domain.search import Query, folded
from hub.domain.vocabulary import Action, Section

_REMEMBERED, _SHORT = 2000, 500
_VALUE = '"text": '
"""What stands before the words of a note as it is stored; were it not there, all of what is stored is looked at."""
_NOTE = f"{Kind.NOTE.title_nl}. "
MOST = 10
"""Shown at once; who finds more than that adds a word."""


@dataclass(frozen=True, slots=True)
class Findings:
    """Wat er gevonden is. ``people``: whom it names, by id. ``confidences``: what others told in confidence is open to
    this reader, and was not looked through because nobody asked for it by name (BW 7:456)."""

    found: Found
    people: dict[str, Person]
    confidences: bool = False

    @property
    def more(self) -> int:
        return self.found.total - len(self.found.entries)

    @property
    def sections(self) -> frozenset[Section]:
        """Where it comes from: its label."""
        return frozenset(entry.section for entry in (*self.found.entries, *self.found.beside))


@dataclass(frozen=True, slots=True)
class Search:
    """``names``: of authors, as they are compared. ``said``: what was read already; measurements are often the same."""

    query: Query
    names: Mapping[str, str]
    said: dict[tuple[Kind, str], str] = field(default_factory=dict)
    left: dict[str, Query] = field(default_factory=dict)
    """By author: what is looked for and the name has not."""
    typed: dict[tuple[Kind, str], Query] = field(default_factory=dict)
    """By kind and author: what of that such a measurement never says of its own accord."""

    def matches(self, entry: Entry, value: Value) -> bool:
        return self._left(entry.author_id).matches(_said(entry.kind, value))

    def written(self, entry: Entry, text: str, open_value: Callable[[Kind, str], Value]) -> bool:
        kind, author_id = entry.kind, entry.author_id
        left = self._left(author_id)
        if "\\" not in text:
            # A note says what is written in it and nothing else: most need no more than a look at how they are stored.
            if kind is Kind.NOTE and not left.matches(folded(_NOTE + text.rpartition(_VALUE)[2])):
                return False
            if kind in _EVER_SAID and not self._typed(kind, author_id).matches(folded(text)):
                return False
        said = self.said.get((kind, text))
        if said is None:
            said = _said(kind, open_value(kind, text))
            if len(self.said) < _REMEMBERED and len(text) < _SHORT:
                self.said[kind, text] = said
        return left.matches(said)

    def _left(self, author_id: str) -> Query:
        left = self.left.get(author_id)
        if left is None:
            left = self.left[author_id] = self.query.without(self.names.get(author_id, ""))
        return left

    def _typed(self, kind: Kind, author_id: str) -> Query:
        """What must stand in what is stored, or no such measurement says what is looked for: each word that it says is
        typed in it, or is one that such measurements say."""
        typed = self.typed.get((kind, author_id))
        if typed is None:
            # Words that belong together can stand across what is typed and what is said.
            left = self._left(author_id).of_single_words
            typed = self.typed[kind, author_id] = left.without(_EVER_SAID[kind])
        return typed


def _said(kind: Kind, value: Value) -> str:
    return folded(f"{kind.title_nl}. {entries.sentence_nl(value)}")


def _ever_said() -> dict[Kind, str]:
    """For the kinds of which there are thousands: every word that a measurement says of its own accord."""
    scores, everybody = range(11), tuple(Reporter)
    pain: list[Value] = [PainScore(score, who, "…") for score in scores for who in everybody]
    diary: list[Value] = [
        SymptomScores(tuple(ItemScore(item, score) for item in SymptomItem), who, "…", first)
        for score in scores
        for who in everybody
        for first in (None, *SymptomItem)
    ]
    told = {Kind.PAIN_SCORE: pain, Kind.SYMPTOM: diary}
    return {
        kind: " ".join(dict.fromkeys(word for value in values for word in _said(kind, value).split()))
        for kind, values in told.items()
    }


_EVER_SAID = _ever_said()


async def search_dossier(
    unit: UnitOfWork, guard: Guard, context: RequestContext, query: Query, section: Section | None = None
) -> Findings:
    """Zoeken in one section, or in all that is open except the confidences, which are asked for by name.

    A section that is closed answers as one in which nothing was found.

    :raises Refused: nothing of this dossier is open
    """
    permits = await guard.permitted(unit, context, Action.READ, tuple(Section))
    if not permits:
        await guard.require(unit, context, Action.READ, Section.S1)
    wanted = [one for one in permits if one.section is section or (section is None and one.section is not Section.S10)]
    if not wanted:
        await _leave_a_trace(unit, guard, context, section or Section.S1)

    async def prepare(authors: Collection[str]) -> Search:
        known = await _known(unit, authors)
        return Search(query, {person.id: folded(person.name.full) for person in known.values()})

    found = await unit.dossier.find(wanted, prepare, MOST)
    whole = frozenset(permit.section for permit in wanted if permit.section is not None and not permit.limits)
    found = replace(found, entries=await _as_read(unit, guard, context, found, whole), agreed=[])
    named = {p for e in (*found.entries, *found.beside) for p in (e.author_id, e.confirmed_by) if p}
    confidences = section is None and any(permit.section is Section.S10 for permit in permits)
    return Findings(found, await _known(unit, named), confidences)


async def _as_read(
    unit: UnitOfWork, guard: Guard, context: RequestContext, found: Found, whole: Collection[Section]
) -> list[Entry]:
    """What was found with the marks that reading gives it: how old, stale, not going together with another."""
    there = {(entry.ref, entry.version): entry for entry in (*found.agreed, *found.entries)}
    fresh = await freshened(unit, guard, context, there.values(), whole)
    marked = {(entry.ref, entry.version): entry for entry in fresh}
    return [marked[entry.ref, entry.version] for entry in found.entries]


async def _leave_a_trace(unit: UnitOfWork, guard: Guard, context: RequestContext, section: Section) -> None:
    """A question about what is closed is in the log as a refusal, and is answered as if nothing was there."""
    try:
        await guard.require(unit, context, Action.READ, section)
    except Refused as refused:
        await guard.record_refusal(unit, refused)


async def _known(unit: UnitOfWork, ids: Collection[str]) -> dict[str, Person]:
    people: dict[str, Person] = {}
    for person_id in sorted(set(ids)):
        try:
            people[person_id] = await unit.people.get(person_id)
        except NotFound:
            # Of before a restored back-up: the line stays readable without the name.
            continue
    return people
