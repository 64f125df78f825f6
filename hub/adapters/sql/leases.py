"""The lease of the only writer: one process acts for a bot account, the others stand by (F18, ADR 0015).

What protects the data is the *fence*: each holder gets a number one higher than the one before, and every writing
transaction of a holder begins by looking, under a lock, whether its number still stands. A process that slept through
its end writes nothing when it wakes, whatever any clock says.

Time only decides when to try. The holder counts its time from before it asked for it, on a clock that cannot be set and
that runs while the machine sleeps; when that time is over it says nothing more until it knows that it is still the
holder. Who stands by takes over when the row has not changed for that long and a margin, on a clock of its own. No two
machines have to agree on what time it is.
"""

import asyncio
import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import structlog
from sqlalchemy import case, insert, select, update
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.adapters.process_mark import is_gone, mark
from hub.adapters.sql.database import Database
from hub.adapters.sql.tables import lease as table
from hub.domain.errors import DeliveryDelayed, LeaseLost

TTL = 10.0
"""Seconds that one renewal lasts."""
RENEW = 3.0
MARGIN = 2.0
"""Seconds that who stands by waits longer: two clocks may run a fifth apart."""
GLANCE = 0.25
_RETRY = 0.5
_PROOF_SQLITE = "SELECT fence FROM lease WHERE name = ? AND holder = ?"
# A holder that was stopped in the middle of a transaction must not keep its locks until it wakes: 5 s, then they end.
_PROOF_POSTGRES = """
SELECT fence, set_config('idle_in_transaction_session_timeout', '5000', true)
FROM lease WHERE name = $1 AND holder = $2 FOR SHARE
"""
_log = structlog.get_logger("hub.lease")


def steady_seconds() -> float:
    """A clock that nobody sets and that goes on while the machine is suspended, where the system has one."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


def wall_ms() -> int:
    """Milliseconds since 1970, for people who look at the row; nothing is decided by it."""
    return time.time_ns() // 1_000_000


@dataclass(frozen=True, slots=True)
class Standing:
    """The row as it stands: ``holder`` is empty when the lease was given back; ``fence`` 0: nobody ever held it."""

    holder: str
    fence: int
    expires_at: int


NOBODY = Standing("", 0, 0)


class LeaseUnsure(DeliveryDelayed):
    """Our time is over and we do not know yet whether somebody took over: say nothing now."""

    code = "lease-unsure"


class Tenure:
    """The holder's own reckoning of how long it may speak. Pure but for its clock."""

    def __init__(self, ttl: float, clock: Callable[[], float]) -> None:
        self.ttl = ttl
        self.clock = clock
        self._until = float("-inf")

    def granted(self, asked_at: float) -> None:
        """``asked_at``: before the request was sent, so that we never count longer than who stands by."""
        self._until = max(self._until, asked_at + self.ttl)

    @property
    def sure(self) -> bool:
        return self.clock() < self._until


class Watch:
    """Who stands by: may the row that I see now be taken? Pure but for clock and proof that somebody is gone."""

    def __init__(self, patience: float, clock: Callable[[], float], gone: Callable[[str], bool]) -> None:
        self._patience = patience
        self._clock = clock
        self._gone = gone
        self._seen: Standing | None = None
        self._since = 0.0
        self.somebody_lives = False
        """True once the holder was seen renewing."""

    def may_take(self, standing: Standing, looked_at: float) -> bool:
        """``looked_at``: after the answer came, so that we never count longer than the holder."""
        if not standing.holder:
            return True
        if standing != self._seen:
            seen, self._seen, self._since = self._seen, standing, looked_at
            if seen is not None:
                self.somebody_lives = True
        return self._gone(standing.holder) or self._clock() - self._since >= self._patience


class Lease:
    """Held: proves itself in each transaction, and says whether this process may speak now."""

    def __init__(self, database: Database, name: str, holder: str, fence: int, tenure: Tenure) -> None:
        self.name = name
        self.holder = holder
        self.fence = fence
        self._database = database
        self._tenure = tenure
        self._lost = False

    async def prove(self, connection: AsyncConnection) -> None:
        """At the begin of each writing transaction; nobody can take over before it ends.

        SQLite holds its write lock already; PostgreSQL locks the row against the next holder's update.

        :raises LeaseLost: another process holds it now
        """
        held = self.name, self.holder
        if self._database.is_sqlite:
            # In the loop's own thread, past SQLAlchemy: 12 µs instead of 30, in every transaction of the bots.
            driver = (await connection.get_raw_connection()).driver_connection
            assert isinstance(driver, sqlite3.Connection)
            try:
                row = driver.execute(_PROOF_SQLITE, held).fetchone()
            except sqlite3.Error as error:
                raise OperationalError(_PROOF_SQLITE, None, error) from error
        else:
            row = (await connection.exec_driver_sql(_PROOF_POSTGRES, held)).first()
        if row is None or row[0] != self.fence:
            self._lost = True
            raise self._over()

    @staticmethod
    def _over() -> LeaseLost:
        return LeaseLost("Een ander proces heeft het werk van deze bots overgenomen; dit proces stopt.")

    def may_speak(self) -> None:
        """Right before anything that others can see.

        :raises LeaseUnsure: not renewed in time
        :raises LeaseLost: another process holds it now
        """
        if self._lost:
            raise self._over()
        if not self._tenure.sure:
            raise LeaseUnsure("De database bevestigde niet op tijd dat deze bots het werk doen.", timedelta(seconds=1))

    async def keep(self) -> None:
        """Renew until cancelled; a database that is away for a while is asked again.

        :raises LeaseLost: another process holds it now
        """
        while True:
            pause = RENEW
            try:
                await self.renew()
            except (SQLAlchemyError, OSError) as error:
                _log.warning("lease-not-renewed", reason=type(error).__name__, sure=self._tenure.sure)
                pause = _RETRY
            await asyncio.sleep(pause)

    async def renew(self) -> None:
        """:raises LeaseLost: another process holds it now"""
        asked_at = self._tenure.clock()
        expires = wall_ms() + int(self._tenure.ttl * 1000)
        async with self._database.transaction() as connection:
            changed = await connection.execute(
                update(table)
                .where(table.c.name == self.name, table.c.fence == self.fence, table.c.holder == self.holder)
                # Always another value than before, also when somebody set the clock back: who stands by looks for that.
                .values(expires_at=case((table.c.expires_at < expires, expires), else_=table.c.expires_at + 1))
            )
            if changed.rowcount != 1:
                self._lost = True
        if self._lost:
            raise self._over()
        self._tenure.granted(asked_at)

    async def give_back(self) -> None:
        """At a clean stop: whoever stands by need not wait. Nothing happens when it is not ours any more."""
        mine = update(table).where(table.c.name == self.name, table.c.fence == self.fence)
        try:
            async with self._database.transaction() as connection:
                await connection.execute(mine.values(holder="", expires_at=0))
        except (SQLAlchemyError, OSError, LeaseLost) as error:
            _log.warning("lease-not-given-back", reason=type(error).__name__)


class Candidate:
    """One process that wants the lease ``name``."""

    def __init__(
        self,
        database: Database,
        name: str,
        *,
        clock: Callable[[], float] = steady_seconds,
        gone: Callable[[str], bool] = is_gone,
    ) -> None:
        self._database = database
        self._name = name
        self._holder = mark()
        self._clock = clock
        self.watch = Watch(TTL + MARGIN, clock, gone)

    async def wait(self, stop: asyncio.Event, standing_by: Callable[[], None]) -> Lease | None:
        """The lease once it is ours; None when told to stop. ``standing_by`` is called when another process lives."""
        told = False
        while not stop.is_set():
            try:
                lease = await self.attempt()
            except (SQLAlchemyError, OSError) as error:
                _log.warning("lease-not-seen", reason=type(error).__name__)
                lease = None
            if lease is not None:
                return lease
            if self.watch.somebody_lives and not told:
                told = True
                standing_by()
            try:
                await asyncio.wait_for(stop.wait(), GLANCE)
            except TimeoutError:
                continue
        return None

    async def attempt(self) -> Lease | None:
        """One look, and the lease if it can be had."""
        async with self._database.reading() as connection:
            standing = await standing_of(connection, self._name)
        if not self.watch.may_take(standing, self._clock()):
            return None
        asked_at = self._clock()
        async with self._database.transaction() as connection:
            if not await _take(connection, self._name, self._holder, standing, wall_ms() + int(TTL * 1000)):
                return None
        tenure = Tenure(TTL, self._clock)
        tenure.granted(asked_at)
        _log.info("lease-taken", name=self._name, fence=standing.fence + 1)
        return Lease(self._database, self._name, self._holder, standing.fence + 1, tenure)


async def standing_of(connection: AsyncConnection, name: str) -> Standing:
    """The row; :data:`NOBODY` when there is none."""
    query = select(table.c.holder, table.c.fence, table.c.expires_at).where(table.c.name == name)
    row = (await connection.execute(query)).first()
    return NOBODY if row is None else Standing(row.holder, row.fence, row.expires_at)


async def _take(connection: AsyncConnection, name: str, holder: str, seen: Standing, expires_at: int) -> bool:
    """Only if the row is still as it was seen: of two that reach for it one gets it."""
    if seen.fence == 0:
        first = insert(table).values(name=name, holder=holder, fence=1, expires_at=expires_at)
        there = await standing_of(connection, name)
        if there != NOBODY:
            return False
        await connection.execute(first)
        return True
    changed = await connection.execute(
        update(table)
        .where(
            table.c.name == name,
            table.c.fence == seen.fence,
            table.c.holder == seen.holder,
            table.c.expires_at == seen.expires_at,
        )
        .values(holder=holder, fence=seen.fence + 1, expires_at=expires_at)
    )
    return changed.rowcount == 1
