"""Tijdlijn lezen: what happened around this patient, as far as this reader may know."""

from collections.abc import Mapping
from dataclasses import dataclass

from hub.application.context import RequestContext
from hub.application.guard import Guard
from hub.application.ports import UnitOfWork
from hub.domain.people import Person
from hub.domain.timeline import SECTIONS, Happening, Moment, moments
from hub.domain.vocabulary import Action, Section


@dataclass(frozen=True, slots=True)
class Timeline:
    """``label``: the sections that it was made from; ``limited``: those of which this reader sees a part."""

    moments: tuple[Moment, ...]
    people: Mapping[str, Person]
    label: frozenset[Section]
    limited: frozenset[Section]

    def said(self, moment: Moment) -> str:
        """What happened, in a sentence."""
        person = self.people.get(moment.who or "")
        return f"{person.name.full} {moment.text}" if moment.happening is Happening.LEAD and person else moment.text

    def who(self, moment: Moment) -> str | None:
        """Who did or said it, where the sentence does not name them."""
        person = self.people.get(moment.who or "")
        return person.name.full if person and moment.happening is not Happening.LEAD else None


async def read_timeline(unit: UnitOfWork, guard: Guard, context: RequestContext) -> Timeline:
    """The timeline of this circle's patient. Handovers only for who may read the whole of S8.

    :raises Refused: none of its sections is open to this reader
    """
    permits = await guard.permitted(unit, context, Action.READ, SECTIONS)
    if not permits:
        # Says no with rule and law, and leaves a trace, like any other refusal.
        await guard.require(unit, context, Action.READ, Section.S8)
    found = await unit.dossier.read(permits)
    opened = {permit.section: permit for permit in permits if permit.section is not None}
    whole = Section.S8 in opened and not opened[Section.S8].limits
    handovers = await unit.handovers.of_circle(context.circle_id) if whole else []
    shown = moments(found, handovers, await unit.circles.leads(context.circle_id))
    people = await unit.people.all_of({moment.who for moment in shown if moment.who})
    limited = frozenset(section for section, permit in opened.items() if permit.limits)
    return Timeline(shown, people, frozenset(opened), limited)
