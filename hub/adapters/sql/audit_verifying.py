"""De hele controle: chain, tree, checkpoints, signatures and witness, a million entries in seconds.

The log is cut into stretches of 65 536 entries that are walked side by side, each by a process of its own where there
are more cores. A stretch gives back its first and last link and the right edges of its tree; put together in order they
are the chain and the roots at every checkpoint, and the first bad entry is as exact as in one walk.
"""

import asyncio
import gc
import multiprocessing
import os
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.adapters.audit_signing import CheckpointKey
from hub.adapters.sql.audit_checkpoints import StoredCheckpoint, stored_checkpoints
from hub.adapters.sql.audit_reading import AFTER_ALL, BEFORE_ALL, along, stored_head
from hub.adapters.sql.database import Database
from hub.domain.audit import GENESIS, Verification, ending
from hub.domain.audit_checkpoint import SignedCheckpoint
from hub.domain.audit_walk import Walk
from hub.domain.errors import IntegrityBroken
from hub.domain.merkle import Frontier, root_of

LEVEL = 16
STRETCH = 1 << LEVEL
_WORTH_A_PROCESS = 3 * STRETCH
_HIGHEST = text("SELECT max(seq) FROM audit")


@dataclass(frozen=True, slots=True)
class Stretch:
    """What one walk found: ``edges`` has the right edge for each asked size, counted within the stretch."""

    entries: int
    first_link: str | None
    last: str | None
    wrong: Verification | None
    edges: dict[int, list[bytes]]


@dataclass(frozen=True, slots=True)
class LogReport:
    """``found``: whether all holds, else the first bad entry and why. ``frontier``: the tree over all that was read."""

    found: Verification
    frontier: Frontier
    last: str
    checkpoints: tuple[StoredCheckpoint, ...]
    witnessed: int


async def check_log(
    database: Database,
    key: CheckpointKey | None,
    witness: Sequence[SignedCheckpoint] | None = None,
    *,
    complete: bool = True,
    processes: int | None = None,
    stretch: int = STRETCH,
) -> LogReport:
    """Check everything that the log and its proofs say.

    :param key: the public key; None only when nothing was ever signed
    :param witness: the checkpoints that the witness kept; None when there is no witness to ask
    :param complete: False when the witness kept some of them, as people copy them from a room
    :param processes: how many side by side (None: as many as there are cores, when the log is long)
    :param stretch: how many entries each takes at a time, a power of two
    :raises IntegrityBroken: the database cannot be read
    """
    try:
        async with database.reading() as connection:
            return await _check(database, connection, key, witness, complete, processes, stretch)
    except DBAPIError as error:
        raise IntegrityBroken(
            "De logging is niet te lezen: de database is beschadigd; zet de back-up terug."
        ) from error


async def _check(
    database: Database,
    connection: AsyncConnection,
    key: CheckpointKey | None,
    witness: Sequence[SignedCheckpoint] | None,
    complete: bool,
    processes: int | None,
    step: int,
) -> LogReport:
    count, head = await stored_head(connection)
    stored = await stored_checkpoints(connection, key.origin if key else "")
    claims = _Claims(stored, key, witness, complete)
    frontier, last, entries = Frontier(), GENESIS, 0
    wrong: Verification | None = None
    # The last also looks behind the end when that is the beginning: there should be nothing then.
    places = [(start, min(start + step, count) if count else AFTER_ALL) for start in range(0, max(count, 1), step)]
    async with _walkers(database, connection, count, processes) as walk:
        for start, until, pending in [(*place, walk(*place, claims.within(*place))) for place in places]:
            found = await pending
            if wrong is not None:
                continue
            wrong = claims.hold(start, found, frontier)
            if wrong is None and found.first_link not in {None, last}:
                wrong = Verification(entries, start + 1, "de regel sluit niet aan op de vorige")
            wrong = wrong or found.wrong
            entries, last = found.entries, found.last or last
            edge = found.edges[entries - start]
            for part, level in zip(edge, _levels(entries - start), strict=True):
                frontier.add(part, level)
            if wrong is None and entries < min(until, count):
                wrong = ending(entries, last, count, None)
    wrong = wrong or await _strangers(connection, count) or claims.beyond(entries)
    found_all = wrong or ending(entries, last, count, head)
    if found_all.ok:
        found_all = claims.seen_by_the_witness(entries) or found_all
    return LogReport(found_all, frontier, last, tuple(stored), len(witness or ()))


class _Claims:
    """What checkpoints and witness say the log is: a root for each size, in order."""

    def __init__(
        self,
        stored: Sequence[StoredCheckpoint],
        key: CheckpointKey | None,
        witness: Sequence[SignedCheckpoint] | None,
        complete: bool,
    ) -> None:
        self._stored, self._key, self._witness, self._complete = stored, key, witness, complete
        said: dict[int, list[SignedCheckpoint | None]] = {}
        for kept in stored:
            said.setdefault(kept.size, []).append(kept.signed)
        for signed in witness or ():
            said.setdefault(signed.checkpoint.size, []).append(signed)
        self._said = dict(sorted(said.items()))
        self._good = 0

    def within(self, start: int, until: int) -> list[int]:
        """The sizes to look at in a stretch, counted within it."""
        return [size - start for size in self._said if start < size <= until]

    def hold(self, start: int, stretch: Stretch, before: Frontier) -> Verification | None:
        """Compare what was said of this stretch with what was found; the first that differs."""
        for size in [size for size in self._said if start < size <= stretch.entries]:
            root = root_of((*before.edge, *stretch.edges[size - start]))
            for signed in self._said[size]:
                wrong = self._judge(size, signed, root)
                if wrong is not None:
                    return wrong
            self._good = size
        return None

    def _judge(self, size: int, signed: SignedCheckpoint | None, root: bytes) -> Verification | None:
        if self._key is None:
            return Verification(size, size, "er zijn controlepunten, maar de publieke sleutel ontbreekt")
        if signed is None or not self._key.has_signed(signed):
            return Verification(self._good, size, f"de handtekening van controlepunt {size} klopt niet")
        if signed.checkpoint.root != root:
            between = f"{self._good + 1} tot en met {size}"
            return Verification(self._good, self._good + 1, f"regels {between} zijn niet die van het controlepunt")
        return None

    def beyond(self, entries: int) -> Verification | None:
        """A checkpoint over more entries than there are: the tail was cut, or an older database put back."""
        sizes = [size for size in self._said if size > entries]
        if not sizes:
            return None
        reason = f"er ontbreken regels: een controlepunt telt er {max(sizes)}"
        return Verification(entries, entries + 1, reason)

    def seen_by_the_witness(self, entries: int) -> Verification | None:
        """Database and witness have the same checkpoints; only the last may be with the witness alone, who is first."""
        if self._witness is None:
            return None
        kept = {item.size for item in self._stored}
        seen = {signed.checkpoint.size for signed in self._witness}
        latest = max(seen, default=0)
        for size in sorted(seen - kept):
            if size != latest:
                return Verification(entries, size, f"controlepunt {size} staat niet meer in de database")
        for item in self._stored:
            if self._complete and item.witnessed and item.size not in seen:
                return Verification(entries, item.size, f"controlepunt {item.size} staat niet in het getuigenbestand")
        return None


def _levels(size: int) -> list[int]:
    return [level for level in reversed(range(size.bit_length())) if size >> level & 1]


async def _strangers(connection: AsyncConnection, count: int) -> Verification | None:
    """Rows behind the last number that was given out; those before the first were walked."""
    highest = (await connection.execute(_HIGHEST)).scalar()
    if highest is not None and highest > count:
        return Verification(count, count + 1, "er staan regels die niet zo zijn vastgelegd")
    return None


@asynccontextmanager
async def _walkers(
    database: Database, connection: AsyncConnection, count: int, processes: int | None
) -> AsyncIterator[Any]:
    cores = processes if processes is not None else (os.cpu_count() or 1 if count >= _WORTH_A_PROCESS else 1)
    if cores == 1:

        def here(start: int, until: int, sizes: list[int]) -> Any:
            return walk_stretch(connection, start, until, sizes)

        yield here
        return
    # Not forked: this process has a loop and perhaps threads. They make rows by the hundred thousand and never a cycle.
    with ProcessPoolExecutor(cores, multiprocessing.get_context("spawn"), initializer=gc.disable) as pool:
        url = database.engine.url.render_as_string(hide_password=False)

        def elsewhere(start: int, until: int, sizes: list[int]) -> Any:
            return asyncio.get_running_loop().run_in_executor(pool, _in_a_process, url, start, until, sizes)

        yield elsewhere


def _in_a_process(url: str, start: int, until: int, sizes: list[int]) -> Stretch:
    async def work() -> Stretch:
        database = Database(url)
        try:
            async with database.reading() as connection:
                return await walk_stretch(connection, start, until, sizes)
        finally:
            await database.close()

    return asyncio.run(work())


async def walk_stretch(connection: AsyncConnection, start: int, until: int, sizes: Sequence[int]) -> Stretch:
    """Walk one stretch, behind ``start`` until and with ``until``; the first also looks below the first number."""
    walk = Walk(start, None if start else GENESIS, leaves=True)
    await along(connection, walk, start or BEFORE_ALL, until)
    wanted = {size for size in sizes if start + size <= walk.entries} | {walk.entries - start}
    return Stretch(walk.entries, walk.first_link, walk.last, walk.wrong, walk.edges(wanted))
