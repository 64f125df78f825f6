"""E14: what somebody tells in confidence reaches neither patient nor family, by no road (BW 7:456, second sentence)."""

import pytest

from hub.application.use_cases.access_log import read_log
from hub.domain.vocabulary import Section
from tests.stories.room import CIRCLE, TEAM, Room, bodies

SECRET = "moeder verbergt haar pillen in de theepot"


async def _confide(room: Room) -> None:
    (answer,) = await room.says("pieter", f"!noteer vertrouwelijk: {SECRET}")
    assert answer.body == "In vertrouwen vastgelegd."


@pytest.mark.parametrize("asked", ["!dossier", "!dossier vertrouwelijk", "!bijpraten", "!waarom", "!wie", "!help"])
async def test_e14_no_answer_to_patient_or_family_holds_it(room: Room, asked: str) -> None:
    await _confide(room)
    for reader in ("anna", "pieter"):
        await room.private_room(reader)
        assert "theepot" not in bodies(await room.says(reader, asked, CIRCLE))


async def test_e14_summaries_handovers_and_welcomes_leave_it_out_also_for_the_team(room: Room) -> None:
    await _confide(room)
    for said in ("!dossier", "!overdracht naar ziekenhuis"):
        assert "theepot" not in bodies(await room.says("gerda", said, TEAM))
    assert "theepot" in bodies(await room.says("gerda", "!dossier vertrouwelijk", TEAM)), "who asks for it by name may"


async def test_e14_the_patients_log_does_not_tell_that_there_is_anything(room: Room) -> None:
    async with room.world.unit() as unit:
        before = await read_log(unit, room.world.guard, await room.world.context(unit, "anna"))
    await _confide(room)
    async with room.world.unit() as unit:
        after = await read_log(unit, room.world.guard, await room.world.context(unit, "anna"))
    told = [item for item in after if item not in before]
    assert not [item for item in told if "S10" in item.entry.sections or item.entry.object_id.startswith("S10")]
    assert len(after) == len(before) + 1, "only her own look"


async def test_e14_a_confidence_about_what_is_in_the_dossier_is_no_statement_beside_it(room: Room) -> None:
    await _confide(room)
    assert await room.world.read("carla", Section.S10)
    (refused, *_) = await room.says("anna", "!verklaring S10-1: dat is niet waar")
    assert refused.body.startswith("Dat kan niet: ")
