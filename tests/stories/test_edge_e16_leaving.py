"""E16, leaving Kring: mevrouw de Wit has enough of it. Nothing new, reading closed, everybody takes their own part."""

from datetime import timedelta

import pytest

from bots.access.desired import wanted_members
from bots.access.gatekeeper import Gatekeeper
from bots.access.matrix_rooms import MatrixRooms
from bots.dossier.emergency_watch import EmergencyWatch
from bots.runtime.http import MatrixHttp
from hub.application.guard import Refused
from hub.application.ports import RoomPlace
from hub.application.use_cases import patient_leaving
from hub.domain.audit import AuditEvent
from hub.domain.circle import RoomKind
from hub.domain.consent import ConsentDecision
from hub.domain.entries import Note
from hub.domain.errors import CommandRejected
from hub.domain.observations import PainScore, Reporter
from hub.domain.vocabulary import Action, PatientState, Role, Section
from tests.stories.room import Room, bodies
from tests.world import PATIENT


async def leaves(room: Room) -> None:
    async with room.world.unit() as unit:
        context = await room.world.context(unit, PATIENT)
        await patient_leaving.leave_kring(unit, room.world.guard, room.hub.speaker, context)


async def permitted(room: Room, who: str, action: Action, section: Section | None = None) -> bool:
    async with room.world.unit() as unit:
        _, decision = await room.world.guard.decide(unit, await room.world.context(unit, who), action, section)
    return decision.permitted


async def test_e16_reading_closes_and_only_taking_along_stays(room: Room) -> None:
    await room.world.record("samira", PainScore(6, Reporter.PROFESSIONAL))
    await leaves(room)
    for who in ("carla", "gerda", "samira", "ruben"):
        assert not await permitted(room, who, Action.READ, Section.S5)
        assert not await permitted(room, who, Action.RECORD, Section.S5)
        assert not await permitted(room, who, Action.EMERGENCY_READ)
        assert await permitted(room, who, Action.EXPORT, Section.S5)
    assert not await permitted(room, "pieter", Action.READ, Section.S5)
    assert await permitted(room, PATIENT, Action.EXPORT, Section.S5)
    assert await permitted(room, PATIENT, Action.AUDIT)
    with pytest.raises(Refused):
        await room.world.record("gerda", Note("Nog iets"), Section.S8)


async def test_e16_after_thirty_days_nothing_is_open_to_a_carer_and_the_dossier_is_kept(room: Room) -> None:
    await room.world.record("samira", PainScore(6, Reporter.PROFESSIONAL))
    await leaves(room)
    room.world.clock.pass_by(days=30)
    assert not await permitted(room, "gerda", Action.EXPORT, Section.S5)
    async with room.world.unit() as unit:
        assert len(await unit.emergencies.material(room.world.patient_id)) == 0
        assert (await unit.patients.get(room.world.patient_id)).state is PatientState.LEFT
        kept = await unit.dossier.in_sections(room.world.patient_id, (Section.S5,))
    assert len(kept) == 1


async def test_e16_the_circle_closes_and_its_shared_rooms_become_empty(room: Room) -> None:
    await leaves(room)
    async with room.world.unit() as unit:
        assert await unit.circles.open_of(room.world.patient_id) is None
        circle = await unit.circles.get(room.world.circle_id)
        assert [one.id for one in await unit.circles.waiting_for_reconciliation()] == [circle.id]
        relations = await unit.circles.relations(circle.id)
    now = room.world.clock()
    left = {relation.role for relation in relations if relation.active(now)}
    assert not left & {Role.PATIENT, Role.RELATIVE, Role.REPRESENTATIVE}
    assert all(r.until is not None and r.until <= now + timedelta(days=30) for r in relations)
    active = [relation for relation in relations if relation.active(now)]
    accounts = {person.id: person.matrix_id or "" for person in room.world.people.values()}
    assert wanted_members(active, RoomKind.TEAM, accounts, now) != frozenset()
    gatekeeper = Gatekeeper(room.hub, MatrixRooms(MatrixHttp("http://127.0.0.1:1")))
    place = RoomPlace(room.place("team"), circle.id, RoomKind.TEAM, None)
    assert (await gatekeeper._wanted(circle, place))[0] == frozenset()


async def test_e16_carers_are_told_and_no_job_goes_on(room: Room) -> None:
    await room.hears()
    await leaves(room)
    told = [message for message in await room.hears() if "stopt met Kring" in message.body]
    assert {message.person_id for message in told} == {
        room.world.id(who) for who in ("carla", "gerda", "samira", "ruben", "noor")
    }
    watch = EmergencyWatch(room.hub)
    room.world.clock.pass_by(days=1)
    await watch.round()
    assert "Spoedset" not in bodies(await room.hears())
    assert await watch.round() == 0
    (line,) = await room.world.logged(AuditEvent.PATIENT_LEFT)
    assert line.user_id == room.world.id(PATIENT)


async def test_e16_only_the_patient_leaves_and_only_once(room: Room) -> None:
    async with room.world.unit() as unit:
        coach = await room.world.context(unit, "carla")
        with pytest.raises((Refused, CommandRejected)):
            await patient_leaving.leave_kring(unit, room.world.guard, room.hub.speaker, coach)
    await leaves(room)
    with pytest.raises((Refused, CommandRejected)):
        await leaves(room)
    # Taking consent back stays possible (AVG 7 lid 3).
    await room.world.choose(ConsentDecision.DENY, "role:relative", "all")
