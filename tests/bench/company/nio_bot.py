"""Stock matrix-nio with its default store, as its examples use it. ``… URL USER STORE [TIMELINE_LIMIT]``.

Without a limit it asks as it does by itself; what a limited timeline leaves out is then gone.
"""

import asyncio
import sys
from typing import Any

from nio import AsyncClient, InviteMemberEvent, LoginResponse, MatrixRoom, MegolmEvent, RoomMessageText

from tests.bench.company.desk import Desk, say


async def main(url: str, user: str, store: str, limit: str = "0") -> None:
    client, desk = AsyncClient(url, user, store_path=store), Desk()
    answer = await client.login(sys.stdin.readline().strip(), device_name="nio")
    if not isinstance(answer, LoginResponse):
        raise SystemExit(str(answer))
    asked: dict[str, Any] | None = {"room": {"timeline": {"limit": int(limit)}}} if int(limit) else None
    await client.sync(full_state=True)
    await client.keys_upload()

    async def accept(room: MatrixRoom, _event: InviteMemberEvent) -> None:
        await client.join(room.room_id)

    def hear(_room: MatrixRoom, event: RoomMessageText) -> None:
        desk.hear(event.event_id)
        desk.look()

    def miss(_room: MatrixRoom, event: MegolmEvent) -> None:
        desk.miss(event.event_id)

    client.add_event_callback(accept, InviteMemberEvent)
    client.add_event_callback(hear, RoomMessageText)
    client.add_event_callback(miss, MegolmEvent)
    syncing: asyncio.Task[None] | None = None

    async def go() -> None:
        nonlocal syncing
        syncing = asyncio.create_task(client.sync_forever(timeout=30_000, sync_filter=asked))

    async def pause() -> None:
        if syncing is not None:
            syncing.cancel()
            await asyncio.gather(syncing, return_exceptions=True)

    await go()
    say("ready", device=client.device_id)
    await desk.serve(pause, go)
    await pause()
    await client.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
