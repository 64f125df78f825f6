"""Hazards 1, 9 and 11 of the safety case (law-and-care §6): a directive, a medicine, and what a bot makes of chat."""

import pytest
from sqlalchemy import update

from hub.adapters.sql.tables import patient
from hub.domain.dossier import Status
from hub.domain.entries import Kind
from hub.domain.vocabulary import PatientState, Section
from tests.stories.room import TEAM, Room, bodies


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("reanimeren nee", "NIET reanimeren"),
        ("reanimeren ja", "WEL reanimeren"),
        ("icd ja", "De ICD WORDT uitgezet in de laatste levensfase"),
        ("icd nee", "De ICD blijft AAN en wordt NIET uitgezet"),
        ("ic onbekend", "NOG ONBEKEND; er is geen ‘ja’ en geen ‘nee’"),
    ],
)
async def test_haz01_a_directive_is_read_as_a_full_sentence_with_who_and_when(room: Room, said: str, read: str) -> None:
    await room.says("carla", f"!behandelgrens {said}, besproken op 3-11-2026 met patiënt", TEAM)
    (waiting, *_) = await room.says("samira", "!dossier pzp", TEAM)
    assert f"VOORSTEL, nog niet bevestigd: {read}" in waiting.body or read in waiting.body
    await room.says("gerda", "!bevestig S3-1", TEAM)
    (shown, *_) = await room.says("samira", "!dossier pzp", TEAM)
    assert read in shown.body
    assert "VOORSTEL" not in shown.body
    assert "Gerda Huisman" in shown.body


async def test_haz09_medication_is_shown_as_a_copy_and_says_when_it_is_old(room: Room) -> None:
    await room.says("gerda", "!noteer medicatie: morfine, zie de lijst van de apotheek", TEAM)
    (fresh, *_) = await room.says("samira", "!dossier medicatie", TEAM)
    assert "Dit is een kopie." in fresh.body
    room.world.clock.pass_by(days=8)
    (old, *_) = await room.says("samira", "!dossier medicatie", TEAM)
    assert "VEROUDERD" in old.body
    assert "3-11-2026" in old.body, "each line says of which day it is"


async def test_haz09_in_the_dying_phase_a_day_is_old(room: Room) -> None:
    await room.says("gerda", "!noteer medicatie: pomp gestart", TEAM)
    room.world.clock.pass_by(hours=25)
    assert "VEROUDERD" not in bodies(await room.says("samira", "!dossier medicatie", TEAM))
    async with room.hub.database.transaction() as connection:
        await connection.execute(update(patient).values(state=PatientState.DYING.value))
    assert "VEROUDERD" in bodies(await room.says("samira", "!dossier medicatie", TEAM))


async def test_haz11_the_bot_files_nothing_by_itself_and_decides_nothing(room: Room) -> None:
    for said in ("Ze heeft pijn 9 en wil niet gereanimeerd worden", "pijn 9", "niet reanimeren", "morfine verhogen"):
        assert await room.says("gerda", said, TEAM) == []
    assert await room.world.read("gerda") == []
    await room.says("gerda", "!behandelgrens reanimeren nee", TEAM)
    (entry,) = await room.world.read("gerda", Section.S3)
    assert (entry.status, entry.kind) == (Status.PROPOSED, Kind.TREATMENT_DIRECTIVE)
    assert entry.author_id == entry.responsible_id == room.world.id("gerda")
    assert entry.source.reference.startswith("$event"), "the message that it came from"
