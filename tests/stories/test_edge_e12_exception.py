"""E12: the therapeutic exception is dated, shared with a colleague and ends by itself (BW 7:448 lid 3)."""

import pytest

from hub.application.use_cases.access_log import read_log
from hub.domain.audit import AuditEvent
from hub.domain.vocabulary import Section
from tests.stories.room import CIRCLE, TEAM, Room, bodies, where

HELD = "!achterhouden S6-1 tot 20-11-2026, overlegd met @carla, reden: zij is nu in paniek"


async def _said(room: Room) -> None:
    await room.says("gerda", "!noteer psychosociaal: grote angst voor stikken", TEAM)
    await room.says("gerda", "!noteer psychosociaal: slaapt op de bank", TEAM)
    (told, *_) = [m for m in await room.says("gerda", HELD.replace("@carla", "@coach"), TEAM) if where(m) == "private"]
    assert "S6-1 is tot en met 20-11-2026 niet te zien voor patiënt en naasten." in told.body


async def test_e12_the_patient_does_not_see_it_and_the_team_does(room: Room) -> None:
    await _said(room)
    assert [str(e.ref) for e in await room.world.read("anna", Section.S6)] == ["S6-2"]
    assert [str(e.ref) for e in await room.world.read("carla", Section.S6)] == ["S6-1", "S6-2"]
    assert "stikken" not in bodies(await room.says("anna", "!dossier"))
    (unknown,) = await room.says("anna", "!verklaring S6-1: ik ben niet bang")
    assert "staat niet in het deel" in unknown.body


async def test_e12_nothing_about_it_is_said_in_a_room_with_the_patient(room: Room) -> None:
    await _said(room)
    for answer in await room.says("gerda", "!dossier psychosociaal", CIRCLE):
        assert "stikken" not in answer.body or where(answer) == "private"


async def test_e12_the_log_that_the_patient_reads_does_not_tell_it_before_it_ends(room: Room) -> None:
    await _said(room)
    assert not [item for item in await _log(room) if "S6-1" in item.entry.object_id]
    room.world.clock.pass_by(days=18)
    told = [item.entry for item in await _log(room) if item.entry.event is AuditEvent.ENTRY_WITHHELD]
    assert [entry.detail for entry in told] == ["last-day=2026-11-20"], "no hidden drawer: afterwards it is there"


async def test_e12_it_opens_by_itself_on_the_day(room: Room) -> None:
    await _said(room)
    room.world.clock.pass_by(days=18)
    assert [str(e.ref) for e in await room.world.read("anna", Section.S6)] == ["S6-1", "S6-2"]


async def test_e12_and_earlier_when_the_doctor_says_so(room: Room) -> None:
    await _said(room)
    await room.says("gerda", "!achterhouden S6-1 niet meer", TEAM)
    assert len(await room.world.read("anna", Section.S6)) == 2


@pytest.mark.parametrize(
    ("who", "said", "why"),
    [
        ("gerda", "!achterhouden S6-1 tot 20-1-2027, overlegd met @coach, reden: lang", "hoogstens 30 dagen"),
        ("gerda", "!achterhouden S6-1 tot 20-11-2026, overlegd met @thuiszorg, reden: x", "arts of coach"),
        ("gerda", "!achterhouden S6-1 tot 20-11-2026, reden: zonder overleg", "Schrijf: !achterhouden"),
        ("gerda", "!achterhouden S6-1 tot 31-11-2026, overlegd met @coach, reden: x", "datum"),
        ("samira", "!achterhouden S6-1 tot 20-11-2026, overlegd met @coach, reden: x", "arts of de coach"),
        ("gerda", "!achterhouden S6-99 tot 20-11-2026, overlegd met @coach, reden: x", "staat niet in het deel"),
    ],
)
async def test_e12_longer_alone_or_by_another_it_does_not_happen(room: Room, who: str, said: str, why: str) -> None:
    await room.says("gerda", "!noteer psychosociaal: grote angst voor stikken", TEAM)
    assert why in bodies(await room.says(who, said, TEAM))
    assert len(await room.world.read("anna", Section.S6)) == 1


async def _log(room: Room) -> list:
    async with room.world.unit() as unit:
        return await read_log(unit, room.world.guard, await room.world.context(unit, "anna"))
