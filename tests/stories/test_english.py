"""Who chose English hears English in the own room; what several people read is Dutch, and agreements stay as made."""

import re

import pytest
from sqlalchemy import update

from bots.dossier.commands import COMMANDS
from hub.adapters.sql.tables import person
from hub.admin.asking import Question
from hub.admin.people_commands import person_add
from hub.domain.errors import CommandRejected
from hub.domain.identifiers import EntryRef
from hub.domain.vocabulary import Section
from tests.stories.room import CIRCLE, TEAM, Room, bodies, where
from tests.world import PaperAccounts, directive


async def speaks_english(room: Room, who: str) -> str:
    """Somebody who was registered with ``--language en``, in a private room."""
    async with room.hub.database.transaction() as connection:
        await connection.execute(update(person).where(person.c.id == room.world.id(who)).values(language="en"))
    return await room.private_room(who)


async def register(room: Room, **more: str) -> str:
    """``kring person add``, with what was typed after it; the new person's id."""
    arguments = {"role": "relative", "given_name": "Mary", "family_name": "Jones", "evidence": "legitimatie"} | more
    question = Question(arguments, room.world.id("bea"), room.world.clock())
    return str((await person_add(room.hub, PaperAccounts(), question))["person"])


@pytest.mark.parametrize(("more", "language"), [({}, "nl"), ({"language": "nl"}, "nl"), ({"language": "en"}, "en")])
async def test_the_language_given_at_registration_is_kept(room: Room, more: dict[str, str], language: str) -> None:
    added = await register(room, **more)
    async with room.world.unit() as unit:
        assert (await unit.people.get(added)).language == language


@pytest.mark.parametrize("language", ["de", "EN", "english", "en\n", "../en"])
async def test_a_language_that_kring_does_not_speak_is_refused(room: Room, language: str) -> None:
    with pytest.raises(CommandRejected, match="De taal moet een van deze zijn: nl, en"):
        await register(room, language=language)


async def test_help_is_english_in_the_own_room_and_dutch_where_others_read(room: Room) -> None:
    private = await speaks_english(room, "carla")
    own = bodies(await room.says("carla", "!help", private))
    shared = bodies(await room.says("carla", "!help", TEAM))
    assert "What you can ask Kring" in own
    assert "put a note in the dossier" in own
    assert "Wat u Kring kunt vragen" in shared
    for name in COMMANDS:
        assert f"!{name}" in own
        assert f"!{name}" in shared


async def test_in_somebody_elses_room_everything_stays_dutch(room: Room) -> None:
    await speaks_english(room, "carla")
    private = await room.private_room("gerda")
    assert "Wat u Kring kunt vragen" in bodies(await room.says("gerda", "!help", private))


async def test_a_directive_is_never_translated(room: Room) -> None:
    await room.world.record("carla", directive())
    await room.world.confirm("gerda", EntryRef(Section.S3, 1))
    dutch = bodies(await room.says("gerda", "!dossier zorgplanning", TEAM))
    private = await speaks_english(room, "gerda")
    english = bodies(await room.says("gerda", "!dossier zorgplanning", private))
    (line,) = re.findall(r"^- (.*S3-1.*)$", dutch, re.MULTILINE)
    assert line in english
    assert "Dossier of Anna de Wit" in english
    assert "S3 Advance care planning" in english


async def test_recorded_proposed_and_confirmed(room: Room) -> None:
    private = await speaks_english(room, "gerda")
    assert "Recorded as S5-1." in bodies(await room.says("gerda", "!pijn 4", private))
    await room.world.record("carla", directive())
    assert "S3-1 has been confirmed and is now in force" in bodies(await room.says("gerda", "!bevestig S3-1", private))
    assert "I do not know that command. Do you mean !dossier?" in bodies(await room.says("gerda", "!dosier", private))


async def test_the_roster(room: Room) -> None:
    private = await speaks_english(room, "gerda")
    said = bodies(await room.says("gerda", "!wie", private))
    assert "Who is in this circle" in said
    assert "Anna de Wit (patient)" in said
    assert "— leads the care" in said


@pytest.mark.parametrize(
    ("place", "told"), [("private", "That is not possible: read in S4 Wishes."), (CIRCLE, "Dat kan niet")]
)
async def test_a_refusal_says_what_why_law_and_help(room: Room, place: str, told: str) -> None:
    private = await speaks_english(room, "pieter")
    (answer,) = await room.says("pieter", "!dossier wensen", private if place == "private" else place)
    assert answer.body.startswith(told)
    assert "BW 7:457 lid 1" in answer.body
    assert "!waarom " in answer.body


async def test_what_goes_to_the_own_room_is_english_and_the_line_in_the_shared_room_is_dutch(room: Room) -> None:
    await speaks_english(room, "gerda")
    said = {where(message): message.body for message in await room.says("gerda", "!portaal", TEAM)}
    assert said["private"].startswith("Your link to the portal: ")
    assert said[TEAM] == "U vindt de link in uw privékamer met Kring."
