"""Storage that ends with the process: for people in the demo and in tests, with the same crypto and the same trust."""

import secrets
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

from bots.runtime.storage import InboxTransaction, now_ms
from hub.adapters.sql.matrix_records import (
    AccountRecord,
    CryptoChanges,
    CryptoState,
    DeviceRecord,
    IdentitySeen,
    InboxRow,
    InboxState,
    MegolmSessionRecord,
    MemberChange,
    MessageMark,
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
        for event in batch.events:
            if event.event_id not in self.inbox:
                self.inbox[event.event_id] = InboxRow(len(self.inbox) + 1, event, 0, self._clock_ms())
                if event.state is InboxState.NEW:
                    self._open[event.event_id] = None
        arrived = {key.session_id for key in batch.crypto.megolm_sessions}
        for event_id, row in self.inbox.items():
            if row.event.state is InboxState.WAITING_FOR_KEY and row.event.session_id in arrived:
                self.inbox[event_id] = replace(row, attempts=0, event=replace(row.event, state=InboxState.NEW))
                self._open[event_id] = None
        self.withheld += batch.withheld
        for change in batch.members:
            self._members.setdefault(change.room_id, {})[change.user_id] = change
        self._login = replace(self._known_login(), next_batch=batch.next_batch)

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


class _MemoryInboxTransaction:
    connection = None

    def __init__(self, storage: MemoryStorage) -> None:
        self._storage = storage

    async def open_events(self, limit: int) -> list[InboxRow]:
        return await self._storage.open_events(limit)

    async def identities(self, user_ids: Iterable[str]) -> dict[str, PinnedIdentity]:
        return await self._storage.identities(user_ids)

    async def room_keys(self, session_ids: Iterable[str]) -> list[MegolmSessionRecord]:
        return await self._storage.room_keys(session_ids)

    async def record_marks(self, marks: Sequence[MessageMark]) -> set[str]:
        return self._storage.record(marks)

    async def settle(self, settled: Iterable[Settled]) -> None:
        self._storage.close_events(settled)
