"""Versions and freshness in the portal: as a page, for programs, and not for who may not."""

from http import HTTPStatus

from hub.domain.vocabulary import Section
from hub.domain.wishes import Place, PreferredPlaceOfDeath
from tests.portal.world import Browser, World, read, sign_in


async def test_the_page_and_the_json_say_what_changed(world: World, browser: Browser) -> None:
    await world.record("gp", PreferredPlaceOfDeath(Place.HOME), Section.S4)
    await world.record("gp", PreferredPlaceOfDeath(Place.HOSPICE), Section.S4)
    await sign_in(world, browser, "gp")
    status, page = await read(browser, "/dossier/S4/1")
    assert status == HTTPStatus.OK
    assert "was: De patiënt wil thuis overlijden." in page
    assert "is nu: De patiënt wil in een hospice overlijden." in page
    told = await (await browser.get("/api/v1/dossier/S4/1/versions")).json()
    assert [one["version"] for one in told["versions"]] == [1, 2]
    assert told["versions"][1]["changes"] == [
        {"field": "place", "label": "plek", "was": "thuis", "now": "in een hospice"}
    ]
    _, page = await read(browser, "/dossier/S4")
    assert 'href="/dossier/S4/1"' in page


async def test_what_is_not_there_and_what_is_closed_show_nothing(world: World, browser: Browser) -> None:
    await sign_in(world, browser, "gp")
    for path in ("/dossier/S4/77", "/dossier/S99/1", "/dossier/S4/0", "/api/v1/dossier/S4/77/versions"):
        assert (await browser.get(path)).status == HTTPStatus.NOT_FOUND, path


async def test_json_carries_age_and_staleness(world: World, browser: Browser) -> None:
    await world.file_the_plan()
    await sign_in(world, browser, "gp")
    told = await (await browser.get("/api/v1/dossier/S3")).json()
    fresh = [entry["freshness"] for entry in told["entries"] if entry["kind"] == "treatment_directive"]
    assert fresh
    assert all({"age_days", "stale", "because", "nl"} == set(one) for one in fresh if one)
