"""mautrix-python with its SQL store for keys. ``… URL USER STORE TIMELINE_LIMIT``; runs in the peers' environment.

It decrypts as mautrix's own bridges do: while the room key of a message is still being taken in (mautrix does that at
the same time), it waits for the key. By itself the client would drop the message.
"""

import asyncio
import sys

from mautrix.client import Client
from mautrix.client.encryption_manager import DecryptionDispatcher
from mautrix.client.state_store import MemoryStateStore
from mautrix.crypto import OlmMachine, PgCryptoStore
from mautrix.crypto import StateStore as CryptoStateStore
from mautrix.errors import SessionNotFound
from mautrix.types import EventType, Filter, Membership, RoomEventFilter, RoomFilter
from mautrix.util.async_db import Database

from tests.bench.company.desk import Desk, say


class _State(MemoryStateStore, CryptoStateStore):
    """Who is in which room, in memory, as stock nio has it."""

    async def find_shared_rooms(self, user_id: str) -> list[str]:
        return [room for room, members in self.members.items() if user_id in members and self.encryption.get(room)]


async def main(url: str, user: str, store: str, limit: str) -> None:
    password, desk = sys.stdin.readline().strip(), Desk()
    crypto_db = Database.create(f"sqlite:///{store}/crypto.db", upgrade_table=PgCryptoStore.upgrade_table)
    await crypto_db.start()
    keys, state = PgCryptoStore(user, "a pickle key of this bench", crypto_db), _State()
    client = Client(user, base_url=url, sync_store=keys, state_store=state)
    await client.login(password=password, device_name="mautrix")
    await keys.put_device_id(client.device_id)
    machine = OlmMachine(client, keys, state)
    await machine.load()
    client.crypto = machine
    await machine.share_keys()
    asked = Filter(room=RoomFilter(timeline=RoomEventFilter(limit=int(limit))))

    async def accept(event: object) -> None:
        if event.content.membership is Membership.INVITE and event.state_key == user:
            await client.join_room(event.room_id)

    async def listen(event: object) -> None:
        desk.miss(event.event_id)
        try:
            await machine.decrypt_megolm_event(event)
        except SessionNotFound as error:
            # Between the two looks the key may have come, and then nobody says so any more.
            known = await keys.has_group_session(event.room_id, error.session_id)
            if not known and not await machine.wait_for_session(event.room_id, error.session_id, timeout=5):
                return
            await machine.decrypt_megolm_event(event)
        desk.hear(event.event_id)
        desk.look()

    client.add_event_handler(EventType.ROOM_MEMBER, accept)
    client.remove_dispatcher(DecryptionDispatcher)
    client.add_event_handler(EventType.ROOM_ENCRYPTED, listen)

    async def go() -> None:
        client.start(asked)

    async def pause() -> None:
        client.stop()
        await asyncio.sleep(0.2)

    await go()
    say("ready", device=client.device_id)
    await desk.serve(pause, go)
    await pause()
    await client.api.session.close()
    await crypto_db.stop()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
