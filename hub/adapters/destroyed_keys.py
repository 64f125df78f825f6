"""The list of what was destroyed, outside the database (``secrets/destroyed``): an old backup stays unreadable.

A backup of the database holds the wrapped key of every patient of that day. So the key alone cannot be what is
destroyed: which patients were destroyed stands in a file beside the key-encryption key, which is kept apart from the
backups. Whoever opens a restored database with that list at hand reads nothing of them, and the next start of the hub
destroys the rows again. Lost together with the list, an old backup opens: say in the register how long backups live.
"""

import json
import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from hub.domain.errors import StartRefused


@dataclass(frozen=True, slots=True)
class DestroyedRecord:
    """One line: random ids and names of organisations. ``organisations`` None: the whole dossier."""

    patient_id: str
    at: datetime
    organisations: tuple[str, ...] | None


class DestroyedKeys:
    """Read again when it grew, because another process may have added a line. Without a path: for this process only."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._size = -1
        self._records: list[DestroyedRecord] = []
        self._whole: frozenset[str] = frozenset()

    def __contains__(self, patient_id: str) -> bool:
        """Whether the whole dossier of this patient was destroyed."""
        self._look()
        return patient_id in self._whole

    def records(self) -> list[DestroyedRecord]:
        """Every line, oldest first."""
        self._look()
        return list(self._records)

    def add(self, record: DestroyedRecord) -> None:
        """On the disk when this returns."""
        if self._path is None:
            self._keep([*self._records, record])
            return
        organisations = None if record.organisations is None else list(record.organisations)
        line = {"patient": record.patient_id, "at": record.at.isoformat(), "organisations": organisations}
        handle = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(handle, "ab") as file:
            torn = b"" if self._ends_well() else b"\n"
            file.write(torn + json.dumps(line, ensure_ascii=False).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())

    def _ends_well(self) -> bool:
        content = self._path.read_bytes() if self._path is not None and self._path.exists() else b""
        return not content or content.endswith(b"\n")

    def _look(self) -> None:
        if self._path is None:
            return
        try:
            size = self._path.stat().st_size
        except FileNotFoundError:
            size = 0
        if size == self._size:
            return
        try:
            content = self._path.read_bytes() if size else b""
            # A line without its end was never acknowledged: its destruction will be tried again.
            whole = [line for line in content.split(b"\n")[:-1] if line.endswith(b"}")]
            lines = [json.loads(line) for line in whole]
            records = [
                DestroyedRecord(
                    str(line["patient"]),
                    datetime.fromisoformat(line["at"]),
                    None if line["organisations"] is None else tuple(line["organisations"]),
                )
                for line in lines
            ]
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise StartRefused(
                "De lijst van vernietigde dossiers (secrets/destroyed) is niet te lezen; herstel het bestand."
            ) from error
        self._size = size
        self._keep(records)

    def _keep(self, records: list[DestroyedRecord]) -> None:
        self._records = records
        self._whole = frozenset(record.patient_id for record in records if record.organisations is None)
