"""What the page *Toestemming* shows: what is open to everybody in the circle, the other choices, and all of history."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from hub.application.use_cases.consents import Choices
from hub.domain.choices import GROUPS
from hub.domain.consent import (
    Consent,
    ConsentContext,
    ConsentTarget,
    SharingMode,
    TargetKind,
    emergency_choice,
    may_look_after_death,
    verdict,
    verdict_on_target,
)
from hub.domain.people import Person
from hub.domain.vocabulary import EmergencyChoice, Role, Section
from hub.portal import texts
from hub.texts import N_, Words

OFFERED = tuple(section for _, sections in GROUPS for section in sections)
_CONSENT_ONLY = frozenset({Role.RELATIVE, Role.SPIRITUAL_CARER})
_WHY = {
    Role.RELATIVE: N_("Leest alleen wat u aanvinkt, en wat die zelf schreef."),
    Role.SPIRITUAL_CARER: N_("Leest alleen wat u aanvinkt."),
    Role.REPRESENTATIVE: N_("Leest alleen mee als u zelf niet kunt beslissen. Dat beperkt alleen de behandelend arts."),
}
_CARES = N_("Zorgt voor u, en leest wat voor die zorg nodig is. Haal het vinkje weg bij wat u niet wilt delen.")
_EMERGENCY = {
    EmergencyChoice.PERMIT: N_("Ja: een arts die u niet kent mag bij spoed uw spoedset openen."),
    EmergencyChoice.DENY: N_("Nee: ook bij spoed opent niemand van buiten uw kring iets."),
    EmergencyChoice.UNKNOWN: N_("Nog niet gevraagd. Zonder uw ja gaat er niets open."),
}


@dataclass(frozen=True, slots=True)
class Part:
    """Eén vinkje. ``value`` is the section, ``open`` whether it is ticked now."""

    value: str
    title: str
    open: bool


@dataclass(frozen=True, slots=True)
class Party:
    """Eén mens of organisatie. ``changeable`` False: this is not the patient's to switch here."""

    target: str
    anchor: str
    name: str
    role: str
    why: str
    parts: tuple[Part, ...]
    changeable: bool
    after_death: bool | None
    opened: str
    folded: bool = False
    """The switches are behind a line to open: few people need them one by one."""

    @property
    def was(self) -> str:
        """What was ticked when the page was made: only what differs from it is a choice."""
        return ",".join(part.value for part in self.parts if part.open)


@dataclass(frozen=True, slots=True)
class Row:
    """Eén keuze uit het verleden."""

    at: datetime
    when: str
    what: str
    by: str


@dataclass(frozen=True, slots=True)
class Shown:
    relatives: tuple[Party, ...]
    carers: tuple[Party, ...]
    organisations: tuple[Party, ...]
    emergency: str
    emergency_choice: str
    after_death_asked: bool
    unasked: tuple[str, ...]
    history: tuple[Row, ...]


def present(choices: Choices, known: Mapping[str, Person], words: Words) -> Shown:
    """The page. ``known``: everybody whom a record names, by id."""
    others = [(person, role) for person, role in choices.members if role is not Role.PATIENT]
    organisations = list(dict.fromkeys(p.organisation for p, _ in others if p.organisation is not None))
    left = choices.unasked
    asked = [one for one in choices.records if one.context is ConsentContext.AFTER_DEATH]
    return Shown(
        relatives=tuple(_person(choices, p, role, words) for p, role in others if not role.is_professional),
        carers=tuple(_person(choices, p, role, words) for p, role in others if role.is_professional),
        organisations=tuple(
            _organisation(choices.records, name, number, words) for number, name in enumerate(organisations, 1)
        ),
        emergency=words(_EMERGENCY[emergency_choice(choices.records, choices.age)]),
        emergency_choice=emergency_choice(choices.records, choices.age).value,
        after_death_asked=bool(asked),
        unasked=tuple(
            ([words("spoed")] if left.emergency else [])
            + ([words("na overlijden")] if left.after_death else [])
            + [words("wat %(name)s mag lezen") % {"name": person.name.full} for person in left.relatives]
        ),
        history=tuple(_row(one, choices, known, words) for one in reversed(choices.history)),
    )


def _person(choices: Choices, person: Person, role: Role, words: Words) -> Party:
    found = list(choices.records)
    title = words(role.title_nl) + (f", {person.organisation}" if person.organisation else "")
    parts = []
    for section in OFFERED:
        one = verdict(found, person, role, section, age=choices.age)
        parts.append(_part(section, one.consented if role in _CONSENT_ONLY else not one.objected, words))
    return Party(
        target=f"person:{person.id}",
        anchor=person.id,
        name=person.name.full,
        role=title,
        why=words(_WHY.get(role, _CARES)),
        parts=tuple(parts),
        changeable=role is not Role.REPRESENTATIVE,
        after_death=may_look_after_death(found, person, role) if role is Role.RELATIVE else None,
        opened=_opened(parts, words),
        folded=role.is_professional,
    )


def _organisation(records: Iterable[Consent], name: str, number: int, words: Words) -> Party:
    target = ConsentTarget(TargetKind.ORGANISATION, name)
    found = list(records)
    parts = [_part(section, not verdict_on_target(found, target, section).objected, words) for section in OFFERED]
    return Party(
        target=f"organisation:{name}",
        anchor=f"organisatie-{number}",
        name=name,
        role=words("organisatie"),
        why=words("Geldt voor iedereen die er werkt, ook voor wie later in uw kring komt."),
        parts=tuple(parts),
        changeable=True,
        after_death=None,
        opened=_opened(parts, words),
        folded=True,
    )


def _opened(parts: Iterable[Part], words: Words) -> str:
    all_of_them = list(parts)
    opened = [part.title for part in all_of_them if part.open]
    if len(opened) == len(all_of_them):
        return words("alles wat bij deze rol past")
    return ", ".join(opened) if opened else words("niets")


def _part(section: Section, opened: bool, words: Words) -> Part:
    return Part(section.value, words(section.title_nl), opened)


def _row(one: Consent, choices: Choices, known: Mapping[str, Person], words: Words) -> Row:
    at = one.recorded_at or datetime.min.replace(tzinfo=UTC)
    if one.mode is SharingMode.PRESUMED:
        what = words("%(who)s kwam in de kring; delen mag omdat die rechtstreeks bij de zorg betrokken is.")
    elif one.mode is SharingMode.WITHDRAWN:
        what = words("Bezwaar tegen %(who)s ingetrokken; wat daarvoor gold, geldt weer.")
    elif one.context is ConsentContext.EMERGENCY:
        what = words("Bij spoed: ja.") if one.permits else words("Bij spoed: nee.")
    elif one.context is ConsentContext.AFTER_DEATH:
        what = words("Na overlijden: ja voor %(who)s.") if one.permits else words("Na overlijden: nee voor %(who)s.")
    else:
        what = words("Ja voor %(who)s: %(what)s.") if one.permits else words("Nee voor %(who)s: %(what)s.")
    said = what % {"who": _target(one.target, known, words), "what": _sections(one.sections, words)}
    giver, writer = _name(one.given_by, known, words), _name(one.recorded_by, known, words)
    if one.mode is SharingMode.PRESUMED or giver == writer:
        by = words("Vastgelegd door %(writer)s.") % {"writer": writer}
    else:
        by = words("Keuze van %(giver)s, opgeschreven door %(writer)s.") % {"giver": giver, "writer": writer}
    by += " " + words("Hoe: %(how)s (tekst %(version)s).") % {"how": one.how.rstrip("."), "version": one.text_version}
    return Row(at, texts.moment(at, words.language), said, by)


def _target(target: ConsentTarget, known: Mapping[str, Person], words: Words) -> str:
    if target.kind is TargetKind.PERSON:
        return _name(target.value, known, words)
    if target.kind is TargetKind.ROLE:
        return words(Role(target.value).title_nl)
    return words("iedereen") if target.kind is TargetKind.EVERYONE else target.value


def _name(person_id: str, known: Mapping[str, Person], words: Words) -> str:
    return known[person_id].name.full if person_id in known else words("iemand")


def _sections(sections: frozenset[Section], words: Words) -> str:
    if sections == frozenset(Section):
        return words("alles")
    ordered = sorted(sections, key=lambda section: int(section.value[1:]))
    return ", ".join(words(section.title_nl) for section in ordered)


def mentioned(records: Iterable[Consent]) -> set[str]:
    """The ids of everybody whom a record names."""
    found: set[str] = set()
    for one in records:
        found |= {one.given_by, one.recorded_by}
        if one.target.kind is TargetKind.PERSON:
            found.add(one.target.value)
    return found
