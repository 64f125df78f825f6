"""Processes that let reminders ring, and that somebody kills: ``python -m tests.region.ringer DATABASE CLOCK``.

For each line on its input it forks one and prints its number. Beside each ring the fork counts, in the same
transaction, how often that very hour of that reminder rang.
"""

import asyncio
import os
import signal
import sys
from datetime import datetime
from pathlib import Path

import structlog

from bots.dossier.reminder_watch import ReminderWatch
from hub.adapters.encryption import KeyVault
from hub.adapters.sql.database import Database
from hub.application.guard import Guard
from hub.application.ports import UnitOfWork
from hub.application.use_cases.ringing import Hour, Ring
from hub.application.use_cases.rings import RINGS
from hub.domain.reminder import Reminder
from tests.databases import sqlite_url
from tests.stories.room import hub_on
from tests.world import World, policies

COUNTED = "rang:"
_GLANCE = 0.002


def counting(act: Ring) -> Ring:
    """The act, and a count of this hour of this reminder."""

    async def ring(unit: UnitOfWork, hour: Hour, reminder: Reminder) -> datetime | None:
        key = f"{COUNTED}{reminder.kind.value}:{reminder.about[-24:]}:{reminder.due_at.timestamp():.0f}"
        await unit.put_setting(key[:60], str(int(await unit.get_setting(key[:60]) or 0) + 1))
        return await act(unit, hour, reminder)

    return ring


async def main(path: Path, clock: Path) -> None:
    """Until it is killed."""
    database, vault = Database(sqlite_url(path)), KeyVault(bytes(range(32)))

    def now() -> datetime:
        return datetime.fromisoformat(clock.read_text())

    world = World(database, vault, now, Guard(policies()))  # type: ignore[arg-type]
    watch = ReminderWatch(hub_on(database, vault, world, path.parent), rings={k: counting(r) for k, r in RINGS.items()})
    async with database.transaction() as connection:
        from hub.adapters.sql.reminders import SqlReminders

        await SqlReminders(connection).release()
    while True:
        await watch.round()
        await asyncio.sleep(_GLANCE)


def breed() -> None:
    """Everything is imported once; a fork of it works within milliseconds."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    policies()
    for _line in sys.stdin:
        number = os.fork()
        if number == 0:
            asyncio.run(main(Path(sys.argv[1]), Path(sys.argv[2])))
        print(number, flush=True)


if __name__ == "__main__":
    breed()
