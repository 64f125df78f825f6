"""The canary asks in its own room and nowhere else, and what is ready depends on what it heard last."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bots.canary.answering import QUESTION, CanaryAnswers
from bots.runtime.trust import TrustedMessage
from hub.adapters.sql.canary import (
    ROOM,
    CanaryResult,
    Exchange,
    Stage,
    read_answer,
    read_question,
    write_result,
    write_setting,
)
from hub.adapters.sql.database import Database
from hub.adapters.sql.leases import Candidate
from hub.adapters.sql.matrix_records import InboxState
from hub.adapters.sql.vital_signs import BEAT, counts, signs
from hub.health import CANARY_GRACE, Health
from tests.stories.room import RecordingSender, hub_on
from tests.world import World

CANARY, BOT = "@kanarie:kring.test", "@dossier:kring.test"
CAGE = "!kooi"
NONCE = "0123456789abcdef" * 2


def said(sender: str = CANARY, room: str = CAGE, kind: str = QUESTION, **content: Any) -> TrustedMessage:
    return TrustedMessage(
        event_id="$vraag",
        room_id=room,
        sender=sender,
        device_id="KANARIE",
        type=kind,
        content=content or {"nonce": NONCE},
        origin_server_ts=0,
        reply_to=None,
        reply_is_sealed=False,
        is_edit=False,
        thread_root=None,
        session_id="sessie",
        message_index=0,
    )


@pytest.fixture
async def answers(world: World) -> CanaryAnswers:
    async with world.database.transaction() as connection:
        await write_setting(connection, ROOM, CAGE)
    return CanaryAnswers(world.database, CANARY, BOT)


async def hears(answers: CanaryAnswers, database: Database, message: TrustedMessage) -> InboxState | None:
    async with database.transaction() as connection:
        state = await answers.hear(message, connection)
    answers.settled()
    return state


async def question(database: Database) -> Exchange | None:
    async with database.reading() as connection:
        return await read_question(connection)


async def test_what_anybody_else_says_is_not_the_canarys_affair(world: World, answers: CanaryAnswers) -> None:
    assert await hears(answers, world.database, said(sender="@k1a2b3c4:kring.test")) is None
    assert await question(world.database) is None


@pytest.mark.parametrize(
    "message",
    [
        said(room="!teamkamer"),
        said(kind="m.room.message", msgtype="m.text", body="!dossier"),
        said(nonce="pijn 8 in de nacht"),
        said(nonce=NONCE.upper()),
        said(nonce=12),
        said(nonce={"a": NONCE}),
        said(body="!help"),
    ],
    ids=["elsewhere", "a command", "words", "capitals", "a number", "an object", "nothing"],
)
async def test_an_account_of_the_canary_that_says_something_else_is_refused(
    world: World, answers: CanaryAnswers, message: TrustedMessage
) -> None:
    assert await hears(answers, world.database, message) is InboxState.REFUSED
    assert await question(world.database) is None


async def test_a_question_is_answered_once_under_its_own_transaction(world: World, answers: CanaryAnswers) -> None:
    sender, stop = RecordingSender(), asyncio.Event()
    assert await hears(answers, world.database, said()) is InboxState.DONE
    assert await question(world.database) == Exchange(NONCE, "$vraag")
    answering = asyncio.create_task(answers.run(sender, stop))
    async with asyncio.timeout(60):
        answered = None
        while answered is None:
            async with world.database.reading() as connection:
                answered = await read_answer(connection)
    assert answered == Exchange(NONCE, "$sent-kanarie-vraag")
    assert sender.sent == [(CAGE, {"nonce": NONCE}, frozenset({CANARY, BOT}), "kanarie-vraag")]
    answering.cancel()

    # The next process finds the question answered.
    again = CanaryAnswers(world.database, CANARY, BOT)
    later = asyncio.create_task(again.run(sender, stop))
    await asyncio.wait({later}, timeout=0.2)
    later.cancel()
    assert len(sender.sent) == 1


async def beats(world: World) -> None:
    async with world.database.transaction() as connection:
        await write_setting(connection, BEAT, str(world.clock().timestamp()))


async def sings(world: World, *, ok: bool = True, fence: int = 1, **more: Any) -> None:
    at = world.clock().timestamp()
    async with world.database.transaction() as connection:
        result = CanaryResult(at, ok=ok, fence=fence, ok_at=at if ok else None, milliseconds=150)
        await write_result(connection, result if ok else CanaryResult(at, ok=False, fence=fence, **more))


async def test_ready_is_a_good_round_of_this_process_not_long_ago(world: World, tmp_path: Path) -> None:
    hub = hub_on(world.database, world.vault, world, tmp_path)
    health = Health(hub)
    lease = await Candidate(world.database, BOT).attempt()
    assert lease is not None

    async def canary() -> dict[str, Any]:
        return (await health.checks())["canary"]

    assert (await canary())["code"] == "not-yet"
    await beats(world)
    await sings(world)
    checks = await health.checks()
    assert (checks["bots"]["ok"], checks["canary"]["ok"], checks["canary"]["ms"]) == (True, True, 150)
    assert not checks["homeserver"]["ok"], "nothing listens there"

    world.clock.pass_by(seconds=2 * hub.settings.canary_interval + CANARY_GRACE)
    assert (await canary())["ok"]
    assert not (await health.checks())["bots"]["ok"], "no beat since"
    world.clock.pass_by(seconds=1)
    assert not (await canary())["ok"], "too long ago"

    await sings(world, ok=False, stage=Stage.ANSWERED, code="delivery-delayed")
    assert await canary() == {"ok": False, "age": None, "ms": None, "stage": "answered", "code": "delivery-delayed"}
    await sings(world)
    assert (await canary())["ok"]
    await lease.give_back()
    assert await Candidate(world.database, BOT).attempt() is not None
    assert (await canary())["code"] == "not-yet", "who took over must show it for itself"


async def test_what_was_written_by_a_clock_that_has_been_set_back_since_is_no_sign_of_life(
    world: World, tmp_path: Path
) -> None:
    health = Health(hub_on(world.database, world.vault, world, tmp_path))
    assert await Candidate(world.database, BOT).attempt() is not None
    await beats(world)
    await sings(world)
    world.clock.at -= timedelta(hours=1)
    checks = await health.checks()
    assert (checks["bots"]["ok"], checks["canary"]["ok"]) == (False, False)


async def test_figures_name_nobody_and_know_what_they_do_not_know(world: World, tmp_path: Path) -> None:
    health = Health(hub_on(world.database, world.vault, world, tmp_path))
    text = (await health.figures()).decode()
    assert "kring_canary_ok 0.0" in text
    assert "\nkring_canary_round_trip_seconds " not in text, "not known is not zero"
    assert await Candidate(world.database, BOT).attempt() is not None
    await beats(world)
    await sings(world)
    text = (await health.figures()).decode()
    for figure in ("kring_canary_ok 1.0", "kring_canary_round_trip_seconds 0.15", "kring_canary_age_seconds 0.0"):
        assert f"\n{figure}\n" in text
    assert "\nkring_lease_fence 1.0\n" in text
    assert "kring_lease_holder{" in text
    for canary in (world.circle_id, *(person.id for person in world.people.values())):
        assert canary not in text
    async with world.database.reading() as connection:
        assert (await signs(connection, BOT)).canary is not None
        assert (await counts(connection, BOT)).outbox == {}
