"""Het pad: from marking to the last day of aftercare, each step by who takes it, at its hour, for mevrouw de Wit."""

import pytest
from sqlalchemy import select

from bots.dossier.reminder_watch import ReminderWatch
from hub.adapters.sql.work_tables import aftercare_record, coach_time, path_step
from hub.application.use_cases import circles
from hub.domain.audit import AuditEvent
from hub.domain.errors import CommandRejected
from hub.domain.observations import PainScore, Reporter
from hub.domain.reminder import ReminderKind
from hub.domain.task import Task, TaskKind
from hub.domain.vocabulary import Section
from tests.stories.room import TEAM, Room, bodies, where
from tests.world import PATIENT

NAME = "Anna de Wit"


async def tasks(room: Room, kind: TaskKind) -> list[Task]:
    async with room.world.unit() as unit:
        return [one for one in await unit.tasks.of_circle(room.world.circle_id) if one.open and one.kind is kind]


async def waiting(room: Room) -> set[ReminderKind]:
    async with room.world.unit() as unit:
        found = {one.kind for one in await unit.reminders.waiting(room.world.circle_id)}
    return found - {ReminderKind.LEAD_OFFER}


async def path(room: Room, who: str = "carla") -> str:
    return bodies(one for one in await room.says(who, "!pad", TEAM) if where(one) == "private")


async def dies(room: Room) -> None:
    await room.says("carla", f"!overleden {NAME}", TEAM)
    await room.says("gerda", f"!overleden bevestig {NAME}", TEAM)
    await room.hears()


async def rings(room: Room, **later: float) -> str:
    room.world.clock.pass_by(**later)
    await ReminderWatch(room.hub).round()
    return bodies(await room.hears())


async def test_each_step_says_the_next_one_and_who_takes_it(room: Room) -> None:
    said = await path(room)
    assert "3-11-2026: De markering is met de patiënt besproken, door Bea Heerink" in said
    assert "Nu: De patiënt een coach aanbieden." in said
    assert "Wie: huisarts of palliatieve zorgcoach" in said
    await room.says("gerda", "!coach aangeboden ja", TEAM)
    assert "!inclusie ja | nee <reden>" in await path(room)
    await room.says("carla", "!inclusie ja", TEAM)
    assert "!pad start" in await path(room)
    await room.says("carla", "!pad start", TEAM)
    assert "De complexiteit beoordelen." in await path(room)
    await room.says("carla", "!complexiteit hoog", TEAM)
    said = await path(room)
    assert "De complexiteit opnieuw beoordelen." in said
    assert "Wanneer: 17-11-2026" in said


async def test_the_path_is_for_who_reads_all_of_the_illness(room: Room) -> None:
    await room.says("gerda", "!coach aangeboden ja", TEAM)
    for who, kind in (("pieter", "circle"), ("noor", TEAM)):
        said = bodies(await room.says(who, "!pad", kind))
        assert "Gerda Huisman" not in said
    assert "De patiënt wil een coach" in bodies(await room.says(PATIENT, "!pad", "circle"))


async def test_a_no_to_the_coach_is_respected_at_once_and_until_anna_says_otherwise(room: Room) -> None:
    await room.says("gerda", "!coach aangeboden nee", TEAM)
    async with room.world.unit() as unit:
        here = {r.person_id for r in await unit.circles.relations(room.world.circle_id) if r.active(room.world.clock())}
        assert room.world.id("carla") not in here
        assert (await unit.circles.get(room.world.circle_id)).lead_id in here
        context = await room.world.context(unit, "gerda")
        with pytest.raises(CommandRejected, match="wil geen coach"):
            await circles.admit(
                unit, room.world.guard, context, person_id=room.world.id("carla"), role=None, until=None
            )
    assert "De patiënt wil geen coach. Dat blijft zo" in await path(room, "gerda")
    await room.says(PATIENT, "!coach aangeboden ja", "circle")
    async with room.world.unit() as unit:
        context = await room.world.context(unit, "gerda")
        await circles.admit(unit, room.world.guard, context, person_id=room.world.id("carla"), role=None, until=None)


async def test_later_comes_back_on_the_day_that_anna_named(room: Room) -> None:
    await room.says("gerda", "!coach aangeboden later 10-11-2026", TEAM)
    assert "wilde er nu over praten" not in await rings(room, days=6)
    assert "wilde er nu over praten" in await rings(room, days=1)
    (task,) = await tasks(room, TaskKind.PATH)
    assert task.owner_id == room.world.id("carla")
    for wrong in ("later", "later 3-11-2026", "later gisteren", "misschien", "ja 3-12-2026"):
        said = bodies(await room.says("gerda", f"!coach aangeboden {wrong}", TEAM))
        assert "Schrijf" in said, wrong


async def test_who_does_not_fit_is_left_out_with_a_reason_of_the_region(room: Room) -> None:
    assert "langer: de verwachting" in bodies(await room.says("carla", "!inclusie", TEAM))
    assert "Kies een van de redenen" in bodies(await room.says("carla", "!inclusie nee te druk", TEAM))
    await room.says("carla", "!inclusie nee regio", TEAM)
    assert "door Carla Vermeer: de patiënt woont buiten de regio" in await path(room)
    assert "past niet" in bodies(await room.says("carla", "!pad start", TEAM))


async def test_neither_home_care_nor_pieter_writes_steps(room: Room) -> None:
    for who, kind in (("samira", TEAM), ("pieter", "circle")):
        for typed in ("!coach aangeboden ja", "!inclusie ja", "!pad start"):
            await room.says(who, typed, kind)
    assert [line.detail for line in await room.world.logged(AuditEvent.PATH_STEP)] == ["marked"]


async def test_in_the_dying_phase_routine_is_silent_and_goes_on_when_it_stops(room: Room) -> None:
    await room.says("carla", "!complexiteit gemiddeld", TEAM)
    await room.says("samira", "!drempel dagboek aan", TEAM)
    await room.says(PATIENT, "!pijn 8", "circle")
    assert await tasks(room, TaskKind.COMPLEXITY)
    await room.says("gerda", "!stervensfase tekenen: bedlegerig", TEAM)
    assert not await tasks(room, TaskKind.COMPLEXITY)
    assert ReminderKind.COMPLEXITY not in await waiting(room)
    # What hurts is still somebody's task.
    assert await tasks(room, TaskKind.SYMPTOM)
    (task,) = await tasks(room, TaskKind.PATH)
    assert "na het overlijden" in task.what
    said = await rings(room, days=30)
    assert "een week geen klachten" not in said
    assert "Beoordeel de complexiteit" not in said
    await room.says("gerda", "!stervensfase stopt", TEAM)
    assert not await tasks(room, TaskKind.PATH)
    (task,) = await tasks(room, TaskKind.COMPLEXITY)
    assert task.about == "back"
    assert ReminderKind.COMPLEXITY in await waiting(room)


async def test_after_a_death_what_was_planned_stops_and_each_later_step_has_its_hour(room: Room) -> None:
    await room.says("carla", "!complexiteit gemiddeld", TEAM)
    await room.says(PATIENT, "!pijn 8", "circle")
    await room.says("gerda", "!coach aangeboden later 10-12-2026", TEAM)
    await dies(room)
    assert not await tasks(room, TaskKind.SYMPTOM)
    assert not await tasks(room, TaskKind.COMPLEXITY)
    kept = {ReminderKind.COMPLETION, ReminderKind.AFTERCARE, ReminderKind.EVALUATION, ReminderKind.TASK}
    assert await waiting(room) == kept
    (task,) = await tasks(room, TaskKind.PATH)
    assert task.about == "completion"
    assert "dertig dagen" in await rings(room, days=30)
    assert not await tasks(room, TaskKind.PATH)
    assert "Bel Pieter de Wit" in await rings(room, days=12)
    assert "Kijk met het team terug" in await rings(room, days=7)
    assert {one.about for one in await tasks(room, TaskKind.PATH)} == {"aftercare", "evaluation"}
    assert await rings(room, days=60) != ""


async def test_nothing_is_said_about_appointments_after_a_death_to_anybody(room: Room) -> None:
    await room.private_room("samira")
    await room.says("carla", "!afspraak 5-11-2026 10:00 poli oncologie; waar Ziekenhuis Veluwezoom", TEAM)
    await room.says("samira", "!dossier zorgplan", TEAM)
    await dies(room)
    said = await room.speaks()
    assert all("poli" not in body and "afspraak 5" not in body for _, body, _ in said)
    assert all(room.user(PATIENT) not in users for _, _, users in said)


async def test_aftercare_is_noted_apart_and_pieter_sees_only_what_is_about_him(room: Room) -> None:
    await dies(room)
    await room.admit("wim")
    await room.says("carla", "!nazorg contact @Stroband gesproken: kan het bijna niet geloven", TEAM)
    await rings(room, days=42)
    assert await tasks(room, TaskKind.PATH)
    said = await room.says("carla", "!nazorg contact Pieter de Wit gesproken: slaapt slecht", TEAM)
    assert "Dit staat niet in het dossier" in bodies(said)
    assert "slaapt slecht" not in bodies(said)
    assert not [one for one in await tasks(room, TaskKind.PATH) if one.about == "aftercare"]
    own = bodies(await room.says("pieter", "!nazorg contact", "circle"))
    assert "Pieter de Wit, gesproken, door Carla Vermeer" in own
    assert "slaapt slecht" not in own
    assert "Stroband" not in own
    assert "slaapt slecht" in bodies(await room.says("carla", "!nazorg contact", TEAM))
    for section in Section:
        view = await room.world.read("carla", section)
        assert not any("slaapt slecht" in str(entry.value) for entry in view)
    async with room.hub.database.reading() as connection:
        rows = (await connection.execute(select(aftercare_record.c.sealed_text))).scalars().all()
    assert len(rows) == 2
    assert not any(b"slecht" in row for row in rows)


async def test_home_care_and_relatives_note_no_contact(room: Room) -> None:
    await dies(room)
    for who, kind in (("samira", TEAM), ("pieter", "circle")):
        await room.says(who, "!nazorg contact Pieter de Wit gesproken", kind)
    assert await room.world.logged(AuditEvent.AFTERCARE_NOTED) == []


async def test_the_team_looks_back_and_each_says_whether_the_marking_was_right(room: Room) -> None:
    await room.says("carla", "!evaluatie het ging goed", TEAM)
    assert await room.world.logged(AuditEvent.AFTERCARE_NOTED) == []
    await dies(room)
    await rings(room, days=49)
    await room.says("carla", "!evaluatie Zij stierf thuis, zoals zij wilde.", TEAM)
    await room.says("gerda", "!evaluatie markering terecht", TEAM)
    await room.says("samira", "!evaluatie markering niet terecht", TEAM)
    async with room.world.unit() as unit:
        noted = await unit.path.aftercare(room.world.circle_id)
    assert {(one.kind.value, one.outcome.value) for one in noted} == {
        ("evaluation", "none"), ("marking", "right"), ("marking", "not-right"),
    }  # fmt: skip
    assert "evaluation" not in {one.about for one in await tasks(room, TaskKind.PATH)}


async def test_the_circle_closes_when_all_was_done_and_only_by_who_leads(room: Room) -> None:
    assert "na een overlijden" in bodies(await room.says("carla", "!afsluiten", TEAM))
    await dies(room)
    await room.says("carla", "!nazorg open", TEAM)
    assert "dertig dagen" in bodies(await room.says("carla", "!afsluiten", TEAM))
    await rings(room, days=31)
    assert "Er is nog iets te doen" in bodies(await room.says("carla", "!afsluiten", TEAM))
    await room.says("carla", "!nazorg contact Pieter de Wit wil niet", TEAM)
    assert "Met het team terugkijken" in await path(room)
    await room.says("gerda", "!evaluatie Goed gegaan.", TEAM)
    assert "!afsluiten" in await path(room)
    assert "wie de regie heeft" in bodies(await room.says("gerda", "!afsluiten", TEAM))
    said = await room.says("carla", "!afsluiten", TEAM)
    assert "nog dertig dagen" in bodies(said)
    async with room.world.unit() as unit:
        circle = await unit.circles.get(room.world.circle_id)
        assert circle.closed_at == room.world.clock()
        assert await unit.reminders.waiting(circle.id) == []
        waits = [one.id for one in await unit.circles.waiting_for_reconciliation()]
    assert circle.id in waits
    async with room.hub.database.reading() as connection:
        steps = (await connection.execute(select(path_step.c.step).order_by(path_step.c.id))).scalars().all()
    assert list(steps)[-1] == "closed"
    assert await rings(room, days=100) == ""


async def test_while_the_lead_is_away_the_next_step_names_who_stands_in(room: Room) -> None:
    await dies(room)
    await room.says("carla", "!nazorg open", TEAM)
    assert "wie de regie heeft (Carla Vermeer)" in await path(room)
    await room.says("carla", "!afwezig t/m 24 november, waarnemer @huisarts", TEAM)
    said = await path(room, "gerda")
    assert "wie de regie heeft (Gerda Huisman)" in said
    assert "Carla Vermeer)" not in said


async def test_a_death_that_was_a_mistake_leaves_no_hour_behind(room: Room) -> None:
    await room.says("carla", "!complexiteit gemiddeld", TEAM)
    await dies(room)
    await room.says("gerda", f"!overleden terug {NAME}", TEAM)
    await room.says("carla", f"!overleden terug {NAME}", TEAM)
    assert await waiting(room) == {ReminderKind.COMPLEXITY}
    assert not await tasks(room, TaskKind.PATH)


async def test_the_coach_writes_hours_in_the_own_room_and_nobody_else_has_any(room: Room) -> None:
    own = await room.private_room("carla")
    said = bodies(await room.says("carla", "!tijd 45", own))
    assert said == "Opgeschreven: regel 1, 3-11-2026: 45 minuten, regulier."
    assert "2-11-2026: 1 uur en 30 minuten, extra" in bodies(await room.says("carla", "!tijd 90 extra gisteren", own))
    await room.says("carla", "!tijd 400", own)
    await room.says("carla", "!tijd weg 3", own)
    month = bodies(await room.says("carla", "!tijd", own))
    assert "regulier: 45 minuten" in month
    assert "extra: 1 uur en 30 minuten" in month
    assert "2 uur en 15 minuten" in month
    assert "geen regel" in bodies(await room.says("carla", "!tijd weg 3", own))
    assert "privékamer" in bodies(await room.says("carla", "!tijd 10", TEAM))
    for who in ("gerda", "pieter", PATIENT):
        private = await room.private_room(who)
        await room.says(who, "!tijd 45", private)
        assert "45 minuten" not in bodies(await room.says(who, "!tijd", private))
    for wrong in ("0", "-5", "1e2", "961", "45 morgen", "45 extra extra", "45 31-2-2026", "45 1-1-2020", "weg nul"):
        assert "Schrijf" in bodies(await room.says("carla", f"!tijd {wrong}", own)), wrong
    async with room.hub.database.reading() as connection:
        minutes = (await connection.execute(select(coach_time.c.minutes).order_by(coach_time.c.number))).scalars()
        assert list(minutes) == [45, 90, 400]


async def test_no_hour_of_a_day_is_written_twice_over(room: Room) -> None:
    own = await room.private_room("carla")
    await room.says("carla", "!tijd 900", own)
    assert "meer dan zestien uur" in bodies(await room.says("carla", "!tijd 100", own))


async def test_when_the_coach_leaves_the_complexity_is_judged_again(room: Room) -> None:
    await room.says("carla", "!complexiteit laag", TEAM)
    await room.says("gerda", "!coach aangeboden nee", TEAM)
    (task,) = await tasks(room, TaskKind.COMPLEXITY)
    assert task.about == "team"
    assert task.owner_id != room.world.id("carla")


async def test_after_thirty_days_nothing_is_added_and_a_mistake_is_still_put_right(room: Room) -> None:
    entry = await room.world.record("samira", PainScore(2, Reporter.PROFESSIONAL))
    await dies(room)
    await rings(room, days=30)
    said = bodies(await room.says("samira", "!pijn 3", TEAM))
    assert "30 dagen na het overlijden" in said
    assert PainScore(3, Reporter.PROFESSIONAL) not in [e.value for e in await room.world.read("gerda", Section.S5)]
    await room.says("samira", f"!herstel {entry.ref} 1, reden: verkeerd getypt", TEAM)
    assert PainScore(1, Reporter.PROFESSIONAL) in [e.value for e in await room.world.read("gerda", Section.S5)]
