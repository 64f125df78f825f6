"""Where a client keeps its state: the hub's database (bots) or memory (people in the demo and in tests)."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncConnection

from bots.runtime.crash_points import reached
from hub.adapters.encryption import KeyVault
from hub.adapters.sql import matrix_gaps as gaps
from hub.adapters.sql import matrix_inbox as inbox
from hub.adapters.sql.database import Database
from hub.adapters.sql.disclosures import add_shares
from hub.adapters.sql.identities import identities
from hub.adapters.sql.matrix_records import (
    AccountRecord,
    CryptoChanges,
    CryptoState,
    Gap,
    GapState,
    InboxEvent,
    InboxRow,
    MegolmSessionRecord,
    MemberChange,
    MessageMark,
    PinnedIdentity,
    SessionShare,
    Settled,
    StoredLogin,
    SyncBatch,
)
from hub.adapters.sql.matrix_store import IdentityHook, MatrixStore
from hub.adapters.sql.unread import add_withheld, forget_withheld
from hub.domain.errors import StartRefused
from hub.domain.identity import PinningOf, at_first_use

OnGap = Callable[[AsyncConnection, Gap, str | None], Awaitable[None]]
"""In the transaction in which a gap gets stuck (with the code of why), or in which a stuck one is filled (None)."""
DIFFERS = "event-differs"
"""Counted: an event id that we have came again with other content; the first stays."""


def now_ms() -> int:
    """Milliseconds since 1970."""
    return time.time_ns() // 1_000_000


class InboxTransaction(Protocol):
    """One transaction in which events are judged, acted upon and settled."""

    @property
    def connection(self) -> AsyncConnection | None:
        """For the application to do its part in the same transaction; None in memory."""

    async def open_events(self, limit: int) -> list[InboxRow]:
        """The oldest events that nobody settled, in order of arrival."""

    async def open_firsts(self, limit: int) -> list[InboxRow]:
        """Of each room the oldest that nobody settled; the newest of these first."""

    async def identities(self, user_ids: Iterable[str]) -> dict[str, PinnedIdentity]: ...

    async def room_keys(self, session_ids: Iterable[str]) -> list[MegolmSessionRecord]: ...

    async def record_marks(self, marks: Sequence[MessageMark]) -> set[str]:
        """The ids of events that are a replay."""

    async def settle(self, settled: Iterable[Settled]) -> None: ...


class Storage(Protocol):
    """All that a client remembers. Every method that writes is one transaction."""

    @property
    def pickle_passphrase(self) -> str: ...

    async def load_login(self) -> StoredLogin | None: ...

    async def create_login(
        self, user_id: str, device_id: str, access_token: str, account: AccountRecord
    ) -> StoredLogin: ...

    async def load_crypto(self) -> CryptoState: ...

    async def room_keys(self, session_ids: Iterable[str]) -> list[MegolmSessionRecord]: ...

    async def save_crypto(self, changes: CryptoChanges) -> None: ...

    async def save_shares(self, changes: CryptoChanges, shares: Sequence[SessionShare]) -> None:
        """Crypto changes with the lines of the disclosure ledger about the keys that go out with them."""

    async def commit(self, batch: SyncBatch) -> None:
        """Crypto changes, events, membership and, last, the token: all or nothing."""

    async def identities(self, user_ids: Iterable[str]) -> dict[str, PinnedIdentity]: ...

    async def members(self, room_id: str) -> dict[str, str]: ...

    async def rooms(self, membership: str) -> list[MemberChange]:
        """Rooms where we ourselves have this membership."""

    async def count_attempts(self, event_ids: Sequence[str]) -> None: ...

    async def waiting_since(self, before_ms: int) -> list[InboxRow]: ...

    async def due_gaps(self, limit: int) -> list[Gap]:
        """What is missing and may be fetched now; in one room the earliest first."""

    async def last_event_before(self, gap: Gap) -> str | None:
        """The last event of the room that we had when the gap was found."""

    async def fill_gap(
        self, gap: Gap, events: Sequence[InboxEvent], position: str | None, dropped: Mapping[str, int]
    ) -> None:
        """A page of what was missing, in order; ``position`` None: that was all."""

    async def gap_failed(self, gap: Gap, code: str, wait: timedelta, state: GapState, position: str | None) -> None:
        """Not now; from ``position`` again after ``wait``. With ``stuck`` what came after waits no longer."""

    def settling(self) -> AbstractAsyncContextManager[InboxTransaction]: ...


class SqlStorage:
    """The hub's database. ``on_identity`` runs in the transaction that pins or marks an identity (for the audit)."""

    def __init__(
        self,
        database: Database,
        vault: KeyVault,
        user_id: str,
        *,
        on_identity: IdentityHook | None = None,
        on_gap: OnGap | None = None,
        clock_ms: Callable[[], int] = now_ms,
        pinning: PinningOf = at_first_use,
    ) -> None:
        self._database = database
        self._store = MatrixStore(vault)
        self._user_id = user_id
        self._on_identity = on_identity
        self._on_gap = on_gap
        self._pinning = pinning
        self._clock_ms = clock_ms
        self._login: StoredLogin | None = None

    @property
    def pickle_passphrase(self) -> str:
        return self._store.pickle_passphrase

    def _known_login(self) -> StoredLogin:
        if self._login is None:
            raise StartRefused("De bot is nog niet aangemeld.")
        return self._login

    async def load_login(self) -> StoredLogin | None:
        async with self._database.reading() as connection:
            self._login = await self._store.load_login(connection, self._user_id)
        return self._login

    async def create_login(
        self, user_id: str, device_id: str, access_token: str, account: AccountRecord
    ) -> StoredLogin:
        if user_id != self._user_id:
            raise StartRefused(f"Aangemeld als {user_id}, maar deze bot is {self._user_id}.")
        async with self._database.transaction() as connection:
            login = await self._store.create_login(
                connection, user_id, device_id, access_token, account, self._clock_ms()
            )
            self._login = replace(login, next_batch=await self._store.carry_over(connection, login))
        return self._login

    async def retire_login(self) -> None:
        """This device goes no further: the next :meth:`load_login` finds none."""
        async with self._database.transaction() as connection:
            await self._store.retire_login(connection, self._user_id, self._clock_ms())

    async def load_crypto(self) -> CryptoState:
        async with self._database.reading() as connection:
            return await self._store.load_crypto(connection, self._known_login())

    async def room_keys(self, session_ids: Iterable[str]) -> list[MegolmSessionRecord]:
        async with self._database.reading() as connection:
            return await self._store.load_megolm(connection, self._known_login().account_id, session_ids)

    async def save_crypto(self, changes: CryptoChanges) -> None:
        async with self._database.transaction() as connection:
            await self._save(connection, changes)

    async def _save(self, connection: AsyncConnection, changes: CryptoChanges) -> None:
        await self._store.save_crypto(
            connection, self._known_login(), changes, self._clock_ms(), self._on_identity, self._pinning
        )

    async def save_shares(self, changes: CryptoChanges, shares: Sequence[SessionShare]) -> None:
        async with self._database.transaction() as connection:
            await self._save(connection, changes)
            await add_shares(connection, shares, self._clock_ms())

    async def commit(self, batch: SyncBatch) -> None:
        async with self._database.transaction() as connection:
            await self._save(connection, batch.crypto)
            now = self._clock_ms()
            await gaps.add_gaps(connection, self._user_id, batch.gaps, now)
            differing = await gaps.take_in(connection, self._user_id, batch.events, now)
            await gaps.count_dropped(connection, self._user_id, {**batch.dropped, DIFFERS: differing}, now)
            await inbox.wake_for_keys(
                connection, self._user_id, (key.session_id for key in batch.crypto.megolm_sessions)
            )
            await inbox.update_members(connection, batch.members)
            account = self._known_login().account_id
            await add_withheld(connection, account, batch.withheld, now)
            came = [(key.room_id, key.session_id) for key in batch.crypto.megolm_sessions]
            await forget_withheld(connection, account, came)
            await inbox.save_token(connection, account, batch.next_batch)
            reached("sync.before-commit")
        reached("sync.after-commit")

    async def identities(self, user_ids: Iterable[str]) -> dict[str, PinnedIdentity]:
        async with self._database.reading() as connection:
            return await identities(connection, user_ids)

    async def members(self, room_id: str) -> dict[str, str]:
        async with self._database.reading() as connection:
            return await inbox.members(connection, room_id)

    async def rooms(self, membership: str) -> list[MemberChange]:
        async with self._database.reading() as connection:
            return await inbox.rooms_of(connection, self._user_id, membership)

    async def count_attempts(self, event_ids: Sequence[str]) -> None:
        async with self._database.transaction() as connection:
            await inbox.count_attempts(connection, self._user_id, event_ids)

    async def waiting_since(self, before_ms: int) -> list[InboxRow]:
        async with self._database.reading() as connection:
            return await inbox.waiting_since(connection, self._user_id, before_ms)

    async def due_gaps(self, limit: int) -> list[Gap]:
        async with self._database.reading() as connection:
            return await gaps.due_gaps(connection, self._user_id, self._clock_ms(), limit)

    async def last_event_before(self, gap: Gap) -> str | None:
        async with self._database.reading() as connection:
            return await gaps.last_event_before(connection, self._user_id, gap)

    async def fill_gap(
        self, gap: Gap, events: Sequence[InboxEvent], position: str | None, dropped: Mapping[str, int]
    ) -> None:
        async with self._database.transaction() as connection:
            now = self._clock_ms()
            differing = await gaps.add_page(connection, self._user_id, gap, events, position, now)
            await gaps.count_dropped(connection, self._user_id, {**dropped, DIFFERS: differing}, now)
            if position is None and gap.state is GapState.STUCK and self._on_gap is not None:
                await self._on_gap(connection, gap, None)

    async def gap_failed(self, gap: Gap, code: str, wait: timedelta, state: GapState, position: str | None) -> None:
        async with self._database.transaction() as connection:
            next_try = self._clock_ms() + int(wait.total_seconds() * 1000)
            await gaps.note_failure(connection, self._user_id, gap, code, next_try, state, position)
            if state is GapState.STUCK and gap.state is GapState.OPEN and self._on_gap is not None:
                await self._on_gap(connection, gap, code)

    @asynccontextmanager
    async def settling(self) -> AsyncIterator[InboxTransaction]:
        async with self._database.transaction() as connection:
            transaction = _SqlInboxTransaction(connection, self._user_id, self._store, self._known_login().account_id)
            yield transaction
        if transaction.settled:
            reached("inbox.after-commit")


class _SqlInboxTransaction:
    def __init__(self, connection: AsyncConnection, owner: str, store: MatrixStore, account_id: int) -> None:
        self._connection = connection
        self._owner = owner
        self._store = store
        self._account_id = account_id
        self.settled = False

    @property
    def connection(self) -> AsyncConnection:
        return self._connection

    async def open_events(self, limit: int) -> list[InboxRow]:
        return await inbox.open_events(self._connection, self._owner, limit)

    async def open_firsts(self, limit: int) -> list[InboxRow]:
        return await inbox.open_firsts(self._connection, self._owner, limit)

    async def identities(self, user_ids: Iterable[str]) -> dict[str, PinnedIdentity]:
        return await identities(self._connection, user_ids)

    async def room_keys(self, session_ids: Iterable[str]) -> list[MegolmSessionRecord]:
        return await self._store.load_megolm(self._connection, self._account_id, session_ids)

    async def record_marks(self, marks: Sequence[MessageMark]) -> set[str]:
        return await inbox.record_marks(self._connection, marks)

    async def settle(self, settled: Iterable[Settled]) -> None:
        await inbox.settle(self._connection, self._owner, settled)
        self.settled = True
        reached("inbox.before-commit")
