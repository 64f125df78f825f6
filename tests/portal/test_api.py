"""The JSON API says what the pages say, to programs."""

from http import HTTPStatus

import pytest

from hub.domain.audit import AuditEvent
from hub.portal.routes import ROUTES

from .world import Browser, World, sign_in


async def test_the_gp_reads_the_plan_and_every_look_is_logged(world: World, browser: Browser) -> None:
    await world.file_the_plan()
    await sign_in(world, browser, "gp")
    answer = await browser.get("/api/v1/dossier/S3")
    found = await answer.json()
    assert (answer.status, answer.content_type) == (HTTPStatus.OK, "application/json")
    assert any("NIET reanimeren" in entry["sentence"] for entry in found["entries"])
    assert {entry["section"] for entry in found["entries"]} == {"S3"}
    assert await world.audited(AuditEvent.ENTRY_READ, "gp")


@pytest.mark.parametrize("path", ["/api/v1/dossier/S4", "/api/v1/dossier/S10", "/api/v1/log"])
async def test_a_relative_without_consent_gets_rules_and_law_and_whom_to_ask(
    world: World, browser: Browser, path: str
) -> None:
    await world.file_the_plan()
    await sign_in(world, browser, "daughter")
    answer = await browser.get(path)
    error = (await answer.json())["error"]
    assert answer.status == HTTPStatus.FORBIDDEN
    assert error["code"] == "access-denied"
    assert error["why"]
    assert error["who_can_help"]
    assert "NIET reanimeren" not in str(error)


async def test_may_i_is_answered_with_rule_law_and_who_can_change_it(world: World, browser: Browser) -> None:
    await sign_in(world, browser, "daughter")
    denied = await (await browser.get("/api/v1/access?action=read&section=S4")).json()
    assert denied["decision"] == "deny"
    assert denied["rules"][0]["law"]
    assert denied["who_can_help"]
    allowed = await (await browser.get("/api/v1/access?action=record&section=S10")).json()
    assert (allowed["decision"], allowed["rules"][0]["id"]) == ("permit", "relative-record-confidence")
    assert (await browser.get("/api/v1/access?action=fly")).status == HTTPStatus.BAD_REQUEST


async def test_who_is_not_signed_in_gets_one_clear_sentence_and_no_page(browser: Browser) -> None:
    for path in ("/api/v1/dossier", "/api/v1/log", "/api/v1/access?action=audit", "/api/v1/dossier/S99"):
        answer = await browser.get(path)
        assert answer.content_type == "application/json"
        assert set((await answer.json())["error"]) >= {"code", "message"}
        assert answer.status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.NOT_FOUND}


async def test_the_description_names_every_address_of_the_api(browser: Browser) -> None:
    described = await (await browser.get("/api/v1/openapi.json")).json()
    assert set(described["paths"]) == {route.path for route in ROUTES if route.path.startswith("/api/")}
