"""The one-time link, the session behind it, and the ways in which both end."""

from http import HTTPStatus
from pathlib import Path

import pytest

from hub.domain.audit import AuditEvent
from hub.domain.errors import StartRefused
from hub.portal.security import Address
from tests.portal.world import Browser, World, open_world, press, read, sign_in, token_in


async def test_a_link_signs_in_once(world: World, browser: Browser) -> None:
    link = await world.link("gp")
    assert (await press(browser, link)).status == HTTPStatus.SEE_OTHER
    assert (await read(browser, "/dossier"))[0] == HTTPStatus.OK
    async with world.portal() as thief:
        second = await press(thief, link)
        assert second.status == HTTPStatus.GONE
        assert "!portaal" in await second.text()
        assert (await read(thief, "/dossier"))[0] == HTTPStatus.UNAUTHORIZED
    (signed_in,) = await world.audited(AuditEvent.SIGNED_IN)
    assert signed_in.entry.user_id == world.people["gp"].id
    assert signed_in.entry.access_point == "portal"


async def test_a_preview_or_a_second_look_does_not_use_the_link(world: World, browser: Browser) -> None:
    link = await world.link("gp")
    for _ in range(3):
        status, page = await read(browser, link)
        assert status == HTTPStatus.OK
        assert page.count("<button") == 1
        assert "de Wit" not in page
        assert "Huisman" not in page
    assert (await browser.head(link)).status == HTTPStatus.OK
    assert (await press(browser, link)).status == HTTPStatus.SEE_OTHER


@pytest.mark.parametrize(("minutes", "works"), [(9.9, True), (10, False)])
async def test_a_link_works_ten_minutes(world: World, browser: Browser, minutes: float, works: bool) -> None:
    link = await world.link("gp")
    world.clock.pass_by(minutes=minutes)
    assert ((await read(browser, link))[0] == HTTPStatus.OK) is works
    assert ((await press(browser, link)).status == HTTPStatus.SEE_OTHER) is works


@pytest.mark.parametrize(
    "token", ["x", "A" * 43, "%00", "..%2f..%2fetc%2fpasswd", "%C0%AE", "A" * 4000, "%3Cscript%3E", "a;b", "é"]
)
async def test_a_made_up_link_looks_like_a_used_one(world: World, browser: Browser, token: str) -> None:
    used = await world.link("gp")
    await press(browser, used)
    expected = (await read(browser, used))[1]
    async with world.portal() as stranger:
        assert await read(stranger, f"/p/{token}") in ((HTTPStatus.GONE, expected), (HTTPStatus.NOT_FOUND, ""))
        answer = await press(stranger, f"/p/{token}")
        assert (answer.status, await answer.text()) == (HTTPStatus.GONE, expected)
        assert not answer.cookies


async def test_a_link_of_somebody_who_left_meanwhile_opens_nothing(world: World, browser: Browser) -> None:
    link = await world.link("nurse")
    await world.discharge("nurse")
    answer = await press(browser, link)
    assert answer.status == HTTPStatus.FORBIDDEN
    assert not answer.cookies
    assert len(await world.audited(AuditEvent.REFUSED, "nurse")) == 1
    assert not await world.audited(AuditEvent.SIGNED_IN)


@pytest.mark.parametrize(
    ("pauses", "alive"), [([14.9] * 3, True), ([15], False), ([10] * 47, True), ([10] * 48, False)]
)
async def test_a_session_ends_after_a_quarter_of_an_hour_or_eight_hours(
    world: World, browser: Browser, pauses: list[float], alive: bool
) -> None:
    await sign_in(world, browser, "gp")
    status = 0
    for minutes in pauses:
        world.clock.pass_by(minutes=minutes)
        status, _ = await read(browser, "/dossier")
    assert status == (HTTPStatus.OK if alive else HTTPStatus.UNAUTHORIZED)


async def test_after_signing_out_the_cookie_is_worthless(world: World, browser: Browser) -> None:
    await sign_in(world, browser, "gp")
    _, page = await read(browser, "/dossier")
    kept = _cookie(browser)
    answer = await press(browser, "/uit", {"csrf": token_in(page)})
    assert (answer.status, answer.headers["Location"]) == (HTTPStatus.SEE_OTHER, "/")
    async with world.portal() as thief:
        stolen = await thief.get("/dossier", headers={"Cookie": f"kring-local={kept}"})
        assert stolen.status == HTTPStatus.UNAUTHORIZED


async def test_signing_in_makes_a_new_session_and_ends_the_earlier_one(world: World, browser: Browser) -> None:
    await sign_in(world, browser, "gp")
    first = _cookie(browser)
    await sign_in(world, browser, "gp")
    assert _cookie(browser) != first
    async with world.portal() as other:
        earlier = await other.get("/dossier", headers={"Cookie": f"kring-local={first}"})
        assert earlier.status == HTTPStatus.UNAUTHORIZED


async def test_a_planted_cookie_does_not_become_a_session(world: World, browser: Browser) -> None:
    """Fixation (T25): whatever the attacker puts there before, signing in gives another value."""
    planted = "attacker-chosen-value-of-good-length"
    browser.session.cookie_jar.update_cookies({"kring-local": planted}, browser.make_url("/"))
    await sign_in(world, browser, "gp")
    assert _cookie(browser) != planted
    async with world.portal() as attacker:
        answer = await attacker.get("/dossier", headers={"Cookie": f"kring-local={planted}"})
        assert answer.status == HTTPStatus.UNAUTHORIZED


@pytest.mark.parametrize(
    "cookie",
    ["kring-local=", "kring-local=x", "kring-local=" + "A" * 7000, "kring-local={0}; kring-local=x", "KRING-LOCAL={0}"],
)
async def test_odd_cookies_are_no_session(world: World, browser: Browser, cookie: str) -> None:
    await sign_in(world, browser, "gp")
    async with world.portal() as other:
        answer = await other.get("/dossier", headers={"Cookie": cookie.format(_cookie(browser))})
        assert answer.status == HTTPStatus.UNAUTHORIZED


async def test_ten_sign_ins_a_minute_from_one_address(world: World, browser: Browser) -> None:
    link = await world.link("gp")
    for _ in range(10):
        assert (await press(browser, "/p/" + "A" * 43)).status == HTTPStatus.GONE
    stopped = await press(browser, link)
    assert (stopped.status, stopped.headers["Retry-After"]) == (HTTPStatus.TOO_MANY_REQUESTS, "60")
    world.clock.pass_by(minutes=1)
    assert (await press(browser, link)).status == HTTPStatus.SEE_OTHER


async def test_behind_the_proxy_one_who_guesses_keeps_nobody_else_out(tmp_path: Path) -> None:
    world = await open_world(tmp_path, portal_url="https://portal.kring.example")
    ours = {"Host": "portal.kring.example", "Origin": "https://portal.kring.example"}
    async with world.portal() as browser:
        link = await world.link("gp")

        async def enter(path: str, said: str) -> int:
            sent = ours | {"X-Forwarded-For": said}
            return (await browser.post(path, headers=sent, allow_redirects=False)).status

        guessed = [await enter("/p/" + "A" * 43, "1.2.3.4, 203.0.113.7") for _ in range(11)]
        assert guessed == [HTTPStatus.GONE] * 10 + [HTTPStatus.TOO_MANY_REQUESTS]
        assert await enter(link, "5.6.7.8, 203.0.113.7") == HTTPStatus.TOO_MANY_REQUESTS, (
            "only what the proxy saw counts"
        )
        assert await enter(link, "198.51.100.9") == HTTPStatus.SEE_OTHER
    await world.hub.close()


async def test_nobody_behind_the_same_door_changes_address_to_guess_more(world: World, browser: Browser) -> None:
    """Without a proxy the header is what the asker makes up."""
    for number in range(10):
        await press(browser, "/p/" + "A" * 43, **{"X-Forwarded-For": f"203.0.113.{number}"})
    assert (await press(browser, await world.link("gp"))).status == HTTPStatus.TOO_MANY_REQUESTS


async def test_nobody_reads_sixty_pages_a_minute(world: World, browser: Browser) -> None:
    await sign_in(world, browser, "gp")
    statuses = {(await read(browser, "/dossier/S4"))[0] for _ in range(60)}
    assert statuses == {HTTPStatus.OK}
    assert (await read(browser, "/dossier/S4"))[0] == HTTPStatus.TOO_MANY_REQUESTS


async def test_on_https_the_cookie_is_bound_to_the_host(tmp_path: Path) -> None:
    world = await open_world(tmp_path, portal_url="https://portal.kring.example")
    async with world.portal() as browser:
        answer = await browser.post(
            await world.link("gp"),
            headers={"Host": "portal.kring.example", "Origin": "https://portal.kring.example"},
            allow_redirects=False,
        )
        (given,) = answer.headers.getall("Set-Cookie")
    await world.hub.close()
    name_and_value, *marks = given.split("; ")
    assert name_and_value.startswith("__Host-kring=")
    assert len(name_and_value.partition("=")[2]) == 43, "256 random bits"
    assert set(marks) == {"HttpOnly", "Path=/", "SameSite=Lax", "Secure"}


async def test_on_this_machine_the_cookie_needs_no_https(world: World, browser: Browser) -> None:
    answer = await press(browser, await world.link("gp"))
    (given,) = answer.headers.getall("Set-Cookie")
    assert given.startswith("kring-local=")
    assert set(given.split("; ")[1:]) == {"HttpOnly", "Path=/", "SameSite=Lax"}


@pytest.mark.parametrize("base", ["http://portal.kring.example", "ftp://localhost", "portal.kring.example", ""])
def test_the_portal_is_never_served_in_clear_to_others(base: str) -> None:
    with pytest.raises(StartRefused, match="https"):
        Address.of(base)


def _cookie(browser: Browser) -> str:
    return browser.session.cookie_jar.filter_cookies(browser.make_url("/"))["kring-local"].value
