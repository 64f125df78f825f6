"""Whom to call: said whenever somebody seems to need help, because Kring is no emergency number (HAZ-03)."""

from datetime import timedelta

from hub.application import auditing
from hub.application.context import RequestContext
from hub.application.ports import UnitOfWork
from hub.bootstrap import Hub
from hub.domain import dossier
from hub.domain.audit import AuditEvent
from hub.domain.network_kinds import Hours, Reachability
from hub.domain.people import Person
from hub.domain.values import one_line
from hub.domain.vocabulary import Action, Role, Section
from hub.texts import N_

_CALLS = (Role.GP, Role.COACH)
_AT_NIGHT = frozenset({Hours.EVENING, Hours.NIGHT, Hours.WEEKEND})
AGAIN = timedelta(hours=1)
"""An answer to every word would be read by nobody; but nobody waits longer than this for the numbers."""


async def call_line(unit: UnitOfWork, context: RequestContext) -> str:
    """One line for the introduction of a room: it stands inside the encryption, because a room's topic does not."""
    people = [person for person, role in await _reachable(unit, context) if role is Role.GP and person.phone]
    daytime = "".join(f" Overdag: {person.name.full}, tel. {person.phone}." for person in people)
    return N_("Bij spoed: bel.%(daytime)s 's Avonds en in het weekend de huisartsenpost, bij levensgevaar 112.") % {
        "daytime": daytime
    }


async def whom_to_call(unit: UnitOfWork, context: RequestContext, gp_post_phone: str | None = None) -> str:
    """Who must be phoned now; the numbers of professionals are for everybody in the circle. No number is made up."""
    post = f", tel. {gp_post_phone}" if gp_post_phone else ""
    lines = [
        N_("Kring is geen noodnummer. Niemand hoeft dit bericht op tijd te zien, ook als het gelezen lijkt."),
        "- Levensgevaar: bel 112.",
        N_("- 's Avonds, 's nachts en in het weekend: bel de huisartsenpost%(post)s.") % {"post": post},
    ]
    for person, role in await _reachable(unit, context):
        number = f"tel. {person.phone}" if person.phone else N_("het nummer dat u van deze persoon heeft")
        lines.append(f"- Overdag: {person.described(role)}, {number}.")
    return "\n".join(lines)


async def give_numbers(hub: Hub, unit: UnitOfWork, context: RequestContext) -> bool:
    """The numbers, at once, in the room, at most once an hour; then what the dossier has for the night.

    The first message has no label, so that nothing keeps it from the room; the second is for who may read S8.
    """
    room_id = context.room_id or ""
    last = await unit.questions.numbers_given(room_id)
    if last is not None and last <= context.now < last + AGAIN:
        return False
    await unit.questions.give_numbers(room_id, context.now)
    await hub.speaker.reply(unit, context, await whom_to_call(unit, context, hub.guard.house.gp_post_phone))
    await unit.audit.add(
        auditing.entry(context, AuditEvent.NUMBERS_GIVEN, object_type="circle", object_id=context.circle_id)
    )
    night = await _night_numbers(hub, unit, context)
    if night:
        await hub.speaker.reply(
            unit, context, "\n".join([N_("Afgesproken nummers in het dossier:"), *night]), {Section.S8}
        )
    return True


async def _night_numbers(hub: Hub, unit: UnitOfWork, context: RequestContext) -> list[str]:
    """As far as the asker may read them; the audience of the room is the speaker's to look at."""
    permits = await hub.guard.permitted(unit, context, Action.READ, (Section.S8,))
    if not permits:
        return []
    return [
        f"- {one_line(entry.value.who)}, tel. {entry.value.phone} ({', '.join(hour.nl for hour in entry.value.hours)})"
        for entry in dossier.to_show(await unit.dossier.read(permits))
        if isinstance(entry.value, Reachability) and _AT_NIGHT & set(entry.value.hours)
    ]


async def _reachable(unit: UnitOfWork, context: RequestContext) -> list[tuple[Person, Role]]:
    active = [r for r in await unit.circles.relations(context.circle_id) if r.active(context.now) and r.role in _CALLS]
    people = await unit.people.all_of(relation.person_id for relation in active)
    return [(people[r.person_id], r.role) for r in sorted(active, key=lambda one: _CALLS.index(one.role))]
