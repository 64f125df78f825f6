"""Record, confirm and read dossier entries (dossierplicht, BW 7:454)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from hub.application.context import RequestContext
from hub.application.guard import Guard, Permit
from hub.application.ports import UnitOfWork
from hub.application.use_cases.contradictions import after_change
from hub.application.use_cases.freshening import freshened
from hub.application.use_cases.withdrawn_sources import with_withdrawn_sources
from hub.domain import dossier, entries, limits
from hub.domain.dossier import Entry, Source, Status
from hub.domain.entries import Kind
from hub.domain.errors import CommandRejected
from hub.domain.identifiers import EntryRef
from hub.domain.medication import FRESH, FRESH_WHEN_DYING, MedicationOverview
from hub.domain.reading import EVERYTHING, Amount, Place
from hub.domain.vocabulary import Action, PatientState, Section


@dataclass(frozen=True, slots=True)
class NewEntry:
    """What somebody wants to record. ``section`` only for a note; every other kind has its own."""

    kind: Kind
    value: Any
    section: Section


async def record_entry(
    unit: UnitOfWork,
    guard: Guard,
    context: RequestContext,
    new: NewEntry,
    source: Source,
    *,
    seen_version: int | None = None,
) -> Entry:
    """Vastleggen: a new entry, or the next version of the entry about the same topic.

    :param seen_version: the version that the author had before them; another one by now is a conflict (I6)
    :raises CommandRejected: ``stale-version``, ``closed`` or a kind that this role does not record
    """
    permit = await guard.require(unit, context, Action.RECORD, new.section)
    require_kind(permit, new.kind)
    if new.kind is Kind.PLACE_OF_DEATH:
        await _require_deceased(unit, context)
    entry = await store(unit, permit, new, source, dossier.status_of_new(new.kind), seen_version=seen_version)
    await after_change(unit, guard, context, [entry])
    return entry


async def store(
    unit: UnitOfWork,
    permit: Permit,
    new: NewEntry,
    source: Source,
    status: Status,
    *,
    seen_version: int | None = None,
    confirmed_by: str | None = None,
) -> Entry:
    """Append a version under a permit to record; finds the chain by topic."""
    context = permit.context
    if context.role is None or context.patient_id is None:
        raise ValueError("a permit to record names a role and a patient")
    if new.kind is not entries.kind_of(new.value) or new.kind.section not in {None, new.section}:
        # Or who may write symptoms could write a directive among them.
        raise ValueError("a value is recorded as its own kind, in the section of that kind")
    topic = entries.topic(new.value)
    earlier = await unit.dossier.of_topic(permit, new.kind, topic) if topic is not None else []
    current = earlier[-1].version if earlier else 0
    if earlier and permit.limits and not limits.is_own(earlier[-1], context.actor.id):
        raise CommandRejected("not-your-entry", "Dit staat er al van iemand anders; dat verandert u hier niet.")
    if seen_version is not None and seen_version != current:
        raise CommandRejected("stale-version", "Iemand anders heeft dit net veranderd. Lees het opnieuw.")
    ref = earlier[-1].ref if earlier else EntryRef(new.section, await unit.dossier.next_number(permit))
    entry = Entry(
        patient_id=context.patient_id,
        ref=ref,
        version=current + 1,
        kind=new.kind,
        topic=topic,
        status=status,
        value=new.value,
        author_id=context.actor.id,
        author_role=context.role,
        responsible_id=context.actor.id,
        organisation=context.organisation,
        source=source,
        recorded_at=context.now,
        confirmed_by=confirmed_by,
    )
    return await unit.dossier.append(permit, entry)


async def confirm_entry(
    unit: UnitOfWork,
    guard: Guard,
    context: RequestContext,
    ref: EntryRef,
    source: Source,
    *,
    seen_version: int | None = None,
) -> Entry:
    """Bevestigen: a second, authorised person puts a proposal in force (I9, CARE-04).

    :param seen_version: the version that the confirmer read. Needed when the proposal replaced another one that nobody
        confirmed: otherwise "nee" could be read and "ja" confirmed.
    :raises CommandRejected: no such proposal, the confirmer proposed it, or ``read-again`` (another version by now)
    """
    permit = await guard.require(unit, context, Action.CONFIRM, ref.section)
    versions = await unit.dossier.versions(permit, ref)
    if not versions:
        raise CommandRejected("nothing-to-confirm", "%(ref)s is geen voorstel dat op bevestiging wacht.", {"ref": ref})
    if context.role is None:
        raise ValueError("a permit to confirm names a role")
    latest = versions[-1].version
    waits = versions[-1].status is Status.PROPOSED
    replaced = len(versions) > 1 and versions[-2].status is Status.PROPOSED
    if waits and seen_version != latest and (seen_version is not None or replaced):
        raise CommandRejected(
            "read-again",
            "%(ref)s is intussen veranderd. Lees het eerst, en bevestig dan met: !bevestig %(ref)s/%(latest)s",
            {"ref": ref, "latest": latest},
        )
    confirmed = dossier.confirm(
        versions[-1],
        by=context.actor.id,
        role=context.role,
        organisation=context.organisation,
        source=source,
        at=context.now,
    )
    entry = await unit.dossier.append(permit, confirmed)
    await after_change(unit, guard, context, [entry])
    return entry


@dataclass(frozen=True, slots=True)
class View:
    """What this reader may see: entries to show and the sections that were open."""

    entries: list[Entry]
    sections: tuple[Section, ...]
    limited: frozenset[Section]
    stale_medication: bool = False
    """What is known of the medication is older than it may be (law-and-care §3.9): show it, and say so."""
    left_out: Mapping[tuple[Section, Kind], int] = field(default_factory=dict)
    """How many older ones of a series are not here; ``!zoek`` and the section itself have them."""
    earlier: Place | None = None
    """Where the page before this one of a single section begins."""


async def read_dossier(
    unit: UnitOfWork, guard: Guard, context: RequestContext, section: Section | None = None, amount: Amount = EVERYTHING
) -> View:
    """Lezen: one section (refused when it is not open) or everything that is open; ``amount`` of it.

    The audit entry commits before anything is shown, because it is in the caller's transaction.
    """
    if section is not None:
        permits: Sequence[Permit] = [await guard.require(unit, context, Action.READ, section)]
    else:
        permits = await guard.permitted(unit, context, Action.READ, tuple(Section))
        if not permits:
            # Says no with rule and law, and leaves a trace, like any other refusal.
            await guard.require(unit, context, Action.READ, Section.S1)
    found = await unit.dossier.look(permits, amount)
    opened = tuple(permit.section for permit in permits if permit.section is not None)
    limited = frozenset(permit.section for permit in permits if permit.section is not None and permit.limits)
    # A later page has only what is old; what is old there says nothing of the newest.
    stale = amount.before is None and await _is_stale(unit, context, found.entries)
    whole = frozenset(opened) - limited
    shown = await freshened(unit, guard, context, found.entries, whole)
    shown = await with_withdrawn_sources(unit, context, shown)
    return View(shown, opened, limited, stale, found.left_out, found.earlier)


async def _is_stale(unit: UnitOfWork, context: RequestContext, shown: Sequence[Entry]) -> bool:
    """The list is older than 7 days, or 24 hours in the dying phase, by the time of its source (law-and-care §3.9).

    Typed over today, a list of last month is a list of last month. Without a list: nothing about medication that long.
    """
    lists = [entry.value for entry in shown if isinstance(entry.value, MedicationOverview)]
    times = [one.retrieved.earliest for one in lists] or [e.recorded_at for e in shown if e.section is Section.S7]
    if not times or context.patient_id is None:
        return False
    dying = (await unit.patients.get(context.patient_id)).state is PatientState.DYING
    return context.now - max(times) > (FRESH_WHEN_DYING if dying else FRESH)


async def _require_deceased(unit: UnitOfWork, context: RequestContext) -> None:
    patient = await unit.patients.get(context.patient_id or "")
    if patient.state is not PatientState.DECEASED:
        raise CommandRejected("nobody-died", "Dit is er voor na een overlijden.")


def require_kind(permit: Permit, kind: Kind) -> None:
    """:raises CommandRejected: the permit's limits leave this kind out"""
    if not limits.may_record(permit.limits, kind):
        raise CommandRejected("kind-not-yours", "Dit soort gegeven legt iemand met uw rol hier niet vast.")
