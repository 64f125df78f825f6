"""What was said before the process died: the ledger names the key of the copy that was kept, on nobody's bare word.

Fictional: Marieke Bos (GP) hears the bot.
"""

import json

from aiohttp import web

from bots.runtime.untrusted import JsonObject
from hub.adapters.encryption import KeyVault
from hub.adapters.sql.database import Database
from tests.runtime.scripted import BOT, ScriptedBot, scripted_bot

ROOM = "!kamer"


class Kept:
    """A homeserver that keeps what is said. ``shows``: transaction → the one whose event it shows instead."""

    def __init__(self, bot: ScriptedBot) -> None:
        self.bot = bot
        self.events: dict[str, JsonObject] = {}
        self.shows: dict[str, str] = {}

    def serve(self, request: web.Request) -> web.StreamResponse | None:
        if request.path.endswith("/keys/claim"):
            (device,) = self.bot.client.keeper.machine.devices.active_of("@marieke:kring.test")
            return web.json_response(self.bot.server.office.show_key(device))
        if "/event/" in request.path:
            name = request.path.rpartition("/")[2].lstrip("$")
            shown = self.events[self.shows.get(name, name)]
            return web.json_response({**shown, "event_id": f"${name}"})
        return None

    async def says(self, body: str, name: str, *, again: bool = False) -> tuple[str, int]:
        """What the ledger gets: (session, index)."""
        client = self.bot.client
        put = client.http.send_event

        async def keep(room_id: str, kind: str, txn_id: str, content: JsonObject) -> str:
            event = {"type": kind, "room_id": room_id, "sender": BOT, "origin_server_ts": 1, "content": content}
            self.events.setdefault(txn_id, json.loads(json.dumps(event)))
            return f"${txn_id}"

        client.http.send_event = keep  # type: ignore[method-assign,assignment]
        content = {"msgtype": "m.notice", "body": body}
        sent = await client.sender.send(ROOM, content, {BOT, "@marieke:kring.test"}, name, again=again)
        client.http.send_event = put  # type: ignore[method-assign]
        return sent.session_id, sent.message_index


async def test_a_repeat_is_booked_under_the_key_of_the_first_and_never_under_that_of_another_message(
    database: Database, vault: KeyVault
) -> None:
    async with scripted_bot(database, vault) as bot:
        kept = Kept(bot)
        bot.server.misbehave = kept.serve
        first = await kept.says("De medicatie is aangepast.", "een")
        other = await kept.says("Goedemorgen.", "twee")
        assert first != other
        assert await kept.says("De medicatie is aangepast.", "een", again=True) == first
        kept.shows["een"] = "twee"
        assert await kept.says("De medicatie is aangepast.", "een", again=True) == ("", -1)
