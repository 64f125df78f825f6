"""Every answer is hardened, every unsafe request is ours, and no failure shows the inside (F3, T22, D5)."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.domain.audit import AuditEvent
from hub.portal.app import MAX_BODY
from hub.portal.routes import ROUTES
from hub.portal.security import Address
from tests.portal.world import Browser, Checks, World, origin, press, read, sign_in, token_in

_POLICY = re.compile(
    r"^default-src 'none'; script-src 'self' 'nonce-([A-Za-z0-9_-]{22})'; style-src 'self'; img-src 'self' data:; "
    r"connect-src 'self'; font-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; "
    r"object-src 'none'; require-trusted-types-for 'script'; report-to csp$"
)
_EXACT = {
    "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=()",
}
_METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND")


def _check(headers: Any, *, kept: bool = False) -> None:
    for name, value in _EXACT.items():
        assert headers.getall(name) == [value]
    (policy,) = headers.getall("Content-Security-Policy")
    assert _POLICY.match(policy), policy
    assert headers.getall("Cache-Control") == ["public, max-age=31536000, immutable" if kept else "no-store"]
    assert "Server" not in headers
    assert "X-Powered-By" not in headers


def _paths(link: str, style: str) -> list[str]:
    given = {"{token}": link.removeprefix("/p/"), "{section}": "S4", "{name}": style}
    paths = []
    for route in ROUTES:
        path = route.path
        for name, value in given.items():
            path = path.replace(name, value)
        paths.append(path)
    odd = ["/bestaat-niet", "//", "/dossier/", "/dossier/S99", "/..;/dossier", "/%2e%2e/dossier", "/static/../app.py"]
    return [*dict.fromkeys(paths), *odd, "/static/portal.css", "/dossier/%00", "/dossier/%C0%AE", "/static/"]


@pytest.mark.parametrize("signed_in", [True, False])
async def test_every_answer_of_every_route_and_method_is_hardened(
    world: World, browser: Browser, signed_in: bool
) -> None:
    page = (await read(browser, "/"))[1]
    style = page.partition("/static/")[2].partition('"')[0]
    if signed_in:
        await sign_in(world, browser, "gp")
    statuses = set()
    for path in _paths(await world.link("gp"), style):
        for method in _METHODS:
            answer = await browser.request(method, path, allow_redirects=False)
            kept = answer.status == HTTPStatus.OK and path == f"/static/{style}"
            _check(answer.headers, kept=kept)
            statuses.add(answer.status)
            if answer.status == HTTPStatus.METHOD_NOT_ALLOWED:
                assert answer.headers["Allow"]
    assert {200, 403, 404, 405} <= statuses
    assert HTTPStatus.INTERNAL_SERVER_ERROR not in statuses


async def test_a_redirect_a_refusal_and_a_failure_are_hardened_too(world: World, browser: Browser) -> None:
    await sign_in(world, browser, "daughter")
    link = await world.link("daughter")
    answers = [await browser.get("/dossier/S3"), await press(browser, link)]
    async with world.hub.database.transaction() as connection:
        await connection.exec_driver_sql("ALTER TABLE portal_session RENAME TO gone")
    answers.append(await browser.get("/dossier"))
    assert [answer.status for answer in answers] == [403, 303, 500]
    for answer in answers:
        _check(answer.headers)
    failure = await answers[-1].text()
    assert re.search(r"<code>web-[0-9a-f]{16}</code>", failure)
    for inside in ("Traceback", "sqlite", "portal_session", ".py", "Error", "aiohttp"):
        assert inside not in failure


_MALFORMED = [
    b"GARBAGE\r\n\r\n",
    b"GET / HTTP/9.9\r\nHost: {host}\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: {host}\r\nX-Long: " + b"a" * 9000 + b"\r\n\r\n",
    b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\nHost: {host}\r\n\r\n",
    b"POST /uit HTTP/1.1\r\nHost: {host}\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: {host}\r\nBad\x00Header: x\r\n\r\n",
    b"GET / HTTP/1.1\r\n\r\n",
    b"GET / HTTP/1.0\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: {host}\r\nHost: evil.example\r\n\r\n",
]


@pytest.mark.parametrize("raw", _MALFORMED, ids=range(len(_MALFORMED)))
async def test_what_is_no_http_gets_a_bare_hardened_no(browser: Browser, raw: bytes) -> None:
    url = browser.make_url("/")
    reader, writer = await asyncio.open_connection(url.host, url.port)
    writer.write(raw.replace(b"{host}", f"{url.host}:{url.port}".encode()) + b"")
    answer = (await asyncio.wait_for(reader.read(65536), 60)).decode()
    writer.close()
    head = answer.partition("\r\n\r\n")[0]
    assert re.match(r"HTTP/1\.[01] 4\d\d ", head), head
    for name, value in _EXACT.items():
        assert f"{name}: {value}" in head
    assert "Content-Security-Policy: default-src 'none'" in head
    assert "aiohttp" not in head
    assert "Server:" not in head


_ELSEWHERE: list[dict[str, str]] = [
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://localhost.evil.example"},
    {"Sec_Fetch_Site": "cross-site"},
    {"Sec_Fetch_Site": "same-site"},
    {"Sec_Fetch_Site": "none"},
]


@pytest.mark.parametrize("headers", _ELSEWHERE, ids=str)
@pytest.mark.parametrize("door", ["in", "out"])
async def test_a_button_on_another_site_does_nothing(
    world: World, browser: Browser, headers: dict[str, str], door: str
) -> None:
    await sign_in(world, browser, "gp")
    _, page = await read(browser, "/dossier")
    link = await world.link("gp")
    path, form = (link, {}) if door == "in" else ("/uit", {"csrf": token_in(page)})
    assert (await press(browser, path, form, **headers)).status == HTTPStatus.FORBIDDEN
    assert (await read(browser, "/dossier"))[0] == HTTPStatus.OK, "still signed in"
    assert (await read(browser, link))[0] == HTTPStatus.OK, "the link is still fresh"


async def test_a_request_that_does_not_say_where_it_comes_from_does_nothing(world: World, browser: Browser) -> None:
    link = await world.link("gp")
    assert (await browser.post(link)).status == HTTPStatus.FORBIDDEN
    assert (await read(browser, link))[0] == HTTPStatus.OK
    assert not await world.audited(AuditEvent.SIGNED_IN)


async def test_signing_out_needs_the_token_of_this_session(world: World, browser: Browser) -> None:
    await sign_in(world, browser, "gp")
    async with world.portal() as other:
        await sign_in(world, other, "coach")
        token_of_other = token_in((await read(other, "/dossier"))[1])
    for form in ({}, {"csrf": ""}, {"csrf": "x"}, {"csrf": token_of_other}, {"csrf": "é"}):
        assert (await press(browser, "/uit", form)).status == HTTPStatus.FORBIDDEN
    own = token_in((await read(browser, "/dossier"))[1])
    doubled = await browser.post("/uit", data=[("csrf", own), ("csrf", own)], headers={"Origin": origin(browser)})
    assert doubled.status == HTTPStatus.FORBIDDEN
    as_json = await browser.post("/uit", json={"csrf": own}, headers={"Origin": origin(browser)})
    assert as_json.status == HTTPStatus.UNSUPPORTED_MEDIA_TYPE
    assert (await read(browser, "/dossier"))[0] == HTTPStatus.OK


async def test_a_large_form_is_refused(world: World, browser: Browser) -> None:
    await sign_in(world, browser, "gp")
    answer = await press(browser, "/uit", {"csrf": "x" * (MAX_BODY + 1)})
    assert answer.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    _check(answer.headers)


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "", "127.0.0.1@evil.example", "[::1"])
async def test_another_name_for_this_address_is_not_served(browser: Browser, host: str) -> None:
    answer = await browser.get("/", headers={"Host": host})
    assert answer.status in {HTTPStatus.MISDIRECTED_REQUEST, HTTPStatus.BAD_REQUEST}
    assert host == "" or host not in await answer.text()
    _check(answer.headers)


@given(st.text(max_size=60))
@settings(max_examples=300, deadline=None)
def test_only_the_portals_own_name_is_its_name(host: str) -> None:
    """Whatever a Host header says, a portal on https answers to one name only."""
    address = Address.of("https://portal.kring.example")
    assert address.accepts(host) is (host.lower() == "portal.kring.example")
    assert not address.is_own_origin(f"https://{host}", "portal.kring.example") or address.accepts(host)


def test_a_proxy_may_leave_out_the_port_but_a_page_says_it() -> None:
    address = Address.of("https://portal.kring.example:8443")
    for host in ("portal.kring.example", "portal.kring.example:8443"):
        assert address.accepts(host)
        assert address.is_own_origin("https://portal.kring.example:8443", host)
        assert not address.is_own_origin("https://portal.kring.example", host)
    assert not address.accepts("portal.kring.example:9999")


async def test_the_hub_says_when_it_is_alive_and_when_it_is_ready(world: World, browser: Browser) -> None:
    assert await (await browser.get("/healthz")).json() == {"ok": True}
    assert (await browser.get("/readyz")).status == HTTPStatus.OK

    async def half() -> Checks:
        return {"database": {"ok": True}, "bots": {"ok": False, "age": 61.5}}

    async def broken() -> Checks:
        raise OSError("the disk is full of secrets")

    checks: list[tuple[Callable[[], Awaitable[Checks]], Checks]] = [
        (half, {"database": {"ok": True}, "bots": {"ok": False, "age": 61.5}}),
        (broken, {"hub": {"ok": False}}),
    ]
    for check, expected in checks:
        async with world.portal(check) as portal:
            answer = await portal.get("/readyz")
            assert answer.status == HTTPStatus.SERVICE_UNAVAILABLE
            assert await answer.json() == {"ok": False, "checks": expected}


async def test_figures_are_for_this_machine_and_name_nobody(world: World, browser: Browser) -> None:
    await world.file_the_plan()
    await sign_in(world, browser, "gp")
    await read(browser, "/dossier/S4")
    answer = await browser.get("/metrics")
    text = await answer.text()
    assert answer.status == HTTPStatus.OK
    assert 'kring_portal_answers_total{route="/dossier/{section}",status="200"} 1.0' in text
    assert 'kring_portal_sign_ins_total{outcome="done"} 1.0' in text
    for canary in (world.people["gp"].id, world.patient_id, world.circle_id, "Huisman", "Wit"):
        assert canary not in text
    for header in ("X-Forwarded-For", "Forwarded", "X-Real-IP"):
        assert (await browser.get("/metrics", headers={header: "127.0.0.1"})).status == HTTPStatus.NOT_FOUND


async def test_a_report_of_stopped_content_is_counted_and_not_kept(browser: Browser) -> None:
    report = b'[{"type":"csp-violation","body":{"sample":"Anna de Wit"}}]'
    answer = await browser.post("/csp", data=report, headers={"Content-Type": "application/reports+json"})
    assert answer.status == HTTPStatus.NO_CONTENT
    text = await (await browser.get("/metrics")).text()
    assert "kring_portal_csp_reports_total 1.0" in text
    assert "Anna" not in text
