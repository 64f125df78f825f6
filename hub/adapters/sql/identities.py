"""The identities of people and their emoji verifications, in the tables that bots and portal share."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.engine import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.adapters.sql.matrix_tables import mx_device, mx_identity, mx_verification
from hub.application.identity_ports import EmojiVerification, VerificationState
from hub.domain import identity as rules
from hub.domain.identity import IdentityEvent, IdentitySeen, PinnedIdentity, Pinning, PinState

_CHUNK = 500
# Put together once: asked for every message.
_IDENTITIES = select(mx_identity).where(mx_identity.c.user_id.in_(bindparam("users", expanding=True)))


async def identities(connection: AsyncConnection, user_ids: Iterable[str]) -> dict[str, PinnedIdentity]:
    """The pins of these people; who was never seen is absent."""
    wanted = sorted(set(user_ids))
    found: dict[str, PinnedIdentity] = {}
    for start in range(0, len(wanted), _CHUNK):
        for i in await connection.execute(_IDENTITIES, {"users": wanted[start : start + _CHUNK]}):
            found[i.user_id] = PinnedIdentity(
                i.user_id, i.pinned_master, i.pinned_at, i.how, PinState(i.state), i.seen_master, i.changed_at
            )
    return found


async def observe_identity(
    connection: AsyncConnection, seen: IdentitySeen, now_ms: int, pinning: Pinning = Pinning.FIRST_USE
) -> IdentityEvent | None:
    """Write down what the server shows; what follows from it is :func:`hub.domain.identity.observe`."""
    known = (await identities(connection, [seen.user_id])).get(seen.user_id)
    after, event = rules.observe(known, seen, now_ms, pinning)
    if after is not None and (after != known or event is not None):
        await _store(connection, after, seen.self_signing_key)
    return event


async def pin_identity(connection: AsyncConnection, seen: IdentitySeen, how: str, now_ms: int) -> None:
    """Pin (again). ``how`` says on whose word."""
    await _store(connection, rules.pinned(seen.master_key, seen.user_id, how, now_ms), seen.self_signing_key)


async def _store(connection: AsyncConnection, identity: PinnedIdentity, self_signing: str | None) -> None:
    row: dict[str, Any] = {
        "user_id": identity.user_id,
        "pinned_master": identity.pinned_master,
        "pinned_at": identity.pinned_at,
        "how": identity.how,
        "state": identity.state.value,
        "seen_master": identity.seen_master,
        "changed_at": identity.changed_at,
    }
    if self_signing is not None:
        row["seen_self_signing"] = self_signing
    if connection.dialect.name == "postgresql":
        upsert: Any = postgresql_insert(mx_identity)
    else:
        upsert = sqlite_insert(mx_identity)
    replaced = {name: upsert.excluded[name] for name in row if name != "user_id"}
    await connection.execute(upsert.on_conflict_do_update(index_elements=["user_id"], set_=replaced), [row])


async def new_unsigned_devices(
    connection: AsyncConnection, account_id: int, devices: Iterable[tuple[str, str]]
) -> list[tuple[str, str]]:
    """Of these (user, device) those that were not there before. Ask before the devices are written."""
    wanted = sorted(set(devices))
    known: set[tuple[str, str]] = set()
    users = sorted({user for user, _device in wanted})
    for start in range(0, len(users), _CHUNK):
        query = select(mx_device.c.user_id, mx_device.c.device_id).where(
            mx_device.c.account_id == account_id,
            mx_device.c.user_id.in_(users[start : start + _CHUNK]),
            mx_device.c.deleted.is_(False),
        )
        known |= {(row.user_id, row.device_id) for row in await connection.execute(query)}
    return [device for device in wanted if device not in known]


class SqlIdentities:
    """Answers the ``Identities`` port."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def of(self, user_ids: Iterable[str]) -> dict[str, PinnedIdentity]:
        return await identities(self._connection, user_ids)

    async def pin(self, user_id: str, master_key: str, how: str, at: datetime) -> bool:
        """Pin what was seen last, if that is still ``master_key``. What was seen stays as it is."""
        changed = await self._connection.execute(
            update(mx_identity)
            .where(
                mx_identity.c.user_id == user_id,
                mx_identity.c.seen_master == master_key,
                mx_identity.c.seen_master != rules.NOTHING,
            )
            .values(
                pinned_master=master_key,
                pinned_at=_ms(at),
                how=how,
                state=PinState.PINNED.value,
                changed_at=None,
            )
        )
        return changed.rowcount == 1

    # Emoji verifications.

    async def verification(self, transaction_id: str) -> EmojiVerification | None:
        query = select(mx_verification).where(mx_verification.c.transaction_id == transaction_id)
        row = (await self._connection.execute(query)).first()
        return None if row is None else _verification(row)

    async def open_verifications(self, user_ids: Iterable[str] | None = None) -> list[EmojiVerification]:
        query = select(mx_verification).where(mx_verification.c.ended_at.is_(None))
        if user_ids is not None:
            query = query.where(mx_verification.c.user_id.in_(sorted(set(user_ids))))
        rows = await self._connection.execute(query.order_by(mx_verification.c.started_at))
        return [_verification(row) for row in rows]

    async def add_verification(self, verification: EmojiVerification) -> None:
        await self._connection.execute(mx_verification.insert().values(**_row(verification)))

    async def save_verification(self, verification: EmojiVerification) -> None:
        await self._connection.execute(
            update(mx_verification)
            .where(mx_verification.c.transaction_id == verification.transaction_id)
            .values(**_row(verification))
        )

    async def answer_verification(self, transaction_id: str, state: VerificationState, by: str) -> bool:
        """The one answer of a human to a comparison that is open; False when it is not open any more."""
        changed = await self._connection.execute(
            update(mx_verification)
            .where(
                mx_verification.c.transaction_id == transaction_id,
                mx_verification.c.state == VerificationState.COMPARING.value,
                mx_verification.c.ended_at.is_(None),
            )
            .values(state=state.value, confirmed_by=by)
        )
        return changed.rowcount == 1


def _row(verification: EmojiVerification) -> dict[str, Any]:
    symbols = ",".join(map(str, verification.emoji)) + ";" + ",".join(map(str, verification.decimals))
    return {
        "transaction_id": verification.transaction_id,
        "user_id": verification.user_id,
        "room_id": verification.room_id,
        "state": verification.state.value,
        "emoji": symbols if len(symbols) > 1 else None,
        "master_key": verification.master_key,
        "started_at": _ms(verification.started_at),
        "ended_at": None if verification.ended_at is None else _ms(verification.ended_at),
        "confirmed_by": verification.confirmed_by,
        "code": verification.code,
    }


def _verification(row: Row[Any]) -> EmojiVerification:
    emoji, _, decimals = (row.emoji or "").partition(";")
    return EmojiVerification(
        transaction_id=row.transaction_id,
        user_id=row.user_id,
        room_id=row.room_id,
        state=VerificationState(row.state),
        started_at=_moment(row.started_at),
        emoji=_numbers(emoji),
        decimals=_numbers(decimals),
        master_key=row.master_key,
        ended_at=None if row.ended_at is None else _moment(row.ended_at),
        confirmed_by=row.confirmed_by,
        code=row.code,
    )


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(",") if part)


def _ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)


def _moment(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC)
