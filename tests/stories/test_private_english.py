"""Who reads English is told in English what Kring says of its own accord, in the own room; who reads Dutch, in Dutch.

Every story is told twice in one set-up: what one person reads has nothing Dutch left but what people typed, names,
commands and dates; what the other reads is Dutch, and so is what a whole room reads (ADR 0046).
"""

import re
from collections.abc import Iterable

from sqlalchemy import update

from bots.dossier.reminder_watch import ReminderWatch
from hub.adapters.sql.tables import person
from hub.application.ports import OutgoingMessage
from hub.domain.consent import ConsentDecision
from hub.domain.lead import REMIND_AFTER
from tests.stories.room import TEAM, Room, where
from tests.stories.test_edge_e07_break_glass import chooses, dr_nacht, opens, plans
from tests.stories.test_edge_e08_leaver import leaves_for_good
from tests.world import PATIENT

_COMMAND = re.compile(r"![a-z]+[^.?\n]*")
_DATE = re.compile(r"\b(maan|dins|woens|donder|vrij|zater|zon)dag \d\S*(, [0-9.]+ uur)?")
_DUTCH = re.compile(
    r"\b(aan|als|bij|dat|de|deze|dit|een|en|er|geen|gedaan|graag|heeft|hem|het|huisarts|is nu van|kan|klaar|mag|met"
    r"|naar|niet|nog|op|overdracht|regie|spoed|taak|te|tot|typ|u|uiterlijk|uw|van|volgens|voor|wie|wordt|zijn)\b",
    re.IGNORECASE,
)


async def reads(room: Room, who: str, language: str) -> None:
    async with room.hub.database.transaction() as connection:
        await connection.execute(update(person).where(person.c.id == room.world.id(who)).values(language=language))


async def rings(room: Room) -> list[OutgoingMessage]:
    await ReminderWatch(room.hub).round()
    return await room.hears()


def told(room: Room, who: str, heard: Iterable[OutgoingMessage]) -> str:
    """What this person read in the own room."""
    own = [one.body for one in heard if where(one) == "private" and one.person_id == room.world.id(who)]
    assert own, f"{who} was told nothing"
    return "\n".join(own)


def dutch_in(room: Room, body: str, *typed: str) -> list[str]:
    """The Dutch words in it, without what people typed, names, commands and dates."""
    for words in (*typed, *(one.name.full for one in room.world.people.values())):
        body = body.replace(words, "")
    return _DUTCH.findall(_DATE.sub("", _COMMAND.sub("", body)))


async def test_a_task(room: Room) -> None:
    what = "apotheek bellen over de pomp"
    await reads(room, "samira", "en")
    heard = await room.says("carla", f"!taak {what} @Bakker voor vrijdag 12:00", TEAM)
    english = told(room, "samira", heard)
    assert english.startswith(
        f"# A task, asked by Carla Vermeer\n{what}\nTask 1 for you, to be done at the latest on vrijdag"
    )
    assert not dutch_in(room, english, what)
    heard = await room.says("carla", f"!taak {what} @huisarts voor vrijdag 12:00", TEAM)
    dutch = told(room, "gerda", heard)
    assert dutch.startswith(f"# Een taak, gevraagd door Carla Vermeer\n{what}\nTaak 2 voor u, klaar uiterlijk vrijdag")
    assert "Antwoord graag uiterlijk " in dutch


async def test_a_task_that_nobody_said_yes_to_and_that_is_late(room: Room) -> None:
    """Samira reads English and Carla, who leads, Dutch."""
    await reads(room, "samira", "en")
    await room.says("carla", "!taak pomp @Bakker voor vrijdag 12:00", TEAM)
    room.world.clock.pass_by(days=2)
    heard = await rings(room)
    assert not dutch_in(room, told(room, "samira", heard), "pomp")
    assert "Taak 1 is nu van u: Samira Bakker heeft niet ja gezegd" in told(room, "carla", heard)
    await reads(room, "carla", "en")
    room.world.clock.pass_by(days=2)
    late = told(room, "carla", await rings(room))
    assert late.startswith("# Late: task 1\npomp\n")
    assert not dutch_in(room, late, "pomp")


async def test_an_offer_of_the_lead(room: Room) -> None:
    await reads(room, "gerda", "en")
    offered = told(room, "gerda", await room.says("carla", "!regie aan @huisarts", TEAM))
    assert offered.startswith("# Carla Vermeer offers you ")
    assert "# What has been agreed" in offered
    room.world.clock.pass_by(seconds=REMIND_AFTER.total_seconds())
    heard = await rings(room)
    assert not dutch_in(room, told(room, "gerda", heard))
    assert "Gerda Huisman gaf nog geen antwoord op aanbod 1 (de regie). U heeft de regie nog." in told(
        room, "carla", heard
    )


async def test_a_handover_that_was_not_received(room: Room) -> None:
    await reads(room, "gerda", "en")
    await room.says("gerda", "!overdracht naar thuis @thuiszorg", TEAM)
    room.world.clock.pass_by(hours=24)
    heard = await rings(room)
    assert told(room, "gerda", heard).startswith("# Handover 1 has not been received yet\n")
    assert not dutch_in(room, told(room, "gerda", heard))
    assert "# Er wacht een overdracht op u: nummer 1\nGerda Huisman droeg over (naar thuis)" in told(
        room, "samira", heard
    )


async def test_a_leaver_whose_work_has_no_owner(room: Room) -> None:
    await reads(room, "carla", "en")
    await room.says("gerda", "!overdracht naar thuis @thuiszorg", TEAM)
    await leaves_for_good(room, "samira")
    heard = await room.hears()
    english = told(room, "carla", heard)
    assert "Samira Bakker (home care" in english
    assert not dutch_in(room, english, "Thuiszorg Rijnoever")
    (team,) = [one.body for one in heard if where(one) == TEAM]
    assert "Samira Bakker (thuiszorg" in team
    assert "# Let op: werk zonder eigenaar" in team, "a room has one text, for everybody"


async def test_a_threshold_and_who_looked(room: Room) -> None:
    """The patient tells of pain, and reads English; so does the nurse who looks. Then both read Dutch."""
    own = await room.private_room(PATIENT)
    for who in (PATIENT, "samira"):
        await reads(room, who, "en")
    heard = await room.says(PATIENT, "!pijn 8", own)
    looks = told(room, PATIENT, heard)
    assert "Samira Bakker looks at this, at the latest on dinsdag 3-11-2026." in looks
    assert not dutch_in(room, looks)
    asked = told(room, "samira", heard)
    assert asked.startswith("# Make contact today\n- pain 8 according to the patient")
    assert not dutch_in(room, asked)
    seen = told(room, PATIENT, await room.says("samira", "!klaar 1", TEAM))
    assert not dutch_in(room, seen)
    for who in (PATIENT, "samira"):
        await reads(room, who, "nl")
    room.world.clock.pass_by(days=3)
    heard = await room.says(PATIENT, "!pijn 9", own)
    assert "Samira Bakker kijkt hiernaar, uiterlijk " in told(room, PATIENT, heard)
    assert "- pijn 9 volgens de patiënt zelf, eerder 8" in told(room, "samira", heard)


async def test_an_emergency(room: Room) -> None:
    """Patient, coach and GP hear it at once: the GP in Dutch, the others in English."""
    await plans(room)
    await chooses(room, ConsentDecision.PERMIT)
    for who in (PATIENT, "carla"):
        await reads(room, who, "en")
    night = await dr_nacht(room)
    await room.hears()
    await opens(room, night)
    heard = await room.hears()
    english = told(room, PATIENT, heard)
    assert english.startswith("Hanna Nacht (locum GP, HAP Arnhem) has looked at your emergency details")
    assert not dutch_in(room, english)
    dutch = told(room, "gerda", heard)
    assert "Hanna Nacht (waarnemend huisarts, HAP Arnhem) opende de spoedset van Anna de Wit, geboren " in dutch
    assert "Reden: de patiënt is niet aanspreekbaar; ‘" in dutch
    # The set itself is one text for all of its readers.
    english = told(room, "carla", [one for one in heard if one.body.startswith("# Emergency procedure")])
    assert "Reason: the patient does not respond; ‘" in english
    assert not dutch_in(room, english, "Patiënt reageert niet meer, dochter belde de post om drie uur")


async def test_who_asks_a_question_hears_of_it_in_the_own_language_whoever_answers(room: Room) -> None:
    await reads(room, "pieter", "en")
    own = await room.private_room("pieter")
    asked = "Mag mijn moeder paracetamol?"
    heard = await room.says("pieter", f"!vraag {asked}", own)
    assert not dutch_in(room, told(room, "pieter", heard), asked)
    assert "# Vraag 1 is voor u" in told(room, "carla", heard)
    theirs = await room.private_room("carla")
    heard = await room.says("carla", "!antwoord 1 Ja, vier per dag.", theirs)
    assert not dutch_in(room, told(room, "pieter", heard), "Ja, vier per dag.")


async def test_standing_in_for_who_is_away(room: Room) -> None:
    await reads(room, "gerda", "en")
    heard = await room.says("carla", "!afwezig t/m vrijdag, waarnemer @huisarts", TEAM)
    english = told(room, "gerda", heard)
    assert english.startswith("# You stand in for Carla Vermeer, until ")
    assert not dutch_in(room, english)
    assert any("Carla Vermeer is afwezig t/m " in one.body for one in heard if where(one) == "circle")
