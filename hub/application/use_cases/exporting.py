"""Een afschrift voor een ander systeem (BW 7:454 lid 1, 7:456; Wabvpz 15d): what leaves Kring, and for whom."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from hub.application.context import RequestContext
from hub.application.guard import Guard, Permit
from hub.application.ports import UnitOfWork
from hub.application.use_cases.freshening import freshened
from hub.domain import dossier, limits
from hub.domain.dossier import Entry
from hub.domain.freshness import dated_amber_nl
from hub.domain.identifiers import EntryRef
from hub.domain.people import Patient, Person
from hub.domain.vocabulary import Action, Section

PZP_SECTIONS = (Section.S1, Section.S3, Section.S4)
"""Where the values of IKNL's proactieve zorgplanning live."""


@dataclass(frozen=True, slots=True)
class ExportView:
    """Wat deze persoon uit het dossier mag meenemen, in every version that is open to them.

    ``limited``: sections of which only a part is open. ``stale``: a Dutch sentence about an agreement that asks for a
    new conversation. ``against``: what it does not go together with.
    """

    versions: tuple[Entry, ...] = field(repr=False)
    sections: tuple[Section, ...]
    limited: frozenset[Section]
    at: datetime
    stale: Mapping[EntryRef, str] = field(default_factory=dict, repr=False)
    against: Mapping[EntryRef, tuple[EntryRef, ...]] = field(default_factory=dict)

    def whole(self, section: Section) -> bool:
        """All of the section is open."""
        return section in self.sections and section not in self.limited


@dataclass(frozen=True, slots=True)
class Export:
    """What a writer of documents needs: the view, whose it is, and who wrote in it."""

    view: ExportView
    patient: Patient = field(repr=False)
    people: Mapping[str, Person] = field(repr=False)


async def export_dossier(
    unit: UnitOfWork,
    guard: Guard,
    context: RequestContext,
    *,
    to: str,
    sections: Sequence[Section] = PZP_SECTIONS,
) -> Export:
    """Meenemen: the sections that are open to export *and* to read, within the limits of both.

    One audit entry for the copy, in the caller's transaction, with the sections, the number of entries and ``to``.

    :param to: the standard or the kind of document, as the log names it (``pzp-r4``)
    :raises Refused: nothing of it is open; the same answer as anywhere else
    """
    permits = await guard.permitted(unit, context, Action.EXPORT, tuple(sections))
    readable = {p.section: p for p in await guard.permitted(unit, context, Action.READ, tuple(sections))}
    # Nobody takes along what they may not read here, whatever a rule about copies says.
    permits = [permit for permit in permits if permit.section in readable]
    if not permits or context.patient_id is None:
        await guard.require(unit, context, Action.EXPORT, sections[0])
        await guard.require(unit, context, Action.READ, sections[0])
        raise ValueError("an export is about a patient")
    found = await unit.dossier.read(permits, f"to={to}")
    kept: list[Entry] = []
    limited: set[Section] = set()
    for permit in permits:
        if permit.section is None:
            continue
        reading: Permit = readable[permit.section]
        own = [entry for entry in found if entry.section is permit.section]
        kept += limits.visible(reading.limits, own, reader=context.actor.id)
        if permit.limits or reading.limits:
            limited.add(permit.section)
    people = {
        person_id: await unit.people.get(person_id)
        for person_id in sorted({p for e in kept for p in (e.author_id, e.confirmed_by) if p})
    }
    opened = tuple(permit.section for permit in permits if permit.section is not None)
    marked = await freshened(unit, guard, context, dossier.to_show(kept), frozenset(opened) - limited)
    # With its day, not its age: a copy is read later.
    stale = {e.ref: dated_amber_nl(e.freshness) for e in marked if e.freshness is not None and e.freshness.stale}
    against = {e.ref: e.against for e in marked if e.against}
    view = ExportView(tuple(kept), opened, frozenset(limited), context.now, stale, against)
    return Export(view, await unit.patients.get(context.patient_id), people)
