"""A photo in the dossier: opened by who may read where it stands, as a download, and never by anybody else."""

from http import HTTPStatus

from hub.adapters.files import clean_file
from hub.application.use_cases.documents import keep_document
from hub.domain.audit import AuditEvent
from hub.domain.dossier import Entry, Source, SourceKind
from hub.domain.vocabulary import Section
from tests.adapters.test_files import photo
from tests.portal.world import Browser, World, read, sign_in


async def photo_of_the_wound(world: World, who: str = "nurse", section: Section = Section.S5) -> Entry:
    kept = clean_file(photo())
    async with world.hub.transactions() as unit:
        context = await world.context(unit, who)
        source = Source(SourceKind.ROOM, "$foto")
        return await keep_document(
            unit, world.hub.guard, context, section, "wond  aan de hiel\n", kept.media_type, kept.data, source
        )


async def test_the_gp_opens_the_photo_as_a_download_and_the_log_names_it(world: World, browser: Browser) -> None:
    entry = await photo_of_the_wound(world)
    await sign_in(world, browser, "gp")
    _, page = await read(browser, "/dossier/S5")
    address = f"/dossier/S5/bestand/{entry.ref.number}"
    assert f'href="{address}"' in page
    assert "wond aan de hiel" in page
    response = await browser.get(address)
    assert response.status == HTTPStatus.OK
    assert await response.read() == clean_file(photo()).data
    assert response.headers["Content-Disposition"] == 'attachment; filename="kring-S5-1.jpg"'
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Cache-Control"] == "no-store"
    lines = await world.audited(AuditEvent.ENTRY_READ, "gp")
    assert (lines[-1].entry.object_type, lines[-1].entry.object_id) == ("document", "S5-1")


async def test_who_reads_only_their_own_gets_the_same_answer_for_a_file_of_another_and_for_none(
    world: World, browser: Browser
) -> None:
    await photo_of_the_wound(world)
    await sign_in(world, browser, "daughter")
    there = await browser.get("/dossier/S5/bestand/1")
    nowhere = await browser.get("/dossier/S5/bestand/7")
    assert there.status == nowhere.status == HTTPStatus.NOT_FOUND
    assert "hiel" not in await there.text()
    closed = await browser.get("/dossier/S7/bestand/1")
    assert closed.status == HTTPStatus.FORBIDDEN


async def test_what_is_no_file_is_not_there(world: World, browser: Browser) -> None:
    await world.file_the_plan()
    await sign_in(world, browser, "gp")
    for path in ("/dossier/S5/bestand/1", "/dossier/S5/bestand/99", "/dossier/S99/bestand/1", "/dossier/S5/bestand/x"):
        assert (await browser.get(path)).status == HTTPStatus.NOT_FOUND, path


async def test_a_file_of_somebody_else_does_not_open_in_another_dossier(world: World) -> None:
    entry = await photo_of_the_wound(world)
    async with world.hub.transactions() as unit:
        sealed = await unit.attachments.get(world.patient_id, entry.value.attachment_id)
        assert sealed == clean_file(photo()).data
        rows = await unit.connection.exec_driver_sql("SELECT sealed_data FROM attachment")
        assert sealed[100:160] not in rows.scalar_one()
