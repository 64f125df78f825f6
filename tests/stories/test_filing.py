"""Samira reads what Pieter wrote in the circle room and keeps it, in three messages; nothing without her word."""

from collections.abc import AsyncIterator

import pytest

from hub.domain.audit import AuditEvent
from hub.domain.entries import Kind
from hub.domain.filing import content_sha256
from hub.domain.observations import PainScore, Reporter
from hub.domain.vocabulary import Section
from tests.stories.filing_room import PIETERS_WORDS, FilingRoom, filing_room
from tests.stories.room import CIRCLE, TEAM, Room


@pytest.fixture
async def kring(room: Room) -> AsyncIterator[FilingRoom]:
    async with filing_room(room) as opened:
        yield opened


async def test_a_pin_and_a_number_keep_what_pieter_wrote(kring: FilingRoom) -> None:
    said = await kring.writes("pieter", PIETERS_WORDS)
    (question,) = await kring.point("samira", said)
    assert question.splitlines() == [
        "# Bewaren in het dossier?",
        f"Pieter de Wit (naaste) schreef op 3-11-2026 10:00: “{PIETERS_WORDS}”",
        "1. Pijnscore 8, volgens de naaste (S5)",
        "2. Notitie bij Klachten en functioneren (S5)",
        "3. Een ander onderdeel",
        "0. Niet bewaren",
        "Antwoord met het nummer. Zonder uw antwoord bewaar ik niets.",
    ]
    assert await kring.filed() == []
    (done,) = await kring.answer("samira", "1")
    assert done.startswith("Vastgelegd als S5-1.")
    (entry,) = await kring.filed()
    assert entry.value == PainScore(8, Reporter.RELATIVE)
    assert (entry.author_id, entry.source.reference) == (kring.room.world.id("samira"), said)


async def test_the_entry_links_the_message_its_hash_and_its_sender(kring: FilingRoom) -> None:
    said = await kring.writes("pieter", PIETERS_WORDS)
    await kring.point("samira", said)
    await kring.answer("samira", "1")
    (source,) = await kring.source_of("S5-1")
    assert source.event_id == said
    assert source.content_sha256 == content_sha256({"msgtype": "m.text", "body": PIETERS_WORDS})
    assert (source.sender_id, source.filed_by) == (kring.room.world.id("pieter"), kring.room.world.id("samira"))
    (logged,) = await kring.room.world.logged(AuditEvent.MESSAGE_FILED)
    assert (logged.object_id, logged.detail) == ("S5-1/1", f"event={said}")
    assert len(await kring.room.world.logged(AuditEvent.FILING_PROPOSED)) == 1


async def test_a_reply_with_the_word_does_the_same(kring: FilingRoom) -> None:
    said = await kring.writes("pieter", PIETERS_WORDS)
    (question,) = await kring.says_keep("samira", said)
    assert "1. Pijnscore 8" in question
    (done,) = await kring.answer("samira", "2")
    assert done.startswith("Vastgelegd als S5-1.")
    (entry,) = await kring.filed()
    assert entry.kind is Kind.NOTE
    assert entry.value.text == f"Pieter de Wit (naaste) schreef op 3-11-2026 10:00: “{PIETERS_WORDS}”"


async def test_the_section_that_was_named_is_the_only_one_proposed(kring: FilingRoom) -> None:
    said = await kring.writes("pieter", "ze had pijn, een 8, en het bed is te laag")
    (question,) = await kring.says_keep("samira", said, "zorgplan")
    assert "Pijnscore" not in question
    assert "1. Notitie bij Zorgplan en taken (S8)" in question


async def test_zero_keeps_nothing_and_the_log_says_that_it_was_asked(kring: FilingRoom) -> None:
    said = await kring.writes("pieter", PIETERS_WORDS)
    await kring.point("samira", said)
    assert await kring.answer("samira", "0") == ["Goed. Ik bewaar het niet."]
    assert await kring.filed() == []
    assert len(await kring.room.world.logged(AuditEvent.FILING_TURNED_DOWN)) == 1


async def test_another_section_is_chosen_by_its_name(kring: FilingRoom) -> None:
    said = await kring.writes("pieter", "morgen komt de kapper bij mama")
    (question,) = await kring.point("samira", said)
    assert "2. Een ander onderdeel" in question
    (sections,) = await kring.answer("samira", "2")
    assert "S6 Psychosociaal en mantelzorg" in sections
    (done,) = await kring.answer("samira", "mantelzorg")
    assert done.startswith("Vastgelegd als S6-1.")


@pytest.mark.parametrize("answer", ["👍", "📌", "ja hoor, doe maar", "1 en 2", "bevestig", "9", "dank je wel"])
async def test_what_is_no_number_of_the_list_keeps_nothing(kring: FilingRoom, answer: str) -> None:
    said = await kring.writes("pieter", PIETERS_WORDS)
    await kring.point("samira", said)
    await kring.answer("samira", answer)
    assert await kring.filed() == []
    # And the question still waits.
    (done,) = await kring.answer("samira", "1")
    assert done.startswith("Vastgelegd als S5-1.")


async def test_a_number_in_the_circle_room_is_no_answer(kring: FilingRoom) -> None:
    said = await kring.writes("pieter", PIETERS_WORDS)
    await kring.point("samira", said)
    await kring.writes("samira", "1", CIRCLE)
    await kring.writes("samira", "1", TEAM)
    assert await kring.filed() == []


async def test_the_number_of_another_is_no_answer(kring: FilingRoom) -> None:
    said = await kring.writes("pieter", PIETERS_WORDS)
    await kring.point("samira", said)
    await kring.answer("carla", "1")
    assert await kring.filed() == []


async def test_what_weighs_most_takes_a_typed_word(kring: FilingRoom) -> None:
    said = await kring.writes("carla", "Mevrouw wil niet meer gereanimeerd worden")
    (question,) = await kring.point("gerda", said)
    first = next(line for line in question.splitlines() if line.startswith("1. "))
    assert first.startswith("1. Behandelgrens: NIET reanimeren")
    assert first.endswith("— antwoord dan met: bevestig 1")
    (refused,) = await kring.answer("gerda", "1")
    assert refused == "Dit weegt zwaar. Klopt het echt? Antwoord dan met: bevestig 1"
    assert await kring.filed() == []
    (done,) = await kring.answer("gerda", "bevestig 1")
    assert done.startswith("Vastgelegd als voorstel S3-1.")


async def test_medication_is_kept_as_words_and_never_as_a_dose(kring: FilingRoom) -> None:
    said = await kring.writes("pieter", "ze kreeg om 8 uur 10 mg morfine")
    (question,) = await kring.point("samira", said)
    assert "1. Notitie bij Medicatie (S7) — antwoord dan met: bevestig 1" in question


async def test_what_is_told_in_confidence_is_kept_apart_and_its_number_is_not_said(kring: FilingRoom) -> None:
    said = await kring.writes("pieter", "Niet verder vertellen: ik slaap al weken slecht", "private-pieter")
    (question,) = await kring.point("pieter", said, "private-pieter")
    assert "1. Notitie bij Vertrouwelijk van derden (S10)" in question
    (done,) = await kring.answer("pieter", "1")
    assert "S10-" not in done
    assert [entry.section for entry in await kring.filed()] == [Section.S10]


async def test_the_same_message_pointed_at_twice_is_one_question(kring: FilingRoom) -> None:
    said = await kring.writes("pieter", PIETERS_WORDS)
    assert len(await kring.point("samira", said)) == 1
    assert await kring.point("samira", said) == []
    assert len(await kring.says_keep("samira", said)) == 1
    await kring.answer("samira", "1")
    assert await kring.answer("samira", "1") == []
    assert len(await kring.filed()) == 1


async def test_a_message_that_was_kept_says_so_to_who_may_read_it(kring: FilingRoom) -> None:
    said = await kring.writes("pieter", PIETERS_WORDS)
    await kring.point("samira", said)
    await kring.answer("samira", "1")
    assert await kring.point("carla", said) == ["Dat bericht is al bewaard, als S5-1."]
    assert len(await kring.filed()) == 1


async def test_two_people_who_were_asked_together_keep_it_once(kring: FilingRoom) -> None:
    said = await kring.writes("pieter", PIETERS_WORDS)
    await kring.point("samira", said)
    await kring.point("carla", said)
    await kring.answer("samira", "1")
    assert await kring.answer("carla", "1") == ["Dat bericht is al bewaard, als S5-1."]
    assert len(await kring.filed()) == 1


async def test_what_waits_below_is_asked_again(kring: FilingRoom) -> None:
    first = await kring.writes("pieter", PIETERS_WORDS)
    second = await kring.writes("pieter", "en ze is erg misselijk")
    await kring.point("samira", first)
    kring.room.world.clock.pass_by(minutes=1)
    await kring.point("samira", second)
    done, below = await kring.answer("samira", "1")
    assert done.startswith("Vastgelegd als S5-1.\nNotitie bij Klachten")
    assert PIETERS_WORDS in below
    (done,) = await kring.answer("samira", "1")
    assert "Pijnscore 8" in done


async def test_the_newest_words_of_an_edited_message_are_put_before_her(kring: FilingRoom) -> None:
    said = await kring.writes("pieter", PIETERS_WORDS)
    edit = await kring.edits("pieter", said, "mama had vannacht wat pijn, een 3")
    kring.http.shown[said] = {
        **kring.http.shown[said],
        "unsigned": {"m.relations": {"m.replace": kring.http.shown[edit]}},
    }
    (question,) = await kring.point("samira", said)
    assert "(later aangepast) “mama had vannacht wat pijn, een 3”" in question
    assert "1. Pijnscore 3" in question
