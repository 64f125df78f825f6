"""The audit trail (logging, NEN 7513): who did what, about whom, when, why, and by which rule.

Entries carry ids and codes, never clinical text, so that the log may outlive a destroyed dossier (law-and-care §2.1).
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime
from operator import attrgetter

from hub.domain.audit_events import AuditEvent as AuditEvent  # noqa: PLC0414 -- asked for here

GENESIS = "0" * 64


_REQUIRED = ("user_id", "user_role", "responsible_id", "initiator", "object_type")
_required = attrgetter(*_REQUIRED)
_PERSON = "per-"


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """Eén regel van de logging. Field names follow NEN 7513:2018 chapter 7 (law-and-care §2.1)."""

    event: AuditEvent
    recorded_at: datetime
    outcome: int
    """NEN 7513 7.2.5: 0 success, 4 minor failure (refused), 8 serious failure."""
    user_id: str
    """Person id of who did it (7.3.1); a bot never stands here alone, see responsible_id."""
    user_role: str
    responsible_id: str
    """The natural person who answers for it (7.3.6), obligatory for every event."""
    initiator: str
    """Component or person that started it (7.3.5): ``person``, ``bot:dossier``, ``cli:per-…``."""
    access_point: str
    organisation: str | None
    patient_id: str | None
    object_type: str
    object_id: str
    sections: str
    purpose: str
    policy: str
    """Autorisatieprotocol (7.4.6): policy version and the ids of the deciding rules."""
    relation_id: str | None
    consent_id: str | None
    break_glass: bool
    correlation_id: str
    detail: str
    """Codes only."""

    def __post_init__(self) -> None:
        if not all(_required(self)):
            raise ValueError("an audit entry names its actor, its responsible person and its object")
        if not self.responsible_id.startswith(_PERSON):
            # NEN 7513 7.3.6: always somebody of flesh and blood, whatever did the work (I7).
            raise ValueError("a natural person answers for every act")


@dataclass(frozen=True, slots=True)
class ChainedEntry:
    """An entry in its place: ``seq`` counts from 1 without gaps, ``hash`` covers the entry and its predecessor."""

    seq: int
    entry: AuditEntry
    previous_hash: str
    hash: str


# In the order of their names, so that the JSON is sorted without sorting each time; a verification hashes them all.
FIELDS = tuple(sorted((*(field.name for field in fields(AuditEntry)), "seq")))
_TIME, _SEQ = FIELDS.index("recorded_at"), FIELDS.index("seq")
_values = attrgetter(*(name for name in FIELDS if name != "seq"))
_ENCODER = json.JSONEncoder(ensure_ascii=True, separators=(",", ":"))


def canonical(seq: int, entry: AuditEntry) -> bytes:
    """The bytes that are hashed: sorted JSON of every field, times as UTC ISO 8601 with microseconds."""
    values = list(_values(entry))
    values[_TIME] = entry.recorded_at.isoformat(timespec="microseconds")
    values.insert(_SEQ, seq)
    return _ENCODER.encode(dict(zip(FIELDS, values, strict=True))).encode()


def chain(seq: int, entry: AuditEntry, previous_hash: str) -> ChainedEntry:
    """Put an entry in its place."""
    return ChainedEntry(seq, entry, previous_hash, _digest(previous_hash, canonical(seq, entry)))


def _digest(previous_hash: str, content: bytes) -> str:
    return hashlib.sha256(b"\x00" + bytes.fromhex(previous_hash) + content).hexdigest()


@dataclass(frozen=True, slots=True)
class Verification:
    """``first_bad`` is the sequence number where the chain breaks, None when it holds."""

    entries: int
    first_bad: int | None
    reason: str = ""

    @property
    def ok(self) -> bool:
        return self.first_bad is None


def judge(item: ChainedEntry, after: int, previous: str | None) -> Verification | None:
    """What is wrong with this as the entry behind number ``after``; None when nothing is.

    :param previous: the hash of the entry before; None takes this one's word for it
    """
    expected = after + 1
    if item.seq != expected:
        # A number below one is itself the stranger; any other leaves a hole where the right one should be.
        bad = expected if item.seq >= 1 else item.seq
        return Verification(after, bad, "een regel ontbreekt of staat op een andere plaats")
    if previous is not None and item.previous_hash != previous:
        return Verification(after, item.seq, "de regel sluit niet aan op de vorige")
    if chain(item.seq, item.entry, item.previous_hash).hash != item.hash:
        return Verification(after, item.seq, "de inhoud van de regel is veranderd")
    return None


def ending(count: int, last: str, expected_length: int | None, head: str | None) -> Verification:
    """There are no more entries: whether that is right."""
    if expected_length is not None and count < expected_length:
        return Verification(count, count + 1, "er ontbreken regels aan het einde")
    if expected_length is not None and count > expected_length:
        return Verification(count, expected_length + 1, "er staan regels die niet zo zijn vastgelegd")
    if head is not None and last != head:
        return Verification(count, count, "de laatste regel is niet de laatst vastgelegde")
    return Verification(count, None)


def verify(
    entries: Iterable[ChainedEntry], *, expected_length: int | None = None, head: str | None = None
) -> Verification:
    """Check order, links and hashes; with ``expected_length`` and ``head`` also that the tail was not cut off.

    :param entries: in the order in which the table has them
    """
    count, last = 0, GENESIS
    for item in entries:
        wrong = judge(item, count, last)
        if wrong is not None:
            return wrong
        count, last = item.seq, item.hash
    return ending(count, last, expected_length, head)
