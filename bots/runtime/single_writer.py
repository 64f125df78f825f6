"""One process acts for the bot accounts; every other one on the same database stands by (F18, ADR 0015)."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator

from hub.adapters.sql.database import Database
from hub.adapters.sql.leases import Candidate, Lease
from hub.domain.errors import KringError, LeaseLost

STANDBY = "standby"


async def as_only_writer(
    database: Database,
    name: str,
    stop: asyncio.Event,
    say: Callable[[str], None],
    work: Callable[[Lease], Awaitable[None]],
) -> None:
    """Wait for the lease ``name``, do ``work`` while it is ours, and give it back.

    Says ``standby`` once another process is seen at work. Every transaction on ``database`` then proves the lease; who
    speaks over HTTP asks :meth:`Lease.may_speak` itself.

    :raises LeaseLost: another process took over; nothing was written since
    """
    lease = await Candidate(database, name).wait(stop, lambda: say(STANDBY))
    if lease is None:
        return
    database.prove = lease.prove
    try:
        async with asyncio.TaskGroup() as group:
            keeping = group.create_task(lease.keep(), name="lease")
            await work(lease)
            keeping.cancel()
    except BaseExceptionGroup as several:
        raise _reason(several) from None
    finally:
        await lease.give_back()


def _reason(several: BaseExceptionGroup) -> BaseException:
    """The one thing to tell: that the lease is lost, else what our own words say, else what came first."""
    leaves = list(_leaves(several))
    for wanted in (LeaseLost, KringError):
        for leaf in leaves:
            if isinstance(leaf, wanted):
                return leaf
    return leaves[0]


def _leaves(error: BaseException) -> Iterator[BaseException]:
    if isinstance(error, BaseExceptionGroup):
        for part in error.exceptions:
            yield from _leaves(part)
    else:
        yield error
