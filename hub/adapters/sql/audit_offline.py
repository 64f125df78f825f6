"""The log of a data directory, for the command line and for an auditor: without the hub, and changing nothing."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from hub.adapters import clock
from hub.adapters.audit_signing import CheckpointKey, CheckpointSigner
from hub.adapters.audit_witness import WitnessFile, copied_notes
from hub.adapters.sql.audit_checkpoints import last_checkpoint
from hub.adapters.sql.audit_proofs import Proof, check_proof, prove_entry, prove_growth
from hub.adapters.sql.audit_verifying import LogReport, check_log
from hub.adapters.sql.database import Database
from hub.adapters.sql.tables import audit as table
from hub.adapters.sql.times import from_micros
from hub.domain.audit_checkpoint import SignedCheckpoint
from hub.domain.audit_retention import RETENTION_YEARS, may_be_pruned
from hub.domain.errors import IntegrityBroken, NotFound, StartRefused


class OfflineLog:
    """``key_file`` is the hub's own signing key; an auditor has only the public half and says so."""

    def __init__(self, database_url: str, key_file: Path, origin: str, witness_file: Path) -> None:
        self._database = Database(database_url)
        self._witness_file = witness_file
        self._key = CheckpointSigner.from_file(key_file, origin).key if key_file.exists() else None

    async def close(self) -> None:
        await self._database.close()

    def use_key(self, given: str) -> None:
        """Check with this public key, whatever lies in the data directory.

        :raises StartRefused: it is none
        """
        self._key = read_key(given)

    def needed_key(self) -> CheckpointKey:
        """:raises StartRefused: nothing was ever signed here"""
        if self._key is None:
            raise StartRefused("Er is nog geen sleutel van de logging; start Kring eerst één keer.")
        return self._key

    async def check(self, witness: Path | None = None) -> LogReport:
        """Check everything. The witness is the given file, else the one of the settings when it is there. A given file
        may hold some checkpoints only, as people copy them; that of the settings must hold all.

        :raises IntegrityBroken: database or witness cannot be read
        """
        path = witness or self._witness_file
        notes, complete = _witnessed(path, copied=path.resolve() != self._witness_file.resolve())
        if witness is not None and notes is None:
            raise IntegrityBroken(f"Het getuigenbestand {witness.name} is er niet.")
        report = await check_log(self._database, self._key, notes, complete=complete)
        if notes is None and report.found.ok and any(item.witnessed for item in report.checkpoints):
            gone = f"Het getuigenbestand {path.name} is er niet, terwijl er controlepunten in staan."
            raise IntegrityBroken(f"{gone} Geef het met --witness.")
        return report

    async def last_note(self) -> str:
        """:raises NotFound: nothing was signed yet"""
        async with self._database.reading() as connection:
            last = await last_checkpoint(connection, self.needed_key().origin)
        if last is None or last.signed is None:
            raise NotFound("Er is nog geen ondertekend controlepunt; dat komt binnen een minuut na de eerste regel.")
        return last.signed.note()

    async def prove_entry(self, seq: int, size: int | None) -> Proof:
        return await prove_entry(self._database, self.needed_key(), seq, size)

    async def prove_growth(self, old: int, new: int) -> Proof:
        return await prove_growth(self._database, self.needed_key(), old, new)

    async def retention(self, now: datetime | None = None) -> dict[str, Any]:
        """The oldest line, and from when it might go. Nothing goes by itself, and nothing can go before that.

        :raises IntegrityBroken: the first lines are not there any more
        """
        async with self._database.reading() as connection:
            extremes = select(func.min(table.c.recorded_at), func.min(table.c.seq), func.count())
            oldest, first, count = (await connection.execute(extremes)).one()
        if not count:
            return {"ok": True, "entries": 0, "oldest": None, "years": RETENTION_YEARS}
        if first != 1:
            raise IntegrityBroken(f"De logging begint bij regel {first}: wat ervoor stond is weg.")
        written = from_micros(oldest)
        return {
            "ok": True,
            "entries": count,
            "oldest": written.isoformat(),
            "years": RETENTION_YEARS,
            "may_be_pruned": may_be_pruned(written, now or clock.now()),
        }


def _witnessed(path: Path, *, copied: bool) -> tuple[list[SignedCheckpoint] | None, bool]:
    """What the witness kept (None: no such file), and whether that must be every checkpoint."""
    if not path.exists():
        return None, True
    if not copied:
        return WitnessFile(path).read(), True
    try:
        return copied_notes(path), False
    except IntegrityBroken:
        whole = WitnessFile(path).read()
        if not whole and path.stat().st_size:
            # As a witness it would be one that was broken off, with nothing to say: no reason to call the log good.
            raise
        return whole, True


def read_key(given: str) -> CheckpointKey:
    """A public key, or a file that holds one.

    :raises StartRefused: it is none
    """
    try:
        path = Path(given)
        return CheckpointKey.parse(path.read_text(encoding="utf-8") if path.is_file() else given)
    except (OSError, UnicodeDecodeError) as error:
        raise StartRefused("Het bestand met de publieke sleutel is niet te lezen.") from error


def check_proof_file(file: Path, key: str) -> str:
    """What a file proves, in one sentence.

    :raises IntegrityBroken: nothing
    :raises StartRefused: the key is none
    """
    try:
        proof = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise IntegrityBroken("Dit bestand is geen bewijs.") from error
    return check_proof(proof, read_key(key))
