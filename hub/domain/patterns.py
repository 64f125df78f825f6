"""Patronen in de logging die een blik waard zijn (NEN 7513, controle). Pure: lines in, findings out.

A finding is a question to a person, never a verdict: a nurse may bear the same name by chance, and somebody has to work
at night. So each says in plain words why it stands out, and a human judges (Haga, 2019: logs without control are not
enough).
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from hub.domain.circle import CareRelation, DischargeReason
from hub.domain.vocabulary import Role

_AMSTERDAM = ZoneInfo("Europe/Amsterdam")
_PREFIXES = frozenset(
    ("van", "de", "den", "der", "het", "te", "ten", "ter", "von", "zu", "zum", "zur", "da", "do", "dos", "du", "la",
     "le", "l", "el", "al", "op", "in", "aan", "bij", "onder", "uit", "d", "s", "t")
)  # fmt: skip
_NOT_A_LETTER = re.compile(r"[^a-z]+")
NO_TASK = timedelta(days=30)
BEFORE_LEAVING = timedelta(days=2)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
MANY_PATIENTS = 10
MANY_REFUSALS = 5
KNOWN_HABIT = 20
"""So many looks by day, and none by night, make a habit."""
_NIGHT_FROM, _NIGHT_UNTIL = 23, 6
_NIGHT_IS_WORK = frozenset({Role.LOCUM, Role.FACILITY})
_LEAVING = frozenset({DischargeReason.LEFT_ORGANISATION, DischargeReason.OWN_REQUEST, DischargeReason.TRANSFER})


class Pattern(StrEnum):
    """Waarom een regel in de steekproef zit. The codes stand in the sample's table."""

    CHANCE = "chance"
    EMERGENCY = "emergency"
    SAME_NAME = "same-name"
    OWN_CIRCLE = "own-circle"
    COLLEAGUE = "colleague"
    NO_TASK = "no-task"
    AFTER_LEAVING = "after-leaving"
    BEFORE_LEAVING = "before-leaving"
    MANY_PATIENTS = "many-patients"
    AT_NIGHT = "at-night"
    REFUSED_OFTEN = "refused-often"

    @property
    def title_nl(self) -> str:
        """The reason as a sentence that follows *Valt op:*."""
        return _TITLES[self]


_TITLES = {
    Pattern.CHANCE: "getrokken door het lot",
    Pattern.EMERGENCY: "noodprocedure; die wordt altijd beoordeeld",
    Pattern.SAME_NAME: "dezelfde achternaam of hetzelfde telefoonnummer als de patiënt of een naaste",
    Pattern.OWN_CIRCLE: "zit zelf als naaste in de kring van deze patiënt, en las als zorgverlener",
    Pattern.COLLEAGUE: "de patiënt of een naaste werkt bij dezelfde organisatie",
    Pattern.NO_TASK: "deed of schreef in de 30 dagen ervoor en erna niets anders voor deze patiënt",
    Pattern.AFTER_LEAVING: "had geen plaats (meer) in de kring",
    Pattern.BEFORE_LEAVING: "vertrok binnen twee dagen na het lezen",
    Pattern.MANY_PATIENTS: "las binnen een uur bij tien of meer patiënten",
    Pattern.AT_NIGHT: "las tussen 23 en 6 uur, en deed dat eerder nooit",
    Pattern.REFUSED_OFTEN: "werd binnen een dag vijf keer of vaker geweigerd",
}


@dataclass(frozen=True, slots=True)
class Line:
    """Eén regel van de logging, as the patterns look at it. ``look``: somebody read in the dossier."""

    seq: int
    at: datetime
    patient_id: str
    person_id: str
    role: str
    organisation: str | None
    look: bool
    refused: bool
    break_glass: bool

    @property
    def professional(self) -> bool:
        return self.role in set(Role) and Role(self.role).is_professional


@dataclass(frozen=True, slots=True)
class Known:
    """Wie iemand is, for comparing: never shown. ``names``: as :func:`name_parts` makes them."""

    names: frozenset[str] = frozenset()
    phone: str = ""
    organisations: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Around:
    """Wat er over één patiënt bekend is. ``person_id`` is the patient as a person."""

    person_id: str
    relations: tuple[CareRelation, ...] = ()
    contacts: Mapping[str, Sequence[datetime]] = field(default_factory=dict)
    """Person → when they recorded, asked for or said something, other than reading; sorted."""

    @property
    def family(self) -> frozenset[str]:
        """The patient, relatives and representatives."""
        close = {r.person_id for r in self.relations if r.role in {Role.RELATIVE, Role.REPRESENTATIVE}}
        return frozenset(close | {self.person_id})


@dataclass(frozen=True, slots=True)
class Facts:
    """Alles waarmee de patronen vergelijken. Whoever is not in ``people`` matches nobody."""

    people: Mapping[str, Known]
    patients: Mapping[str, Around]


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """Een regel die opvalt."""

    seq: int
    pattern: Pattern


def name_parts(family_name: str) -> frozenset[str]:
    """``"de Wit-Ter Braak"`` → ``{"wit", "braak"}``: without accents, capitals and the small words before names."""
    plain = unicodedata.normalize("NFKD", family_name.casefold()).encode("ascii", "ignore").decode()
    parts = [part for part in _NOT_A_LETTER.split(plain) if part]
    meant = frozenset(part for part in parts if part not in _PREFIXES)
    # A name of such words only, or in another script, is compared as it was written.
    return meant or frozenset(parts) or frozenset({" ".join(family_name.casefold().split())})


def phone_number(written: str | None) -> str:
    """The last nine digits: ``+31 26 321 00 01`` and ``026-3210001`` are one number. Empty when there are fewer."""
    digits = re.sub(r"[^0-9]", "", written or "")
    return digits[-9:] if len(digits) >= 9 else ""


def organisation_key(name: str) -> str:
    """One spelling of an organisation: case and spaces do not matter."""
    return " ".join(name.casefold().split())


def may_be_family(one: Known, other: Known) -> bool:
    """Whether two people share a family name or a phone number."""
    return bool(one.names & other.names) or bool(one.phone and one.phone == other.phone)


def find(lines: Iterable[Line], facts: Facts) -> list[Finding]:
    """Every line that stands out and why, in the order of the log; a line may stand out for several reasons.

    :param lines: in any order; they are looked at in the order of the log
    """
    ordered = sorted(lines, key=lambda line: line.seq)
    found: set[Finding] = set()
    for pattern, rule in _BY_LINE.items():
        found |= {Finding(line.seq, pattern) for line in ordered if rule(line, facts)}
    by_person = _by_person(ordered)
    for pattern, walk in _BY_PERSON.items():
        for own in by_person.values():
            found |= {Finding(seq, pattern) for seq in walk(own)}
    return sorted(found)


def _by_person(lines: Iterable[Line]) -> dict[str, list[Line]]:
    found: dict[str, list[Line]] = {}
    for line in lines:
        found.setdefault(line.person_id, []).append(line)
    return found


def _same_name(line: Line, facts: Facts) -> bool:
    """A reader who may be family of the patient, and is not in the circle as family."""
    around, reader = facts.patients.get(line.patient_id), facts.people.get(line.person_id)
    if not line.look or not line.professional or around is None or reader is None or line.person_id in around.family:
        return False
    return any(may_be_family(reader, facts.people[other]) for other in around.family if other in facts.people)


def _own_circle(line: Line, facts: Facts) -> bool:
    """Role separation (law-and-care E15): a relative here, who read with the hat of a professional."""
    around = facts.patients.get(line.patient_id)
    return line.look and line.professional and around is not None and line.person_id in around.family


def _colleague(line: Line, facts: Facts) -> bool:
    around = facts.patients.get(line.patient_id)
    if not line.look or not line.professional or around is None or not line.organisation:
        return False
    here = organisation_key(line.organisation)
    others = (facts.people[other] for other in around.family if other in facts.people and other != line.person_id)
    return any(here in other.organisations for other in others)


def _no_task(line: Line, facts: Facts) -> bool:
    around = facts.patients.get(line.patient_id)
    if not line.look or not line.professional or around is None:
        return False
    return not any(abs(at - line.at) <= NO_TASK for at in around.contacts.get(line.person_id, ()))


def _after_leaving(line: Line, facts: Facts) -> bool:
    around = facts.patients.get(line.patient_id)
    if not line.look or not line.professional or line.break_glass or around is None:
        return False
    return not any(r.person_id == line.person_id and r.active(line.at) for r in around.relations)


def _before_leaving(line: Line, facts: Facts) -> bool:
    around = facts.patients.get(line.patient_id)
    if not line.look or around is None:
        return False
    return any(
        relation.person_id == line.person_id
        and relation.until is not None
        and relation.ended_reason in _LEAVING
        and timedelta() <= relation.until - line.at <= BEFORE_LEAVING
        for relation in around.relations
    )


def _many_patients(own: Sequence[Line]) -> Iterator[int]:
    """Each look within an hour that touched ten patients or more."""
    looks = [line for line in own if line.look]
    start = 0
    for end, line in enumerate(looks):
        while line.at - looks[start].at > HOUR:
            start += 1
        window = looks[start : end + 1]
        if len({one.patient_id for one in window}) >= MANY_PATIENTS:
            yield from (one.seq for one in window)


def _at_night(own: Sequence[Line]) -> Iterator[int]:
    """A first night after many days. Whoever works nights as a rule does not stand out."""
    by_day = by_night = 0
    for line in own:
        if not line.look or not line.professional or Role(line.role) in _NIGHT_IS_WORK:
            continue
        if not is_night(line.at):
            by_day += 1
            continue
        if by_day >= KNOWN_HABIT and by_night == 0:
            yield line.seq
        by_night += 1


def _refused_often(own: Sequence[Line]) -> Iterator[int]:
    refusals = [line for line in own if line.refused]
    start = 0
    for end, line in enumerate(refusals):
        while line.at - refusals[start].at > DAY:
            start += 1
        if end - start + 1 >= MANY_REFUSALS:
            yield from (one.seq for one in refusals[start : end + 1])


def is_night(at: datetime) -> bool:
    """Between 23 and 6 o'clock in Dutch time."""
    hour = at.astimezone(_AMSTERDAM).hour
    return hour >= _NIGHT_FROM or hour < _NIGHT_UNTIL


_BY_LINE: dict[Pattern, Callable[[Line, Facts], bool]] = {
    Pattern.EMERGENCY: lambda line, _facts: line.break_glass,
    Pattern.SAME_NAME: _same_name,
    Pattern.OWN_CIRCLE: _own_circle,
    Pattern.COLLEAGUE: _colleague,
    Pattern.NO_TASK: _no_task,
    Pattern.AFTER_LEAVING: _after_leaving,
    Pattern.BEFORE_LEAVING: _before_leaving,
}
_BY_PERSON: dict[Pattern, Callable[[Sequence[Line]], Iterator[int]]] = {
    Pattern.MANY_PATIENTS: _many_patients,
    Pattern.AT_NIGHT: _at_night,
    Pattern.REFUSED_OFTEN: _refused_often,
}
