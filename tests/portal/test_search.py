"""Zoeken in het portaal: by a button only, with what was found in its own words, page by page where there is much."""

from http import HTTPStatus

import pytest

from hub.domain.audit import AuditEvent
from hub.domain.entries import Note
from hub.domain.observations import PainScore, Reporter
from hub.domain.vocabulary import Section
from tests.portal.world import Browser, World, origin, press, read, sign_in, token_in


async def ask(browser: Browser, words: str, **more: str) -> tuple[int, str]:
    _, page = await read(browser, "/dossier")
    answer = await press(browser, "/zoek", {"csrf": token_in(page), "woorden": words} | more)
    return answer.status, await answer.text()


async def test_what_was_found_is_marked_and_says_who_wrote_it_when(world: World, browser: Browser) -> None:
    await world.record("nurse", Note("Onrustig <b>vannacht</b>; geslapen na de pomp."), Section.S5)
    await sign_in(world, browser, "gp")
    status, page = await ask(browser, "slapen onrust")
    assert status == HTTPStatus.OK
    assert "<mark>Onrustig</mark> &lt;b&gt;vannacht&lt;/b&gt;; <mark>geslapen</mark>" in page
    assert "S5-1" in page
    assert (await world.audited(AuditEvent.ENTRY_READ, "gp"))[-1].entry.detail.startswith("search;entries=1;")


async def test_words_never_travel_in_an_address(world: World, browser: Browser) -> None:
    await world.record("nurse", Note("Onrustig vannacht."), Section.S5)
    await sign_in(world, browser, "gp")
    answer = await browser.get("/zoek?woorden=onrustig", allow_redirects=False)
    assert (answer.status, answer.headers["Location"]) == (HTTPStatus.SEE_OTHER, "/dossier")
    assert (await browser.get("/api/v1/search?words=onrustig")).status == HTTPStatus.METHOD_NOT_ALLOWED


async def test_a_page_of_another_site_searches_nothing(world: World, browser: Browser) -> None:
    await sign_in(world, browser, "gp")
    elsewhere = {"Origin": "https://elders.example"}
    assert (await press(browser, "/zoek", {"woorden": "pijn"})).status == HTTPStatus.FORBIDDEN
    _, page = await read(browser, "/dossier")
    sent = {"csrf": token_in(page), "woorden": "pijn"}
    assert (await browser.post("/zoek", data=sent, headers=elsewhere)).status == HTTPStatus.FORBIDDEN
    refused = await browser.post("/api/v1/search", json={"words": "pijn"}, headers=elsewhere)
    assert refused.status == HTTPStatus.FORBIDDEN


@pytest.mark.parametrize("words", ["", "%", "a" * 200, " ".join("abcdefghi"), "(" * 199])
async def test_an_odd_question_is_an_answer_too(world: World, browser: Browser, words: str) -> None:
    await sign_in(world, browser, "gp")
    status, page = await ask(browser, words)
    assert status in {HTTPStatus.OK, HTTPStatus.BAD_REQUEST}
    assert "Niets gevonden" in page or "hoogstens 200 tekens" in page


async def test_a_program_gets_the_same(world: World, browser: Browser) -> None:
    await world.record("nurse", PainScore(8, Reporter.PROFESSIONAL, "in de heup"), Section.S5)
    await world.record("gp", Note("De heup, zei de buurman."), Section.S10)
    await sign_in(world, browser, "gp")
    own = {"Origin": origin(browser)}
    found = await (await browser.post("/api/v1/search", json={"words": "HEUP"}, headers=own)).json()
    assert (found["total"], [one["ref"] for one in found["entries"]]) == (1, ["S5-1"])
    told = {"words": "heup", "section": "S10"}
    found = await (await browser.post("/api/v1/search", json=told, headers=own)).json()
    assert [one["ref"] for one in found["entries"]] == ["S10-1"]


@pytest.mark.parametrize("sent", ["", "[]", "{}", '{"words": 1}', '{"words": "pijn", "words": "pomp"}', "{" * 5000,
                                  '{"words": "pijn", "section": "S99"}', '{"words": "pijn", "section": ["S5"]}',
                                  '{"words": "pijn", "x": 1}'])  # fmt: skip
async def test_a_program_that_asks_oddly_is_told_so(world: World, browser: Browser, sent: str) -> None:
    await sign_in(world, browser, "gp")
    headers = {"Origin": origin(browser), "Content-Type": "application/json"}
    answer = await browser.post("/api/v1/search", data=sent.encode(), headers=headers)
    assert answer.status == HTTPStatus.BAD_REQUEST


async def test_a_long_section_is_read_page_by_page_without_losing_a_line(world: World, browser: Browser) -> None:
    for number in range(57):
        await world.record("nurse", PainScore(number % 11, Reporter.PROFESSIONAL, f"meting {number} eind"), Section.S5)
        world.clock.pass_by(minutes=1)
    await sign_in(world, browser, "gp")
    _, page = await read(browser, "/dossier")
    assert "Nog 54 eerdere in Klachten en functioneren" in page
    seen: set[str] = set()
    path, pages = "/api/v1/dossier/S5", 0
    while True:
        found = await (await browser.get(path)).json()
        refs = {one["ref"] for one in found["entries"]}
        assert not refs & seen
        seen |= refs
        pages += 1
        if found["earlier"] is None:
            break
        path = f"/api/v1/dossier/S5?voor={found['earlier']}"
    assert (pages, len(seen)) == (2, 57)
    _, page = await read(browser, "/dossier/S5")
    assert "Nog 7 eerdere" in page
    assert "meting 6 eind" not in page
    link = page.partition('href="/dossier/S5?voor=')[2].partition('"')[0]
    _, page = await read(browser, f"/dossier/S5?voor={link}")
    assert "meting 6 eind" in page
    assert "meting 7 eind" not in page
    assert (await browser.get("/dossier/S5?voor=gisteren")).status == HTTPStatus.NOT_FOUND
