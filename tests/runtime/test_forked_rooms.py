"""Two events that follow on the same one: a state block can be older than what the sync before showed.

Seen with Synapse: somebody is removed in the moment in which somebody else speaks. The room as it was for who spoke
still has them; believed, the bot would wait for their removal for ever (ADR 0020).
"""

from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from bots.runtime.untrusted import JsonObject
from hub.adapters.encryption import KeyVault
from hub.adapters.sql.database import Database
from hub.domain.errors import DeliveryDelayed
from tests.runtime.scripted import BOT, ScriptedBot, scripted_bot

ROOM, MARIEKE, SAM = "!kamer", "@marieke:kring.test", "@sam:kring.test"


def member(user: str, membership: str, number: int) -> JsonObject:
    return {
        "type": "m.room.member",
        "state_key": user,
        "sender": "@poortwachter:kring.test",
        "event_id": f"$lid{number}",
        "origin_server_ts": number,
        "content": {"membership": membership},
    }


JOINED = member(SAM, "join", 3)


def older_state(answer: JsonObject) -> JsonObject:
    """As where Marieke's words follow on what came before the removal."""
    for room in answer["rooms"]["join"].values():
        room["state"] = {"events": [JOINED]}
    return answer


def standing(*events: JsonObject, status: int = 200) -> object:
    """The homeserver tells how the room stands now."""

    def answer(request: web.Request) -> web.Response | None:
        if not request.path.endswith("/state"):
            return None
        return web.json_response(list(events) if status == 200 else {"errcode": "M_UNKNOWN"}, status=status)

    return answer


@pytest.fixture
async def bot(database: Database, vault: KeyVault) -> AsyncIterator[ScriptedBot]:
    """In a room with Marieke, from which Sam was just removed."""
    async with scripted_bot(database, vault) as bot:
        for number, user in enumerate((BOT, MARIEKE, SAM), 1):
            bot.server.put(ROOM, member(user, "join", number))
        await bot.client.engine.step()
        bot.server.put(ROOM, member(SAM, "leave", 4))
        await bot.client.engine.step()
        assert (await bot.client.members(ROOM))[SAM] == "leave"
        yield bot


async def test_who_left_is_not_brought_back_by_a_state_block_of_before(bot: ScriptedBot) -> None:
    bot.server.rewrite = older_state
    bot.server.misbehave = standing(member(BOT, "join", 1), member(MARIEKE, "join", 2), member(SAM, "leave", 4))  # type: ignore[assignment]
    bot.hears(bot.marieke, "Tegelijk gezegd", ROOM)
    await bot.client.sync_once()
    assert await bot.client.members(ROOM) == {BOT: "join", MARIEKE: "join", SAM: "leave"}
    assert bot.bodies == ["Tegelijk gezegd"]


async def test_who_did_come_back_is_there(bot: ScriptedBot) -> None:
    bot.server.rewrite = older_state
    bot.server.misbehave = standing(member(SAM, "join", 5))  # type: ignore[assignment]
    bot.hears(bot.marieke, "Sam is er weer", ROOM)
    await bot.client.engine.step()
    assert (await bot.client.members(ROOM))[SAM] == "join"


async def test_a_state_block_that_says_what_we_know_asks_nothing(bot: ScriptedBot) -> None:
    bot.server.put(ROOM, JOINED)
    await bot.client.engine.step()
    bot.server.rewrite = older_state
    bot.hears(bot.marieke, "Niets nieuws", ROOM)
    await bot.client.engine.step()
    assert (await bot.client.members(ROOM))[SAM] == "join"
    assert bot.server.asked["rooms"] == 0


async def test_while_the_homeserver_does_not_say_the_sync_is_not_taken_in(bot: ScriptedBot) -> None:
    bot.server.rewrite = older_state
    bot.server.misbehave = standing(status=503)  # type: ignore[assignment]
    bot.client.http._retry_for = bot.client.http._retry_for * 0
    bot.hears(bot.marieke, "Straks", ROOM)
    before = bot.client.engine.next_batch
    with pytest.raises(DeliveryDelayed):
        await bot.client.engine.step()
    assert bot.client.engine.next_batch == before
    assert (await bot.client.members(ROOM))[SAM] == "leave"


async def test_where_it_refuses_the_block_counts_and_nobody_is_forgotten(bot: ScriptedBot) -> None:
    """Who may be there keeps the bot silent: the safe side (I5)."""
    bot.server.rewrite = older_state
    bot.server.misbehave = standing(status=403)  # type: ignore[assignment]
    bot.hears(bot.marieke, "Geweigerd", ROOM)
    await bot.client.engine.step()
    assert (await bot.client.members(ROOM))[SAM] == "join"
