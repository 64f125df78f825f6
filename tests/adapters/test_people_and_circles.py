"""People, patients and circles as they are stored, on SQLite and on PostgreSQL alike."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import LargeBinary, select, text, update
from sqlalchemy.exc import IntegrityError

from hub.adapters.encryption import KeyVault
from hub.adapters.sql import tables
from hub.adapters.sql.database import Database, metadata
from hub.adapters.sql.unit_of_work import SqlTransactions, SqlUnitOfWork
from hub.application.ports import RoomPlace
from hub.application.use_cases import circles
from hub.domain.advance_care_plan import Decision
from hub.domain.circle import Circle, DischargeReason, Ground, RoomKind
from hub.domain.consent import Consent, ConsentDecision, SharingMode
from hub.domain.entries import Note
from hub.domain.errors import CommandRejected, IntegrityBroken, NotFound
from hub.domain.identifiers import new_id
from hub.domain.observations import PainScore, Reporter
from hub.domain.vocabulary import Role, Section
from tests.world import BIRTH_DATE, BSN, CAST, MORNING, NAMES, World, directive


async def everything_stored(database: Database) -> bytes:
    """Every value of every row, and for SQLite every byte of its files too."""
    found = bytearray()
    async with database.reading() as connection:
        for table in metadata.sorted_tables:
            for row in await connection.execute(select(table)):
                for value in row:
                    found += value if isinstance(value, bytes) else str(value).encode()
    if database.is_sqlite:
        path = str(database.engine.url.database)
        for suffix in ("", "-wal"):
            found += await asyncio.to_thread(_bytes_of, path + suffix)
    return bytes(found)


def _bytes_of(path: str) -> bytes:
    with open(path, "rb") as file:  # noqa: PTH123 -- a path with a suffix
        return file.read()


async def test_who_was_put_in_comes_out_again(world: World) -> None:
    async with world.unit() as unit:
        for who in CAST:
            assert await unit.people.get(world.id(who)) == world.people[who]
        patient = await unit.patients.get(world.patient_id)
        gerda = world.people["gerda"]
        assert await unit.people.by_matrix_id(str(gerda.matrix_id)) == gerda
        assert await unit.people.by_matrix_id("@niemand:kring.test") is None
    assert (patient.name.full, patient.birth_date, patient.bsn) == ("Anna de Wit", BIRTH_DATE, BSN)
    assert gerda.phone == "026-3210002"


async def test_a_stolen_database_does_not_tell_who_is_ill_or_what_was_said(world: World) -> None:
    """I3: no name, birth date, BSN, phone number, word of a note or wish is anywhere in clear."""
    await world.record("samira", PainScore(8, Reporter.PROFESSIONAL, "vooral snachts bij draaien"))
    await world.record("carla", directive(restriction="ZEEPAARD", decision=Decision.YES_BUT))
    await world.record("pieter", Note("Moeder weet niet van mijn KOKMEEUW."), Section.S10)
    await world.choose(ConsentDecision.PERMIT, f"person:{world.id('pieter')}", "S4", how="bij de IJSVOGEL thuis")
    await world.choose(ConsentDecision.PERMIT, "organisation:Hospice De Linde", "S3")
    stored = await everything_stored(world.database)
    for canary in (
        *NAMES, "1952-03-14", "14-3-1952", BSN.digits, "026-321", "draaien", "ZEEPAARD", "KOKMEEUW", "IJSVOGEL",
        "Hospice De Linde", "reanim", "legitimatie",
    ):  # fmt: skip
        assert canary.encode() not in stored, canary
    # The look-out itself works: what may be read is found by the same search.
    assert b"Praktijk De Brug" in stored


async def test_a_database_opens_only_with_its_own_key(world: World) -> None:
    stolen = SqlTransactions(world.database, KeyVault(bytes(32)))
    async with stolen() as unit:
        with pytest.raises(IntegrityBroken):
            await unit.people.get(world.id("gerda"))
        with pytest.raises(IntegrityBroken):
            await unit.patients.get(world.patient_id)


async def test_a_name_that_was_moved_to_somebody_else_does_not_open(world: World) -> None:
    person = tables.person
    async with world.database.transaction() as connection:
        sealed = select(person.c.sealed_name).where(person.c.id == world.id("gerda"))
        name = (await connection.execute(sealed)).scalar_one()
        await connection.execute(update(person).where(person.c.id == world.id("wim")).values(sealed_name=name))
    async with world.unit() as unit:
        with pytest.raises(IntegrityBroken):
            await unit.people.get(world.id("wim"))


async def test_who_does_not_exist_is_not_found(world: World) -> None:
    async with world.unit() as unit:
        with pytest.raises(NotFound):
            await unit.people.get("per-0000000000000000")
        with pytest.raises(NotFound):
            await unit.patients.get("pat-0000000000000000")
        with pytest.raises(NotFound):
            await unit.circles.get("cir-0000000000000000")


async def test_two_people_never_share_a_matrix_account(world: World) -> None:
    with pytest.raises(IntegrityError):
        async with world.unit() as unit:
            await unit.people.add(replace(world.people["gerda"], id=new_id("per")))


async def test_a_patient_has_one_open_circle(world: World) -> None:
    with pytest.raises(IntegrityError):
        async with world.unit() as unit:
            await unit.circles.add(
                Circle(new_id("cir"), world.patient_id, "7F3K", world.id("carla"), opened_at=world.clock())
            )
    async with world.unit() as unit:
        found = await unit.circles.open_of(world.patient_id)
        assert found == await unit.circles.get(world.circle_id)
        assert found is not None
        assert found.lead_id == world.id("carla")
        assert await unit.circles.all_open() == [found]


async def test_a_care_relation_counts_from_its_first_moment_until_just_before_its_last(world: World) -> None:
    """Joost of the hospice comes for one day."""
    until = MORNING + timedelta(days=1)
    relation = await world.admit("joost", until=until)
    assert relation.ground is Ground.INVOLVED
    async with world.unit() as unit:
        circle, joost = world.circle_id, world.id("joost")
        assert await unit.circles.relation(circle, joost, MORNING - timedelta(microseconds=1)) is None
        assert await unit.circles.relation(circle, joost, MORNING) == relation
        assert await unit.circles.relation(circle, joost, until - timedelta(microseconds=1)) == relation
        assert await unit.circles.relation(circle, joost, until) is None


async def test_who_was_discharged_stays_in_the_history_and_takes_no_part_any_more(world: World) -> None:
    world.clock.pass_by(hours=2)
    async with world.unit() as unit:
        context = await world.context(unit, "carla")
        await circles.discharge(
            unit, world.guard, context, person_id=world.id("ruben"), reason=DischargeReason.CARE_ENDED
        )
    async with world.unit() as unit:
        assert not (await world.context(unit, "ruben")).is_member
        assert await unit.circles.relation(world.circle_id, world.id("ruben"), world.clock()) is None
        ended = [r for r in await unit.circles.relations(world.circle_id) if r.person_id == world.id("ruben")]
        assert [(r.until, r.ended_reason) for r in ended] == [(world.clock(), DischargeReason.CARE_ENDED)]
        present = {
            member.person.id
            for member in await circles.members(unit, await unit.circles.get(world.circle_id), world.clock())
        }
    assert world.id("ruben") not in present
    assert world.id("gerda") in present


async def test_the_lead_cannot_leave_before_somebody_else_leads(world: World) -> None:
    """I10: exactly one lead; who is thrown out at once hands it to somebody who may lead."""
    async with world.unit() as unit:
        context = await world.context(unit, "carla")
        with pytest.raises(CommandRejected) as refused:
            await circles.discharge(
                unit, world.guard, context, person_id=world.id("carla"), reason=DischargeReason.CARE_ENDED
            )
        assert refused.value.code == "lead-leaves"
        await circles.discharge(
            unit, world.guard, context, person_id=world.id("carla"), reason=DischargeReason.PATIENT_WITHDRAWAL
        )
    async with world.unit() as unit:
        assert (await unit.circles.get(world.circle_id)).lead_id in {world.id("gerda"), world.id("ruben")}


async def test_the_circle_waits_for_the_gatekeeper_until_its_last_wish_is_met(world: World) -> None:
    async with world.unit() as unit:
        wanted = await unit.circles.wanted_at(world.circle_id)
    world.clock.pass_by(minutes=1)
    await world.admit("joost")
    async with world.unit() as unit:
        await unit.circles.reconciled(world.circle_id, wanted)
        assert not await unit.circles.is_reconciled(world.circle_id)
        waiting = [circle.id for circle in await unit.circles.waiting_for_reconciliation()]
        assert waiting == [world.circle_id]
        await unit.circles.reconciled(world.circle_id, await unit.circles.wanted_at(world.circle_id))
        assert await unit.circles.is_reconciled(world.circle_id)
        assert await unit.circles.waiting_for_reconciliation() == []


async def test_a_room_is_known_by_its_circle_and_its_person(world: World) -> None:
    team = RoomPlace("!team:kring.test", world.circle_id, RoomKind.TEAM, None)
    private = RoomPlace("!prive:kring.test", world.circle_id, RoomKind.PRIVATE, world.id("gerda"))
    async with world.unit() as unit:
        for _twice in range(2):
            await unit.rooms.wish_private(world.circle_id, world.id("gerda"), world.clock())
        assert await unit.rooms.private_wishes() == [(world.circle_id, world.id("gerda"))]
        await unit.rooms.add(team, world.clock())
        await unit.rooms.add(private, world.clock() + timedelta(seconds=1))
        assert await unit.rooms.private_wishes() == []
        assert await unit.rooms.of_circle(world.circle_id) == [team, private]
        assert await unit.rooms.place(private.room_id) == private
        assert await unit.rooms.place("!elders:kring.test") is None
        assert await unit.rooms.find(world.circle_id, RoomKind.TEAM) == team.room_id
        assert await unit.rooms.find(world.circle_id, RoomKind.PRIVATE, world.id("gerda")) == private.room_id
        assert await unit.rooms.find(world.circle_id, RoomKind.PRIVATE, world.id("samira")) is None


async def test_a_newcomer_is_welcomed_once(world: World) -> None:
    async with world.unit() as unit:
        assert await unit.rooms.first_welcome(world.circle_id, world.id("samira"), world.clock())
    async with world.unit() as unit:
        assert not await unit.rooms.first_welcome(world.circle_id, world.id("samira"), world.clock())


async def test_a_choice_that_is_not_about_a_real_person_is_not_stored(world: World) -> None:
    with pytest.raises(NotFound):
        await world.choose(ConsentDecision.PERMIT, "person:per-bestaat-niet", "S4")


async def test_choices_keep_the_order_in_which_mevrouw_de_wit_made_them(world: World) -> None:
    """Also when several are written down at the same moment."""
    made = [
        await world.choose(decision, f"role:{Role.RELATIVE.value}", sections)
        for decision, sections in (
            (ConsentDecision.PERMIT, "all"),
            (ConsentDecision.DENY, "S6"),
            (ConsentDecision.PERMIT, "S6,S4"),
        )
    ]
    async with world.unit() as unit:
        stored = await _chosen(unit, world)
    assert stored == made
    assert [consent.number for consent in stored] == sorted({consent.number for consent in stored})


async def test_two_choices_at_the_same_moment_both_get_a_number(world: World) -> None:
    await asyncio.gather(
        *(
            world.choose(ConsentDecision.PERMIT, f"role:{Role.RELATIVE.value}", section)
            for section in ("S3", "S4", "S5")
        )
    )
    async with world.unit() as unit:
        stored = await _chosen(unit, world)
    assert len({consent.number for consent in stored}) == len(stored) == 3


async def _chosen(unit: SqlUnitOfWork, world: World) -> list[Consent]:
    """What the patient said: the circle also starts with what is presumed of who is directly involved."""
    return [one for one in await unit.consents.of_patient(world.patient_id) if one.mode is SharingMode.EXPLICIT]


async def test_a_choice_that_was_put_in_another_ones_place_does_not_open(world: World) -> None:
    """The neighbour's permission cannot be made out of the son's."""
    pieter = await world.choose(ConsentDecision.PERMIT, f"person:{world.id('pieter')}", "S4")
    wim = await world.choose(ConsentDecision.DENY, f"person:{world.id('wim')}", "all")
    consent = tables.consent
    async with world.database.transaction() as connection:
        sealed = select(consent.c.sealed_target).where(consent.c.id == wim.id)
        target = (await connection.execute(sealed)).scalar_one()
        await connection.execute(update(consent).where(consent.c.id == pieter.id).values(sealed_target=target))
    async with world.unit() as unit:
        with pytest.raises(IntegrityBroken):
            await unit.consents.of_patient(world.patient_id)


async def test_what_identifies_people_is_stored_as_bytes_only(database: Database) -> None:
    """A column for a name, a reason or a value that would not be sealed cannot slip in."""
    sealed = {
        column for table in metadata.tables.values() for column in table.columns if column.name.startswith("sealed")
    }
    assert {column.table.name for column in sealed} >= {"person", "patient", "consent", "entry", "outbox"}
    assert all(isinstance(column.type, LargeBinary) for column in sealed)
    async with database.reading() as connection:
        assert (await connection.execute(text("SELECT count(*) FROM person"))).scalar_one() == 0


async def test_a_transaction_that_fails_leaves_no_person_behind(world: World) -> None:
    karel = replace(world.people["wim"], id=new_id("per"), matrix_id=None)

    async def half_way() -> None:
        async with world.unit() as unit:
            await unit.people.add(karel)
            raise ConnectionError

    with pytest.raises(ConnectionError):
        await half_way()
    async with world.unit() as unit:
        with pytest.raises(NotFound):
            await unit.people.get(karel.id)
