"""What the operator asks over the admin socket leaves a trace, and shows no more than who asks may see."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer

from hub.admin.server import build_admin, commands
from hub.application.use_cases.people import Account
from hub.domain.audit import AuditEvent
from hub.domain.entries import Note
from hub.domain.identifiers import EntryRef
from hub.domain.vocabulary import Section
from tests.stories.room import Room
from tests.world import CAST, directive

Answer = dict[str, Any]


class NamedAccounts:
    """Remembers the names that people got in their rooms."""

    def __init__(self) -> None:
        self.names: dict[str, str] = {}

    async def create(self, localpart: str, display_name: str) -> Account:
        return Account(f"@{localpart}:kring.test", localpart, None)

    async def rename(self, matrix_id: str, display_name: str) -> None:
        self.names[matrix_id] = display_name

    async def close(self, matrix_id: str) -> None:
        return None


class Operator:
    def __init__(self, room: Room, client: TestClient[Any, Any]) -> None:
        self.room = room
        self._client = client

    async def asks(self, command: str, actor: str = "bea", **arguments: Any) -> Answer:
        body = {"command": command, "arguments": arguments, "actor": self.room.world.id(actor)}
        answer: Answer = await (await self._client.post("/command", json=body)).json()
        return answer

    async def about_her(self, command: str, actor: str = "bea", **arguments: Any) -> Answer:
        return await self.asks(command, actor, patient=self.room.world.patient_id, **arguments)


@pytest.fixture
async def accounts() -> NamedAccounts:
    return NamedAccounts()


@pytest.fixture
async def operator(room: Room, accounts: NamedAccounts) -> AsyncIterator[Operator]:
    async def status() -> Answer:
        return {}

    app = build_admin(room.hub, commands(room.hub, accounts, status))
    async with TestClient(TestServer(app)) as client:
        yield Operator(room, client)


async def test_the_patients_own_log_leaves_out_what_others_told_in_confidence(operator: Operator) -> None:
    world = operator.room.world
    await world.record("carla", Note("Zoon vertelde iets in vertrouwen."), Section.S10)
    await world.record("carla", directive())
    hers = await operator.about_her("audit.list", "anna")
    assert [e["object"] for e in hers["entries"] if e["event"] == "dossier.recorded"] == [
        f"entry:{EntryRef(Section.S3, 1)}/1"
    ]
    carlas = await operator.about_her("audit.list", "carla")
    assert len([e for e in carlas["entries"] if e["event"] == "dossier.recorded"]) == 2


async def test_the_log_as_fhir_has_what_the_asker_may_see_and_the_export_is_a_look_at_it(operator: Operator) -> None:
    world = operator.room.world
    await world.record("carla", Note("Zoon vertelde iets in vertrouwen."), Section.S10)
    await world.read("gerda")
    answer = await operator.about_her("audit.export", "bea", **{"as": world.id("carla")}, format="balp")
    kinds = [part["resource"]["subtype"][1]["code"] for part in answer["bundle"]["entry"]]
    assert {"dossier.read", "dossier.recorded"} <= set(kinds)
    assert answer["entries"] == len(kinds)
    assert [look.user_id for look in await world.logged(AuditEvent.LOG_READ)] == [world.id("carla")]
    refused = await operator.about_her("audit.export", "bea", **{"as": world.id("pieter")}, format="nen7513")
    assert refused["error"]["code"] == "access-denied"
    wrong = await operator.about_her("audit.export", "bea", **{"as": world.id("carla")}, format="pdf")
    assert wrong["error"]["code"] == "bad-format"


async def test_who_may_not_see_the_log_is_refused_and_that_is_logged(operator: Operator) -> None:
    answer = await operator.about_her("audit.list", "pieter")
    assert answer["error"]["code"] == "access-denied"
    assert [entry.user_id for entry in await operator.room.world.logged(AuditEvent.REFUSED)] == [
        operator.room.world.id("pieter")
    ]


async def test_looking_who_is_in_a_circle_is_logged(operator: Operator) -> None:
    """It names the people around a patient."""
    shown = await operator.about_her("circle.show")
    assert "Pieter de Wit" in {member["name"] for member in shown["members"]}
    (looked,) = await operator.room.world.logged(AuditEvent.COMMAND)
    assert (looked.user_id, looked.object_type) == (operator.room.world.id("bea"), "circle")
    assert looked.detail == f"circle-show;members={len(shown['members'])}"


async def test_only_an_administrator_asks_for_somebody_else_and_a_try_is_logged(operator: Operator) -> None:
    world = operator.room.world
    answer = await operator.about_her("dossier.show", "pieter", **{"as": world.id("gerda")})
    assert answer["error"]["code"] == "access-denied"
    (refused,) = await world.logged(AuditEvent.REFUSED)
    assert (refused.user_id, refused.outcome) == (world.id("pieter"), 4)
    assert await world.logged(AuditEvent.ENTRY_READ) == []


async def test_only_an_administrator_registers_people_and_a_try_is_logged(operator: Operator) -> None:
    world = operator.room.world
    answer = await operator.asks("person.add", "pieter", role="gp", given_name="Pieter", family_name="de Wit")
    assert answer["error"]["code"] == "access-denied"
    async with world.unit() as unit:
        (last, *_) = await unit.audit.by_person(world.id("pieter"), 1)
    assert last.entry.event is AuditEvent.REFUSED


async def test_a_relative_and_a_representative_never_have_the_same_name_in_a_room(
    operator: Operator, accounts: NamedAccounts
) -> None:
    """Pieter is the first; who comes after him is the second, whatever the role."""
    world = operator.room.world
    assert CAST["wim"].in_circle is False

    async def in_line() -> None:
        async with world.unit() as unit:
            await unit.circles.want_reconciled(world.circle_id, world.clock())
            await unit.circles.reconciled(world.circle_id, world.clock().replace(year=2100))

    await in_line()
    await operator.about_her("circle.admit", person=world.id("wim"), role="representative")
    assert [name.rpartition("-")[2] for name in accounts.names.values()] == ["2"]
