"""Versies van één regel: every change with its reason and its difference, read with a permit and logged as a read."""

from dataclasses import dataclass

from hub.application import auditing
from hub.application.context import RequestContext
from hub.application.guard import Guard
from hub.application.ports import UnitOfWork
from hub.domain import limits
from hub.domain.audit import AuditEvent
from hub.domain.difference import Difference, difference
from hub.domain.dossier import Entry, Status
from hub.domain.entries import Kind, Statement
from hub.domain.errors import CommandRejected
from hub.domain.identifiers import EntryRef
from hub.domain.reading import Amount
from hub.domain.spoken import N_
from hub.domain.vocabulary import Action

_NO_SUCH_ENTRY = N_("Die verwijzing staat niet in het deel van het dossier dat voor u open is.")


@dataclass(frozen=True, slots=True)
class Step:
    """One version, and what it changed. ``change`` None: it is the first that this reader sees."""

    entry: Entry
    change: Difference | None

    @property
    def confirms(self) -> bool:
        """The same words, put in force by a second person."""
        return self.change is not None and not self.change.fields and self.entry.confirmed_by is not None


@dataclass(frozen=True, slots=True)
class History:
    """Every version that this reader may see, oldest first, and what the patient says beside it (BW 7:454 lid 2)."""

    ref: EntryRef
    steps: tuple[Step, ...]
    beside: tuple[Entry, ...]


async def read_versions(unit: UnitOfWork, guard: Guard, context: RequestContext, ref: EntryRef) -> History:
    """Versies lezen. What is held back, or outside this reader's limits, reads as what does not exist.

    :raises Refused: the section is not open
    :raises CommandRejected: ``no-such-entry``
    """
    permit = await guard.require(unit, context, Action.READ, ref.section)
    found = await unit.dossier.versions(permit, ref)
    shown = limits.visible(permit.limits, found, reader=context.actor.id)
    if not shown:
        raise CommandRejected("no-such-entry", _NO_SUCH_ENTRY)
    await unit.audit.add(
        auditing.entry(
            context,
            AuditEvent.ENTRY_READ,
            object_type="entry",
            object_id=str(ref),
            sections=(ref.section,),
            policy=permit.policy,
            consent_id=permit.consent_id,
            detail=f"versions={len(shown)};mode={permit.mode}",
        )
    )
    statements = (await unit.dossier.look([permit], Amount(kinds=frozenset({Kind.STATEMENT})))).entries
    beside = tuple(one for one in statements if isinstance(one.value, Statement) and one.value.about == str(ref))
    steps = [Step(entry, _change(shown[number - 1], entry) if number else None) for number, entry in enumerate(shown)]
    return History(ref, tuple(steps), beside)


def _change(before: Entry, entry: Entry) -> Difference:
    return difference(before.value, entry.value)


def state_nl(entry: Entry) -> str:
    """What became of this version, in a few words."""
    if entry.status is Status.PROPOSED:
        return "voorstel"
    if entry.status is Status.WITHDRAWN:
        return "ingetrokken: dit had er niet moeten staan"
    return "bevestigd" if entry.confirmed_by else "vastgelegd"
