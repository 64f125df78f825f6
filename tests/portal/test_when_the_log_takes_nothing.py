"""The log takes nothing: then no page of the portal has a word of the dossier, and no link opens anything (I4, F25)."""

from http import HTTPStatus

import pytest

from hub.domain.observations import PainScore, Reporter
from hub.domain.vocabulary import Section
from hub.portal.routes import ROUTES
from tests.adapters.audit_harm import log_takes_nothing
from tests.portal.world import Browser, World, read, sign_in

CANARIES = ("KOKMEEUW", "NIET reanimeren", "Gerard", "Huisman", "Josje", "Fatma", "Karin")
OPEN = {"/", "/healthz", "/readyz", "/metrics", "/csp", "/static/{name}", "/uit", "/p/{token}"} | {
    "/api/v1/openapi.json",
    "/zoek",
    "/actueel/{code}",
}
"""Pages that tell nothing of anybody; what they do with a link or a session is logged, or not done."""


def address(world: World, path: str) -> str:
    path += "?action=read&section=S5" if path == "/api/v1/access" else ""
    path = path.replace("{number}", "1").replace("{form}", "dossier").replace("{code}", "x" * 22)
    return path.replace("{section}", "S5").replace("{person}", world.people["nurse"].id).replace("{token}", "x" * 43)


@pytest.mark.parametrize("who", ["gp", "patient"])
async def test_every_page_says_that_it_shows_nothing_now(world: World, browser: Browser, who: str) -> None:
    await world.file_the_plan()
    await world.record("nurse", PainScore(8, Reporter.PROFESSIONAL, "KOKMEEUW"), Section.S5)
    await sign_in(world, browser, who)
    asked = 0
    async with log_takes_nothing(world.hub.database):
        for route in ROUTES:
            if route.method != "GET" or route.path.startswith("/fhir/"):  # those: tests/portal/fhir
                continue
            response = await browser.get(address(world, route.path), allow_redirects=False)
            page = await response.text()
            assert not any(canary in page for canary in CANARIES), route.path
            if route.path not in OPEN:
                asked += 1
                assert response.status in {HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.NOT_FOUND}, route.path
            if response.status == HTTPStatus.SERVICE_UNAVAILABLE:
                assert "niet vastleggen wie wat ziet" in page
                assert response.headers["Retry-After"] == "60"
    assert asked >= 6
    status, page = await read(browser, "/dossier")
    assert (status, "KOKMEEUW" in page) == (HTTPStatus.OK, True), "and when the log is back it is there again"


async def test_a_link_that_cannot_be_logged_opens_nothing_and_stays_good(world: World, browser: Browser) -> None:
    link = await world.link("gp")
    async with log_takes_nothing(world.hub.database):
        response = await browser.post(link, headers={"Origin": str(browser.make_url("/")).rstrip("/")})
        assert response.status in {HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.FORBIDDEN}
        assert (await browser.get("/dossier")).status != HTTPStatus.OK
    await sign_in(world, browser, "gp")
    assert (await browser.get("/dossier")).status == HTTPStatus.OK
