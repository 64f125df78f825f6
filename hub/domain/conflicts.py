"""Tegenspraak: two statements that do not go together, both kept and both named (D12, E13, PZP question 7b).

Symmetric: which of the two was written first decides nothing. The table of pairs is :data:`_PAIRS`; within one chain
of versions :func:`hub.domain.dossier.opposed` decides.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from itertools import combinations, product

from hub.domain.advance_care_plan import Decision, Goal, Treatment
from hub.domain.advance_directives import DirectiveType
from hub.domain.care_network import ContactPerson, ContactRole
from hub.domain.dossier import Entry, Status, in_force, opposed
from hub.domain.entries import Kind
from hub.domain.identifiers import EntryRef
from hub.domain.spelling import plain
from hub.domain.spoken import N_
from hub.domain.wishes import PLACES_NL, Answer, Euthanasia, View

AT_ONCE = timedelta(minutes=10)
"""Two people of two organisations who change one line within so long did not see each other's words."""


class Matter(StrEnum):
    """Waarover twee uitspraken elkaar tegenspreken."""

    SAME_LINE = "same_line"
    AT_THE_SAME_TIME = "at_the_same_time"
    GOAL = "goal"
    STATEMENT = "statement"
    EUTHANASIA = "euthanasia"
    ICD = "icd"
    FIRST_CONTACT = "first_contact"
    REPRESENTATIVE = "representative"
    VIEWS = "views"

    @property
    def title_nl(self) -> str:
        return _TITLES[self]

    @property
    def holds_both(self) -> bool:
        """True when neither may be followed until people spoke."""
        return self in {Matter.SAME_LINE, Matter.STATEMENT}


_TITLES = {
    Matter.SAME_LINE: N_("Twee afspraken die elkaar tegenspreken"),
    Matter.AT_THE_SAME_TIME: N_("Twee organisaties veranderden tegelijk dezelfde regel"),
    Matter.GOAL: N_("Een behandelgrens die niet past bij het doel van het beleid"),
    Matter.STATEMENT: N_("Een behandelgrens die een wilsverklaring tegenspreekt"),
    Matter.EUTHANASIA: N_("Een euthanasieverzoek en een wens van nu die dat tegenspreekt"),
    Matter.ICD: N_("Een afspraak over een ICD die er volgens het dossier niet is"),
    Matter.FIRST_CONTACT: N_("Twee eerste contactpersonen"),
    Matter.REPRESENTATIVE: N_("Twee vertegenwoordigers zonder volgorde"),
    Matter.VIEWS: N_("De patiënt en een naaste zien het anders"),
}


@dataclass(frozen=True, slots=True)
class Conflict:
    """Twee versies die elkaar tegenspreken, in the order of their references."""

    matter: Matter
    first: Entry
    second: Entry

    @property
    def key(self) -> str:
        """``S3-1/2~S3-4/1``: which two versions; the same whichever was looked at first."""
        return f"{_name(self.first)}~{_name(self.second)}"

    @property
    def refs(self) -> frozenset[EntryRef]:
        return frozenset({self.first.ref, self.second.ref})


def conflicts(versions: Iterable[Entry]) -> tuple[Conflict, ...]:
    """Every contradiction that stands now, in these versions of any number of entries. The order does not matter."""
    chains: dict[EntryRef, list[Entry]] = {}
    for entry in sorted(versions, key=_order):
        chains.setdefault(entry.ref, []).append(entry)
    found = [one for chain in chains.values() if (one := within(chain)) is not None]
    held = [standing for chain in chains.values() if (standing := in_force(chain))]
    return (*found, *between(held))


def within(chain: Sequence[Entry]) -> Conflict | None:
    """The contradiction between two versions of one entry."""
    current, against = in_force(chain), opposed(chain)
    if current is None:
        return None
    if against is not None:
        return Conflict(Matter.SAME_LINE, against, current)
    at_once = overtaken(chain)
    return Conflict(Matter.AT_THE_SAME_TIME, at_once, current) if at_once is not None else None


def overtaken(chain: Sequence[Entry]) -> Entry | None:
    """The version of another organisation that the one in force replaced a moment later, with other words."""
    settled = [entry for entry in chain if entry.status is Status.ACTIVE]
    if len(settled) < 2 or in_force(chain) is not settled[-1]:
        return None
    before, now = settled[-2], settled[-1]
    another = before.author_id != now.author_id and (before.organisation or "") != (now.organisation or "")
    at_once = now.recorded_at - before.recorded_at <= AT_ONCE
    return before if another and at_once and now.reason is None and before.value != now.value else None


def between(held: Sequence[Entry]) -> tuple[Conflict, ...]:
    """The contradictions between entries in force; ``held`` are those, one version of each."""
    of_kind: dict[Kind, list[Entry]] = {}
    for entry in sorted(held, key=_order):
        of_kind.setdefault(entry.kind, []).append(entry)
    found = []
    # Kind by kind: a dossier has thousands of measurements, and none of them can contradict anything.
    for (kind, against), test in _PAIRS.items():
        ones, others = of_kind.get(kind, []), of_kind.get(against, [])
        for one, other in combinations(ones, 2) if kind is against else product(ones, others):
            matter = test(one, other) if one.ref != other.ref else None
            if matter is not None:
                found.append(Conflict(matter, *sorted((one, other), key=_order)))
    return tuple(sorted(found, key=lambda conflict: (_order(conflict.first), _order(conflict.second))))


def mark(shown: Iterable[Entry]) -> list[Entry]:
    """The entries that a reader sees, each with what it contradicts among them; nothing of what they do not see."""
    entries = list(shown)
    settled = [entry for entry in entries if entry.status is Status.ACTIVE]
    against: dict[tuple[EntryRef, int], set[EntryRef]] = {}
    held: set[tuple[EntryRef, int]] = set()
    for conflict in between(settled):
        if conflict.matter is Matter.VIEWS:
            # Each line says whose view it is; that they differ is for who speaks with them.
            continue
        for one, other in ((conflict.first, conflict.second), (conflict.second, conflict.first)):
            against.setdefault((one.ref, one.version), set()).add(other.ref)
            if conflict.matter.holds_both:
                held.add((one.ref, one.version))
    return [
        replace(
            entry,
            against=tuple(sorted(against[entry.ref, entry.version], key=str)),
            contested=entry.contested or (entry.ref, entry.version) in held,
        )
        if (entry.ref, entry.version) in against
        else entry
        for entry in entries
    ]


_TREATS = (Decision.YES, Decision.YES_BUT)
_LIFE_PROLONGING = frozenset({Treatment.RESUSCITATION, Treatment.VENTILATION, Treatment.INTENSIVE_CARE})
_ASKS_FOR_EUTHANASIA = (DirectiveType.EUTHANASIA, DirectiveType.EUTHANASIA_DEMENTIA)


def _goal(goal: Entry, directive: Entry) -> Matter | None:
    prolongs = directive.value.treatment in _LIFE_PROLONGING and directive.value.decision in _TREATS
    return Matter.GOAL if goal.value.goal is Goal.RELIEVE_ONLY and prolongs else None


def _statement(statement: Entry, directive: Entry) -> Matter | None:
    refuses = statement.value.type is DirectiveType.DO_NOT_RESUSCITATE
    treats = directive.value.treatment is Treatment.RESUSCITATION and directive.value.decision in _TREATS
    return Matter.STATEMENT if refuses and treats else None


def _euthanasia(statement: Entry, position: Entry) -> Matter | None:
    asks = statement.value.type in _ASKS_FOR_EUTHANASIA
    return Matter.EUTHANASIA if asks and position.value.position is Euthanasia.NOT_WANTED else None


def _icd(device: Entry, directive: Entry) -> Matter | None:
    about = directive.value.treatment is Treatment.ICD_OFF and directive.value.decision.is_agreement
    return Matter.ICD if about and device.value.has_icd is Answer.NO else None


def _contacts(one: Entry, other: Entry) -> Matter | None:
    a, b = one.value, other.value
    if _same_person(a, b):
        return None
    if a.is_representative and b.is_representative and not _ordered(a, b):
        return Matter.REPRESENTATIVE
    both_first = ContactRole.FIRST_CONTACT in a.roles and ContactRole.FIRST_CONTACT in b.roles
    return Matter.FIRST_CONTACT if both_first else None


def _same_person(a: ContactPerson, b: ContactPerson) -> bool:
    return plain(a.name) == plain(b.name) and plain(a.relation or "") == plain(b.relation or "")


def _ordered(a: ContactPerson, b: ContactPerson) -> bool:
    """The law says who goes first (BW 7:465 lid 2 en 3)."""
    return a.rank is not None and b.rank is not None and a.rank.place != b.rank.place


def _views(one: Entry, other: Entry) -> Matter | None:
    a, b = one.value, other.value
    if {a.view, b.view} != {View.PATIENT, View.RELATIVE} or a.place not in PLACES_NL or b.place not in PLACES_NL:
        return None
    return Matter.VIEWS if (a.place, plain(a.other_place or "")) != (b.place, plain(b.other_place or "")) else None


_PAIRS: dict[tuple[Kind, Kind], Callable[[Entry, Entry], Matter | None]] = {
    (Kind.MEDICAL_POLICY_GOAL, Kind.TREATMENT_DIRECTIVE): _goal,
    (Kind.ADVANCE_DIRECTIVE, Kind.TREATMENT_DIRECTIVE): _statement,
    (Kind.ADVANCE_DIRECTIVE, Kind.EUTHANASIA_POSITION): _euthanasia,
    (Kind.MEDICAL_DEVICE, Kind.TREATMENT_DIRECTIVE): _icd,
    (Kind.CONTACT_PERSON, Kind.CONTACT_PERSON): _contacts,
    (Kind.PREFERRED_PLACE_OF_DEATH, Kind.PREFERRED_PLACE_OF_DEATH): _views,
    (Kind.PREFERRED_PLACE_OF_CARE, Kind.PREFERRED_PLACE_OF_CARE): _views,
}


def _order(entry: Entry) -> tuple[int, int, int]:
    return int(entry.ref.section.value[1:]), entry.ref.number, entry.version


def _name(entry: Entry) -> str:
    return f"{entry.ref}/{entry.version}"
