"""The guard asks the hub who may enter: no clear yes is no, and messages pass whatever the hub does."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from aiohttp import web

from hub.homeserver.embedded import EmbeddedHomeserver
from hub.homeserver.provisioning import AdminCredentials, Provisioning
from hub.homeserver.room_templates import room_body
from hub.settings import read_secret
from tests.homeserver.world import CIPHERTEXT, PASSWORD, Account, free_port, start_homeserver

pytestmark = pytest.mark.real


class Hub:
    """A hub that answers as it is told, and remembers what was asked."""

    def __init__(self) -> None:
        self.answer: object = None
        self.status = 200
        self.asked: list[tuple[str | None, dict[str, Any]]] = []
        self.was_asked = asyncio.Event()
        self.may_answer = asyncio.Event()
        self.may_answer.set()

    async def guard(self, request: web.Request) -> web.Response:
        self.asked.append((request.headers.get("Authorization"), await request.json()))
        self.was_asked.set()
        await self.may_answer.wait()
        return web.json_response(self.answer, status=self.status)


@pytest.fixture(scope="module")
def asking(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedHomeserver]:
    folder: Path = tmp_path_factory.mktemp("asking")
    homeserver = start_homeserver(folder, hub_url=f"http://127.0.0.1:{free_port()}/guard")
    yield homeserver
    asyncio.run(homeserver.stop())


async def test_nobody_enters_without_a_yes_of_the_hub_and_messages_always_pass(asking: EmbeddedHomeserver) -> None:
    secret = asking.registration_shared_secret
    credentials = AdminCredentials(asking.options.secrets.folder, registration_secret=secret)
    accounts = {}
    async with Provisioning(asking.base_url, asking.options.server_name, credentials) as provisioning:
        for localpart in ("poortwachter", "k1a2b3c41", "k1a2b3c42"):
            user_id = await provisioning.ensure_account(localpart, PASSWORD, localpart)
            token = await provisioning.login(localpart, PASSWORD, "TELEFOON", "test")
            accounts[localpart] = Account(asking.base_url, user_id, token)
    gatekeeper, marieke, jan = accounts.values()
    room = await gatekeeper.make_room(room_body("Kring 7F3K · kring"))
    path = f"/rooms/{quote(room)}"

    async def invite(somebody: Account) -> int:
        return (await gatekeeper.call("POST", f"{path}/invite", {"user_id": somebody.user_id}))[0]

    async def join(somebody: Account) -> int:
        return (await somebody.call("POST", f"{path}/join", {}))[0]

    assert await invite(marieke) == 403, "the hub is away"

    hub = Hub()
    app = web.Application()
    app.router.add_post("/guard", hub.guard)
    runner = web.AppRunner(app)
    await runner.setup()
    assert asking.options.hub_url is not None
    await web.TCPSite(runner, "127.0.0.1", int(asking.options.hub_url.split(":")[2].split("/")[0])).start()
    try:
        refusals: list[object] = [{"allowed": False}, {"allowed": "ja"}, {}, []]
        for no in refusals:
            hub.answer = no
            assert await invite(marieke) == 403, no
        hub.answer, hub.status = {"allowed": True}, 500
        assert await invite(marieke) == 403, "the hub falters"

        hub.status = 200
        assert await invite(marieke) == 200
        assert await invite(jan) == 200
        assert await join(marieke) == 200
        hub.answer = {"allowed": False}
        hub.was_asked.clear()
        hub.may_answer.clear()
        joining = asyncio.create_task(join(jan))
        await hub.was_asked.wait()
        message = await marieke.send(room, "m.room.encrypted", CIPHERTEXT, transaction="t0")
        assert message[0] == 200, "a message passes while the hub thinks"
        hub.may_answer.set()
        assert await joining == 403, "consent was withdrawn between invitation and join"
    finally:
        await runner.cleanup()

    bearer = f"Bearer {read_secret(asking.options.secrets.guard_question)}"
    assert {header for header, _ in hub.asked} == {bearer}
    assert hub.asked[-1][1] == {
        "question": "join",
        "room_id": room,
        "user_id": jan.user_id,
        "sender": jan.user_id,
    }
    assert (await marieke.send(room, "m.room.encrypted", CIPHERTEXT, transaction="t1"))[0] == 200
    assert await join(jan) == 403, "the hub is away again"
    assert (await jan.call("POST", f"{path}/leave", {}))[0] == 200
