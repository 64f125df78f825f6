"""Dossier entries: sealed values, version chains, and an audit entry with every read and write (I4, I6)."""

import hashlib
import hmac
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql import Select

from hub.adapters.encryption import KeyVault
from hub.adapters.sql.audit_log import SqlAuditTrail
from hub.adapters.sql.emergency_marks import mark_due, mark_due_for
from hub.adapters.sql.entry_reader import EntryReader
from hub.adapters.sql.entry_rows import Unopened, sealed_row, value_in
from hub.adapters.sql.handovers import forget_letters
from hub.adapters.sql.people import PatientKeys
from hub.adapters.sql.tables import entry as table
from hub.adapters.sql.tables import imported_document
from hub.adapters.sql.times import to_micros
from hub.adapters.sql.withholdings import SqlWithholdings
from hub.application import auditing
from hub.application.context import RequestContext
from hub.application.guard import Permit
from hub.application.reading_ports import Found, Look, Prepare
from hub.domain import limits
from hub.domain.audit import AuditEvent
from hub.domain.capacity import capacity_that_counts, dutch_day, represented_sections
from hub.domain.dossier import Entry, Status, to_show
from hub.domain.entries import Kind, Statement
from hub.domain.errors import CommandRejected
from hub.domain.identifiers import EntryRef
from hub.domain.reading import EVERYTHING, Amount, age, chains, choose, counting
from hub.domain.vocabulary import Action, Section
from hub.domain.withholding import HELD_BACK_FROM

_LAST_NUMBER = select(func.coalesce(func.max(table.c.number), 0)).where(
    table.c.patient_id == bindparam("patient_id"), table.c.section == bindparam("section")
)
_KEY = [column.name for column in table.primary_key.columns]
# A version that is there already is no error of the database, which on PostgreSQL would end the transaction.
_APPEND = {
    "sqlite": sqlite_insert(table).on_conflict_do_nothing(index_elements=_KEY),
    "postgresql": postgres_insert(table).on_conflict_do_nothing(index_elements=_KEY),
}


_WRITTEN = {
    Action.RECORD: AuditEvent.ENTRY_RECORDED,
    Action.CONFIRM: AuditEvent.ENTRY_CONFIRMED,
    Action.CORRECT: AuditEvent.ENTRY_CORRECTED,
    Action.STATE: AuditEvent.STATEMENT_ADDED,
}
"""How to write, and what the log calls it."""
_OPENED = {Action.READ: AuditEvent.ENTRY_READ, Action.EXPORT: AuditEvent.ENTRY_EXPORTED}
"""How contents are opened, and what the log calls it."""


def _is_withheld(entry: Entry, hidden: frozenset[EntryRef]) -> bool:
    """A statement beside what is held back would tell of it."""
    about = EntryRef.parse(entry.value.about) if isinstance(entry.value, Statement) else None
    return entry.ref in hidden or about in hidden


def _asked(permits: Sequence[Permit]) -> tuple[str, list[Section]]:
    """Whose dossier, and which sections of it.

    :raises ValueError: the permits do not open contents, or are not all of one request about one patient
    """
    context, action = permits[0].context, permits[0].action
    same = all(permit.action is action and permit.context == context for permit in permits)
    if context.patient_id is None or action not in _OPENED or not same:
        raise ValueError("reading takes permits to read, all of one request about one patient")
    return context.patient_id, [permit.section for permit in permits if permit.section is not None]


def _within(permits: Sequence[Permit], found: Iterable[Entry]) -> list[Entry]:
    """What the limits of these permits leave: entries, and of what is open the part that is theirs."""
    own: dict[Section, list[Entry]] = {}
    for entry in found:
        own.setdefault(entry.section, []).append(entry)
    shown: list[Entry] = []
    for permit in permits:
        if permit.section in own:
            shown += limits.visible(permit.limits, own[permit.section], reader=permit.context.actor.id)
    return shown


def _beside(shown: Sequence[Entry], series: Sequence[Entry]) -> list[Entry]:
    """The statements about these entries that are not among them."""
    refs = {entry.ref for entry in shown}
    named = {str(ref) for ref in refs}
    return [e for e in series if isinstance(e.value, Statement) and e.value.about in named and e.ref not in refs]


class SqlDossier:
    def __init__(self, connection: AsyncConnection, vault: KeyVault, keys: PatientKeys, audit: SqlAuditTrail) -> None:
        self._connection = connection
        self._keys = keys
        self._audit = audit
        self._withholdings = SqlWithholdings(connection, keys)
        self._reader = EntryReader(connection, keys)
        self._topic_key = vault.purpose_key("topic")

    async def read(self, permits: Sequence[Permit], note: str = "") -> list[Entry]:
        if not permits:
            return []
        patient_id, sections = _asked(permits)
        within = table.c.section.in_([section.value for section in sections])
        found = await self._reader.all(patient_id, select(table).where(table.c.patient_id == patient_id, within))
        shown = await self._visible(permits, found)
        await self._log(permits, f"entries={len(shown)}", note)
        return shown

    async def look(self, permits: Sequence[Permit], amount: Amount = EVERYTHING) -> Look:
        if not permits:
            return Look([])
        patient_id, sections = _asked(permits)
        chosen = choose(await self._visible_unopened(permits, patient_id, sections), amount)
        shown = to_show(_within(permits, await self._reader.open(patient_id, chosen.versions)))
        await self._log(permits, f"entries={len(shown)}")
        return Look(shown, chosen.left_out, chosen.earlier)

    async def find(self, permits: Sequence[Permit], prepare: Prepare, most: int) -> Found:
        if not permits:
            return Found([], [], 0)
        patient_id, sections = _asked(permits)
        visible = await self._visible_unopened(permits, patient_id, sections, to_be_opened=True)
        test = await prepare({entry.author_id for entry in visible})
        series = [shown for chain in chains(one for one in visible if one.kind.is_series) for shown in counting(chain)]
        # What is open in part was opened already, and is searched in that part: a hit would tell of the rest.
        told_apart = [one for one in visible if not one.kind.is_series]
        cut = [one for one in series if one.is_open and one.kind is not Kind.STATEMENT]
        agreed = to_show([*_within(permits, await self._reader.open(patient_id, told_apart)), *cut])
        statements = [one for one in series if one.is_open and one.kind is Kind.STATEMENT]
        hits = [entry for entry in (*agreed, *statements) if test.matches(entry, entry.value)]
        whole = [one for one in series if isinstance(one, Unopened)]
        async for portion in self._reader.plaintexts(patient_id, whole):
            hits += [entry for entry, text in portion if test.written(entry, text, value_in)]
        newest = sorted(hits, key=lambda entry: (age(entry), entry.version), reverse=True)[:most]
        known = {(entry.ref, entry.version): entry for entry in agreed}
        sealed = [entry for entry in newest if (entry.ref, entry.version) not in known]
        known |= {(entry.ref, entry.version): entry for entry in await self._reader.open(patient_id, sealed)}
        told = [known[entry.ref, entry.version] for entry in newest]
        await self._log(permits, "search", f"entries={len(hits)}")
        return Found(told, _beside(told, series), len(hits), agreed)

    async def _visible_unopened(
        self, permits: Sequence[Permit], patient_id: str, sections: Sequence[Section], *, to_be_opened: bool = False
    ) -> list[Entry]:
        """The same of rows that stay sealed, but for what is open in part: a part can be empty, and then nobody may
        notice that there is an entry, not even by its number."""
        visible = await self._visible(
            permits, await self._reader.unopened(patient_id, sections, to_be_opened=to_be_opened)
        )
        partly = {permit.section: permit.limits for permit in permits if permit.limits}
        if not partly:
            return visible
        cut = [one for one in visible if limits.in_part(partly.get(one.section, ()), one.kind)]
        if not cut:
            return visible
        opened = {(one.ref, one.version): one for one in await self._reader.open(patient_id, cut)}
        return _within(permits, [opened.get((one.ref, one.version), one) for one in visible])

    async def _visible(self, permits: Sequence[Permit], found: Sequence[Entry]) -> list[Entry]:
        """What these permits open of it, narrowed by their limits, without what is held back."""
        hidden = await self._withheld(permits[0].context)
        return _within(permits, (entry for entry in found if not hidden or not _is_withheld(entry, hidden)))

    async def _log(self, permits: Sequence[Permit], *details: str) -> None:
        context = permits[0].context
        await self._audit.add(
            auditing.entry(
                context,
                _OPENED[permits[0].action],
                object_type="dossier",
                object_id=context.patient_id or "",
                sections=[permit.section for permit in permits if permit.section is not None],
                policy=" ".join(sorted({permit.policy for permit in permits})),
                consent_id=next((permit.consent_id for permit in permits if permit.consent_id), None),
                detail=";".join(filter(None, (*details, f"mode={permits[0].mode}"))),
            )
        )

    async def append(self, permit: Permit, entry: Entry) -> Entry:
        if permit.section is not entry.section or permit.context.patient_id != entry.patient_id:
            raise ValueError("this permit is for another section or another patient")
        if permit.action not in _WRITTEN:
            raise ValueError("this permit does not allow writing")
        key = await self._keys.of(entry.patient_id)
        digest = self._digest(entry.patient_id, entry.topic) if entry.topic else None
        append = _APPEND[self._connection.dialect.name]
        written = await self._connection.execute(append, sealed_row(key, entry, digest))
        if written.rowcount != 1:
            raise CommandRejected(
                "stale-version",
                "Iemand anders heeft %(ref)s net veranderd. Lees het opnieuw en probeer het nog eens.",
                {"ref": entry.ref},
            )
        await mark_due_for(self._connection, entry)
        await self._audit.add(
            auditing.entry(
                permit.context,
                _WRITTEN[permit.action],
                object_type="entry",
                object_id=f"{entry.ref}/{entry.version}",
                sections=(entry.section,),
                policy=permit.policy,
                consent_id=permit.consent_id,
                detail=entry.kind.value,
            )
        )
        return entry

    async def versions(self, permit: Permit, ref: EntryRef) -> list[Entry]:
        query = select(table).where(table.c.section == ref.section.value, table.c.number == ref.number)
        found = await self._permitted(permit, ref.section, query)
        return [] if found and _is_withheld(found[0], await self._withheld(permit.context)) else found

    async def move_out(self, permit: Permit, ref: EntryRef) -> int:
        """Take the contents away of an entry that belonged to another patient; the number stays, empty.

        Returns how many versions were emptied; 0 when there is no such entry.
        """
        if (
            permit.action is not Action.CORRECT
            or permit.section is not ref.section
            or permit.context.patient_id is None
        ):
            raise ValueError("this permit does not allow this")
        here_patient = permit.context.patient_id
        here = (
            table.c.patient_id == here_patient,
            table.c.section == ref.section.value,
            table.c.number == ref.number,
        )
        emptied = await self._connection.execute(
            update(table)
            .where(*here, table.c.status != Status.MOVED_OUT.value)
            .values(sealed_value=b"", topic_digest=None, status=Status.MOVED_OUT.value)
        )
        if emptied.rowcount:
            context = permit.context
            await mark_due(self._connection, here_patient, context.actor.id, context.now)
            await forget_letters(self._connection, here_patient)
            await self._audit.add(
                auditing.entry(
                    permit.context,
                    AuditEvent.ENTRY_MOVED_OUT,
                    object_type="entry",
                    object_id=str(ref),
                    sections=(ref.section,),
                    policy=permit.policy,
                    detail="breach-to-assess",
                )
            )
        return int(emptied.rowcount)

    async def _withheld(self, context: RequestContext) -> frozenset[EntryRef]:
        """What is held back from this reader now (BW 7:448 lid 3)."""
        if context.role not in HELD_BACK_FROM or context.patient_id is None:
            return frozenset()
        return await self._withholdings.held_back(context.patient_id, context.now, context.role)

    async def of_topic(self, permit: Permit, kind: Kind, topic: str) -> list[Entry]:
        patient_id = permit.context.patient_id or ""
        query = select(table).where(table.c.kind == kind.value, table.c.topic_digest == self._digest(patient_id, topic))
        return await self._permitted(permit, permit.section, query)

    async def next_number(self, permit: Permit) -> int:
        place = {"patient_id": permit.context.patient_id, "section": (permit.section or Section.S1).value}
        return int((await self._connection.execute(_LAST_NUMBER, place)).scalar_one()) + 1

    async def represented(self, patient_id: str, now: datetime) -> frozenset[Section]:
        query = select(table).where(table.c.patient_id == patient_id, table.c.kind == Kind.LEGAL_CAPACITY.value)
        # Capacity is judged for one kind of decision at a time; each judgement is a chain of its own.
        chains: dict[EntryRef, list[Entry]] = {}
        for judged in await self._reader.all(patient_id, query):
            chains.setdefault(judged.ref, []).append(judged)
        return represented_sections(filter(None, map(capacity_that_counts, chains.values())), dutch_day(now))

    async def was_imported(self, patient_id: str, digest: str) -> bool:
        query = select(imported_document.c.digest).where(
            imported_document.c.patient_id == patient_id, imported_document.c.digest == digest
        )
        return (await self._connection.execute(query)).first() is not None

    async def mark_imported(self, patient_id: str, digest: str, at: datetime) -> None:
        await self._connection.execute(
            insert(imported_document).values(patient_id=patient_id, digest=digest, imported_at=to_micros(at))
        )

    async def in_sections(self, patient_id: str, sections: Sequence[Section]) -> list[Entry]:
        """Every version in these sections, without a permit: to make the out-of-hours set, which has its own door."""
        within = table.c.section.in_([section.value for section in sections])
        return await self._reader.all(patient_id, select(table).where(table.c.patient_id == patient_id, within))

    async def _permitted(self, permit: Permit, section: Section | None, query: Select[Any]) -> list[Entry]:
        patient_id = permit.context.patient_id
        if patient_id is None or section is None or permit.section is not section:
            raise ValueError("this permit is for another section")
        return await self._reader.all(
            patient_id, query.where(table.c.patient_id == patient_id, table.c.section == section.value)
        )

    def _digest(self, patient_id: str, topic: str) -> str:
        # Keyed, so that the table does not tell which treatments a patient spoke about.
        return hmac.new(self._topic_key, f"{patient_id}/{topic}".encode(), hashlib.sha256).hexdigest()
