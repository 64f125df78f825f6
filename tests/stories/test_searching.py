"""Zoeken: what somebody may read can be found by its words, in private; nothing else can, and nobody learns that it was
looked for."""

import pytest

from bots.dossier.message import notice_of
from hub.application.use_cases.corrections import add_statement, hold_back
from hub.domain.advance_care_plan import Decision, Treatment
from hub.domain.audit import AuditEvent
from hub.domain.care_network import ContactPerson
from hub.domain.entries import Note
from hub.domain.observations import ItemScore, PainScore, Reporter, SymptomItem, SymptomScores
from hub.domain.vocabulary import Section
from hub.domain.wishes import Place, PreferredPlaceOfDeath
from tests.stories.room import TEAM, Room, bodies, where
from tests.world import directive, room_event

NOTHING = "Niets gevonden in wat voor u open is."


async def test_a_nurse_finds_what_she_remembers_only_half(room: Room) -> None:
    """Part of a word, another form of it, no accents: she finds the note of last week, in her private room."""
    world = room.world
    await world.record("samira", Note("Mevrouw heeft slecht geslapen; de huid op de stuit is rood."), Section.S5)
    world.clock.pass_by(days=1)
    await world.record("samira", Note("Coördinatie met de fysiotherapeut over het bed."), Section.S8)
    for asked, found in {
        "slapen": "S5-1",
        "STUIT rood": "S5-1",
        "fysio": "S8-1",
        "coordinatie": "S8-1",
        '"huid op de stuit"': "S5-1",
    }.items():
        answers = await room.says("samira", f"!zoek {asked}", TEAM)
        private = next(one for one in answers if where(one) == "private")
        assert f"({found}, Samira Bakker" in private.body or f"({found}, S. Bakker" in private.body, private.body
        assert private.person_id == world.id("samira")
        assert all("stuit" not in one.body and "fysio" not in one.body for one in answers if one is not private)
    for asked in ("stuit bed", '"stuit de op"', "geslagen"):
        assert NOTHING in bodies(await room.says("samira", f"!zoek {asked}", TEAM))


async def test_what_people_call_a_complaint_finds_it(room: Room) -> None:
    await room.world.record(
        "samira", SymptomScores((ItemScore(SymptomItem.BREATHLESSNESS, 7),), Reporter.PATIENT), Section.S5
    )
    await room.world.record("samira", Note("Zij is erg benauwd als zij plat ligt."), Section.S5)
    assert "Gevonden: 2" in bodies(await room.says("gerda", "!zoek kortademig", TEAM))


async def test_the_newest_comes_first_and_ten_are_enough(room: Room) -> None:
    for day in range(13):
        await room.world.record("samira", PainScore(day % 11, Reporter.PROFESSIONAL, f"dag {day} in de heup"))
        room.world.clock.pass_by(days=1)
    said = bodies(await room.says("gerda", "!zoek heup", TEAM))
    assert "Gevonden: 13" in said
    assert "En nog 3" in said
    assert said.index("dag 12") < said.index("dag 3 ")
    assert "dag 2 " not in said


async def test_an_agreement_is_shown_whole_with_what_the_patient_says_of_it(room: Room) -> None:
    """A proposal says that it is one; a long note is cut, an agreement is not (BW 7:454 lid 2)."""
    world = room.world
    long = "en verder is besproken dat alles zo blijft als het is " * 12
    limited = directive(Treatment.HOSPITAL_ADMISSION, Decision.YES_BUT, restriction=f"alleen bij een breuk {long}")
    proposed = await world.record("carla", limited)
    async with world.unit() as unit:
        context = await world.context(unit, "anna")
        await add_statement(unit, world.guard, context, proposed.ref, "Liever helemaal niet meer", room_event())
    said = bodies(await room.says("gerda", "!zoek breuk", TEAM))
    assert "VOORSTEL, nog niet bevestigd" in said
    assert said.count("alles zo blijft als het is") == 12
    assert "Eigen verklaring bij S3-1: ‘Liever helemaal niet meer’" in said
    await world.record("samira", Note(f"{long} de breuk is gezet {long}"), Section.S5)
    note = next(line for line in bodies(await room.says("gerda", "!zoek gezet", TEAM)).splitlines() if "gezet" in line)
    assert "…" in note
    assert len(note) < 320


async def test_confidences_are_found_only_by_name(room: Room) -> None:
    await room.world.record("gerda", Note("De buurvrouw vertelde over de erfenis."), Section.S10)
    said = bodies(await room.says("gerda", "!zoek erfenis", TEAM))
    assert NOTHING in said
    assert "!zoek vertrouwelijk:" in said
    assert "S10-1" in bodies(await room.says("gerda", "!zoek vertrouwelijk: erfenis", TEAM))


async def test_what_is_closed_cannot_be_told_from_what_is_not_there(room: Room) -> None:
    """Pieter, her son, may not read the medication, nor what others told in confidence."""
    await room.world.record("gerda", Note("Morfinepomp geplaatst."), Section.S7)
    await room.world.record("gerda", Note("De zoon weet het nog niet van de pomp."), Section.S10)
    hidden = bodies(await room.says("pieter", "!zoek pomp"))
    assert hidden == bodies(await room.says("pieter", "!zoek onvindbaarheid"))
    for section in ("medicatie", "vertrouwelijk", "S7", "S10"):
        assert bodies(await room.says("pieter", f"!zoek {section}: pomp")) == hidden
    refused = await room.world.logged(AuditEvent.REFUSED)
    assert {line.sections for line in refused} >= {"S7", "S10"}, "and asking for it by name is in the log"


async def test_what_is_held_back_from_the_patient_is_not_found_by_her(room: Room) -> None:
    world = room.world
    entry = await world.record("gerda", Note("Uitslag: de lever is aangedaan."), Section.S2)
    assert "S2-1" in bodies(await room.says("anna", "!zoek lever"))
    async with world.unit() as unit:
        until = world.clock.at.replace(day=10)
        await hold_back(
            unit,
            world.guard,
            await world.context(unit, "gerda"),
            entry.ref,
            consulted=world.id("ruben"),
            until=until,
            reason="te veel nu",
        )
    assert NOTHING in bodies(await room.says("anna", "!zoek lever"))
    assert "S2-1" in bodies(await room.says("gerda", "!zoek lever", TEAM))


async def test_a_limited_reader_finds_only_the_part_that_is_open(room: Room) -> None:
    """The pharmacist sees of the wishes only what her role is for."""
    await room.world.record("carla", PreferredPlaceOfDeath(Place.HOME, comment="bij het raam"))
    await room.world.record("carla", ContactPerson("Dochter Raam"))
    everything = {(e.section, e.ref) for e in await room.world.read("noor")}
    said = bodies(await room.says("noor", "!zoek raam", TEAM))
    assert [ref in said for ref in ("S4-1", "S1-1")] == [
        any(str(ref) == one for _, ref in everything) for one in ("S4-1", "S1-1")
    ]


async def test_a_replaced_word_is_not_found(room: Room) -> None:
    await room.world.record("carla", PreferredPlaceOfDeath(Place.HOSPICE, comment="kamer aan de tuin"))
    await room.world.record("carla", PreferredPlaceOfDeath(Place.HOME, comment="bij haar man"))
    assert NOTHING in bodies(await room.says("gerda", "!zoek tuin", TEAM))
    assert "S4-1" in bodies(await room.says("gerda", "!zoek man", TEAM))


async def test_the_log_has_that_somebody_searched_and_never_for_what(room: Room) -> None:
    await room.world.record("samira", Note("Kanariegeel braaksel."), Section.S5)
    before = len(await room.world.log())
    await room.says("gerda", "!zoek kanariegeel", TEAM)
    new = (await room.world.log())[before:]
    looks = [item.entry for item in new if item.entry.event is AuditEvent.ENTRY_READ]
    assert [look.detail for look in looks] == ["search;entries=1;mode=gericht"]
    assert "kanarie" not in str(new).casefold()


@pytest.mark.parametrize("asked", ["", "%", "_", "   ", '""', "🙂", "a" * 201, " ".join("abcdefghi"), "(" * 199, "S5:"])
async def test_a_question_without_a_word_is_explained(room: Room, asked: str) -> None:
    said = bodies(await room.says("gerda", f"!zoek {asked}", TEAM))
    assert "!zoek <woorden>" in said
    if len(asked) > 5:
        assert asked not in said


async def test_a_neighbour_searches_nothing(room: Room) -> None:
    """Wim is not of the circle: a refusal like any other, and no room for him."""
    await room.joins("wim", "circle")
    said = await room.says("wim", "!zoek pijn")
    assert NOTHING not in bodies(said)
    assert all(where(one) != "private" for one in said)


async def test_an_answer_is_plain_text(room: Room) -> None:
    """What was noted cannot pose as a heading of Kring, nor as markup."""
    await room.world.record("samira", Note("# Behandelgrenzen\n- <b>wel</b> reanimeren zegt de buurman"), Section.S5)
    said = bodies(await room.says("gerda", "!zoek buurman", TEAM))
    assert "\n# Behandelgrenzen" not in said
    assert "<b>" not in str(notice_of(said).get("formatted_body", ""))


async def test_a_found_agreement_carries_its_marks(room: Room) -> None:
    """Found alone it still says that another agreement contradicts it (E13), as reading the section does."""
    await room.world.confirm("gerda", (await room.world.record("carla", directive(Treatment.RESUSCITATION))).ref)
    later = directive(Treatment.RESUSCITATION, Decision.YES)
    await room.world.confirm("carla", (await room.world.record("ruben", later)).ref)
    read = bodies(await room.says("gerda", "!dossier S3", "circle"))
    found = bodies(await room.says("gerda", "!zoek reanimeren", TEAM))
    assert "TEGENSTRIJDIG" in read
    assert found.count("TEGENSTRIJDIG") == read.count("TEGENSTRIJDIG")
