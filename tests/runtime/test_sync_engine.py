"""What was said is heard, in order and once, whatever /sync leaves out, repeats or forgets (I1, I2; F13, F21, N10)."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncConnection

from bots.runtime.sync_response import Invite
from bots.runtime.untrusted import JsonObject
from hub.adapters.encryption import KeyVault
from hub.adapters.sql.database import Database
from hub.adapters.sql.matrix_records import Gap
from hub.domain.errors import DeliveryDelayed
from tests.runtime.scripted import BOT, ScriptedBot, scripted_bot

ROOM, OTHER = "!kamer", "!andere"


class Told(list[tuple[str, str | None]]):
    """What was told about gaps: (room, why), or (room, None) when one was filled after all."""

    async def __call__(self, connection: AsyncConnection, gap: Gap, code: str | None) -> None:
        self.append((gap.room_id, code))


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
async def bot(database: Database, vault: KeyVault, told: Told) -> AsyncIterator[ScriptedBot]:
    async with scripted_bot(database, vault, told) as bot:
        bot.client.engine._most = bot.client.engine._limit = 10
        yield bot


def refuse(status: int, errcode: str, word: str = "messages") -> "object":
    def misbehave(request: web.Request) -> web.Response | None:
        return web.json_response({"errcode": errcode}, status=status) if word in request.path else None

    return misbehave


async def catch_up(bot: ScriptedBot) -> None:
    for _ in range(10):
        await bot.client.sync_once()


async def test_a_long_absence_is_heard_in_order_while_other_rooms_go_on(bot: ScriptedBot) -> None:
    said = [f"Bericht {number}" for number in range(450)]
    for text in said:
        bot.hears(bot.marieke, text, ROOM)
    await bot.client.engine.step()
    assert await bot.gaps() == {ROOM: "open"}
    bot.hears(bot.marieke, "In de andere kamer", OTHER)
    await bot.client.engine.step()
    while await bot.client.inbox.work_off():
        continue
    assert bot.bodies == ["In de andere kamer"]

    await catch_up(bot)

    assert bot.bodies[1:] == said
    assert await bot.gaps() == {}


async def test_what_comes_while_a_gap_is_filled_waits_for_it_also_across_a_restart(bot: ScriptedBot) -> None:
    said = [f"Bericht {number}" for number in range(900)]
    for text in said[:440]:
        bot.hears(bot.marieke, text, ROOM)
    await bot.client.engine.step()
    assert await bot.client.gaps.turn() == 1
    await bot.client.stop()

    await bot.start()
    bot.client.engine._most = bot.client.engine._limit = 10
    for text in said[440:880]:
        bot.hears(bot.marieke, text, ROOM)
    await bot.client.engine.step()
    for text in said[880:]:
        bot.hears(bot.marieke, text, ROOM)
        await bot.client.engine.step()
    await catch_up(bot)

    assert bot.bodies == said
    assert set((await bot.endings()).values()) == {"done"}


async def test_what_the_homeserver_refuses_to_show_is_said_to_be_missing_and_keeps_nobody_waiting(
    bot: ScriptedBot, told: Told
) -> None:
    for number in range(30):
        bot.hears(bot.marieke, f"Bericht {number}", ROOM)
    bot.server.misbehave = refuse(403, "M_FORBIDDEN")  # type: ignore[assignment]
    await catch_up(bot)

    assert await bot.gaps() == {ROOM: "stuck:gap-forbidden"}
    assert told == [(ROOM, "gap-forbidden")]
    assert bot.bodies == [f"Bericht {number}" for number in range(20, 30)]
    assert bot.server.asked["messages"] == 1


async def test_what_was_missing_is_heard_after_all_when_the_homeserver_shows_it_later(
    bot: ScriptedBot, told: Told
) -> None:
    clock = [1_790_000_000_000]
    bot.client.storage._clock_ms = lambda: clock[0]  # type: ignore[attr-defined]
    for number in range(30):
        bot.hears(bot.marieke, f"Bericht {number}", ROOM)
    bot.server.misbehave = lambda request: web.Response(status=500) if "messages" in request.path else None
    for _ in range(8):
        await catch_up(bot)
        clock[0] += 31_000
    assert await bot.gaps() == {ROOM: "stuck:server-away"}
    assert bot.bodies == [f"Bericht {number}" for number in range(20, 30)]

    bot.server.misbehave = lambda _request: None
    bot.client.http.breaker.succeeded()
    clock[0] += 86_400_000
    await catch_up(bot)

    assert sorted(bot.bodies) == sorted(f"Bericht {number}" for number in range(30))
    assert told == [(ROOM, "server-away"), (ROOM, None)]


@pytest.mark.parametrize("lie", ["same-end", "circle", "no-chunk"])
async def test_a_homeserver_that_leads_us_round_in_circles_is_left_alone(bot: ScriptedBot, lie: str) -> None:
    for number in range(500):
        bot.hears(bot.marieke, f"Bericht {number}", ROOM)
    turns = iter(range(1_000_000))

    def misbehave(request: web.Request) -> web.Response | None:
        if "messages" not in request.path:
            return None
        end = {"same-end": request.query["from"], "circle": f"c{next(turns) % 2}", "no-chunk": "x"}[lie]
        chunk: object = [] if lie == "no-chunk" else [bot.server._stream[1][1]]
        return web.json_response({"chunk": {} if lie == "no-chunk" else chunk, "end": end})

    bot.server.misbehave = misbehave
    clock = [1_790_000_000_000]
    bot.client.storage._clock_ms = lambda: clock[0]  # type: ignore[attr-defined]
    for _ in range(8):
        await catch_up(bot)
        clock[0] += 31_000

    assert bot.server.asked["messages"] <= 8
    assert (await bot.gaps())[ROOM].startswith("stuck:page-")
    assert bot.bodies[-10:] == [f"Bericht {number}" for number in range(490, 500)]


async def test_a_gap_without_an_end_is_filled_up_to_now(bot: ScriptedBot) -> None:
    for number in range(30):
        bot.hears(bot.marieke, f"Bericht {number}", ROOM)

    def without_prev_batch(answer: JsonObject) -> JsonObject:
        for room in answer["rooms"]["join"].values():
            room["timeline"].pop("prev_batch")
        return answer

    bot.server.rewrite = without_prev_batch
    await catch_up(bot)
    assert sorted(bot.bodies) == sorted(f"Bericht {number}" for number in range(30))
    assert set((await bot.endings()).values()) == {"done"}


@pytest.mark.parametrize("back", [1, 2, 5])
async def test_an_answer_that_comes_twice_changes_nothing(bot: ScriptedBot, back: int) -> None:
    tokens = []
    for number in range(60):
        bot.hears(bot.marieke, f"Bericht {number}", ROOM)
        if number % 12 == 11:
            tokens.append(bot.client.engine.next_batch)
            await bot.client.sync_once()
    bot.client.engine.next_batch = tokens[-back]
    await catch_up(bot)
    assert bot.bodies == [f"Bericht {number}" for number in range(60)]


async def test_an_event_id_that_comes_again_with_other_content_is_counted_and_the_first_stays(bot: ScriptedBot) -> None:
    first = bot.hears(bot.marieke, "Geef 10 mg", ROOM)
    await bot.client.sync_once()
    second = bot.marieke.say("Geef 100 mg", room_id=ROOM)
    bot.server.put(ROOM, {**second, "event_id": first["event_id"]})
    await catch_up(bot)
    assert bot.bodies == ["Geef 10 mg"]
    assert (await bot.dropped())["event-differs"] == 1


async def test_a_restart_asks_for_what_is_new_and_not_for_everything(bot: ScriptedBot) -> None:
    bot.server.join(ROOM, bot.marieke.user_id)
    bot.hears(bot.marieke, "Voor de herstart", ROOM)
    await bot.client.sync_once()
    await bot.client.stop()
    bot.server.syncs.clear()

    await bot.start()
    bot.hears(bot.marieke, "Na de herstart", ROOM)
    await bot.client.sync_once()

    assert bot.bodies == ["Voor de herstart", "Na de herstart"]
    assert bot.server.syncs
    assert all("since" in asked and "full_state" not in asked for asked in bot.server.syncs)


async def test_a_position_that_the_homeserver_does_not_know_any_more_heals_and_loses_nothing(bot: ScriptedBot) -> None:
    """As after a homeserver was put back from a backup."""
    bot.server.join(ROOM, bot.marieke.user_id)
    bot.hears(bot.marieke, "Eerste", ROOM)
    await bot.client.sync_once()
    for number in range(30):
        bot.hears(bot.marieke, f"Bericht {number}", ROOM)

    def forgotten(request: web.Request) -> web.Response | None:
        if request.query.get("since") == bot.client.engine.next_batch != "s32":
            return web.json_response({"errcode": "M_UNKNOWN", "error": "Invalid token"}, status=400)
        return None

    bot.server.misbehave = forgotten
    for _ in range(3):
        with pytest.raises(Exception, match="400"):
            await bot.client.sync_once()
    await catch_up(bot)

    assert bot.bodies == ["Eerste", *(f"Bericht {number}" for number in range(30))]
    assert (await bot.client.members(ROOM))[BOT] == "join"


async def test_an_answer_too_large_to_hold_is_asked_for_in_smaller_parts(
    bot: ScriptedBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bots.runtime.transport.LONGEST_ANSWER", 6000)
    for number in range(12):
        bot.hears(bot.marieke, f"Bericht {number}", ROOM)
    bot.client.engine._most = bot.client.engine._limit = 50
    monkeypatch.setattr("bots.runtime.gaps.PAGE", 4)
    bot.server._mail.clear()  # the key of the room is a large one
    for _ in range(4):
        try:
            await bot.client.sync_once()
        except DeliveryDelayed:
            continue
    assert len(await bot.endings()) == 12
    limits = [json.loads(asked["filter"])["room"]["timeline"]["limit"] for asked in bot.server.syncs]
    assert limits[1:4] == [50, 12, 3]


async def test_an_invitation_that_could_not_be_answered_is_answered_later(bot: ScriptedBot) -> None:
    answered: list[str] = []

    async def busy_at_first(invite: Invite) -> None:
        answered.append(invite.room_id)
        if len(answered) == 1:
            raise DeliveryDelayed("weg", timedelta(seconds=1))

    bot.client.engine._on_invite = busy_at_first
    invite = {
        "type": "m.room.member",
        "state_key": BOT,
        "sender": "@poortwachter:kring.test",
        "content": {"membership": "invite"},
    }
    shown = {"!nieuw": {"invite_state": {"events": [invite]}}}
    bot.server.rewrite = lambda answer: {**answer, "rooms": {"invite": shown}}
    with pytest.raises(DeliveryDelayed):
        await bot.client.engine.step()
    bot.server.rewrite = lambda answer: answer
    await bot.client.engine.step()
    await bot.client.engine.step()
    assert answered == ["!nieuw", "!nieuw"]


async def test_told_to_stop_the_bot_leaves_the_long_poll_and_finishes_the_rest(bot: ScriptedBot) -> None:
    running = asyncio.ensure_future(bot.client.run())
    bot.hears(bot.marieke, "Nog net", ROOM)
    await bot.mailbox.take(lambda message: message.body == "Nog net")
    bot.client.finish()
    await asyncio.wait_for(running, 60)
    assert set((await bot.endings()).values()) == {"done"}


class PanicException(BaseException):
    """As a panic of Rust arrives in Python."""


@pytest.mark.parametrize("crash", [PanicException, RuntimeError])
async def test_a_crash_in_the_crypto_library_costs_one_event_and_not_the_bot(
    bot: ScriptedBot, crash: type[BaseException], monkeypatch: pytest.MonkeyPatch
) -> None:
    machine = bot.client.keeper.machine
    bad = bot.hears(bot.marieke, "!pijn 9", ROOM)
    decrypt, receive = machine.decrypt, machine._olm.decrypt

    def decrypt_or_crash(envelope: JsonObject) -> object:
        if envelope.get("event_id") == bad["event_id"]:
            raise crash
        return decrypt(envelope)

    def receive_or_crash(sender: str, *more: object) -> object:
        if sender == "@kees:kring.test":
            raise crash
        return receive(sender, *more)

    monkeypatch.setattr(machine, "decrypt", decrypt_or_crash)
    monkeypatch.setattr(machine._olm, "decrypt", receive_or_crash)
    content = {
        "algorithm": "m.olm.v1.curve25519-aes-sha2",
        "sender_key": bot.marieke.machine.curve25519,
        "ciphertext": {machine.curve25519: {"type": 1, "body": "AwogAAAA"}},
    }
    bot.server.post({"type": "m.room.encrypted", "sender": "@kees:kring.test", "content": content})
    bot.hears(bot.marieke, "Daarna", ROOM)
    await bot.client.sync_once()
    assert bot.bodies == ["Daarna"]
    assert (await bot.endings())[str(bad["event_id"])] == "refused:malformed"
    assert sum((await bot.dropped()).values()) == 1


async def test_what_nobody_can_handle_ends_in_quarantine_also_when_it_cannot_be_told(bot: ScriptedBot) -> None:
    async def broken(*_anything: object) -> None:
        raise ValueError("poison")

    poison = bot.hears(bot.marieke, "gif", ROOM)
    said = [bot.hears(bot.marieke, f"Bericht {number}", f"!kamer{number}") for number in range(40)]
    on_message = bot.mailbox.on_message

    async def fussy(message: object, connection: object) -> object:
        if message.body == "gif":  # type: ignore[attr-defined]
            raise ValueError("poison")
        return await on_message(message, connection)  # type: ignore[arg-type]

    bot.mailbox.on_message = fussy  # type: ignore[method-assign, assignment]
    bot.mailbox.on_refused = broken  # type: ignore[method-assign, assignment]
    await bot.client.engine.step()
    began = time.process_time()
    await bot.client.inbox.work_off()
    assert len(bot.bodies) == len(said), "all others are done after the first try of the bad one"
    assert time.process_time() - began <= 10.0
    while await bot.client.inbox.work_off():
        continue
    assert (await bot.endings())[str(poison["event_id"])] == "quarantined:quarantined"
