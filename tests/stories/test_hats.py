"""One person, more than one role: each act under one hat, and what was said of one employer is about that one only."""

from collections.abc import AsyncIterator

import pytest
from aiohttp.test_utils import TestClient, TestServer

from hub.admin.server import build_admin, commands
from hub.domain.audit import AuditEvent
from hub.domain.vocabulary import Section
from tests.stories.room import Room
from tests.stories.test_operator import Answer, NamedAccounts, Operator
from tests.world import DE_LINDE, RIJNOEVER, directive

HAP = "Huisartsenpost Rijnland"


@pytest.fixture
async def operator(room: Room) -> AsyncIterator[Operator]:
    async def status() -> Answer:
        return {}

    world = room.world
    async with world.unit() as unit:
        # There is no Matrix here: its rooms are always in line.
        await unit.circles.want_reconciled(world.circle_id, world.clock())
        await unit.circles.reconciled(world.circle_id, world.clock().replace(year=2100))
    app = build_admin(room.hub, commands(room.hub, NamedAccounts(), status))
    async with TestClient(TestServer(app)) as client:
        yield Operator(room, client)


async def gets_a_role(operator: Operator, who: str, role: str, organisation: str) -> Answer:
    return await operator.asks(
        "person.role.add", person=operator.room.world.id(who), role=role, organisation=organisation, evidence="BIG 1"
    )


async def reads(operator: Operator, who: str, section: str = "S3") -> Answer:
    return await operator.about_her("dossier.show", **{"as": operator.room.world.id(who), "section": section})


async def comes_in(operator: Operator, who: str, **hat: str) -> Answer:
    return await operator.about_her("circle.admit", person=operator.room.world.id(who), **hat)


async def test_joost_comes_for_one_of_his_two_employers_and_acts_as_that(operator: Operator) -> None:
    """He works at the hospice, and nights at the home care organisation."""
    world = operator.room.world
    await world.record("carla", directive())
    assert (await comes_in(operator, "joost", role="home_care"))["error"]["code"] == "role-not-proved"
    await gets_a_role(operator, "joost", "home_care", RIJNOEVER)
    assert "invited" in await comes_in(operator, "joost", role="home_care")
    assert (await comes_in(operator, "joost", role="facility"))["error"]["code"] == "already-member"

    assert (await reads(operator, "joost"))["entries"]
    read = (await world.logged(AuditEvent.ENTRY_READ))[-1]
    assert (read.user_role, read.organisation) == ("home_care", RIJNOEVER)
    shown = await operator.about_her("circle.show")
    assert {m["organisation"] for m in shown["members"] if m["person"] == world.id("joost")} == {RIJNOEVER}


@pytest.mark.parametrize(("objected_to", "closed"), [(DE_LINDE, False), (RIJNOEVER, True)])
async def test_an_objection_to_an_employer_hits_that_hat_and_not_the_other(
    operator: Operator, objected_to: str, closed: bool
) -> None:
    world = operator.room.world
    await world.record("carla", directive())
    await gets_a_role(operator, "joost", "home_care", RIJNOEVER)
    await comes_in(operator, "joost", role="home_care")
    await operator.about_her(
        "consent.record", decision="deny", to=f"organisation:{objected_to}", sections="S3", given_by=world.id("anna"),
        how="gesprek thuis")  # fmt: skip
    answer = await reads(operator, "joost")
    assert ("error" in answer) is closed
    if closed:
        # As if there were nothing: no word of an objection.
        assert answer["error"]["rules"] == []


async def test_a_role_that_ends_takes_its_places_with_it_and_no_others(operator: Operator) -> None:
    world = operator.room.world
    await world.record("carla", directive())
    await gets_a_role(operator, "joost", "home_care", RIJNOEVER)
    await comes_in(operator, "joost", role="home_care")
    ended = await operator.asks(
        "person.role.end", person=world.id("joost"), role="home_care", organisation=RIJNOEVER.upper()
    )
    assert ended["circles"] == [world.circle_id]
    assert (await reads(operator, "joost"))["error"]["rules"][0]["id"] == "guard-relation"
    assert "invited" in await comes_in(operator, "joost")
    async with world.unit() as unit:
        events = [item.entry.event for item in await unit.audit.by_person(world.id("bea"), 20)]
    assert {AuditEvent.ROLE_ADDED, AuditEvent.ROLE_ENDED} <= set(events)


async def test_a_nurse_who_is_a_relative_here_is_nothing_but_a_relative_here(operator: Operator) -> None:
    world = operator.room.world
    await world.record("carla", directive())
    assert "invited" in await comes_in(operator, "joost", role="relative")
    assert (await reads(operator, "joost"))["error"]["rules"][0]["id"] == "guard-relative-consent"
    await operator.about_her(
        "consent.record", decision="permit", to=f"person:{world.id('joost')}", sections="S3",
        given_by=world.id("anna"), how="gesprek thuis")  # fmt: skip
    assert (await reads(operator, "joost"))["entries"]
    read = (await world.logged(AuditEvent.ENTRY_READ))[-1]
    assert (read.user_role, read.organisation) == ("relative", None)


async def test_a_team_chooses_its_own_colleagues_and_a_patient_her_own_relatives(operator: Operator) -> None:
    world = operator.room.world
    assert (await comes_in(operator, "joost", actor="samira"))["error"]["code"] == "not-yours-to-choose"
    assert (await comes_in(operator, "joost", actor="anna"))["error"]["code"] == "not-yours-to-choose"
    assert "invited" in await comes_in(operator, "wim", actor="anna")
    await gets_a_role(operator, "joost", "home_care", RIJNOEVER)
    assert "invited" in await comes_in(operator, "joost", role="home_care", actor="samira")
    gone = await operator.about_her("circle.discharge", "samira", person=world.id("gerda"), reason="mistake")
    assert gone["error"]["code"] == "not-yours-to-choose"


async def test_only_the_administrator_gives_roles_with_proof_and_only_those_of_carers(operator: Operator) -> None:
    world = operator.room.world
    asked = {"person": world.id("joost"), "role": "home_care", "organisation": HAP, "evidence": "BIG 1"}
    assert (await operator.asks("person.role.add", "carla", **asked))["error"]["code"] == "access-denied"
    for wrong, code in (
        ({"role": "administrator"}, "not-a-hat"),
        ({"evidence": " "}, "role-not-proved"),
        ({"person": world.id("anna")}, "not-a-hat"),
        ({"until": "2020-01-01"}, "period-over"),
    ):
        assert (await operator.asks("person.role.add", **(asked | wrong)))["error"]["code"] == code
    assert (await operator.asks("person.role.add", **asked))["role"] == "home_care"
    assert (await operator.asks("person.role.add", **asked))["error"]["code"] == "worn-already"
    listed = await operator.asks("person.role.list", person=world.id("joost"))
    assert [role["organisation"] for role in listed["roles"]] == [DE_LINDE, HAP]


async def test_to_somebody_of_the_circle_a_patient_who_does_not_exist_is_one_who_is_not_theirs(
    operator: Operator,
) -> None:
    """Byte for byte the same over the command line: an unknown patient, one of somebody else, an unknown person."""
    world = operator.room.world
    answers = []
    for patient in (world.patient_id, "pat-0000000000000000"):
        for command in ("dossier.show", "audit.list", "circle.admit"):
            answers.append(
                await operator.asks(
                    command,
                    "wim",
                    patient=patient,
                    section=Section.S3.value,
                    person=world.id("joost"),
                    **{"as": world.id("wim")},
                )
            )
    assert [answer["error"]["code"] for answer in answers] == ["access-denied"] * 6
    assert len({str(answer) for answer in answers}) == 1
