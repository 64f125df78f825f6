"""The Matrix crypto state in the hub's own database: one transaction with inbox and sync token.

Methods work on a connection that the caller opened, so that they join the caller's transaction
(``Database.transaction``).
"""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any

from sqlalchemy import Table, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.adapters.encryption import KeyVault, seal, unseal
from hub.adapters.sql.identities import identities, new_unsigned_devices, observe_identity
from hub.adapters.sql.matrix_records import (
    AccountRecord,
    CryptoChanges,
    CryptoState,
    DeviceRecord,
    IdentityEvent,
    MegolmSessionRecord,
    OlmSessionRecord,
    PinState,
    StoredLogin,
)
from hub.adapters.sql.matrix_tables import (
    mx_account,
    mx_device,
    mx_megolm_session,
    mx_olm_session,
    mx_tracked_user,
)
from hub.domain.errors import StartRefused
from hub.domain.identity import NOTHING, PinningOf, at_first_use

IdentityHook = Callable[[AsyncConnection, IdentityEvent], Awaitable[None]]
_PURPOSE = "matrix-store"


def insert_into(connection: AsyncConnection, table: Table) -> Any:
    """``INSERT`` in the dialect of the connection, because ``ON CONFLICT`` is not in the common one."""
    return postgresql_insert(table) if connection.dialect.name == "postgresql" else sqlite_insert(table)


async def upsert(connection: AsyncConnection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """Insert, or replace all but the primary key."""
    if not rows:
        return
    keys = [column.name for column in table.primary_key.columns]
    statement = insert_into(connection, table)
    replaced = {name: statement.excluded[name] for name in rows[0] if name not in keys}
    await connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=replaced), list(rows))


class MatrixStore:
    """Reads and writes crypto state; seals pickles and tokens under the vault's key for this purpose."""

    def __init__(self, vault: KeyVault) -> None:
        self._key = vault.purpose_key(_PURPOSE)
        # A key of its own for the pickles inside, so that never two layers share one.
        self.pickle_passphrase = vault.purpose_key(_PURPOSE + "/pickle").hex()

    def _seal(self, plaintext: bytes, *place: object) -> bytes:
        return seal(self._key, plaintext, _aad(place))

    def _unseal(self, sealed: bytes, *place: object) -> bytes:
        return unseal(self._key, sealed, _aad(place))

    async def load_login(self, connection: AsyncConnection, user_id: str) -> StoredLogin | None:
        """The device in use of one of our accounts, or None when it has none yet."""
        query = (
            select(mx_account)
            .where(mx_account.c.user_id == user_id, mx_account.c.retired_at.is_(None))
            .order_by(mx_account.c.id.desc())
            .limit(1)
        )
        row = (await connection.execute(query)).first()
        if row is None:
            return None
        token = self._unseal(row.access_token, "mx_account.access_token", row.user_id, row.device_id)
        return StoredLogin(row.id, row.user_id, row.device_id, token.decode(), row.next_batch, row.fingerprint)

    async def create_login(
        self,
        connection: AsyncConnection,
        user_id: str,
        device_id: str,
        access_token: str,
        account: AccountRecord,
        now_ms: int,
    ) -> StoredLogin:
        """Store a new device; an earlier one of the same account is retired."""
        await connection.execute(
            update(mx_account)
            .where(mx_account.c.user_id == user_id, mx_account.c.retired_at.is_(None))
            .values(retired_at=now_ms)
        )
        inserted = await connection.execute(
            mx_account.insert()
            .values(
                user_id=user_id,
                device_id=device_id,
                pickle=self._seal(account.pickle, "mx_account.pickle", user_id, device_id),
                shared=account.shared,
                access_token=self._seal(access_token.encode(), "mx_account.access_token", user_id, device_id),
                fingerprint=account.fingerprint,
                created_at=now_ms,
            )
            .returning(mx_account.c.id)
        )
        return StoredLogin(int(inserted.scalar_one()), user_id, device_id, access_token, None, account.fingerprint)

    async def retire_login(self, connection: AsyncConnection, user_id: str, now_ms: int) -> None:
        """The device in use is used no longer; the next one carries on where it was."""
        await connection.execute(
            update(mx_account)
            .where(mx_account.c.user_id == user_id, mx_account.c.retired_at.is_(None))
            .values(retired_at=now_ms)
        )

    async def carry_over(self, connection: AsyncConnection, login: StoredLogin) -> str | None:
        """Give a new device the room keys and the place in the stream of the one before it; returns that place.

        What was said meanwhile then comes in as any message does: read when a key opens it, else shown as unreadable.
        Olm sessions stay behind: they are those of the old device.
        """
        earlier = (
            select(mx_account.c.id, mx_account.c.next_batch)
            .where(mx_account.c.user_id == login.user_id, mx_account.c.id != login.account_id)
            .order_by(mx_account.c.id.desc())
            .limit(1)
        )
        row = (await connection.execute(earlier)).first()
        if row is None:
            return None
        ids = select(mx_megolm_session.c.session_id).where(mx_megolm_session.c.account_id == row.id).distinct()
        keys = await self.load_megolm(connection, row.id, (await connection.execute(ids)).scalars())
        await self._save_megolm(connection, login.account_id, keys)
        token = update(mx_account).where(mx_account.c.id == login.account_id).values(next_batch=row.next_batch)
        await connection.execute(token)
        return None if row.next_batch is None else str(row.next_batch)

    async def load_crypto(self, connection: AsyncConnection, login: StoredLogin) -> CryptoState:
        """Account, Olm sessions and devices; room keys are fetched when an event asks for them.

        :raises StartRefused: the account row is gone
        :raises IntegrityBroken: a sealed value was altered or the vault is another one
        """
        ours = login.account_id
        row = (await connection.execute(select(mx_account).where(mx_account.c.id == ours))).first()
        if row is None:
            raise StartRefused("De sleutels van de bot staan niet meer in de database; zet de back-up terug.")
        pickle = self._unseal(row.pickle, "mx_account.pickle", row.user_id, row.device_id)
        sessions = await connection.execute(select(mx_olm_session).where(mx_olm_session.c.account_id == ours))
        devices = await connection.execute(select(mx_device).where(mx_device.c.account_id == ours))
        tracked = await connection.execute(select(mx_tracked_user).where(mx_tracked_user.c.account_id == ours))
        return CryptoState(
            account=AccountRecord(pickle, row.shared, row.fingerprint),
            olm_sessions=tuple(
                OlmSessionRecord(
                    s.sender_key,
                    s.session_id,
                    self._unseal(s.pickle, "mx_olm_session", ours, s.sender_key, s.session_id),
                    s.created_at,
                    s.used_at,
                )
                for s in sessions
            ),
            devices=tuple(
                DeviceRecord(d.user_id, d.device_id, d.ed25519, d.curve25519, d.deleted, d.signed_by) for d in devices
            ),
            tracked=tuple((t.user_id, t.outdated) for t in tracked),
        )

    async def load_megolm(
        self, connection: AsyncConnection, account_id: int, session_ids: Iterable[str]
    ) -> list[MegolmSessionRecord]:
        """The room keys with these session ids, in any room and of any sender."""
        found: list[MegolmSessionRecord] = []
        wanted = sorted(set(session_ids))
        for start in range(0, len(wanted), 500):
            query = select(mx_megolm_session).where(
                mx_megolm_session.c.account_id == account_id,
                mx_megolm_session.c.session_id.in_(wanted[start : start + 500]),
            )
            for m in await connection.execute(query):
                place = ("mx_megolm_session", account_id, m.room_id, m.session_id, m.sender_key)
                found.append(
                    MegolmSessionRecord(
                        m.room_id,
                        m.session_id,
                        m.sender_key,
                        m.ed25519,
                        m.first_index,
                        m.forwarded,
                        self._unseal(m.pickle, *place),
                    )
                )
        return found

    async def save_crypto(
        self,
        connection: AsyncConnection,
        login: StoredLogin,
        changes: CryptoChanges,
        now_ms: int,
        on_identity: IdentityHook | None = None,
        pinning: PinningOf = at_first_use,
    ) -> None:
        """Write one batch. ``on_identity`` is called in the same transaction for each :class:`IdentityEvent`."""
        ours = login.account_id
        unsigned = [(d.user_id, d.device_id) for d in changes.devices if d.signed_by is None and not d.deleted]
        unsigned = await new_unsigned_devices(connection, ours, unsigned) if unsigned else []
        if changes.account is not None:
            place = ("mx_account.pickle", login.user_id, login.device_id)
            await connection.execute(
                update(mx_account)
                .where(mx_account.c.id == ours)
                .values(pickle=self._seal(changes.account.pickle, *place), shared=changes.account.shared)
            )
        await upsert(connection, mx_olm_session, [self._olm_row(ours, s) for s in changes.olm_sessions])
        await self._save_megolm(connection, ours, changes.megolm_sessions)
        await upsert(
            connection,
            mx_device,
            [
                {
                    "account_id": ours,
                    "user_id": d.user_id,
                    "device_id": d.device_id,
                    "ed25519": d.ed25519,
                    "curve25519": d.curve25519,
                    "deleted": d.deleted,
                    "signed_by": d.signed_by,
                }
                for d in changes.devices
            ],
        )
        await upsert(
            connection,
            mx_tracked_user,
            [{"account_id": ours, "user_id": user, "outdated": outdated} for user, outdated in changes.tracked],
        )
        for seen in changes.identities:
            event = await observe_identity(connection, seen, now_ms, pinning(seen.user_id))
            if event is not None and on_identity is not None:
                await on_identity(connection, event)
        if unsigned and on_identity is not None:
            pins = await identities(connection, (user for user, _device in unsigned))
            for user, device in unsigned:
                if user in pins and pins[user].state is PinState.PINNED and pins[user].seen_master != NOTHING:
                    await on_identity(connection, IdentityEvent("unsigned-device", user, device, pins[user].how))

    def _olm_row(self, account_id: int, session: OlmSessionRecord) -> dict[str, Any]:
        place = ("mx_olm_session", account_id, session.sender_key, session.session_id)
        return {
            "account_id": account_id,
            "sender_key": session.sender_key,
            "session_id": session.session_id,
            "pickle": self._seal(session.pickle, *place),
            "created_at": session.created_at,
            "used_at": session.used_at,
        }

    async def _save_megolm(
        self, connection: AsyncConnection, account_id: int, sessions: Sequence[MegolmSessionRecord]
    ) -> None:
        if not sessions:
            return
        statement = insert_into(connection, mx_megolm_session)
        # A second copy of a key that starts later would hide the messages before it: the earliest stays.
        statement = statement.on_conflict_do_update(
            index_elements=["account_id", "room_id", "session_id", "sender_key"],
            set_={name: statement.excluded[name] for name in ("ed25519", "first_index", "forwarded", "pickle")},
            where=statement.excluded.first_index < mx_megolm_session.c.first_index,
        )
        rows = [
            {
                "account_id": account_id,
                "room_id": m.room_id,
                "session_id": m.session_id,
                "sender_key": m.sender_key,
                "ed25519": m.ed25519,
                "first_index": m.first_index,
                "forwarded": m.forwarded,
                "pickle": self._seal(m.pickle, "mx_megolm_session", account_id, m.room_id, m.session_id, m.sender_key),
            }
            for m in sessions
        ]
        await connection.execute(statement, rows)


def _aad(place: tuple[object, ...]) -> bytes:
    return "\x1f".join(str(part) for part in place).encode()
