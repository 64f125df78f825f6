"""The portal in English: what frames the dossier is translated, what people agreed is not."""

import re
from http import HTTPStatus
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hub.domain.vocabulary import Section
from hub.portal.language import accepted
from hub.texts import LANGUAGES
from tests.portal.world import Browser, World, open_world, press, read, sign_in

ENGLISH = {"Accept-Language": "en-GB,en;q=0.9,nl;q=0.5"}


async def english(browser: Browser, path: str) -> tuple[int, str]:
    answer = await browser.get(path, headers=ENGLISH, allow_redirects=False)
    return answer.status, await answer.text()


async def test_a_browser_that_prefers_english_gets_english(browser: Browser) -> None:
    _, page = await english(browser, "/")
    assert '<html lang="en">' in page
    assert "How to get in" in page
    assert "<kbd>!portaal</kbd>" in page
    assert "Zo komt u binnen" not in page
    _, dutch = await read(browser, "/")
    assert '<html lang="nl">' in dutch
    assert "Zo komt u binnen" in dutch


async def test_every_page_has_a_link_to_the_other_language(world: World, browser: Browser) -> None:
    link = await world.link("gp")
    pages = [await read(browser, path) for path in ("/", link, "/p/" + "A" * 43, "/bestaat-niet", "/dossier")]
    await press(browser, link)
    pages += [await read(browser, path) for path in ("/dossier", "/dossier/S4", "/inzage", "/dossier/S99")]
    for _, page in pages:
        assert '<a href="?taal=en" lang="en" hreflang="en" rel="nofollow">English</a>' in page
        assert "?taal=nl" not in page


async def test_a_choice_counts_at_once_and_is_remembered_against_the_browser(browser: Browser) -> None:
    answer = await browser.get("/?taal=nl", headers=ENGLISH)
    assert '<html lang="nl">' in await answer.text()
    (line,) = answer.headers.getall("Set-Cookie")
    assert line.startswith("kring-local-taal=nl;")
    assert {"HttpOnly", "Path=/", "SameSite=Lax"} <= set(line.split("; "))
    assert "Domain" not in line
    _, after = await english(browser, "/")
    assert '<html lang="nl">' in after


async def test_over_tls_the_choice_is_bound_to_this_host(tmp_path: Path) -> None:
    world = await open_world(tmp_path, portal_url="https://portaal.example")
    async with world.portal() as browser:
        answer = await browser.get("/?taal=en", headers={"Host": "portaal.example"})
        (line,) = answer.headers.getall("Set-Cookie")
    await world.hub.close()
    assert line.startswith("__Host-kring-taal=en;")
    assert {"HttpOnly", "Path=/", "SameSite=Lax", "Secure"} <= set(line.split("; "))
    assert "Domain" not in line


@pytest.mark.parametrize(
    "query", ["taal=de", "taal=", "taal=en&taal=nl", "taal=%00", "taal=en%0d%0aX: y", "taal=../en"]
)
async def test_what_is_no_choice_changes_nothing(browser: Browser, query: str) -> None:
    answer = await browser.get(f"/?{query}")
    assert answer.status == HTTPStatus.OK
    assert '<html lang="nl">' in await answer.text()
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("cookie", ["kring-local-taal=xx", "kring-local-taal=en; kring-local-taal=nl", "taal=en"])
async def test_a_strange_or_doubled_cookie_is_no_choice(browser: Browser, cookie: str) -> None:
    answer = await browser.get("/", headers={"Cookie": cookie})
    assert '<html lang="nl">' in await answer.text()


async def test_choosing_does_not_sign_out_and_keeps_the_days_that_were_chosen(world: World, browser: Browser) -> None:
    await sign_in(world, browser, "patient")
    _, page = await read(browser, "/inzage?van=2026-11-01&tot=%22%3E%3Cscript%3E")
    assert 'href="?van=2026-11-01&amp;taal=en"' in page
    status, page = await read(browser, "/inzage?van=2026-11-01&taal=en")
    assert status == HTTPStatus.OK
    assert 'value="2026-11-01"' in page
    assert "Who looked" in page


async def test_agreements_stay_in_the_language_in_which_they_were_made(world: World, browser: Browser) -> None:
    await world.file_the_plan()
    await sign_in(world, browser, "gp")
    _, dutch = await read(browser, "/dossier")
    _, page = await english(browser, "/dossier")
    made = re.findall(r'<p class="says">(.*?)</p>', dutch, re.DOTALL)
    shown = re.findall(r'<p class="says" lang="nl">(.*?)</p>', page, re.DOTALL)
    assert len(made) == 5
    assert shown == made, "no machine translates a directive, a wish or a note"
    assert "Agreements and notes are shown in the language in which they were made." in page
    assert "taal waarin ze zijn gemaakt" not in dutch
    assert page.index("Advance care planning") < page.index("Wishes") < page.index("Symptoms and functioning")
    assert page.index("Still to be confirmed") < page.index("Proposal – not in force yet")
    assert "In force now" in page
    assert "Anna de Wit, born on 14 March 1952" in page
    assert "Recorded by Fatma Yildiz (home care, Thuiszorg Rijnoever), from a room of the circle." in re.sub(
        r"\s+", " ", page
    )
    assert "3 November 2026, 10:00" in page


async def test_a_refusal_is_explained_in_english(world: World, browser: Browser) -> None:
    await world.file_the_plan()
    await sign_in(world, browser, "nurse")
    status, page = await english(browser, "/dossier/S10")
    assert status == HTTPStatus.FORBIDDEN
    for told in ("Read in S10 Told in confidence by others.", "BW 7:457", "The palliative care coach", "web-"):
        assert told in page
    await sign_in(world, browser, "daughter")
    _, plan = await english(browser, "/dossier/S3")
    assert "<dd>This section has not been opened to you yet.</dd>" in plan
    _, log = await english(browser, "/inzage")
    assert "See the log of this circle." in log


async def test_the_log_is_in_english(world: World, browser: Browser) -> None:
    await world.file_the_plan()
    async with world.portal() as other:
        await sign_in(world, other, "gp")
        for _ in range(2):
            await read(other, "/dossier/S4")
    await sign_in(world, browser, "patient")
    _, page = await english(browser, "/inzage")
    for told in (
        "Tuesday 3 November 2026",
        "<strong>Gerard Huisman</strong> (GP, Huisartsenpraktijk De Brug)",
        "Dossier read: Wishes (S4).",
        "2 times, this was the first",
        "For treatment and care. In the portal.",
        "Emergency procedure: no.",
        "Put in the dossier: S4-1 in Wishes",
        '<span lang="nl">De huisarts leest het dossier van de eigen patiënt.</span>',
    ):
        assert told in page


@pytest.mark.parametrize("path", ["/bestaat-niet", "/p/" + "A" * 43, "/dossier"])
async def test_failures_are_in_english_too(browser: Browser, path: str) -> None:
    status, page = await english(browser, path)
    assert status >= HTTPStatus.BAD_REQUEST
    assert '<html lang="en">' in page
    assert not re.search(r"\b(niet|deze|Kenmerk|Naar)\b", page)


async def test_in_english_too_nobody_can_tell_whether_there_is_something_hidden(tmp_path: Path) -> None:
    seen = []
    for name in ("filled", "empty"):
        (tmp_path / name).mkdir()
        world = await open_world(tmp_path / name)
        if name == "filled":
            await world.file_the_plan()
        async with world.portal() as browser:
            await sign_in(world, browser, "daughter")
            paths = ("/dossier", *(f"/dossier/{section}" for section in Section), "/inzage")
            pages = [(path, *await english(browser, path)) for path in paths]
        await world.hub.close()
        chance = r'name="csrf" value="[^"]+"|<code>web-[0-9a-f]{16}</code>|Circle [2-9A-Z]{4}\.'
        seen.append([(path, status, re.sub(chance, "", page)) for path, status, page in pages])
    assert seen[0] == seen[1]


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "nl"),
        ("en", "en"),
        ("EN-us", "en"),
        ("de-DE,de;q=0.9,en;q=0.8", "en"),
        ("nl;q=0.5, en ; q=0.4", "nl"),
        ("en;q=0.3,nl;q=0.31", "nl"),
        ("en;q=0", "nl"),
        ("*", "nl"),
        ("english", "nl"),
        ("en;q=nan", "nl"),
        ("en;q=9", "nl"),
    ],
)
def test_what_a_browser_asks_for(header: str, language: str) -> None:
    assert accepted([header]) == language


@given(st.lists(st.text() | st.from_regex(r"[a-z]{2}(-[A-Z]{2})?;q=[0-9.]{1,6}"), max_size=5))
@example(["," * 8000])
@example(["en" + "-a" * 4000 + "!"])
@example(["en;q=0." + "1" * 4000])
def test_no_wish_of_a_browser_raises(headers: list[str]) -> None:
    assert accepted(headers) in LANGUAGES


@given(st.binary(max_size=60))
def test_no_bytes_in_the_header_raise(raw: bytes) -> None:
    """aiohttp hands on what is no UTF-8 as surrogates."""
    assert accepted([raw.decode("utf-8", "surrogateescape")]) in LANGUAGES
