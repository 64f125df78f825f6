"""Whom to call: said whenever somebody seems to need help, because Kring is no emergency number (HAZ-03)."""

import re

from hub.application.context import RequestContext
from hub.application.ports import UnitOfWork
from hub.domain.people import Person
from hub.domain.spelling import plain
from hub.domain.vocabulary import Role

_CALLS = (Role.GP, Role.COACH)
_TROUBLE = re.compile(r"\b(?:spoed\w*|nood|noodgeval|noodsituatie|112|ambulance|acuut|dringend|urgent|levensgevaar)\b")


def sounds_urgent(body: str) -> bool:
    """Whether ordinary talk speaks of an emergency. What somebody quotes does not count."""
    own = "\n".join(line for line in body.split("\n") if not line.startswith(">"))
    return _TROUBLE.search(plain(own)) is not None


async def call_line(unit: UnitOfWork, context: RequestContext) -> str:
    """One line for the introduction of a room: it stands inside the encryption, because a room's topic does not."""
    people = [person for person, role in await _reachable(unit, context) if role is Role.GP and person.phone]
    daytime = "".join(f" Overdag: {person.name.full}, tel. {person.phone}." for person in people)
    return f"Bij spoed: bel.{daytime} 's Avonds en in het weekend de huisartsenpost, bij levensgevaar 112."


async def whom_to_call(unit: UnitOfWork, context: RequestContext) -> str:
    """Who must be phoned now; the numbers of professionals are for everybody in the circle."""
    lines = [
        "Kring is geen noodnummer. Niemand hoeft dit bericht op tijd te zien, ook als het gelezen lijkt.",
        "- Levensgevaar: bel 112.",
        "- 's Avonds, 's nachts en in het weekend: bel de huisartsenpost.",
    ]
    for person, role in await _reachable(unit, context):
        number = f"tel. {person.phone}" if person.phone else "het nummer dat u van deze persoon heeft"
        lines.append(f"- Overdag: {person.described(role)}, {number}.")
    return "\n".join(lines)


async def _reachable(unit: UnitOfWork, context: RequestContext) -> list[tuple[Person, Role]]:
    active = [r for r in await unit.circles.relations(context.circle_id) if r.active(context.now) and r.role in _CALLS]
    people = await unit.people.all_of(relation.person_id for relation in active)
    return [(people[r.person_id], r.role) for r in sorted(active, key=lambda one: _CALLS.index(one.role))]
