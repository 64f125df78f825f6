"""What the tables say about how it goes: beats, the canary, the lease, what waits. Counts and ages, nobody's data."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.adapters.sql.canary import CanaryResult, read_result, read_setting
from hub.adapters.sql.leases import Standing, standing_of
from hub.adapters.sql.matrix_gaps import gap_counts, refused_counts
from hub.adapters.sql.matrix_records import InboxState
from hub.adapters.sql.matrix_tables import mx_inbox, mx_withheld
from hub.adapters.sql.tables import outbox

BEAT = "bots.beat"
SYNCED = "bots.synced"
HOMESERVER = "bots.homeserver"
_SETTLED_WELL = InboxState.DONE.value
_UNREAD = (InboxState.WAITING_FOR_KEY.value, InboxState.UNREADABLE.value)


@dataclass(frozen=True, slots=True)
class Signs:
    """Moments in seconds since 1970; None: never."""

    beat: float | None
    synced: float | None
    left_alone: bool
    """The bots let the homeserver rest, for it failed again and again."""
    canary: CanaryResult | None
    lease: Standing


@dataclass(frozen=True, slots=True)
class Counts:
    """``inbox``: (state, code) → events of the bot; ``outbox``: state → messages; ``waiting_since``: oldest due, µs.
    ``withheld``: code → keys that others' clients keep back; ``unread_since``: oldest that cannot be read, ms.
    ``refused``: code → inputs that were dropped, refused or quarantined; ``gaps``: state → stretches still missing."""

    inbox: dict[tuple[str, str], int]
    outbox: dict[str, int]
    waiting_since: int | None
    withheld: dict[str, int]
    unread_since: int | None
    refused: dict[str, int]
    gaps: dict[str, int]
    put_off: dict[str, int]
    """Why messages are not said yet (``waits-for-removal``, …) → how many."""


async def signs(connection: AsyncConnection, bot: str) -> Signs:
    return Signs(
        beat=_moment(await read_setting(connection, BEAT)),
        synced=_moment(await read_setting(connection, SYNCED)),
        left_alone=await read_setting(connection, HOMESERVER) not in (None, "closed"),
        canary=await read_result(connection),
        lease=await standing_of(connection, bot),
    )


async def counts(connection: AsyncConnection, bot: str) -> Counts:
    by_state = select(mx_inbox.c.state, func.count()).where(mx_inbox.c.owner == bot).group_by(mx_inbox.c.state)
    # What ended well has no code, and is nearly everything: counted from the index alone.
    states: dict[str, int] = {state: number for state, number in await connection.execute(by_state)}  # noqa: C416
    inbox = {(_SETTLED_WELL, ""): states.get(_SETTLED_WELL, 0)}
    others = sorted(set(states) - {_SETTLED_WELL})
    by_code = (
        select(mx_inbox.c.state, mx_inbox.c.code, func.count())
        .where(mx_inbox.c.owner == bot, mx_inbox.c.state.in_(others))
        .group_by(mx_inbox.c.state, mx_inbox.c.code)
    )
    for state, code, number in await connection.execute(by_code):
        inbox[(state, code or "")] = number
    by_place = select(outbox.c.state, func.count()).group_by(outbox.c.state)
    sent = {state: number for state, number in await connection.execute(by_place)}  # noqa: C416 -- rows, not pairs
    oldest = select(func.min(outbox.c.due_at)).where(outbox.c.state == "new")
    waiting_since = (await connection.execute(oldest)).scalar()
    by_reason = select(mx_withheld.c.code, func.count()).group_by(mx_withheld.c.code)
    withheld = {code: number for code, number in await connection.execute(by_reason)}  # noqa: C416 -- rows, not pairs
    unread = select(func.min(mx_inbox.c.received_at)).where(mx_inbox.c.owner == bot, mx_inbox.c.state.in_(_UNREAD))
    unread_since = (await connection.execute(unread)).scalar()
    refused, gaps = await refused_counts(connection), await gap_counts(connection)
    by_wait = (
        select(outbox.c.failure, func.count())
        .where(outbox.c.state == "new", outbox.c.failure.is_not(None))
        .group_by(outbox.c.failure)
    )
    put_off = {reason: number for reason, number in await connection.execute(by_wait)}  # noqa: C416 -- rows, not pairs
    return Counts(inbox, sent, waiting_since, withheld, unread_since, refused, gaps, put_off)


def _moment(stored: str | None) -> float | None:
    return None if stored is None else float(stored)
