"""The hub's own answer to the homeserver: who may enter which room, from the roster of this moment (ADR 0022)."""

import itertools
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from hypothesis import given
from hypothesis import strategies as st

from hub.adapters import clock
from hub.adapters.sql import audit_room, canary
from hub.domain.audit import AuditEvent
from hub.domain.vocabulary import Role
from hub.homeserver.question import PATH, Question
from hub.homeserver.question_door import build_door
from tests.stories.conftest import opened_circle, room
from tests.stories.room import CIRCLE, TEAM, Room
from tests.stories.test_privacy_officer import add

__all__ = ["opened_circle", "room"]

_NUMBERS = itertools.count()
SECRET = "een-geheim-van-minstens-24-tekens"
Door = TestClient[web.Request, web.Application]


@pytest.fixture
async def door(room: Room) -> AsyncIterator[Door]:
    async with TestClient(TestServer(build_door(room.hub, SECRET))) as client:
        yield client


def asked(room: Room, who: str, kind: str = TEAM, question: str = "join", **changes: Any) -> Question:
    user = room.user(who) if who in room.world.people else who
    sender = room.hub.settings.gatekeeper if question == "invite" else user
    fields: dict[str, Any] = {
        "nonce": f"vraag {next(_NUMBERS)}",
        "at": int(room.hub.now().timestamp()),
        "question": question,
        "room_id": room.place(kind),
        "user_id": user,
        "sender": sender,
    }
    return Question(**(fields | changes))


async def says_yes(door: Door, question: Question) -> bool:
    answer = await door.post(PATH, data=question.as_json(SECRET))
    return answer.status == 200 and question.is_allowed(SECRET, await answer.read())


async def refusals(room: Room) -> list[str]:
    return [entry.detail for entry in await room.world.logged(AuditEvent.ENTERING_REFUSED)]


async def test_who_is_on_the_roster_may_be_invited_and_may_join_and_nobody_else(room: Room, door: Door) -> None:
    for question in ("invite", "join"):
        for who, kind in (("carla", TEAM), ("gerda", TEAM), ("anna", CIRCLE), ("pieter", CIRCLE), ("pieter", "space")):
            assert await says_yes(door, asked(room, who, kind, question)), (who, kind)
        for who, kind, why in (
            ("wim", CIRCLE, "not-in-the-circle"),
            ("pieter", TEAM, "not-in-this-room"),
            ("anna", TEAM, "not-in-this-room"),
            ("@vreemd:elders", CIRCLE, "unknown-person"),
        ):
            assert not await says_yes(door, asked(room, who, kind, question)), (who, kind)
            assert (await refusals(room))[-1] == f"{question}:{why}"


async def test_the_answer_changes_with_the_commit_and_is_kept_nowhere(room: Room, door: Door) -> None:
    assert await says_yes(door, asked(room, "ruben"))
    await room.discharge("ruben")
    assert not await says_yes(door, asked(room, "ruben"))
    await room.world.admit("ruben", until=room.world.clock() + timedelta(hours=1))
    assert await says_yes(door, asked(room, "ruben"))
    room.world.clock.pass_by(hours=1)
    assert not await says_yes(door, asked(room, "ruben")), "the period is over, and nobody had to do anything"


async def test_somebodys_own_room_is_theirs_alone(room: Room, door: Door) -> None:
    private = await room.private_room("gerda")
    assert await says_yes(door, asked(room, "gerda", private, "invite"))
    assert not await says_yes(door, asked(room, "carla", private, "invite"))


async def test_the_bots_enter_where_they_belong(room: Room, door: Door) -> None:
    settings = room.hub.settings
    async with room.world.unit() as unit:
        await unit.put_setting(canary.ROOM, "!kanarie:kring.test")
    assert await says_yes(door, asked(room, settings.dossier_bot, TEAM, "invite"))
    assert not await says_yes(door, asked(room, settings.dossier_bot, "space", "invite"))
    assert not await says_yes(door, asked(room, settings.canary, CIRCLE, "invite"))
    own = {"room_id": "!kanarie:kring.test"}
    assert await says_yes(door, asked(room, settings.canary, TEAM, "invite", **own))
    assert not await says_yes(door, asked(room, "carla", TEAM, "invite", **own))


async def test_the_room_of_the_log_is_for_the_privacy_officers_of_this_moment(room: Room, door: Door) -> None:
    await add(room.world, "fatima", Role.PRIVACY_OFFICER, "Fatima", "Aydin")
    own = {"room_id": "!logboek:kring.test"}
    assert not await says_yes(door, asked(room, "fatima", TEAM, "invite", **own)), "no room of the hub"
    async with room.world.unit() as unit:
        await unit.put_setting(audit_room.ROOM, "!logboek:kring.test")
    for question in ("invite", "join"):
        assert await says_yes(door, asked(room, "fatima", TEAM, question, **own))
        assert await says_yes(door, asked(room, room.hub.settings.dossier_bot, TEAM, question, **own))
        assert not await says_yes(door, asked(room, "carla", TEAM, question, **own))
        assert not await says_yes(door, asked(room, "fatima", TEAM, question)), "and in no circle"
    async with room.world.unit() as unit:
        await unit.people.leaves(room.world.id("fatima"), room.world.clock())
    assert not await says_yes(door, asked(room, "fatima", TEAM, **own))


async def test_only_the_gatekeeper_invites_and_only_into_rooms_of_the_hub(room: Room, door: Door) -> None:
    assert not await says_yes(door, asked(room, "gerda", question="invite", sender=room.user("carla")))
    assert not await says_yes(door, asked(room, "gerda", question="invite", room_id="!elders:kring.test"))
    assert not await says_yes(door, asked(room, "gerda", question="knock"))
    assert not await says_yes(door, asked(room, "gerda", sender=room.user("carla")))


async def test_who_left_for_good_enters_nowhere(room: Room, door: Door) -> None:
    async with room.world.unit() as unit:
        await unit.people.leaves(room.world.id("gerda"), room.world.clock())
    assert not await says_yes(door, asked(room, "gerda"))
    assert (await refusals(room))[-1] == "join:has-left"


async def test_a_closed_circle_lets_nobody_in(room: Room, door: Door) -> None:
    async with room.hub.database.transaction() as connection:
        await connection.exec_driver_sql("UPDATE circle SET closed_at = 1")
    assert not await says_yes(door, asked(room, "gerda"))


async def test_a_question_of_somebody_without_the_secret_or_from_before_gets_no_answer(room: Room, door: Door) -> None:
    good = asked(room, "gerda")
    assert await says_yes(door, good)
    for what, body in {
        "again": good.as_json(SECRET),
        "another secret": asked(room, "gerda").as_json("een ander geheim dat er niets mee te maken heeft"),
        "from an hour ago": asked(room, "gerda", at=good.at - 3600).as_json(SECRET),
        "changed on the way": asked(room, "wim").as_json(SECRET).replace(
            room.user("wim").encode(), room.user("gerda").encode()
        ),
        "no json": b"hallo",
        "a list": b"[]",
        "deep": b"[" * 4000,
    }.items():  # fmt: skip
        answer = await door.post(PATH, data=body)
        assert (answer.status, await answer.json()) == (403, {}), what
    assert (await door.post(PATH, data=b"x" * 10_000)).status in {403, 413}
    assert (await door.get(PATH)).status == 405
    assert (await door.post("/dossier", data=b"")).status == 404, "nothing else is served here"


async def test_when_the_roster_cannot_be_read_there_is_no_answer(room: Room, door: Door) -> None:
    async with room.hub.database.transaction() as connection:
        await connection.exec_driver_sql("ALTER TABLE care_relation RENAME TO care_relation_away")
    answer = await door.post(PATH, data=asked(room, "gerda").as_json(SECRET))
    assert answer.status == 503


async def test_a_refusal_names_who_answers_for_the_circle(room: Room, door: Door) -> None:
    assert not await says_yes(door, asked(room, "wim", CIRCLE, "invite"))
    (entry,) = await room.world.logged(AuditEvent.ENTERING_REFUSED)
    assert (entry.responsible_id, entry.initiator) == (room.world.id("carla"), "homeserver")
    assert (entry.object_type, entry.object_id, entry.outcome) == ("person", room.world.id("wim"), 4)


@given(st.binary(max_size=300))
def test_no_bytes_are_a_question_by_chance(body: bytes) -> None:
    assert Question.from_json(body, SECRET) is None


@given(st.text(max_size=20), st.integers(), st.text(max_size=20), st.text(max_size=20), st.booleans())
def test_a_question_and_its_answer_fit_each_other_alone(nonce: str, at: int, where: str, user: str, yes: bool) -> None:
    question = Question(nonce, at, "join", where, user, user)
    assert Question.from_json(question.as_json(SECRET), SECRET) == question
    assert Question.from_json(question.as_json(SECRET), SECRET + "x") is None
    said = json.dumps(question.answer(SECRET, yes)).encode()
    assert question.is_allowed(SECRET, said) is yes
    other = Question(nonce + "x", at, "join", where, user, user)
    assert not other.is_allowed(SECRET, said)
    assert not question.is_allowed(SECRET + "x", said)


async def test_in_a_rehearsal_weeks_pass_for_the_circle_and_not_for_the_homeserver(room: Room) -> None:
    """The homeserver keeps its own time; a question that is old by that time is refused as ever."""
    room.world.clock.at = clock.now() + timedelta(weeks=6)
    rehearsing = replace(room.hub, settings=room.hub.settings.model_copy(update={"rehearsal": True}))
    async with TestClient(TestServer(build_door(rehearsing, SECRET))) as door:
        assert await says_yes(door, asked(room, "carla", at=int(clock.now().timestamp())))
        assert not await says_yes(door, asked(room, "carla"))
