"""E10: what is wrong is mended openly; what was about another patient leaves this dossier."""

import pytest

from hub.application.use_cases.corrections import move_out
from hub.domain.audit import AuditEvent
from hub.domain.dossier import Status
from hub.domain.errors import CommandRejected
from hub.domain.identifiers import EntryRef
from hub.domain.vocabulary import Action, Section
from tests.stories.room import TEAM, Room, bodies, where


async def test_e10_a_typing_error_is_mended_by_its_writer_and_the_wrong_score_is_kept_and_not_shown(room: Room) -> None:
    await room.says("samira", "!pijn 8 botpijn", TEAM)
    (answer,) = await room.says("samira", "!herstel S5-1 3 botpijn, reden: typefout, het was een 3", TEAM)
    assert answer.body.startswith("S5-1 is hersteld (versie 2).")
    (shown,) = await room.world.read("gerda", Section.S5)
    assert (shown.value.score, shown.version, shown.reason) == (3, 2, "typefout, het was een 3")
    read = bodies(await room.says("gerda", "!dossier klachten", TEAM))
    assert "; hersteld)" in read
    assert "8 op 10" not in read
    assert await _versions(room, EntryRef(Section.S5, 1)) == [8, 3]
    assert AuditEvent.ENTRY_CORRECTED in {item.entry.event for item in await room.world.log()}


async def test_e10_a_colleague_cannot_change_it_but_can_ask_and_the_writer_hears(room: Room) -> None:
    await room.says("samira", "!pijn 8", TEAM)
    (refused,) = await room.says("gerda", "!herstel S5-1 3, reden: ik denk van niet", TEAM)
    assert "S5-1 is van iemand anders" in refused.body
    answers = await room.says("gerda", "!verklaring S5-1 herstel: dit was de score van gisteren", TEAM)
    assert {where(answer) for answer in answers} == {"team", "private"}
    told = next(answer for answer in answers if where(answer) == "private")
    assert told.person_id == room.world.id("samira")
    assert "S5-1" in told.body
    assert "gisteren" not in told.body, "what is asked is read in the dossier, by who may"
    request = next(e for e in await room.world.read("samira", Section.S5) if e.kind.value == "statement")
    assert request.value.wants_correction


async def test_e10_a_mended_directive_waits_for_a_second_person_again(room: Room) -> None:
    await room.says("carla", "!behandelgrens reanimeren nee, besproken op 3-11-2026 met patiënt", TEAM)
    await room.says("gerda", "!bevestig S3-1", TEAM)
    await room.says("carla", "!herstel S3-1 reanimeren ja, reden: verkeerd verstaan", TEAM)
    shown = await room.world.read("samira", Section.S3)
    assert [entry.status for entry in shown] == [Status.ACTIVE, Status.PROPOSED]
    assert shown[0].value.sentence_nl().startswith("NIET reanimeren")


async def test_e10_what_should_not_be_there_lapses_with_a_reason(room: Room) -> None:
    await room.says("samira", "!noteer zorgplan: dubbele notitie", TEAM)
    (answer,) = await room.says("samira", "!herstel S8-1 vervalt, reden: stond er dubbel", TEAM)
    assert answer.body.startswith("S8-1 vervalt")
    assert await room.world.read("gerda", Section.S8) == []


async def test_e10_without_a_reason_or_without_an_entry_nothing_changes(room: Room) -> None:
    await room.says("samira", "!pijn 8", TEAM)
    for wrong in ("S5-1 3", "S5-1 vervalt", "S5-1 , reden: zomaar", "S5-99 3, reden: x"):
        (answer,) = await room.says("samira", f"!herstel {wrong}", TEAM)
        assert "hersteld (" not in answer.body
    (entry,) = await room.world.read("gerda", Section.S5)
    assert entry.version == 1


async def test_e10_what_was_about_another_patient_is_gone_for_everybody_and_only_the_log_knows(room: Room) -> None:
    await room.says("samira", "!noteer zorgplan: meneer Bos krijgt zuurstof", TEAM)
    await room.says("samira", "!noteer zorgplan: mevrouw de Wit wil thuis blijven", TEAM)
    async with room.world.unit() as unit:
        context = await room.world.context(unit, "samira")
        with pytest.raises(CommandRejected, match="naam van de patiënt"):
            await move_out(unit, room.world.guard, context, EntryRef(Section.S8, 1), named="Bert Bos")
    async with room.world.unit() as unit:
        context = await room.world.context(unit, "samira")
        assert await move_out(unit, room.world.guard, context, EntryRef(Section.S8, 1), named="anna  de wit") == 1
    for reader in ("samira", "gerda", "carla", "anna"):
        assert [str(entry.ref) for entry in await room.world.read(reader, Section.S8)] == ["S8-2"]
    assert "zuurstof" not in bodies(await room.says("gerda", "!dossier", TEAM))
    (answer,) = await room.says("samira", "!noteer zorgplan: volgende", TEAM)
    assert answer.body == "Vastgelegd als S8-3.", "its number is never given again"
    (moved,) = [i.entry for i in await room.world.log() if i.entry.event is AuditEvent.ENTRY_MOVED_OUT]
    assert (moved.object_id, moved.detail) == ("S8-1", "breach-to-assess")


async def _versions(room: Room, ref: EntryRef) -> list[int]:
    async with room.world.unit() as unit:
        context = await room.world.context(unit, "samira")
        permit = await room.world.guard.require(unit, context, Action.RECORD, ref.section)
        return [entry.value.score for entry in await unit.dossier.versions(permit, ref)]
