"""Rows of entries: how a value is sealed in its row, and what a row tells while the value stays sealed."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any, NoReturn, cast

from sqlalchemy.engine import Row

from hub.adapters.encryption import seal
from hub.adapters.sql.tables import entry as table
from hub.adapters.sql.times import from_micros, to_micros
from hub.domain import entries
from hub.domain.dossier import Entry, Source, SourceKind, Status
from hub.domain.entries import Kind, Value
from hub.domain.identifiers import EntryRef
from hub.domain.vocabulary import Role, Section

Unsealer = Callable[[bytes, bytes], bytes]
FACTS = (
    table.c.section,
    table.c.number,
    table.c.version,
    table.c.kind,
    table.c.status,
    table.c.author_id,
    table.c.author_role,
    table.c.responsible_id,
    table.c.organisation,
    table.c.recorded_at,
)
"""What a row tells without its key, and who may read it is decided by."""
SEALED_FACTS = (*FACTS, table.c.confirmed_by, table.c.sealed_value)
"""The same for who may go on to what is sealed: one look at each row instead of two."""
PAYLOAD = (
    table.c.patient_id,
    table.c.section,
    table.c.number,
    table.c.version,
    table.c.kind,
    table.c.status,
    table.c.author_id,
    table.c.confirmed_by,
    table.c.sealed_value,
)
"""What a value is bound to, and the value."""
_payload = attrgetter(*(column.name for column in PAYLOAD))
_SECTIONS = {section.value: section for section in Section}
_KINDS = {kind.value: kind for kind in Kind}
_STATUSES = {status.value: status for status in Status}


class _Sealed:
    """In the place of a value that was not opened: whoever looks into it hears so, and decides nothing by it."""

    __slots__ = ()

    def __getattr__(self, name: str) -> NoReturn:
        raise ValueError("this entry was not opened")


SEALED: Any = _Sealed()


class Unopened(Entry):
    """Een regel waarvan de inhoud verzegeld bleef. Each fact is read from the row when somebody asks for it: of ten
    thousand rows most are asked for two or three."""

    __slots__ = ("_ref", "_row")
    _row: Sequence[Any]
    _ref: EntryRef | None

    def __init__(self, row: Sequence[Any]) -> None:
        object.__setattr__(self, "_row", row)
        object.__setattr__(self, "_ref", None)

    def __repr__(self) -> str:
        return f"Unopened({self.ref}/{self.version})"

    @property
    def ref(self) -> EntryRef:
        if self._ref is None:
            object.__setattr__(self, "_ref", EntryRef(_SECTIONS[self._row[0]], self._row[1]))
        return cast("EntryRef", self._ref)

    @property
    def section(self) -> Section:
        return _SECTIONS[self._row[0]]

    @property
    def is_open(self) -> bool:
        return False

    @property
    def version(self) -> int:
        return int(self._row[2])

    @property
    def kind(self) -> Kind:
        return _KINDS[self._row[3]]

    @property
    def status(self) -> Status:
        return _STATUSES[self._row[4]]

    @property
    def author_id(self) -> str:
        return str(self._row[5])

    @property
    def author_role(self) -> Role:
        return Role(self._row[6])

    @property
    def responsible_id(self) -> str:
        return str(self._row[7])

    @property
    def organisation(self) -> str | None:
        return None if self._row[8] is None else str(self._row[8])

    @property
    def recorded_at(self) -> datetime:
        return from_micros(self._row[9])

    @property
    def value(self) -> Any:
        return SEALED

    def plaintext(self, unseal: Unsealer, patient_id: str) -> str:
        """What is sealed in a row of :data:`SEALED_FACTS`, as it was written. It is not kept."""
        section, number, version, kind, status, author, *_, confirmer, sealed = self._row
        return unseal(sealed, _place(patient_id, section, number, version, kind, status, author, confirmer)).decode()


def sealed_row(key: bytes, entry: Entry, topic_digest: str | None) -> dict[str, Any]:
    """The row of a version, its value sealed with the patient's key."""
    value = json.dumps(
        {"value": entries.to_json(entry.value), "topic": entry.topic, "reason": entry.reason},
        ensure_ascii=False,
        sort_keys=True,
    ).encode()
    row: dict[str, Any] = {
        "patient_id": entry.patient_id,
        "section": entry.section.value,
        "number": entry.ref.number,
        "version": entry.version,
        "kind": entry.kind.value,
        "topic_digest": topic_digest,
        "status": entry.status.value,
        "author_id": entry.author_id,
        "author_role": entry.author_role.value,
        "responsible_id": entry.responsible_id,
        "organisation": entry.organisation,
        "source_kind": entry.source.kind.value,
        "source_reference": entry.source.reference,
        "recorded_at": to_micros(entry.recorded_at),
        "confirmed_by": entry.confirmed_by,
    }
    aad = _place(*(row[column.name] for column in PAYLOAD[:-1]))
    return row | {"sealed_value": seal(key, value, aad)}


def opened(unseal: Unsealer, row: Row[Any]) -> Entry:
    """The version in a whole row.

    :raises IntegrityBroken: the row was changed, or stood elsewhere
    """
    *place, sealed = _payload(row)
    content = json.loads(unseal(sealed, _place(*place)))
    return _entry(row, entries.from_json(_KINDS[row.kind], content["value"]), content)


def value_in(kind: Kind, text: str) -> Value:
    """The value in such a plaintext."""
    return entries.from_json(kind, json.loads(text)["value"])


def _entry(row: Row[Any], value: Value, content: Mapping[str, Any]) -> Entry:
    return Entry(
        patient_id=row.patient_id,
        ref=EntryRef(_SECTIONS[row.section], row.number),
        version=row.version,
        kind=_KINDS[row.kind],
        topic=content["topic"],
        status=_STATUSES[row.status],
        value=value,
        author_id=row.author_id,
        author_role=Role(row.author_role),
        responsible_id=row.responsible_id,
        organisation=row.organisation,
        source=Source(SourceKind(row.source_kind), row.source_reference),
        recorded_at=from_micros(row.recorded_at),
        confirmed_by=row.confirmed_by,
        reason=content.get("reason"),
    )


def _place(
    patient: str, section: str, number: int, version: int, kind: str, status: str, author: str, confirmer: str | None
) -> bytes:
    """What a value belongs to, and what gives it force: a proposal does not become an agreement by a changed column."""
    return f"entry/{patient}/{section}/{number}/{version}/{kind}/{status}/{author}/{confirmer or ''}".encode()
