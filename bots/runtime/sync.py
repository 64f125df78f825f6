"""The sync engine: one response in, one transaction out, the token last (invariant I1).

Order in a step: to-device messages, device lists and key counts into the crypto machine; then crypto changes, raw
events, what is missing between them (``gaps.py``), membership and token in one commit; then invitations and key
maintenance. A crash or a failed commit anywhere leaves the old token with the old state: the homeserver repeats all.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from bots.runtime.backoff import Backoff
from bots.runtime.crash_points import reached
from bots.runtime.crypto.keeper import CryptoKeeper
from bots.runtime.http import MatrixHttp, MatrixRefused
from bots.runtime.keys import KeyMaintenance
from bots.runtime.storage import Storage
from bots.runtime.sync_response import (
    Invite,
    RoomDelta,
    SyncResponse,
    inbox_event,
    is_membership,
    is_said,
    member_change,
    read_sync,
    state_types,
)
from bots.runtime.to_device import take_in
from bots.runtime.transport import AnswerTooLarge
from bots.runtime.untrusted import JsonObject
from bots.runtime.withheld import read_withheld
from hub.adapters.sql.matrix_records import CryptoChanges, InboxEvent, InboxState, MemberChange, NewGap, SyncBatch
from hub.domain.errors import DeliveryDelayed, DeliveryFailed, KringError

OnInvite = Callable[[Invite], Awaitable[None]]

_log = logging.getLogger("kring.matrix")
_LONG_POLL = timedelta(seconds=30)
# Of each room; what is more is a gap, and comes in pages. So a sync after a long absence is small, and soon over.
_TIMELINE_LIMIT = 50
# So often the homeserver may refuse our position before we look for another one.
_REFUSALS = 3
_SHORTEST_RETRY = timedelta(seconds=5)
_NOT_THERE = frozenset({400, 404, 410})
_EXPECTED = (DeliveryFailed, SQLAlchemyError, OSError)
_NOTHING: JsonObject = {"types": [], "limit": 0}


def sync_filter(timeline_limit: int) -> JsonObject:
    """What we ask of ``/sync``: all members, no typing, receipts, presence or account data."""
    state = {"types": ["m.room.member", "m.room.create", "m.room.encryption"], "lazy_load_members": False}
    return {
        "presence": _NOTHING,
        "account_data": _NOTHING,
        "room": {
            "state": state,
            "timeline": {"limit": timeline_limit, "lazy_load_members": False},
            "ephemeral": _NOTHING,
            "account_data": _NOTHING,
        },
    }


class SyncEngine:
    """Pulls the account's stream into storage. ``on_invite`` decides about invitations: nothing is joined by itself."""

    def __init__(
        self,
        http: MatrixHttp,
        keeper: CryptoKeeper,
        keys: KeyMaintenance,
        storage: Storage,
        own_user: str,
        next_batch: str | None,
        on_invite: OnInvite | None = None,
        *,
        timeline_limit: int = _TIMELINE_LIMIT,
    ) -> None:
        self._http = http
        self._keeper = keeper
        self._keys = keys
        self._storage = storage
        self._own_user = own_user
        self._on_invite = on_invite
        self._most = timeline_limit
        self._limit = timeline_limit
        self._refusals = 0
        self._invites: dict[str, Invite] = {}
        self.next_batch = next_batch
        self.on_state: Callable[[dict[str, frozenset[str]]], None] = lambda _changed: None
        """Told, after the commit, which types of state changed in which room."""
        self.arrived = asyncio.Event()
        """Set when a committed step brought work: events to judge, or room keys. Who waits clears it."""
        self.gap_found = asyncio.Event()
        """Set when a committed step left something to be fetched. Who waits clears it."""
        self.failures = 0
        """Steps in a row that did not succeed."""

    async def run(self, stop: asyncio.Event) -> None:
        """Step after step until ``stop``; waits longer after each failure, 0.5 s to 30 s.

        :raises SignedOut: the token is not valid any more
        """
        backoff = Backoff()
        self._invites |= {m.room_id: Invite(m.room_id, m.sender) for m in await self._storage.rooms("invite")}
        while not stop.is_set():
            try:
                await self._settle_invites()
                await self.step(_LONG_POLL, stop)
                backoff.reset()
                self.failures = 0
            except Exception as error:
                # No answer of a homeserver may end the bots: it is logged and waited out.
                if isinstance(error, KringError) and not isinstance(error, DeliveryFailed):
                    raise
                self.failures += 1
                wait = backoff.next_delay()
                if isinstance(error, DeliveryDelayed):
                    wait = max(wait, error.retry_after.total_seconds())
                level = logging.WARNING if isinstance(error, _EXPECTED) else logging.ERROR
                reason = {"reason": type(error).__name__, "wait_seconds": round(wait, 2), "failures": self.failures}
                _log.log(level, "sync failed", extra=reason)
                await _sleep_or_stop(wait, stop)

    async def step(self, wait: timedelta = timedelta(0), stop: asyncio.Event | None = None) -> SyncBatch:
        """One response: fetched, taken in, committed; then what follows from it. Nothing is fetched any more once
        ``stop`` is set; what was fetched is finished.

        :raises DeliveryFailed: the server is away or refuses
        """
        first = self.next_batch is None
        lost = self._refusals >= _REFUSALS
        raw = await self._fetch(None if lost else self.next_batch, wait, stop)
        if raw is None:
            return SyncBatch(self.next_batch or "")
        reached("sync.answered")
        response = read_sync(raw, self._own_user)
        if response is None:
            raise DeliveryDelayed("De Matrix-server gaf een onleesbaar antwoord op sync.", _SHORTEST_RETRY)
        dropped = Counter(response.dropped)
        # The first sync of all only takes position: what was said before we had keys cannot be for us.
        events, members = ([], _first_members(response)) if first else self._contents(response, dropped)
        members += [] if first else await self._asked_anew(response)
        gaps = [] if first else await self._gaps(response, lost)
        members += [MemberChange(i.room_id, self._own_user, "invite", i.sender, 0) for i in response.invites]
        withheld = read_withheld(response.to_device)
        batch = SyncBatch(
            response.next_batch, tuple(events), tuple(members), withheld=withheld, gaps=tuple(gaps), dropped=dropped
        )

        async def commit(changes: CryptoChanges) -> None:
            nonlocal batch
            batch = replace(batch, crypto=changes)
            await self._storage.commit(batch)

        async with self._keeper.changing(commit) as machine:
            dropped.update(code for event in response.to_device if (code := take_in(machine, event)) is not None)
            machine.note_changed_devices(response.changed_devices)
            machine.own_keys.note_key_counts(response.key_counts, response.unused_fallback)
        self.next_batch = batch.next_batch
        self._refusals = 0
        self._limit = min(self._limit * 2, self._most)
        if gaps:
            self.gap_found.set()
        self.on_state({} if first else state_types(response))
        if batch.crypto.megolm_sessions or any(event.state is InboxState.NEW for event in batch.events):
            self.arrived.set()
        self._invites |= {invite.room_id: invite for invite in response.invites}
        await self._settle_invites()
        await self._keys.maintain()
        return batch

    async def _settle_invites(self) -> None:
        """The homeserver shows an invitation once; one that could not be answered now is answered after the next step.

        :raises DeliveryDelayed: the server is away
        """
        for invite in list(self._invites.values()):
            try:
                if self._on_invite is not None:
                    await self._on_invite(invite)
            except DeliveryDelayed:
                raise
            except DeliveryFailed as refused:
                # Taken back meanwhile; else the next start tries again.
                _log.warning("invite not answered", extra={"reason": type(refused).__name__})
            self._invites.pop(invite.room_id, None)

    async def _fetch(self, since: str | None, wait: timedelta, stop: asyncio.Event | None) -> JsonObject | None:
        """The raw answer; None when we are to stop."""
        # Another number after a lost position: Synapse repeats its answer to the same question for a while.
        anew = 1 if self.next_batch is None else 2
        limit = anew if since is None else self._limit
        asking = asyncio.ensure_future(self._http.sync(since, wait, sync_filter(limit)))
        try:
            if await _first_of(asking, stop):
                return None
            return await asking
        except AnswerTooLarge:
            self._limit = max(1, limit // 4)
            raise
        except MatrixRefused as error:
            # A position that means nothing to the server: put back from an older backup, or ours is too old.
            if since is not None and error.status in _NOT_THERE:
                self._refusals += 1
            raise
        finally:
            asking.cancel()

    def _contents(self, response: SyncResponse, dropped: Counter[str]) -> tuple[list[InboxEvent], list[MemberChange]]:
        events: list[InboxEvent] = []
        members: list[MemberChange] = []
        for room in (*response.rooms, *response.left):
            for raw in room.events:
                event = inbox_event(room.room_id, raw, self._own_user)
                if event is not None:
                    events.append(event)
                elif is_said(raw):
                    dropped["event-malformed"] += 1
                elif raw.get("type") == "m.room.tombstone":
                    # Rooms of a circle do not move (T17); that somebody says so is worth counting.
                    dropped["tombstone"] += 1
            # The state block is how things stood where the timeline begins: it already includes what the gap changed.
            for raw in (*room.state, *room.events):
                change = member_change(room.room_id, raw)
                if change is not None:
                    members.append(change)
                elif is_membership(raw):
                    dropped["member-malformed"] += 1
        return events, members

    async def _asked_anew(self, response: SyncResponse) -> list[MemberChange]:
        """Who is in the rooms of which the state block contradicts what we knew.

        That block is how things stood where the timeline begins. Where two events follow on the same one (somebody is
        removed while somebody speaks), that can be older than what the sync before showed, and bring back who left.

        :raises DeliveryDelayed: the server is away
        """
        members: list[MemberChange] = []
        for room in response.rooms:
            changes = [change for raw in room.state if (change := member_change(room.room_id, raw)) is not None]
            known = await self._storage.members(room.room_id) if changes else {}
            if known.get(self._own_user) != "join" or all(known.get(c.user_id) == c.membership for c in changes):
                continue
            try:
                state = await self._http.room_state(room.room_id)
            except (AnswerTooLarge, MatrixRefused):
                continue
            members += [change for raw in state if (change := member_change(room.room_id, raw)) is not None]
        return members

    async def _gaps(self, response: SyncResponse, lost: bool) -> list[NewGap]:
        """What this response leaves out. ``lost``: it does not follow on the one before, so something of every room."""
        since = self.next_batch or ""
        if lost:
            return [NewGap(room.room_id, f"lost {since}"[:2000], None, room.gap_from) for room in response.rooms]
        gaps = []
        for room in (*response.rooms, *response.left):
            if room.limited and not await self._just_joined(room):
                gaps.append(NewGap(room.room_id, since, since, room.gap_from))
        return gaps

    async def _just_joined(self, room: RoomDelta) -> bool:
        """All since we came in is here: what is missing was said when we were not there."""
        ours = [c for raw in room.events if (c := member_change(room.room_id, raw)) and c.user_id == self._own_user]
        if not any(change.membership == "join" for change in ours):
            return False
        return (await self._storage.members(room.room_id)).get(self._own_user) != "join"


def _first_members(response: SyncResponse) -> list[MemberChange]:
    changes = (member_change(room.room_id, raw) for room in response.rooms for raw in (*room.state, *room.events))
    return [change for change in changes if change is not None]


async def _first_of(asking: "asyncio.Future[JsonObject]", stop: asyncio.Event | None) -> bool:
    """Whether we are to stop before the answer is there."""
    if stop is None:
        await asyncio.wait([asking])
        return False
    stopping = asyncio.ensure_future(stop.wait())
    both: set[asyncio.Future[Any]] = {asking, stopping}
    try:
        await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
    finally:
        stopping.cancel()
    return not asking.done()


async def _sleep_or_stop(seconds: float, stop: asyncio.Event) -> None:
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except TimeoutError:
        return
