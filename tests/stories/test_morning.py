"""Vandaag voor u: one message in one's own room, across circles, with nothing about a patient; and the calendar."""

from datetime import UTC, datetime, timedelta

from bots.dossier.reminder_watch import ReminderWatch
from bots.runtime.trust import TrustedMessage
from hub.adapters.sql import matrix_inbox
from hub.adapters.sql.matrix_records import InboxState, MemberChange
from hub.application.ports import OutgoingMessage
from hub.application.use_cases.calendar_feed import begin_feed, end_feed, read_feed
from hub.application.use_cases.digests import plan_missing
from hub.application.use_cases.entering import Entering, House, may_enter
from hub.domain.audit import AuditEvent
from hub.domain.circle import RoomKind
from hub.domain.digest import next_digest
from hub.domain.reminder import ReminderKind
from hub.domain.vocabulary import Channel
from tests.stories.room import CIRCLE, TEAM, Room, bodies
from tests.world import NAMES

OWN = "!eigen-kamer"
WEDNESDAY_MORNING = datetime(2026, 11, 4, 6, 31, tzinfo=UTC)
SECRET_WORDS = ("apotheek", "bellen", *NAMES[:2])


async def _own_room(room: Room, who: str) -> None:
    """Made, and joined, as the gatekeeper and this person do."""
    async with room.world.unit() as unit:
        await unit.personal_rooms.add(room.world.id(who), OWN, room.world.clock())
        await unit.personal_rooms.fulfilled(room.world.id(who))
    async with room.hub.database.transaction() as connection:
        await matrix_inbox.update_members(connection, [MemberChange(OWN, room.user(who), "join", "@poortwachter", 0)])


async def _morning(room: Room, at: datetime = WEDNESDAY_MORNING) -> list[OutgoingMessage]:
    room.world.clock.at = at
    await ReminderWatch(room.hub).round()
    return [message for message in await room.hears() if message.room_kind is RoomKind.PERSONAL]


async def test_in_the_morning_somebody_hears_what_waits_by_circle_and_number_only(room: Room) -> None:
    await room.says("gerda", "!taak apotheek bellen @Bakker voor vrijdag", TEAM)
    (told,) = [message for message in await _morning(room) if message.person_id == room.world.id("samira")]
    async with room.world.unit() as unit:
        pseudonym = (await unit.circles.get(room.world.circle_id)).pseudonym
    assert "Vandaag voor u: woensdag 4-11-2026" in told.body
    assert f"Kring {pseudonym}" in told.body
    assert "taak 1 wacht op uw ja, uiterlijk vrijdag 6-11-2026" in told.body
    assert not any(word.casefold() in told.body.casefold() for word in SECRET_WORDS)
    assert told.sections == frozenset()
    async with room.world.unit() as unit:
        assert await unit.personal_rooms.wishes() == [room.world.id("samira")], "the gatekeeper makes the room"
    assert "digest;waits=1" in [entry.detail for entry in await room.world.logged(AuditEvent.TASKS_READ)]


async def test_nothing_waits_so_nothing_is_said_and_no_room_is_made(room: Room) -> None:
    assert await _morning(room) == []
    async with room.world.unit() as unit:
        assert await unit.personal_rooms.wishes() == []


async def test_it_is_said_once_a_working_day_whatever_the_clock_does(room: Room) -> None:
    await room.says("gerda", "!taak apotheek bellen @mij voor over twee weken", TEAM)
    await room.says("gerda", "!taak huisbezoek @mij voor morgen", TEAM)
    said = await _morning(room)
    assert "taak 2" in bodies(said)
    assert "taak 1" not in bodies(said), "what is due later is not for today"
    assert await _morning(room) == []
    assert len(await _morning(room, WEDNESDAY_MORNING + timedelta(days=2))) == 1, "two days ahead at once: one message"
    assert await _morning(room, WEDNESDAY_MORNING + timedelta(days=3)) == [], "Saturday"
    assert await _morning(room, WEDNESDAY_MORNING + timedelta(days=5, hours=8)) == [], "the morning is over"


async def test_who_asks_late_in_the_evening_sees_the_night_as_well(room: Room) -> None:
    room.world.clock.at = datetime(2026, 11, 4, 22, 6, tzinfo=UTC)
    await room.says("gerda", "!taak pomp nakijken @mij voor over 1 uur", TEAM)
    await room.says("gerda", "!taak huisbezoek @mij voor morgen 15:00", TEAM)
    said = bodies(await room.says("gerda", "!overzicht", TEAM))
    assert "taak 1, uiterlijk" in said, "at six past eleven, due at six past midnight"
    assert "taak 2" not in said


async def test_it_is_turned_off_and_on_and_comes_at_the_chosen_hour(room: Room) -> None:
    await room.says("gerda", "!taak huisbezoek @mij voor morgen", TEAM)
    assert "U krijgt geen overzicht meer." in bodies(await room.says("gerda", "!overzicht uit", TEAM))
    assert await _morning(room) == []
    heard = bodies(await room.says("gerda", "!overzicht om 8:15", TEAM))
    assert "op werkdagen om 08.15 uur" in heard
    assert await _morning(room, WEDNESDAY_MORNING + timedelta(minutes=30)) == []
    assert len(await _morning(room, WEDNESDAY_MORNING + timedelta(minutes=45))) == 1
    assert "Schrijf: !overzicht" in bodies(await room.says("gerda", "!overzicht om 15:00", TEAM))


async def test_it_tells_of_handovers_questions_and_offers_too(room: Room) -> None:
    await room.says("carla", "!regie aan @Huisman", TEAM)
    said = bodies(one for one in await _morning(room) if one.person_id == room.world.id("gerda"))
    assert "u bent gevraagd voor de regie (nummer 1)" in said


async def test_who_left_the_circle_hears_nothing_of_it_any_more_also_not_what_was_written_down(room: Room) -> None:
    await room.says("gerda", "!taak apotheek bellen @Bakker voor vrijdag", TEAM)
    await _own_room(room, "samira")
    assert len([m for m in await _morning(room) if m.person_id == room.world.id("samira")]) == 1
    await room.discharge("samira")
    assert OWN not in {place for place, _, _ in await room.speaks()}
    async with room.world.unit() as unit:
        await plan_missing(unit, room.world.clock())
        assert await unit.reminders.find(ReminderKind.DIGEST, room.world.id("samira")) is not None
    next_day = await _morning(room, WEDNESDAY_MORNING + timedelta(days=1))
    assert [message for message in next_day if message.person_id == room.world.id("samira")] == []
    async with room.world.unit() as unit:
        assert await unit.reminders.find(ReminderKind.DIGEST, room.world.id("samira")) is None, "no places: never again"


async def test_it_is_said_in_that_room_to_that_person_only(room: Room) -> None:
    await room.says("gerda", "!taak apotheek bellen @Bakker voor vrijdag", TEAM)
    await _own_room(room, "samira")
    await room.speaks()
    await _morning(room)
    (said,) = [(body, users) for place, body, users in await room.speaks() if place == OWN]
    assert said[1] == {room.user("samira")}
    async with room.hub.database.transaction() as connection:
        stranger = MemberChange(OWN, room.user("wim"), "join", "@poortwachter", 0)
        await matrix_inbox.update_members(connection, [stranger])
    await _morning(room, WEDNESDAY_MORNING + timedelta(hours=1))
    await room.receive(_own_message(room, "samira", "!overzicht"))
    assert OWN not in {place for place, _, _ in await room.speaks()}, "while a stranger is there, nothing is said"


async def test_an_overview_that_waited_for_half_a_day_is_not_said_any_more(room: Room) -> None:
    await room.says("gerda", "!taak apotheek bellen @Bakker voor vrijdag", TEAM)
    await _morning(room)
    await room.speaks()
    room.world.clock.pass_by(hours=13)
    await _own_room(room, "samira")
    assert OWN not in {place for place, _, _ in await room.speaks()}


def _own_message(room: Room, who: str, body: str) -> TrustedMessage:
    return room.message(who, body, OWN)


async def test_in_their_own_room_somebody_asks_for_their_tasks_in_all_circles(room: Room) -> None:
    await room.says("gerda", "!taak apotheek bellen @Bakker voor vrijdag 12:00", TEAM)
    await _own_room(room, "samira")
    assert await room.receive(_own_message(room, "samira", "!taken")) is InboxState.DONE
    (answer,) = await room.hears()
    assert answer.room_kind is RoomKind.PERSONAL
    assert "taak 1 wacht op uw ja, uiterlijk vrijdag 6-11-2026, 12.00 uur" in answer.body
    assert "apotheek" not in answer.body
    asked = {"!overzicht": "Vandaag voor u", "!overzicht uit": "geen overzicht", "!dossier": "hoort bij geen kring"}
    for typed, said in asked.items():
        await room.receive(_own_message(room, "samira", typed))
        assert said in bodies(await room.hears())
    assert await room.receive(_own_message(room, "pieter", "!taken")) is InboxState.REFUSED
    assert await room.hears() == [], "it is nobody else's room"


async def test_only_its_owner_and_the_bot_may_enter_that_room(room: Room) -> None:
    await _own_room(room, "samira")
    settings = room.hub.settings
    house = House(settings.gatekeeper, frozenset({settings.dossier_bot}), {})
    async with room.world.unit() as unit:
        for user, why in (
            (room.user("samira"), None),
            (settings.dossier_bot, None),
            (room.user("gerda"), "not-in-this-room"),
        ):
            asked = Entering("invite", OWN, user, settings.gatekeeper)
            assert await may_enter(unit, house, asked, room.world.clock()) == why


async def test_the_calendar_has_circle_number_and_hour_and_is_read_by_its_address_only(room: Room) -> None:
    await room.says("gerda", "!taak apotheek bellen @Bakker voor vrijdag 12:00", TEAM)
    said = bodies(await room.says("samira", "!agenda", TEAM))
    secret = said.partition("/agenda/")[2].split()[0]
    async with room.world.unit() as unit:
        text = await read_feed(unit, room.world.guard, secret, room.world.clock())
    assert text is not None
    assert "SUMMARY:Kring" in text
    assert "DUE:20261106T110000Z" in text
    assert not any(word.casefold() in text.casefold() for word in SECRET_WORDS)
    read = [e for e in await room.world.logged(AuditEvent.TASKS_READ) if e.detail == "calendar;waits=1"]
    assert [e.access_point for e in read] == [Channel.PORTAL.value]
    await room.says("samira", "!agenda weg", TEAM)
    async with room.world.unit() as unit:
        for unknown in (secret, "x" * 43, "", "é" * 20, "x" * 900):
            assert await read_feed(unit, room.world.guard, unknown, room.world.clock()) is None


async def test_a_new_address_ends_the_old_one_and_relatives_have_none(room: Room) -> None:
    samira = room.world.people["samira"]
    async with room.world.unit() as unit:
        first = await begin_feed(unit, samira, Channel.ROOM, room.world.clock(), "$een")
        second = await begin_feed(unit, samira, Channel.ROOM, room.world.clock(), "$twee")
        assert await read_feed(unit, room.world.guard, first, room.world.clock()) is None
        assert await read_feed(unit, room.world.guard, second, room.world.clock()) is not None
        await end_feed(unit, samira, Channel.ROOM, room.world.clock(), "$drie")
    assert "voor zorgverleners" in bodies(await room.says("pieter", "!agenda", CIRCLE))
    assert len(await room.world.logged(AuditEvent.CALENDAR_MADE)) == 0, "it is of a person, of no patient"


def test_the_next_morning_is_counted_in_dutch_time_also_when_the_clock_changes() -> None:
    friday = datetime(2026, 10, 23, 12, 0, tzinfo=UTC)
    assert next_digest(450, friday).astimezone(UTC) == datetime(2026, 10, 26, 6, 30, tzinfo=UTC)
