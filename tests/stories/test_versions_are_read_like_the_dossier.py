"""Versies: the same permits, the same silence about what is held back, a line in the log for every look."""

import pytest

from hub.application.guard import Refused
from hub.application.use_cases.versions import History, read_versions
from hub.domain.advance_care_plan import Decision, Treatment
from hub.domain.audit import AuditEvent
from hub.domain.entries import Note
from hub.domain.errors import CommandRejected
from hub.domain.identifiers import EntryRef
from hub.domain.vocabulary import Section
from hub.domain.wishes import Place, PreferredPlaceOfDeath
from tests.stories.room import TEAM, Room, bodies
from tests.world import directive


async def _versions(room: Room, who: str, ref: str) -> History:
    async with room.world.unit() as unit:
        context = await room.world.context(unit, who)
        return await read_versions(unit, room.hub.guard, context, EntryRef.parse(ref))


async def test_every_look_at_versions_is_in_the_log(room: Room) -> None:
    await room.world.record("carla", PreferredPlaceOfDeath(Place.HOME))
    await room.world.record("carla", PreferredPlaceOfDeath(Place.HOSPICE))
    found = await _versions(room, "gerda", "S4-1")
    assert [step.entry.version for step in found.steps] == [1, 2]
    assert found.steps[1].change is not None
    assert [one.label for one in found.steps[1].change.fields] == ["plek"]
    read = await room.world.logged(AuditEvent.ENTRY_READ)
    assert ("entry", "S4-1", "S4") in {(line.object_type, line.object_id, line.sections) for line in read}


async def test_a_closed_section_and_what_is_held_back_show_no_version(room: Room) -> None:
    await room.world.record("gerda", Note("wil nog niet weten hoe lang"), Section.S6)
    with pytest.raises(Refused):
        await _versions(room, "wim", "S6-1")
    with pytest.raises(CommandRejected) as not_his:
        await _versions(room, "pieter", "S6-1")
    await room.says("gerda", "!achterhouden S6-1 tot 10-11-2026, overlegd met @coach, reden: eerst het gesprek", TEAM)
    assert len((await _versions(room, "gerda", "S6-1")).steps) == 1
    with pytest.raises(CommandRejected) as held:
        await _versions(room, "anna", "S6-1")
    with pytest.raises(CommandRejected) as absent:
        await _versions(room, "anna", "S6-77")
    assert str(held.value) == str(absent.value) == str(not_his.value)


async def test_what_anna_says_of_it_travels_with_the_versions(room: Room) -> None:
    await room.world.record("gerda", Note("eet weinig"), Section.S6)
    await room.says("anna", "!verklaring S6-1: dat is niet waar", "circle")
    told = bodies(await room.says("gerda", "!versies S6-1", TEAM))
    assert "Wat de patiënt erover zegt" in told
    assert "dat is niet waar" in told


@pytest.mark.parametrize("first", ["carla", "ruben"])
async def test_two_organisations_that_write_at_once_get_a_conflict_or_a_card_never_a_silent_winner(
    room: Room, first: str
) -> None:
    """Who read version 2 and writes after somebody else wrote hears so; who read nothing makes a contradiction."""
    start = await room.world.record("gerda", directive())
    await room.world.confirm("carla", start.ref)
    second = {"carla": "ruben", "ruben": "carla"}[first]
    yes = directive(Treatment.RESUSCITATION, Decision.YES)
    unknown = directive(Treatment.RESUSCITATION, Decision.UNDECIDED)
    await room.world.record(first, yes, seen_version=2)
    with pytest.raises(CommandRejected) as stale:
        await room.world.record(second, unknown, seen_version=2)
    assert stale.value.code == "stale-version"
    await room.world.confirm("gerda", start.ref)
    shown = await room.world.read("samira", Section.S3)
    assert [(entry.value.decision.value, entry.contested) for entry in shown] == [("no", True), ("yes", True)]
    async with room.world.unit() as unit:
        (task,) = await unit.tasks.of_circle(room.world.circle_id)
    assert task.open
    assert task.refs == ("S3-1/2", "S3-1/4")
