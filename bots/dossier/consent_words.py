"""What people type about consent: whom they mean, and which parts of the dossier."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from bots.dossier.words import role_named, section_named
from hub.application.ports import UnitOfWork
from hub.domain.circle import Circle
from hub.domain.consent import ConsentContext, ConsentDecision, ConsentTarget, TargetKind
from hub.domain.errors import CommandRejected
from hub.domain.people import Person
from hub.domain.spelling import plain
from hub.domain.vocabulary import Role, Section
from hub.texts import N_

HOW = N_(
    "Schrijf bijvoorbeeld: !toestemming ja Pieter de Wit voor wensen. Stoppen: !toestemming nee Pieter de Wit. "
    "Bij spoed: !toestemming spoed ja. Na overlijden: !toestemming na overlijden Pieter de Wit (of: niemand)."
)
_ALL = frozenset(Section)
_DECISIONS = {"ja": ConsentDecision.PERMIT, "nee": ConsentDecision.DENY}
_EVERY_RELATIVE = frozenset({"naasten", "alle naasten", "alle familie", "familie"})
_NOBODY = frozenset({"niemand", "niemand."})
_BEHALF = re.compile(r"^namens\s+(?:de\s+)?pati[eë]nt\s+(?P<what>[^:]+):\s*(?P<how>.+)$", re.IGNORECASE | re.DOTALL)
_AFTER_DEATH = re.compile(r"^na\s+(?:mijn\s+|het\s+)?overlijden\s+(?P<who>.+)$", re.IGNORECASE)
_EMERGENCY = re.compile(r"^spoed\s+(?P<yes>ja|nee)\.?$", re.IGNORECASE)
_ABOUT = re.compile(r"^(?P<yes>ja|nee)\s+(?P<who>.+?)(?:\s+(?:voor|over)\s+(?P<parts>.+))?$", re.IGNORECASE | re.DOTALL)
_PARTS = re.compile(r"\s*(?:,|;|\ben\b|\+)\s*")


@dataclass(frozen=True, slots=True)
class Wish:
    """Wat iemand typte na ``!toestemming``. ``who`` empty: about everybody. ``how``: only with "namens patiënt"."""

    decision: ConsentDecision
    who: str
    sections: frozenset[Section] = _ALL
    situation: ConsentContext | None = None
    on_behalf: bool = False
    how: str = ""


@dataclass(frozen=True, slots=True)
class Meant:
    """Wie er bedoeld is; ``person`` only for one person, with the role in this circle, now or before."""

    target: ConsentTarget
    person: Person | None = None
    role: Role | None = None


def parse_wish(text: str) -> Wish:
    """:raises CommandRejected: not understood, with examples"""
    behalf = _BEHALF.match(text.strip())
    if behalf is not None:
        inner = parse_wish(behalf["what"])
        if inner.on_behalf:
            raise CommandRejected("bad-consent", HOW)
        return Wish(inner.decision, inner.who, inner.sections, inner.situation, True, behalf["how"].strip())
    if plain(text).startswith("namens"):
        raise CommandRejected(
            "say-proof",
            "Schrijf achter een dubbele punt wanneer en hoe de patiënt dit zei. Bijvoorbeeld: !toestemming namens "
            "patiënt ja Pieter de Wit voor wensen: mondeling, bij huisbezoek op 3 november.",
        )
    said = " ".join(text.split())
    if (match := _EMERGENCY.match(said)) is not None:
        return Wish(_DECISIONS[match["yes"].lower()], "", situation=ConsentContext.EMERGENCY)
    if (match := _AFTER_DEATH.match(said)) is not None:
        who = match["who"].strip()
        if plain(who) in _NOBODY:
            return Wish(ConsentDecision.DENY, "", situation=ConsentContext.AFTER_DEATH)
        decision = ConsentDecision.PERMIT
        first, _, rest = who.partition(" ")
        if plain(first) in _DECISIONS and rest:
            decision, who = _DECISIONS[plain(first)], rest
        return Wish(decision, who, situation=ConsentContext.AFTER_DEATH)
    if (match := _ABOUT.match(said)) is not None:
        return Wish(_DECISIONS[match["yes"].lower()], match["who"].strip(), _sections(match["parts"]))
    raise CommandRejected("bad-consent", HOW)


def _sections(text: str | None) -> frozenset[Section]:
    if text is None or plain(text) in {"alles", "alle onderdelen", "all"}:
        return _ALL
    return frozenset(section_named(part) for part in _PARTS.split(text.strip().rstrip(".")) if part)


async def whom(unit: UnitOfWork, circle: Circle, wish: Wish) -> Meant:
    """The person, role or organisation that was named: somebody of this circle, now or before.

    :raises CommandRejected: nobody, or more than one, fits
    """
    if not wish.who:
        return Meant(ConsentTarget(TargetKind.EVERYONE, "all"))
    named = plain(wish.who.lstrip("@"))
    if named in _EVERY_RELATIVE:
        return Meant(ConsentTarget(TargetKind.ROLE, Role.RELATIVE.value))
    if named.startswith("organisatie "):
        return Meant(ConsentTarget(TargetKind.ORGANISATION, wish.who.split(maxsplit=1)[1].strip()))
    known = await everybody(unit, circle)
    found = _fitting(known, named)
    if len(found) == 1:
        person, role = found[0]
        return Meant(ConsentTarget(TargetKind.PERSON, person.id), person, role)
    places = {plain(person.organisation): person.organisation for person, _ in known if person.organisation}
    if not found and named in places:
        return Meant(ConsentTarget(TargetKind.ORGANISATION, places[named]))
    # What was typed is not repeated: it may be somebody's number, or made to mislead.
    problem = "niemand" if not found else "meer dan één persoon"
    raise CommandRejected(
        "unclear-person",
        "Bij die naam past %(problem)s in uw kring. Schrijf de hele naam, zoals !wie die laat zien; of: naasten; of: "
        "organisatie, met de naam erachter.",
        {"problem": problem},
    )


async def everybody(unit: UnitOfWork, circle: Circle) -> list[tuple[Person, Role]]:
    """Everybody who is or was in this circle but the patient, each with the latest role."""
    roles = {r.person_id: r.role for r in await unit.circles.relations(circle.id) if r.role is not Role.PATIENT}
    people = await unit.people.all_of(roles)
    return [(people[person_id], role) for person_id, role in roles.items()]


def _fitting(known: Iterable[tuple[Person, Role]], named: str) -> list[tuple[Person, Role]]:
    """The whole name first, then a part of it, then the role."""
    people = list(known)
    whole = [one for one in people if named in {plain(one[0].name.full), plain((one[0].matrix_id or "").lstrip("@"))}]
    part = [one for one in people if named in {plain(one[0].name.family), plain(one[0].name.given)}]
    if whole or part:
        return whole or part
    role = role_named(named)
    return [one for one in people if role is not None and one[1] is role]
