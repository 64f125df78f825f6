"""Consent and objection (toestemming en bezwaar), section by section."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from hub.domain.errors import CommandRejected
from hub.domain.people import Person
from hub.domain.vocabulary import Assurance, EmergencyChoice, Role, Section


class ConsentDecision(StrEnum):
    PERMIT = "permit"
    DENY = "deny"


class SharingMode(StrEnum):
    """Wijze van delen: which law a record answers to (law-and-care §0.2, 1)."""

    EXPLICIT = "explicit"
    """Uitdrukkelijke toestemming, also for looking up (Wabvpz 15a)."""
    PRESUMED = "presumed"
    """Veronderstelde toestemming for who is directly involved (BW 7:457 lid 2), made into a record."""


class ConsentContext(StrEnum):
    """Situatie waarvoor een keuze alleen geldt; a choice without one is about ordinary care."""

    EMERGENCY = "emergency"
    AFTER_DEATH = "after_death"


class TargetKind(StrEnum):
    """To whom a choice applies, from least to most specific (GF Consent: more specific beats less specific)."""

    ROLE = "role"
    ORGANISATION = "organisation"
    PERSON = "person"


_SPECIFIC_FIRST = (TargetKind.PERSON, TargetKind.ORGANISATION, TargetKind.ROLE)


@dataclass(frozen=True, slots=True)
class ConsentTarget:
    """``role:relative``, ``person:per-…`` or ``organisation:Hospice De Linde``."""

    kind: TargetKind
    value: str

    @classmethod
    def parse(cls, text: str) -> "ConsentTarget":
        kind, _, value = text.partition(":")
        if kind not in set(TargetKind) or not value.strip():
            raise CommandRejected("bad-consent-target", "Schrijf aan wie: role:ROL, person:ID of organisation:NAAM.")
        target = cls(TargetKind(kind), value.strip())
        if target.kind is TargetKind.ROLE and target.value not in set(Role):
            raise CommandRejected("bad-consent-target", "Die rol bestaat niet.")
        return target

    def matches(self, person: Person, role: Role | None) -> bool:
        if self.kind is TargetKind.PERSON:
            return self.value == person.id
        if self.kind is TargetKind.ORGANISATION:
            return person.organisation is not None and _spelt(self.value) == _spelt(person.organisation)
        return role is not None and self.value == role.value


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


@dataclass(frozen=True, slots=True)
class ConsentVerdict:
    """``consent_id`` names the record that decided, for the audit (toestemmingsprofiel, NEN 7513 7.4.8)."""

    consented: bool
    objected: bool
    consent_id: str | None
    explicit: bool = False
    """The consent was explicit (Wabvpz 15a), not presumed."""


NOTHING_RECORDED = ConsentVerdict(consented=False, objected=False, consent_id=None)


def verdict(consents: Iterable[Consent], person: Person, role: Role | None, section: Section) -> ConsentVerdict:
    """What the patient chose for this person and section.

    For one target the latest record that names the section counts: a later choice replaces an earlier one, so that
    withdrawing takes one act (AVG 7 lid 3). Between targets the more specific wins: person, organisation, role.
    """
    latest: dict[TargetKind, Consent] = {}
    for consent in sorted(consents, key=lambda c: c.number):
        if consent.context is None and section in consent.sections and consent.target.matches(person, role):
            latest[consent.target.kind] = consent
    for kind in _SPECIFIC_FIRST:
        if found := latest.get(kind):
            permit = found.decision is ConsentDecision.PERMIT
            explicit = permit and found.mode is SharingMode.EXPLICIT
            return ConsentVerdict(consented=permit, objected=not permit, consent_id=found.id, explicit=explicit)
    return NOTHING_RECORDED


def verdict_on_person(consents: Iterable[Consent], person: Person, role: Role | None) -> ConsentVerdict:
    """For acts about the whole circle: an objection against this person counts when it covers every section."""
    records = list(consents)
    found = [verdict(records, person, role, section) for section in Section]
    if all(one.objected for one in found):
        return ConsentVerdict(consented=False, objected=True, consent_id=found[0].consent_id)
    return NOTHING_RECORDED


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


def emergency_choice(consents: Iterable[Consent]) -> EmergencyChoice:
    """The latest choice about opening the out-of-hours set from outside the circle."""
    chosen = [c for c in sorted(consents, key=lambda c: c.number) if c.context is ConsentContext.EMERGENCY]
    if not chosen:
        return EmergencyChoice.UNKNOWN
    return EmergencyChoice.PERMIT if chosen[-1].decision is ConsentDecision.PERMIT else EmergencyChoice.DENY


def may_look_after_death(consents: Iterable[Consent], person: Person, role: Role | None) -> bool:
    """Whether the patient recorded that this person may look after death (BW 7:458a lid 1 onder a)."""
    latest: dict[TargetKind, Consent] = {}
    for consent in sorted(consents, key=lambda c: c.number):
        if consent.context is ConsentContext.AFTER_DEATH and consent.target.matches(person, role):
            latest[consent.target.kind] = consent
    found = next((latest[kind] for kind in _SPECIFIC_FIRST if kind in latest), None)
    return found is not None and found.decision is ConsentDecision.PERMIT


@dataclass(frozen=True, slots=True)
class AccessRules:
    """Wat de instelling koos waar de wet een keuze laat (law-and-care §8).

    ``circle_is_consultable``: reading within a circle counts as looking up in an exchange system, so that it takes
    explicit consent (Wabvpz 15a); False: the members are named one by one, which is directed sharing (BW 7:457 lid 2).
    ``opt_out``: looking up is allowed until somebody objects (EHDS art. 10), instead of after explicit consent.
    ``minimum``: the sign-in level that a role needs; a role that is not named needs ``substantial``.
    """

    circle_is_consultable: bool = False
    opt_out: bool = False
    minimum: Mapping[Role, Assurance] = field(default_factory=dict)

    def assured(self, role: Role | None, level: Assurance) -> bool:
        """Whether somebody who signed in at this level may act in this role."""
        needed = self.minimum.get(role, Assurance.SUBSTANTIAL) if role is not None else Assurance.SUBSTANTIAL
        return level.rank >= needed.rank
