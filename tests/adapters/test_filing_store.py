"""Wishes are taken up once, and the source of an entry stays with it: the same on both engines."""

from datetime import timedelta

from sqlalchemy import select

from hub.adapters.sql.dossier_tables import filed_message
from hub.adapters.sql.filing import LEASE
from hub.application.filing_ports import FiledMessage, FilingWish
from hub.domain.identifiers import EntryRef
from hub.domain.vocabulary import Section
from tests.world import MORNING, World

SHA = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"


def wish(world: World, number: int) -> FilingWish:
    return FilingWish(
        world.circle_id, "!kamer", f"$bericht{number}", world.id("samira"), f"$speld{number}", False, Section.S5
    )


def filed(world: World, version: int = 1) -> FiledMessage:
    ref = EntryRef(Section.S5, 1)
    people = (world.id("pieter"), world.id("samira"))
    return FiledMessage(world.patient_id, ref, version, "!kamer", "$bericht1", SHA, *people, MORNING)


async def test_a_reaction_is_noted_once_and_taken_up_by_one_process(world: World) -> None:
    async with world.unit() as unit:
        assert await unit.filings.wish(wish(world, 1), MORNING)
        assert not await unit.filings.wish(wish(world, 1), MORNING)
        assert await unit.filings.wished_since(world.id("samira"), MORNING - timedelta(hours=1)) == 1
    async with world.unit() as unit:
        (first,) = await unit.filings.claim(MORNING, 10)
        assert first.wish == wish(world, 1)
        assert await unit.filings.claim(MORNING, 10) == []
    later = MORNING + LEASE + timedelta(seconds=1)
    async with world.unit() as unit:
        (second,) = await unit.filings.claim(later, 10)
        # Who held it before has nothing to say about it any more.
        assert not await unit.filings.settle(first)
        assert await unit.filings.settle(second)
        assert not await unit.filings.has_due(later + LEASE)


async def test_what_could_not_be_fetched_is_due_again_later(world: World) -> None:
    async with world.unit() as unit:
        await unit.filings.wish(wish(world, 1), MORNING)
        (taken,) = await unit.filings.claim(MORNING, 10)
        await unit.filings.later(taken, MORNING + timedelta(seconds=5), "delivery-delayed")
        assert not await unit.filings.has_due(MORNING)
        (again,) = await unit.filings.claim(MORNING + timedelta(seconds=5), 10)
        assert again.attempts == 1
        await unit.filings.release()
        assert await unit.filings.has_due(MORNING + timedelta(seconds=5))


async def test_the_hash_is_sealed_and_the_withdrawal_is_marked_once(world: World) -> None:
    async with world.unit() as unit:
        await unit.filings.add(filed(world))
        row = (await unit.connection.execute(select(filed_message.c.sealed_hash))).scalar_one()
        assert SHA.encode() not in bytes(row)
        assert await unit.filings.of_event(world.patient_id, "!kamer", "$bericht1") == [filed(world)]
        assert await unit.filings.withdrawn(world.patient_id) == {}
        (gone,) = await unit.filings.withdraw(world.patient_id, "!kamer", "$bericht1", world.id("pieter"), MORNING)
        assert (gone.withdrawn_at, gone.withdrawn_by) == (MORNING, world.id("pieter"))
        assert await unit.filings.withdraw(world.patient_id, "!kamer", "$bericht1", world.id("carla"), MORNING) == []
        assert list(await unit.filings.withdrawn(world.patient_id)) == [(EntryRef(Section.S5, 1), 1)]
        assert await unit.filings.of_entry(world.patient_id, EntryRef(Section.S5, 1)) == [gone]
