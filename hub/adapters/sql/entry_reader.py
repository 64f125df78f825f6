"""Reads entries in portions: first what the rows tell, then only the values that somebody gets to see (ADR 0035).

Opening a value takes ten times as long as looking at its row. A dossier of ten thousand entries is read by looking at
all the rows and opening the few that are shown. Each portion gives the event loop back to others.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Any

from sqlalchemy import bindparam, select, tuple_
from sqlalchemy.engine import Row
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql import Select

from hub.adapters.sql.entry_rows import FACTS, Unopened, opened, opened_value
from hub.adapters.sql.people import PatientKeys
from hub.adapters.sql.tables import entry as table
from hub.domain.dossier import Entry, Status
from hub.domain.entries import Kind, Value
from hub.domain.vocabulary import Section

_LOOKED_AT, _OPENED = 2000, 500
"""How many at a time."""
_AFTER = tuple_(table.c.number, table.c.version) > tuple_(bindparam("number"), bindparam("version"))
_HERE = (table.c.patient_id == bindparam("patient_id"), table.c.section == bindparam("section"))
_PRESENT = table.c.status != Status.MOVED_OUT.value
_FACTS = select(*FACTS).where(*_HERE, _PRESENT, _AFTER).order_by(table.c.number, table.c.version).limit(_LOOKED_AT)
_WHOLE = (
    select(table)
    .where(*_HERE, _PRESENT, table.c.number.in_(bindparam("numbers", expanding=True)))
    .order_by(table.c.number, table.c.version)
)
_Key = tuple[str, int, int]


class EntryReader:
    def __init__(self, connection: AsyncConnection, keys: PatientKeys) -> None:
        self._connection = connection
        self._keys = keys

    async def all(self, patient_id: str, query: Select[Any]) -> list[Entry]:
        """Every version that the query finds, opened."""
        ordered = query.where(_PRESENT).order_by(table.c.section, table.c.number, table.c.version)
        rows = (await self._connection.execute(ordered)).all()
        if not rows:
            return []
        key = await self._keys.of(patient_id)
        return [opened(key, row) for row in rows]

    async def unopened(self, patient_id: str, sections: Iterable[Section]) -> list[Entry]:
        """Every version in these sections, in order; opened are the statements only, which say what they are about."""
        found: list[Entry] = []
        for section in sections:
            place = {"patient_id": patient_id, "section": section.value, "number": 0, "version": 0}
            while True:
                rows = (await self._connection.execute(_FACTS, place)).all()
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
        key = await self._keys.of(patient_id)
        return [opened(key, row) async for row in self._rows(patient_id, versions)]

    async def values(self, patient_id: str, versions: Sequence[Entry]) -> AsyncIterator[tuple[Entry, Value]]:
        """Each unopened version with its value beside it; nothing is kept, so that any number can pass by."""
        key = await self._keys.of(patient_id)
        waiting = {_key(version): version for version in versions}
        async for row in self._rows(patient_id, versions):
            yield waiting[row.section, row.number, row.version], opened_value(key, row)[0]

    async def _rows(self, patient_id: str, versions: Sequence[Entry]) -> AsyncIterator[Row[Any]]:
        wanted = {_key(version) for version in versions}
        numbers: dict[Section, list[int]] = {}
        for section, number in sorted({(version.section, version.ref.number) for version in versions}):
            numbers.setdefault(section, []).append(number)
        for section, listed in numbers.items():
            for first in range(0, len(listed), _OPENED):
                portion = listed[first : first + _OPENED]
                place = {"patient_id": patient_id, "section": section.value, "numbers": portion}
                rows = (await self._connection.execute(_WHOLE, place)).all()
                for row in rows:
                    if (row.section, row.number, row.version) in wanted:
                        yield row
                await asyncio.sleep(0)


def _key(entry: Entry) -> _Key:
    return entry.section.value, entry.ref.number, entry.version
