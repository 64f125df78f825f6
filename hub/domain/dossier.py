"""The dossier: sections made of entries, each a chain of versions. Nothing is overwritten (WGBO 7:454, I6)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from hub.domain.claims import CLAIMS
from hub.domain.entries import KINDS, Kind
from hub.domain.errors import CommandRejected
from hub.domain.identifiers import EntryRef
from hub.domain.values import PartialDate
from hub.domain.vocabulary import Role, Section
from hub.domain.working_days import AMSTERDAM

if TYPE_CHECKING:
    from hub.domain.freshness import Freshness


class Status(StrEnum):
    """Stand van een versie."""

    PROPOSED = "proposed"
    """Voorstel: recorded, not yet in force; shown as a proposal, never summarised as an agreement (CARE-04)."""
    ACTIVE = "active"
    WITHDRAWN = "withdrawn"
    MOVED_OUT = "moved_out"
    """Hoorde bij iemand anders: the contents are gone from here, the number stays empty (law-and-care E10)."""


NEEDS_CONFIRMATION = frozenset({Kind.TREATMENT_DIRECTIVE, Kind.ADVANCE_DIRECTIVE, Kind.LEGAL_CAPACITY})
"""Kinds that are in force only after a second, authorised person confirmed them (I9). Capacity is one of them, because
saying that somebody cannot decide wakes up a representative (BW 7:465)."""


class SourceKind(StrEnum):
    """Waar een regel vandaan komt."""

    ROOM = "room"
    PORTAL = "portal"
    CLI = "cli"
    IMPORT = "import"


@dataclass(frozen=True, slots=True)
class Source:
    """``reference``: the Matrix event id, or the resource that was imported."""

    kind: SourceKind
    reference: str


@dataclass(frozen=True, slots=True)
class WithdrawnSource:
    """Bronbericht ingetrokken: the message that an entry came from was withdrawn, so the homeserver says."""

    by: str
    """Name of who withdrew it."""
    at: datetime

    def caution_nl(self) -> str:
        """ "bronbericht ingetrokken door Pieter de Wit op 3-11-2026"."""
        day = self.at.astimezone(AMSTERDAM)
        return f"bronbericht ingetrokken door {self.by} op {day.day}-{day.month}-{day.year}"


@dataclass(frozen=True, slots=True)
class Entry:
    """Eén versie van één regel in het dossier."""

    patient_id: str
    ref: EntryRef
    version: int
    kind: Kind
    topic: str | None = field(repr=False)
    """What supersedes what: two values with the same topic are versions of one entry. None: always a new entry."""
    status: Status
    value: Any = field(repr=False)
    """A value object of ``hub.domain.entries``, fitting ``kind``."""
    author_id: str
    author_role: Role
    responsible_id: str
    organisation: str | None
    source: Source
    recorded_at: datetime
    confirmed_by: str | None = None
    reason: str | None = field(default=None, repr=False)
    """Why this version was put in the place of a wrong one (hersteld, AVG 16); None: it is no correction."""
    contested: bool = False
    """Tegenstrijdig: another professional agreed on the opposite and nobody settled it. Found when read, not stored."""
    against: tuple[EntryRef, ...] = ()
    """Other entries that this one does not go together with (:mod:`hub.domain.conflicts`). Found when read."""
    withdrawn_source: WithdrawnSource | None = field(default=None, compare=False)
    """Found when read, not stored with the entry; None: its message stands, or it came from none."""
    freshness: "Freshness | None" = field(default=None, repr=False, compare=False)
    """How old it is, and whether it deserves a new conversation. Found when read; None: not looked at, or never."""

    @property
    def section(self) -> Section:
        return self.ref.section

    @property
    def is_open(self) -> bool:
        """False for what stands in the place of an entry whose value stayed sealed."""
        return True


def status_of_new(kind: Kind) -> Status:
    """A high-risk kind starts as a proposal, everything else counts at once."""
    return Status.PROPOSED if kind in NEEDS_CONFIRMATION else Status.ACTIVE


def in_force(versions: Sequence[Entry]) -> Entry | None:
    """The version that counts now: the latest that is no proposal; None when withdrawn or never confirmed."""
    settled = [entry for entry in versions if entry.status is not Status.PROPOSED]
    if not settled or settled[-1].status is not Status.ACTIVE:
        return None
    return settled[-1]


def opposed(versions: Sequence[Entry]) -> Entry | None:
    """What somebody else said that contradicts the version in force, and that no later conversation settled (E13).

    Who speaks with the patient again and writes the date of it down, settles: the patient may change their mind. Where
    a wish is the patient's own (:attr:`Claim.own`), the patient's own word settles it.
    """
    current = in_force(versions)
    claim = CLAIMS[current.kind] if current is not None else None
    if current is None or claim is None or (claim.own and current.author_role is Role.PATIENT):
        return None
    if not isinstance(current.value, KINDS[current.kind].value):
        return None
    now, said_now = claim.says(current.value), _day_said(current)
    for earlier in reversed(versions[: versions.index(current)]):
        if earlier.status is not Status.ACTIVE or earlier.kind is not current.kind:
            continue
        before, said_then = claim.says(earlier.value), _day_said(earlier)
        if before is None or before == now or not _another_voice(earlier, current):
            continue
        if said_now is None or (said_then is not None and not said_now.certainly_after(said_then)):
            return earlier
    return None


def _another_voice(one: Entry, other: Entry) -> bool:
    """Somebody else, or another system: what was imported speaks for who wrote it there, whoever brought it."""
    return one.author_id != other.author_id or SourceKind.IMPORT in {one.source.kind, other.source.kind}


def _day_said(entry: Entry) -> PartialDate | None:
    claim = CLAIMS[entry.kind]
    if claim is not None and claim.date is not None:
        return claim.day_of(entry.value)
    return PartialDate.of(entry.recorded_at.astimezone(AMSTERDAM).date())


def correct(
    entry: Entry,
    *,
    value: Any,
    by: str,
    role: Role,
    organisation: str | None,
    source: Source,
    at: datetime,
    reason: str,
) -> Entry:
    """The next version in the place of a wrong one (hersteld, AVG 16). ``value`` None: it should not be there at all.

    What decides about treatment starts as a proposal again: a correction is no way around the second person.
    """
    status = status_of_new(entry.kind) if value is not None else Status.WITHDRAWN
    return replace(
        entry,
        version=entry.version + 1,
        status=status,
        value=entry.value if value is None else value,
        author_id=by,
        author_role=role,
        responsible_id=by,
        organisation=organisation,
        source=source,
        recorded_at=at,
        confirmed_by=None,
        reason=reason,
        contested=False,
        against=(),
        freshness=None,
    )


def pending(versions: Sequence[Entry]) -> Entry | None:
    """A proposal that waits for confirmation: the last version, when it is one."""
    return versions[-1] if versions and versions[-1].status is Status.PROPOSED else None


def to_show(entries: Iterable[Entry]) -> list[Entry]:
    """For each entry the version in force and, where there is one, the proposal that waits; in order of recording."""
    chains: dict[EntryRef, list[Entry]] = {}
    for entry in sorted(entries, key=lambda e: (e.ref.section.value, e.ref.number, e.version)):
        chains.setdefault(entry.ref, []).append(entry)
    shown: list[Entry] = []
    for versions in chains.values():
        settled, waiting = in_force(versions), pending(versions)
        against = opposed(versions) if settled is not None else None
        if settled is not None and against is not None:
            shown += [replace(against, contested=True), replace(settled, contested=True)]
        elif settled is not None:
            shown.append(settled)
        shown += [waiting] if waiting is not None else []
    return sorted(shown, key=lambda e: (int(e.ref.section.value[1:]), e.ref.number, e.version))


def confirm(entry: Entry, *, by: str, role: Role, organisation: str | None, source: Source, at: datetime) -> Entry:
    """The next version of a proposal, now in force (bevestigen).

    :raises CommandRejected: not a waiting proposal, or the confirmer proposed it (four eyes)
    """
    if entry.status is not Status.PROPOSED:
        raise CommandRejected(
            "nothing-to-confirm", "%(ref)s is geen voorstel dat op bevestiging wacht.", {"ref": entry.ref}
        )
    if entry.author_id == by:
        raise CommandRejected(
            "own-proposal",
            "U heeft %(ref)s zelf voorgesteld. Een tweede, bevoegde persoon bevestigt het.",
            {"ref": entry.ref},
        )
    return Entry(
        patient_id=entry.patient_id,
        ref=entry.ref,
        version=entry.version + 1,
        kind=entry.kind,
        topic=entry.topic,
        status=Status.ACTIVE,
        value=entry.value,
        author_id=entry.author_id,
        author_role=entry.author_role,
        responsible_id=by,
        organisation=entry.organisation,
        source=source,
        recorded_at=at,
        confirmed_by=by,
    )
