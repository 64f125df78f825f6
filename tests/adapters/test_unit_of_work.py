"""What a transaction remembers of its own reading: each fact once, and never anything that is not so."""

from datetime import timedelta

from hub.application import auditing
from hub.application.use_cases import circles
from hub.domain.audit import AuditEvent
from hub.domain.circle import DischargeReason
from hub.domain.consent import ConsentDecision
from tests.world import World


class ChangedMind(Exception):
    pass


async def test_what_a_savepoint_undid_was_never_so(world: World) -> None:
    """Ruben is discharged and logged as such, then that is undone: he is in the circle, the log unbroken."""
    ruben = world.id("ruben")
    async with world.unit() as unit:
        context = await world.context(unit, "carla")
        assert await unit.circles.relation(world.circle_id, ruben, world.clock()) is not None
        try:
            async with unit.savepoint():
                reason = DischargeReason.CARE_ENDED
                await circles.discharge(unit, world.guard, context, person_id=ruben, reason=reason)
                assert await unit.circles.relation(world.circle_id, ruben, world.clock()) is None
                raise ChangedMind
        except ChangedMind:
            assert await unit.circles.relation(world.circle_id, ruben, world.clock()) is not None
        await unit.audit.add(auditing.entry(context, AuditEvent.COMMAND, object_type="circle", object_id="na-de-fout"))
    async with world.transactions.reading() as unit:
        assert (await unit.audit.verify()).ok
    assert await world.logged(AuditEvent.MEMBER_DISCHARGED) == []
    assert [entry.object_id for entry in await world.logged(AuditEvent.COMMAND)] == ["na-de-fout"]


async def test_a_transaction_sees_what_it_wrote_itself(world: World) -> None:
    async with world.unit() as unit:
        context = await world.context(unit, "carla")
        before = await unit.circles.relations(world.circle_id)
        world.clock.pass_by(minutes=1)
        await circles.admit(unit, world.guard, context, person_id=world.id("joost"), role=None, until=None)
        after = await unit.circles.relations(world.circle_id)
    assert {r.person_id for r in after} - {r.person_id for r in before} == {world.id("joost")}


async def test_a_choice_of_the_patient_counts_for_the_next_transaction(world: World) -> None:
    async with world.unit() as unit:
        presumed = len(await unit.consents.of_patient(world.patient_id))
    await world.choose(ConsentDecision.DENY, "role:specialist", "S5")
    async with world.unit() as unit:
        assert len(await unit.consents.of_patient(world.patient_id)) == presumed + 1


async def test_who_is_discharged_is_a_stranger_to_the_next_transaction(world: World) -> None:
    async with world.unit() as unit:
        assert (await world.context(unit, "ruben")).is_member
    world.clock.pass_by(minutes=1)
    async with world.unit() as unit:
        context = await world.context(unit, "carla")
        reason = DischargeReason.MISTAKE
        await circles.discharge(unit, world.guard, context, person_id=world.id("ruben"), reason=reason)
    world.clock.pass_by(minutes=1)
    async with world.unit() as unit:
        assert not (await world.context(unit, "ruben")).is_member


async def test_of_several_periods_the_one_that_runs_counts_and_else_the_last(world: World) -> None:
    """Joost of the hospice comes for a week, twice."""
    joost = world.id("joost")
    for _ in range(2):
        await world.admit("joost", until=world.clock() + timedelta(days=7))
        world.clock.pass_by(days=10)
    async with world.unit() as unit:
        first, second = [r for r in await unit.circles.relations(world.circle_id) if r.person_id == joost]
        assert await unit.circles.relation(world.circle_id, joost, world.clock()) is None
        assert await unit.circles.latest_relation(world.circle_id, joost, world.clock()) == second
        during = first.since + timedelta(days=1)
        assert await unit.circles.latest_relation(world.circle_id, joost, during) == first
