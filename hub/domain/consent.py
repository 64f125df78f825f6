"""Consent and objection (toestemming en bezwaar), section by section, and which of them counts.

A patient's choices are added, never changed. Which one counts for this person and section (ADR 0025; the conflict rules
of GF Consent):

====  =================================================================================================================
 1    The same choice made anew replaces the earlier one: same situation, same target, same reach ("alles", or this
      section by name). So withdrawing takes one act (AVG 7 lid 3). What the patient says replaces what a representative
      said; a representative never replaces what the patient said (BW 7:465).
 2    "Nee, nergens" said later than a permission for single sections, to the same target, ends those permissions too;
      "niemand" in a situation ends every earlier permission in that situation. An objection never surprises.
 3    Of what is left, more specific beats less specific: person > organisation > role > everybody; a choice for this
      situation > one without; a section by name > "alles".
 4    A record beats another only if it is more specific in one respect and less in none. Equal, or each more specific
      in its own way: the objection wins.
 5    Presumed consent (BW 7:457 lid 2) is the weakest of all: it shows that directed sharing was recorded, opens
      nothing that needs consent, and never stands against an objection.
 6    Taking an objection back replaces it, and is no permission: what was said before counts again, and no more.
 7    From 12 to 15 both patient and parents must say yes; a no of either counts (BW 7:450 lid 2).
====  =================================================================================================================
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum

from hub.domain.errors import CommandRejected
from hub.domain.people import Person
from hub.domain.vocabulary import AgeBand, Assurance, EmergencyChoice, Role, Section


class ConsentDecision(StrEnum):
    PERMIT = "permit"
    DENY = "deny"


class SharingMode(StrEnum):
    """Wijze van delen: which law a record answers to (law-and-care §0.2, 1)."""

    EXPLICIT = "explicit"
    """Uitdrukkelijke toestemming, also for looking up (Wabvpz 15a)."""
    PRESUMED = "presumed"
    """Veronderstelde toestemming for who is directly involved (BW 7:457 lid 2), made into a record."""
    WITHDRAWN = "withdrawn"
    """Bezwaar ingetrokken: the objection is gone, and nothing is permitted by it that was not permitted before."""


class ConsentContext(StrEnum):
    """Situatie waarvoor een keuze alleen geldt; a choice without one is about ordinary care."""

    EMERGENCY = "emergency"
    AFTER_DEATH = "after_death"


class TargetKind(StrEnum):
    """To whom a choice applies, from least to most specific (GF Consent: more specific beats less specific)."""

    EVERYONE = "everyone"
    """Iedereen; only for a situation (emergency, after death)."""
    ROLE = "role"
    ORGANISATION = "organisation"
    PERSON = "person"


_KINDS = tuple(TargetKind)


@dataclass(frozen=True, slots=True)
class ConsentTarget:
    """``role:relative``, ``person:per-…``, ``organisation:Hospice De Linde`` or ``everyone``."""

    kind: TargetKind
    value: str

    @classmethod
    def parse(cls, text: str) -> "ConsentTarget":
        if text.strip() == TargetKind.EVERYONE:
            return EVERYONE
        kind, _, value = text.partition(":")
        if kind == TargetKind.EVERYONE or kind not in set(TargetKind) or not value.strip():
            raise CommandRejected("bad-consent-target", "Schrijf aan wie: role:ROL, person:ID of organisation:NAAM.")
        target = cls(TargetKind(kind), value.strip())
        if target.kind is TargetKind.ROLE and target.value not in set(Role):
            raise CommandRejected("bad-consent-target", "Die rol bestaat niet.")
        return target

    def matches(self, person: Person, role: Role | None, organisation: str | None = None) -> bool:
        """``organisation``: the one for which this person acts now, when that is known."""
        if self.kind is TargetKind.EVERYONE:
            return True
        if self.kind is TargetKind.PERSON:
            return self.value == person.id
        if self.kind is TargetKind.ORGANISATION:
            named = person.place_in(role, organisation)
            return named is not None and _spelt(self.value) == _spelt(named)
        return role is not None and self.value == role.value

    @property
    def key(self) -> tuple[TargetKind, str]:
        """The same for every spelling of one target."""
        return self.kind, _spelt(self.value) if self.kind is TargetKind.ORGANISATION else self.value


EVERYONE = ConsentTarget(TargetKind.EVERYONE, "all")


_ALL = frozenset(Section)


def _spelt(organisation: str) -> str:
    """Case and spaces do not matter: an objection must not miss its target by a capital."""
    return " ".join(organisation.casefold().split())


@dataclass(frozen=True, slots=True)
class Consent:
    """Een vastgelegde keuze van de patiënt (AVG 7; BW 7:457 lid 1)."""

    id: str
    patient_id: str
    decision: ConsentDecision
    target: ConsentTarget
    sections: frozenset[Section]
    """Every section when the patient said "alles"; never empty."""
    given_by: str
    how: str = field(repr=False)
    recorded_by: str = ""
    recorded_at: datetime | None = None
    number: int = 0
    """Order of recording within this patient."""
    mode: SharingMode = SharingMode.EXPLICIT
    context: ConsentContext | None = None
    channel: str = "cli"
    text_version: str = "1"
    """Which text the patient was shown or read (AVG 7 lid 1)."""
    own: bool = True
    """The patient's own word; False: that of parents or of a representative. Found when read, not stored."""

    @property
    def permits(self) -> bool:
        return self.decision is ConsentDecision.PERMIT

    @property
    def covers_all(self) -> bool:
        """The patient said "alles"."""
        return self.sections == _ALL


@dataclass(frozen=True, slots=True)
class ConsentVerdict:
    """``consent_id`` names the record that decided, for the audit (toestemmingsprofiel, NEN 7513 7.4.8)."""

    consented: bool
    """The patient said yes. Presumed consent is not that."""
    objected: bool
    consent_id: str | None
    explicit: bool = False
    """The consent was explicit (Wabvpz 15a), not presumed."""


NOTHING_RECORDED = ConsentVerdict(consented=False, objected=False, consent_id=None)


def verdict(
    consents: Iterable[Consent],
    person: Person,
    role: Role | None,
    section: Section,
    *,
    context: ConsentContext | None = None,
    organisation: str | None = None,
    age: AgeBand = AgeBand.FROM_16,
) -> ConsentVerdict:
    """What the patient chose for this person and section, by the rules above.

    :param context: the situation; in ordinary care the choices for a situation do not count
    :param organisation: for which organisation the person acts now; the other employers of that person do not count
    """

    def concerns(one: Consent) -> bool:
        if one.context is not None and one.context is not context:
            return False
        return one.target.matches(person, role, organisation)

    records = [one for one in consents if concerns(one)]
    said = [one for one in records if one.mode is not SharingMode.PRESUMED or not one.permits]
    found = _of_both(said, section) if age is AgeBand.FROM_12_TO_15 else _decide(said, section)
    if found is not NOTHING_RECORDED:
        return found
    presumed = [one for one in records if one.mode is SharingMode.PRESUMED and section in one.sections]
    return replace(NOTHING_RECORDED, consent_id=_latest(presumed).id) if presumed else NOTHING_RECORDED


def verdict_on_person(
    consents: Iterable[Consent],
    person: Person,
    role: Role | None,
    *,
    organisation: str | None = None,
    age: AgeBand = AgeBand.FROM_16,
) -> ConsentVerdict:
    """For acts about the whole circle: an objection against this person counts when it covers every section."""
    records = list(consents)
    found = [verdict(records, person, role, section, organisation=organisation, age=age) for section in Section]
    if all(one.objected for one in found):
        return ConsentVerdict(consented=False, objected=True, consent_id=found[0].consent_id)
    return NOTHING_RECORDED


def verdict_on_target(consents: Iterable[Consent], target: ConsentTarget, section: Section) -> ConsentVerdict:
    """What was chosen about this very role, organisation or person in ordinary care, whoever else it concerns."""
    named = [one for one in consents if one.context is None and one.target.key == target.key]
    return _decide([one for one in named if one.mode is not SharingMode.PRESUMED], section)


def current(consents: Iterable[Consent], section: Section) -> list[Consent]:
    """The records about this section that no later one replaced (rules 1 and 2), oldest first."""
    slots: dict[tuple[object, ...], Consent] = {}
    for one in sorted(consents, key=lambda c: c.number):
        if section not in one.sections:
            continue
        place = (one.context, one.target.key, one.covers_all)
        if one.own:
            slots.pop((*place, False), None)
        slots[(*place, one.own)] = one
    kept = sorted(slots.values(), key=lambda c: c.number)
    return [one for one in kept if not (one.permits and any(_ends(later, one) for later in kept))]


def _ends(later: Consent, permit: Consent) -> bool:
    """Rule 2: an objection that is as wide as can be, said after a permission that it must not leave standing."""
    if later.permits or later.number <= permit.number or later.context is not permit.context:
        return False
    if not later.covers_all:
        return False
    return later.target.key == permit.target.key or later.target.kind is TargetKind.EVERYONE


def _decide(records: Iterable[Consent], section: Section) -> ConsentVerdict:
    left = [one for one in current(records, section) if one.mode is not SharingMode.WITHDRAWN]
    strongest = [one for one in left if not any(_beats(other, one) for other in left)]
    against = [one for one in strongest if not one.permits]
    if against:
        return ConsentVerdict(consented=False, objected=True, consent_id=_latest(against).id)
    if strongest:
        return ConsentVerdict(consented=True, objected=False, consent_id=_latest(strongest).id, explicit=True)
    return NOTHING_RECORDED


def _of_both(records: Iterable[Consent], section: Section) -> ConsentVerdict:
    """Rule 7. One yes alone is no answer yet."""
    said = list(records)
    child = _decide((one for one in said if one.own), section)
    parents = _decide((one for one in said if not one.own), section)
    for one in (child, parents):
        if one.objected:
            return one
    return child if child.consented and parents.consented else NOTHING_RECORDED


def _beats(one: Consent, other: Consent) -> bool:
    """Rules 3 and 4: more specific in one respect at least, and less specific in none."""
    mine, theirs = _specific(one), _specific(other)
    return mine != theirs and all(a >= b for a, b in zip(mine, theirs, strict=True))


def _specific(one: Consent) -> tuple[int, int, int]:
    return _KINDS.index(one.target.kind), int(one.context is not None), int(not one.covers_all)


def _latest(records: Iterable[Consent]) -> Consent:
    return max(records, key=lambda one: one.number)


def counting(consents: Iterable[Consent], turned_16: date, today: date) -> list[Consent]:
    """The records that count today: from 16 on not what parents permitted before that day.

    What they objected to stays closed until the patient opens it.
    """
    if today < turned_16:
        return list(consents)
    return [
        one
        for one in consents
        if one.own
        or not one.permits
        or one.recorded_at is None
        or one.recorded_at.date() >= turned_16
        or one.mode is SharingMode.PRESUMED
    ]


def opens_against(
    existing: Iterable[Consent], new: Consent, matches: Callable[[ConsentTarget], bool]
) -> Consent | None:
    """The objection against which ``new`` would open something, or None. For who may not overrule it.

    :param existing: the objections to hold against it, by whoever's word counts more
    :param matches: whether a target could be about whom ``new`` is about
    """
    if not new.permits:
        return None
    records = list(existing)
    for section in sorted(new.sections):
        for one in current(records, section):
            if not one.permits and one.context is new.context and matches(one.target):
                return one
    return None


def parse_sections(text: str) -> frozenset[Section]:
    """``"S3,S4"`` or ``"all"``.

    :raises CommandRejected: an unknown section, or none
    """
    if text.strip().lower() == "all":
        return frozenset(Section)
    names = [part.strip().upper() for part in text.split(",") if part.strip()]
    if not names or any(name not in Section.__members__ for name in names):
        raise CommandRejected("bad-sections", "Noem onderdelen als S3,S4 of schrijf all.")
    return frozenset(Section(name) for name in names)


def emergency_choice(consents: Iterable[Consent], age: AgeBand = AgeBand.FROM_16) -> EmergencyChoice:
    """Whether somebody from outside the circle may open the out-of-hours set; of several answers a no counts."""
    answers = current(_about(consents, ConsentContext.EMERGENCY), Section.S11)
    if any(not one.permits for one in answers):
        return EmergencyChoice.DENY
    asked = {True, False} if age is AgeBand.FROM_12_TO_15 else {one.own for one in answers}
    answered = {one.own for one in answers}
    return EmergencyChoice.PERMIT if answers and asked <= answered else EmergencyChoice.UNKNOWN


def may_look_after_death(consents: Iterable[Consent], person: Person, role: Role | None) -> bool:
    """Whether the patient recorded that this person may look after death (BW 7:458a lid 1 onder a)."""
    asked = _about(consents, ConsentContext.AFTER_DEATH)
    return verdict(asked, person, role, Section.S11, context=ConsentContext.AFTER_DEATH).consented


def _about(consents: Iterable[Consent], context: ConsentContext) -> list[Consent]:
    # A choice for a situation is about the situation as a whole, whatever sections were named.
    return [replace(one, sections=_ALL) for one in consents if one.context is context]


@dataclass(frozen=True, slots=True)
class AccessRules:
    """Wat de instelling koos waar de wet een keuze laat (law-and-care §8).

    ``circle_is_consultable``: reading within a circle counts as looking up in an exchange system, so that it takes
    explicit consent (Wabvpz 15a); False: the members are named one by one, which is directed sharing (BW 7:457 lid 2).
    ``opt_out``: looking up is allowed until somebody objects (EHDS art. 10), instead of after explicit consent.
    ``children``: Kring may be used for patients under 16; off until the plan formats for children were reviewed (E4).
    ``minimum``: the sign-in level that a role needs; a role that is not named needs ``substantial``.
    """

    circle_is_consultable: bool = False
    opt_out: bool = False
    children: bool = False
    minimum: Mapping[Role, Assurance] = field(default_factory=dict)

    def assured(self, role: Role | None, level: Assurance) -> bool:
        """Whether somebody who signed in at this level may act in this role."""
        needed = self.minimum.get(role, Assurance.SUBSTANTIAL) if role is not None else Assurance.SUBSTANTIAL
        return level.rank >= needed.rank
