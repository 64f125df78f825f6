"""E9, destruction: mevrouw de Wit asks for it; who decides, who approves, and what an old backup still tells."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select, text

from hub.adapters.destroyed_keys import DestroyedKeys
from hub.adapters.encryption import KeyVault
from hub.adapters.sql.database import Database
from hub.adapters.sql.tables import entry as entry_table
from hub.adapters.sql.unit_of_work import SqlTransactions
from hub.application.context import RequestContext
from hub.application.guard import Refused
from hub.application.use_cases import destruction
from hub.domain.audit import AuditEvent
from hub.domain.destruction import OWN_WORDS, Certificate, Ground, HoldGround, Outcome, due_at
from hub.domain.entries import Note
from hub.domain.errors import CommandRejected, NotFound
from hub.domain.observations import PainScore, Reporter
from hub.domain.vocabulary import Section
from tests.databases import sqlite_url
from tests.stories.room import Room, bodies
from tests.world import DE_BRUG, PATIENT, RIJNOEVER, World, directive

SECRET = "Zij was bang voor de nacht"


async def context(unit: object, world: World, who: str, *, step_up: bool = False) -> RequestContext:
    found = await world.context(unit, who)  # type: ignore[arg-type]
    return replace(found, stepped_up=step_up)


async def writes(room: Room) -> None:
    """Two organisations and mevrouw de Wit herself wrote something."""
    await room.world.record("gerda", Note(SECRET), Section.S6)
    proposed = await room.world.record("carla", directive())
    await room.world.confirm("gerda", proposed.ref)
    await room.world.record("samira", PainScore(6, Reporter.PROFESSIONAL))
    await room.world.record(PATIENT, PainScore(5, Reporter.PATIENT))


async def asks(room: Room) -> None:
    async with room.world.unit() as unit:
        await destruction.ask(unit, room.world.guard, room.hub.speaker, await context(unit, room.world, PATIENT))


async def decides(room: Room, who: str, organisation: str, outcome: Outcome = Outcome.DESTROY) -> None:
    ground = Ground.REQUEST if outcome is Outcome.DESTROY else Ground.INTEREST_OF_ANOTHER
    async with room.world.unit() as unit:
        await destruction.decide(unit, await context(unit, room.world, who), organisation, outcome, ground)


async def approves(room: Room, who: str, organisation: str) -> None:
    async with room.world.unit() as unit:
        await destruction.approve(unit, await context(unit, room.world, who), organisation)


async def executes(room: Room, who: str = "gerda", *, step_up: bool = True) -> Certificate:
    async with room.world.unit() as unit:
        found = await context(unit, room.world, who, step_up=step_up)
        return await destruction.execute(unit, room.world.guard, room.hub.speaker, found)


async def agreed(room: Room) -> None:
    """Everybody decided to destroy, and Carla approved both."""
    await writes(room)
    await asks(room)
    await decides(room, "gerda", DE_BRUG)
    await decides(room, "samira", RIJNOEVER)
    await approves(room, "carla", DE_BRUG)
    await approves(room, "carla", RIJNOEVER)


async def rows(room: Room) -> int:
    async with room.hub.database.transaction() as connection:
        mine = select(entry_table.c.number).where(entry_table.c.patient_id == room.world.patient_id)
        return len((await connection.execute(mine)).all())


async def test_e09_all_agree_and_everything_goes_with_its_key(room: Room) -> None:
    await agreed(room)
    certificate = await executes(room)
    assert certificate.destroyed.whole
    assert certificate.destroyed.entries == 5
    assert await rows(room) == 0
    async with room.world.unit() as unit:
        with pytest.raises(NotFound):
            await unit.patients.get(room.world.patient_id)
        wrapped = await unit.connection.execute(text("SELECT wrapped_key, sealed_identity, pseudonym FROM patient"))
        key, identity, pseudonym = wrapped.one()
        assert (key, identity) == (b"", b"")
        assert pseudonym == certificate.pseudonym
        assert (await unit.people.get(room.world.id(PATIENT))).name.full == f"Patiënt {pseudonym}"
    assert SECRET not in certificate.statement_nl
    assert "Anna" not in certificate.statement_nl


async def test_e09_the_log_stays_without_a_name_and_tells_of_the_destruction(room: Room) -> None:
    await agreed(room)
    before = len(await room.world.log())
    await executes(room)
    lines = await room.world.log()
    assert len(lines) > before
    assert lines[-1].entry.event is AuditEvent.DESTRUCTION_EXECUTED
    assert "Anna" not in json.dumps([str(line) for line in lines])


async def test_e09_an_old_backup_that_is_put_back_stays_unreadable(room: Room, tmp_path: Path) -> None:
    """The claim, no wider than it is: with the list of destroyed keys at hand, an older database tells nothing."""
    await agreed(room)
    backup = tmp_path / "backup.db"
    async with room.hub.database.engine.connect() as connection:
        await connection.execute(text("VACUUM INTO :path"), {"path": str(backup)})
    secrets = tmp_path / "secrets"
    secrets.mkdir(exist_ok=True)
    room.world.vault.destroyed = DestroyedKeys(secrets / "destroyed")
    await executes(room)
    room.world.vault.destroyed = DestroyedKeys()

    restored = tmp_path / "restored.db"
    shutil.copyfile(backup, restored)
    database = Database(sqlite_url(restored))
    vault = KeyVault(bytes(range(32)), DestroyedKeys(secrets / "destroyed"))
    old = replace(room.world, database=database, vault=vault)
    try:
        with pytest.raises(NotFound):
            await old.read("gerda", Section.S6)
        async with SqlTransactions(database, vault)() as unit:
            assert await unit.destructions.again() > 0
            assert await unit.destructions.again() == 0
            left = (await unit.connection.execute(select(entry_table.c.number))).all()
            assert left == []
        async with database.engine.connect() as connection:
            keys = (await connection.execute(text("SELECT wrapped_key FROM patient"))).scalars().all()
        assert set(keys) == {b""}
    finally:
        await database.close()
    # And why the list must be kept apart from the backups, and never be lost: without it the old copy opens.
    database = Database(sqlite_url(backup))
    without = replace(room.world, database=database, vault=KeyVault(bytes(range(32))))
    try:
        assert SECRET in str([one.value.text for one in await without.read("gerda", Section.S6)])
    finally:
        await database.close()


async def test_e09_one_organisation_keeps_its_part_and_the_others_go(room: Room) -> None:
    await writes(room)
    await asks(room)
    await decides(room, "gerda", DE_BRUG, Outcome.KEEP)
    await decides(room, "samira", RIJNOEVER)
    await approves(room, "carla", RIJNOEVER)
    certificate = await executes(room)
    assert not certificate.destroyed.whole
    assert set(certificate.destroyed.organisations) == {RIJNOEVER, OWN_WORDS}
    assert [entry.value.text for entry in await room.world.read("gerda", Section.S6)] == [SECRET]
    assert await room.world.read("gerda", Section.S5) == []
    room.world.clock.pass_by(minutes=1)
    await room.world.record("samira", PainScore(2, Reporter.PROFESSIONAL))
    async with room.world.unit() as unit:
        await unit.destructions.again()
    assert len(await room.world.read("gerda", Section.S5)) == 1


async def test_e09_one_person_never_destroys_alone(room: Room) -> None:
    await writes(room)
    await asks(room)
    await decides(room, "gerda", DE_BRUG)
    await decides(room, "samira", RIJNOEVER)
    with pytest.raises(CommandRejected):
        await approves(room, "gerda", DE_BRUG)
    with pytest.raises(Refused) as refused:
        await executes(room)
    assert "guard-two-people" in refused.value.rules
    await approves(room, "carla", DE_BRUG)
    await approves(room, "gerda", RIJNOEVER)
    with pytest.raises(Refused) as refused:
        await executes(room, step_up=False)
    assert "guard-step-up" in refused.value.rules
    assert (await executes(room)).destroyed.whole


async def test_e09_a_hold_and_an_undecided_organisation_stop_it(room: Room) -> None:
    await writes(room)
    await asks(room)
    await decides(room, "gerda", DE_BRUG)
    await approves(room, "carla", DE_BRUG)
    with pytest.raises(CommandRejected) as undecided:
        await executes(room)
    assert RIJNOEVER in str(undecided.value)
    await decides(room, "samira", RIJNOEVER)
    await approves(room, "carla", RIJNOEVER)
    async with room.world.unit() as unit:
        hold = await destruction.place_hold(unit, await context(unit, room.world, "carla"), HoldGround.COMPLAINT)
    with pytest.raises(CommandRejected) as held:
        await executes(room)
    assert held.value.code == "on-hold"
    assert await rows(room) == 5
    async with room.world.unit() as unit:
        await destruction.lift_hold(unit, await context(unit, room.world, "carla"), hold.id)
    assert (await executes(room)).destroyed.whole


async def test_e09_only_the_own_organisation_decides_and_only_the_patient_asks(room: Room) -> None:
    await writes(room)
    async with room.world.unit() as unit:
        with pytest.raises((Refused, CommandRejected)):
            await destruction.ask(unit, room.world.guard, room.hub.speaker, await context(unit, room.world, "carla"))
    await asks(room)
    with pytest.raises(Refused):
        await decides(room, "samira", DE_BRUG)
    with pytest.raises(Refused):
        await decides(room, "pieter", DE_BRUG)
    async with room.world.unit() as unit:
        with pytest.raises(CommandRejected):
            await destruction.decide(
                unit, await context(unit, room.world, "gerda"), DE_BRUG, Outcome.KEEP, Ground.REQUEST
            )


async def test_e09_who_may_have_copies_is_told_and_a_month_is_a_month(room: Room) -> None:
    await agreed(room)
    await room.hears()
    certificate = await executes(room)
    told = [message for message in await room.hears() if "vernietigd op" in message.body or "AVG 19" in message.body]
    assert {message.person_id for message in told} == {
        room.world.id(who) for who in ("carla", "gerda", "samira", "ruben", "noor")
    }
    assert "Anna" not in bodies(told)
    assert certificate.request.due_at == due_at(certificate.request.requested_at)
    assert due_at(room.world.clock().replace(month=1, day=31)).day == 28
