"""What each reminder does when its hour comes. One act for each kind, in the transaction that says that it rang."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime

from hub.application.context import RequestContext
from hub.application.guard import Guard
from hub.application.identify import identify
from hub.application.outside_ports import CallsOutside
from hub.application.ports import Transactions, UnitOfWork
from hub.application.speaking import Speaker
from hub.domain.circle import Circle
from hub.domain.identifiers import new_id
from hub.domain.reminder import Reminder
from hub.domain.vocabulary import Channel

INITIATOR = "bot:dossier"
Afterwards = Callable[[Transactions, CallsOutside], Awaitable[None]]
"""What needs a network: done after the commit, never inside a transaction. It is tried again by its own reminder."""


@dataclass(frozen=True, slots=True)
class Hour:
    """What an act gets: the moment as the hub's clock has it, who decides and who speaks."""

    now: datetime
    guard: Guard
    speaker: Speaker
    outside: CallsOutside | None = None
    afterwards: list[Afterwards] = field(default_factory=list)


Ring = Callable[[UnitOfWork, Hour, Reminder], Awaitable[datetime | None]]
"""Returns when it rings again, one step further; None: never."""


async def in_name_of(unit: UnitOfWork, circle: Circle, person_id: str, hour: Hour) -> RequestContext:
    """A request in the name of somebody, made by the bot as their instrument (NEN 7513 §7.3, I7)."""
    return await identify(
        unit,
        await unit.people.get(person_id),
        circle,
        channel=Channel.ROOM,
        initiator=INITIATOR,
        correlation_id=new_id("ring"),
        now=hour.now,
    )
