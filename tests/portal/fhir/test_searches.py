"""The seven searches of IKNL's guide and that of the form, over HTTP: for the GP, and for who has no business there.

The requests are those of the guide, in the words of both its editions (ADR 0037).
"""

from http import HTTPStatus

import pytest

from hub.domain.audit import AuditEvent
from hub.domain.vocabulary import Role
from tests.portal.fhir.world import RELEASES, SCT, System, agree, join, system_of
from tests.portal.world import Browser, World

SCOPE = "http://terminology.hl7.org/CodeSystem/consentscope|"
CATEGORY = "http://terminology.hl7.org/CodeSystem/consentcategorycodes|"
BETA = "https://fhir.iknl.nl/fhir/ValueSet/"
SEVEN: dict[str, dict[str, tuple[str, int, set[str]]]] = {
    "r4": {
        "1a": (f"Procedure?patient=P&code={SCT}713603004&_include=Procedure:encounter", 1, {"Encounter"}),
        "1a, as the first edition prints it": (
            f"Procedure?patient=P&code={SCT}713603004&_include:Procedure:encounter",
            1,
            {"Encounter"},
        ),
        "1b": (
            f"Encounter?patient=P&reason-reference:Procedure.code={SCT}713603004&_include=Encounter:reason-reference",
            1,
            {"Procedure"},
        ),
        "2": (
            f"Consent?patient=P&scope={SCOPE}treatment&category={SCT}129125009&_include=Consent:actor",
            2,
            {"Patient"},
        ),
        "3": (f"Consent?patient=P&scope={SCOPE}adr&category={CATEGORY}acd&_include=Consent:actor", 1, set()),
        "4": (f"Goal?patient=P&description:in={BETA}ACP-MedicalPolicyGoal", 1, set()),
        "4, by codes": (f"Goal?patient=P&description={SCT}385987000,1351964001,713148004", 1, set()),
        "4, second edition": (f"Goal?patient=P&category={SCT}713603004", 1, set()),
        "5": (f"Observation?patient=P&code={SCT}153851000146100,395091006,340171000146104,570801000146104", 4, set()),
        "6": (
            f"DeviceUseStatement?patient=P&device.type:in={BETA}ACP-MedicalDeviceProductType-ICD"
            "&_include=DeviceUseStatement:device",
            1,
            {"Device"},
        ),
        "6, by codes": (f"DeviceUseStatement?patient=P&device.type={SCT}72506001,{SCT}465460004", 1, set()),
        "7": (f"Communication?patient=P&reason-code={SCT}713603004", 1, set()),
        "form": (
            "QuestionnaireResponse?subject=Patient/P&questionnaire=https://fhir.iknl.nl/fhir/Questionnaire/ACP-zib2020",
            1,
            set(),
        ),
        "form, second edition": (
            "QuestionnaireResponse?patient=P&questionnaire=https://api.iknl.nl/docs/pzp/r4/Questionnaire/ACP-zib2020",
            1,
            set(),
        ),
    },
    "stu3": {
        "1a": (f"Procedure?patient=P&code={SCT}713603004&_include=Procedure:encounter", 1, {"Encounter"}),
        "1b": (
            f"Encounter?patient=P&reason-reference:Procedure.code={SCT}713603004&_include=Encounter:reason-reference",
            1,
            {"Procedure"},
        ),
        "2": (f"Consent?patient=P&category={SCT}11291000146105&_include=Consent:consentor", 2, set()),
        "2, in the words of R4": (f"Consent?patient=P&category={SCT}129125009&scope={SCOPE}treatment", 2, set()),
        "3": (f"Consent?patient=P&category={SCT}11341000146107&_include=Consent:actor", 1, set()),
        "4": (f"Goal?patient=P&category={SCT}713603004", 1, set()),
        "5": (f"Observation?patient=P&code={SCT}153851000146100,395091006,340171000146104,570801000146104", 4, set()),
        "6": (
            "DeviceUseStatement?patient=P"
            "&device.type:in=https://api.iknl.nl/docs/pzp/stu3/ValueSet/ACP-MedicalDeviceProductType-ICD"
            "&_include=DeviceUseStatement:device",
            1,
            {"Device"},
        ),
        "7": (f"CommunicationRequest?patient=P&category={SCT}223449006", 1, set()),
        "form": (
            "QuestionnaireResponse?patient=P"
            "&questionnaire=https://api.iknl.nl/docs/pzp/stu3/Questionnaire/ACP-zib2017|1.0.0-rc2",
            1,
            set(),
        ),
    },
}


def address(world: World, release: str, query: str) -> str:
    return f"/fhir/{release}/{query}".replace("=P&", f"={world.patient_id}&").replace(
        "Patient/P&", f"Patient/{world.patient_id}&"
    )


@pytest.mark.parametrize("release", RELEASES)
async def test_the_gp_s_system_finds_the_whole_plan_with_the_requests_of_the_guide(
    world: World, browser: Browser, release: str
) -> None:
    await agree(world)
    gp = await system_of(world, browser, "gp")
    before = len(await world.audited(AuditEvent.ENTRY_EXPORTED, "gp"))
    for name, (query, matches, included) in SEVEN[release].items():
        answer = await gp.get(address(world, release, query))
        assert answer.status == HTTPStatus.OK, (name, answer.raw)
        assert answer.headers["Content-Type"].startswith("application/fhir+json")
        assert (answer.body["type"], answer.total, len(answer.of("match"))) == ("searchset", matches, matches), name
        assert {resource["resourceType"] for resource in answer.of("include")} >= included, name
        assert not answer.of("outcome"), "all of it is open to the GP"
        assert all(entry["fullUrl"].startswith("http://localhost:8080/fhir/") for entry in answer.body["entry"])
    assert len(await world.audited(AuditEvent.ENTRY_EXPORTED, "gp")) == before + len(SEVEN[release])


@pytest.mark.parametrize("release", RELEASES)
async def test_no_request_of_the_guide_opens_anything_to_who_is_not_in_the_circle(
    world: World, browser: Browser, release: str
) -> None:
    await agree(world)
    await join(world, "wim", Role.RELATIVE, "Wim", "Stroband")
    await join(world, "ingrid", Role.LOCUM, "Ingrid", "Terpstra", until_minutes=30)
    wim, ingrid = await system_of(world, browser, "wim"), await system_of(world, browser, "ingrid")
    world.clock.pass_by(minutes=31)
    nobody = System(browser, None)
    for name, (query, _, _) in SEVEN[release].items():
        path = address(world, release, query)
        refused = await wim.get(path)
        absent = await wim.get(path.replace(world.patient_id, "pat-0123456789abcdef"))
        assert (refused.status, refused.raw) == (HTTPStatus.FORBIDDEN, absent.raw), name
        assert absent.status == HTTPStatus.FORBIDDEN
        over = await ingrid.get(path)
        assert over.status == HTTPStatus.FORBIDDEN
        assert "BW 7:457" in over.told
        unknown = await nobody.get(path)
        assert (unknown.status, unknown.headers["WWW-Authenticate"]) == (
            HTTPStatus.UNAUTHORIZED,
            'Bearer realm="kring"',
        )
    for who in ("wim", "ingrid"):
        refusals = await world.audited(AuditEvent.REFUSED, who)
        assert len(refusals) == len(SEVEN[release]), "each of them is in the log of this patient"
        assert {item.entry.access_point for item in refusals} == {"api"}


async def test_who_may_take_along_a_part_hears_that_an_empty_list_is_not_nothing(
    world: World, browser: Browser
) -> None:
    await agree(world)
    daughter = await system_of(world, browser, "daughter")
    answer = await daughter.get(f"/fhir/r4/Consent?patient={world.patient_id}")
    assert (answer.status, answer.total) == (HTTPStatus.OK, 0)
    assert "betekent niet dat er niets is afgesproken" in answer.of("outcome")[0]["issue"][0]["diagnostics"]
    nurse = await system_of(world, browser, "nurse")
    whole = await nurse.get(f"/fhir/r4/Consent?patient={world.patient_id}")
    assert whole.status == HTTPStatus.OK
    assert bool(whole.of("outcome")) == (whole.total < 3), "less than all is said to be less than all"


@pytest.mark.parametrize("release", RELEASES)
async def test_what_was_found_can_be_read_by_its_id_and_every_reference_leads_somewhere(
    world: World, browser: Browser, release: str
) -> None:
    await agree(world)
    gp = await system_of(world, browser, "gp")
    everything = await gp.get(f"/fhir/{release}/Patient/{world.patient_id}/$everything")
    found = everything.of("match")
    assert len(found) > 12
    names = {f"{resource['resourceType']}/{resource['id']}" for resource in found}
    assert f"Patient/{world.patient_id}" in names
    assert _references(found) <= names
    for resource in found[:4]:
        name = f"/fhir/{release}/{resource['resourceType']}/{resource['id']}"
        alone = await gp.get(name)
        assert (alone.status, alone.body) == (HTTPStatus.OK, resource)
        assert alone.headers["ETag"].startswith('W/"')
    other = await gp.get(f"/fhir/{release}/Goal/{world.patient_id}.5f0c3a9e-0000-5000-8000-000000000000")
    strange = await gp.get(f"/fhir/{release}/Goal/pat-0123456789abcdef.5f0c3a9e-0000-5000-8000-000000000000")
    odd = await gp.get(f"/fhir/{release}/Goal/iets-anders")
    assert (other.status, other.raw) == (HTTPStatus.NOT_FOUND, strange.raw)
    assert (strange.status, odd.raw, odd.status) == (HTTPStatus.NOT_FOUND, strange.raw, HTTPStatus.NOT_FOUND)


async def test_a_directive_never_travels_without_what_the_patient_says_of_it(world: World, browser: Browser) -> None:
    await agree(world)
    await state(world, "S3-1", "Ik wil er nog eens over praten.")
    gp = await system_of(world, browser, "gp")
    for release in RELEASES:
        answer = await gp.get(f"/fhir/{release}/Consent?patient={world.patient_id}")
        said = [r for r in answer.of("include") if r["resourceType"] == "Communication"]
        assert [r["payload"][0]["contentString"] for r in said] == ["Ik wil er nog eens over praten."]
    who = await gp.get(f"/fhir/r4/Goal?patient={world.patient_id}&_revinclude=Provenance:target")
    assert {resource["resourceType"] for resource in who.of("include")} == {"Provenance"}


async def state(world: World, ref: str, words: str) -> None:
    """The patient's own statement beside an entry."""
    from hub.application.use_cases.corrections import add_statement
    from hub.domain.identifiers import EntryRef
    from tests.portal.world import SOURCE

    async with world.hub.transactions() as unit:
        context = await world.context(unit, "patient")
        await add_statement(unit, world.hub.guard, context, EntryRef.parse(ref), words, SOURCE)


def _references(resources: list[dict[str, object]]) -> set[str]:
    found: set[str] = set()
    todo: list[object] = list(resources)
    while todo:
        part = todo.pop()
        if isinstance(part, dict):
            reference = part.get("reference")
            if isinstance(reference, str) and not reference.startswith(("http", "#")):
                found.add(reference)
            todo += part.values()
        elif isinstance(part, list):
            todo += part
    return found
