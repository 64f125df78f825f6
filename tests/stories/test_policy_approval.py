"""Which rules decide is approved by the privacy officer; whatever else decides is said aloud."""

from dataclasses import replace
from pathlib import Path

import pytest

from hub.access.difference import compare
from hub.access.files import read_texts, version_of
from hub.admin.policy_commands import not_approved
from hub.application.use_cases.people import add_person
from hub.bootstrap import POLICIES
from hub.domain.audit import AuditEvent
from hub.domain.errors import StartRefused
from hub.domain.people import PersonName
from hub.domain.vocabulary import Role
from hub.server import tell_about_policy
from hub.settings import approved_policies
from tests.stories.test_hats import operator  # noqa: F401 -- the fixture, which pytest finds by its name
from tests.stories.test_operator import Operator
from tests.world import PaperAccounts

FATIMA = "fatima"


@pytest.fixture
async def officer(operator: Operator) -> Operator:  # noqa: F811 -- the fixture asks for the other one by name
    world = operator.room.world
    async with world.unit() as unit:
        bea = await world.context(unit, "bea")
    world.people[FATIMA], _ = await add_person(
        world.transactions,
        PaperAccounts(),
        bea,
        role=Role.PRIVACY_OFFICER,
        name=PersonName("Fatima", "Yilmaz"),
        organisation="FG Rijnland",
        evidence="aanstelling",
    )
    return operator


async def test_the_privacy_officer_approves_and_from_then_on_nothing_is_said(officer: Operator) -> None:
    hub = officer.room.hub
    assert "door niemand goedgekeurd" in str(await not_approved(hub))
    answer = await officer.asks("policy.approve", FATIMA)
    assert answer["version"] == answer["running"] == hub.policy.version
    assert await not_approved(hub) is None
    assert compare(approved_policies(hub.settings.data), POLICIES) == []
    async with officer.room.world.unit() as unit:
        (last, *_) = await unit.audit.by_person(officer.room.world.id(FATIMA), 1)
    assert (last.entry.event, last.entry.object_id) == (AuditEvent.POLICY_APPROVED, hub.policy.version)


async def test_other_rules_than_the_approved_ones_are_said_at_the_start_and_can_stop_it(officer: Operator) -> None:
    hub = officer.room.hub
    files = read_texts(POLICIES)
    files["22-locum.cedar"] = files["22-locum.cedar"].replace('@limit("summary")', '@limit("last")')
    approved = await officer.asks("policy.approve", FATIMA, files=files)
    assert approved["version"] == version_of(approved_policies(hub.settings.data)) != hub.policy.version
    said: list[str] = []
    await tell_about_policy(hub, said.append)
    assert approved["version"] in said[0]
    assert "kring policy diff --against approved" in said[0]
    strict = replace(hub, settings=hub.settings.model_copy(update={"require_approved_policy": True}))
    with pytest.raises(StartRefused, match="niet goedgekeurd"):
        await tell_about_policy(strict, said.append)


@pytest.mark.parametrize("who", ["bea", "carla", "anna", "pieter"])
async def test_nobody_else_approves(officer: Operator, who: str) -> None:
    assert (await officer.asks("policy.approve", who))["error"]["code"] == "access-denied"
    assert await not_approved(officer.room.hub) is not None


@pytest.mark.parametrize("files", [{}, {"../x.cedar": "permit"}, {"x.txt": "permit"}, {"x.cedar": "permit"}])
async def test_what_is_no_policy_is_not_approved(officer: Operator, files: dict[str, str], tmp_path: Path) -> None:
    assert (await officer.asks("policy.approve", FATIMA, files=files))["error"]["code"] == "bad-policy"
