"""Reads entries in portions: first what the rows tell, then only the values that somebody gets to see (ADR 0035).

Opening a value takes ten times as long as looking at its row. A dossier of ten thousand entries is read by looking at
all the rows and opening the few that are shown. Each portion gives the event loop back to others.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from operator import attrgetter
from typing import Any

from sqlalchemy import bindparam, select, tuple_
from sqlalchemy.engine import Row
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql import Select

from hub.adapters.encryption import unsealer
from hub.adapters.sql.entry_rows import FACTS, SEALED_FACTS, Unopened, opened
from hub.adapters.sql.people import PatientKeys
from hub.adapters.sql.tables import entry as table
from hub.domain.dossier import Entry, Status
from hub.domain.entries import Kind
from hub.domain.vocabulary import Section

_LOOKED_AT, _OPENED = 2000, 500
"""How many at a time."""
_AFTER = tuple_(table.c.number, table.c.version) > tuple_(bindparam("number"), bindparam("version"))
_HERE = (table.c.patient_id == bindparam("patient_id"), table.c.section == bindparam("section"))
_PRESENT = table.c.status != Status.MOVED_OUT.value
_LISTED = table.c.number.in_(bindparam("numbers", expanding=True))
_BETWEEN = table.c.number.between(bindparam("first"), bindparam("last"))
_ORDER = (table.c.number, table.c.version)
_WHOLE: tuple[Select[Any], ...] = tuple(
    select(table).where(*_HERE, _PRESENT, which).order_by(*_ORDER) for which in (_LISTED, _BETWEEN)
)
_FACTS: tuple[Select[Any], ...] = tuple(
    select(*columns).where(*_HERE, _PRESENT, _AFTER).order_by(*_ORDER).limit(_LOOKED_AT)
    for columns in (FACTS, SEALED_FACTS)
)
_PLACE = attrgetter("section", "number", "version")
_Key = tuple[str, int, int]


class EntryReader:
    def __init__(self, connection: AsyncConnection, keys: PatientKeys) -> None:
        self._connection = connection
        self._keys = keys

    async def all(self, patient_id: str, query: Select[Any]) -> list[Entry]:
        """Every version that the query finds, opened; in order of section, number and version."""
        # Put in order here: asked for in order, SQLite walks through all of the patient's rows to have them so.
        rows = sorted((await self._connection.execute(query.where(_PRESENT))).all(), key=_PLACE)
        if not rows:
            return []
        unseal = unsealer(await self._keys.of(patient_id))
        return [opened(unseal, row) for row in rows]

    async def unopened(
        self, patient_id: str, sections: Iterable[Section], *, to_be_opened: bool = False
    ) -> list[Entry]:
        """Every version in these sections, in order; opened are the statements only, which say what they are about.

        ``to_be_opened``: they come with what is sealed in them, for :meth:`plaintexts`.
        """
        query = _FACTS[to_be_opened]
        found: list[Entry] = []
        for section in sections:
            place = {"patient_id": patient_id, "section": section.value, "number": 0, "version": 0}
            while True:
                rows = (await self._connection.execute(query, place)).all()
                found += [Unopened(row) for row in rows]
                if len(rows) < _LOOKED_AT:
                    break
                place |= {"number": rows[-1].number, "version": rows[-1].version}
                await asyncio.sleep(0)
        if found:
            # A dossier that was destroyed is not there, also not as a number of rows.
            await self._keys.of(patient_id)
        statements = [entry for entry in found if entry.kind is Kind.STATEMENT]
        if not statements:
            return found
        told = {_key(entry): entry for entry in await self.open(patient_id, statements)}
        return [told.get(_key(entry), entry) if entry.kind is Kind.STATEMENT else entry for entry in found]

    async def open(self, patient_id: str, versions: Sequence[Entry]) -> list[Entry]:
        """The same versions with their values, in order of section, number and version."""
        if not versions:
            return []
        unseal = unsealer(await self._keys.of(patient_id))
        wanted = {_key(version) for version in versions}
        found: list[Entry] = []
        async for rows in self._portions(patient_id, versions):
            found += [opened(unseal, row) for row in rows if (row.section, row.number, row.version) in wanted]
        return found

    async def plaintexts(
        self, patient_id: str, versions: Sequence[Unopened]
    ) -> AsyncIterator[list[tuple[Unopened, str]]]:
        """Each of these with what was sealed in it, in portions; of what was opened nothing is kept."""
        unseal = unsealer(await self._keys.of(patient_id))
        for begin in range(0, len(versions), _OPENED):
            yield [(one, one.plaintext(unseal, patient_id)) for one in versions[begin : begin + _OPENED]]
            await asyncio.sleep(0)

    async def _portions(self, patient_id: str, versions: Sequence[Entry]) -> AsyncIterator[Sequence[Row[Any]]]:
        """The rows of these entries; perhaps of others in between, which is quicker than a list where few are."""
        numbers: dict[Section, set[int]] = {}
        for version in versions:
            numbers.setdefault(version.section, set()).add(version.ref.number)
        for section in sorted(numbers):
            listed = sorted(numbers[section])
            for begin in range(0, len(listed), _OPENED):
                portion = listed[begin : begin + _OPENED]
                first, last = portion[0], portion[-1]
                place: dict[str, Any] = {"patient_id": patient_id, "section": section.value}
                if last - first < 2 * len(portion):
                    query, place = _WHOLE[1], place | {"first": first, "last": last}
                else:
                    query, place = _WHOLE[0], place | {"numbers": portion}
                yield (await self._connection.execute(query, place)).all()
                await asyncio.sleep(0)


def _key(entry: Entry) -> _Key:
    return entry.section.value, entry.ref.number, entry.version
