"""Another system brings its plan: all of it or nothing, never twice, only about this patient, and first to look at."""

import io
import json
import zlib
from http import HTTPStatus
from typing import Any

from hub.domain.audit import AuditEvent
from hub.domain.vocabulary import Role
from tests.fhir.world import patient, r4_directive, stu3_directive
from tests.portal.fhir.world import Reply, System, agree, join, system_of
from tests.portal.world import Browser, World

HOSPITAL, RESUSCITATION = "32485007", "89666000"


def bundle(*resources: dict[str, Any], kind: str = "transaction") -> dict[str, Any]:
    entries: list[dict[str, Any]] = [{"resource": resource} for resource in resources]
    if kind == "transaction":
        for entry in entries:
            entry["request"] = {"method": "POST", "url": entry["resource"]["resourceType"]}
    return {"resourceType": "Bundle", "type": kind, "entry": entries}


async def send(
    world: World, system: System, what: Any, release: str = "stu3", query: str = "", **headers: str
) -> Reply:
    raw = what if isinstance(what, bytes) else json.dumps(what).encode()
    address = f"/fhir/{release}?patient={world.patient_id}{query}"
    return await system.post(address, io.BytesIO(raw), **({"Content_Type": "application/fhir+json"} | headers))


async def directives(world: World, gp: System) -> list[str]:
    answer = await gp.get(f"/fhir/r4/Consent?patient={world.patient_id}")
    return sorted(resource["text"]["div"].partition("<p>")[2].partition(" —")[0] for resource in answer.of("match"))


PLAN = bundle(patient(), stu3_directive(RESUSCITATION, "NEE"), stu3_directive(HOSPITAL, "JA"))


async def test_the_gp_looks_first_then_brings_in_and_a_second_time_changes_nothing(
    world: World, browser: Browser
) -> None:
    gp = await system_of(world, browser, "gp", imports=True)
    looked = await send(world, gp, PLAN, query="&preview=true")
    assert (looked.status, looked.body["type"]) == (HTTPStatus.OK, "transaction-response")
    lines = [entry["response"] for entry in looked.body["entry"]]
    assert [line["status"] for line in lines] == ["200 OK"] * 3
    assert "wordt: NIET reanimeren" in lines[1]["outcome"]["issue"][0]["diagnostics"]
    assert await directives(world, gp) == [], "looking stores nothing"
    brought = await send(world, gp, PLAN)
    assert [entry["response"]["status"] for entry in brought.body["entry"]] == ["200 OK", "201 Created", "201 Created"]
    assert await directives(world, gp) == ["NIET reanimeren", "WEL opnemen in het ziekenhuis"]
    again = await send(world, gp, PLAN)
    assert [entry["response"]["status"] for entry in again.body["entry"]] == ["200 OK"] * 3
    assert len(await world.audited(AuditEvent.IMPORTED, "gp")) == 2
    by_wish = await send(world, gp, bundle(patient(), stu3_directive(RESUSCITATION, "JA")), Prefer="preview=true")
    assert "was: NIET reanimeren" in by_wish.body["entry"][1]["response"]["outcome"]["issue"][0]["diagnostics"]
    assert "NIET reanimeren" in await directives(world, gp)


async def test_one_thing_that_cannot_be_read_keeps_everything_out(world: World, browser: Browser) -> None:
    gp = await system_of(world, browser, "gp", imports=True)
    unknown = {"url": "https://elders.example/niet", "valueBoolean": True}
    directive = stu3_directive(HOSPITAL, "JA")
    directive["modifierExtension"].append(unknown)
    answer = await send(world, gp, bundle(patient(), stu3_directive(RESUSCITATION, "NEE"), directive))
    assert (answer.status, answer.body["resourceType"]) == (HTTPStatus.UNPROCESSABLE_ENTITY, "OperationOutcome")
    assert await directives(world, gp) == []
    assert not await world.audited(AuditEvent.IMPORTED)


async def test_another_patient_is_refused_whole_and_so_is_one_who_is_not_yours(world: World, browser: Browser) -> None:
    gp = await system_of(world, browser, "gp", imports=True)
    stranger = patient(birthDate="1949-01-02")
    answer = await send(world, gp, bundle(stranger, stu3_directive(RESUSCITATION, "NEE")))
    assert (answer.status, "andere patiënt" in answer.told) == (HTTPStatus.UNPROCESSABLE_ENTITY, True)
    await join(world, "wim", Role.RELATIVE, "Wim", "Stroband")
    wim = await system_of(world, browser, "wim", imports=True)
    refused = await send(world, wim, PLAN)
    assert refused.status == HTTPStatus.FORBIDDEN
    elsewhere = await wim.post(
        "/fhir/stu3?patient=pat-0123456789abcdef", json.dumps(PLAN), Content_Type="application/fhir+json"
    )
    assert elsewhere.raw == refused.raw
    assert await directives(world, gp) == []


async def test_a_token_to_read_brings_nothing_in(world: World, browser: Browser) -> None:
    reader = await system_of(world, browser, "gp")
    answer = await send(world, reader, PLAN)
    assert answer.status == HTTPStatus.FORBIDDEN
    assert 'error="insufficient_scope"' in answer.headers["WWW-Authenticate"]


async def test_home_care_brings_in_no_directive(world: World, browser: Browser) -> None:
    nurse = await system_of(world, browser, "nurse", imports=True)
    assert (await send(world, nurse, PLAN)).status == HTTPStatus.FORBIDDEN


async def test_what_is_no_plan_in_json_is_refused_before_anything_is_looked_up(world: World, browser: Browser) -> None:
    gp = await system_of(world, browser, "gp", imports=True)
    good = json.dumps(PLAN).encode()
    for status, raw, headers in (
        (HTTPStatus.UNSUPPORTED_MEDIA_TYPE, b"<Bundle/>", {"Content_Type": "application/fhir+xml"}),
        (HTTPStatus.UNSUPPORTED_MEDIA_TYPE, good, {"Content_Type": "application/fhir+json; charset=utf-16"}),
        (HTTPStatus.UNSUPPORTED_MEDIA_TYPE, zlib.compress(good), {"Content_Encoding": "deflate"}),
        (HTTPStatus.UNSUPPORTED_MEDIA_TYPE, good, {"Content_Type": "text/plain"}),
        (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, b" " * (1024 * 1024 + 1), {}),
        (HTTPStatus.BAD_REQUEST, b"<Bundle/>", {}),
        (HTTPStatus.BAD_REQUEST, b"", {}),
        (HTTPStatus.BAD_REQUEST, b'{"resourceType": "Bundle", "type": NaN}', {}),
        (HTTPStatus.UNPROCESSABLE_ENTITY, b'{"resourceType":"Bundle","resourceType":"Bundle"}', {}),
        (HTTPStatus.UNPROCESSABLE_ENTITY, b'{"a":' * 2000 + b"1" + b"}" * 2000, {}),
        (HTTPStatus.UNPROCESSABLE_ENTITY, b"[]", {}),
        (HTTPStatus.UNPROCESSABLE_ENTITY, b'{"resourceType":"Bundle","type":"transaction"}', {}),
        (HTTPStatus.UNPROCESSABLE_ENTITY, b'{"resourceType":"Bundle","type":"history","entry":[]}', {}),
        (HTTPStatus.UNPROCESSABLE_ENTITY, b'{"resourceType":"Bundle","type":"transaction","entry":[1]}', {}),
        (HTTPStatus.UNPROCESSABLE_ENTITY, good.replace(b'"POST"', b'"DELETE"'), {}),
        (HTTPStatus.UNPROCESSABLE_ENTITY, json.dumps(bundle()).encode(), {}),
    ):
        answer = await send(world, gp, raw, **headers)
        assert (answer.status, answer.body["resourceType"]) == (status, "OperationOutcome"), raw[:40]
    for query in ("&preview=misschien", "&preview=true&preview=false", "&patient=pat-0123456789abcdef", "&stil=ja"):
        assert (await send(world, gp, PLAN, query=query)).status == HTTPStatus.BAD_REQUEST, query
    r4 = bundle(patient(), r4_directive(RESUSCITATION, "deny"), kind="collection")
    wrong = await send(world, gp, r4, release="stu3")
    assert (wrong.status, "pzp-r4" in wrong.told) == (HTTPStatus.UNPROCESSABLE_ENTITY, True)
    assert await directives(world, gp) == []
    assert (await send(world, gp, r4, release="r4")).status == HTTPStatus.OK
    assert await directives(world, gp) == ["NIET reanimeren"]


async def test_what_leaves_over_http_comes_in_again_and_changes_nothing(world: World, browser: Browser) -> None:
    await agree(world)
    gp = await system_of(world, browser, "gp", imports=True)
    for release in ("r4", "stu3"):
        whole = await gp.get(f"/fhir/{release}/Patient/{world.patient_id}/$everything")
        looked = await send(world, gp, whole.raw, release=release, query="&preview=true")
        assert looked.status == HTTPStatus.OK, looked.raw
        changes = [
            issue["diagnostics"]
            for entry in looked.body["entry"]
            for issue in entry["response"].get("outcome", {}).get("issue", [])
            if "wordt:" in issue["diagnostics"]
        ]
        assert [change for change in changes if "eanimeren" in change or "ziekenhuis" in change] == []
