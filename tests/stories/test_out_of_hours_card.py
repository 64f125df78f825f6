"""The out-of-hours card: the six facts first, checked before days off, brought to the out-of-hours post (D8)."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots.dossier.emergency_watch import EmergencyWatch
from bots.dossier.reminder_watch import ReminderWatch
from hub.application.ports import OutgoingMessage, Tone
from hub.application.use_cases import death
from hub.domain.advance_care_plan import Decision, Treatment
from hub.domain.audit import AuditEvent
from hub.domain.care_network import ContactPerson, ContactRole
from hub.domain.identifiers import new_id
from hub.domain.network_kinds import Hours, Reachability
from hub.domain.people import Person, PersonName
from hub.domain.reminder import ReminderKind
from hub.domain.vocabulary import Role
from hub.domain.wishes import Place, PreferredPlaceOfDeath
from hub.domain.working_days import AMSTERDAM, is_working_day, next_closing
from tests.stories.room import TEAM, Room, bodies
from tests.world import directive

FRIDAY = datetime.combine(date(2026, 11, 6), time(15), AMSTERDAM)
FIRST_LINES, WORDS_IN_90_SECONDS = 16, 270
"""Reading aloud takes 180 words a minute; reading silently is faster."""


async def post(room: Room) -> Person:
    """The function account of the out-of-hours post, in the circle for as long as it is open."""
    account = Person(
        new_id("per"),
        Role.LOCUM,
        PersonName("HAP", "Arnhem"),
        f"@{new_id('k')}:kring.test",
        "Huisartsenpost Arnhem",
        "functieaccount; wie dienst had, staat in het rooster van de post",
        room.world.clock(),
        phone="026-3219999",
    )
    async with room.world.unit() as unit:
        await unit.people.add(account)
    room.world.people["post"] = account
    await room.world.admit("post")
    return account


async def changed(room: Room, treatment: Treatment, decision: Decision) -> None:
    """The coach proposes and the GP confirms."""
    proposed = await room.world.record("carla", directive(treatment, decision))
    await room.world.confirm("gerda", proposed.ref)


async def six_facts(room: Room) -> None:
    await changed(room, Treatment.RESUSCITATION, Decision.NO)
    await changed(room, Treatment.HOSPITAL_ADMISSION, Decision.NO)
    await changed(room, Treatment.ANTIBIOTICS, Decision.NO)
    await room.world.record("carla", PreferredPlaceOfDeath(Place.HOME))
    representative = ContactPerson(
        "Pieter de Wit", (ContactRole.LEGAL_REPRESENTATIVE,), "zoon", phones=("06-12345678",)
    )
    await room.world.record("carla", representative)
    await room.world.record("samira", Reachability((Hours.NIGHT,), "Nachtzorg Rijnoever", "026-3217777"))


async def rings_at(room: Room, moment: datetime) -> list[OutgoingMessage]:
    """The clock comes to this moment; the pages that are said then."""
    await room.hears()
    room.world.clock.at = moment.astimezone(UTC)
    await ReminderWatch(room.hub).round()
    return [message for message in await room.hears() if message.body.startswith("# Spoedset")]


async def test_the_six_facts_of_the_first_minutes_stand_on_the_first_screen(room: Room) -> None:
    await six_facts(room)
    said = bodies(await room.says("gerda", "!spoed", TEAM))
    first = "\n".join(said.split("\n")[:FIRST_LINES])
    for fact in (
        "NIET reanimeren",
        "NIET opnemen in het ziekenhuis",
        "thuis overlijden",
        "Pieter de Wit",
        "Carla Vermeer",
        "026-3217777",
    ):
        assert fact in first, fact
    assert len(first.split()) <= WORDS_IN_90_SECONDS
    assert said.index("antibiotica") > said.index("026-3217777")


async def test_each_friday_at_three_the_post_gets_the_page_again_though_nothing_changed(room: Room) -> None:
    account = await post(room)
    await six_facts(room)
    await EmergencyWatch(room.hub).round()
    assert await rings_at(room, FRIDAY - timedelta(minutes=1)) == []
    (said,) = await rings_at(room, FRIDAY)
    assert said.person_id == account.id
    assert said.tone is Tone.INFORMATION
    assert "Ongewijzigd, gecontroleerd op 6-11-2026 15:00" in said.body
    assert "Niets veranderd; u hoeft niets te doen." in said.body
    assert "!spoed ontvangen" not in said.body
    assert "NIET reanimeren" in said.body
    (line,) = await room.world.logged(AuditEvent.EMERGENCY_SET_CHECKED)
    assert line.user_id == room.world.id("carla"), "a natural person answers for it"
    again = await rings_at(room, FRIDAY + timedelta(days=7))
    assert [message.person_id for message in again] == [account.id]
    assert len(await room.world.logged(AuditEvent.EMERGENCY_SET_MADE)) == 1


async def test_a_clock_that_jumps_over_five_fridays_gives_one_page(room: Room) -> None:
    await post(room)
    await six_facts(room)
    await EmergencyWatch(room.hub).round()
    assert len(await rings_at(room, FRIDAY + timedelta(days=30))) == 1
    async with room.world.unit() as unit:
        waiting = await unit.reminders.find(ReminderKind.EMERGENCY_SET, room.world.circle_id)
    assert waiting is not None
    assert waiting.due_at == next_closing(room.world.clock())


async def test_another_place_is_told_to_the_post_at_once_and_rings_nobody(room: Room) -> None:
    account = await post(room)
    await six_facts(room)
    watch = EmergencyWatch(room.hub)
    await watch.round()
    await room.hears()
    await room.world.record("carla", PreferredPlaceOfDeath(Place.HOSPICE))
    await watch.round()
    (said,) = [message for message in await room.hears() if "Spoedset" in message.body]
    assert (said.person_id, said.tone) == (account.id, Tone.INFORMATION)
    assert "Veranderd: Gewenste plek van overlijden." in said.body


async def test_a_changed_directive_rings_exactly_who_must_say_that_it_arrived(room: Room) -> None:
    await post(room)
    await six_facts(room)
    watch = EmergencyWatch(room.hub)
    await watch.round()
    await room.hears()
    await changed(room, Treatment.RESUSCITATION, Decision.YES)
    await watch.round()
    said = [message for message in await room.hears() if message.body.startswith("# Spoedset")]
    assert {message.person_id for message in said} == {room.world.id(w) for w in ("carla", "samira", "ruben", "post")}
    for message in said:
        person = next(one for one in room.world.people.values() if one.id == message.person_id)
        assert (message.tone, message.mentions) == (Tone.URGENT, (person.matrix_id,))


@pytest.mark.parametrize("what", ["complexity", "lead", "medication", "reachability", "phase"])
async def test_every_change_that_matters_makes_a_new_version(room: Room, what: str) -> None:
    await six_facts(room)
    watch = EmergencyWatch(room.hub)
    await watch.round()
    said = {
        "complexity": "!complexiteit hoog pijn neemt toe",
        "medication": "!medicatie bron apotheek op 3-11-2026: paracetamol",
        "reachability": "!bereikbaar nacht: HAP 026-1234567",
        "phase": "!fase symptoomgericht",
    }
    if what == "lead":
        await room.says("carla", "!regie aan @huisarts", TEAM)
        await room.says("gerda", "!accepteer 1", TEAM)
    else:
        await room.says("gerda", said[what], TEAM)
    await watch.round()
    assert len(await room.world.logged(AuditEvent.EMERGENCY_SET_MADE)) == 2


async def test_after_a_death_no_page_is_checked_or_sent(room: Room) -> None:
    await post(room)
    await six_facts(room)
    await EmergencyWatch(room.hub).round()
    async with room.world.unit() as unit:
        context = await room.world.context(unit, "gerda")
        await death.declare_death(unit, room.world.guard, room.hub.speaker, context, "Anna de Wit")
    async with room.world.unit() as unit:
        context = await room.world.context(unit, "carla")
        await death.confirm_death(unit, room.world.guard, room.hub.speaker, context, "Anna de Wit")
    assert await rings_at(room, FRIDAY) == []
    await EmergencyWatch(room.hub).round()
    async with room.world.unit() as unit:
        assert await unit.reminders.find(ReminderKind.EMERGENCY_SET, room.world.circle_id) is None


async def test_a_circle_of_before_there_were_checks_gets_one_at_the_start(room: Room) -> None:
    async with room.world.unit() as unit:
        await unit.reminders.cancel(ReminderKind.EMERGENCY_SET, room.world.circle_id, room.world.clock())
    await EmergencyWatch(room.hub).round()
    async with room.world.unit() as unit:
        planned = await unit.reminders.find(ReminderKind.EMERGENCY_SET, room.world.circle_id)
    assert planned is not None
    assert planned.due_at == FRIDAY


async def test_the_coach_sees_who_had_which_version_and_how_often_the_paper_was_scanned(room: Room) -> None:
    await six_facts(room)
    await changed(room, Treatment.VENTILATION, Decision.NO)
    await EmergencyWatch(room.hub).round()
    await room.private_room("samira")
    await room.says("samira", "!spoed", "private-samira")
    await room.says("samira", "!spoed ontvangen", "private-samira")
    said = bodies(await room.says("carla", "!spoed bekeken", TEAM))
    (line,) = [one for one in said.split("\n") if "Samira Bakker" in one]
    for part in ("gestuurd: versie 1", "ontvangst bevestigd: versie 1", "gelezen: versie 1", "3 november 2026, 10:00"):
        assert part in line
    assert "0 keer gescand" in said
    assert "Dat kan niet" in bodies(await room.says("samira", "!spoed bekeken", TEAM))


def test_the_day_before_days_off_is_a_working_day_at_three_on_a_dutch_clock() -> None:
    def after(day: date) -> datetime:
        return next_closing(datetime.combine(day, time(9), AMSTERDAM)).astimezone(AMSTERDAM)

    assert after(date(2026, 12, 21)) == datetime.combine(date(2026, 12, 24), time(15), AMSTERDAM), "before Christmas"
    assert after(date(2027, 5, 3)) == datetime.combine(date(2027, 5, 5), time(15), AMSTERDAM), "before Ascension Day"
    assert after(date(2027, 3, 22)) == datetime.combine(date(2027, 3, 26), time(15), AMSTERDAM), "before Easter"
    assert after(date(2026, 10, 24)).utcoffset() == timedelta(hours=1), "the clock went back in between"


@given(st.integers(0, 3 * 365 * 24 * 60))
def test_there_is_always_a_check_between_now_and_the_next_days_off(minutes: int) -> None:
    moment = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    at = next_closing(moment)
    local = at.astimezone(AMSTERDAM)
    assert moment < at <= moment + timedelta(days=8)
    assert (local.hour, local.minute) == (15, 0)
    assert not is_working_day(local.date() + timedelta(days=1)) or local.weekday() == 4
