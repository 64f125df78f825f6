"""Storage that ends with the process: for people in the demo and in tests, with the same crypto and the same trust."""

import itertools
import secrets
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

from bots.runtime.storage import DIFFERS, InboxTransaction, now_ms
from hub.adapters.sql.matrix_records import (
    AccountRecord,
    CryptoChanges,
    CryptoState,
    DeviceRecord,
    Gap,
    GapState,
    IdentitySeen,
    InboxEvent,
    InboxRow,
    InboxState,
    MegolmSessionRecord,
    MemberChange,
    MessageMark,
    NewGap,
    OlmSessionRecord,
    PinnedIdentity,
    SessionShare,
    Settled,
    StoredLogin,
    SyncBatch,
    WithheldKey,
)
from hub.domain import identity
from hub.domain.errors import StartRefused


class MemoryStorage:
    """Keeps what :class:`SqlStorage` keeps, in dictionaries."""

    def __init__(self, clock_ms: Callable[[], int] = now_ms) -> None:
        self.pickle_passphrase = secrets.token_hex(32)
        self._clock_ms = clock_ms
        self._login: StoredLogin | None = None
        self._account: AccountRecord | None = None
        self._olm: dict[tuple[str, str], OlmSessionRecord] = {}
        self._room_keys: dict[tuple[str, str, str], MegolmSessionRecord] = {}
        self._devices: dict[tuple[str, str], DeviceRecord] = {}
        self._tracked: dict[str, bool] = {}
        self._identities: dict[str, PinnedIdentity] = {}
        self._members: dict[str, dict[str, MemberChange]] = {}
        self._marks: dict[tuple[str, str, int], str] = {}
        self.inbox: dict[str, InboxRow] = {}
        """Every event received, by id, with how it ended."""
        self._open: dict[str, None] = {}
        self._places = itertools.count(1)
        self._gaps: dict[tuple[str, str], tuple[Gap, str | None, int]] = {}
        self.dropped: Counter[str] = Counter()
        self.shares: list[SessionShare] = []
        self.withheld: list[WithheldKey] = []

    async def load_login(self) -> StoredLogin | None:
        return self._login

    async def create_login(
        self, user_id: str, device_id: str, access_token: str, account: AccountRecord
    ) -> StoredLogin:
        self._login = StoredLogin(1, user_id, device_id, access_token, None, account.fingerprint)
        self._account = account
        return self._login

    def _known_login(self) -> StoredLogin:
        if self._login is None:
            raise StartRefused("Nog niet aangemeld.")
        return self._login

    async def load_crypto(self) -> CryptoState:
        return CryptoState(
            self._account, tuple(self._olm.values()), (), tuple(self._devices.values()), tuple(self._tracked.items())
        )

    async def room_keys(self, session_ids: Iterable[str]) -> list[MegolmSessionRecord]:
        wanted = set(session_ids)
        return [key for key in self._room_keys.values() if key.session_id in wanted]

    async def save_crypto(self, changes: CryptoChanges) -> None:
        self._account = changes.account or self._account
        self._olm |= {(s.sender_key, s.session_id): s for s in changes.olm_sessions}
        self._devices |= {(d.user_id, d.device_id): d for d in changes.devices}
        self._tracked |= dict(changes.tracked)
        for key in changes.megolm_sessions:
            place = (key.room_id, key.session_id, key.sender_key)
            known = self._room_keys.get(place)
            if known is None or key.first_index < known.first_index:
                self._room_keys[place] = key
        for seen in changes.identities:
            self._observe(seen)

    async def save_shares(self, changes: CryptoChanges, shares: Sequence[SessionShare]) -> None:
        await self.save_crypto(changes)
        self.shares += shares

    def _observe(self, seen: IdentitySeen) -> None:
        known = self._identities.get(seen.user_id)
        after, _event = identity.observe(known, seen, self._clock_ms(), identity.Pinning.FIRST_USE)
        if after is not None:
            self._identities[seen.user_id] = after

    def pin(self, user_id: str, master_key: str, how: str) -> None:
        """Pin (again)."""
        self._identities[user_id] = identity.pinned(master_key, user_id, how, self._clock_ms())

    async def commit(self, batch: SyncBatch) -> None:
        await self.save_crypto(batch.crypto)
        self._add_gaps(batch.gaps)
        gaps = {gap.room_id for gap, _code, _next in self._gaps.values() if gap.state is GapState.OPEN}
        self._take_in(
            replace(event, state=InboxState.HELD) if event.state is InboxState.NEW and event.room_id in gaps else event
            for event in batch.events
        )
        self.dropped.update(batch.dropped)
        arrived = {key.session_id for key in batch.crypto.megolm_sessions}
        for event_id, row in self.inbox.items():
            if row.event.state is InboxState.WAITING_FOR_KEY and row.event.session_id in arrived:
                self.inbox[event_id] = replace(row, attempts=0, event=replace(row.event, state=InboxState.NEW))
                self._open[event_id] = None
        self.withheld += batch.withheld
        for change in batch.members:
            self._members.setdefault(change.room_id, {})[change.user_id] = change
        self._login = replace(self._known_login(), next_batch=batch.next_batch)

    def _take_in(self, events: Iterable[InboxEvent]) -> None:
        for event in events:
            known = self.inbox.get(event.event_id)
            if known is None:
                self._put(event, self._clock_ms())
            elif (known.event.room_id, known.event.raw) != (event.room_id, event.raw):
                self.dropped[DIFFERS] += 1

    def _put(self, event: InboxEvent, received_at: int) -> None:
        self.inbox[event.event_id] = InboxRow(next(self._places), event, 0, received_at)
        if event.state is InboxState.NEW:
            self._open[event.event_id] = None

    def _add_gaps(self, gaps: Iterable[NewGap]) -> None:
        last = max((row.seq for row in self.inbox.values()), default=0)
        for new in gaps:
            if (new.room_id, new.begins) not in self._gaps:
                number, now = next(self._places), self._clock_ms()
                gap = Gap(number, new.room_id, new.position, new.ends, last, GapState.OPEN, 0, 0, now)
                self._gaps[(new.room_id, new.begins)] = (gap, None, 0)

    def _update_gap(self, gap: Gap, code: str | None, next_try: int) -> None:
        for place, (known, _code, _next) in self._gaps.items():
            if known.id == gap.id:
                self._gaps[place] = (gap, code, next_try)

    async def due_gaps(self, limit: int) -> list[Gap]:
        ordered = sorted((gap for gap, _code, due in self._gaps.values() if due <= self._clock_ms()), key=_age)
        first = {gap.room_id: gap.id for gap in reversed(self._all_open())}
        return [gap for gap in ordered if first.get(gap.room_id, gap.id) >= gap.id][:limit]

    def _all_open(self) -> list[Gap]:
        return sorted((gap for gap, _code, _next in self._gaps.values() if gap.state is GapState.OPEN), key=_age)

    async def last_event_before(self, gap: Gap) -> str | None:
        rows = [r for r in self.inbox.values() if r.event.room_id == gap.room_id and r.seq <= gap.after_seq]
        return max(rows, key=lambda row: row.seq).event.event_id if rows else None

    async def fill_gap(
        self, gap: Gap, events: Sequence[InboxEvent], position: str | None, dropped: Mapping[str, int]
    ) -> None:
        self._take_in(events)
        self.dropped.update(dropped)
        if position is not None:
            self._update_gap(replace(gap, position=position, pages=gap.pages + 1, attempts=0), None, 0)
            return
        self._gaps = {place: kept for place, kept in self._gaps.items() if kept[0].id != gap.id}
        self._release(gap.room_id)

    async def gap_failed(self, gap: Gap, code: str, wait: timedelta, state: GapState, position: str | None) -> None:
        due = self._clock_ms() + int(wait.total_seconds() * 1000)
        self._update_gap(replace(gap, state=state, attempts=gap.attempts + 1, position=position), code, due)
        if state is GapState.STUCK:
            self._release(gap.room_id)

    def _release(self, room_id: str) -> None:
        bound = min((gap.after_seq for gap in self._all_open() if gap.room_id == room_id), default=None)
        held = [r for r in self.inbox.values() if r.event.room_id == room_id and r.event.state is InboxState.HELD]
        for row in sorted(held, key=lambda row: row.seq):
            if bound is None or row.seq <= bound:
                self._put(replace(row.event, state=InboxState.NEW), row.received_at)

    async def identities(self, user_ids: Iterable[str]) -> dict[str, PinnedIdentity]:
        return {user: self._identities[user] for user in set(user_ids) if user in self._identities}

    async def members(self, room_id: str) -> dict[str, str]:
        return {user: change.membership for user, change in self._members.get(room_id, {}).items()}

    async def rooms(self, membership: str) -> list[MemberChange]:
        ours = self._known_login().user_id
        mine = (members[ours] for members in self._members.values() if ours in members)
        return [change for change in mine if change.membership == membership]

    async def open_events(self, limit: int) -> list[InboxRow]:
        return sorted((self.inbox[event_id] for event_id in self._open), key=lambda row: row.seq)[:limit]

    async def open_firsts(self, limit: int) -> list[InboxRow]:
        firsts = {row.event.room_id: row for row in reversed(await self.open_events(len(self._open)))}
        return sorted(firsts.values(), key=lambda row: -row.seq)[:limit]

    async def count_attempts(self, event_ids: Sequence[str]) -> None:
        for event_id in event_ids:
            row = self.inbox[event_id]
            self.inbox[event_id] = replace(row, attempts=row.attempts + 1)

    async def waiting_since(self, before_ms: int) -> list[InboxRow]:
        waiting = (row for row in self.inbox.values() if row.event.state is InboxState.WAITING_FOR_KEY)
        return [row for row in waiting if row.received_at < before_ms]

    @asynccontextmanager
    async def settling(self) -> AsyncIterator[InboxTransaction]:
        yield _MemoryInboxTransaction(self)

    def record(self, marks: Sequence[MessageMark]) -> set[str]:
        """The ids of events that are a replay."""
        replays: set[str] = set()
        for mark in marks:
            place = (mark.sender_key, mark.session_id, mark.message_index)
            if self._marks.setdefault(place, mark.event_id) != mark.event_id:
                replays.add(mark.event_id)
        return replays

    def close_events(self, settled: Iterable[Settled]) -> None:
        for item in settled:
            row = self.inbox[item.event_id]
            event = replace(row.event, state=item.state, code=item.code)
            self.inbox[item.event_id] = replace(row, event=event)
            self._open.pop(item.event_id, None)


def _age(gap: Gap) -> int:
    return gap.id


class _MemoryInboxTransaction:
    connection = None

    def __init__(self, storage: MemoryStorage) -> None:
        self._storage = storage

    async def open_events(self, limit: int) -> list[InboxRow]:
        return await self._storage.open_events(limit)

    async def open_firsts(self, limit: int) -> list[InboxRow]:
        return await self._storage.open_firsts(limit)

    async def identities(self, user_ids: Iterable[str]) -> dict[str, PinnedIdentity]:
        return await self._storage.identities(user_ids)

    async def room_keys(self, session_ids: Iterable[str]) -> list[MegolmSessionRecord]:
        return await self._storage.room_keys(session_ids)

    async def record_marks(self, marks: Sequence[MessageMark]) -> set[str]:
        return self._storage.record(marks)

    async def settle(self, settled: Iterable[Settled]) -> None:
        self._storage.close_events(settled)
