"""The out-of-hours set on the fridge: one page, and a code on it that tells whether it is still the newest."""

import io
from http import HTTPStatus
from urllib.parse import urlsplit

import pypdfium2  # type: ignore[import-untyped]
import pytest
import zxingcpp
from pypdf import PdfReader

from bots.dossier.emergency_watch import EmergencyWatch
from hub.adapters.pdf import draw
from hub.domain.advance_care_plan import Decision, Treatment
from hub.domain.audit import AuditEvent
from hub.domain.observations import PainScore, Reporter
from hub.domain.paper import Chapter, Paper
from hub.domain.vocabulary import Section
from tests.portal.world import MORNING, Browser, World, directive, read, sign_in

NEWEST, OLD = "Dit is de nieuwste versie", "VEROUDERD"


async def printed(browser: Browser) -> bytes:
    answer = await browser.get("/papier/spoedset")
    assert answer.status == HTTPStatus.OK, await answer.text()
    assert answer.content_type == "application/pdf"
    return await answer.read()


def scanned(pdf: bytes) -> str:
    """The path that a telephone reads from the paper: the page is drawn as a printer would, and the code is read."""
    page = pypdfium2.PdfDocument(pdf)[0]
    (code,) = zxingcpp.read_barcodes(page.render(scale=2.0).to_pil().convert("L"))
    address = urlsplit(code.text)
    assert address.path.startswith("/actueel/")
    assert (address.query, address.fragment) == ("", "")
    return address.path


async def scan(world: World, path: str) -> str:
    """Somebody at the bedside, who never signed in."""
    async with world.portal() as stranger:
        status, page = await read(stranger, path)
    assert status == HTTPStatus.OK
    return page


async def changed(world: World, decision: Decision) -> None:
    """The coach proposes, the GP confirms."""
    proposed = await world.record("coach", directive(Treatment.RESUSCITATION, decision), Section.S3)
    await world.confirm("gp", proposed.ref)


async def lines(world: World) -> int:
    async with world.hub.transactions.reading() as unit:
        return len(await unit.audit.of_patient(world.patient_id))


async def checks(world: World) -> int:
    async with world.hub.transactions.reading() as unit:
        return sum(code.checked for code in await unit.papers.of_patient(world.patient_id))


async def test_the_code_on_the_fridge_says_newest_until_a_directive_changes(world: World, browser: Browser) -> None:
    await world.file_the_plan()
    await sign_in(world, browser, "coach")
    path = scanned(await printed(browser))
    page = await scan(world, path)
    assert NEWEST in page
    assert "3 november 2026, 10:00" in page
    await changed(world, Decision.YES)
    assert OLD in await scan(world, path), "at once, also before the new page is made"
    await EmergencyWatch(world.hub).round()
    page = await scan(world, path)
    assert OLD in page
    assert NEWEST not in page
    assert "bel 112" in page
    again = scanned(await printed(browser))
    assert again != path
    assert NEWEST in await scan(world, again)
    assert await checks(world) == 4


async def test_what_does_not_stand_on_the_page_makes_no_paper_old(world: World, browser: Browser) -> None:
    await world.file_the_plan()
    await sign_in(world, browser, "coach")
    path = scanned(await printed(browser))
    await world.record("nurse", PainScore(8, Reporter.PROFESSIONAL), Section.S5)
    await EmergencyWatch(world.hub).round()
    assert NEWEST in await scan(world, path)


async def test_the_answer_tells_nothing_of_anybody_and_is_kept_nowhere(world: World, browser: Browser) -> None:
    await world.file_the_plan()
    await sign_in(world, browser, "coach")
    path = scanned(await printed(browser))
    logged = await lines(world)
    async with world.portal() as stranger:
        answer = await stranger.get(path)
        said = f"{answer.headers} {await answer.text()}"
    for word in ("Anna", "de Wit", "Huisman", "Josje", "reanimeren", "1952", world.patient_id):
        assert word not in said
    assert answer.headers["Cache-Control"] == "no-store"
    assert not answer.cookies
    assert "<script" not in said
    assert await lines(world) == logged, "no content was shown, and nobody can be named"


async def test_a_code_that_never_was_answers_as_one_that_was_overtaken(world: World, browser: Browser) -> None:
    await world.file_the_plan()
    await sign_in(world, browser, "coach")
    path = scanned(await printed(browser))
    await changed(world, Decision.YES)
    await EmergencyWatch(world.hub).round()
    overtaken = (await scan(world, path)).replace(path, "")
    for made_up in ("x", "A" * 22, "A" * 3000, "..%2f..%2fetc", "%3Cscript%3E", "é"):
        page = await scan(world, f"/actueel/{made_up}")
        assert "<script>" not in page
        assert page.partition("<main")[2] == overtaken.partition("<main")[2], made_up


async def test_when_the_circle_closes_every_paper_is_old(world: World, browser: Browser) -> None:
    await world.file_the_plan()
    await sign_in(world, browser, "coach")
    path = scanned(await printed(browser))
    async with world.hub.transactions() as unit:
        await unit.circles.close(world.circle_id, world.clock())
    assert OLD in await scan(world, path)


async def test_who_scans_without_end_is_asked_to_wait(world: World) -> None:
    async with world.portal() as stranger:
        answers = [(await stranger.get("/actueel/x")).status for _ in range(31)]
    assert set(answers[:30]) == {HTTPStatus.OK}
    assert answers[30] == HTTPStatus.TOO_MANY_REQUESTS


async def test_a_print_is_a_copy_in_the_log_and_not_for_her_daughter(world: World, browser: Browser) -> None:
    await world.file_the_plan()
    await sign_in(world, browser, "coach")
    said = PdfReader(io.BytesIO(await printed(browser)))
    assert len(said.pages) == 1
    text = " ".join(said.pages[0].extract_text().split())
    assert "NIET reanimeren" in text
    assert "Afgedrukt door Josje Kaptein" in text
    (line,) = await world.audited(AuditEvent.EMERGENCY_PAPER_MADE)
    assert line.entry.user_id == world.people["coach"].id
    assert line.entry.object_id == "v1"
    async with world.portal() as other:
        await sign_in(world, other, "daughter")
        answer = await other.get("/papier/spoedset")
        assert answer.status == HTTPStatus.FORBIDDEN
        assert "reanimeren" not in await answer.text()
    assert len(await world.audited(AuditEvent.EMERGENCY_PAPER_MADE)) == 1


@pytest.mark.parametrize(("chapters", "pages"), [(3, 1), (14, 1), (24, 1), (60, 2)])
def test_a_full_dossier_is_set_smaller_until_it_fits_and_never_cut(chapters: int, pages: int) -> None:
    line = "NIET opnemen in het ziekenhuis, tenzij voor comfort. (S3-2, Gerard Huisman (huisarts), 3-11-2026 10:00)"
    paper = Paper(
        "Spoedset", "Anna de Wit, geboren 14-3-1952.", ("Versie 1.",),
        tuple(Chapter(f"Kop {number}", (line,)) for number in range(chapters)),
        "Afgedrukt.", check="https://portaal.example/actueel/AbCdEfGhIjKlMnOpQrStUv",
    )  # fmt: skip
    drawn = draw(paper, MORNING)
    read_back = PdfReader(io.BytesIO(drawn))
    assert len(read_back.pages) == pages
    assert f"Kop {chapters - 1}" in read_back.pages[-1].extract_text()
    assert scanned(drawn) == "/actueel/AbCdEfGhIjKlMnOpQrStUv"
