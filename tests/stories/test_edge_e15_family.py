"""E15: a carer who is family of the patient, and a coach who also treats another member of the family."""

from collections.abc import AsyncIterator

import pytest
from aiohttp.test_utils import TestClient, TestServer

from hub.admin.server import build_admin, commands
from hub.application.guard import Refused
from hub.application.use_cases import circles
from hub.application.use_cases.family import NOTICE_NL
from hub.application.use_cases.people import add_patient
from hub.domain.audit import AuditEvent
from hub.domain.entries import Note
from hub.domain.errors import CommandRejected
from hub.domain.people import PersonName
from hub.domain.vocabulary import Role, Section
from tests.stories.room import Room, bodies
from tests.stories.test_operator import Answer, NamedAccounts, Operator
from tests.stories.test_privacy_officer import FATIMA, add
from tests.world import BIRTH_DATE, RIJNOEVER, PaperAccounts, World


@pytest.fixture
async def operator(room: Room) -> AsyncIterator[Operator]:
    async def status() -> Answer:
        return {}

    await add(room.world, FATIMA, Role.PRIVACY_OFFICER, "Fatima", "Aydin")
    async with TestClient(TestServer(build_admin(room.hub, commands(room.hub, NamedAccounts(), status)))) as client:
        yield Operator(room, client)


async def as_relative(world: World, who: str) -> None:
    """By the patient's invitation; the carer's own role stays what it is elsewhere."""
    async with world.unit() as unit:
        context = await world.context(unit, "carla")
        await circles.admit(unit, world.guard, context, person_id=world.id(who), role=Role.RELATIVE, until=None)


async def in_line(world: World) -> None:
    async with world.unit() as unit:
        await unit.circles.reconciled(world.circle_id, world.clock().replace(year=2100))


async def test_e15_a_nurse_who_is_a_daughter_reads_as_a_daughter_and_no_more(room: Room) -> None:
    world = room.world
    await add(world, "lotte", Role.HOME_CARE, "Lotte", "de Wit", RIJNOEVER)
    await world.record("samira", Note("Slaapt slecht."), Section.S5)
    await as_relative(world, "lotte")
    for section in (Section.S3, Section.S7, Section.S8):
        with pytest.raises(Refused):
            await world.read("lotte", section)
    assert await world.read("lotte", Section.S5) == [], "what she saw herself, and nothing of the nurse"


async def test_e15_who_is_a_relative_here_does_not_come_in_as_a_carer_before_or_after(room: Room) -> None:
    world = room.world
    await add(world, "lotte", Role.HOME_CARE, "Lotte", "de Wit", RIJNOEVER)
    await as_relative(world, "lotte")
    with pytest.raises(CommandRejected, match="leest daarom niet als zorgverlener mee"):
        await world.admit("lotte")
    await room.discharge("lotte")
    world.clock.pass_by(days=1)
    with pytest.raises(CommandRejected, match="leest daarom niet als zorgverlener mee"):
        await world.admit("lotte")


async def test_e15_who_admits_is_told_and_the_privacy_officer_sees_it_until_it_was_judged(operator: Operator) -> None:
    world = operator.room.world
    await add(world, "lotte", Role.HOME_CARE, "Lotte", "van der Wit", RIJNOEVER)
    await in_line(world)
    answer = await operator.about_her("circle.admit", person=world.id("lotte"))
    assert answer["notice"] == NOTICE_NL
    (noticed,) = await world.logged(AuditEvent.FAMILY_NOTICED)
    assert noticed.object_id == world.id("lotte")
    (waiting,) = (await operator.asks("privacy.reviews", FATIMA))["family"]
    assert "Lotte van der Wit (thuiszorg, Thuiszorg Rijnoever)" in waiting["said"]
    await operator.asks("privacy.sample", FATIMA, period="2026-11")
    await operator.asks("privacy.review", FATIMA, period="2026-11", line=waiting["line"], verdict="lawful")
    assert (await operator.asks("privacy.reviews", FATIMA))["family"] == []


async def test_e15_a_carer_with_another_name_is_let_in_without_a_word(operator: Operator) -> None:
    world = operator.room.world
    await in_line(world)
    answer = await operator.about_her("circle.admit", person=world.id("joost"))
    assert "notice" not in answer
    assert await world.logged(AuditEvent.FAMILY_NOTICED) == []


async def brother(world: World) -> str:
    """Henk de Wit, with a circle of his own and the same coach; his circle."""
    async with world.unit() as unit:
        administrator = await world.context(unit, "bea")
    patient, world.people["henk"], _ = await add_patient(
        world.transactions,
        PaperAccounts(),
        administrator,
        name=PersonName("Henk", "de Wit"),
        birth_date=BIRTH_DATE.replace(year=1949),
        bsn=None,
    )
    hers = world.patient_id, world.circle_id
    world.patient_id, world.circle_id = patient.id, ""
    async with world.unit() as unit:
        context = await world.context(unit, "bea")
        opened = await circles.open_circle(
            unit, world.guard, context, coach_id=world.id("carla"), lead_id=None, discussed=True
        )
    world.patient_id, world.circle_id = hers
    return opened.id


async def test_e15_a_coach_of_two_of_one_family_reads_one_dossier_at_a_time_and_it_is_noticed(room: Room) -> None:
    world = room.world
    his = await brother(world)
    hers = world.patient_id, world.circle_id
    await world.record("carla", Note("Anna wil thuis blijven."), Section.S8)
    async with world.unit() as unit:
        his_patient = (await unit.circles.get(his)).patient_id
    world.patient_id, world.circle_id = his_patient, his
    await world.record("carla", Note("Henk weet niet dat zijn zus zo ziek is."), Section.S8)
    assert [entry.value.text for entry in await world.read("carla", Section.S8)] == [
        "Henk weet niet dat zijn zus zo ziek is."
    ]
    assert [entry.object_id for entry in await world.logged(AuditEvent.FAMILY_NOTICED)] == [world.id("carla")]
    world.patient_id, world.circle_id = hers
    answer = bodies(await room.says("carla", "!dossier zorgplan", await room.private_room("carla")))
    assert "Anna wil thuis blijven" in answer
    assert "Henk" not in answer


async def test_e15_her_brother_reads_nothing_of_hers(room: Room) -> None:
    world = room.world
    await brother(world)
    await world.record("carla", Note("Anna wil thuis blijven."), Section.S8)
    with pytest.raises(Refused):
        await world.read("henk", Section.S8)


async def test_e15_reading_as_a_carer_in_the_circle_of_ones_own_family_stands_out_in_the_sample(
    operator: Operator,
) -> None:
    """Should it happen all the same: before the rule, or by an account that is shared."""
    world = operator.room.world
    await add(world, "lotte", Role.HOME_CARE, "Lotte", "Smit", RIJNOEVER)
    await world.admit("lotte")
    await world.read("lotte", Section.S5)
    await operator.room.discharge("lotte")
    world.clock.pass_by(minutes=1)
    await as_relative(world, "lotte")
    drawn = await operator.asks("privacy.sample", FATIMA, period="2026-11")
    (line,) = [one for one in drawn["lines"] if one["person"] == world.id("lotte")]
    assert "own-circle" in line["patterns"]
    assert "zit zelf als naaste in de kring van deze patiënt, en las als zorgverlener" in line["said"]
