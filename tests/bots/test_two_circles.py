"""The patient is always known from the room: whatever is typed in one circle never reads or changes another."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from bots.dossier.commands import COMMANDS
from hub.adapters.sql import tables
from hub.application.use_cases import circles
from hub.application.use_cases.people import add_patient
from hub.domain.circle import RoomKind
from hub.domain.entries import Note
from hub.domain.identifiers import Bsn, EntryRef
from hub.domain.people import PersonName
from hub.domain.vocabulary import Section
from tests.stories.room import TEAM, Room, add_rooms, bodies
from tests.world import PATIENT, PaperAccounts, World, directive

OTHER_BSN = Bsn("999990482")
ARGUMENTS = {
    "noteer": "zorgplan: kasuaris",
    "pijn": "8 kasuaris",
    "usd": "pijn=6",
    "behandelgrens": "antibiotica nee",
    "bevestig": "S3-1",
    "plaats": "hospice",
    "complexiteit": "hoog kasuaris",
    "overdracht": "naar hospice",
    "ontvangen": "1",
    "dossier": "",
}
TABLES = ("entry", "handover", "consent", "imported_document")


@pytest.fixture
async def both(room: Room) -> tuple[Room, Room]:
    """The circles of mevrouw de Wit and of meneer Zwaluw, with the same GP and coach; his is full of canaries."""
    first = room.world
    async with first.unit() as unit:
        administrator = await first.context(unit, "bea")
    patient, person, _ = await add_patient(
        first.transactions,
        PaperAccounts(),
        administrator,
        name=PersonName("Bram", "Zwaluw"),
        birth_date=date(1948, 5, 1),
        bsn=OTHER_BSN,
    )
    people = first.people | {PATIENT: person}
    second = World(first.database, first.vault, first.clock, first.guard, people, patient.id)
    async with second.unit() as unit:
        context = await second.context(unit, "bea")
        circle = await circles.open_circle(
            unit, second.guard, context, coach_id=second.id("carla"), lead_id=None, discussed=True
        )
    second.circle_id = circle.id
    for who in ("gerda", "samira"):
        await second.admit(who)
    other = await add_rooms(room.hub, second)
    for world, word in ((first, "merel"), (second, "zwaluwnest")):
        await world.record("carla", directive())
        await world.record("samira", Note(f"Notitie over {word}."), Section.S8)
    await other.says("samira", "!overdracht naar thuis", TEAM)
    await room.says("samira", "!overdracht naar thuis", TEAM)
    await other.hears()
    return room, other


async def contents(world: World) -> dict[str, Any]:
    """Everything that is stored about this patient, and the log about them."""
    found: dict[str, Any] = {}
    async with world.database.reading() as connection:
        for name in TABLES:
            table = tables.metadata.tables[name]
            column = "patient_id" if "patient_id" in table.c else "circle_id"
            whose = world.patient_id if column == "patient_id" else world.circle_id
            found[name] = (await connection.execute(select(table).where(table.c[column] == whose))).all()
    found["log"] = [item.seq for item in await world.log()]
    return found


@pytest.mark.parametrize("who", ["gerda", "carla", "samira"])
@pytest.mark.parametrize("word", sorted(COMMANDS))
async def test_a_command_in_one_circle_leaves_the_other_as_it_was(both: tuple[Room, Room], word: str, who: str) -> None:
    here, there = both
    before = await contents(there.world)
    await here.hears()
    answers = await here.says(who, f"!{word} {ARGUMENTS.get(word, '')}", TEAM)
    assert answers
    own = [answer for answer in answers if answer.room_kind is RoomKind.PERSONAL]
    assert all(answer.circle_id == here.world.circle_id for answer in answers if answer not in own)
    assert "zwaluw" not in bodies(answers).lower()
    assert await contents(there.world) == before


@pytest.mark.parametrize(
    "typed",
    [
        "!dossier 999990482",
        "!dossier Bram Zwaluw",
        "!noteer zorgplan 999990482: kasuaris",
        "!bevestig S3-1 999990482",
        "!ontvangen 999990482",
        "!waarom 999990482",
        "!overdracht naar thuis @999990482",
        "!usd 999990482=3",
        "!pijn 999990482",
        "!behandelgrens 999990482 nee",
        "!plaats 999990482",
        "!complexiteit 999990482",
    ],
)
async def test_naming_another_patient_is_refused_and_not_repeated(both: tuple[Room, Room], typed: str) -> None:
    here, there = both
    before = await contents(there.world)
    await here.hears()
    answers = await here.says("gerda", typed, TEAM)
    assert "999990482" not in bodies(answers)
    assert "zwaluw" not in bodies(answers).lower()
    assert await contents(there.world) == before


async def test_the_same_reference_in_two_circles_is_two_entries(both: tuple[Room, Room]) -> None:
    here, there = both
    await here.says("gerda", "!bevestig S3-1", TEAM)
    async with there.world.unit() as unit:
        context = await there.world.context(unit, "gerda")
        assert context.patient_id == there.world.patient_id
    waiting = [entry for entry in await there.world.read("gerda") if entry.ref == EntryRef(Section.S3, 1)]
    assert [entry.status.value for entry in waiting] == ["proposed"]


async def test_the_same_handover_number_in_two_circles_is_two_handovers(both: tuple[Room, Room]) -> None:
    here, there = both
    await here.says("gerda", "!ontvangen 1", TEAM)
    async with there.world.unit() as unit:
        (open_one,) = await unit.handovers.of_circle(there.world.circle_id)
    assert open_one.open


async def test_somebody_of_the_one_circle_is_a_stranger_in_the_other(both: tuple[Room, Room]) -> None:
    _, there = both
    await there.joins("ruben", TEAM)
    await there.hears()
    (answer,) = await there.says("ruben", "!dossier", TEAM)
    assert answer.body.startswith("Dat kan niet")
