"""How another system may ask: tokens, media types, parameters, pages; and what it hears when it may not."""

import json
from http import HTTPStatus
from urllib.parse import quote, urlsplit

import pytest

from hub.application.use_cases.api_tokens import issue_token, revoke_token, tokens_of
from hub.domain.api_token import lifetime
from hub.domain.audit import AuditEvent
from hub.domain.errors import CommandRejected
from hub.domain.vocabulary import Role
from hub.fhir.catalogue import BSN_SYSTEM
from hub.portal.fhir.routes import ROUTES
from tests.adapters.audit_harm import log_takes_nothing
from tests.portal.fhir.world import System, agree, join, system_of, token_for
from tests.portal.test_devices import NEW, OLD, show
from tests.portal.world import Browser, World, sign_in


async def test_a_token_is_for_who_joins_circles_and_only_the_administrator_gives_it(world: World) -> None:
    await join(world, "coordinator", Role.COORDINATOR, "Frits", "Meulman")
    await join(world, "wim", Role.RELATIVE, "Wim", "Stroband")
    for who in ("administrator", "coordinator"):
        with pytest.raises(CommandRejected, match="leest geen dossiers"):
            await token_for(world, who)
    with pytest.raises(CommandRejected, match="niet in de kring"):
        await token_for(world, "wim", patient=True)
    for minutes in (0, -5, 481, 10**9):
        with pytest.raises(CommandRejected, match="480 minuten"):
            lifetime(minutes)
    from hub.application.guard import Refused

    async with world.hub.transactions() as unit:
        context = await world.context(unit, "gp")
        with pytest.raises(Refused):
            await issue_token(unit, context, person_id=context.actor.id, patient_id=None, lasts=lifetime(None))


async def test_a_token_opens_nothing_once_it_is_revoked_is_over_or_its_person_left(
    world: World, browser: Browser
) -> None:
    await agree(world)
    path = f"/fhir/r4/Goal?patient={world.patient_id}"
    token = await token_for(world, "gp")
    assert world.hub.tokens is not None
    gp = System(browser, world.hub.tokens.sign(token))
    assert (await gp.get(path)).status == HTTPStatus.OK
    async with world.hub.transactions() as unit:
        administrator = await world.context(unit, "administrator")
        await revoke_token(unit, administrator, token.id)
        with pytest.raises(CommandRejected, match="al ingetrokken"):
            await revoke_token(unit, administrator, token.id)
        assert [found.revoked_at for found in await tokens_of(unit, administrator, token.person_id)] == [world.clock()]
    refused = await gp.get(path)
    assert (refused.status, refused.headers["WWW-Authenticate"]) == (
        HTTPStatus.UNAUTHORIZED,
        'Bearer realm="kring", error="invalid_token"',
    )
    short = await system_of(world, browser, "gp", minutes=5)
    leaver = await system_of(world, browser, "nurse")
    async with world.hub.transactions() as unit:
        await unit.people.leaves(world.people["nurse"].id, world.clock())
    world.clock.pass_by(seconds=1)
    assert (await leaver.get(path)).raw == refused.raw
    assert (await short.get(path)).status == HTTPStatus.OK
    world.clock.pass_by(minutes=5)
    assert (await short.get(path)).raw == refused.raw
    async with world.hub.transactions() as unit:
        unsaid = await unit.audit.by_person(world.people["administrator"].id, 50)
    events = [item.entry.event for item in unsaid]
    assert events.count(AuditEvent.TOKEN_ISSUED) == 3
    assert events.count(AuditEvent.TOKEN_REVOKED) == 1


async def test_a_token_whose_row_says_something_else_is_nothing(world: World, browser: Browser) -> None:
    from dataclasses import replace

    assert world.hub.tokens is not None
    token = await token_for(world, "gp")
    path = f"/fhir/r4/Goal?patient={world.patient_id}"
    for changed in (
        replace(token, id="tok-0123456789abcdef"),
        replace(token, person_id=world.people["nurse"].id),
        replace(token, patient_id=world.patient_id),
    ):
        answer = await System(browser, world.hub.tokens.sign(changed)).get(path)
        assert answer.status == HTTPStatus.UNAUTHORIZED


async def test_a_discharge_counts_at_the_next_request(world: World, browser: Browser) -> None:
    await agree(world)
    nurse = await system_of(world, browser, "nurse")
    path = f"/fhir/r4/Goal?patient={world.patient_id}"
    assert (await nurse.get(path)).status == HTTPStatus.OK
    await world.discharge("nurse")
    world.clock.pass_by(seconds=1)
    assert (await nurse.get(path)).status == HTTPStatus.FORBIDDEN


async def test_a_token_for_one_patient_is_for_no_other_and_needs_no_name(world: World, browser: Browser) -> None:
    await agree(world)
    gp = await system_of(world, browser, "gp", patient=True)
    assert (await gp.get("/fhir/r4/Goal")).total == 1
    other = await gp.get("/fhir/r4/Goal?patient=pat-0123456789abcdef")
    assert other.status == HTTPStatus.FORBIDDEN
    anybody = await system_of(world, browser, "gp")
    unnamed = await anybody.get("/fhir/r4/Goal")
    assert (unnamed.status, "patient=[id]" in unnamed.told) == (HTTPStatus.BAD_REQUEST, True)


async def test_what_is_no_bearer_token_is_no_door(world: World, browser: Browser) -> None:
    nobody = System(browser, None)
    for header in ("", "Basic Z2VyZGE6Z2VoZWlt", "Bearer", "Bearer ", "Bearer a b", "Token abc", "Bearer a, Bearer a"):
        answer = await nobody.get(f"/fhir/r4/Goal?patient={world.patient_id}", Authorization=header)
        assert answer.status == HTTPStatus.UNAUTHORIZED, header
        assert answer.headers["WWW-Authenticate"].startswith("Bearer ")


async def test_neither_a_session_nor_a_token_in_the_address_opens_fhir(world: World, browser: Browser) -> None:
    await agree(world)
    await sign_in(world, browser, "gp")
    nobody = System(browser, None)
    assert (await nobody.get(f"/fhir/r4/Goal?patient={world.patient_id}")).status == HTTPStatus.UNAUTHORIZED
    gp = await system_of(world, browser, "gp")
    address = f"/fhir/r4/Goal?patient={world.patient_id}&access_token={gp.token}"
    assert (await nobody.get(address)).status == HTTPStatus.UNAUTHORIZED
    async with browser.get(
        f"/fhir/r4/Goal?patient={world.patient_id}",
        headers=[("Authorization", f"Bearer {gp.token}"), ("Authorization", "Bearer x")],
    ) as twice:
        assert twice.status == HTTPStatus.UNAUTHORIZED


async def test_who_guesses_tokens_is_slowed_down(world: World, browser: Browser) -> None:
    guesser = System(browser, "a.b.c")
    answers = [(await guesser.get("/fhir/r4/Goal")).status for _ in range(32)]
    assert answers == [HTTPStatus.UNAUTHORIZED] * 30 + [HTTPStatus.TOO_MANY_REQUESTS] * 2


@pytest.mark.parametrize("release", ["r4", pytest.param("stu3", marks=pytest.mark.slow)])
async def test_the_capability_statement_promises_what_is_answered(world: World, browser: Browser, release: str) -> None:
    await agree(world)
    nobody = System(browser, None)
    told = (await nobody.get(f"/fhir/{release}/metadata")).body
    assert told["fhirVersion"] == {"r4": "4.0.1", "stu3": "3.0.2"}[release]
    (rest,) = told["rest"]
    gp = await system_of(world, browser, "gp")
    for resource in rest["resource"]:
        kind = resource["type"]
        searched = await gp.get(f"/fhir/{release}/{kind}?patient={world.patient_id}", Prefer="handling=strict")
        assert searched.status == HTTPStatus.OK, kind
        for parameter in resource["searchParam"]:
            if parameter["name"] in {"patient", "subject", "identifier"} or (kind, parameter["name"]) == (
                "Patient",
                "_id",
            ):
                continue
            answer = await gp.get(
                f"/fhir/{release}/{kind}?patient={world.patient_id}&{parameter['name']}=zomaar",
                Prefer="handling=strict",
            )
            assert (answer.status, answer.total) == (HTTPStatus.OK, 0), (kind, parameter["name"])
        for include in resource.get("searchInclude", []):
            answer = await gp.get(
                f"/fhir/{release}/{kind}?patient={world.patient_id}&_include={include}", Prefer="handling=strict"
            )
            assert answer.status == HTTPStatus.OK, include
    absent = await gp.get(f"/fhir/{release}/MedicationRequest?patient={world.patient_id}")
    assert absent.status == HTTPStatus.NOT_FOUND


async def test_a_parameter_that_is_not_known_is_left_out_or_refused_as_was_preferred(
    world: World, browser: Browser
) -> None:
    await agree(world)
    gp = await system_of(world, browser, "gp")
    path = f"/fhir/r4/Goal?patient={world.patient_id}&kleur=rood&category=&_sort=-date"
    lenient = await gp.get(path)
    assert (lenient.status, lenient.total) == (HTTPStatus.OK, 1)
    assert lenient.body["link"][0]["url"].endswith(f"/fhir/r4/Goal?patient={world.patient_id}&_count=100")
    strict = await gp.get(path, Prefer="respond-async, handling=strict")
    assert (strict.status, "kleur" in strict.told) == (HTTPStatus.BAD_REQUEST, True)
    for never in (
        "code:not=1",
        "description:in=http://elders.example/lijst",
        "description:below=1",
        "status:missing=true",
    ):
        kind = "Observation" if never.startswith(("code", "status")) else "Goal"
        answer = await gp.get(f"/fhir/r4/{kind}?patient={world.patient_id}&{never}")
        assert answer.status == HTTPStatus.BAD_REQUEST, "what would turn the question around is never left out"


IMPOSSIBLE = [
    "patient=pat-0123456789abcdef&patient=pat-fedcba9876543210",
    "patient=https://elders.example/fhir/r4/Patient/1",
    "patient=%00",
    "patient=P&_count=-1",
    "patient=P&_count=veel",
    "patient=P&_count=9999999999999",
    "patient=P&_offset=1e3",
    "patient=P&code=" + "a" * 1001,
    "patient=P" + "&code=1" * 41,
    "patient=P&code=" + ",".join("1" * 1 for _ in range(101)),
]


async def test_a_question_that_cannot_be_is_refused_with_a_reason(world: World, browser: Browser) -> None:
    gp = await system_of(world, browser, "gp")
    for query in IMPOSSIBLE:
        answer = await gp.get(f"/fhir/r4/Observation?{query.replace('=P', f'={world.patient_id}')}")
        assert (answer.status, answer.body["resourceType"]) == (HTTPStatus.BAD_REQUEST, "OperationOutcome"), query


async def test_pages_are_bounded_and_lead_on(world: World, browser: Browser) -> None:
    await agree(world)
    gp = await system_of(world, browser, "gp")
    seen: list[str] = []
    path: str | None = f"/fhir/r4/Observation?patient={world.patient_id}&_count=3"
    while path is not None:
        answer = await gp.get(path)
        assert answer.total == 4
        seen += [resource["id"] for resource in answer.of("match")]
        links = {link["relation"]: link["url"] for link in answer.body["link"]}
        parts = urlsplit(links["next"]) if "next" in links else None
        path = f"{parts.path}?{parts.query}" if parts else None
    assert len(seen) == len(set(seen)) == 4
    most = await gp.get(f"/fhir/r4/Observation?patient={world.patient_id}&_count=999999999")
    assert "_count=200" in most.body["link"][0]["url"]
    none = await gp.get(f"/fhir/r4/Observation?patient={world.patient_id}&_count=0")
    assert (none.total, none.of("match")) == (4, [])


WISHES = [
    ("application/fhir+json", "", 200),
    ("application/json;q=0.5, text/html", "", 200),
    ("application/fhir+json; fhirVersion=4.0", "", 200),
    ("application/fhir+json; fhirVersion=3.0", "", 406),
    ("application/fhir+xml", "", 406),
    ("application/fhir+json;q=0", "", 406),
    ("application/fhir+xml", "&_format=json", 200),
    ("application/fhir+json", "&_format=xml", 406),
    ("*/*", "&_format=application/fhir+json", 200),
    ("*/*", "&_format=json&_format=xml", 406),
]


async def test_json_in_the_right_version_is_all_there_is(world: World, browser: Browser) -> None:
    await agree(world)
    gp = await system_of(world, browser, "gp")
    for accept, query, status in WISHES:
        answer = await gp.get(f"/fhir/r4/Goal?patient={world.patient_id}{query}", Accept=accept)
        assert (answer.status, answer.headers["Content-Type"].partition(";")[0]) == (status, "application/fhir+json")


async def test_a_number_of_somebody_comes_only_in_the_body_and_is_never_repeated(
    world: World, browser: Browser
) -> None:
    await agree(world)
    gp = await system_of(world, browser, "gp")
    number = f"{BSN_SYSTEM}|999990019"
    for path in (
        f"/fhir/r4/Patient?identifier={quote(number)}",
        f"/fhir/r4/Goal?patient.identifier={quote(number)}",
    ):
        answer = await gp.get(path)
        assert (answer.status, "POST" in answer.told) == (HTTPStatus.BAD_REQUEST, True)
        assert b"999990019" not in answer.raw
    in_address = await gp.post(f"/fhir/r4/Patient/_search?identifier={quote(number)}", {})
    assert in_address.status == HTTPStatus.BAD_REQUEST
    nobody_has_it = await gp.post("/fhir/r4/Patient/_search", {"identifier": number})
    assert nobody_has_it.status == HTTPStatus.FORBIDDEN
    form = await gp.post("/fhir/r4/Goal/_search", {"patient": world.patient_id, "description": "713148004"})
    assert (form.status, form.total) == (HTTPStatus.OK, 1)
    as_json = await gp.post("/fhir/r4/Goal/_search", json.dumps({"patient": "x"}), Content_Type="application/json")
    assert as_json.status == HTTPStatus.UNSUPPORTED_MEDIA_TYPE


async def test_the_gp_finds_a_patient_by_number_and_wim_does_not_find_the_neighbour(
    world: World, browser: Browser
) -> None:
    await _give_number(world, "999990019")
    await join(world, "wim", Role.RELATIVE, "Wim", "Stroband")
    asked = {"identifier": f"{BSN_SYSTEM}|999990019"}
    gp, wim = await system_of(world, browser, "gp"), await system_of(world, browser, "wim")
    found = await gp.post("/fhir/r4/Patient/_search", asked)
    assert [resource["id"] for resource in found.of("match")] == [world.patient_id]
    assert found.body["link"][0]["url"].endswith(f"/fhir/r4/Patient?_id={world.patient_id}&_count=100")
    goals = await gp.post("/fhir/r4/Goal/_search", {"patient.identifier": f"{BSN_SYSTEM}|999990019"})
    assert goals.total == 1
    refused = await wim.post("/fhir/r4/Patient/_search", asked)
    absent = await wim.post("/fhir/r4/Patient/_search", {"identifier": f"{BSN_SYSTEM}|123456782"})
    assert (refused.status, refused.raw) == (HTTPStatus.FORBIDDEN, absent.raw)


async def _give_number(world: World, digits: str) -> None:
    """Register mevrouw de Wit anew, with her number: an identity is sealed, and not changed by hand."""
    from datetime import date

    from hub.application.use_cases.people import add_patient
    from hub.domain.identifiers import Bsn
    from hub.domain.people import PersonName
    from tests.portal.world import PaperAccounts, _circle

    async with world.hub.transactions() as unit:
        administrator = await world.context(unit, "administrator")
    patient, world.people["patient"], _ = await add_patient(
        world.hub.transactions,
        PaperAccounts(),
        administrator,
        name=PersonName("Anna", "de Wit"),
        birth_date=date(1952, 3, 14),
        bsn=Bsn(digits),
        another=True,
    )
    world.patient_id, world.circle_id = patient.id, ""
    await _circle(world)
    await agree(world)


async def test_other_methods_are_refused_as_fhir_says_it(world: World, browser: Browser) -> None:
    gp = await system_of(world, browser, "gp")
    for method in ("HEAD", "PUT", "DELETE", "PATCH", "OPTIONS"):
        async with browser.request(
            method, f"/fhir/r4/Goal/{world.patient_id}.x", headers={"Authorization": f"Bearer {gp.token}"}
        ) as answer:
            assert (answer.status, answer.headers["Allow"]) == (HTTPStatus.METHOD_NOT_ALLOWED, "GET"), method


async def test_no_odd_address_leads_anywhere(world: World, browser: Browser) -> None:
    gp = await system_of(world, browser, "gp")
    for path in ("r5/Goal", "", "r4/", "r4/Goal/a/b", "r4/../../dossier", "r4/Goal/%2e%2e", "r4/%00", "r4/Goal//x"):
        answer = await gp.get(f"/fhir/{path}")
        assert answer.status in {HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED, HTTPStatus.UNAUTHORIZED}, path
        assert b"Traceback" not in answer.raw


async def test_while_the_log_takes_nothing_no_address_has_a_word_of_the_plan(world: World, browser: Browser) -> None:
    await agree(world)
    gp = await system_of(world, browser, "gp", imports=True)
    whole = await gp.get(f"/fhir/r4/Patient/{world.patient_id}/$everything")
    some = whole.of("match")[-1]["id"]
    async with log_takes_nothing(world.hub.database):
        for route in ROUTES:
            path = route.path.replace("{release}", "r4").replace("{type}", "Goal").replace("{id}", some)
            path = path.replace(f"Patient/{some}", f"Patient/{world.patient_id}")
            if route.method == "GET":
                answer = await gp.get(f"{path}?patient={world.patient_id}")
            elif path.endswith("_search"):
                answer = await gp.post(path, {"patient": world.patient_id})
            else:
                answer = await gp.post(
                    f"{path}?patient={world.patient_id}", whole.raw, Content_Type="application/fhir+json"
                )
            if path.endswith("/metadata"):
                continue
            assert answer.status == HTTPStatus.SERVICE_UNAVAILABLE, (path, answer.raw)
            assert answer.headers["Retry-After"] == "60"
            assert answer.body["resourceType"] == "OperationOutcome"
            assert b"reanimeren" not in answer.raw
    assert (await gp.get(f"/fhir/r4/Goal?patient={world.patient_id}")).total == 1


async def test_keys_that_wait_to_be_confirmed_close_this_door_too(world: World, browser: Browser) -> None:
    await agree(world)
    gp = await system_of(world, browser, "gp")
    await show(world, "gp", OLD)
    assert (await gp.get(f"/fhir/r4/Goal?patient={world.patient_id}")).status == HTTPStatus.OK
    await show(world, "gp", NEW)
    assert (await gp.get(f"/fhir/r4/Goal?patient={world.patient_id}")).status == HTTPStatus.FORBIDDEN
