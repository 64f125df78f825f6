"""Kring's own runtime with its store on disk, and a function that only counts, as the peers have. ``… URL USER STORE``.

Everything that the dossier bot does with a message before it looks for a command: durable inbox, trust, ledger.
"""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncConnection

from bots.runtime.client import MatrixClient
from bots.runtime.inbox import Reaction, RefusedEvent, Withdrawal
from bots.runtime.storage import InboxTransaction, SqlStorage
from bots.runtime.sync_response import Invite
from bots.runtime.trust import TrustedMessage
from hub.adapters.encryption import KeyVault
from hub.adapters.sql.database import Database
from hub.adapters.sql.matrix_records import InboxState
from hub.adapters.sql.schema import migrate
from tests.bench.company.desk import Desk, say


class _Counting(SqlStorage):
    """Counts a message when its transaction is on disk."""

    desk: Desk

    @asynccontextmanager
    async def settling(self) -> AsyncIterator[InboxTransaction]:
        async with super().settling() as transaction:
            yield transaction
        self.desk.look()


class _Ear:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def on_message(self, message: TrustedMessage, connection: AsyncConnection | None) -> InboxState:
        self._desk.hear(message.event_id)
        return InboxState.DONE

    async def on_refused(self, refused: RefusedEvent, connection: AsyncConnection | None) -> None:
        self._desk.miss(refused.event_id)

    async def on_reaction(self, reaction: Reaction, connection: AsyncConnection | None) -> InboxState:
        return InboxState.DONE

    async def on_withdrawn(self, withdrawal: Withdrawal, connection: AsyncConnection | None) -> InboxState:
        return InboxState.DONE


async def main(url: str, user: str, store: str) -> None:
    password, desk = sys.stdin.readline().strip(), Desk()
    database = Database(f"sqlite:///{Path(store) / 'kring.db'}")
    await migrate(database)
    storage = _Counting(database, KeyVault(bytes(range(32))), user)
    storage.desk = desk
    ear = _Ear(desk)

    async def accept(invite: Invite) -> None:
        await client.http.join(invite.room_id)

    client = await MatrixClient.login(
        url, user, password, store=storage, device_name="Kring", handler=ear, on_invite=accept
    )
    await client.bootstrap_cross_signing(password=password)

    async def go() -> None:
        nonlocal client
        opened = await MatrixClient.open(url, storage, handler=ear, on_invite=accept)
        assert opened is not None
        client = opened
        client.start()

    async def pause() -> None:
        await client.stop()

    client.start()
    say("ready", device=client.device_id)
    await desk.serve(pause, go)
    await pause()
    await database.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
