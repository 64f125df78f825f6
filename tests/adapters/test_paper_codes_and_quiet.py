"""Codes on paper, quiet hours and rows that wait for their end, on both databases."""

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import text

from hub.adapters.sql.unit_of_work import SqlUnitOfWork
from hub.application.ports import OutgoingMessage, Tone
from hub.application.speaking import Speaker
from hub.application.use_cases import destruction, emergency_sets
from hub.application.use_cases.emergency_papers import check_paper, make_emergency_paper
from hub.domain.circle import RoomKind
from hub.domain.destruction import Ground, Outcome
from hub.domain.quiet import QuietHours
from tests.world import DE_BRUG, PATIENT, World, directive


async def printed(world: World) -> str:
    """The code on a print of the newest page."""
    proposed = await world.record("carla", directive())
    await world.confirm("gerda", proposed.ref)
    async with world.unit() as unit:
        context = await world.context(unit, "carla")
        paper = await make_emergency_paper(
            unit, world.guard, Speaker(world.guard, frozenset()), context, "https://portaal.example"
        )
    assert paper.check is not None
    return paper.check.rpartition("/")[2]


def message(world: World, tone: Tone = Tone.INFORMATION, body: str = "kan wachten") -> OutgoingMessage:
    return OutgoingMessage(
        circle_id=world.circle_id,
        room_kind=RoomKind.PRIVATE,
        room_id=None,
        person_id=world.id("samira"),
        sections=frozenset(),
        body=body,
        responsible_id=world.id("carla"),
        correlation_id="proef",
        tone=tone,
        mentions=("@samira:kring.test",) if tone is Tone.URGENT else (),
    )


async def claimed(unit: SqlUnitOfWork, world: World) -> list[OutgoingMessage]:
    return [row.message for row in await unit.outbox.claim(world.clock(), 10)]


async def test_a_code_is_stored_as_a_hash_and_counts_its_scans(world: World) -> None:
    code = await printed(world)
    assert len(code) == 22
    async with world.unit() as unit:
        assert await check_paper(unit, code, world.clock()) is not None
        assert await check_paper(unit, code[:-1] + "_", world.clock()) is None
        (kept,) = await unit.papers.of_patient(world.patient_id)
    assert (kept.checked, kept.version) == (1, 1)
    assert code not in repr(kept)


async def test_with_the_dossier_every_code_is_destroyed(world: World) -> None:
    code = await printed(world)
    speaker = Speaker(world.guard, frozenset())
    async with world.unit() as unit:
        await destruction.ask(unit, world.guard, speaker, await world.context(unit, PATIENT))
        await destruction.decide(unit, await world.context(unit, "gerda"), DE_BRUG, Outcome.DESTROY, Ground.REQUEST)
        await destruction.approve(unit, await world.context(unit, "carla"), DE_BRUG)
    async with world.unit() as unit:
        gerda = replace(await world.context(unit, "gerda"), stepped_up=True)
        await destruction.execute(unit, world.guard, speaker, gerda)
    async with world.unit() as unit:
        assert await check_paper(unit, code, world.clock()) is None
        assert await unit.papers.of_patient(world.patient_id) == []


async def test_a_check_is_dated_and_changes_no_version(world: World) -> None:
    await printed(world)
    world.clock.pass_by(days=3)
    speaker = Speaker(world.guard, frozenset())
    async with world.unit() as unit:
        await emergency_sets.renew(unit, world.guard, speaker, world.patient_id, "", world.clock(), checking=True)
        made = await unit.emergencies.last_made(world.patient_id)
    assert made is not None
    assert (made.version, made.checked_at) == (1, world.clock())


async def test_quiet_hours_are_kept_changed_and_ended_and_leave_other_preferences_alone(world: World) -> None:
    samira, night = world.id("samira"), QuietHours(22 * 60, 7 * 60)
    async with world.unit() as unit:
        assert await unit.quiet.of(samira) is None
        await unit.quiet.choose(samira, night, world.clock())
        await unit.connection.execute(text("UPDATE preference SET digest_at = 480"))
        assert await unit.quiet.of(samira) == night
        assert await unit.quiet.of(world.id("gerda")) is None
        await unit.quiet.choose(samira, None, world.clock())
        assert await unit.quiet.of(samira) is None
        kept = await unit.connection.execute(text("SELECT digest_at FROM preference"))
        assert kept.scalar_one() == 480


async def test_what_waits_is_not_due_before_its_hour_or_the_end_of_quiet_hours(world: World) -> None:
    async with world.unit() as unit:
        await claimed(unit, world)  # what the opening of the circle said
        await unit.outbox.add(message(world), world.clock(), world.clock() + timedelta(hours=8))
        assert await claimed(unit, world) == []
        assert await unit.outbox.quiet_is_over(world.id("gerda"), world.clock()) == 0
        assert await unit.outbox.quiet_is_over(world.id("samira"), world.clock()) == 1
        assert [one.body for one in await claimed(unit, world)] == ["kan wachten"]


async def test_the_tone_is_sealed_with_the_words(world: World) -> None:
    async with world.unit() as unit:
        await claimed(unit, world)
        await unit.outbox.add(message(world, Tone.URGENT, "Bel nu."), world.clock())
        (said,) = await claimed(unit, world)
    assert (said.tone, said.mentions) == (Tone.URGENT, ("@samira:kring.test",))
    assert "Bel nu" not in repr(said)


async def test_nobody_turns_a_call_into_one_for_somebody_else(world: World) -> None:
    async with world.unit() as unit:
        await claimed(unit, world)
        await unit.outbox.add(message(world, Tone.URGENT, "Bel nu."), world.clock())
        changed = text("UPDATE outbox SET person_id = :other WHERE state = 'new'")
        await unit.connection.execute(changed, {"other": world.id("gerda")})
        assert await claimed(unit, world) == []
