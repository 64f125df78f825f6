"""E3: personal work notes (persoonlijke werkaantekeningen) have no place in Kring."""

import pytest

from hub.domain.vocabulary import Action, Section
from tests.stories.room import TEAM, Room


@pytest.mark.parametrize("word", ["werkaantekening", "Werkaantekeningen", "privé", "kladblok"])
async def test_e03_a_note_for_oneself_is_refused_with_where_it_does_belong(room: Room, word: str) -> None:
    (answer,) = await room.says("gerda", f"!noteer {word}: ik twijfel of de zoon het aankan", TEAM)
    assert "geen persoonlijke werkaantekeningen" in answer.body
    assert "BW 7:456" in answer.body
    assert "twijfel" not in answer.body
    for section in Section:
        async with room.world.unit() as unit:
            context = await room.world.context(unit, "gerda")
            permits = await room.world.guard.permitted(unit, context, Action.READ, (section,))
            assert not await unit.dossier.read(permits)


async def test_e03_whatever_is_filed_is_for_the_patient_to_read_too(room: Room) -> None:
    await room.says("gerda", "!noteer psychosociaal: de zoon slaapt slecht", TEAM)
    (entry,) = await room.world.read("anna", Section.S6)
    assert entry.value.text == "de zoon slaapt slecht"
