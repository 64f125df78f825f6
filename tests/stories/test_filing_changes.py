"""After Samira kept a message, Pieter changes it or takes it back. The entry never changes by itself."""

from collections.abc import AsyncIterator

import pytest

from hub.application.plain import entry_as_json
from hub.domain.audit import AuditEvent
from hub.domain.observations import PainScore, Reporter
from tests.stories.filing_room import PIETERS_WORDS, FilingRoom, filing_room
from tests.stories.room import Room, where


@pytest.fixture
async def kring(room: Room) -> AsyncIterator[FilingRoom]:
    async with filing_room(room) as opened:
        yield opened


@pytest.fixture
async def kept(kring: FilingRoom) -> str:
    """The message that stands in the dossier as S5-1."""
    said = await kring.writes("pieter", PIETERS_WORDS)
    await kring.point("samira", said)
    await kring.answer("samira", "1")
    return said


async def test_an_edit_is_put_before_who_kept_it_and_changes_nothing(kring: FilingRoom, kept: str) -> None:
    await kring.edits("pieter", kept, "mama had vannacht pijn, een 6")
    (question,) = await kring.told_to("samira")
    assert question.splitlines()[:2] == [
        "Pieter de Wit (naaste) heeft een bericht aangepast dat bewaard is als S5-1.",
        "Er staat nu: “mama had vannacht pijn, een 6”",
    ]
    assert [entry.value.score for entry in await kring.filed()] == [8]
    assert await kring.answer("samira", "1") == ["S5-1 is hersteld (versie 2)."]
    (entry,) = await kring.filed()
    assert (entry.version, entry.value) == (2, PainScore(6, Reporter.RELATIVE))
    assert [source.version for source in await kring.source_of("S5-1")] == [1, 2]


async def test_zero_leaves_the_entry_as_it_is(kring: FilingRoom, kept: str) -> None:
    await kring.edits("pieter", kept, "een 6")
    await kring.told_to("samira")
    assert await kring.answer("samira", "0") == ["Goed. Ik laat het zo."]
    assert [entry.version for entry in await kring.filed()] == [1]


async def test_an_edit_that_says_nothing_of_it_any_more_asks_a_human_to_look(kring: FilingRoom, kept: str) -> None:
    await kring.edits("pieter", kept, "het gaat goed met mama")
    (question,) = await kring.told_to("samira")
    assert "Klopt de regel niet meer? Typ: !herstel S5-1" in question
    assert await kring.answer("samira", "1") != []
    assert [entry.version for entry in await kring.filed()] == [1]


async def test_an_edit_by_another_is_no_edit_of_this_message(kring: FilingRoom, kept: str) -> None:
    await kring.edits("carla", kept, "een 2")
    assert await kring.room.hears() == []


async def test_an_edit_of_what_nobody_kept_is_talk(kring: FilingRoom) -> None:
    said = await kring.writes("pieter", PIETERS_WORDS)
    await kring.edits("pieter", said, "een 2")
    assert await kring.room.hears() == []


async def test_a_withdrawn_message_marks_the_entry_and_the_entry_stays(kring: FilingRoom, kept: str) -> None:
    await kring.withdraws("pieter", kept)
    (question,) = await kring.told_to("samira")
    assert question.startswith("Volgens de server trok Pieter de Wit het bericht in waar S5-1 op steunt.")
    (entry,) = await kring.filed()
    assert entry.withdrawn_source is not None
    assert entry.withdrawn_source.caution_nl() == "bronbericht ingetrokken door Pieter de Wit op 3-11-2026"
    as_json = entry_as_json(entry, "Samira Bakker")["source_withdrawn"]
    assert as_json["by"] == "Pieter de Wit"
    (shown,) = [m.body for m in await kring.room.says("samira", "!dossier klachten", "private-samira")]
    assert "LET OP: bronbericht ingetrokken door Pieter de Wit op 3-11-2026." in shown
    assert len(await kring.room.world.logged(AuditEvent.SOURCE_WITHDRAWN)) == 1


async def test_who_kept_it_decides_whether_it_lapses(kring: FilingRoom, kept: str) -> None:
    await kring.withdraws("pieter", kept)
    await kring.told_to("samira")
    (done,) = await kring.answer("samira", "1")
    assert done.startswith("S5-1 vervalt.")
    assert await kring.filed() == []


async def test_or_whether_it_stays(kring: FilingRoom, kept: str) -> None:
    await kring.withdraws("pieter", kept)
    await kring.told_to("samira")
    assert await kring.answer("samira", "0") == ["Goed. De regel blijft staan."]
    assert len(await kring.filed()) == 1


async def test_a_withdrawal_that_comes_twice_is_said_once(kring: FilingRoom, kept: str) -> None:
    await kring.withdraws("pieter", kept)
    await kring.told_to("samira")
    await kring.withdraws("pieter", kept)
    assert await kring.told_to("samira") == []
    assert len(await kring.room.world.logged(AuditEvent.SOURCE_WITHDRAWN)) == 1


async def test_what_is_withdrawn_before_the_answer_is_not_kept(kring: FilingRoom) -> None:
    said = await kring.writes("pieter", PIETERS_WORDS)
    await kring.point("samira", said)
    await kring.withdraws("pieter", said)
    assert await kring.answer("samira", "1") == ["Dat bericht is intussen ingetrokken. Ik heb niets bewaard."]
    assert await kring.filed() == []


async def test_when_who_kept_it_left_the_team_hears_that_somebody_must_look(kring: FilingRoom, kept: str) -> None:
    await kring.room.discharge("samira")
    await kring.edits("pieter", kept, "een 6")
    # The task about her pain goes to who leads, in private.
    (told,) = [message for message in await kring.room.hears() if where(message) == "team"]
    assert told.body == "Het bericht achter S5-1 is veranderd of ingetrokken. Kijk of de regel nog klopt: !dossier S5"


async def test_a_mended_entry_has_a_message_of_its_own(kring: FilingRoom, kept: str) -> None:
    """Once mended by hand it rests on no message, so the withdrawal of the old one is no question any more."""
    await kring.room.says("samira", "!herstel S5-1 7, reden: verkeerd gehoord", "private-samira")
    await kring.withdraws("pieter", kept)
    assert await kring.room.hears() == []
    (entry,) = await kring.filed()
    assert (entry.version, entry.withdrawn_source) == (2, None)
