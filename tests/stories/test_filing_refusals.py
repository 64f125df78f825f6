"""What is not put before anybody: refused with one and the same sentence, so that no difference tells anything."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from bots.dossier.filing_words import CANNOT, NOT_FOR_YOU
from bots.runtime.untrusted import JsonObject
from hub.adapters.sql.filing import LEASE
from hub.application.use_cases.filing import MOST_AN_HOUR
from hub.domain.audit import AuditEvent
from tests.stories.filing_room import PIETERS_WORDS, FilingRoom, filing_room
from tests.stories.room import CIRCLE, TEAM, Room


@pytest.fixture
async def kring(room: Room) -> AsyncIterator[FilingRoom]:
    async with filing_room(room) as opened:
        yield opened


async def refusals(kring: FilingRoom) -> list[str]:
    return [entry.detail for entry in await kring.room.world.logged(AuditEvent.FILING_REFUSED)]


async def test_a_reaction_forged_by_the_homeserver_files_nothing(kring: FilingRoom) -> None:
    """The worst it can do: a question to the person whom it named, and a line in the log."""
    said = await kring.writes("pieter", PIETERS_WORDS)
    (question,) = await kring.point("gerda", said)
    assert "Niet bewaren" in question
    # And it goes on: the answer, too, it can only write in clear.
    for forged in ("1", "bevestig 1"):
        await kring.in_clear("gerda", "m.room.message", {"msgtype": "m.text", "body": forged}, "private-gerda")
        await kring.pins("gerda", said, "private-gerda", "👍")
    assert await kring.filed() == []
    assert [e.user_id for e in await kring.room.world.logged(AuditEvent.FILING_PROPOSED)] == [
        kring.room.world.id("gerda")
    ]


async def test_a_message_from_an_unsigned_phone_is_put_before_nobody(kring: FilingRoom) -> None:
    kring.phone("pieter", "NIEUW", signed=False)
    said = await kring.writes("pieter", PIETERS_WORDS, device="NIEUW")
    await kring.room.hears()
    assert await kring.point("samira", said) == [NOT_FOR_YOU]
    assert await refusals(kring) == ["unsigned-device"]


async def test_nor_one_that_does_not_exist(kring: FilingRoom) -> None:
    assert await kring.point("samira", "$nergens") == [NOT_FOR_YOU]
    assert await refusals(kring) == ["gone"]


async def test_nor_one_of_another_room(kring: FilingRoom) -> None:
    """Pieter points in the circle room at what was said in the team room."""
    said = await kring.writes("samira", "hij drinkt, denk ik", TEAM)
    assert await kring.point("pieter", said, CIRCLE) == [NOT_FOR_YOU]


async def test_nor_one_of_the_room_of_another(kring: FilingRoom) -> None:
    said = await kring.writes("pieter", PIETERS_WORDS, "private-pieter")
    assert await kring.point("samira", said, "private-pieter") == [NOT_FOR_YOU]


async def test_nor_one_from_before_she_came(kring: FilingRoom) -> None:
    said = await kring.writes("pieter", PIETERS_WORDS)
    kring.room.world.clock.pass_by(hours=1)
    await kring.room.admit("joost")
    kring.phone("joost")
    await kring.room.private_room("joost")
    assert await kring.point("joost", said) == [NOT_FOR_YOU]
    # A homeserver that now says that it was written later changes nothing: the bot knows when it came.
    kring.http.shown[said] = {**kring.http.shown[said], "origin_server_ts": kring.now_ms()}
    assert await kring.point("joost", said) == [NOT_FOR_YOU]


async def test_who_left_is_asked_nothing(kring: FilingRoom) -> None:
    said = await kring.writes("pieter", PIETERS_WORDS)
    await kring.room.discharge("samira")
    assert await kring.point("samira", said) == []
    assert await refusals(kring) == ["not-for-you"]


async def test_who_left_before_the_worker_came_is_asked_nothing(kring: FilingRoom) -> None:
    said = await kring.writes("pieter", PIETERS_WORDS)
    await kring.pins("samira", said)
    await kring.room.discharge("samira")
    await kring.files()
    assert await kring.room.hears() == []
    assert await kring.wishes() == [("done", None)]


async def test_who_left_before_the_answer_keeps_nothing(kring: FilingRoom) -> None:
    said = await kring.writes("pieter", PIETERS_WORDS)
    await kring.point("samira", said)
    await kring.room.discharge("samira")
    await kring.answer("samira", "1")
    assert await kring.filed() == []


async def test_a_neighbour_outside_the_circle_is_nobody(kring: FilingRoom) -> None:
    said = await kring.writes("pieter", PIETERS_WORDS)
    assert await kring.point("wim", said) == []
    assert await kring.wishes() == []


async def test_another_message_under_this_id_is_a_replay(kring: FilingRoom) -> None:
    harmless = await kring.writes("pieter", "tot morgen")
    grave = await kring.writes("pieter", "ze wil niet meer gereanimeerd worden")
    kring.http.shown[harmless] = {**kring.http.shown[grave], "event_id": harmless}
    assert await kring.point("gerda", harmless) == [NOT_FOR_YOU]
    assert await refusals(kring) == ["replayed"]


@pytest.mark.parametrize("lie", [{"event_id": "$anders"}, {"room_id": "!elders"}])
async def test_an_answer_about_another_event_is_no_answer(kring: FilingRoom, lie: JsonObject) -> None:
    said = await kring.writes("pieter", PIETERS_WORDS)
    kring.http.shown[said] = {**kring.http.shown[said], **lie}
    assert await kring.point("samira", said) == [NOT_FOR_YOU]
    assert await refusals(kring) == ["other-event"]


async def test_a_message_in_clear_is_put_before_nobody(kring: FilingRoom) -> None:
    said = await kring.in_clear("pieter", "m.room.message", {"msgtype": "m.text", "body": PIETERS_WORDS})
    await kring.room.hears()
    assert await kring.point("samira", said) == [NOT_FOR_YOU]


async def test_an_identity_that_changed_since_counts_now(kring: FilingRoom) -> None:
    said = await kring.writes("pieter", PIETERS_WORDS)
    kring.phone("pieter", "ANDER")
    await kring.arrives()
    await kring.client.keys.refresh({kring.room.user("pieter")})
    await kring.room.hears()
    assert await kring.point("samira", said) == [NOT_FOR_YOU]


async def test_what_kring_said_itself_needs_no_keeping(kring: FilingRoom) -> None:
    await kring.writes("samira", "!pijn 8", TEAM)
    (said,) = [event for event in await kring.speaks() if event["room_id"] == kring.room.place(TEAM)]
    await kring.room.hears()
    kring.http.shown[str(said["event_id"])] = {**said, "origin_server_ts": kring.now_ms()}
    assert await kring.point("samira", str(said["event_id"]), TEAM) == [CANNOT["own-message"]]


async def test_a_withdrawn_message_says_so(kring: FilingRoom) -> None:
    said = await kring.writes("pieter", PIETERS_WORDS)
    await kring.withdraws("pieter", said)
    assert await kring.point("samira", said) == [CANNOT["redacted"]]


OTHER_TALK: dict[str, tuple[str, JsonObject]] = {
    "voice": ("m.room.message", {"msgtype": "m.audio", "body": "bericht.ogg", "org.matrix.msc3245.voice": {}}),
    "sticker": ("m.sticker", {"body": "hartje", "url": "mxc://kring.test/a"}),
    "location": ("m.room.message", {"msgtype": "m.location", "body": "hier", "geo_uri": "geo:51.9,5.9"}),
    "poll": ("org.matrix.msc3381.poll.start", {"org.matrix.msc1767.text": "Wie komt er?"}),
    "call": ("m.call.invite", {"call_id": "1"}),
}


async def said_otherwise(kring: FilingRoom, who: str, event_type: str, content: JsonObject) -> str:
    """Something encrypted that is no text."""
    person = kring.of(who)
    person.give_key(kring.bot, room_id=kring.room.place(CIRCLE))
    event = {
        "type": "m.room.encrypted",
        "event_id": f"$anders{event_type}",
        "room_id": kring.room.place(CIRCLE),
        "sender": person.user_id,
        "origin_server_ts": kring.now_ms(),
        "content": dict(person.machine.encrypt(kring.room.place(CIRCLE), event_type, content)),
    }
    await kring.arrives(event)
    return str(event["event_id"])


@pytest.mark.parametrize("kind", OTHER_TALK)
async def test_what_cannot_be_kept_is_said_and_what_to_do_instead(kring: FilingRoom, kind: str) -> None:
    said = await said_otherwise(kring, "pieter", *OTHER_TALK[kind])
    (told,) = await kring.point("samira", said)
    assert told == CANNOT[kind]
    assert "!noteer" in told


async def test_a_voice_message_with_the_word_as_its_caption_is_no_silence(kring: FilingRoom) -> None:
    content: dict[str, Any] = {"msgtype": "m.audio", "body": "!bewaar klachten", "filename": "bericht.ogg"}
    await said_otherwise(kring, "samira", "m.room.message", content)
    await kring.files()
    assert await kring.told_to("samira") == [CANNOT["voice"]]


async def test_the_word_alone_says_how_it_is_done(kring: FilingRoom) -> None:
    (told,) = await kring.room.says("samira", "!bewaar", "private-samira")
    assert told.body.startswith("Antwoord met !bewaar op het bericht dat u wilt bewaren")


async def test_a_homeserver_that_is_away_is_waited_for(kring: FilingRoom) -> None:
    said = await kring.writes("pieter", PIETERS_WORDS)
    kring.http.away = True
    assert await kring.point("samira", said) == []
    kring.http.away = False
    kring.room.world.clock.pass_by(seconds=2)
    await kring.files()
    (question,) = await kring.told_to("samira")
    assert "1. Pijnscore 8" in question


async def test_a_death_between_fetching_and_writing_loses_nothing_and_doubles_nothing(kring: FilingRoom) -> None:
    said = await kring.writes("pieter", PIETERS_WORDS)
    await kring.pins("samira", said)
    filer = kring.filer()

    class Died(BaseException):
        pass

    async def dies(*_: object) -> None:
        raise Died

    filer._settle = dies  # type: ignore[method-assign]
    with pytest.raises(Died):
        await filer.work_off()
    assert await kring.wishes() == [("new", None)]
    await kring.files()
    assert await kring.room.hears() == []
    # Its lease ends; or the next process lets go of what the dead one held.
    kring.room.world.clock.pass_by(seconds=LEASE.total_seconds() + 1)
    await kring.files()
    assert len(await kring.told_to("samira")) == 1
    assert await kring.wishes() == [("done", None)]


async def test_a_process_whose_lease_was_taken_over_changes_nothing(kring: FilingRoom) -> None:
    said = await kring.writes("pieter", PIETERS_WORDS)
    await kring.pins("samira", said)
    slow = kring.filer()
    async with kring.room.hub.transactions() as unit:
        (held,) = await unit.filings.claim(kring.room.hub.now(), 10)
    kring.room.world.clock.pass_by(seconds=LEASE.total_seconds() + 1)
    await kring.files()
    await slow._take_up(replace(held))
    assert len(await kring.told_to("samira")) == 1


async def test_a_flood_of_reactions_is_no_flood_of_questions(kring: FilingRoom) -> None:
    said = [await kring.writes("pieter", f"pijn {number % 10}") for number in range(MOST_AN_HOUR + 3)]
    for event_id in said:
        await kring.pins("samira", event_id)
    assert len(await kring.wishes()) == MOST_AN_HOUR
    assert await refusals(kring) == ["too-many"] * 3


async def test_the_worker_takes_up_what_is_pointed_at_until_it_is_told_to_stop(kring: FilingRoom) -> None:
    stop, asked = asyncio.Event(), asyncio.Event()
    running = asyncio.create_task(kring.filer(asked.set).run(stop))
    said = await kring.writes("pieter", PIETERS_WORDS)
    await kring.pins("samira", said)
    async with asyncio.timeout(60):
        await asked.wait()
        stop.set()
        await running
    assert len(await kring.told_to("samira")) == 1
