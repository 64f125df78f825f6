"""The roads through access and its facts that no story takes by itself: each has a reason, and is walked here."""

import runpy
import sys
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import cedarpy
import pytest
from sqlalchemy import text

from hub.access.difference import Change, Difference
from hub.access.difference_text import in_words
from hub.access.engine import PolicyEngine
from hub.access.explain import as_error, not_open
from hub.access.files import copy_policies, read_policy_files
from hub.application import auditing
from hub.application.use_cases.corrections import hold_back
from hub.application.use_cases.handovers import make_handover
from hub.application.use_cases.tasks import NewTask, make_task
from hub.domain.advance_care_plan import LegalCapacity
from hub.domain.audit import AuditEvent
from hub.domain.capacity import chosen_representative
from hub.domain.entries import Note
from hub.domain.errors import AuditUnavailable
from hub.domain.handover import Destination
from hub.domain.spoken import verbatim
from hub.domain.task import TaskKind
from hub.domain.values import PartialDate
from hub.domain.vocabulary import Action, Role, Section
from tests.world import World

from .conftest import POLICIES


@dataclass
class _Diagnostics:
    errors: list[str] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)


@dataclass
class _Answer:
    decision: cedarpy.Decision
    diagnostics: _Diagnostics = field(default_factory=_Diagnostics)


def test_no_decision_is_no(engine: PolicyEngine) -> None:
    decision = engine._judge(_Answer(cedarpy.Decision.NoDecision))
    assert (decision.permitted, decision.rules, decision.errors) == (False, (), ("no decision",))


def test_a_copy_of_the_policies_replaces_the_one_that_was_there(tmp_path: Path) -> None:
    target = tmp_path / "policies"
    target.mkdir()
    (target / "99-old.cedar").write_text("permit (principal, action, resource);")
    copy_policies(POLICIES, target)
    assert read_policy_files(target).version == read_policy_files(POLICIES).version
    copy_policies(POLICIES, tmp_path / "elsewhere")
    assert (tmp_path / "elsewhere" / "90-guards.cedar").exists()


def test_the_table_is_printed_of_the_policies_that_are_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["matrix", str(POLICIES)])
    monkeypatch.delitem(sys.modules, "hub.access.matrix")
    runpy.run_module("hub.access.matrix", run_name="__main__")
    assert capsys.readouterr().out.startswith("Wie mag wat in Kring")


def test_a_refusal_for_a_program_has_what_a_person_hears() -> None:
    error = as_error("access-denied", "Dat mag u hier niet.", not_open("dit lezen"))
    assert (error["code"], error["message"]) == ("access-denied", "Dat mag u hier niet.")


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [({"last"}, {"summary"}, "was"), ({"last"}, set(), "was"), (set(), {"last"}, "beperkt")],
)
def test_a_change_of_limits_is_told_both_ways(before: set[str], after: set[str], said: str) -> None:
    one = Difference(
        Change.LIMITS,
        Role.LOCUM,
        Action.READ,
        Section.S5,
        (("consented", True),),
        frozenset(before),
        frozenset(after),
    )
    assert said in in_words([one], "oud", "nieuw")


async def test_a_representative_decides_only_when_chosen_from_two(world: World) -> None:
    """BW 7:465 lid 3: when two of equal rank disagree, the doctor chooses one; the other then decides nothing."""
    judged, again = PartialDate("2026-11-03"), PartialDate("2026-12-03")
    incapable = LegalCapacity(False, "medische behandelbeslissingen", judged, method="gesprek", review_on=again)
    await world.confirm("ruben", (await world.record("gerda", incapable, Section.S3)).ref)
    for chosen, active in ((None, True), (world.id("pieter"), True), (world.id("carla"), False)):
        async with world.unit() as unit:
            if chosen is not None:
                await unit.put_setting(chosen_representative(world.patient_id), chosen)
            context = replace(await world.context(unit, "pieter"), role=Role.REPRESENTATIVE)
            request, _ = await world.guard.decide(unit, context, Action.READ, Section.S3)
            whole, _ = await world.guard.decide(unit, context, Action.AUDIT, None)
        assert (request.representative_active, whole.representative_active) == (active, active)


async def test_who_leads_or_must_still_receive_has_something_open(world: World) -> None:
    """Carla leads; Samira must receive; Gerda has nothing open."""
    async with world.unit() as unit:
        context = await world.context(unit, "carla")
        await make_handover(unit, world.guard, context, Destination.HOSPICE, world.id("samira"))
    for who, is_open in (("carla", True), ("samira", True), ("gerda", False)):
        async with world.unit() as unit:
            request, _ = await world.guard.decide(unit, await world.context(unit, who), Action.LEAVE, None)
        assert request.open_tasks is is_open, who


async def test_without_a_patient_there_is_nothing_but_the_person(world: World) -> None:
    async with world.unit() as unit:
        context = replace(await world.context(unit, "bea"), circle=None, patient_id=None)
        request, decision = await world.guard.decide(unit, context, Action.INVITE, None)
    assert not request.circle_open
    assert not decision.permitted


async def test_what_is_done_within_a_case_names_the_case(world: World) -> None:
    async with world.unit() as unit:
        context = replace(await world.context(unit, "bea"), case_id="case-7")
        plain = auditing.entry(context, AuditEvent.LOG_READ, object_type="audit", object_id="x")
        more = auditing.entry(context, AuditEvent.LOG_READ, object_type="audit", object_id="x", detail="all")
    assert (plain.detail, more.detail) == ("case=case-7", "all;case=case-7")


async def test_a_log_that_takes_nothing_says_so(world: World) -> None:
    class Undo(Exception):
        pass

    async def with_the_table_gone() -> None:
        async with world.unit() as unit:
            await unit.audit.head()
            await unit.audit._connection.execute(text("ALTER TABLE audit RENAME TO audit_gone"))
            context = await world.context(unit, "bea")
            entry = auditing.entry(context, AuditEvent.LOG_READ, object_type="audit", object_id="x")
            with pytest.raises(AuditUnavailable):
                await unit.audit.add(entry)
            raise Undo

    with pytest.raises(Undo):
        await with_the_table_gone()


async def test_who_is_spared_something_hears_nothing_of_that_section_in_a_room(world: World) -> None:
    """Therapeutische exceptie: what is held back could be in any answer about that section."""

    async def may_hear(who: str, *sections: Section) -> bool:
        async with world.unit() as unit:
            return await world.guard.may_read_all(unit, await world.context(unit, who), sections)

    told = await world.record("gerda", Note("de uitslag"), Section.S3)
    assert await may_hear("anna", Section.S3, Section.S4)
    async with world.unit() as unit:
        context = await world.context(unit, "gerda")
        until = world.clock() + timedelta(days=9)
        await hold_back(
            unit, world.guard, context, told.ref, consulted=world.id("ruben"), until=until, reason="te veel nu"
        )
    assert not await may_hear("anna", Section.S3, Section.S4)
    assert await may_hear("anna", Section.S4)
    assert await may_hear("gerda", Section.S3, Section.S4)
    assert not await may_hear("pieter", Section.S4)


async def test_who_has_a_task_in_hand_and_wants_to_leave_is_asked_to_hand_it_on(world: World) -> None:
    async with world.unit() as unit:
        samira = await world.context(unit, "samira")
        assert (await world.guard.decide(unit, samira, Action.LEAVE, None))[1].permitted
        carla = await world.context(unit, "carla")
        circle = await unit.circles.get(world.circle_id)
        what, why = verbatim("apotheek bellen"), verbatim("Een taak")
        new = NewTask(
            TaskKind.ASKED, "asked", Section.S8, frozenset({Section.S8}), (), what, why, owner_id=samira.actor.id
        )
        await make_task(unit, carla, circle, new)
        assert not (await world.guard.decide(unit, samira, Action.LEAVE, None))[1].permitted


async def test_what_was_open_to_one_is_never_read_under_the_name_of_another(world: World) -> None:
    async with world.unit() as unit:
        samira, ruben = await world.context(unit, "samira"), await world.context(unit, "ruben")
        assert await world.guard.permitted_then(unit, samira, samira, (Section.S8,))
        with pytest.raises(ValueError, match="the same person and the same patient"):
            await world.guard.permitted_then(unit, samira, ruben, (Section.S8,))
