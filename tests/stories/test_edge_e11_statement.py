"""E11: the patient's own statement stands beside what others wrote, wherever that is read (BW 7:454 lid 2)."""

from hub.domain.entries import Kind
from hub.domain.vocabulary import Section
from tests.stories.room import TEAM, Room, bodies

HER_WORDS = "Ik heb dit niet zo gezegd.\nIk wil wél naar het ziekenhuis als ik het benauwd krijg."


async def _contested_note(room: Room) -> None:
    await room.says("gerda", "!noteer zorgplan: mevrouw wil niet meer naar het ziekenhuis", TEAM)
    (answer,) = await room.says("anna", f"!verklaring S8-1: {HER_WORDS}")
    assert answer.body == "Vastgelegd als S8-2. Uw woorden staan naast S8-1. Niemand kan ze veranderen."


async def test_e11_her_words_are_kept_as_written_and_shown_to_whoever_reads_what_they_are_about(room: Room) -> None:
    await _contested_note(room)
    for reader in ("gerda", "carla", "samira", "anna"):
        entries = await room.world.read(reader, Section.S8)
        statement = next(entry for entry in entries if entry.kind is Kind.STATEMENT)
        assert statement.value.text == HER_WORDS
    (shown, *_) = await room.says("samira", "!dossier zorgplan", TEAM)
    assert "Eigen verklaring bij S8-1" in shown.body


async def test_e11_it_travels_in_every_road_out_of_the_dossier(room: Room) -> None:
    await _contested_note(room)
    await room.private_room("samira")
    roads = [
        await room.says("samira", "!dossier", TEAM),
        await room.says("samira", "!dossier zorgplan", TEAM),
        await room.says("samira", "!bijpraten", TEAM),
        await room.says("samira", "!overdracht naar ziekenhuis", TEAM),
    ]
    for road in roads:
        assert "benauwd krijg" in bodies(road)


async def test_e11_it_travels_with_the_out_of_hours_set(room: Room) -> None:
    await room.says("carla", "!behandelgrens reanimeren nee, besproken op 3-11-2026 met patiënt", "team")
    await room.says("gerda", "!bevestig S3-1", "team")
    await room.says("anna", "!verklaring S3-1: mijn dochter weet hier nog niet van")
    assert "mijn dochter weet hier nog niet van" in bodies(await room.says("samira", "!spoed", TEAM))


async def test_e11_no_professional_changes_or_removes_it(room: Room) -> None:
    await _contested_note(room)
    for said in (
        "!herstel S8-2 iets anders, reden: past mij beter",
        "!herstel S8-2 vervalt, reden: hoort hier niet",
        "!noteer zorgplan: de verklaring klopt niet",
    ):
        await room.says("gerda", said, TEAM)
    statement = next(e for e in await room.world.read("anna", Section.S8) if e.kind is Kind.STATEMENT)
    assert (statement.value.text, statement.version) == (HER_WORDS, 1)


async def test_e11_not_even_the_patient_overwrites_it_but_may_add_another(room: Room) -> None:
    await _contested_note(room)
    (refused,) = await room.says("anna", "!herstel S8-2 toch niet, reden: bedacht")
    assert "Een eigen verklaring wordt niet veranderd" in refused.body
    await room.says("anna", "!verklaring S8-1: Ik heb er nog eens over nagedacht.")
    assert len([e for e in await room.world.read("gerda", Section.S8) if e.kind is Kind.STATEMENT]) == 2


async def test_e11_only_the_patient_states_and_about_nothing_that_is_closed_to_her(room: Room) -> None:
    await _contested_note(room)
    (refused, *_) = await room.says("gerda", "!verklaring S8-1: ik sta hierachter", TEAM)
    assert refused.body.startswith("Dat kan niet: ")
    await room.says("pieter", "!noteer vertrouwelijk: moeder weet niet dat ik haar huis verkoop")
    (closed, *_) = await room.says("anna", "!verklaring S10-1: wat staat daar")
    (absent, *_) = await room.says("anna", "!verklaring S10-9: wat staat daar")
    assert closed.body.partition("!waarom")[0] == absent.body.partition("!waarom")[0]
    (unknown,) = await room.says("anna", "!verklaring S8-99: wat staat daar")
    assert unknown.body == "Die verwijzing staat niet in het deel van het dossier dat voor u open is."
