"""A fact that cannot be had stops the decision: whatever part of the database fails, nothing is opened or said."""

from dataclasses import replace
from typing import Any

import pytest

from hub.application.guard import Guard
from hub.application.use_cases.dossier import read_dossier
from hub.domain.audit import AuditEvent
from hub.domain.consent import AccessRules
from hub.domain.vocabulary import Action, Assurance, Role, Section
from tests.world import World, directive, policies


class Away(Exception):
    """Stands for whatever a database says when it is not there."""


class Failing:
    """A repository of which every question fails."""

    def __getattr__(self, name: str) -> Any:
        async def fails(*_: object, **__: object) -> None:
            raise Away(name)

        return fails


@pytest.mark.parametrize(
    ("repository", "who", "action", "section"),
    [
        ("patients", "carla", Action.READ, Section.S3),
        ("consents", "carla", Action.READ, Section.S3),
        ("consents", "pieter", Action.READ, Section.S3),
        ("emergencies", "samira", Action.EMERGENCY_READ, None),
        ("destructions", "bea", Action.DESTROY, None),
        ("handovers", "samira", Action.LEAVE, None),
        ("cases", "bea", Action.READ, Section.S3),
    ],
)
async def test_a_source_of_facts_that_fails_gives_no_answer_at_all(
    world: World, repository: str, who: str, action: Action, section: Section | None
) -> None:
    await world.record("carla", directive())
    async with world.unit() as unit:
        context = await world.context(unit, who)
        context = replace(context, case_id="cas-1" if repository == "cases" else None)
        setattr(unit, repository, Failing())
        with pytest.raises(Away):
            await world.guard.require(unit, context, action, section)
        if action is Action.READ:
            with pytest.raises(Away):
                await read_dossier(unit, world.guard, context, section)
    assert await world.logged(AuditEvent.ENTRY_READ) == []


async def test_a_sign_in_that_is_not_sure_enough_opens_nothing_and_says_how_to_go_on(world: World) -> None:
    async with world.unit() as unit:
        for who in ("carla", "anna", "pieter"):
            context = replace(await world.context(unit, who), assurance=Assurance.LOW)
            _, decision = await world.guard.decide(unit, context, Action.READ, Section.S1)
            assert not decision.permitted
            assert "guard-assurance" in {rule.id for rule in decision.rules}


async def test_a_role_may_need_the_highest_level(world: World) -> None:
    guard = Guard(policies(), AccessRules(minimum={Role.COACH: Assurance.HIGH}))
    async with world.unit() as unit:
        for who, open_ in (("carla", False), ("gerda", True)):
            _, decision = await guard.decide(unit, await world.context(unit, who), Action.READ, Section.S3)
            assert decision.permitted is open_
