"""E7, break-glass: a Saturday night, a locum who does not know mevrouw de Wit, and four ways in which that can go."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bots.dossier.emergency_watch import EmergencyWatch
from hub.application.context import RequestContext
from hub.application.guard import Refused
from hub.application.identify import identify
from hub.application.use_cases import consents, emergency_access
from hub.application.use_cases.emergency_access import Opened, Whom
from hub.domain.advance_care_plan import Decision, Treatment
from hub.domain.audit import AuditEvent
from hub.domain.consent import ConsentContext, ConsentDecision, ConsentTarget
from hub.domain.emergency import NOTHING_TO_OPEN, Branch, Claim, EmergencyReason, ReasonCode, ReleaseGround, Verdict
from hub.domain.entries import Note
from hub.domain.errors import CommandRejected
from hub.domain.identifiers import new_id
from hub.domain.looking import Why, lookers
from hub.domain.people import Person, PersonName
from hub.domain.vocabulary import Action, Channel, Role, Section
from hub.domain.working_days import after_working_days, easter, holidays, is_working_day
from tests.stories.room import Room, bodies
from tests.world import BIRTH_DATE, BSN, MORNING, PATIENT, directive

WHY = "Patiënt reageert niet meer, dochter belde de post om drie uur"
ANNA = Whom(name="Anna de Wit", born=BIRTH_DATE)


async def dr_nacht(room: Room, role: Role = Role.LOCUM) -> Person:
    """Hanna Nacht, on duty at the out-of-hours post, in no circle."""
    person = Person(
        new_id("per"),
        role,
        PersonName("Hanna", "Nacht"),
        f"@{new_id('k')}:kring.test",
        "HAP Arnhem",
        "UZI-pas getoond",
        room.world.clock(),
        phone="026-3219999",
    )
    async with room.world.unit() as unit:
        await unit.people.add(person)
    room.world.people["nacht"] = person
    return person


async def asker(room: Room, person: Person, *, stepped_up: bool = True) -> RequestContext:
    async with room.world.unit() as unit:
        context = await identify(
            unit,
            person,
            None,
            channel=Channel.CLI,
            initiator="cli:test",
            correlation_id=new_id("cmd"),
            now=room.world.clock(),
        )
    return replace(context, stepped_up=stepped_up)


async def opens(room: Room, person: Person, whom: Whom = ANNA, *, why: str = WHY, stepped_up: bool = True) -> Opened:
    reason = EmergencyReason(ReasonCode.UNRESPONSIVE, Claim.REPLACING, why)
    context = await asker(room, person, stepped_up=stepped_up)
    async with room.world.unit() as unit:
        return await emergency_access.open_set(unit, room.world.guard, room.hub.speaker, context, whom, reason)


async def chooses(room: Room, decision: ConsentDecision) -> None:
    """What mevrouw de Wit said when she was asked about emergencies."""
    async with room.world.unit() as unit:
        await consents.record_consent(
            unit,
            room.world.guard,
            await room.world.context(unit, PATIENT),
            decision=decision,
            target=ConsentTarget.parse("everyone"),
            sections=frozenset(Section),
            how="mondeling bij huisbezoek",
            recorded_by=room.world.id("carla"),
            situation=ConsentContext.EMERGENCY,
        )


async def plans(room: Room) -> None:
    """What a locum must know."""
    proposed = await room.world.record("carla", directive())
    await room.world.confirm("gerda", proposed.ref)
    await room.world.record("gerda", Note("Noodpakket ligt in de koelkast, uitvoeringsverzoek getekend"), Section.S7)
    await room.world.record("samira", Note("Ruzie met de zoon over geld"), Section.S6)


async def test_e07_yes_opens_the_set_and_nothing_else_for_four_hours(room: Room) -> None:
    await plans(room)
    await chooses(room, ConsentDecision.PERMIT)
    nacht = await dr_nacht(room)
    answer = await opens(room, nacht)
    assert answer.found
    assert "NIET reanimeren" in answer.body
    assert "koelkast" in answer.body
    assert "Ruzie" not in answer.body
    async with room.world.unit() as unit:
        context = replace(
            await room.world.context(unit, "nacht"),
            role=Role.LOCUM,
            stepped_up=True,
        )
        for section in Section:
            with pytest.raises(Refused):
                await room.world.guard.require(unit, context, Action.READ, section)
        assert await unit.emergencies.is_open(room.world.patient_id, nacht.id, room.world.clock())
        later = room.world.clock() + timedelta(hours=4)
        assert not await unit.emergencies.is_open(room.world.patient_id, nacht.id, later)
    lines = await room.world.logged(AuditEvent.EMERGENCY_OPENED)
    assert [(line.user_id, line.break_glass, line.purpose, line.user_role) for line in lines] == [
        (nacht.id, True, "ETREAT", "locum")
    ]
    seen = next(one for one in lookers(await room.world.log()) if one.person_id == nacht.id)
    assert (seen.looks, seen.emergencies, seen.why) == (1, 1, (Why.EMERGENCY,))
    read = [line for line in await room.world.logged(AuditEvent.EMERGENCY_SET_READ) if line.user_id == nacht.id]
    assert len(read) == 1
    assert read[0].break_glass
    assert "locum-emergency-read-outside" in read[0].policy


async def test_e07_coach_gp_and_patient_hear_it_at_once_and_the_review_is_due_in_three_working_days(room: Room) -> None:
    await plans(room)
    await chooses(room, ConsentDecision.PERMIT)
    await room.hears()
    nacht = await dr_nacht(room)
    await opens(room, nacht)
    said = [message for message in await room.hears() if "noodprocedure" in message.body or "bekeken" in message.body]
    told = {message.person_id: message.body for message in said}
    assert set(told) == {room.world.id(who) for who in ("carla", "gerda", PATIENT)}
    assert "Hanna Nacht (waarnemend huisarts, HAP Arnhem)" in told[room.world.id("carla")]
    assert WHY not in told[room.world.id(PATIENT)]
    async with room.world.unit() as unit:
        opening = (await unit.emergencies.of_patient(room.world.patient_id))[-1]
    assert opening.branch is Branch.OPENED
    assert opening.review_due_at == after_working_days(room.world.clock(), 3)


async def test_e07_no_no_choice_and_no_such_patient_get_the_same_bytes(room: Room) -> None:
    await plans(room)
    nacht = await dr_nacht(room)
    unknown = await opens(room, nacht, Whom(name="Truus Nergens", born=BIRTH_DATE))
    no_choice = await opens(room, nacht)
    await chooses(room, ConsentDecision.DENY)
    denied = await opens(room, nacht)
    by_number = await opens(room, nacht, Whom(bsn=BSN))
    assert {answer.body.encode() for answer in (unknown, no_choice, denied, by_number)} == {NOTHING_TO_OPEN.encode()}
    assert not any(answer.found for answer in (unknown, no_choice, denied, by_number))
    async with room.world.unit() as unit:
        own = [item.entry for item in await unit.audit.by_person(nacht.id, 50)]
    asked = [line for line in own if line.event is AuditEvent.EMERGENCY_ASKED]
    seen = {(line.object_type, line.object_id, line.detail, line.outcome, line.break_glass) for line in asked}
    assert len(asked) == 4
    assert len(seen) == 1


async def test_e07_without_a_choice_the_coach_decides_and_only_then_the_set_goes_out(room: Room) -> None:
    await plans(room)
    nacht = await dr_nacht(room)
    await room.private_room("carla")
    await opens(room, nacht)
    asked = [message for message in await room.hears() if "Noodverzoek" in message.body]
    assert {message.person_id for message in asked} == {room.world.id("carla"), room.world.id("gerda")}
    code = asked[0].body.split("Noodverzoek ")[1][:4]
    said = await room.says(
        "carla", f"!spoed stuur {code} betrokken Teruggebeld via de post, zij is nu bij haar", "private-carla"
    )
    assert "gestuurd" in bodies(said) or "vrijgegeven" in bodies(said)
    answer = await opens(room, nacht)
    assert "NIET reanimeren" in answer.body
    (released,) = await room.world.logged(AuditEvent.EMERGENCY_RELEASED)
    assert released.user_id == room.world.id("carla")
    read = [line for line in await room.world.logged(AuditEvent.EMERGENCY_SET_READ) if line.user_id == nacht.id]
    assert f"released-by={room.world.id('carla')}" in read[-1].detail
    room.world.clock.pass_by(hours=4, minutes=1)
    assert not (await opens(room, nacht)).found


async def test_e07_after_a_no_only_a_conflict_of_duties_of_the_releasing_carer_counts(room: Room) -> None:
    await plans(room)
    await chooses(room, ConsentDecision.DENY)
    nacht = await dr_nacht(room)
    await opens(room, nacht)
    async with room.world.unit() as unit:
        gerda = await room.world.context(unit, "gerda")
        with pytest.raises(CommandRejected) as refused:
            await emergency_access.release(
                unit, room.world.guard, room.hub.speaker, gerda,
                person_id=nacht.id, ground=ReleaseGround.INVOLVED, reason=WHY,
            )  # fmt: skip
        assert refused.value.code == "patient-said-no"
        await emergency_access.release(
            unit, room.world.guard, room.hub.speaker, gerda,
            person_id=nacht.id, ground=ReleaseGround.VITAL_INTEREST, reason=WHY,
        )  # fmt: skip
    assert (await opens(room, nacht)).found
    (released,) = await room.world.logged(AuditEvent.EMERGENCY_RELEASED)
    assert released.detail.startswith("vital-interest")


async def test_e07_without_step_up_nothing_is_even_looked_up(room: Room) -> None:
    await chooses(room, ConsentDecision.PERMIT)
    nacht = await dr_nacht(room)
    for whom in (ANNA, Whom(name="Truus Nergens", born=BIRTH_DATE)):
        with pytest.raises(CommandRejected) as refused:
            await opens(room, nacht, whom, stepped_up=False)
        assert refused.value.code == "step-up-needed"
    assert await room.world.logged(AuditEvent.EMERGENCY_ASKED) == []


async def test_e07_a_reason_of_nineteen_characters_is_none(room: Room) -> None:
    nacht = await dr_nacht(room)
    with pytest.raises(CommandRejected) as refused:
        await opens(room, nacht, why="x" * 19)
    assert refused.value.code == "say-why"
    assert not (await opens(room, nacht, why="x" * 20)).found


@pytest.mark.parametrize("role", [Role.HOME_CARE, Role.PHARMACIST, Role.RELATIVE])
async def test_e07_who_is_on_no_duty_list_gets_the_same_answer_and_wakes_nobody(room: Room, role: Role) -> None:
    await chooses(room, ConsentDecision.PERMIT)
    await room.hears()
    answer = await opens(room, await dr_nacht(room, role))
    assert answer.body == NOTHING_TO_OPEN
    assert await room.hears() == []


async def test_e07_an_objection_to_this_locum_beats_the_yes(room: Room) -> None:
    await plans(room)
    await chooses(room, ConsentDecision.PERMIT)
    nacht = await dr_nacht(room)
    await room.world.choose(ConsentDecision.DENY, f"person:{nacht.id}", "all")
    assert (await opens(room, nacht)).body == NOTHING_TO_OPEN


async def test_e07_a_member_needs_no_emergency(room: Room) -> None:
    await plans(room)
    answer = await opens(room, room.world.people["gerda"])
    assert "NIET reanimeren" in answer.body
    assert await room.world.logged(AuditEvent.EMERGENCY_OPENED) == []


async def test_e07_the_fourth_in_one_night_is_told_and_still_opens(room: Room) -> None:
    await plans(room)
    nacht = await dr_nacht(room)
    await chooses(room, ConsentDecision.PERMIT)
    for _ in range(4):
        room.world.clock.pass_by(hours=4, minutes=30)
        assert (await opens(room, nacht)).found
    alarms = [line for line in await room.world.logged(AuditEvent.EMERGENCY_ALARM) if "many" in line.detail]
    assert [line.detail for line in alarms] == ["many-openings=4"]
    assert "4 keer in 24 uur" in bodies(await room.hears())


async def test_e07_the_privacy_officer_judges_each_use_once(room: Room) -> None:
    await plans(room)
    await chooses(room, ConsentDecision.PERMIT)
    await opens(room, await dr_nacht(room))
    officer = Person(new_id("per"), Role.PRIVACY_OFFICER, PersonName("Frits", "Groen"), None, None, None, MORNING)
    async with room.world.unit() as unit:
        await unit.people.add(officer)
        opening = (await unit.emergencies.of_patient(room.world.patient_id))[-1]
    context = await asker(room, officer)
    async with room.world.unit() as unit:
        coach = await room.world.context(unit, "carla")
        with pytest.raises(Refused):
            await emergency_access.review(unit, room.hub.speaker, coach, opening.id, Verdict.JUSTIFIED)
        await emergency_access.review(unit, room.hub.speaker, context, opening.id, Verdict.UNJUSTIFIED)
        with pytest.raises(CommandRejected):
            await emergency_access.review(unit, room.hub.speaker, context, opening.id, Verdict.JUSTIFIED)
    assert "niet had mogen openen" in bodies(await room.hears())
    (line,) = await room.world.logged(AuditEvent.EMERGENCY_REVIEWED)
    assert line.detail == "unjustified"


async def test_e07_who_opened_an_older_version_is_phoned_about_the_change(room: Room) -> None:
    await plans(room)
    await chooses(room, ConsentDecision.PERMIT)
    watch = EmergencyWatch(room.hub)
    await watch.round()
    await opens(room, await dr_nacht(room))
    await room.hears()
    proposed = await room.world.record("carla", directive(Treatment.HOSPITAL_ADMISSION, Decision.NO))
    await room.world.confirm("gerda", proposed.ref)
    await watch.round()
    assert "BELTAAK: Hanna Nacht (waarnemend huisarts, HAP Arnhem) opende" in bodies(await room.hears())


def test_e07_three_working_days_do_not_count_weekends_and_holidays() -> None:
    friday_night = datetime(2026, 4, 3, 23, 0, tzinfo=UTC)
    assert easter(2026).isoformat() == "2026-04-05"
    assert {day.isoformat() for day in holidays(2026)} == {
        "2026-01-01", "2026-04-06", "2026-04-27", "2026-05-14", "2026-05-25", "2026-12-25", "2026-12-26",
    }  # fmt: skip
    due = after_working_days(friday_night, 3)
    # Saturday in the Netherlands already; Monday is Easter Monday, so Tuesday, Wednesday, Thursday.
    assert due.date().isoformat() == "2026-04-10"
    assert due.hour == 0
    assert is_working_day(datetime(2026, 5, 5, tzinfo=UTC).date())
