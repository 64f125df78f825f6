"""The peer: a bare echo bot on stock matrix-nio with its default store; no trust, no filing, no audit.

``python -m tests.bench.echo_bot URL USER STORE`` with the password on the first line of stdin. Says ``ready DEVICE``.
"""

import asyncio
import sys

from nio import AsyncClient, InviteMemberEvent, LoginResponse, MatrixRoom, RoomMessageText


async def main(url: str, user: str, store: str) -> None:
    client = AsyncClient(url, user, store_path=store)
    answer = await client.login(sys.stdin.readline().strip(), device_name="echo")
    if not isinstance(answer, LoginResponse):
        raise SystemExit(str(answer))
    await client.sync(full_state=True)
    await client.keys_upload()

    async def accept(room: MatrixRoom, _event: InviteMemberEvent) -> None:
        await client.join(room.room_id)

    async def echo(room: MatrixRoom, event: RoomMessageText) -> None:
        if event.sender != client.user_id:
            content = {
                "msgtype": "m.notice",
                "body": "echo",
                "m.relates_to": {"m.in_reply_to": {"event_id": event.event_id}},
            }
            await client.room_send(room.room_id, "m.room.message", content, ignore_unverified_devices=True)

    client.add_event_callback(accept, InviteMemberEvent)
    client.add_event_callback(echo, RoomMessageText)
    print("ready", client.device_id, flush=True)
    await client.sync_forever(timeout=30_000)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
