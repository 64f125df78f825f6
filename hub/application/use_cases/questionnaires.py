"""Gesprek van vraag naar vraag, aan de kant van het dossier: who may fill it in, what stands there, filing it."""

from collections.abc import Iterable, Mapping, Sequence

from hub.application.context import RequestContext
from hub.application.guard import Guard
from hub.application.identify import identify
from hub.application.ports import UnitOfWork
from hub.application.use_cases.circles import Member, members
from hub.application.use_cases.dossier import NewEntry, record_entry
from hub.application.use_cases.representation import MAY_JUDGE
from hub.domain import dossier, entries, limits
from hub.domain.advance_care_plan import LegalCapacity
from hub.domain.dossier import Entry, Source
from hub.domain.entries import Kind
from hub.domain.errors import CommandRejected
from hub.domain.vocabulary import Action, Section

Seen = Mapping[str, str]
"""Topic → ``S3-1/2``: what the person had before them."""


async def sections_to_fill(
    unit: UnitOfWork, guard: Guard, context: RequestContext, wanted: Mapping[Section, Kind]
) -> frozenset[Section]:
    """Of these sections the ones where the asker may record this kind. What may not be filed is not asked."""
    permits = await guard.permitted(unit, context, Action.RECORD, tuple(wanted))
    return frozenset(
        permit.section
        for permit in permits
        if permit.section is not None and limits.may_record(permit.limits, wanted[permit.section])
    )


async def standing(unit: UnitOfWork, guard: Guard, context: RequestContext, sections: Iterable[Section]) -> list[Entry]:
    """What the dossier has in those of these sections that are open to the asker; the look is logged."""
    permits = await guard.permitted(unit, context, Action.READ, tuple(sections))
    return dossier.to_show(await unit.dossier.read(permits)) if permits else []


def seen(shown: Iterable[Entry]) -> dict[str, str]:
    """For comparing later. Of one topic the latest version counts: that is what a new one must follow."""
    found: dict[str, str] = {}
    for entry in shown:
        if entry.topic is not None:
            found[entry.topic] = f"{entry.ref}/{entry.version}"
    return found


def changed(before: Seen, shown: Sequence[Entry]) -> tuple[list[Entry], list[str]]:
    """Wat er veranderde sinds het gesprek begon: entries that are new or newer, and references that are gone."""
    now = seen(shown)
    newer = [entry for entry in shown if entry.topic is not None and before.get(entry.topic) != now[entry.topic]]
    gone = [where.partition("/")[0] for topic, where in before.items() if topic not in now]
    return newer, gone


async def file_answers(
    unit: UnitOfWork,
    guard: Guard,
    context: RequestContext,
    values: Iterable[entries.Value],
    before: Seen,
    source: Source,
) -> list[Entry]:
    """Vastleggen: every value by the ordinary use case, in the caller's transaction: all of them, or none.

    :raises Refused: the role lost its right meanwhile
    :raises CommandRejected: ``stale-version``, or a judgement about capacity by somebody who is no doctor
    """
    filed = []
    for value in values:
        kind = entries.kind_of(value)
        section = kind.section
        if section is None:
            raise ValueError("a form files kinds with a section of their own")
        if isinstance(value, LegalCapacity) and context.role not in MAY_JUDGE:
            raise CommandRejected(
                "doctor-judges", "Of iemand kan beslissen, beoordeelt een arts. Overleg met de huisarts."
            )
        was = before.get(entries.topic(value) or "")
        version = int(was.rpartition("/")[2]) if was else None
        new = NewEntry(kind, value, section)
        filed.append(await record_entry(unit, guard, context, new, source, seen_version=version))
    return filed


async def who_reads(unit: UnitOfWork, guard: Guard, context: RequestContext, section: Section) -> list[Member]:
    """Wie dit straks kan lezen: everybody in the circle to whom the whole section is open."""
    if context.circle is None:
        return []
    found = []
    for member in await members(unit, context.circle, context.now):
        reader = await identify(
            unit,
            member.person,
            context.circle,
            channel=context.channel,
            initiator=context.initiator,
            correlation_id=context.correlation_id,
            now=context.now,
        )
        permits = await guard.permitted(unit, reader, Action.READ, (section,))
        if any(not permit.limits for permit in permits):
            found.append(member)
    return found
