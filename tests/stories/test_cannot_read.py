"""What the bot cannot read: it waits for the key, says so to the sender and the coach, and reads it after all."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import update

from bots.runtime.untrusted import JsonObject
from hub.adapters.sql.matrix_records import InboxState
from hub.adapters.sql.tables import person
from hub.adapters.sql.vital_signs import counts
from hub.domain.audit import AuditEvent
from hub.domain.unread import READ_AFTER_ALL, WITHHELD
from tests.stories.room import CIRCLE, TEAM, Room, bodies, where
from tests.stories.sealed_room import BOT, SealedRoom

PRIVATE = "private"


@pytest.fixture
async def sealed(room: Room) -> AsyncIterator[SealedRoom]:
    opened = SealedRoom(room)
    await opened.open()
    yield opened
    await opened.close()


def withheld(sealed: SealedRoom, who: str, event: JsonObject, code: object, **more: Any) -> JsonObject:
    """What this person's Element tells the bot about the key of that message."""
    content = {
        "algorithm": "m.megolm.v1.aes-sha2",
        "code": code,
        "room_id": event["room_id"],
        "session_id": event["content"]["session_id"],
        "sender_key": "x",
    }
    return {"type": "m.room_key.withheld", "sender": sealed.room.user(who), "content": content | more}


async def heard(sealed: SealedRoom, kind: str) -> list[str]:
    return [message.body for message in await sealed.room.hears() if where(message) == kind]


async def test_for_half_a_minute_nobody_is_bothered(sealed: SealedRoom) -> None:
    event_id = await sealed.says("samira", "!pijn 8", TEAM, key="held")
    await sealed.waits(seconds=29)
    assert await sealed.room.hears() == []
    assert (await sealed.endings())[event_id] is InboxState.WAITING_FOR_KEY


async def test_a_key_within_half_a_minute_is_as_if_nothing_was_wrong(sealed: SealedRoom) -> None:
    event_id = await sealed.says("samira", "!pijn 8", TEAM, key="held")
    sealed.room.world.clock.pass_by(seconds=20)
    await sealed.keys_arrive()
    assert bodies(await sealed.room.hears()) == "Vastgelegd als S5-1."
    assert (await sealed.endings())[event_id] is InboxState.DONE


async def test_after_half_a_minute_the_sender_hears_what_to_do_and_the_coach_hears_it_too(sealed: SealedRoom) -> None:
    event_id = await sealed.says("samira", "!pijn 8", TEAM, key="held")
    await sealed.waits(seconds=31)
    to_sender, to_coach = await sealed.room.hears()
    assert to_sender.body == (
        "Ik kon dit bericht niet lezen. De sleutel ervan is niet bij mij aangekomen. "
        "Houd Element open op het toestel waarmee u schreef. Helpt dat niet, stuur het bericht dan opnieuw. "
        "Komt de sleutel alsnog, dan lees ik het vanzelf en zeg ik dat hier."
    )
    assert (where(to_sender), to_sender.in_reply_to) == (TEAM, event_id)
    assert (where(to_coach), to_coach.person_id) == (PRIVATE, sealed.room.world.id("carla"))
    assert to_coach.body == (
        "In de teamkamer kon ik een bericht van Samira Bakker (thuiszorg) van 3-11-2026 10:00 niet lezen: "
        "de sleutel is niet aangekomen. De afzender heeft dit ook gehoord. "
        "Wat nog open staat, vindt u in het portaal (!portaal) bij Berichten."
    )
    assert (await sealed.endings())[event_id] is InboxState.UNREADABLE
    (entry,) = await sealed.room.world.logged(AuditEvent.MESSAGE_REFUSED)
    assert (entry.object_id, entry.detail) == (event_id, "no-key")


async def test_a_key_that_comes_late_files_the_message_after_all_and_says_so_in_one_line(sealed: SealedRoom) -> None:
    event_id = await sealed.says("samira", "!pijn 8 botpijn", TEAM, key="held")
    await sealed.waits(minutes=5)
    await sealed.room.hears()
    await sealed.keys_arrive()
    after_all, filed = await sealed.room.hears()
    assert (after_all.body, after_all.in_reply_to) == (READ_AFTER_ALL, event_id)
    assert filed.body == "Vastgelegd als S5-1."
    assert (await sealed.endings())[event_id] is InboxState.DONE
    async with sealed.room.world.unit() as unit:
        assert await unit.unread.of_rooms([sealed.room.place(TEAM)]) == []


async def test_a_flood_of_unreadable_messages_is_one_notice(sealed: SealedRoom) -> None:
    said = [await sealed.says("samira", f"!pijn {n % 10}", TEAM, key="held") for n in range(150)]
    await sealed.waits(seconds=31)
    assert len(await sealed.room.hears()) == 2
    assert set((await sealed.endings()).values()) == {InboxState.UNREADABLE}
    assert len(await sealed.room.world.logged(AuditEvent.MESSAGE_REFUSED)) == len(said)

    await sealed.keys_arrive()
    answers = await heard(sealed, TEAM)
    assert answers[0] == READ_AFTER_ALL
    assert answers.count(READ_AFTER_ALL) == 1
    assert len(answers) == len(said) + 1
    assert set((await sealed.endings()).values()) == {InboxState.DONE}


async def test_another_person_another_room_and_another_hour_are_told_again(sealed: SealedRoom) -> None:
    for who, kind in (("samira", TEAM), ("gerda", TEAM), ("samira", CIRCLE)):
        await sealed.says(who, "!pijn 8", kind, key="held")
    await sealed.waits(seconds=31)
    assert len([m for m in await sealed.room.hears() if where(m) != PRIVATE]) == 3
    await sealed.says("samira", "!pijn 8", TEAM, key="held")
    await sealed.waits(minutes=30)
    assert await sealed.room.hears() == []
    await sealed.says("samira", "!pijn 8", TEAM, key="held")
    await sealed.waits(minutes=61)
    assert len(await heard(sealed, TEAM)) == 1


async def test_a_damaged_message_is_told_at_once_and_stays_open_for_the_coach(sealed: SealedRoom) -> None:
    event = sealed.sealed("samira", "!pijn 8", TEAM)
    event["content"]["ciphertext"] = event["content"]["ciphertext"][:-12] + "AAAAAAAAAAAA"
    await sealed.arrives(event)
    told = await heard(sealed, TEAM)
    assert told == [
        "Ik kon dit bericht niet lezen. Het is beschadigd aangekomen. "
        "Stuur het bericht opnieuw. Helpt dat niet, vraag dan de coach om hulp."
    ]
    async with sealed.room.world.unit() as unit:
        (open_message,) = await unit.unread.of_rooms([sealed.room.place(TEAM)])
    assert (open_message.event_id, open_message.code) == (event["event_id"], "undecryptable")


async def test_a_key_that_starts_too_late_waits_for_one_that_starts_earlier(sealed: SealedRoom) -> None:
    first = sealed.sealed("samira", "!pijn 8", TEAM, key="never")
    second = sealed.sealed("samira", "!pijn 7", TEAM)
    await sealed.arrives(first, second)
    endings = await sealed.endings()
    assert endings[str(first["event_id"])] is InboxState.WAITING_FOR_KEY
    assert endings[str(second["event_id"])] is InboxState.DONE
    await sealed.waits(seconds=31)
    assert "De sleutel die ik heb, begint pas na dit bericht." in "\n".join(await heard(sealed, TEAM))


async def test_in_their_own_room_people_hear_it_in_their_own_language(sealed: SealedRoom) -> None:
    async with sealed.room.hub.database.transaction() as connection:
        await connection.execute(
            update(person).where(person.c.id == sealed.room.world.id("ruben")).values(language="en")
        )
    own = await sealed.room.private_room("ruben")
    await sealed.says("ruben", "!pijn 8", own, key="held")
    await sealed.waits(seconds=31)
    to_ruben, to_coach = await sealed.room.hears()
    assert to_ruben.body.startswith("I could not read this message. Its key has not reached me.")
    assert to_coach.body.startswith("In een privékamer kon ik een bericht van Ruben Oosterhof (medisch specialist) van")
    await sealed.keys_arrive()
    after_all, *_ = await sealed.room.hears()
    assert after_all.body.startswith("Read after all:")


# Keys that are kept back.


@pytest.mark.parametrize("code", sorted(set(WITHHELD) - {"other", "m.no_olm"}))
async def test_what_the_senders_element_says_is_told_with_how_to_mend_it(sealed: SealedRoom, code: str) -> None:
    event = sealed.sealed("samira", "!pijn 8", TEAM, key="held")
    await sealed.arrives(event, to_device=[withheld(sealed, "samira", event, code)])
    await sealed.waits(seconds=31)
    said, to_coach = await sealed.room.hears()
    assert WITHHELD[code].told in said.body
    assert WITHHELD[code].remedy in said.body
    assert WITHHELD[code].short in to_coach.body
    (entry,) = await sealed.room.world.logged(AuditEvent.MESSAGE_REFUSED)
    assert entry.detail == f"no-key;withheld={code}"


async def test_no_secure_channel_explains_what_comes_around_that_time(sealed: SealedRoom) -> None:
    event = sealed.sealed("samira", "!pijn 8", TEAM, key="held")
    told = withheld(sealed, "samira", event, "m.no_olm")
    del told["content"]["room_id"], told["content"]["session_id"]
    await sealed.arrives(event, to_device=[told])
    await sealed.waits(seconds=31)
    assert WITHHELD["m.no_olm"].told in "\n".join(await heard(sealed, TEAM))


async def test_what_one_person_says_explains_nothing_of_anothers_message(sealed: SealedRoom) -> None:
    event = sealed.sealed("samira", "!pijn 8", TEAM, key="held")
    await sealed.arrives(event, to_device=[withheld(sealed, "gerda", event, "m.blacklisted")])
    await sealed.waits(seconds=31)
    assert "niet bij mij aangekomen" in "\n".join(await heard(sealed, TEAM))


async def test_when_the_key_comes_after_a_refusal_it_is_read_all_the_same(sealed: SealedRoom) -> None:
    event = sealed.sealed("samira", "!pijn 8", TEAM, key="held")
    await sealed.arrives(event, to_device=[withheld(sealed, "samira", event, "m.unverified")])
    await sealed.waits(seconds=31)
    await sealed.room.hears()
    await sealed.keys_arrive()
    assert await heard(sealed, TEAM) == [READ_AFTER_ALL, "Vastgelegd als S5-1."]
    async with sealed.room.world.unit() as unit:
        assert (await counts(unit.connection, BOT)).withheld == {}


async def test_who_is_no_member_and_whom_the_hub_does_not_know_get_no_notice(sealed: SealedRoom) -> None:
    event = sealed.sealed("samira", "!pijn 8", TEAM, key="held")
    await sealed.arrives({**event, "sender": "@vreemd:elders", "event_id": "$vreemd"})
    await sealed.waits(seconds=31)
    assert await sealed.room.hears() == []
    assert (await sealed.endings())["$vreemd"] is InboxState.UNREADABLE


async def test_the_bot_tells_the_coach_of_the_coachs_own_message_once(sealed: SealedRoom) -> None:
    await sealed.says("carla", "!pijn 8", TEAM, key="held")
    await sealed.waits(seconds=31)
    (only,) = await sealed.room.hears()
    assert where(only) == TEAM


async def test_nothing_is_ever_done_that_was_not_read(sealed: SealedRoom) -> None:
    """I1: whatever comes in between, an event that never opened never counts as done."""
    lost = await sealed.says("samira", "!pijn 8", TEAM, key="held")
    for minutes in (1, 10, 60, 600):
        await sealed.waits(minutes=minutes)
        await sealed.says("gerda", "!pijn 3", TEAM)
        assert (await sealed.endings())[lost] is InboxState.UNREADABLE
    await sealed.restart()
    await sealed.waits(minutes=1)
    assert (await sealed.endings())[lost] is InboxState.UNREADABLE
    async with sealed.room.world.unit() as unit:
        (still_open,) = await unit.unread.of_rooms([sealed.room.place(TEAM)])
        assert still_open.event_id == lost
        counted = await counts(unit.connection, BOT)
    assert counted.inbox[("unreadable", "no-key")] == 1
    assert counted.unread_since is not None
