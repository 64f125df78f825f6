"""Uitgestelde logging: a file beside the database for the one read that goes on while the log takes nothing (F25).

``<data>/audit-deferred/waiting.jsonl``, one line an entry: sealed under the key-encryption key, so that it tells
nothing to who finds it, and linked by hash, so that a line that was taken out is noticed. A line counts when it is on
the disk. At recovery the file is set aside under a name of its own, its entries go into the log in one transaction that
also remembers the name, and it stays as ``taken-…``: whoever is killed half-way takes it again, and no entry twice.
"""

import base64
import binascii
import fcntl
import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from hub.adapters.encryption import KeyVault, seal, unseal
from hub.domain.audit import GENESIS, AuditEntry, AuditEvent
from hub.domain.errors import AuditUnavailable, IntegrityBroken
from hub.domain.identifiers import new_id

_WAITING = "waiting.jsonl"
_TAKING, _TAKEN = "taking-", "taken-"
_MARK = "deferred"
_SETTING = "audit.deferred."
_FIELDS = tuple(entry_field.name for entry_field in fields(AuditEntry))


class _Log(Protocol):
    async def add(self, entry: AuditEntry) -> int: ...


class _Unit(Protocol):
    """The part of a unit of work that recovery needs."""

    @property
    def audit(self) -> _Log: ...
    async def get_setting(self, key: str) -> str | None: ...
    async def put_setting(self, key: str, value: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Found:
    """What a file of deferred entries holds. ``damaged``: lines that are not what was written, by their number."""

    entries: tuple[AuditEntry, ...] = field(repr=False)
    damaged: tuple[int, ...]


class DeferredAuditFile:
    """Answers the port ``DeferredAudit``. Several processes may write at once."""

    def __init__(self, directory: Path, vault: KeyVault) -> None:
        self._directory = directory
        self._key = vault.purpose_key("audit-deferred")

    def write(self, entry: AuditEntry) -> None:
        """:raises AuditUnavailable: the disk takes nothing either"""
        try:
            with self._open() as handle:
                content = _all_of(handle)
                # A line without its end was never acknowledged: the next begins on a line of its own.
                torn = b"" if not content or content.endswith(b"\n") else b"\n"
                line = torn + self._line(entry, _last_hash(content)) + b"\n"
                if os.write(handle, line) != len(line):
                    raise OSError("the disk took half a line")
                os.fsync(handle)
        except OSError as error:
            raise AuditUnavailable from error

    def waiting(self) -> bool:
        """Whether something is to be taken into the log."""
        return self._directory.is_dir() and any(
            path.name == _WAITING or path.name.startswith(_TAKING) for path in self._directory.iterdir()
        )

    def set_aside(self) -> list[Path]:
        """The files to take into the log, oldest first; what is written from now on goes into another."""
        if not self._directory.is_dir():
            return []
        waiting = self._directory / _WAITING
        if waiting.exists():
            with self._open():
                waiting.rename(self._directory / f"{_TAKING}{new_id('def')}.jsonl")
        return sorted(self._directory.glob(f"{_TAKING}*.jsonl"), key=lambda path: path.stat().st_mtime_ns)

    def read(self, path: Path) -> Found:
        """The entries of a file, marked as deferred. What was never acknowledged (a torn last line) is no entry."""
        lines = path.read_bytes().split(b"\n")
        entries, damaged, previous = [], [], GENESIS
        for number, line in enumerate(lines, 1):
            if not line:
                continue
            try:
                found = json.loads(line)
                sealed = base64.b64decode(found["sealed"], validate=True)
                entry = _entry(json.loads(unseal(self._key, sealed, str(found["previous"]).encode())))
                linked = found["previous"] == previous and found["hash"] == _digest(previous, sealed)
            except (ValueError, KeyError, TypeError, binascii.Error, IntegrityBroken):
                if number < len(lines):
                    damaged.append(number)
                continue
            if not linked:
                damaged.append(number)
            previous = str(found["hash"])
            detail = f"{entry.detail};{_MARK}" if entry.detail else _MARK
            entries.append(replace(entry, detail=detail))
        return Found(tuple(entries), tuple(damaged))

    async def take(self, unit: _Unit, path: Path) -> Found:
        """Put the entries of a file into the log, in the caller's transaction; nothing when that was done before."""
        key = _SETTING + path.stem.removeprefix(_TAKING)
        if await unit.get_setting(key) is not None:
            return Found((), ())
        found = self.read(path)
        for entry in found.entries:
            await unit.audit.add(entry)
        await unit.put_setting(key, "taken")
        return found

    def done(self, path: Path) -> None:
        """The transaction of :meth:`take` has committed."""
        path.rename(path.with_name(_TAKEN + path.name.removeprefix(_TAKING)))

    @contextmanager
    def _open(self) -> Iterator[int]:
        """The file that is written now, locked, and not one that was set aside while we waited for the lock."""
        path = self._directory / _WAITING
        self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        while True:
            handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX)
                if path.exists() and path.stat().st_ino == os.fstat(handle).st_ino:
                    _sync_directory(self._directory)
                    yield handle
                    return
            finally:
                os.close(handle)

    def _line(self, entry: AuditEntry, previous: str) -> bytes:
        values = {name: getattr(entry, name) for name in _FIELDS}
        values |= {"event": entry.event.value, "recorded_at": entry.recorded_at.isoformat(timespec="microseconds")}
        sealed = seal(self._key, json.dumps(values).encode(), previous.encode())
        line = {"previous": previous, "sealed": base64.b64encode(sealed).decode(), "hash": _digest(previous, sealed)}
        return json.dumps(line).encode()


def _entry(values: dict[str, Any]) -> AuditEntry:
    values["event"] = AuditEvent(values["event"])
    values["recorded_at"] = datetime.fromisoformat(values["recorded_at"])
    return AuditEntry(**values)


def _digest(previous: str, sealed: bytes) -> str:
    return hashlib.sha256(previous.encode() + sealed).hexdigest()


def _last_hash(content: bytes) -> str:
    for line in reversed(content.split(b"\n")):
        try:
            return str(json.loads(line)["hash"])
        except (ValueError, KeyError, TypeError):
            continue
    return GENESIS


def _all_of(handle: int) -> bytes:
    size = os.fstat(handle).st_size
    return os.pread(handle, size, 0)


def _sync_directory(directory: Path) -> None:
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
