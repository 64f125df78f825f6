"""The portal in Debian's Chromium: on a phone, on paper, without JavaScript, and for people who use a screen reader."""

import fcntl
import os
import re
import shutil
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser as Chromium
from playwright.async_api import BrowserContext, Page, async_playwright

from hub.domain.entries import Note
from hub.domain.reading import OVERVIEW
from hub.domain.vocabulary import Section
from tests.portal.test_devices import NEW, OLD, show
from tests.portal.test_reading import MISCHIEF
from tests.portal.world import Browser, World, origin

pytestmark = pytest.mark.real

_PHONE = {"width": 360, "height": 780}
_DESK = {"width": 1280, "height": 900}
_QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-proxy-server",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
_AXE = Path(__file__).parent / "accessibility"
_WATCH = """
window.stopped = [];
addEventListener('securitypolicyviolation', event => window.stopped.push(event.effectiveDirective));
"""


@pytest.fixture
async def chromium() -> AsyncIterator[Chromium]:
    program = os.environ.get("KRING_CHROMIUM") or shutil.which("chromium")
    async with async_playwright() as playwright:
        # Without Debian's Chromium, the one that Playwright brought along.
        launched = await playwright.chromium.launch(executable_path=program, args=_QUIET)
        yield launched
        await launched.close()


@pytest.fixture(scope="session")
def axe() -> str:
    """The source of axe-core, installed from its lock file when it is not there yet."""
    source = _AXE / "node_modules" / "axe-core" / "axe.min.js"
    with (_AXE / ".install.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not source.exists():
            command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
            subprocess.run(command, cwd=_AXE, check=True, timeout=300, capture_output=True)
    return source.read_text("utf-8")


async def _page(context: BrowserContext) -> Page:
    await context.add_init_script(_WATCH)
    page = await context.new_page()
    page.set_default_timeout(60_000)  # milliseconds: it only bounds how long a failure takes
    page.on("dialog", lambda dialog: pytest.fail(f"a script ran: {dialog.message}"))
    page.on("pageerror", lambda error: pytest.fail(f"a script failed: {error}"))
    return page


async def _enter(world: World, browser: Browser, page: Page, who: str) -> None:
    await page.goto(origin(browser) + await world.link(who))
    await page.get_by_role("button", name=re.compile("Open (het|the) dossier")).click()
    await page.wait_for_url("**/dossier")


async def _sits_well(page: Page) -> None:
    """Nothing was stopped by the policy, and nothing sticks out at the side."""
    assert await page.evaluate("window.stopped") == []
    width, room = await page.evaluate("[document.scrollingElement.scrollWidth, window.innerWidth]")
    assert width <= room
    size = await page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)")
    assert size >= 18
    assert await page.evaluate("document.styleSheets.length") == 1


async def test_the_nurse_reads_the_agreements_on_her_phone(
    world: World, browser: Browser, chromium: Chromium, tmp_path: Path
) -> None:
    await world.file_the_plan()
    page = await _page(await chromium.new_context(viewport=_PHONE, locale="nl-NL"))  # type: ignore[arg-type]
    await page.goto(origin(browser))
    await _sits_well(page)
    await _enter(world, browser, page, "nurse")
    await _sits_well(page)
    await page.screenshot(path=tmp_path / "phone.png", full_page=True)
    assert (tmp_path / "phone.png").stat().st_size > 10_000
    first = page.locator("section h2").first
    assert "Proactieve zorgplanning" in await first.inner_text()
    assert await page.get_by_text("NIET reanimeren").is_visible()
    await page.keyboard.press("Tab")
    assert await page.evaluate("document.activeElement.textContent") == "Naar de inhoud"
    await page.get_by_role("button", name="Afmelden").click()
    await page.wait_for_url(origin(browser) + "/")
    answer = await page.goto(origin(browser) + "/dossier")
    assert answer is not None
    assert answer.status == 401


_SIX = ("resuscitation", "hospital", "place", "representative", "lead", "night")


@pytest.mark.parametrize("viewport", [_PHONE, _DESK], ids=["phone", "desk"])
async def test_a_newcomer_finds_the_six_facts_at_the_top_of_one_page(
    world: World, browser: Browser, chromium: Chromium, tmp_path: Path, viewport: Any
) -> None:
    await world.file_the_plan()
    page = await _page(await chromium.new_context(viewport=viewport, locale="nl-NL"))
    await _enter(world, browser, page, "nurse")
    await page.get_by_role("link", name="Kaart").click()
    await _sits_well(page)
    tops = [await page.locator(f"#{fact}").evaluate("e => e.getBoundingClientRect().top") for fact in _SIX]
    assert tops == sorted(tops)
    assert tops[-1] < 2.5 * viewport["height"], "no more than two swipes away"
    for fact in _SIX:
        assert await page.locator(f"#{fact} .says").is_visible()
        size = await page.locator(f"#{fact} .says").evaluate("e => parseFloat(getComputedStyle(e).fontSize)")
        assert size >= 18
    await page.screenshot(path=tmp_path / "card.png", full_page=True)
    for path in ("/verloop", "/tijdlijn"):
        await page.goto(origin(browser) + path)
        await _sits_well(page)
    await page.goto(origin(browser) + "/kaart")
    await page.emulate_media(media="print")
    assert await page.locator(".each-sheet").is_visible()
    assert not await page.locator("nav").first.is_visible()


@pytest.mark.parametrize("who", ["coach", "patient"])
async def test_every_page_of_the_menu_fits_on_a_phone(
    world: World, browser: Browser, chromium: Chromium, who: str
) -> None:
    """Forms too: a line that is too wide hides the button beside it."""
    await world.file_the_plan()
    page = await _page(await chromium.new_context(viewport=_PHONE, locale="nl-NL"))  # type: ignore[arg-type]
    await _enter(world, browser, page, who)
    paths = await page.locator("nav a").evaluate_all("found => found.map(a => a.pathname)")
    assert ("/ladder" in paths) == (who == "coach")
    for path in sorted(set(paths)):
        await page.goto(origin(browser) + path)
        await _sits_well(page)


async def test_everything_works_without_javascript(world: World, browser: Browser, chromium: Chromium) -> None:
    await world.file_the_plan()
    context = await chromium.new_context(viewport=_PHONE, locale="nl-NL", java_script_enabled=False)  # type: ignore[arg-type]
    page = await context.new_page()
    await _enter(world, browser, page, "gp")
    assert await page.get_by_text("NIET reanimeren").is_visible()
    await page.get_by_role("link", name="Wie keek mee").click()
    await page.get_by_label("Van", exact=True).fill("2026-11-03")
    await page.get_by_role("button", name="Toon deze dagen").click()
    assert "van=2026-11-03" in page.url
    assert await page.get_by_role("heading", name="Dinsdag 3 november 2026").is_visible()
    await page.get_by_role("button", name="Afmelden").click()
    assert page.url == origin(browser) + "/"


async def test_nothing_that_people_write_runs(world: World, browser: Browser, chromium: Chromium) -> None:
    for text in MISCHIEF:
        await world.record("nurse", Note(text), Section.S5)
    page = await _page(await chromium.new_context(viewport=_DESK, locale="nl-NL"))  # type: ignore[arg-type]
    await _enter(world, browser, page, "gp")
    for path, shows in (("/dossier", OVERVIEW.of_each_series or 0), ("/dossier/S5", len(MISCHIEF))):
        await page.goto(origin(browser) + path)
        await _sits_well(page)
        shown = await page.locator(".says").all_inner_texts()
        assert sorted(shown) == sorted(MISCHIEF[-shows:])
        assert await page.locator("main :is(script, img, iframe, svg, style)").count() == 0


async def test_a_form_on_another_site_cannot_sign_anybody_in_or_out(
    world: World, browser: Browser, chromium: Chromium
) -> None:
    """A real browser, a real other origin: ``127.0.0.1`` is another site than ``localhost``."""
    page = await _page(await chromium.new_context(viewport=_DESK, locale="nl-NL"))  # type: ignore[arg-type]
    await _enter(world, browser, page, "gp")
    other = await page.context.new_page()
    link = await world.link("coach")
    for action in (link, "/uit"):
        await other.goto("about:blank")
        await other.set_content(f'<form method="post" action="{origin(browser)}{action}"><button>Win!</button></form>')
        async with other.expect_navigation() as navigation:
            await other.get_by_role("button").click()
        answer = await navigation.value
        assert answer is not None
        assert answer.status == 403
    await page.reload()
    assert await page.get_by_text("U bent Gerard Huisman").is_visible()


async def test_on_paper_each_sheet_says_whose_it_is(
    world: World, browser: Browser, chromium: Chromium, tmp_path: Path
) -> None:
    await world.file_the_plan()
    page = await _page(await chromium.new_context(viewport=_DESK, locale="nl-NL"))  # type: ignore[arg-type]
    await _enter(world, browser, page, "gp")
    await page.pdf(path=tmp_path / "dossier.pdf", prefer_css_page_size=True)
    assert (tmp_path / "dossier.pdf").read_bytes().startswith(b"%PDF-")
    await page.emulate_media(media="print")
    for hidden in ("nav", "form", "footer"):
        assert not await page.locator(hidden).first.is_visible()
    assert await page.get_by_text("Papier veroudert").is_visible()
    assert await page.locator(".each-sheet").is_visible()


@pytest.mark.parametrize(("viewport", "locale"), [(_PHONE, "nl-NL"), (_DESK, "en-GB")], ids=["phone", "desk-english"])
async def test_axe_finds_no_barrier_on_any_page(
    world: World, browser: Browser, chromium: Chromium, axe: str, viewport: Any, locale: str
) -> None:
    await world.file_the_plan()
    await show(world, "gp", OLD)
    await show(world, "nurse", OLD, NEW)
    page = await _page(await chromium.new_context(viewport=viewport, locale=locale, bypass_csp=True))

    async def check(path: str) -> None:
        await page.goto(origin(browser) + path)
        await page.evaluate(axe)
        found = await page.evaluate(
            "axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']})"
        )
        barriers = [(v["id"], [node["target"] for node in v["nodes"]]) for v in found["violations"]]
        assert not barriers, path
        assert found["passes"]

    for path in ("/", "/bestaat-niet", "/dossier", await world.link("gp"), "/p/" + "A" * 43):
        await check(path)
    await _enter(world, browser, page, "gp")
    for path in ("/dossier", "/dossier/S3", "/inzage", "/berichten", "/toestellen", "/toestemming"):
        await check(path)
    for path in ("/kaart", "/verloop", "/verloop?klacht=nausea", "/tijdlijn"):
        await check(path)
    await _enter(world, browser, page, "patient")
    await check("/toestemming")
    await _enter(world, browser, page, "daughter")
    for path in ("/dossier", "/dossier/S3", "/kaart", "/verloop", "/tijdlijn", "/toestellen"):
        await check(path)
    await _enter(world, browser, page, "patient")
    objecting = [f"/inzage/bezwaar/{world.people[who].id}" for who in ("coach", "nurse", "patient")]
    for path in ("/inzage", *objecting):
        await check(path)
    await page.goto(origin(browser) + objecting[1])
    await page.get_by_role("button", name=re.compile("Ja, ik maak bezwaar|Yes, I object")).click()
    for path in ("/inzage", objecting[1]):
        await check(path)
