"""Nalopen: along the rows of the log as they are stored, each in turn, and fast (a million in seconds).

The rows come as the database has them, so that nothing between table and check can mend what was changed. A row that is
exactly what was written is recognised without making an entry of it: its values are put into the canonical JSON as they
are and hashed. Whatever is not recognised is looked at with care, and then named.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from hub.domain import audit
from hub.domain.audit import FIELDS, GENESIS, AuditEntry, AuditEvent, ChainedEntry, Verification
from hub.domain.merkle import edge_of, leaf_hash, levels_of

COLUMNS = (*FIELDS, "previous_hash", "hash")
"""The columns of a row, in the order in which :class:`Walk` wants them; times in microseconds since 1970."""
_SEQ, _EVENT = COLUMNS.index("seq"), COLUMNS.index("event")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EARLIEST = (datetime(1, 1, 1, tzinfo=UTC) - _EPOCH) // timedelta(microseconds=1)
_LATEST = (datetime.max.replace(tzinfo=UTC) - _EPOCH) // timedelta(microseconds=1)
_MILLION = 1_000_000
_MOST_SECONDS = 50_000
_TEMPLATE = (
    '{"access_point":"%s","break_glass":%s,"consent_id":%s,"correlation_id":"%s","detail":"%s","event":"%s",'
    '"initiator":"%s","object_id":"%s","object_type":"%s","organisation":%s,"outcome":%d,"patient_id":%s,'
    '"policy":"%s","purpose":"%s","recorded_at":"%s.%06d+00:00","relation_id":%s,"responsible_id":"%s",'
    '"sections":"%s","seq":%d,"user_id":"%s","user_role":"%s"}'
)
_BOOLEAN = {0: "false", 1: "true"}
_TRUTH = (False, True)
_KNOWN_EVENTS = frozenset(event.value for event in AuditEvent)


class Walk:
    """Along consecutive rows behind number ``after``. A walk that begins half-way takes its first link on trust
    (:attr:`first_link`); whoever puts stretches together compares it with :attr:`last` of the one before.

    ``leaves``: keep the leaf of each entry, for the tree.
    """

    def __init__(self, after: int = 0, previous: str | None = GENESIS, *, leaves: bool = False) -> None:
        self.entries = after
        self.first_link: str | None = previous
        self.last: str | None = previous
        self.wrong: Verification | None = None
        self.leaves: list[bytes] = []
        self._keep = leaves
        self._seconds: dict[int, str] = {}

    def take(self, rows: Collection[Sequence[Any]]) -> bool:
        """Go on along these rows; False when something is wrong, which then stands in :attr:`wrong`."""
        number, previous, keep = self.entries, self.last, self._keep
        link = b"" if previous is None else b"\x00" + bytes.fromhex(previous)
        for row in rows:
            (access_point, broken_glass, consent, correlation, detail, event, initiator, object_id, object_type,
             organisation, outcome, patient, policy, purpose, micros, relation, responsible, sections, seq, user, role,
             row_previous, row_hash) = row  # fmt: skip
            if previous is not None and (
                seq == number + 1
                and row_previous == previous
                and micros.__class__ is int
                and outcome.__class__ is int
                and _EARLIEST <= micros <= _LATEST
                and broken_glass in _TRUTH
                and event in _KNOWN_EVENTS
                and user and role and responsible and initiator and object_type
            ):  # fmt: skip
                second, fraction = divmod(micros, _MILLION)
                text = _TEMPLATE % (
                    access_point, _BOOLEAN[broken_glass], "null" if consent is None else f'"{consent}"', correlation,
                    detail, event, initiator, object_id, object_type,
                    "null" if organisation is None else f'"{organisation}"', outcome,
                    "null" if patient is None else f'"{patient}"', policy, purpose,
                    self._seconds.get(second) or self._second(second), fraction,
                    "null" if relation is None else f'"{relation}"', responsible, sections, seq, user, role,
                )  # fmt: skip
                # Canonical JSON escapes quotes and whatever is not ASCII with a backslash. Bytes without one that have
                # the stored hash are therefore these very values; with one they might be others.
                if "\\" not in text:
                    content = text.encode(errors="surrogatepass")
                    digest = sha256(link + content)
                    if digest.hexdigest() == row_hash:
                        number, previous, link = seq, row_hash, b"\x00" + digest.digest()
                        if keep:
                            self.leaves.append(sha256(b"\x00" + content).digest())
                        continue
            self.entries, self.last = number, previous
            self._look(dict(zip(COLUMNS, row, strict=True)))
            if self.wrong is not None:
                return False
            number, previous = self.entries, self.last
            link = b"\x00" + bytes.fromhex(previous or GENESIS)
        self.entries, self.last = number, previous
        return True

    def _look(self, row: Mapping[str, Any]) -> None:
        """One row with care: the next entry, or what is wrong with it."""
        seq = row["seq"]
        try:
            item = entry_of(row)
        except (ValueError, TypeError, OverflowError):
            place = min(seq, self.entries + 1) if seq.__class__ is int else self.entries + 1
            self.wrong = Verification(self.entries, place, "de regel is niet meer te lezen")
            return
        expected = self.entries + 1
        if item.seq != expected:
            # A number below one is itself the stranger; any other leaves a hole where the right one should be.
            bad = expected if item.seq >= 1 else item.seq
            self.wrong = Verification(self.entries, bad, "een regel ontbreekt of staat op een andere plaats")
        elif self.last is not None and item.previous_hash != self.last:
            self.wrong = Verification(self.entries, item.seq, "de regel sluit niet aan op de vorige")
        elif audit.chain(item.seq, item.entry, item.previous_hash).hash != item.hash:
            self.wrong = Verification(self.entries, item.seq, "de inhoud van de regel is veranderd")
        else:
            if self.last is None:
                self.first_link = item.previous_hash
            self.entries, self.last = item.seq, item.hash
            if self._keep:
                self.leaves.append(leaf_hash(audit.canonical(item.seq, item.entry)))

    def _second(self, second: int) -> str:
        if len(self._seconds) >= _MOST_SECONDS:
            self._seconds.clear()
        moment = (_EPOCH + timedelta(seconds=second)).replace(tzinfo=None).isoformat(timespec="seconds")
        self._seconds[second] = moment
        return moment

    def edges(self, sizes: Collection[int]) -> dict[int, list[bytes]]:
        """The right edge of the tree over this stretch alone, for each of the sizes (counted within the stretch)."""
        levels = levels_of(self.leaves)
        return {size: edge_of(levels, size) for size in sizes}


def entry_of(row: Mapping[str, Any]) -> ChainedEntry:
    """A row as an entry in its place, exactly.

    :raises ValueError, TypeError, OverflowError: these values make no entry (any more)
    """
    values: dict[str, Any] = {
        name: value.decode() if isinstance(value, bytes) else value for name, value in row.items()
    }
    for name in ("seq", "outcome", "recorded_at"):
        if values[name].__class__ is not int:
            raise TypeError("not a number")
    if values["break_glass"] not in _TRUTH:
        raise ValueError("neither yes nor no")
    if values["responsible_id"].__class__ is not str:
        raise TypeError("not a person")
    seq, previous, digest = values.pop("seq"), values.pop("previous_hash"), values.pop("hash")
    bytes.fromhex(previous)
    values["event"] = AuditEvent(values["event"])
    values["recorded_at"] = _EPOCH + timedelta(microseconds=values["recorded_at"])
    values["break_glass"] = bool(values["break_glass"])
    return ChainedEntry(seq, AuditEntry(**values), previous, digest)
