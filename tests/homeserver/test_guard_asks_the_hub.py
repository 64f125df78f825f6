"""The guard asks the hub who may enter: no clear, proven yes is no, and messages pass whatever the hub does (ADR 0022).

Who answers here is told what to say; the hub's own answers are in ``test_question_door.py``.
"""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from aiohttp import web

from hub.homeserver.embedded import EmbeddedHomeserver
from hub.homeserver.provisioning import AdminCredentials, Provisioning
from hub.homeserver.question import PATH, Question
from hub.homeserver.room_templates import room_body
from hub.settings import read_secret
from tests.homeserver.world import CIPHERTEXT, PASSWORD, Account, start_homeserver

pytestmark = pytest.mark.real


Says = Callable[[Question, str], object]


class Hub:
    """A hub that answers as it is told, and remembers what was asked. ``secret``: what it believes is shared."""

    def __init__(self, secret: str) -> None:
        self.secret = secret
        self.says: Says = lambda asked, secret: asked.answer(secret, False)
        self.status = 200
        self.asked: list[Question] = []
        self.seen: list[str] = []
        self.was_asked = asyncio.Event()
        self.may_answer = asyncio.Event()
        self.may_answer.set()

    async def guard(self, request: web.Request) -> web.Response:
        body = await request.read()
        self.seen.append(body.decode() + str(request.headers))
        asked = Question.from_json(body, self.secret)
        assert asked is not None, "whoever asks holds the secret"
        self.asked.append(asked)
        self.was_asked.set()
        await self.may_answer.wait()
        return web.json_response(self.says(asked, self.secret), status=self.status)


@pytest.fixture(scope="module")
def asking(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedHomeserver]:
    folder: Path = tmp_path_factory.mktemp("asking")
    homeserver = start_homeserver(folder, hub_url=f"unix:{folder / 'run' / 'guard.sock'}")
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

    shared = read_secret(asking.options.secrets.guard_question)
    hub = Hub(shared)
    app = web.Application()
    app.router.add_post(PATH, hub.guard)
    runner = web.AppRunner(app)
    await runner.setup()
    assert asking.options.hub_url is not None
    await web.UnixSite(runner, asking.options.hub_url.removeprefix("unix:")).start()

    def yes(asked: Question, secret: str) -> object:
        return asked.answer(secret, True)

    try:
        refusals: dict[str, Says] = {
            "no": lambda asked, secret: asked.answer(secret, False),
            "a no with the word changed": lambda asked, secret: asked.answer(secret, False) | {"allowed": True},
            "a word": lambda asked, secret: asked.answer(secret, True) | {"allowed": "ja"},
            "nothing": lambda asked, secret: {},
            "a list": lambda asked, secret: [],
            "a yes without proof": lambda asked, secret: {"allowed": True},
            "a yes of somebody without the secret": lambda asked, secret: asked.answer("iets anders", True),
            "a yes to an earlier question": lambda asked, secret: hub.asked[0].answer(secret, True),
            "more than anybody says": lambda asked, secret: asked.answer(secret, True) | {"more": "x" * 5000},
        }
        for what, says in refusals.items():
            hub.says = says
            assert await invite(marieke) == 403, what
        hub.says, hub.status = yes, 500
        assert await invite(marieke) == 403, "the hub falters"

        hub.status = 200
        assert await invite(marieke) == 200
        assert await invite(jan) == 200
        assert await join(marieke) == 200
        hub.says = refusals["no"]
        hub.was_asked.clear()
        hub.may_answer.clear()
        joining = asyncio.create_task(join(jan))
        await hub.was_asked.wait()
        message = await marieke.send(room, "m.room.encrypted", CIPHERTEXT, transaction="t0")
        assert message[0] == 200, "a message passes while the hub thinks"
        hub.may_answer.set()
        assert await joining == 403, "consent was withdrawn between invitation and join"

        hub.says = yes
        hub.was_asked.clear()
        hub.may_answer.clear()
        assert await join(jan) == 403, "a hub that thinks for ever is no yes"
        hub.may_answer.set()
    finally:
        await runner.cleanup()

    assert shared not in "".join(hub.seen), "the secret itself never travels"
    assert len({asked.nonce for asked in hub.asked}) == len(hub.asked), "each question is new"
    last = hub.asked[-1]
    assert (last.question, last.room_id, last.user_id, last.sender) == ("join", room, jan.user_id, jan.user_id)
    assert (await marieke.send(room, "m.room.encrypted", CIPHERTEXT, transaction="t1"))[0] == 200
    assert await join(jan) == 403, "the hub is away again"
    assert (await jan.call("POST", f"{path}/leave", {}))[0] == 200
