"""E6, after death: mevrouw de Wit dies at home; what stops, what stays, and what a mistake costs."""

import pytest
from sqlalchemy import select

from bots.access.desired import state_drift
from bots.dossier.emergency_watch import EmergencyWatch
from hub.adapters.sql.tables import outbox
from hub.application.guard import Refused
from hub.application.use_cases import consents, death, dossier
from hub.domain.audit import AuditEvent
from hub.domain.circle import RoomKind, belongs_in
from hub.domain.consent import ConsentContext, ConsentDecision, ConsentTarget
from hub.domain.death import PosthumousVerdict
from hub.domain.entries import Note
from hub.domain.errors import CommandRejected
from hub.domain.observations import PainScore, Reporter
from hub.domain.spoken import verbatim
from hub.domain.vocabulary import Action, PatientState, Role, Section
from tests.stories.room import TEAM, Room, bodies, where
from tests.world import PATIENT, directive

NAME = "Anna de Wit"


async def state(room: Room) -> PatientState:
    async with room.world.unit() as unit:
        return (await unit.patients.get(room.world.patient_id)).state


async def dies(room: Room) -> None:
    """Declared by the coach, confirmed by the GP."""
    await room.says("carla", f"!overleden {NAME} 3-11-2026", TEAM)
    await room.says("gerda", f"!overleden bevestig {NAME}", TEAM)
    assert await state(room) is PatientState.DECEASED


async def test_e06_a_death_needs_two_people_who_each_type_the_full_name(room: Room) -> None:
    asked = await room.says("carla", "!overleden", TEAM)
    assert f"!overleden {NAME}" in bodies(asked)
    assert NAME not in bodies(message for message in asked if where(message) != "private")
    assert "volledige naam" in bodies(await room.says("carla", "!overleden Anna", TEAM))
    assert await state(room) is PatientState.ALIVE
    told = await room.says("carla", "!overleden anna DE wit", TEAM)
    assert room.world.id("gerda") in {message.person_id for message in told if "meldt dat" in message.body}
    assert await state(room) is PatientState.ALIVE
    own = await room.says("carla", f"!overleden bevestig {NAME}", TEAM)
    assert "Iemand anders" in bodies(own)
    await room.says("gerda", "!overleden bevestig Wim Stroband", TEAM)
    assert await state(room) is PatientState.ALIVE
    await room.says("gerda", f"!overleden bevestig {NAME}", TEAM)
    assert await state(room) is PatientState.DECEASED
    (line,) = await room.world.logged(AuditEvent.DEATH_CONFIRMED)
    assert line.user_id == room.world.id("gerda")


async def test_e06_home_care_and_relatives_declare_nothing(room: Room) -> None:
    for who in ("samira", "pieter", PATIENT):
        said = await room.says(who, f"!overleden {NAME}", "circle")
        assert "Dat kan niet" in bodies(said)
    assert await room.world.logged(AuditEvent.DEATH_DECLARED) == []


async def test_e06_nothing_goes_to_the_deceased_any_more(room: Room) -> None:
    await room.private_room(PATIENT)
    async with room.world.unit() as unit:
        context = await room.world.context(unit, "carla")
        await room.hub.speaker.private(
            unit, context, room.world.people[PATIENT], verbatim("Uw afspraak van morgen"), ()
        )
    await dies(room)
    async with room.world.unit() as unit:
        context = await room.world.context(unit, "carla")
        await room.hub.speaker.private(
            unit, context, room.world.people[PATIENT], verbatim("Vergeet uw vragenlijst niet"), ()
        )
    said = await room.speaks()
    assert all("afspraak" not in body and "vragenlijst" not in body for _, body, _ in said)
    patient_user = room.user(PATIENT)
    assert all(patient_user not in users for _, _, users in said)
    async with room.hub.database.transaction() as connection:
        mine = select(outbox.c.state).where(
            outbox.c.room_kind == "private", outbox.c.person_id == room.world.id(PATIENT)
        )
        assert set((await connection.execute(mine)).scalars()) == {"refused"}


async def test_e06_what_a_relative_could_read_closes_unless_the_patient_had_said_otherwise(room: Room) -> None:
    await room.world.choose(ConsentDecision.PERMIT, "role:relative", "S4,S5")
    await room.world.record("carla", Note("Zij wil graag buiten liggen"), Section.S4)
    assert len(await room.world.read("pieter", Section.S4)) == 1
    await dies(room)
    with pytest.raises(Refused):
        await room.world.read("pieter", Section.S4)
    route = await room.says("pieter", "!nazorg", "circle")
    assert "BW 7:458a" in bodies(route)
    assert "buiten liggen" not in bodies(route)


async def test_e06_a_relative_named_by_the_patient_reads_after_death_what_was_open_before(room: Room) -> None:
    await room.world.choose(ConsentDecision.PERMIT, "role:relative", "S4")
    await room.world.record("carla", Note("Zij wil graag buiten liggen"), Section.S4)
    async with room.world.unit() as unit:
        await consents.record_consent(
            unit,
            room.world.guard,
            await room.world.context(unit, PATIENT),
            decision=ConsentDecision.PERMIT,
            target=ConsentTarget.parse(f"person:{room.world.id('pieter')}"),
            sections=frozenset(Section),
            how="schriftelijk",
            recorded_by=room.world.id("carla"),
            situation=ConsentContext.AFTER_DEATH,
        )
    await dies(room)
    assert len(await room.world.read("pieter", Section.S4)) == 1


async def test_e06_carers_complete_their_part_for_thirty_days(room: Room) -> None:
    await dies(room)
    await room.world.record("samira", Note("Laatste zorg gegeven, rustig overleden"), Section.S9)
    room.world.clock.pass_by(days=29)
    await room.world.record("gerda", Note("Overlijden gemeld bij specialist"), Section.S8)
    room.world.clock.pass_by(days=2)
    with pytest.raises(Refused) as refused:
        await room.world.record("gerda", Note("Te laat"), Section.S8)
    assert "guard-after-death-completing" in refused.value.rules


async def test_e06_two_people_undo_a_mistake_before_aftercare_opens(room: Room) -> None:
    await dies(room)
    await room.says("gerda", f"!overleden terug {NAME}", TEAM)
    assert await state(room) is PatientState.DECEASED
    twice = await room.says("gerda", f"!overleden terug {NAME}", TEAM)
    assert "Iemand anders" in bodies(twice)
    await room.says("carla", f"!overleden terug {NAME}", TEAM)
    assert await state(room) is PatientState.ALIVE
    async with room.world.unit() as unit:
        assert await unit.circles.relation(room.world.circle_id, room.world.id(PATIENT), room.world.clock()) is not None
    await room.world.record(PATIENT, PainScore(3, Reporter.PATIENT))
    await dies(room)
    await room.says("carla", "!nazorg open", TEAM)
    said = await room.says("gerda", f"!overleden terug {NAME}", TEAM)
    assert "Bel de beheerder" in bodies(said)
    assert await state(room) is PatientState.DECEASED


async def test_e06_one_person_withdraws_what_nobody_confirmed_and_a_day_later_it_counts_no_more(room: Room) -> None:
    await room.says("carla", f"!overleden {NAME}", TEAM)
    await room.says("gerda", f"!overleden terug {NAME}", TEAM)
    assert "wacht" in bodies(await room.says("gerda", f"!overleden bevestig {NAME}", TEAM))
    await room.says("carla", f"!overleden {NAME}", TEAM)
    room.world.clock.pass_by(hours=24)
    assert "wacht" in bodies(await room.says("gerda", f"!overleden bevestig {NAME}", TEAM))
    assert await state(room) is PatientState.ALIVE


async def test_e06_aftercare_is_for_relatives_and_coach_and_the_circle_room_is_for_reading_back(room: Room) -> None:
    await dies(room)
    await room.says("carla", "!nazorg open", TEAM)
    async with room.world.unit() as unit:
        circle = await unit.circles.get(room.world.circle_id)
        waiting = await unit.circles.waiting_for_reconciliation()
    assert circle.aftercare_at == room.world.clock()
    assert [one.id for one in waiting] == [circle.id]
    assert {role for role in Role if belongs_in(role, RoomKind.AFTERCARE)} == {
        Role.RELATIVE, Role.REPRESENTATIVE, Role.COACH,
    }  # fmt: skip
    (levels,) = [c for kind, c in state_drift({}, RoomKind.CIRCLE, "Kring", speaking=False) if "power" in kind]
    assert levels["events_default"] == 100


async def test_e06_a_request_after_death_is_recorded_weighed_by_another_and_opens_nothing(room: Room) -> None:
    await dies(room)
    await room.says("pieter", "!nazorg inzage Ik wil weten waarom de pijn zo lang duurde", "circle")
    async with room.world.unit() as unit:
        (request,) = await unit.declarations.requests(room.world.patient_id)
        gerda = await room.world.context(unit, "gerda")
        decided = await death.decide_posthumous(unit, room.world.guard, gerda, request.id, PosthumousVerdict.PARTLY)
        assert decided.id == request.id
        with pytest.raises(CommandRejected):
            await death.decide_posthumous(unit, room.world.guard, gerda, request.id, PosthumousVerdict.GRANTED)
    with pytest.raises(Refused):
        await room.world.read("pieter", Section.S5)
    (line,) = await room.world.logged(AuditEvent.POSTHUMOUS_DECIDED)
    assert line.detail == "weighty-interest:partly"


async def test_e06_the_dying_phase_goes_to_every_holder_and_can_end(room: Room) -> None:
    await room.says("gerda", "!stervensfase", TEAM)
    assert await state(room) is PatientState.DYING
    async with room.world.unit() as unit:
        _, decision = await room.world.guard.decide(
            unit, await room.world.context(unit, "samira"), Action.DECLARE, None
        )
        assert not decision.permitted
    await EmergencyWatch(room.hub).round()
    async with room.world.unit() as unit:
        made = await unit.emergencies.last_made(room.world.patient_id)
    assert made is not None
    assert any("STERVENSFASE" in line for part in made.content.parts for line in part.lines)
    await room.says("gerda", "!stervensfase stopt", TEAM)
    assert await state(room) is PatientState.ALIVE


async def test_e06_the_professionals_still_read_and_the_set_alarms_nobody(room: Room) -> None:
    await room.world.record("samira", PainScore(4, Reporter.PROFESSIONAL))
    proposed = await room.world.record("carla", directive())
    await room.world.confirm("gerda", proposed.ref)
    watch = EmergencyWatch(room.hub)
    await watch.round()
    await dies(room)
    await room.hears()
    room.world.clock.pass_by(hours=5)
    await watch.round()
    assert "BELTAAK" not in bodies(await room.hears())
    async with room.world.unit() as unit:
        view = await dossier.read_dossier(unit, room.world.guard, await room.world.context(unit, "gerda"), Section.S5)
        assert len(view.entries) == 1
        assert await unit.emergencies.overdue(room.world.clock()) == []
