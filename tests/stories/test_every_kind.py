"""Everything that belongs in a dossier of palliative care, typed in one line where people talk (S1 to S9)."""

import pytest
from sqlalchemy import update

from bots.dossier.kind_commands import KIND_COMMANDS
from hub.adapters.sql.tables import circle
from hub.domain.audit import AuditEvent
from hub.domain.vocabulary import Section
from tests.canaries.asked import ASKED
from tests.stories.room import TEAM, Room, bodies, where

KIT = (
    "!noodpakket pijn: morfine 5 mg; onrust: midazolam 5 mg; door G. Huisman op 1-11-2026; ligt koelkast; "
    "houdbaar 3-2027; getekend G. Huisman op 1-11-2026; bel thuiszorg 026-1234567"
)


async def nobody_spoke_of_it(room: Room) -> None:
    async with room.hub.database.transaction() as connection:
        await connection.execute(update(circle).values(discussed_at=None))


@pytest.mark.parametrize("word", sorted(KIND_COMMANDS))
async def test_the_gp_files_each_kind_in_one_line_and_reads_it_back_as_a_sentence(room: Room, word: str) -> None:
    answers = await room.says("gerda", f"!{word} {ASKED[word][0]}", TEAM)
    said = bodies(answer for answer in answers if where(answer) == TEAM)
    assert said.startswith("Vastgelegd als S")
    ref = said.split()[2].rstrip(".")
    read = bodies(await room.says("gerda", f"!dossier {ref.partition('-')[0]}", TEAM))
    (line,) = [line for line in read.splitlines() if f"({ref}, " in line]
    assert len(line.split()) > 6
    assert (await room.world.logged(AuditEvent.ENTRY_RECORDED))[-1].sections == ref.partition("-")[0]


@pytest.mark.parametrize(
    ("who", "word"),
    [("samira", "medicatie"), ("samira", "noodpakket"), ("carla", "pomp"), ("ruben", "patz"), ("pieter", "zorgplan")],
)
async def test_a_kind_that_is_not_for_this_role_is_refused_and_nothing_is_kept(room: Room, who: str, word: str) -> None:
    before = len(await room.world.logged(AuditEvent.ENTRY_RECORDED))
    await room.private_room(who)
    said = bodies(await room.says(who, f"!{word} {ASKED[word][0]}", f"private-{who}"))
    assert "Vastgelegd" not in said
    assert "niet" in said
    assert len(await room.world.logged(AuditEvent.ENTRY_RECORDED)) == before


async def test_the_marking_is_closed_to_the_patient_until_it_was_talked_about(room: Room) -> None:
    await nobody_spoke_of_it(room)
    private = await room.private_room("anna")
    for line in (
        "diagnose hoofd borstkanker", "fase symptoomgericht weken tot maanden", "patz rood", "complexiteit hoog druk",
        "markering verrast nee", "markering tweede verrast ja", "markering spict: bedlegerig",
    ):  # fmt: skip
        assert "Vastgelegd als S2-" in bodies(await room.says("gerda", f"!{line}", TEAM))
    before = bodies(await room.says("anna", "!dossier", private)) + bodies(
        await room.says("anna", "!dossier S2", private)
    )
    for word in ("borstkanker", "symptoomgericht", "rood", "verrassingsvraag", "SPICT", "complexiteit is hoog"):
        assert word not in before
    said = bodies(await room.says("gerda", "!markering besproken op 1-11-2026", TEAM))
    assert "De patiënt kan het onderdeel Ziekte en markering nu ook lezen." in said
    after = bodies(await room.says("anna", "!dossier S2", private))
    assert "Hoofddiagnose: borstkanker" in after
    assert "De markering is op 1-11-2026 met de patiënt besproken." in after
    assert len(await room.world.logged(AuditEvent.MARKING_DISCUSSED)) == 1
    assert "stond er al" in bodies(await room.says("carla", "!markering besproken", TEAM))


@pytest.mark.parametrize("who", ["anna", "pieter", "samira", "ruben"])
async def test_only_who_answers_for_the_whole_illness_says_that_it_was_discussed(room: Room, who: str) -> None:
    await nobody_spoke_of_it(room)
    private = await room.private_room(who)
    said = bodies(await room.says(who, "!markering besproken", private))
    assert "nu ook lezen" not in said
    assert await room.world.logged(AuditEvent.MARKING_DISCUSSED) == []


async def test_a_list_of_medication_is_as_old_as_its_source_and_not_as_its_typing(room: Room) -> None:
    day = room.world.clock.at
    fresh, old = f"{day.day}-{day.month}-{day.year}", f"{day.day}-{day.month - 1}-{day.year}"
    await room.says("gerda", f"!medicatie bron apotheek De Brug op {old}: morfine 10 mg 2 dd", TEAM)
    await room.says("gerda", "!noteer medicatie: zelf nagevraagd", TEAM)
    said = bodies(await room.says("samira", "!dossier medicatie", TEAM))
    assert "VEROUDERD" in said
    assert f"kopie van apotheek De Brug, opgehaald op {old}" in said
    await room.says("gerda", f"!medicatie bron apotheek De Brug op {fresh} 08:00: morfine 20 mg 2 dd", TEAM)
    assert "VEROUDERD: hier" not in bodies(await room.says("samira", "!dossier medicatie", TEAM))
    await room.says("gerda", "!stervensfase", TEAM)
    room.world.clock.pass_by(hours=30)
    assert "VEROUDERD" in bodies(await room.says("samira", "!dossier medicatie", TEAM))


async def test_an_unclear_unit_is_asked_and_not_kept(room: Room) -> None:
    said = bodies(await room.says("gerda", "!medicatie bron apotheek op 1-11-2026: fentanyl 12 mcg per uur", TEAM))
    assert "Bedoelt u microgram of milligram?" in said
    assert "fentanyl" not in said
    assert await room.world.read("gerda", Section.S7) == []


async def test_the_card_at_night_says_what_was_filed_and_notes_where_nothing_was(room: Room) -> None:
    await room.says("gerda", "!noteer medicatie: allergie voor jodium", TEAM)
    await room.says("gerda", "!noteer ziekte: diagnose longkanker", TEAM)
    card = bodies(await room.says("gerda", "!spoed", TEAM))
    assert "allergie voor jodium" in card
    assert "longkanker" in card
    room.world.clock.pass_by(minutes=1)
    for line in (
        "!allergie penicilline: huiduitslag", "!diagnose hoofd borstkanker", "!fase symptoomgericht", KIT,
        "!medicatie bron apotheek op 1-11-2026: morfine 10 mg 2 dd", "!wonen sleutel: bij de buurvrouw",
        "!bereikbaar nacht: HAP Arnhem 026-1234567 (spoed)", "!pomp gestopt",
    ):  # fmt: skip
        assert "Vastgelegd" in bodies(await room.says("gerda", line, TEAM))
    card = bodies(await room.says("gerda", "!spoed", TEAM))
    for said in (
        "ALLERGIE voor penicilline", "Hoofddiagnose: borstkanker", "symptoomgerichte fase",
        "onrust of verwardheid: midazolam", "uitvoeringsverzoek getekend door G. Huisman",
        "morfine 10 mg 2 dd", "Vraag de actuele lijst op",
        "Zo komt u binnen: ‘bij de buurvrouw’", "Te bellen 's nachts: HAP Arnhem, tel. 026-1234567",
    ):  # fmt: skip
        assert said in card
    await room.says("gerda", "!allergie geen bekend", TEAM)
    assert "TEGENSTRIJDIG: ga uit van de allergie" in bodies(await room.says("gerda", "!spoed", TEAM))


async def test_a_kit_without_prescriber_date_or_signature_is_told_and_counts_as_missing(room: Room) -> None:
    await room.says("gerda", "!noodpakket pijn: morfine 5 mg; ligt koelkast", TEAM)
    card = bodies(await room.says("gerda", "!spoed", TEAM))
    assert "Noodpakket ONVOLLEDIG (ontbreekt: voorschrijver, houdbaarheid en getekend uitvoeringsverzoek)" in card
    assert "Noodpakket" in card.split("Nog niet vastgelegd:")[1].split("\n", maxsplit=1)[0]
    await room.says("gerda", KIT, TEAM)
    card = bodies(await room.says("gerda", "!spoed", TEAM))
    assert "Noodpakket in huis: pijn" in card
    assert "Noodpakket" not in card.split("Nog niet vastgelegd:")[1].split("\n", maxsplit=1)[0]


async def test_the_dying_phase_leaves_its_signs_stops_and_begins_again(room: Room) -> None:
    async def last() -> str:
        (entry,) = await room.world.read("samira", Section.S9)
        return entry.value.sentence_nl()

    await room.says("gerda", "!stervensfase tekenen: bedlegerig, marmering, dochter waakt", TEAM)
    assert "Tekenen: zwak en bedlegerig en slechtere doorbloeding" in await last()
    assert "‘dochter waakt’" in await last()
    await room.says("gerda", "!stervensfase stopt", TEAM)
    assert "GESTOPT" in await last()
    await room.says("carla", "!stervensfase", TEAM)
    assert "OPNIEUW" in await last()


async def test_a_relative_hears_that_the_dying_phase_began_and_no_more_of_it(room: Room) -> None:
    """Information, not observations (law-and-care §5.2); and no search tells what a page leaves out."""
    await room.says("anna", "!toestemming ja Pieter voor S9")
    await room.says("gerda", "!stervensfase tekenen: bedlegerig, dochter drinkt", TEAM)
    await room.says("samira", "!zorgpad 2: mond verzorgd", TEAM)
    private = await room.private_room("pieter")
    said = bodies(await room.says("pieter", "!dossier stervensfase", private))
    assert "De stervensfase is vastgesteld op 3-11-2026." in said
    for hidden in ("bedlegerig", "drinkt", "mond"):
        assert hidden not in said
        assert "S9-" not in bodies(await room.says("pieter", f"!zoek {hidden}", private))
    assert "S9-1" in bodies(await room.says("gerda", "!zoek drinkt", await room.private_room("gerda")))


async def test_a_specialist_declares_the_dying_phase_and_leaves_the_signs_to_who_writes_there(room: Room) -> None:
    said = bodies(await room.says("ruben", "!stervensfase tekenen: reutelen", TEAM))
    assert "De tekenen legt de huisarts" in said
    assert await room.world.logged(AuditEvent.DYING_DECLARED) == []
    await room.says("ruben", "!stervensfase", TEAM)
    assert len(await room.world.logged(AuditEvent.DYING_DECLARED)) == 1
    assert await room.world.read("samira", Section.S9) == []


async def test_what_was_typed_wrong_is_mended_in_the_same_words(room: Room) -> None:
    await room.says("samira", "!pps 40", TEAM)
    assert "S5-1 is hersteld" in bodies(
        await room.says("samira", "!herstel S5-1 pps 50, reden: verkeerd gelezen", TEAM)
    )
    assert "PPS 50 van 100" in bodies(await room.says("samira", "!dossier klachten", TEAM))


async def test_the_help_is_short_and_explains_one_word_when_asked(room: Room) -> None:
    everything = bodies(await room.says("gerda", "!help", TEAM))
    assert len(everything.splitlines()) <= 32
    assert all(f"!{word}" in everything for word in KIND_COMMANDS)
    one = bodies(await room.says("gerda", "!help noodpaket", TEAM))
    assert one.startswith("!noodpakket pijn: <middel>")
    assert len(one.splitlines()) == 1
