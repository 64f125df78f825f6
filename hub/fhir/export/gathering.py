"""What of the dossier goes out: the versions in force, each with all that must travel along with it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from hub.application.use_cases.exporting import ExportView
from hub.domain import dossier
from hub.domain.advance_care_plan import LegalCapacity
from hub.domain.capacity import capacity_that_counts, dutch_day
from hub.domain.dossier import Entry, Status
from hub.domain.entries import Kind, Statement, sentence_nl
from hub.domain.identifiers import EntryRef
from hub.domain.people import Person


@dataclass(frozen=True, slots=True)
class Item:
    """Eén regel die naar buiten gaat: the version in force and what stands beside it.

    ``mended``: the version that replaced a wrong one, when there is one (AVG 16). ``statements``: the patient's own
    words about it (BW 7:454 lid 2). ``against``: the version of somebody else that contradicts it, and ``beside``:
    other entries that it does not go together with. ``stale``: the sentence that asks for a new conversation.
    """

    entry: Entry
    mended: Entry | None = None
    statements: tuple[Entry, ...] = ()
    against: Entry | None = None
    stale: str | None = field(default=None, repr=False)
    beside: tuple[Entry, ...] = ()

    @property
    def value(self) -> Any:
        """The value object of the entry."""
        return self.entry.value

    @property
    def key(self) -> str:
        """Stable across versions; of two that contradict each other the elder has its version in it."""
        older = self.against is not None and self.against.version > self.entry.version
        return f"{self.entry.ref}/{self.entry.version}" if older else str(self.entry.ref)


def items_of(view: ExportView) -> list[Item]:
    """The versions in force, in the order of the dossier; a proposal is not an agreement and stays here (CARE-04)."""
    chains: dict[EntryRef, list[Entry]] = defaultdict(list)
    for entry in sorted(view.versions, key=lambda one: one.version):
        chains[entry.ref].append(entry)
    statements: dict[str, list[Entry]] = defaultdict(list)
    shown = [entry for entry in dossier.to_show(view.versions) if entry.status is Status.ACTIVE]
    for entry in shown:
        if isinstance(entry.value, Statement):
            statements[entry.value.about].append(entry)
    contested: dict[EntryRef, list[Entry]] = defaultdict(list)
    for entry in shown:
        if entry.contested:
            contested[entry.ref].append(entry)
    by_ref = {entry.ref: entry for entry in shown}
    items = []
    for entry in shown:
        if entry.kind is Kind.LEGAL_CAPACITY:
            continue
        others = [other for other in contested[entry.ref] if other.version != entry.version]
        items.append(
            Item(
                entry,
                _mended(chains[entry.ref], entry),
                tuple(statements[str(entry.ref)]),
                others[0] if others else None,
                view.stale.get(entry.ref),
                tuple(by_ref[ref] for ref in view.against.get(entry.ref, ()) if ref in by_ref),
            )
        )
    judged = [_judgement(view, chain) for chain in chains.values() if chain[0].kind is Kind.LEGAL_CAPACITY]
    items += [
        Item(one, _mended(chains[one.ref], one), tuple(statements[str(one.ref)]), None, view.stale.get(one.ref))
        for one in judged
        if one is not None
    ]
    return sorted(items, key=lambda item: (int(item.entry.section.value[1:]), item.entry.ref.number, item.key))


def proposals_of(view: ExportView) -> list[Entry]:
    """What waits for a second person, and so does not go out."""
    waiting = [entry for entry in dossier.to_show(view.versions) if entry.status is Status.PROPOSED]
    out = {item.entry.ref: item.entry.version for item in items_of(view)}
    return [entry for entry in waiting if out.get(entry.ref, 0) < entry.version]


def _judgement(view: ExportView, chain: Sequence[Entry]) -> Entry | None:
    """The judgement of capacity that counts now; one whose review date has passed counts no longer (BW 7:465)."""
    value = capacity_that_counts(chain)
    if value is None or (value.review_on is not None and value.review_on.last_day < dutch_day(view.at)):
        return None
    # What may count from one word alone (that somebody can decide again) is a proposal by status; here it counts.
    found = next(entry for entry in reversed(chain) if entry.value == value)
    return replace(found, status=Status.ACTIVE)


def _mended(chain: Sequence[Entry], shown: Entry) -> Entry | None:
    return next((one for one in reversed(chain) if one.reason is not None and one.version <= shown.version), None)


def sentences_of(item: Item, people: Mapping[str, Person]) -> list[str]:
    """Everything that a reader must see about this, in full Dutch sentences; first of all what would be missed."""
    entry = item.entry
    told = []
    if item.against is not None:
        told.append(
            "LET OP, TEGENSTRIJDIG: hierover staat ook iets anders in het dossier, en dat is niet uitgepraat: "
            f"{sentence_nl(item.against.value)}"
        )
    told += [
        f"LET OP, TEGENSTRIJDIG met een andere regel van het dossier: {sentence_nl(other.value)}"
        for other in item.beside
    ]
    if item.stale is not None:
        told.append(item.stale)
    told.append(sentence_nl(entry.value))
    if isinstance(entry.value, LegalCapacity) and entry.value.about != LegalCapacity(capable=True).about:
        told.append("Dit gaat niet over medische behandelbeslissingen.")
    told.append(_recorded(entry, people))
    if item.mended is not None:
        told.append(f"Hersteld op {_day(item.mended)} door {described(item.mended, people)}: {item.mended.reason}")
    told += [f"{sentence_nl(said.value)} ({_day(said)}, {described(said, people)})" for said in item.statements]
    return told


def described(entry: Entry, people: Mapping[str, Person]) -> str:
    """Who wrote it, in the role in which it was written: ``Gerda Huisman (huisarts)``."""
    person = people.get(entry.author_id)
    return f"{person.name.full if person else 'onbekend'} ({entry.author_role.title_nl})"


def _recorded(entry: Entry, people: Mapping[str, Person]) -> str:
    by = f"Vastgelegd op {_day(entry)} door {described(entry, people)}"
    second = people.get(entry.confirmed_by) if entry.confirmed_by and entry.confirmed_by != entry.author_id else None
    return f"{by}, bevestigd door {second.described()}." if second else f"{by}."


def _day(entry: Entry) -> str:
    day = dutch_day(entry.recorded_at)
    return f"{day.day}-{day.month}-{day.year}"
