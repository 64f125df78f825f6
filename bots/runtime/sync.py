"""The sync engine: one response in, one transaction out, the token last (invariant I1).

Order in a step: to-device messages, device lists and key counts into the crypto machine; gaps filled; then crypto
changes, raw events, membership and token in one commit; then invitations and key maintenance. A crash or a failed
commit anywhere leaves the old token with the old state: the homeserver repeats all of it.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
from datetime import timedelta

from sqlalchemy.exc import SQLAlchemyError

from bots.runtime.backoff import Backoff
from bots.runtime.crash_points import reached
from bots.runtime.crypto.keeper import CryptoKeeper
from bots.runtime.http import MatrixHttp
from bots.runtime.keys import KeyMaintenance
from bots.runtime.storage import Storage
from bots.runtime.sync_response import (
    Invite,
    RoomDelta,
    SyncResponse,
    inbox_event,
    member_change,
    read_sync,
    state_types,
)
from bots.runtime.untrusted import JsonObject, list_at, text_at
from bots.runtime.withheld import read_withheld
from hub.adapters.sql.matrix_records import CryptoChanges, InboxEvent, InboxState, MemberChange, SyncBatch
from hub.domain.errors import DeliveryDelayed, DeliveryFailed

OnInvite = Callable[[Invite], Awaitable[None]]

_log = logging.getLogger("kring.matrix")
_LONG_POLL = timedelta(seconds=30)
_TIMELINE_LIMIT = 1000
_PAGE = 500
# 200 000 events in one room during one absence: a homeserver that never comes to an end, not a busy room.
_MOST_PAGES = 400
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
        self._filter = sync_filter(timeline_limit)
        # The first sync only takes position: what was said before this device had keys cannot be for it.
        self._first_filter = sync_filter(1)
        self.next_batch = next_batch
        self.on_state: Callable[[dict[str, frozenset[str]]], None] = lambda _changed: None
        """Told, after the commit, which types of state changed in which room."""
        self.arrived = asyncio.Event()
        """Set when a committed step brought work: events to judge, or room keys. Who waits clears it."""

    async def run(self, stop: asyncio.Event) -> None:
        """Step after step until ``stop``; waits longer after each failure, 0.5 s to 30 s.

        :raises SignedOut: the token is not valid any more
        """
        backoff = Backoff()
        await self._settle_invites([Invite(m.room_id, m.sender) for m in await self._storage.rooms("invite")])
        while not stop.is_set():
            try:
                await self.step(_LONG_POLL)
                backoff.reset()
            except (DeliveryFailed, SQLAlchemyError, OSError) as error:
                wait = backoff.next_delay()
                if isinstance(error, DeliveryDelayed):
                    wait = max(wait, min(error.retry_after.total_seconds(), 60.0))
                _log.warning("sync failed", extra={"reason": type(error).__name__, "wait_seconds": round(wait, 2)})
                await _sleep_or_stop(wait, stop)

    async def step(self, wait: timedelta = timedelta(0)) -> SyncBatch:
        """One response: fetched, taken in, committed; then what follows from it.

        :raises DeliveryFailed: the server is away or refuses
        """
        first = self.next_batch is None
        raw = await self._http.sync(self.next_batch, wait, self._first_filter if first else self._filter)
        reached("sync.answered")
        response = read_sync(raw, self._own_user)
        if response is None:
            raise DeliveryDelayed("De Matrix-server gaf een onleesbaar antwoord op sync.", timedelta(seconds=5))
        events, members = ([], _first_members(response)) if first else await self._contents(response)
        members += [MemberChange(i.room_id, self._own_user, "invite", i.sender, 0) for i in response.invites]
        withheld = read_withheld(response.to_device)
        batch = SyncBatch(response.next_batch, tuple(events), tuple(members), withheld=withheld)

        async def commit(changes: CryptoChanges) -> None:
            nonlocal batch
            batch = replace(batch, crypto=changes)
            await self._storage.commit(batch)

        async with self._keeper.changing(commit) as machine:
            for event in response.to_device:
                machine.receive_to_device(event)
            machine.note_changed_devices(response.changed_devices)
            machine.own_keys.note_key_counts(response.key_counts, response.unused_fallback)
        self.next_batch = batch.next_batch
        self.on_state({} if first else state_types(response))
        if batch.crypto.megolm_sessions or any(event.state is InboxState.NEW for event in batch.events):
            self.arrived.set()
        await self._settle_invites(response.invites)
        await self._keys.maintain()
        return batch

    async def _settle_invites(self, invites: Iterable[Invite]) -> None:
        for invite in invites:
            if self._on_invite is not None:
                await self._on_invite(invite)

    async def _contents(self, response: SyncResponse) -> tuple[list[InboxEvent], list[MemberChange]]:
        events: list[InboxEvent] = []
        members: list[MemberChange] = []
        for room in (*response.rooms, *response.left):
            missing = await self._fill_gap(room)
            for raw in (*missing, *room.events):
                event = inbox_event(room.room_id, raw, self._own_user)
                if event is not None:
                    events.append(event)
            # The state block is how things stood where the timeline begins: it already includes what the gap changed.
            for raw in (*room.state, *room.events):
                change = member_change(room.room_id, raw)
                if change is not None:
                    members.append(change)
        return events, members

    async def _fill_gap(self, room: RoomDelta) -> list[JsonObject]:
        """The events that a limited timeline left out, oldest first."""
        if room.gap_from is None:
            return []
        newest_first: list[JsonObject] = []
        position = room.gap_from
        for _page in range(_MOST_PAGES):
            try:
                answer = await self._http.messages(room.room_id, position, self.next_batch, _PAGE)
            except DeliveryDelayed:
                raise
            except DeliveryFailed as error:
                # We may not look back any more (removed from the room): there is nothing to be had.
                _log.warning("gap not filled", extra={"reason": type(error).__name__})
                break
            newest_first += [event for event in list_at(answer, "chunk") if isinstance(event, dict)]
            end = text_at(answer, "end")
            if end is None or end == position or not list_at(answer, "chunk"):
                break
            position = end
        else:
            _log.error("gap too long to fill", extra={"pages": _MOST_PAGES})
        return newest_first[::-1]


def _first_members(response: SyncResponse) -> list[MemberChange]:
    changes = (member_change(room.room_id, raw) for room in response.rooms for raw in (*room.state, *room.events))
    return [change for change in changes if change is not None]


async def _sleep_or_stop(seconds: float, stop: asyncio.Event) -> None:
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except TimeoutError:
        return
