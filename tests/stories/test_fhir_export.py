"""``kring fhir export`` over the admin socket: the plan of one patient for another system, for one person."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer

from hub.admin.server import build_admin, commands
from hub.domain.audit import AuditEvent
from hub.domain.entries import sentence_nl
from hub.fhir.pzp_import import read_pzp
from tests.fhir.world import DEMO
from tests.stories.room import Room
from tests.world import PaperAccounts, directive

Answer = dict[str, Any]


@pytest.fixture
async def client(room: Room) -> AsyncIterator[TestClient[Any, Any]]:
    async def status() -> Answer:
        return {}

    app = build_admin(room.hub, commands(room.hub, PaperAccounts(), status))
    async with TestClient(TestServer(app)) as opened:
        yield opened


async def ask(room: Room, client: TestClient[Any, Any], command: str, who: str, **more: Any) -> Answer:
    arguments = {"patient": room.world.patient_id, "as": room.world.id(who)} | more
    body = {"command": command, "arguments": arguments, "actor": room.world.id("bea")}
    answer: Answer = await (await client.post("/command", json=body)).json()
    return answer


@pytest.mark.parametrize("standard", ["pzp-stu3", "pzp-r4"])
async def test_what_her_gp_brings_in_goes_out_and_brought_in_again_changes_nothing(
    room: Room, client: TestClient[Any, Any], standard: str
) -> None:
    await ask(room, client, "pzp.import", "gerda", documents=[DEMO.read_text(encoding="utf-8")])
    made = await ask(room, client, "fhir.export", "gerda", standard=standard)
    assert made["sections"] == ["S1", "S3", "S4"]
    assert made["resources"]["Patient"] == 1
    assert made["resources"]["Consent"] == 6
    assert read_pzp([made["bundle"]]).patient.family == "de Wit"
    before = await room.world.read("gerda")
    again = await ask(room, client, "pzp.import", "gerda", documents=[json.dumps(made["bundle"])])
    assert again["changes"] == []
    after = await room.world.read("gerda")
    assert [sentence_nl(entry.value) for entry in after] == [sentence_nl(entry.value) for entry in before]
    # STU3 says "verified" of what was spoken through with named people; that is a field more, in the same sentence.
    assert standard == "pzp-stu3" or [entry.version for entry in after] == [entry.version for entry in before]
    (line,) = await room.world.logged(AuditEvent.ENTRY_EXPORTED)
    assert f"to={standard}" in line.detail
    assert line.initiator == f"cli:{room.world.id('bea')}"


async def test_a_proposal_is_named_and_stays(room: Room, client: TestClient[Any, Any]) -> None:
    await room.world.record("carla", directive())
    made = await ask(room, client, "fhir.export", "gerda", standard="pzp-r4")
    assert made["left_out"] == ["S3-1 wacht op bevestiging en gaat niet mee."]
    assert "Consent" not in made["resources"]


async def test_who_may_not_take_it_along_hears_the_ordinary_refusal_and_it_is_logged(
    room: Room, client: TestClient[Any, Any]
) -> None:
    await room.world.record("carla", directive())
    refused = await ask(room, client, "fhir.export", "noor", standard="pzp-r4")
    shown = await ask(room, client, "dossier.show", "noor", section="S3")
    assert refused["error"]["code"] == shown["error"]["code"] == "access-denied"
    assert refused["error"]["message"].splitlines()[0] == shown["error"]["message"].splitlines()[0]
    assert [line.detail for line in await room.world.logged(AuditEvent.REFUSED)] == ["export", "read"]
    wrong = await ask(room, client, "fhir.export", "gerda", standard="hl7v2")
    assert wrong["error"]["code"] == "bad-standard"
