"""Out-of-hours sets, openings, declarations and destruction as they are stored, on both databases."""

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, text, update

from hub.adapters.encryption import unseal
from hub.adapters.sql.access_tables import break_glass, emergency_set
from hub.adapters.sql.tables import patient as patient_table
from hub.application.emergency_ports import Receipt
from hub.application.speaking import Speaker
from hub.application.use_cases import destruction, emergency_sets
from hub.domain.destruction import Ground, Outcome
from hub.domain.emergency import Branch, Claim, Opening, ReasonCode, Verdict, review_due
from hub.domain.entries import Note
from hub.domain.errors import IntegrityBroken, NotFound
from hub.domain.identifiers import new_id
from hub.domain.vocabulary import Role, Section
from tests.world import BIRTH_DATE, BSN, DE_BRUG, NAMES, PATIENT, World, directive


def speaker(world: World) -> Speaker:
    return Speaker(world.guard, frozenset())


async def made(world: World) -> None:
    """One confirmed directive and a note, and the set that is made of them."""
    proposed = await world.record("carla", directive())
    await world.confirm("gerda", proposed.ref)
    await world.record("gerda", Note("Noodpakket in de koelkast"), Section.S7)
    async with world.unit() as unit:
        await emergency_sets.renew_if_due(unit, world.guard, speaker(world), world.patient_id, world.clock())


def opening(world: World, who: str = "joost") -> Opening:
    now = world.clock()
    return Opening(
        id=new_id("emg"),
        patient_id=world.patient_id,
        person_id=world.id(who),
        role=Role.FACILITY,
        organisation="Hospice De Linde",
        branch=Branch.OPENED,
        claim=Claim.ADMITTING,
        reason_code=ReasonCode.ADMISSION,
        reason="Spoedopname in de nacht",
        opened_at=now,
        until=now + timedelta(hours=4),
        review_due_at=review_due(now),
    )


async def test_a_set_is_due_until_it_is_made_and_keeps_its_versions(world: World) -> None:
    async with world.unit() as unit:
        assert [patient for patient, _ in await unit.emergencies.due()] == [world.patient_id]
    await made(world)
    async with world.unit() as unit:
        assert await unit.emergencies.due() == []
        first = await unit.emergencies.last_made(world.patient_id)
    assert first is not None
    assert first.version == 1
    await world.record("gerda", Note("Allergie voor penicilline"), Section.S7)
    await world.record("samira", Note("Praat graag over vroeger"), Section.S6)
    async with world.unit() as unit:
        assert len(await unit.emergencies.due()) == 1
        await emergency_sets.renew_if_due(unit, world.guard, speaker(world), world.patient_id, world.clock())
        second = await unit.emergencies.last_made(world.patient_id)
    assert second is not None
    assert second.version == 2


async def test_a_change_that_is_undone_leaves_nothing_due(world: World) -> None:
    await made(world)
    async with world.unit() as unit:
        with suppress(RuntimeError):
            async with unit.savepoint():
                await unit.emergencies.mark_due(world.patient_id, world.id("carla"), world.clock())
                raise RuntimeError
    async with world.unit() as unit:
        assert await unit.emergencies.due() == []


async def test_the_set_is_sealed_with_a_key_that_is_not_the_dossiers(world: World) -> None:
    await made(world)
    async with world.unit() as unit:
        row = (await unit.connection.execute(select(emergency_set))).one()
        wrapped = (await unit.connection.execute(select(patient_table.c.wrapped_key))).scalar_one()
        assert not any(name.encode() in row.sealed_content for name in NAMES)
        with pytest.raises(IntegrityBroken):
            unseal(world.vault.unwrap(wrapped), row.sealed_content, b"emergency-set/")
        await unit.connection.execute(update(emergency_set).values(version=7))
        with pytest.raises(IntegrityBroken):
            await unit.emergencies.last_made(world.patient_id)


async def test_nobody_opens_a_set_by_changing_a_column(world: World) -> None:
    await made(world)
    mine = opening(world)
    async with world.unit() as unit:
        await unit.emergencies.add(mine)
        later = mine.until + timedelta(hours=1)
        assert await unit.emergencies.is_open(world.patient_id, mine.person_id, world.clock())
        assert not await unit.emergencies.is_open(world.patient_id, mine.person_id, mine.until)
        assert (await unit.emergencies.get(mine.id)).reason == mine.reason
        await unit.connection.execute(update(break_glass).values(until=break_glass.c.until + 10_000_000_000))
        assert await unit.emergencies.is_open(world.patient_id, mine.person_id, later)
        with pytest.raises(IntegrityBroken):
            await unit.emergencies.get(mine.id)


async def test_a_receipt_waits_until_its_person_says_so_and_the_newest_counts(world: World) -> None:
    now = world.clock()
    one = Receipt(world.patient_id, 1, world.id("samira"), now, now + timedelta(hours=2))
    async with world.unit() as unit:
        await unit.emergencies.sent(one)
        await unit.emergencies.sent(replace(one, version=2))
        assert [receipt.version for receipt in await unit.emergencies.receipts(world.patient_id)] == [2]
        overdue = await unit.emergencies.overdue(now + timedelta(hours=2))
        assert [receipt.version for receipt in overdue] == [2]
        await unit.emergencies.alarmed(overdue[0], now)
        assert await unit.emergencies.overdue(now + timedelta(hours=9)) == []
        assert await unit.emergencies.acknowledge(world.patient_id, world.id("samira"), now) == 2
        assert await unit.emergencies.acknowledge(world.patient_id, world.id("samira"), now) is None


async def test_a_patient_is_found_by_number_or_by_name_and_birth_date_together(world: World) -> None:
    async with world.unit() as unit:
        for found in (
            await unit.emergencies.find_patient(bsn=BSN),
            await unit.emergencies.find_patient(name="anna  DE wit", born=BIRTH_DATE),
        ):
            assert found is not None
            assert found.id == world.patient_id
        assert await unit.emergencies.find_patient(name="Anna de Wit", born=BIRTH_DATE.replace(year=1953)) is None
        assert await unit.emergencies.find_patient(name="Anna", born=BIRTH_DATE) is None


async def test_a_judgement_is_given_once(world: World) -> None:
    mine = opening(world)
    async with world.unit() as unit:
        await unit.emergencies.add(mine)
        assert await unit.emergencies.review(mine.id, Verdict.JUSTIFIED, world.id("bea"), world.clock())
        assert not await unit.emergencies.review(mine.id, Verdict.UNJUSTIFIED, world.id("bea"), world.clock())
        assert (await unit.emergencies.get(mine.id)).verdict is Verdict.JUSTIFIED
        assert await unit.emergencies.count_of(mine.person_id, world.clock() - timedelta(hours=1)) == 1


async def test_what_is_destroyed_is_gone_and_stays_gone(world: World) -> None:
    await made(world)
    async with world.unit() as unit:
        await unit.emergencies.add(opening(world))
        asker = await world.context(unit, PATIENT)
        await destruction.ask(unit, world.guard, speaker(world), asker)
        gerda = await world.context(unit, "gerda")
        await destruction.decide(unit, gerda, DE_BRUG, Outcome.DESTROY, Ground.REQUEST)
        await destruction.approve(unit, await world.context(unit, "carla"), DE_BRUG)
    async with world.unit() as unit:
        gerda = replace(await world.context(unit, "gerda"), stepped_up=True)
        done = await destruction.execute(unit, world.guard, speaker(world), gerda)
    assert done.destroyed.whole
    async with world.unit() as unit:
        with pytest.raises(NotFound):
            await unit.patients.get(world.patient_id)
        assert await unit.emergencies.last_made(world.patient_id) is None
        assert [one.reason for one in await unit.emergencies.of_patient(world.patient_id)] == [""]
        assert await unit.emergencies.find_patient(bsn=BSN) is None
        left = await unit.connection.execute(text("SELECT count(*) FROM entry"))
        assert left.scalar_one() == 0
        assert await unit.destructions.again() == 0
        assert await unit.circles.open_of(world.patient_id) is None
