"""Take over what another system recorded (PZP import): all of it or nothing, and never twice."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from hub.application import auditing
from hub.application.context import RequestContext
from hub.application.guard import Guard, Permit
from hub.application.ports import UnitOfWork
from hub.application.use_cases.contradictions import after_change
from hub.application.use_cases.dossier import NewEntry, require_kind, store
from hub.domain import dossier, entries
from hub.domain.audit import AuditEvent
from hub.domain.dossier import Entry, Source, SourceKind, Status
from hub.domain.errors import CommandRejected
from hub.domain.identifiers import Bsn
from hub.domain.people import Patient
from hub.domain.spoken import N_
from hub.domain.vocabulary import Action, Section


@dataclass(frozen=True, slots=True)
class Incoming:
    """One thing to take over, and where it stands in the source."""

    new: NewEntry
    reference: str


@dataclass(frozen=True, slots=True)
class IncomingIdentity:
    """Whom the source is about; None where it does not say."""

    birth_date: date | None
    bsn: Bsn | None
    family_name: str | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """One line of the preview. ``before`` is None for something new, and equal to ``after`` when nothing changes."""

    section: Section
    kind: str
    before: str | None
    after: str
    ref: str | None
    reference: str

    @property
    def changes_something(self) -> bool:
        return self.before != self.after


async def import_entries(
    unit: UnitOfWork,
    guard: Guard,
    context: RequestContext,
    identity: IncomingIdentity | None,
    incoming: Sequence[Incoming],
    digest: str,
    *,
    preview: bool,
) -> list[Change]:
    """Compare with the dossier and, unless ``preview``, store what differs, in the caller's one transaction.

    Who may confirm the section puts directives in force by importing them: the source's author is the first person,
    the importer the second (I9). Otherwise they arrive as proposals.

    :raises CommandRejected: the source is about another patient
    """
    if context.patient_id is None:
        raise ValueError("an import is about a patient")
    permits: dict[Section, Permit] = {}
    reads: list[Permit] = []
    confirms: dict[Section, bool] = {}
    # Asked before anything is compared: whether a birth date or BSN is this patient's is an answer too. A source with
    # nothing to take over counts as a plan.
    for section in sorted({item.new.section for item in incoming} or {Section.S3}, key=lambda s: int(s.value[1:])):
        permits[section] = await guard.require(unit, context, Action.RECORD, section)
        reads.append(await _require_whole_section(unit, guard, context, section))
        for item in incoming:
            if item.new.section is section:
                require_kind(permits[section], item.new.kind)
        _, decision = await guard.decide(unit, context, Action.CONFIRM, section)
        confirms[section] = decision.permitted and not decision.errors
    await _same_patient(unit, context.patient_id, identity)
    again = await unit.dossier.was_imported(context.patient_id, digest)
    changes: list[Change] = []
    stored: list[Entry] = []
    for item in incoming:
        permit, may_confirm = permits[item.new.section], confirms[item.new.section]
        if again and entries.topic(item.new.value) is None:
            # A value in a series has no topic to compare by; this very document brought it before.
            after = entries.sentence_nl(item.new.value)
            changes.append(Change(item.new.section, item.new.kind.value, after, after, None, item.reference))
        else:
            changes.append(await _one(unit, permit, item, may_confirm, stored, again=again, preview=preview))
    if preview:
        await _log_preview(unit, context, reads, changes)
        return changes
    changed = [change for change in changes if change.changes_something]
    if not again:
        await unit.dossier.mark_imported(context.patient_id, digest, context.now)
    await unit.audit.add(
        auditing.entry(
            context,
            AuditEvent.IMPORTED,
            object_type="document",
            object_id=digest,
            sections=tuple(permits),
            policy=" ".join(sorted({permit.policy for permit in permits.values()})),
            detail=f"changed={len(changed)};unchanged={len(changes) - len(changed)}",
        )
    )
    await after_change(unit, guard, context, stored)
    return changes


async def _require_whole_section(unit: UnitOfWork, guard: Guard, context: RequestContext, section: Section) -> Permit:
    """Taking over shows what is there already, so it takes the right to read all of it."""
    permit = await guard.require(unit, context, Action.READ, section)
    if permit.limits:
        raise CommandRejected("needs-whole-section", "Inlezen kan alleen wie het hele onderdeel mag lezen.")
    return permit


async def _log_preview(
    unit: UnitOfWork, context: RequestContext, reads: Sequence[Permit], changes: Sequence[Change]
) -> None:
    """A preview stores nothing and shows what stands in the dossier now: that is a read (I4)."""
    await unit.audit.add(
        auditing.entry(
            context,
            AuditEvent.ENTRY_READ,
            object_type="dossier",
            object_id=context.patient_id or "",
            sections=[permit.section for permit in reads if permit.section is not None],
            policy=" ".join(sorted({permit.policy for permit in reads})),
            consent_id=next((permit.consent_id for permit in reads if permit.consent_id), None),
            detail=f"preview;entries={sum(change.before is not None for change in changes)}",
        )
    )


async def _one(
    unit: UnitOfWork,
    permit: Permit,
    item: Incoming,
    confirms: bool,
    stored: list[Entry],
    *,
    again: bool,
    preview: bool,
) -> Change:
    """Compares one thing and, unless ``preview``, adds what was stored to ``stored``."""
    new = item.new
    topic = entries.topic(new.value)
    earlier = await unit.dossier.of_topic(permit, new.kind, topic) if topic is not None else []
    known = earlier[-1] if earlier else None
    after = entries.sentence_nl(new.value)
    if known is not None and _same(known, new.value, confirms):
        return Change(new.section, new.kind.value, after, after, str(known.ref), item.reference)
    if again and known is not None and known.value != new.value:
        # What was recorded after this very document was taken over is newer than what the document says.
        current = entries.sentence_nl(known.value)
        return Change(new.section, new.kind.value, current, current, str(known.ref), item.reference)
    ref = str(known.ref) if known is not None else None
    if not preview:
        status = Status.ACTIVE if confirms else dossier.status_of_new(new.kind)
        by = permit.context.actor.id if confirms and new.kind in dossier.NEEDS_CONFIRMATION else None
        source = Source(SourceKind.IMPORT, item.reference)
        stored.append(await store(unit, permit, new, source, status, confirmed_by=by))
        ref = str(stored[-1].ref)
    before = entries.sentence_nl(known.value) if known is not None else None
    return Change(new.section, new.kind.value, before, after, ref, item.reference)


def _same(known: Entry, value: Any, confirms: bool) -> bool:
    """The same words count; that another guide codes them otherwise is no change of what was agreed."""
    said = _uncoded(known.value) == _uncoded(value) and entries.sentence_nl(known.value) == entries.sentence_nl(value)
    return said and (known.status is Status.ACTIVE or not confirms)


def _uncoded(value: Any) -> Any:
    return replace(value, source=None) if getattr(value, "source", None) is not None else value


async def _same_patient(unit: UnitOfWork, patient_id: str, identity: IncomingIdentity | None) -> None:
    if identity is None:
        return
    patient = await unit.patients.get(patient_id)
    other_bsn = identity.bsn is not None and patient.bsn is not None and identity.bsn != patient.bsn
    other_birth = identity.birth_date is not None and not _born_on(patient, identity.birth_date, identity.family_name)
    if other_bsn or other_birth:
        raise CommandRejected(
            "other-patient",
            "Deze gegevens zijn van een andere patiënt (BSN of geboortedatum verschilt). Niets is ingelezen.",
        )


def doubt_about_birth_date(patient: Patient, identity: IncomingIdentity | None) -> str | None:
    """What a human must see when the birth dates agree in the year only; None when there is nothing to see."""
    if identity is None or identity.birth_date in {None, patient.birth_date}:
        return None
    return N_(
        "Geboortedatum verschilt: in de bron %(day)s, in Kring %(day_here)s. 1 januari staat vaak voor: dag en maand "
        "onbekend. Controleer of dit dezelfde patiënt is."
    ) % {"day": _day(identity.birth_date), "day_here": _day(patient.birth_date)}


def _born_on(patient: Patient, stated: date, family_name: str | None) -> bool:
    """The same day; or the same year and family name where one side has 1 January, which stands for "only the year"."""
    if stated == patient.birth_date:
        return True
    only_year = any((day.month, day.day) == (1, 1) for day in (stated, patient.birth_date))
    same_name = family_name is not None and family_name.casefold() == patient.name.family.casefold()
    return only_year and same_name and stated.year == patient.birth_date.year


def _day(day: date | None) -> str:
    return f"{day.day}-{day.month}-{day.year}" if day is not None else "onbekend"
