"""Samira sends a photo of the heel, and keeps it: nothing of it is stored before she says where it belongs."""

import itertools
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import func, select

from bots.runtime.media import encrypt_attachment
from hub.adapters.files import clean_file
from hub.adapters.sql.dossier_tables import attachment
from hub.application.use_cases.documents import open_document
from hub.domain.audit import AuditEvent
from hub.domain.documents import Document
from hub.domain.vocabulary import Section
from tests.adapters.test_files import PDF, taken_at_home
from tests.stories.filing_room import FilingRoom, filing_room
from tests.stories.room import CIRCLE, SERVER, Room

_MEDIA = itertools.count(1)


@pytest.fixture
async def kring(room: Room) -> AsyncIterator[FilingRoom]:
    async with filing_room(room) as opened:
        yield opened


async def sends_file(
    kring: FilingRoom, who: str, data: bytes, name: str = "hiel.jpg", msgtype: str = "m.image", **more: Any
) -> str:
    """A photo or a file as Element sends it: encrypted, uploaded, and its key in the message."""
    ciphertext, file = encrypt_attachment(data)
    media_id = f"MEDIA{next(_MEDIA)}"
    kring.http.media[media_id] = ciphertext
    content = {"msgtype": msgtype, "filename": name, "file": {**file, "url": f"mxc://{SERVER}/{media_id}"}} | more
    return await kring.writes(who, name, CIRCLE, **content)


async def stored(kring: FilingRoom) -> int:
    async with kring.room.hub.database.reading() as connection:
        return int((await connection.execute(select(func.count()).select_from(attachment))).scalar_one())


async def answers_and_waits(kring: FilingRoom, who: str, text: str) -> list[str]:
    said = await kring.answer(who, text)
    await kring.files()
    return said + await kring.told_to(who)


async def test_a_photo_is_kept_where_she_says_without_the_place_it_was_taken(kring: FilingRoom) -> None:
    photo = taken_at_home()
    sent = await sends_file(kring, "samira", photo)
    (question,) = await kring.point("samira", sent)
    assert question.splitlines()[:4] == [
        "# Bewaren in het dossier?",
        "Samira Bakker (thuiszorg) stuurde op 3-11-2026 10:00 een foto: “hiel.jpg”",
        "1. Bij Klachten en functioneren (S5)",
        "2. Bij Zorgplan en taken (S8)",
    ]
    assert "plaats en het toestel" in question
    assert await stored(kring) == 0
    waiting, done = await answers_and_waits(kring, "samira", "1")
    assert waiting == "Ik haal het op. U hoort zo of het bewaard is."
    assert done == "Vastgelegd als S5-1."
    (entry,) = await kring.filed()
    assert isinstance(entry.value, Document)
    assert entry.value.title == "hiel.jpg (Samira Bakker (thuiszorg), 3-11-2026 10:00)"
    async with kring.room.world.unit() as unit:
        opened = await open_document(
            unit, kring.room.world.guard, await kring.room.world.context(unit, "gerda"), entry.ref
        )
    assert opened.data == clean_file(photo).data
    (source,) = await kring.source_of("S5-1")
    assert source.event_id == sent
    (logged,) = await kring.room.world.logged(AuditEvent.MESSAGE_FILED)
    assert logged.detail == f"event={sent}"


async def test_no_means_that_nothing_of_it_was_ever_stored(kring: FilingRoom) -> None:
    sent = await sends_file(kring, "pieter", taken_at_home())
    await kring.point("samira", sent)
    assert await kring.answer("samira", "0") == ["Goed. Ik bewaar het niet."]
    await kring.files()
    assert await stored(kring) == 0
    assert await kring.filed() == []


async def test_a_letter_goes_where_it_was_asked_and_what_weighs_most_takes_a_word(kring: FilingRoom) -> None:
    letter = await sends_file(kring, "gerda", PDF, "brief.pdf", "m.file")
    (question,) = await kring.says_keep("gerda", letter, "medicatie")
    assert "1. Bij Medicatie (S7) — antwoord dan met: bevestig 1" in question
    (warning,) = await kring.answer("gerda", "1")
    assert "weegt zwaar" in warning
    _, done = await answers_and_waits(kring, "gerda", "bevestig 1")
    assert done == "Vastgelegd als S7-1."
    assert [entry.section for entry in await kring.filed()] == [Section.S7]


async def test_another_section_by_its_name(kring: FilingRoom) -> None:
    sent = await sends_file(kring, "samira", taken_at_home())
    (question,) = await kring.point("samira", sent)
    other = next(line.partition(".")[0] for line in question.splitlines() if line.endswith("Een ander onderdeel"))
    await kring.answer("samira", other)
    _, done = await answers_and_waits(kring, "samira", "psychosociaal")
    assert done == "Vastgelegd als S6-1."


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"MZ a program", "Dit soort bestand bewaart Kring niet"),
        (PDF.replace(b"/Root", b"/OpenAction 2 0 R/Root"), "pdf"),
    ],
)
async def test_what_cannot_be_kept_is_told_and_not_stored(kring: FilingRoom, data: bytes, why: str) -> None:
    sent = await sends_file(kring, "samira", data, "iets.jpg")
    await kring.point("samira", sent)
    _, told = await answers_and_waits(kring, "samira", "1")
    assert told.startswith("Ik heb niets bewaard. ")
    assert why in told
    assert await stored(kring) == 0
    assert await kring.filed() == []


async def test_a_file_that_the_server_changed_or_lost_is_told_and_not_stored(kring: FilingRoom) -> None:
    changed = await sends_file(kring, "samira", taken_at_home())
    kring.http.media = {name: bytes(len(data)) for name, data in kring.http.media.items()}
    await kring.point("samira", changed)
    _, told = await answers_and_waits(kring, "samira", "1")
    assert told == "Ik heb niets bewaard. Een bijlage is onderweg veranderd."
    lost = await sends_file(kring, "samira", taken_at_home())
    kring.http.media.clear()
    await kring.point("samira", lost)
    _, told = await answers_and_waits(kring, "samira", "1")
    assert "niet meer op te halen" in told
    assert await stored(kring) == 0


async def test_a_server_that_is_away_for_a_while_only_delays(kring: FilingRoom) -> None:
    sent = await sends_file(kring, "samira", taken_at_home())
    await kring.point("samira", sent)
    await kring.answer("samira", "1")
    kring.http.away = True
    await kring.files()
    kring.http.away = False
    kring.room.world.clock.pass_by(minutes=1)
    await kring.files()
    assert (await kring.told_to("samira"))[-1] == "Vastgelegd als S5-1."
    assert await stored(kring) == 1


async def test_the_same_photo_twice_is_kept_once(kring: FilingRoom) -> None:
    sent = await sends_file(kring, "samira", taken_at_home())
    await kring.point("samira", sent)
    await answers_and_waits(kring, "samira", "1")
    await kring.point("samira", sent)
    assert await kring.answer("samira", "1") == ["Dat bericht is al bewaard, als S5-1."]
    assert await stored(kring) == 1


async def test_a_photo_in_clear_or_with_a_key_of_elsewhere_is_not_fetched(kring: FilingRoom) -> None:
    sent = await sends_file(kring, "samira", taken_at_home(), file={"url": "mxc://elsewhere.example/MEDIA1"})
    await kring.point("samira", sent)
    _, told = await answers_and_waits(kring, "samira", "1")
    assert "eigen server" in told
    assert await stored(kring) == 0


async def test_when_the_message_is_withdrawn_the_photo_stays_with_that_mark(kring: FilingRoom) -> None:
    sent = await sends_file(kring, "samira", taken_at_home())
    await kring.point("samira", sent)
    await answers_and_waits(kring, "samira", "1")
    await kring.withdraws("samira", sent)
    (source,) = await kring.source_of("S5-1")
    assert source.withdrawn_at is not None
    assert await stored(kring) == 1
