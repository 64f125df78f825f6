"""Bewaker van de logging: signs checkpoints in the hub process, and signs nothing any more once something is wrong.

At each start the whole log is checked against every checkpoint and the witness; from there on the tree is kept in
memory, so that a new checkpoint can only continue the ones before. A break stays until people looked at it
(``docs/howto/logging-controleren.md``): the hub goes on with care, says so in ``/readyz``, metrics and log, and signs
nothing that would cover it up.
"""

import asyncio
import contextlib
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy.exc import SQLAlchemyError

from hub.adapters.audit_deferred import DeferredAuditFile
from hub.adapters.audit_signing import CheckpointSigner
from hub.adapters.audit_witness import WitnessFile
from hub.adapters.sql.audit_checkpoints import add_checkpoint, last_checkpoint
from hub.adapters.sql.audit_reading import along, stored_head
from hub.adapters.sql.audit_verifying import check_log
from hub.adapters.sql.unit_of_work import SqlTransactions
from hub.application.ports import Clock
from hub.domain.audit import GENESIS, Verification, ending
from hub.domain.audit_checkpoint import Checkpoint, SignedCheckpoint
from hub.domain.audit_walk import Walk
from hub.domain.errors import AuditUnavailable, IntegrityBroken
from hub.domain.merkle import Frontier

LONGEST = timedelta(seconds=50)
"""An entry is under a signed checkpoint within a minute; the rest of it is for the look and the disk."""
MOST = 1000
_PAUSE = 1.0
_log = structlog.get_logger("hub.audit")


@dataclass(frozen=True, slots=True)
class AuditState:
    """How the proof of the log is: ``code`` is ``checking``, ``ok`` or ``broken``. ``signed``: entries under the last
    checkpoint. ``witness_ok``: the witness took the last one. ``deferred``: reads that still wait to be logged."""

    code: str = "checking"
    entries: int = 0
    signed: int = 0
    signed_at: datetime | None = None
    witness_ok: bool = True
    deferred: bool = False
    first_bad: int | None = None

    @property
    def ok(self) -> bool:
        return self.code == "ok"


class AuditKeeper:
    """One for each hub process; the hub's own lock sees to it that there is one."""

    def __init__(
        self,
        transactions: SqlTransactions,
        signer: CheckpointSigner,
        witness: WitnessFile,
        deferred: DeferredAuditFile,
        now: Clock,
    ) -> None:
        self._transactions, self._database = transactions, transactions.database
        self._signer, self._witness, self._deferred, self._now = signer, witness, deferred, now
        self._frontier, self._last = Frontier(), GENESIS
        self._latest: SignedCheckpoint | None = None
        self._unsigned_since: datetime | None = None
        self._code = "checking"
        self._wrong: Verification | None = None
        self._entries = 0
        self._witness_ok = True
        self.checked = asyncio.Event()
        """The log was looked at as a whole, and found good or bad."""

    @property
    def state(self) -> AuditState:
        """As it stands now."""
        latest = self._latest.checkpoint if self._latest else None
        return AuditState(
            code=self._code,
            entries=self._entries,
            signed=latest.size if latest else 0,
            signed_at=latest.time if latest else None,
            witness_ok=self._witness_ok,
            deferred=self._deferred.waiting(),
            first_bad=self._wrong.first_bad if self._wrong else None,
        )

    async def run(self, stop: asyncio.Event) -> None:
        """Until ``stop``: check the whole, then sign in time; sign what is left at the end."""
        while not stop.is_set():
            try:
                await (self.begin() if self._code == "checking" else self.step())
            except (SQLAlchemyError, OSError) as error:
                _log.warning("audit-keeper-waits", reason=type(error).__name__)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), _PAUSE)
        try:
            await self.sign()
        except (SQLAlchemyError, OSError) as error:
            _log.warning("audit-not-signed-at-stop", reason=type(error).__name__)

    async def begin(self) -> None:
        """Check the whole log against all that was ever signed, and go on from there."""
        try:
            witnessed = self._witness.read()
            report = await check_log(self._database, self._signer.key, witnessed)
        except IntegrityBroken as error:
            self._break(Verification(0, 0, str(error)))
            return
        self._entries = report.found.entries
        if not report.found.ok:
            self._break(report.found)
            return
        self._frontier, self._last = report.frontier, report.last
        kept = {item.size for item in report.checkpoints}
        for signed in witnessed[-1:]:
            if signed.checkpoint.size not in kept:
                # Killed between the witness and the database: the witness is right.
                await self._keep(signed, witnessed=True)
        async with self._database.reading() as connection:
            last = await last_checkpoint(connection, self._signer.key.origin)
        self._latest = last.signed if last else None
        self._code = "ok"
        self.checked.set()

    async def step(self) -> None:
        """Take in what was deferred; sign when enough was written or it is time."""
        await self.recover()
        if self._code != "ok":
            return
        async with self._database.reading() as connection:
            self._entries, _ = await stored_head(connection)
        signed = self._latest.checkpoint.size if self._latest else 0
        if self._entries == signed:
            self._unsigned_since = None
            return
        if self._unsigned_since is None:
            self._unsigned_since = self._now()
        if self._entries < signed or self._entries - signed >= MOST or self._now() - self._unsigned_since >= LONGEST:
            await self.sign()

    async def sign(self) -> SignedCheckpoint | None:
        """Sign the log as it is now, when it only grew since the last checkpoint; returns the last, if any."""
        if self._code != "ok" or not await self._grow():
            return None
        latest = self._latest.checkpoint if self._latest else None
        if not self._frontier.size or (latest is not None and latest.size == self._frontier.size):
            return self._latest
        signed = self._signer.sign(
            Checkpoint(self._signer.key.origin, self._frontier.size, self._frontier.root, self._now())
        )
        try:
            self._witness.add(signed)
            self._witness_ok = True
        except OSError as error:
            self._witness_ok = False
            _log.error("audit-witness-failed", reason=type(error).__name__, entries=self._frontier.size)
        await self._keep(signed, witnessed=self._witness_ok)
        self._latest, self._unsigned_since = signed, None
        return signed

    async def recover(self) -> None:
        """What was read while the log took nothing comes into it, each entry once."""
        for path in self._deferred.set_aside():
            try:
                async with self._transactions() as unit:
                    found = await self._deferred.take(unit, path)
            except AuditUnavailable:
                return
            self._deferred.done(path)
            _log.warning("audit-deferred-taken", entries=len(found.entries), damaged=list(found.damaged))

    async def _grow(self) -> bool:
        """Walk along what was added, and compare with what was signed last; False when it does not continue that."""
        async with self._database.reading() as connection:
            count, head = await stored_head(connection)
            stored = await last_checkpoint(connection, self._signer.key.origin)
            walk = Walk(self._frontier.size, self._last, leaves=True)
            await along(connection, walk, self._frontier.size, count)
        if (stored.signed if stored else None) != self._latest:
            size = stored.size if stored else 0
            self._break(Verification(size, size, "het laatste controlepunt is niet meer wat is ondertekend"))
            return False
        found = walk.wrong or ending(walk.entries, walk.last or GENESIS, count, head)
        if not found.ok:
            self._break(found)
            return False
        for leaf in walk.leaves:
            self._frontier.add(leaf)
        self._last, self._entries = walk.last or GENESIS, count
        return True

    async def _keep(self, signed: SignedCheckpoint, *, witnessed: bool) -> None:
        async with self._database.transaction() as connection:
            await add_checkpoint(connection, signed, witnessed=witnessed)

    def _break(self, found: Verification) -> None:
        self._code, self._wrong = "broken", found
        self.checked.set()
        _log.critical("audit-broken", first_bad=found.first_bad, entries=found.entries, reason=found.reason)
